"""Entry, leave and newcomers: days and steps of a target, every number worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.employment import Presence, fitted, left_behind, presence
from kpi.model import Region, Window
from kpi.numbers import normalise
from kpi.organisation import person_parts
from kpi.person_targets import Goal
from kpi.steps import read_steps, steps_text
from kpi.tables import Cell, CellValue, Row, Table
from kpi.trade import Assignment, Person, Shop
from kpi.typed_rows import Settings
from kpi.working_days import proration_of
from tests.card_support import OCT, actuals, book, card, run, target

STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
NEW = Person("OPS1", "", "", "operations", None, None, None, None, None, scored=True)
ALL_OCT = OCT.window


@pytest.mark.parametrize(
    ("start", "end", "month", "days", "number", "step"),
    [
        pytest.param(None, None, "2026-10", 31, 0, 1.0, id="no dates: always there, no step"),
        pytest.param(date(2026, 10, 17), None, "2026-10", 15, 1, 0.0, id="first month, 17 to 31"),
        pytest.param(date(2026, 10, 17), None, "2026-11", 30, 2, 0.25, id="second month"),
        pytest.param(date(2025, 12, 1), None, "2026-04", 30, 5, 1.0, id="over a year's end"),
        pytest.param(date(2026, 1, 1), None, "2026-10", 31, 10, 1.0, id="later months keep 100 %"),
        pytest.param(date(2026, 11, 2), None, "2026-10", 0, 0, 1.0, id="not there yet"),
        pytest.param(None, date(2026, 10, 9), "2026-10", 9, 0, 1.0, id="the last day is included"),
        pytest.param(None, date(2026, 9, 30), "2026-10", 0, 0, 1.0, id="left before"),
    ],
)
def test_days_and_step_of_a_month(
    start: date | None, end: date | None, month: str, days: int, number: int, step: float
) -> None:
    here = presence(replace(NEW, start=start, end=end, ramp=STEPS), period(month))
    assert (here.days.days, here.number, here.step) == (days, number, step)
    assert here.share == pytest.approx(days / here.month.days, abs=1e-9)


def test_without_steps_a_newcomer_has_the_whole_target() -> None:
    here = presence(replace(NEW, start=date(2026, 10, 1)), OCT)
    assert (here.number, here.step, here.days) == (0, 1.0, ALL_OCT)


HALF = Presence(Window(date(2026, 10, 17), date(2026, 11, 1)), ALL_OCT, 2, 0.25)
QUARTER_OF_HALF = 3.75 / 31  # of the month: 25 % of 15 days
GONE = Presence(Window(date(2026, 10, 1), date(2026, 10, 10)), ALL_OCT, 0, 1.0)


@pytest.mark.parametrize(
    ("goal", "here", "until", "value", "share", "part"),
    [
        pytest.param(Goal(3100.0, 0.5, "DE", 0.5), HALF, date(2026, 10, 20), 775.0, 0.5, 0.125,
                     id="summed over shops: the step alone, its days are known already"),
        pytest.param(Goal(3100.0, 0.5, "operations"), HALF, date(2026, 10, 20), 375.0, 0.2,
                     QUARTER_OF_HALF, id="of the role: 25 %, then 15 of 31 days; 3 of 15 are due"),
        pytest.param(Goal(3100.0, 0.5, "OPS1"), HALF, date(2026, 10, 20), 1500.0, 0.2, 15 / 31,
                     id="of the person: 15 of 31 days and no step"),
        pytest.param(Goal(3100.0, 0.3, "operations"), HALF, date(2026, 10, 11), 375.0, None,
                     QUARTER_OF_HALF, id="nothing is due before the first day"),
        pytest.param(Goal(3100.0, 1.0, "operations"), GONE, date(2026, 11, 1), 900.0, 1.0, 9 / 31,
                     id="left on the 9th: 9 of 31 days, all due"),
    ],
)  # fmt: skip
def test_a_goal_takes_the_step_then_the_days(
    goal: Goal, here: Presence, until: date, value: float, share: float | None, part: float
) -> None:
    found = fitted(goal, here, NEW, until)
    assert found is not None
    assert found.value == pytest.approx(value, abs=1e-6)
    assert found.share == share
    assert found.part == normalise(part)


# October 2026 in China: golden week to the seventh and a make-up Saturday (the tenth): 18 days. The
# first nine have two of them, the 17th to the 31st ten.
IN_CHINA = ("CN", "")


@pytest.mark.parametrize(
    ("start", "end", "team", "share"),
    [
        pytest.param(None, date(2026, 10, 9), None, 9 / 31, id="calendar days"),
        pytest.param(None, date(2026, 10, 9), IN_CHINA, 2 / 18, id="working days in China"),
        pytest.param(None, date(2026, 10, 9), ("DE", ""), 7 / 22, id="and in Germany"),
        pytest.param(
            *(None, date(2026, 10, 9), ("DE", "Fair 2026-10-03 work; Day 2026-10-09 off")),
            7 / 22,
            id="a day more, a day less",
        ),
        pytest.param(date(2026, 10, 17), None, IN_CHINA, 10 / 18, id="who came on the 17th"),
        pytest.param(None, None, IN_CHINA, 1.0, id="who was always there"),
        pytest.param(None, date(2026, 10, 4), IN_CHINA, 0.0, id="who left within the holidays"),
    ],
)
def test_attendance_by_calendar_or_working_days(
    start: date | None, end: date | None, team: tuple[str, str] | None, share: float
) -> None:
    here = presence(replace(NEW, start=start, end=end), OCT, team)
    assert here.share == pytest.approx(share, abs=1e-9)
    goal = Goal(1800.0, 1.0, "operations")
    found = fitted(goal, here, NEW, ALL_OCT.end)
    assert found is not None
    assert found.value == pytest.approx(1800 * share, abs=1e-6)
    assert found.part == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize(
    ("proration", "team"),
    [("calendar", None), ("working", ("DE", "Day 2026-10-09 off"))],
)
def test_the_setting_says_which_days_prorate(proration: str, team: tuple[str, str] | None) -> None:
    given = Settings(
        *("2026-10", ""),
        time_zone="Europe/Berlin",
        events="Day 2026-10-09 off",
        proration=proration,
    )
    assert proration_of(given) == team


def test_no_goal_stays_none() -> None:
    assert fitted(None, HALF, NEW, date(2026, 10, 20)) is None


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("0 25 50 75 100", STEPS),
        ("0%, 25%，50% / 75% / 100%", STEPS),
        ("", ()),
        ("soon", None),
        ("50 120", None),
        ("-5 100", None),
    ],
)
def test_steps_are_read_as_they_are_typed(text: str, steps: tuple[float, ...] | None) -> None:
    assert read_steps(text) == steps


def test_steps_are_signed_as_they_are_typed() -> None:
    assert read_steps(steps_text(STEPS)) == STEPS


# --- on a card ------------------------------------------------------------------------------------


def test_who_starts_in_mid_month_answers_for_the_days_from_then() -> None:
    """From the 6th: five of ten days sold, 31,000 EUR x 26/31 x 1.1 are the target."""
    people = (replace(NEW, start=date(2026, 10, 6)),)
    sales = card(actuals(run("DE", 1_000, 100)), book(people=people)).cards[0].items[0]
    assert (sales.actual.value, sales.goal and sales.goal.value) == (5_500.0, 28_600.0)
    assert (sales.due, sales.score) == (5_500.0, 100.0)


def test_a_newcomers_second_month_asks_a_quarter() -> None:
    people = (replace(NEW, start=date(2026, 9, 1), ramp=STEPS),)
    sales, acos = card(actuals(run("DE", 1_000, 100)), book(people=people)).cards[0].items
    assert (sales.goal and sales.goal.value, sales.due) == (8_525.0, 2_750.0)
    assert sales.score == 120.0  # the cap
    assert acos.goal is not None
    assert acos.goal.value == 0.25  # a ratio stays


def test_a_step_of_nothing_takes_the_item_off_the_card() -> None:
    """Only ACoS is asked in the first month: it is the whole card and its coverage is full."""
    people = (replace(NEW, start=date(2026, 10, 1), ramp=STEPS),)
    one = card(actuals(run("DE", 1_000, 100)), book(people=people)).cards[0]
    assert (one.items[0].score, one.total.shares) == (None, (0.0, 100.0))
    assert (one.total.coverage, one.total.total) == (1.0, 100.0)


def test_an_own_monthly_plan_is_the_persons_steps() -> None:
    people = (replace(NEW, start=date(2026, 9, 1), ramp=STEPS),)
    own = (*book().targets, target("OPS1", "net_sales", 10_000.0, "USD"))
    sales = card(actuals(run("DE", 1_000, 100)), book(people=people, targets=own)).cards[0].items[0]
    assert sales.goal is not None
    assert sales.goal.value == 10_000.0


def test_who_left_has_no_card_and_the_shop_is_named() -> None:
    people = (replace(NEW, end=date(2026, 9, 30)), *book().people[1:])
    left = book(people=people)
    assert person_parts(left, "OPS1")[0].days.end == date(2026, 10, 1)
    found = [problem.code for problem in left_behind(left, OCT)]
    assert found == ["owner_absent"]
    with pytest.raises(StopIteration):
        card(actuals(run("DE", 1_000, 100)), left)


def test_a_line_that_begins_after_the_last_day_is_nobodys() -> None:
    """A shop given on 1 November to who left on 30 September is not answered for by them."""
    people = (replace(NEW, code="OPS9", end=date(2026, 9, 30)), *book().people)
    line = Assignment("DE", None, "OPS9", 1.0, Window(date(2026, 11, 1), date(9999, 1, 1)))
    late = replace(book(people=people), assignments=(line,))
    assert person_parts(late, "OPS9") == ()


def test_a_dated_line_takes_over_from_who_left() -> None:
    people = (replace(NEW, end=date(2026, 10, 9)), *book().people[1:])
    line = Assignment("DE", None, "OPS2", 1.0, Window(date(2026, 10, 10), date(9999, 1, 1)))
    assert not list(left_behind(book(people=people, assignments=(line,)), OCT))


def test_an_unknown_owner_is_no_absent_one() -> None:
    shop = Shop("DE", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin", "NOBODY")
    assert not list(left_behind(Book(Settings("2026-10", ""), shops=(shop,)), OCT))


@pytest.mark.parametrize(
    ("text", "steps", "problems"),
    [("50 100", (0.5, 1.0), []), ("soon", (), ["not_steps"]), ("", (), [])],
)
def test_steps_of_a_person_are_read_and_a_slip_leaves_the_whole_target(
    text: str, steps: tuple[float, ...], problems: list[str]
) -> None:
    typed: dict[str, CellValue] = {"person": "OPS1", "role": "operations", "ramp": text}
    cells = {code: Cell(value, f"{code}5") for code, value in typed.items()}
    table = Table("tblPeople", "People", tuple(typed), (Row(5, cells, {}),))
    found = read_book({"tblPeople": table}, lambda _, word: word, {})
    assert [person.ramp for person in found.people] == [steps]
    assert [one.code for one in found.problems] == problems
