"""Which days of a shop are due, and in which pieces they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.model import Window
from sync_service.connectors.kernel import ShopRef
from sync_service.due import (
    SPAN,
    Progress,
    chunks,
    history,
    last_finished_day,
    recent,
    runs,
    still_served,
)
from tests.kernel_support import MORNING
from tests.kernel_toy import ORDERS


def shop(zone: str, opened: date | None = None) -> ShopRef:
    return ShopRef("S", "toy", "a", "DE", "M", "EUR", zone, {}, {}, opened)


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 10, 21)),  # 03:00 of the 22nd
        ("America/Los_Angeles", date(2026, 10, 20)),  # 18:00 of the 21st
        ("Pacific/Auckland", date(2026, 10, 21)),  # 14:00 of the 22nd
    ],
)
def test_the_last_finished_day_is_the_shops_own(zone: str, day: date) -> None:
    assert last_finished_day(shop(zone), MORNING) == day


BERLIN = shop("Europe/Berlin")
TODAY = date(2026, 10, 22)
D = timedelta(days=1)


@pytest.mark.parametrize(
    ("has", "start"),
    [
        pytest.param(Progress(), TODAY - 14 * D, id="never fetched: the long look-back"),
        pytest.param(
            Progress(TODAY - 50 * D, TODAY - D, TODAY - D),
            TODAY - 3 * D,
            id="yesterday: the short one",
        ),
        pytest.param(
            Progress(TODAY - 50 * D, TODAY - D, TODAY - 7 * D),
            TODAY - 14 * D,
            id="a week ago: the long",
        ),
        pytest.param(
            Progress(TODAY - 50 * D, TODAY - 31 * D, TODAY - D),
            TODAY - 30 * D,
            id="a gap is closed",
        ),
        pytest.param(
            Progress(TODAY - 999 * D, TODAY - 500 * D, TODAY - D),
            TODAY - 100 * D,
            id="a gap beyond what is served",
        ),
    ],
)
def test_the_window_of_a_sync(has: Progress, start: date) -> None:
    assert recent(ORDERS, BERLIN, has, MORNING) == Window(start, TODAY)


def test_a_shop_opened_last_week_is_not_asked_about_earlier_days() -> None:
    young = shop("Europe/Berlin", TODAY - 5 * D)
    assert recent(ORDERS, young, Progress(), MORNING) == Window(TODAY - 5 * D, TODAY)
    assert history(ORDERS, young, Progress(TODAY - 5 * D), MORNING, 400) == ()


@given(st.integers(0, 500), st.integers(1, 500))
def test_history_and_recent_days_meet_without_gap_or_overlap(covered: int, back: int) -> None:
    has = Progress(TODAY - covered * D, TODAY - D, TODAY)
    spans = history(ORDERS, BERLIN, has, MORNING, back)
    edge = TODAY - covered * D
    for span in spans:
        assert span.end == edge
        assert 0 < span.days <= max(SPAN, ORDERS.chunk_days)
        edge = span.start
    assert edge == min(TODAY - covered * D, TODAY - min(back, 100) * D)


def test_what_one_report_answers_is_one_span() -> None:
    listings = replace(ORDERS, chunk_days=720, history_days=720)
    has = Progress(TODAY - 35 * D, TODAY - D, TODAY)
    spans = history(listings, BERLIN, has, MORNING, 400)
    assert spans == (Window(TODAY - 400 * D, TODAY - 35 * D),)


@pytest.mark.parametrize(
    ("later", "start"),
    [
        pytest.param(0, TODAY - 100 * D, id="at once: as planned"),
        pytest.param(2, TODAY - 98 * D, id="two days later the platform has forgotten two"),
        pytest.param(50, TODAY - 70 * D, id="long after, nothing is left"),
    ],
)
def test_days_that_a_platform_has_forgotten_meanwhile_are_not_asked_for(
    later: int, start: date
) -> None:
    planned = Window(TODAY - 100 * D, TODAY - 70 * D)
    assert still_served(ORDERS, BERLIN, planned, MORNING + later * D) == Window(start, planned.end)


@given(st.integers(0, 300), st.integers(1, 40))
def test_chunks_make_up_the_window(days: int, size: int) -> None:
    window = Window(TODAY, TODAY + days * D)
    pieces = chunks(window, size)
    assert [day for piece in pieces for day in piece.each()] == list(window.each())
    assert all(piece.days <= size for piece in pieces)


@given(st.sets(st.integers(0, 60)))
def test_runs_are_the_same_days(days: set[int]) -> None:
    wanted = [TODAY + n * D for n in sorted(days)]
    found = runs(wanted)
    assert [day for window in found for day in window.each()] == wanted
    assert all(a.end < b.start for a, b in pairwise(found))


def test_clock_changes_make_no_day_twice() -> None:
    # Berlin leaves summer time on 25 October 2026: 25 hours, one day
    hours = [datetime(2026, 10, 24, tzinfo=MORNING.tzinfo) + timedelta(hours=n) for n in range(72)]
    seen = [last_finished_day(BERLIN, hour) for hour in hours]
    assert [seen.count(date(2026, 10, 23) + n * D) for n in range(3)] == [22, 25, 24]
