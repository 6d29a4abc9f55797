"""The workbook's tables read into nouns: what cannot be read becomes a Problem with its cell.

A row that is wrong is left out and named; the rest of the book goes on. Words of the dropdowns
(region, method, ...) are turned into codes by `decode`, so this file knows no language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from kpi.book_rows import Decode, RowReader
from kpi.errors import Problem
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
from kpi.tables import ErrorValue, Table

EVER = date(1970, 1, 1)
NEVER = date(9999, 1, 1)
US_MARKETS = frozenset({"US"})
MONTHS = tuple(f"m{n:02d}" for n in range(1, 13))
NAMING = (  # the columns whose texts are codes that other tables name
    ("tblShop", "shop"),
    ("tblShop", "market"),
    ("tblPeople", "person"),
    ("tblProduct", "category"),
)
RATE_SETTINGS = {"EUR": "fixed_rate", "GBP": "fixed_rate_gbp", "CNY": "fixed_rate_cny"}
Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a manager typed, typed; rows that could not be read are in `problems`."""

    settings: Settings
    shops: tuple[Shop, ...] = ()
    people: tuple[Person, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    products: tuple[Product, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    weights: tuple[WeightRow, ...] = ()
    rules: tuple[Rule, ...] = ()
    inputs: tuple[InputRow, ...] = ()
    points: tuple[PointRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    kpis: frozenset[str] = frozenset()  # codes switched on in tblKpi
    back_office: Mapping[str, float] = field(default_factory=dict)  # typed by hand, by shop
    problems: tuple[Problem, ...] = ()
    named: frozenset[str] = frozenset()  # codes in tables, of rows that could not be read too

    def shop(self, code: str) -> Shop | None:
        """The shop of a code."""
        return next((s for s in self.shops if s.code == code), None)


def region_of(market: str) -> Region:
    """The side of the business a market belongs to."""
    return Region.US if market in US_MARKETS else Region.EU


def read_book(tables: Mapping[str, Table], decode: Decode, names: Mapping[str, str]) -> Book:
    """Read every table; `names` maps any KPI or measure name (zh, en, code) to its code."""
    problems: list[Problem] = []

    def rows(name: str) -> Iterator[RowReader]:
        table = tables.get(name)
        if table is not None:
            for row in table.rows:
                yield RowReader(table, row, decode, names, problems)

    settings = _settings(tables.get("tblSetting"), decode, problems)
    shops = _keyed(rows("tblShop"), _shop, lambda s: s.code)
    people = _keyed(rows("tblPeople"), _person, lambda p: p.code)
    shop_codes = _Codes(frozenset(s.code for s in shops), _named(rows("tblShop"), "shop"))
    person_codes = _Codes(frozenset(p.code for p in people), _named(rows("tblPeople"), "person"))
    return Book(
        settings=settings,
        shops=shops,
        people=people,
        assignments=_all(rows("tblAssign"), lambda r: _assignment(r, shop_codes, person_codes)),
        products=_keyed(rows("tblProduct"), _product, lambda p: (p.sku, p.market, p.start)),
        targets=_keyed(
            rows("tblTarget"),
            lambda r: _target(r, settings),
            lambda t: (t.year, t.region, t.scope, t.metric),
        ),
        weights=_keyed(
            rows("tblWeight"),
            lambda r: _weight(r, settings),
            lambda w: (w.role, w.region, w.metric, w.start),
        ),
        rules=_keyed(rows("tblRule"), _rule, lambda r: r.code),
        inputs=_keyed(
            rows("tblInput"),
            lambda r: _input(r, shop_codes),
            lambda i: (i.day, i.shop, i.measure),
        ),
        points=_all(rows("tblPoint"), lambda r: _point(r, person_codes)),
        tasks=_keyed(rows("tblTask"), _task, lambda t: t.number),
        kpis=frozenset(_all(rows("tblKpi"), _switched_on)),
        back_office=dict(_all(rows("tblReconcile"), _back_office)),
        problems=tuple(problems),
        named=_codes_named(rows),
    )


def _codes_named(rows: Callable[[str], Iterator[RowReader]]) -> frozenset[str]:
    return frozenset().union(*(_named(rows(table), column) for table, column in NAMING))


@dataclass(frozen=True, slots=True)
class _Codes:
    """Codes of a table: of the rows that could be read, and of all rows."""

    read: frozenset[str]
    named: frozenset[str]


def _named(rows: Iterator[RowReader], column: str) -> frozenset[str]:
    return frozenset(code for row in rows if (code := row.text(column)))


def _all(rows: Iterator[RowReader], read: Callable[[RowReader], Noun | None]) -> tuple[Noun, ...]:
    return tuple(noun for row in rows if (noun := read(row)) is not None and not row.bad)


def _keyed(
    rows: Iterator[RowReader],
    read: Callable[[RowReader], Noun | None],
    key: Callable[[Noun], Hashable],
) -> tuple[Noun, ...]:
    """The nouns of a table whose key may stand only once: the first row counts."""
    seen: dict[Hashable, str] = {}
    nouns: list[Noun] = []
    for row in rows:
        noun = read(row)
        if noun is None or row.bad:
            continue
        first = seen.setdefault(key(noun), row.address)
        if first == row.address:
            nouns.append(noun)
        else:
            _duplicate(row, first)
    return tuple(nouns)


def _duplicate(row: RowReader, first: str) -> None:
    row.wrong(row.table.columns[0], "duplicate_key", first=first)


def _settings(table: Table | None, decode: Decode, problems: list[Problem]) -> Settings:
    reader = _SettingReader(table, decode, problems)
    default = Settings(month="", company="")
    return Settings(
        month=reader.text("month"),
        company=reader.text("company"),
        purpose=reader.word("purpose", default.purpose),
        mode=reader.word("mode", default.mode),
        language="en" if reader.text("language").lower().startswith("en") else "zh",
        currency=reader.text("currency") or default.currency,
        fixed_rates=reader.rates(),
        week_start=0 if reader.word("week_start", "monday") != "sunday" else 6,
        time_zone=reader.zone(default.time_zone),
        min_coverage=reader.number("min_coverage", default.min_coverage),
        item_cap=reader.number("item_cap", default.item_cap),
        provisional_day=int(reader.number("provisional_day", default.provisional_day)),
        closing_day=int(reader.number("closing_day", default.closing_day)),
        pilot=reader.word("pilot", "yes") == "yes",
        contact=reader.text("contact"),
        weight_pick=reader.word("weight_pick", default.weight_pick),
    )


class _SettingReader:
    """tblSetting by its codes; a value that cannot be read leaves the default and a Problem."""

    def __init__(self, table: Table | None, decode: Decode, problems: list[Problem]) -> None:
        self._decode = decode
        self._rows: dict[str, RowReader] = {}
        for row in table.rows if table else ():
            reader = RowReader(table, row, decode, {}, problems) if table else None
            code = decode("setting", reader.text("setting")) if reader else None
            if reader and code:
                self._rows[code] = reader

    def text(self, code: str) -> str:
        row = self._rows.get(code)
        if row is None:
            return ""
        value = row.raw("value")
        return (
            f"{value:%Y-%m}" if code == "month" and isinstance(value, date) else row.text("value")
        )

    def number(self, code: str, default: float) -> float:
        row = self._rows.get(code)
        found = row.number("value", default) if row else default
        return default if found is None else found

    def word(self, code: str, default: str) -> str:
        row = self._rows.get(code)
        value = row.raw("value") if row else None
        if isinstance(value, bool):
            return "yes" if value else "no"
        if row is None or not row.text("value"):
            return default
        words = "yes_no" if code == "pilot" else code
        return row.word("value", words, default) or default

    def rates(self) -> dict[str, float]:
        """US dollars per unit; a rate that is left empty is the day's."""
        typed = {c: self.number(code, 0.0) for c, code in RATE_SETTINGS.items()}
        return {currency: rate for currency, rate in typed.items() if rate > 0}

    def zone(self, default: str) -> str:
        row = self._rows.get("time_zone")
        name = row.text("value") if row else ""
        if row is None or not name or _zone_exists(name):
            return name or default
        row.wrong("value", "unknown_zone", shown=name)
        return default


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _shop(row: RowReader) -> Shop | None:
    market = row.needed("market").upper()
    zone = row.needed("time_zone")
    if zone and not _zone_exists(zone):
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


def _person(row: RowReader) -> Person | None:
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
    )


def _assignment(row: RowReader, shops: _Codes, people: _Codes) -> Assignment | None:
    shop, person = row.needed("shop"), row.needed("person")
    _known(row, "shop", shop, shops)
    _known(row, "person", person, people)
    share = row.number("share", 1.0)
    start, end = row.day("start") or EVER, row.day("end")
    window = Window(start, _day_after(end) if end else NEVER)  # both typed days are included
    return Assignment(shop, row.text("category") or None, person, share or 0.0, window)


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _known(row: RowReader, column: str, code: str, codes: _Codes) -> None:
    """A code whose own row is wrong is one Problem there, not one more in each row naming it."""
    if code and code not in codes.named:
        row.wrong(column, "unknown_code", shown=code)
    elif code not in codes.read:
        row.bad = True


def _product(row: RowReader) -> Product | None:
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


def _target(row: RowReader, settings: Settings) -> TargetRow | None:
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


def _weight(row: RowReader, settings: Settings) -> WeightRow | None:
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
    )


def _rule(row: RowReader) -> Rule | None:
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


def _input(row: RowReader, shops: _Codes) -> InputRow | None:
    day, value = row.day("day"), row.exact("value")
    shop = row.needed("shop")
    _known(row, "shop", shop, shops)
    if day is None or value is None:
        if not row.bad:
            row.needed("day" if day is None else "value")
        return None
    return InputRow(day, shop, row.metric("measure"), value, row.text("by"), row.address)


def _point(row: RowReader, people: _Codes) -> PointRow | None:
    person = row.needed("person")
    _known(row, "person", person, people)
    month = row.raw("month")
    code = f"{month:%Y-%m}" if isinstance(month, date) else row.needed("month")
    points = row.number("points", 0.0) or 0.0
    approved = row.text("approved_by") or None
    number = row.needed("no")
    return PointRow(code, person, points, row.text("reason"), approved, row.address, number)


def _task(row: RowReader) -> TaskRow | None:
    region = row.word("region", "region", "")
    return TaskRow(
        number=row.needed("no"),
        type=row.word("type", "task_type", "action") or "action",
        region=Region(region) if region else None,
        country=row.text("country") or None,
        what=row.text("what"),
        owner=row.text("owner") or None,
        due=row.day("due"),
        done=row.number("done"),
        address=row.address,
    )


def _switched_on(row: RowReader) -> str | None:
    code = row.text("metric")
    return code if code and row.yes("on", default=True) else None


def _back_office(row: RowReader) -> tuple[str, float] | None:
    value = row.raw("backend")
    if value is None or isinstance(value, ErrorValue):
        return None
    number = row.number("backend")
    return None if number is None else (row.needed("shop"), number)
