"""Which days a stream of a shop has to fetch: pure, from what is covered and what the clock says.

Days are the shop's own. A finished day is over at the shop; the window of a sync ends after the
last one. A snapshot (stock of now) belongs to the day that the shop is in, in the small hours to
the day before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kpi.model import Window
from sync_service.connectors.kernel import ShopRef, Stream
from sync_service.connectors.shop_days import snapshot_day

WEEK = 7  # days between two fetches of the longer look-back
SPAN = 200  # days of history in one commit: each commit costs the store, a kept document costs none
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a stream of a shop has; None: never fetched."""

    covered_from: date | None = None  # first day that was fetched without a gap up to the newest
    covered_until: date | None = None  # last day that is known
    weekly: date | None = None  # day of the last long look-back


def local_day(shop: ShopRef, now: datetime) -> date:
    """Give the day that the shop is in."""
    return now.astimezone(ZoneInfo(shop.time_zone)).date()


def last_finished_day(shop: ShopRef, now: datetime) -> date:
    """Give the last day that is over at the shop."""
    return local_day(shop, now) - DAY


def recent(stream: Stream, shop: ShopRef, progress: Progress, now: datetime) -> Window:
    """Give the days that a sync fetches: what is new and what may have been restated."""
    today = local_day(shop, now)
    if stream.history_days is None:
        stands_for = snapshot_day(now, shop.time_zone)
        return Window(stands_for, stands_for + DAY)
    floor = oldest(stream, shop, now, stream.history_days)
    back = stream.look_back_days
    if long_look(stream, shop, progress, now):
        back = max(back, stream.weekly_look_back_days)
    start = today - timedelta(days=max(back, 1))
    if progress.covered_until is not None:
        start = min(start, progress.covered_until + DAY)  # the service was off: close the gap
    return Window(max(start, floor), today)


def long_look(stream: Stream, shop: ShopRef, progress: Progress, now: datetime) -> bool:
    """Say whether the long look-back is due."""
    if stream.history_days is None:
        return False
    if progress.weekly is None or progress.covered_until is None:
        return True
    return (local_day(shop, now) - progress.weekly).days >= WEEK


def oldest(stream: Stream, shop: ShopRef, now: datetime, days: int) -> date:
    """Give the first day that is worth asking for: served, and after the shop was opened."""
    served = days if stream.history_days is None else min(days, stream.history_days)
    first = local_day(shop, now) - timedelta(days=served)
    return max(first, shop.opened) if shop.opened else first


def history(
    stream: Stream, shop: ShopRef, progress: Progress, now: datetime, days: int
) -> tuple[Window, ...]:
    """Give the spans before what is covered, newest first; each is one commit."""
    if stream.history_days is None:
        return ()
    floor = oldest(stream, shop, now, days)
    longest = max(SPAN, stream.chunk_days)  # what one fetch can answer is not cut into two
    end = progress.covered_from or recent(stream, shop, progress, now).start
    spans = []
    while end > floor:
        start = max(floor, end - timedelta(days=longest))
        spans.append(Window(start, end))
        end = start
    return tuple(spans)


def still_served(stream: Stream, shop: ShopRef, window: Window, now: datetime) -> Window:
    """Give what is left of a window that was planned earlier: a platform forgets day by day."""
    if stream.history_days is None:
        return window
    floor = local_day(shop, now) - timedelta(days=stream.history_days)
    return Window(min(max(window.start, floor), window.end), window.end)


def chunks(window: Window, days: int) -> tuple[Window, ...]:
    """Cut a window into pieces that one fetch may ask for, oldest first."""
    pieces = []
    start = window.start
    while start < window.end:
        end = min(window.end, start + timedelta(days=days))
        pieces.append(Window(start, end))
        start = end
    return tuple(pieces)


def runs(days: Sequence[date]) -> tuple[Window, ...]:
    """Join neighbouring days to windows."""
    found: list[Window] = []
    for day in sorted(days):
        if found and found[-1].end == day:
            found[-1] = Window(found[-1].start, day + DAY)
        else:
            found.append(Window(day, day + DAY))
    return tuple(found)
