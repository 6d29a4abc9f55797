"""Reading facts: in-memory DuckDB over the files of one version, never a database file.

A DuckDB file shuts every other process out; over immutable files any number of readers work.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import duckdb
import pyarrow as pa

from kpi.model import Window

_MOST_THREADS = 8  # one refresh among others: it takes no more of a large machine


def _threads() -> int:
    """Give as many threads as this process has cores, within bounds."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(2, min(cores or 2, _MOST_THREADS))


THREADS = _threads()


def connect() -> duckdb.DuckDBPyConnection:
    """Open an in-memory engine that reaches nothing but the files it is given."""
    return duckdb.connect(config={"threads": THREADS, "autoinstall_known_extensions": False})


def facts_view(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[str], schema: pa.Schema
) -> None:
    """Define the view `facts`: every column of the schema, and `file_index` into `paths`.

    Files written before a measure was added lack its column, so it is read as unknown.
    """
    connection.register("no_facts", schema.empty_table())
    if not paths:
        connection.execute(
            "CREATE OR REPLACE TEMP VIEW facts AS SELECT 0::UBIGINT AS file_index, * FROM no_facts"
        )
        return
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW facts AS "
        f"SELECT file_index, * FROM read_parquet([{listed}], union_by_name = true, "
        "hive_partitioning = true, hive_types_autocast = false) "
        "UNION ALL BY NAME SELECT * FROM no_facts"
    )


def read_rows(paths: Sequence[str], schema: pa.Schema, window: Window) -> pa.Table:
    """Give the facts of a window in these files, ordered by day and key."""
    with connect() as connection:
        facts_view(connection, paths, schema)
        names = ", ".join(f'"{name}"' for name in schema.names)
        found = connection.sql(
            f"SELECT {names} FROM facts WHERE day >= $start AND day < $end "
            "ORDER BY day, sku, part, currency",
            params={"start": window.start, "end": window.end},
        ).to_arrow_table()
    return found.cast(schema)


def sums_by_sku(
    paths: Sequence[str], schema: pa.Schema, window: Window, measure: str
) -> list[tuple[str, str, str, int | None]]:
    """Give the stream, shop, SKU and sum of a count; None where no fact knows it."""
    with connect() as connection:
        facts_view(connection, paths, schema)
        return connection.execute(
            f'SELECT stream, shop, sku, sum("{measure}")::BIGINT FROM facts '
            "WHERE day >= $start AND day < $end GROUP BY ALL ORDER BY ALL",
            {"start": window.start, "end": window.end},
        ).fetchall()
