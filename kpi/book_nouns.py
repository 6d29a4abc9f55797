"""A row of each table as a noun: one function a table, what cannot be read is a Problem.

A row that needs a text, day or number it does not have is bad; the caller leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpi.book_rows import RowReader
from kpi.book_settings import zone_exists
from kpi.model import (
    Assignment,
    Better,
    Bound,
    InputRow,
    PeriodKind,
    Person,
    PointRow,
    Product,
    Region,
    Rule,
    Settings,
    Shop,
    TargetRow,
    TaskRow,
    WeightRow,
    Window,
)
from kpi.tables import ErrorValue

EVER = date(1970, 1, 1)
NEVER = date(9999, 1, 1)
US_MARKETS = frozenset({"US"})
MONTHS = tuple(f"m{n:02d}" for n in range(1, 13))


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of a table: of the rows that could be read, and of all rows."""

    read: frozenset[str]
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class Known:
    """What rows of other tables may name."""

    shops: Codes
    people: Codes


def region_of(market: str) -> Region:
    """The side of the business a market belongs to."""
    return Region.US if market in US_MARKETS else Region.EU


def shop(row: RowReader) -> Shop | None:
    """A shop; its market decides the region."""
    market = row.needed("market").upper()
    zone = row.needed("time_zone")
    if zone and not zone_exists(zone):
        row.wrong("time_zone", "unknown_zone", shown=zone)
    return Shop(
        code=row.needed("shop"),
        platform=row.word("platform", "platform") or "",
        market=market,
        region=region_of(market),
        currency=row.currency("currency") or row.needed("currency"),
        time_zone=zone,
        owner=row.text("owner") or None,
        name=row.text("name"),
        company=row.text("company"),
        opened=row.day("opened"),
        closed=row.day("closed"),
    )


def person(row: RowReader) -> Person | None:
    """A person; whether and where he is scored."""
    return Person(
        code=row.needed("person"),
        name=row.text("name"),
        department=row.text("department"),
        role=row.word("role", "role") or "",
        manager=row.text("manager") or None,
        start=row.day("start"),
        end=row.day("end"),
        us_share=row.number("us_share"),
        partner=row.text("partner") or None,
        scored=row.yes("scored", default=True),
        mentor=row.text("mentor") or None,
    )


def assignment(row: RowReader, known: Known) -> Assignment | None:
    """A dated line of Assignments; both typed days are included."""
    shop, person = row.needed("shop"), row.needed("person")
    _known(row, "shop", shop, known.shops)
    _known(row, "person", person, known.people)
    share = row.number("share", 1.0)
    start, end = row.day("start") or EVER, row.day("end")
    window = Window(start, _day_after(end) if end else NEVER)  # both typed days are included
    return Assignment(shop, row.text("category") or None, person, share or 0.0, window)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _known(row: RowReader, column: str, code: str, codes: Codes) -> None:
    """A code whose own row is wrong is one Problem there, not one more in each row naming it."""
    if code and code not in codes.named:
        row.wrong(column, "unknown_code", shown=code)
    elif code not in codes.read:
        row.bad = True


def product(row: RowReader) -> Product | None:
    """A product's cost, from a day on and in one market or all."""
    cost = row.exact("unit_cost")
    return Product(
        sku=row.needed("sku"),
        market=row.text("market").upper() or None,
        start=row.day("start") or EVER,
        category=row.text("category") or None,
        stage=row.text("stage") or None,
        unit_cost=cost,
        freight=row.exact("freight"),
        currency=row.currency("currency", "CNY"),
        parent=row.text("parent") or None,
    )


def _region(row: RowReader) -> Region:
    return Region(row.word("region", "region") or Region.US)


def target(row: RowReader, settings: Settings) -> TargetRow | None:
    """A year of targets of one scope and KPI; money in its own currency."""
    year = row.number("year")
    return TargetRow(
        year=int(year or 0),
        region=_region(row),
        scope=row.needed("scope"),
        metric=row.metric("metric"),
        owner=row.text("owner") or None,
        year_total=row.number("year_total"),
        months=tuple(row.number(month) for month in MONTHS),
        currency=row.currency("currency") or settings.currency,
        address=row.address,
    )


def weight(row: RowReader, settings: Settings) -> WeightRow | None:
    """A line of a card: weight, method, limits and what a missing value does."""
    weight = row.number("weight", 0.0) or 0.0
    if weight < 0:
        row.wrong("weight", "negative_weight")
    cap = row.raw("cap")
    return WeightRow(
        role=row.word("role", "role") or "",
        region=_region(row),
        metric=row.metric("metric"),
        on=row.yes("on", default=True),
        weight=weight,
        method=row.word("method", "method") or "",
        better=Better(row.word("better", "better", "higher") or "higher"),
        warn=row.number("warn"),
        breach=row.number("breach"),
        bound=Bound(row.word("bound", "bound", "strict") or "strict"),
        veto=row.yes("veto", default=False),
        start=row.day("start") or EVER,
        cap=settings.item_cap if cap is None or cap == "" else row.number("cap"),
        floor=row.number("floor", 0.0) or 0.0,
        params=tuple(row.number(p) for p in ("p1", "p2", "p3", "p4")),
        missing=row.word("missing", "missing", "exclude") or "exclude",
        address=row.address,
        confirmed=row.yes("confirmed", default=False),
    )


def rule(row: RowReader) -> Rule | None:
    """A rule of the alarms."""
    value = row.number("value")
    if value is None and not row.bad:
        row.needed("value")
    return Rule(
        code=row.needed("rule"),
        on=row.yes("on", default=True),
        metric=row.metric("metric"),
        scope=row.text("scope", "*"),
        window=PeriodKind(row.word("window", "window", "day") or "day"),
        operator=row.word("operator", "operator", ">") or ">",
        value=value or 0.0,
        periods=max(1, int(row.number("periods", 1.0) or 1)),
        level=row.word("level", "level", "warn") or "warn",
        address=row.address,
    )


def input_row(row: RowReader, known: Known) -> InputRow | None:
    """A figure typed by hand, kept exact."""
    day, value = row.day("day"), row.exact("value")
    shop = row.needed("shop")
    _known(row, "shop", shop, known.shops)
    if day is None or value is None:
        if not row.bad:
            row.needed("day" if day is None else "value")
        return None
    return InputRow(day, shop, row.metric("measure"), value, row.text("by"), row.address)


def point(row: RowReader, known: Known) -> PointRow | None:
    """Points given by hand for a month."""
    person = row.needed("person")
    _known(row, "person", person, known.people)
    month = row.raw("month")
    code = f"{month:%Y-%m}" if isinstance(month, date) else row.needed("month")
    points = row.number("points", 0.0) or 0.0
    approved = row.text("approved_by") or None
    number = row.needed("no")
    return PointRow(code, person, points, row.text("reason"), approved, row.address, number)


def task(row: RowReader) -> TaskRow | None:
    """A task of the inbox."""
    region = row.word("region", "region", "")
    return TaskRow(
        number=row.needed("no"),
        type=row.word("type", "task_type", "action") or "action",
        region=Region(region) if region else None,
        country=row.text("country").upper() or None,
        what=row.text("what"),
        owner=row.text("owner") or None,
        due=row.day("due"),
        done=row.number("done"),
        address=row.address,
        about=row.named("about"),
        quantity=row.number("quantity"),
        category=row.text("category") or None,
        regime=row.word_if_known("regime", "regime"),
        company=row.text("company") or None,
        registration=row.text("number"),
        registration_at=row.address_of("number"),
        valid_to=row.day("valid_to"),
        opened=row.day("opened"),
        delivered=row.day("delivered"),
        reviewer=row.text("reviewer") or None,
        outcome=row.word_if_known("outcome", "outcome"),
        evidence=row.text("evidence"),
    )


def switched_on(row: RowReader) -> str | None:
    """The code of a KPI that is on; None for one that is off."""
    code = row.text("metric")
    return code if code and row.yes("on", default=True) else None


def back_office(row: RowReader) -> tuple[str, float] | None:
    """The platform's own figure of a shop; None until somebody typed one."""
    value = row.raw("backend")
    if value is None or isinstance(value, ErrorValue):
        return None
    number = row.number("backend")
    return None if number is None else (row.needed("shop"), number)
