"""What Amazon takes and gives back for each order line, and the monthly storage; money in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from sync_service.sandbox.daily import stock
from sync_service.sandbox.simulator import DAYS, NEVER, Book, Ints
from sync_service.sandbox.world import World

RETURN_FEE = 229  # a unit, in the categories below
RETURN_FEE_CATEGORIES = frozenset({"户外运动", "汽配"})


@dataclass(frozen=True, slots=True)
class Charges:
    """Positive numbers are costs of the seller; one entry a line, zero without the event."""

    commission: Ints  # when shipped
    fulfilment: Ints  # when shipped
    commission_back: Ints  # when refunded; reduces the commission
    refund_commission: Ints  # when refunded: what the platform keeps of it
    return_fee: Ints  # when the goods arrive


@dataclass(frozen=True, slots=True)
class Storage:
    """One monthly storage fee."""

    month: str  # the month that was stored, 2026-09
    posted: int  # instant
    amount: int


def charges(one: Book) -> Charges:
    """The charges of every line of a shop."""
    lines = one.lines
    basis = np.array([int(p.commission * 10_000) for p in one.products])[lines.sku]
    unit = np.array([p.fee_cents for p in one.products])[lines.sku]
    dear = np.array([p.category in RETURN_FEE_CATEGORIES for p in one.products])[lines.sku]
    sent = lines.shipped < NEVER
    back = _share(lines.refund, basis)
    return Charges(
        commission=np.where(sent, _share(lines.price - lines.discount, basis), 0),
        fulfilment=np.where(sent, unit * lines.quantity, 0),
        commission_back=back,
        refund_commission=np.minimum(500, _share(back, np.full(len(back), 2000))),
        return_fee=np.where(dear, RETURN_FEE * lines.return_quantity, 0),
    )


def _share(amount: Ints, basis: Ints) -> Ints:
    """Ten-thousandths of an amount, half a cent up."""
    return (amount * basis + 5_000) // 10_000


def storage(world: World, one: Book) -> tuple[Storage, ...]:
    """A fee for each month, posted at noon UTC on the ninth day of the next one."""
    held = stock(world, one.shop.code).available
    months = sorted({f"{day:%Y-%m}" for day in DAYS})
    return tuple(_fee(month, held) for month in months)


def _fee(month: str, held: Ints) -> Storage:
    days = [n for n, day in enumerate(DAYS) if f"{day:%Y-%m}" == month]
    year, number = int(month[:4]), int(month[5:])
    after = date(year + number // 12, number % 12 + 1, 9)
    posted = datetime(after.year, after.month, after.day, 12, tzinfo=UTC)
    mean = float(held[:, days].sum()) / len(days)
    return Storage(month, int(posted.timestamp()), round(mean * 21))
