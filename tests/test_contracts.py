"""Contracts: what is signed, which version counts, what a change reaches; worked by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import EVER, NEVER, Book
from kpi.calendar import period
from kpi.contract_nouns import ruled
from kpi.contracts import (
    ALWAYS,
    Change,
    Pick,
    against_lock,
    changes,
    contract_from,
    contract_of,
    every_terms,
    in_force,
    locked_quarters,
    reach,
    row_versions,
    version_on,
)
from kpi.errors import KpiError
from kpi.model import Better, Region, Window
from kpi.tables import Cell, Row, Table
from kpi.trade import Person, Shop
from tests.contract_support import (
    BOOK,
    CATALOG,
    LINE,
    PERSON,
    RULE,
    SHOP,
    TARGET,
    contract,
    version,
    weight,
)

OCT, NOV, DEC = (period(f"2026-{month}") for month in (10, 11, 12))
OCT_1, OCT_15, NOV_1 = date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 1)


# --- what is signed -------------------------------------------------------------------------------


def test_a_contract_reads_back_as_the_rows_that_were_signed() -> None:
    """An empty sheet under the signed rows gives the book again, but for what nobody signs."""
    empty = Book(settings=replace(BOOK.settings, currency="EUR", fixed_rates={}, min_coverage=0.1))
    terms = in_force(empty, CATALOG, (version(1, OCT_1),), OCT)
    assert terms.version == 1
    assert terms.book == replace(
        BOOK,
        shops=(replace(SHOP, name="", company=""),),
        people=(replace(PERSON, name="", department=""),),
        assignments=tuple(reversed(BOOK.assignments)),  # by key: the open start comes first
        targets=(replace(TARGET, address=""),),
        weights=tuple(replace(w, address="") for w in (weight("acos", 40.0), weight())),
        rules=(replace(RULE, address=""),),
    )


def test_the_text_is_the_same_for_any_order_and_place_of_rows() -> None:
    moved = replace(
        BOOK,
        weights=tuple(replace(w, address="Other!A99") for w in reversed(BOOK.weights)),
        shops=(replace(SHOP, name="New name"),),
    )
    assert contract_of(moved, CATALOG).digest == contract_of(BOOK, CATALOG).digest


def test_the_text_is_sorted_plain_json() -> None:
    text = contract_of(BOOK, CATALOG).text
    loaded = json.loads(text)
    assert list(loaded) == sorted(loaded)
    assert loaded["tblTarget"]["2026｜US｜AMZ-US｜net_sales"]["m10"] == 100_000
    assert ": " not in text.replace("\\u", "")[:200]


def test_minus_zero_and_whole_numbers_are_the_same_numbers() -> None:
    one = replace(BOOK, weights=(replace(weight(), floor=-0.0, weight=60),))
    other = replace(BOOK, weights=(replace(weight(), floor=0.0, weight=60.0),))
    assert contract_of(one, CATALOG).digest == contract_of(other, CATALOG).digest


def test_two_equal_lines_of_assignments_are_both_signed() -> None:
    twice = contract(replace(BOOK, assignments=(LINE, LINE)))
    assert [key[-2:] for key in twice.tables["tblAssign"]] == ["16", "#2"]


def test_a_text_that_is_no_contract_is_refused() -> None:
    with pytest.raises(KpiError, match="restore it from a backup"):
        contract_from("[1]")


def test_what_is_not_signed_stays_as_it_is_typed_and_scores_nothing() -> None:
    stranger = Person("ZHAO", "Zhao", "", "operations", None, None, None, 1.0, None, scored=True)
    shop = Shop("AMZ-CA", "amazon", "CA", Region.US, "CAD", "America/Toronto", "CHEN")
    live = replace(BOOK, people=(stranger, PERSON), shops=(shop, SHOP))
    terms = in_force(live, CATALOG, (version(1, OCT_1),), OCT)
    assert [(p.code, p.scored) for p in terms.book.people] == [("CHEN", True), ("ZHAO", False)]
    assert [(s.code, s.owner) for s in terms.book.shops] == [("AMZ-US", "CHEN"), ("AMZ-CA", None)]


# --- definitions ----------------------------------------------------------------------------------


def own_kpi(formula: str, name: str = "Sales less") -> Table:
    cells: dict[str, object] = {
        "on": "yes",
        "metric": "own_less",
        "name": name,
        "formula": formula,
        "unit": "money",
        "better": "higher",
    }
    made = {code: Cell(value, "A5") for code, value in cells.items()}  # type: ignore[arg-type]  # texts
    return Table("tblKpi", "KPIs", tuple(cells), (Row(5, made, {}),))


def test_a_changed_or_deleted_own_formula_scores_as_it_was_signed() -> None:
    book = replace(BOOK, weights=(weight("own_less", 100.0),))
    signed, _ = CATALOG.with_own(own_kpi("gross_sales - 2 * discounts"))
    versions = (replace(version(1, OCT_1), contract=contract(book, signed)),)
    for live in (CATALOG, CATALOG.with_own(own_kpi("gross_sales"))[0]):
        terms = in_force(book, live, versions, OCT)
        assert terms.catalog.metrics["own_less"].numerator == "gross_sales - 2 * discounts"
        assert terms.catalog.metrics["own_less"].names["en"] == "Sales less"
        assert terms.catalog.needs("own_less") == {"gross_sales", "discounts"}
        assert terms.catalog.definition_hash("own_less") == signed.definition_hash("own_less")
        assert live is CATALOG or changes(versions[0].contract, contract_of(book, live))


def test_an_unchanged_catalogue_is_the_same_object() -> None:
    assert in_force(BOOK, CATALOG, (version(1, OCT_1),), OCT).catalog is CATALOG


# --- which version counts -------------------------------------------------------------------------

FIRST, SECOND = version(1, OCT_1), version(2, NOV_1)


@pytest.mark.parametrize(
    ("starts", "day", "number"),
    [
        pytest.param([], OCT_1, None, id="never published: none"),
        pytest.param([OCT_1], date(2026, 3, 1), 1, id="before the first begins, the first"),
        pytest.param([OCT_1, NOV_1], date(2026, 10, 31), 1, id="the day before the second"),
        pytest.param([OCT_1, NOV_1], NOV_1, 2, id="the second's first day"),
        pytest.param(
            [OCT_1, NOV_1, OCT_15], OCT_15, 3, id="a correction of the past, from its day"
        ),
        pytest.param([OCT_1, NOV_1, OCT_15], date(2026, 12, 1), 3, id="what is signed last wins"),
        pytest.param([OCT_1, NOV_1, OCT_15], date(2026, 10, 14), 1, id="and not before it"),
    ],
)
def test_the_version_of_a_day(starts: list[date], day: date, number: int | None) -> None:
    versions = [version(n, start) for n, start in enumerate(starts, 1)]
    found = version_on(versions, day)
    assert (found.number if found else None) == number


def test_a_draft_scores_its_live_rows() -> None:
    terms = in_force(BOOK, CATALOG, (), OCT)
    assert (terms.book, terms.catalog, terms.version) == (BOOK, CATALOG, None)


def picking(pick: Pick) -> Book:
    return replace(BOOK, settings=replace(BOOK.settings, weight_pick=pick.value))


def halves(first: float, second: float, pick: Pick) -> dict[str, float]:
    """Net sales from 60 to 30 and acos from 40 to 70 on 16 October: 15 days and 16 days."""
    start = picking(pick)
    before = replace(start, weights=(weight("net_sales", first), weight("acos", 100 - first)))
    after = replace(start, weights=(weight("net_sales", second), weight("acos", 100 - second)))
    versions = (version(1, OCT_1, before), version(2, date(2026, 10, 16), after))
    rows = in_force(BOOK, CATALOG, versions, OCT).book.weights
    return {row.metric: row.weight for row in rows}


def test_a_change_in_mid_month_counts_by_its_last_day() -> None:
    assert halves(60.0, 30.0, Pick.PERIOD_END) == {"net_sales": 30.0, "acos": 70.0}


def test_a_change_in_mid_month_weighs_each_day_where_that_is_chosen() -> None:
    """(60 x 15 + 30 x 16) / 31 = 1380 / 31 = 44.516129032; (40 x 15 + 70 x 16) / 31 = the rest."""
    found = halves(60.0, 30.0, Pick.DAY_WEIGHTED)
    assert found == {"net_sales": 44.516129032, "acos": 55.483870968}


def test_a_dated_line_of_a_draft_weighs_each_day_too() -> None:
    """New line from 16 October with 29 points: (60 x 15 + 29 x 16) / 31 = 1364 / 31 = 44."""
    lines = (weight(), weight(points=29.0, start=date(2026, 10, 16)))
    book = replace(picking(Pick.DAY_WEIGHTED), weights=lines)
    found = in_force(book, CATALOG, (), OCT).book.weights
    assert [(row.weight, row.start) for row in found] == [(44.0, date(2026, 10, 16))]


def test_a_line_that_ended_keeps_its_days_and_one_that_comes_later_has_none() -> None:
    """Acos is switched off from 16 October: 40 x 15 / 31 = 600 / 31; a line of November is not."""
    off = replace(weight("acos", 40.0, date(2026, 10, 16)), on=False)
    later = weight("tacos", 10.0, NOV_1)
    book = replace(picking(Pick.DAY_WEIGHTED), weights=(weight("acos", 40.0), off, later))
    found = in_force(book, CATALOG, (), OCT).book.weights
    assert [(row.metric, row.weight, row.on) for row in found] == [("acos", 19.35483871, True)]


@pytest.mark.parametrize(
    ("on", "points", "kept"),
    [
        pytest.param(True, 0.0, True, id="a gate has no weight and stays on"),
        pytest.param(False, 0.0, False, id="a gate that is switched off stays off"),
        pytest.param(False, 40.0, False, id="a weight that was off on every day adds nothing"),
    ],
)
def test_a_line_without_days_of_weight_is_on_as_it_was_typed(
    on: bool, points: float, kept: bool
) -> None:
    book = replace(picking(Pick.DAY_WEIGHTED), weights=(replace(weight("acos", points), on=on),))
    (row,) = in_force(book, CATALOG, (), OCT).book.weights
    assert (row.weight, row.on) == (0.0, kept)


def test_a_card_that_left_the_contract_keeps_its_days() -> None:
    """Net sales alone for 15 days, then acos alone for 16: 100 x 15 / 31 and 100 x 16 / 31."""
    before = replace(BOOK, weights=(weight("net_sales", 100.0),))
    after = replace(picking(Pick.DAY_WEIGHTED), weights=(weight("acos", 100.0),))
    versions = (version(1, OCT_1, before), version(2, date(2026, 10, 16), after))
    found = in_force(after, CATALOG, versions, OCT).book.weights
    assert {row.metric: row.weight for row in found} == {
        "acos": 51.612903226,
        "net_sales": 48.387096774,
    }


def test_every_version_and_the_sheet_are_terms() -> None:
    assert [one.version for one in every_terms(BOOK, CATALOG, (SECOND, FIRST))] == [1, 2, None]


# --- changes --------------------------------------------------------------------------------------

Edit = Callable[[Book], Book]
TARGET_KEY, WEIGHT_KEY = "2026｜US｜AMZ-US｜net_sales", "operations｜US｜net_sales｜"
EDITS: list[tuple[str, Edit, Change]] = [
    (
        "a month's target",
        lambda b: replace(
            b, targets=(replace(TARGET, months=(*TARGET.months[:10], 135_000.0, None)),)
        ),
        Change("tblTarget", TARGET_KEY, "m11", 120_000.0, 135_000.0),
    ),
    (
        "an owner",
        lambda b: replace(b, targets=(replace(TARGET, owner=None),)),
        Change("tblTarget", TARGET_KEY, "owner", "CHEN", None),
    ),
    (
        "a weight",
        lambda b: replace(b, weights=(weight(points=55.0), b.weights[1])),
        Change("tblWeight", WEIGHT_KEY, "weight", 60.0, 55.0),
    ),
    (
        "a split of the year",
        lambda b: replace(b, targets=(replace(TARGET, split="seasonality"),)),
        Change("tblTarget", TARGET_KEY, "split", None, "seasonality"),
    ),
    (
        "an uplift",
        lambda b: replace(b, targets=(replace(TARGET, uplift=5.0),)),
        Change("tblTarget", TARGET_KEY, "uplift", None, 5.0),
    ),
    (
        "a veto",
        lambda b: replace(b, weights=(replace(weight(), veto=True), b.weights[1])),
        Change("tblWeight", WEIGHT_KEY, "veto", False, True),
    ),
    (
        "a direction",
        lambda b: replace(b, weights=(replace(weight(), better=Better.LOWER), b.weights[1])),
        Change("tblWeight", WEIGHT_KEY, "better", "higher", "lower"),
    ),
    (
        "a parameter",
        lambda b: replace(
            b, weights=(replace(weight(), params=(None, 2.0, None, None)), b.weights[1])
        ),
        Change("tblWeight", WEIGHT_KEY, "p2", None, 2.0),
    ),
    (
        "a line that came",
        lambda b: replace(b, weights=(*b.weights, weight("acos", 40.0, NOV_1))),
        Change("tblWeight", "operations｜US｜acos｜2026-11-01", "", None, True),
    ),
    (
        "a rule that went",
        lambda b: replace(b, rules=()),
        Change("tblRule", "R1", "", True, None),
    ),
    (
        "a share of a region",
        lambda b: replace(b, people=(replace(PERSON, us_share=0.5),)),
        Change("tblPeople", "CHEN", "us_share", 1.0, 0.5),
    ),
    (
        "a day of entry",
        lambda b: replace(b, people=(replace(PERSON, start=None),)),
        Change("tblPeople", "CHEN", "start", "2026-01-05", None),
    ),
    (
        "a shop's owner",
        lambda b: replace(b, shops=(replace(SHOP, owner="LI"),)),
        Change("tblShop", "AMZ-US", "owner", "CHEN", "LI"),
    ),
    (
        "a share of an assignment",
        lambda b: replace(b, assignments=(replace(LINE, share=0.5), b.assignments[1])),
        Change("tblAssign", "AMZ-US｜desks｜LI｜2026-10-16", "share", 0.4, 0.5),
    ),
    (
        "the least coverage",
        lambda b: replace(b, settings=replace(b.settings, min_coverage=0.5)),
        Change("tblSetting", "min_coverage", "value", 0.7, 0.5),
    ),
    (
        "a fixed rate",
        lambda b: replace(b, settings=replace(b.settings, fixed_rates={"EUR": 1.2})),
        Change("tblSetting", "fixed_rate", "value", 1.13, 1.2),
    ),
    (
        "a fixed rate of another currency",
        lambda b: replace(b, settings=replace(b.settings, fixed_rates={"EUR": 1.13, "PLN": 0.25})),
        Change("tblSetting", "fixed_rate_pln", "", None, new=True),
    ),
]


@pytest.mark.parametrize(
    ("edit", "wanted"), [pytest.param(edit, one, id=name) for name, edit, one in EDITS]
)
def test_an_edit_is_exactly_one_change_and_scores_nothing(edit: Edit, wanted: Change) -> None:
    signed, live = FIRST, edit(BOOK)
    found = [c for c in changes(signed.contract, contract_of(live, CATALOG)) if c.table != "tblKpi"]
    assert found == [wanted]
    now = in_force(live, CATALOG, (signed,), OCT).book
    before = in_force(BOOK, CATALOG, (signed,), OCT).book
    assert contract_of(now, CATALOG).digest == contract_of(before, CATALOG).digest
    later = replace(version(2, NOV_1, live), start=NOV_1)
    both = (signed, later)
    october, november = (in_force(live, CATALOG, both, month) for month in (OCT, NOV))
    assert (october.version, november.version) == (1, 2)
    assert contract_of(october.book, CATALOG).digest == signed.contract.digest
    assert contract_of(november.book, CATALOG).digest == later.contract.digest


UNSIGNED = {  # fields of the nouns that nobody signs: names, notes and places
    "TargetRow": {"address", "stage"},  # what the stage put in force is what is signed
    "WeightRow": {"address"},
    "Rule": {"address", "quiet"},
    "Person": {"name", "department", "mentor", "partner", "plan"},
    "Shop": {"name", "company", "brand"},
}
NOUNS = (
    ("targets", TARGET),
    ("weights", weight()),
    ("rules", RULE),
    ("people", PERSON),
    ("shops", SHOP),
)


def another(value: object, field: str) -> object:
    """Another value that the field could have."""
    if value is None:
        return date(2026, 2, 2) if field in ("start", "end", "opened", "closed") else 5.0
    if isinstance(value, StrEnum):
        return next(one for one in type(value) if one is not value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, tuple):
        return (0.75,) * len(value)
    return date(2026, 2, 2) if isinstance(value, date) else "other"


@pytest.mark.parametrize(
    ("part", "field"),
    [
        pytest.param(part, one.name, id=f"{type(noun).__name__} {one.name}")
        for part, noun in NOUNS
        for one in fields(noun)
    ],
)
def test_every_field_of_a_scored_noun_is_signed_or_named_as_free(part: str, field: str) -> None:
    """A field that is added to a noun later shows here until somebody decides about it."""
    noun: Any = dict(NOUNS)[part]
    if field == "effect":  # says something only of a veto
        noun = replace(noun, veto=True)
    changed = another(getattr(noun, field), field)
    rest = {"weights": (weight("acos", 40.0),)}.get(part, ())
    rows: Any = {part: (replace(noun, **{field: changed}), *rest)}
    live = replace(BOOK, **rows)
    differs = contract_of(live, CATALOG).digest != contract_of(BOOK, CATALOG).digest
    assert differs is (field not in UNSIGNED[type(noun).__name__])


def test_two_rows_of_one_rule_are_signed_each_and_come_back_as_they_were() -> None:
    surge = replace(RULE, start=NOV_1, against="median", history=28, least=20, beyond=0.5)
    live = replace(BOOK, rules=(RULE, surge))
    signed = contract_of(live, CATALOG).tables
    assert list(signed["tblRule"]) == ["R1", "R1｜2026-11-01"]
    assert ruled(live, signed).rules == live.rules
    assert [r.value for r in ruled(replace(live, rules=(surge,)), signed).rules] == [0.35, 0.35]


@given(st.permutations(range(3)), st.permutations(range(2)))
def test_any_order_of_rows_is_the_same_contract(targets: list[int], weights: list[int]) -> None:
    rows = (TARGET, replace(TARGET, scope="US"), replace(TARGET, metric="gmv"))
    lines = (weight(), weight("acos", 40.0))
    one = replace(BOOK, targets=rows, weights=lines)
    other = replace(
        BOOK, targets=tuple(rows[n] for n in targets), weights=tuple(lines[n] for n in weights)
    )
    assert contract_of(one, CATALOG).text == contract_of(other, CATALOG).text


def test_a_setting_is_signed_when_it_scores() -> None:
    signed = {
        one.name
        for one in fields(BOOK.settings)
        if one.name != "fixed_rates"
        and contract_of(
            replace(
                BOOK,
                settings=replace(
                    BOOK.settings,
                    **{one.name: another(getattr(BOOK.settings, one.name), one.name)},  # type: ignore[arg-type]  # by name
                ),
            ),
            CATALOG,
        ).digest
        != contract_of(BOOK, CATALOG).digest
    }
    dates = {"closing_day", "provisional_day"}
    limits = {"add_cap", "deduct_cap", "total_limit", "min_group"}
    ways = {"weight_pick", "weight_mode", "drop_small", "pacing", "events", "team_country"} | {
        "proration"
    }
    assert signed == {"currency", "min_coverage"} | ways | dates | limits


def test_pacing_and_own_events_come_back_as_they_were_signed() -> None:
    """A contract from before these settings has neither row: its months are linear."""
    moved = replace(
        BOOK.settings, pacing="seasonal", events="Sale 2026-11-05 x2", proration="working"
    )
    seasonal = replace(BOOK, settings=moved)
    signed, old = (contract_of(one, CATALOG).tables for one in (seasonal, BOOK))
    assert ruled(BOOK, signed).settings == moved
    assert not {"pacing", "events", "proration"} & set(old["tblSetting"])
    assert ruled(seasonal, old).settings == BOOK.settings


@pytest.mark.parametrize(
    ("settings", "signed", "live", "ruled_by"),
    [
        pytest.param({}, None, {}, "", id="China is not written, as before the setting"),
        pytest.param({"team_country": "CN"}, None, {}, "", id="nor where it is typed"),
        pytest.param({"team_country": "DE"}, "DE", {}, "DE", id="a typed country"),
        pytest.param({"time_zone": "Europe/Paris"}, "FR", {}, "FR", id="that of the time zone"),
        pytest.param({}, None, {"time_zone": "Europe/Paris"}, "CN", id="a zone moved later waits"),
        pytest.param(
            {"time_zone": "Europe/Paris"},
            "FR",
            {"time_zone": "Europe/Paris"},
            "",
            id="the same zone needs no word",
        ),
    ],
)
def test_the_country_of_the_team_is_signed(
    settings: dict[str, str], signed: str | None, live: dict[str, str], ruled_by: str
) -> None:
    then = replace(BOOK, settings=replace(BOOK.settings, **settings))  # type: ignore[arg-type]  # by name
    tables = contract_of(then, CATALOG).tables
    assert tables["tblSetting"].get("team_country", {}).get("value") == signed
    now = replace(BOOK, settings=replace(BOOK.settings, **live))  # type: ignore[arg-type]  # by name
    assert ruled(now, tables).settings.team_country == ruled_by


def test_a_row_has_the_version_that_brought_it_as_it_is() -> None:
    raised = replace(BOOK, targets=(replace(TARGET, owner="LI"),))
    versions = (version(3, DEC.window.start, BOOK), version(1, OCT_1), version(2, NOV_1, raised))
    found = row_versions(versions)
    assert found["tblTarget", TARGET_KEY].number == 3  # put back by the third
    assert found["tblWeight", WEIGHT_KEY].number == 1


# --- the lock of a quarter ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "days"),
    [
        pytest.param(
            Change("tblTarget", TARGET_KEY, "m11", 1.0, 2.0), NOV.window, id="a month's target"
        ),
        pytest.param(
            Change("tblTarget", TARGET_KEY, "owner", "A", "B"),
            period("2026").window,
            id="another cell of a target: its year",
        ),
        pytest.param(
            Change("tblTarget", "0｜US｜X｜net_sales", "m11", 1.0, 2.0), ALWAYS, id="no real year"
        ),
        pytest.param(
            Change("tblWeight", "operations｜US｜acos｜2026-11-01", "weight", 1.0, 2.0),
            Window(NOV_1, NEVER),
            id="a dated line: from its day",
        ),
        pytest.param(
            Change("tblWeight", "operations｜US｜acos｜", "weight", 1.0, 2.0),
            Window(EVER, NEVER),
            id="a line without a day",
        ),
        pytest.param(
            Change("tblRule", "R1｜2026-11-01", "value", 3.0, 4.0),
            Window(NOV_1, NEVER),
            id="a dated rule: from its day",
        ),
        pytest.param(Change("tblRule", "R1", "value", 3.0, 4.0), ALWAYS, id="a rule without a day"),
        pytest.param(
            Change("tblRule", "a｜b", "value", 3.0, 4.0), ALWAYS, id="a sign in the name of a rule"
        ),
        pytest.param(
            Change("tblSetting", "min_coverage", "value", 0.7, 0.5), ALWAYS, id="a setting"
        ),
    ],
)
def test_what_a_change_can_move(change: Change, days: Window) -> None:
    assert reach(change) == days


@pytest.mark.parametrize(
    ("starts", "today", "quarters"),
    [
        pytest.param([], OCT_15, [], id="never published: nothing is locked"),
        pytest.param([OCT_15], OCT_15, ["2026-Q4"], id="the quarter in which one took effect"),
        pytest.param(
            [date(2026, 9, 30)], OCT_15, ["2026-Q3"], id="the next quarter is open for its review"
        ),
        pytest.param(
            [date(2026, 2, 1)],
            OCT_15,
            ["2026-Q1", "2026-Q2", "2026-Q3"],
            id="quarters that are over are settled",
        ),
        pytest.param(
            [date(2026, 9, 1), date(2027, 1, 1)],
            OCT_15,
            ["2026-Q3", "2027-Q1"],
            id="one that was set in advance is locked too",
        ),
    ],
)
def test_locked_quarters(starts: list[date], today: date, quarters: list[str]) -> None:
    versions = [version(n, start) for n, start in enumerate(starts, 1)]
    assert [q.code for q in locked_quarters(versions, today)] == quarters


@pytest.mark.parametrize(
    ("change", "start", "quarters"),
    [
        pytest.param(
            Change("tblTarget", TARGET_KEY, "m11", 1.0, 2.0),
            date(2026, 10, 23),
            ["2026-Q4"],
            id="November's target inside the locked quarter",
        ),
        pytest.param(
            Change("tblTarget", "2027｜US｜AMZ-US｜net_sales", "m01", 1.0, 2.0),
            date(2026, 10, 23),
            [],
            id="a target of next year is free",
        ),
        pytest.param(
            Change("tblWeight", "operations｜US｜acos｜", "weight", 1.0, 2.0),
            date(2027, 1, 1),
            [],
            id="a weight that counts from the next quarter on is free",
        ),
        pytest.param(
            Change("tblPeople", "CHEN", "us_share", 1.0, 0.5),
            date(2026, 10, 23),
            [],
            id="people may change hands in any quarter",
        ),
        pytest.param(
            Change("tblSetting", "min_coverage", "value", 0.7, 0.5),
            date(2026, 8, 1),
            ["2026-Q3", "2026-Q4"],
            id="a change of the past reaches every settled quarter",
        ),
    ],
)
def test_what_needs_an_exception(change: Change, start: date, quarters: list[str]) -> None:
    """Published on 1 August 2026 and again for 1 October; today is 22 October."""
    versions = (version(1, date(2026, 8, 1)), version(2, OCT_1))
    found = against_lock([change], versions, start, date(2026, 10, 22))
    assert [quarter.code for _, quarter in found] == quarters
