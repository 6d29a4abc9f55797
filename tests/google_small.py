"""A small spreadsheet of ours, and a client in front of which people act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheet_templates.layout import TABLES
from sync_service.google.client import SheetsClient
from sync_service.google.spreadsheet import COLUMN_KEY, TAB_KEY
from tests.google_house import MANAGER, ROBOT, Google

Json = dict[str, Any]
Act = Callable[[], None]
INPUTS = [f"shop{n}" for n in range(1, 6)]
STAMP = "nmRefreshed"


@dataclass(frozen=True, slots=True)
class Gap(SheetsClient):
    """A client in front of which people act between the read and each write."""

    acts: list[Act] = field(default_factory=list)
    done: list[bool] = field(default_factory=list)  # one once no breach is to be written any more

    def write_values(self, book: str, data: Sequence[Mapping[str, Any]]) -> Json:
        if all(piece["majorDimension"] == "ROWS" for piece in data):
            self.done.append(True)
        self._let_them()
        return SheetsClient.write_values(self, book, data)

    def write_formulas(self, book: str, data: Sequence[Mapping[str, Any]]) -> Json:
        self._let_them()
        return SheetsClient.write_formulas(self, book, data)

    def _let_them(self) -> None:
        if self.acts:
            self.acts.pop(0)()


def small_book(google: Google, second: str = "tblBreach") -> str:
    """Two tabs: inputs that people key, and breaches that the service keys; a stamp over these."""
    sheet = google.handle.book(MANAGER, "small", share={ROBOT: "writer"})
    hands = google.hands(sheet)
    hands.do(
        *(request for n, name in enumerate(("tblInput", second)) for request in _tab(n + 1, name))
    )
    cell = {"sheetId": 2, "startRowIndex": 0, "endRowIndex": 1}
    span = cell | {"startColumnIndex": 0, "endColumnIndex": 1}
    hands.do({"addNamedRange": {"namedRange": {"name": STAMP, "range": span}}})
    hands.do({"deleteSheet": {"sheetId": 0}})
    rows = [[46000, shop, "orders", 1, f"proof {shop}", "", ""] for shop in INPUTS]
    hands.type("tab1!B4", *rows)
    return sheet


def _tab(number: int, name: str) -> Iterator[Json]:
    layout = TABLES[name]
    size = {"rowCount": 40, "columnCount": 30}
    properties = {"sheetId": number, "title": f"tab{number}", "gridProperties": size}
    yield {"addSheet": {"properties": properties}}
    yield _mark(TAB_KEY, name, {"sheetId": number})
    headers = [{"userEnteredValue": {"stringValue": c.en}} for c in layout.columns]
    headers.append({"userEnteredValue": {"stringValue": "Mine"}})
    start = {"sheetId": number, "rowIndex": 2, "columnIndex": 1}
    yield {
        "updateCells": {"start": start, "rows": [{"values": headers}], "fields": "userEnteredValue"}
    }
    span = {"sheetId": number, "startRowIndex": 2, "endRowIndex": 40}
    span |= {"startColumnIndex": 1, "endColumnIndex": 1 + len(layout.columns)}
    yield {"addNamedRange": {"namedRange": {"name": name, "range": span}}}
    for at, column in enumerate(layout.columns, 1):
        place = {"sheetId": number, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
        yield _mark(COLUMN_KEY, f"{name}.{column.code}", {"dimensionRange": place})


def _mark(key: str, value: str, place: Json) -> Json:
    mark = {"metadataKey": key, "metadataValue": value, "visibility": "DOCUMENT", "location": place}
    return {"createDeveloperMetadata": {"developerMetadata": mark}}
