"""How the routes of a spreadsheet's script reach the spreadsheet itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from sync_service.google.refreshing import order_google, refresh_google
from sync_service.house import House
from sync_service.refresh import Outcome, Seen, Step
from sync_service.told import ToldError
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
        """Not yet at Google.

        Raises:
            ToldError: Always; the sentence says how else.
        """
        del house, sheet
        raise ToldError(
            "Deleted tabs cannot be made anew at Google yet. Undo the deletion, or take the tab "
            "from File > Version history.",
            "尚不能在 Google 表格中重建已删除的页。请撤销删除，或从 文件 > 版本记录 找回。",
        )
