"""Commands about one workbook: init, check, refresh, reconcile, explain."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from pathlib import Path

from kpi.errors import Level
from kpi.model import Language, Region
from sheet_templates.build import build
from sheet_templates.scoring_kinds import FormulaKind
from sheet_templates.shipped_rows import rows_of, shipped
from sheet_templates.start import BookStart
from sync_service import audit
from sync_service.commands.pack_choices import STARTER, choices, fitted, mode_of, role_of, stage_of
from sync_service.console import Exit, Terminal
from sync_service.explain import explain
from sync_service.house import House
from sync_service.partner_answers import came_back
from sync_service.refresh import Order, Outcome, book_name, read, refresh
from sync_service.scorecard import Card
from sync_service.told import ToldError
from sync_service.workbooks.xlsx import XlsxPort


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    new = commands.add_parser("init", help="make a new workbook from the template / 新建工作簿")
    new.add_argument("book", type=Path)
    new.add_argument("--language", choices=("zh", "en"))
    new.add_argument("--edition", choices=("manager", "partner"), default="manager")
    new.add_argument(
        "--formulas",
        choices=tuple(FormulaKind),
        default=FormulaKind.NATIVE,
        help="how cells of scoring are written; the default is native / 计分公式的写法",
    )
    new.add_argument("--force", action="store_true", help="replace a file that is there")
    new.add_argument("--pack", nargs="+", metavar="ROLE", help="start with these cards / 岗位包")
    new.add_argument("--region", choices=tuple(Region), help="of the packs; the default is both")
    choices(new)
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
            one.add_argument("--by", default="cli", help="who refreshes, by code / 刷新人")
    why = commands.add_parser("explain", help="where the value of a cell comes from / 解释来源")
    why.add_argument("book", type=Path)
    why.add_argument("cell", help="for example 明细!I6")
    why.set_defaults(run=run_explain)


def port_of(house: House, path: Path) -> XlsxPort:
    """The port of a workbook file; a missing file says so at once."""
    if not path.exists():
        raise ToldError(
            f"{path} does not exist. Make it with `python -m sync_service init {path}`.",
            f"{path} 不存在。请用 `python -m sync_service init {path}` 新建。",
        )
    if path.is_dir():
        raise ToldError(
            f"{path} is a folder. Name a workbook in it.", f"{path} 是文件夹。请指定其中的工作簿。"
        )
    return XlsxPort(path, now=house.clock.now, backups=house.backups)


def order_of(house: House, path: Path, who: str = "cli") -> Order:
    """A refresh of a workbook file."""
    return Order(book_name(path), port_of(house, path), who)


def init(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make a new workbook from the shipped template."""
    path: Path = words.book
    language: Language = words.language or terminal.language
    make_place(path, force=words.force)
    start = start_of(terminal, words, language) if words.edition == "manager" else None
    build(path, words.edition, language, start, FormulaKind(words.formulas))
    with house.store.begin() as connection:  # from here the time to the first score counts
        audit.record(
            connection,
            at=house.clock.now(),
            actor="cli",
            action="init",
            about=book_name(path),
        )
    terminal.result["book"] = str(path)
    terminal.say(f"已新建 {path}", f"Made {path}")
    return Exit.OK


def start_of(terminal: Terminal, words: argparse.Namespace, language: Language) -> BookStart:
    """The rows of a new workbook: the operations pack, or the packs that were asked for."""
    start = shipped("manager", language)
    mode = mode_of(words)
    stage = stage_of(words)
    settings = {
        **start.settings,
        **({"mode": mode} if mode else {}),
        **({"company_stage": stage} if stage else {}),
    }
    asked = words.pack or words.variant or words.answers or words.mode == STARTER
    if not asked:
        return replace(start, settings=settings)
    cards = list(fitted(words, [role_of(role) for role in words.pack or ("operations",)]))
    terminal.result["packs"] = [f"{one.pack.role} {one.pack.region}" for one in cards]
    return replace(start, settings=settings, **rows_of([one.pack for one in cards], language))


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

    order = order_of(house, words.book, words.by)
    writable(words.book)
    with terminal.steps() as bar:
        if words.sync:
            sync(house.syncing, patient=False, progress=bar.fetching("取数", "Fetching"))
        outcome = refresh(house, order, bar.step)
    show(terminal, outcome, words.book)
    return Exit.FOUND if any(p.level is Level.ERROR for p in outcome.problems) else Exit.OK


def make_place(path: Path, *, force: bool) -> None:
    """Refuse a name that no new workbook can have, before any work; make its folder."""
    if path.suffix.casefold() != ".xlsx" or path.is_dir():
        raise ToldError(
            f"{path} cannot be a workbook. Choose a name that ends in .xlsx.",
            f"{path} 不能作为工作簿。请用以 .xlsx 结尾的文件名。",
        )
    if path.exists() and not force:
        raise ToldError(
            f"{path} is there already. Choose another name, or add --force.",
            f"{path} 已存在。请换一个名称，或加 --force。",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    writable(path)


def writable(path: Path) -> None:
    """Refuse a folder in which nothing can be put in place of the workbook, before any work."""
    if not os.access(path.parent, os.W_OK):
        raise ToldError(
            f"{path.name} cannot be written: you have no right to change the folder {path.parent}. "
            "Ask for the right, or copy the workbook to a folder of your own.",
            f"{path.name} 无法写入：没有权限修改文件夹 {path.parent}。请开通权限，"
            "或将工作簿复制到自己的文件夹。",
        )


def show(terminal: Terminal, outcome: Outcome, path: Path | str) -> None:
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

    with terminal.steps() as bar:
        compared = look(house, order_of(house, words.book), bar.step).compared
    rows = []
    for one in compared:
        apart = one.difference
        mark = {True: "●", False: "■", None: "○"}[one.green]
        days = "{} … {}".format(*one.ends) if one.ends else None
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
    order = order_of(house, words.book)
    with terminal.steps() as bar:
        bar.step("查找来源", "Tracing the value")
        told = explain(house, order, words.cell)
    terminal.result |= told.data
    for zh, en in told.lines:
        terminal.say(zh, en)
    return Exit.OK
