"""Reports of the Amazon Ads console, CSV or XLSX: sponsored products, brands and display by day.

The console leaves out what was not shown, so a day of the file's span without a row is a zero. The
three kinds are three streams: a day may come from the API for one and from a file for another.
Sponsored products of sellers are attributed to 7 days, the others to 14.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from operator import itemgetter

from kpi.model import WHOLE_SHOP, Window
from sync_service.connectors.kernel import FactRow
from sync_service.connectors.tally import NO_PRODUCT
from sync_service.imports.columns import Columns
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
Values = tuple[Sequence[Decimal | int | None], ...]
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
    shop = shop_of(source, "amazon", set(countries) - {""})
    check_markets(source, shop, countries)
    check_currency(source, shop, set(columns.text("currency")))
    moments = columns.moments("date", "start date")
    values = _values(columns, window)
    keys = _keys(columns)
    ours = {shop.market, ""}
    places = [p for p in columns.good() if countries[p] in ours]
    days = {p: day_in(m, shop.time_zone) for p in places if (m := moments[p]) is not None}
    if not days:
        raise FileRefusedError(
            f"{source.name} has no usable row. See the refused rows.",
            f"{source.name} 没有可用的行。请看被拒绝的行。",
        )
    kept = finished(source, shop, sorted(set(days.values())))
    stated = source.options.period or span(kept)
    whole = Window(stated.start, min(stated.end, local_today(source, shop)))
    rows = _rows(
        {p: day for p, day in days.items() if whole.start <= day < whole.end}, keys, values
    )
    stream = FileStream(f"file.ads_{kind}", MEASURES, "zero")
    out = columns.lost_days(moments, shop.time_zone)
    return Found((Batch(stream, shop, whole, rows, out),))


def _values(columns: Columns, window: str) -> Values:
    """The columns in the order of MEASURES."""
    return (
        columns.money("spend", "cost"),
        columns.money(f"{window} day total sales"),
        columns.counts(f"{window} day total orders (#)"),
        columns.counts("clicks"),
        columns.counts("impressions"),
    )


def _keys(columns: Columns) -> list[tuple[str, str, str]]:
    """SKU, part and currency of each row; what names no product is told by campaign."""
    currencies = [text.strip().upper() for text in columns.text("currency")]
    if columns.find(_SKU) is None:
        names = columns.text("campaign name")
        return [(WHOLE_SHOP, name, c) for name, c in zip(names, currencies, strict=True)]
    skus = columns.ids(_SKU)
    return [(sku or NO_PRODUCT, "", c) for sku, c in zip(skus, currencies, strict=True)]


def _rows(
    days: Mapping[int, date], keys: Sequence[tuple[str, str, str]], values: Values
) -> tuple[FactRow, ...]:
    """One row a day and key; campaigns that advertise the same product are added."""
    sums: dict[tuple[date, str, str, str], list[Decimal | int]] = {}
    for place, day in days.items():
        cells = [of[place] or 0 for of in values]
        before = sums.setdefault((day, *keys[place]), cells)
        if before is not cells:
            before[:] = [a + b for a, b in zip(before, cells, strict=True)]
    return tuple(
        FactRow(day, dict(zip(MEASURES, cells, strict=True)), sku, part, currency)
        for (day, sku, part, currency), cells in sorted(sums.items(), key=itemgetter(0))
    )


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
