"""`schedule` and `serve` as a person and a script use them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from kpi.model import Region
from kpi.trade import Shop
from sheet_templates.build import build
from sync_service import control, schema
from sync_service.accounts import Account, Link, save_account, save_shop
from sync_service.cli import main
from sync_service.clock import FakeClock
from sync_service.house import House, open_house
from sync_service.schedule import Frequency, frequency, set_frequency
from sync_service.settings import PROJECT, Settings
from tests.service_support import NINE

SHOPS = ("S-DE", "S-FR")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with two shops of one account; nothing was fetched yet."""
    with opened(tmp_path / "data") as house:
        save_account(house.store, Account("A", "amazon", "", {"api": "https://127.0.0.1:9"}))
        for code in SHOPS:
            market = code[2:]
            shop = Shop(code, "amazon", market, Region.EU, "EUR", "Europe/Berlin")
            save_shop(house.store, shop, {"amazon": Link("A", "M")})
    return tmp_path / "data"


def opened(home: Path) -> Any:
    settings = Settings(home=home, database=f"sqlite:///{home / 'control.db'}")
    return open_house(settings, FakeClock(NINE))


def run(home: Path, *words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any, str]:
    """Exit code, JSON result, what went to standard error."""
    capsys.readouterr()
    code = main(["--json", "--home", str(home), *words])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def often(home: Path, shop: str, stream: str) -> Frequency:
    with opened(home) as house:
        return frequency(house.store, shop, stream)


# Two shops: 2 traffic reports and 2 x 3 by ASIN at one in 15 minutes are 2 hours.
@pytest.mark.parametrize(
    ("words", "stream", "seconds"),
    [
        pytest.param(("amazon.orders", "--every", "15m"), "amazon.orders", 900, id="15 minutes"),
        pytest.param(("--every", "6h"), "amazon.traffic", 21_600, id="a whole shop"),
        pytest.param(
            ("--every", "15m"), "amazon.traffic", 7_200, id="a whole shop: traffic at its limit"
        ),
        pytest.param(("--every", "15m"), "amazon.orders", 900, id="the other streams as wished"),
        pytest.param(("amazon.traffic", "--every", "2h"), "amazon.traffic", 7_200, id="the limit"),
    ],
)
def test_a_frequency_is_set_within_the_limits(
    home: Path,
    words: tuple[str, ...],
    stream: str,
    seconds: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, _, _ = run(home, "schedule", "S-DE", *words, capsys=capsys)
    assert code == 0
    assert often(home, "S-DE", stream).every_seconds == seconds
    assert often(home, "S-FR", stream) == Frequency()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(
            ("S-DE", "amazon.traffic", "--every", "1h"), "every 2h", id="faster than its ration"
        ),
        pytest.param(("S-DE", "--every", "1m"), "from 5m to 1d", id="faster than near real time"),
        pytest.param(("S-DE", "--every", "2d"), "from 5m to 1d", id="less than once a day"),
        pytest.param(("S-DE", "--every", "often"), "no span", id="no span"),
        pytest.param(("S-XX", "--every", "1h"), "S-DE", id="an unknown shop names the known ones"),
        pytest.param(("S-DE", "amazon.tea", "--every", "1h"), "amazon.orders", id="no such stream"),
    ],
)
def test_what_the_limits_forbid_is_refused_with_the_reason(
    home: Path, words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told, said = run(home, "schedule", *words, capsys=capsys)
    assert code == 3
    assert says in said
    assert says in told["error"]


def test_a_paused_shop_is_not_fetched_until_it_goes_on(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(home, "schedule", "S-DE", "--pause", capsys=capsys)
    assert often(home, "S-DE", "amazon.orders").paused
    run(home, "schedule", "S-DE", "--every", "6h", capsys=capsys)
    assert often(home, "S-DE", "amazon.orders") == Frequency(21_600, paused=True)
    run(home, "schedule", "S-DE", "--go-on", capsys=capsys)
    assert often(home, "S-DE", "amazon.orders") == Frequency(21_600)


def test_a_new_frequency_counts_from_the_last_fetch(home: Path) -> None:
    """Fetched at 09:00, hourly from 09:10 on: due at 09:57 (95 %), not tomorrow."""
    with opened(home) as house:
        row = {"stream": "amazon.orders", "shop": "S-DE", "state": "ok", "last_success": NINE}
        with house.store.begin() as connection:
            control.put(
                connection, schema.stream_state, {**row, "next_run": NINE + timedelta(days=1)}
            )
        later = NINE + timedelta(minutes=10)
        set_frequency(house.store, "S-DE", Frequency(3600), later, "amazon.orders")
        assert next_run(house) == NINE + timedelta(minutes=57)


def next_run(house: House) -> object:
    with house.store.read() as connection:
        found = control.get(connection, schema.stream_state, stream="amazon.orders", shop="S-DE")
    return found and found["next_run"]


def test_a_workbook_is_put_on_the_list_shown_and_taken_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, book = tmp_path / "data", build(tmp_path / "b.xlsx", "manager", "en")
    _, told, _ = run(home, "schedule", "--book", str(book), "--at", "07:45", capsys=capsys)
    assert [(b["book"], b["at"]) for b in told["books"]] == [("b.xlsx", "07:45")]
    code, told, _ = run(home, "schedule", "--run-once", capsys=capsys)
    assert (code, told["runs"]) == (0, [])
    _, told, _ = run(home, "schedule", "--book", str(book), "--remove", capsys=capsys)
    assert told["books"] == []
    code, _, said = run(home, "schedule", "--book", str(book), "--remove", capsys=capsys)
    assert (code, "not on the list" in said) == (3, True)


def test_serve_shows_its_token_refreshes_a_workbook_and_ends_on_ctrl_c(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, book = tmp_path / "data", build(tmp_path / "b.xlsx", "manager", "en")
    run(home, "schedule", "--book", str(book), capsys=capsys)
    words = [sys.executable, "-m", "sync_service", "--json", "--home", str(home), "serve"]
    mine = {**os.environ, "LINKSTAR_PORT": "0"}
    with (
        subprocess.Popen(
            words, cwd=PROJECT, env=mine, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as served,
        ExitStack() as after,
    ):
        after.callback(served.kill)  # a failure below must not wait for the service for ever
        assert served.stdout is not None
        told = json.loads(served.stdout.readline())
        assert told["address"].startswith("http://127.0.0.1:")
        with httpx.Client(
            base_url=told["address"],
            headers={"Authorization": f"Bearer {told['token']}"},
            timeout=60,
        ) as client:
            large = client.post("/api/v1/pause", content=b"x" * 2_000_000)
            assert (large.status_code, "1 MB" in large.json()["error"]["en"]) == (413, True)
            with ExitStack() as held:  # a program that opens connections and says nothing
                door = httpx.URL(told["address"])
                for _ in range(200):
                    held.enter_context(socket.create_connection((door.host, door.port or 80)))
                with httpx.Client(base_url=told["address"], timeout=60) as another:
                    assert another.get("/health").json() == {"ok": True}
            asked = client.post("/api/v1/refreshes", json={"book": "b.xlsx"})
            assert asked.status_code == 202
            assert ended(client, asked.json()["href"]) == "done"
        served.send_signal(signal.SIGINT)
        rest, faults = served.communicate(timeout=60)
    assert (served.returncode, json.loads(rest)["exit"]) == (0, 0)
    assert "Traceback" not in faults


def ended(client: httpx.Client, href: str) -> str:
    state = "queued"
    for _ in range(600):
        state = client.get(href).json()["state"]
        if state not in {"queued", "running"}:
            break
        time.sleep(0.1)
    return state


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LINKSTAR_PORT", str(port))
            code = main(["--home", str(tmp_path / "data"), "serve"])
    assert code == 3
    assert f"Port {port} cannot be used" in capsys.readouterr().err
