"""One row of a workbook read field by field; what cannot be read is a Problem with its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from kpi.errors import Level, Place, Problem
from kpi.messages import problem
from kpi.model import Region
from kpi.money import CURRENCIES
from kpi.tables import CellValue, ErrorValue, Row, Table

Decode = Callable[[str, str], str | None]
"""(name of a word list, text of a cell) -> code, None for a word that is not in the list."""

EXCEL_EPOCH = date(1899, 12, 30)
LARGEST = 1e14  # a figure beyond it is a slip; sums of it stay exact whole numbers
_MONTH = re.compile(r"20\d\d-(?:0[1-9]|1[0-2])")
LAST_SERIAL = 2_958_466  # the day after 9999-12-31


def is_month(text: str) -> bool:
    """Whether a text is a month as books write it: 2026-10."""
    return _MONTH.fullmatch(text) is not None


@dataclass(slots=True)
class RowReader:
    """Reads the cells of one row; `bad` turns true at the first cell that spoils the row."""

    table: Table
    row: Row
    decode: Decode
    names: Mapping[str, str]
    problems: list[Problem]
    bad: bool = field(default=False)

    @property
    def address(self) -> str:
        """Sheet!cell of the row's first cell."""
        first = self.table.columns[0]
        cell = self.row.cells.get(first)
        return f"{self.table.sheet}!{cell.address if cell else f'A{self.row.number}'}"

    def cells(self) -> dict[str, str]:
        """The A1 addresses of the row's cells by column."""
        return {column: cell.address for column, cell in self.row.cells.items()}

    def address_of(self, column: str) -> str:
        """Sheet!cell of a column of the row; empty where the table lacks the column."""
        if column not in self.table.columns:
            return ""
        sheet, cell = self.table.place(self.row, column)
        return f"{sheet}!{cell}"

    def raw(self, column: str) -> CellValue | ErrorValue:
        """The cell as it is."""
        return self.row.value(column)

    def text(self, column: str, default: str = "") -> str:
        """Text with outer blanks gone; numbers typed into text cells keep their look."""
        value = self.raw(column)
        if value is None or isinstance(value, ErrorValue):
            return default
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value).strip() or default

    def needed(self, column: str) -> str:
        """Text that must be there."""
        found = self.text(column)
        if not found:
            self.wrong(column, "empty")
        return found

    def number(self, column: str, default: float | None = None) -> float | None:
        """A number; `12%` and `1,234.5` typed as text are read, other text is a Problem."""
        value = self.raw(column)
        if value is None or value == "":
            return default
        if isinstance(value, bool | date | ErrorValue):
            return self._not_a_number(column, value)
        found = (
            float(value)
            if isinstance(value, int | float)
            else self._number_from_text(column, value)
        )
        if found is None or abs(found) <= LARGEST:
            return found
        self.wrong(column, "too_large", shown=value)
        return None

    def between(
        self, column: str, low: float, high: float, default: float | None = None
    ) -> float | None:
        """A number with both ends allowed; outside it is a Problem and counts as absent."""
        found = self.number(column, default)
        if found is None or low <= found <= high:
            return found
        self.wrong(column, "out_of_range", shown=self.raw(column), low=low, high=high)
        return default

    def _number_from_text(self, column: str, text: str) -> float | None:
        plain = text.strip().replace("，", ",").replace("％", "%")
        percent = plain.endswith("%")
        digits = plain[:-1] if percent else plain
        whole, _, rest = digits.partition(".")
        groups = whole.lstrip("+-").split(",")
        if len(groups) > 1 and not all(len(g) == 3 for g in groups[1:]):  # noqa: PLR2004  # thousands
            return self._not_a_number(column, text)
        try:
            value = Decimal(whole.replace(",", "") + ("." + rest if rest else ""))
        except InvalidOperation:
            return self._not_a_number(column, text)
        if not value.is_finite():  # Decimal reads "nan" and "infinity"
            return self._not_a_number(column, text)
        return float(value / 100 if percent else value)

    def _not_a_number(self, column: str, value: object) -> float | None:
        shown = value.text if isinstance(value, ErrorValue) else value
        self.wrong(column, "not_a_number", shown=shown)
        return None

    def exact(self, column: str) -> Decimal | None:
        """A number kept exact, for money and counts."""
        value = self.number(column)
        return None if value is None else Decimal(repr(value))

    def day(self, column: str) -> date | None:
        """A date: a date cell, a serial, or ISO text (2026-10-21, 2026/10/21)."""
        value = self.raw(column)
        if value is None or value == "":
            return None
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if isinstance(value, float) and 1 <= value < LAST_SERIAL:
            return EXCEL_EPOCH + timedelta(days=int(value))
        try:
            return date.fromisoformat(str(value).strip().replace("/", "-"))
        except ValueError:
            self.wrong(column, "not_a_date", shown=value)
            return None

    def month(self, column: str, empty: str) -> str:
        """A month such as 2026-10, or a date in it; `empty` is what is said of an empty cell."""
        value = self.raw(column)
        if isinstance(value, date):
            return f"{value:%Y-%m}"
        text = value.text if isinstance(value, ErrorValue) else self.text(column)
        if not text:
            self.wrong(column, empty)
        elif is_month(text):
            return text
        else:
            self.wrong(column, "not_a_month", shown=text)
        return ""

    def region(self, column: str = "region") -> Region:
        """The region; another word for it is read too, but the sheet's formulas know one only."""
        code = self.word(column, "region")
        if code and self.text(column).upper() != code:
            self.doubt(column, "region_word", shown=self.text(column), region=code)
        return Region(code or Region.US)

    def in_order(self, last: str, start: date | None, end: date | None) -> None:
        """Two dates as read; a Problem at column `last` when the second lies before the first."""
        if start and end and end < start:
            self.wrong(last, "dates_crossed", start=start, end=end)

    def word(self, column: str, words: str, default: str | None = None) -> str | None:
        """The code of a dropdown word; an unknown word is a Problem."""
        text = self.text(column)
        if not text:
            if default is None:
                self.needed(column)
            return default
        code = self.decode(words, text)
        if code is None:
            self.wrong(column, "unknown_role" if words == "role" else "unknown_word", shown=text)
        return code

    def word_if_known(self, column: str, words: str) -> str | None:
        """The code of a dropdown word; an unknown word is a Problem, and the row still counts."""
        text = self.text(column)
        code = self.decode(words, text) if text else None
        if text and code is None:
            self.doubt(column, "unknown_word", shown=text)
        return code

    def yes(self, column: str, *, default: bool) -> bool:
        """A yes/no cell; ticks and booleans count."""
        value = self.raw(column)
        if isinstance(value, bool):
            return value
        return self.word(column, "yes_no", "yes" if default else "no") == "yes"

    def metric(self, column: str) -> str:
        """The code of a KPI named by code, zh or en name; the nearest name is proposed."""
        text = self.needed(column)
        code = self.names.get(text) or self.names.get(text.casefold())
        if text and code is None:
            self.unknown(column, "kpi", self.names)
        return code or ""

    def unknown(self, column: str, kind: str, names: Iterable[str]) -> None:
        """A name of a kpi or measure that nobody knows; the nearest is proposed, if one is near."""
        text = self.text(column)
        near = get_close_matches(text, names, n=1)
        if near:
            self.wrong(column, f"unknown_{kind}", shown=text, near=near[0])
        else:
            self.wrong(column, f"strange_{kind}", shown=text)

    def named(self, column: str) -> str:
        """The code of a KPI where the text names one, else the text itself."""
        text = self.text(column)
        return self.names.get(text) or self.names.get(text.casefold()) or text

    def currency(self, column: str, default: str = "") -> str:
        """A currency that has rates, by its three letters."""
        code = self.text(column, default).upper()
        if code and code not in CURRENCIES:
            self.wrong(column, "unknown_currency", shown=code)
        return code

    def currency_if_known(self, column: str) -> str:
        """A currency that has rates; another text is a Problem, and the row still counts."""
        code = self.text(column).upper()
        if not code or code in CURRENCIES:
            return code
        self.doubt(column, "unknown_currency", shown=code)
        return ""

    def wrong(self, column: str, code: str, **values: object) -> None:
        """Note a Problem at a cell and spoil the row."""
        self.bad = True
        self.problems.append(self._problem(column, code, values))

    def doubt(self, column: str, code: str, **values: object) -> None:
        """Note a Problem at a cell whose row counts all the same."""
        found = self._problem(column, code, values)
        self.problems.append(replace(found, level=Level.WARNING))

    def _problem(self, column: str, code: str, values: Mapping[str, object]) -> Problem:
        sheet, cell = self.table.place(self.row, column)
        return problem(code, Place(sheet=sheet, cell=cell, table=self.table.name), **values)
