"""How values become cells: unknown is #N/A, words in the reader's language, money by unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from kpi.actuals import Actual
from kpi.model import DataState, Language, Unit
from kpi.tables import CellValue, ErrorValue
from sheet_templates.words import SIGNS, cell_word, coded, show

Cell = CellValue | ErrorValue
FilledRow = Mapping[str, Cell]
UNKNOWN = ErrorValue("#N/A")


def known(value: float | None) -> Cell:
    """A number, or #N/A."""
    return UNKNOWN if value is None else value


def number(actual: Actual | None) -> Cell:
    """The value of an actual; empty where the KPI does not apply to the scope."""
    if actual is None or actual.state is DataState.NOT_APPLICABLE:
        return None
    return known(actual.value)


def state(actual: Actual, language: Language) -> str:
    """The data state with its sign."""
    return show("data_state", actual.state.value, language)


def local(moment: datetime | None, zone: str) -> datetime | None:
    """An instant as the clock on the reader's wall says it; cells know no zones."""
    if moment is None:
        return None
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True, slots=True)
class Worded:
    """Rows that hold words in place of codes already; thousands of them cost nothing more."""

    rows: Iterator[FilledRow]

    def __iter__(self) -> Iterator[FilledRow]:
        """The rows as they are."""
        return self.rows


def worded(table: str, rows: Iterable[FilledRow], language: Language) -> Iterator[FilledRow]:
    """The rows with codes turned into the words that the book's formulas and colours compare."""
    if isinstance(rows, Worded):
        yield from rows
        return
    columns = coded(table)
    for row in rows:
        codes = ((code, row.get(code)) for code in columns)
        told = {c: cell_word(table, c, v, language) for c, v in codes if isinstance(v, str)}
        yield {**row, **told} if any(row[c] != word for c, word in told.items()) else row


def short_day(day: date | None) -> str:
    """A day in the reader's short form."""
    return "–" if day is None else f"{day:%m-%d}"


def shown(value: float | None, unit: Unit) -> str:
    """A value inside a sentence."""
    if value is None:
        return "#N/A"
    match unit:
        case Unit.RATIO:
            return f"{value * 100:.1f} %"
        case Unit.MONEY | Unit.MONEY_PER_PERSON:
            return f"{value:,.0f}"
        case Unit.COUNT | Unit.RANK | Unit.FLAG:
            return f"{value:,.0f}"
        case _:
            return f"{value:,.1f}"


def sign(level: str) -> str:
    """The sign of a level: ■ breach, ▲ warn, ○ no data."""
    return SIGNS[level]
