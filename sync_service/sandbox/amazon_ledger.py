"""An Amazon shop's transactions in order of time, and the charges of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sync_service.sandbox.charges import Charges, charges, storage
from sync_service.sandbox.daily import adverts
from sync_service.sandbox.simulator import DAY, NEVER, Book, Ints
from sync_service.sandbox.world import World

SHIPMENT, REFUND, RETURN_FEE, SERVICE = range(4)


@dataclass(frozen=True, slots=True)
class Service:
    """A transaction without an order: storage, an advertising bill, a transfer to the bank."""

    kind: str
    path: tuple[str, ...]  # of the breakdown
    amount: int  # cents as printed: costs are negative


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every transaction of a shop by time; `index` is a line, or a service."""

    posted: Ints
    kind: Ints
    index: Ints
    services: tuple[Service, ...]
    costs: Charges
    ends: Ints  # of a shipment: the line after its last one


_LEDGERS: dict[tuple[int, str], Ledger] = {}


def ledger(world: World, one: Book) -> Ledger:
    """The shop's transactions; made once a process."""
    key = (world.seed, one.shop.code)
    if key not in _LEDGERS:
        _LEDGERS[key] = _ledger(world, one)
    return _LEDGERS[key]


def _ledger(world: World, one: Book) -> Ledger:
    lines, costs = one.lines, charges(one)
    first = np.unique(lines.order, return_index=True)[1]
    ends = np.append(first[1:], len(lines.order))
    sent = first[lines.shipped[first] < NEVER]
    back = np.flatnonzero(lines.refunded < NEVER)
    fees = np.flatnonzero((lines.returned < NEVER) & (costs.return_fee > 0))
    services = _services(world, one)
    times = [lines.shipped[sent], lines.refunded[back], lines.returned[fees]]
    times.append(np.array([when for when, _ in services], dtype=np.int64))
    posted = np.concatenate(times)
    kind = np.repeat(np.arange(4), [len(t) for t in times])
    index = np.concatenate([sent, back, fees, np.arange(len(services))])
    order = np.argsort(posted, kind="stable")
    after = np.zeros(len(lines.order), dtype=np.int64)
    after[first] = ends
    found = tuple(service for _, service in services)
    return Ledger(posted[order], kind[order], index[order], found, costs, after)


def _services(world: World, one: Book) -> list[tuple[int, Service]]:
    """Storage and advertising by month, a transfer every second week."""
    found = [
        (fee.posted, Service("ServiceFee", ("FBAStorageFee", "Base"), -fee.amount))
        for fee in storage(world, one)
    ]
    spend = sum(int(a.spend.sum()) for a in adverts(world, one.shop.code).values())
    months = len(found)
    found += [
        (when + DAY, Service("ProductAdsPayment", ("CostOfAdvertising", "Base"), -spend // months))
        for when, _ in list(found)
    ]
    start, end = int(one.clock.midnights[0]), int(one.clock.midnights[-1])
    for when in range(start + 10 * DAY, end, 14 * DAY):
        found.append((when, Service("Transfer", ("Transfer",), -1_000_00)))
    return found


def parts_of(
    one: Book, book: Ledger, number: int
) -> list[tuple[int, int, dict[str, dict[str, int]]]]:
    """Row, units and charges of each line of a transaction; a service has none."""
    kind, index = int(book.kind[number]), int(book.index[number])
    if kind == SERVICE:
        return []
    make = (_shipped, _refunded, _return_fee)[kind]
    rows = range(index, int(book.ends[index])) if kind == SHIPMENT else (index,)
    return [(row, *make(one, book.costs, row)) for row in rows]


Parts = tuple[int, dict[str, dict[str, int]]]  # units, and group -> charge -> cents as printed


def _shipped(one: Book, costs: Charges, row: int) -> Parts:
    lines = one.lines
    tax = int(lines.tax[row]) if one.shop.market == "US" else 0
    return int(lines.quantity[row]), {
        "ProductCharges": {"OurPricePrincipal": int(lines.price[row])},
        "PromotionRebates": {"PromotionDiscount": -int(lines.discount[row])},
        "Tax": {"OurPriceTax": tax},
        "TaxWithheld": {"MarketplaceFacilitatorTax-Principal": -tax},
        "AmazonFees": {
            "Commission": -int(costs.commission[row]),
            "FBAPerUnitFulfillmentFee": -int(costs.fulfilment[row]),
        },
    }


def _refunded(one: Book, costs: Charges, row: int) -> Parts:
    """The goods after discount: what the seller gives back; the withheld tax goes back too."""
    lines = one.lines
    tax = int(lines.refund_tax[row]) if one.shop.market == "US" else 0
    return int(lines.refund_quantity[row]), {
        "ProductCharges": {"OurPricePrincipal": -int(lines.refund[row])},
        "Tax": {"OurPriceTax": -tax},
        "TaxWithheld": {"MarketplaceFacilitatorTax-Principal": tax},
        "AmazonFees": {
            "Commission": int(costs.commission_back[row]),
            "RefundCommission": -int(costs.refund_commission[row]),
        },
    }


def _return_fee(one: Book, costs: Charges, row: int) -> Parts:
    fee = {"FBACustomerReturnPerUnitFee": -int(costs.return_fee[row])}
    return int(one.lines.return_quantity[row]), {"AmazonFees": fee}
