"""What really happened in a shop: order lines with their own instants, and the days' other numbers.

Instants are UTC seconds since 1970; `NEVER` stands for an event that does not come. What a platform
says at a time T is what happened until T: a cancellation or a refund changes the past only from its
own instant on, so restatement needs no extra rule. Shipping follows a purchase within five days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from sync_service.sandbox.seasons import days_of, promotions, season
from sync_service.sandbox.world import HISTORY_END, HISTORY_START, SandboxProduct, SandboxShop

if TYPE_CHECKING:
    from sync_service.sandbox.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEVER = 2**62
HOUR = 3600
DAY = 86_400
SMALL_HOURS = 6 * HOUR
DAYS = days_of(HISTORY_START, HISTORY_END)
EMPTY_SHELVES = (  # shop, rank of the SKU by weight, first day, days at zero
    ("AMZ-US", 2, date(2026, 10, 5), 14),
    ("AMZ-US", 9, date(2026, 6, 1), 14),
    ("AMZ-DE", 1, date(2026, 9, 28), 14),
    ("AMZ-FR", 3, date(2026, 10, 1), 14),
    ("SHP-US", 1, date(2026, 4, 13), 14),
    ("HY-AMZ-US", 0, date(2026, 8, 10), 14),
    ("HY-AMZ-DE", 4, date(2026, 10, 2), 14),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Order lines, oldest purchase first; arrays of equal length, money in cents."""

    order: Ints  # index of the order; lines of one order share purchase, cancellation, shipment
    sku: Ints  # index into the shop's products
    quantity: Ints
    price: Ints  # of all units, before discount
    discount: Ints
    tax: Ints  # of all units
    bought: Ints
    cancelled: Ints
    shipped: Ints
    refunded: Ints
    refund_quantity: Ints
    refund: Ints  # goods paid back, after discount, without tax
    refund_tax: Ints
    returned: Ints
    return_quantity: Ints

    def pick(self, mask: Bools | Ints) -> Lines:
        """The lines of a mask or of indexes."""
        return Lines(**{name: getattr(self, name)[mask] for name in self.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The shop's days as instants: day n runs from midnights[n] to midnights[n + 1]."""

    midnights: Ints

    def day(self, instants: Ints) -> Ints:
        """Index of the shop's day of each instant; outside the history -1 or len."""
        return np.searchsorted(self.midnights, instants, side="right") - 1

    def index(self, day: date) -> int:
        """Index of a day of the calendar."""
        return (day - HISTORY_START).days

    def counted(self, now: float) -> int:
        """The day whose stock is there at an instant: nothing moves before six in the morning."""
        return self.finished(now - SMALL_HOURS)

    def finished(self, now: float) -> int:
        """How many days are over at an instant: they are days 0 to n - 1."""
        return int(np.searchsorted(self.midnights, now, side="right")) - 1


@dataclass(frozen=True, slots=True)
class Book:
    """One shop's truth."""

    shop: SandboxShop
    products: tuple[SandboxProduct, ...]
    clock: Clockwork
    expected: Floats  # (sku, day): mean lines
    lines: Lines


@cache
def clockwork(time_zone: str) -> Clockwork:
    """Local midnights of the history's days, clock changes included."""
    zone = ZoneInfo(time_zone)
    ends = (*DAYS, HISTORY_END)
    stamps = [int(datetime(d.year, d.month, d.day, tzinfo=zone).timestamp()) for d in ends]
    return Clockwork(np.array(stamps, dtype=np.int64))


def book(world: World, shop: SandboxShop | str) -> Book:
    """The truth of a shop; made once a process."""
    one = world.shop(shop) if isinstance(shop, str) else shop
    return _book(world, one)


_BOOKS: dict[tuple[int, str], Book] = {}


def _book(world: World, shop: SandboxShop) -> Book:
    key = (world.seed, shop.code)
    if key not in _BOOKS:
        products = world.products(shop)
        clock = clockwork(shop.time_zone)
        rng = np.random.default_rng([world.seed, shop.key, 1])
        expected = _expected(shop, products, rng)
        _BOOKS[key] = Book(
            shop, products, clock, expected, _lines(shop, products, clock, expected, rng)
        )
    return _BOOKS[key]


def _expected(
    shop: SandboxShop, products: tuple[SandboxProduct, ...], rng: np.random.Generator
) -> Floats:
    """Mean order lines by SKU and day, scaled so that the year's sales meet the shop's size."""
    amazon = shop.platform == "amazon"
    weight = np.array([p.weight for p in products])
    price = np.array([p.price_cents / 100 for p in products])
    drift = rng.normal(0, 0.06, (len(products), len(DAYS) // 7 + 1)).cumsum(axis=1)
    swing = np.exp(np.clip(drift, -0.7, 0.7))[:, np.arange(len(DAYS)) // 7]
    raw = (weight / price)[:, None] * season(DAYS, shop.region, marketplace=amazon)[None, :] * swing
    raw *= _on_sale(shop, products)
    units_a_line = 1.16
    wanted = shop.monthly_sales * 12 / 365 * len(DAYS)
    scale: float = wanted / float((raw * price[:, None]).sum() * units_a_line)
    expected: Floats = raw * scale
    return expected


def _on_sale(shop: SandboxShop, products: tuple[SandboxProduct, ...]) -> Floats:
    """1 where a SKU can be bought: listed, and not out of stock."""
    opened = np.array([(p.opened - HISTORY_START).days for p in products])
    there = (np.arange(len(DAYS))[None, :] >= opened[:, None]).astype(np.float64)
    return there * ~empty_shelves(shop, products)


def empty_shelves(shop: SandboxShop, products: tuple[SandboxProduct, ...]) -> Bools:
    """Where a SKU is out of stock, by SKU and day."""
    out = np.zeros((len(products), len(DAYS)), dtype=np.bool_)
    ranks = np.argsort([-p.weight * (p.opened < HISTORY_START) for p in products])
    for code, rank, first, length in EMPTY_SHELVES:
        if code == shop.code:
            start = (first - HISTORY_START).days
            out[ranks[rank], start : start + length] = True
    return out


def _lines(
    shop: SandboxShop,
    products: tuple[SandboxProduct, ...],
    clock: Clockwork,
    expected: Floats,
    rng: np.random.Generator,
) -> Lines:
    """Draw the lines, put some together into orders, then let time do the rest."""
    counts = rng.poisson(expected)
    sku = np.repeat(np.arange(len(products)), counts.sum(axis=1))
    day = np.concatenate([np.repeat(np.arange(len(DAYS)), row) for row in counts])
    length = clock.midnights[day + 1] - clock.midnights[day]
    bought = clock.midnights[day] + (rng.beta(2.6, 1.9, len(day)) * length).astype(np.int64)
    by_time = np.lexsort((sku, bought))
    sku, day, bought = sku[by_time], day[by_time], bought[by_time]
    joined = _joined(sku, day, rng)
    lead = np.maximum.accumulate(np.where(joined, -1, np.arange(len(sku))))
    base = _priced(shop, products, sku, day, rng)
    tax_rate = 0.08 if shop.region == "US" else 0.19
    lines = Lines(
        order=np.cumsum(~joined) - 1,
        sku=sku,
        bought=bought[lead],
        tax=np.rint((base["price"] - base["discount"]) * _tax_share(tax_rate, shop)).astype(
            np.int64
        ),
        **base,
        **_nothing_yet(len(sku)),
    )
    return _returned(shop, products, _fulfilled(lines, lead, rng), rng)


def _tax_share(rate: float, shop: SandboxShop) -> float:
    """US prices come without tax, EU prices with it."""
    return rate if shop.region == "US" else rate / (1 + rate)


def _joined(sku: Ints, day: Ints, rng: np.random.Generator) -> Bools:
    """Which lines belong to the order of the line before: same day, another SKU, two at most."""
    wish = rng.random(len(sku)) < 0.07  # noqa: PLR2004 - about one order in fourteen has two lines
    wish[0] = False
    wish[1:] &= (day[1:] == day[:-1]) & (sku[1:] != sku[:-1])
    wish[1:] &= ~wish[:-1]
    return wish


def _priced(
    shop: SandboxShop,
    products: tuple[SandboxProduct, ...],
    sku: Ints,
    day: Ints,
    rng: np.random.Generator,
) -> dict[str, Ints]:
    """Units, list price, discount; own stores give more coupons than marketplaces."""
    quantity = 1 + (rng.random(len(sku)) < 0.11).astype(np.int64)  # noqa: PLR2004 - one in nine
    quantity += (rng.random(len(sku)) < 0.025).astype(np.int64) * 2  # noqa: PLR2004 - a few buy more
    price = np.array([p.price_cents for p in products])[sku] * quantity
    share = promotions(DAYS)[day] * (1.0 if shop.platform == "amazon" else 1.6)
    rate = rng.choice([0.05, 0.10, 0.15, 0.20], len(sku))
    discount = np.where(rng.random(len(sku)) < share, np.rint(price * rate), 0).astype(np.int64)
    return {"quantity": quantity, "price": price, "discount": discount}


def _nothing_yet(count: int) -> dict[str, Ints]:
    """Events that have not come and quantities of none."""
    never = ("cancelled", "shipped", "refunded", "returned")
    none = ("refund_quantity", "refund", "refund_tax", "return_quantity")
    return {name: np.full(count, NEVER, dtype=np.int64) for name in never} | {
        name: np.zeros(count, dtype=np.int64) for name in none
    }


def _fulfilled(lines: Lines, lead: Ints, rng: np.random.Generator) -> Lines:
    """Cancelled within two days, or shipped within three; decided once an order."""
    count = len(lines.sku)
    lost = (rng.random(count) < 0.022)[lead]  # noqa: PLR2004 - one order in forty-five
    cancel_after = rng.integers(HOUR, 48 * HOUR, count)[lead]
    ship_after = rng.integers(5 * HOUR, 66 * HOUR, count)[lead]
    return replace(
        lines,
        cancelled=np.where(lost, lines.bought + cancel_after, NEVER),
        shipped=np.where(lost, NEVER, lines.bought + ship_after),
    )


def _returned(
    shop: SandboxShop,
    products: tuple[SandboxProduct, ...],
    lines: Lines,
    rng: np.random.Generator,
) -> Lines:
    """Refunds by line; most goods come back: at Amazon after the refund, at own stores before."""
    count = len(lines.sku)
    rate = np.array([p.return_rate for p in products])[lines.sku]
    back = (rng.random(count) < rate) & (lines.shipped < NEVER)
    units = np.where(rng.random(count) < 0.9, lines.quantity, 1)  # noqa: PLR2004 - mostly all units
    paid = lines.price - lines.discount
    refunded = lines.shipped + rng.integers(5 * DAY, 28 * DAY, count)
    gap = rng.integers(12 * HOUR, 5 * DAY, count)
    goods = back & (rng.random(count) < 0.88)  # noqa: PLR2004 - some keep the goods
    arrived = refunded + gap if shop.platform == "amazon" else refunded - gap
    return replace(
        lines,
        refunded=np.where(back, refunded, NEVER),
        refund_quantity=np.where(back, units, 0),
        refund=np.where(back, paid * units // lines.quantity, 0),
        refund_tax=np.where(back, lines.tax * units // lines.quantity, 0),
        returned=np.where(goods, arrived, NEVER),
        return_quantity=np.where(goods, units, 0),
    )


def seconds(moment: datetime) -> int:
    """An instant as the simulator counts it."""
    return int(moment.timestamp())


def moment(second: int) -> datetime:
    """The other way round."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(second))
