"""`packs limits`: what platforms demand today, and rules that a workbook lacks for them."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from kpi.calendar import local_day
from kpi.model import LANGUAGES, Language
from kpi.pack_reading import Pack
from kpi.thresholds import Threshold, in_force, proposed
from sheet_templates.start import StartRow
from sheet_templates.words import show
from sync_service.commands.books import port_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.pack_loading import added_rows, language_of, metric_names
from sync_service.refresh import read


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this action."""
    one = actions.add_parser("limits", help="what platforms demand, by day / 平台界限")
    one.add_argument("--on", type=date.fromisoformat, help="the day; the default is today")
    one.add_argument("--book", type=Path, help="propose rules that this workbook lacks")
    one.add_argument("--write", action="store_true", help="add them, switched off")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Show the limits of a day with their sources; with a workbook, the rules that it lacks."""
    day = words.on or local_day(house.clock.now(), "UTC")
    found = in_force(day)
    terminal.result |= {"day": day, "limits": [told(one) for one in found]}
    heads = ("KPI", "平台 Platform", "区域 Region", "要求 Demand", "来源 Source")
    terminal.table(
        terminal.text(f"{day} 的平台界限", f"Platform limits on {day}"),
        heads,
        [
            (
                *(one.kpi, show("platform", one.platform, terminal.language)),
                *(" ".join(sorted(one.regions)), f"{one.operator} {one.value:g}"),
                f"{one.source[terminal.language]} {one.link}",
            )
            for one in found
        ],
    )
    if words.book is not None:
        _propose(terminal, house, words, day)
    return Exit.OK


def of_card(card: Pack, day: date) -> list[Threshold]:
    """The limits of a day on the KPIs and gates of a card: its breach limits are held to them."""
    kpis = {item.kpi for item in card.items} | {veto.kpi for veto in card.vetoes}
    return [one for one in in_force(day) if one.kpi in kpis and card.region in one.regions]


def say(terminal: Terminal, found: Iterable[Threshold]) -> None:
    """A line for each limit under its card."""
    for one in found:
        asked = f"{one.kpi} {one.operator} {one.value:g}"
        zh, en = (f"{asked} ({one.source[language]} {one.link})" for language in LANGUAGES)
        terminal.say(f"  平台界限 {zh}", f"  Platform limit {en}")


def told(one: Threshold) -> dict[str, object]:
    """One limit as the result of a command holds it."""
    return {
        "kpi": one.kpi,
        "platform": one.platform,
        "regions": sorted(one.regions),
        "operator": one.operator,
        "value": one.value,
        "from": one.start,
        "to": one.end,
        "source": dict(one.source),
        "link": one.link,
    }


def _propose(terminal: Terminal, house: House, words: argparse.Namespace, day: date) -> None:
    port = port_of(house, words.book)
    contents = port.read()
    book, catalog, _ = read(contents)
    rows = list(_rows(proposed(book, day), language_of(contents)))
    terminal.result["proposed"] = [dict(row) for row in rows]
    for row in rows:
        terminal.say(f"  建议规则 {row['rule']}", f"  Proposed rule {row['rule']}")
    if words.write and rows:
        writable(words.book)
        patch = added_rows("tblRule", rows, metric_names(contents, catalog), contents)
        report = port.write([patch], (), contents.fingerprint)
        terminal.problems(report.problems)
        terminal.say(
            f"已加入 {len(rows)} 条规则，均未启用。", f"Added {len(rows)} rules, switched off."
        )
    terminal.result["added"] = len(rows) if words.write else 0


def _rows(found: Iterator[tuple[Threshold, str]], language: Language) -> Iterator[StartRow]:
    """Lines of tblRule that find what breaks a demand, off until the manager says yes."""
    for demand, scope in found:
        source = demand.source[language]
        yield {
            "rule": f"{scope} {demand.kpi} {demand.beyond} {demand.value:g} ({source})",
            "on": "no",
            "metric": demand.kpi,
            "scope": scope,
            "window": demand.window,
            "operator": demand.beyond,
            "value": demand.value,
            "periods": 1.0,
            "level": "breach",
        }
