"""Refresh a Google spreadsheet: the same road as for a file, through its own port."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from sync_service.google.client import open_client
from sync_service.google.looks import Looks
from sync_service.house import House
from sync_service.refresh import Order, Outcome, Seen, Step, nothing, refresh, unwatched
from sync_service.told import ToldError
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.port import WorkbookPort
from sync_service.workbooks.xlsx import XlsxPort

PREFIX = "google:"  # of a spreadsheet where the control database names workbooks
_ID = re.compile(
    r"(?:https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/)?([A-Za-z0-9_-]{20,100})(?:[/?#].*)?"
)


def spreadsheet_id(text: str) -> str:
    """The id of a spreadsheet, from its address in the browser, its name here, or itself.

    Raises:
        ToldError: It is none of these.
    """
    found = _ID.fullmatch(text.removeprefix(PREFIX).strip())
    if found is None:
        raise ToldError(
            f"{text[:80]!r} is no Google spreadsheet. Copy its address from the browser.",
            f"{text[:80]!r} 不是 Google 表格。请从浏览器复制其网址。",
        )
    return found[1]


def google_port(house: House, sheet: str) -> GooglePort:
    """The port of a spreadsheet, which remembers the formats that it set."""
    return GooglePort(open_client(house), sheet, looks=Looks(house.store, sheet))


def order_google(house: House, sheet: str, who: str = "cli") -> Order:
    """A refresh of a spreadsheet by its id."""
    return Order(PREFIX + sheet, google_port(house, sheet), who)


def refresh_google(
    house: House,
    sheet: str,
    who: str = "cli",
    tell: Step = nothing,
    watch: Callable[[Seen], None] = unwatched,
) -> Outcome:
    """One refresh of a spreadsheet; `watch` is told what was computed before it is written.

    Raises:
        ToldError: Google refused it, or it holds none of our tables.
    """
    return refresh(house, order_google(house, sheet, who), tell, watch)


def port_for(house: House, book: str) -> WorkbookPort:
    """The port of a workbook by what the control database calls it."""
    if book.startswith(PREFIX):
        return google_port(house, spreadsheet_id(book))
    return XlsxPort(Path(book), now=house.clock.now, backups=house.backups)
