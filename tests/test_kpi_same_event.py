"""A sales event beside the same event of last year, by dates looked up in the calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from kpi.alarms import folds
from kpi.calendar import day_period, week_of
from kpi.model import PeriodKind, Region, Texts
from kpi.same_event import Events
from kpi.scopes import scopes
from kpi.surge import SameEvent
from kpi.typed_rows import Settings
from kpi.unjudged import unjudged
from tests.alarm_support import CATALOG, actuals_of, book_of, leaves_of, rule
from tests.leaf_support import Leaf
from tests.table_support import Line, table

AMAZON, SHOPIFY = frozenset({"amazon"}), frozenset({"shopify"})
OWN = (
    "Big Deal Days 2026-10-06..2026-10-08 x1.8; Prime Day 2027-06-22..2027-06-25 x2.5; "
    "Anniversary 2026-05-04 x2; Anniversary 2027-05-10..2027-05-11 x2; "
    "黑五 2027-11-26..2027-11-29 x3; Spring 2027-03-01 x2 EU; Foire 2027-04-05 x2 FR"
)
UNKNOWN = "unknown"


@pytest.mark.parametrize(
    ("day", "twin", "changes"),
    [
        pytest.param("2026-11-27", "2025-11-28", {}, id="Black Friday by its Friday"),
        pytest.param("2026-11-29", "2025-11-30", {}, id="the Sunday of its weekend"),
        pytest.param("2026-11-30", "2025-12-01", {}, id="Cyber Monday of December"),
        pytest.param("2026-11-26", "2025-11-27", {}, id="Thanksgiving in the US"),
        pytest.param("2026-11-26", None, {"region": Region.EU}, id="no event in the EU"),
        pytest.param("2026-11-26", "2025-11-27", {"region": None}, id="one of both regions"),
        pytest.param("2026-11-11", "2025-11-11", {}, id="Singles' Day by its date"),
        pytest.param("2026-06-24", "2025-07-09", {}, id="the second day of Prime Day"),
        pytest.param("2026-06-24", None, {"platforms": SHOPIFY}, id="not Shopify's"),
        pytest.param("2025-07-10", UNKNOWN, {}, id="a third day where last year had two"),
        pytest.param("2024-07-16", UNKNOWN, {}, id="a year before the table begins"),
        pytest.param("2026-12-10", None, {}, id="Christmas shopping is a season"),
        pytest.param("2026-12-25", None, {}, id="and carriers that rest are no event"),
        pytest.param("2026-11-25", None, {}, id="an ordinary Wednesday"),
        pytest.param("2026-10-07", "2025-10-08", {}, id="typed this year, of the table last year"),
        pytest.param("2026-10-08", UNKNOWN, {}, id="typed with a day more than last year"),
        pytest.param("2027-06-23", "2026-06-24", {}, id="Prime Day typed for 2027"),
        pytest.param("2027-05-10", "2026-05-04", {}, id="typed in both years"),
        pytest.param("2026-05-04", UNKNOWN, {}, id="typed for the first time"),
        pytest.param("2027-11-29", "2026-11-30", {}, id="the four days that people call so"),
        pytest.param("2027-03-01", None, {}, id="typed for the other region"),
        pytest.param("2027-03-01", UNKNOWN, {"region": Region.EU}, id="and for this one"),
        pytest.param("2027-04-05", UNKNOWN, {"countries": {"FR"}}, id="typed for this market"),
        pytest.param("2027-04-05", None, {"countries": {"DE"}}, id="typed for another market"),
        pytest.param(
            "2026-12-26", "2025-12-26", {"region": Region.EU, "countries": {"GB"}}, id="Boxing Day"
        ),
        pytest.param(
            "2026-12-26", None, {"region": Region.EU, "countries": {"DE"}}, id="in Britain"
        ),
    ],
)
def test_the_same_day_of_last_year(day: str, twin: str | None, changes: dict[str, object]) -> None:
    events = replace(Events(Region.US, AMAZON, OWN), **changes)  # type: ignore[arg-type]  # by name
    first = date.fromisoformat(day)
    found = events.twin(day_period(first).window)
    said = None if found is None else str(found.day or UNKNOWN)
    assert said == twin


def test_a_week_takes_its_first_event_day() -> None:
    week = week_of(date(2026, 11, 27)).window
    found = Events(Region.US, AMAZON, "").twin(week)
    assert found is not None
    assert (found.names["en"], found.day) == ("Thanksgiving", date(2025, 11, 27))


# --- in a rule ------------------------------------------------------------------------------------

FRIDAY = date(2026, 11, 27)
LAST_YEAR = date(2025, 11, 28)
SURGE = {"against": "mean", "value": 3.0, "history": 4}


def reviews(day: date, count: int) -> Leaf:
    return leaves_of(day, {"reviews_negative": [count]})[0]


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        pytest.param(10, 25, [], id="25 beside 10 of last year, though 1 a day was usual"),
        pytest.param(10, 31, [30.0], id="31 is more than three times 10"),
        pytest.param(0, 1, [0.0], id="more than three times nothing"),
    ],
)
def test_black_friday_is_compared_with_black_friday(then: int, now: int, told: list[float]) -> None:
    book = book_of(rule(**SURGE))
    figures = actuals_of(
        FRIDAY, {"reviews_negative": [1] * 20 + [now]}, leaves=[reviews(LAST_YEAR, then)]
    )
    found = [
        a for f in folds(book, figures, scopes(book), FRIDAY + timedelta(days=1)) for a in f.alarms
    ]
    assert [one.limit.value for one in found] == told
    for one in found:
        names: Texts = {"zh": "黑色星期五", "en": "Black Friday"}
        assert one.limit.event == SameEvent(float(then), names, LAST_YEAR)
        assert one.limit.history is None


@pytest.mark.parametrize(
    ("day", "own", "code"),
    [
        pytest.param(FRIDAY, "", "rule_event_unknown", id="no figures of last year"),
        pytest.param(date(2026, 9, 9), "Sale 2026-09-09 x2", "rule_event_undated", id="no date"),
    ],
)
def test_without_last_year_an_event_day_is_silent_and_says_why(
    day: date, own: str, code: str
) -> None:
    book = book_of(rule(**SURGE), settings=Settings("2026-11", "", events=own))
    figures = actuals_of(day, {"reviews_negative": [1] * 20 + [90]})
    known, today = scopes(book), day + timedelta(days=1)
    folded = folds(book, figures, known, today)
    assert [fold.alarms for fold in folded] == [()]
    (one,) = unjudged(book, CATALOG, known, folded, today)
    assert [why.code for why in one.why] == [code]
    assert all(str(one.why[0].what[language]).startswith("US1") for language in ("zh", "en"))


def test_the_day_after_an_event_is_compared_with_the_days_before_again() -> None:
    """The Tuesday after Cyber Monday: the four days before hold 9 each, three times are 27."""
    book, day = book_of(rule(**SURGE)), date(2026, 12, 1)
    figures = actuals_of(day, {"reviews_negative": [1] * 20 + [9] * 4 + [28]})
    (fold,) = folds(book, figures, scopes(book), day + timedelta(days=1))
    assert [one.limit.value for one in fold.alarms] == [27.0]


def test_a_loss_of_last_years_event_has_no_multiple() -> None:
    line: Line = ("净评", "1-差评数", "count", "higher")

    catalog, _ = CATALOG.with_own(table("tblKpi", "指标", "metric formula unit better", line))
    book = book_of(rule(**SURGE, metric="净评"))
    figures = actuals_of(
        FRIDAY, {"reviews_negative": [0] * 9}, catalog=catalog, leaves=[reviews(LAST_YEAR, 5)]
    )
    known, today = scopes(book), FRIDAY + timedelta(days=1)
    (one,) = unjudged(book, catalog, known, folds(book, figures, known, today), today)
    assert [why.code for why in one.why] == ["rule_history_negative"]


def test_the_week_of_black_friday_is_compared_with_that_week_and_a_month_is_not() -> None:
    """70 of last year's week, 10 a day; the weeks before this year's had 7, one a day."""
    end = date(2026, 11, 29)
    past = [reviews(date(2025, 11, 24) + timedelta(days=n), 10) for n in range(7)]
    figures = actuals_of(end, {"reviews_negative": [1] * 70 + [40] * 7}, leaves=past)
    weekly = book_of(rule(**SURGE, window=PeriodKind.WEEK))
    (fold,) = folds(weekly, figures, scopes(weekly), end + timedelta(days=1))
    assert [one.limit.value for one in fold.alarms] == [210.0]
    monthly = book_of(rule(**SURGE, window=PeriodKind.MONTH, least=1))
    figures = actuals_of(date(2026, 11, 30), {"reviews_negative": [1] * 61 + [40] * 30})
    (fold,) = folds(monthly, figures, scopes(monthly), date(2026, 12, 1))
    assert [one.limit.event for one in fold.alarms] == [None]
