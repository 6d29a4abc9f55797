"""Two restated weeks: only their sums and values are made again, equal to the last bit."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench import compute_data as data
from bench.compute_sql import listed
from bench.measuring import Bench, Contender, Measured, Ratio, measure, ratio
from bench.refresh_compute import parts, query
from kpi.arrays import evaluate_array
from kpi.model import Window
from sync_service.cube_store import Summed, summed
from sync_service.cube_values import cube_values
from sync_service.fact_scan import connect
from sync_service.facts import Facts

WEEKS = 2  # the last ones
RESTATED = ("units", "sales", "returns")


def late_window(asked: data.Size) -> Window:
    """Give the days of the restated weeks."""
    window = asked.window
    return Window(window.end - dt.timedelta(weeks=WEEKS), window.end)


def make(*, small: bool) -> Path:
    """Make the restated facts: a copy of the first ones, then a commit for each store."""
    path = data.folder(small=small, restated=True)
    note = path / "restated"
    if note.exists():
        return path
    shutil.rmtree(path, ignore_errors=True)
    original = data.make(small=small)
    path.mkdir(parents=True)
    shutil.copytree(original / "table", path / "table")
    store, asked = data.facts(small=small, restated=True), data.size(small=small)
    summed(store, query(asked))  # yesterday's refresh: its sums are kept
    window, rng = late_window(asked), np.random.default_rng(11)
    for number in range(data.STORES):
        shop = data.shop(number)
        rows = _restated(store.rows(data.STREAM, shop, window), rng)
        store.commit(data.STREAM, shop, window, rows, number=2, meta={"run": "restated"})
    note.write_text("")
    return path


def _restated(rows: pa.Table, rng: np.random.Generator) -> pa.Table:
    """Change units, sales and returns of five rows in a hundred."""
    chosen = rng.random(rows.num_rows) < 0.05
    more = np.where(chosen, rng.integers(1, 4, rows.num_rows), 0)
    for name in RESTATED:
        place = rows.schema.get_field_index(name)
        if name == "sales":
            cents = np.rint(rows.column(name).cast(pa.float64()).to_numpy() * 100).astype(np.int64)
            column = data.decimals((cents + more * 1999) * 100)
        else:
            column = pa.array(rows.column(name).to_numpy() + more)
        rows = rows.set_column(place, name, column)
    return rows


def _values(store: Facts, asked: data.Size, found: Summed) -> dict[str, Any]:
    """Compute every KPI of the periods that were summed anew."""
    late = np.zeros(asked.weeks, np.bool_)
    late[-WEEKS:] = True
    wanted = late if found.fresh[late].any() else found.fresh
    return {"bits": _computed(store, asked, found, wanted), "fresh": int(found.fresh.sum())}


def _computed(store: Facts, asked: data.Size, found: Summed, wanted: NDArray[np.bool_]) -> str:
    """Give a digest of the last two weeks of every KPI: equal digests are equal bits."""
    cube = cube_values(found.query, store.schema, parts(found.of_periods(wanted)), wanted)
    columns = {f"{m}_f{f}": values for (f, m), values in cube.items()}
    shape = next(iter(cube.values())).shape
    digest = hashlib.sha256()
    for text, _ in data.kpis(asked):
        values = evaluate_array(text, columns, (shape[0], shape[1]))
        digest.update(np.ascontiguousarray(values[:, -WEEKS:]).tobytes())
    return digest.hexdigest()


def incremental(*, small: bool) -> Callable[[], dict[str, Any]]:
    """Prepare the product as it stands after the restatement: yesterday's sums are kept.

    Each round gets yesterday's kept sums again, put back outside of the measured time.
    """
    path = make(small=small)
    store, asked = data.facts(small=small, restated=True), data.size(small=small)
    kept, spare = path / "cubes", path / "cubes-of-yesterday"
    if not spare.exists():
        kept.rename(spare)
    for old in path.glob("clone-*"):
        shutil.rmtree(old)
    clones = [_clone(spare, path / f"clone-{n}") for n in range(12)]

    def run() -> dict[str, Any]:
        used = path / f"clone-used-{len(clones)}"
        if kept.exists():
            kept.rename(used)
        clones.pop().rename(kept)
        found = summed(store, query(asked))
        return _values(store, asked, found)

    return run


def _clone(folder: Path, place: Path) -> Path:
    """Copy kept sums."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder, place)
    return place


def full(*, small: bool) -> Callable[[], dict[str, Any]]:
    """Prepare the product without kept sums: all weeks, all values."""
    make(small=small)
    store, asked = data.facts(small=small, restated=True), data.size(small=small)

    def run() -> dict[str, Any]:
        found = summed(store, query(asked), keep=False)
        return {
            "bits": _computed(store, asked, found, found.fresh),
            "fresh": int(found.fresh.sum()),
        }

    return run


def scan(*, small: bool) -> Callable[[], int]:
    """Prepare the limit: the same columns of the two weeks summed, nothing joined."""
    make(small=small)
    store, window = data.facts(small=small, restated=True), late_window(data.size(small=small))
    files = listed([f.path for f in store.files(window=window)])
    sums = ", ".join(f"sum({name})" for name in data.MEASURES)

    def run() -> int:
        with connect() as connection:
            row = connection.execute(
                f"SELECT count(*), {sums} FROM {files} WHERE day >= DATE '{window.start}'"
            ).fetchone()
        assert row is not None  # noqa: S101 - an aggregate gives one row
        return int(row[0])

    return run


def pandas_in_memory(*, small: bool) -> Callable[[], int]:
    """Prepare pandas with the two weeks in memory, joined and converted already."""
    from bench.compute_peers import GROUPINGS, frame_of  # noqa: PLC0415 - pandas is this peer's

    make(small=small)
    store, asked = data.facts(small=small, restated=True), data.size(small=small)
    files = [f.path for f in store.files(window=late_window(asked))]
    frame = frame_of(files, asked)
    frame = frame[frame["wk"] >= asked.weeks - WEEKS]
    measures = list(data.MEASURES)

    def run() -> int:
        found = [frame.groupby(["wk", key, "mask"])[measures].sum() for key in GROUPINGS]
        return sum(len(one) for one in found)

    return run


def run(*, small: bool) -> Bench:
    """Run all sides and judge them."""
    make(small=small)
    here, args = "bench.refresh_incremental", {"small": small}
    found = measure(
        [
            Contender("product, incremental", "product", f"{here}:incremental", args),
            Contender("product, full", "product", f"{here}:full", args),
            Contender("limit: bare scan of two weeks", "limit", f"{here}:scan", args),
            Contender(
                "pandas, two weeks in memory",
                "peer",
                f"{here}:pandas_in_memory",
                args,
                package="pandas",
            ),
        ],
        rounds=0 if small else None,
    )
    part, whole = found["product, incremental"], found["product, full"]
    ratios = [
        Ratio("full / incremental", ratio(whole, part), 15, at_most=False),
        Ratio(
            "incremental / bare scan",
            ratio(part, found["limit: bare scan of two weeks"]),
            None,
            at_most=True,
        ),
    ]
    remarks = [f"{part.value['fresh']} of {whole.value['fresh']} weeks were summed again"]
    return Bench("refresh_incremental", found, ratios, remarks, _faults(part, whole), small)


def _faults(part: Measured, whole: Measured) -> list[str]:
    """Compare bit for bit, and that no more than the restated weeks were summed."""
    faults = []
    if part.value["bits"] != whole.value["bits"]:
        faults.append("the incremental values differ from the full computation")
    if part.value["fresh"] != WEEKS:
        faults.append(f"{part.value['fresh']} weeks were summed, {WEEKS} were restated")
    return faults
