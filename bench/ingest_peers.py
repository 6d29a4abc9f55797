"""dlt as a peer of ingest: its REST source with defaults, and with its better loader format."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.ingest_server import SHOPS

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
KEY = ["shop", "day", "sku"]


def _loaded(port: int, loader: str | None) -> int:
    """Load everything into a new DuckDB file by merge, then the last days again."""
    # Only this peer's own environment has dlt, so nothing can be imported before it is asked for.
    dlt: Any = importlib.import_module("dlt")
    source: Any = importlib.import_module("dlt.sources.rest_api").rest_api_source

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            pipeline_name="ingest",
            pipelines_dir=str(Path(folder) / "pipelines"),
            destination=dlt.destinations.duckdb(str(Path(folder) / "loaded.duckdb")),
            dataset_name="facts",
        )
        more: dict[str, Any] = {} if loader is None else {"loader_file_format": loader}
        for kind in ("first", "late", "late"):
            pipeline.run(source(_source(port, kind)), **more)
        with pipeline.sql_client() as client:
            found = client.execute_sql("SELECT count(*) FROM orders")
    return int(found[0][0])


def _source(port: int, kind: str) -> Any:  # noqa: ANN401 - dlt's own configuration
    """Describe the pages to dlt: every shop is a resource that writes into one table."""
    resources = [
        {
            "name": f"shop_{shop}",
            "table_name": "orders",
            "primary_key": KEY,
            "write_disposition": "merge",
            "endpoint": {
                "path": f"{kind}/{shop}",
                "data_selector": "rows",
                "paginator": {"type": "json_link", "next_url_path": "next"},
            },
        }
        for shop in range(SHOPS)
    ]
    return {"client": {"base_url": f"http://127.0.0.1:{port}/"}, "resources": resources}


def dlt_default(*, port: int, small: bool) -> Callable[[], int]:
    """Prepare dlt as its guide shows it."""
    del small
    return lambda: _loaded(port, None)


def dlt_parquet(*, port: int, small: bool) -> Callable[[], int]:
    """Prepare dlt with Parquet between its steps."""
    del small
    return lambda: _loaded(port, "parquet")
