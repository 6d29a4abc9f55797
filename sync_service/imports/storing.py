"""A batch becomes facts: laid over what is there, then committed in the order of writes.

Nothing is committed where nothing differs; a dry run stops before the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from kpi.model import Window
from sync_service.commits import Fetched, commit
from sync_service.connectors.batches import to_table
from sync_service.connectors.kernel import FetchResult
from sync_service.holding import Holding
from sync_service.house import House
from sync_service.imports.layout import Batch
from sync_service.imports.merging import KEY, Difference, differences, merged
from sync_service.recovery import lease_name
from sync_service.told import BusyError


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch changed, or would change."""

    stream: str
    shop: str
    window: Window
    rows: int  # of the file
    differences: tuple[Difference, ...]


def store(house: House, batch: Batch, run: str, *, write: bool) -> Change:
    """Lay a batch over the facts of its window."""
    name = lease_name(batch.stream.name, batch.shop.code)
    with Holding(house.store) as holding:
        lease = holding.take(name)
        if lease is None:
            raise BusyError(
                f"Another import works on {name}; try again when it has ended.",
                f"另一个导入正在处理 {name}；请待其结束后重试。",
            )
        old, new = _tables(house, batch)
        laid = merged(old, new, batch.part)
        found = tuple(differences(old, laid))
        if write and found:
            at = house.clock.now()
            fetched = Fetched(
                batch.stream.name,
                batch.shop.code,
                batch.window,
                laid,
                frozenset(),
                at,
                None,
                None,
                None,
            )
            commit(house.facts, house.store, lease, run, fetched)
    return Change(batch.stream.name, batch.shop.code, batch.window, new.num_rows, found)


def _tables(house: House, batch: Batch) -> tuple[pa.Table, pa.Table]:
    """The stored and the new rows of the window, with the same columns."""
    types = {field.name: field.type for field in house.facts.schema}
    given = FetchResult(batch.rows, not_ready_days=batch.left_out)
    new = to_table(batch.stream, batch.shop.currency, batch.window, given, types)
    old = house.facts.rows(batch.stream.name, batch.shop.code, batch.window)
    more = _used(old, [name for name in types if name not in new.column_names])
    for name in more:
        new = new.append_column(name, pa.nulls(new.num_rows, types[name]))
    return old.select(new.column_names), new.select([*KEY, *_measures(new)])


def _used(old: pa.Table, names: Sequence[str]) -> list[str]:
    """Measures that other files of the stream deliver."""
    keys = {*KEY, "stream", "shop", "month"}
    return [n for n in names if n not in keys and old.column(n).null_count < old.num_rows]


def _measures(table: pa.Table) -> list[str]:
    return [name for name in table.column_names if name not in KEY]
