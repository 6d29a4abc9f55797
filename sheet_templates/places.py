"""Where each table stands in a new workbook; later only its name counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sheet_templates.layout import (
    INVESTOR_SHEETS,
    LAST_ROW,
    PARTNER_SHEETS,
    PAYOUT_SHEETS,
    PERSON_SHEETS,
    SHEETS,
    TABLES,
    Language,
    Sheet,
    TableLayout,
)

HEADER_ROW = 3  # row 4: title, sentence and legend stand above
GAP = 1  # empty columns between two tables of one tab
OWN_PLACE = {  # header row and first column of tables that do not start at A4
    "tblFocus": (10, 0),
    "tblReview": (38, 0),
    "tblSetting": (14, 0),
    "tblReconcile": (14, 4),
    "tblGrade": (14, 12),
}
Ref = Callable[[str], str]
Formula = Callable[[Ref], str]
"""References to the cells of a row -> the formula of that row."""


class Cells(Protocol):
    """Where a workbook has its tables and what it calls things: all that a formula must know."""

    @property
    def language(self) -> Language:
        """The language of its words."""

    def column(self, table: str, rows: int | None = None) -> Ref:
        """References to whole columns of a table, or to so many rows of them."""

    def word(self, name: str, code: str) -> str:
        """The word of a code."""

    def holds(self, table: str) -> bool:
        """Whether the workbook has a table."""


@dataclass(frozen=True, slots=True)
class Place:
    """A table's header row and first column, zero-based."""

    sheet: Sheet
    table: TableLayout
    row: int
    column: int

    def offset(self, code: str) -> int:
        """The zero-based column of a code."""
        return self.column + [c.code for c in self.table.columns].index(code)


def places(sheets: tuple[Sheet, ...]) -> dict[str, Place]:
    """Each table of an edition where it stands; tables of one tab stand side by side."""
    found: dict[str, Place] = {}
    for sheet in sheets:
        column = 0
        for table in sheet.tables:
            row, first = _spot(sheet, table, column)
            found[table.name] = Place(sheet, table, row, first)
            column = first + len(table.columns) + GAP
    return found


def _spot(sheet: Sheet, table: TableLayout, column: int) -> tuple[int, int]:
    """Header row and first column; on Lists every table stands in its turn."""
    beside = (HEADER_ROW, column)
    return beside if sheet.code == "lists" else OWN_PLACE.get(table.name, beside)


INVESTOR_PLACES = places(INVESTOR_SHEETS)
MANAGER_PLACES = places(SHEETS)
PARTNER_PLACES = places(PARTNER_SHEETS)
PERSON_PLACES = places(PERSON_SHEETS)
PAYOUT_PLACES = places(PAYOUT_SHEETS)


def letters(column: int) -> str:
    """Column letters of a zero-based column."""
    text = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def quoted(title: str) -> str:
    """A tab's title as a formula names it."""
    escaped = title.replace("'", "''")
    return f"'{escaped}'!"


def row_ref(place: Place, row: int) -> Ref:
    """References to the cells of one row (one-based) of a table, from the same tab."""
    return lambda code: f"${letters(place.offset(code))}{row}"


def column_ref(place: Place, language: Language, rows: int | None = None) -> Ref:
    """References to whole columns of a table, or to so many rows of them, from any tab."""
    sheet, first = quoted(place.sheet.title(language)), place.row + 2
    last = LAST_ROW if rows is None else first + rows - 1

    def ref(code: str) -> str:
        letter = letters(place.offset(code))
        return f"{sheet}${letter}${first}:${letter}${last}"

    return ref


def this_row(table: str, language: Language) -> Ref:
    """Structured references to the cells of a table's own row, for rows that a person adds."""

    def ref(code: str) -> str:
        header = TABLES[table].column(code).header(language)
        for sign in "'[]#":
            header = header.replace(sign, "'" + sign)
        return f"{table}[[#This Row],[{header}]]"

    return ref


def quote(text: str) -> str:
    """A text constant of a formula."""
    escaped = text.replace('"', '""')
    return f'"{escaped}"'


def guarded(make: Formula, key: str) -> Formula:
    """Nothing where the row has no key."""
    return lambda r: f'IF({r(key)}="","",{make(r)})'


def setting_value(cells: Cells, code: str) -> str:
    """A formula that gives the value of a line of Setup, whatever row it stands in."""
    col, word = cells.column("tblSetting"), quote(cells.word("setting", code))
    return f"INDEX({col('value')},MATCH({word},{col('setting')},0))"
