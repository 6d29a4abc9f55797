"""Colours of a workbook as `#RRGGBB`: plain, of the palette, of the theme with its tint."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import Any

from lxml import etree
from openpyxl.styles.colors import COLOR_INDEX

from sync_service.google.transfer.untyped import Untyped

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ORDER = ("lt1", "dk1", "lt2", "dk2", *(f"accent{n}" for n in range(1, 7)), "hlink", "folHlink")
_OFFICE = (
    *("FFFFFF", "000000", "EEECE1", "1F497D", "4F81BD", "C0504D", "9BBB59", "8064A2"),
    *("4BACC6", "F79646", "0000FF", "800080"),
)
_HEX = 6


def theme_colours(xml: bytes | None) -> tuple[str, ...]:
    """The twelve colours of a theme, in the order in which cells count them."""
    if not xml:
        return _OFFICE
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    found = []
    for name, default in zip(_ORDER, _OFFICE, strict=True):
        node = root.find(f".//{_A}clrScheme/{_A}{name}")
        inner = node[0] if node is not None and len(node) else None
        text = "" if inner is None else inner.get("lastClr") or inner.get("val") or ""
        found.append(text.upper() if _is_hex(text) else default)
    return tuple(found)


def hex_colour(colour: Untyped, theme: Sequence[str]) -> str | None:
    """An openpyxl colour; None where the program decides."""
    if colour is None:
        return None
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        text = colour.rgb[-_HEX:].upper()
        return f"#{text}" if _is_hex(text) else None
    if colour.type == "theme" and 0 <= int(colour.theme) < len(theme):
        return tinted(theme[int(colour.theme)], float(colour.tint or 0.0))
    if colour.type == "indexed" and 0 <= int(colour.indexed) < len(COLOR_INDEX):
        return f"#{COLOR_INDEX[int(colour.indexed)][-_HEX:].upper()}"
    return None


def tinted(text: str, tint: float) -> str:
    """A colour made lighter (above zero) or darker, as ECMA-376 18.8.19 says."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (0, 2, 4))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    made = colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), full)
    return "#" + "".join(f"{round(part * 255):02X}" for part in made)


def blended(front: str, back: str) -> str:
    """The colour that a hatch of two colours makes from afar."""
    pairs = ((int(front[at : at + 2], 16), int(back[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{(one + other) // 2:02X}" for one, other in pairs)


def as_google(text: str) -> dict[str, Any]:
    """A colour as Google's API has it: parts from 0 to 1, a zero left out."""
    parts = {
        name: int(text[at : at + 2], 16) for name, at in (("red", 1), ("green", 3), ("blue", 5))
    }
    return {"rgbColor": {name: round(value / 255, 6) for name, value in parts.items() if value}}


def from_google(found: Untyped) -> str | None:
    """A `ColorStyle` or `Color` as text; None for one of the theme's."""
    if not isinstance(found, dict) or "themeColor" in found:
        return None
    parts = found.get("rgbColor", found)
    made = (round(float(parts.get(name, 0)) * 255) for name in ("red", "green", "blue"))
    return "#" + "".join(f"{value:02X}" for value in made)


def _is_hex(text: str) -> bool:
    return len(text) == _HEX and all(sign in "0123456789abcdefABCDEF" for sign in text)
