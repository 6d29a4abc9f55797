"""`google schedule`: a spreadsheet that the service refreshes by itself, each day at its time."""

from __future__ import annotations

import argparse

from sync_service import mornings
from sync_service.console import Exit, Terminal
from sync_service.google.refreshing import order_google, spreadsheet_id
from sync_service.house import House
from sync_service.refresh import own_book, read
from sync_service.told import ToldError


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this action."""
    one = actions.add_parser("schedule", help="refresh it each day / 每天自动刷新")
    one.add_argument("sheet", help="its address or id")
    one.add_argument("--at", help=f"time of day in the workbook; {mornings.DEFAULT_AT}")
    one.add_argument("--remove", action="store_true", help="take it off the list")
    one.set_defaults(run=schedule)


def schedule(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Put a spreadsheet on the list of the mornings, or take it off."""
    order = order_google(house, spreadsheet_id(words.sheet))
    if words.remove:
        if not mornings.remove(house.store, order.book):
            raise ToldError(
                f"{order.book} is not on the list. See `python -m sync_service schedule`.",
                f"{order.book} 不在列表中。请查看 `python -m sync_service schedule`。",
            )
        terminal.say("该表格不再自动刷新。", "The spreadsheet is no longer refreshed by itself.")
        return Exit.OK
    contents = order.port.read()
    own_book(contents)
    book, _, _ = read(contents)
    zone, at = book.settings.time_zone, words.at or mornings.DEFAULT_AT
    codes = [shop.code for shop in book.shops]
    mornings.register(house.store, order.book, at, zone, codes, house.clock.now())
    terminal.result |= {"book": order.book, "at": at, "time_zone": zone}
    terminal.say(
        f"该表格每天 {at}（{zone}）自动刷新；服务须在运行。",
        f"The spreadsheet is refreshed each day at {at} ({zone}) while the service runs.",
    )
    return Exit.OK
