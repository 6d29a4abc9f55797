"""Newcomers: the plan of each line, gates in time, late and missed, typed quizzes and ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import DataState, Region, Scope, ScopeKind
from kpi.newcomer_plans import STANDARD, plans
from kpi.newcomers import newcomers
from kpi.pack_reading import stages
from kpi.ratings import Ratings, attempts
from kpi.register import Register
from kpi.renewals import gates
from kpi.scopes import same
from kpi.tables import Cell, CellValue, Row, Table
from kpi.trade import Person
from kpi.typed_rows import InputRow, Settings, TaskRow
from sheet_templates.word_lists import LISTS
from sheet_templates.words import decode

TODAY = date(2026, 10, 22)
START = date(2026, 10, 5)  # a Monday: the seventh day is Sunday the 11th
OCT, NOV = period("2026-10"), period("2026-11")


def person(code: str = "NEW", **more: Any) -> Person:
    usual = Person(code, code, "", "newcomer", None, START, None, 0.5, None, scored=True)
    return replace(usual, **more)


def book(*tasks: TaskRow, people: tuple[Person, ...] | None = None) -> Book:
    return Book(Settings("2026-10", "X"), people=people or (person(),), tasks=tasks)


def gate(due: int, on: int | None = None, **more: Any) -> TaskRow:
    """A gate due on a day of October, passed on another."""
    done, day = (0.0, None) if on is None else (1.0, date(2026, 10, on))
    usual = TaskRow(
        f"G-{due}", "gate", None, None, "gate", "NEW", date(2026, 10, due), done, "T!A5"
    )
    return replace(usual, delivered=day, **more)


# ------------------------------------------------------------------------------------- the plans


def test_every_line_has_a_word_and_gates_in_the_order_of_their_days() -> None:
    assert [code for code, _, _ in LISTS["newcomer_plan"]] == list(plans())
    for code, zh, en in LISTS["newcomer_plan"]:
        plan = plans()[code]
        assert (plan.names["zh"], plan.names["en"]) == (zh, en)
        days = [stage.day for stage in plan.stages]
        assert days == sorted(set(days))  # the day is part of a gate's number
        assert 0 < days[0] < plan.last_day == days[-1] <= 90
        assert {region for stage in plan.stages for region in stage.regions} == set(Region)


def test_the_standard_plan_is_that_of_the_newcomer_pack() -> None:
    for region in Region:
        mine = tuple(stage for stage in plans()[STANDARD].stages if region in stage.regions)
        assert mine == stages(region)


@pytest.mark.parametrize(
    ("plan", "days", "seventh"),
    [
        pytest.param(None, [5, 7, 30, 60, 75], "Runs an ad group alone", id="no plan is chosen"),
        pytest.param("advertising", [3, 7, 21, 45, 75], "Runs an ad group alone", id="advertising"),
        pytest.param("purchasing", [5, 10, 30, 60, 75], None, id="purchasing"),
        pytest.param(
            "customer_service", [3, 7, 21, 45, 75], "Answers buyers' messages alone", id="service"
        ),
        pytest.param("compliance", [5, 14, 28, 30, 60, 75], None, id="each side has its own"),
    ],
)
def test_the_business_line_chooses_the_gates(
    plan: str | None, days: list[int], seventh: str | None
) -> None:
    found = list(gates(book(people=(person(plan=plan),)), TODAY))
    assert [(one.due - START).days + 1 for one in found] == days
    week = next((o.names["en"] for o in found if o.due == date(2026, 10, 11)), None)
    assert week == seventh


# ---------------------------------------------------------------------------------- the progress


@pytest.mark.parametrize(
    ("gates", "counts", "rate", "next_due"),
    [
        pytest.param([gate(9, 9)], (1, 0, 0), 1.0, None, id="passed on its day"),
        pytest.param([gate(9, 10)], (0, 1, 0), 0.5, None, id="a day late counts half"),
        pytest.param([gate(9)], (0, 0, 1), 0.0, 9, id="missed"),
        pytest.param([gate(9, 9, outcome="failed")], (0, 0, 1), 0.0, 9, id="failed"),
        pytest.param([gate(22)], (0, 0, 0), None, 22, id="on the due day nothing is missed"),
        pytest.param([gate(30, 20)], (1, 0, 0), 1.0, None, id="passed before it is due"),
        pytest.param(
            [gate(9, 9), gate(11, 13), gate(20), gate(30)], (1, 1, 1), 0.5, 20, id="1.5 of 3"
        ),
        pytest.param(
            [gate(9, 9), replace(gate(1), due=None)], (1, 0, 0), 1.0, None, id="one has no day"
        ),
    ],
)
def test_a_gate_is_passed_late_or_not(
    gates: list[TaskRow], counts: tuple[int, int, int], rate: float | None, next_due: int | None
) -> None:
    """The rate is the KPI's own: what the newcomer's card scores."""
    (one,) = newcomers(book(*gates), TODAY)
    assert (one.passed, one.passed_late, one.missed) == counts
    assert one.rate == rate
    assert (one.next.due if one.next else None) == (
        None if next_due is None else date(2026, 10, next_due)
    )
    scored = Register(book(*gates), shipped(), TODAY)
    scope = Scope("NEW", ScopeKind.PERSON, Region.US, same("NEW"))
    actual = scored.actual(shipped().metrics["stage_gate_rate"], scope, OCT)
    assert actual is not None
    assert actual.value == rate


def test_a_plan_is_finished_when_every_gate_is_passed() -> None:
    (done,) = newcomers(book(gate(9, 9), gate(11, 13)), TODAY)
    assert done.finished
    (open_,) = newcomers(book(gate(9, 9), gate(11)), TODAY)
    assert not open_.finished


@pytest.mark.parametrize(
    ("who", "day"),
    [
        pytest.param({}, 18, id="the first day is 1: 22 October is the 18th"),
        pytest.param({"start": date(2026, 10, 22)}, 1, id="today"),
        pytest.param({"start": date(2026, 10, 23)}, None, id="begins tomorrow"),
        pytest.param({"start": date(2026, 8, 8)}, None, id="75 days ago: no newcomer any more"),
        pytest.param({"start": None}, None, id="nobody wrote the start"),
        pytest.param({"end": date(2026, 10, 21)}, None, id="left"),
        pytest.param({"end": date(2026, 12, 31)}, 18, id="leaves later"),
    ],
)
def test_who_began_and_has_no_gates_is_shown_too(who: Mapping[str, Any], day: int | None) -> None:
    found = newcomers(book(people=(person(**who),)), TODAY)
    assert [one.day for one in found] == ([] if day is None else [day])
    assert not any(one.finished or one.gates for one in found)


def test_gates_stand_under_the_mentor() -> None:
    """The mentor of People goes before a gate's reviewer; who is no line of People is shown too."""
    people = (person(mentor="ZOE"), person("TWO", mentor=None), person("OLD", start=None))
    tasks = (
        gate(9, reviewer="BOB"),
        gate(11, owner="TWO", reviewer="ANN", number="G-2"),
        gate(11, owner="GHOST", number="G-3"),
        gate(12, owner=None, number="G-4"),
    )
    found = newcomers(book(*tasks, people=people), TODAY)
    assert [(one.mentor, one.person, one.start) for one in found] == [
        ("", "GHOST", None),
        ("ANN", "TWO", START),
        ("ZOE", "NEW", START),
    ]


def test_a_plan_leaves_the_page_ninety_days_after_its_last_gate() -> None:
    """Due on 9 October: shown up to 7 January."""
    assert newcomers(book(gate(9, 9)), date(2027, 1, 7))
    assert not newcomers(book(gate(9, 9)), date(2027, 1, 8))


# --------------------------------------------------------------------------- quizzes and ratings


def typed(*rows: tuple[int, str, str]) -> tuple[InputRow, ...]:
    """Figures of NEW by day of October, measure and value, typed by OPS1."""
    return tuple(
        InputRow(date(2026, 10, day), "", measure, Decimal(value), "OPS1", f"A{n}", "NEW")
        for n, (day, measure, value) in enumerate(rows)
    )


QUIZ, MOST, MENTOR = "quiz_points", "quiz_points_max", "mentor_points"


def value(
    metric: str, *rows: tuple[int, str, str], of: str = "2026-10", who: str = "NEW"
) -> tuple[float | None, DataState] | None:
    scope = Scope(who, ScopeKind.PERSON, Region.EU, same(who))
    ratings = Ratings(typed(*rows), shipped(), TODAY)
    found = ratings.actual(shipped().metrics[metric], scope, period(of))
    return None if found is None else (found.value, found.state)


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        pytest.param([(5, QUIZ, "45"), (5, MOST, "50")], 0.9, id="45 of 50"),
        pytest.param(
            [(5, QUIZ, "30"), (5, MOST, "50"), (8, QUIZ, "45")], 0.9, id="the second is better"
        ),
        pytest.param(
            [(5, QUIZ, "45"), (5, MOST, "50"), (8, QUIZ, "30")], 0.9, id="the first is better"
        ),
        pytest.param(
            [(5, QUIZ, "30"), (5, MOST, "50"), (8, QUIZ, "40"), (9, QUIZ, "50")],
            0.8,
            id="a third one does not count",
        ),
        pytest.param(
            [(5, QUIZ, "30"), (5, MOST, "50"), (8, QUIZ, "30"), (8, MOST, "40")],
            0.75,
            id="another quiz",
        ),
        pytest.param([(5, QUIZ, "45"), (6, MOST, "50")], 0.9, id="the points possible come later"),
        pytest.param([(5, QUIZ, "45")], None, id="nobody wrote the points possible"),
        pytest.param([(5, QUIZ, "0"), (5, MOST, "0")], None, id="of no points possible"),
    ],
)
def test_the_better_of_two_attempts_counts(
    rows: list[tuple[int, str, str]], part: float | None
) -> None:
    state = DataState.MISSING if part is None else DataState.MANUAL
    assert value("sop_quiz_rate", *rows) == (part, state)


def test_a_quiz_stands_on_and_a_rating_is_given_each_month() -> None:
    """Both typed in October: the quiz is November's too, the rating is missing there."""
    rows = ((5, QUIZ, "45"), (5, MOST, "50"), (9, MENTOR, "70"), (20, MENTOR, "82"))
    later = Ratings(typed(*rows), shipped(), date(2026, 11, 20))
    scope = Scope("NEW", ScopeKind.PERSON, Region.EU, same("NEW"))
    metrics = shipped().metrics
    assert value("mentor_rating", *rows) == (82.0, DataState.MANUAL)
    quiz, rating = (
        later.actual(metrics[c], scope, NOV) for c in ("sop_quiz_rate", "mentor_rating")
    )
    assert quiz is not None
    assert rating is not None
    assert (quiz.value, quiz.numerator, quiz.denominator) == (0.9, 45.0, 50.0)
    assert (rating.value, rating.state) == (None, DataState.MISSING)
    behind = later.behind(metrics["sop_quiz_rate"], scope, NOV)
    assert [(row.measure, row.by) for row in behind] == [(QUIZ, "OPS1"), (MOST, "OPS1")]


@pytest.mark.parametrize(
    ("metric", "who", "of"),
    [
        pytest.param("acos", "NEW", "2026-10", id="another KPI"),
        pytest.param("mentor_rating", "OTHER", "2026-10", id="somebody else"),
        pytest.param("sop_quiz_rate", "NEW", "2026-10", id="nobody typed a quiz"),
        pytest.param("mentor_rating", "NEW", "2026-09", id="not yet"),
    ],
)
def test_what_nobody_typed_is_left_to_the_other_sources(metric: str, who: str, of: str) -> None:
    assert value(metric, (9, MENTOR, "70"), who=who, of=of) is None


def test_a_figure_of_a_later_day_is_a_plan() -> None:
    assert value("mentor_rating", (23, MENTOR, "70")) is None


def test_shops_have_no_personal_figures() -> None:
    scope = Scope("NEW", ScopeKind.SHOP, Region.EU, same("NEW"))
    ratings = Ratings(typed((9, MENTOR, "70")), shipped(), TODAY)
    assert ratings.actual(shipped().metrics["mentor_rating"], scope, OCT) is None


def test_another_author_is_another_fact() -> None:
    scope = Scope("NEW", ScopeKind.PERSON, Region.EU, same("NEW"))
    metric, rows = shipped().metrics["mentor_rating"], typed((9, MENTOR, "70"))
    other = tuple(replace(row, by="HEAD") for row in rows)
    facts = {
        found.facts
        for inputs in (rows, other)
        if (found := Ratings(inputs, shipped(), TODAY).actual(metric, scope, OCT))
    }
    assert len(facts) == 2


def test_attempts_go_by_day_wherever_their_rows_stand() -> None:
    rows = typed((8, QUIZ, "40"), (5, MOST, "50"), (5, QUIZ, "30"))
    assert [one.points.day.day for one in attempts(rows)] == [5, 8]


# -------------------------------------------------------------------------------- typed in Inputs


def table(name: str, *lines: Mapping[str, CellValue]) -> Table:
    cells = ({code: Cell(value, "A5") for code, value in line.items()} for line in lines)
    made = tuple(Row(number, line, {}) for number, line in enumerate(cells, 5))
    return Table(name, name, tuple(lines[0]), made)


def read(*rows: Mapping[str, CellValue]) -> Book:
    tables = {
        "tblPeople": table("tblPeople", {"person": "NEW", "role": "newcomer", "plan": "广告"}),
        "tblInput": table("tblInput", *rows),
    }
    names = {code: code for code in (*shipped().measures, *shipped().metrics)}
    return read_book(tables, decode, names, shipped())


LINE: Mapping[str, CellValue] = {
    "day": date(2026, 10, 5),
    "shop": "NEW",
    "measure": MENTOR,
    "value": 82.0,
    "by": "OPS1",
}


@pytest.mark.parametrize(
    ("changed", "codes", "kept"),
    [
        pytest.param({}, [], 1, id="all there"),
        pytest.param({"by": None}, ["empty"], 0, id="a rating has an author"),
        pytest.param({"by": "NEW"}, ["rated_self"], 1, id="the own rating is doubted"),
        pytest.param({"value": 101.0}, ["out_of_range"], 0, id="over 100"),
        pytest.param({"value": -1.0}, ["out_of_range"], 0, id="below 0"),
        pytest.param({"value": None}, ["empty"], 0, id="no value"),
        pytest.param({"day": None}, ["empty"], 0, id="no day"),
        pytest.param({"value": "many"}, ["not_a_number"], 0, id="no number"),
        pytest.param({"measure": "overhead"}, ["not_personal"], 0, id="a figure of a shop"),
        pytest.param({"measure": None}, ["empty"], 0, id="no measure"),
        pytest.param({"shop": "NOBODY"}, ["unknown_code"], 0, id="nobody's"),
    ],
)
def test_a_line_of_a_person(changed: Mapping[str, CellValue], codes: list[str], kept: int) -> None:
    found = read({**LINE, **changed})
    assert [one.code for one in found.problems if one.place.table == "tblInput"] == codes
    assert len(found.inputs) == kept
    for row in found.inputs:
        assert (row.person, row.shop) == ("NEW", "")


def test_the_plan_is_chosen_in_people() -> None:
    assert read(LINE).people[0].plan == "advertising"
