"""One row of each table as a noun; what cannot be read becomes a Problem with its cell."""

from __future__ import annotations

from datetime import date

from kpi.book_limits import cap_limits, step_limits, target_limits, weight_limits
from kpi.book_links import Codes
from kpi.book_rows import LARGEST, RowReader
from kpi.book_settings import zone_exists
from kpi.calendar import period
from kpi.catalog import Catalog
from kpi.directions import read_direction
from kpi.errors import KpiError
from kpi.grace import check_grace
from kpi.methods import MOST_POINTS
from kpi.missing import Outdated
from kpi.model import Region
from kpi.okr import KeyResult
from kpi.points import PointKind
from kpi.step_rows import line_params
from kpi.steps import read_steps
from kpi.tables import ErrorValue
from kpi.target_reading import planned, scope_code
from kpi.trade import Person, Product, Shop
from kpi.typed_rows import (
    ANY_STAGE,
    Bound,
    PointRow,
    Settings,
    TargetRow,
    TaskRow,
    VetoEffect,
    WeightRow,
)

EVER = date(1970, 1, 1)
NEVER = date(9999, 1, 1)
US_MARKETS = frozenset({"US"})
MONTHS = tuple(f"m{n:02d}" for n in range(1, 13))
MOST_FREE = 31  # misses of a month
FIRST_YEAR, LAST_YEAR = 2000, 2100
CardKey = tuple[str | None, str | None]
"""Role and region of a card; None where the row does not say it."""


def region_of(market: str) -> Region:
    """The side of the business a market belongs to."""
    return Region.US if market in US_MARKETS else Region.EU


def read_shop(row: RowReader) -> Shop | None:
    """A line of tblShop."""
    market = row.word("market", "market") or ""
    opened, closed = row.day("opened"), row.day("closed")
    row.in_order("closed", opened, closed)
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
        brand=row.text("brand"),
        opened=opened,
        closed=closed,
    )


def read_person(row: RowReader) -> Person:
    """A line of tblPeople."""
    start, end = row.day("start"), row.day("end")
    row.in_order("end", start, end)
    return Person(
        code=row.needed("person"),
        name=row.text("name"),
        department=row.text("department"),
        role=row.word("role", "role") or "",
        manager=row.text("manager") or None,
        start=start,
        end=end,
        us_share=row.between("us_share", 0, 1),
        partner=row.text("partner") or None,
        scored=row.yes("scored", default=True),
        mentor=row.text("mentor") or None,
        ramp=_ramp(row),
        team_share=row.between("team_share", 0, 1, 0.0) or 0.0,
        plan=row.word_if_known("plan", "newcomer_plan"),
        fte=row.between("fte", 0, 1, 1.0) or 0.0,
    )


def _ramp(row: RowReader) -> tuple[float, ...]:
    """Steps of a newcomer; a text that cannot be read is a Problem, and there is no step."""
    text = row.text("ramp")
    steps = read_steps(text)
    if steps is None:
        row.doubt("ramp", "not_steps", shown=text)
    return steps or ()


def day_after(day: date) -> date:
    """The next day; what lies beyond the calendar's end never comes."""
    return date.fromordinal(day.toordinal() + 1) if day < NEVER else NEVER


def read_product(row: RowReader) -> Product | None:
    """A line of tblProduct."""
    cost = row.exact("unit_cost")
    return Product(
        sku=row.needed("sku"),
        market=row.text("market").upper() or None,
        start=row.day("start") or EVER,
        category=row.text("category") or None,
        stage=row.decode("stage", row.text("stage")) or row.text("stage") or None,
        unit_cost=cost,
        freight=row.exact("freight"),
        currency=row.currency("currency", "CNY"),
        parent=row.text("parent") or None,
    )


def _year(row: RowReader) -> int:
    year = row.number("year")
    if year is None:
        if not row.bad:
            row.needed("year")
        return 0
    if not FIRST_YEAR <= year <= LAST_YEAR or not year.is_integer():
        row.wrong("year", "not_a_year", shown=row.text("year"))
    return int(year)


def read_target(row: RowReader, settings: Settings, catalog: Catalog | None) -> TargetRow | None:
    """A line of tblTarget."""
    found = planned(row, _target_row(row, settings), catalog)
    if catalog is not None:
        target_limits(row, found.metric, ("year_total", *MONTHS), catalog)
    return found


def _target_row(row: RowReader, settings: Settings) -> TargetRow:
    stage = row.word_if_known("company_stage", "company_stage")
    return TargetRow(
        year=_year(row),
        region=row.region(),
        scope=scope_code(row),
        metric=row.metric("metric"),
        owner=row.text("owner") or None,
        year_total=row.number("year_total"),
        months=tuple(row.number(month) for month in MONTHS),
        currency=row.currency("currency") or settings.currency,
        address=row.address,
        stage=stage if stage != ANY_STAGE else None,
    )


def read_weight(row: RowReader, settings: Settings, catalog: Catalog | None) -> WeightRow:
    """A line of tblWeight."""
    found = _weight_row(row, settings, catalog)
    if catalog is not None:
        weight_limits(row, found.metric, found.better, catalog)
        step_limits(row, found.params, found.metric, catalog)
        check_grace(row, found.method, found.metric, catalog)
    return found


def card_of(row: RowReader) -> CardKey:
    """The card that a line of tblWeight belongs to, as far as it says so."""
    role, region = row.text("role"), row.text("region")
    return row.decode("role", role), row.decode("region", region)


def _weight_row(row: RowReader, settings: Settings, catalog: Catalog | None) -> WeightRow:
    weight = row.number("weight", 0.0) or 0.0
    if weight < 0:
        row.wrong("weight", "negative_weight")
    typed, floor = row.raw("cap"), row.number("floor", 0.0) or 0.0
    cap = settings.item_cap if typed is None or typed == "" else row.number("cap")
    cap_limits(row, cap, floor)
    effect, method = _effect(row), row.word("method", "method") or ""
    role, region, metric = row.word("role", "role") or "", row.region(), row.metric("metric")
    better, reason = read_direction(row, metric, catalog)
    return WeightRow(
        role=role,
        region=region,
        metric=metric,
        on=row.yes("on", default=True),
        weight=weight,
        method=method,
        better=better,
        warn=row.number("warn"),
        breach=row.number("breach"),
        bound=Bound(row.word("bound", "bound", "strict") or "strict"),
        veto=effect is not None,
        start=row.day("start") or EVER,
        cap=cap,
        floor=floor,
        params=line_params(row, method),
        missing=row.word("missing", "missing", "exclude") or "exclude",
        address=row.address,
        confirmed=row.yes("confirmed", default=False),
        effect=effect or VetoEffect.GRADE_CAP,
        outdated=row.word("outdated", "outdated", Outdated.BLOCK) or Outdated.BLOCK,
        min_count=row.between("min_count", 0, LARGEST, 0.0) or 0.0,
        warn_low=row.number("warn_low"),
        breach_low=row.number("breach_low"),
        note=reason,
        substitute=row.number("substitute"),
    )


def _effect(row: RowReader) -> VetoEffect | None:
    """What a veto does; a tick is the usual one, the lowest grade."""
    value = row.raw("veto")
    if isinstance(value, bool):
        return VetoEffect.GRADE_CAP if value else None
    code = row.word("veto", "veto", "no")
    return VetoEffect(code) if code in tuple(VetoEffect) else None


def read_point(row: RowReader, people: Codes) -> PointRow | None:
    """A line of tblPoint."""
    person = row.needed("person")
    people.check(row, "person", person)
    code = row.month("month", "empty")
    points = row.number("points", 0.0) or 0.0
    approved = row.text("approved_by") or None
    number = row.needed("no")
    return PointRow(
        *(code, person, points, row.text("reason"), approved, row.address, number),
        kind=row.text("kind"),
    )


def read_point_kind(row: RowReader) -> PointKind | None:
    """A line of tblPointKind."""
    free, cap = row.between("free", 0, MOST_FREE, 0.0), row.between("cap", 0, MOST_POINTS)
    return PointKind(row.needed("kind"), row.number("each"), int(free or 0), cap)


def read_key_result(row: RowReader) -> KeyResult | None:
    """A line of tblOkr; without a weight it counts as 1."""
    target, region = row.number("target"), row.word("region", "region", "")
    if target is None and not row.bad:
        row.needed("target")
    return KeyResult(
        number=row.needed("no"),
        objective=row.needed("objective"),
        serves=row.text("serves"),
        owner=row.text("owner") or None,
        region=region or None,
        scope=row.needed("scope"),
        metric=row.metric("metric"),
        period=_period(row),
        baseline=row.number("baseline", 0.0) or 0.0,
        target=target or 0.0,
        weight=row.between("weight", 0, MOST_POINTS, 1.0) or 0.0,
        address=row.address,
    )


def _period(row: RowReader) -> str:
    """A month, quarter or year by its code."""
    text = row.needed("period")
    try:
        period(text)
    except KpiError:
        if text:
            row.wrong("period", "not_a_period", shown=text)
    return text


def read_task(row: RowReader) -> TaskRow | None:
    """A line of tblTask."""
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
        amount=row.exact("amount"),
        currency=row.currency_if_known("currency") or None,
        paid=row.exact("paid"),
        amount_at=row.address_of("amount"),
    )


def read_switched_on(row: RowReader) -> str | None:
    """The code of a KPI of tblKpi that is in use."""
    code = row.text("metric")
    return code if code and row.yes("on", default=True) else None


def read_reported(row: RowReader) -> str | None:
    """The code of a KPI of tblKpi that the report pages show."""
    code = row.text("metric")
    return code if code and row.yes("on_report", default=False) else None


def read_unused(row: RowReader) -> tuple[str, Region] | None:
    """A KPI of tblKpi and the one region that does not use it; both or none mean both."""
    code = row.text("metric")
    us, eu = (row.yes(column, default=True) for column in ("us", "eu"))
    if not code or us == eu:
        return None
    return code, Region.EU if us else Region.US


def read_back_office(row: RowReader) -> tuple[str, float] | None:
    """A shop and what its back office shows, typed by hand."""
    value = row.raw("backend")
    if value is None or isinstance(value, ErrorValue):
        return None
    number = row.number("backend")
    return None if number is None else (row.needed("shop"), number)
