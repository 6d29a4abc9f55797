"""tblProduct's own columns and the line on unit costs: which SKUs to fill first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from kpi.trade import Product
from sync_service.compute import Computed
from sync_service.filling.cells import FilledRow

FIRST_TO_FILL = 10
Units = Mapping[tuple[str, str], int]
"""(sku, market) -> units shipped in the last thirty days."""


def products(done: Computed, units: Units) -> Iterator[FilledRow]:
    """Units of thirty days and whether the cost is known, for each line of the table."""
    chinese = done.given.language == "zh"
    for product in done.book.products:
        sold = _sold(product, units, done.book.products)
        missing = product.unit_cost is None
        yield {
            "sku": product.sku,
            "market": product.market,
            "start": product.start,
            "units_30d": float(sold),
            "cost_state": ("○ 缺成本" if chinese else "○ No cost")
            if missing
            else ("● 有" if chinese else "● Known"),
        }


def _sold(product: Product, units: Units, lines: Sequence[Product]) -> int:
    """A line for one market counts that market; a line for all counts what no other line does."""
    if product.market is not None:
        return units.get((product.sku, product.market), 0)
    own = {p.market for p in lines if p.sku == product.sku and p.market is not None}
    return sum(n for (sku, market), n in units.items() if sku == product.sku and market not in own)


def cost_cover(done: Computed, units: Units) -> str:
    """`成本覆盖 94 % 销量 · 缺 12 个 SKU: ...`; empty while nothing was sold."""
    costs = {(p.sku, p.market): p.unit_cost for p in done.book.products if _valid(p, done.today)}

    def has_cost(sku: str, market: str) -> bool:
        key = (sku, market) if (sku, market) in costs else (sku, None)
        return costs.get(key) is not None

    total = sum(units.values())
    lacking: dict[str, int] = {}
    for (sku, market), sold in units.items():
        if sold and not has_cost(sku, market):
            lacking[sku] = lacking.get(sku, 0) + sold
    if not total:
        return ""
    covered = 100 * (1 - sum(lacking.values()) / total)
    first = sorted(lacking, key=lambda sku: (-lacking[sku], sku))[:FIRST_TO_FILL]
    names = (": " + ", ".join(first)) if first else ""
    if done.given.language == "zh":
        return f"成本覆盖 {covered:.1f} % 销量 · 缺 {len(lacking)} 个 SKU{names}"
    return f"Unit costs cover {covered:.1f} % of units · {len(lacking)} SKUs lack one{names}"


def _valid(product: Product, day: date) -> bool:
    return product.start <= day
