"""The command `distribution`: how a forced distribution would place people; it changes nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from kpi.distribution import Guide, Placed, guide
from sync_service.commands.books import order_of
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.refresh import look


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "distribution", help="a forced distribution as a guide / 强制分布参考"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--role", help="only people of this role, by code")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Rank the scored people by the book's stored classes and tie rule."""
    with terminal.steps() as bar:
        done = look(house, order_of(house, words.book), bar.step).done
    cards = [card for card in done.people if words.role in (None, card.person.role)]
    settings = done.book.settings
    totals = [(c.person.code, c.total) for c in cards]
    found = guide(totals, settings.distribution, settings.tie, settings.min_group)
    _show(terminal, found, done.month.code, settings.min_group)
    return Exit.OK


def _show(terminal: Terminal, found: Guide, month: str, least: int) -> None:
    rows = [(one.person, f"{one.total:.2f}", _class(one)) for one in found.people]
    heads = ("人员 Person", "总分 Total", "档 Class")
    terminal.table(f"{month} · {' / '.join(map(str, found.places))}", heads, rows)
    if found.unknown:
        names = ", ".join(found.unknown)
        terminal.say(f"没有总分，未排：{names}", f"Without a total, not ranked: {names}")
    if any(one.open for one in found.people):
        terminal.say(
            "同分跨档者未自动拆分，请决定。", "Equal totals on an edge are not parted: decide."
        )
    _only_a_guide(terminal, found, least)
    terminal.result |= {
        "month": month,
        "places": list(found.places),
        "proposal": found.proposal,
        "unknown": list(found.unknown),
        "people": [
            {"person": p.person, "total": p.total, "from": p.first, "to": p.last}
            for p in found.people
        ],
    }


def _class(one: Placed) -> str:
    return f"{one.first}–{one.last}" if one.open else str(one.first)


def _only_a_guide(terminal: Terminal, found: Guide, least: int) -> None:
    if found.proposal:
        terminal.say(
            f"不足 {least} 人，仅作建议：小团队强制分布会冤枉人。",
            f"Fewer than {least} people: no more than a proposal, small groups are not normal.",
        )
    terminal.say("仅供参考，不改变等级和奖金。", "A guide only: no grade and no pay changes.")
