"""Actuals, goals, cards and alarms of a small book, every number worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.actuals import Actuals
from kpi.alarms import alarms
from kpi.book import Book
from kpi.book_nouns import NEVER
from kpi.calendar import period, shifted
from kpi.card_problems import without_target
from kpi.catalog import shipped
from kpi.contracts import in_force
from kpi.model import Better, DataState, PeriodKind, Region, Status, Window
from kpi.money import DayRates
from kpi.numbers import R
from kpi.organisation import ScopeParts
from kpi.person_cards import PersonCard, coverage, manual_share
from kpi.person_targets import Goals
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.scorecards import Scoring
from kpi.totals import Converter, Totals
from kpi.trade import Assignment, Person, Shop
from kpi.typed_rows import Bound, PointRow, Rule, Settings, TargetRow, WeightRow
from tests.leaf_support import Leaf, leaf_sums

OCT = period("2026-10")
D1 = date(2026, 10, 1)
LAST = date(2026, 10, 10)  # ten of thirty-one days are over
CATALOG = shipped()
SHOP = Shop("DE", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin", "OPS1")
FR = Shop("FR", "amazon", "FR", Region.EU, "EUR", "Europe/Paris", "OPS2")
PEOPLE = tuple(
    Person(code, code, "", "operations", None, None, None, None, None, scored=True)
    for code in ("OPS1", "OPS2")
)


def weight(metric: str, points: float, **changes: object) -> WeightRow:
    row = WeightRow(
        role="operations",
        region=Region.EU,
        metric=metric,
        on=True,
        weight=points,
        method="ratio_up",
        better=Better.HIGHER,
        warn=0.95,
        breach=0.85,
        bound=Bound.STRICT,
        veto=False,
        start=date(2026, 1, 1),
        cap=120.0,
        floor=0.0,
        params=(None, None, None, None),
        missing="exclude",
        address="权重!A5",
    )
    return replace(row, **changes)  # type: ignore[arg-type]  # fields by name


def target(scope: str, metric: str, month: float | None, currency: str = "EUR") -> TargetRow:
    months = tuple(month if n == 9 else None for n in range(12))
    return TargetRow(2026, Region.EU, scope, metric, "OPS1", None, months, currency, "目标!A5")


def book(**changes: object) -> Book:
    start = Book(
        Settings("2026-10", "", currency="USD", fixed_rates={"EUR": 1.1}),
        shops=(SHOP, FR),
        people=PEOPLE,
        weights=(
            weight("net_sales", 60),
            weight("acos", 40, method="mirror_down", better=Better.LOWER),
        ),
        targets=(
            target("DE", "net_sales", 31_000.0),
            target("FR", "net_sales", 6_200.0),
            target("EU", "acos", 0.25),
        ),
    )
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


def day_of(shop: str, day: date, sales: int, spend: int | None, ad_sales: int = 400) -> list[Leaf]:
    """A day in euros: the orders know sales and nothing else, the ads spend and sales."""
    sold = {"gross_sales": sales * 10_000, "discounts": 0, "returns_amount": 0}
    ads = {
        "ad_spend": None if spend is None else spend * 10_000,
        "ad_sales": None if spend is None else ad_sales * 10_000,
    }
    return [
        ("amazon.orders", shop, day, "", "EUR", sold),
        ("amazon_ads.all", shop, day, "", "EUR", ads),
    ]


def sources(_platform: str, measure: str) -> tuple[tuple[str, ...], ...]:
    known = {"gross_sales": "orders", "discounts": "orders", "returns_amount": "orders"}
    if measure in known:
        return (("amazon.orders",),)
    return (("amazon_ads.all",),) if measure in {"ad_spend", "ad_sales"} else ()


def actuals(*days: list[Leaf], stale: frozenset[tuple[str, str]] = frozenset()) -> Actuals:
    leaves = leaf_sums([leaf for day in days for leaf in day])
    platforms = dict.fromkeys(leaves.shops, "amazon")
    totals = Totals(leaves, platforms, sources, {**CATALOG.measures, **GAPS})
    rates = DayRates({"USD": 0}, (D1,), {D1: ("1.2",)})
    money = Converter("USD", {"EUR": 1.1}, rates)
    return Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "FR"), LAST), stale)


def run(shop: str, sales: int, spend: int | None, days: int = 10) -> list[Leaf]:
    return [leaf for n in range(days) for leaf in day_of(shop, D1 + timedelta(n), sales, spend)]


def card(found: Actuals, of: Book, person: str = "OPS1") -> PersonCard:
    return next(c for c in Scoring(of, found).people(OCT) if c.person.code == person)


def test_an_open_month_is_measured_against_what_is_due() -> None:
    """1,000 EUR a day for ten days: 11,000 USD; 31,000 EUR x 10/31 x 1.1 = 11,000 are due."""
    one = card(actuals(run("DE", 1_000, 100)), book())
    sales, acos = one.cards[0].items
    assert (sales.actual.value, sales.due, sales.score) == (11_000.0, 11_000.0, 100.0)
    assert (sales.goal and sales.goal.value, sales.status) == (34_100.0, Status.OK)
    assert acos.actual.value == 0.25  # 1,000 of 4,000
    assert acos.score == 100.0
    assert (one.total, one.grade and one.grade.name) == (100.0, "A")


def test_a_card_of_one_region_is_the_whole_total_and_points_are_added() -> None:
    points = (PointRow("2026-10", "OPS1", 3.0, "", None, "加减分!A5", "1"),)
    one = card(actuals(run("DE", 1_000, 100)), book(points=points))
    assert (one.us_share, one.points, one.total) == (0.0, (3.0,), 103.0)


def test_an_unknown_item_is_left_out_and_the_rest_is_renormalised() -> None:
    """Without ad figures 60 of 100 points are covered: below 70 % the total is withheld."""
    one = card(actuals(run("DE", 1_000, None)), book())
    assert one.cards[0].items[1].actual.state is DataState.MISSING
    assert one.total is None
    assert coverage(one) == 0.6
    looser = book(settings=replace(book().settings, min_coverage=0.5))
    assert card(actuals(run("DE", 1_000, None)), looser).total == 100.0


def test_block_leaves_no_total_at_all() -> None:
    rows = (weight("net_sales", 90), weight("acos", 10, missing="block"))
    assert card(actuals(run("DE", 1_000, None)), book(weights=rows)).total is None


def test_a_veto_in_breach_gives_the_lowest_grade() -> None:
    rows = (
        weight("net_sales", 60),
        weight("acos", 40, method="mirror_down", better=Better.LOWER, breach=0.2, veto=True),
    )
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    assert (one.vetoes, one.total, one.grade and one.grade.name) == (1, 100.0, "D")


def test_the_mean_of_the_days_weights_keeps_a_veto_that_has_no_weight() -> None:
    """A gate is a line of weight 0; `按天数平均` switched every one of them off."""
    gate = weight(
        "acos",
        0,
        method="zero_defect",
        better=Better.LOWER,
        warn=0.2,
        breach=0.2,
        bound=Bound.INCLUSIVE,
        veto=True,
    )
    given = book(weights=(weight("net_sales", 100), gate))
    averaged = replace(given, settings=replace(given.settings, weight_pick="day_weighted"))
    one = card(actuals(run("DE", 1_000, 100)), in_force(averaged, CATALOG, (), OCT).book)
    assert (one.vetoes, one.grade and one.grade.name) == (1, "D")


def test_what_tolerates_nothing_is_in_breach_against_a_target_of_zero() -> None:
    """Counts are paced, but a part of a due zero is unknown: such a veto would never come."""
    none = weight(
        "net_sales",
        0,
        method="zero_defect",
        better=Better.LOWER,
        warn=1.0,
        breach=1.0,
        bound=Bound.INCLUSIVE,
        veto=True,
    )
    acos = weight("acos", 100, method="mirror_down", better=Better.LOWER)
    goals = (target("DE", "net_sales", 0.0), target("EU", "acos", 0.25))
    one = card(actuals(run("DE", 1, 100)), book(weights=(none, acos), targets=goals))
    assert one.cards[0].items[0].status is Status.BREACH
    assert (one.vetoes, one.total, one.grade and one.grade.name) == (1, 100.0, "D")


def test_a_hand_over_splits_the_target_by_days() -> None:
    """FR to OPS1 from the 6th: 26 of 31 days of 6,200 EUR are 5,200; of ten days five are due."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 6), NEVER)),)
    given = book(assignments=lines, shops=(FR,))
    found = actuals(run("FR", 200, 50))
    item = card(found, given).cards[0].items[0]
    assert item.goal is not None
    assert item.goal.value == pytest.approx(5_200 * 1.1)
    assert item.due == pytest.approx(1_000 * 1.1)
    assert item.actual.value == pytest.approx(1_000 * 1.1)
    former = card(found, given, "OPS2").cards[0].items[0]
    assert former.actual.value == pytest.approx(1_000 * 1.1)  # the five days before


def test_an_own_target_wins_over_the_shops() -> None:
    rows = (*book().targets, target("OPS1", "net_sales", 15_500.0, "USD"))
    item = card(actuals(run("DE", 1_000, 100)), book(targets=rows)).cards[0].items[0]
    assert item.goal is not None
    assert (item.goal.value, item.goal.basis) == (15_500.0, "OPS1")


def test_a_shop_without_a_target_leaves_the_item_unscored_and_says_so() -> None:
    cards = Scoring(book(targets=()), actuals(run("DE", 1_000, 100))).people(OCT)
    problems = {p.code for p in without_target(book(), cards)}
    assert problems == {"no_target"}
    assert cards[0].cards[0].items[0].score is None


def test_a_band_is_its_own_target() -> None:
    rows = (weight("acos", 100, method="band", better=Better.BAND, params=(0.2, 0.3, None, None)),)
    item = card(actuals(run("DE", 1_000, 100)), book(weights=rows, targets=())).cards[0].items[0]
    assert (item.goal and item.goal.value, item.score, item.status) == (0.25, 100.0, Status.OK)


def test_a_kpi_that_no_platform_delivers_does_not_apply() -> None:
    rows = (weight("net_sales", 50), weight("buy_box_share", 50))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    assert one.cards[0].items[1].actual.state is DataState.NOT_APPLICABLE
    assert (coverage(one), manual_share(one), one.total) == (1.0, 0.0, 100.0)


@pytest.mark.parametrize(
    ("days", "stale", "state"),
    [
        pytest.param(10, frozenset(), DataState.COMPLETE, id="all ten days"),
        pytest.param(8, frozenset(), DataState.PARTIAL, id="two days behind"),
        pytest.param(10, frozenset({("amazon.orders", "DE")}), DataState.STALE, id="no pull"),
        pytest.param(0, frozenset(), DataState.MISSING, id="nothing"),
    ],
)
def test_data_states(days: int, stale: frozenset[tuple[str, str]], state: DataState) -> None:
    found = actuals(run("DE", 1_000, 100, days), run("FR", 1, 1), stale=stale)
    scope = next(s for s in scopes(book()) if s.scope.code == "DE")
    assert found.of(CATALOG.metrics["net_sales"], scope, OCT).state is state


def test_the_facts_id_moves_with_the_facts_and_only_with_them() -> None:
    scope = next(s for s in scopes(book()) if s.scope.code == "DE")
    metric = CATALOG.metrics["net_sales"]
    first, same, other = (
        actuals(run("DE", sales, 100)).of(metric, scope, OCT) for sales in (1_000, 1_000, 1_001)
    )
    assert first.facts == same.facts != other.facts


def test_the_company_has_the_goal_of_its_shops_region_by_region() -> None:
    goals = Goals(book(), OCT)
    parts: ScopeParts = next(s for s in scopes(book()) if s.scope.code == "EU")
    goal = goals.of(
        CATALOG.metrics["net_sales"], Region.EU, ("EU",), parts.parts, date(2026, 10, 11)
    )
    assert goal is not None
    assert goal.value == pytest.approx(37_200 * 1.1)  # 31,000 + 6,200 EUR


# --- alarms ---------------------------------------------------------------------------------


def rule(**changes: object) -> Rule:
    start = Rule("r", True, "acos", "*", PeriodKind.DAY, ">", 0.35, 2, "breach", "规则!A5")
    return replace(start, **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("spends", "since", "is_open"),
    [
        pytest.param([100] * 8 + [160, 160], date(2026, 10, 9), True, id="two bad days fire"),
        pytest.param([100] * 9 + [160], None, False, id="one bad day does not"),
        pytest.param([160, 160] + [100] * 8, D1, False, id="recovered, still shown"),
        pytest.param([140] * 10, None, False, id="at the limit a strict rule is silent"),
    ],
)
def test_an_alarm(spends: list[int], since: date | None, is_open: bool) -> None:
    days = [day_of("DE", D1 + timedelta(n), 1_000, spend) for n, spend in enumerate(spends)]
    given = book(rules=(rule(),))
    found = alarms(given, actuals(*days), scopes(given), date(2026, 10, 11))
    assert [(a.since, a.open) for a in found] == ([] if since is None else [(since, is_open)])


def test_a_day_without_figures_neither_counts_nor_resets() -> None:
    spends = [100] * 6 + [160, None, 160, 160]
    days = [day_of("DE", D1 + timedelta(n), 1_000, spend) for n, spend in enumerate(spends)]
    given = book(rules=(rule(periods=3),))
    (found,) = alarms(given, actuals(*days), scopes(given), date(2026, 10, 11))
    assert found.since == date(2026, 10, 7)
    assert found.number.startswith("1007-DE-acos.d-")


def test_a_rule_that_is_off_or_of_an_unknown_kpi_is_silent() -> None:
    days = [day_of("DE", D1 + timedelta(n), 1_000, 200) for n in range(10)]
    given = book(rules=(rule(on=False), rule(metric="nonsense")))
    assert alarms(given, actuals(*days), scopes(given), date(2026, 10, 11)) == ()


def test_a_scope_recovered_over_a_month_ago_is_shown_no_more() -> None:
    """Two bad days end on 9 September; on 11 October that is 32 days ago, on 9 October thirty."""
    first = date(2026, 9, 6)
    spends = [100, 100, 160, 160] + [100] * 31
    days = [day_of("DE", first + timedelta(n), 1_000, spend) for n, spend in enumerate(spends)]
    given = book(rules=(rule(),))
    found = actuals(*days)
    assert alarms(given, found, scopes(given), date(2026, 10, 11)) == ()
    (kept,) = alarms(given, found, scopes(given), date(2026, 10, 9))
    assert not kept.open


def test_a_driver_is_not_its_own_cause() -> None:
    """ACoS doubles with the spend: ad spend is named, ACoS itself is not."""
    spends = [100] * 14 + [200] * 7
    days = [
        day_of("DE", date(2026, 9, 20) + timedelta(n), 1_000, spend)
        for n, spend in enumerate(spends)
    ]
    given = book(rules=(rule(),))
    shop = [one for one in scopes(given) if one.scope.code == "DE"]
    (found,) = alarms(given, actuals(*days), shop, date(2026, 10, 11))
    assert [code for code, _ in found.cause] == ["ad_cost"]
    assert found.cause[0][1] == 1.0


def test_an_item_and_a_card_are_found_by_what_they_are() -> None:
    one = card(actuals(run("DE", 1_000, 100)), book())
    assert one.cards[0].items[0].key == "2026-10｜OPS1｜EU｜net_sales"
    assert one.card(Region.EU) == one.cards[0]
    assert one.card(Region.US) is None


def test_the_six_months_before_are_unknown_where_there_are_no_facts() -> None:
    """September has facts for each of its days and 60,000 EUR of 30,000: 120 % of both items."""
    given = book(
        weights=(weight("net_sales", 100),),
        targets=(
            TargetRow(
                2026, Region.EU, "DE", "net_sales", "OPS1", 12_000.0, (None,) * 12, "EUR", "目标!A5"
            ),
        ),
    )
    days = [day_of("DE", date(2026, 9, 1) + timedelta(n), 40, 1) for n in range(30)]
    scoring = Scoring(given, actuals(*days))
    before = [scoring.person(PEOPLE[0], shifted(OCT, -n)).total for n in (6, 5, 4, 3, 2, 1)]
    assert before == [None, None, None, None, None, 120.0]


def test_a_person_without_a_card_has_no_manual_share() -> None:
    one = card(actuals(run("DE", 1_000, 100)), book())
    assert manual_share(replace(one, cards=())) is None


def test_items_without_a_target_are_named_and_those_that_need_none_are_not() -> None:
    rows = (
        weight("net_sales", 50),
        weight("acos", 50, method="range", params=(0.4, 0.2, None, None)),
    )
    cards = Scoring(book(targets=(), weights=rows), actuals(run("DE", 1_000, 100))).people(OCT)
    assert [p.what["en"].count("ACoS") for p in without_target(book(), cards[:1])] == [0]


def test_a_shop_that_is_not_ones_own_in_the_month_adds_no_target() -> None:
    """FR was handed over before October: its 6,200 are nobody's here, DE's 31,000 remain."""
    lines = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 8, 1), date(2026, 9, 1))),)
    item = card(actuals(run("DE", 1_000, 100), run("FR", 1, 1)), book(assignments=lines))
    goal = item.cards[0].items[0].goal
    assert goal is not None
    assert goal.value == pytest.approx(31_000 * 1.1)


HANDED_OVER = (Assignment("FR", None, "OPS1", 1.0, Window(date(2026, 10, 1), NEVER)),)


def test_a_former_owner_has_no_line_in_a_month_without_days_of_theirs() -> None:
    """FR went from OPS2 to OPS1 on 1 October; OPS2 was shown 0.0, complete, and asked a target."""
    given = book(assignments=HANDED_OVER)
    found = actuals(run("DE", 1_000, 100), run("FR", 200, 50))
    cards = Scoring(given, found).people(OCT)
    assert [one.person.code for one in cards] == ["OPS1"]
    assert list(without_target(given, cards)) == []
    scope = next(s for s in scopes(given) if s.scope.code == "OPS2")
    value = found.of(CATALOG.metrics["net_sales"], scope, OCT)
    assert (value.value, value.state) == (None, DataState.NOT_APPLICABLE)


def test_a_shop_that_was_handed_over_before_leaves_the_market_of_the_others() -> None:
    """OPS2 keeps SE and had FR until September: a target of market SE is that of all shops."""
    shops = (SHOP, FR, replace(FR, code="AMZ-SE", market="SE"))
    acos = weight("acos", 100, method="mirror_down", better=Better.LOWER)
    given = book(
        shops=shops,
        assignments=HANDED_OVER,
        weights=(acos,),
        targets=(target("SE", "acos", 0.2), target("EU", "acos", 0.25)),
    )
    item = card(actuals(run("AMZ-SE", 100, 100)), given, "OPS2").cards[0].items[0]
    assert (item.goal and item.goal.basis, item.actual.covered.days) == ("SE", 10)


def test_what_does_not_apply_asks_for_no_target() -> None:
    """No stream delivers the share of the buy box here; it was asked for a target all the same."""
    rows = (weight("net_sales", 50), weight("buy_box_share", 50))
    given = book(weights=rows)
    cards = Scoring(given, actuals(run("DE", 1_000, 100))).people(OCT)
    assert [one.code for one in without_target(given, cards[:1])] == []


def test_a_target_of_nothing_is_no_goal() -> None:
    given = book(targets=(target("DE", "net_sales", 0.0),))
    assert card(actuals(run("DE", 1_000, 100)), given).cards[0].items[0].goal is None


def test_two_cards_are_joined_by_the_typed_share() -> None:
    """The US lines are in euros too: 110 %. Three quarters of 110 and a quarter of 80 are 102.5."""
    us = Shop("US", "amazon", "US", Region.US, "USD", "America/New_York", "OPS1")
    rows = (weight("net_sales", 100), weight("net_sales", 100, region=Region.US))
    goals = (
        target("DE", "net_sales", 31_000.0),
        replace(target("US", "net_sales", 31_000.0, "USD"), region=Region.US),
    )
    given = book(
        shops=(SHOP, us),
        weights=rows,
        targets=goals,
        people=(replace(PEOPLE[0], us_share=0.75),),
    )
    leaves = leaf_sums([*run("DE", 800, 1), *run("US", 1_000, 1)])
    totals = Totals(
        leaves, dict.fromkeys(leaves.shops, "amazon"), sources, {**CATALOG.measures, **GAPS}
    )
    money = Converter("USD", {"EUR": 1.1}, DayRates({"USD": 0}, (D1,), {D1: ("1.1",)}))
    found = Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "US"), LAST), frozenset())
    one = card(found, given)
    assert {c.region: c.total.total for c in one.cards} == {Region.US: 110.0, Region.EU: 80.0}
    assert (one.us_share, one.total) == (0.75, 102.5)


# --- missing values ---------------------------------------------------------------------------


def year_ago_and_last_month(spend: int | None = None) -> Actuals:
    """ACoS was 0.5 in October 2025 and 0.25 in September 2026; this October has sales alone,
    or a spend a day."""
    old = [day_of("DE", date(2025, 10, 1) + timedelta(n), 1_000, 200) for n in range(31)]
    last = [day_of("DE", date(2026, 9, 1) + timedelta(n), 1_000, 100) for n in range(30)]
    return actuals(*old, *last, run("DE", 1_000, spend))


@pytest.mark.parametrize(
    ("policy", "confirmed", "value", "score"),
    [
        pytest.param("exclude", False, None, None, id="excluded"),
        pytest.param("block", False, None, None, id="blocks"),
        pytest.param("last_value", False, 0.25, 100.0, id="September's 0.25 is on target"),
        pytest.param("same_period_last_year", False, 0.5, 0.0, id="0.5 is twice the target"),
        pytest.param("zero", True, 0.0, 120.0, id="zero, agreed: the cap"),
        pytest.param("zero", False, None, None, id="zero that nobody agreed to"),
        pytest.param("substitute", True, None, None, id="nothing is stored"),
        pytest.param(0.3125, False, 0.3125, 75.0, id="a stored 0.3125: 100 x (2 - 1.25)"),
    ],
)
def test_what_stands_in_for_a_missing_value(
    policy: str | float, confirmed: bool, value: float | None, score: float | None
) -> None:
    stored = policy if isinstance(policy, float) else None
    acos = weight(
        *("acos", 40),
        method="mirror_down",
        better=Better.LOWER,
        missing="substitute" if stored else policy,
        confirmed=confirmed,
        substitute=stored,
    )
    one = card(year_ago_and_last_month(), book(weights=(weight("net_sales", 60), acos)))
    item = one.cards[0].items[1]
    assert (item.actual.value, item.actual.state) == (None, DataState.MISSING)
    assert (item.counted, item.score) == (value, score)
    assert (item.status is Status.NO_DATA) == (value is None)
    assert coverage(one) == (0.6 if value is None else 1.0)


def test_the_month_before_last_stands_in_when_the_last_has_none() -> None:
    """August has 0.25, September nothing."""
    august = [day_of("DE", date(2026, 8, 1) + timedelta(n), 1_000, 100) for n in range(31)]
    rows = (weight("acos", 100, method="mirror_down", better=Better.LOWER, missing="last_value"),)
    item = card(actuals(*august, run("DE", 1_000, None)), book(weights=rows)).cards[0].items[0]
    assert item.counted == 0.25


def test_a_sum_that_stands_in_is_measured_against_the_whole_months_target() -> None:
    """30,000 EUR of September against October's 31,000, of which ten days alone would be 10,000."""
    september = [day_of("DE", date(2026, 9, 1) + timedelta(n), 1_000, 1) for n in range(30)]
    rows = (weight("net_sales", 100, missing="last_value"),)
    item = card(actuals(*september), book(weights=rows)).cards[0].items[0]
    assert item.actual.value is None
    assert (item.counted, item.due) == (33_000.0, 34_100.0)  # at 1.1 dollars
    assert item.score == R(100 * 33_000 / 34_100)


def test_a_value_that_is_there_is_never_replaced() -> None:
    rows = (weight("net_sales", 100, missing="zero", confirmed=True),)
    item = card(actuals(run("DE", 1_000, 1)), book(weights=rows)).cards[0].items[0]
    assert item.counted == item.actual.value == 11_000.0


# --- shops ----------------------------------------------------------------------------------------


def shop_line(metric: str, points: float, **changes: object) -> WeightRow:
    return weight(metric, points, role="shop", **changes)


def test_a_shop_is_scored_by_the_lines_of_its_role_as_a_person_is() -> None:
    """Sales on target 100 of 60 points, ACoS 0.375 of 0.25 is 2 - 1.5 = 50 of 40: 80 points."""
    lines = (
        shop_line("net_sales", 60),
        shop_line("acos", 40, method="mirror_down", better=Better.LOWER),
    )
    found = actuals(run("DE", 1_000, 150), run("FR", 100, 100))
    cards = Scoring(book(weights=(*book().weights, *lines)), found).shops(OCT)
    assert [(c.person.code, c.total) for c in cards] == [("DE", 80.0), ("FR", 70.0)]
    sales = cards[0].cards[0].items[0]
    assert (sales.key, sales.goal and sales.goal.basis) == ("2026-10｜DE｜EU｜net_sales", "DE")


def test_without_such_lines_no_shop_has_a_card() -> None:
    assert Scoring(book(), actuals(run("DE", 1_000, 100))).shops(OCT) == ()


def test_a_closed_shop_has_no_card() -> None:
    closed = book(
        weights=(shop_line("net_sales", 100),), shops=(replace(SHOP, closed=date(2026, 9, 30)), FR)
    )
    cards = Scoring(closed, actuals(run("DE", 1_000, 100))).shops(OCT)
    assert [card.person.code for card in cards] == ["FR"]


def test_a_breached_veto_leaves_a_shop_the_lowest_grade() -> None:
    lines = (shop_line("net_sales", 100, veto=True),)
    one = Scoring(book(weights=lines), actuals(run("DE", 500, 100))).shops(OCT)[0]
    assert (one.total, one.vetoes, one.grade and one.grade.name) == (50.0, 1, "D")
