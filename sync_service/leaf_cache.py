"""Kept sums of fact files: per query and stream one Arrow file, all of it rebuildable."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sync_service.fact_files import FactFile
from sync_service.int128 import exact

_KEPT_QUERIES = 6  # folders of older queries beyond these are removed
_DEAD, _SPARE = 4, 100  # kept files for each wanted one, before the sums are made anew
_FILES = b"files"
_EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal(): Arrow counts days from there
_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789._-"


@dataclass(frozen=True, slots=True)
class Part:
    """The sums of one stream's wanted files, one row a (file, day, category, currencies)."""

    stream: str
    shops: tuple[str, ...]  # by number of the file
    currencies: tuple[str, ...]
    file: NDArray[np.int64]
    day: NDArray[np.int64]  # date.toordinal()
    category: NDArray[np.int64]
    currency: NDArray[np.int64]
    cost_currency: NDArray[np.int64]
    rows: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.int64]]
    known: Mapping[str, NDArray[np.int64]]


def parts(
    folder: Path,
    wanted: Mapping[str, FactFile],
    compute: Callable[[Sequence[FactFile]], pa.Table],
    *,
    keep: bool,
) -> list[Part]:
    """Give the sums of the wanted files by stream; files that were never summed are summed now."""
    streams = sorted({f.stream for f in wanted.values()})
    kept = {stream: _worth(_load(folder / _name(stream)), wanted) for stream in streams}
    done = {key for table in kept.values() if table is not None for key in _keys(table)}
    fresh = [(key, f) for key, f in wanted.items() if key not in done]
    if fresh:
        summed = compute([f for _, f in fresh])
        for stream in {f.stream for _, f in fresh}:
            numbers = [n for n, (_, f) in enumerate(fresh) if f.stream == stream]
            kept[stream] = _merged(kept[stream], summed, numbers, [fresh[n][0] for n in numbers])
            if keep:
                _store(folder / _name(stream), kept[stream])
        if keep:
            _forget_old(folder)
    return [_part(stream, table, wanted) for stream, table in kept.items() if table is not None]


def _name(stream: str) -> str:
    """Give a file name for a stream; a letter outside ASCII is written as its number."""
    return "".join(c if c in _SAFE else f"~{ord(c):x}" for c in stream) + ".arrow"


def _keys(table: pa.Table) -> list[str]:
    """Give the keys of the files whose sums a table holds, by number."""
    found: list[str] = orjson.loads(table.schema.metadata[_FILES])
    return found


def _load(path: Path) -> pa.Table | None:
    """Read kept sums; a file that cannot be read is as good as none."""
    try:
        with pa.memory_map(str(path)) as source:
            return pa.ipc.open_file(source).read_all()
    except (FileNotFoundError, pa.ArrowInvalid):
        return None


def _worth(table: pa.Table | None, wanted: Mapping[str, FactFile]) -> pa.Table | None:
    """Start anew once most of what is kept belongs to files that are gone: it only grows."""
    if table is None:
        return None
    keys = _keys(table)
    alive = sum(key in wanted for key in keys)
    return table if len(keys) <= _DEAD * alive + _SPARE else None


def _store(path: Path, table: pa.Table) -> None:
    """Put a file in place in one step; a torn one would be read as wrong sums."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}")
    with temporary.open("wb") as handle:
        with pa.ipc.new_file(handle, table.schema) as writer:
            writer.write_table(table)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)


def _forget_old(folder: Path) -> None:
    """Remove the sums of queries that were not asked for longest."""
    os.utime(folder)
    queries = sorted(
        (p for p in folder.parent.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime
    )
    for old in queries[:-_KEPT_QUERIES]:
        shutil.rmtree(old, ignore_errors=True)


def _merged(
    kept: pa.Table | None, summed: pa.Table, numbers: Sequence[int], keys: Sequence[str]
) -> pa.Table:
    """Add freshly summed files to the kept ones; columns that know nothing are left out."""
    before = [] if kept is None else _keys(kept)
    place = {number: len(before) + n for n, number in enumerate(numbers)}
    chosen = summed.filter(pc.is_in(summed.column("file"), pa.array(numbers, pa.int32())))
    files = pa.array([place[n] for n in chosen.column("file").to_pylist()], pa.int32())
    columns = {"file": files}
    for name in ("day", "category", "currency", "cost_currency", "rows"):
        columns[name] = chosen.column(name)
    columns["currency"] = columns["currency"].dictionary_encode()
    for name in summed.column_names:
        if name.startswith("k:") and pc.sum(chosen.column(name)).as_py():
            columns[name] = chosen.column(name)
            columns[f"s:{name[2:]}"] = pa.array(exact(chosen.column(f"s:{name[2:]}")))
    added = pa.table(columns)
    both = added if kept is None else pa.concat_tables([kept, added], promote_options="default")
    both = both.unify_dictionaries().combine_chunks()
    return both.replace_schema_metadata({_FILES: orjson.dumps([*before, *keys])})


def _part(stream: str, table: pa.Table, wanted: Mapping[str, FactFile]) -> Part:
    """Give the rows of the wanted files as arrays."""
    keys = _keys(table)
    asked = np.array([key in wanted for key in keys], np.bool_)
    if not asked.all():
        table = table.filter(pa.array(asked[table.column("file").to_numpy()]))
    currency = table.column("currency").combine_chunks()

    def integers(name: str) -> NDArray[np.int64]:
        column = table.column(name).fill_null(0)
        values: NDArray[np.int64] = column.to_numpy().astype(np.int64, copy=False)
        return values

    measures = [name[2:] for name in table.column_names if name.startswith("k:")]
    day = table.column("day").cast(pa.int32()).to_numpy().astype(np.int64) + _EPOCH_ORDINAL
    return Part(
        stream=stream,
        shops=tuple(wanted[key].shop if key in wanted else "" for key in keys),  # "": not asked
        currencies=tuple(currency.dictionary.to_pylist()),
        file=integers("file"),
        day=day,
        category=integers("category"),
        currency=currency.indices.to_numpy().astype(np.int64),
        cost_currency=integers("cost_currency"),
        rows=integers("rows"),
        sums={name: integers(f"s:{name}") for name in measures},
        known={name: integers(f"k:{name}") for name in measures},
    )
