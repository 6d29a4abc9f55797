"""Formats of cells: what a caller gives, completed as the service keeps it."""

from __future__ import annotations

from typing import Any

import numpy as np

Json = dict[str, Any]

CHANNELS = {"red", "green", "blue", "alpha"}
TWINS = {
    "backgroundColor": "backgroundColorStyle",
    "foregroundColor": "foregroundColorStyle",
    "tabColor": "tabColorStyle",
    "color": "colorStyle",
}


def single(value: float) -> float:
    """A colour's part as the service keeps it: one of 255 steps, in single precision."""
    step = np.float32(int(value * 255 + 0.001) / 255)
    return float(np.format_float_positional(step, unique=True))


def twinned(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Each colour in its old field and in its style; the style wins."""
    if isinstance(value, list):
        return [twinned(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value and value.keys() <= CHANNELS:
        return {name: single(one) for name, one in value.items() if one}
    out = {name: twinned(one) for name, one in value.items()}
    for plain, styled in TWINS.items():
        rgb = out.get(styled, {}).get("rgbColor") if styled in out else None
        if rgb is not None:
            out[plain] = rgb
        elif plain in out and styled not in out:
            out[styled] = {"rgbColor": out[plain]}
    return out


def twin_mask(mask: Json) -> Json:
    """A mask that changes a colour changes its twin."""
    out = {name: twin_mask(below) for name, below in mask.items()}
    for plain, styled in TWINS.items():
        if plain in out or styled in out:
            out[plain] = out[styled] = {}
    return out
