"""The icons of the ribbon, drawn from strokes: no picture program, the same bytes everywhere."""

from __future__ import annotations

import math
import struct
import zlib
from itertools import pairwise

SIZES = (16, 32, 80)
BLUE = (15, 108, 189)
WHITE = (255, 255, 255)
SAMPLES = 4  # each way, for smooth edges
Stroke = tuple[float, float, float, float]


def _arc(x: float, y: float, radius: float, start: float, end: float) -> list[Stroke]:
    """A part of a circle; degrees, clockwise from the right."""
    steps = [math.radians(start + (end - start) * n / 24) for n in range(25)]
    spots = [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in steps]
    return [(*a, *b) for a, b in pairwise(spots)]


SHAPES: dict[str, tuple[float, list[Stroke]]] = {  # width of the stroke, strokes in a unit square
    "kpi": (0.14, [(0.27, 0.74, 0.27, 0.6), (0.5, 0.74, 0.5, 0.44), (0.73, 0.74, 0.73, 0.26)]),
    "refresh": (
        0.1,
        [*_arc(0.5, 0.5, 0.25, -40, 250), (0.72, 0.16, 0.7, 0.36), (0.7, 0.36, 0.5, 0.34)],
    ),
    "check": (0.12, [(0.25, 0.52, 0.43, 0.7), (0.43, 0.7, 0.76, 0.31)]),
    "explain": (0.1, [*_arc(0.44, 0.44, 0.2, 0, 360), (0.59, 0.59, 0.76, 0.76)]),
    "help": (
        0.1,
        [*_arc(0.5, 0.37, 0.16, 180, 415), (0.58, 0.5, 0.5, 0.61), (0.5, 0.78, 0.5, 0.781)],
    ),
}


def icon(name: str, size: int) -> bytes:
    """A square PNG: white strokes on a blue tile with round corners."""
    width, strokes = SHAPES[name]
    rows = []
    for y in range(size):
        row = bytearray([0])
        for x in range(size):
            row += _pixel(x, y, size, width, strokes)
        rows.append(bytes(row))
    data = zlib.compress(b"".join(rows), 0)  # stored, not packed: every zlib gives these bytes
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND")


def _pixel(x: int, y: int, size: int, width: float, strokes: list[Stroke]) -> bytes:
    tile = mark = 0
    for n in range(SAMPLES * SAMPLES):
        at = (
            (x + (n % SAMPLES + 0.5) / SAMPLES) / size,
            (y + (n // SAMPLES + 0.5) / SAMPLES) / size,
        )
        if _off_tile(*at):
            continue
        tile += 1
        mark += any(_distance(*at, one) <= width / 2 for one in strokes)
    part = mark / tile if tile else 0.0
    colour = [round(a + (b - a) * part) for a, b in zip(BLUE, WHITE, strict=True)]
    return bytes([*colour, round(255 * tile / SAMPLES**2)])


def _off_tile(x: float, y: float, corner: float = 0.2) -> bool:
    over = [max(abs(v - 0.5) - (0.5 - corner), 0.0) for v in (x, y)]
    return math.hypot(*over) > corner


def _distance(x: float, y: float, stroke: Stroke) -> float:
    """From a spot to the nearest spot of a stroke."""
    x1, y1, x2, y2 = stroke
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2)
    near = min(1.0, max(0.0, along))
    return math.hypot(x - x1 - near * (x2 - x1), y - y1 - near * (y2 - y1))


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
