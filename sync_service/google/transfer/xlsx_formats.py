"""Styles of the model as formats of XlsxWriter, each made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sync_service.google.transfer.model import GENERAL, SIDES, Font, Look, Style
from sync_service.google.transfer.untyped import Untyped

Props = dict[str, Any]
_LINES = {"SOLID": 1, "SOLID_MEDIUM": 2, "DASHED": 3, "DOTTED": 4, "SOLID_THICK": 5, "DOUBLE": 6}
_VERTICAL = {"top": "top", "middle": "vcenter"}


@dataclass(slots=True)
class Formats:
    """The formats of one workbook being written."""

    workbook: Untyped
    made: dict[object, Any] = field(default_factory=dict)

    def of(self, style: Style, *, locked: bool = True) -> Untyped:
        """The format of a cell."""
        key = (style, locked)
        if key not in self.made:
            self.made[key] = self.workbook.add_format(_props(style, locked=locked))
        return self.made[key]

    def font(self, font: Font) -> Untyped:
        """The format of a part of a text."""
        if font not in self.made:
            self.made[font] = self.workbook.add_format(_font(font))
        return self.made[font]

    def look(self, look: Look) -> Untyped:
        """The format of a rule."""
        if look not in self.made:
            self.made[look] = self.workbook.add_format(_look(look))
        return self.made[look]


def _font(font: Font) -> Props:
    made: Props = {
        "bold": font.bold,
        "italic": font.italic,
        "underline": 1 if font.underline else 0,
        "font_strikeout": font.strike,
        "font_name": font.name,
        "font_size": font.size,
        "font_color": font.colour,
    }
    return {name: value for name, value in made.items() if value}


def _props(style: Style, *, locked: bool) -> Props:
    made: Props = {
        "num_format": "" if style.number == GENERAL else style.number,
        "bg_color": style.fill,
        "align": style.horizontal,
        "valign": _VERTICAL.get(style.vertical),
        "text_wrap": style.wrap,
        "indent": style.indent,
        "rotation": style.rotation,
    }
    for side in SIDES:
        line = getattr(style, side)
        if line:
            made |= {side: _LINES.get(line.style, 1), f"{side}_color": line.colour}
    shown = {name: value for name, value in made.items() if value}
    return {**_font(style.font), **shown, **({} if locked else {"locked": False})}


def _look(look: Look) -> Props:
    made: Props = {
        "bold": look.bold,
        "italic": look.italic,
        "font_strikeout": look.strike,
        "font_color": look.colour,
        "bg_color": look.fill,
    }
    return {name: value for name, value in made.items() if value}
