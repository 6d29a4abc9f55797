"""Cells and formats as both worlds have them; what is lost on the way is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from kpi.tables import ErrorValue
from sync_service.google.transfer.formulas import NotInGoogleError, Words, translated
from sync_service.google.transfer.model import (
    GENERAL,
    Cell,
    Font,
    Loss,
    Run,
    Scalar,
    Sheet,
    Spot,
    Style,
)
from sync_service.workbooks.areas import address

LONGEST = 50_000  # characters of a cell in Google
BLACK = "#000000"
_LOCALE = re.compile(r"\[\$-[0-9A-Fa-f,]+\]")
_CURRENCY = re.compile(r"\[\$([^\]-]+)(?:-[0-9A-Fa-f]+)?\]")
_ERRORS = {"#N/A": "NA()"}


@dataclass(slots=True)
class Reducer:
    """Cells of one tab; every style is reduced once."""

    sheet: Sheet
    words: Words
    losses: list[Loss]
    styles: dict[Style, Style] = field(default_factory=dict)

    def cells(self) -> Iterator[tuple[Spot, Cell]]:
        """The cells that both worlds have; of merged ones only the first."""
        covered = _covered(self.sheet)
        drawn = {(one.row, one.column) for one in self.sheet.sparks}
        for spot, cell in self.sheet.cells.items():
            if spot not in covered:
                made = self._cell(spot, self._behind(spot, cell) if spot in drawn else cell)
                if made != Cell():
                    yield spot, made

    def _behind(self, spot: Spot, cell: Cell) -> Cell:
        """A small chart is its cell's formula in Google: nothing else stands behind it."""
        if cell.formula not in (None, '""') or cell.value not in (None, ""):
            self._lose("under_spark", spot)
        return replace(cell, value=None, formula=None, runs=())

    def _cell(self, spot: Spot, cell: Cell) -> Cell:
        style = self._style(cell.style, spot)
        formula, value, array = self._formula(spot, cell)
        if formula is not None and style.number == "@":
            style = replace(style, number=GENERAL)  # there a text format would show the formula
        runs = tuple(Run(one.text, _font(one.font)) for one in cell.runs if one.text)
        if isinstance(value, str) and len(value) > LONGEST:
            self._lose("long_text", spot)
            value, runs = value[:LONGEST], ()
        if runs and all(one.font == runs[0].font for one in runs):
            style, runs = replace(style, font=runs[0].font), ()
        link = cell.link if cell.link.startswith(("http://", "https://", "mailto:", "#")) else ""
        if cell.link and not link:
            self._lose("link", spot)
        return Cell(value, formula, array, style, cell.note, runs, link)

    def _formula(self, spot: Spot, cell: Cell) -> tuple[str | None, Scalar | None, str]:
        value = cell.value
        if cell.formula is None:
            if isinstance(value, ErrorValue):
                return _ERRORS.get(value.text, value.text), value, ""
            return None, None if value == "" else value, ""
        try:
            text = translated(cell.formula, self.words, self.sheet.title, spot[0])
        except NotInGoogleError as reason:
            self.losses.append(Loss("formula", self.sheet.title, address(*spot), str(reason)))
            if isinstance(value, ErrorValue):
                return _ERRORS.get(value.text, value.text), value, ""
            return None, None if value == "" else value, ""
        own = address(*spot)
        if cell.array not in ("", own, f"{own}:{own}"):
            self._lose("wide_array", spot)
        return text, value, own if cell.array else ""

    def _style(self, style: Style, spot: Spot) -> Style:
        if style not in self.styles:
            self.styles[style] = self._reduced(style, spot)
        return self.styles[style]

    def _reduced(self, style: Style, spot: Spot) -> Style:
        if style.pattern:
            self._lose("pattern", spot)
        if style.shrink:
            self._lose("shrink", spot)
        number = number_code(style.number)
        if number != style.number:
            self.losses.append(Loss("number", self.sheet.title, address(*spot), style.number))
        side = style.horizontal or ("left" if style.indent else "")
        indent = 0 if side == "center" else style.indent
        made = replace(style, font=_font(style.font), number=number, shrink=False, pattern="")
        return replace(made, horizontal=side, indent=indent)

    def _lose(self, kind: str, spot: Spot) -> None:
        self.losses.append(Loss(kind, self.sheet.title, address(*spot)))


def _covered(sheet: Sheet) -> set[Spot]:
    """Cells under the first one of merged cells."""
    found: set[Spot] = set()
    for merge in sheet.merges:
        size = (merge.bottom - merge.top + 1) * (merge.right - merge.left + 1)
        if size > len(sheet.cells):
            found |= {spot for spot in sheet.cells if merge.holds(*spot)}
        else:
            for row in range(merge.top, merge.bottom + 1):
                found |= {(row, column) for column in range(merge.left, merge.right + 1)}
        found.discard((merge.top, merge.left))
    return found


def number_code(code: str) -> str:
    """A number format without the marks of a language, which Google has for the whole book."""
    if code.casefold() == "general":
        return GENERAL
    return _CURRENCY.sub(lambda found: f'"{found[1]}"', _LOCALE.sub("", code)) or GENERAL


def _font(font: Font) -> Font:
    """Whole points, and black as what it is without a colour."""
    size = None if font.size is None else float(round(font.size))
    return replace(font, size=size, colour=None if font.colour == BLACK else font.colour)
