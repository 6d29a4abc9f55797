"""Unit costs from an ERP: SKU, cost, freight, valid from; they fill what the workbook leaves empty.

The workbook's product table always wins: a product that has a cost there keeps it. A product
without one takes the newest known cost of its market, else the one for all markets, on the days on
which it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from kpi.trade import Product
from sync_service import control
from sync_service.control import Control
from sync_service.imports.columns import Columns
from sync_service.imports.dates import day_in
from sync_service.imports.layout import Found, Layout, Source
from sync_service.imports.refusals import FileRefusedError

SETTING = "unit_costs"
ALWAYS = date(2000, 1, 1)  # a cost without a first day
_SKU = ("sku", "msku", "seller sku", "商品sku", "sku编码", "商品编码", "库存sku")
_COST = (
    *("采购成本(元)", "采购成本", "单位成本(元)", "单位成本", "成本价(元)", "成本价", "采购单价"),
    *("unit cost", "cost per unit", "purchase cost", "cost"),
)
_FREIGHT = (
    *("头程运费(元)", "头程运费", "头程(元)", "头程", "单位头程", "inbound freight"),
    *("freight per unit", "freight"),
)
_FROM = ("生效日期", "起始日期", "valid from", "from", "start date")
_MARKET = ("站点", "市场", "国家", "market", "marketplace", "country")
_CURRENCY = ("币种", "货币", "currency")


def fits(columns: Columns) -> bool:
    """Whether a file is a table of unit costs: a SKU and a cost, and no date of sale."""
    return columns.find(*_SKU) is not None and columns.find(*_COST) is not None


def read(source: Source) -> Found:
    """The lines as costs; a SKU, market and day that comes twice is refused the second time."""
    columns = source.columns
    skus, costs = columns.ids(*_SKU), columns.money(*_COST)
    none: list[Decimal | None] = [None] * len(skus)
    freights = columns.money(*_FREIGHT) if columns.find(*_FREIGHT) is not None else none
    starts = columns.moments(*_FROM) if columns.find(*_FROM) is not None else [None] * len(skus)
    markets, currencies = columns.text(*_MARKET), columns.text(*_CURRENCY)
    usual = _usual_currency(source)
    found: dict[tuple[str, str | None, date], Product] = {}
    for place in columns.good():
        cost, start = costs[place], starts[place]
        if cost is None or not skus[place] or cost < 0:
            columns.refuse(place, columns.find(*_COST), "No SKU or no cost.", "缺少 SKU 或成本。")
            continue
        day = ALWAYS if start is None else day_in(start, "UTC")
        one = _product(skus[place], markets[place], day, (cost, freights[place]))
        one = replace(one, currency=currencies[place].strip().upper() or usual)
        if (one.sku, one.market, one.start) in found:
            columns.refuse(place, None, "This SKU and day came before.", "SKU 与日期重复。")
            continue
        found[one.sku, one.market, one.start] = one
    return Found(products=tuple(found.values()))


def _usual_currency(source: Source) -> str:
    """The currency of lines that name none: yuan where the header says so."""
    columns = source.columns
    if columns.find(*_CURRENCY) is not None:
        return ""
    at = columns.find(*_COST)
    header = columns.grid.names[at] if at is not None else ""
    if any(sign in header for sign in ("元", "成本", "cny", "rmb")):
        return "CNY"
    raise FileRefusedError(
        f"{source.name} does not say the currency of its costs. Add a column Currency.",
        f"{source.name} 未注明成本的币种。请增加“币种”列。",
    )


def _product(sku: str, market: str, start: date, money: tuple[Decimal, Decimal | None]) -> Product:
    where = market.strip().upper() or None
    return Product(sku, where, start, None, None, money[0], money[1], "")


def save_costs(store: Control, products: Iterable[Product]) -> int:
    """Store costs beside those that are known; the same SKU, market and day is replaced."""
    known = {(p.sku, p.market, p.start): p for p in known_costs(store)}
    known |= {(p.sku, p.market, p.start): p for p in products}
    rows = [
        [p.sku, p.market, p.start.isoformat(), _text(p.unit_cost), _text(p.freight), p.currency]
        for p in sorted(known.values(), key=lambda p: (p.sku, p.market or "", p.start))
    ]
    control.set_setting(store, SETTING, rows)
    return len(rows)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def known_costs(store: Control) -> Sequence[Product]:
    """Every imported cost."""
    rows = control.setting(store, SETTING, [])
    if not isinstance(rows, list):
        return ()
    return tuple(_known(*row) for row in rows)


def _known(
    sku: str, market: str | None, start: str, cost: str, freight: str | None, currency: str
) -> Product:
    money = (Decimal(cost), None if freight is None else Decimal(freight))
    return replace(_product(sku, market or "", date.fromisoformat(start), money), currency=currency)


def with_costs(products: Sequence[Product], known: Sequence[Product]) -> tuple[Product, ...]:
    """The workbook's products, with imported costs where it has none; unlisted SKUs join in."""
    costs: dict[str, list[Product]] = {}
    for one in known:
        costs.setdefault(one.sku, []).append(one)
    lines: dict[str, list[Product]] = {}
    for product in products:
        lines.setdefault(product.sku, []).append(product)
    listed = {product.sku for product in products}
    unlisted = tuple(one for one in known if one.sku not in listed)
    filled = (line for p in products for line in _filled(p, lines[p.sku], costs.get(p.sku, ())))
    return (*filled, *unlisted)


def _filled(
    product: Product, lines: Sequence[Product], costs: Sequence[Product]
) -> Iterator[Product]:
    """A product's line, cut where an imported cost begins."""
    if product.unit_cost is not None or not costs:
        yield product
        return
    until = min(
        (p.start for p in lines if p.market == product.market and p.start > product.start),
        default=date.max,
    )
    fitting = [c for c in costs if c.market in (None, product.market)]
    before = [c for c in fitting if c.start <= product.start]
    later = sorted({c.start for c in fitting if product.start < c.start < until})
    yield _costing(product, product.start, before)
    for start in later:
        yield _costing(product, start, [c for c in fitting if c.start <= start])


def _costing(product: Product, start: date, costs: Sequence[Product]) -> Product:
    """The line from a day on, with the cost that holds then; the market's own comes first."""
    own = [c for c in costs if c.market is not None] or costs
    if not own:
        return product
    cost = max(own, key=lambda c: c.start)
    return replace(
        product,
        start=start,
        unit_cost=cost.unit_cost,
        freight=cost.freight,
        currency=cost.currency,
    )


UNIT_COSTS = Layout("unit_costs", frozenset(), read, fits=fits)
