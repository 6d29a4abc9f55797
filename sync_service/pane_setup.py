"""What the set-up steps of a task pane show: sources, the comparison, the review that is next.

A shop's sources are those that the service knows; the commands that bring data in are written out
for the shop. Planned reviews are new rows of tblReview, which the pane writes; nothing is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from kpi.calendar import local_day, period_of, shifted
from kpi.model import Language, Period, PeriodKind
from kpi.tables import Table
from kpi.trade import Shop
from sheet_templates.layout import TABLES, Owner
from sync_service.compute import StreamState
from sync_service.house import House
from sync_service.pack_loading import language_of
from sync_service.pane_results import Json, patches_of
from sync_service.refresh import own_tables, read, stream_states
from sync_service.sent_store import kept
from sync_service.told import ToldError
from sync_service.workbooks.port import TablePatch, Written
from sync_service.workbooks.sent import Offer, SentBook, SentPort

PROGRAM = "python -m sync_service"
CONNECTED = ("amazon", "shopify")  # platforms whose shops a command links
PLAIN = re.compile(r"[\w./-]{1,60}")  # may stand in a command line as it is
RHYTHMS: Mapping[str, tuple[PeriodKind, int, str, str]] = {  # how many dates, and the topic
    "weekly": (PeriodKind.WEEK, 4, "周会 {0}", "Weekly review {0}"),
    "monthly": (PeriodKind.MONTH, 3, "月度复盘 {0}", "Monthly review {0}"),
    "quarterly": (PeriodKind.QUARTER, 2, "季度评估 {0}", "Quarterly review {0}"),
}


def set_up(house: House, name: str, sent: SentBook) -> Json:
    """Sources of every shop with their commands, the last comparison, and the next review.

    Raises:
        ToldError: The workbook is a partner's.
    """
    own_tables(sent.grids.keys())
    contents, now = sent.contents(), house.clock.now()
    book, _, _ = read(contents)
    states, known = stream_states(house, book.shops, now), kept(house.store, name)
    here = local_day(now, book.settings.time_zone)
    return {
        "shops": [
            _sources(shop, {s: one for (s, code), one in states.items() if code == shop.code})
            for shop in book.shops
        ],
        "compared": known.told.get("compared", []) if known else [],
        "review": _next_review(contents.tables.get("tblReview"), here),
    }


# --- sources --------------------------------------------------------------------------------------


def _sources(shop: Shop, states: Mapping[str, StreamState]) -> Json:
    """What is known of a shop's streams, as its weakest one is, and how data come in."""
    ends = [one.last_success for one in states.values() if one.last_success]
    failed = next((one.error for _, one in sorted(states.items()) if one.error), None)
    if not states:
        state = "none"
    elif failed:
        state = "failed"
    else:
        state = "stale" if any(one.stale for one in states.values()) else "fresh"
    return {
        "shop": shop.code,
        "platform": shop.platform,
        "state": state,
        "streams": len(states),
        "last": min(ends).isoformat(timespec="seconds") if ends else None,
        "error": failed,
        "commands": [{"what": what, "text": text} for what, text in _commands(shop)],
    }


def _commands(shop: Shop) -> Iterator[tuple[str, str]]:
    """The commands for this shop; what only its owner knows stands in capitals."""
    code = _plain(shop.code, "SHOP")
    yield "import", f"{PROGRAM} import FILE --shop {code}"
    if shop.platform in CONNECTED:
        where = (
            f"--market {_plain(shop.market, 'MARKET')} --currency {_plain(shop.currency, 'EUR')}"
        )
        zone = f"--time-zone {_plain(shop.time_zone, 'ZONE')}"
        told = "--account ACCOUNT --marketplace ID --api URL"
        yield (
            "connect",
            f"{PROGRAM} connect {code} --platform {shop.platform} {where} {zone} {told}",
        )


def _plain(text: str, instead: str) -> str:
    """A word for a command line; one that a shell could read otherwise is left to the reader."""
    return text if PLAIN.fullmatch(text) and not text.startswith("-") else instead


# --- reviews --------------------------------------------------------------------------------------


def _next_review(table: Table | None, today: date) -> str | None:
    """The first day from today on that Review has."""
    days = sorted(day for day in _days(table) if day >= today)
    return str(days[0]) if days else None


def _days(table: Table | None) -> Iterator[date]:
    for row in table.rows if table else ():
        day = row.value("date")
        if isinstance(day, date):
            yield day


def planned(house: House, sent: SentBook, rhythm: str, first: str) -> Json:
    """The next reviews as rows of Review: on the first day, then a week, month or quarter on.

    A day that Review has stays as it is.

    Raises:
        ToldError: There is no such rhythm or day, the day is past, or the workbook has no Review.
    """
    own_tables(sent.grids.keys())
    contents = sent.contents()
    book, _, _ = read(contents)
    start, table = _first(first), contents.tables.get("tblReview")
    if rhythm not in RHYTHMS or table is None:
        raise ToldError(
            "Reviews are planned weekly, monthly or quarterly, in a workbook with the tab Review.",
            "复盘按周、月或季度安排，工作簿须有“复盘”页。",
        )
    if start < local_day(house.clock.now(), book.settings.time_zone):
        raise ToldError(
            f"{start} is past. Choose a day from today on.", f"{start} 已过。请选今天起的日子。"
        )
    there, language = set(_days(table)), language_of(contents)
    days = [
        (day, of) for day, of in _dates(rhythm, start, book.settings.week_start) if day not in there
    ]
    rows = [_row(day, of, rhythm, language) for day, of in days]
    offers: list[Offer] = []

    def take(offer: Offer) -> bool:
        offers.append(offer)
        return True

    owners, key = (Owner.MANAGER,), TABLES["tblReview"].key
    patch = TablePatch("tblReview", key, rows, prune=False, adds=True, owners=owners)
    SentPort(sent, take).write([patch] if rows else [], (), contents.fingerprint)
    told = [
        {"day": str(day), "topic": row["topic"]} for (day, _), row in zip(days, rows, strict=True)
    ]
    return {**patches_of(offers[0]), "reviews": told}


def _first(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ToldError(
            f'"{text}" is no day. Write it as 2026-12-01.', f"“{text}”不是日期。请写成 2026-12-01。"
        ) from error


def _dates(rhythm: str, start: date, week_start: int) -> Iterator[tuple[date, Period]]:
    """Each date with the period that it looks back on: the last one that is over by then.

    The 31st is the last day of a shorter month.
    """
    kind, count, _, _ = RHYTHMS[rhythm]
    own = period_of(start, kind, week_start)
    for n in range(count):
        of = shifted(own, n, week_start)
        day = of.window.start + (start - own.window.start)
        yield min(day, of.window.end - timedelta(days=1)), shifted(of, -1, week_start)


def _row(day: date, of: Period, rhythm: str, language: Language) -> dict[str, Written]:
    _, _, zh, en = RHYTHMS[rhythm]
    topic = (en if language == "en" else zh).format(of.code)
    return {"no": f"R-{day}", "date": day, "topic": topic}
