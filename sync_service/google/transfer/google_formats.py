"""Cell formats in Google's words and back; an indent is room at the side of the text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sync_service.google.transfer.colours import as_google, from_google
from sync_service.google.transfer.model import GENERAL, SIDES, Font, Line, Run, Style
from sync_service.workbooks.serials import is_date_format

Json = dict[str, Any]
EDGE, STEP = 3, 9  # pixels beside a text: of every cell, and of each indent
_PLAIN = Font()
_OUTSIDE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_PATTERNS = {  # what a kind shows where it has no pattern of its own
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": "#,##0.00",
    "DATE": "yyyy-mm-dd",
    "TIME": "hh:mm:ss",
    "DATE_TIME": "yyyy-mm-dd hh:mm:ss",
    "SCIENTIFIC": "0.00E+00",
}


def format_of(style: Style) -> Json:
    """A style as `CellFormat`; what is as in a new spreadsheet is left out."""
    made: Json = {"textFormat": text_format(style.font)}
    if style.fill:
        made["backgroundColorStyle"] = as_google(style.fill)
    if style.number != GENERAL:
        made["numberFormat"] = number_format(style.number)
    borders = {side: _border(getattr(style, side)) for side in SIDES if getattr(style, side)}
    if borders:
        made["borders"] = borders
    if style.horizontal:
        made["horizontalAlignment"] = style.horizontal.upper()
    if style.vertical != "bottom":
        made["verticalAlignment"] = style.vertical.upper()
    if style.wrap:
        made["wrapStrategy"] = "WRAP"
    if style.indent:
        side = "right" if style.horizontal == "right" else "left"
        pad = {"top": 2, "right": EDGE, "bottom": 2, "left": EDGE}
        made["padding"] = {**pad, side: EDGE + STEP * style.indent}
    if style.rotation:
        made["textRotation"] = {"angle": style.rotation}
    return {name: value for name, value in made.items() if value != {}}


def text_format(font: Font, *, whole: bool = False) -> Json:
    """A font as `TextFormat`; `whole` says also what it is not, as a run of a text must."""
    made: Json = {}
    if font.name:
        made["fontFamily"] = font.name
    if font.size:
        made["fontSize"] = round(font.size)
    for name, on in (
        ("bold", font.bold),
        ("italic", font.italic),
        ("underline", font.underline),
        ("strikethrough", font.strike),
    ):
        if on or whole:
            made[name] = on
    if font.colour or whole:
        made["foregroundColorStyle"] = as_google(font.colour or "#000000")
    return made


def number_format(code: str) -> Json:
    """A format code with the kind that Google asks for."""
    shown = _OUTSIDE.sub("", code.split(";", maxsplit=1)[0]).casefold()
    if code == "@":
        kind = "TEXT"
    elif is_date_format(0, code):
        kind = "DATE_TIME" if "h" in shown else "DATE"
    elif "h" in shown or "s" in shown:
        kind = "TIME"
    elif "%" in shown:
        kind = "PERCENT"
    else:
        kind = "SCIENTIFIC" if "e+" in shown or "e-" in shown else "NUMBER"
    return {"type": kind, "pattern": code}


def _border(line: Line) -> Json:
    return {"style": line.style, "colorStyle": as_google(line.colour)}


def style_of(found: Json) -> Style:
    """A `CellFormat` as a style."""
    pad = found.get("padding", {})
    horizontal = str(found.get("horizontalAlignment", "")).lower()
    room = pad.get("right" if horizontal == "right" else "left", EDGE)
    borders = {side: _line(found.get("borders", {}).get(side)) for side in SIDES}
    return replace(
        _inner(found, horizontal, room),
        top=borders["top"],
        bottom=borders["bottom"],
        left=borders["left"],
        right=borders["right"],
    )


def _inner(found: Json, horizontal: str, room: int) -> Style:
    return Style(
        font=font_of(found.get("textFormat", {})),
        fill=from_google(found.get("backgroundColorStyle") or found.get("backgroundColor")),
        number=number_code(found.get("numberFormat", {})),
        horizontal=horizontal if horizontal in ("left", "center", "right") else "",
        vertical=str(found.get("verticalAlignment", "BOTTOM")).lower(),
        wrap=found.get("wrapStrategy") == "WRAP",
        indent=max(0, round((room - EDGE) / STEP)),
        rotation=int(found.get("textRotation", {}).get("angle", 0)),
    )


def number_code(found: Json) -> str:
    """The format code of a `NumberFormat`."""
    kind = found.get("type", "")
    if kind == "TEXT":
        return "@"
    return str(found.get("pattern") or _PATTERNS.get(kind, GENERAL))


def font_of(found: Json, base: Font = _PLAIN) -> Font:
    """A `TextFormat` as a font; a run goes on from the font before it."""
    colour = found.get("foregroundColorStyle") or found.get("foregroundColor")
    shown = from_google(colour) if colour is not None else base.colour
    return Font(
        name=found.get("fontFamily", base.name),
        size=float(found["fontSize"]) if "fontSize" in found else base.size,
        bold=bool(found.get("bold", base.bold)),
        italic=bool(found.get("italic", base.italic)),
        underline=bool(found.get("underline", base.underline)),
        strike=bool(found.get("strikethrough", base.strike)),
        colour=None if shown == "#000000" else shown,
    )


def _line(found: Json | None) -> Line | None:
    if not found or found.get("style") in (None, "NONE", "STYLE_UNSPECIFIED"):
        return None
    colour = from_google(found.get("colorStyle") or found.get("color") or {})
    return Line(found["style"], colour or "#000000")


def runs_to_google(runs: tuple[Run, ...]) -> list[Json]:
    """Parts of a text; places count UTF-16 units, as everywhere in Google's API."""
    made, at = [], 0
    for run in runs:
        one: Json = {"format": text_format(run.font, whole=True)}
        if at:
            one["startIndex"] = at
        made.append(one)
        at += len(run.text.encode("utf-16-le")) // 2
    return made


def runs_from_google(text: str, found: list[Json], base: Font) -> tuple[Run, ...]:
    """The parts of a text, each with what it changes and what goes on from before."""
    units = text.encode("utf-16-le")
    starts = [int(one.get("startIndex", 0)) for one in found]
    made, font = [], base
    if starts and starts[0]:
        made.append(Run(units[: 2 * starts[0]].decode("utf-16-le"), base))
    for number, one in enumerate(found):
        font = font_of(one.get("format", {}), font)
        end = starts[number + 1] if number + 1 < len(starts) else len(units)
        part = units[2 * starts[number] : 2 * end].decode("utf-16-le")
        if part:
            made.append(Run(part, font))
    return tuple(made)
