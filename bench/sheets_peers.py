"""Peers of sheets_calls: gspread alone, with gspread-dataframe, and with gspread-formatting too."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import Any

from bench import sheets_data as data

Told = Callable[[], dict[str, Any]]
Write = Callable[[Any, int, data.Numbers], None]  # worksheet, tab, cells
# Only the peers' own environment has all of these, so nothing is imported before it is asked for.


def _contender(name: str, write: Write, *, port: int, small: bool) -> Callable[[], Told]:
    """Prepare an account and a book; a run writes all tabs as the library's guide shows it."""
    gspread: Any = importlib.import_module("gspread")
    client: Any = importlib.import_module("gspread.http_client").HTTPClient

    class Redirected(client):  # type: ignore[misc]
        """gspread's own client, which asks loopback in place of Google's hosts."""

        def request(self, method: str, endpoint: str, *given: Any, **more: Any) -> Any:  # noqa: ANN401 - as gspread calls it
            """The call, at the counting server."""
            for host in data.HOSTS:
                endpoint = endpoint.replace(host, f"http://127.0.0.1:{port}/google")
            return super().request(method, endpoint, *given, **more)

    who = f"{name}@project.example"
    made = data.ask(port, "new", who=who, rows=data.rows_of(small=small))
    signed = gspread.service_account_from_dict(
        made["info"], scopes=list(data.SCOPES), http_client=Redirected
    )
    cells = data.numbers(small=small)

    def run() -> Told:
        book = signed.open_by_key(made["book"])
        for tab in range(data.TABS):
            write(book.worksheet(data.title(tab)), tab, cells)
        return partial(data.told, port, who, made["book"], cells)

    return run


def plain(*, port: int, small: bool) -> Callable[[], Told]:
    """Prepare gspread: worksheet, clear, update."""

    def write(sheet: Any, tab: int, cells: data.Numbers) -> None:  # noqa: ANN401 - gspread's
        sheet.clear()
        sheet.update(data.lines(tab, cells), "A1")

    return _contender("gspread", write, port=port, small=small)


def _frame(sheet: Any, tab: int, cells: data.Numbers) -> Any:  # noqa: ANN401 - pandas' own
    """Write a tab from a frame; gives the frame."""
    frame = importlib.import_module("pandas").DataFrame(cells[tab], columns=data.headers(tab))
    importlib.import_module("gspread_dataframe").set_with_dataframe(sheet, frame)
    return frame


def dataframe(*, port: int, small: bool) -> Callable[[], Told]:
    """Prepare gspread-dataframe: worksheet, set_with_dataframe, which sizes the tab and writes."""

    def write(sheet: Any, tab: int, cells: data.Numbers) -> None:  # noqa: ANN401 - gspread's
        _frame(sheet, tab, cells)

    return _contender("dataframe", write, port=port, small=small)


def formatted(*, port: int, small: bool) -> Callable[[], Told]:
    """Prepare both: after the frame the looks of a tab, each by the function made for it."""
    looks: Any = importlib.import_module("gspread_formatting")
    by_frame: Any = importlib.import_module("gspread_formatting.dataframe")

    def write(sheet: Any, tab: int, cells: data.Numbers) -> None:  # noqa: ANN401 - gspread's
        frame = _frame(sheet, tab, cells)
        by_frame.format_with_dataframe(sheet, frame)
        looks.set_frozen(sheet, rows=1, cols=1)
        looks.set_column_width(sheet, "A:AN", 90)
        rules = looks.get_conditional_format_rules(sheet)
        rules.append(_above(looks, sheet))
        rules.save()
        above = looks.DataValidationRule(looks.BooleanCondition("NUMBER_GREATER_THAN_EQ", ["0"]))
        looks.set_data_validation_for_cell_range(sheet, "A2:AN", above)

    return _contender("formatted", write, port=port, small=small)


def _above(looks: Any, sheet: Any) -> Any:  # noqa: ANN401 - gspread-formatting's own
    """A colour for large numbers."""
    rule = looks.BooleanRule(
        condition=looks.BooleanCondition("NUMBER_GREATER", ["9000"]),
        format=looks.CellFormat(textFormat=looks.textFormat(bold=True)),
    )
    area = looks.GridRange.from_a1_range("A2:AN11", sheet)
    return looks.ConditionalFormatRule(ranges=[area], booleanRule=rule)
