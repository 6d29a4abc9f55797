"""Finances 2024-06-19 `listTransactions`: shipments, refunds, service fees, ad bills, transfers.

Pages are long; each fourth one is empty although more follow, as Amazon warns. Shipments are
DEFERRED for a week and DEFERRED_RELEASED afterwards, under the same transaction id. A window of
more than 180 days gives nothing.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import numpy as np

from sync_service.sandbox.amazon_answers import Seller, bad, cents, chosen, instant, order_id
from sync_service.sandbox.amazon_ledger import SERVICE, SHIPMENT, Parts, Service, ledger, parts_of
from sync_service.sandbox.simulator import DAY, Book
from sync_service.sandbox.wire import JSON, Reply, Request, page
from sync_service.sandbox.world import SandboxShop

PAGE = 500
EMPTY_EVERY = 4  # pages
LONGEST = timedelta(days=180)
TOO_NEW = timedelta(minutes=2)
DEFERRED_FOR = 7 * DAY
STATUSES = frozenset({"DEFERRED", "RELEASED", "DEFERRED_RELEASED"})


def transactions(seller: Seller, request: Request) -> Reply:
    """GET /finances/2024-06-19/transactions."""
    after, before = _window(seller, request)
    if request.one("transactionStatus") is not None:
        chosen(request, "transactionStatus", STATUSES, "")
    place = request.one("marketplaceId")
    shops = (seller.shop(place),) if place else seller.shops
    if before - after > LONGEST:
        return _reply([], None)
    found = _found(seller, shops, after, before)
    number, offset, made = _position(request, seller.time.seconds())
    if number % EMPTY_EVERY == EMPTY_EVERY - 1:
        return _reply([], _token(number + 1, offset, made))
    span, following = page(len(found), PAGE, offset, request.twist)
    texts = [_text(seller, shop, n, made) for _, shop, n in found[span]]
    wanted = request.one("transactionStatus")
    if wanted:
        texts = [one for one in texts if f'"transactionStatus":"{wanted}"' in one]
    return _reply(texts, None if following is None else _token(number + 1, following, made))


def _window(seller: Seller, request: Request) -> tuple[datetime, datetime]:
    """The window's instants; an order number may stand in for them at Amazon, not here."""
    since = request.one("postedAfter")
    if since is None:
        raise bad("Start date cannot be null")
    limit = seller.time.now() - TOO_NEW + timedelta(seconds=seller.time.leeway(0.25))
    until = request.one("postedBefore")
    after = instant(since, "postedAfter")
    before = limit if until is None else instant(until, "postedBefore")
    if after > limit or before > limit:
        raise bad("Dates must be more than two minutes before the time of the request")
    if after > before:
        raise bad("postedAfter must be before postedBefore")
    return after, before


def _found(
    seller: Seller, shops: tuple[SandboxShop, ...], after: datetime, before: datetime
) -> list[tuple[int, SandboxShop, int]]:
    """Time, shop and number of every transaction of the window, oldest first."""
    found: list[tuple[int, SandboxShop, int]] = []
    for shop in shops:
        posted = ledger(seller.world, seller.book(shop)).posted
        low, high = np.searchsorted(posted, (after.timestamp(), before.timestamp())).tolist()
        times = posted[low:high].tolist()
        found += [(when, shop, low + n) for n, when in enumerate(times)]
    return found if len(shops) == 1 else sorted(found, key=lambda one: (one[0], one[1].code))


def _position(request: Request, now: float) -> tuple[int, int, float]:
    token = request.one("nextToken")
    if token is None:
        return 0, 0, now
    try:
        number, offset, made = json.loads(base64.urlsafe_b64decode(token))
    except ValueError as trouble:
        raise bad("nextToken is invalid") from trouble
    return int(number), int(offset), float(made)


def _token(number: int, offset: int, made: float) -> str:
    return base64.urlsafe_b64encode(json.dumps([number, offset, made]).encode()).decode()


def _reply(texts: list[str], token: str | None) -> Reply:
    following = f',"nextToken":"{token}"' if token else ""
    body = f'{{"payload":{{"transactions":[{",".join(texts)}]{following}}}}}'
    return Reply(200, body.encode(), JSON)


def _text(seller: Seller, shop: SandboxShop, number: int, now: float) -> str:
    """One transaction as JSON text; written directly, because a year holds many thousands."""
    one = seller.book(shop)
    book = ledger(seller.world, one)
    kind, index, posted = int(book.kind[number]), int(book.index[number]), int(book.posted[number])
    if kind == SERVICE:
        return _service(shop, book.services[index], number, posted)
    status = "RELEASED"
    if kind == SHIPMENT:
        status = "DEFERRED" if now < posted + DEFERRED_FOR else "DEFERRED_RELEASED"
    items = [_item(one, (units, groups), row) for row, units, groups in parts_of(one, book, number)]
    order = order_id(shop, int(one.lines.order[index]))
    return _whole(shop, _KINDS[kind], _head(shop, number, posted, status), items, order)


_KINDS = (("Shipment", "Order Payment"), ("Refund", "Refund Order"), ("ServiceFee", "Return fee"))


def _head(shop: SandboxShop, number: int, posted: int, status: str) -> str:
    """Id, status and time of a transaction."""
    moment = datetime.fromtimestamp(posted, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        f'"transactionId":"sbx-{shop.code}-{number:07d}","transactionStatus":"{status}",'
        f'"postedDate":"{moment}"'
    )


def _seller(shop: SandboxShop) -> str:
    return (
        f'"sellingPartnerMetadata":{{"sellingPartnerId":"{shop.seller_id}",'
        f'"accountType":"PAYABLE","marketplaceId":"{shop.marketplace_id}"}},'
        f'"marketplaceDetails":{{"marketplaceId":"{shop.marketplace_id}",'
        f'"marketplaceName":"{shop.marketplace_name}"}}'
    )


def _whole(
    shop: SandboxShop,
    kind: tuple[str, str],
    head: str,
    items: list[tuple[str, int]],
    order: str,
) -> str:
    total = _amount(sum(amount for _, amount in items), shop.currency)
    texts = ",".join(text for text, _ in items)
    return (
        f"{{{_seller(shop)},"
        f'"relatedIdentifiers":[{{"relatedIdentifierName":"ORDER_ID",'
        f'"relatedIdentifierValue":"{order}"}}],"transactionType":"{kind[0]}",'
        f'"description":"{kind[1]}",{head},"totalAmount":{total},"items":[{texts}],'
        f'"contexts":[],"breakdowns":[]}}'
    )


def _amount(value: int, currency: str) -> str:
    return f'{{"currencyAmount":{cents(value)},"currencyCode":"{currency}"}}'


def _branch(name: str, value: int, currency: str, below: str = "") -> str:
    """One breakdown; its amount is the sum of those below it."""
    return (
        f'{{"breakdownType":"{name}","breakdownAmount":{_amount(value, currency)},'
        f'"breakdowns":[{below}]}}'
    )


def _item(one: Book, parts: Parts, row: int) -> tuple[str, int]:
    """One item: its charges by group; a charge of zero is left out, as at Amazon."""
    product, currency = one.products[one.lines.sku[row]], one.shop.currency
    quantity, groups = parts
    trees, total = [], 0
    for group, charges_ in groups.items():
        below = [(n, v) for n, v in charges_.items() if v]
        whole = sum(v for _, v in below)
        total += whole
        if below:
            leaves = ",".join(_charge(group, n, v, currency) for n, v in below)
            trees.append(_branch(group, whole, currency, leaves))
    text = (
        f'{{"description":{json.dumps(product.title)},"totalAmount":{_amount(total, currency)},'
        f'"relatedIdentifiers":[{{"itemRelatedIdentifierName":"ORDER_ADJUSTMENT_ITEM_ID",'
        f'"itemRelatedIdentifierValue":"{row:014d}"}}],"breakdowns":[{",".join(trees)}],'
        f'"contexts":[{{"contextType":"ProductContext","asin":"{product.asin}",'
        f'"sku":"{product.sku}","quantityShipped":{quantity},"fulfillmentNetwork":"AFN"}}]}}'
    )
    return text, total


def _charge(group: str, name: str, value: int, currency: str) -> str:
    """A fee has its base below it, a price stands alone."""
    base = _branch("Base", value, currency) if group == "AmazonFees" else ""
    return _branch(name, value, currency, base)


def _service(shop: SandboxShop, service: Service, number: int, posted: int) -> str:
    """A transaction whose breakdown stands beside an item that says nothing."""
    total = _amount(service.amount, shop.currency)
    below = ",".join(_branch(name, service.amount, shop.currency) for name in service.path[1:])
    tree = _branch(service.path[0], service.amount, shop.currency, below)
    return (
        f'{{{_seller(shop)},"relatedIdentifiers":[],"transactionType":"{service.kind}",'
        f'"description":"{service.path[0]}",{_head(shop, number, posted, "RELEASED")},'
        f'"totalAmount":{total},"items":[{{"description":"","totalAmount":{total},'
        f'"relatedIdentifiers":null,"contexts":[],"breakdowns":null}}],"contexts":[],'
        f'"breakdowns":[{tree}]}}'
    )
