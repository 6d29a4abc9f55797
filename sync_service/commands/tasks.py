"""The command `tasks`: the register by country and regime, newcomers by mentor, proposals."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

from kpi.book import Book
from kpi.calendar import local_day, period
from kpi.compliance import Moment, is_done
from kpi.legal_duties import Kinds, categories_sold, goods_words, kinds_of_goods
from kpi.model import Language, Window
from kpi.newcomers import Progress, newcomers
from kpi.proposals import proposals
from kpi.register_lines import lines as register_lines
from kpi.renewals import Follows, Proposal
from kpi.typed_rows import TaskRow
from sheet_templates.layout import TABLES, Owner
from sheet_templates.words import show
from sync_service.commands.books import port_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.refresh import read
from sync_service.workbooks.port import TablePatch, Written


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "tasks", help="the register by country, newcomers, proposed tasks / 任务与合规登记"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--country", help="only this country, for example FR")
    one.add_argument("--type", help="only this type, by code or word")
    one.add_argument("--state", choices=("open", "late", "done"), help="only this state")
    one.add_argument("--mentor", help="only the newcomers of this mentor, by code")
    one.add_argument(
        "--propose", action="store_true", help="add the proposed tasks / 加入所建议的任务"
    )
    one.add_argument(
        *("--only",), action="append", choices=get_args(Follows),
        help="propose only these: renewals, next filings, gates of newcomers, legal duties",
    )  # fmt: skip
    one.add_argument(
        *("--goods", "-g"), action="append", type=_goods, default=[], metavar="CATEGORY=KINDS",
        help=f"what a category is, of {', '.join(goods_words())}; empty for none of them",
    )  # fmt: skip
    one.set_defaults(run=run)


def _goods(text: str) -> tuple[str, frozenset[str]]:
    """`lamps=electronics,batteries`: a category and its kinds of goods."""
    category, sign, kinds = text.rpartition("=")
    found = frozenset(one.strip() for one in kinds.split(",") if one.strip())
    if not sign or not category.strip() or not found <= goods_words().keys():
        raise ValueError(text)
    return category.strip(), found


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Show the register; with --propose append what it proposes, each number once."""
    port = port_of(house, words.book)
    contents = port.read()
    book, _, _ = read(contents)
    today = Moment(day := local_day(house.clock.now(), book.settings.time_zone), day)
    shown = [task for task in book.tasks if _wanted(task, words, today)]
    _register(terminal, shown, today)
    _fees(terminal, book, shown, today)
    new = newcomers(book, today.today)
    _newcomers(terminal, [one for one in new if words.mentor in {None, one.mentor}])
    goods = dict(words.goods)
    every = proposals(book, today.today, goods)
    found = [one for one in every if not words.only or one.kind in words.only]
    _proposals(terminal, found)
    _unknown_goods(terminal, book, today.today, goods)
    if words.propose and found:
        writable(words.book)
        language: Language = "en" if contents.language == "en" else "zh"
        report = port.write([patch(found, language)], (), contents.fingerprint)
        terminal.problems(report.problems)
        terminal.say(f"已加入 {len(found)} 项任务。", f"Added {len(found)} tasks.")
    terminal.result["added"] = len(found) if words.propose else 0
    return Exit.OK


def _wanted(task: TaskRow, words: argparse.Namespace, today: Moment) -> bool:
    if words.country and task.country != words.country.upper():
        return False
    names = {task.type, *(show("task_type", task.type, lang) for lang in ("zh", "en"))}
    if words.type and words.type.casefold() not in {name.casefold() for name in names}:
        return False
    return words.state in {None, state(task, today)}


def state(task: TaskRow, today: Moment) -> str:
    """Done, late or open on a day; the due day itself is not late."""
    if is_done(task, today):
        return "done"
    return "late" if task.due is not None and task.due < today.today else "open"


def _register(terminal: Terminal, tasks: Sequence[TaskRow], today: Moment) -> None:
    """A line for each country and regime: how many are done, and how many are late."""
    lines = []
    for key in sorted({_place(task) for task in tasks}):
        mine = [task for task in tasks if _place(task) == key]
        states = [state(task, today) for task in mine]
        done, late, every = states.count("done"), states.count("late"), len(states)
        country, kind = key
        zh, en = _kind(kind, "zh"), _kind(kind, "en")
        terminal.say(
            f"{country:<4}{zh}：完成 {done}/{every}，逾期 {late}",
            f"{country:<4}{en}: {done}/{every} done, {late} late",
        )
        lines.append({"country": country, "kind": kind, "done": done, "all": every, "late": late})
    terminal.result["register"] = lines
    terminal.result["tasks"] = [task.number for task in tasks]


def _fees(terminal: Terminal, book: Book, tasks: Sequence[TaskRow], today: Moment) -> None:
    """What is to be paid by country and currency, and the sum of each currency."""
    month = period(book.settings.month).window
    span = Window(month.start.replace(month=1, day=1), month.end)
    kept = []
    for one in register_lines(tasks, span, today.today):
        if one.money is None:
            continue
        due, left, late = one.money.amount, one.money.open, one.money.late
        state = one.standing or ""
        terminal.say(
            f"{one.country:<4}{_kind(one.regime, 'zh')} 应缴 {_amount(due)} {one.currency or '–'}，"
            f"未缴 {_amount(left)}，逾期 {_amount(late)} {show('standing', state, 'zh')}",
            f"{one.country:<4}{_kind(one.regime, 'en')} {_amount(due)} {one.currency or '–'} to "
            f"pay, {_amount(left)} open, {_amount(late)} late {show('standing', state, 'en')}",
        )
        paid = one.money.paid
        said = {"amount": due, "paid": paid, "open": left, "late": late}
        exact = {code: None if v is None else f"{v.normalize():f}" for code, v in said.items()}
        names = {"country": one.country, "regime": one.regime, "currency": one.currency}
        kept.append({**names, **exact, "state": state})
    terminal.result["fees"] = kept


def _amount(value: Decimal | None) -> str:
    return "#N/A" if value is None else f"{value:,.2f}"


def _place(task: TaskRow) -> tuple[str, str]:
    return (task.country or str(task.region or "–"), task.regime or task.type)


def _kind(code: str, language: Language) -> str:
    shown = show("regime", code, language)
    return show("task_type", code, language) if shown == code else shown


def _newcomers(terminal: Terminal, found: Sequence[Progress]) -> None:
    """Each newcomer's gates, under the name of the mentor."""
    kept: list[dict[str, object]] = []
    for one in found:
        every, passed = len(one.gates), one.passed + one.passed_late
        then = f"{one.next.what} {one.next.due}" if one.next else "–"
        rate = "–" if one.rate is None else f"{one.rate:.0%}"
        terminal.say(
            f"带教 {one.mentor or '–'}：新人 {one.person} 通过 {passed}/{every} 关"
            f"（逾期 {one.passed_late}），未通过 {one.missed}，通过率 {rate}；下一关 {then}",
            f"Mentor {one.mentor or '–'}: {one.person} passed {passed}/{every} gates "
            f"({one.passed_late} late), missed {one.missed}, rate {rate}; next {then}",
        )
        kept.append(
            {
                "mentor": one.mentor,
                "person": one.person,
                "plan": one.plan,
                "passed": passed,
                "late": one.passed_late,
                "missed": one.missed,
                "all": every,
                "rate": one.rate,
            }
        )
    terminal.result["newcomers"] = kept


def _proposals(terminal: Terminal, found: Iterable[Proposal]) -> None:
    made = []
    for one in found:
        who = one.owner or "–"
        terminal.say(
            f"建议：{one.number} {one.names['zh']}，{who}，{one.due} 到期{_said(one, '（', '）')}",
            f"Proposed: {one.number} {one.names['en']}, {who}, due {one.due}{_said(one)}",
        )
        said = {"no": one.number, "owner": one.owner, "due": str(one.due)}
        made.append({**said, "kind": one.kind, "source": one.source})
    terminal.result["proposed"] = made


def _said(one: Proposal, left: str = " (", right: str = ")") -> str:
    """The law or plan behind a proposal, in brackets."""
    return f"{left}{one.source}{right}" if one.source else ""


def _unknown_goods(terminal: Terminal, book: Book, today: date, goods: Kinds) -> None:
    """Categories of which nothing says what goods they are: their own duties are not proposed."""
    sold = categories_sold(book, today)
    kinds = kinds_of_goods(sold, book.tasks, goods)
    unknown = [one for one in sold if not kinds[one] and one not in goods]
    terminal.result["unknown_goods"] = unknown
    if unknown:
        example = f"--goods {unknown[0]}=electronics"
        terminal.say(
            f"不知是何类商品，只建议通用义务：{'、'.join(unknown)}。用 {example} 说明。",
            f"Not known what goods these are, so only general duties are proposed: "
            f"{', '.join(unknown)}. Say it with {example}.",
        )


def patch(found: Sequence[Proposal], language: Language) -> TablePatch:
    """The proposals as rows of Tasks; rows that are there stay as they are."""
    table = TABLES["tblTask"]
    rows = tuple(_row(one, language) for one in found)
    return TablePatch(table.name, table.key, rows, prune=False, owners=(Owner.MANAGER,))


def _row(one: Proposal, language: Language) -> dict[str, Written]:
    after = one.after or one.like
    regime = after.regime if after else None
    return {
        "no": one.number,
        "type": show("task_type", one.type, language),
        "region": str(one.region) if one.region else None,
        "country": after.country if after else None,
        "what": one.names[language],
        "about": after.about if after else None,
        "owner": one.owner,
        "due": one.due,
        "done": 0.0,
        "category": after.category if after else None,
        "regime": show("regime", regime, language) if regime else None,
        "company": after.company if after else None,
        "reviewer": one.reviewer,
    }
