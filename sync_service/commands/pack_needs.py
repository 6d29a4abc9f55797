"""`packs propose`: the lines that the needs diagnosis asks for, added switched off."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from kpi.calendar import local_day
from kpi.needs import Proposal
from sheet_templates.words import show
from sync_service.commands.books import port_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.pack_loading import propose


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this action."""
    one = actions.add_parser("propose", help="what the tab Needs asks for / 需求诊断的建议")
    one.add_argument("book", type=Path)
    one.add_argument("--write", action="store_true", help="add the lines, switched off / 写入")
    one.add_argument(
        "--from",
        dest="start",
        type=date.fromisoformat,
        help="first day of the lines; the default is the first of this month",
    )
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Show what is proposed; with --write add it. Lines that are there stay as they are."""
    port, start = port_of(house, words.book), None
    if words.write:
        writable(words.book)
        today = local_day(house.clock.now(), "UTC")
        start = words.start or today.replace(day=1)
    made, found = propose(port, start)
    counts = {"weights": len(made.weights), "targets": len(made.targets), "kpis": len(made.kpis)}
    terminal.result |= {
        "proposed": [_told(one) for one in found],
        "added": counts,
        "backup": made.report.backup if made.report else None,
    }
    heads = ("岗位 Role", "区域 Region", "KPI", "权重 Weight", "原因 Why")
    terminal.table(
        terminal.text("需求诊断建议", "Proposed by Needs"),
        heads,
        [
            (
                show("role", one.need.role, terminal.language),
                *(one.region, one.metric.names[terminal.language], f"{one.weight:g}"),
                one.need.pain or "✓",
            )
            for one in found
        ],
    )
    _say(terminal, counts, len(found), written=words.write)
    return Exit.OK


def _told(one: Proposal) -> dict[str, object]:
    return {
        "role": one.need.role,
        "region": str(one.region),
        "kpi": one.metric.code,
        "weight": one.weight,
        "pain": one.need.pain or None,
        "of_a_pack": one.item is not None,
    }


def _say(terminal: Terminal, counts: dict[str, int], found: int, *, written: bool) -> None:
    if not found:
        terminal.say(
            "没有新的建议：需求诊断页没有勾选，或都已在权重页。",
            "Nothing to propose: nothing is ticked on Needs, or Weights has it all.",
        )
    elif written:
        terminal.say(
            "已加入 权重 {weights} 行（未启用）、目标 {targets} 行、指标 {kpis} 行。".format(
                **counts
            ),
            "Added {weights} weights, switched off, {targets} targets, {kpis} KPIs.".format(
                **counts
            ),
        )
    else:
        terminal.say("加 --write 写入权重页，不启用。", "Add --write to put them on Weights, off.")
