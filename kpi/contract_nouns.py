"""Signed rows made nouns again, so that they score as they were agreed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from kpi.agency_rows import TermRow
from kpi.book import Book
from kpi.book_nouns import EVER, MONTHS, NEVER
from kpi.book_settings import RATE_SETTINGS
from kpi.cards import made_card
from kpi.catalog import Catalog, build, shipped
from kpi.contract_rows import (
    PARAMETERS,
    Fields,
    Rows,
    measure_row,
    metric_row,
    person_key,
    rule_key,
    target_key,
    term_key,
    weight_key,
)
from kpi.methods import Params
from kpi.missing import Outdated
from kpi.model import (
    Better,
    Card,
    Kind,
    Klass,
    Measure,
    Metric,
    PeriodKind,
    Region,
    RollUp,
    Texts,
    Unit,
    Window,
)
from kpi.moves import every_row, with_people
from kpi.own_measures import PERSON, SOURCES
from kpi.points import PointKind
from kpi.scoring import GRADES, Grade
from kpi.season import Pacing
from kpi.step_rows import signed_table
from kpi.steps import read_steps
from kpi.switch_choices import printed
from kpi.targets import Split
from kpi.trade import Assignment, Person, Shop
from kpi.typed_rows import Bound, Rule, Settings, TargetRow, VetoEffect, WeightRow
from kpi.working_days import DEFAULT_COUNTRY, team_country

Noun = TypeVar("Noun")
_DEFAULTS = Settings(month="", company="")
_EMPTY: Texts = {"zh": "", "en": ""}
_NO_CARD = Card(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


def ruled(book: Book, tables: Mapping[str, Rows]) -> Book:
    """The book with every scored row as it was signed; what is not signed stays as it is typed.

    Rows keep the order of the sheet. A person or shop without a signature is there, and nobody's:
    it is not scored and has no owner.
    """
    rows = (*_ordered(every_row(book), person_key, tables["tblPeople"], _person_of),)
    shops = {shop.code: shop for shop in book.shops}
    signed = {row.code for row in rows}
    nobodys = (replace(p, scored=False) for p in every_row(book) if p.code not in signed)
    ruled_book = replace(
        book,
        settings=_settings_of(book.settings, tables["tblSetting"]),
        targets=_ordered(book.targets, target_key, tables["tblTarget"], _target_of),
        weights=_ordered(book.weights, weight_key, tables["tblWeight"], _weight_of),
        rules=_ordered(book.rules, rule_key, tables["tblRule"], _rule_of),
        point_kinds=tuple(_point_kind_of(row) for row in tables.get("tblPointKind", {}).values()),
        grades=_grades_of(tables.get("tblGrade", {})),
        terms=_ordered(book.terms, term_key, tables.get("tblTerm", {}), _term_of),
        assignments=tuple(_assignment_of(row) for row in tables["tblAssign"].values()),
        shops=(
            *_ordered(book.shops, _shop_key, tables["tblShop"], _shop_of),
            *(replace(s, owner=None) for c, s in shops.items() if c not in tables["tblShop"]),
        ),
    )
    return with_people(ruled_book, (*rows, *nobodys))


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
        split=optional(row, "split") or Split.EVEN,
        baseline=number(row, "baseline"),
        uplift=number(row, "uplift"),
        uplift_unit=optional(row, "uplift_unit"),
    )


def _weight_of(row: Fields, live: WeightRow | None) -> WeightRow:
    veto = row["veto"]
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
        veto=veto is not False,
        start=day(row, "start") or EVER,
        cap=number(row, "cap"),
        floor=number(row, "floor") or 0.0,
        params=_params_of(row),
        missing=text(row, "missing"),
        confirmed=row["confirmed"] is True,
        address=live.address if live else "",
        min_count=number(row, "min_count") or 0.0,
        warn_low=number(row, "warn_low"),
        breach_low=number(row, "breach_low"),
        effect=VetoEffect.GRADE_CAP if isinstance(veto, bool) else VetoEffect(str(veto)),
        outdated=optional(row, "outdated") or Outdated.BLOCK,
        note=text(row, "note"),
        substitute=number(row, "substitute"),
    )


def _params_of(row: Fields) -> Params:
    """The parameters of a line, or its step table."""
    if "steps" in row:
        return signed_table(text(row, "steps"), text(row, "method"))
    return tuple(number(row, p) for p in PARAMETERS)


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
        start=day(row, "start"),
        against=optional(row, "against") or "value",
        history=_count(row, "history"),
        least=_count(row, "least"),
        beyond=number(row, "beyond"),
        quiet=live.quiet if live else "",
        end=day(row, "end"),
    )


def _count(row: Fields, field: str) -> int | None:
    found = number(row, field)
    return None if found is None else int(found)


def _point_kind_of(row: Fields) -> PointKind:
    free = int(number(row, "free") or 0)
    return PointKind(text(row, "kind"), number(row, "each"), free, number(row, "cap"))


def _term_of(row: Fields, live: TermRow | None) -> TermRow:
    return TermRow(
        person=text(row, "person"),
        term=text(row, "term"),
        period=text(row, "period"),
        points=number(row, "points"),
        value=number(row, "value"),
        start=day(row, "start"),
        end=day(row, "end"),
        wording=text(row, "wording"),
        address=live.address if live else "",
    )


def _grades_of(rows: Rows) -> tuple[Grade, ...]:
    """The ladder as it was signed, the best grade first; without one, the default."""
    made = [
        Grade(text(row, "grade"), number(row, "start"), number(row, "coefficient") or 0.0)
        for row in rows.values()
    ]
    return tuple(sorted(made, key=lambda one: -(one.start or 0.0))) or GRADES


def _person_of(row: Fields, live: Person | None) -> Person:
    """A signed person; name, mentor, partner and plan are nobody's agreement.

    A department is agreed only where it counts.
    """
    code = text(row, "person")
    bare = live or Person(code, "", "", "", None, None, None, None, None, scored=True)
    return replace(
        bare,
        department=optional(row, "department") or bare.department,
        role=text(row, "role"),
        manager=optional(row, "manager"),
        start=day(row, "start"),
        end=day(row, "end"),
        us_share=number(row, "us_share"),
        scored=row["scored"] is True,
        ramp=read_steps(text(row, "ramp")) or (),
        team_share=number(row, "team_share") or 0.0,
        fte=_or(number(row, "fte"), 1.0),
        since=day(row, "since") if "since" in row else None,
    )


def _shop_of(row: Fields, live: Shop | None) -> Shop:
    """A signed shop; its name is not agreed, whose it is only where a target names a company."""
    return Shop(
        code=text(row, "shop"),
        platform=text(row, "platform"),
        market=text(row, "market"),
        region=Region(text(row, "region")),
        currency=text(row, "currency"),
        time_zone=text(row, "time_zone"),
        owner=optional(row, "owner"),
        name=live.name if live else "",
        company=text(row, "company") if "company" in row else live.company if live else "",
        brand=text(row, "brand") if "brand" in row else live.brand if live else "",
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
        weight_pick=text(values, "weight_pick"),
        pacing=text(values, "pacing") or Pacing.LINEAR.value,
        events=text(values, "events"),
        add_cap=_or(number(values, "add_cap"), _DEFAULTS.add_cap),
        deduct_cap=_or(number(values, "deduct_cap"), _DEFAULTS.deduct_cap),
        total_limit=_or(number(values, "total_limit"), _DEFAULTS.total_limit),
        min_group=int(_or(number(values, "min_group"), _DEFAULTS.min_group)),
        drop_small=values.get("drop_small") is True,
        weight_mode=text(values, "weight_mode") or _DEFAULTS.weight_mode,
        proration=text(values, "proration") or _DEFAULTS.proration,
        team_country=_team_of(given, text(values, "team_country")),
        fixed_rates={currency: rate for currency, rate in rates.items() if rate},
    )


def _team_of(given: Settings, signed: str) -> str:
    """The team's country as it was signed; what is typed stays where both mean the same."""
    agreed = signed or DEFAULT_COUNTRY
    return given.team_country if team_country(given) == agreed else agreed


def _or(value: float | None, default: float) -> float:
    """A setting as it was signed; a contract that does not say it was signed under the default."""
    return default if value is None else value


# --- definitions ----------------------------------------------------------------------------------


def defined(catalog: Catalog, tables: Mapping[str, Rows]) -> Catalog:
    """The catalogue with every signed definition; the same one where nothing was redefined.

    Raises:
        KpiError: A signed formula stands on a measure that this program no longer has.
    """
    measures = {
        code: _measure_of(row)
        for code, row in tables.get("tblMeasure", {}).items()
        if code not in catalog.measures or measure_row(catalog.measures[code]) != row
    }
    strange = {
        code: row
        for code, row in tables["tblKpi"].items()
        if code not in catalog.metrics or metric_row(catalog, code) != row
    }
    if not strange and not measures:
        return catalog
    signed = {c: _metric_of(row, catalog.metrics.get(c)) for c, row in strange.items()}
    unsigned = _steady(catalog, measures.keys(), tables["tblKpi"])
    bare = build({**catalog.measures, **measures}, {**unsigned, **signed})
    full = {code: replace(one, card=made_card(bare, one)) for code, one in signed.items()}
    return replace(bare, metrics=printed(replace(bare, metrics={**bare.metrics, **full})))


def _steady(catalog: Catalog, measures: Collection[str], signed: Rows) -> dict[str, Metric]:
    """The live KPIs, but for unsigned ones over measures that were signed otherwise.

    Those were written for the measure as it is typed now; of a shipped one its shipped
    definition stays.
    """
    kept = {}
    for code, metric in catalog.metrics.items():
        moved = code not in signed and not catalog.needs(code).isdisjoint(measures)
        found = shipped().metrics.get(code) if moved else metric
        if found is not None:
            kept[code] = found
    return kept


def _measure_of(row: Fields) -> Measure:
    return Measure(
        code=text(row, "measure"),
        names={"zh": text(row, "name_zh"), "en": text(row, "name_en")},
        unit=Unit(text(row, "unit")),
        roll_up=RollUp(text(row, "roll_up")),
        sources=SOURCES,
        own=True,
        personal=row["level"] == PERSON,
    )


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
