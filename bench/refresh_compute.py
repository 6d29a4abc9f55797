"""Facts to thirty million KPI values: one pass, one cube, numpy; against scans, pandas and SQL."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench import compute_data as data
from bench.measuring import ROOT, Bench, Contender, Measured, Ratio, measure, ratio
from kpi.arrays import evaluate_array
from kpi.model import Window
from sync_service.cube import Condition, CubeQuery, Group
from sync_service.cube_store import summed
from sync_service.cube_values import Part, cube_values, rolled_up

PEERS = ROOT / ".work" / "bench" / "peers" / "bin" / "python"
TOLERANCE = 1e-12
FILTERS: tuple[tuple[Condition, ...], ...] = (
    (),
    (Condition("channel", "=", 0),),
    (Condition("brand", "=", 1),),
    (Condition("marketplace", "<", 5),),
    (Condition("clicks", ">", 0), Condition("ad_spend", ">", 3)),
)


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
        dimensions=data.dimensions(asked),
        filters=FILTERS,
        rates=data.rate_table(asked),
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
    asked: data.Size, cube: Mapping[tuple[int, str], data.Floats], shape: tuple[int, int]
) -> list[data.Floats]:
    """Compute every KPI, keep the checked ones: the rest goes tab by tab and is dropped."""
    columns = {f"{m}_f{f}": values for (f, m), values in cube.items()}
    kept = []
    for number, (text, _) in enumerate(data.kpis(asked)):
        values = evaluate_array(text, columns, shape)
        if number < data.CHECKED:
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
        path = data.keep_for_check(kept, f"product-{warm}-{small}")
        split = [queried - started, filled - queried, ended - filled]
        return {
            "split": split,
            "checked": path,
            "results": len(data.kpis(asked)) * cube[0, "units"].size,
        }

    return run


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
        f"{len(data.paths(small=small)):,} files of the product's own table",
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
    here, plain, peers = "bench.refresh_compute", "bench.compute_sql", "bench.compute_peers"
    args = {"small": small}
    return [
        Contender("product, cold", "product", f"{here}:product", args | {"warm": False}),
        Contender("product, warm", "product", f"{here}:product", args | {"warm": True}),
        Contender("limit: bare scan", "limit", f"{plain}:scan", args),
        Contender("limit: masked query", "limit", f"{plain}:masked", args),
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
            "DuckDB, one query a KPI (sampled)", "peer", f"{plain}:query_per_kpi", args, rounds=0
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
