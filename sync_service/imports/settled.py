"""The days that imported settlements cover completely, added up: `file.settlement`.

A day on which one settlement ends and the next begins is known when both were imported.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from kpi.model import Window
from kpi.trade import Shop
from sync_service import control
from sync_service.connectors.shop_days import midnight
from sync_service.connectors.tally import Tally
from sync_service.house import House
from sync_service.imports.amazon_settlement import LINES, MEASURES
from sync_service.imports.layout import DAY, Batch, FileStream

STREAM = FileStream("file.settlement", MEASURES, "zero")
_GAP = timedelta(minutes=1)  # between the printed end of one and the start of the next
Span = tuple[datetime, datetime]


def _setting(shop: Shop) -> str:
    return f"settlements/{shop.code}"


def remember(house: House, batch: Batch) -> None:
    """Note what a settlement covers."""
    if batch.instants is None or batch.part is None:
        return
    told = control.setting(house.store, _setting(batch.shop), {})
    known = dict(told) if isinstance(told, dict) else {}
    known[batch.part] = [moment.isoformat() for moment in batch.instants]
    control.set_setting(house.store, _setting(batch.shop), known)


def spans(house: House, shop: Shop) -> list[Span]:
    """What the imported settlements of a shop cover, joined where they touch."""
    told = control.setting(house.store, _setting(shop), {})
    pairs = told.values() if isinstance(told, dict) else ()
    read = sorted((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in pairs)
    joined: list[Span] = []
    for start, end in read:
        if joined and start <= joined[-1][1] + _GAP:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def batches(house: House, batch: Batch) -> Iterable[Batch]:
    """The days of a settlement's window that are complete now; rows of all settlements added."""
    shop, known = batch.shop, spans(house, batch.shop)
    days = [day for day in batch.window.each() if _covered(day, shop, known)]
    if not days:
        return []
    window = Window(min(days), max(days) + DAY)
    tally = Tally(window, shop.currency)
    inside = set(days)
    for row in house.facts.rows(LINES.name, shop.code, window).to_pylist():
        for measure in MEASURES:
            amount: Decimal | None = row[measure]
            if amount is not None and row["day"] in inside:
                tally.add(row["day"], measure, amount, row["sku"], currency=row["currency"])
    out = frozenset(window.each()) - inside
    return [Batch(STREAM, shop, window, tuple(tally.rows()), out)]


def _covered(day: date, shop: Shop, known: list[Span]) -> bool:
    start, end = (midnight(one, shop.time_zone) for one in (day, day + DAY))
    return any(a <= start and end <= b for a, b in known)
