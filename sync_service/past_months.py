"""The months of the year before: for splits by history, and for categories of a shop's target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.calendar import month_period
from kpi.catalog import Catalog
from kpi.contracts import Version
from kpi.model import Scope, ScopeKind
from kpi.organisation import Part, ScopeParts, open_days
from kpi.scopes import same, scopes
from kpi.target_scopes import part_code
from kpi.targets import MONTHS, Past, Split, TargetKey, key_of
from kpi.typed_rows import TargetRow


def asks_history(rows: Iterable[TargetRow]) -> Iterator[TargetRow]:
    """The targets whose months follow last year's."""
    return (row for row in rows if row.split == Split.HISTORY)


def history_asked(book: Book, versions: Sequence[Version]) -> bool:
    """Whether any target is split by history or any category of a shop held, typed or signed."""
    targets = (row for one in versions for row in one.contract.tables["tblTarget"].values())
    lines = (row for one in versions for row in one.contract.tables["tblAssign"].values())
    return (
        any(asks_history(book.targets))
        or any(row.get("split") == Split.HISTORY for row in targets)
        or any(line.category for line in book.assignments)
        or any(line.get("category") for line in lines)
    )


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
        for row, scope in _categories(book, actuals.catalog):
            key = (row.year, row.region, scope.scope.code, row.metric)
            if key not in found:
                found[key] = _year(actuals, row, scope)
    return found


def _categories(book: Book, catalog: Catalog) -> Iterator[tuple[TargetRow, ScopeParts]]:
    """The targets of shops of which somebody holds a category: the shop, then each category."""
    held: dict[str, dict[str, None]] = {}
    for line in book.assignments:
        if line.category:
            held.setdefault(line.shop, {})[line.category] = None
    for row in book.targets:
        metric, shop = catalog.metrics.get(row.metric), book.shop(row.scope)
        if metric is None or not metric.additive or shop is None or shop.code not in held:
            continue
        whole = Part(shop.code, open_days(shop))
        yield row, _scope(row, shop.code, whole)
        for category in held[shop.code]:
            part = replace(whole, category=category)
            yield row, _scope(row, part_code(shop.code, category), part)


def _scope(row: TargetRow, code: str, part: Part) -> ScopeParts:
    return ScopeParts(Scope(code, ScopeKind.SHOP, row.region, same(code)), (part,))


def _year(actuals: Actuals, row: TargetRow, scope: ScopeParts) -> tuple[float | None, ...]:
    return tuple(_month(actuals, row, scope, month) for month in range(1, MONTHS + 1))


def _month(actuals: Actuals, row: TargetRow, scope: ScopeParts, month: int) -> float | None:
    of = month_period(row.year - 1, month)
    actual = actuals.of(actuals.catalog.metrics[row.metric], scope, of)
    return actual.value if actual.covered == of.window else None
