"""A real .xlsx behind the stateful Excel host of the tests: read into it, saved from it."""

from __future__ import annotations

import warnings
from collections.abc import Collection
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils.datetime import to_excel

Model = dict[str, Any]


def opened(path: Path, *, values: bool = False) -> Workbook:
    """A workbook by openpyxl, which tells of each extension that it does not know."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(path, data_only=values)


def model(path: Path, kept: Collection[str]) -> Model:
    """Sheets with their cells, tables and names, as the host opens them."""
    formulas, values = opened(path), opened(path, values=True)
    sheets = [
        {
            "name": one.title,
            "visibility": "Visible" if one.sheet_state == "visible" else "Hidden",
            "protected": bool(one.protection.sheet),
            "cells": {
                cell.coordinate: _cell(cell, values[one.title][cell.coordinate].value)
                for row in one.iter_rows()
                for cell in row
                if cell.value is not None
            },
        }
        for one in formulas
        if one.title in kept
    ]
    tables = [
        {"name": table.name, "sheet": one.title, "ref": table.ref}
        for one in formulas
        if one.title in kept
        for table in one.tables.values()
    ]
    return {"sheets": sheets, "tables": tables, "names": _names(formulas, kept), "settings": {}}


def _cell(cell: Any, value: Any) -> Model:
    formula = cell.value if isinstance(cell.value, (str, int, float, bool)) else None
    if cell.data_type == "f" and formula is None:  # an array formula
        formula = cell.value.text
    shown = _plain(value)
    made: Model = {"value": shown, "formula": formula if cell.data_type == "f" else shown}
    if cell.number_format != "General":
        made["format"] = cell.number_format
    return made


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (str, int, float, bool)):
        return value
    return to_excel(value)  # type: ignore[no-untyped-call]


def _names(book: Workbook, kept: Collection[str]) -> Model:
    found = {}
    for code, one in book.defined_names.items():
        sheet, _, ref = one.attr_text.rpartition("!")
        plain = ref.replace("$", "")
        if sheet.strip("'") in kept and ":" not in plain and "(" not in plain:
            found[code] = {"name": code, "sheet": sheet.strip("'"), "ref": plain}
    return found


def save(state: Model, before: Model, source: Path, out: Path) -> None:
    """The host's workbook as a file: the source with every cell that changed, and grown tables."""
    book = opened(source)
    old = {one["name"]: one["cells"] for one in before["sheets"]}
    for sheet in state["sheets"]:
        ws, was = book[sheet["name"]], old[sheet["name"]]
        for at in was.keys() - sheet["cells"].keys():
            ws[at].value = None
        for at, cell in sheet["cells"].items():
            if was.get(at, {}).get("formula") != cell["formula"]:
                _set(ws[at], cell)
    for table in state["tables"]:
        ws = book[table["sheet"]]
        first, last = table["row"] + 1, table["row"] + table["rows"]
        left, right = table["column"] + 1, table["column"] + table["columns"]
        ref = f"{ws.cell(first, left).coordinate}:{ws.cell(last, right).coordinate}"
        ws.tables[table["name"]].ref = ref
        if ws.tables[table["name"]].autoFilter is not None:
            ws.tables[table["name"]].autoFilter.ref = ref
    book.save(out)


def _set(cell: Cell, told: Model) -> None:
    cell.value = told["formula"]
    if told.get("quoted"):
        cell.data_type = "s"
