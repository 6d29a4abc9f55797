"""Commands about data: connect, sync, backfill, status, pause, resume."""

from __future__ import annotations

import argparse
import getpass
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from sqlalchemy import select

from kpi.book_nouns import region_of
from kpi.errors import KpiError, Level, Place
from kpi.model import Shop
from sync_service import control, schema
from sync_service.accounts import Account, Link, save_account, save_shop, shops
from sync_service.console import Exit, Terminal
from sync_service.house import CONNECTORS, House
from sync_service.http import Client
from sync_service.pausing import switch_writing
from sync_service.rates import ECB, HOSTS, refresh_rates
from sync_service.refresh import PAUSE, stream_states
from sync_service.sync import SyncReport, backfill, sync
from sync_service.troubles import Trouble

SECRETS = {  # what a connection of a platform needs
    "amazon": ("client_id", "client_secret", "refresh_token"),
    "amazon_ads": ("client_id", "client_secret", "refresh_token"),
    "shopify": ("access_token",),
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    _add_connect(commands)
    for name, run, text in (
        ("sync", run_sync, "fetch what is new or may have been restated / 取数"),
        (
            "backfill",
            run_backfill,
            "fetch the past; Ctrl-C stops it, the next run goes on / 补历史",
        ),
    ):
        one = commands.add_parser(name, help=text)
        one.add_argument("--shop", action="append", help="only this shop; may be repeated")
        one.add_argument("--stream", action="append", help="only this stream; may be repeated")
        if name == "backfill":
            one.add_argument("--days", type=int, help="how far back; the default is a setting")
        else:
            one.add_argument("--force", action="store_true", help="also what is not due yet")
        one.set_defaults(run=run)
    fx = commands.add_parser("rates", help="fetch the ECB's exchange rates / 取汇率")
    fx.set_defaults(run=rates)
    commands.add_parser("status", help="shops, streams, last pulls / 状态").set_defaults(run=status)
    stop = commands.add_parser("pause", help="stop all writing to workbooks / 暂停写入")
    stop.add_argument("reason", nargs="?", default="")
    stop.set_defaults(run=pause)
    commands.add_parser("resume", help="write to workbooks again / 恢复写入").set_defaults(
        run=resume
    )


def _add_connect(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    one = commands.add_parser("connect", help="connect a shop to its platform / 连接店铺")
    one.add_argument("shop", help="short code, for example AMZ-DE")
    one.add_argument("--platform", choices=sorted(SECRETS), required=True)
    one.add_argument("--account", required=True, help="name of the authorisation")
    one.add_argument("--marketplace", required=True, help="marketplace id, profile id or domain")
    one.add_argument("--market", required=True, help="US, DE, FR, IT, ES or EU")
    one.add_argument("--currency", required=True)
    one.add_argument("--time-zone", required=True, help="for example Europe/Berlin")
    one.add_argument("--company", default="")
    one.add_argument("--api", required=True, help="address of the API")
    one.add_argument("--token", help="address that gives tokens")
    one.add_argument("--secrets", type=Path, help="JSON file with the credentials; else asked for")
    one.set_defaults(run=connect)


def connect(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Store an authorisation encrypted, link the shop to it, and say what to run next."""
    urls = {"api": words.api.rstrip("/")}
    if words.token:
        urls["token"] = words.token.rstrip("/")
    account = Account(words.account, words.platform, words.company, urls)
    own = words.platform if words.platform != "amazon_ads" else "amazon"
    known = {shop.code: shop for shop in shops(house.store)}
    if own != words.platform and words.shop not in known:
        raise KpiError(f"Connect {words.shop} to {own} first; advertising is linked to that shop.")
    secrets = _secrets(words)
    save_account(house.store, account)
    house.secrets.put(words.account, secrets)
    market = words.market.upper()
    shop = known.get(words.shop) or Shop(
        code=words.shop,
        platform=own,
        market=market,
        region=region_of(market),
        currency=words.currency.upper(),
        time_zone=words.time_zone,
        company=words.company,
    )
    links = {**_links(house, words.shop), words.platform: Link(words.account, words.marketplace)}
    save_shop(house.store, shop, links)
    terminal.result |= {"shop": words.shop, "account": words.account}
    terminal.say(
        f"{words.shop} 已连接 {words.platform}；接着运行 sync 与 backfill。",
        f"{words.shop} is connected to {words.platform}; now run sync and backfill.",
    )
    return Exit.OK


def _links(house: House, code: str) -> dict[str, Link]:
    with house.store.read() as connection:
        row = control.get(connection, schema.shops, shop=code)
    told = (row["settings"] or {}).get("links", {}) if row else {}
    return {p: Link(one["account"], one["marketplace"], one["options"]) for p, one in told.items()}


def _secrets(words: argparse.Namespace) -> dict[str, str]:
    """From a file, or typed without echo; never from the command line, which others can see."""
    names = SECRETS[words.platform]
    if words.secrets is not None:
        given = json.loads(words.secrets.read_text(encoding="utf-8"))
    elif sys.stdin.isatty():
        given = {name: getpass.getpass(f"{name}: ") for name in names}
    else:
        given = json.load(sys.stdin)
    lacking = [name for name in names if not given.get(name)]
    if lacking:
        raise KpiError(f"The credentials lack {', '.join(lacking)}. Give them and run it again.")
    return {name: str(given[name]) for name in names}


@contextmanager
def stopping(terminal: Terminal) -> Iterator[threading.Event]:
    """Ctrl-C asks the fetches to stop at the next safe place; a second one breaks off.

    What was fetched and committed stays; the next run goes on from there.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        terminal.say("正在收尾，请稍候。", "Finishing what is under way.")

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def run_sync(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Fetch what is due."""
    with stopping(terminal) as stop, terminal.steps() as bar:
        report = sync(
            house.syncing,
            shops=words.shop,
            streams=words.stream,
            force=words.force,
            progress=bar.fetching("取数", "Fetching"),
            stop=stop,
        )
    return _told(terminal, report)


def run_backfill(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Fetch the past, newest first."""
    with stopping(terminal) as stop, terminal.steps() as bar:
        report = backfill(
            house.syncing,
            shops=words.shop,
            streams=words.stream,
            days=words.days,
            progress=bar.fetching("补历史", "Backfill"),
            stop=stop,
        )
    return _told(terminal, report)


def _told(terminal: Terminal, report: SyncReport) -> Exit:
    terminal.result |= {
        "chains": report.chains,
        "commits": report.spans,
        "rows": report.rows,
        "parked": list(report.parked),
    }
    terminal.say(
        f"完成 {report.chains} 条数据流，{report.spans} 次提交，{report.rows:,} 行。",
        f"{report.chains} streams, {report.spans} commits, {report.rows:,} rows.",
    )
    terminal.problems(report.problems)
    if report.stopped:
        terminal.say("已停止；再次运行会接着做。", "Stopped; the next run goes on from here.")
        return Exit.RETRY
    return Exit.FOUND if any(p.level is Level.ERROR for p in report.problems) else Exit.OK


def rates(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Fetch the history of the European Central Bank; the stored one stays when that fails."""
    del words
    client = Client(HOSTS, loopback=house.settings.loopback)
    base = house.settings.options.get("ecb", ECB)
    try:
        found = refresh_rates(house.settings.home, client, house.clock, base)
    except Trouble as trouble:
        terminal.problems([trouble.problem(Place(text="ECB"))])
        return Exit.FOUND
    finally:
        client.close()
    terminal.result["until"] = str(found.days[-1])
    terminal.say(f"汇率至 {found.days[-1]}", f"Rates until {found.days[-1]}")
    return Exit.OK


def status(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """What is connected, when each stream came last, what failed, when it comes next."""
    del words
    known = shops(house.store)
    states = stream_states(house, known, house.clock.now())
    rows = [
        (
            "■" if one.error else "◇" if one.stale else "●",
            shop,
            stream,
            _time(one.last_success),
            _time(one.next_run),
            one.error[:60],
        )
        for (stream, shop), one in sorted(states.items(), key=lambda item: (item[0][1], item[0][0]))
    ]
    keys = ("mark", "shop", "stream", "last", "next", "error")
    terminal.result |= {
        "shops": [shop.code for shop in known],
        "connectors": [connector.platform for connector in CONNECTORS],
        "streams": [dict(zip(keys, row, strict=True)) for row in rows],
        "paused": control.setting(house.store, PAUSE, ""),
        "books": _books(house),
        "facts_version": house.facts.version,
    }
    heads = ("", "店铺 Shop", "数据流 Stream", "最近 Last", "下次 Next", "错误 Error")
    terminal.table(terminal.text("连接状态 (UTC)", "Connections (UTC)"), heads, rows)
    stopped = control.setting(house.store, PAUSE, "")
    if stopped:
        terminal.say(f"写入已暂停：{stopped}", f"Writing is paused: {stopped}")
    return Exit.FOUND if any(one.error for one in states.values()) else Exit.OK


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%m-%d %H:%M}"


def _books(house: House) -> list[str]:
    with house.store.read() as connection:
        return list(connection.execute(select(schema.books.c.path)).scalars())


def pause(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """One switch stops all writing to workbooks; each shows the stop at its next refresh."""
    reason = words.reason or terminal.text("数据异常，已暂停更新", "Data fault, updates are paused")
    switch_writing(house, reason, "cli")
    terminal.result["paused"] = reason
    terminal.say(f"已暂停写入：{reason}", f"Writing is paused: {reason}")
    return Exit.OK


def resume(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Write to workbooks again."""
    del words
    switch_writing(house, "", "cli")
    terminal.result["paused"] = ""
    terminal.say("已恢复写入。", "Writing goes on.")
    return Exit.OK
