"""Advertising budgets by shop and day: what Inputs holds, else the budget lines of the targets.

A budget is a plan: the only figure of a month is that month's, and of several each lasts until the
next one; days before the first are unknown. What is typed in Inputs goes before the targets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from kpi.apportion import Share, split
from kpi.book import Book
from kpi.calendar import month_period
from kpi.catalog import shipped
from kpi.model import InputRow, Shop, TargetRow, Unit, Window
from kpi.money import fixed_rate
from kpi.month_shares import month_shares
from kpi.season import Pacing, factors_of, flow_of
from kpi.targets import decimals_of, month_targets

AD_BUDGET = "ad_budget"
FOLLOWS = "ad_cost"  # the KPI whose days a budget's days follow
PLACES = 4  # of a day's part: the facts' own fixed point


# --- typed in Inputs ------------------------------------------------------------------------------


def lasting(typed: Iterable[InputRow]) -> Iterator[InputRow]:
    """Typed budgets by day, each in even parts over the days for which it holds."""
    in_order = sorted(typed, key=lambda row: (row.shop, row.day))
    for _, group in groupby(in_order, lambda row: (row.shop, row.day.year, row.day.month)):
        rows = list(group)
        month = month_period(rows[0].day.year, rows[0].day.month).window
        amounts: dict[date, Decimal] = {}
        for row in rows:
            amounts[row.day] = amounts.get(row.day, Decimal()) + row.value
        starts = sorted(amounts) if len(amounts) > 1 else [month.start]
        ends = [*starts[1:], month.end]
        for amount, start, end in zip(amounts.values(), starts, ends, strict=True):
            yield from _by_day(replace(rows[0], value=amount), Window(start, end), None)


def _by_day(row: InputRow, days: Window, weights: Sequence[Share] | None) -> Iterator[InputRow]:
    """A figure over days, to the last place."""
    parts = split(row.value, weights or (1.0,) * days.days, PLACES)
    for day, part in zip(days.each(), parts, strict=True):
        yield replace(row, day=day, value=part)


# --- lines of the targets -------------------------------------------------------------------------


def planned(book: Book, last: date) -> tuple[InputRow, ...]:
    """The budget lines of a book's shops by day, of months that have begun by `last`."""
    return tuple(_spread(book, _planned(book, last)))


def _planned(book: Book, last: date) -> Iterator[InputRow]:
    """A line a month and shop of the target rows, in the shop's currency."""
    for row in book.targets:
        shop = book.shop(row.scope)
        if row.metric != AD_BUDGET or shop is None or row.year > last.year:
            continue
        rate = _rate(book, row, shop)
        for number, value in enumerate(_months(book, row), 1):
            start = date(row.year, number, 1)
            if value is not None and rate is not None and value >= 0 and start <= last:
                amount = Decimal(str(value)) * rate
                yield InputRow(start, shop.code, AD_BUDGET, amount, row.owner or "", row.address)


def _months(book: Book, row: TargetRow) -> tuple[float | None, ...]:
    shares = month_shares(book, row, flow_of(shipped().metrics[FOLLOWS]))
    return month_targets(row, additive=True, decimals=decimals_of(Unit.MONEY), shares=shares)


def _rate(book: Book, row: TargetRow, shop: Shop) -> Decimal | None:
    """Units of the shop's currency for one of the line's, at the book's fixed rates."""
    given = row.currency or book.settings.currency
    return fixed_rate(book.settings.fixed_rates, given, shop.currency)


def _spread(book: Book, planned: Iterable[InputRow]) -> Iterator[InputRow]:
    """Each month over its days: evenly, or by season where the book is paced so."""
    seasonal = book.settings.pacing == Pacing.SEASONAL
    metric = shipped().metrics[FOLLOWS]
    for row in planned:
        days = month_period(row.day.year, row.day.month).window
        shop = book.shop(row.shop)
        weights = factors_of(metric, [shop], days, book.settings) if seasonal and shop else None
        yield from _by_day(row, days, weights)
