"""How the routes of a spreadsheet's script reach the spreadsheet itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sync_service.google.client import open_client
from sync_service.google.refreshing import order_google, refresh_google
from sync_service.google.transfer.template import newest
from sync_service.google.transfer.upgrade_run import rebuild
from sync_service.house import House
from sync_service.refresh import Outcome, Seen, Step
from sync_service.workbooks.port import WorkbookPort

Watch = Callable[[Seen], None]


class Spreadsheets(Protocol):
    """Google spreadsheets, reached with the service's own identity."""

    def port(self, house: House, sheet: str) -> WorkbookPort:
        """A spreadsheet by its id, to be read."""

    def refresh(self, house: House, sheet: str, who: str, tell: Step, watch: Watch) -> Outcome:
        """The road over it; it is written, or as it was."""

    def rebuild(self, house: House, sheet: str) -> Sequence[str]:
        """Make tabs anew that were deleted, from the shipped book; their titles."""


class AtGoogle:
    """The spreadsheets at Google, by the account that `google account` stored."""

    def port(self, house: House, sheet: str) -> WorkbookPort:
        """A spreadsheet by its id.

        Raises:
            ToldError: No account is connected.
        """
        return order_google(house, sheet).port

    def refresh(self, house: House, sheet: str, who: str, tell: Step, watch: Watch) -> Outcome:
        """The road over it.

        Raises:
            ToldError: Google refused it, or it holds none of our tables.
        """
        return refresh_google(house, sheet, who, tell, watch)

    def rebuild(self, house: House, sheet: str) -> Sequence[str]:
        """Deleted tabs as the newest template has them; formulas that read them are mended.

        Raises:
            ToldError: No account is connected, or the spreadsheet is none of ours.
        """
        done = rebuild(open_client(house), sheet, newest)
        return [one.sheet for one in done if one.kind == "tab"]
