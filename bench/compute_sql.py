"""Plain SQL beside refresh_compute: two limits, and the peer that asks once for each KPI."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np

from bench import compute_data as data
from sync_service.fact_scan import connect

SAMPLED = 12  # KPIs asked for; the time of all is told from theirs


def listed(paths: list[str]) -> str:
    """Name files for DuckDB."""
    names = ", ".join(f"'{path}'" for path in paths)
    return f"read_parquet([{names}], hive_partitioning = true, hive_types_autocast = false)"


def scan(*, small: bool) -> Callable[[], int]:
    """Prepare the first limit: the same columns summed and counted, nothing joined."""
    data.make(small=small)
    found = data.paths(small=small)
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
    for key, table in data.dimensions(asked).items():
        connection.register(f"given_{key}", table)
        connection.execute(f"CREATE TABLE by_{key} AS SELECT * FROM given_{key}")
    connection.register("given_rates", data.rate_table(asked))
    connection.execute("CREATE TABLE rates AS SELECT * FROM given_rates")


def masked(*, small: bool) -> Callable[[], int]:
    """Prepare the second limit: the one masked query alone, in doubles, no cube, no formulas."""
    data.make(small=small)
    found, asked = data.paths(small=small), data.size(small=small)
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
    found, asked = data.paths(small=small), data.size(small=small)
    chosen = data.kpis(asked)[: 4 if small else SAMPLED]

    def run() -> dict[str, Any]:
        with connect() as connection:
            _tables(connection, asked)
            arrays = [_one_kpi(connection, found, asked, text, pairs) for text, pairs in chosen]
        return {
            "checked": data.keep_for_check(arrays[: data.CHECKED], f"sql-{small}"),
            "queries": len(chosen),
        }

    return run


def _one_kpi(
    connection: duckdb.DuckDBPyConnection,
    found: list[str],
    asked: data.Size,
    text: str,
    pairs: tuple[int, ...],
) -> data.Floats:
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
