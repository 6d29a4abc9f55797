"""Cells of a workbook as LibreOffice shows them: fill, colours of the letters, text.

LibreOffice gives no effective colour of a cell with conditional formats, but it writes them into
an HTML export, without hidden tabs, rows and columns: `all_shown` makes them visible before.
"""

from __future__ import annotations

import html
import re
import zipfile
from pathlib import Path

Shown = tuple[str, tuple[str, ...], str]
"""Fill, colours of the letters, text."""

_PART = re.compile(r"<table|<tr|<td([^>]*)>(.*?)</td>", re.DOTALL)
_FILL, _LETTERS = re.compile(r'bgcolor="([^"]*)"'), re.compile(r'<font[^>]* color="([^"]*)"')
_SPAN = re.compile(r'(col|row)span="?(\d+)')
_TAG = re.compile(r"<[^>]*>")
_HIDDEN = re.compile(rb'(<(?:col|row|sheet) [^>]*?) (?:hidden="(?:1|true)"|state="\w*[hH]idden")')


def all_shown(path: Path, target: Path) -> Path:
    """The same workbook with every tab, row and column visible."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "xl/workbook.xml" or name.startswith("xl/worksheets/sheet"):
                data = _HIDDEN.sub(rb"\1", data)
            new.writestr(name, data)
    return target


def shown_cells(path: Path, titles: list[str]) -> dict[str, dict[tuple[int, int], Shown]]:
    """Tab -> row and column from 0 -> what is seen there; `titles` are the tabs in order."""
    made: list[dict[tuple[int, int], Shown]] = []
    taken: set[tuple[int, int]] = set()
    row = column = -1
    for part in _PART.finditer(path.read_text(encoding="utf-8")):
        if part[0] == "<table":
            made.append({})
            taken, row = set(), -1
        elif part[0] == "<tr":
            row, column = row + 1, 0
        elif part[1] is not None:
            while (row, column) in taken:
                column += 1
            made[-1][row, column] = _shown(part[1], part[2])
            wide, high = _spans(part[1])
            taken |= {(row + n, column + m) for n in range(high) for m in range(wide)}
    return dict(zip(titles, made, strict=True))


def _shown(attributes: str, inside: str) -> Shown:
    fill = _FILL.search(attributes)
    text = html.unescape(_TAG.sub("", inside)).strip()
    return fill[1] if fill else "", tuple(_LETTERS.findall(inside)), text


def _spans(attributes: str) -> tuple[int, int]:
    found = {kind: int(count) for kind, count in _SPAN.findall(attributes)}
    return found.get("col", 1), found.get("row", 1)


def is_number(text: str) -> bool:
    """Whether a cell shows a number; a day is none."""
    return re.fullmatch(r"-?[\d,]+(\.\d+)?%?", text) is not None
