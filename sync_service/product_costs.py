"""The workbook's product table as rows that facts can be joined to, day by day and market."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pyarrow as pa

from kpi.book import EVER
from kpi.cells import campaign_cell, cell
from kpi.leaves import SCALE
from kpi.model import WHOLE_SHOP
from kpi.trade import Product

_FOREVER = date(9999, 12, 31)
_SCHEMA = pa.schema(
    [
        ("sku", pa.string()),
        ("market", pa.string()),
        ("start", pa.date32()),
        ("until", pa.date32()),  # exclusive
        ("category", pa.int32()),
        ("unit_cost", pa.int64()),  # ten-thousandths of the cost currency
        ("freight", pa.int64()),
        ("cost_currency", pa.int32()),
    ]
)


@dataclass(frozen=True, slots=True)
class CostFigure:
    """A figure of units and what one costs, or of the units whose cost nobody gave."""

    units: str  # measure that is multiplied
    cost: str  # column of the product table
    lacking: bool  # True: count the units without a cost

    def sql(self) -> str:
        """Give the figure of one fact; no units cost nothing, whatever their price."""
        units, cost = f'f."{self.units}"', f"p.{self.cost}"
        if self.lacking:
            return f"(CASE WHEN {cost} IS NULL THEN {units} WHEN {units} IS NOT NULL THEN 0 END)"
        return f"(CASE WHEN {units} = 0 THEN 0 ELSE {units} * {cost} END)"


COST_FIGURES = {
    "cogs": CostFigure("units_shipped", "unit_cost", lacking=False),
    "inbound_freight": CostFigure("units_shipped", "freight", lacking=False),
    "units_without_cost": CostFigure("units_shipped", "unit_cost", lacking=True),
    "units_without_freight": CostFigure("units_shipped", "freight", lacking=True),
    "cogs_restocked": CostFigure("units_restocked", "unit_cost", lacking=False),
    "restocked_without_cost": CostFigure("units_restocked", "unit_cost", lacking=True),
    "inventory_value_cost": CostFigure("available_units", "unit_cost", lacking=False),
    "stock_without_cost": CostFigure("available_units", "unit_cost", lacking=True),
}


def categories(
    products: Sequence[Product], skus: Collection[str] = (), campaigns: Collection[str] = ()
) -> tuple[str, ...]:
    """Give the categories of the product table, sorted; first is "" for none.

    Each SKU of `skus` has a cell of its own in its category; so has then what is the whole shop's.
    So has each of the `campaigns`.
    """
    cells = {cell("", sku) for sku in _apart(skus)}
    cells |= {cell(p.category or "", p.sku) for p in products if p.sku in skus}
    cells |= {campaign_cell(name) for name in campaigns}
    return ("", *sorted({p.category for p in products if p.category} | cells))


def _apart(skus: Collection[str]) -> list[str]:
    return [*sorted(skus), WHOLE_SHOP] if skus else []


def cost_currencies(products: Sequence[Product]) -> tuple[str, ...]:
    """Give the currencies of the unit costs, sorted; first is "" for none."""
    return ("", *sorted({p.currency for p in products if p.currency}))


def costs_by_day(
    products: Sequence[Product],
    markets: Sequence[str],
    skus: Collection[str] = (),
    campaigns: Collection[str] = (),
) -> pa.Table:
    """Give one row a (sku, market, validity): the market's own line before the one for all.

    A SKU of `skus`, and the whole shop, has a row for every day, before its first line too.
    """
    category = {name: number for number, name in enumerate(categories(products, skus, campaigns))}
    currency = {name: number for number, name in enumerate(cost_currencies(products))}
    rows = [
        {
            "sku": product.sku,
            "market": market,
            "start": start,
            "until": until,
            "category": category[
                cell(product.category or "", product.sku)
                if product.sku in skus
                else product.category or ""
            ],
            "unit_cost": _scaled(product.unit_cost),
            "freight": _scaled(product.freight),
            "cost_currency": currency[product.currency],
        }
        for lines in _by_sku(products).values()
        for market in markets
        for product, start, until in _valid(lines, market)
    ]
    rows += [
        _bare(sku, market, first, category[cell("", sku)])
        for sku in _apart(skus)
        for market in markets
        if (first := _first(products, sku, market)) > EVER
    ]
    return pa.Table.from_pylist(rows, schema=_SCHEMA)


def _first(products: Sequence[Product], sku: str, market: str) -> date:
    """The first day with a line of a SKU in a market."""
    starts = (p.start for p in products if p.sku == sku and p.market in (None, market))
    return min(starts, default=_FOREVER)


def _bare(sku: str, market: str, until: date, category: int) -> dict[str, str | date | int | None]:
    """A SKU before its first line: its cell, and no cost."""
    costs = {"unit_cost": None, "freight": None, "cost_currency": 0}
    days = {"start": EVER, "until": until}
    return {"sku": sku, "market": market, **days, "category": category, **costs}


def _by_sku(products: Sequence[Product]) -> dict[str, list[Product]]:
    """Gather the lines of each SKU."""
    found: dict[str, list[Product]] = {}
    for product in products:
        found.setdefault(product.sku, []).append(product)
    return found


def _valid(lines: Sequence[Product], market: str) -> Iterator[tuple[Product, date, date]]:
    """Give which line holds on which days in a market, if any does; the later start wins."""
    fitting = [p for p in lines if p.market in (None, market)]
    starts = sorted({p.start for p in fitting})
    for start, until in pairwise([*starts, _FOREVER]):
        begun = [p for p in fitting if p.start <= start]
        own = [p for p in begun if p.market is not None]
        yield max(own or begun, key=lambda p: p.start), start, until


def _scaled(amount: Decimal | None) -> int | None:
    """Give an amount in ten-thousandths; finer digits of a unit cost are rounded half up."""
    if amount is None:
        return None
    return int((amount * SCALE).quantize(Decimal(1), ROUND_HALF_UP))
