"""Pages and searches of Shopify's connections."""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.simulator import Bools, Ints
from sync_service.sandbox.wire import Json

Arguments = Mapping[str, Any]
MOST = 250
_TERM = re.compile(r"(\w+):(>=|<=|>|<)?(?:'([^']*)'|\"([^\"]*)\"|([^\s)]+))")


class WrongArgument(Exception):  # noqa: N818 - the server's words to the caller
    """An argument that Shopify refuses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a connection: its sort value, its number, how to make it."""

    at: int
    number: int
    make: Callable[[], Json]


@dataclass(frozen=True, slots=True)
class Paged:
    """A connection: a page for those who ask with `first`, all entries for bulk operations."""

    entries: Callable[[Arguments], list[Entry]]
    twist: str = ""

    def __call__(self, arguments: Arguments) -> Json:
        """A page after a cursor; cursors are keys, so that a page survives new objects."""
        first = arguments.get("first", 0)
        if not isinstance(first, int) or not 1 <= first <= MOST:
            raise WrongArgument(f"first must be between 1 and {MOST}")
        backwards = bool(arguments.get("reverse"))
        ordered = sorted(self.entries(arguments), key=_key, reverse=backwards)
        after = arguments.get("after")
        start = _after(ordered, str(after), backwards=backwards) if after else 0
        if self.twist == "duplicate_page":
            start = max(0, start - first)
        chosen = ordered[start : start + first]
        loops = self.twist == "cursor_loop" and bool(after)
        last = after if loops else (_cursor(chosen[-1]) if chosen else None)
        return _page(chosen, last, more=loops or start + first < len(ordered), before=start > 0)


def fixed(entries: list[Entry]) -> Paged:
    """A connection whose entries depend on no argument."""
    return Paged(lambda _: entries)


def _page(chosen: list[Entry], last: object, *, more: bool, before: bool) -> Json:
    nodes = [one.make() for one in chosen]
    cursors = [_cursor(one) for one in chosen]
    return {
        "nodes": nodes,
        "edges": [{"node": n, "cursor": c} for n, c in zip(nodes, cursors, strict=True)],
        "pageInfo": {
            "hasNextPage": more,
            "hasPreviousPage": before,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": last,
        },
    }


def _key(entry: Entry) -> tuple[int, int]:
    return entry.at, entry.number


def _cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(json.dumps(_key(entry)).encode()).decode()


def _after(ordered: list[Entry], cursor: str, *, backwards: bool) -> int:
    """Where the entries behind a cursor begin."""
    try:
        at, number = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError as trouble:
        raise WrongArgument("Invalid cursor for current pagination sort.") from trouble
    keys = [_key(one) for one in (reversed(ordered) if backwards else ordered)]
    if backwards:
        return len(keys) - bisect_left(keys, (at, number))
    return bisect_right(keys, (at, number))


def found(query: str, zone: str, values: Mapping[str, Ints]) -> Bools:
    """Which objects fit a search; terms that we do not know are ignored, as Shopify does."""
    fits = np.ones(len(next(iter(values.values()))), dtype=np.bool_)
    for name, sign, *given in _TERM.findall(query):
        if name in values:
            fits &= _compare(values[name], sign, *_instants(next(filter(None, given)), zone))
    return fits


def _compare(values: Ints, sign: str, start: int, end: int) -> Bools:
    """A bare date is the whole day of the shop, an instant has `start == end`."""
    whole_day = end > start
    fits: Bools
    match sign:
        case ">=":
            fits = values >= start
        case ">":
            fits = values >= end if whole_day else values > start
        case "<":
            fits = values < start
        case "<=":
            fits = values < end if whole_day else values <= start
        case _:
            fits = (values >= start) & ((values < end) | (values == start))
    return fits


def _instants(words: str, zone: str) -> tuple[int, int]:
    try:
        if len(words) == 10:  # noqa: PLR2004 - YYYY-MM-DD
            day = date.fromisoformat(words)
            start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
            return int(start.timestamp()), int((start + timedelta(days=1)).timestamp())
        moment = datetime.fromisoformat(words)
    except ValueError as trouble:
        raise WrongArgument(f"Invalid date in search: {words}") from trouble
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return int(aware.timestamp()), int(aware.timestamp())


def text(second: int) -> str:
    """An instant as Shopify prints it."""
    return datetime.fromtimestamp(int(second), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(value: int, currency: str) -> Json:
    """Cents as a MoneyV2."""
    return {"amount": cents(value), "currencyCode": currency}


def bag(value: int, currency: str) -> Json:
    """Cents as a MoneyBag."""
    return {"shopMoney": money(value, currency), "presentmentMoney": money(value, currency)}
