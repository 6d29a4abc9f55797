"""Days of grace of `points`: what is late by so many days is no miss, and later it is one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.grace import days_of_grace, forgiven
from kpi.model import Region, ScopeKind
from kpi.scoring import item_score
from kpi.typed_rows import Settings, TaskRow
from sheet_templates.words import decode
from tests.table_support import table
from tests.test_kpi_register import CATALOG, OCT, register, scope, task

MISSED = CATALOG.metrics["statutory_deadline_missed"]
ANN = scope("ANN", ScopeKind.PERSON)
CODES = "role region metric on weight method p1 p2 p3 p4"


def late(due: int, delivered: date | None, **more: object) -> TaskRow:
    """A report due on a day of October, and delivered."""
    given: dict[str, object] = {"due": date(2026, 10, due), "delivered": delivered}
    return replace(task(), **given | more)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("tasks", "grace", "misses"),
    [
        pytest.param((late(20, date(2026, 10, 22)),), 0, 1.0, id="without grace two days are late"),
        pytest.param((late(20, date(2026, 10, 22)),), 1, 1.0, id="one day of grace is not enough"),
        pytest.param((late(20, date(2026, 10, 22)),), 2, 0.0, id="the last day of grace is inside"),
        pytest.param((late(30, date(2026, 11, 1)),), 2, 0.0, id="across the end of the month"),
        pytest.param((late(30, date(2026, 11, 2)),), 2, 1.0, id="too late across it"),
        pytest.param(
            (late(20, date(2026, 10, 22)), late(21, None, done=0.0, number="T-2")), 2, 1.0,
            id="not delivered at all is a miss",
        ),
        pytest.param((late(20, date(2026, 10, 18)),), 2, 0.0, id="in time is in time"),
        pytest.param((late(20, None),), 40, 0.0, id="done on a day nobody wrote, inside the grace"),
    ],
)  # fmt: skip
def test_misses_of_october(tasks: tuple[TaskRow, ...], grace: int, misses: float) -> None:
    november = replace(register(*tasks), today=date(2026, 11, 10))
    found = november.actual(MISSED, ANN, OCT, grace)
    assert found is not None
    assert found.value == misses


TODAY = date(2026, 10, 24)


@pytest.mark.parametrize(
    ("one", "due", "delivered"),
    [
        pytest.param(late(23, None, done=0.0), date(2026, 10, 25), None, id="it may yet come"),
        pytest.param(late(21, None, done=0.0), date(2026, 10, 21), None, id="its grace is over"),
        pytest.param(
            late(23, date(2026, 10, 30)), date(2026, 10, 25), date(2026, 10, 30),
            id="a day of delivery to come is a plan",
        ),
        pytest.param(
            late(22, None), date(2026, 10, 22), date(2026, 10, 22), id="done by today at the latest"
        ),
        pytest.param(
            late(20, date(2026, 10, 23)), date(2026, 10, 20), date(2026, 10, 23), id="too late"
        ),
    ],
)  # fmt: skip
def test_a_task_as_it_counts(one: TaskRow, due: date, delivered: date | None) -> None:
    (found,) = forgiven([one], 2, TODAY)
    assert (found.due, found.delivered) == (due, delivered)


def test_a_task_without_a_day_is_left_alone() -> None:
    bare = task(due=None)
    assert forgiven([bare], 5, TODAY) == (bare,)


def test_the_score_has_the_misses_that_are_left() -> None:
    """Points 100, 2 a miss, 1 free: three misses cost 4; with grace one is left, which is free."""
    three = tuple(
        late(day, date(2026, 10, day + 2 if day < 15 else day + 9), number=f"T-{day}")
        for day in (10, 12, 15)
    )
    scores = []
    for grace in (0, 2):
        found = replace(register(*three), today=date(2026, 11, 10)).actual(MISSED, ANN, OCT, grace)
        assert found is not None
        params = (100.0, 2.0, 1.0, float(grace))
        scores.append(item_score("points", found.value, None, params))
    assert scores == [96.0, 100.0]


@pytest.mark.parametrize(
    ("method", "params", "days"),
    [
        pytest.param("points", (None, None, None, 3.0), 3, id="the fourth parameter"),
        pytest.param("points", (None, None, None, None), 0, id="none where none is typed"),
        pytest.param("band", (1.0, 2.0, 3.0, 3.0), 0, id="of another method it is something else"),
    ],
)
def test_days(method: str, params: tuple[float | None, ...], days: int) -> None:
    assert days_of_grace(method, params) == days


def read(metric: str, grace: float | str | None, method: str = "扣分项") -> Book:
    line = ("运营", "EU", metric, "是", 100.0, method, 100.0, 2.0, 1.0, grace)
    rows = table("tblWeight", "权重", CODES, line)
    return read_book({"tblWeight": rows}, decode, CATALOG.names(), CATALOG)


@pytest.mark.parametrize(
    ("metric", "grace", "codes"),
    [
        pytest.param("statutory_deadline_missed", 2.0, [], id="tasks have days"),
        pytest.param("statutory_deadline_missed", None, [], id="no grace"),
        pytest.param("statutory_deadline_missed", 1.5, ["not_whole"], id="a day and a half"),
        pytest.param("statutory_deadline_missed", 32.0, ["out_of_range"], id="a month and more"),
        pytest.param("statutory_deadline_missed", "two", ["not_a_number"], id="a word"),
        pytest.param("negative_review_count", 2.0, ["grace_of_nothing"], id="reviews have none"),
        pytest.param("strange_thing", 2.0, ["strange_kpi"], id="a KPI that is not there"),
    ],
)
def test_what_a_line_says_of_its_grace(
    metric: str, grace: float | str | None, codes: list[str]
) -> None:
    assert [one.code for one in read(metric, grace).problems] == codes


def test_the_fourth_parameter_of_another_method_is_no_grace() -> None:
    line = ("运营", "EU", "net_sales", "是", 100.0, "锚点", 70.0, 80.0, 90.0, 100.5)
    rows = table("tblWeight", "权重", CODES, line)
    assert read_book({"tblWeight": rows}, decode, CATALOG.names(), CATALOG).problems == ()


def test_other_scopes_are_not_touched() -> None:
    """The register of the book itself keeps every task as it is typed."""
    found = register(late(20, date(2026, 10, 22)))
    found.actual(MISSED, ANN, OCT, 2)
    plain = found.actual(MISSED, ANN, OCT)
    assert plain is not None
    assert plain.value == 1.0
    assert replace(found.book, settings=Settings("", "")).tasks[0].delivered == date(2026, 10, 22)
    assert ANN.region is Region.EU
