"""Versions of KPI definitions: each text that ever scored is kept under its hash and number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select

from kpi.catalog import Catalog
from sync_service import schema


def keep_definitions(connection: Connection, catalog: Catalog, now: datetime) -> None:
    """Add definitions that were not seen before; their version is one more than the last."""
    table = schema.definitions
    seen: dict[str, set[str]] = {}
    for row in connection.execute(select(table.c.metric, table.c.hash)).mappings():
        seen.setdefault(row["metric"], set()).add(row["hash"])
    fresh = [
        {
            "metric": code,
            "hash": digest,
            "version": len(seen.get(code, ())) + 1,
            "text": metric.expression,
            "first_seen": now,
        }
        for code, metric in catalog.metrics.items()
        if (digest := catalog.definition_hash(code)) not in seen.get(code, ())
    ]
    if fresh:
        connection.execute(insert(table), fresh)
