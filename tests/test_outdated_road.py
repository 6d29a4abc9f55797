"""September ends on the 20th in the facts and is closed: no file pays or freezes ten good days."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from kpi.calendar import period
from kpi.model import Window
from sheet_templates.build import build
from sheet_templates.places import MANAGER_PLACES
from sync_service.clock import FakeClock
from sync_service.freezing import freeze
from sync_service.house import House
from sync_service.payout_rows import Paying
from sync_service.payouts import payout
from sync_service.publishing import Wanted, publish
from sync_service.sandbox.books import book_start
from sync_service.stated import Asked
from sync_service.statements import make_statement
from sync_service.verifying import verify
from tests.libreoffice import NA, Office
from tests.road_support import Few, fill, house_at, order_of
from tests.test_payout_command import SEEN

SEPTEMBER = "2026-09"


@dataclass(frozen=True, slots=True)
class Cut:
    """A book whose facts end on 20 September, on 22 October."""

    house: House
    book: Path
    folder: Path


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cut]:
    folder = tmp_path_factory.mktemp("cut")
    clock = FakeClock(datetime(2026, 10, 22, 1, tzinfo=UTC))
    with house_at(folder / "data", clock) as house:
        fill(house, Few().shops, Window(SEEN.start, date(2026, 9, 21)))
        start = book_start(Few(), "HY", "en")
        given = replace(start, settings={**start.settings, "pilot": "no"})
        yield Cut(house, build(folder / "team.xlsx", "manager", "en", given), folder)


def test_a_statement_pays_neither_score_nor_profit_and_says_why(cut: Cut) -> None:
    order = order_of(cut.house, cut.book, "never")
    made = make_statement(cut.house, Asked(order, "OPS6", SEPTEMBER, cut.folder / "s.xlsx"))
    assert (made.state, made.measured.total, made.measured.profit) == ("final", None, None)
    assert made.lines.payable is None
    (told,) = made.problems
    assert told.code == "outdated_blocks"
    assert "Net sales" in told.what["en"]
    assert "2026-09-20" in told.what["en"]
    tabs = openpyxl.load_workbook(made.path).worksheets
    cells = [str(cell.value) for tab in tabs for row in tab.iter_rows() for cell in row]
    assert any(told.what["en"] in text for text in cells)
    assert not any("it may be invoiced" in text for text in cells)


def test_the_payout_names_what_it_cannot_pay(cut: Cut) -> None:
    order = order_of(cut.house, cut.book, "never")
    paid = payout(cut.house, Paying(order, SEPTEMBER, cut.folder / "pay.xlsx"))
    assert {line.basis.total for line in paid.lines} == {None}
    assert "OPS6 EU" in {p.place.text for p in paid.problems if p.code == "outdated_blocks"}


def test_a_frozen_month_has_no_total_in_the_sheet_and_is_what_was_signed(
    cut: Cut, office: Office
) -> None:
    """The book shows October; what September lacks is named all the same."""
    publish(cut.house, order_of(cut.house, cut.book, "never"), Wanted("head"))
    out = cut.folder / "frozen.xlsx"
    made = freeze(cut.house, order_of(cut.house, cut.book), period(SEPTEMBER), out, "head")
    assert set(made.totals.values()) == {None}
    assert "OPS6 EU" in {p.place.text for p in made.problems if p.code == "outdated_blocks"}
    assert verify(out).findings == ()
    place = MANAGER_PLACES["tblTeam"]
    lines = office.calculate(out)[place.sheet.title("en")][place.row + 1 :]
    codes = [column.code for column in place.table.columns]
    totals = {line[place.column]: line[place.column + codes.index("total")] for line in lines}
    assert totals["OPS6"] == NA
