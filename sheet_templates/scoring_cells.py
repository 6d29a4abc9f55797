"""The cells of scoring in a workbook as it is now: which kind of formula, and the same in another.

People insert rows and columns, rename tabs and let Excel save the book; so a formula is compared
with what each kind would say at this very place, and all that a program may spell in another way
is left out of the comparison. A formula of a person's own is none of ours and stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kpi.errors import KpiError
from sheet_templates import words
from sheet_templates.layout import LAST_ROW, Language
from sheet_templates.places import Ref, letters, quoted
from sheet_templates.scoring_kinds import SCORING, FormulaKind, shown_grade, shown_total

ANY_ROW = 999_983  # stands for the row in a formula that is made once and read for each row
_TEXT = re.compile(r'("(?:[^"]|"")*")')
_NEEDLESS = re.compile(r"'([^\W\d][\w.]*)'!")  # quotes that Excel leaves out
_LINK = re.compile(r"(?i)\[\d+\]!(?=_xldudf_|kpi_)")  # put before a function that was not there
_NUMBER = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.(!:])")
_SPAN = re.compile(
    r"('(?:[^']|'')+'|[^\W\d][\w.]*)!\$([A-Z]{1,3})\$(\d+):\$([A-Z]{1,3})\$(\d+)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SheetTable:
    """Where a workbook has a table of the layout."""

    name: str  # as the workbook calls it
    title: str  # of its tab
    first: int  # first row of data
    columns: Mapping[str, int]  # code -> column of the sheet, 1 is A
    headers: Mapping[str, str] = field(default_factory=dict)  # code -> header in the workbook

    def cell(self, code: str) -> str:
        """The letters of a column; KeyError where the workbook lacks it."""
        return letters(self.columns[code] - 1)

    def row(self, number: int) -> Ref:
        """References to the cells of a row, from the same tab."""
        return lambda code: f"${self.cell(code)}{number}"

    def own_row(self) -> Ref:
        """The same as a table writes it for each of its rows."""

        def ref(code: str) -> str:
            header = re.sub(r"(['\[\]#])", r"'\1", self.headers[code])
            return f"{self.name}[[#This Row],[{header}]]"

        return ref


class Span(NamedTuple):
    """A range over rows of a tab, as a formula has it."""

    tab: str  # with or without quotes, as it is written
    column: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BookCells:
    """The tables of a workbook, for formulas that are written beside those that are there."""

    tables: Mapping[str, SheetTable]
    language: Language
    spans: tuple[Span, ...] = ()  # ranges of the formula that is there: rows may have been added

    def column(self, table: str, rows: int | None = None) -> Ref:
        """References to whole columns of a table, or to so many rows of them."""
        found = self.tables[table]
        last = LAST_ROW if rows is None else found.first + rows - 1
        tab, first, last = self._span(found) or (quoted(found.title), found.first, last)

        def ref(code: str) -> str:
            column = found.cell(code)
            return f"{tab}${column}${first}:${column}${last}"

        return ref

    def _span(self, table: SheetTable) -> tuple[str, int, int] | None:
        """The rows that the formula names of a table, and how it writes the tab."""
        own = {letters(column - 1) for column in table.columns.values()}
        for tab, column, first, last in self.spans:
            bare = tab[1:-1].replace("''", "'") if tab.startswith("'") else tab
            if bare.casefold() == table.title.casefold() and column.upper() in own:
                return f"{tab}!", first, last
        return None

    def holds(self, table: str) -> bool:
        """Whether the workbook has a table."""
        return table in self.tables

    def word(self, name: str, code: str) -> str:
        """The word of a code."""
        return words.show(name, code, self.language)


def plain(text: str) -> str:
    """A formula without what programs spell in their own way: blanks, case, quotes, links."""
    parts = _TEXT.split(text)
    parts[::2] = [_plain(part) for part in parts[::2]]
    return "".join(parts)


def _plain(part: str) -> str:
    bare = _NEEDLESS.sub(r"\1!", _LINK.sub("", re.sub(r"\s+", "", part))).casefold()
    return _NUMBER.sub(lambda found: repr(float(found[0])), bare)


def spans(text: str) -> tuple[Span, ...]:
    """The ranges over rows of other tabs in a formula."""
    return tuple(Span(m[1], m[2], int(m[3]), int(m[5])) for m in _SPAN.finditer(text))


@dataclass(slots=True)
class Scoring:
    """The formulas of a workbook's cells of scoring, in every kind; what was made is kept."""

    cells: BookCells
    _made: dict[tuple[object, ...], str | None] = field(default_factory=dict)
    _bare: dict[tuple[object, ...], str | None] = field(default_factory=dict)

    def columns(self) -> Iterator[tuple[str, str]]:
        """Every table and column of scoring that the workbook has."""
        for table, made in SCORING.items():
            found = self.cells.tables.get(table)
            yield from ((table, code) for code in made if found and code in found.columns)

    def text(self, table: str, code: str, row: int, kind: FormulaKind) -> str | None:
        """The formula of a cell without its =; None where the workbook lacks what it reads."""
        made = self._of_row(table, code, kind, own_row=False, spans=())
        return None if made is None else made.replace(str(ANY_ROW), str(row))

    def told(self, table: str, code: str, row: int, text: str, kind: FormulaKind) -> str | None:
        """The formula that is there, in a kind; None where it is none of ours."""
        found = spans(text)
        for own_row in (False, True):
            if self._known(table, code, row, text, own_row=own_row, found=found):
                made = self._of_row(table, code, kind, own_row=own_row, spans=found)
                return None if made is None else made.replace(str(ANY_ROW), str(row))
        return None

    def _known(
        self, table: str, code: str, row: int, text: str, *, own_row: bool, found: tuple[Span, ...]
    ) -> bool:
        """Whether the text is one of ours in any kind."""
        there = plain(text)
        for kind in FormulaKind:
            key = (table, code, kind, own_row, found)
            if key not in self._bare:
                made = self._of_row(table, code, kind, own_row=own_row, spans=found)
                self._bare[key] = None if made is None else plain(made)
            bare = self._bare[key]
            if bare is not None and bare.replace(str(ANY_ROW), str(row)) == there:
                return True
        return False

    def _of_row(
        self, table: str, code: str, kind: FormulaKind, *, own_row: bool, spans: tuple[Span, ...]
    ) -> str | None:
        key = (table, code, kind, own_row, spans)
        if key not in self._made:
            cells = BookCells(self.cells.tables, self.cells.language, spans)
            self._made[key] = _made(cells, table, code, kind, own_row=own_row)
        return self._made[key]

    def told_total(self, text: str, kind: FormulaKind) -> str | None:
        """The total of the card on Card in a kind; None for any other formula."""
        cells = BookCells(self.cells.tables, self.cells.language, spans(text))
        return _told(text, kind, lambda one: shown_total(cells, one))

    def told_grade(self, text: str, total: str, kind: FormulaKind) -> str | None:
        """The grade on Card in a kind; `total` is the cell of the card's total."""
        cells = BookCells(self.cells.tables, self.cells.language, spans(text))
        return _told(text, kind, lambda one: shown_grade(cells, one, total))


def _told(text: str, kind: FormulaKind, make: Callable[[FormulaKind], str]) -> str | None:
    there = plain(text)
    try:
        return make(kind) if any(plain(make(one)) == there for one in FormulaKind) else None
    except KeyError:
        return None


def _made(
    cells: BookCells, table: str, code: str, kind: FormulaKind, *, own_row: bool
) -> str | None:
    """One formula, for any row; None where a column is missing, or it would be too long."""
    found = cells.tables[table]
    row = found.own_row() if own_row else found.row(ANY_ROW)
    try:
        return SCORING[table][code].formula(cells, kind)(row)
    except (KeyError, KpiError):
        return None
