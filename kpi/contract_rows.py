"""The rows that score, as plain values: what a contract signs.

A field has the name of its column; days are ISO texts, an open end is None. A row's place in the
sheet is no part of it: moving, sorting or renaming tabs changes nothing that was agreed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import TypeVar

from kpi.agency_rows import TermRow
from kpi.book import Book
from kpi.book_nouns import EVER, MONTHS, NEVER
from kpi.book_settings import RATE_SETTINGS
from kpi.catalog import Catalog
from kpi.missing import Outdated
from kpi.model import Measure
from kpi.moves import every_row
from kpi.own_measures import PERSON, SHOP
from kpi.points import PointKind
from kpi.scoring import GRADES, Grade
from kpi.season import Pacing
from kpi.step_reading import table_text
from kpi.step_table import table_of
from kpi.steps import steps_text
from kpi.targets import Split
from kpi.trade import Assignment, Person, Shop
from kpi.typed_rows import Rule, Settings, TargetRow, VetoEffect, WeightRow
from kpi.working_days import DEFAULT_COUNTRY, team_country

Plain = str | float | bool | None
Fields = Mapping[str, Plain]
Rows = Mapping[str, Fields]  # by key
Noun = TypeVar("Noun")

SIGN = "｜"  # between the parts of a key
LIMITS = ("add_cap", "deduct_cap", "total_limit", "min_group")
_DEFAULTS = Settings(month="", company="")
PARAMETERS = ("p1", "p2", "p3", "p4")


def key_of(*parts: object) -> str:
    """The key of a row: its parts as the contract shows them."""
    return SIGN.join("" if part is None else str(part) for part in parts)


# --- nouns to rows --------------------------------------------------------------------------------


def rows_of(book: Book, catalog: Catalog) -> dict[str, Rows]:
    """Every table that scores, by name; each row by its key."""
    targeted = {row.scope for row in book.targets}
    targeted |= {row.department for row in every_row(book) if row.team_share} - {""}
    return {
        "tblTarget": {target_key(row): _target(row) for row in book.targets},
        "tblWeight": {weight_key(row): _weight(row) for row in book.weights},
        "tblRule": {rule_key(row): _rule(row) for row in book.rules},
        "tblPointKind": {row.kind: _point_kind(row) for row in book.point_kinds},
        "tblKpi": {code: metric_row(catalog, code) for code in _defined(book, catalog)},
        **_own_measures(book, catalog),
        "tblPeople": {person_key(row): _person(row, targeted) for row in every_row(book)},
        "tblShop": {row.code: _shop(row, _owned(book, targeted)) for row in book.shops},
        "tblAssign": dict(_assignments(book.assignments)),
        "tblSetting": _settings(book.settings),
        **({} if book.grades == GRADES else {"tblGrade": grade_rows(book.grades)}),
        **({"tblTerm": {term_key(row): _term(row) for row in book.terms}} if book.terms else {}),
    }


def _defined(book: Book, catalog: Catalog) -> tuple[str, ...]:
    """The KPIs that are scored, targeted or watched, with all that they stand on."""
    codes = {row.metric for row in book.targets} | {row.metric for row in book.weights}
    codes |= {row.metric for row in book.rules}
    return tuple(code for code in catalog.steps(codes) if code in catalog.metrics)


def _own_measures(book: Book, catalog: Catalog) -> dict[str, Rows]:
    """The own measures that signed KPIs stand on; without any, as before there were some."""
    used = {base for code in _defined(book, catalog) for base in catalog.needs(code)}
    rows = {
        code: measure_row(one) for code, one in catalog.measures.items() if one.own and code in used
    }
    return {"tblMeasure": rows} if rows else {}


def measure_row(measure: Measure) -> Fields:
    """An own measure; its figures are facts and no agreement."""
    return {
        "measure": measure.code,
        "name_zh": measure.names["zh"],
        "name_en": measure.names["en"],
        "unit": str(measure.unit),
        "roll_up": str(measure.roll_up),
        "level": PERSON if measure.personal else SHOP,
    }


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
        **_planned(row),
    }


def _planned(row: TargetRow) -> Fields:
    """What makes months of a year; absent where nothing does, as before these columns counted."""
    made: dict[str, Plain] = {
        "baseline": _number(row.baseline),
        "uplift": _number(row.uplift),
        "uplift_unit": row.uplift_unit,
        "split": None if row.split == Split.EVEN else row.split,
    }
    return {field: value for field, value in made.items() if value is not None}


def weight_key(row: WeightRow) -> str:
    """The key of a line of a card."""
    return key_of(row.role, row.region, row.metric, _day(row.start))


def _weight(row: WeightRow) -> Fields:
    table = table_of(row.params)
    own = (None,) * len(PARAMETERS) if table else row.params
    params = {p: _number(v) for p, v in zip(PARAMETERS, own, strict=True)}
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
        "veto": _veto(row),
        "start": _day(row.start),
        "cap": _number(row.cap),
        "floor": _number(row.floor),
        **params,
        **({"steps": table_text(table)} if table else {}),  # without one, as before it
        "missing": row.missing,
        "confirmed": row.confirmed,
        **({} if row.outdated == Outdated.BLOCK else {"outdated": row.outdated}),  # as before it
        **({"min_count": _number(row.min_count)} if row.min_count else {}),
        **{c: _number(v) for c, v in _lows(row) if v is not None},
        **({"note": row.note} if row.note else {}),
        **({} if row.substitute is None else {"substitute": _number(row.substitute)}),
    }


def _lows(row: WeightRow) -> tuple[tuple[str, float | None], ...]:
    """Lower limits of a band; left out where there are none, as before them."""
    return (("warn_low", row.warn_low), ("breach_low", row.breach_low))


def _veto(row: WeightRow) -> Plain:
    """True for the usual veto, as contracts always said it; else the code of its effect."""
    usual = not row.veto or row.effect is VetoEffect.GRADE_CAP
    return row.veto if usual else str(row.effect)


def rule_key(row: Rule) -> str:
    """The key of a rule; a row from a day on has the day too."""
    return key_of(row.code, row.start) if row.start else row.code


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
        "start": _day(row.start),
        "against": None if row.against == "value" else row.against,
        "history": _number(row.history),
        "least": _number(row.least),
        "beyond": _number(row.beyond),
        **({"end": _day(row.end)} if row.end else {}),  # without one, as before it
    }


def _point_kind(row: PointKind) -> Fields:
    return {
        "kind": row.kind,
        "each": _number(row.each),
        "free": float(row.free),
        "cap": _number(row.cap),
    }


def term_key(row: TermRow) -> str:
    """The key of a line of an agency's terms; a part that is empty keeps its place."""
    points = None if row.points is None else f"{row.points:g}"
    return key_of(row.person, row.term, row.period, points, _day(row.start))


def _term(row: TermRow) -> Fields:
    return {
        "person": row.person,
        "term": row.term,
        "period": row.period,
        "points": _number(row.points),
        "value": _number(row.value),
        "start": _day(row.start),
        "end": _day(row.end),
        "wording": row.wording,
    }


def grade_rows(grades: Iterable[Grade]) -> Rows:
    """The ladder; the default one is left out of a contract, as before there was a table."""
    return {
        one.name: {
            "grade": one.name,
            "start": _number(one.start),
            "coefficient": _number(one.coefficient),
        }
        for one in grades
    }


def metric_row(catalog: Catalog, code: str) -> Fields:
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


def person_key(row: Person) -> str:
    """The key of a person; of a dated row with its first day."""
    return key_of(row.code, _day(row.since)) if row.since else row.code


def _person(row: Person, targeted: Collection[str]) -> Fields:
    """A person; the department only where a target or a team's score goes by it."""
    department = {"department": row.department} if row.department in targeted else {}
    return {
        "person": row.code,
        "role": row.role,
        "manager": row.manager,
        "start": _day(row.start),
        "end": _day(row.end),
        "us_share": _number(row.us_share),
        "scored": row.scored,
        **department,
        "ramp": steps_text(row.ramp) or None,
        **({"team_share": _number(row.team_share)} if row.team_share else {}),
        **({} if row.fte == 1 else {"fte": _number(row.fte)}),  # as before the column
        **({"since": _day(row.since)} if row.since else {}),
    }


def _owned(book: Book, targeted: Collection[str]) -> tuple[str, ...]:
    """The columns that say whose a shop is, where a target names anybody in them."""
    names = {
        "company": {shop.company for shop in book.shops},
        "brand": {shop.brand for shop in book.shops},
    }
    return tuple(column for column, found in names.items() if not found.isdisjoint(targeted))


def _shop(row: Shop, owned: Collection[str]) -> Fields:
    """A shop; its company and brand only where a target is set for one, as for departments."""
    whose = {"company": row.company, "brand": row.brand}
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
        **{column: name for column, name in whose.items() if column in owned},
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
        "weight_pick": given.weight_pick,
    }
    for code in LIMITS:  # left out likewise
        if getattr(given, code) != getattr(_DEFAULTS, code):
            values[code] = float(getattr(given, code))
    if given.pacing != Pacing.LINEAR:  # left out, a contract from before the setting stays as it is
        values["pacing"] = given.pacing
    if given.events:
        values["events"] = given.events
    if given.drop_small:
        values["drop_small"] = True
    if given.proration != _DEFAULTS.proration:
        values["proration"] = given.proration
    if given.weight_mode != _DEFAULTS.weight_mode:
        values["weight_mode"] = given.weight_mode
    if team_country(given) != DEFAULT_COUNTRY:  # left out, the team of before the setting: China
        values["team_country"] = team_country(given)
    rates = {RATE_SETTINGS[c]: _number(rate) for c, rate in given.fixed_rates.items()}
    return {code: {"setting": code, "value": value} for code, value in {**values, **rates}.items()}
