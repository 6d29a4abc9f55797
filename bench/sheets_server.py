"""The product's stand-in of Google in a process of its own, which notes every call's bytes."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from typing import Any

from bench import sheets_data as data
from sync_service.clock import SystemClock
from sync_service.google.spreadsheet import COLUMN_KEY
from sync_service.sandbox.faults import Faults
from sync_service.sandbox.google import discovery
from sync_service.sandbox.google.front import Google
from sync_service.sandbox.google.people import Hands, Person
from sync_service.sandbox.google.quotas import Quotas
from sync_service.sandbox.google.store import Store
from sync_service.sandbox.google.tokens import Tokens
from sync_service.sandbox.server import HOST, listen
from sync_service.sandbox.wire import Reply, Request, SandboxTime, as_json

OWNER = "owner@team.example"
WORDS, BESIDE = "AQ3", (2, 42)  # where a person wrote something, beside the table
SAID = "mine"
ROOM = 20  # rows of a tab beyond the data, or the peers would enlarge it first
UNLIMITED = 10**9  # here calls are counted; the quota is kept in simulated time afterwards
Json = dict[str, Any]


@dataclass(slots=True)
class Counting:
    """Google's stand-in, with the calls of each account: operation, bytes there, bytes back."""

    google: Google
    calls: dict[str, list[tuple[str, int, int]]] = field(default_factory=dict)

    def operation(self, request: Request) -> tuple[str, str]:
        """What is asked, and by whom."""
        return self.google.operation(request)

    def answer(self, request: Request) -> Reply:
        """The stand-in's own answer."""
        reply = self.google.answer(request)
        name, who = self.operation(request)
        noted = (name, len(request.body), len(reply.body))
        self.calls.setdefault(who, []).append(noted)
        return reply


@dataclass(slots=True)
class Desk:
    """What contenders ask beside Google: a book and an account, their calls, the cells."""

    counting: Counting

    def operation(self, request: Request) -> tuple[str, str]:
        """Nothing of this can be told to fail."""
        return (request.path, "")

    def answer(self, request: Request) -> Reply:
        """One of three answers."""
        google = self.counting.google
        if request.path == "/new":
            who, rows = str(request.one("who")), int(request.one("rows") or 0)
            book = new_book(google.store, who, rows)
            return as_json(200, {"info": google.tokens.service_account(who), "book": book})
        if request.path == "/calls":
            return as_json(200, self.counting.calls.pop(str(request.one("who")), []))
        return as_json(200, cells(google.store, str(request.one("book"))))


def new_book(store: Store, who: str, rows: int) -> str:
    """Twelve tabs as a template has them: headers, named ranges, metadata, a person's words."""
    file = store.add_book(OWNER, "Numbers")
    store.share(file.file_id, who, "writer")
    hands = Person(store, OWNER).on(file.file_id)
    hands.do(*(one for tab in range(data.TABS) for one in _requests(tab, rows)))
    return file.file_id


def _requests(tab: int, rows: int) -> list[Json]:
    number = tab + 1
    size = {"rowCount": rows + ROOM, "columnCount": data.COLUMNS + 5}
    sheet = {"sheetId": number, "title": data.title(tab), "gridProperties": size}
    area = {
        "sheetId": number,
        "startRowIndex": 0,
        "endRowIndex": rows + 1,
        "startColumnIndex": 0,
        "endColumnIndex": data.COLUMNS,
    }
    named = {"name": f"tblNumbers{tab:02d}", "range": area}
    marks = [_mark(number, tab, column) for column in range(data.COLUMNS)]
    made = {"addSheet": {"properties": sheet}}
    written = [_written(number, 0, 0, data.headers(tab)), _written(number, *BESIDE, [SAID])]
    return [made, {"addNamedRange": {"namedRange": named}}, *marks, *written]


def _written(number: int, row: int, column: int, texts: list[str]) -> Json:
    """Texts side by side."""
    start = {"sheetId": number, "rowIndex": row, "columnIndex": column}
    cells = [{"userEnteredValue": {"stringValue": text}} for text in texts]
    return {
        "updateCells": {"start": start, "rows": [{"values": cells}], "fields": "userEnteredValue"}
    }


def _mark(number: int, tab: int, column: int) -> Json:
    """The metadata of a column, as our own spreadsheets have it."""
    where = {"sheetId": number, "dimension": "COLUMNS"}
    where |= {"startIndex": column, "endIndex": column + 1}
    mark = {
        "metadataKey": COLUMN_KEY,
        "metadataValue": f"tblNumbers{tab:02d}.m{column:02d}",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": where},
    }
    return {"createDeveloperMetadata": {"developerMetadata": mark}}


def cells(store: Store, book: str) -> Json:
    """What stands in the tables, and how often the person's words are still there."""
    hands = Person(store, OWNER).on(book)
    tabs = [_look(hands, tab, "A1:AN") for tab in range(data.TABS)]
    words = sum(_look(hands, tab, WORDS) == [[SAID]] for tab in range(data.TABS))
    return {"tabs": tabs, "words": words}


def _look(hands: Hands, tab: int, area: str) -> list[list[Any]]:
    return hands.look(f"'{data.title(tab)}'!{area}", "UNFORMATTED_VALUE")


def main() -> None:
    """Serve until the parent closes the standard input."""
    time = SandboxTime(SystemClock())
    quotas = Quotas(time, UNLIMITED, UNLIMITED)
    google = Google(Store(time), Tokens(time.clock), quotas, discovery.documents())
    counting = Counting(google)
    server, _ = listen({"google": counting, "bench": Desk(counting)}, Faults())
    port = int(server.server_address[1])
    google.tokens.endpoint = f"http://{HOST}:{port}/google/token"
    print(port, flush=True)
    sys.stdin.read()
    threading.Thread(target=server.shutdown).start()


if __name__ == "__main__":
    main()
