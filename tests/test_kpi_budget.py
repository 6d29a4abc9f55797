"""A budget against the spend of each day, worked by hand: 3,100 dollars for October, 100 a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpi.alarms import Alarm, folds
from kpi.book import Book
from kpi.calendar import month_period
from kpi.model import PeriodKind, Region, Scope, ScopeKind
from kpi.organisation import Part, ScopeParts, open_days
from kpi.scope_goals import scope_goal
from kpi.scopes import same, scopes
from kpi.trade import Person, Shop
from kpi.typed_rows import InputRow, TargetRow
from kpi.unjudged import unjudged
from sync_service.hand_inputs import with_inputs
from tests.alarm_support import CATALOG, SHOP, actuals_of, book_of, rule

FIRST = date(2026, 10, 1)
USED = {"metric": "ad_budget_used", "window": PeriodKind.MONTH, "value": 1.0, "level": "breach"}
MONTHS: tuple[float | None, ...] = (*(None,) * 9, 3_100.0, 3_000.0, None)
TARGET = TargetRow(2026, Region.US, "US1", "ad_budget", "CHEN", None, MONTHS, "USD", "T!A5")

PART, SAME = Part("US1", open_days(SHOP)), same("x")


def book(*targets: TargetRow, **changes: object) -> Book:
    return book_of(rule(**{**USED, **changes}), targets=targets)


def found_on(given: Book, spend: Sequence[int | None]) -> tuple[Alarm, ...]:
    """The alarms on the day after the last day of spend, which begins on 1 October."""
    last = FIRST + timedelta(days=len(spend) - 1)
    figures = {"ad_spend": spend, "ad_sales": [500] * len(spend)}
    actuals = actuals_of(last, figures)
    return tuple(
        alarm
        for fold in folds(given, actuals, scopes(given), last + timedelta(days=1))
        for alarm in fold.alarms
    )


@pytest.mark.parametrize(
    ("spend", "told"),
    [
        pytest.param([100] * 10, [], id="on pace: 1,000 of 1,000 due"),
        pytest.param([110] * 10, [], id="a tenth ahead is not beyond a tenth"),
        pytest.param([112] * 10, [("warn", 1.12, 1.1)], id="1,120 of 1,000 due: ahead of its pace"),
        pytest.param([200] * 3, [], id="three days are too early to say anything"),
        pytest.param([200] * 4, [("warn", 2.0, 1.1)], id="800 of 400 due"),
        pytest.param([0, 3_101], [("breach", 1.0003, 1.0)], id="the month's budget gone on day 2"),
        pytest.param([0, 3_100], [], id="the whole budget is not more than it, and it is early"),
        pytest.param([200] * 15 + [100], [("warn", 1.9375, 1.1)], id="3,100 of 1,600 due"),
        pytest.param([200] * 16, [("breach", 1.0323, 1.0)], id="3,200 of 3,100, half the month"),
        pytest.param([112] * 10 + [0, 0], [], id="1,120 of 1,200 due: within 5 % and one day more"),
        pytest.param([112] * 10 + [90], [("warn", 1.1, 1.1)], id="1,210 of 1,100: not good yet"),
        pytest.param([100] * 9 + [None], [], id="a day without figures says nothing"),
    ],
)
def test_a_budget_fires_on_the_day_it_is_passed(
    spend: list[int | None], told: list[tuple[str, float, float]]
) -> None:
    found = [one for one in found_on(book(TARGET), spend) if one.open]
    assert [(one.level, round(one.last.value or 0, 4), one.limit.value) for one in found] == told


def test_a_warning_becomes_a_breach_of_the_same_line() -> None:
    """Ahead from the 4th day on, the first that says anything; the budget is gone on the 16th."""
    days = [200] * 16
    lines = {
        (one.number, one.since) for n in range(4, 17) for one in found_on(book(TARGET), days[:n])
    }
    assert {since for _, since in lines} == {date(2026, 10, 4)}
    assert len({number for number, _ in lines}) == 1
    levels = [one.level for n in range(4, 17) for one in found_on(book(TARGET), days[:n])]
    assert levels == ["warn"] * 12 + ["breach"]


def test_an_overspent_month_stays_open_until_the_next_one_says_otherwise() -> None:
    """November has 3,000: its 3rd day is a tenth and the first that counts, the 4th is enough."""
    for days, is_open in ((31, True), (31 + 2, True), (31 + 3, True), (31 + 4, False)):
        spend = [200] * 31 + [100] * (days - 31)
        (one,) = found_on(book(TARGET), spend)
        assert (one.open, one.since) == (is_open, date(2026, 10, 4))
    assert one.data.value == "complete"


def test_days_too_early_to_judge_are_no_missing_data() -> None:
    (one,) = found_on(book(TARGET), [200] * 31 + [100, 100])
    assert (one.state, one.level) == ("firing", "breach")


@pytest.mark.parametrize(
    ("changes", "spend", "levels"),
    [
        pytest.param({"value": 0.8}, [100] * 20, [], id="80 % of the budget: 2,000 is not"),
        pytest.param({"value": 0.8}, [100] * 25, ["breach"], id="2,500 of 3,100 is"),
        pytest.param({"value": 1.2}, [115] * 10, [], id="20 % allowed: not 15 % ahead"),
        pytest.param({"value": 1.2}, [125] * 10, ["warn"], id="25 % ahead"),
        pytest.param({"level": "warn", "value": 1.0}, [200] * 16, ["warn"], id="a warning only"),
        pytest.param({"periods": 2}, [200] * 31, [], id="two whole months in a row: not yet"),
        pytest.param({"periods": 2}, [200] * 61, ["breach"], id="October and November were over"),
        pytest.param({"periods": 2}, [200] * 60, [], id="November has a day left"),
        pytest.param({"operator": "<", "value": 0.9}, [10] * 20, [], id="too little is known late"),
        pytest.param({"operator": "<", "value": 0.9}, [10] * 31, [], id="and needs typed budgets"),
    ],
)
def test_limits_and_months_in_a_row_are_respected(
    changes: dict[str, object], spend: list[int], levels: list[str]
) -> None:
    found = found_on(book(TARGET, **changes), spend)
    assert [one.level for one in found if one.open] == levels


def test_several_months_beyond_the_whole_budget_show_that_budget() -> None:
    (one,) = found_on(book(TARGET, periods=2), [200] * 61)
    assert (one.last.numerator, one.last.denominator) == (6_000.0, 3_000.0)
    assert (one.since, one.softer, one.limit.value) == (FIRST, False, 1.0)


def test_without_a_budget_the_rule_says_that_it_cannot_judge() -> None:
    for given, codes in ((book(), ["rule_no_budget"]), (book(TARGET), [])):
        actuals = actuals_of(date(2026, 10, 9), {"ad_spend": [900] * 9, "ad_sales": [1] * 9})
        known, today = scopes(given), date(2026, 10, 10)
        folded = folds(given, actuals, known, today)
        found = unjudged(given, CATALOG, known, folded, today)
        assert [why.code for one in found for why in one.why] == codes
    (why,) = (
        why
        for one in unjudged(book(), CATALOG, known, folds(book(), actuals, known, today), today)
        for why in one.why
    )
    assert why.what["en"] == "US1: there is no ad budget for 2026-10."


def test_a_typed_budget_goes_before_the_target_and_follows_the_pacing_of_the_book() -> None:
    """1,550 typed for October: 10 days at 100 are 1,000 of 500 due; the target says 1,000."""
    typed = InputRow(FIRST, "US1", "ad_budget", Decimal(1_550), "CHEN", "I!A5")
    last = date(2026, 10, 10)
    plain = actuals_of(last, {"ad_spend": [100] * 10, "ad_sales": [1] * 10})
    leaves = with_inputs(plain.totals.leaves, [typed], {SHOP.code: SHOP.currency})
    sources = {"ad_spend": (("amazon_ads.all",),), "ad_sales": (("amazon_ads.all",),)}
    totals = type(plain.totals)(
        leaves,
        {"US1": "amazon"},
        lambda _p, m: sources.get(m, (("book.inputs",),)),
        plain.totals.measures,
    )
    given = book(TARGET)
    (fold,) = folds(given, replace(plain, totals=totals), scopes(given), last + timedelta(days=1))
    (one,) = fold.alarms
    assert (one.level, one.last.value, one.last.denominator) == ("warn", 2.0, 500.0)


def test_the_budget_of_the_company_is_that_of_both_sides() -> None:
    """Shop and company have one budget; of two shops one without a budget leaves none."""
    alone = book(TARGET, scope="ALL")
    assert [one.level for one in found_on(alone, [200] * 10)] == ["warn"]
    second = Shop("US2", "amazon", "US", Region.US, "USD", "America/New_York")
    both = replace(alone, shops=(SHOP, second))
    assert found_on(both, [200] * 10) == ()


def test_goals_of_a_person_and_of_a_company_without_a_side() -> None:
    """A person's own line goes first, then the role's; a company's ratio is no sum."""
    person = Person("CHEN", "Chen", "", "ads", None, None, None, None, None, scored=True)
    given = book(replace(TARGET, scope="ads"), replace(TARGET, scope="CHEN", months=(1.0,) * 12))
    given = replace(given, people=(person,))
    month, money = month_period(2026, 10), replace(CATALOG.metrics["ad_cost"], code="ad_budget")
    mine = ScopeParts(Scope("CHEN", ScopeKind.PERSON, Region.US, SAME), (PART,))
    found = scope_goal(given, month, money, mine, date(2026, 10, 11))
    assert found is not None
    assert (found.value, found.basis) == (1.0, "CHEN")
    company = ScopeParts(Scope("ALL", ScopeKind.COMPANY, None, SAME), (PART,))
    acos = CATALOG.metrics["acos"]
    assert scope_goal(given, month, acos, company, date(2026, 10, 11)) is None
    assert scope_goal(given, month, money, replace(company, parts=()), date(2026, 10, 11)) is None
