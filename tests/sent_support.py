"""What a task pane sends of a workbook, and how it writes what comes back; no program between."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sheet_templates.layout import Owner
from sync_service.workbooks.areas import address
from sync_service.workbooks.book import open_book
from sync_service.workbooks.package import open_package
from sync_service.workbooks.reading import Placed, SheetRows, language_of, place_tables, read_names
from sync_service.workbooks.sent import to_json
from sync_service.workbooks.sheetxml import cells, grid
from sync_service.workbooks.values import computes, typed

Body = dict[str, Any]


def body_of(path: Path, book: str = "0a1b2c3d-1111-4222-8333-444455556666", base: str = "") -> Body:
    """The request of a pane that has this file open."""
    opened = open_book(open_package(path.read_bytes(), path.name), path.name)
    placed, _ = place_tables(opened)
    scanned = SheetRows(opened, {})
    tables = {name: _table(opened, one, scanned) for name, one in placed.items()}
    names = {name: to_json(value) for name, value in read_names(opened, scanned).items()}
    return {
        "book": book,
        "name": path.name,
        "language": language_of(placed),
        "base": base,
        "tables": tables,
        "names": names,
    }


def _table(opened: Any, one: Placed, scanned: SheetRows) -> Body:
    found, left, wide = one.found, one.found.ref.left, len(one.codes)
    lines: list[list[object]] = [[None] * wide for _ in range(found.first, found.last + 1)]
    formulas = []
    sheet = grid(opened.xml(found.sheet.part))
    for raw in scanned.of(found.sheet):
        if not found.first <= raw.number <= found.last:
            continue
        for cell in cells(sheet, raw):
            at, row = cell.column - left, raw.number - found.first
            if 0 <= at < wide:
                lines[row][at] = to_json(typed(opened, cell))
                if computes(cell) and not _by_formula(one, at):
                    formulas.append([row, at])
    return {
        "sheet": found.sheet.title,
        "at": address(found.ref.top + 1, left),
        "headers": [column.header for column in found.columns],
        "rows": lines,
        "formulas": formulas,
    }


def _by_formula(one: Placed, at: int) -> bool:
    code = one.codes[at]
    return code is not None and one.layout.column(code).owner is Owner.FORMULA


def written(body: Body, result: Mapping[str, Any]) -> Body:
    """The workbook after the pane wrote a result: what it would send next."""
    after = copy.deepcopy(body)
    for told in result["tables"]:
        rows = after["tables"][told["table"]]["rows"]
        for row, column, value in told["cells"]:
            rows[row][column] = value
        rows += told["append"]
        del rows[told["rows"] :]
    after["names"].update(result["names"])
    after["base"] = result.get("revision", after["base"])
    return after
