"""Number formats of Card: each line by the unit of the item that it shows.

Card is no table: its lines look up the items of the person, region and month that are chosen. What
a line will show is known from the rows of Items as they are written and from what is chosen now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sheet_templates.layout import CARD_LINES
from sheet_templates.pages.card import COLUMNS, HEAD, PICK_ROW, ROW_COLUMN
from sheet_templates.style import UNIT_FORMAT
from sheet_templates.words import decode
from sync_service.google.locate import GoogleBook
from sync_service.google.looks import Looks, planned, row_formats
from sync_service.google.spreadsheet import GoogleTab, Span
from sync_service.workbooks.grids import GridPlan
from sync_service.workbooks.keyed_rows import key_text
from sync_service.workbooks.port import Written

CHOSEN = ("nmCardMonth", "nmCardPerson", "nmCardRegion")
ITEMS = "tblScore"
NEAR = 10  # rows below the dropdowns in which the headers are looked for
BY_UNIT = tuple(one[:2] for one in COLUMNS if one[4] is None)  # headers, zh and en
_LINE = re.compile(r"｜(\d+)\"")  # of the formula that finds a line's item


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where Card's lines stand, also after people inserted rows and columns."""

    tab: int
    columns: list[int]  # whose numbers go by the unit
    rows: Mapping[int, int]  # number of a line -> its row


def card_looks(
    book: GoogleBook, plans: Mapping[str, GridPlan], names: Mapping[str, Written], looks: Looks
) -> Iterator[dict[str, Any]]:
    """Formats of the lines whose unit is another one now; `names` are about to be written."""
    card = card_place(book)
    if card is None or ITEMS not in book.tables:
        return
    units = _units(book, plans, {**book.sent.names, **names})
    place = f"card@{card.tab}"
    before = looks.known().get(place, {})
    now = looks.wanted.setdefault(place, dict(before))
    tab, left, right = book.sheet.tabs[card.tab], min(card.columns), max(card.columns) + 1
    for line, row in card.rows.items():
        unit = units.get(line)
        closed = tab.is_closed(Span(tab.id, row, left, row + 1, right))
        if unit is not None and not closed and before.get(str(line)) != unit:
            now[str(line)] = unit
            yield from row_formats(card.tab, row, dict.fromkeys(card.columns, UNIT_FORMAT[unit]))


def card_place(book: GoogleBook) -> CardPlace | None:
    """Card, found by its dropdown and its headers; None where it is not there."""
    picked = book.names.get(CHOSEN[1])
    if picked is None:
        return None
    tab = book.sheet.tabs[picked.span.tab]
    for row in range(picked.span.top, picked.span.top + HEAD - PICK_ROW + NEAR):
        line = tab.cells[row] if row < len(tab.cells) else ()
        texts = {cell.value: at for at, cell in enumerate(line) if isinstance(cell.value, str)}
        columns = [at for both in BY_UNIT for text in both if (at := texts.get(text)) is not None]
        found = [at for text in COLUMNS[ROW_COLUMN][:2] if (at := texts.get(text)) is not None]
        if len(columns) == len(BY_UNIT) and found:
            return CardPlace(tab.id, columns, _rows(tab, row, found[0]))
    return None


def _rows(tab: GoogleTab, head: int, column: int) -> dict[int, int]:
    """The row of each line, by the formula that finds its item."""
    found: dict[int, int] = {}
    for row in range(head + 1, min(head + 1 + CARD_LINES * 2, len(tab.cells))):
        said = _LINE.search(tab.cell(row, column).formula)
        if said is not None:
            found.setdefault(int(said[1]), row)
    return found


def _units(
    book: GoogleBook, plans: Mapping[str, GridPlan], names: Mapping[str, Written]
) -> dict[int, str]:
    """Line -> unit of the item that it will show."""
    one, plan = book.tables[ITEMS], plans.get(ITEMS)
    value = planned(one, plan)
    chosen = tuple(key_text(names.get(name)) for name in CHOSEN)
    found: dict[int, str] = {}
    for n in range(plan.count if plan else len(one.grid.rows)):
        key = tuple(key_text(value(n, code)) for code in ("month", "person", "region"))
        line = key_text(value(n, "line"))
        unit = decode("unit", str(value(n, "unit") or ""))
        if key == chosen and line.isdecimal() and unit in UNIT_FORMAT:
            found.setdefault(int(line), str(unit))
    return found
