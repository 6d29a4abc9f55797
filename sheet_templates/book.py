"""One workbook being written: its tabs, its references, its typed cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from kpi.tables import CellValue, ErrorValue
from sheet_templates import words
from sheet_templates.layout import LAST_ROW, Column, Language, Sheet
from sheet_templates.places import Formula, Place, Ref, column_ref, letters, quote, quoted, row_ref
from sheet_templates.scoring_kinds import FormulaKind
from sheet_templates.start import BookStart
from sheet_templates.style import Styles

__all__ = [
    "INPUT_ROWS",
    "SLICES",
    "Book",
    "Edition",
    "Formula",
    "Tab",
    "below",
    "formula",
    "put",
    "quote",
]

Edition = Literal["manager", "partner", "person", "investor", "payout"]
SLICES: frozenset[Edition] = frozenset({"partner", "person", "investor"})  # filled by `share` alone

INPUT_ROWS = 2000  # validations and colours reach this far below a header


class Tab(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A worksheet that takes formulas as they are.

    XlsxWriter looks for 57 functions of newer programs in each formula; ours use none of them, and
    the long scoring formulas made that search a third of the whole build.
    """

    def _prepare_formula(self, text: str, expand_future_functions: bool = False) -> str:
        del expand_future_functions
        return text.removeprefix("=")


@dataclass(slots=True)
class Book:
    """A workbook in the making; pages write to it, nothing is read back."""

    workbook: Workbook
    edition: Edition
    language: Language
    start: BookStart
    sheets: tuple[Sheet, ...]
    places: dict[str, Place]
    styles: Styles
    formulas: FormulaKind = FormulaKind.NATIVE
    tabs: dict[str, Worksheet] = field(default_factory=dict)
    metric_names: dict[str, str] = field(default_factory=dict)

    def text(self, zh: str, en: str) -> str:
        """The text of the edition's language."""
        return zh if self.language == "zh" else en

    def word(self, name: str, code: str) -> str:
        """The word of a code in the edition's language."""
        return words.show(name, code, self.language)

    def literal(self, name: str, code: str) -> str:
        """The word of a code as a formula's text."""
        return quote(self.word(name, code))

    def has(self, sheet: str) -> bool:
        """Whether the edition has a tab."""
        return sheet in self.tabs

    def sheet(self, code: str) -> Sheet:
        """The tab of a code."""
        return next(s for s in self.sheets if s.code == code)

    def holds(self, table: str) -> bool:
        """Whether the edition has a table."""
        return table in self.places

    def at(self, sheet: str, cell: str) -> str:
        """An absolute reference to a cell or range of a tab."""
        return quoted(self.sheet(sheet).title(self.language)) + cell

    def column(self, table: str, rows: int | None = None) -> Ref:
        """References to the whole columns of a table, or to so many rows of them."""
        return column_ref(self.places[table], self.language, rows)

    def row(self, table: str, number: int) -> Ref:
        """References to the cells of a row (one-based) of a table."""
        return row_ref(self.places[table], number)

    def define(self, name: str, sheet: str, cell: str) -> None:
        """A defined name of a cell or range."""
        self.workbook.define_name(name, "=" + self.at(sheet, cell))

    def shown(
        self, table: str, column: Column, value: CellValue | ErrorValue
    ) -> CellValue | ErrorValue:
        """A cell's value as it is shown: words for codes, names for KPIs."""
        base, _, words_name = column.kind.partition(":")
        if isinstance(value, bool) and base == "choice":
            return self.word("yes_no", "yes" if value else "no")
        if not isinstance(value, str):
            return value
        if words_name == "metric":
            return self.metric_names.get(value, value)
        if words_name in words.LISTS:
            return self.word(words_name, value)
        return words.cell_word(table, column.code, value, self.language)


def put(
    tab: Worksheet,
    row: int,
    column: int,
    value: CellValue | ErrorValue,
    look: Format,
) -> None:
    """Write one typed value; a text that looks like a formula stays text."""
    match value:
        case None | "":
            tab.write_blank(row, column, None, look)
        case ErrorValue():
            tab.write_formula(row, column, "=NA()", look, "#N/A")
        case bool():
            tab.write_boolean(row, column, value, look)
        case int() | float():
            tab.write_number(row, column, value, look)
        case datetime() | date():
            tab.write_datetime(row, column, value, look)
        case str():
            tab.write_string(row, column, value, look)


def formula(  # as XlsxWriter orders them
    tab: Worksheet,
    row: int,
    column: int,
    text: str,
    look: Format,
    value: str | float = "",
) -> None:
    """Write a formula with the value it has at the start, for readers that never calculate."""
    tab.write_formula(row, column, "=" + text, look, value)


def below(row: int, column: int, last_column: int | None = None, last_row: int = LAST_ROW) -> str:
    """An absolute range from a zero-based cell downwards."""
    right = letters(column if last_column is None else last_column)
    return f"${letters(column)}${row + 1}:${right}${last_row}"
