"""The months of the year before, for targets whose year is split by history."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.calendar import month_period
from kpi.contracts import Version
from kpi.model import TargetRow
from kpi.organisation import ScopeParts, scopes
from kpi.targets import MONTHS, Past, Split, TargetKey, key_of


def asks_history(rows: Iterable[TargetRow]) -> Iterator[TargetRow]:
    """The targets whose months follow last year's."""
    return (row for row in rows if row.split == Split.HISTORY)


def history_asked(book: Book, versions: Iterable[Version]) -> bool:
    """Whether any target, typed or signed, is split by history."""
    signed = (row for one in versions for row in one.contract.tables["tblTarget"].values())
    return any(asks_history(book.targets)) or any(r.get("split") == Split.HISTORY for r in signed)


def past_months(books: Iterable[Book], actuals: Actuals) -> Past:
    """Last year's months of every target that asks for them, in any of these books.

    A month that the facts do not cover to its last day is unknown: a part of it would look small.
    """
    found: dict[TargetKey, tuple[float | None, ...]] = {}
    for book in books:
        wanted = [row for row in asks_history(book.targets) if key_of(row) not in found]
        known = {(s.scope.region, s.scope.code): s for s in scopes(book)} if wanted else {}
        for row in wanted:
            scope = known.get((row.region, row.scope))
            if scope is not None and row.metric in actuals.catalog.metrics:
                found[key_of(row)] = _year(actuals, row, scope)
    return found


def _year(actuals: Actuals, row: TargetRow, scope: ScopeParts) -> tuple[float | None, ...]:
    return tuple(_month(actuals, row, scope, month) for month in range(1, MONTHS + 1))


def _month(actuals: Actuals, row: TargetRow, scope: ScopeParts, month: int) -> float | None:
    of = month_period(row.year - 1, month)
    actual = actuals.of(actuals.catalog.metrics[row.metric], scope, of)
    return actual.value if actual.covered == of.window else None
