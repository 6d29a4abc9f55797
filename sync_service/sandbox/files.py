"""The files that a seller has beside the APIs, consistent with the truth: `write_files`.

ads-<shop>-sp.csv, ads-<shop>-sb.xlsx, ads-<shop>-sd.csv   days before the API's retention
costs.csv                         unit costs of an ERP, GBK; some SKUs are missing
reviews.csv, own-stores.csv       Chinese headers, for the generic mapping
business-report-<shop>.csv        by date; and -by-child.csv by ASIN
settlement-<shop>.txt             Flat File V2 of two weeks
all-orders-<shop>.txt             the last four weeks
orders_export-<shop>.csv          Shopify's own export
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import xlsxwriter

from sync_service.sandbox import amazon_flat
from sync_service.sandbox.amazon_answers import cents, iso, order_id
from sync_service.sandbox.amazon_money import REFUND, RETURN_FEE, SHIPMENT, ledger, parts_of
from sync_service.sandbox.daily import adverts, age, seen_adverts
from sync_service.sandbox.sheets import STREAMS, Sheet, View, live
from sync_service.sandbox.simulator import DAYS, Book, book, seconds
from sync_service.sandbox.truth import ADS_KEPT_DAYS
from sync_service.sandbox.world import (
    CATEGORIES,
    HISTORY_START,
    SandboxShop,
    World,
)

CANARY = amazon_flat.CANARY
MADE = datetime(2026, 10, 22, tzinfo=UTC)  # the date inside workbooks, so that bytes repeat
ORDERS_DAYS = 28
Rows = Iterable[Sequence[object]]

ADS_HEADER = (
    "Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Country,Advertised SKU,"
    "Advertised ASIN,Impressions,Clicks,Click-Thru Rate (CTR),Cost Per Click (CPC),Spend,"
    "7 Day Total Sales,Total Advertising Cost of Sales (ACOS),Total Return on Advertising Spend "
    "(ROAS),7 Day Total Orders (#),7 Day Total Units (#)"
)
BRANDS_HEADER = (
    "Date,Portfolio name,Currency,Campaign Name,Country,Impressions,Clicks,"
    "Click-Thru Rate (CTR),Cost Per Click (CPC),Spend,14 Day Total Sales,"
    "Total Advertising Cost of Sales (ACOS),14 Day Total Orders (#)"
)
SETTLEMENT_HEADER = (
    "settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,"
    "transaction-type,order-id,merchant-order-id,adjustment-id,shipment-id,marketplace-name,"
    "amount-type,amount-description,amount,fulfillment-id,posted-date,posted-date-time,"
    "order-item-code,merchant-order-item-id,merchant-adjustment-item-id,sku,quantity-purchased,"
    "promotion-id"
)
BUSINESS_HEADER = (
    "Date,Ordered Product Sales,Units Ordered,Total Order Items,Sessions - Total,"
    "Page Views - Total,Featured Offer (Buy Box) Percentage,Unit Session Percentage,"
    "Units Refunded,Refund Rate,Feedback Received,Negative Feedback Received"
)
CHILD_HEADER = (
    "(Parent) ASIN,(Child) ASIN,Title,SKU,Sessions - Total,Page Views - Total,"
    "Featured Offer (Buy Box) Percentage,Units Ordered,Unit Session Percentage,"
    "Ordered Product Sales,Total Order Items"
)
SHOPIFY_HEADER = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,"
    "Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,"
    "Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,"
    "Billing Name,Billing Phone,Shipping Name,Shipping City,Notes,Cancelled at,Payment Method,"
    "Refunded Amount,Vendor,Id"
)
REVIEWS_HEADER = "日期,店铺,评价数,差评数"
OUTSIDE_HEADER = "日期,店铺,广告费,广告销售额,广告订单数,点击,曝光,仓配费,仓储费,退货处理费"
COSTS_HEADER = "SKU,品类,采购成本(元),头程运费(元),生效日期"
_OUTSIDE = [
    "ad_spend",
    "ad_sales",
    "ad_orders",
    "ad_clicks",
    "ad_impressions",
    "fulfilment_fees",
    "storage_fees",
    "return_costs",
]


def write_files(
    world: World, folder: Path, as_of: datetime, shops: Sequence[str] | None = None
) -> list[Path]:
    """Write every file as it would look at `as_of`; equal worlds give equal bytes.

    `shops` limits the files of single shops; the files of all shops hold all of them anyway.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = {
        "costs.csv": csv_bytes(COSTS_HEADER, _costs(world), encoding="gbk"),
        "reviews.csv": csv_bytes(REVIEWS_HEADER, _reviews(world, as_of)),
        "own-stores.csv": csv_bytes(OUTSIDE_HEADER, _outside(world, as_of)),
    }
    for shop in world.shops:
        if shops is not None and shop.code not in shops:
            continue
        make = _amazon_files if shop.platform == "amazon" else _shopify_files
        made |= make(world, shop, as_of)
    paths = []
    for name, content in sorted(made.items()):
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def csv_bytes(header: str, rows: Rows, encoding: str = "utf-8-sig", comma: str = ",") -> bytes:
    """A CSV file with its header."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=comma, lineterminator="\r\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def _sheet(world: World, shop: SandboxShop, stream: str, as_of: datetime) -> Sheet:
    return STREAMS[stream](View(world, book(world, shop), as_of.timestamp()))


def _finished(one: Book, as_of: datetime) -> range:
    return range(one.clock.finished(as_of.timestamp()))


def _costs(world: World) -> Rows:
    """One row a SKU; those without a cost are not in the ERP."""
    seen: dict[str, Sequence[object]] = {}
    for shop in world.shops:
        for p in world.products(shop):
            if p.unit_cost is not None and p.sku not in seen:
                start = HISTORY_START.isoformat()
                seen[p.sku] = (p.sku, p.category, p.unit_cost, p.freight, start)
    return [seen[sku] for sku in sorted(seen)]


def _reviews(world: World, as_of: datetime) -> Rows:
    for shop in world.shops:
        whole = _sheet(world, shop, "file.mapped", as_of).whole
        for n in _finished(book(world, shop), as_of):
            total, bad = int(whole["reviews_total"][n]), int(whole["reviews_negative"][n])
            yield (DAYS[n].isoformat(), shop.code, total, bad)


def _outside(world: World, as_of: datetime) -> Rows:
    for shop in world.shops:
        if shop.platform != "shopify":
            continue
        whole = _sheet(world, shop, "file.mapped", as_of).whole
        for n in _finished(book(world, shop), as_of):
            counts = {"ad_orders", "ad_clicks", "ad_impressions"}
            values = [
                int(whole[m][n]) if m in counts else cents(int(whole[m][n])) for m in _OUTSIDE
            ]
            yield (DAYS[n].isoformat(), shop.code, *values)


def history_files(world: World, as_of: datetime, since: date) -> dict[str, bytes]:
    """What no platform serves any more, or never did: older ads, reviews, own stores' costs.

    Advertising begins at `since`.
    """
    made = {
        "reviews.csv": csv_bytes(REVIEWS_HEADER, _reviews(world, as_of)),
        "own-stores.csv": csv_bytes(OUTSIDE_HEADER, _outside(world, as_of)),
    }
    for shop in world.shops:
        if shop.platform == "amazon":
            made |= _ads_files(world, shop, as_of, since)
    return made


def _ads_files(
    world: World, shop: SandboxShop, as_of: datetime, since: date = HISTORY_START
) -> dict[str, bytes]:
    one, first = book(world, shop), (since - HISTORY_START).days
    products = [*_sku_ads(world, one, "sp", as_of, first)]
    display = [*_sku_ads(world, one, "sd", as_of, first)]
    brands = [*_brand_ads(world, one, as_of, first)]
    return {
        f"ads-{shop.code}-sp.csv": csv_bytes(ADS_HEADER, products),
        f"ads-{shop.code}-sd.csv": csv_bytes(ADS_HEADER.replace("7 Day", "14 Day"), display),
        f"ads-{shop.code}-sb.xlsx": xlsx_bytes(BRANDS_HEADER, brands),
    }


def _amazon_files(world: World, shop: SandboxShop, as_of: datetime) -> dict[str, bytes]:
    one = book(world, shop)
    days = [DAYS[n] for n in _finished(one, as_of)][-ORDERS_DAYS:]
    return _ads_files(world, shop, as_of) | {
        f"business-report-{shop.code}.csv": csv_bytes(
            BUSINESS_HEADER, _business(world, one, as_of)
        ),
        f"business-report-{shop.code}-by-child.csv": csv_bytes(
            CHILD_HEADER, _by_child(world, one, as_of)
        ),
        f"settlement-{shop.code}.txt": settlement(world, one, days[0], days[13]),
        f"all-orders-{shop.code}.txt": _all_orders(one, days[0], as_of),
    }


AdLine = tuple[int, int, tuple[object, ...]]  # day, SKU or campaign, what was counted


def _old_ads(world: World, one: Book, key: str, as_of: datetime, first: int) -> Iterator[AdLine]:
    """Advertising that the API has forgotten, settled long ago; empty lines are absent."""
    now = as_of.timestamp()
    end = max(0, one.clock.finished(now) - ADS_KEPT_DAYS[f"amazon_ads.{key}"])
    ages = age(one, np.arange(len(DAYS)), now)
    seen = seen_adverts(adverts(world, one.shop.code)[key], ages)
    counts = [a[:, :end] for a in (seen.impressions, seen.clicks, seen.spend, seen.sales)]
    some = (counts[0] | counts[1] | seen.orders[:, :end]) > 0
    some[:, :first] = False
    days, rows = np.nonzero(some.T)
    columns = [a[rows, days].tolist() for a in (*counts, seen.orders[:, :end])]
    for day, row, *values in zip(days.tolist(), rows.tolist(), *columns, strict=True):
        yield day, row, _ad_values(*values)


def _ad_values(shown: int, clicks: int, spend: int, sales: int, orders: int) -> tuple[object, ...]:
    """Impressions, clicks, rates, spend, sales, rates, orders, as the console prints them."""
    rate = f"{clicks / shown:.4%}" if shown else ""
    price = cents(round(spend / clicks)) if clicks else ""
    acos = f"{spend / sales:.4%}" if sales else ""
    roas = f"{sales / spend:.2f}" if spend else ""
    return (shown, clicks, rate, price, cents(spend), cents(sales), acos, roas, orders)


def _sku_ads(world: World, one: Book, key: str, as_of: datetime, first: int) -> Rows:
    dates = [day.isoformat() for day in DAYS]
    currency, market = one.shop.currency, one.shop.market
    for day, n, values in _old_ads(world, one, key, as_of, first):
        product = one.products[n]
        head = (dates[day], "", currency, f"{key.upper()} {product.category}", "default")
        yield (*head, market, product.sku, product.asin, *values, values[-1])


def _brand_ads(world: World, one: Book, as_of: datetime, first: int) -> Rows:
    for day, n, values in _old_ads(world, one, "sb", as_of, first):
        shown, clicks, rate, price, spend, sales, acos, _, orders = values
        head = (DAYS[day].isoformat(), "", one.shop.currency, f"SB {CATEGORIES[n][0]}")
        money = (float(str(spend)), float(str(sales)))
        yield (*head, one.shop.market, shown, clicks, rate, price, *money, acos, orders)


def xlsx_bytes(header: str, rows: Rows) -> bytes:
    """A workbook of one sheet; text stays text, numbers are numbers."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        workbook.set_properties({"created": MADE})
        sheet = workbook.add_worksheet("Sponsored Brands Campaign Report"[:31])
        sheet.write_row(0, 0, header.split(","))
        for n, row in enumerate(rows, 1):
            sheet.write_row(n, 0, row)
    return target.getvalue()


def _business(world: World, one: Book, as_of: datetime) -> Rows:
    """Sales and traffic by date, in the marketplace's own way to print money."""
    view = View(world, one, as_of.timestamp())
    sheet = STREAMS["amazon.traffic"](view)
    whole, late = sheet.whole, sheet.unknown
    items = STREAMS["amazon.orders"](view).whole["order_items_count"]
    for n in _finished(one, as_of):
        sales, units, refunds, views, sessions, box, bad = (
            int(whole[name][n])
            for name in (
                *("gross_sales", "units_ordered", "units_refunded", "page_views", "sessions"),
                *("buy_box_page_views", "feedback_negative_orders"),
            )
        )
        if late is not None and late[n]:  # Amazon prints zeros until it has counted the visits
            views = sessions = box = 0
        shares = (_share(box, views), _share(units, sessions))
        yield (
            *(f"{DAYS[n]:%m/%d/%Y}", _price(one.shop, sales), units, int(items[n])),
            *(f"{sessions:,}", f"{views:,}", *shares, refunds, _share(refunds, units)),
            *(bad * 3 + 1, bad),
        )


def _share(above: int, below: int) -> str:
    return f"{above / below:.2%}" if below else "0.00%"


def _price(shop: SandboxShop, value: int) -> str:
    """`US$1,234.56` in the US, `1.234,56 €` in Europe."""
    text = f"{value / 100:,.2f}"
    if shop.market == "US":
        return f"US${text}"
    return text.translate(str.maketrans(",.", ".,")) + " €"


def _by_child(world: World, one: Book, as_of: datetime) -> Rows:
    """One finished day by child ASIN: the last one."""
    view = View(world, one, as_of.timestamp())
    rows = STREAMS["amazon.traffic_asin"](view).rows
    kept = live(one.lines, view.now).astype(np.int64)
    items = view.by_sku(one.lines.bought, kept)
    n = one.clock.finished(view.now) - 1 - one.shop.late_days
    for row, p in enumerate(one.products):
        units, sales, sessions, views, box = (
            int(rows[name][row, n])
            for name in (
                *("units_ordered", "gross_sales", "sessions", "page_views"),
                "buy_box_page_views",
            )
        )
        if units or views:
            yield (
                *(p.parent_asin, p.asin, p.title, p.sku, sessions, views, _share(box, views)),
                *(units, _share(units, sessions), _price(one.shop, sales), int(items[row, n])),
            )


def settlement(world: World, one: Book, first: date, last: date) -> bytes:
    """The transactions of some days as a settlement; the first line carries the total."""
    start, end = one.clock.index(first), one.clock.index(last) + 1
    low, high = (int(one.clock.midnights[n]) for n in (start, end))
    rows: list[list[object]] = []
    total = 0
    number = f"{20_000_000_000 + one.shop.key}"
    book_ = ledger(world, one)
    names = {SHIPMENT: "Order", REFUND: "Refund", RETURN_FEE: "other-transaction"}
    for n in range(*np.searchsorted(book_.posted, (low, high)).tolist()):
        kind, posted = int(book_.kind[n]), int(book_.posted[n])
        if kind not in names:
            continue
        for row, units, kinds in parts_of(one, book_, n):
            for group, charges in kinds.items():
                for charge, value in charges.items():
                    if value:
                        total += value
                        line = (names[kind], group, charge, value)
                        rows.append(_settled(one, number, posted, row, units, line))
    dates = [f"{iso([at])[0][:19].replace('T', ' ')} UTC" for at in (low, high - 1)]
    head = [number, *dates, dates[1], cents(total), one.shop.currency, *[""] * 18]
    table: list[Sequence[object]] = [SETTLEMENT_HEADER.split(","), head, *rows]
    lines = ["\t".join(map(str, row)) for row in table]
    return ("\n".join(lines) + "\n").encode("utf-8" if one.shop.market == "US" else "cp1252")


_SETTLED = {  # group of the finance breakdown -> amount-type and our name for the charge
    "ProductCharges": "ItemPrice",
    "Tax": "ItemPrice",
    "PromotionRebates": "Promotion",
    "TaxWithheld": "ItemFees",
    "AmazonFees": "ItemFees",
}
_DESCRIPTIONS = {
    "OurPricePrincipal": "Principal",
    "OurPriceTax": "Tax",
    "PromotionDiscount": "Principal",
    "MarketplaceFacilitatorTax-Principal": "MarketplaceFacilitatorTax-Principal",
}


def _settled(
    one: Book, number: str, posted: int, row: int, units: int, line: tuple[str, str, str, int]
) -> list[object]:
    kind, group, charge, value = line
    when = f"{datetime.fromtimestamp(posted, UTC):%Y-%m-%d %H:%M:%S} UTC"
    order = order_id(one.shop, int(one.lines.order[row]))
    known = kind != "other-transaction"
    return [
        *(number, "", "", "", "", one.shop.currency, kind, order, "", "", f"D{row:09d}"),
        *(one.shop.marketplace_name.lower(), _SETTLED[group] if known else kind),
        *(_DESCRIPTIONS.get(charge, charge), cents(value), "AFN", f"{when[:10]} 00:00:00 UTC"),
        *(when, f"{row:014d}", "", "", one.products[one.lines.sku[row]].sku, units, ""),
    ]


def _all_orders(one: Book, first: date, as_of: datetime) -> bytes:
    start = int(one.clock.midnights[one.clock.index(first)])
    now = as_of.timestamp()
    inside = (one.lines.bought >= start) & (one.lines.bought <= now)
    rows = amazon_flat.order_rows(one, np.flatnonzero(inside), now)
    return amazon_flat.table(amazon_flat.ORDERS, rows, one.shop)


def _shopify_files(world: World, shop: SandboxShop, as_of: datetime) -> dict[str, bytes]:
    rows = _export(book(world, shop), as_of)
    return {f"orders_export-{shop.code}.csv": csv_bytes(SHOPIFY_HEADER, rows, "utf-8")}


def _export(one: Book, as_of: datetime) -> Rows:
    """Shopify's export: order columns stand on the first line of an order only."""
    now, lines = seconds(as_of), one.lines
    since = seconds(as_of - timedelta(days=90))
    low, high = np.searchsorted(lines.bought, (since, now)).tolist()
    for row in range(low, high):
        first = row == low or lines.order[row] != lines.order[row - 1]
        yield _export_row(one, row, now, first=first)


def _export_row(one: Book, row: int, now: int, *, first: bool) -> Sequence[object]:
    lines = one.lines
    product = one.products[lines.sku[row]]
    order = np.flatnonzero(lines.order[row : row + 2] == lines.order[row]) + row
    net, tax, off = (
        int((values[order]).sum())
        for values in (lines.price - lines.discount, lines.tax, lines.discount)
    )
    total = net + tax if one.shop.market == "US" else net
    sent, lost = int(lines.shipped[row]) <= now, int(lines.cancelled[row]) <= now
    back = sum(int(lines.refund[n]) for n in order if lines.refunded[n] <= now)
    made = _local(one, int(lines.bought[row]))
    number = int(lines.order[row])
    quantity, price = int(lines.quantity[row]), int(lines.price[row])
    head = (
        *(CANARY, "refunded" if lost else "paid", made, "fulfilled" if sent else "unfulfilled"),
        *(_local(one, int(lines.shipped[row])) if sent else "", "no", one.shop.currency),
        *(cents(net), "0.00", cents(tax), cents(total), "", cents(off), "Standard"),
    )
    tail = (CANARY, CANARY, CANARY, CANARY, CANARY)
    end = (_local(one, int(lines.cancelled[row])) if lost else "", "Shopify Payments")
    gone = cents(total if lost else back)
    return (
        *(f"#{1000 + number}", *(head if first else (CANARY, *[""] * 13)), made),
        *(quantity, product.title, cents(price // quantity), "", product.sku, "true", "true"),
        *("fulfilled" if sent else "pending", *(tail if first else [""] * 5)),
        *(*(end if first else ("", "")), gone if first else "", "", number if first else ""),
    )


def _local(one: Book, second: int) -> str:
    """`2026-10-20 18:05:44 -0700`, as the store's zone has it."""
    moment = datetime.fromtimestamp(second, ZoneInfo(one.shop.time_zone))
    return moment.strftime("%Y-%m-%d %H:%M:%S %z")
