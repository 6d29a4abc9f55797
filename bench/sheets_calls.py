"""Twelve tabs of a Google spreadsheet: calls and bytes of a refresh, and what a quota makes of it.

Nothing here is judged by seconds: calls are counted by the product's stand-in of Google, and time
is simulated, thirty workbooks at Google's sixty reads and sixty writes a minute.
"""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from bench import sheets_data as data
from bench.measuring import ROOT, Bench, Contender, Measured, Ratio, measure
from sheet_templates.layout import TABLES, Owner, TableLayout
from sheet_templates.map.nouns import Column
from sync_service.clock import FakeClock
from sync_service.google.accounts import keep
from sync_service.google.client import SheetsClient, open_client
from sync_service.google.values import MOST_BYTES
from sync_service.house import open_house
from sync_service.sandbox.google.errors import Refusal
from sync_service.sandbox.google.front import READS
from sync_service.sandbox.google.quotas import Quotas
from sync_service.sandbox.wire import SandboxTime
from sync_service.settings import Settings
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.port import TablePatch

PEERS = ROOT / ".work" / "bench" / "peers" / "bin" / "python"
WORK = ROOT / ".work" / "bench" / "sheets"
WORKBOOKS = 30
PRODUCT, LATER = "product", "product, incremental"
PLAIN, FRAME, LOOKS = "gspread", "gspread-dataframe", "gspread-dataframe + gspread-formatting"
Told = Callable[[], dict[str, Any]]


def layouts() -> dict[str, TableLayout]:
    """Twelve tables whose columns are all the service's; the first one is the key."""
    made = {}
    for tab in range(data.TABS):
        columns = tuple(
            Column(f"m{at:02d}", header, header, Owner.SERVICE, "number")
            for at, header in enumerate(data.headers(tab))
        )
        made[f"tblNumbers{tab:02d}"] = TableLayout(f"tblNumbers{tab:02d}", ("m00",), columns)
    return made


def patches(cells: data.Numbers) -> list[TablePatch]:
    """All cells, as a refresh computes them; which of them have changed is for the port to say."""
    return [
        TablePatch(
            name,
            layout.key,
            [{f"m{at:02d}": value for at, value in enumerate(row)} for row in cells[tab].tolist()],
        )
        for tab, (name, layout) in enumerate(layouts().items())
    ]


def product(*, port: int, small: bool, later: bool) -> Callable[[], Told]:
    """Prepare an installation and a book; a run reads and writes it as every refresh does."""
    TABLES.update(layouts())
    who = f"product-{later}@project.example"
    made = data.ask(port, "new", who=who, rows=data.rows_of(small=small))
    client = _client(port, made["info"], who)
    book = made["book"]
    if later:
        refreshed(client, book, data.numbers(small=small))
    cells = data.numbers(small=small, later=later)
    data.ask(port, "calls", who=who)  # what was done until now is preparation

    def run() -> Told:
        refreshed(client, book, cells)
        return partial(data.told, port, who, book, cells)

    return run


def refreshed(client: SheetsClient, book: str, cells: data.Numbers) -> None:
    """One reading and one writing of the port."""
    port = GooglePort(client, book)
    found = port.read()
    port.write(patches(cells), (), found.fingerprint)


def _client(port: int, info: Mapping[str, Any], name: str) -> SheetsClient:
    """The client of an installation that is there until the process ends."""
    home = WORK / name
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(
        home=home,
        database=f"sqlite:///{home / 'control.db'}",
        loopback=frozenset({f"127.0.0.1:{port}"}),
        options={"google": f"http://127.0.0.1:{port}/google"},
    )
    house = open_house(settings).__enter__()
    keep(house.secrets, info)
    return open_client(house)


# --- what the counts mean -------------------------------------------------------------------------


def counted(calls: Sequence[Sequence[Any]]) -> tuple[int, int]:
    """Reads and writes, as Google counts them."""
    reads = sum(name in READS for name, _, _ in calls)
    return reads, len(calls) - reads


def simulated(calls: Sequence[Sequence[Any]], workbooks: int = WORKBOOKS) -> float:
    """Seconds until so many workbooks are written by one account, one after the other.

    A call takes no time; one that the quota refuses is tried again each second.
    """
    clock = FakeClock(datetime(2026, 11, 29, tzinfo=UTC))
    quotas = Quotas(SandboxTime(clock))
    for name, _, _ in list(calls) * workbooks:
        while not _allowed(quotas, "Read" if name in READS else "Write"):
            clock.sleep(1.0)
    return clock.monotonic()


def _allowed(quotas: Quotas, kind: str) -> bool:
    try:
        quotas.take(kind, "1", "account")
    except Refusal:
        return False
    return True


def least(*, small: bool) -> int:
    """The fewest calls: one read, and the payload in requests of 2 MB."""
    payload = len(json.dumps([data.lines(n, data.numbers(small=small)) for n in range(data.TABS)]))
    return 1 + math.ceil(payload / MOST_BYTES)


# --- the run --------------------------------------------------------------------------------------


@contextmanager
def _serving() -> Iterator[int]:
    """Run the stand-in in a process of its own; its port."""
    command = [sys.executable, "-m", "bench.sheets_server"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None  # noqa: S101 - we asked for a pipe
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def run(*, small: bool) -> Bench:
    """Run all sides once, as calls are counted, and judge them."""
    with _serving() as port:
        found = measure(_contenders({"port": port, "small": small}), rounds=0)
    shutil.rmtree(WORK, ignore_errors=True)
    there = {name: one for name, one in found.items() if one.value is not None}
    calls = {name: one.value["calls"] for name, one in there.items()}
    reads, writes = counted(calls[PRODUCT])
    late_reads, late_writes = counted(calls[LATER])
    ratios = [
        Ratio(f"calls of {FRAME} / product", _times(calls, FRAME), 12, at_most=False),
        Ratio(f"calls of {LOOKS} / product", _times(calls, LOOKS), 36, at_most=False),
        Ratio("reads of the product", reads, 1, at_most=True, unit=""),
        Ratio("writes of the product", writes, 2, at_most=True, unit=""),
        Ratio("reads, incremental", late_reads, 1, at_most=True, unit=""),
        Ratio("writes, incremental", late_writes, 1, at_most=True, unit=""),
        Ratio("product / fewest calls", (reads + writes) / least(small=small), 1, at_most=True),
    ]
    remarks = [_remark(name, one) for name, one in there.items()]
    return Bench("sheets_calls", found, ratios, remarks, _faults(there), small)


def _times(calls: Mapping[str, Sequence[Any]], peer: str) -> float | None:
    return len(calls[peer]) / len(calls[PRODUCT]) if peer in calls else None


def _remark(name: str, one: Measured) -> str:
    calls = one.value["calls"]
    reads, writes = counted(calls)
    there, back = (sum(call[at] for call in calls) / 1e6 for at in (1, 2))
    return (
        f"{name}: {reads} reads + {writes} writes, {there:.2f} MB sent, {back:.2f} MB received, "
        f"{WORKBOOKS} workbooks in {simulated(calls):,.0f} simulated s, "
        f"a person's words kept in {one.value['kept']} of {data.TABS} tabs"
    )


def _contenders(args: dict[str, object]) -> list[Contender]:
    made = [
        Contender(name, "product", "bench.sheets_calls:product", {**args, "later": later})
        for name, later in ((PRODUCT, False), (LATER, True))
    ]
    peers = {PLAIN: "plain", FRAME: "dataframe", LOOKS: "formatted"}
    for name, function in peers.items():
        package = name.rpartition(" + ")[2]
        make = f"bench.sheets_peers:{function}"
        made.append(Contender(name, "peer", make, args, package=package, python=str(PEERS)))
    return made


def _faults(there: Mapping[str, Measured]) -> list[str]:
    """Cells that differ from the source, and a person's words that the product lost."""
    found = [
        f"{name}: {one.value['wrong']} cells differ from the source"
        for name, one in there.items()
        if one.value["wrong"]
    ]
    lost = [name for name in (PRODUCT, LATER) if there[name].value["kept"] != data.TABS]
    return found + [f"{name}: a person's words were lost" for name in lost]
