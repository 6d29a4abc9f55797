"""Amazon Ads, reporting version 3: sponsored products, brands and display by day.

Readings: `ad_spend` is `cost`, `ad_sales` and `ad_orders` are the seven-day figures of sponsored
products (`sales7d`, `purchases7d`; vendors set the option `ads_window` to `14d`) and `sales` and
`purchases` of brands and display. Products and display are added per SKU over all campaigns; a line
without a SKU stands under its ASIN. Brands have no SKU: `sku` is `*`, `part` the campaign id.
Days and money are the profile's. A line's currency is `campaignBudgetCurrencyCode`.
Clicks move for 3 days, conversions for 45: the newest 14 days are fetched daily, 45 days weekly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kpi.model import WHOLE_SHOP, Window
from sync_service.connectors.amazon_login import SECRETS, USER_AGENT, refresh
from sync_service.connectors.json_values import Json, answered, text
from sync_service.connectors.keep_lists import names
from sync_service.connectors.kernel import (
    Connector,
    ContractBroken,
    FactRow,
    FetchResult,
    Limit,
    ReportState,
    Response,
    Session,
    ShopRef,
    Stream,
    parse_json,
)
from sync_service.connectors.marketplaces import ADS_HOSTS, LOGIN_HOST
from sync_service.connectors.shop_days import DAY, clipped, iso_day, today
from sync_service.connectors.tally import Doubts, Tally

CREATE_TYPE: Final = "application/vnd.createasyncreportrequest.v3+json"
ALREADY_BUILDING: Final = 425
UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
MEASURES: Final = ("ad_spend", "ad_sales", "ad_orders", "ad_clicks", "ad_impressions")


@dataclass(frozen=True, slots=True)
class Product:
    """One advertising product: its report, and which column says what."""

    stream: str
    ad_product: str
    report_type: str
    group_by: str
    sales: str
    orders: str
    sku: str = ""  # column of the SKU; empty: whole shop, by campaign
    asin: str = ""

    def columns(self, days: str) -> tuple[str, ...]:
        """The columns that are asked for; `days` is the attribution window, 7d or 14d."""
        own = (self.sku, self.asin) if self.sku else ("campaignId",)
        sales, orders = self.attributed(days)
        shared = ("date", "cost", "clicks", "impressions", "campaignBudgetCurrencyCode")
        return (*shared, *own, sales, orders)

    def attributed(self, days: str) -> tuple[str, str]:
        """The columns of sales and orders in an attribution window."""
        return self.sales.format(days=days), self.orders.format(days=days)


SPONSORED_PRODUCTS: Final = Product(
    stream="amazon_ads.sp",
    ad_product="SPONSORED_PRODUCTS",
    report_type="spAdvertisedProduct",
    group_by="advertiser",
    sales="sales{days}",
    orders="purchases{days}",
    sku="advertisedSku",
    asin="advertisedAsin",
)
SPONSORED_BRANDS: Final = Product(
    stream="amazon_ads.sb",
    ad_product="SPONSORED_BRANDS",
    report_type="sbCampaigns",
    group_by="campaign",
    sales="sales",
    orders="purchases",
)
SPONSORED_DISPLAY: Final = Product(
    stream="amazon_ads.sd",
    ad_product="SPONSORED_DISPLAY",
    report_type="sdAdvertisedProduct",
    group_by="advertiser",
    sales="sales",
    orders="purchases",
    sku="promotedSku",
    asin="promotedAsin",
)


def report_body(product: Product, window: Window, days: str) -> dict[str, object]:
    """The body of createAsyncReport; both days are included."""
    last = window.end - DAY
    return {
        "name": f"{product.report_type} {window.start} to {last}",
        "startDate": window.start.isoformat(),
        "endDate": last.isoformat(),
        "configuration": {
            "adProduct": product.ad_product,
            "groupBy": [product.group_by],
            "columns": list(product.columns(days)),
            "reportTypeId": product.report_type,
            "timeUnit": "DAILY",
            "format": "GZIP_JSON",
        },
    }


def created(answer: Response) -> str:
    """The report's id; an identical one that is being built already names its own in a 425."""
    body = answered(answer)
    if answer.status == ALREADY_BUILDING:
        found = UUID.search(str(body.get("detail") or ""))
        if not found:
            raise ContractBroken("425 without the id of the report that is being built")
        return found.group()
    return text(body, "reportId")


def state(answer: Json) -> ReportState:
    """PENDING, PROCESSING, COMPLETED, FAILED."""
    status = text(answer, "status")
    if status == "COMPLETED":
        return ReportState("ready", document=text(answer, "reportId"))
    if status == "FAILED":
        return ReportState("failed", reason=str(answer.get("failureReason") or "no reason"))
    return ReportState("processing")


def fetch(session: Session, shop: ShopRef, window: Window, product: Product) -> FetchResult:
    """One report of the finished days of a window."""
    span = clipped(window, today(session.now(), shop.time_zone))
    if not span.days:
        return FetchResult(rows=[])
    days = shop.options.get("ads_window", "7d")
    body = report_body(product, span, days)
    api = f"{shop.urls['api']}/reporting/reports"

    def create() -> str:
        answer = session.call(
            "createReport",
            "POST",
            api,
            json=body,
            headers={"content-type": CREATE_TYPE},
            accept=(ALREADY_BUILDING,),
        )
        return created(answer)

    def poll(report: str) -> ReportState:
        return state(answered(session.call("getReport", "GET", f"{api}/{report}")))

    def download(report: str) -> bytes:
        answer = answered(session.call("getReport", "GET", f"{api}/{report}"))
        link = text(answer, "url")
        return session.call("document", "GET", link, auth=False, document=True).content

    key = {"report": product.report_type, "start": str(span.start), "end": str(span.end)}
    payload = session.report(key | {"window": days}, create, poll, download)
    doubts = Doubts(product.stream, shop.code)
    rows = [] if payload is None else read(payload, shop, span, product, days=days, doubts=doubts)
    return FetchResult(rows, warnings=doubts.problems())


def read(
    payload: bytes,
    shop: ShopRef,
    window: Window,
    product: Product,
    *,
    days: str,
    doubts: Doubts,
) -> list[FactRow]:
    """A report as facts of the window."""
    lines = parse_json(payload)
    if not isinstance(lines, list):
        raise ContractBroken("the report is no JSON list")
    tally = Tally(window, shop.currency)
    for line in lines:
        _line(line, tally, product, days, doubts)
    return tally.rows()


def _line(line: Json, tally: Tally, product: Product, days: str, doubts: Doubts) -> None:
    sales, orders = product.attributed(days)
    day = iso_day(text(line, "date"))
    sku, part = _owner(line, product)
    currency = str(line.get("campaignBudgetCurrencyCode") or "")
    if currency and currency != tally.currency:
        doubts.add(f"foreign_currency:{currency}", day.isoformat())
    columns = {"ad_spend": "cost", "ad_sales": sales}
    for measure, name in columns.items():
        tally.add(day, measure, _amount(line, name), sku, part=part, currency=currency)
    counts = {"ad_orders": orders, "ad_clicks": "clicks", "ad_impressions": "impressions"}
    for measure, name in counts.items():
        value = _amount(line, name)
        if value != int(value):
            raise ContractBroken(f"{name} is {value}, which is no count")
        tally.add(day, measure, int(value), sku, part=part, currency=currency)


def _owner(line: Json, product: Product) -> tuple[str, str]:
    if not product.sku:
        campaign = line.get("campaignId")
        if campaign is None:
            raise ContractBroken("a line has no 'campaignId'")
        return WHOLE_SHOP, str(campaign)
    sku = str(line.get(product.sku) or line.get(product.asin) or "")
    if not sku:
        raise ContractBroken(f"a line has neither {product.sku!r} nor {product.asin!r}")
    return sku, ""


def _amount(line: Json, name: str) -> Decimal:
    value = line.get(name, "")
    if value is None:  # Amazon prints null for nothing
        return Decimal(0)
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise ContractBroken(f"the report has no number in {name!r}")
    return Decimal(value)


def _fetch_sp(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    return fetch(session, shop, window, SPONSORED_PRODUCTS)


def _fetch_sb(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    return fetch(session, shop, window, SPONSORED_BRANDS)


def _fetch_sd(session: Session, shop: ShopRef, window: Window) -> FetchResult:
    return fetch(session, shop, window, SPONSORED_DISPLAY)


def authorise(session: Session, access: str) -> Mapping[str, str]:
    """The headers of a call; the scope is the profile, which is the shop's id here."""
    return {
        "authorization": f"Bearer {access}",
        "amazon-advertising-api-clientid": session.secret("client_id"),
        "amazon-advertising-api-scope": session.shop.marketplace,
        "user-agent": USER_AGENT,
    }


def _stream(product: Product, history: int) -> Stream:
    fetches = {"amazon_ads.sp": _fetch_sp, "amazon_ads.sb": _fetch_sb, "amazon_ads.sd": _fetch_sd}
    return Stream(
        name=product.stream,
        measures=MEASURES,
        fetch=fetches[product.stream],
        spends=lambda _window: {"createReport": 1},  # one report for all days of a piece
        look_back_days=14,
        weekly_look_back_days=45,
        provisional_days=3,
        chunk_days=31,
        history_days=history,
        empty_day="zero",
        freshness_hours=36,
    )


PRODUCTS: Final = {SPONSORED_PRODUCTS: 95, SPONSORED_BRANDS: 60, SPONSORED_DISPLAY: 65}
_SHARED: Final = names("date cost clicks impressions campaignBudgetCurrencyCode")

AMAZON_ADS: Final = Connector(
    platform="amazon_ads",
    streams=tuple(_stream(product, history) for product, history in PRODUCTS.items()),
    hosts=(*ADS_HOSTS.values(), LOGIN_HOST, "*.amazonaws.com"),
    # Amazon's limits are dynamic; it advises few calls, spread over the day.
    limits={
        "token": Limit(1, 5),
        "createReport": Limit(0.5, 5),
        "getReport": Limit(1, 10),
        "document": Limit(10, 10),
    },
    kept={
        product.stream: _SHARED
        | frozenset(product.columns("7d"))
        | frozenset(product.columns("14d"))
        for product in PRODUCTS
    },
    authorise=authorise,
    refresh=refresh,
    secrets=SECRETS,
)
