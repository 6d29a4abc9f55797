"""Sales events that a manager types in the settings: `Prime 2026-10-06..2026-10-07 x1.8; ...`.

An event has a name, its first and last day, how much such a day sells against an ordinary one, and
at the end the region where it counts (without one, both).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from kpi.calendar import RetailEvent
from kpi.errors import KpiError
from kpi.model import Region, Window

MOST_FACTOR = 100.0
_DAY = r"\d{4}-\d{2}-\d{2}"
_EVENT = re.compile(
    rf"(?P<name>[^;]*?)\s*(?P<first>{_DAY})(?:\s*(?:\.\.|…|~|至|to)\s*(?P<last>{_DAY}))?"
    r"\s*[x×*]\s*(?P<factor>\d+(?:\.\d+)?)\s*(?P<region>US|EU)?"
)


@lru_cache(maxsize=64)
def typed_events(text: str) -> tuple[RetailEvent, ...]:
    """The events of a text, in order.

    Raises:
        KpiError: A piece of it is no event.
    """
    pieces = (piece.strip() for piece in re.split("[;；\n]", text))
    return tuple(_event(piece) for piece in pieces if piece)


def _event(piece: str) -> RetailEvent:
    found = _EVENT.fullmatch(piece)
    try:
        made = None if found is None else _made(found)
    except ValueError:
        made = None
    if made is None or not made.days.days or made.factor > MOST_FACTOR:
        raise KpiError(
            f'"{piece}" is no event; write Prime 2026-10-06..2026-10-07 x1.8.',
            f"“{piece}”不是活动；请写成 Prime 2026-10-06..2026-10-07 x1.8。",
        )
    return made


def _made(found: re.Match[str]) -> RetailEvent:
    first = date.fromisoformat(found["first"])
    last = date.fromisoformat(found["last"]) if found["last"] else first
    region = Region(found["region"]) if found["region"] else None
    name = found["name"] or found["first"]
    days = Window(first, last + timedelta(days=1))
    return RetailEvent("typed", {"zh": name, "en": name}, region, days, float(found["factor"]))
