"""Kept sums of a cube, one file a period: a refresh sums again only the periods that changed.

Which days changed is told by the commits after the kept version: each names its window. A commit
that cannot be read, or says nothing, makes all periods new.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from kpi.model import Window
from sync_service import delta_log
from sync_service.cube import CubeQuery, Group, grouped
from sync_service.fact_files import Snapshot
from sync_service.facts import Facts

_LAYOUT = "cube 1"  # part of every fingerprint: a change of the sums' meaning gets a new name
_INDEX = "index.json"
Groups = dict[str, Group]


@dataclass(frozen=True, slots=True)
class Summed:
    """Every period's sums, and which of them this call had to sum."""

    version: int
    groups: Mapping[str, Group]
    fresh: NDArray[np.bool_]
    files: Mapping[str, str] = field(default_factory=dict)  # period's number -> kept file


def summed(facts: Facts, query: CubeQuery, *, keep: bool = True) -> Summed:
    """Give the sums of the newest version; without `keep` nothing kept is read or written."""
    snapshot = facts.snapshot()
    folder = facts.root / "cubes" / _fingerprint(query)
    kept = _load(folder, query) if keep else None
    fresh = np.ones(len(query.periods), np.bool_)
    if kept is not None:
        fresh = _touched(facts, query, kept.version, snapshot.version)
    groups = _sums(facts, query, snapshot, fresh)
    if keep and fresh.any():
        _store(folder, query, Summed(snapshot.version, groups, fresh, kept.files if kept else {}))
    if kept is not None:
        groups = {name: _merged(kept.groups[name], groups[name], fresh) for name in groups}
    return Summed(snapshot.version, groups, fresh)


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
    found = {
        f.path
        for f in snapshot.files
        if (query.streams is None or f.stream in query.streams)
        and any(f.first < w.end and f.last >= w.start for w in windows)
    }
    return grouped(query, sorted(found), facts.schema, fresh)


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


def _merged(kept: Group, new: Group, fresh: NDArray[np.bool_]) -> Group:
    """Put fresh periods in the place of the kept ones, in the one order."""
    old = kept.of_periods(~fresh)
    counted = bool(old.known) or bool(new.known)

    def known(group: Group, name: str) -> NDArray[np.int64]:
        return group.known.get(name, group.rows)

    both = Group(
        np.concatenate([old.period, new.period]),
        np.concatenate([old.key, new.key]),
        np.concatenate([old.mask, new.mask]),
        np.concatenate([old.rows, new.rows]),
        {n: np.concatenate([old.sums[n], new.sums[n]]) for n in new.sums},
        {n: np.concatenate([known(old, n), known(new, n)]) for n in new.sums} if counted else {},
    )
    return both.taken(np.lexsort((both.mask, both.key, both.period)))


def _store(folder: Path, query: CubeQuery, new: Summed) -> None:
    """Write a file for each fresh period, then the index that names them, in one step.

    `new.files` are those that were loaded: if another process replaced them meanwhile, the index
    names a file that is gone, and the next reader sums anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    named = dict(new.files)
    for number in np.flatnonzero(new.fresh).tolist():
        only = np.arange(len(query.periods)) == number
        name = f"{query.periods[number].start}-{uuid.uuid4().hex}.arrow"
        _write(folder / name, {n: group.of_periods(only) for n, group in new.groups.items()})
        named[str(number)] = name
    temporary = folder / f"{_INDEX}.{uuid.uuid4().hex}"
    with temporary.open("wb") as handle:
        handle.write(orjson.dumps({"version": new.version, "files": named}))
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(folder / _INDEX)
    for name in set(new.files.values()) - set(named.values()):
        (folder / name).unlink(missing_ok=True)


def _write(path: Path, groups: Groups) -> None:
    """Write one period's groups one below the other, durable before the index names the file."""
    tables = []
    for number, group in enumerate(groups.values()):
        columns = {
            "which": np.full(len(group.rows), number, np.int64),
            "period": group.period,
            "key": group.key,
            "mask": group.mask,
            "rows": group.rows,
        }
        columns |= {f"s:{name}": values for name, values in group.sums.items()}
        columns |= {f"k:{name}": values for name, values in group.known.items()}
        tables.append(pa.table(columns))
    whole = pa.concat_tables(tables)
    with path.open("wb") as handle:
        with pa.ipc.new_file(handle, whole.schema) as writer:
            writer.write_table(whole.combine_chunks())
        handle.flush()
        os.fsync(handle.fileno())


def _load(folder: Path, query: CubeQuery) -> Summed | None:
    """Read the kept sums; None where anything is absent or damaged."""
    try:
        index = orjson.loads((folder / _INDEX).read_bytes())
        tables = [_read(folder / index["files"][str(n)]) for n in range(len(query.periods))]
    except (FileNotFoundError, KeyError, orjson.JSONDecodeError, pa.ArrowInvalid):
        return None
    counted = any(f"k:{query.measures[0]}" in table.column_names for table in tables)
    whole = _completed(tables, query.measures) if counted else pa.concat_tables(tables)
    columns: dict[str, NDArray[np.int64]] = {
        n: whole.column(n).to_numpy() for n in whole.column_names
    }
    groups = {
        name: _group(columns, columns["which"] == number, query.measures)
        for number, name in enumerate(query.groupings)
    }
    nothing = np.zeros(len(query.periods), np.bool_)
    return Summed(int(index["version"]), groups, nothing, index["files"])


def _read(path: Path) -> pa.Table:
    """Read one period's file."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _completed(tables: Sequence[pa.Table], measures: Sequence[str]) -> pa.Table:
    """Give every period its counts of known facts: where none were kept, all rows know all."""
    full = []
    for table in tables:
        lacking = [f"k:{m}" for m in measures if f"k:{m}" not in table.column_names]
        for name in lacking:
            table = table.append_column(name, table.column("rows"))  # noqa: PLW2901 - grows
        full.append(table)
    return pa.concat_tables(full)


def _group(
    columns: Mapping[str, NDArray[np.int64]], chosen: NDArray[np.bool_], measures: Sequence[str]
) -> Group:
    """Give one grouping of the kept columns; they are sorted by period already."""
    counted = f"k:{measures[0]}" in columns
    return Group(
        columns["period"][chosen],
        columns["key"][chosen],
        columns["mask"][chosen],
        columns["rows"][chosen],
        {name: columns[f"s:{name}"][chosen] for name in measures},
        {name: columns[f"k:{name}"][chosen] for name in measures} if counted else {},
    )
