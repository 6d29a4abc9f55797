"""Refreshes of the demo company through the panes' own routes, over HTTP on loopback.

One pane and twenty at once, after new facts and after an edit, each with a workbook and targets of
its own that was refreshed before, as a manager's is. The panes are another process, as browsers
are. Every result is compared with a refresh of the same rows without a service.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import socket
import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from typing import Any

import orjson
from waitress.server import create_server

from bench.measuring import ROOT, Bench, Contender, Ratio, measure
from bench.sheet_functions import commit, demo_house, sent_body
from kpi.catalog import shipped
from sheet_templates.layout import TABLES
from sync_service.collector import few_collections
from sync_service.house import House
from sync_service.pane_results import patches_of
from sync_service.refresh import Order, refresh
from sync_service.sandbox.truth import streams_of
from sync_service.sandbox.world import World
from sync_service.settings import Settings, from_environment
from sync_service.web.app import create_app
from sync_service.web.desks import desks_of
from sync_service.web.tokens import make_token
from sync_service.workbooks.sent import Offer, SentPort, sent_book

PANES, FEW = 20, 3
GOAL_ONE, GOAL_MANY = 2.0, 5.0  # seconds
WORK = ROOT / ".work" / "bench" / "panes"
BOOK = "0a1b2c3d-1111-4222-8333-{:012d}"
COLUMNS = [column.code for column in TABLES["tblTarget"].columns]
KPI, OCTOBER = COLUMNS.index("metric"), COLUMNS.index("m10")
EDITED = shipped().metrics["net_sales"].names["zh"]
Body = dict[str, Any]


class Client:
    """A pane's side of the talk, over one connection as a browser keeps it."""

    def __init__(self, port: int, token: str) -> None:
        """Remember where and with what."""
        self.door = HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def call(self, path: str, body: Body | None = None) -> Body:
        """Send and read JSON, about as quickly as a browser does."""
        data = None if body is None else orjson.dumps(body)
        self.door.request("GET" if data is None else "POST", f"/api/v1/{path}", data, self.headers)
        answer = self.door.getresponse()
        told: Body = orjson.loads(answer.read())
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise ValueError(f"{path}: {answer.status} {told}")
        return told

    def refresh(self, body: Body) -> tuple[float, Body | None]:
        """Seconds from the click to the recorded refresh, and what was offered."""
        started = time.perf_counter()
        run = self.call("panes/refresh", body)["run"]
        looks = count()
        while (told := self.call(f"runs/{run}"))["state"] not in {"done", "failed"}:
            time.sleep(min(0.1 + 0.05 * next(looks), 1.0))  # as the pane does
        result = self.call(f"runs/{run}/result") if told["state"] == "done" else told
        recorded = self.call(f"runs/{run}/written", {"ok": True}) if "tables" in result else {}
        taken = time.perf_counter() - started
        self.door.close()
        return taken, result if recorded.get("recorded") else None


def _refresh_all(port: int, token: str, bodies: list[Body]) -> list[tuple[float, Body | None]]:
    """Every workbook at once; in a process of the panes' own."""
    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(lambda body: Client(port, token).refresh(body), bodies))


def _after(body: Body, result: Body) -> Body:
    """The workbook once its pane wrote a result."""
    tables = dict(body["tables"])
    for told in result["tables"]:
        table = tables[told["table"]]
        rows = [list(row) for row in table["rows"]]
        for row, column, value in told["cells"]:
            rows[row][column] = value
        tables[told["table"]] = {**table, "rows": (rows + told["append"])[: told["rows"]]}
    return {**body, "tables": tables, "base": result["revision"]}


def _own(body: Body, number: int) -> Body:
    """The workbook of one pane."""
    named = {"book": BOOK.format(number), "name": "demo.xlsx", "who": "bench", "base": ""}
    return {**_edited(body, number), **named}


def _edited(body: Body, more: int) -> Body:
    """The workbook with other sales targets of the month."""
    table = body["tables"]["tblTarget"]
    rows = [list(row) for row in table["rows"]]
    for row in rows:
        if row[KPI] == EDITED:
            row[OCTOBER] += more
    return {**body, "tables": {**body["tables"], "tblTarget": {**table, "rows": rows}}}


def _alone(house: House, body: Body, number: int) -> Body:
    """What a refresh of the same rows gives without a service."""
    offers: list[Offer] = []

    def take(offer: Offer) -> bool:
        offers.append(offer)
        return True

    port = SentPort(sent_book(body), take)
    refresh(house, Order(f"alone {number}", port, "bench"))
    cells: Body = json.loads(json.dumps(patches_of(offers[0])))
    return cells


def _wrong(house: House, body: Body, number: int, result: Body | None) -> bool:
    alone = _alone(house, body, number)
    return result is None or any(result[part] != alone[part] for part in alone)


def _serve(run: Callable[[], object]) -> None:
    """As `serve` does."""
    with few_collections():
        run()


def _as_served(settings: Settings) -> Settings:
    """With as many processes that compute as `serve` has on this machine."""
    return replace(settings, computing=from_environment({}).computing)


def product(*, small: bool, panes: int, new_facts: bool) -> Callable[[], Body]:
    """Serve the demo company; each run refreshes that many workbooks at once."""
    house, path = demo_house(WORK / f"{small}-{panes}-{new_facts}", small=small)
    numbers, world = count(2), World()
    shop = next(one for one in world.shops if not one.code.startswith("HY-"))
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # twenty wait for eight threads
    door = socket.create_server(("127.0.0.1", 0))
    app, desks = create_app(house), desks_of(replace(house, settings=_as_served(house.settings)))
    if desks is not None:
        desks.join(app)
    server = create_server(app, sockets=[door], threads=8)
    threading.Thread(target=_serve, args=(server.run,), daemon=True).start()
    browsers = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))
    where = (door.getsockname()[1], make_token(house) or "")
    mine = [_own(sent_body(path), 1 + n) for n in range(panes)]

    def refreshed() -> list[tuple[float, Body | None]]:
        """Refresh every workbook and keep it as it is then."""
        found = browsers.submit(_refresh_all, *where, mine).result()
        for n, (_, result) in enumerate(found):
            mine[n] = _after(mine[n], result) if result else mine[n]
        return found

    refreshed()

    def run() -> Body:
        if new_facts:
            commit(house, world, shop, streams_of(shop)[0], number=next(numbers))
        mine[:] = [_edited(body, next(numbers)) for body in mine]
        sent = list(mine)
        found = refreshed()
        seconds = sorted(taken for taken, _ in found)
        p95 = seconds[max(0, -(-95 * len(seconds) // 100) - 1)]
        checked = range(0, panes, max(1, panes // FEW))
        wrong = sum(_wrong(house, sent[n], next(numbers), found[n][1]) for n in checked) + sum(
            result is None for _, result in found
        )
        return {"p95": p95, "median": statistics.median(seconds), "wrong": wrong}

    return run


def run(*, small: bool) -> Bench:
    """Measure, and check what was offered."""
    where, many = "bench.pane_refresh:product", FEW if small else PANES
    kinds: dict[str, tuple[int, bool, float]] = {
        "one pane after new facts": (1, True, GOAL_ONE),
        "one pane after an edit": (1, False, GOAL_ONE),
        f"{many} panes at once after new facts": (many, True, GOAL_MANY),
        f"{many} panes at once after an edit": (many, False, GOAL_MANY),
    }
    contenders = [
        Contender(name, "product", where, {"small": small, "panes": panes, "new_facts": new})
        for name, (panes, new, _) in kinds.items()
    ]
    measured = measure(contenders, 1 if small else 3)
    ratios, faults = [], []
    for name, found in measured.items():
        if found.value["wrong"]:
            faults.append(f"{name}: {found.value['wrong']} refreshes failed or offered other cells")
        goal = None if small else kinds[name][2]
        ratios.append(Ratio(f"{name}, p95", found.value["p95"], goal, at_most=True, unit=" s"))
    return Bench("pane_refresh", measured, ratios, [], faults, small)
