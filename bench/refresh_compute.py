"""Facts to thirty million KPI values: one pass, one cube, numpy; against scans, pandas and SQL."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bench import compute_data as data
from bench.measuring import ROOT, Bench, Contender, Measured, Ratio, measure, ratio
from kpi.arrays import evaluate_array
from kpi.model import Window
from sync_service.cube import Condition, CubeQuery, Group
from sync_service.cube_store import summed
from sync_service.cube_values import Part, cube_values, rolled_up
from sync_service.fact_scan import connect

PEERS = ROOT / ".work" / "bench" / "peers" / "bin" / "python"
CHECKED = 4  # KPIs compared with plain SQL, one of each form
SAMPLED = 12
TOLERANCE = 1e-12
FILTERS: tuple[tuple[Condition, ...], ...] = (
    (),
    (Condition("channel", "=", 0),),
    (Condition("brand", "=", 1),),
    (Condition("marketplace", "<", 5),),
    (Condition("clicks", ">", 0), Condition("ad_spend", ">", 3)),
)
Floats = NDArray[np.float64]


def query(asked: data.Size) -> CubeQuery:
    """Give the benchmark's question as the product asks it."""
    weeks = [
        Window(data.FIRST + dt.timedelta(weeks=n), data.FIRST + dt.timedelta(weeks=n + 1))
        for n in range(asked.weeks)
    ]
    return CubeQuery(
        measures=data.MEASURES,
        periods=weeks,
        groupings=("store", "category", "person"),
        dimensions=dimensions(asked),
        filters=FILTERS,
        rates=rate_table(asked),
    )


def dimensions(asked: data.Size) -> dict[str, pa.Table]:
    """Give the dimension tables as small dense integers."""
    stores = np.arange(data.STORES)
    skus = data.sku_dimensions(asked)
    return {
        "sku": pa.table(
            {"sku": data.texts("SKU", np.arange(asked.skus), 5)}
            | {name: values.astype(np.int32) for name, values in skus.items()}
        ),
        "shop": pa.table(
            {
                "shop": [data.shop(n) for n in range(data.STORES)],
                "store": stores.astype(np.int32),
                "channel": (stores % 5).astype(np.int32),
            }
        ),
        "part": pa.table(
            {
                "part": data.texts("M", np.arange(data.MARKETS), 2),
                "marketplace": np.arange(data.MARKETS, dtype=np.int32),
            }
        ),
    }


def rate_table(asked: data.Size) -> pa.Table:
    """Give the rates by day and currency, in millionths."""
    start = data.FIRST.toordinal() - dt.date(1970, 1, 1).toordinal()
    days = np.repeat(np.arange(asked.days, dtype=np.int32) + start, data.CURRENCIES)
    names = [f"CU{n}" for n in range(data.CURRENCIES)] * asked.days
    return pa.table(
        {
            "day": pa.array(days).cast(pa.date32()),
            "currency": names,
            "rate": data.rates(asked).reshape(-1),
        }
    )


def parts(groups: Mapping[str, Group]) -> list[Part]:
    """Give 500 scopes: 6 regions rolled up from 200 stores, 100 categories, 194 people."""
    stores = Part(groups["store"], data.STORES)
    return [
        rolled_up(stores, np.arange(data.STORES) % 6, 6),
        stores,
        Part(groups["category"], data.CATEGORIES),
        Part(groups["person"], data.PEOPLE),
    ]


def all_kpis(
    asked: data.Size, cube: Mapping[tuple[int, str], Floats], shape: tuple[int, int]
) -> list[Floats]:
    """Compute every KPI, keep the checked ones: the rest goes tab by tab and is dropped."""
    columns = {f"{m}_f{f}": values for (f, m), values in cube.items()}
    kept = []
    for number, (text, _) in enumerate(data.kpis(asked)):
        values = evaluate_array(text, columns, shape)
        if number < CHECKED:
            kept.append(values)
    return kept


def product(*, small: bool, warm: bool) -> Callable[[], dict[str, Any]]:
    """Prepare the product: the facts are there, formulas are parsed in each run's first use."""
    data.make(small=small)
    asked = data.size(small=small)
    store, question = data.facts(small=small), query(asked)
    every = np.ones(asked.weeks, np.bool_)
    if warm:
        summed(store, question)

    def run() -> dict[str, Any]:
        started = time.perf_counter()
        found = summed(store, question, keep=warm)
        queried = time.perf_counter()
        cube = cube_values(question, store.schema, parts(found.groups), every)
        filled = time.perf_counter()
        shape = next(iter(cube.values())).shape
        kept = all_kpis(asked, cube, (shape[0], shape[1]))
        ended = time.perf_counter()
        path = _save(kept, f"product-{warm}-{small}")
        split = [queried - started, filled - queried, ended - filled]
        return {
            "split": split,
            "checked": path,
            "results": len(data.kpis(asked)) * cube[0, "units"].size,
        }

    return run


def _save(kept: list[Floats], name: str) -> str:
    """Leave arrays for the check outside of the contender's process."""
    path = ROOT / ".work" / "bench" / f"{name}-{os.getpid()}.npy"
    np.save(path, np.stack(kept))
    return str(path)


def listed(paths: list[str]) -> str:
    """Name files for DuckDB."""
    names = ", ".join(f"'{path}'" for path in paths)
    return f"read_parquet([{names}], hive_partitioning = true, hive_types_autocast = false)"


def paths(*, small: bool) -> list[str]:
    """Give the file list of the newest version."""
    return [f.path for f in data.facts(small=small).files()]


def scan(*, small: bool) -> Callable[[], int]:
    """Prepare the first limit: the same columns summed and counted, nothing joined."""
    data.make(small=small)
    found = paths(small=small)
    sums = ", ".join(f"sum({name})" for name in data.MEASURES)

    def run() -> int:
        with connect() as connection:
            row = connection.execute(f"SELECT count(*), {sums} FROM {listed(found)}").fetchone()
        assert row is not None  # noqa: S101 - an aggregate gives one row
        return int(row[0])

    return run


MASKED = """
WITH q AS (
  SELECT f.* EXCLUDE (day, currency, shop, part, sku, month, stream),
    ((f.day - DATE '{first}') // 7)::INT AS wk, d.category AS category, d.person AS person,
    s.store AS store, r.rate / 1e6 AS rate,
    (CASE WHEN s.channel = 0 THEN 1 ELSE 0 END) + (CASE WHEN d.brand = 1 THEN 2 ELSE 0 END)
    + (CASE WHEN p.marketplace < 5 THEN 4 ELSE 0 END)
    + (CASE WHEN f.clicks > 0 AND f.ad_spend > 3 THEN 8 ELSE 0 END) AS mask
  FROM {files} f JOIN by_sku d USING (sku) JOIN by_shop s USING (shop) JOIN by_part p USING (part)
    JOIN rates r ON r.day = f.day AND r.currency = f.currency)
"""


def _tables(connection: duckdb.DuckDBPyConnection, asked: data.Size) -> None:
    """Load the small tables that plain SQL joins."""
    for key, table in dimensions(asked).items():
        connection.register(f"given_{key}", table)
        connection.execute(f"CREATE TABLE by_{key} AS SELECT * FROM given_{key}")
    connection.register("given_rates", rate_table(asked))
    connection.execute("CREATE TABLE rates AS SELECT * FROM given_rates")


def masked(*, small: bool) -> Callable[[], int]:
    """Prepare the second limit: the one masked query alone, in doubles, no cube, no formulas."""
    data.make(small=small)
    found, asked = paths(small=small), data.size(small=small)
    sums = ", ".join(
        [f"sum({n})" for n in data.COUNTS] + [f"sum({n}::DOUBLE * rate)" for n in data.AMOUNTS]
    )
    text = MASKED.format(first=data.FIRST, files=listed(found)) + (
        f"SELECT wk, store, category, person, mask, count(*), {sums} FROM q "
        "GROUP BY GROUPING SETS ((wk, store, mask), (wk, category, mask), (wk, person, mask))"
    )

    def run() -> int:
        with connect() as connection:
            _tables(connection, asked)
            return int(connection.sql(text).to_arrow_table().num_rows)

    return run


SQL_FILTERS = ("true", "mask & 1 > 0", "mask & 2 > 0", "mask & 4 > 0", "mask & 8 > 0")


def query_per_kpi(*, small: bool) -> Callable[[], dict[str, Any]]:
    """Prepare the peer that asks SQL for each KPI: sampled, and kept for the check."""
    data.make(small=small)
    found, asked = paths(small=small), data.size(small=small)
    chosen = data.kpis(asked)[: 4 if small else SAMPLED]

    def run() -> dict[str, Any]:
        with connect() as connection:
            _tables(connection, asked)
            arrays = [_one_kpi(connection, found, asked, text, pairs) for text, pairs in chosen]
        return {"checked": _save(arrays[:CHECKED], f"sql-{small}"), "queries": len(chosen)}

    return run


def _one_kpi(
    connection: duckdb.DuckDBPyConnection,
    found: list[str],
    asked: data.Size,
    text: str,
    pairs: tuple[int, ...],
) -> Floats:
    """Ask for one KPI of all scopes and weeks by plain SQL: CASE, sums, one division."""
    sums = []
    for pair in sorted(set(pairs)):
        which, number = divmod(pair, len(data.MEASURES))
        name = data.MEASURES[number]
        value = name if name in data.COUNTS else f"{name}::DOUBLE * rate"
        sums.append(
            f"sum(CASE WHEN {SQL_FILTERS[which]} THEN {value} END)::DOUBLE AS {data.column(pair)}"
        )
    formula = text.replace("/", "/ nullif(", 1) + ", 0)" if "/" in text else text
    rows = connection.sql(
        MASKED.format(first=data.FIRST, files=listed(found))
        + f", g AS (SELECT wk, store % 6 AS region, store, category, person, {', '.join(sums)} "
        "FROM q GROUP BY GROUPING SETS ((wk, region), (wk, store), (wk, category), (wk, person))) "
        "SELECT wk, coalesce(region, 6 + store, 206 + category, 306 + person) AS scope, "
        f"{formula} AS value FROM g"
    ).fetchnumpy()
    array = np.full((500, asked.weeks), np.nan)
    array[rows["scope"], rows["wk"]] = np.ma.filled(rows["value"].astype(np.float64), np.nan)
    return array


def run(*, small: bool) -> Bench:
    """Run all sides and judge them."""
    data.make(small=small)
    found = measure(_contenders(small=small), rounds=0 if small else None)
    kpis = data.size(small=small).kpis
    cold, warm = found["product, cold"], found["product, warm"]
    each = found["DuckDB, one query a KPI (sampled)"]
    scale = kpis / each.value["queries"]
    per_kpi = ratio(each, cold)
    faults = [*_faults(cold, each), *_faults(warm, each)]
    remarks = [
        f"{cold.value['results']:,} results; split of cold: query, cube, formulas = "
        + ", ".join(f"{s:.3f}" for s in cold.value["split"]),
        "split of warm: " + ", ".join(f"{s:.3f}" for s in warm.value["split"]),
        f"{len(paths(small=small)):,} files of the product's own table",
        "pandas and polars aggregate only, without cube and formulas",
    ]
    ratios = [
        Ratio(
            "product / bare masked aggregation",
            ratio(cold, found["limit: masked query"]),
            1.5,
            at_most=True,
        ),
        Ratio("product / bare scan", ratio(cold, found["limit: bare scan"]), 3, at_most=True),
        Ratio(
            "pandas, mask form / product", ratio(found["pandas, mask form"], cold), 4, at_most=False
        ),
        Ratio(
            "pandas, filter form / product",
            ratio(found["pandas, filter form"], cold),
            10,
            at_most=False,
        ),
        Ratio("query per KPI / product", per_kpi and per_kpi * scale, 200, at_most=False),
        Ratio("peak of product", cold.peak_mb, 1500, at_most=True, unit=" MB"),
    ]
    return Bench("refresh_compute", found, ratios, remarks, faults, small)


def _contenders(*, small: bool) -> list[Contender]:
    """Give all sides; the slow ones get fewer rounds."""
    here, peers, args = "bench.refresh_compute", "bench.compute_peers", {"small": small}
    return [
        Contender("product, cold", "product", f"{here}:product", args | {"warm": False}),
        Contender("product, warm", "product", f"{here}:product", args | {"warm": True}),
        Contender("limit: bare scan", "limit", f"{here}:scan", args),
        Contender("limit: masked query", "limit", f"{here}:masked", args),
        Contender(
            "pandas, mask form", "peer", f"{peers}:pandas_mask", args, package="pandas", rounds=3
        ),
        Contender(
            "pandas, filter form",
            "peer",
            f"{peers}:pandas_filter",
            args,
            package="pandas",
            rounds=1,
        ),
        Contender(
            "polars, mask form",
            "peer",
            f"{peers}:polars_mask",
            args,
            package="polars",
            python=str(PEERS),
            rounds=3,
        ),
        Contender(
            "DuckDB, one query a KPI (sampled)", "peer", f"{here}:query_per_kpi", args, rounds=0
        ),
    ]


def _faults(product: Measured, sql: Measured) -> list[str]:
    """Compare the checked KPIs with plain SQL: unknown equal to unknown, else 1e-12."""
    mine, theirs = (np.load(Path(m.value["checked"])) for m in (product, sql))
    faults = []
    if (np.isnan(mine) != np.isnan(theirs)).any():
        different = int((np.isnan(mine) != np.isnan(theirs)).sum())
        faults.append(f"{product.contender.name}: {different} values are unknown on one side only")
    away = np.abs(mine - theirs) / np.maximum(np.abs(theirs), 1e-300)
    # (A - B) / C may cancel: there the difference is measured against the parts, see the form.
    worst = float(np.nanmax(np.where(np.abs(mine - theirs) <= TOLERANCE, 0, away)))
    if worst > TOLERANCE:
        faults.append(f"{product.contender.name}: {worst:.1e} away from plain SQL")
    return faults
