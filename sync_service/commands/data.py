"""Commands about data: sync, backfill, status, pause, resume."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import FrameType

from sqlalchemy import select

from kpi.errors import Level, Place
from sync_service import control, schema
from sync_service.accounts import shops
from sync_service.console import Exit, Terminal
from sync_service.house import CONNECTORS, House, wanted_streams
from sync_service.http import Client
from sync_service.pausing import switch_writing
from sync_service.rates import ECB, HOSTS, refresh_rates
from sync_service.refresh import PAUSE, stream_states
from sync_service.sync import SyncReport, backfill, sync
from sync_service.told import ToldError
from sync_service.troubles import Trouble


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
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
            one.add_argument("--days", type=some_days, help="how far back; default is a setting")
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


def some_days(text: str) -> int:
    """Read a number of days, at least one."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days such as 90")
    return int(text)


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


def _known(house: House, words: argparse.Namespace) -> None:
    """Refuse shops and streams that are not connected: a misspelt one would fetch nothing."""
    every = wanted_streams(house)
    known = sorted({shop.code for _, _, shop in every})
    if not known:
        raise ToldError(
            "No shop is connected yet. Run `python -m sync_service connect SHOP ...`, "
            "or bring files with `import`.",
            "尚未连接任何店铺。请运行 `python -m sync_service connect 店铺 ...`，"
            "或用 `import` 导入文件。",
        )
    _named(words.shop, known, ("shop", "店铺"))
    chosen = [stream for _, stream, shop in every if words.shop is None or shop.code in words.shop]
    _named(words.stream, sorted({stream.name for stream in chosen}), ("stream", "数据流"))


def _named(asked: Sequence[str] | None, known: Sequence[str], kind: tuple[str, str]) -> None:
    strange = [name for name in asked or () if name not in known]
    if strange:
        raise ToldError(
            f"No {kind[0]} {', '.join(strange)} is connected. Known: {', '.join(known)}.",
            f"没有连接{kind[1]} {', '.join(strange)}。已有：{', '.join(known)}。",
        )


def run_sync(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Fetch what is due."""
    _known(house, words)
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
    _known(house, words)
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
