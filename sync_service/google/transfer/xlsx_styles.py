"""Cell formats of a workbook as styles of the model, each read once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.cell.text import InlineFont

from sync_service.google.transfer.colours import blended, hex_colour
from sync_service.google.transfer.model import SIDES, Font, Line, Look, Style
from sync_service.google.transfer.untyped import Untyped

LINES = {
    "thin": "SOLID",
    "medium": "SOLID_MEDIUM",
    "thick": "SOLID_THICK",
    "double": "DOUBLE",
    "dotted": "DOTTED",
    "hair": "DOTTED",
}
_VERTICAL = {"top": "top", "center": "middle", "bottom": "bottom"}
_HORIZONTAL = {"left": "left", "center": "center", "centerContinuous": "center", "right": "right"}
_UPRIGHT, _HALF = 255, 90  # ECMA-376: 91 to 180 turn downwards, 255 stacks the letters


@dataclass(slots=True)
class StyleReader:
    """Styles of one workbook by their number in the file."""

    theme: Sequence[str]
    known: dict[int, Style] = field(default_factory=dict)

    def style(self, cell: Untyped) -> Style:
        """The style of a cell."""
        number = cell.style_id
        if number not in self.known:
            self.known[number] = self._read(cell)
        return self.known[number]

    def _read(self, cell: Untyped) -> Style:
        fill, pattern = self.fill(cell.fill)
        align = cell.alignment
        borders = {side: self._line(getattr(cell.border, side)) for side in SIDES}
        return Style(
            font=self.font(cell.font),
            fill=fill,
            pattern=pattern,
            number=str(cell.number_format or "General"),
            horizontal=_HORIZONTAL.get(align.horizontal or "", ""),
            vertical=_VERTICAL.get(align.vertical or "bottom", "middle"),
            wrap=bool(align.wrap_text),
            indent=int(align.indent or 0),
            rotation=_rotation(int(align.text_rotation or 0)),
            shrink=bool(align.shrink_to_fit),
            **borders,
        )

    def font(self, font: Untyped) -> Font:
        """A font of a cell, or of a part of a text."""
        return Font(
            name=_font_name(font),
            size=font.sz,
            bold=bool(font.b),
            italic=bool(font.i),
            underline=bool(font.u) and font.u != "none",
            strike=bool(font.strike),
            colour=hex_colour(font.color, self.theme),
        )

    def fill(self, fill: Untyped) -> tuple[str | None, str]:
        """The colour of a fill, and the name of a pattern that it stands for."""
        if fill is None:
            return None, ""
        if _is_gradient(fill):
            stops = [hex_colour(stop.color, self.theme) for stop in fill.stop]
            return (stops[0] if stops else None), "gradient"
        if fill.patternType in (None, "none"):
            return None, ""
        front, back = (hex_colour(one, self.theme) for one in (fill.fgColor, fill.bgColor))
        if fill.patternType == "solid":
            return front, ""
        return blended(front or "#000000", back or "#FFFFFF"), str(fill.patternType)

    def _line(self, side: Untyped) -> Line | None:
        if side is None or side.style in (None, "none"):
            return None
        kind = LINES.get(side.style, "DASHED")
        return Line(kind, hex_colour(side.color, self.theme) or "#000000")

    def look(self, dxf: Untyped) -> Look:
        """What a conditional format changes."""
        if dxf is None:
            return Look()
        font = dxf.font
        fill, pattern = self._rule_fill(dxf.fill)
        return Look(
            bold=True if font is not None and font.b else None,
            italic=True if font is not None and font.i else None,
            strike=True if font is not None and font.strike else None,
            colour=None if font is None else hex_colour(font.color, self.theme),
            fill=fill,
            number=dxf.numFmt.formatCode if dxf.numFmt else "",
            border=dxf.border is not None,
            pattern=pattern,
        )

    def _rule_fill(self, fill: Untyped) -> tuple[str | None, str]:
        """Of a rule's fill the background is the colour, and no pattern means solid."""
        if fill is None or _is_gradient(fill):
            return self.fill(fill)
        if fill.patternType in (None, "solid"):
            return hex_colour(fill.bgColor, self.theme) or hex_colour(fill.fgColor, self.theme), ""
        return self.fill(fill)


def _font_name(font: Untyped) -> str | None:
    """The font of a cell, or of a part of a text, where openpyxl calls it otherwise."""
    name = font.rFont if isinstance(font, InlineFont) else font.name
    return str(name) if name else None


def _is_gradient(fill: Untyped) -> bool:
    return bool(fill.tagname == "gradientFill")


def _rotation(turn: int) -> int:
    if turn == _UPRIGHT:
        return _HALF
    return _HALF - turn if turn > _HALF else turn
