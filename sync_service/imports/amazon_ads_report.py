"""Reports of the Amazon Ads console, CSV or XLSX: sponsored products, brands and display by day.

The console leaves out what was not shown, so a day of the file's span without a row is a zero. The
three kinds are three streams: a day may come from the API for one and from a file for another.
Sponsored products of sellers are attributed to 7 days, the others to 14.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial

from kpi.model import WHOLE_SHOP, Window
from sync_service.connectors.tally import NO_PRODUCT, Tally
from sync_service.imports.dates import day_in
from sync_service.imports.layout import (
    Batch,
    FileStream,
    Found,
    Layout,
    Source,
    finished,
    local_today,
    span,
)
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.whose import check_currency, check_markets, shop_of

MEASURES = ("ad_spend", "ad_sales", "ad_orders", "ad_clicks", "ad_impressions")
_SKU = "advertised sku"
_COUNTRIES = {
    "united states": "US",
    "germany": "DE",
    "france": "FR",
    "italy": "IT",
    "spain": "ES",
    "united kingdom": "GB",
    "uk": "GB",
}


def read(source: Source, kind: str, window: str) -> Found:
    """The file as facts of one ad product."""
    columns = source.columns
    countries = [_country(text) for text in columns.text("country")]
    currencies = [text.strip().upper() for text in columns.text("currency")]
    shop = shop_of(source, "amazon", set(countries) - {""})
    check_markets(source, shop, countries)
    check_currency(source, shop, currencies)
    moments = columns.moments("date", "start date")
    values: Mapping[str, Sequence[Decimal | int | None]] = {
        "ad_spend": columns.money("spend", "cost"),
        "ad_sales": columns.money(f"{window} day total sales"),
        "ad_orders": columns.counts(f"{window} day total orders (#)"),
        "ad_clicks": columns.counts("clicks"),
        "ad_impressions": columns.counts("impressions"),
    }
    skus = columns.ids(_SKU) if columns.find(_SKU) is not None else None
    campaigns = columns.text("campaign name")
    whose = {shop.market, ""}
    places = [p for p in columns.good() if countries[p] in whose and moments[p] is not None]
    days = {p: day_in(m, shop.time_zone) for p in places if (m := moments[p]) is not None}
    if not days:
        raise FileRefusedError(
            f"{source.name} has no usable row. See the refused rows.",
            f"{source.name} 没有可用的行。请看被拒绝的行。",
        )
    kept = set(finished(source, shop, sorted(set(days.values()))))
    period = source.options.period
    stated = period or span(sorted(kept))
    days_span = Window(stated.start, min(stated.end, local_today(source, shop)))
    tally = Tally(days_span, shop.currency)
    for place, day in days.items():
        sku = WHOLE_SHOP if skus is None else skus[place] or NO_PRODUCT
        part = campaigns[place] if skus is None else ""
        for measure, of in values.items():
            tally.add(day, measure, of[place] or 0, sku, part=part, currency=currencies[place])
    out = {day_in(m, shop.time_zone) for p in columns.refused if (m := moments[p]) is not None}
    stream = FileStream(f"file.ads_{kind}", MEASURES, "zero")
    return Found((Batch(stream, shop, days_span, tuple(tally.rows()), frozenset(out)),))


def _country(text: str) -> str:
    bare = text.strip()
    return _COUNTRIES.get(bare.lower(), bare.upper() if len(bare) == 2 else "")  # noqa: PLR2004 - ISO


_ALWAYS = frozenset({"date", "campaign name", "impressions", "clicks"})
ADS_PRODUCTS = Layout(
    "ads_sp", _ALWAYS | {_SKU, "7 day total orders (#)"}, partial(read, kind="sp", window="7")
)
ADS_DISPLAY = Layout(
    "ads_sd", _ALWAYS | {_SKU, "14 day total orders (#)"}, partial(read, kind="sd", window="14")
)
ADS_BRANDS = Layout(
    "ads_sb",
    _ALWAYS | {"14 day total orders (#)"},
    partial(read, kind="sb", window="14"),
    absent=frozenset({_SKU}),
)
