"""The days' other numbers: visits, feedback, reviews, advertising, stock; and how they settle.

Advertising and visits are restated: a figure seen `age` days after its day (0 is the next day) is
a fixed share of the settled one. All of it follows from the seed, so any day can be asked as of any
time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from sync_service.sandbox.simulator import (
    DAYS,
    NEVER,
    Book,
    Bools,
    Ints,
    book,
    empty_shelves,
)
from sync_service.sandbox.world import CATEGORIES, HISTORY_START, SANDBOX_NOW, World

LATE_UNTIL = datetime(2026, 11, 1, tzinfo=UTC)  # when late traffic arrives after all
VISIT_SHARE = (0.96, 0.98, 0.99)  # of settled visits, by age; then all
CLICK_EXCESS = (0.03, 0.02, 0.01)  # clicks and spend that are taken back as invalid, by age
CONVERSIONS = (
    *(0.70, 0.78, 0.83, 0.86, 0.89, 0.91, 0.93),
    *(0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995),
)  # of settled ad sales and orders, by age; settled after 14 days
OVERSPEND = ("AMZ-DE", date(2026, 10, 19), date(2026, 10, 21), 2.4)
BAD_REVIEW_DAY = ("AMZ-US", date(2026, 10, 17), 7)
SETTLED = 10_000


@dataclass(frozen=True, slots=True)
class Visits:
    """Settled visits; the by-date block is no sum of the by-ASIN block, as at Amazon."""

    sessions: Ints  # by day
    page_views: Ints
    buy_box: Ints  # percent x 100
    negative: Ints  # orders with 1-2 star feedback
    sku_sessions: Ints  # (sku, day)
    sku_page_views: Ints
    sku_buy_box: Ints


@dataclass(frozen=True, slots=True)
class Adverts:
    """Settled advertising of one ad product: (sku or campaign, day), money in cents."""

    impressions: Ints
    clicks: Ints
    spend: Ints
    sales: Ints
    orders: Ints


@dataclass(frozen=True, slots=True)
class Stock:
    """Units at the end of each day and how they came about: (sku, day)."""

    available: Ints
    inbound: Ints
    receipts: Ints
    shipped: Ints
    returned: Ints
    other: Ints  # found, lost and moved; closes the balance


@dataclass(frozen=True, slots=True)
class Reviews:
    """Product reviews by day."""

    total: Ints
    negative: Ints
    three: Ints  # neither good nor bad: a switch decides


_VISITS: dict[tuple[int, str], Visits] = {}
_ADVERTS: dict[tuple[int, str], dict[str, Adverts]] = {}
_STOCK: dict[tuple[int, str], Stock] = {}


def age(one: Book, days: Ints, now: float) -> Ints:
    """Whole days since each day ended at an instant; negative where it has not ended."""
    return one.clock.finished(now) - 1 - days


def visits(world: World, code: str) -> Visits:
    """The settled visits of a shop."""
    key = (world.seed, code)
    if key not in _VISITS:
        one = book(world, code)
        rng = np.random.default_rng([world.seed, one.shop.key, 2])
        mean = one.expected * (9.5 if one.shop.platform == "amazon" else 38.0)
        sku_sessions = rng.poisson(mean)
        whole = (sku_sessions.sum(axis=0) * 0.93).astype(np.int64)
        _VISITS[key] = Visits(
            sessions=whole,
            page_views=(whole * rng.uniform(1.25, 1.45, len(DAYS))).astype(np.int64),
            buy_box=rng.integers(9000, 9880, len(DAYS)),
            negative=rng.poisson(one.expected.sum(axis=0) * 0.003),
            sku_sessions=sku_sessions,
            sku_page_views=(sku_sessions * 1.33).astype(np.int64),
            sku_buy_box=rng.integers(8500, SETTLED, sku_sessions.shape),
        )
    return _VISITS[key]


def late(one: Book, days: Ints, now: float) -> Bools:
    """Which days' visits the platform has not counted yet although sales are there."""
    last = one.clock.finished(SANDBOX_NOW.timestamp())
    hidden = (days >= last - one.shop.late_days) & (days < last)
    return hidden & (now < LATE_UNTIL.timestamp())


def seen_visits(settled: Ints, ages: Ints) -> Ints:
    """Visits as the platform prints them so many days later."""
    share = np.ones(len(ages))
    for n, part in enumerate(VISIT_SHARE):
        share[ages == n] = part
    return np.floor(settled * share + 1e-9).astype(np.int64)


def adverts(world: World, code: str) -> dict[str, Adverts]:
    """Settled advertising by ad product: sp and sd by SKU, sb by category (one campaign each)."""
    key = (world.seed, code)
    if key not in _ADVERTS:
        one = book(world, code)
        rng = np.random.default_rng([world.seed, one.shop.key, 3])
        price = np.array([p.price_cents for p in one.products], dtype=np.float64)
        money = one.expected * price[:, None] * 1.16
        money *= _overspend(code)[None, :]
        shown = _picked(money, 0.45, rng)
        again = _picked(money, 0.15, rng)
        groups = np.array([p.category for p in one.products])
        brands = np.array([money[groups == name].sum(axis=0) for name, *_ in CATEGORIES])
        means = np.array([_mean(price[groups == name]) for name, *_ in CATEGORIES])
        _ADVERTS[key] = {
            "sp": _campaigns(shown * 0.085, price, 0.235, rng),
            "sb": _campaigns(brands * 0.013, means, 0.27, rng),
            "sd": _campaigns(again * 0.010, price, 0.30, rng),
        }
    return _ADVERTS[key]


def _picked(
    money: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    share: float,
    rng: np.random.Generator,
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The sales of the advertised SKUs, scaled so that the whole budget is spent on them."""
    sales = money.sum(axis=1)
    chosen = (rng.random(len(sales)) < share) | (sales >= np.quantile(sales, 0.95))
    whole: float = float(sales.sum() / sales[chosen].sum())
    scaled: np.ndarray[tuple[int, int], np.dtype[np.float64]] = money * whole
    scaled[~chosen] = 0.0
    return scaled


def _mean(prices: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    return float(prices.mean()) if len(prices) else 5000.0


def _overspend(code: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    factor = np.ones(len(DAYS))
    shop, first, last, times = OVERSPEND
    if shop == code:
        factor[(first - HISTORY_START).days : (last - HISTORY_START).days + 1] = times
    return factor


def _campaigns(
    budget: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    price: np.ndarray[tuple[int], np.dtype[np.float64]],
    acos: float,
    rng: np.random.Generator,
) -> Adverts:
    """Clicks cost about two percent of the price; few sell where the ACoS is high."""
    cost = np.maximum(price * 0.02, 25.0)[:, None]
    clicks = rng.poisson(budget / cost)
    spend = np.rint(clicks * cost * rng.uniform(0.85, 1.15, clicks.shape)).astype(np.int64)
    orders = rng.poisson(clicks * (cost / (price[:, None] * acos)))
    return Adverts(
        impressions=clicks * rng.integers(180, 320, clicks.shape) + rng.poisson(budget / 40),
        clicks=clicks,
        spend=spend,
        sales=orders * np.rint(price).astype(np.int64)[:, None],
        orders=orders,
    )


def seen_adverts(settled: Adverts, ages: Ints) -> Adverts:
    """Advertising as reported so many days later: clicks shrink for 3 days, sales grow for 14."""
    excess = np.zeros(len(ages))
    for n, part in enumerate(CLICK_EXCESS):
        excess[ages == n] = part
    share = np.ones(len(ages))
    for n, part in enumerate(CONVERSIONS):
        share[ages == n] = part
    orders = np.floor(settled.orders * share + _chance(settled.orders.shape)).astype(np.int64)
    price = np.where(settled.orders > 0, settled.sales // np.maximum(settled.orders, 1), 0)
    return Adverts(
        impressions=settled.impressions,
        clicks=settled.clicks + np.floor(settled.clicks * excess).astype(np.int64),
        spend=settled.spend + np.floor(settled.spend * excess).astype(np.int64),
        sales=orders * price,
        orders=orders,
    )


def _chance(shape: tuple[int, ...]) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """A fixed number below 1 for each cell, evenly spread: a single order is seen some day too."""
    row, day = np.indices(shape)
    spread: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = (
        row * 0.7548776662466927 + day * 0.5698402909980532
    ) % 1.0
    return np.clip(spread, 1e-9, 1 - 1e-6)


def reviews(world: World, code: str) -> Reviews:
    """Reviews by day; one day has a surge of bad ones."""
    one = book(world, code)
    rng = np.random.default_rng([world.seed, one.shop.key, 4])
    mean = one.expected.sum(axis=0)
    negative = rng.poisson(np.minimum(mean * 0.003, 0.9))
    negative = np.minimum(negative, 3)
    shop, day, count = BAD_REVIEW_DAY
    if shop == code:
        negative[(day - HISTORY_START).days] = count
    others = rng.poisson(mean * 0.065)
    return Reviews(negative + others, negative, three=rng.binomial(others, 0.07).astype(np.int64))


def stock(world: World, code: str) -> Stock:
    """Stock that fits the shipments: filled every four weeks, at zero where shelves are empty."""
    key = (world.seed, code)
    if key not in _STOCK:
        one = book(world, code)
        shape = one.expected.shape
        shipped = by_sku_day(one, one.lines.shipped, one.lines.quantity)
        returned = by_sku_day(one, one.lines.returned, one.lines.return_quantity)
        receipts = _receipts(shipped)
        safety = np.ceil(shipped.mean(axis=1) * 18).astype(np.int64)[:, None]
        level = safety + np.cumsum(receipts - shipped + returned, axis=1)
        out = empty_shelves(one.shop, one.products)
        listed = np.array([(p.opened - HISTORY_START).days for p in one.products])
        out |= np.arange(shape[1])[None, :] < listed[:, None]
        available = np.where(out, 0, level)
        before = np.concatenate([safety, available[:, :-1]], axis=1)
        other = available - before - receipts + shipped - returned
        _STOCK[key] = Stock(available, _inbound(receipts), receipts, shipped, returned, other)
    return _STOCK[key]


def _receipts(shipped: Ints) -> Ints:
    """Every 28 days, at a day of the SKU's own, as much as the next 28 days will ship."""
    receipts = np.zeros_like(shipped)
    count, days = shipped.shape
    for sku in range(count):
        starts = np.unique(np.array([0, *range(sku * 11 % 28, days, 28)]))
        receipts[sku, starts] = np.add.reduceat(shipped[sku], starts)
    return receipts


def _inbound(receipts: Ints) -> Ints:
    """Units on the way: what arrives in the next ten days."""
    ahead = np.concatenate([receipts, np.zeros((len(receipts), 10), dtype=np.int64)], axis=1)
    none = np.zeros((len(receipts), 1), dtype=np.int64)
    total: Ints = np.concatenate([none, ahead.cumsum(axis=1)], axis=1)
    days = receipts.shape[1]
    coming: Ints = total[:, 11 : days + 11] - total[:, 1 : days + 1]
    return coming


def by_sku_day(one: Book, instants: Ints, values: Ints, now: float = NEVER) -> Ints:
    """Sum of values by SKU and shop day of an event, as far as it has happened."""
    skus, days = one.expected.shape
    day = one.clock.day(instants)
    ok = (instants <= now) & (instants < NEVER) & (day >= 0) & (day < days)
    where = one.lines.sku[ok] * days + day[ok]
    flat = np.bincount(where, weights=values[ok].astype(np.float64), minlength=skus * days)
    return np.rint(flat).astype(np.int64).reshape(skus, days)
