"""Commands about one workbook: init, check, refresh, reconcile, explain."""

from __future__ import annotations

import argparse
from pathlib import Path

from kpi.errors import KpiError, Level
from kpi.model import Language
from sheet_templates.build import build
from sync_service.console import Exit, Terminal
from sync_service.explain import explain
from sync_service.house import House
from sync_service.partner_answers import came_back
from sync_service.refresh import Order, Outcome, book_name, read, refresh
from sync_service.scorecard import Card
from sync_service.workbooks.refusals import WrongEndingError
from sync_service.workbooks.xlsx import XlsxPort


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    new = commands.add_parser("init", help="make a new workbook from the template / 新建工作簿")
    new.add_argument("book", type=Path)
    new.add_argument("--language", choices=("zh", "en"))
    new.add_argument("--edition", choices=("manager", "partner"), default="manager")
    new.add_argument("--force", action="store_true", help="replace a file that is there")
    new.set_defaults(run=init)
    for name, run, text in (
        ("check", check, "all problems of a workbook, with cell addresses / 检查"),
        ("refresh", run_refresh, "bring actuals and scores into a workbook / 刷新"),
        ("reconcile", run_reconcile, "our figures beside the platform's own / 对账"),
    ):
        one = commands.add_parser(name, help=text)
        one.add_argument("book", type=Path)
        one.set_defaults(run=run)
        if name == "refresh":
            one.add_argument("--sync", action="store_true", help="fetch what can be had now first")
    why = commands.add_parser("explain", help="where the value of a cell comes from / 解释来源")
    why.add_argument("book", type=Path)
    why.add_argument("cell", help="for example 明细!I6")
    why.set_defaults(run=run_explain)


def port_of(house: House, path: Path) -> XlsxPort:
    """The port of a workbook file; a missing file says so at once."""
    if not path.exists():
        raise KpiError(f"{path} does not exist. Make it with `python -m sync_service init {path}`.")
    return XlsxPort(path, now=house.clock.now, backups=house.backups)


def order_of(house: House, path: Path, who: str = "cli") -> Order:
    """A refresh of a workbook file."""
    return Order(book_name(path), port_of(house, path), who)


def init(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make a new workbook from the shipped template."""
    path: Path = words.book
    if path.exists() and not words.force:
        raise KpiError(f"{path} is there already. Choose another name, or add --force.")
    if path.suffix.casefold() != ".xlsx":
        raise WrongEndingError(path.name, ".xlsx")
    language: Language = words.language or house.settings.language
    path.parent.mkdir(parents=True, exist_ok=True)
    build(path, words.edition, language)
    terminal.result["book"] = str(path)
    terminal.say(f"已新建 {path}", f"Made {path}")
    return Exit.OK


def check(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Every problem of a workbook; nothing is written."""
    contents = port_of(house, words.book).read()
    _, _, found = read(contents)
    back = came_back(house, book_name(words.book), contents.tables)
    found = (*contents.problems, *found, *back)
    terminal.problems(found, most=500)
    if not found:
        terminal.say("没有发现问题。", "No problems found.")
    return Exit.FOUND if any(p.level is Level.ERROR for p in found) else Exit.OK


def run_refresh(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """One refresh, with progress and what it found."""
    from sync_service.sync import sync  # noqa: PLC0415  # only --sync fetches

    with terminal.steps() as bar:
        if words.sync:
            sync(house.syncing, patient=False, progress=bar.fetching("取数", "Fetching"))
        outcome = refresh(house, order_of(house, words.book), bar.step)
    show(terminal, outcome, words.book)
    return Exit.FOUND if any(p.level is Level.ERROR for p in outcome.problems) else Exit.OK


def show(terminal: Terminal, outcome: Outcome, path: Path) -> None:
    """What a refresh scored, what is in breach, what is missing."""
    terminal.result |= {"book": str(path), "state": outcome.state}
    if outcome.card is not None:
        _scores(terminal, outcome.card)
        _attention(terminal, outcome.card)
    if outcome.state == "unchanged":
        terminal.say(f"{path}：没有新数据，未改动。", f"{path}: nothing new, left as it is.")
    elif outcome.state == "paused":
        terminal.say("写入已暂停，只显示暂停提示。", "Writing is paused; only the pause is shown.")
    elif outcome.report is not None:
        cells, kept = outcome.report.cells_written, outcome.report.parts_identical
        terminal.result |= {"cells": cells, "parts_identical": kept}
        terminal.say(
            f"已写入 {cells} 格，{kept} 个部件逐字节未变：{path}",
            f"{cells} cells written, {kept} parts untouched to the byte: {path}",
        )
    terminal.problems(outcome.problems, most=12)


def _scores(terminal: Terminal, card: Card) -> None:
    rows = [
        (
            person["person"],
            *(_points(person.get(column)) for column in ("US", "EU", "total")),
            person["grade"],
        )
        for person in card["people"]
    ]
    keys = ("person", "US", "EU", "total", "grade")
    terminal.result["scores"] = [dict(zip(keys, row, strict=True)) for row in rows]
    heads = ("人员 Person", "US", "EU", "总分 Total", "等级 Grade")
    terminal.table(f"{card['company']} {card['month']}", heads, rows)


def _points(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _attention(terminal: Terminal, card: Card) -> None:
    terminal.result["focus"] = card["focus"]
    terminal.say("今日关注", "Today")
    for row in card["focus"]:
        effect = row["effect"]
        money = f"  {effect:+,.0f} {card['currency']}" if isinstance(effect, float) else ""
        line = "  {level} {scope} {what}{money}  {owner}  → {next_step}".format(**row, money=money)
        terminal.say(line, line)


def run_reconcile(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Our gross sales beside the platform's own, shop by shop."""
    from sync_service.refresh import look  # noqa: PLC0415

    compared = look(house, order_of(house, words.book)).compared
    rows = []
    for one in compared:
        apart = one.difference
        mark = {True: "●", False: "■", None: "○"}[one.green]
        days = f"{one.days.start} … {one.days.end}" if one.days.days else None
        shown = None if apart is None else f"{apart * 100:+.2f} %"
        rows.append(
            (mark, one.shop, _money(one.ours), _money(one.platform), _money(one.typed), shown, days)
        )
    terminal.result["shops"] = [
        dict(
            zip(("mark", "shop", "ours", "platform", "typed", "difference", "days"), r, strict=True)
        )
        for r in rows
    ]
    heads = (
        "",
        "店铺 Shop",
        "本簿 Ours",
        "平台 Platform",
        "后台 Typed",
        "差异 Difference",
        "区间 Days",
    )
    terminal.table(
        terminal.text("对账（毛销售额，店铺币种）", "Gross sales in the shop's currency"),
        heads,
        rows,
    )
    return Exit.FOUND if any(one.green is False for one in compared) else Exit.OK


def _money(value: float | None) -> str | None:
    return None if value is None else f"{value:,.2f}"


def run_explain(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Where the value of a cell comes from."""
    told = explain(house, order_of(house, words.book), words.cell)
    terminal.result |= told.data
    for zh, en in told.lines:
        terminal.say(zh, en)
    return Exit.OK
