"""People who work in a book by hand: they type, insert, delete, sort, rename, move and protect.

They do what the service's own requests do, as themselves: roles and protections hold, quotas do
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sync_service.sandbox.google import batch, values
from sync_service.sandbox.google.access import AUTH, Caller
from sync_service.sandbox.google.model import Book, Sheet
from sync_service.sandbox.google.ranges import grid_of
from sync_service.sandbox.google.store import Store
from sync_service.sandbox.google.values import Options, Writer
from sync_service.sandbox.google.work import Work

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    store: Store
    email: str

    def on(self, book_id: str) -> Hands:
        """At work on a book."""
        caller = Caller(self.email, frozenset({f"{AUTH}spreadsheets"}))
        return Hands(self.store, caller, book_id)


@dataclass(frozen=True, slots=True)
class Hands:
    """A person in a book. Every act raises `Refusal` when the book does not allow it."""

    store: Store
    caller: Caller
    book_id: str

    def do(self, *requests: Json) -> list[Json]:
        """Any subrequests of a batchUpdate; gives their replies."""
        return self.store.change(
            self.book_id, self.caller, lambda work: batch.run(work, list(requests))
        )

    def look(self, text: str, render: str = "FORMATTED_VALUE") -> list[list[Any]]:
        """The values of a range in A1 notation."""
        options = Options(render)

        def read(book: Book, _: Caller) -> list[list[Any]]:
            found: list[list[Any]] = values.read(book, book.area(text), options).get("values", [])
            return found

        return self.store.read(self.book_id, self.caller, read)

    def type(self, text: str, *rows: object) -> None:
        """Type into cells from the corner of a range: one value, or rows as lists."""
        lines = [row if isinstance(row, list) else [row] for row in rows]

        def act(work: Work) -> None:
            area = work.book.area(text)
            writer = Writer(work.caller, "USER_ENTERED", work.today)
            corner = type(area)(area.sheet, area.top, area.top + 1, area.left, area.left + 1)
            values.write(work.book, corner, {"values": lines}, writer)

        self.store.change(self.book_id, self.caller, act)

    def _tab(self, title: str) -> int:
        def find(book: Book, _: Caller) -> int:
            return _sheet(book, title).sheet_id

        return self.store.read(self.book_id, self.caller, find)

    def _span(self, title: str, dimension: str, start: int, count: int) -> Json:
        return {
            "sheetId": self._tab(title),
            "dimension": dimension,
            "startIndex": start,
            "endIndex": start + count,
        }

    def insert_rows(self, title: str, row: int, count: int = 1) -> None:
        """New rows before `row`; the first row is 1."""
        span = self._span(title, "ROWS", row - 1, count)
        self.do({"insertDimension": {"range": span, "inheritFromBefore": row > 1}})

    def insert_columns(self, title: str, column: int, count: int = 1) -> None:
        """New columns before `column`; the first column is 1."""
        span = self._span(title, "COLUMNS", column - 1, count)
        self.do({"insertDimension": {"range": span, "inheritFromBefore": column > 1}})

    def delete_rows(self, title: str, row: int, count: int = 1) -> None:
        """Rows from `row` on go."""
        self.do({"deleteDimension": {"range": self._span(title, "ROWS", row - 1, count)}})

    def delete_columns(self, title: str, column: int, count: int = 1) -> None:
        """Columns from `column` on go."""
        self.do({"deleteDimension": {"range": self._span(title, "COLUMNS", column - 1, count)}})

    def move_rows(self, title: str, row: int, to: int, count: int = 1) -> None:
        """Rows from `row` on go to before the row that is now `to`."""
        span = self._span(title, "ROWS", row - 1, count)
        self.do({"moveDimension": {"source": span, "destinationIndex": to - 1}})

    def move_columns(self, title: str, column: int, to: int, count: int = 1) -> None:
        """Columns from `column` on go to before the column that is now `to`."""
        span = self._span(title, "COLUMNS", column - 1, count)
        self.do({"moveDimension": {"source": span, "destinationIndex": to - 1}})

    def sort(self, text: str, column: int, *, descending: bool = False) -> None:
        """Sort a range by a column of its tab; the first is 1."""
        order = "DESCENDING" if descending else "ASCENDING"
        spec = {"dimensionIndex": column - 1, "sortOrder": order}
        self.do({"sortRange": {"range": self._grid(text), "sortSpecs": [spec]}})

    def rename(self, title: str, fresh: str) -> None:
        """Another title for a tab."""
        given = {"sheetId": self._tab(title), "title": fresh}
        self.do({"updateSheetProperties": {"properties": given, "fields": "title"}})

    def move_tab(self, title: str, place: int) -> None:
        """A tab to a place; the first is 1, counted as before the move."""
        given = {"sheetId": self._tab(title), "index": place - 1}
        self.do({"updateSheetProperties": {"properties": given, "fields": "index"}})

    def add_tab(self, title: str) -> None:
        """A new tab at the end."""
        self.do({"addSheet": {"properties": {"title": title}}})

    def delete_tab(self, title: str) -> None:
        """A tab goes."""
        self.do({"deleteSheet": {"sheetId": self._tab(title)}})

    def protect(self, text: str, *editors: str, warning_only: bool = False) -> int:
        """Protect a range for oneself and the named; gives the protection's number."""
        given: Json = {"range": self._grid(text)}
        if warning_only:
            given["warningOnly"] = True
        else:
            given["editors"] = {"users": [self.caller.email, *editors]}
        [reply] = self.do({"addProtectedRange": {"protectedRange": given}})
        number: int = reply["addProtectedRange"]["protectedRange"]["protectedRangeId"]
        return number

    def _grid(self, text: str) -> Json:
        def find(book: Book, _: Caller) -> Json:
            return grid_of(book.area(text), bounded=False)

        return self.store.read(self.book_id, self.caller, find)


def _sheet(book: Book, title: str) -> Sheet:
    """A tab by its title, as a person sees it."""
    found = book.titled(title)
    return found if found is not None else book.sheet(-1)
