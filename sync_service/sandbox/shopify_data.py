"""A store's data as the Admin API's root fields show them; connections are `Paged`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np

from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.daily import stock
from sync_service.sandbox.shopify_orders import FIRST_NUMBER, Order, paid, refund_paid
from sync_service.sandbox.shopify_paging import Arguments, Entry, Paged, fixed, found, money, text
from sync_service.sandbox.shopify_ql import shopifyql
from sync_service.sandbox.shopify_sheets import order_fees
from sync_service.sandbox.simulator import DAYS, NEVER, Book, Ints
from sync_service.sandbox.view import View
from sync_service.sandbox.wire import Json
from sync_service.sandbox.world import SandboxProduct

_ITEM_SHIFT = 5_000_000  # between the numbers of variants and of their inventory items


@dataclass(frozen=True, slots=True)
class Store:
    """A shop at an instant; the root of every query."""

    view: View
    twist: str = ""

    @property
    def book(self) -> Book:
        """The shop's truth."""
        return self.view.book

    def root(self) -> Json:
        """The fields of QueryRoot that hold data."""
        shop = self.book.shop
        return {
            "shop": {
                "id": f"gid://shopify/Shop/{shop.key}",
                "name": shop.code,
                "ianaTimezone": shop.time_zone,
                "currencyCode": shop.currency,
                "myshopifyDomain": shop.domain,
                "taxesIncluded": shop.market != "US",
            },
            "orders": Paged(self.orders, self.twist),
            "products": Paged(self.products, self.twist),
            "productVariants": Paged(lambda _: self._goods(self.variant), self.twist),
            "inventoryItems": Paged(lambda _: self._goods(self.item), self.twist),
            "locations": fixed([Entry(0, 1, _location)]),
            "shopifyPaymentsAccount": self._payments(),
            "shopifyqlQuery": lambda a: shopifyql(self.view, str(a.get("query", ""))),
            "node": lambda a: self.node(str(a.get("id", ""))),
            "nodes": lambda a: [self.node(str(one)) for one in a.get("ids") or []],
            **{
                name: lambda a: self.node(str(a.get("id", "")))
                for name in ("order", "return", "inventoryItem", "refund")
            },
        }

    def orders(self, arguments: Arguments) -> list[Entry]:
        """Orders that fit the search, by the sort key."""
        first, ends = self._orders()
        bought, changed = self.book.lines.bought[first], self._changed(first)
        known = {"created_at": bought, "processed_at": bought, "updated_at": changed}
        query = str(arguments.get("query") or "")
        fits = found(query, self.book.shop.time_zone, known) if len(first) else np.zeros(0, bool)
        by = changed if arguments.get("sortKey") == "UPDATED_AT" else bought
        return [
            Entry(int(by[n]), int(n) + 1, self._order(int(first[n]), int(ends[n]), int(changed[n])))
            for n in np.flatnonzero(fits)
        ]

    def _orders(self) -> tuple[Ints, Ints]:
        """First line of each order that has been bought, and the line after its last."""
        lines = self.book.lines
        count = int(np.searchsorted(lines.bought, self.view.now, side="right"))
        first = np.unique(lines.order[:count], return_index=True)[1]
        return first, np.append(first[1:], count)

    def _changed(self, first: Ints) -> Ints:
        """When each order changed last."""
        lines, now = self.book.lines, self.view.now
        count = int(np.searchsorted(lines.bought, now, side="right"))
        latest = lines.bought[:count].copy()
        for events in (lines.shipped, lines.cancelled, lines.refunded, lines.returned):
            latest = np.maximum(latest, np.where(events[:count] <= now, events[:count], 0))
        return np.maximum.reduceat(latest, first) if count else latest

    def _order(self, start: int, end: int, changed: int) -> Callable[[], Json]:
        return lambda: self._made(start, end).json(changed)

    def _made(self, start: int, end: int) -> Order:
        return Order(self.view, start, end, self._product_of, self._variant_of)

    def node(self, gid: str) -> Json | None:
        """An object by its global id; None when there is none."""
        kind, _, number = gid.removeprefix("gid://shopify/").partition("/")
        if not number.isdigit():
            return None
        if kind == "InventoryItem":
            wanted = int(number) - _ITEM_SHIFT
            goods = [p for p in self.book.products if p.variant_id == wanted]
            return self.item(goods[0])() if goods else None
        return self._of_order(kind, gid, int(number))

    def _of_order(self, kind: str, gid: str, number: int) -> Json | None:
        """An order, or what hangs on one: its number without the last digit is the order's."""
        head = FIRST_NUMBER + self.book.shop.key % 1_000_000 * 1_000_000
        index = (number if kind == "Order" else number // 10) - head
        first, ends = self._orders()
        if not 0 <= index < len(first):
            return None
        order = self._made(int(first[index]), int(ends[index]))
        match kind:
            case "Order":
                return order.json(int(self._changed(first)[index]))
            case "Refund":
                below = order.refunds()
            case "Fulfillment":
                below = order.fulfilments()
            case "Return":
                rows = range(order.start, order.end)
                gone = [r for r in rows if order.happened(int(order.lines.returned[r]))]
                below = [order.return_json(row) for row in gone]
            case _:
                return None
        return next((one for one in below if one["id"] == gid), None)

    def products(self, arguments: Arguments) -> list[Entry]:
        """Products (parents) by their publication."""
        groups: dict[str, list[SandboxProduct]] = {}
        today = DAYS[self.book.clock.finished(self.view.now)]
        for product in self.book.products:
            if product.opened <= today:
                groups.setdefault(product.parent, []).append(product)
        variants = list(groups.values())
        at = np.array([self._opened(min(p.opened for p in one)) for one in variants])
        known = dict.fromkeys(("created_at", "published_at", "updated_at"), at)
        fits = found(str(arguments.get("query") or ""), self.book.shop.time_zone, known)
        return [
            Entry(int(at[n]), variants[n][0].number, self._product(variants[n], int(at[n])))
            for n in np.flatnonzero(fits).tolist()
        ]

    def _opened(self, day: date) -> int:
        zone = ZoneInfo(self.book.shop.time_zone)
        return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp())

    def _product(self, variants: list[SandboxProduct], at: int) -> Callable[[], Json]:
        head = variants[0]
        return lambda: {
            "__typename": "Product",
            "id": f"gid://shopify/Product/{head.product_id}",
            "title": head.title,
            "createdAt": text(at),
            "publishedAt": text(at),
            "status": "ACTIVE",
            "productType": head.category,
            "handle": head.parent.lower(),
            "variants": fixed([Entry(p.number, p.number, self.variant(p)) for p in variants]),
        }

    def _product_of(self, sku: int) -> Json:
        product = self.book.products[sku]
        return self._product([product], self._opened(product.opened))()

    def _variant_of(self, sku: int) -> Json:
        return self.variant(self.book.products[sku])()

    def _goods(self, make: Callable[[SandboxProduct], Callable[[], Json]]) -> list[Entry]:
        return [Entry(p.number, p.number, make(p)) for p in self.book.products]

    def variant(self, product: SandboxProduct) -> Callable[[], Json]:
        """A variant is a SKU."""
        return lambda: {
            "__typename": "ProductVariant",
            "id": f"gid://shopify/ProductVariant/{product.variant_id}",
            "sku": product.sku,
            "price": cents(product.price_cents),
            "title": "Default",
            "createdAt": text(self._opened(product.opened)),
            "inventoryQuantity": self._level(product)[0],
            "inventoryItem": lambda _: self.item(product)(),
            "product": lambda _: self._product([product], self._opened(product.opened))(),
        }

    def item(self, product: SandboxProduct) -> Callable[[], Json]:
        """The inventory item of a variant; the store keeps no cost in it."""
        return lambda: {
            "__typename": "InventoryItem",
            "id": f"gid://shopify/InventoryItem/{product.variant_id + _ITEM_SHIFT}",
            "sku": product.sku,
            "tracked": True,
            "createdAt": text(self._opened(product.opened)),
            "unitCost": None,
            "variant": lambda _: self.variant(product)(),
            "inventoryLevels": fixed([Entry(0, 1, lambda: self._stock(product))]),
            "inventoryLevel": lambda _: self._stock(product),
        }

    def _level(self, product: SandboxProduct) -> tuple[int, int]:
        held = stock(self.view.world, self.book.shop.code)
        day = self.book.clock.counted(self.view.now)
        row = self.book.products.index(product)
        return int(held.available[row, day]), int(held.inbound[row, day])

    def _stock(self, product: SandboxProduct) -> Json:
        available, incoming = self._level(product)
        known = {"available": available, "incoming": incoming, "on_hand": available, "committed": 0}

        def quantities(arguments: Arguments) -> list[Json]:
            names = [name for name in arguments.get("names") or [] if name in known]
            return [
                {"id": f"gid://shopify/InventoryQuantity/{name}", "name": name}
                | {"quantity": known[name]}
                for name in names
            ]

        return {
            "id": f"gid://shopify/InventoryLevel/{product.variant_id}",
            "updatedAt": text(int(self.view.now)),
            "isActive": True,
            "location": _location(),
            "quantities": quantities,
        }

    def _payments(self) -> Json:
        return {
            "id": f"gid://shopify/ShopifyPaymentsAccount/{self.book.shop.key}",
            "activated": True,
            "country": "US" if self.book.shop.market == "US" else "DE",
            "defaultCurrency": self.book.shop.currency,
            "balanceTransactions": Paged(self.balance, self.twist),
            "payouts": fixed([]),
        }

    def balance(self, arguments: Arguments) -> list[Entry]:
        """Charges with their fees, refunds without; what came is there."""
        one, lines = self.book, self.book.lines
        first = np.unique(lines.order, return_index=True)[1]
        back = np.flatnonzero(lines.refunded < NEVER)
        total = np.add.reduceat(paid(one), first)
        given = [-refund_paid(one, row) for row in back.tolist()]
        at = np.concatenate([lines.bought[first], lines.refunded[back]])
        amount = np.concatenate([total, np.array(given, dtype=np.int64)])
        fee = np.concatenate([order_fees(one), np.zeros(len(back), dtype=np.int64)])
        query = str(arguments.get("query") or "")
        fits = found(query, one.shop.time_zone, {"processed_at": at, "transaction_date": at})
        return [
            Entry(int(at[n]), n + 1, self._transaction(n, int(at[n]), int(amount[n]), int(fee[n])))
            for n in np.flatnonzero(fits & (at <= self.view.now)).tolist()
        ]

    def _transaction(self, n: int, at: int, amount: int, fee: int) -> Callable[[], Json]:
        currency = self.book.shop.currency
        return lambda: {
            "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{n + 1}",
            "type": "CHARGE" if amount > 0 else "REFUND",
            "test": False,
            "transactionDate": text(at),
            "amount": money(amount, currency),
            "fee": money(fee, currency),
            "net": money(amount - fee, currency),
        }


def _location() -> Json:
    return {"id": "gid://shopify/Location/1", "name": "Main", "isActive": True}
