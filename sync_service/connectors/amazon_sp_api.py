"""Amazon Selling Partner API: the streams of a marketplace, with their limits and windows.

How each answer is read stands in `amazon_parse`, `amazon_traffic`, `amazon_sales`, `amazon_goods`
and `amazon_finances`. An account's login serves all its marketplaces of one area.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from kpi.model import Window
from sync_service.connectors import (
    amazon_finances,
    amazon_goods,
    amazon_parse,
    amazon_sales,
    amazon_traffic,
)
from sync_service.connectors.amazon_login import SECRETS, USER_AGENT, refresh
from sync_service.connectors.kernel import (
    Connector,
    Limit,
    Observed,
    Response,
    Session,
    Stream,
    TokenExpired,
)
from sync_service.connectors.marketplaces import LOGIN_HOST, SP_API_HOSTS

FORBIDDEN: Final = 403
RATIONED: Final = "createTrafficReport"

LIMITS: Final = {
    "token": Limit(1, 5),
    "getOrderMetrics": Limit(0.5, 15),
    "createReport": Limit(0.0167, 15),
    # Since 24 April 2026 one a quarter of an hour for the whole provider, over all its sellers.
    RATIONED: Limit(1 / 900, 96, scope="app", also="createReport"),
    "getReport": Limit(2, 15),
    "getReportDocument": Limit(0.0167, 15),
    "document": Limit(10, 10),
    "listTransactions": Limit(0.5, 10),
    "getInventorySummaries": Limit(2, 2),
}


def one_report(_window: Window) -> Mapping[str, int]:
    """One report for all days of a piece."""
    return {"createReport": 1}


def one_traffic_report(_window: Window) -> Mapping[str, int]:
    """One report of the ration for all days of a piece."""
    return {RATIONED: 1}


def a_traffic_report_a_day(window: Window) -> Mapping[str, int]:
    """A report of the ration for each day, and the listings once."""
    return {RATIONED: window.days, "createReport": 1}


def a_page_of(operation: str) -> Callable[[Window], Mapping[str, int]]:
    """One page at least; how many a shop has is counted when it is fetched."""
    return lambda _window: {operation: 1}


STREAMS: Final = (
    Stream(
        name="amazon.orders",
        measures=(
            "gross_sales",
            "discounts",
            "gmv_amount",
            "units_ordered",
            "units_shipped",
            "orders_shipped",
            "sales_shipped",
            "orders_count",
            "order_items_count",
            "orders_cancelled_buyer",
        ),
        fetch=amazon_goods.orders,
        spends=one_report,
        look_back_days=14,
        weekly_look_back_days=35,
        provisional_days=2,
        chunk_days=30 - amazon_parse.SHIPPING_LEAD,
        history_days=720,
        empty_day="zero",
        freshness_hours=30,
    ),
    Stream(
        name="amazon.order_metrics",
        measures=("gross_sales", "units_ordered", "orders_count"),
        fetch=amazon_sales.order_metrics,
        spends=a_page_of("getOrderMetrics"),
        look_back_days=3,
        weekly_look_back_days=35,
        provisional_days=1,
        chunk_days=180,
        history_days=720,
        empty_day="missing",
        freshness_hours=30,
    ),
    Stream(
        name="amazon.traffic",
        measures=(
            "sessions",
            "page_views",
            "buy_box_page_views",
            "units_refunded",
            "feedback_negative_orders",
            "gross_sales",
            "units_ordered",
        ),
        fetch=amazon_sales.traffic,
        spends=one_traffic_report,
        look_back_days=14,
        weekly_look_back_days=35,
        provisional_days=3,
        chunk_days=366,  # a report of many days costs the ration as much as one of a day
        history_days=720,
        empty_day="missing",
        freshness_hours=48,
        rationed=RATIONED,
    ),
    Stream(
        name="amazon.traffic_asin",
        measures=("sessions", "page_views", "buy_box_page_views", "gross_sales", "units_ordered"),
        fetch=amazon_sales.traffic_asin,
        spends=a_traffic_report_a_day,
        look_back_days=3,
        weekly_look_back_days=7,
        provisional_days=3,
        chunk_days=7,  # one fetch, a report for each of its days, the listings once
        history_days=7,  # of the ration: twelve shops would else spend a day's on their first fill
        empty_day="missing",
        freshness_hours=72,
        rationed=RATIONED,
    ),
    Stream(
        name="amazon.returns",
        measures=("units_returned", "orders_returned", "units_restocked"),
        fetch=amazon_goods.returns,
        spends=one_report,
        look_back_days=30,
        weekly_look_back_days=90,
        provisional_days=14,
        chunk_days=60,
        history_days=540,
        empty_day="zero",
        freshness_hours=48,
    ),
    Stream(
        name="amazon.finances",
        measures=(
            "refund_amount",
            "returns_amount",
            "platform_fees",
            "fulfilment_fees",
            "storage_fees",
            "return_costs",
        ),
        fetch=amazon_finances.fetch,
        spends=a_page_of("listTransactions"),
        look_back_days=14,
        weekly_look_back_days=60,
        provisional_days=14,
        chunk_days=170,  # a window over 180 days silently returns nothing
        history_days=720,
        empty_day="zero",
        freshness_hours=48,
    ),
    Stream(
        name="amazon.stock",
        measures=("available_units", "inbound_units"),
        fetch=amazon_goods.stock,
        spends=a_page_of("getInventorySummaries"),
        look_back_days=1,
        weekly_look_back_days=1,
        provisional_days=0,
        chunk_days=1,
        history_days=None,
        empty_day="missing",
        freshness_hours=30,
    ),
    Stream(
        name="amazon.stock_ledger",
        measures=("available_units",),
        fetch=amazon_goods.stock_ledger,
        spends=one_report,
        look_back_days=7,
        weekly_look_back_days=35,
        provisional_days=2,
        chunk_days=60,
        history_days=540,
        empty_day="missing",
        freshness_hours=72,
    ),
    Stream(
        name="amazon.listings",
        measures=("listings_new_parent", "listings_new_variant"),
        fetch=amazon_goods.listings,
        spends=one_report,
        look_back_days=14,
        weekly_look_back_days=35,
        provisional_days=0,
        chunk_days=720,
        history_days=720,
        empty_day="zero",
        freshness_hours=48,
    ),
)

KEPT: Final = {
    "amazon.orders": amazon_parse.ORDERS_KEPT,
    "amazon.order_metrics": frozenset(
        {"payload", "interval", "unitCount", "orderItemCount", "orderCount"}
        | {"totalSales", "amount", "currencyCode"}
    ),
    "amazon.traffic": amazon_traffic.KEPT,
    "amazon.traffic_asin": amazon_traffic.KEPT | amazon_parse.LISTINGS_KEPT,
    "amazon.returns": amazon_parse.RETURNS_KEPT,
    "amazon.finances": amazon_finances.KEPT,
    "amazon.stock": amazon_goods.STOCK_KEPT,
    "amazon.stock_ledger": amazon_parse.LEDGER_KEPT,
    "amazon.listings": amazon_parse.LISTINGS_KEPT,
}


def authorise(_session: Session, access: str) -> Mapping[str, str]:
    """The headers of a call; no signature has been needed since October 2023."""
    return {"x-amz-access-token": access, "user-agent": USER_AGENT}


def judge(response: Response) -> None:
    """Amazon answers 403 for a token that has expired; everything else shows in the status."""
    if response.status == FORBIDDEN and b"token you provided has expired" in response.content:
        raise TokenExpired("the access token has expired", request_id=response.request_id)


def observe(operation: str, response: Response) -> Observed | None:
    """The rate of an answer beats the published one."""
    rate = response.headers.get("x-amzn-ratelimit-limit", "")
    if operation in {"token", "document"} or not rate:
        return None
    try:
        return Observed(rate=float(rate))
    except ValueError:
        return None


AMAZON: Final = Connector(
    platform="amazon",
    streams=STREAMS,
    hosts=(*SP_API_HOSTS.values(), LOGIN_HOST, "*.amazonaws.com", "*.cloudfront.net"),
    limits=LIMITS,
    kept=KEPT,
    authorise=authorise,
    refresh=refresh,
    judge=judge,
    observe=observe,
    secrets=SECRETS,
)
