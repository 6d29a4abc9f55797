"""Commands about the service: serve, schedule, share."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from kpi.model import Language
from sync_service import mornings, rations, runs
from sync_service.commands.books import order_of
from sync_service.connectors.kernel import Stream
from sync_service.console import Exit, Terminal
from sync_service.house import House, wanted_streams
from sync_service.investors import share_investor
from sync_service.jobs import Jobs
from sync_service.orders import at_once
from sync_service.pausing import paused
from sync_service.refresh import own_book, read
from sync_service.schedule import EVERY_STREAM, Frequency, frequency, set_frequency
from sync_service.sharing import Shared, share
from sync_service.spent import recorded
from sync_service.told import ToldError

SPAN = re.compile(r"(\d{1,4})\s*([mhd])")
SECONDS = {"m": 60, "h": 3600, "d": 86_400}

EDITIONS = {"partner": ("合作方版", "partner edition"), "person": ("本人版", "person's edition")}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    one = commands.add_parser("serve", help="start the service on this machine / 启动服务")
    one.add_argument("--new-token", action="store_true", help="replace the local token")
    one.add_argument("--https", action="store_true", help="for the Excel add-in / 供 Excel 加载项")
    one.set_defaults(run=serve)
    _add_schedule(commands)
    part = commands.add_parser(
        "share", help="a workbook for a person, an agency or investors / 本人、合作方、投资人分册"
    )
    part.add_argument("book", type=Path)
    whose = part.add_mutually_exclusive_group(required=True)
    whose.add_argument("--person", help="code of the person or agency in People / 人员或伙伴")
    whose.add_argument(
        "--investor", action="store_true", help="regional lines without people / 投资人版"
    )
    part.add_argument("--out", type=Path, required=True)
    part.add_argument("--language", choices=("zh", "en"))
    part.set_defaults(run=run_share)


def _add_schedule(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    when = commands.add_parser("schedule", help="what runs when / 计划")
    when.add_argument("shop", nargs="?", help="shop whose frequency is set")
    when.add_argument("stream", nargs="?", help="only this stream of the shop")
    when.add_argument("--every", help="15m, 1h, 6h, 1d ...")
    stop = when.add_mutually_exclusive_group()
    stop.add_argument("--pause", action="store_true", help="fetch it no more")
    stop.add_argument("--go-on", action="store_true", help="fetch it again")
    when.add_argument("--book", type=Path, help="workbook to refresh each morning")
    when.add_argument("--at", help=f"time of day in the workbook; {mornings.DEFAULT_AT}")
    when.add_argument("--remove", action="store_true", help="take --book off the list")
    when.add_argument("--run-once", action="store_true", help="do what is due now, then end")
    when.set_defaults(run=schedule)


def serve(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """The service on 127.0.0.1, until Ctrl-C."""
    from sync_service.web.server import run  # noqa: PLC0415  # only this command needs Flask

    run(terminal, house, fresh=words.new_token, https=words.https)
    return Exit.OK


def schedule(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Show or change what runs when."""
    if words.book is not None:
        _book(terminal, house, words)
    elif words.shop is not None:
        _frequency(terminal, house, words)
    elif words.run_once:
        return _run_once(terminal, house)
    _show(terminal, house)
    return Exit.OK


def _book(terminal: Terminal, house: House, words: argparse.Namespace) -> None:
    path: Path = words.book
    if words.remove:
        if not mornings.remove(house.store, path):
            raise ToldError(
                f"{path} is not on the list. See `python -m sync_service schedule`.",
                f"{path} 不在列表中。请查看 `python -m sync_service schedule`。",
            )
        terminal.say(
            f"{path.name} 不再自动刷新。", f"{path.name} is no longer refreshed by itself."
        )
        return
    contents = order_of(house, path).port.read()
    own_book(contents)
    book, _, _ = read(contents)
    zone, at = book.settings.time_zone, words.at or mornings.DEFAULT_AT
    codes = [shop.code for shop in book.shops]
    mornings.register(house.store, path, at, zone, codes, house.clock.now())
    terminal.say(
        f"{path.name} 每天 {at}（{zone}）自动刷新；服务须在运行。",
        f"{path.name} is refreshed each day at {at} ({zone}) while the service runs.",
    )


def seconds_of(text: str) -> int:
    """The length of `15m`, `6h`, `1d`.

    Raises:
        KpiError: It is none, or outside near real time to once a day.
    """
    found = SPAN.fullmatch(text.strip().casefold())
    if not found:
        raise ToldError(
            f"--every {text!r} is no span. Write 15m, 1h, 6h or 1d.",
            f"--every {text!r} 不是时间间隔。请写 15m、1h、6h 或 1d。",
        )
    seconds = int(found[1]) * SECONDS[found[2]]
    if not rations.LEAST <= seconds <= rations.MOST:
        least = rations.LEAST // 60
        raise ToldError(
            f"--every {text}: write a span from {least}m to 1d.",
            f"--every {text}：请写 {least}m 到 1d 之间的间隔。",
        )
    return seconds


def _frequency(terminal: Terminal, house: House, words: argparse.Namespace) -> None:
    everything = wanted_streams(house)
    mine = [w for w in everything if w[2].code == words.shop]
    chosen = [w for w in mine if words.stream in (None, w[1].name)]
    if not chosen:
        known = sorted({w[1].name for w in mine} or {w[2].code for w in everything})
        asked = f"{words.shop} {words.stream or ''}".strip()
        raise ToldError(
            f"{asked} is not connected. Known: {', '.join(known) or '-'}.",
            f"{asked} 未连接。已有：{', '.join(known) or '-'}。",
        )
    if words.every is None and not (words.pause or words.go_on):
        return
    counted = recorded(house.store)
    wish = None if words.every is None else seconds_of(words.every)
    now = house.clock.now()
    for wanted in chosen:
        stream, before = wanted[1], frequency(house.store, words.shop, wanted[1].name)
        limit = rations.fastest(wanted, everything, counted)
        seconds = before.every_seconds if wish is None else wish
        if wish is not None and wish < limit.seconds:
            if words.stream is not None:
                raise TooOftenError(stream, limit)
            seconds = limit.seconds
            _told_slower(terminal, stream, limit)
        paused = words.pause or (before.paused and not words.go_on)
        set_frequency(house.store, words.shop, Frequency(seconds, paused), now, stream.name)
    if words.stream is None and wish is not None:
        set_frequency(house.store, words.shop, Frequency(wish, words.pause), now, EVERY_STREAM)


class TooOftenError(ToldError):
    """A frequency beyond what the platform allows."""

    def __init__(self, stream: Stream, limit: rations.Fastest) -> None:
        """Name the fastest one."""
        span = span_of(limit.seconds)
        super().__init__(
            f"{stream.name} cannot be fetched more often than every {span}: "
            f"{limit.reason['en']}. Write --every {span} or longer.",
            f"{stream.name} 最快每 {span} 取一次：{limit.reason['zh']}。"
            f"请用 --every {span} 或更长。",
        )


def _told_slower(terminal: Terminal, stream: Stream, limit: rations.Fastest) -> None:
    span = span_of(limit.seconds)
    terminal.say(
        f"{stream.name} 按每 {span} 取：{limit.reason['zh']}。",
        f"{stream.name} stays at every {span}: {limit.reason['en']}.",
    )


def span_of(seconds: int) -> str:
    """A span as it is typed: 15m, 6h, 1d."""
    for letter in ("d", "h"):
        if seconds % SECONDS[letter] == 0:
            return f"{seconds // SECONDS[letter]}{letter}"
    return f"{-(-seconds // SECONDS['m'])}m"


def _run_once(terminal: Terminal, house: House) -> Exit:
    """Everything that is due, here and now."""
    jobs = Jobs(house, at_once())
    done = [runs.find(house.store, run) for run in jobs.tick()]
    rows = [
        (one.kind, one.state, one.summary.get("book") or one.summary.get("rows"))
        for one in done
        if one is not None
    ]
    terminal.result["runs"] = [dict(zip(("kind", "state", "about"), r, strict=True)) for r in rows]
    if not rows:
        terminal.say("现在没有到期的任务。", "Nothing is due now.")
    heads = ("任务 Job", "结果 State", "对象 About")
    terminal.table(terminal.text("已执行", "Done now"), heads, rows)
    return Exit.FOUND if any(row[1] == "failed" for row in rows) else Exit.OK


def _show(terminal: Terminal, house: House) -> None:
    """What runs when."""
    now = house.clock.now()
    everything, counted = wanted_streams(house), recorded(house.store)
    rows = []
    for wanted in everything:
        _, stream, shop = wanted
        often = frequency(house.store, shop.code, stream.name)
        least = span_of(rations.fastest(wanted, everything, counted).seconds)
        state = terminal.text("暂停", "paused") if often.paused else ""
        rows.append((shop.code, stream.name, span_of(often.every_seconds), least, state))
    keys = ("shop", "stream", "every", "fastest", "state")
    terminal.result["streams"] = [dict(zip(keys, row, strict=True)) for row in rows]
    heads = ("店铺 Shop", "数据流 Stream", "每 Every", "最快 Fastest", "")
    terminal.table(terminal.text("取数计划", "Pulls"), heads, rows)
    books = [
        (one.name, one.at, one.time_zone, one.last_day, f"{one.next_time(now):%m-%d %H:%M}")
        for one in mornings.mornings(house.store)
    ]
    keys = ("book", "at", "time_zone", "last", "next")
    terminal.result["books"] = [dict(zip(keys, row, strict=True)) for row in books]
    heads = ("工作簿 Workbook", "时间 At", "时区 Zone", "最近 Last", "下次 Next")
    terminal.table(terminal.text("早报", "Morning files"), heads, books)


def run_share(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """A workbook of one reader's rows; a second share keeps what a person typed."""
    stopped = paused(house)
    if stopped:
        raise ToldError(
            f"Writing is paused ({stopped}). Run `python -m sync_service resume` first.",
            f"写入已暂停（{stopped}）。请先运行 `python -m sync_service resume`。",
        )
    language: Language | None = words.language
    order = order_of(house, words.book)
    with terminal.steps() as bar:
        bar.step(f"制作 {words.out.name}", f"Making {words.out.name}")
        if words.investor:
            shared = share_investor(house, order, words.out, language)
        else:
            shared = share(house, order, words.person, words.out, language)
    terminal.result |= {
        "file": str(words.out),
        "items": shared.items,
        "state": shared.state,
        "edition": shared.edition,
    }
    _tell_shared(terminal, words, shared)
    terminal.problems(shared.problems)
    return Exit.OK


def _tell_shared(terminal: Terminal, words: argparse.Namespace, shared: Shared) -> None:
    out, items = words.out, shared.items
    if shared.edition == "investor":
        terminal.say(
            f"{out}：投资人版，{items} 行区域数据，不含人员、店铺与任务。",
            f"{out}: investor edition, {items} regional lines; no people, shops or tasks.",
        )
        return
    zh, en = EDITIONS[shared.edition]
    terminal.say(
        f"{out}：{zh}，{items} 项指标，只含 {words.person} 的数据。",
        f"{out}: {en}, {items} items, nothing but the rows of {words.person}.",
    )
