"""A million rows of JSON from loopback HTTP into the facts, and the last days once more."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import write_deltalake

from bench import ingest_server as server
from bench.measuring import ROOT, Bench, Contender, Measured, Ratio, measure, ratio
from kpi.model import Measure, RollUp, Unit, Window
from sync_service.collector import few_collections
from sync_service.connectors.batches import to_table
from sync_service.connectors.columns import DAY, TEXT, Field, Page, read_page
from sync_service.connectors.kernel import FetchResult, Session, ShopRef, Stream, walk
from sync_service.fact_rows import COUNT, MONEY
from sync_service.facts import Facts
from sync_service.http import Client, Request, check_status

PEERS = ROOT / ".work" / "bench" / "peers" / "bin" / "python"
STREAM = "bench.orders"
FULL, SMALL = 1_000_000, 20_000
WHOLE = Window(server.FIRST, server.FIRST + dt.timedelta(days=server.DAYS))
LATE = Window(WHOLE.end - dt.timedelta(days=server.LATE_DAYS), WHOLE.end)
MEASURES = (*server.COUNTS, *server.AMOUNTS)
NOW = dt.datetime.now(dt.UTC)
KINDS = {"day": DAY, "sku": TEXT, "currency": TEXT}
KINDS |= dict.fromkeys(server.COUNTS, COUNT) | dict.fromkeys(server.AMOUNTS, MONEY)
PAGE = Page(
    records="rows",
    link="next",
    columns={name: Field(name, kind) for name, kind in KINDS.items()},
    unread={"shop": TEXT},
)
WORKERS = 4  # shops side by side; a sync takes up to 16, which costs memory and no less time here
ROUNDS = ((1, "first", WHOLE), (2, "late", LATE), (3, "late", LATE))  # the last one is a repeat


def catalogue() -> dict[str, Measure]:
    """Give the six measures."""
    units = dict.fromkeys(server.COUNTS, Unit.COUNT) | dict.fromkeys(server.AMOUNTS, Unit.MONEY)
    return {
        code: Measure(code, {"zh": code, "en": code}, unit, RollUp.SUM, ("WB",))
        for code, unit in units.items()
    }


def stream(client: Client, port: int, kind: str, number: int) -> Stream:
    """Give the stream as a connector would declare it; its fetch reads the shop's pages."""

    def fetch(_session: Session, _shop: ShopRef, _window: Window) -> FetchResult:
        return FetchResult(fetched(client, port, kind, number))

    return Stream(
        name=STREAM,
        measures=MEASURES,
        fetch=fetch,
        look_back_days=server.LATE_DAYS,
        weekly_look_back_days=server.LATE_DAYS,
        provisional_days=0,
        chunk_days=server.DAYS,
        history_days=server.DAYS,
        empty_day="missing",
        freshness_hours=24,
    )


def fetched(client: Client, port: int, kind: str, shop: int) -> pa.Table:
    """Read every page of a shop as a connector does: checked bytes, strict JSON, columns."""

    def page(link: str | None) -> tuple[list[pa.Table], str | None]:
        answer = client.send(Request("GET", link or f"http://127.0.0.1:{port}/{kind}/{shop}"))
        check_status(answer, NOW)
        table, following = read_page(answer, PAGE)
        return [table], following

    pages = pa.concat_tables(walk(page))
    return pages.append_column("part", pa.repeat(pa.scalar(""), pages.num_rows))


def product(*, port: int, small: bool) -> Callable[[], Callable[[], dict[str, Any]]]:
    """Prepare the product: the checked client, the connectors' checks, the facts, synced.

    Shops are loaded side by side, as a sync does; the sums are taken after the clock has stopped.
    """
    del small
    folder = _folder("product")

    def run() -> Callable[[], dict[str, Any]]:
        shutil.rmtree(folder, ignore_errors=True)
        store = Facts(folder, catalogue())
        client = Client((), loopback=(f"127.0.0.1:{port}",))
        with few_collections(), ThreadPoolExecutor(WORKERS) as pool:
            for number, kind, window in ROUNDS:
                load = partial(_commit, store, client, port, kind, window, number)
                list(pool.map(load, range(server.SHOPS)))
        client.close()
        return partial(_totals, store)

    return run


def _commit(
    store: Facts, client: Client, port: int, kind: str, window: Window, number: int, shop: int
) -> None:
    """Bring one shop's window into the facts."""
    source = stream(client, port, kind, shop)
    result = FetchResult(fetched(client, port, kind, shop))
    types = {field.name: field.type for field in store.schema}
    table = to_table(source, "EUR", window, result, types)
    store.commit(STREAM, f"SHOP-{shop:02d}", window, table, number=number, meta={"run": "bench"})


def _totals(store: Facts) -> dict[str, Any]:
    """Give row count and exact sums, money in cents."""
    totals = {"rows": 0} | dict.fromkeys(MEASURES, 0)
    for shop in range(server.SHOPS):
        rows = store.rows(STREAM, f"SHOP-{shop:02d}", WHOLE)
        totals["rows"] += rows.num_rows
        for name in MEASURES:
            found = pc.sum(rows.column(name)).as_py()
            totals[name] += int(found * 100) if name in server.AMOUNTS else found
    return totals


def direct(*, port: int, small: bool) -> Callable[[], int]:
    """Prepare the limit: bare reads of all pages, and decoded batches straight into Delta."""
    del small
    folder = _folder("direct")
    shops = range(server.SHOPS)
    kinds = [(kind, shop) for kind in ("first", "late", "late") for shop in shops]
    client = Client((), loopback=(f"127.0.0.1:{port}",))
    first = [_whole(fetched(client, port, "first", shop), shop) for shop in shops]
    late = [_whole(fetched(client, port, "late", shop), shop) for shop in shops]

    def run() -> int:
        shutil.rmtree(folder, ignore_errors=True)
        with httpx.Client(trust_env=False) as bare:
            read = sum(_bare_read(bare, port, kind, shop) for kind, shop in kinds)
        for table in first:
            write_deltalake(folder, table, mode="append", partition_by=["shop", "month"])
        for table in (*late, *late):
            same = f"shop = '{table.column('shop')[0]}' AND day >= '{LATE.start}'"
            write_deltalake(folder, table, mode="overwrite", predicate=same)
        return read

    return run


def _whole(table: pa.Table, shop: int) -> pa.Table:
    """Add the columns that the facts are partitioned by."""
    month = pc.strftime(table.column("day"), format="%Y-%m")
    named = pa.repeat(pa.scalar(f"SHOP-{shop:02d}"), table.num_rows)
    return table.append_column("shop", named).append_column("month", month)


def _bare_read(client: httpx.Client, port: int, kind: str, shop: int) -> int:
    """Read every page of a shop and look for nothing but the next address."""
    url, size = f"http://127.0.0.1:{port}/{kind}/{shop}", 0
    while url:
        body = client.get(url).content
        size += len(body)
        link = body[body.rindex(b'"next":') + 7 : -1].strip(b'"').decode()
        url = "" if link == "null" else link
    return size


def _folder(name: str) -> Path:
    """Give a folder of this process."""
    return ROOT / ".work" / "bench" / f"ingest-{name}-{os.getpid()}"


@contextmanager
def _serving(rows: int) -> Iterator[int]:
    """Run the platform in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.ingest_server", str(rows)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - we asked for a pipe
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def run(*, small: bool) -> Bench:
    """Run all sides and judge them."""
    rows = SMALL if small else FULL
    with _serving(rows) as port:
        found = measure(_contenders({"port": port, "small": small}), rounds=0 if small else 3)
    for leftover in (ROOT / ".work" / "bench").glob("ingest-*-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    mine, limit = found["product"], found["limit: bare HTTP + direct Arrow write"]
    default, parquet = found["dlt rest_api, defaults (merge)"], found["dlt, parquet loader (merge)"]
    ratios = [
        Ratio(
            "dlt defaults / product", ratio(default, mine), 10, at_most=False, bound=default.stopped
        ),
        Ratio(
            "dlt parquet / product", ratio(parquet, mine), 1, at_most=False, bound=parquet.stopped
        ),
        Ratio("product / limit", ratio(mine, limit), 1.5, at_most=True),
    ]
    late = rows * server.LATE_DAYS // server.DAYS
    speed = (rows + 2 * late) / mine.median
    told = f"{rows:,} rows, then twice the {late:,} rows of the last {server.LATE_DAYS} days"
    remarks = [
        f"{told}: {speed:,.0f} rows/s",
        f"every side writes the repeat too; the product loads {WORKERS} shops side by side",
    ]
    return Bench("ingest", found, ratios, remarks, _faults(mine, rows), small)


def _contenders(args: dict[str, object]) -> list[Contender]:
    """Give all sides; dlt runs once, and is stopped after 300 s."""
    python, peers = str(PEERS), "bench.ingest_peers"
    return [
        Contender("product", "product", "bench.ingest:product", args),
        Contender("limit: bare HTTP + direct Arrow write", "limit", "bench.ingest:direct", args),
        Contender(
            "dlt, parquet loader (merge)",
            "peer",
            f"{peers}:dlt_parquet",
            args,
            package="dlt",
            python=python,
            rounds=0,
            stop_after=300,
        ),
        Contender(
            "dlt rest_api, defaults (merge)",
            "peer",
            f"{peers}:dlt_default",
            args,
            package="dlt",
            python=python,
            rounds=0,
            stop_after=300,
        ),
    ]


def _faults(mine: Measured, rows: int) -> list[str]:
    """Compare rows and exact sums with what the platform served."""
    wanted = server.expected(rows)
    return [
        f"{name}: {mine.value[name]} in the facts, {wanted[name]} served"
        for name in wanted
        if mine.value[name] != wanted[name]
    ]
