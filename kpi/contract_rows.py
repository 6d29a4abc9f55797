"""The rows that score, as plain values: what a contract signs, and how a signed row scores again.

A field has the name of its column; days are ISO texts, an open end is None. A row's place in the
sheet is no part of it: moving, sorting or renaming tabs changes nothing that was agreed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from kpi.book import Book
from kpi.book_nouns import EVER, MONTHS, NEVER
from kpi.book_settings import RATE_SETTINGS
from kpi.cards import made_card
from kpi.catalog import Catalog, build
from kpi.model import (
    Assignment,
    Better,
    Bound,
    Card,
    Kind,
    Klass,
    Metric,
    PeriodKind,
    Person,
    Region,
    Rule,
    Settings,
    Shop,
    TargetRow,
    Texts,
    Unit,
    WeightRow,
    Window,
)

Plain = str | float | bool | None
Fields = Mapping[str, Plain]
Rows = Mapping[str, Fields]  # by key
Noun = TypeVar("Noun")

SIGN = "｜"  # between the parts of a key
PARAMETERS = ("p1", "p2", "p3", "p4")
SCORING = ("currency", "min_coverage", "closing_day", "provisional_day")  # settings that score
_EMPTY: Texts = {"zh": "", "en": ""}
_NO_CARD = Card(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


def key_of(*parts: object) -> str:
    """The key of a row: its parts as the contract shows them."""
    return SIGN.join("" if part is None else str(part) for part in parts)


# --- nouns to rows --------------------------------------------------------------------------------


def rows_of(book: Book, catalog: Catalog) -> dict[str, Rows]:
    """Every table that scores, by name; each row by its key."""
    return {
        "tblTarget": {target_key(row): _target(row) for row in book.targets},
        "tblWeight": {weight_key(row): _weight(row) for row in book.weights},
        "tblRule": {row.code: _rule(row) for row in book.rules},
        "tblKpi": {code: _metric(catalog, code) for code in _defined(book, catalog)},
        "tblPeople": {row.code: _person(row) for row in book.people},
        "tblShop": {row.code: _shop(row) for row in book.shops},
        "tblAssign": dict(_assignments(book.assignments)),
        "tblSetting": _settings(book.settings),
    }


def _defined(book: Book, catalog: Catalog) -> tuple[str, ...]:
    """The KPIs that are scored, targeted or watched, with all that they stand on."""
    codes = {row.metric for row in book.targets} | {row.metric for row in book.weights}
    codes |= {row.metric for row in book.rules}
    return tuple(code for code in catalog.steps(codes) if code in catalog.metrics)


def _number(value: float | None) -> float | None:
    """A number as one double: 12 and 12.0 are one value, and so are 0 and -0."""
    return None if value is None else float(value) + 0.0


def _day(day: date | None) -> str | None:
    return None if day in (None, EVER, NEVER) else str(day)


def target_key(row: TargetRow) -> str:
    """The key of a target."""
    return key_of(row.year, row.region, row.scope, row.metric)


def _target(row: TargetRow) -> Fields:
    months = {m: _number(v) for m, v in zip(MONTHS, row.months, strict=True)}
    return {
        "year": float(row.year),
        "region": str(row.region),
        "scope": row.scope,
        "metric": row.metric,
        "owner": row.owner,
        "year_total": _number(row.year_total),
        **months,
        "currency": row.currency,
    }


def weight_key(row: WeightRow) -> str:
    """The key of a line of a card."""
    return key_of(row.role, row.region, row.metric, _day(row.start))


def _weight(row: WeightRow) -> Fields:
    params = {p: _number(v) for p, v in zip(PARAMETERS, row.params, strict=True)}
    return {
        "role": row.role,
        "region": str(row.region),
        "metric": row.metric,
        "on": row.on,
        "weight": _number(row.weight),
        "method": row.method,
        "better": str(row.better),
        "warn": _number(row.warn),
        "breach": _number(row.breach),
        "bound": str(row.bound),
        "veto": row.veto,
        "start": _day(row.start),
        "cap": _number(row.cap),
        "floor": _number(row.floor),
        **params,
        "missing": row.missing,
    }


def _rule(row: Rule) -> Fields:
    return {
        "rule": row.code,
        "on": row.on,
        "metric": row.metric,
        "scope": row.scope,
        "window": str(row.window),
        "operator": row.operator,
        "value": _number(row.value),
        "periods": float(row.periods),
        "level": row.level,
        "keep": float(row.keep),
        "margin": _number(row.margin),
    }


def _metric(catalog: Catalog, code: str) -> Fields:
    """A definition with the hash of all that gives it its meaning, its card included."""
    metric = catalog.metrics[code]
    return {
        "metric": code,
        "name_zh": metric.names["zh"],
        "name_en": metric.names["en"],
        "numerator": metric.numerator,
        "denominator": metric.denominator,
        "unit": str(metric.unit),
        "better": str(metric.better),
        "kind": str(metric.kind),
        "klass": str(metric.klass),
        "additive": metric.additive,
        "decimals": float(metric.decimals),
        "definition": catalog.definition_hash(code),
    }


def _person(row: Person) -> Fields:
    return {
        "person": row.code,
        "role": row.role,
        "manager": row.manager,
        "start": _day(row.start),
        "end": _day(row.end),
        "us_share": _number(row.us_share),
        "scored": row.scored,
    }


def _shop(row: Shop) -> Fields:
    return {
        "shop": row.code,
        "platform": row.platform,
        "market": row.market,
        "region": str(row.region),
        "currency": row.currency,
        "time_zone": row.time_zone,
        "owner": row.owner,
        "opened": _day(row.opened),
        "closed": _day(row.closed),
    }


def _assignments(rows: Iterable[Assignment]) -> Iterable[tuple[str, Fields]]:
    """Lines of 分工; the same shop, person and day may stand twice, so equal keys are numbered."""
    seen: dict[str, int] = {}
    for row in rows:
        key = key_of(row.shop, row.category, row.person, _day(row.days.start))
        seen[key] = seen.get(key, 0) + 1
        yield (
            key if seen[key] == 1 else f"{key} #{seen[key]}",
            {
                "shop": row.shop,
                "category": row.category,
                "person": row.person,
                "share": _number(row.share),
                "start": _day(row.days.start),
                "until": _day(row.days.end),  # the first day that is out
            },
        )


def _settings(given: Settings) -> Rows:
    values: dict[str, Plain] = {
        "currency": given.currency,
        "min_coverage": _number(given.min_coverage),
        "closing_day": float(given.closing_day),
        "provisional_day": float(given.provisional_day),
    }
    rates = {RATE_SETTINGS[c]: _number(rate) for c, rate in given.fixed_rates.items()}
    return {code: {"setting": code, "value": value} for code, value in {**values, **rates}.items()}


# --- rows to nouns --------------------------------------------------------------------------------


def ruled(book: Book, tables: Mapping[str, Rows]) -> Book:
    """The book with every scored row as it was signed; what is not signed stays as it is typed.

    Rows keep the order of the sheet. A person or shop without a signature is there, and nobody's:
    it is not scored and has no owner.
    """
    people = {person.code: person for person in book.people}
    shops = {shop.code: shop for shop in book.shops}
    return replace(
        book,
        settings=_settings_of(book.settings, tables["tblSetting"]),
        targets=_ordered(book.targets, target_key, tables["tblTarget"], _target_of),
        weights=_ordered(book.weights, weight_key, tables["tblWeight"], _weight_of),
        rules=_ordered(book.rules, _rule_key, tables["tblRule"], _rule_of),
        assignments=tuple(_assignment_of(row) for row in tables["tblAssign"].values()),
        people=(
            *_ordered(book.people, _person_key, tables["tblPeople"], _person_of),
            *(replace(p, scored=False) for c, p in people.items() if c not in tables["tblPeople"]),
        ),
        shops=(
            *_ordered(book.shops, _shop_key, tables["tblShop"], _shop_of),
            *(replace(s, owner=None) for c, s in shops.items() if c not in tables["tblShop"]),
        ),
    )


def _ordered(
    live: Iterable[Noun],
    key: Callable[[Noun], str],
    signed: Rows,
    make: Callable[[Fields, Noun | None], Noun],
) -> tuple[Noun, ...]:
    """The signed rows in the order of the sheet; those that left the sheet stand at the end."""
    there = {key(noun): noun for noun in live}
    order = [code for code in there if code in signed]
    order += [code for code in signed if code not in there]
    return tuple(make(signed[code], there.get(code)) for code in order)


def _rule_key(row: Rule) -> str:
    return row.code


def _person_key(row: Person) -> str:
    return row.code


def _shop_key(row: Shop) -> str:
    return row.code


def text(row: Fields, field: str) -> str:
    """A text of a row; an absent one is empty."""
    value = row.get(field)
    return "" if value is None else str(value)


def optional(row: Fields, field: str) -> str | None:
    """A text of a row, or None."""
    return text(row, field) or None


def number(row: Fields, field: str) -> float | None:
    """A number of a row, or None."""
    value = row.get(field)
    return value if isinstance(value, float) else None


def day(row: Fields, field: str) -> date | None:
    """A day of a row, or None for an open end."""
    value = optional(row, field)
    return None if value is None else date.fromisoformat(value)


def _target_of(row: Fields, live: TargetRow | None) -> TargetRow:
    return TargetRow(
        year=int(number(row, "year") or 0),
        region=Region(text(row, "region")),
        scope=text(row, "scope"),
        metric=text(row, "metric"),
        owner=optional(row, "owner"),
        year_total=number(row, "year_total"),
        months=tuple(number(row, month) for month in MONTHS),
        currency=optional(row, "currency"),
        address=live.address if live else "",
    )


def _weight_of(row: Fields, live: WeightRow | None) -> WeightRow:
    return WeightRow(
        role=text(row, "role"),
        region=Region(text(row, "region")),
        metric=text(row, "metric"),
        on=row["on"] is True,
        weight=number(row, "weight") or 0.0,
        method=text(row, "method"),
        better=Better(text(row, "better")),
        warn=number(row, "warn"),
        breach=number(row, "breach"),
        bound=Bound(text(row, "bound")),
        veto=row["veto"] is True,
        start=day(row, "start") or EVER,
        cap=number(row, "cap"),
        floor=number(row, "floor") or 0.0,
        params=tuple(number(row, p) for p in PARAMETERS),
        missing=text(row, "missing"),
        address=live.address if live else "",
    )


def _rule_of(row: Fields, live: Rule | None) -> Rule:
    return Rule(
        code=text(row, "rule"),
        on=row["on"] is True,
        metric=text(row, "metric"),
        scope=text(row, "scope"),
        window=PeriodKind(text(row, "window")),
        operator=text(row, "operator"),
        value=number(row, "value") or 0.0,
        periods=int(number(row, "periods") or 1),
        level=text(row, "level"),
        address=live.address if live else "",
        keep=int(number(row, "keep") or 0),
        margin=number(row, "margin"),
    )


def _person_of(row: Fields, live: Person | None) -> Person:
    """A signed person; name, department and partner are not agreed and stay as typed."""
    code = text(row, "person")
    bare = live or Person(code, "", "", "", None, None, None, None, None, scored=True)
    return replace(
        bare,
        role=text(row, "role"),
        manager=optional(row, "manager"),
        start=day(row, "start"),
        end=day(row, "end"),
        us_share=number(row, "us_share"),
        scored=row["scored"] is True,
    )


def _shop_of(row: Fields, live: Shop | None) -> Shop:
    return Shop(
        code=text(row, "shop"),
        platform=text(row, "platform"),
        market=text(row, "market"),
        region=Region(text(row, "region")),
        currency=text(row, "currency"),
        time_zone=text(row, "time_zone"),
        owner=optional(row, "owner"),
        name=live.name if live else "",
        company=live.company if live else "",
        opened=day(row, "opened"),
        closed=day(row, "closed"),
    )


def _assignment_of(row: Fields) -> Assignment:
    window = Window(day(row, "start") or EVER, day(row, "until") or NEVER)
    share = number(row, "share") or 0.0
    return Assignment(
        text(row, "shop"), optional(row, "category"), text(row, "person"), share, window
    )


def _settings_of(given: Settings, rows: Rows) -> Settings:
    values = {code: row["value"] for code, row in rows.items()}
    rates = {c: number(values, code) for c, code in RATE_SETTINGS.items()}
    return replace(
        given,
        currency=text(values, "currency"),
        min_coverage=number(values, "min_coverage") or 0.0,
        closing_day=int(number(values, "closing_day") or 0),
        provisional_day=int(number(values, "provisional_day") or 0),
        fixed_rates={currency: rate for currency, rate in rates.items() if rate},
    )


# --- definitions ----------------------------------------------------------------------------------


def defined(catalog: Catalog, rows: Rows) -> Catalog:
    """The catalogue with every signed definition; the same one where nothing was redefined.

    Raises:
        KpiError: A signed formula stands on a measure that this program no longer has.
    """
    strange = {
        code: row
        for code, row in rows.items()
        if code not in catalog.metrics or _metric(catalog, code) != row
    }
    if not strange:
        return catalog
    signed = {c: _metric_of(row, catalog.metrics.get(c)) for c, row in strange.items()}
    bare = build(catalog.measures, {**catalog.metrics, **signed})
    full = {code: replace(one, card=made_card(bare, one)) for code, one in signed.items()}
    return build(catalog.measures, {**catalog.metrics, **full})


def _metric_of(row: Fields, live: Metric | None) -> Metric:
    return Metric(
        code=text(row, "metric"),
        names={"zh": text(row, "name_zh"), "en": text(row, "name_en")},
        numerator=text(row, "numerator"),
        denominator=optional(row, "denominator"),
        unit=Unit(text(row, "unit")),
        better=Better(text(row, "better")),
        kind=Kind(text(row, "kind")),
        klass=Klass(text(row, "klass")),
        decimals=int(number(row, "decimals") or 0),
        card=live.card if live else _NO_CARD,
        additive=row["additive"] is True,
        own=live.own if live else True,
    )
