"""A store's orders, refunds, returns, payments, products and stock as the Admin API shows them.

Objects are plain dictionaries; connections and other costly fields are functions of their arguments.
"""

from __future__ import annotations

import base64
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sync_service.sandbox.amazon_answers import cents
from sync_service.sandbox.daily import seen_visits, stock, visits
from sync_service.sandbox.sheets import View, order_fees
from sync_service.sandbox.simulator import DAYS, NEVER, Book, Lines
from sync_service.sandbox.wire import Json
from sync_service.sandbox.world import HISTORY_START, SandboxProduct

Arguments = Mapping[str, Any]
MOST = 250
_TERM = re.compile(r"(\w+):(>=|<=|>|<)?(?:'([^']*)'|\"([^\"]*)\"|([^\s)]+))")


class WrongArgument(Exception):  # noqa: N818 - the server's words to the caller
    """An argument that Shopify refuses."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of a connection: its sort value, its number, how to make it."""

    at: int
    number: int
    make: Callable[[], Json]


def text(second: int) -> str:
    """An instant as Shopify prints it."""
    return datetime.fromtimestamp(int(second), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def bag(value: int, currency: str) -> Json:
    """Cents as a MoneyBag."""
    money = {"amount": cents(value), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def connection(entries: list[Entry], arguments: Arguments, twist: str = "") -> Json:
    """A page of entries after a cursor; cursors are keys, so that a page survives new objects."""
    first = arguments.get("first", 0)
    if not isinstance(first, int) or not 1 <= first <= MOST:
        raise WrongArgument(f"first must be between 1 and {MOST}")
    ordered = sorted(entries, key=_key)
    if arguments.get("reverse"):
        ordered.reverse()
    keys = [_key(one) for one in ordered]
    after = arguments.get("after")
    start = _after(keys, str(after), reverse=bool(arguments.get("reverse"))) if after else 0
    if twist == "duplicate_page":
        start = max(0, start - first)
    chosen = ordered[start : start + first]
    last = after if twist == "cursor_loop" else (_cursor(chosen[-1]) if chosen else None)
    more = twist == "cursor_loop" or start + first < len(ordered)
    return _connection(chosen, last, more=more, before=start > 0)


def _connection(chosen: list[Entry], last: object, *, more: bool, before: bool) -> Json:
    nodes = [one.make() for one in chosen]
    return {
        "nodes": nodes,
        "edges": [
            {"node": node, "cursor": _cursor(one)} for node, one in zip(nodes, chosen, strict=True)
        ],
        "pageInfo": {
            "hasNextPage": more,
            "hasPreviousPage": before,
            "startCursor": _cursor(chosen[0]) if chosen else None,
            "endCursor": last,
        },
    }


def _key(entry: Entry) -> tuple[int, int]:
    return entry.at, entry.number


def _cursor(entry: Entry) -> str:
    return base64.urlsafe_b64encode(json.dumps(_key(entry)).encode()).decode()


def _after(keys: list[tuple[int, int]], cursor: str, *, reverse: bool) -> int:
    try:
        at, number = json.loads(base64.urlsafe_b64decode(cursor))
    except ValueError as trouble:
        raise WrongArgument("Invalid cursor for current pagination sort.") from trouble
    if not reverse:
        return bisect_right(keys, (at, number))
    return len(keys) - bisect_left(sorted(keys), (at, number))


def matches(query: str, zone: str, values: Mapping[str, int | None]) -> bool:
    """Whether an object fits a search; terms that we do not know are ignored, as Shopify does."""
    for name, sign, *given in _TERM.findall(query):
        if name not in values:
            continue
        value = values[name]
        if value is None or not _compare(value, sign, _instants(next(filter(None, given)), zone)):
            return False
    return True


def _compare(value: int, sign: str, span: tuple[int, int]) -> bool:
    """A bare date is the whole day of the shop."""
    start, end = span
    match sign:
        case ">=":
            return value >= start
        case ">":
            return value >= end if end > start else value > start
        case "<":
            return value < start
        case "<=":
            return value < end if end > start else value <= start
        case _:
            return start <= value < end or value == start


def _instants(text_: str, zone: str) -> tuple[int, int]:
    try:
        if len(text_) == 10:  # noqa: PLR2004 - YYYY-MM-DD
            day = date.fromisoformat(text_)
            start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
            return int(start.timestamp()), int((start + timedelta(days=1)).timestamp())
        moment = datetime.fromisoformat(text_)
    except ValueError as trouble:
        raise WrongArgument(f"Invalid date in search: {text_}") from trouble
    aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return int(aware.timestamp()), int(aware.timestamp())


@dataclass(frozen=True, slots=True)
class Store:
    """A shop at an instant; the root of every query."""

    view: View
    twist: str = ""

    @property
    def book(self) -> Book:
        """The shop's truth."""
        return self.view.book

    @property
    def currency(self) -> str:
        """The shop's money."""
        return self.book.shop.currency

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
                "taxesIncluded": shop.region != "US",
            },
            "orders": lambda a: connection(self.orders(a), a, self.twist),
            "order": self._one_order,
            "products": lambda a: connection(self.products(a), a, self.twist),
            "productVariants": lambda a: connection(self.variants(), a, self.twist),
            "inventoryItems": lambda a: connection(self.items(), a, self.twist),
            "locations": lambda a: connection([Entry(0, 1, _location)], a),
            "shopifyPaymentsAccount": self._payments(),
            "shopifyqlQuery": lambda a: shopifyql(self.view, str(a.get("query", ""))),
        }

    def orders(self, arguments: Arguments) -> list[Entry]:
        """Orders that fit the search, by the sort key."""
        lines, now = self.book.lines, self.view.now
        count = int(np.searchsorted(lines.bought, now, side="right"))
        first = np.unique(lines.order[:count], return_index=True)[1]
        updated = self._updated(first, count)
        query = str(arguments.get("query") or "")
        key = str(arguments.get("sortKey") or "PROCESSED_AT")
        bought = lines.bought[first].tolist()
        found = []
        for n, (start, made, changed) in enumerate(
            zip(first.tolist(), bought, updated, strict=True)
        ):
            values = {"created_at": made, "processed_at": made, "updated_at": changed}
            if not query or matches(query, self.book.shop.time_zone, values):
                at = changed if key == "UPDATED_AT" else made
                end = int(first[n + 1]) if n + 1 < len(first) else count
                found.append(Entry(at, n + 1, self._maker(start, end, changed)))
        return found

    def _updated(self, first: Any, count: int) -> list[int]:  # noqa: ANN401 - numpy indexes
        """When each order changed last."""
        lines, now = self.book.lines, self.view.now
        latest = lines.bought[:count].copy()
        for events in (lines.shipped, lines.cancelled, lines.refunded, lines.returned):
            seen = np.where(events[:count] <= now, events[:count], 0)
            latest = np.maximum(latest, seen)
        grouped: list[int] = np.maximum.reduceat(latest, first).tolist() if count else []
        return grouped

    def _maker(self, start: int, end: int, changed: int) -> Callable[[], Json]:
        return lambda: Order(self, start, end).json(changed)

    def _one_order(self, arguments: Arguments) -> Json | None:
        wanted = str(arguments.get("id", "")).rsplit("/", 1)[-1]
        for entry in self.orders({}):
            if str(order_number(self.book, entry.number - 1)) == wanted:
                return entry.make()
        return None

    def products(self, arguments: Arguments) -> list[Entry]:
        """Products (parents) by their publication."""
        groups: dict[str, list[SandboxProduct]] = {}
        today = DAYS[min(self.book.clock.finished(self.view.now), len(DAYS) - 1)]
        for product in self.book.products:
            if product.opened <= today:
                groups.setdefault(product.parent, []).append(product)
        query = str(arguments.get("query") or "")
        found = []
        for variants in groups.values():
            at = self._opened(min(p.opened for p in variants))
            names = ("created_at", "published_at", "updated_at")
            if not query or matches(query, self.book.shop.time_zone, dict.fromkeys(names, at)):
                found.append(Entry(at, variants[0].number, self._product(variants, at)))
        return found

    def _opened(self, day: date) -> int:
        zone = ZoneInfo(self.book.shop.time_zone)
        return int(datetime(day.year, day.month, day.day, 12, tzinfo=zone).timestamp())

    def _product(self, variants: list[SandboxProduct], at: int) -> Callable[[], Json]:
        head = variants[0]
        entries = [Entry(p.number, p.number, self._variant(p)) for p in variants]
        return lambda: {
            "id": f"gid://shopify/Product/{head.product_id}",
            "title": head.title,
            "createdAt": text(at),
            "publishedAt": text(at),
            "status": "ACTIVE",
            "productType": head.category,
            "handle": head.parent.lower(),
            "variants": lambda a: connection(entries, a),
        }

    def variants(self) -> list[Entry]:
        """Every variant, by number."""
        return [Entry(p.number, p.number, self._variant(p)) for p in self.book.products]

    def items(self) -> list[Entry]:
        """The inventory items of the variants."""
        return [Entry(p.number, p.number, self._item(p)) for p in self.book.products]

    def _variant(self, product: SandboxProduct) -> Callable[[], Json]:
        return lambda: {
            "id": f"gid://shopify/ProductVariant/{product.variant_id}",
            "sku": product.sku,
            "price": cents(product.price_cents),
            "title": "Default",
            "createdAt": text(self._opened(product.opened)),
            "inventoryQuantity": self._level(product)[0],
            "inventoryItem": lambda _: self._item(product)(),
            "product": lambda _: self._product([product], self._opened(product.opened))(),
        }

    def _item(self, product: SandboxProduct) -> Callable[[], Json]:
        level = [Entry(0, product.number, lambda: self._stock(product))]
        return lambda: {
            "id": f"gid://shopify/InventoryItem/{product.variant_id + 5_000_000}",
            "sku": product.sku,
            "tracked": True,
            "createdAt": text(self._opened(product.opened)),
            "unitCost": None,
            "variant": lambda _: self._variant(product)(),
            "inventoryLevels": lambda a: connection(level, a),
            "inventoryLevel": lambda _: self._stock(product),
        }

    def _level(self, product: SandboxProduct) -> tuple[int, int]:
        held = stock(self.view.world, self.book.shop.code)
        day = self.book.clock.finished(self.view.now)
        row = self.book.products.index(product)
        return int(held.available[row, day]), int(held.inbound[row, day])

    def _stock(self, product: SandboxProduct) -> Json:
        available, incoming = self._level(product)
        known = {"available": available, "incoming": incoming, "on_hand": available, "committed": 0}

        def quantities(arguments: Arguments) -> list[Json]:
            names = arguments.get("names") or []
            return [
                {"id": f"{name}-{product.number}", "name": name, "quantity": known[name]}
                for name in names
                if name in known
            ]

        return {
            "id": f"gid://shopify/InventoryLevel/{product.variant_id}?inventory_item_id=1",
            "updatedAt": text(int(self.view.now)),
            "isActive": True,
            "location": _location(),
            "quantities": quantities,
        }

    def _payments(self) -> Json:
        return {
            "id": f"gid://shopify/ShopifyPaymentsAccount/{self.book.shop.key}",
            "activated": True,
            "country": "US" if self.book.shop.region == "US" else "DE",
            "defaultCurrency": self.currency,
            "balanceTransactions": lambda a: connection(self.balance(a), a, self.twist),
            "payouts": lambda a: connection([], a),
        }

    def balance(self, arguments: Arguments) -> list[Entry]:
        """Charges with their fees, refunds without."""
        lines, now = self.book.lines, self.view.now
        fees = order_fees(self.book)
        first = np.unique(lines.order, return_index=True)[1]
        total = np.bincount(lines.order, weights=paid(self.book).astype(float)).astype(int)
        events = [
            (int(lines.bought[n]), "CHARGE", int(total[k]), int(fees[k]))
            for k, n in enumerate(first.tolist())
        ]
        events += [
            (int(lines.refunded[n]), "REFUND", -_refund(self.book, n), 0)
            for n in np.flatnonzero(lines.refunded < NEVER).tolist()
        ]
        query, zone = str(arguments.get("query") or ""), self.book.shop.time_zone
        return [
            Entry(at, n + 1, self._transaction(n, at, kind, amount, fee))
            for n, (at, kind, amount, fee) in enumerate(events)
            if at <= now
            and (not query or matches(query, zone, {"processed_at": at, "transaction_date": at}))
        ]

    def _transaction(self, n: int, at: int, kind: str, amount: int, fee: int) -> Callable[[], Json]:
        def money(value: int) -> Json:
            return {"amount": cents(value), "currencyCode": self.currency}

        return lambda: {
            "id": f"gid://shopify/ShopifyPaymentsBalanceTransaction/{n + 1}",
            "type": kind,
            "test": False,
            "transactionDate": text(at),
            "amount": money(amount),
            "fee": money(fee),
            "net": money(amount - fee),
        }


def _location() -> Json:
    return {"id": "gid://shopify/Location/1", "name": "Main", "isActive": True}


def paid(one: Book) -> Any:  # noqa: ANN401 - a numpy array of cents
    """What the buyer paid for each line, tax included."""
    lines = one.lines
    return lines.price - lines.discount + (lines.tax if one.shop.region == "US" else 0)


def _refund(one: Book, row: int) -> int:
    lines = one.lines
    tax = int(lines.refund_tax[row]) if one.shop.region == "US" else 0
    return int(lines.refund[row]) + tax


def order_number(one: Book, index: int) -> int:
    """Shopify's number of an order."""
    return 5_000_000_000_000 + one.shop.key % 1_000_000 * 1_000_000 + index


@dataclass(frozen=True, slots=True)
class Order:
    """The lines from `start` to `end` as one order."""

    store: Store
    start: int
    end: int

    @property
    def lines(self) -> Lines:
        """All lines of the shop."""
        return self.store.book.lines

    @property
    def number(self) -> int:
        """The order's number."""
        return order_number(self.store.book, int(self.lines.order[self.start]))

    def gid(self, kind: str, row: int, plus: int = 0) -> str:
        """A global id of something on a line."""
        return f"gid://shopify/{kind}/{self.number * 10 + (row - self.start) + plus}"

    def happened(self, event: int) -> bool:
        """Whether an event has come."""
        return event <= self.store.view.now

    def json(self, changed: int) -> Json:
        """The order as the API shows it."""
        rows, lines, store = range(self.start, self.end), self.lines, self.store
        span = slice(self.start, self.end)
        cancelled = self.happened(int(lines.cancelled[self.start]))
        made = text(int(lines.bought[self.start]))
        amounts = {
            "totalPriceSet": int(paid(store.book)[span].sum()),
            "subtotalPriceSet": int((lines.price - lines.discount)[span].sum()),
            "totalRefundedSet": sum(self._refunded(row) for row in rows),
            "totalDiscountsSet": int(lines.discount[span].sum()),
            "totalTaxSet": int(lines.tax[span].sum()),
            "totalShippingPriceSet": 0,
        }
        return {
            "id": f"gid://shopify/Order/{self.number}",
            "name": f"#{1000 + int(lines.order[self.start])}",
            "createdAt": made,
            "processedAt": made,
            "updatedAt": text(changed),
            "cancelledAt": text(int(lines.cancelled[self.start])) if cancelled else None,
            "currencyCode": store.currency,
            "taxesIncluded": store.book.shop.region != "US",
            "test": False,
            "displayFinancialStatus": "REFUNDED" if cancelled else "PAID",
            "displayFulfillmentStatus": "FULFILLED" if self._sent() else "UNFULFILLED",
            "subtotalLineItemsQuantity": int(lines.quantity[span].sum()),
            **{name: bag(value, store.currency) for name, value in amounts.items()},
            "refunds": lambda _: self.refunds(),
            "returns": lambda a: connection(self._returns(), a),
            "fulfillments": lambda _: self._fulfillments(),
            "lineItems": lambda a: connection(
                [Entry(row, row, self._line_maker(row)) for row in rows], a
            ),
        }

    def _sent(self) -> bool:
        return self.happened(int(self.lines.shipped[self.start]))

    def _refunded(self, row: int) -> int:
        lines = self.lines
        if self.happened(int(lines.cancelled[row])):
            return int(paid(self.store.book)[row])
        return _refund(self.store.book, row) if self.happened(int(lines.refunded[row])) else 0

    def _line_maker(self, row: int) -> Callable[[], Json]:
        return lambda: self.line(row)

    def line(self, row: int) -> Json:
        """One line item."""
        lines, currency = self.lines, self.store.currency
        product = self.store.book.products[lines.sku[row]]
        price, discount = int(lines.price[row]), int(lines.discount[row])
        quantity = int(lines.quantity[row])
        lost = self.happened(int(lines.cancelled[row]))
        gone = int(lines.refund_quantity[row]) if self.happened(int(lines.refunded[row])) else 0
        allocation = {
            "allocatedAmount": {"amount": cents(discount), "currencyCode": currency},
            "allocatedAmountSet": bag(discount, currency),
        }
        return {
            "id": self.gid("LineItem", row),
            "sku": product.sku,
            "title": product.title,
            "name": product.title,
            "quantity": quantity,
            "currentQuantity": 0 if lost else quantity - gone,
            "originalTotalSet": bag(price, currency),
            "originalUnitPriceSet": bag(price // quantity, currency),
            "discountedTotalSet": bag(price - discount, currency),
            "totalDiscountSet": bag(discount, currency),
            "discountAllocations": [allocation] if discount else [],
            "variant": lambda _: self.store._variant(product)(),  # noqa: SLF001 - same room
            "product": lambda _: self.store._product([product], 0)(),  # noqa: SLF001 - same room
        }

    def refunds(self) -> list[Json]:
        """The whole order when cancelled; else a refund for each line that had one."""
        rows = range(self.start, self.end)
        lines = self.lines
        if self.happened(int(lines.cancelled[self.start])):
            return [self._cancellation(list(rows))]
        return [self._refund(row) for row in rows if self.happened(int(lines.refunded[row]))]

    def _cancellation(self, rows: list[int]) -> Json:
        lines = self.lines
        values = [
            (row, int(lines.quantity[row]), int(lines.price[row] - lines.discount[row]), "CANCEL")
            for row in rows
        ]
        total = sum(int(paid(self.store.book)[row]) for row in rows)
        return self._refund_json(int(lines.cancelled[rows[0]]), values, total, None)

    def _refund(self, row: int) -> Json:
        lines = self.lines
        goods = int(lines.returned[row]) < NEVER
        how = "RETURN" if goods else "NO_RESTOCK"
        values = [(row, int(lines.refund_quantity[row]), int(lines.refund[row]), how)]
        back = self._return(row) if goods else None
        total = _refund(self.store.book, row)
        return self._refund_json(int(lines.refunded[row]), values, total, back)

    def _refund_json(
        self, at: int, values: list[tuple[int, int, int, str]], total: int, back: Json | None
    ) -> Json:
        currency = self.store.currency
        entries = [
            Entry(row, row, self._refund_line(row, units, amount, how))
            for row, units, amount, how in values
        ]
        return {
            "id": self.gid("Refund", values[0][0], 5),
            "createdAt": text(at),
            "processedAt": text(at),
            "updatedAt": text(at),
            "totalRefundedSet": bag(total, currency),
            "return": back,
            "refundLineItems": lambda a: connection(entries, a),
            "refundShippingLines": lambda a: connection([], a),
            "orderAdjustments": lambda a: connection([], a),
        }

    def _refund_line(self, row: int, units: int, amount: int, how: str) -> Callable[[], Json]:
        currency = self.store.currency
        return lambda: {
            "id": self.gid("RefundLineItem", row, 5),
            "quantity": units,
            "restockType": how,
            "restocked": how != "NO_RESTOCK",
            "subtotalSet": bag(amount, currency),
            "totalTaxSet": bag(int(self.lines.refund_tax[row]), currency),
            "priceSet": bag(amount // units, currency),
            "lineItem": self.line(row),
        }

    def _returns(self) -> list[Entry]:
        rows = range(self.start, self.end)
        return [
            Entry(int(self.lines.returned[row]), row, self._return_maker(row))
            for row in rows
            if self.happened(int(self.lines.returned[row]))
        ]

    def _return_maker(self, row: int) -> Callable[[], Json]:
        return lambda: self._return(row)

    def _return(self, row: int) -> Json:
        units, at = int(self.lines.return_quantity[row]), int(self.lines.returned[row])
        closed = self.happened(int(self.lines.refunded[row]))

        def item() -> Json:
            return {
                "__typename": "ReturnLineItem",
                "id": self.gid("ReturnLineItem", row),
                "quantity": units,
                "refundedQuantity": units if closed else 0,
                "processedQuantity": units,
                "returnReason": "UNWANTED",
                "fulfillmentLineItem": self._fulfilled_line(row),
            }

        return {
            "id": self.gid("Return", row),
            "name": f"#{1000 + int(self.lines.order[row])}-R{row - self.start + 1}",
            "status": "CLOSED" if closed else "OPEN",
            "createdAt": text(at),
            "requestApprovedAt": text(at),
            "closedAt": text(int(self.lines.refunded[row])) if closed else None,
            "totalQuantity": units,
            "returnLineItems": lambda a: connection([Entry(row, row, item)], a),
            "refunds": lambda a: connection([], a),
        }

    def _fulfilled_line(self, row: int) -> Json:
        return {
            "id": self.gid("FulfillmentLineItem", row),
            "quantity": int(self.lines.quantity[row]),
            "lineItem": self.line(row),
        }

    def _fulfillments(self) -> list[Json]:
        """One parcel for the whole order."""
        if not self._sent():
            return []
        at = int(self.lines.shipped[self.start])
        rows = range(self.start, self.end)
        entries = [Entry(row, row, self._fulfilled_maker(row)) for row in rows]
        return [
            {
                "id": self.gid("Fulfillment", self.start),
                "createdAt": text(at),
                "updatedAt": text(at),
                "deliveredAt": None,
                "displayStatus": "FULFILLED",
                "status": "SUCCESS",
                "totalQuantity": int(self.lines.quantity[self.start : self.end].sum()),
                "fulfillmentLineItems": lambda a: connection(entries, a),
            }
        ]

    def _fulfilled_maker(self, row: int) -> Callable[[], Json]:
        return lambda: self._fulfilled_line(row)


_QL = re.compile(
    r"FROM\s+sessions\s+SHOW\s+(?:day\s*,\s*)?sessions\s+(?:GROUP\s+BY|TIMESERIES)\s+day"
    r"(?:\s+WITH\s+[\w\s,]+?)?\s+SINCE\s+(\S+)(?:\s+UNTIL\s+(\S+))?(?:\s+ORDER\s+BY\s+day(?:\s+ASC)?)?",
    re.IGNORECASE,
)


def shopifyql(view: View, query: str) -> Json:
    """Sessions by day; any other question is a parse error, as a text that Shopify cannot read."""
    found = _QL.fullmatch(" ".join(query.split()))
    if found is None:
        return {"parseErrors": [f"Unable to parse: {query[:60]}"], "tableData": None}
    today = DAYS[view.book.clock.finished(view.now)]
    start, end = _day(found[1], today), _day(found[2] or "today", today)
    if start is None or end is None:
        return {"parseErrors": ["SINCE or UNTIL is not a date"], "tableData": None}
    sessions = seen_visits(visits(view.world, view.book.shop.code).sessions, view.ages)
    span = range(
        max(0, (start - HISTORY_START).days),
        min(view.book.clock.finished(view.now), (end - HISTORY_START).days + 1),
    )
    rows = [{"day": DAYS[n].isoformat(), "sessions": str(int(sessions[n]))} for n in span]
    columns = [
        {"name": "day", "dataType": "DAY_TIMESTAMP", "displayName": "Day"},
        {"name": "sessions", "dataType": "INTEGER", "displayName": "Sessions"},
    ]
    return {"parseErrors": [], "tableData": {"columns": columns, "rows": rows}}


def _day(word: str, today: date) -> date | None:
    """A date, `today`, `yesterday`, or so many days ago: `-30d`."""
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    ago = re.fullmatch(r"-(\d+)d", word)
    if ago:
        return today - timedelta(days=int(ago[1]))
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None
