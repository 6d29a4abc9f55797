"""Amazon's settlement, Flat File V2: fees and refunds by day of posting.

A settlement begins and ends within a day and holds late lines of earlier ones. So its lines are
kept under the settlement's number (`file.settlement_lines`), and `settled.py` adds those days that
the imported settlements cover completely. The sum of `amount` must be `total-amount`; a difference
is reported, never adjusted. Unknown charges go into no measure and are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from kpi.model import WHOLE_SHOP, Window
from kpi.trade import Shop
from sync_service.connectors.tally import NO_PRODUCT, Doubts, Tally
from sync_service.fee_codes import COSTS, Charge, charge_of
from sync_service.imports.columns import Columns
from sync_service.imports.dates import Moment, day_in
from sync_service.imports.layout import DAY, Batch, FileStream, Found, Layout, Source
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.whose import channel_of, check_channels, check_currency, shop_of

MEASURES = (
    *("refund_amount", "returns_amount", "platform_fees", "fulfilment_fees"),
    *("storage_fees", "return_costs"),
)
LINES = FileStream("file.settlement_lines", MEASURES, "missing")


def read(source: Source) -> Found:
    """One settlement."""
    columns = source.columns
    shop = shop_of(source, "amazon")
    channels = [text.strip().lower() for text in columns.text("marketplace-name")]
    check_channels(source, shop, channels)
    check_currency(source, shop, set(columns.text("currency")))
    number, start, end = _head(source)
    amounts = columns.money("amount")
    _check_total(source, amounts)
    exact = "posted-date-time"
    posted = columns.moments(exact if columns.find(exact) is not None else "posted-date")
    places = [
        place
        for place in columns.good()
        if posted[place] is not None
        and amounts[place] is not None
        and not (channels[place].startswith("amazon.") and channels[place] != channel_of(shop))
    ]
    _tell_other_sites(source, shop, channels)
    days = {p: day_in(m, shop.time_zone) for p in places if (m := posted[p]) is not None}
    window = _window(shop, start, end, days.values())
    tally, doubts = Tally(window, shop.currency), Doubts(LINES.name, shop.code)
    skus, currencies = columns.ids("sku"), columns.text("currency")
    names = _names(columns)
    for place, day in days.items():
        line = (names[place], amounts[place] or Decimal(0), skus[place] or NO_PRODUCT)
        _add(tally, doubts, day, line, (number, currencies[place].upper()))
    source.problems.extend(doubts.problems())
    rows = tuple(tally.rows())
    return Found((Batch(LINES, shop, window, rows, part=number, instants=(start, end)),))


def _names(columns: Columns) -> list[tuple[str, str, str]]:
    """(transaction-type, amount-type, amount-description) of each line."""
    parts = ("transaction-type", "amount-type", "amount-description")
    return list(zip(*(columns.text(part) for part in parts), strict=True))


def _head(source: Source) -> tuple[str, datetime, datetime]:
    """Number, start and end (excluded) of the settlement, from its first line."""
    columns = source.columns
    numbers = {number for number in columns.ids("settlement-id") if number}
    if len(numbers) != 1:
        raise FileRefusedError(
            f"{source.name} holds {len(numbers)} settlements; one file is one settlement. "
            "Export each of them alone.",
            f"{source.name} 含 {len(numbers)} 个结算；一个文件只应有一个结算。请分别导出。",
        )
    starts = [m for m in columns.moments("settlement-start-date") if m is not None]
    ends = [m for m in columns.moments("settlement-end-date") if m is not None]
    if not starts or not ends:
        raise FileRefusedError(
            f"{source.name} names no start and end of the settlement. Export it again.",
            f"{source.name} 未写结算的起止时间。请重新导出。",
        )
    return numbers.pop(), _instant(starts[0]), _instant(ends[0]) + timedelta(seconds=1)


def _instant(moment: Moment) -> datetime:
    """Settlements print UTC; a day alone is its first moment."""
    if isinstance(moment, datetime):
        return moment
    return datetime.fromisoformat(f"{moment}T00:00:00+00:00")


def _check_total(source: Source, amounts: Sequence[Decimal | None]) -> None:
    printed = [total for total in source.columns.money("total-amount") if total is not None]
    added = sum((amount for amount in amounts if amount is not None), Decimal(0))
    if printed and printed[0] != added:
        gap = f"{added - printed[0]:+f}"
        source.warn(
            "settlement_total",
            (
                f"The lines add up to {added}, the settlement prints {printed[0]} ({gap}).",
                "Nothing was adjusted; export the settlement again and compare.",
            ),
            (
                f"各行合计 {added}，结算单总额为 {printed[0]}（差 {gap}）。",
                "未做任何调整；请重新导出并核对。",
            ),
        )


def _tell_other_sites(source: Source, shop: Shop, channels: Sequence[str]) -> None:
    others = {c for c in channels if c.startswith("amazon.") and c != channel_of(shop)}
    if others:
        names = ", ".join(sorted(others))
        source.warn(
            "outside_marketplace",
            (f"Lines of {names} are left out.", "Import the file for those shops too."),
            (f"未采用 {names} 的行。", "请为对应店铺再次导入此文件。"),
        )


def _window(shop: Shop, start: datetime, end: datetime, days: Iterable[date]) -> Window:
    """Every day that the settlement touches."""
    last = end - timedelta(seconds=1)
    found = [*days, day_in(start, shop.time_zone), day_in(last, shop.time_zone)]
    return Window(min(found), max(found) + DAY)


def _add(
    tally: Tally,
    doubts: Doubts,
    day: date,
    line: tuple[tuple[str, str, str], Decimal, str],
    how: tuple[str, str],
) -> None:
    """Put one line into its measure; costs are positive."""
    (transaction, group, name), amount, sku = line
    number, currency = how
    # a promotion's line is called Principal too, and is no price of goods
    charge = Charge.EXTRA if group.lower() == "promotion" else charge_of((group, name))
    refund = "refund" in transaction.lower()
    if charge is None:
        doubts.add(f"unknown_fee:{group}/{name}"[:90], f"{amount} {currency}")
    elif charge is Charge.STORAGE:
        tally.add(day, charge.value, -amount, WHOLE_SHOP, part=number, currency=currency)
    elif charge in COSTS:
        tally.add(day, charge.value, -amount, sku, part=number, currency=currency)
    elif refund and charge is not Charge.OTHER:
        tally.add(day, "refund_amount", -amount, sku, part=number, currency=currency)
        if charge is Charge.PRINCIPAL:
            tally.add(day, "returns_amount", -amount, sku, part=number, currency=currency)


SETTLEMENT = Layout(
    "settlement",
    frozenset({"settlement-id", "settlement-start-date", "total-amount", "amount-type", "amount"}),
    read,
)
