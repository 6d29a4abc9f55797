"""How the routes of a spreadsheet's script reach the spreadsheet itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

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


class NotYet:
    """An installation that has no way to Google."""

    def port(self, house: House, sheet: str) -> WorkbookPort:
        """Say so.

        Raises:
            ToldError: Always.
        """
        raise _no_way(house, sheet)

    def refresh(self, house: House, sheet: str, who: str, tell: Step, watch: Watch) -> Outcome:
        """Say so.

        Raises:
            ToldError: Always.
        """
        del who, tell, watch
        raise _no_way(house, sheet)

    def rebuild(self, house: House, sheet: str) -> Sequence[str]:
        """Say so.

        Raises:
            ToldError: Always.
        """
        raise _no_way(house, sheet)


def _no_way(_house: House, sheet: str) -> ToldError:
    return ToldError(
        f"This service cannot reach the spreadsheet {sheet}: no Google identity is set up. "
        "See docs/apps-script.md.",
        f"本服务无法访问表格 {sheet}：未设置 Google 服务账号。见 docs/apps-script.md。",
    )
