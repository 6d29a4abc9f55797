"""Every public member of gspread's Worksheet against the stand-in of Google."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gspread.cell import Cell
from gspread.utils import MergeType, PasteType, TableDirection, ValidationConditionType
from gspread.worksheet import Worksheet

from tests.google_desk import ROWS, Check, Desk, desk, did, missing, shared
from tests.google_support import ROBOT

__all__ = ["desk", "shared"]


def _protections(d: Desk) -> Any:
    d.ws.add_protected_range("A1:B2", [ROBOT])
    return len(d.sh.list_protected_ranges(d.ws.id)) == 1


def _sorted(d: Desk) -> Any:
    d.ws.sort((2, "asc"), range="A2:C4")
    return d.ws.col_values(1) == ["name", "Mat", "Lamp", "Cup"]


def _tab_color(d: Desk, *, clear: bool = False) -> str | None:
    d.ws.update_tab_color("#FF0000")
    if clear:
        d.ws.clear_tab_color()
    found: str | None = d.sh.sheet1.get_tab_color()
    return found


def _pixels(d: Desk, fields: str) -> Any:
    return d.grid(f"data.{fields}")["data"][0]


def _hidden(d: Desk, fields: str) -> list[int]:
    lines = _pixels(d, f"{fields}.hiddenByUser")[fields]
    return [place for place, line in enumerate(lines) if line.get("hiddenByUser")]


def _deleted_protection(d: Desk) -> Any:
    done = d.ws.add_protected_range("A1:B2", [ROBOT])
    number = done["replies"][0]["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    d.ws.delete_protected_range(number)
    return d.sh.list_protected_ranges(0) == []


def _deleted_name(d: Desk) -> Any:
    done = d.ws.define_named_range("A1:A2", "names")
    d.ws.delete_named_range(done["replies"][0]["addNamedRange"]["namedRange"]["namedRangeId"])
    return d.sh.list_named_ranges() == []


def _merged(d: Desk, kind: str = MergeType.merge_all) -> list[Any]:
    d.ws.merge_cells("A1:B2", kind)
    merges: list[Any] = d.grid("merges")["merges"]
    return merges


def _copied(d: Desk) -> Any:
    d.ws.copy_range("A1:C1", "A6:C6", PasteType.normal)
    return bool(d.ws.row_values(6) == d.ws.row_values(1))


def _cut(d: Desk) -> Any:
    d.ws.cut_range("A1:C1", "A6")
    return d.ws.row_values(6) == ROWS[0] and d.ws.row_values(1) == []


def _validated(d: Desk) -> Any:
    d.ws.add_validation("A2:A4", ValidationConditionType.one_of_list, ["Lamp", "Mat"], strict=True)
    rows = _pixels(d, "rowData.values.dataValidation")["rowData"]
    return rows[1]["values"][0]["dataValidation"]["condition"]["type"] == "ONE_OF_LIST"


def _grouped(d: Desk, dimension: str, *, delete: bool) -> int:
    add = getattr(d.ws, f"add_dimension_group_{dimension}")
    add(1, 3)
    if delete:
        getattr(d.ws, f"delete_dimension_group_{dimension}")(1, 3)
    return len(getattr(d.ws, f"list_dimension_group_{dimension}")())


def _filtered(d: Desk, *, clear: bool) -> Any:
    d.ws.set_basic_filter("A1:C4")
    if clear:
        d.ws.clear_basic_filter()
    return "basicFilter" in d.grid("basicFilter")


def _notes(d: Desk, act: Callable[[], None]) -> Any:
    act()
    return d.ws.get_notes()


def _bold(d: Desk) -> list[bool]:
    rows = _pixels(d, "rowData.values.userEnteredFormat.textFormat.bold")["rowData"]
    return ["userEnteredFormat" in cell for cell in rows[0]["values"]]


def _gridlines(d: Desk, *, hide: bool) -> Any:
    d.ws.hide_gridlines()
    if not hide:
        d.ws.show_gridlines()
    return bool(d.sh.sheet1.is_gridlines_hidden)


def _shown(d: Desk, *, hide: bool) -> Any:
    d.ws.hide()
    if not hide:
        d.ws.show()
    return bool(d.sh.sheet1.isSheetHidden)


WORKSHEET: dict[str, Check] = {
    "id": lambda d: d.ws.id == 0,
    "spreadsheet": lambda d: d.ws.spreadsheet.id == d.key,
    "title": lambda d: d.ws.title == "Sheet1",
    "url": lambda d: d.ws.url.endswith("#gid=0"),
    "index": lambda d: d.other.index == 1,
    "isSheetHidden": lambda d: d.ws.isSheetHidden is False,
    "row_count": lambda d: d.ws.row_count == 1000,
    "col_count": lambda d: d.ws.col_count == 26,
    "column_count": lambda d: d.ws.column_count == 26,
    "frozen_row_count": lambda d: d.ws.frozen_row_count == 0,
    "frozen_col_count": lambda d: d.ws.frozen_col_count == 0,
    "is_gridlines_hidden": lambda d: d.ws.is_gridlines_hidden is False,
    "tab_color": lambda d: d.ws.tab_color is None,
    "get_tab_color": lambda d: d.ws.get_tab_color() is None,
    "acell": lambda d: d.ws.acell("B2").value == "3",
    "cell": lambda d: d.ws.cell(2, 2).value == "3",
    "range": lambda d: [c.value for c in d.ws.range("A2:B2")] == ["Lamp", "3"],
    "get_values": lambda d: d.ws.get_values("A1:B1") == [["name", "units"]],
    "get_all_values": lambda d: d.all() == ROWS,
    "get_all_records": lambda d: (
        d.ws.get_all_records()[0] == {"name": "Lamp", "units": 3, "price": 1.5}
    ),
    "get_all_cells": lambda d: len(d.other.get_all_cells()) == 50,
    "row_values": lambda d: d.ws.row_values(2) == ["Lamp", "3", "1.5"],
    "col_values": lambda d: d.ws.col_values(1) == ["name", "Lamp", "Mat", "Cup"],
    "update_acell": lambda d: did(d.ws.update_acell("B2", 9)) and d.ws.acell("B2").value == "9",
    "update_cell": lambda d: did(d.ws.update_cell(2, 2, 9)) and d.ws.cell(2, 2).value == "9",
    "update_cells": lambda d: (
        d.ws.update_cells([Cell(1, 5, "x"), Cell(2, 6, "y")])["updatedCells"] == 2  # gaps stay
    ),
    "get": lambda d: d.ws.get("A1:A2") == [["name"], ["Lamp"]],
    "batch_get": lambda d: d.ws.batch_get(["A1", "B1"]) == [[["name"]], [["units"]]],
    "update": lambda d: d.ws.update([[1]], "E1")["updatedRange"] == "Sheet1!E1",
    "batch_update": lambda d: (
        d.ws.batch_update([{"range": "E1", "values": [[1]]}])["totalUpdatedCells"] == 1
    ),
    "batch_format": lambda d: (
        did(d.ws.batch_format([{"range": "A1", "format": {"textFormat": {"bold": True}}}]))
        and _bold(d)[0]
    ),
    "format": lambda d: (
        did(d.ws.format("A1:B1", {"textFormat": {"bold": True}}))
        and _bold(d) == [True, True, False]
    ),
    "resize": lambda d: (
        did(d.ws.resize(2, 2)) and d.ws.get_all_values() == [["name", "units"], ["Lamp", "3"]]
    ),
    "sort": _sorted,
    "update_title": lambda d: did(d.ws.update_title("数据")) and d.sh.sheet1.title == "数据",
    "update_tab_color": lambda d: _tab_color(d) == "#FF0000",
    "clear_tab_color": lambda d: _tab_color(d, clear=True) is None,
    "update_index": lambda d: (
        did(d.ws.update_index(2)) and [w.title for w in d.sh.worksheets()] == ["Other", "Sheet1"]
    ),
    "columns_auto_resize": lambda d: (
        did(d.ws.columns_auto_resize(0, 1))
        and _pixels(d, "columnMetadata.pixelSize")["columnMetadata"][0]["pixelSize"] != 100
    ),
    "rows_auto_resize": lambda d: (
        did(d.ws.rows_auto_resize(0, 1))
        and _pixels(d, "rowMetadata.pixelSize")["rowMetadata"][0]["pixelSize"] == 21
    ),
    "add_rows": lambda d: did(d.other.add_rows(5)) and d.other.row_count == 15,
    "add_cols": lambda d: did(d.other.add_cols(5)) and d.other.col_count == 10,
    "append_row": lambda d: (
        d.ws.append_row(["Pen", 1])["updates"]["updatedRange"] == "Sheet1!A5:B5"
    ),
    "append_rows": lambda d: d.ws.append_rows([["Pen"], ["Ink"]])["updates"]["updatedRows"] == 2,
    "insert_row": lambda d: (
        did(d.ws.insert_row(["Pen"], 2)) and d.ws.col_values(1)[:3] == ["name", "Pen", "Lamp"]
    ),
    "insert_rows": lambda d: (
        did(d.ws.insert_rows([["Pen"], ["Ink"]], 2)) and d.ws.acell("A4").value == "Lamp"
    ),
    "insert_cols": lambda d: (
        did(d.ws.insert_cols([["id", "1"]], 1)) and d.ws.row_values(2)[:2] == ["1", "Lamp"]
    ),
    "add_protected_range": _protections,
    "delete_protected_range": _deleted_protection,
    "delete_dimension": lambda d: (
        did(d.ws.delete_dimension("ROWS", 2)) and d.ws.acell("A2").value == "Mat"
    ),
    "delete_rows": lambda d: did(d.ws.delete_rows(2, 3)) and d.ws.acell("A2").value == "Cup",
    "delete_columns": lambda d: (
        did(d.ws.delete_columns(1)) and d.ws.row_values(1) == ["units", "price"]
    ),
    "clear": lambda d: did(d.ws.clear()) and d.all() == [[]],
    "batch_clear": lambda d: did(d.ws.batch_clear(["A2:C4"])) and len(d.all()) == 1,
    "find": lambda d: d.ws.find("Mat").address == "A3",
    "findall": lambda d: [c.address for c in d.ws.findall("2")] == ["B3"],
    "freeze": lambda d: (
        did(d.ws.freeze(rows=1, cols=2))
        and (d.sh.sheet1.frozen_row_count, d.sh.sheet1.frozen_col_count) == (1, 2)
    ),
    "set_basic_filter": lambda d: _filtered(d, clear=False),
    "clear_basic_filter": lambda d: not _filtered(d, clear=True),
    "duplicate": lambda d: d.ws.duplicate(new_sheet_name="Twin").get() == d.ws.get(),
    "copy_to": lambda d: d.ws.copy_to(d.key)["title"] == "Copy of Sheet1",
    "merge_cells": lambda d: (
        _merged(d)
        == [{"endRowIndex": 2, "endColumnIndex": 2, "startRowIndex": 0, "startColumnIndex": 0}]
    ),
    "unmerge_cells": lambda d: (
        len(_merged(d, MergeType.merge_rows)) == 2
        and did(d.ws.unmerge_cells("A1:B2"))
        and "merges" not in d.grid("merges")
    ),
    "batch_merge": lambda d: (
        did(d.ws.batch_merge([{"range": "A1:B1"}, {"range": "A2:B2"}]))
        and len(d.grid("merges")["merges"]) == 2
    ),
    "get_notes": lambda d: d.ws.get_notes() == [["", "", ""]] * 4,
    "get_note": lambda d: d.ws.get_note("A1") == "",
    "update_notes": lambda d: (
        _notes(d, lambda: d.ws.update_notes({"A1": "n", "B2": "m"}))[1] == ["", "m", ""]
    ),
    "update_note": lambda d: _notes(d, lambda: d.ws.update_note("A1", "n"))[0][0] == "n",
    "insert_note": lambda d: _notes(d, lambda: d.ws.insert_note("A1", "n"))[0][0] == "n",
    "insert_notes": lambda d: _notes(d, lambda: d.ws.insert_notes({"A1": "n"}))[0][0] == "n",
    "clear_notes": lambda d: (
        did(d.ws.update_note("A1", "n"), d.ws.clear_notes(["A1"])) and d.ws.get_note("A1") == ""
    ),
    "clear_note": lambda d: (
        did(d.ws.update_note("A1", "n"), d.ws.clear_note("A1")) and d.ws.get_note("A1") == ""
    ),
    "define_named_range": lambda d: (
        did(d.ws.define_named_range("A1:A2", "names"))
        and d.sh.values_get("names")["values"] == [["name"], ["Lamp"]]
    ),
    "delete_named_range": _deleted_name,
    "add_dimension_group_columns": lambda d: _grouped(d, "columns", delete=False) == 1,
    "add_dimension_group_rows": lambda d: _grouped(d, "rows", delete=False) == 1,
    "delete_dimension_group_columns": lambda d: _grouped(d, "columns", delete=True) == 0,
    "delete_dimension_group_rows": lambda d: _grouped(d, "rows", delete=True) == 0,
    "list_dimension_group_columns": lambda d: d.ws.list_dimension_group_columns() == [],
    "list_dimension_group_rows": lambda d: d.ws.list_dimension_group_rows() == [],
    "hide_columns": lambda d: (
        did(d.ws.hide_columns(1, 3)) and _hidden(d, "columnMetadata") == [1, 2]
    ),
    "hide_rows": lambda d: did(d.ws.hide_rows(0, 1)) and _hidden(d, "rowMetadata") == [0],
    "unhide_columns": lambda d: (
        did(d.ws.hide_columns(0, 2), d.ws.unhide_columns(0, 1))
        and _hidden(d, "columnMetadata") == [1]
    ),
    "unhide_rows": lambda d: (
        did(d.ws.hide_rows(0, 2), d.ws.unhide_rows(0, 1)) and _hidden(d, "rowMetadata") == [1]
    ),
    "hide": lambda d: _shown(d, hide=True),
    "show": lambda d: not _shown(d, hide=False),
    "hide_gridlines": lambda d: _gridlines(d, hide=True),
    "show_gridlines": lambda d: not _gridlines(d, hide=False),
    "copy_range": _copied,
    "cut_range": _cut,
    "add_validation": _validated,
    "expand": lambda d: d.ws.expand("A2", TableDirection.down) == [["Lamp"], ["Mat"], ["Cup"]],
}


def test_every_public_member_has_a_line() -> None:
    assert missing(Worksheet, WORKSHEET) == set()


@pytest.mark.parametrize("name", WORKSHEET)
def test_worksheet(desk: Desk, name: str) -> None:
    assert WORKSHEET[name](desk)
