"""Limits in the KPI's own unit go with the target: open months, hand-overs, hires, newcomers.

A month of October asks 34,100 USD (31,000 EUR at 1.1); 1,000 EUR a day are on pace all the time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.actuals import Actuals
from kpi.book_nouns import NEVER
from kpi.employment import fitted, presence
from kpi.methods import METHODS, PARAMETERS
from kpi.model import Better, Status, Window
from kpi.numbers import R, normalise
from kpi.organisation import Part
from kpi.person_cards import Item
from kpi.person_targets import Goal, Goals
from kpi.pro_rata import cut, cut_limits, cut_params
from kpi.trade import Assignment
from tests.card_support import CATALOG, FR, OCT, PEOPLE, actuals, book, card, run, target, weight
from tests.leaf_support import Leaf

Given = tuple[float | None, ...]
LIMITS: dict[str, Given] = {  # of the whole month, around its 34,100
    "baseline": (22_000.0, None, None, None),
    "goal_redflag": (22_000.0, None, None, None),
    "range": (20_460.0, 34_100.0, None, None),
    "knots": (17_050.0, 25_575.0, 34_100.0, None),
    "anchors": (22_000.0, 26_000.0, 30_000.0, 34_100.0),
    "matrix": (27_280.0, 40_920.0, 50.0, 150.0),
    "band": (30_690.0, 37_510.0, 13_640.0, 13_640.0),
    "coef_step": (34_100.0, -6_820.0, 0.1, 0.0),
}
WHOLE = 31


def until(day: int, *days: list[Leaf]) -> Actuals:
    """The figures of some days, of which all are over up to a day of October."""
    last = dict.fromkeys(("DE", "FR"), date(2026, 10, day))
    return replace(actuals(*days), last_day=last)


def scored(method: str, found: Actuals, *, by: str = "OPS1", **changes: object) -> Item:
    row = weight("net_sales", 100, method=method, params=LIMITS[method], cap=None)
    given = replace(book(weights=(row,)), **changes)  # type: ignore[arg-type]  # fields by name
    return card(found, given, by).cards[0].items[0]


@pytest.mark.parametrize("days", [pytest.param(n, id=f"day {n}") for n in (1, 10, 30, WHOLE)])
@pytest.mark.parametrize(
    ("method", "below", "on", "above"),
    [
        # 27,280 is 5,280 of the 12,100 from 22,000 to 34,100; 40,920 is 18,920 of them
        pytest.param("baseline", 5_280 / 121, 100.0, 18_920 / 121, id="baseline"),
        # a third at the flag, two thirds at the goal, at most the whole
        pytest.param(
            "goal_redflag", (1 + 5_280 / 12_100) * 100 / 3, 200 / 3,
            (1 + 18_920 / 12_100) * 100 / 3, id="red flag"),
        pytest.param("range", 50.0, 100.0, 100.0, id="half-way from 20,460 to 34,100"),
        pytest.param("knots", 60.0, 100.0, 100.0, id="a fifth of the way from 25,575 up"),
        pytest.param("anchors", 50 + 25 * 0.32, 100.0, 100.0, id="C and 1,280 of 4,000 towards B"),
        pytest.param("matrix", 50.0, 100.0, 150.0, id="threshold, target, stretch"),
        pytest.param("band", 75.0, 100.0, 75.0, id="3,410 outside of a slope of 13,640"),
        pytest.param("coef_step", 90.0, 100.0, 100.0, id="a step of 6,820 too low"),
    ],
)  # fmt: skip
def test_pace_scores_on_any_day_as_it_would_at_the_end(
    method: str, below: float, on: float, above: float, days: int
) -> None:
    """On day 10 somebody a fifth under pace scored 120: the baseline was still the month's."""
    scores = [
        scored(method, until(days, run("DE", sales, 100, days))).score
        for sales in (800, 1_000, 1_200)
    ]
    assert scores == pytest.approx([below, on, above], abs=2e-5)


def test_what_a_row_stores_are_the_cut_parameters() -> None:
    """10 of 31 days: 22,000 is 7,096.774194, as R has it; the target 11,000."""
    item = scored("baseline", actuals(run("DE", 1_000, 100)))
    assert (item.params, item.due) == ((7_096.774194, None, None, None), 11_000.0)
    assert item.rule.params == item.params


@pytest.mark.parametrize(
    ("person", "days", "part"),
    [
        pytest.param("OPS2", 5, 5 / 31, id="the former owner's five days"),
        pytest.param("OPS1", 26, 26 / 31, id="the new owner's twenty-six"),
    ],
)
@pytest.mark.parametrize("method", sorted(LIMITS))
def test_a_hand_over_cuts_limits_in_a_closed_month(
    method: str, person: str, days: int, part: float
) -> None:
    """FR alone, 31,000 EUR, handed over on the 6th; each was on pace on the own days."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 6), NEVER)),)
    goals = (target("FR", "net_sales", 31_000.0),)
    item = scored(
        method,
        until(WHOLE, run("FR", 1_000, 50, WHOLE)),
        by=person,
        shops=(FR,),
        assignments=lines,
        targets=goals,
    )
    unit = METHODS[method].in_unit
    assert item.counted == days * 1_100.0
    assert item.params == tuple(
        R((value or 0.0) * part) if name in unit else value
        for name, value in zip(PARAMETERS, LIMITS[method], strict=True)
    )
    assert item.score == pytest.approx(200 / 3 if method == "goal_redflag" else 100.0, abs=1e-5)


@pytest.mark.parametrize(
    ("targets", "ramp", "baseline"),
    [
        pytest.param("operations", (), 22_000 * 15 / 31, id="15 of 31 days of the role's target"),
        pytest.param("operations", (0.5,), 22_000 * 7.5 / 31, id="half of it in the first month"),
        pytest.param("DE", (), 22_000 * 15 / 31, id="the shop's target, for the same days"),
        pytest.param("DE", (0.5,), 22_000 * 7.5 / 31, id="half of that"),
        pytest.param("OPS1", (0.5,), 22_000 * 15 / 31, id="the own plan takes no step"),
    ],
)
def test_a_hire_in_mid_month_is_measured_from_a_part_of_the_baseline(
    targets: str, ramp: tuple[float, ...], baseline: float
) -> None:
    """Hired on the 17th."""
    people = (replace(PEOPLE[0], start=date(2026, 10, 17), ramp=ramp),)
    goals = (target(targets, "net_sales", 31_000.0),)
    found = until(WHOLE, run("DE", 1_000, 100, WHOLE))
    item = scored("baseline", found, people=people, targets=goals)
    assert item.params[0] == pytest.approx(baseline, abs=1e-6)
    assert item.goal is not None
    assert item.goal.value / 34_100.0 == pytest.approx(item.goal.part, abs=1e-9)


def test_before_the_first_day_that_counts_no_limit_is_due() -> None:
    """Hired on the 17th, data until the 10th: nothing is due of the target either."""
    people = (replace(PEOPLE[0], start=date(2026, 10, 17)),)
    item = scored("range", actuals(run("DE", 1_000, 100)), people=people)
    assert (item.due, item.params, item.score) == (None, (None, None, None, None), None)


@pytest.mark.parametrize(
    ("shares", "part"),
    [
        pytest.param([(1, 32, 1.0)], 1.0, id="the whole month"),
        pytest.param([(1, 32, 0.5)], 1.0, id="half of a shop for the whole month"),
        pytest.param([(1, 11, 0.5), (11, 32, 1.0)], 1.0, id="first a half, then all of it"),
        pytest.param([(11, 32, 0.5)], 21 / 31, id="half of it from the 11th on"),
    ],
)
def test_a_share_of_a_shop_is_no_part_of_the_month(
    shares: list[tuple[int, int, float]], part: float
) -> None:
    first = date(2026, 10, 1).toordinal() - 1
    lines = tuple(
        Assignment("DE", None, "OPS1", share,
                   Window(date.fromordinal(first + start), date.fromordinal(first + end)))
        for start, end, share in shares
    )  # fmt: skip
    shops = (replace(book().shops[0], owner=None),)
    found = until(WHOLE, run("DE", 1_000, 100, WHOLE))
    item = scored("baseline", found, shops=shops, assignments=lines)
    assert item.goal is not None
    assert item.goal.part == pytest.approx(part, abs=1e-14)


def test_a_part_is_weighed_by_what_the_shops_are_worth() -> None:
    """DE all month, FR of 6,200 from the 6th: 31,000 + 5,200 of 37,200."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 6), NEVER)),)
    days = until(WHOLE, run("DE", 1_000, 100, WHOLE), run("FR", 200, 50, WHOLE))
    item = scored("baseline", days, assignments=lines)
    assert item.goal is not None
    assert item.goal.part == pytest.approx(36_200 / 37_200, abs=1e-14)


@pytest.mark.parametrize("method", ["range", "knots", "anchors", "band", "coef_step"])
def test_limits_are_cut_where_nobody_set_a_target(method: str) -> None:
    """These methods need none; on pace on day 10, of FR since the 6th: five of 26 days."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 6), NEVER)),)
    found = actuals(run("FR", 1_000, 50))
    item = scored(method, found, shops=(FR,), assignments=lines, targets=())
    assert item.counted == 5_500.0
    assert item.params[0] == pytest.approx((LIMITS[method][0] or 0.0) * 5 / 31, abs=1e-6)
    assert item.score == pytest.approx(100.0, abs=1e-5)
    assert (item.due is None) == (method != "band")  # a band is its own target


def test_the_limits_of_a_band_go_with_it() -> None:
    """Warned above 40,920 a month, 13,200 on day 10, and as far below the middle."""
    row = weight(
        "net_sales",
        100,
        method="band",
        better=Better.BAND,
        params=LIMITS["band"],
        warn=40_920.0,
        breach=47_740.0,
    )
    seen = []
    for sales in (1_000, 1_200, 1_201, 799, 1_401):
        given = book(weights=(row,), targets=())
        item = card(actuals(run("DE", sales, 100)), given).cards[0].items[0]
        seen.append(item.status)
        assert (item.due, item.rule.warn, item.rule.breach) == (11_000.0, 13_200.0, 15_400.0)
    assert seen == [Status.OK, Status.OK, Status.WARN, Status.WARN, Status.BREACH]


def test_ratios_and_what_tolerates_nothing_are_not_cut() -> None:
    acos = weight("acos", 60, method="range", better=Better.LOWER, params=(0.5, 0.25, None, None))
    none = weight("net_sales", 40, method="zero_defect", params=(20.0, None, None, None))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=(acos, none)))
    ratio, count = one.cards[0].items
    assert (ratio.params[:2], ratio.score) == ((0.5, 0.25), 100.0)
    assert (count.params[0], count.due) == (20.0, 34_100.0)


@pytest.mark.parametrize(
    ("metric", "parts", "goal"),
    [
        pytest.param("net_sales", (), Goal(1.0, normalise(10 / 31), ""), id="no shop: the month"),
        pytest.param(
            "net_sales", (Part("DE", OCT.window, 0.0),), Goal(1.0, normalise(10 / 31), ""),
            id="a share of nothing is no shop",
        ),
        pytest.param(
            "net_sales",
            (Part("DE", Window(date(2026, 10, 6), NEVER)), Part("FR", OCT.window)),
            Goal(57 / 31, normalise(15 / 57), "DE+FR", normalise(57 / 62)),
            id="26 and 31 of 62 days of two shops, 5 and 10 are over",
        ),
        pytest.param("acos", (Part("DE", OCT.window),), Goal(1.0, 1.0, ""), id="a ratio is whole"),
    ],
)  # fmt: skip
def test_where_nobody_set_a_target_the_days_alone_count(
    metric: str, parts: tuple[Part, ...], goal: Goal
) -> None:
    found = Goals(book(), OCT).unset(CATALOG.metrics[metric], parts, date(2026, 10, 11))
    assert found.value == pytest.approx(goal.value)
    assert replace(found, value=goal.value) == goal


def test_each_category_of_a_shop_has_its_own_days() -> None:
    """Home all month, garden from the 6th: 31 and 26 of 62 days; the shop was held all the time."""
    days = {"home": OCT.window, "garden": Window(date(2026, 10, 6), NEVER)}
    parts = [Part("DE", held, category=code) for code, held in days.items()]
    found = Goals(book(), OCT).unset(CATALOG.metrics["net_sales"], parts, date(2026, 11, 1))
    assert (found.share, found.part) == (1.0, normalise(57 / 62))


def test_who_has_no_shop_is_measured_by_the_own_days() -> None:
    """Hired on the 17th: 15 of 31 days of the month, and three of the 15 are over on the 20th."""
    new = replace(PEOPLE[0], start=date(2026, 10, 17))
    day = date(2026, 10, 20)
    pace = Goals(book(), OCT).unset(CATALOG.metrics["net_sales"], (), day)
    found = fitted(pace, presence(new, OCT), new, day)
    assert (found.share, found.part) == (0.2, normalise(15 / 31))


HALF = Goal(17_050.0, 0.5, "DE", 0.5)
PERCENT = {"step_pct", "tiers", "goal_only", "yes_no", "zero_defect", "points", "manual"}
PERCENT |= {"ratio_up", "ratio_down", "mirror_down"}


@pytest.mark.parametrize("method", sorted(METHODS))
def test_each_method_says_which_parameters_are_in_the_unit(method: str) -> None:
    """Half of the month and half of that due: a quarter of each limit, nothing of the rest."""
    rule = weight("net_sales", 100, method=method, params=(100.0, 200.0, 300.0, 400.0))
    kept = {"baseline": 1, "goal_redflag": 1, "range": 2, "matrix": 2, "coef_step": 2, "knots": 3}
    in_unit = 0 if method in PERCENT else kept.get(method, 4)
    quarters = (25.0, 50.0, 75.0, 100.0)[:in_unit]
    assert cut_params(rule, HALF) == (*quarters, *rule.params[in_unit:])
    assert cut_limits(rule, HALF) == rule


def test_nothing_cut_is_nothing() -> None:
    assert cut(None, HALF) is None
    assert cut(100.0, replace(HALF, share=None)) is None
