"""Amazon's transactions as facts, by day of `postedDate`.

Readings: every status counts, also `DEFERRED` (what is earned, not what is paid out); a transaction
that comes twice counts once, in its latest status. Costs are positive; money that Amazon gives back
lowers the same measure. Of a transaction with items each charge belongs to the SKU of the item's
product context; what the transaction's own breakdown has beyond its items, and what has no SKU
(a subscription), stands under `-`. These never overlap, so a shop's total is the plain sum.
`storage_fees` are charged for the whole shop and stand under `*`.

- `returns_amount`: principal of `Refund` transactions; `refund_amount`: principal with tax,
  shipping, gift wrap and promotions of the same.
- `platform_fees`, `fulfilment_fees`, `storage_fees`, `return_costs`: by the dictionary of charges,
  of every type of transaction. A commission that is given back in a refund lowers `platform_fees`,
  what Amazon keeps of it (`RefundCommission`) is a cost of returns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from kpi.model import WHOLE_SHOP, Window
from sync_service.connectors.json_values import Json, answered, part
from sync_service.connectors.keep_lists import names
from sync_service.connectors.kernel import (
    ContractBroken,
    FactRow,
    FetchResult,
    Session,
    ShopRef,
    walk,
)
from sync_service.connectors.shop_days import clipped, day_of, midnight, today, utc
from sync_service.connectors.tally import NO_PRODUCT, Doubts, Tally
from sync_service.fee_codes import COSTS, Charge, charge_of

KEPT: Final = names(
    """payload nextToken transactions transactionType transactionId transactionStatus postedDate
    totalAmount currencyAmount currencyCode marketplaceDetails marketplaceId sellingPartnerMetadata
    items contexts contextType sku asin breakdowns breakdownType breakdownAmount"""
)
MAX_DEPTH: Final = 20
JUST_POSTED: Final = timedelta(minutes=3)  # only instants more than two minutes ago are taken

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One amount at the end of a breakdown."""

    path: Path  # names from the root
    amount: Decimal  # as printed: what the seller pays is negative
    currency: str

    @property
    def kind(self) -> tuple[str, str]:
        """What it is, in which currency; items and transactions nest the same differently."""
        return charge_of(self.path) or self.path[-1], self.currency


def objects(of: Json, name: str) -> Sequence[Json]:
    """A list of objects that may be left out."""
    found = of.get(name)
    if not found and found in (None, []):
        return ()
    if type(found) is not list or not all(type(one) is dict for one in found):
        raise ContractBroken(f"{name!r} is no list of objects")
    return found


def leaves(breakdowns: Sequence[Json], above: Path = ()) -> list[Leaf]:
    """Walk a breakdown to its ends; what a branch has beyond its children is an end of its own."""
    if len(above) > MAX_DEPTH:
        raise ContractBroken("a breakdown is nested without end")
    found: list[Leaf] = []
    for branch in breakdowns:
        path = (*above, str(branch.get("breakdownType") or ""))
        inside = objects(branch, "breakdowns")
        below = leaves(inside, path) if inside else []
        found += below
        money = branch.get("breakdownAmount")
        if not isinstance(money, dict):
            continue
        amount, currency = _money(money)
        rest = amount - sum([leaf.amount for leaf in below]) if below else amount
        if not below or rest:
            found.append(Leaf(path, rest, currency))
    return found


def _money(money: Json) -> tuple[Decimal, str]:
    amount = money.get("currencyAmount")
    if isinstance(amount, bool) or not isinstance(amount, (int, Decimal, str)):
        raise ContractBroken(f"a charge has the amount {amount!r}")
    return Decimal(amount), str(money.get("currencyCode") or "")


def latest(transactions: Sequence[Json]) -> list[Json]:
    """Each transaction once: one that was released replaces its deferred self."""
    found: dict[str, Json] = {}
    for number, one in enumerate(transactions):
        name = str(one.get("transactionId") or f"line {number}")
        if name not in found or one.get("transactionStatus") != "DEFERRED":
            found[name] = one
    return list(found.values())


def finances(
    transactions: Sequence[Json], shop: ShopRef, window: Window, doubts: Doubts
) -> list[FactRow]:
    """The transactions of a window as facts."""
    tally = Tally(window, shop.currency)
    for one in latest(transactions):
        if _marketplace(one) not in {"", shop.marketplace}:
            continue
        _transaction(one, shop, tally, doubts)
    return tally.rows()


def _marketplace(one: Json) -> str:
    for place in ("marketplaceDetails", "sellingPartnerMetadata"):
        details = one.get(place)
        if isinstance(details, Mapping) and details.get("marketplaceId"):
            return str(details["marketplaceId"])
    return ""


def _transaction(one: Json, shop: ShopRef, tally: Tally, doubts: Doubts) -> None:
    day = day_of(str(one.get("postedDate") or ""), shop.time_zone)
    refund = "refund" in str(one.get("transactionType") or "").lower()
    for sku, leaf in _attributed(one):
        charge = charge_of(leaf.path)
        if charge is None:
            doubts.add(f"unknown_fee:{'/'.join(leaf.path)[:80]}", f"{leaf.amount} {leaf.currency}")
        elif charge is Charge.STORAGE:
            tally.add(day, charge.value, -leaf.amount, WHOLE_SHOP, currency=leaf.currency)
        elif charge in COSTS:
            tally.add(day, charge.value, -leaf.amount, sku, currency=leaf.currency)
        elif refund and charge is not Charge.OTHER:
            tally.add(day, "refund_amount", -leaf.amount, sku, currency=leaf.currency)
            if charge is Charge.PRINCIPAL:
                tally.add(day, "returns_amount", -leaf.amount, sku, currency=leaf.currency)


def _attributed(one: Json) -> Iterator[tuple[str, Leaf]]:
    """Each leaf with its SKU; the rest of the transaction with `*`."""
    by_items: dict[tuple[str, str], Decimal] = {}
    for item in objects(one, "items"):
        for leaf in leaves(objects(item, "breakdowns")):
            by_items[leaf.kind] = by_items.get(leaf.kind, Decimal(0)) + leaf.amount
            yield _sku(item), leaf
    whole: dict[tuple[str, str], Leaf] = {}
    for leaf in leaves(objects(one, "breakdowns")):
        before = whole.get(leaf.kind)
        amount = leaf.amount + (before.amount if before else 0)
        whole[leaf.kind] = Leaf(leaf.path, amount, leaf.currency)
    for kind, leaf in whole.items():
        rest = leaf.amount - by_items.get(kind, Decimal(0))
        if rest:
            yield NO_PRODUCT, Leaf(leaf.path, rest, leaf.currency)


def _sku(item: Json) -> str:
    for context in objects(item, "contexts"):
        if context.get("sku"):
            return str(context["sku"])
    return NO_PRODUCT


def params(shop: ShopRef, window: Window, now: datetime, token: str | None) -> dict[str, str]:
    """The query of listTransactions; a page token comes with the arguments that made it."""
    end = min(midnight(window.end, shop.time_zone), now - JUST_POSTED)
    asked = {
        "postedAfter": utc(midnight(window.start, shop.time_zone)),
        "postedBefore": utc(end),
        "marketplaceId": shop.marketplace,
    }
    return asked | ({"nextToken": token} if token else {})


def page(answer: Json) -> tuple[Sequence[Json], str | None]:
    """The transactions of a page and the next token; an empty page may not be the last one."""
    payload = part(answer, "payload")
    token = payload.get("nextToken")
    return objects(payload, "transactions"), str(token) if token else None


def fetch(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    """All transactions of a window of finished days."""
    asked_at = session.now()  # all pages of one road keep the same arguments
    days = clipped(window, today(asked_at, shop.time_zone))
    if not days.days:
        return FetchResult(rows=[])

    def one_page(token: str | None) -> tuple[Sequence[Json], str | None]:
        answer = session.call(
            "listTransactions",
            "GET",
            f"{shop.urls['api']}/finances/2024-06-19/transactions",
            params=params(shop, days, asked_at, token),
        )
        session.keep_raw(answer)
        return page(answered(answer))

    doubts = Doubts("amazon.finances", shop.code)
    rows = finances(list(walk(one_page)), shop, days, doubts)
    return FetchResult(rows, warnings=doubts.problems())
