"""Which streams count for a measure: in order of preference, and never two that describe one sale.

The first set of streams that knows a day counts for that day; the streams of one set are added
(advertising is products + brands + display). Other streams with the same measure are kept for
comparison only. A mapped file or the sheet's own input can stand in for every source, so a measure
without a stream here is read from them; one that nobody can know of a platform (the source matrix
of `kpi.platform_sources`) is not applicable to its shops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import product

from kpi.campaigns import CAMPAIGN_BUDGET
from kpi.compliance import REGISTERED
from kpi.model import Measure
from kpi.platform_sources import can_be_known

Alternatives = tuple[tuple[str, ...], ...]

INPUTS = "book.inputs"  # typed by hand in tblInput; counts where no platform delivers
PLANS = "book.targets"  # budget lines of the targets, by day
MAPPED = "file.mapped"  # any file with a mapping of its own
FILES_AND_HAND: Alternatives = ((MAPPED,), (INPUTS,))


def _group(measures: str, *sets: Iterable[str]) -> dict[str, Alternatives]:
    streams: Alternatives = (*(tuple(s) for s in sets), *FILES_AND_HAND)
    return dict.fromkeys(measures.split(), streams)


# Each ad product for itself: the API keeps 95, 60 and 65 days, older ones come from files.
_ADS = tuple(product(*((f"amazon_ads.{kind}", f"file.ads_{kind}") for kind in ("sp", "sb", "sd"))))

AMAZON: dict[str, Alternatives] = {
    **_group(
        "gross_sales discounts gmv_amount units_ordered units_shipped cogs inbound_freight"
        " units_without_cost units_without_freight orders_count order_items_count"
        " orders_cancelled_buyer orders_shipped sales_shipped",
        ["amazon.orders"],
        ["file.all_orders"],
    ),
    **_group(
        "sessions page_views buy_box_page_views units_refunded feedback_negative_orders",
        ["amazon.traffic"],
        ["file.business_report"],
    ),
    **_group(
        "units_returned orders_returned units_restocked cogs_restocked restocked_without_cost",
        ["amazon.returns"],
    ),
    **_group(
        "refund_amount returns_amount platform_fees fulfilment_fees storage_fees return_costs",
        ["amazon.finances"],
        ["file.settlement"],
    ),
    **_group("ad_spend ad_sales ad_orders ad_clicks ad_impressions", *_ADS),
    **_group(
        "available_units inventory_value_cost stock_without_cost",
        ["amazon.stock"],
        ["amazon.stock_ledger"],
    ),
    **_group("inbound_units", ["amazon.stock"]),
    **_group("listings_new_parent listings_new_variant", ["amazon.listings"]),
}

SHOPIFY: dict[str, Alternatives] = {
    **_group(
        "gross_sales discounts gmv_amount units_ordered units_shipped cogs inbound_freight"
        " units_without_cost units_without_freight orders_count order_items_count"
        " orders_shipped sales_shipped",
        ["shopify.orders"],
        ["file.shopify_orders"],
    ),
    **_group(
        "returns_amount units_refunded units_returned refund_amount orders_returned"
        " units_refunded_orderday units_returned_shipday orders_returned_shipday"
        " returns_amount_shipday units_restocked cogs_restocked restocked_without_cost",
        ["shopify.refunds"],
    ),
    **_group("sessions", ["shopify.traffic"]),
    **_group("platform_fees payment_fees", ["shopify.payments"]),
    **_group(
        "available_units inventory_value_cost stock_without_cost inbound_units", ["shopify.stock"]
    ),
    **_group("listings_new_parent", ["shopify.products"]),
}

# A plan of the sheet: what was typed by day goes before the month of a target line.
_PLANNED: dict[str, Alternatives] = {
    "ad_budget": (*FILES_AND_HAND, (PLANS,)),
    CAMPAIGN_BUDGET: ((PLANS,),),
}
# A set of no streams is a known zero: the platform's commission already holds it.
_IN_COMMISSION: dict[str, Alternatives] = {"payment_fees": ((),)}

PLATFORMS: dict[str, dict[str, Alternatives]] = {
    "amazon": {**_IN_COMMISSION, **AMAZON},
    "shopify": SHOPIFY,
}

# The platform's own figure that a reconciliation compares with ours.
BACK_OFFICE: dict[str, tuple[str, str]] = {
    "amazon": ("amazon.traffic", "gross_sales"),
    "shopify": ("shopify.traffic", "gross_sales"),
}


def alternatives(platform: str, measure: str) -> Alternatives:
    """The sets of streams that may deliver a measure on a platform; none: not applicable."""
    listed = {**_PLANNED, **PLATFORMS.get(platform, {})}.get(measure)
    if listed is not None:
        return listed
    return FILES_AND_HAND if by_hand(platform, measure) else ()


def sources_of(measures: Mapping[str, Measure]) -> Callable[[str, str], Alternatives]:
    """`alternatives` for these measures: an own one is typed, whatever the platform."""

    def found(platform: str, measure: str) -> Alternatives:
        known = measures.get(measure)
        own = known is not None and known.own
        return FILES_AND_HAND if own else alternatives(platform, measure)

    return found


def by_hand(platform: str, measure: str) -> bool:
    """Whether a figure may be typed for a shop; the register counts its tasks itself."""
    return measure not in REGISTERED and can_be_known(platform, measure)
