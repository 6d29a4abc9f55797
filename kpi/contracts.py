"""Contract versions: what was agreed, which version counts for a month, what was changed since.

The rows that score are signed as one text. A version counts from its first day on; a month takes
the version of its last day, so a change leaves the scores of earlier months as they were. What a
manager types after signing is a change: it is shown and scores nothing until it is published.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from kpi.book import Book
from kpi.book_checks import newest
from kpi.book_nouns import EVER, MONTHS, NEVER
from kpi.calendar import clipped, month_period, period_of, year_period
from kpi.catalog import Catalog
from kpi.contract_nouns import defined, ruled
from kpi.contract_rows import SIGN, Fields, Plain, Rows, grade_rows, rows_of
from kpi.errors import KpiError
from kpi.model import Period, PeriodKind, Window
from kpi.moves import in_month
from kpi.numbers import R
from kpi.scoring import GRADES
from kpi.typed_rows import WeightRow
from kpi.weight_modes import in_points

WHOLE_ROW = ""  # in place of a field: the row itself came or went
KPI_SET = ("tblTarget", "tblWeight", "tblRule", "tblKpi", "tblSetting", "tblGrade", "tblMeasure")
"""What is locked for a quarter."""
UNSIGNED: Mapping[str, Rows] = {"tblGrade": grade_rows(GRADES)}  # a contract without it means these
ALWAYS = Window(EVER, NEVER)


class Pick(StrEnum):
    """Which weight a month takes when it changed within the month."""

    PERIOD_END = "period_end"  # the weight of the last day
    DAY_WEIGHTED = "day_weighted"  # the mean of the weights of all days


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything that scores, by table and key."""

    tables: Mapping[str, Rows]

    @property
    def text(self) -> str:
        """One JSON text: keys sorted, numbers as the shortest text of their double."""
        return json.dumps(
            self.tables,
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Version:
    """A published contract."""

    number: int  # from 1
    start: date  # the first day that it counts for
    published: date  # in the workbook's time zone
    contract: Contract


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two contracts; of a whole row, old or new is True."""

    table: str
    key: str
    field: str  # column code, or WHOLE_ROW
    old: Plain
    new: Plain


@dataclass(frozen=True, slots=True)
class Terms:
    """What scores a period: the signed rows and definitions, or the live ones of a draft."""

    book: Book
    catalog: Catalog
    version: int | None  # None: never published, a draft


def contract_of(book: Book, catalog: Catalog) -> Contract:
    """What would be signed now."""
    return Contract(rows_of(book, catalog))


def contract_from(text: str) -> Contract:
    """The contract of a stored text."""
    loaded: object = json.loads(text)
    if not isinstance(loaded, dict):
        raise KpiError(
            "A stored contract is no table of tables; restore it from a backup.",
            "保存的合同版本已损坏；请从备份恢复。",
        )
    return Contract(loaded)


# --- which version counts -------------------------------------------------------------------------


def version_on(versions: Sequence[Version], day: date) -> Version | None:
    """The newest version that counts on a day; before the first one begins, the first."""
    begun = [one for one in versions if one.start <= day]
    if begun:
        return max(begun, key=lambda one: one.number)
    return min(versions, key=lambda one: one.number, default=None)


def in_force(book: Book, catalog: Catalog, versions: Sequence[Version], of: Period) -> Terms:
    """The terms of a period: those of its last day; its weights as the signed setting picks."""
    found = version_on(versions, of.window.end - timedelta(days=1))
    signed = in_month(book if found is None else ruled(book, found.contract.tables), of)
    if signed.settings.weight_pick == Pick.DAY_WEIGHTED:
        lines = {day: tuple(_lines_on(book, versions, day)) for day in of.window.each()}
        signed = replace(signed, weights=tuple(_meant(signed.weights, lines)))
    if found is None:
        return Terms(signed, catalog, None)
    return Terms(signed, defined(catalog, found.contract.tables), found.number)


def every_terms(book: Book, catalog: Catalog, versions: Sequence[Version]) -> tuple[Terms, ...]:
    """The terms of every version, oldest first, then what is typed: all that facts are read for."""
    signed = (
        Terms(
            ruled(book, one.contract.tables),
            defined(catalog, one.contract.tables),
            one.number,
        )
        for one in sorted(versions, key=lambda v: v.number)
    )
    return (*signed, Terms(book, catalog, None))


def _lines_on(book: Book, versions: Sequence[Version], day: date) -> Iterator[WeightRow]:
    """The lines that count on a day; relative weights in points, as no two days share a whole."""
    found = version_on(versions, day)
    then = book if found is None else ruled(book, found.contract.tables)
    for lines in _cards_on(then.weights, day):
        yield from in_points(lines, then.settings.weight_mode)


def _meant(
    last: Sequence[WeightRow], lines: Mapping[date, Sequence[WeightRow]]
) -> Iterator[WeightRow]:
    """One line a KPI of a card: as on the period's last day, its weight the mean of all days.

    A line that was switched off keeps the days it had; one that is on stays so without a weight,
    because a gate has none.
    """
    summed: dict[tuple[str, str, str], float] = {}
    newest_row: dict[tuple[str, str, str], WeightRow] = {}
    for _, rows in sorted(lines.items()):
        for row in rows:
            card = (row.role, str(row.region), row.metric)
            newest_row[card] = row
            summed[card] = summed.get(card, 0.0) + (row.weight if row.on else 0.0)
    order = dict.fromkeys((r.role, str(r.region), r.metric) for r in last)
    for card in [*order, *(c for c in newest_row if c not in order)]:
        if card in newest_row:
            mean = R(summed[card] / len(lines)) or 0.0
            row = newest_row[card]
            yield replace(row, weight=mean, on=row.on or mean > 0)


def _cards_on(rows: Sequence[WeightRow], day: date) -> Iterator[list[WeightRow]]:
    """The line of each KPI on a day, card by card."""
    cards: dict[tuple[str, str], list[WeightRow]] = {}
    for row in rows:
        cards.setdefault((row.role, str(row.region)), []).append(row)
    for lines in cards.values():
        yield newest(lines, day)


# --- what was changed -----------------------------------------------------------------------------


def changes(signed: Contract, live: Contract) -> tuple[Change, ...]:
    """Every field that differs, tables and keys in order; a row that came or went is one change."""
    return tuple(
        change
        for table in dict.fromkeys((*signed.tables, *live.tables))
        for change in _of_table(table, _rows(signed, table), _rows(live, table))
    )


def _rows(of: Contract, table: str) -> Rows:
    return of.tables.get(table) or UNSIGNED.get(table, {})


def _of_table(table: str, signed: Rows, live: Rows) -> Iterator[Change]:
    for key in dict.fromkeys((*signed, *live)):
        old, new = signed.get(key), live.get(key)
        if old is None or new is None:
            gone = old is not None
            yield Change(table, key, WHOLE_ROW, gone or None, None if gone else True)
        else:
            yield from _of_row(table, key, old, new)


def _of_row(table: str, key: str, old: Fields, new: Fields) -> Iterator[Change]:
    for field in dict.fromkeys((*old, *new)):
        before, after = old.get(field), new.get(field)
        if before != after:
            yield Change(table, key, field, before, after)


def row_versions(versions: Sequence[Version]) -> dict[tuple[str, str], Version]:
    """For each row of the newest version the version that brought it as it is now."""
    found: dict[tuple[str, str], Version] = {}
    rows: dict[tuple[str, str], Fields] = {}
    for one in sorted(versions, key=lambda v: v.number):
        here = {
            (t, key): row for t, table in one.contract.tables.items() for key, row in table.items()
        }
        found = {at: found[at] if rows.get(at) == row else one for at, row in here.items()}
        rows = here
    return found


# --- the lock of a quarter ------------------------------------------------------------------------


def reach(change: Change) -> Window:
    """The days whose scores a change can move."""
    parts = change.key.split(SIGN)
    if change.table == "tblTarget":
        return _of_target(int(parts[0]), change.field)
    if change.table == "tblWeight" and parts[-1]:
        return Window(date.fromisoformat(parts[-1]), NEVER)
    if change.table == "tblTerm":
        return _of_term(parts[2], parts[-1])
    if change.table == "tblRule":
        return _of_rule(change.key)
    return ALWAYS


def _of_rule(key: str) -> Window:
    """From the day of a row that has one; the name of a rule may hold the sign between parts."""
    try:
        return Window(date.fromisoformat(key.rpartition(SIGN)[2]), NEVER)
    except ValueError:
        return ALWAYS


def _of_term(period: str, start: str) -> Window:
    """The month that a line is of, else from its first day on."""
    if len(period) > 2:  # noqa: PLR2004 - 11 is every November
        return month_period(int(period[:4]), int(period[5:])).window
    return Window(date.fromisoformat(start), NEVER) if start else ALWAYS


def _of_target(year: int, field: str) -> Window:
    """The month of a month's column, the year of any other; all days of a year that is none."""
    if not date.min.year <= year < date.max.year:
        return ALWAYS
    if field in MONTHS:
        return month_period(year, MONTHS.index(field) + 1).window
    return year_period(year).window


def moved(change: Change, start: date) -> Window:
    """The days whose scores a change can move when it counts from a day on; may be empty."""
    window = reach(change)
    return clipped(window, Window(max(start, window.start), NEVER))


def locked_quarters(versions: Sequence[Version], today: date) -> tuple[Period, ...]:
    """Quarters whose KPI set is settled: one took effect in them, or they are over."""
    if not versions:
        return ()
    first = min(one.start for one in versions)
    last = max(today, *(one.start for one in versions))
    set_in = {period_of(one.start, PeriodKind.QUARTER) for one in versions}
    quarters = _quarters(first, last)
    return tuple(q for q in quarters if q in set_in or q.window.end <= today)


def _quarters(first: date, last: date) -> Iterator[Period]:
    day = first
    while True:
        quarter = period_of(day, PeriodKind.QUARTER)
        if quarter.window.start > last:
            return
        yield quarter
        day = quarter.window.end


def against_lock(
    found: Iterable[Change], versions: Sequence[Version], start: date, today: date
) -> tuple[tuple[Change, Period], ...]:
    """The changes of the KPI set that reach into a settled quarter, with the quarter."""
    quarters = locked_quarters(versions, today)
    return tuple(
        (change, quarter)
        for change in found
        if change.table in KPI_SET
        for quarter in quarters
        if clipped(moved(change, start), quarter.window).days
    )
