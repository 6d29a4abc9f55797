"""`google upgrade`, `google rebuild`: an older spreadsheet, and a tab that somebody deleted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sync_service import audit
from sync_service.console import Exit, Terminal
from sync_service.google.client import open_client
from sync_service.google.refreshing import PREFIX, spreadsheet_id
from sync_service.google.transfer.template import newest
from sync_service.google.transfer.upgrade_run import TOLD, rebuild, upgrade
from sync_service.google.transfer.upgrading import Done
from sync_service.house import House


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of these actions."""
    one = actions.add_parser("upgrade", help="add what the newer template has / 升级")
    one.add_argument("sheet", help="its address or id")
    one.set_defaults(run=run_upgrade)
    one = actions.add_parser("rebuild", help="make a deleted tab again / 重建工作表")
    one.add_argument("sheet", help="its address or id")
    one.add_argument("--tab", default="", metavar="CODE", help="targets; default: all missing")
    one.set_defaults(run=run_rebuild)


def run_upgrade(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Bring a spreadsheet up to the newest template."""
    number = spreadsheet_id(words.sheet)
    return _finish(terminal, house, number, upgrade(open_client(house), number, newest), "upgrade")


def run_rebuild(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make one deleted tab again, or all that are missing."""
    number = spreadsheet_id(words.sheet)
    done = rebuild(open_client(house), number, newest, words.tab)
    return _finish(terminal, house, number, done, "rebuild")


def _finish(
    terminal: Terminal, house: House, number: str, done: Sequence[Done], action: str
) -> Exit:
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor="cli",
            action=f"google_{action}",
            about=PREFIX + number,
            after=f"{len(done)}",
        )
    terminal.result |= {
        "sheet": number,
        "done": [{"kind": one.kind, "sheet": one.sheet, "what": one.what} for one in done],
    }
    for one in done:
        zh, en = TOLD[one.kind]
        where = " ".join(part for part in (one.sheet, one.what) if part)
        terminal.say(f"  {zh}：{where}", f"  {en}: {where}")
    if not done:
        terminal.say("已是最新，未改动。", "Up to date, nothing changed.")
    missed = any(one.kind == "no_room" for one in done)
    return Exit.FOUND if missed else Exit.OK
