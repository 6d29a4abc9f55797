"""Lines of the needs diagnosis: what hurts, and which KPIs are wanted because of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpi.book_rows import RowReader

DEFAULT_ROLE = "operations"


@dataclass(frozen=True, slots=True)
class Need:
    """A KPI that is ticked, or that a pain point asks for."""

    metric: str
    role: str
    pain: str  # number of the pain point; empty where the KPI itself is ticked
    address: str


def read_needs(pains: Iterable[RowReader], rows: Iterable[RowReader]) -> tuple[Need, ...]:
    """What is wanted, each KPI of a role once, in the order of the table."""
    numbers = {row.text("no"): row.yes("here", default=False) for row in pains}
    found: dict[tuple[str, str], Need] = {}
    for row in rows:
        need = _need(row, numbers)
        if need is not None and not row.bad:
            found.setdefault((need.metric, need.role), need)
    return tuple(found.values())


def _need(row: RowReader, numbers: dict[str, bool]) -> Need | None:
    pain, ticked = row.text("pain"), row.yes("watch", default=False)
    if pain and pain not in numbers:
        row.doubt("pain", "unknown_pain", shown=pain)
    if not ticked and not numbers.get(pain):
        return None  # a line that nobody wants may name anything
    role = row.word("role", "role", DEFAULT_ROLE) or ""
    return Need(row.metric("metric"), role, "" if ticked else pain, row.address)
