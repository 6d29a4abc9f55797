"""A desk for gspread: signed in at the stand-in of Google, with a book of two tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.google_support import ROBOT, Bench, bench, client

ROWS = [["name", "units", "price"], ["Lamp", 3, 1.5], ["Mat", 2, 4], ["Cup", 5, 0.25]]


@dataclass(slots=True)
class Desk:
    """gspread signed in as ROBOT, who owns a book with two tabs; its own types are too wide."""

    bench: Bench
    gc: Any
    sh: Any
    ws: Any
    other: Any

    @property
    def key(self) -> str:
        """The book."""
        return str(self.sh.id)

    def metadata(self, fields: str) -> Any:
        """A part of the book's metadata."""
        return self.sh.fetch_sheet_metadata({"fields": fields})

    def grid(self, fields: str) -> dict[str, Any]:
        """GridProperties or another part of the first tab."""
        found: dict[str, Any] = self.metadata(f"sheets.{fields}")["sheets"][0]
        return found

    def all(self, render: str = "UNFORMATTED_VALUE") -> Any:
        """The first tab's values."""
        return [list(row) for row in self.ws.get_all_values(value_render_option=render)]


@pytest.fixture(scope="module")
def shared() -> Iterator[tuple[Bench, Any]]:
    with bench() as one:
        gc = client(one.google, one.google.service_account(ROBOT))
        try:
            yield one, gc
        finally:
            gc.http_client.session.close()


@pytest.fixture
def desk(shared: tuple[Bench, Any]) -> Desk:
    one, gc = shared
    one.book = one.google.book(ROBOT, "Desk")
    sh = gc.open_by_key(one.book)
    other = sh.add_worksheet("Other", 10, 5)
    ws = sh.sheet1
    ws.update(ROWS, "A1")
    return Desk(one, gc, sh, ws, other)


Check = Callable[[Desk], object]  # true when the call did what it is for


def did(*_: object) -> bool:
    """What came before went through."""
    return True


def missing(owner: type, table: dict[str, Check]) -> set[str]:
    """Public members of a class without a line, and lines without a member."""
    return {name for name in vars(owner) if not name.startswith("_")} ^ set(table)
