"""What is sent to Google: grid places, and requests packed into bodies of at most 2 MB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sync_service.google.transfer.references import clipped
from sync_service.workbooks.areas import LAST_COLUMN, LAST_ROW, Area

Json = dict[str, Any]
MOST = 2_000_000  # bytes of a body, as Google recommends
_FRAME = 64  # bytes around the requests


def weight(value: object) -> int:
    """Bytes of a value as it is sent."""
    return len(json.dumps(value))


def packed(requests: Iterable[Json], most: int = MOST) -> Iterator[list[Json]]:
    """The requests in their order, as few bodies as the size allows."""
    body: list[Json] = []
    size = _FRAME
    for one in requests:
        more = weight(one) + 2
        if body and size + more > most:
            yield body
            body, size = [], _FRAME
        body.append(one)
        size += more
    if body:
        yield body


def grid_range(sheet: int, area: Area) -> Json:
    """An area as `GridRange`: zero-based, the ends outside, whole columns without rows."""
    made = {
        "sheetId": sheet,
        "startRowIndex": area.top - 1,
        "endRowIndex": area.bottom,
        "startColumnIndex": area.left - 1,
        "endColumnIndex": area.right,
    }
    if area.bottom >= LAST_ROW:
        del made["startRowIndex"], made["endRowIndex"]
    if area.right >= LAST_COLUMN:
        del made["startColumnIndex"], made["endColumnIndex"]
    return made


def area_of(found: Mapping[str, Any], rows: int, columns: int) -> Area:
    """A `GridRange` as an area; an end that is left out is the grid's."""
    return Area(
        int(found.get("startRowIndex", 0)) + 1,
        int(found.get("startColumnIndex", 0)) + 1,
        int(found.get("endRowIndex", rows)),
        int(found.get("endColumnIndex", columns)),
    )


def dimension(sheet: int, kind: str, first: int, last: int) -> Json:
    """Rows or columns as `DimensionRange`."""
    return {"sheetId": sheet, "dimension": kind, "startIndex": first - 1, "endIndex": last}


def inside(area: Area, rows: int, columns: int) -> Area | None:
    """What of an area the grid has."""
    return clipped(area, rows, columns)
