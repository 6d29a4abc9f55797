"""Amazon's sales and traffic report as facts. Pure: a parsed document in, rows out.

Two traps and two checks of the report are settled here:

- A report whose printed range or marketplace differs from the one that was asked for is refused.
- Sales arrive before traffic. Units above 0 with no session in the whole shop means that traffic is
  late: sales are kept, traffic is unknown. The same holds for a day without units and sessions that
  is not older than `LATE_DAYS`: nothing at all came yet, so its sales are unknown too.
- An empty by-ASIN block beside a day with units or sales means not ready: old rows stay.
- Printed rates are recomputed from their counts; a difference beyond the rounding of two decimals
  is a warning with both values. `buy_box_page_views` = page views x featured-offer percentage
  / 100, rounded half to even.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from kpi.model import Window
from sync_service.connectors.json_values import Json, items, part
from sync_service.connectors.keep_lists import names
from sync_service.connectors.kernel import ContractBroken, FactRow, ShopRef
from sync_service.connectors.shop_days import iso_day
from sync_service.connectors.tally import Doubts, Tally

LATE_DAYS: Final = 3  # Amazon: wait up to 72 hours
ROUNDING: Final = Decimal("0.01")  # of a printed percentage
TRAFFIC: Final = ("sessions", "page_views", "buy_box_page_views")
KEPT: Final = names(
    """reportSpecification reportType reportOptions dateGranularity asinGranularity dataStartTime
    dataEndTime marketplaceIds salesAndTrafficByDate salesAndTrafficByAsin date salesByDate
    trafficByDate orderedProductSales amount currencyCode unitsOrdered totalOrderItems unitsRefunded
    refundRate pageViews sessions buyBoxPercentage orderItemSessionPercentage unitSessionPercentage
    feedbackReceived negativeFeedbackReceived receivedNegativeFeedbackRate parentAsin childAsin sku
    salesByAsin trafficByAsin"""
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the report gave: rows, days that are not there yet, and cells known to be unknown."""

    rows: list[FactRow]
    not_ready: frozenset[date] = frozenset()
    unknown: frozenset[tuple[date, str]] = frozenset()


def number(of: Json, name: str) -> int | None:
    """A count; None where the platform left it out."""
    value = of.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value != int(value):
        raise ContractBroken(f"{name} is {value!r}, which is no count")
    return int(value)


def amount(of: Json, name: str) -> tuple[Decimal, str]:
    """An amount with its currency."""
    money = part(of, name)
    value = money.get("amount")
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        raise ContractBroken(f"{name} has no amount")
    return Decimal(value), str(money.get("currencyCode") or "")


def same_range(document: Json, window: Window, marketplace: str) -> None:
    """Refuse a report that answers another question (weeks silently widen a window)."""
    spec = part(document, "reportSpecification")
    given = Window(
        iso_day(str(spec.get("dataStartTime"))),
        iso_day(str(spec.get("dataEndTime"))) + timedelta(days=1),
    )
    if given != window:
        raise ContractBroken(
            f"asked for {window.start} to {window.end - timedelta(days=1)}, "
            f"the report covers {given.start} to {given.end - timedelta(days=1)}"
        )
    if spec.get("marketplaceIds") != [marketplace]:
        raise ContractBroken(f"the report is of marketplace {spec.get('marketplaceIds')}")


def by_date(document: Json, shop: ShopRef, window: Window, today: date, doubts: Doubts) -> Traffic:
    """The by-date block as whole-shop rows."""
    same_range(document, window, shop.marketplace)
    tally = Tally(window, shop.currency)
    given: set[date] = set()
    unknown: set[tuple[date, str]] = set()
    for block in items(document, "salesAndTrafficByDate"):
        day = iso_day(str(block.get("date")))
        if day in given or not window.start <= day < window.end:
            raise ContractBroken(f"the day {day} stands twice or outside of the report's range")
        given.add(day)
        _check_rates(block, day, doubts)
        unknown |= _day(block, day, today, tally, doubts)
    return Traffic(tally.rows(), frozenset(set(window.each()) - given), frozenset(unknown))


def _day(
    block: Json, day: date, today: date, tally: Tally, doubts: Doubts
) -> set[tuple[date, str]]:
    sales, traffic = part(block, "salesByDate"), part(block, "trafficByDate")
    gross, currency = amount(sales, "orderedProductSales")
    units, sessions = number(sales, "unitsOrdered") or 0, number(traffic, "sessions")
    counts: dict[str, int | Decimal | None] = {
        "gross_sales": gross,
        "units_ordered": units,
        "units_refunded": number(sales, "unitsRefunded"),
        "feedback_negative_orders": number(traffic, "negativeFeedbackReceived"),
        "sessions": sessions,
        "page_views": number(traffic, "pageViews"),
        "buy_box_page_views": _featured(traffic),
    }
    late = not sessions and (units > 0 or today - day <= timedelta(days=LATE_DAYS))
    if late:
        doubts.add("traffic_late", day.isoformat())
        counts.update(dict.fromkeys(TRAFFIC))
    if late and not units and not gross:
        counts = dict.fromkeys(counts)
    for measure, value in counts.items():
        if value is not None:
            tally.add(day, measure, value, currency=currency)
        else:
            tally.forget(day, measure)
    return {(day, measure) for measure, value in counts.items() if value is None}


def _featured(traffic: Json) -> int | None:
    """Page views with the own offer in the box, from the printed percentage."""
    views, share = number(traffic, "pageViews"), traffic.get("buyBoxPercentage")
    if views is None or not isinstance(share, (int, Decimal)):
        return None
    return int((views * Decimal(share) / 100).to_integral_value(ROUND_HALF_EVEN))


def _check_rates(block: Json, day: date, doubts: Doubts) -> None:
    sales, traffic = part(block, "salesByDate"), part(block, "trafficByDate")
    rates = (
        ("refundRate", sales, number(sales, "unitsRefunded"), number(sales, "unitsOrdered")),
        (
            "unitSessionPercentage",
            traffic,
            number(sales, "unitsOrdered"),
            number(traffic, "sessions"),
        ),
        (
            "orderItemSessionPercentage",
            traffic,
            number(sales, "totalOrderItems"),
            number(traffic, "sessions"),
        ),
        (
            "receivedNegativeFeedbackRate",
            traffic,
            number(traffic, "negativeFeedbackReceived"),
            number(traffic, "feedbackReceived"),
        ),
    )
    for name, of, above, below in rates:
        if above is not None and below:
            _check_rate(name, of.get(name), (above, below), day, doubts)
    parts = (("negativeFeedbackReceived / feedbackReceived", rates[3][2], rates[3][3]),)
    for name, above, below in parts:
        if above is not None and below is not None and above > below:
            doubts.add(f"part_above_whole:{name}", f"{day}: {above} > {below}")
    share = traffic.get("buyBoxPercentage")
    if isinstance(share, (int, Decimal)) and share > 100:  # noqa: PLR2004 - a percentage
        doubts.add("part_above_whole:buyBoxPercentage", f"{day}: {share} > 100")


def _check_rate(
    name: str, printed: object, counts: tuple[int, int], day: date, doubts: Doubts
) -> None:
    above, below = counts
    if not isinstance(printed, (int, Decimal)):
        return
    counted = Decimal(above) * 100 / below
    if abs(counted - printed) > ROUNDING:
        doubts.add(
            f"rate_contradicts_counts:{name}",
            f"{day}: {printed} % printed, {above} / {below} = {counted:.2f} %",
        )


def by_asin(
    document: Json, shop: ShopRef, window: Window, skus: Mapping[str, str], doubts: Doubts
) -> Traffic:
    """The by-ASIN block of a one-day report as rows per SKU."""
    same_range(document, window, shop.marketplace)
    shop_units = sum(
        number(part(block, "salesByDate"), "unitsOrdered") or 0
        for block in items(document, "salesAndTrafficByDate")
    )
    lines = items(document, "salesAndTrafficByAsin")
    if not lines and (shop_units or not items(document, "salesAndTrafficByDate")):
        return Traffic([], frozenset(window.each()))
    tally = Tally(window, shop.currency)
    late = shop_units > 0 and not any(
        number(part(line, "trafficByAsin"), "sessions") for line in lines
    )
    for line in lines:
        _asin(line, window.start, tally, skus, doubts, late=late)
    if late:
        doubts.add("traffic_late", window.start.isoformat())
    unknown = {(window.start, measure) for measure in TRAFFIC} if late else set()
    return Traffic(tally.rows(), unknown=frozenset(unknown))


def _asin(
    line: Json, day: date, tally: Tally, skus: Mapping[str, str], doubts: Doubts, *, late: bool
) -> None:
    asin = str(line.get("childAsin") or line.get("parentAsin") or "")
    sku = str(line.get("sku") or skus.get(asin) or "")
    if not sku:
        doubts.add("asin_without_sku", asin)
    sales, traffic = part(line, "salesByAsin"), part(line, "trafficByAsin")
    gross, currency = amount(sales, "orderedProductSales")
    counts: dict[str, int | Decimal | None] = {
        "gross_sales": gross,
        "units_ordered": number(sales, "unitsOrdered"),
    }
    if not late:
        counts |= {
            "sessions": number(traffic, "sessions"),
            "page_views": number(traffic, "pageViews"),
            "buy_box_page_views": _featured(traffic),
        }
    for measure, value in counts.items():
        if value is not None:
            tally.add(day, measure, value, sku or asin, currency=currency)
