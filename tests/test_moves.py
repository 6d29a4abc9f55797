"""Moves: a second row of a person counts from the first of a month, for cards, teams and shares."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.contracts import Contract, Version, in_force
from kpi.moves import every_row, in_month
from kpi.scorecards import Scoring
from kpi.target_scopes import TargetKind, kind_of, target_scopes
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode
from sync_service import refresh
from sync_service.workbooks.xlsx import XlsxPort
from tests.card_support import OCT, PEOPLE, SHOP, actuals, book, run, target, weight
from tests.table_support import Line, table

CODES = "person since role department manager us_share start end fte ramp"
FIRST: Line = ("OPS1", None, "运营", "EU", "HEAD", 0.5, date(2026, 1, 5), None, 0.5)
HEAD: Line = ("HEAD", None, "店长/主管")


def read(*lines: Line, month: str = "2026-10") -> Book:
    setting = table("tblSetting", "设置", "setting value", ("month", month))
    people = table("tblPeople", "人员", CODES, *lines)
    return read_book({"tblSetting": setting, "tblPeople": people}, decode, {})


@pytest.mark.parametrize(
    ("since", "month", "role", "told"),
    [
        pytest.param(date(2026, 10, 1), "2026-09", "operations", [], id="the month before"),
        pytest.param(date(2026, 10, 1), "2026-10", "advertising", [], id="the month of the move"),
        pytest.param(date(2026, 10, 1), "", "advertising", [], id="no month is reviewed"),
        pytest.param(date(2026, 10, 15), "2026-10", "operations", ["B6"], id="within the month"),
        pytest.param(date(2026, 10, 15), "2026-11", "advertising", ["B6"], id="the month after"),
        pytest.param(date(2026, 12, 2), "2027-01", "advertising", ["B6"], id="over the year"),
    ],
)
def test_a_move_counts_from_the_first_of_a_month(
    since: date, month: str, role: str, told: list[str]
) -> None:
    given = read(FIRST, ("OPS1", since, "广告投放"), HEAD, month=month)
    assert [person.code for person in given.people] == ["OPS1", "HEAD"]
    assert given.people[0].role == role
    wanted = [("move_next_month", cell) for cell in told]
    told_here = [p for p in given.problems if p.place.table == "tblPeople"]
    assert [(p.code, p.place.cell) for p in told_here] == wanted


def test_what_a_later_row_leaves_empty_goes_on() -> None:
    given = read(FIRST, ("OPS1", date(2026, 10, 1), None, "US", None, 1.0), HEAD)
    before, after = given.moves
    assert before.us_share == 0.5
    assert after == replace(
        before, department="US", us_share=1.0, since=date(2026, 10, 1), role="operations"
    )
    assert (after.manager, after.start, after.fte) == ("HEAD", date(2026, 1, 5), 0.5)


@pytest.mark.parametrize(
    ("ends", "end"),
    [
        pytest.param((None, None), None, id="nobody leaves"),
        pytest.param((date(2026, 9, 30), None), None, id="the old role ends, the person stays"),
        pytest.param((date(2026, 12, 31), None), date(2026, 12, 31), id="the last day is known"),
        pytest.param((None, date(2026, 12, 31)), date(2026, 12, 31), id="typed in the later row"),
    ],
)
def test_a_person_leaves_once(ends: tuple[date | None, date | None], end: date | None) -> None:
    later: Line = ("OPS1", date(2026, 10, 1), None, None, None, None, None, ends[1])
    given = read((*FIRST[:7], ends[0]), later, HEAD)
    assert [row.end for row in given.moves] == [end, end]


@pytest.mark.parametrize(
    ("lines", "problems", "rows"),
    [
        pytest.param(
            (("OPS1", None, "厨师"), ("OPS1", date(2026, 10, 1), "运营")),
            [("unknown_role", "C5")],
            0,
            id="the first row is wrong: one Problem",
        ),
        pytest.param(
            (FIRST, ("OPS1", date(2026, 10, 1), "厨师")),
            [("unknown_role", "C6")],
            1,
            id="the move is wrong: the first row stands",
        ),
        pytest.param(
            (FIRST, ("OPS1", "soon", "运营")), [("not_a_date", "B6")], 1, id="no day of the move"
        ),
        pytest.param(
            (FIRST, (*FIRST[:2], "广告投放")), [("duplicate_key", "A6")], 1, id="the same day twice"
        ),
        pytest.param(
            ((*FIRST[:9], "x"), ("OPS1", date(2026, 10, 1), "运营")),
            [("not_steps", "J5")],
            2,
            id="a doubt of the first row is told once",
        ),
    ],
)
def test_what_is_wrong_in_a_row_is_told_once(
    lines: tuple[Line, ...], problems: list[tuple[str, str]], rows: int
) -> None:
    given = read(*lines, HEAD)
    assert [(p.code, p.place.cell) for p in given.problems] == problems
    assert len([row for row in every_row(given) if row.code == "OPS1"]) == rows


def test_rows_need_no_order() -> None:
    moved: Line = ("OPS1", date(2026, 10, 1), "广告投放")
    assert read(moved, FIRST, HEAD).people == read(FIRST, moved, HEAD).people


def test_each_month_is_scored_by_the_row_of_its_month_also_as_it_was_signed() -> None:
    """Signed with both rows; a third row in the sheet changes nothing until it is signed."""
    given = read(FIRST, ("OPS1", date(2026, 10, 1), "广告投放"), HEAD)
    contract = Contract(rows_of(given, shipped()))
    assert set(contract.tables["tblPeople"]) == {"OPS1", "OPS1｜2026-10-01", "HEAD"}
    version = Version(1, date(2026, 1, 1), date(2026, 1, 1), contract)
    third: Line = ("OPS1", date(2026, 10, 1), "采购/供应链")
    for typed in (given, read(FIRST, HEAD), read(FIRST, third, HEAD)):
        roles = [
            in_force(typed, shipped(), (version,), period(month)).book.people[0].role
            for month in ("2026-09", "2026-10", "2026-11")
        ]
        assert roles == ["operations", "advertising", "advertising"]
    assert in_force(given, shipped(), (), period("2026-09")).book.people[0].role == "operations"


def test_who_is_not_signed_at_all_is_not_scored() -> None:
    signed = rows_of(read(HEAD), shipped())
    new = ruled(read(FIRST, ("OPS1", date(2026, 10, 1), "广告投放"), HEAD), signed)
    assert {person.code: person.scored for person in new.people} == {"HEAD": True, "OPS1": False}


def test_a_book_without_moves_is_the_same_in_any_month() -> None:
    given = read(FIRST, HEAD)
    assert in_month(given, period("2026-09")) is given
    moved = read(FIRST, ("OPS1", date(2026, 10, 1), "广告投放"), HEAD)
    assert in_month(moved, period("2026-10")) is moved


def test_a_target_may_name_the_role_and_the_department_of_a_later_row() -> None:
    given = read(FIRST, ("OPS1", date(2026, 12, 1), "广告投放", "Ads"), HEAD)
    assert {"advertising", "Ads"} <= target_scopes(given)
    row = target("advertising", "net_sales", 1.0)
    assert kind_of(given, row) is TargetKind.ROLE
    assert kind_of(given, replace(row, scope="Ads")) is TargetKind.DEPARTMENT


def test_the_card_of_a_month_is_that_of_its_role() -> None:
    """OPS1 advertises from November: October is scored by operations, November by acos alone."""
    ads = replace(PEOPLE[0], role="advertising", since=date(2026, 11, 1))
    lines = (weight("net_sales", 100), replace(weight("acos", 100), role="advertising"))
    given = replace(book(shops=(SHOP,), people=(PEOPLE[0],), weights=lines), moves=(PEOPLE[0], ads))
    facts = actuals(run("DE", 800, 1))
    for month, metric in ((OCT, "net_sales"), (period("2026-11"), "acos")):
        [card] = Scoring(in_month(given, month), facts).people(month)
        assert [item.metric.code for item in card.cards[0].items] == [metric]


def test_a_move_is_typed_in_the_tab_people(tmp_path: Path) -> None:
    rows: tuple[StartRow, ...] = (
        {"person": "OPS1", "role": "operations", "us_share": 1.0},
        {"person": "OPS1", "role": "advertising", "since": date(2026, 10, 1)},
    )
    start = BookStart(settings={"month": "2026-10"}, people=rows)
    given, _, _ = refresh.read(XlsxPort(build(tmp_path / "b.xlsx", "manager", "en", start)).read())
    assert [(row.role, row.us_share) for row in given.moves] == [
        ("operations", 1.0),
        ("advertising", 1.0),
    ]
    assert [person.role for person in given.people] == ["advertising"]
