"""Which share of a year each month has, and each day: by season, last year or capacity.

A season is the calendar that paces the target's scope (`kpi.season`), so what a month is given is
the sum of what its days are due. Weights decide how a total is cut and never how large it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from kpi.apportion import Share, exact
from kpi.book import Book
from kpi.capacity import day_capacity, month_capacity
from kpi.model import Window
from kpi.season import Flow, day_weights, stand_in, year_weights
from kpi.target_scopes import shops_of
from kpi.targets import MONTHS, Shares, Split, key_of
from kpi.trade import Shop
from kpi.typed_rows import TargetRow


def month_shares(book: Book, row: TargetRow, flow: Flow) -> Shares:
    """The shares that a row's split asks for; None where it asks for none or they are unknown.

    `flow` is what the days of its KPI follow.
    """
    if row.split == Split.SEASON:
        return season_weights(book, row, flow)
    if row.split == Split.HISTORY:
        return history_shares(row, book.past.get(key_of(row), ()))
    return month_capacity(book, row) if row.split == Split.CAPACITY else None


def season_weights(book: Book, row: TargetRow, flow: Flow) -> tuple[Fraction, ...]:
    """What each month of a row's year weighs by the calendar of its shops."""
    return year_weights(flow, calendar_shops(book, row), row.year, book.settings)


def calendar_shops(book: Book, row: TargetRow) -> tuple[Shop, ...]:
    """The shops whose calendars a row follows; a scope without any follows its region's markets."""
    return shops_of(book, row) or (stand_in(row.region),)


def row_days(book: Book, row: TargetRow, window: Window, flow: Flow) -> tuple[Share, ...]:
    """How the days of a month weigh: by season or capacity where the year is so split."""
    if row.split == Split.SEASON:
        return day_weights(flow, calendar_shops(book, row), window, book.settings)
    if row.split == Split.CAPACITY:
        return day_capacity(book, row, window)
    return (1.0,) * window.days


def history_shares(row: TargetRow, months: Sequence[float | None]) -> tuple[Share, ...] | None:
    """The months of the year before; None as soon as one that is to be filled is unknown or a loss.

    A month that was typed needs no history.
    """
    free = [n for n, typed in enumerate(row.months) if typed is None]
    known = dict(enumerate(months))
    found = {n: value for n in free if (value := known.get(n)) is not None and value >= 0}
    if len(found) < len(free) or not any(found.values()):
        return None
    return tuple(exact(found.get(n, 0.0)) for n in range(MONTHS))
