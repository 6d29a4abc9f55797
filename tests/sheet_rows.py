"""The rows of a table in a workbook as LibreOffice calculated it."""

from __future__ import annotations

from typing import Any

from kpi.model import Language
from sheet_templates.places import Place
from tests.libreoffice import Sheets


def rows_of(sheets: Sheets, place: Place, language: Language) -> list[dict[str, Any]]:
    """Each row that has its first cell, by column code."""
    lines = sheets[place.sheet.title(language)][place.row + 1 :]
    codes = [column.code for column in place.table.columns]
    cells = [line[place.column : place.column + len(codes)] for line in lines]
    return [dict(zip(codes, line, strict=True)) for line in cells if line[0] != ""]
