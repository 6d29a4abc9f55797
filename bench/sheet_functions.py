"""Ten thousand KPI_ACTUAL cells of the demo company, answered over the service's own routes.

Three requests, as Excel sends them: the first time after a refresh, and again from memory. Every
answer is checked against the computation of the closed workbook.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import date
from itertools import product as combined
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, Bench, Contender, Ratio, measure
from kpi.catalog import shipped
from kpi.model import Window
from sheet_templates.build import build
from sheet_templates.layout import TABLES
from sync_service import sent_store
from sync_service.accounts import Link, save_shop
from sync_service.asking import computed
from sync_service.clock import FakeClock
from sync_service.compute import Computed
from sync_service.house import House, open_house
from sync_service.refresh import Order
from sync_service.sandbox.books import book_start
from sync_service.sandbox.truth import streams_of, truth
from sync_service.sandbox.world import SANDBOX_NOW, SandboxShop, World
from sync_service.settings import Settings
from sync_service.web.app import create_app
from sync_service.web.tokens import make_token
from sync_service.workbooks.sent import sent_book, to_json
from sync_service.workbooks.xlsx import XlsxPort

CELLS, REQUESTS, SMALL = 10_000, 3, 50
GOAL_SECONDS = 1.0
BOOK = "0a1b2c3d-1111-4222-8333-444455556666"
SEEN = Window(date(2026, 8, 10), date(2026, 10, 23))
PERIODS = ("2026-10", "2026-09", "2026-W42", "2026-W41", "2026-W40", "2026-Q4", "2026-10-20")
WORK = ROOT / ".work" / "bench" / "functions"


class DemoDay(FakeClock):
    """The day of the demo; what is allowed a second is counted by the true clock."""

    def monotonic(self) -> float:
        """Seconds of the true clock."""
        return time.monotonic()


def demo_house(root: Path, *, small: bool) -> tuple[House, Path]:
    """A data folder with the facts of the demo company, and its workbook."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    world = World()
    shops = [shop for shop in world.shops if not shop.code.startswith("HY-")]
    settings = Settings(home=root / "data", database=f"sqlite:///{root / 'data' / 'control.db'}")
    house = open_house(settings, DemoDay(SANDBOX_NOW)).__enter__()  # until the process ends
    for shop in shops[:2] if small else shops:
        save_shop(house.store, shop.noun(), {shop.platform: Link("ACCOUNT", shop.code)})
        for stream in streams_of(shop):
            commit(house, world, shop, stream)
    path = build(root / "book.xlsx", "manager", "zh", book_start(world, "XH", "zh"))
    return house, path


def commit(house: House, world: World, shop: SandboxShop, stream: str, *, number: int = 1) -> None:
    """What a perfect connector would have stored."""
    found = truth(world, shop, stream, SEEN, SANDBOX_NOW, forgotten=True)
    kept = {code for code, measure in shipped().measures.items() if measure.derived is None}
    names = [n for n in found.column_names if n in kept | {"day", "sku", "part", "currency"}]
    if found.num_rows:
        house.facts.commit(stream, shop.code, SEEN, found.select(names), number=number, meta={})


def sent_body(path: Path) -> dict[str, object]:
    """The workbook as a pane sends it."""
    contents = XlsxPort(path).read()
    tables = {
        name: {
            "sheet": table.sheet,
            "at": "A4",
            "headers": [column.zh for column in TABLES[name].columns],
            "rows": [
                [to_json(row.value(c.code)) for c in TABLES[name].columns] for row in table.rows
            ],
        }
        for name, table in contents.tables.items()
    }
    return {"language": "zh", "tables": tables, "names": {}}


def _calls(done: Computed, count: int) -> list[list[str]]:
    """Cells of a sheet: every scope in every period, KPI by KPI."""
    shown = [code for code in done.given.catalog.metrics if code in done.book.kpis]
    usual = ["net_sales", "units_sold", "acos", "contribution_margin", "ad_cost", "return_rate"]
    kpis = list(dict.fromkeys([*usual, *shown]))
    scopes = [f"{code}/{region}" if region else code for region, code in done.scopes]
    every = [["ACTUAL", *one] for one in combined(kpis, scopes, PERIODS)]
    return [every[n % len(every)] for n in range(count)]


def product(*, small: bool, again: bool) -> Callable[[], dict[str, Any]]:
    """Prepare the service and its workbook; each run asks for all cells."""
    house, path = demo_house(WORK / f"{small}-{again}", small=small)
    body, name = sent_body(path), sent_store.book_name(BOOK)
    sent = sent_book(body)
    sent_store.keep(house.store, name, path.name, "bench", body, house.clock.now())
    app = create_app(house)
    key = {"Authorization": f"Bearer {make_token(house)}"}
    web, answers = app.test_client(), app.extensions["linkstar"].answers
    order = Order(name, XlsxPort(path), "bench")
    calls = _calls(computed(house, order), CELLS // (SMALL if small else 1))
    each = -(-len(calls) // REQUESTS)
    parts = [calls[n : n + each] for n in range(0, len(calls), each)]

    def ask() -> list[Any]:
        told: list[Any] = []
        for part in parts:
            answer = web.post("/api/v1/functions", json={"book": BOOK, "calls": part}, headers=key)
            told += answer.get_json()["answers"]
        return told

    def run() -> dict[str, Any]:
        if not again:  # as a refresh leaves it: computed, nothing asked yet
            answers.keep(name, sent, computed(house, order))
        started, begun = time.perf_counter(), time.process_time()
        told = ask()
        seconds, cpu = time.perf_counter() - started, time.process_time() - begun
        wrong = _wrong(computed(house, order), calls, told)
        numbers = sum(isinstance(one, float) for one in told)
        cells = {"different": len({tuple(c) for c in calls}), "numbers": numbers, "all": len(told)}
        return {"seconds": seconds, "cpu": cpu, "wrong": wrong, **cells}

    return run


def _wrong(done: Computed, calls: list[list[str]], told: list[Any]) -> int:
    """Answers that differ from the computation of the closed workbook."""
    from sync_service.sheet_answers import period_of  # noqa: PLC0415  # of the check alone

    keys = {f"{code}/{region}" if region else code: (region, code) for region, code in done.scopes}
    wrong = len(calls) - len(told)
    for (_, kpi, scope, of), answer in zip(calls, told, strict=False):
        actual = done.value(kpi, keys[scope], period_of(of, done.book.settings.week_start))
        value = actual.value if actual else None
        wrong += (answer if isinstance(answer, float) else None) != value
    return wrong


def run(*, small: bool) -> Bench:
    """Measure the product and check every answer."""
    where = "bench.sheet_functions:product"
    names = {"first time": False, "again": True}
    contenders = [
        Contender(name, "product", where, {"small": small, "again": again})
        for name, again in names.items()
    ]
    measured = measure(contenders, 1 if small else 3)
    ratios, faults, remarks = [], [], []
    for name, found in measured.items():
        value = found.value
        if value["wrong"]:
            faults.append(f"{name}: {value['wrong']} answers differ from the closed workbook")
        if not value["numbers"]:
            faults.append(f"{name}: no answer is a number")
        goal = None if small else GOAL_SECONDS
        title = f"{value['all']:,} ACTUAL cells in {REQUESTS} requests, {name}"
        ratios.append(Ratio(title, value["seconds"], goal, at_most=True, unit=" s"))
        told = f"{value['different']:,} different cells, {value['numbers']:,} known"
        remarks.append(f"{name}: {told}, {value['cpu']:.2f} s of CPU")
    return Bench("sheet_functions", measured, ratios, remarks, faults, small)
