"""Contracts: what is signed, which version counts on a day; worked by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.calendar import period
from kpi.contracts import (
    Pick,
    changes,
    contract_from,
    contract_of,
    every_terms,
    in_force,
    version_on,
)
from kpi.errors import KpiError
from kpi.model import Region
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

OCT = period("2026-10")
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
