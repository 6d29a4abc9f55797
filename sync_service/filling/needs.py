"""The service's column of Needs: which lines a KPI that is wanted would add to Weights."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.needs import Proposal, proposals
from kpi.tables import Table
from sync_service.compute import Computed
from sync_service.filling.cells import FilledRow


def needs(done: Computed, table: Table) -> Iterator[FilledRow]:
    """`US 10 · EU 5` beside each line that asks for something; else nothing."""
    found: dict[str, list[Proposal]] = {}
    for one in proposals(done.typed, done.given.catalog.metrics):
        found.setdefault(one.need.address, []).append(one)
    first = table.columns[0]
    for row in table.rows:
        mine = found.get(f"{table.sheet}!{row.cells[first].address}", [])
        said = " · ".join(f"{one.region} {one.weight:g}" for one in mine)
        key = {"metric": row.value("metric"), "role": row.value("role")}
        yield {**key, "proposal": said or None}
