"""A product of a shop as a scope: `AMZ-DE/KX-14`, where a rule, target or key result names it.

Only what is named is a scope, so the pass over the facts keeps no more SKUs apart than somebody
asked for. A figure that belongs to the whole shop says nothing of a product: it is unknown there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kpi.book import Book
from kpi.trade import Shop

MARK = "/"  # between shop and SKU


@dataclass(frozen=True, slots=True)
class ShopSku:
    """One product of one shop."""

    shop: Shop
    sku: str

    @property
    def code(self) -> str:
        """How the scope is written."""
        return f"{self.shop.code}{MARK}{self.sku}"


def asked_skus(book: Book) -> Mapping[str, ShopSku]:
    """The products that rows name, by scope; one that Products does not list is no scope."""
    named = [scope for scope in dict.fromkeys(_named(book)) if MARK in scope]
    if not named:
        return {}
    listed = {(product.sku, product.market) for product in book.products}
    found = {}
    for shop in book.shops:
        for scope in named:
            one = ShopSku(shop, scope.removeprefix(f"{shop.code}{MARK}"))
            if one.code == scope and not listed.isdisjoint(
                {(one.sku, None), (one.sku, shop.market)}
            ):
                found[scope] = one
    return found


def _named(book: Book) -> Iterator[str]:
    yield from (rule.scope for rule in book.rules if rule.on)
    yield from (row.scope for row in book.targets)
    yield from (line.scope for line in book.key_results)
