"""What is ours in a workbook: which tab, table and column is which of the map, and whose."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache

from sheet_templates.layout import (
    INVESTOR_SHEETS,
    PARTNER_SHEETS,
    PAYOUT_SHEETS,
    PERSON_SHEETS,
    SHEETS,
    SLIP_SHEETS,
    TABLES,
    Column,
    Owner,
)
from sync_service.google.transfer.google_writing import (
    KEY_COLUMN,
    KEY_TAB,
    KEY_TEMPLATE,
    Ground,
    metadata,
    reserved,
)
from sync_service.google.transfer.model import Protection, Sheet, Table
from sync_service.google.transfer.sending import Json, dimension
from sync_service.workbooks.areas import Area

EDITIONS = {
    "manager": SHEETS,
    "partner": PARTNER_SHEETS,
    "person": PERSON_SHEETS,
    "investor": INVESTOR_SHEETS,
    "payout": PAYOUT_SHEETS,
    "slip": SLIP_SHEETS,
}
_ALL = tuple(sheet for sheets in EDITIONS.values() for sheet in sheets)
_GUARDED = (Owner.SERVICE, Owner.FORMULA)


@cache
def template_version(edition: str) -> str:
    """A version of the map of an edition: it changes with each tab, table and column."""
    parts = [
        f"{sheet.code} {table.name} {column.code} {column.zh} {column.en} {column.kind}"
        for sheet in EDITIONS[edition]
        for table in sheet.tables
        for column in table.columns
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def tab_code(sheet: Sheet) -> str | None:
    """The code of a tab: by its title in either language, else by its tables."""
    title = sheet.title.casefold()
    found = next((s.code for s in _ALL if title in (s.zh.casefold(), s.en.casefold())), None)
    if found is not None:
        return found
    names = {table.name for table in sheet.tables}
    by_table = (s.code for s in _ALL if any(table.name in names for table in s.tables))
    return next(by_table, None)


def columns_of(sheet: Sheet, table: Table) -> dict[int, Column]:
    """The columns of the map in a table, by their place; found by header text."""
    layout = TABLES.get(table.name)
    found: dict[int, Column] = {}
    if layout is None:
        return found
    for number in range(table.area.left, table.area.right + 1):
        cell = sheet.cells.get((table.area.top, number))
        column = layout.by_header(str(cell.value)) if cell and cell.value else None
        if column is not None and column not in found.values():
            found[number] = column
    return found


def guards(sheet: Sheet) -> tuple[Protection, ...]:
    """Neighbouring columns that a person does not type, as one range each."""
    found: list[Protection] = []
    for table in sheet.tables:
        area = reserved(sheet, table)
        for number, column in sorted(columns_of(sheet, table).items()):
            if column.owner not in _GUARDED:
                continue
            last = found[-1].area if found else None
            top = area.top + 1
            if last and last.right == number - 1 and (last.top, last.bottom) == (top, area.bottom):
                found[-1] = Protection(Area(top, last.left, area.bottom, number))
            else:
                found.append(Protection(Area(top, number, area.bottom, number)))
    return tuple(found)


def marks(ground: Ground, sheet: Sheet) -> Iterator[Json]:
    """Marks of a tab and of its columns; that of a table stands beside its named range."""
    number = ground.ids[sheet.title]
    code = tab_code(sheet)
    if code is not None:
        yield metadata(KEY_TAB, code, {"sheetId": number})
    for table in sheet.tables:
        for place, column in columns_of(sheet, table).items():
            where = dimension(number, "COLUMNS", place, place)
            yield metadata(KEY_COLUMN, f"{table.name}.{column.code}", {"dimensionRange": where})


def template_mark(edition: str, language: str) -> Json:
    """The mark of a whole spreadsheet: it comes last, so its absence tells of a half-made one."""
    value = f"{edition} {language} {template_version(edition)}"
    return metadata(KEY_TEMPLATE, value, {"spreadsheet": True})


def edition_of(titles: set[str]) -> tuple[str, str] | None:
    """Edition and language that a set of titles belongs to, where most of its tabs are there."""
    best: tuple[float, str, str] = (0.5, "", "")
    for edition, sheets in EDITIONS.items():
        for language in ("zh", "en"):
            wanted = [s.zh if language == "zh" else s.en for s in sheets]
            part = sum(title in titles for title in wanted) / len(wanted)
            whole = sum(title in wanted for title in titles) / max(len(titles), 1)
            best = max(best, (part * whole, edition, language))
    return (best[1], best[2]) if best[1] else None
