"""Events and holidays that a manager types in the settings, apart by semicolons.

    Prime 2026-10-06..2026-10-07 x1.8      such days sell 1.8 times an ordinary one
    Strike 2026-11-03..2026-11-04 stop EU  carriers take no parcels; orders go on
    Company day 2026-05-04 off             the team does not work
    补班 2026-10-10 work CN                a day that is worked, though it is a weekend or holiday
    Ferragosto 2026-08-14 off IT           a public holiday that the calendar lacks

A name, the first and the last day, what the days are, and at the end where: US, EU or countries.
Without a place an event or stop counts in both regions, a free or worked day for the team alone.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from kpi.calendar import RetailEvent
from kpi.errors import KpiError
from kpi.model import Region, Window
from kpi.zones import is_country

MOST_FACTOR = 100.0
_DAY = r"\d{4}-\d{2}-\d{2}"
_STOP, _OFF, _WORK = (
    r"stop|停运|停发",
    r"off|free|holiday|休息?|放假|假日",
    r"worked|work|补?班|上班",
)
_EVENT = re.compile(
    rf"(?P<name>[^;]*?)\s*(?P<first>{_DAY})(?:\s*(?:\.\.|…|~|至|to)\s*(?P<last>{_DAY}))?"
    rf"\s*(?:[xX×*]\s*(?P<factor>\d+(?:\.\d+)?)"
    rf"|(?i:(?P<stop>{_STOP})|(?P<off>{_OFF})|(?P<work>{_WORK})))"
    r"\s*(?P<places>(?:[A-Z]{2}[\s,，、/]*)*)"
)
_ALIASES = {"UK": "GB"}


class Effect(StrEnum):
    """What typed days are; the value is the group of the pattern that says it."""

    SALE = "factor"  # shoppers order more, or less; 0 is no orders and no parcels
    STOP = "stop"  # carriers rest
    OFF = "off"  # a holiday
    WORK = "work"  # a working day that the calendar calls free


def typed_events(text: str) -> tuple[RetailEvent, ...]:
    """The sales events of a text, in order.

    Raises:
        KpiError: A piece of it is no event.
    """
    return typed_days(text, Effect.SALE)


@lru_cache(maxsize=256)
def typed_days(text: str, effect: Effect) -> tuple[RetailEvent, ...]:
    """The days of one effect, in order.

    Raises:
        KpiError: A piece of the text can be read as no effect.
    """
    return tuple(event for kind, event in _pieces(text) if kind is effect)


@lru_cache(maxsize=64)
def _pieces(text: str) -> tuple[tuple[Effect, RetailEvent], ...]:
    pieces = (piece.strip() for piece in re.split("[;；\n]", text))
    return tuple(_event(piece) for piece in pieces if piece)


def _event(piece: str) -> tuple[Effect, RetailEvent]:
    found = _EVENT.fullmatch(piece)
    try:
        made = None if found is None else _made(found)
    except ValueError:
        made = None
    if made is None or not made[1].days.days or made[1].factor > MOST_FACTOR:
        raise KpiError(
            f'"{piece}" is no event; write Prime 2026-10-06..2026-10-07 x1.8, Strike 2026-11-03 '
            "stop EU, or Company day 2026-05-04 off.",
            f"“{piece}”不是活动；请写成 Prime 2026-10-06..2026-10-07 x1.8、罢工 2026-11-03 停运 EU "
            "或 公司假 2026-05-04 休。",
        )
    return made


def _made(found: re.Match[str]) -> tuple[Effect, RetailEvent]:
    effect = next(effect for effect in Effect if found[effect.value] is not None)
    first = date.fromisoformat(found["first"])
    last = date.fromisoformat(found["last"]) if found["last"] else first
    region, markets = _places(found["places"])
    name = found["name"] or found["first"]
    days = Window(first, last + timedelta(days=1))
    factor = float(found["factor"] or 0.0)
    return effect, RetailEvent("typed", {"zh": name, "en": name}, region, days, factor, markets)


def _places(text: str) -> tuple[Region | None, tuple[str, ...]]:
    """A region alone, or countries; a text that names neither is no place (ValueError)."""
    words = re.findall("[A-Z]{2}", text)
    if len(words) == 1 and words[0] in set(Region):
        return Region(words[0]), ()
    countries = tuple(_ALIASES.get(word, word) for word in words)
    if not all(map(is_country, countries)):
        raise ValueError(text)
    return None, countries
