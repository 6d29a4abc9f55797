"""A target handed down as other KPIs: worked out of a book, then written as lines of Targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.child_targets import Child, HandedDown, handed_down
from kpi.errors import UnansweredError
from kpi.model import Language
from kpi.rolling import RolledTarget
from sync_service.dividing import line_of
from sync_service.house import House
from sync_service.pack_loading import metric_names
from sync_service.refresh import Order, Seen, look
from sync_service.rolling import write_lines
from sync_service.workbooks.port import WriteReport

Line = tuple[str, str, str, int | None]
"""Region, scope, KPI and year of a target; None: the year of the book's month."""


@dataclass(frozen=True, slots=True)
class Handing:
    """What handing a target down makes, before anything is written."""

    order: Order
    seen: Seen
    made: HandedDown
    names: Mapping[str, str]  # of KPIs, as the book shows them


def prepare(house: House, order: Order, line: Line, wishes: Sequence[Child]) -> Handing:
    """Read the book and work the children out; nothing is written.

    Raises:
        UnansweredError: There is no such target, or a child cannot be made of it.
    """
    seen = look(house, order)
    region, scope, metric, wanted = line
    year = wanted or seen.done.month.window.start.year
    parent = line_of(seen.done, (year, region, scope, metric))
    if parent is None:
        raise UnansweredError(
            f"Targets has no line for {region} {scope} {metric} in {year}.",
            f"目标表没有 {year} 年 {region} {scope} {metric} 这一行。",
        )
    catalog = seen.done.given.catalog
    made = handed_down(seen.done.typed, catalog.metrics, parent, wishes)
    return Handing(order, seen, made, metric_names(seen.contents, catalog))


def write(handing: Handing) -> tuple[WriteReport, ...]:
    """Put the children into the closed workbook; no cell that holds something is touched."""
    lines = [RolledTarget(one.row, None, added=one.added) for one in handing.made.children]
    return write_lines(
        handing.order, handing.seen, lines, (), lambda language: _note(handing, language)
    )


def _note(handing: Handing, language: Language) -> str:
    row = handing.made.parent
    name = handing.names.get(row.metric, row.metric)
    return f"承接 {row.scope} {name}" if language == "zh" else f"serves {row.scope} {name}"
