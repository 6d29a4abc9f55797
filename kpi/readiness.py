"""What keeps a book from being signed beyond plain errors: lines nobody confirmed, open gaps.

A loaded pack stays a draft until every line is confirmed (packs reference). A difference between a
target and its parts is shown; it blocks the signature unless it is accepted (scoring reference,
section 13).
"""

from __future__ import annotations

from collections.abc import Iterator

from kpi.book import NEVER, Book
from kpi.book_checks import newest, place_of
from kpi.catalog import Catalog
from kpi.errors import Problem
from kpi.messages import problem
from kpi.model import Region, Unit
from kpi.target_gaps import gaps
from kpi.targets import AD_BUDGET
from kpi.typed_rows import TargetRow, WeightRow


def unconfirmed(book: Book) -> tuple[Problem, ...]:
    """Lines that score or can veto and that nobody has confirmed, in the order of the table."""
    cards: dict[tuple[str, Region], list[WeightRow]] = {}
    for row in book.weights:
        cards.setdefault((row.role, row.region), []).append(row)
    waiting = [
        row
        for rows in cards.values()
        for row in newest(rows, NEVER)
        if row.on and (row.weight > 0 or row.veto) and not row.confirmed
    ]
    return tuple(
        problem(
            "not_confirmed",
            place_of(row.address, "tblWeight"),
            role=row.role,
            region=row.region,
            metric=row.metric,
        )
        for row in waiting
    )


def open_gaps(book: Book, catalog: Catalog, year: int) -> tuple[Problem, ...]:
    """Targets of a year and later whose parts do not add up to them."""
    return tuple(_open_gaps(book, catalog, year))


def _open_gaps(book: Book, catalog: Catalog, year: int) -> Iterator[Problem]:
    for row in book.targets:
        unit = _additive_unit(catalog, row)
        if row.year < year or unit is None:
            continue
        for gap in gaps(book, row, unit):
            if gap.rest:
                place = place_of(row.address, "tblTarget")
                shown = f"{gap.rest:,.2f}"
                yield problem("target_gap", place, scope=row.scope, metric=row.metric, rest=shown)


def _additive_unit(catalog: Catalog, row: TargetRow) -> Unit | None:
    """The unit of a target that adds up; None for ratios and KPIs nobody knows."""
    if row.metric == AD_BUDGET:
        return Unit.MONEY
    metric = catalog.metrics.get(row.metric)
    return metric.unit if metric is not None and metric.additive else None
