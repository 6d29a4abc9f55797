"""Workbooks on their way to Google and back, over the stand-in."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from sync_service.google.transfer.common import common
from sync_service.google.transfer.google_reading import read_google
from sync_service.google.transfer.making import Made, Order, make
from sync_service.google.transfer.model import Loss, Sheet, Workbook
from sync_service.google.transfer.xlsx_reading import read_xlsx
from tests.google_house import Google
from tests.paths import ROOT

SHIPPED = ROOT / "sheet_templates" / "shipped"
PARTS = tuple(one.name for one in fields(Sheet))


@cache
def shipped(name: str) -> tuple[Workbook, tuple[Loss, ...]]:
    """A shipped workbook's common part, and what is not in it."""
    path = SHIPPED / f"{name}.xlsx"
    return common(read_xlsx(path.read_bytes(), path.name))


def sent(google: Google, book: Workbook, order: Order | None = None) -> tuple[Made, Workbook]:
    """Made at Google, and read back."""
    done = make(google.client, book, order or Order("A book"))
    read, _ = read_google(google.client, done.id)
    return done, read


def part(sheet: Sheet, name: str) -> Any:
    """A part of a tab; of formulas only the text, because nothing calculates at the stand-in."""
    if name != "cells":
        return getattr(sheet, name)
    return {
        spot: replace(cell, value=None) if cell.formula is not None else cell
        for spot, cell in sheet.cells.items()
    }


def apart(first: Workbook, second: Workbook) -> list[str]:
    """Which parts of which tabs differ."""
    titles = [sheet.title for sheet in first.sheets]
    if titles != [sheet.title for sheet in second.sheets]:
        return ["tabs"]
    found = [
        f"{one.title}: {name}"
        for one, other in zip(first.sheets, second.sheets, strict=True)
        for name in PARTS
        if part(one, name) != part(other, name)
    ]
    same = {name.name: name.text for name in first.names}
    return found if same == {n.name: n.text for n in second.names} else [*found, "names"]


def written(path: Path, fill: Any) -> Workbook:
    """A workbook made by XlsxWriter, as it is read."""
    book = xlsxwriter.Workbook(str(path))
    fill(book)
    book.close()
    return read_xlsx(path.read_bytes(), path.name)
