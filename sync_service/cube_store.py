"""Kept sums of a cube, one file a period: a refresh sums again only the periods that changed.

Which days changed is told by the commits after the kept version: each names its window. A commit
that cannot be read, or says nothing, makes all periods new.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from kpi.model import Window
from sync_service import delta_log
from sync_service.cube import CubeQuery, Group
from sync_service.cube_pass import grouped
from sync_service.fact_files import Snapshot
from sync_service.facts import Facts

_LAYOUT = "cube 1"  # part of every fingerprint: a change of the sums' meaning gets a new name
_INDEX = "index.json"
Groups = dict[str, Group]


@dataclass(frozen=True, slots=True)
class Summed:
    """Every period's sums, and which of them this call had to sum."""

    version: int
    query: CubeQuery
    tables: Sequence[pa.Table]  # by period; kept ones lie in their files until they are asked for
    fresh: NDArray[np.bool_]

    @property
    def groups(self) -> Mapping[str, Group]:
        """Every grouping's sums of all periods."""
        return self.of_periods(np.ones(len(self.query.periods), np.bool_))

    def of_periods(self, wanted: NDArray[np.bool_]) -> Mapping[str, Group]:
        """Give every grouping's sums of some periods; the others are not read."""
        chosen = [t for t, asked in zip(self.tables, wanted, strict=True) if asked]
        return _groups(self.query, chosen)


def summed(facts: Facts, query: CubeQuery, *, keep: bool = True) -> Summed:
    """Give the sums of the newest version; without `keep` nothing kept is read or written."""
    snapshot = facts.snapshot()
    folder = facts.root / "cubes" / _fingerprint(query)
    kept = _load(folder, query) if keep else None
    fresh = np.ones(len(query.periods), np.bool_)
    if kept is not None:
        fresh = _touched(facts, query, kept.version, snapshot.version)
    tables = _tables(query, _sums(facts, query, snapshot, fresh), fresh)
    if keep and fresh.any():
        _store(folder, query, snapshot.version, tables, kept.files if kept else {})
    old = kept.tables if kept else {}
    every = [tables[n] if n in tables else old[n] for n in range(len(query.periods))]
    return Summed(snapshot.version, query, every, fresh)


def _fingerprint(query: CubeQuery) -> str:
    """Name everything that the sums depend on besides the facts."""
    digest = hashlib.sha256()
    said = (_LAYOUT, query.measures, query.periods, query.groupings, query.filters)
    digest.update(repr((*said, sorted(query.streams or ()))).encode())
    for name, table in (*sorted(query.dimensions.items()), ("rates", query.rates)):
        digest.update(name.encode())
        if table is not None:
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            digest.update(memoryview(sink.getvalue()))
    return digest.hexdigest()[:32]


def _sums(facts: Facts, query: CubeQuery, snapshot: Snapshot, fresh: NDArray[np.bool_]) -> Groups:
    """Sum the fresh periods over the files that may hold their days."""
    windows = [w for w, wanted in zip(query.periods, fresh, strict=True) if wanted]
    found = [
        f
        for f in snapshot.files
        if (query.streams is None or f.stream in query.streams)
        and any(f.first < w.end and f.last >= w.start for w in windows)
    ]
    return grouped(query, found, facts.schema, fresh)


def _touched(facts: Facts, query: CubeQuery, kept: int, newest: int) -> NDArray[np.bool_]:
    """Tell which periods have days that were committed after the kept version."""
    touched = np.zeros(len(query.periods), np.bool_)
    if kept > newest:  # the facts were restored from an older copy
        return ~touched
    for entry in delta_log.since(facts.table_path, kept, newest):
        if entry is None:
            return ~np.zeros_like(touched)
        if not entry.changes_data:
            continue
        if "window_start" not in entry.metadata:
            return ~np.zeros_like(touched)
        start = date.fromisoformat(entry.metadata["window_start"])
        window = Window(start, date.fromisoformat(entry.metadata["window_end"]))
        touched |= [w.start < window.end and w.end > window.start for w in query.periods]
    return touched


def _tables(
    query: CubeQuery, groups: Mapping[str, Group], fresh: NDArray[np.bool_]
) -> dict[int, pa.Table]:
    """Give the sums of each fresh period as it is kept: its groups one below the other."""
    ends = {
        name: np.searchsorted(group.period, np.arange(len(query.periods) + 1))
        for name, group in groups.items()
    }
    return {
        number: pa.concat_tables(
            _table(which, group.taken(slice(*ends[name][number : number + 2])))
            for which, (name, group) in enumerate(groups.items())
        ).combine_chunks()
        for number in np.flatnonzero(fresh).tolist()
    }


def _table(which: int, group: Group) -> pa.Table:
    """Give one group as columns."""
    columns = {
        "which": np.full(len(group.rows), which, np.int64),
        "period": group.period,
        "key": group.key,
        "mask": group.mask,
        "rows": group.rows,
    }
    columns |= {f"s:{name}": values for name, values in group.sums.items()}
    columns |= {f"k:{name}": values for name, values in group.known.items()}
    return pa.table(columns)


def _store(
    folder: Path,
    query: CubeQuery,
    version: int,
    tables: Mapping[int, pa.Table],
    kept: Mapping[str, str],
) -> None:
    """Write a file for each fresh period, then the index that names them, in one step.

    `kept` are the files that were loaded: if another process replaced them meanwhile, the index
    names a file that is gone, and the next reader sums anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named = dict(kept)
    for number, table in tables.items():
        name = f"{query.periods[number].start}-{uuid.uuid4().hex}.arrow"
        _write(folder / name, table)
        named[str(number)] = name
    temporary = folder / f"{_INDEX}.{uuid.uuid4().hex}"
    with temporary.open("wb") as handle:
        handle.write(orjson.dumps({"version": version, "files": named}))
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(folder / _INDEX)
    for name in set(kept.values()) - set(named.values()):
        with contextlib.suppress(PermissionError):  # Windows keeps a file that is mapped
            (folder / name).unlink(missing_ok=True)


def _write(path: Path, table: pa.Table) -> None:
    """Write one period's sums, durable before the index names the file."""
    with path.open("wb") as handle:
        with pa.ipc.new_file(handle, table.schema) as writer:
            writer.write_table(table)
        handle.flush()
        os.fsync(handle.fileno())


@dataclass(frozen=True, slots=True)
class _Kept:
    """The sums of an older version, by period."""

    version: int
    tables: Mapping[int, pa.Table]
    files: Mapping[str, str]  # period's number -> file


def _load(folder: Path, query: CubeQuery) -> _Kept | None:
    """Open the kept sums; None where anything is absent or damaged."""
    try:
        index = orjson.loads((folder / _INDEX).read_bytes())
        numbers = range(len(query.periods))
        tables = {n: _read(folder / index["files"][str(n)]) for n in numbers}
    except (FileNotFoundError, KeyError, orjson.JSONDecodeError, pa.ArrowInvalid):
        return None
    return _Kept(int(index["version"]), tables, index["files"])


def _read(path: Path) -> pa.Table:
    """Open one period's file; its columns are read when they are needed."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _groups(query: CubeQuery, tables: Sequence[pa.Table]) -> dict[str, Group]:
    """Give every grouping of some periods, in their order."""
    counted = any(f"k:{query.measures[0]}" in table.column_names for table in tables)
    return {
        name: _group(query, tables, which, counted=counted)
        for which, name in enumerate(query.groupings)
    }


def _group(query: CubeQuery, tables: Sequence[pa.Table], which: int, *, counted: bool) -> Group:
    """Give one grouping; where a period kept no counts of known facts, all its rows know all."""
    spans = [
        slice(*np.searchsorted(table.column("which").to_numpy(), [which, which + 1]).tolist())
        for table in tables
    ]

    def column(name: str, otherwise: str = "") -> NDArray[np.int64]:
        found = [
            table.column(name if name in table.column_names else otherwise).to_numpy()[span]
            for table, span in zip(tables, spans, strict=True)
        ]
        return np.concatenate([np.zeros(0, np.int64), *found])

    return Group(
        column("period"),
        column("key"),
        column("mask"),
        column("rows"),
        {name: column(f"s:{name}") for name in query.measures},
        {name: column(f"k:{name}", "rows") for name in query.measures} if counted else {},
    )
