"""The terms of agencies: read, signed, and which line counts for a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.agency_rows import (
    TERM_UNITS,
    TermRow,
    agreed_with,
    contract_days,
    counted,
    lines_of,
    value_of,
    wording_of,
)
from kpi.book import EVER, NEVER, Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.contracts import Version, changes, contract_from, contract_of, in_force, reach
from kpi.model import Region, Window
from kpi.pack_reading import pack, starting_terms
from sheet_templates.pack_rows import term_rows
from sheet_templates.words import LISTS, decode
from tests.contract_support import BOOK, CATALOG
from tests.table_support import Line, table

COLUMNS = "person term period points value start end wording"
NOV = period("2026-11")


def read(*lines: Line) -> Book:
    people = table("tblPeople", "People", "person name role start scored", ("AG", "Ag", "agency"))
    return read_book(
        {"tblTerm": table("tblTerm", "Terms", COLUMNS, *lines), "tblPeople": people}, decode, {}
    )


def line(
    term: str,
    value: float | None = None,
    *,
    person: str = "",
    period_: str = "",
    start: date | None = None,
    end: date | None = None,
    points: float | None = None,
    wording: str = "",
) -> TermRow:
    return TermRow(person, term, period_, points, value, start, end, wording)


# --- reading --------------------------------------------------------------------------------------


def test_lines_are_read_in_either_language() -> None:
    book = read(
        ("AG", "每月基本服务费", None, None, 3000.0, date(2026, 1, 1), None, "固定"),
        (None, "Service level: part of the fee", None, 85.0, "100%", None, None, None),
        ("AG", "Baseline profit of a month", "9", None, 20_000.0, None, None, None),
        ("AG", "Baseline profit of a month", date(2026, 11, 1), None, 30_000.0, None, None, None),
        ("AG", "Contract currency", None, None, None, None, None, "eur"),
        (None, None, None, None, None, None, None, "a note of nobody's"),
    )
    assert not book.problems
    assert [replace(row, address="") for row in book.terms] == [
        line("fee", 3000.0, person="AG", start=date(2026, 1, 1), wording="固定"),
        line("level", 1.0, points=85.0),
        line("baseline", 20_000.0, person="AG", period_="09"),
        line("baseline", 30_000.0, person="AG", period_="2026-11"),
        line("currency", person="AG", wording="EUR"),
    ]


@pytest.mark.parametrize(
    ("typed", "code", "cell"),
    [
        pytest.param(("AG", "fee", "Q4", None, 1.0), "not_a_term_period", "C5", id="no month"),
        pytest.param(("AG", "fee", None, None, -1.0), "out_of_range", "E5", id="fee below zero"),
        pytest.param(
            ("AG", "reward_rate", None, None, 20.0), "out_of_range", "E5", id="20 is no part of 1"
        ),
        pytest.param(
            ("AG", "payment_day", None, None, 31.0), "out_of_range", "E5", id="no 31st in February"
        ),
        pytest.param(("AG", "dispute_days", None, None, 2.5), "not_whole", "E5", id="half a day"),
        pytest.param(("AG", "level", None, None, 0.9), "empty", "D5", id="a level from no points"),
        pytest.param(
            ("AG", "correction", None, None, -9.0), "empty", "C5", id="a correction of no month"
        ),
        pytest.param(("AG", "wages", None, None, 1.0), "unknown_word", "B5", id="no such term"),
        pytest.param(("XX", "fee", None, None, 1.0), "unknown_person", "A5", id="a stranger"),
        pytest.param(
            ("AG", "currency", None, None, None, None, None, "XYZ"),
            "unknown_currency",
            "H5",
            id="a currency without rates",
        ),
        pytest.param(
            ("AG", "contract", None, None, None, date(2026, 2, 1), date(2026, 1, 1)),
            "dates_crossed",
            "G5",
            id="ends before it starts",
        ),
    ],
)
def test_what_cannot_be_agreed_is_named_with_its_cell(typed: Line, code: str, cell: str) -> None:
    full = (*typed, *(None,) * (8 - len(typed)))
    found = read(full).problems
    assert [(one.code, one.place.cell) for one in found] == [(code, cell)]


def test_a_correction_may_be_below_zero() -> None:
    found = read(("AG", "correction", "2026-10", None, -120.5, None, None, "August restated"))
    assert [row.value for row in found.terms] == [-120.5]


def test_the_same_term_stands_once() -> None:
    same: Line = ("AG", "fee", None, None, 1.0, None, None, None)
    assert [one.code for one in read(same, same).problems] == ["duplicate_key"]


# --- which line counts ----------------------------------------------------------------------------

BASE = line("baseline", 10.0)
OWN = line("baseline", 20.0, person="AG")
EVERY_NOV = line("baseline", 30.0, person="AG", period_="11")
THIS_NOV = line("baseline", 40.0, person="AG", period_="2026-11")
FROM_NOV = line("baseline", 50.0, person="AG", start=date(2026, 11, 30))
FROM_DEC = line("baseline", 60.0, person="AG", start=date(2026, 12, 1))
TO_OCT = line("baseline", 70.0, person="AG", end=date(2026, 10, 31))
OPEN = line("baseline", None, person="AG")


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([BASE], 10, id="of all partners"),
        pytest.param([BASE, OWN], 20, id="the partner's own wins"),
        pytest.param([BASE, OPEN], None, id="own without a value: not agreed"),
        pytest.param([EVERY_NOV, OWN], 30, id="every November"),
        pytest.param([THIS_NOV, EVERY_NOV, OWN], 40, id="this November"),
        pytest.param([OWN, FROM_NOV], 50, id="the later first day wins"),
        pytest.param([OWN, FROM_DEC], 20, id="not begun yet"),
        pytest.param([BASE, TO_OCT], None, id="own line is over, the general one never counted"),
        pytest.param([line("baseline", 9.0, person="BG")], None, id="of another partner"),
        pytest.param([line("fee", 9.0)], None, id="another term"),
    ],
)
def test_the_line_that_counts_for_november(rows: list[TermRow], value: int | None) -> None:
    found = value_of(counted(rows, "AG", NOV), "baseline")
    assert found == (None if value is None else Decimal(value))


def test_levels_count_together_best_first() -> None:
    rows = [line("level", 0.8, points=0.0), line("level", 1.0, points=85.0)]
    own = [line("level", 0.5, points=0.0, person="AG")]
    assert [row.value for row in counted(rows, "AG", NOV)] == [1.0, 0.8]
    assert [row.value for row in counted([*rows, *own], "AG", NOV)] == [0.5]


def test_an_own_line_keeps_the_wording_of_all_partners() -> None:
    rows = (line("fee", wording="fixed"), line("fee", 3000.0, person="AG"))
    found = counted(rows, "AG", NOV)
    assert (value_of(found, "fee"), wording_of(found, "fee")) == (Decimal(3000), "fixed")
    bare = lines_of((line("fee", 3000.0, person="AG"),), "AG")
    assert (wording_of(bare, "fee"), wording_of(bare, "tax_rate")) == ("", "")


def test_who_has_terms() -> None:
    assert agreed_with([line("fee")], "AG")
    assert agreed_with([line("fee", person="AG")], "AG")
    assert not agreed_with([line("fee", person="BG")], "AG")


@pytest.mark.parametrize(
    ("rows", "days"),
    [
        pytest.param([], 30, id="no days named: all of November"),
        pytest.param([line("contract")], 30, id="open at both ends"),
        pytest.param([line("contract", start=date(2026, 11, 16))], 15, id="from the 16th"),
        pytest.param([line("contract", end=date(2026, 11, 10))], 10, id="to the 10th, included"),
        pytest.param([line("contract", end=date(2026, 10, 31))], 0, id="over"),
        pytest.param(
            [line("contract"), line("contract", person="AG", start=date(2026, 11, 30))],
            1,
            id="the partner's own days",
        ),
        pytest.param(
            [
                line("contract", person="AG", end=date(2026, 11, 4)),
                line("contract", person="AG", start=date(2026, 11, 3), end=date(2026, 11, 6)),
            ],
            6,
            id="a renewal that overlaps counts once",
        ),
    ],
)
def test_days_under_contract(rows: list[TermRow], days: int) -> None:
    assert contract_days(rows, "AG", NOV.window) == days


# --- signed ---------------------------------------------------------------------------------------


def test_terms_are_signed_and_an_unpublished_change_moves_nothing() -> None:
    row = line("fee", 3000.0, person="AG", start=date(2026, 1, 1), wording="fixed")
    other = line("level", 0.9, points=70.0, period_="11", end=date(2026, 12, 31))
    signed = contract_from(contract_of(replace(BOOK, terms=(row, other)), CATALOG).text)
    version = Version(1, date(2026, 1, 1), date(2026, 1, 1), signed)
    live = replace(BOOK, terms=(replace(row, value=9000.0, address="Terms!A5"),))
    found = in_force(live, CATALOG, (version,), NOV).book.terms
    assert found == (replace(row, address="Terms!A5"), other)
    [change] = changes(signed, contract_of(replace(BOOK, terms=(other, live.terms[0])), CATALOG))
    assert (change.table, change.field, change.old, change.new) == (
        *("tblTerm", "value", 3000.0, 9000.0),
    )


def test_a_book_without_terms_signs_what_it_always_signed() -> None:
    assert "tblTerm" not in contract_of(BOOK, CATALOG).tables


@pytest.mark.parametrize(
    ("row", "days"),
    [
        pytest.param(THIS_NOV, NOV.window, id="of one month"),
        pytest.param(EVERY_NOV, Window(EVER, NEVER), id="of every November"),
        pytest.param(FROM_DEC, Window(date(2026, 12, 1), NEVER), id="from a day on"),
    ],
)
def test_which_days_a_change_of_a_term_can_move(row: TermRow, days: Window) -> None:
    bare = replace(BOOK, terms=(OWN,))
    found = changes(
        contract_of(bare, CATALOG), contract_of(replace(BOOK, terms=(OWN, row)), CATALOG)
    )
    assert [reach(one) for one in found] == [days]


# --- the pack -------------------------------------------------------------------------------------


def test_the_pack_says_something_of_every_term_in_both_languages() -> None:
    codes = {one.term for one in starting_terms()}
    assert codes == set(TERM_UNITS) == {code for code, *_ in LISTS["term"]}
    assert all(
        one.wordings["zh"] and one.wordings["en"]
        for one in starting_terms()
        if one.term != "currency"
    )
    agency, other = (list(term_rows(pack(r, Region.US), "en")) for r in ("agency", "operations"))
    assert (len(agency), other) == (len(starting_terms()), [])


def test_what_the_pack_starts_with_can_be_read() -> None:
    lines = [
        (None, row["term"], None, row["points"], row["value"], None, None, row["wording"])
        for row in term_rows(pack("agency", Region.EU), "zh")
    ]
    found = read(*lines)
    assert not found.problems
    assert len(found.terms) == len(starting_terms())
