"""Own measures: named on KPIs, typed in Inputs, worked into own KPIs, signed as definitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.catalog import Catalog, shipped
from kpi.contract_nouns import defined
from kpi.contract_rows import rows_of
from kpi.contracts import WHOLE_ROW, changes, contract_of
from kpi.errors import Problem
from kpi.model import DataState, Measure, Region, RollUp, Scope, ScopeKind, Unit, Window
from kpi.money import DayRates
from kpi.organisation import Part
from kpi.ratings import Ratings
from kpi.scope_values import ScopeValues
from kpi.scopes import same
from kpi.tables import CellValue
from kpi.totals import Converter, Totals
from kpi.typed_rows import InputRow
from sheet_templates.words import decode
from sync_service.hand_inputs import with_inputs
from sync_service.sources import FILES_AND_HAND, alternatives, sources_of
from tests.card_support import book, weight
from tests.leaf_support import Leaf, leaf_sums
from tests.table_support import Line, table

OCT = period("2026-10")
TODAY = date(2026, 11, 5)
COLUMNS = "measure name_zh name_en unit roll_up level"
SHOWS: Line = ("live_shows", "直播场次", "Live shows", "个数", "相加", "店铺")
HOSTS: Line = ("hosts", "主播", "Hosts", "Count", "Mean", "Shop")
DUE: Line = ("replies_due", "应回复", "Replies due", "count", "sum", "人员")
DONE: Line = ("replies_ok", "按时回复", "Replies in time", "count", None, "person")
LEVEL: Line = ("skill", "技能等级", "Skill", "points", "Last", "Person")
MOOD: Line = ("mood", None, "Mood", "score", "Mean", "Person")


def measured(*lines: Line) -> tuple[Catalog, list[Problem]]:
    return shipped().with_measures(table("tblMeasure", "KPIs", COLUMNS, *lines), decode)


def with_kpis(*kpis: Line, lines: tuple[Line, ...] = ()) -> tuple[Catalog, list[Problem]]:
    catalog, problems = measured(*(lines or (SHOWS, HOSTS, DUE, DONE, LEVEL, MOOD)))
    assert problems == []
    rows = table("tblKpi", "KPIs", "metric name formula unit better", *kpis)
    return catalog.with_own(rows, decode)


# ------------------------------------------------------------------------------- rows of the table


def test_a_row_becomes_a_measure_with_its_names() -> None:
    catalog, problems = measured(SHOWS, DONE)
    assert problems == []
    shows, done = catalog.measures["live_shows"], catalog.measures["replies_ok"]
    assert (shows.names, shows.unit, shows.roll_up) == (
        {"zh": "直播场次", "en": "Live shows"},
        Unit.COUNT,
        RollUp.SUM,
    )
    assert (shows.own, shows.personal, done.personal) == (True, False, True)
    assert {"live_shows", "直播场次", "Live shows", "live shows"} <= catalog.typed_names().keys()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        pytest.param(("x", None, "Calls"), ("Calls", "Calls"), id="English alone"),
        pytest.param(("x", "电话", None), ("电话", "电话"), id="Chinese alone"),
        pytest.param(("x", None, None), ("x", "x"), id="the code alone"),
    ],
)
def test_a_name_that_is_empty_is_the_other_one(line: Line, names: tuple[str, str]) -> None:
    catalog, problems = measured(line)
    found = catalog.measures["x"]
    assert (problems, found.names["zh"], found.names["en"]) == ([], *names)
    assert (found.unit, found.roll_up, found.personal) == (Unit.COUNT, RollUp.SUM, False)


@pytest.mark.parametrize(
    ("line", "code", "cell"),
    [
        pytest.param((None, "电话", "Calls"), "empty", "A6", id="no code"),
        pytest.param(("a]b",), "measure_name", "A6", id="a code that no formula holds"),
        pytest.param(("x" * 65,), "measure_name", "A6", id="a long code"),
        pytest.param(("x", "展示", "y]"), "measure_name", "C6", id="a name that none holds"),
        pytest.param(("gross_sales",), "measure_name_taken", "A6", id="a shipped measure"),
        pytest.param(("acos",), "measure_name_taken", "A6", id="a shipped KPI"),
        pytest.param(("x", "订单数"), "measure_name_taken", "B6", id="a shipped name"),
        pytest.param(("live_shows",), "measure_name_taken", "A6", id="the row above"),
        pytest.param(("x", "直播场次"), "measure_name_taken", "B6", id="its name"),
        pytest.param(("x", None, None, "euro"), "unknown_word", "D6", id="no unit"),
        pytest.param(("x", None, None, None, "max"), "unknown_word", "E6", id="no roll-up"),
        pytest.param(("x", None, None, None, None, "team"), "unknown_word", "F6", id="no level"),
    ],
)
def test_a_wrong_row_is_left_out_with_its_cell(line: Line, code: str, cell: str) -> None:
    catalog, [fault] = measured(SHOWS, line)
    assert (fault.code, fault.place.cell, fault.place.table) == (code, cell, "tblMeasure")
    assert set(catalog.measures) - set(shipped().measures) == {"live_shows"}
    assert fault.what["zh"]
    assert fault.mend["en"]


def test_without_rows_the_shipped_measures_are_all() -> None:
    assert shipped().with_measures(None) == (shipped(), [])
    assert measured((None, None, None)) == (shipped(), [])
    catalog, [fault] = measured(("a]b",))
    assert (catalog, fault.code) == (shipped(), "measure_name")


def test_codes_serve_where_cells_hold_them() -> None:
    rows = table("tblMeasure", "KPIs", COLUMNS, ("x", "X1", "X2", "money", "last", "person"))
    catalog, problems = shipped().with_measures(rows)
    found = catalog.measures["x"]
    assert (problems, found.unit, found.roll_up, found.personal) == (
        [],
        Unit.MONEY,
        RollUp.LAST,
        True,
    )
    _, [fault] = shipped().with_measures(table("tblMeasure", "K", COLUMNS, ("x", "", "", "euro")))
    assert fault.code == "unknown_word"


# ------------------------------------------------------------------------------------- in formulas


@pytest.mark.parametrize(
    ("formula", "unit", "additive"),
    [
        pytest.param("live_shows", "count", True, id="by code"),
        pytest.param("直播场次", "count", True, id="by its Chinese name"),
        pytest.param("[Live shows]", "count", True, id="by its English name"),
        pytest.param("live_shows / hosts", "ratio", False, id="of two own ones"),
        pytest.param("gross_sales / live_shows", "money", False, id="with a shipped measure"),
        pytest.param("net_sales / live_shows", "money", False, id="with a shipped KPI"),
        pytest.param("replies_ok / replies_due", "ratio", False, id="of people"),
        pytest.param("mentor_points + skill", "points", False, id="with a shipped one of people"),
    ],
)
def test_an_own_kpi_stands_on_own_measures(formula: str, unit: str, additive: bool) -> None:
    catalog, problems = with_kpis(("mine", "Mine", formula, unit, "higher"))
    assert (problems, catalog.metrics["mine"].additive) == ([], additive)


@pytest.mark.parametrize(
    ("formula", "unit", "code"),
    [
        pytest.param("replies_ok / orders", "ratio", "kpi_mixed_levels", id="people and shops"),
        pytest.param("replies_ok / live_shows", "ratio", "kpi_mixed_levels", id="both own"),
        pytest.param("live_shows + gross_sales", "money", "unit_clash", id="units"),
        pytest.param("OPENING(live_shows)", "count", "formula_stock", id="no stock"),
    ],
)
def test_what_own_measures_cannot_be_is_told(formula: str, unit: str, code: str) -> None:
    catalog, [fault] = with_kpis(("mine", "Mine", formula, unit, "higher"))
    assert (fault.code, fault.place.cell, "mine" in catalog.metrics) == (code, "C5", False)


def test_what_stands_on_a_mixed_kpi_goes_with_it() -> None:
    catalog, faults = with_kpis(
        ("one", "One", "replies_ok / orders", "ratio", "higher"),
        ("two", "Two", "one * 2", "ratio", "higher"),
        ("three", "Three", "replies_ok * 2", "count", "higher"),
    )
    assert {fault.code for fault in faults} == {"kpi_mixed_levels"}
    assert set(catalog.metrics) - set(shipped().metrics) == {"three"}


def test_the_meaning_of_a_kpi_changes_with_its_own_measures() -> None:
    """Another roll-up, unit or level is another definition; another name is not."""
    kpi: Line = ("mine", "Mine", "live_shows", "count", "higher")

    def digest(line: Line) -> str:
        return with_kpis(kpi, lines=(line,))[0].definition_hash("mine")

    assert digest(SHOWS) != digest((*SHOWS[:4], "Last", "Shop"))
    assert digest(SHOWS) != digest((*SHOWS[:4], "Sum", "Person"))
    assert shipped().definition_hash("acos") == measured(SHOWS)[0].definition_hash("acos")


# ------------------------------------------------------------------------------------------ typed


@pytest.mark.parametrize(
    ("shop", "measure", "value", "by", "codes"),
    [
        pytest.param("DE1", "直播场次", 3.0, None, [], id="a figure of a shop"),
        pytest.param("ANN", "Replies due", 40.0, "HEAD", [], id="a figure of a person"),
        pytest.param("ANN", "mood", -2.0, "HEAD", [], id="it may be below zero"),
        pytest.param("ANN", "replies_due", 40.0, None, ["empty"], id="without an author"),
        pytest.param("ANN", "replies_due", 40.0, "ANN", ["rated_self"], id="their own figure"),
        pytest.param("ANN", "live_shows", 3.0, "HEAD", ["not_personal"], id="shop's, of a person"),
        pytest.param("DE1", "replies_due", 3.0, "HEAD", ["not_of_shop"], id="person's, of a shop"),
        pytest.param("DE1", "live_show", 3.0, None, ["unknown_measure"], id="a slip"),
    ],
)
def test_a_line_of_inputs(
    shop: str, measure: str, value: float, by: str | None, codes: list[str]
) -> None:
    catalog, _ = measured(SHOWS, DUE, MOOD)
    line: Line = (date(2026, 10, 1), shop, measure, value, by)
    people = table("tblPeople", "People", "person role", ("ANN", "客服"), ("HEAD", "店长/主管"))
    found = read_book(
        {
            "tblPeople": people,
            "tblShop": table("tblShop", "Shops", "shop platform market currency time_zone",
                             ("DE1", "amazon", "DE", "EUR", "Europe/Berlin")),
            "tblInput": table("tblInput", "Inputs", "day shop measure value by", line),
        },
        decode,
        catalog.names(),
        catalog,
    )  # fmt: skip
    told = [one.code for one in found.problems if one.place.table == "tblInput"]
    assert (told, len(found.inputs)) == (codes, int(codes in ([], ["rated_self"])))


def typed(*rows: tuple[str, int, str, str]) -> tuple[InputRow, ...]:
    """Figures of people by day of October."""
    return tuple(
        InputRow(date(2026, 10, day), "", measure, Decimal(value), "HEAD", f"A{n}", who)
        for n, (who, day, measure, value) in enumerate(rows)
    )


AGENTS = typed(
    ("ANN", 1, "replies_due", "40"), ("ANN", 1, "replies_ok", "30"),
    ("ANN", 15, "replies_due", "60"), ("ANN", 15, "replies_ok", "60"),
    ("BEN", 1, "replies_due", "50"),
    ("ANN", 2, "skill", "3"), ("ANN", 20, "skill", "4"),
    ("ANN", 3, "mood", "2"), ("ANN", 9, "mood", "4.5"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("who", "of", "formula", "unit", "value", "state"),
    [
        pytest.param("ANN", "2026-10", "replies_ok / replies_due", "ratio", 0.9, "manual",
                     id="a service agent's own rate: 90 of 100"),
        pytest.param("BEN", "2026-10", "replies_ok / replies_due", "ratio", None, "missing",
                     id="half of it is lacking: unknown, never zero"),
        pytest.param("ANN", "2026-11", "replies_ok / replies_due", "ratio", None, "missing",
                     id="nothing typed in November"),
        pytest.param("ANN", "2026-10", "skill", "points", 4.0, "manual", id="the last level"),
        pytest.param("ANN", "2026-10", "mood", "score", 3.25, "manual", id="(2 + 4.5) / 2"),
        pytest.param("ANN", "2026-10", "replies_due", "count", 100.0, "manual", id="40 + 60"),
    ],
)  # fmt: skip
def test_figures_of_people_roll_up_their_own_way(
    who: str, of: str, formula: str, unit: str, value: float | None, state: str
) -> None:
    catalog, _ = with_kpis(("mine", "Mine", formula, unit, "higher"))
    scope = Scope(who, ScopeKind.PERSON, Region.EU, same(who))
    ratings = Ratings(AGENTS, catalog, TODAY)
    found = ratings.actual(catalog.metrics["mine"], scope, period(of))
    assert found is not None
    assert (found.value, found.state) == (value, DataState(state))


def test_the_lines_behind_a_figure_are_named() -> None:
    catalog, _ = with_kpis(("mine", "Mine", "skill + mentor_points", "points", "higher"))
    ratings = Ratings(AGENTS, catalog, TODAY)
    scope = Scope("ANN", ScopeKind.PERSON, Region.EU, same("ANN"))
    [row] = ratings.behind(catalog.metrics["mine"], scope, OCT)
    assert (row.day.day, row.value) == (20, Decimal(4))
    assert [ratings.counts(one) for one in AGENTS if one.measure == "skill"] == [False, True]
    later = replace(ratings, today=date(2026, 10, 10))
    assert [later.counts(one) for one in AGENTS if one.measure == "skill"] == [True, False]


def test_a_shop_has_no_figures_of_people() -> None:
    catalog, _ = with_kpis(("mine", "Mine", "replies_due", "count", "higher"))
    scope = Scope("ANN", ScopeKind.SHOP, Region.EU, same("ANN"))
    assert Ratings(AGENTS, catalog, TODAY).actual(catalog.metrics["mine"], scope, OCT) is None


# ----------------------------------------------------------------------------------- at shop level


def shop_values(catalog: Catalog, *inputs: tuple[int, str, str]) -> ScopeValues:
    """Sales of 1,000 EUR on 2 October at 1.1, and figures of the shop by day."""
    sale: Leaf = ("amazon.orders", "DE", date(2026, 10, 2), "", "EUR", {"gross_sales": 10_000_000})
    rows = [
        InputRow(date(2026, 10, day), "DE", measure, Decimal(value), "me", f"A{day}")
        for day, measure, value in inputs
    ]
    leaves = with_inputs(leaf_sums([sale]), rows, {"DE": "EUR"}, catalog.measures)
    totals = Totals(leaves, {"DE": "amazon"}, sources_of(catalog.measures), catalog.measures)
    rates = DayRates({"USD": 0}, (OCT.window.start,), {OCT.window.start: ("1.2",)})
    window = Window(OCT.window.start, OCT.window.end)
    everything = Window(date(2020, 1, 1), date(2030, 1, 1))
    money = Converter("USD", {"EUR": 1.1}, rates)
    return ScopeValues(totals, catalog, money, [Part("DE", everything)], window)


@pytest.mark.parametrize(
    ("formula", "unit", "inputs", "value"),
    [
        pytest.param("live_shows", "count", [(1, "live_shows", "4"), (9, "live_shows", "6")], 10.0,
                     id="4 + 6"),
        pytest.param("gross_sales / live_shows", "money", [(1, "live_shows", "4")], 275.0,
                     id="1,000 EUR at 1.1 in 4 shows"),
        pytest.param("hosts", "count", [(1, "hosts", "2"), (17, "hosts", "3.5")], 84.5 / 31,
                     id="16 days of 2, 15 of 3.5: 84.5 / 31"),
        pytest.param("promo", "money", [(5, "promo", "200")], 220.0, id="money of the shop"),
    ],
)  # fmt: skip
def test_figures_of_shops(
    formula: str, unit: str, inputs: list[tuple[int, str, str]], value: float
) -> None:
    promo: Line = ("promo", "站外", "Off-site", "money", "sum", "shop")
    catalog, _ = with_kpis(("mine", "Mine", formula, unit, "higher"), lines=(SHOWS, HOSTS, promo))
    assert shop_values(catalog, *inputs).value("mine") == pytest.approx(value)


def test_a_shop_without_a_line_is_unknown_and_never_zero() -> None:
    catalog, _ = with_kpis(("mine", "Mine", "gross_sales / live_shows", "money", "higher"))
    totals = shop_values(catalog).totals
    window = OCT.window
    everything = Part("DE", Window(date(2020, 1, 1), date(2030, 1, 1)))
    assert totals.covered({"live_shows"}, [everything], window).days == 0
    assert totals.applicable("DE", {"live_shows"})


@pytest.mark.parametrize("platform", ["amazon", "shopify", "walmart", "other"])
def test_an_own_measure_is_typed_whatever_the_platform(platform: str) -> None:
    catalog, _ = measured(SHOWS)
    sources = sources_of(catalog.measures)
    assert sources(platform, "live_shows") == FILES_AND_HAND
    assert sources(platform, "gross_sales") == alternatives(platform, "gross_sales")
    assert sources(platform, "nothing") == alternatives(platform, "nothing")


# ----------------------------------------------------------------------------------------- signed

PER_SHOW: Line = ("per_show", "Per show", "gross_sales / live_shows", "money", "higher")


def scored() -> Book:
    return book(weights=(weight("per_show", 100),), targets=())


def signed(catalog: Catalog) -> Mapping[str, Mapping[str, Mapping[str, CellValue]]]:
    return rows_of(scored(), catalog)


def test_an_own_measure_is_signed_with_the_kpi_that_stands_on_it() -> None:
    catalog, _ = with_kpis(PER_SHOW)
    assert signed(catalog)["tblMeasure"] == {
        "live_shows": {
            "measure": "live_shows",
            "name_zh": "直播场次",
            "name_en": "Live shows",
            "unit": "count",
            "roll_up": "sum",
            "level": "shop",
        }
    }
    assert "tblMeasure" not in rows_of(book(), catalog)


def test_what_was_signed_scores_whatever_is_typed_since() -> None:
    catalog, _ = with_kpis(PER_SHOW)
    tables = rows_of(scored(), catalog)
    same_again = defined(catalog, tables)
    assert same_again is catalog
    for live in (
        shipped(),  # the rows are gone
        with_kpis(PER_SHOW, lines=((*SHOWS[:4], "Last", "Shop"),))[0],  # another roll-up
        with_kpis(PER_SHOW, lines=(("live_shows", "场次", "Shows", "count", "sum", "shop"),))[0],
    ):
        back = defined(live, tables)
        assert back.measures["live_shows"] == catalog.measures["live_shows"]
        assert back.definition_hash("per_show") == catalog.definition_hash("per_show")


def test_a_change_of_a_measure_waits_to_be_published() -> None:
    old, new = (
        contract_of(scored(), with_kpis(PER_SHOW, lines=(line,))[0])
        for line in (SHOWS, (*SHOWS[:4], "Last", "Shop"))
    )
    found = {(one.table, one.field): (one.old, one.new) for one in changes(old, new)}
    assert found["tblMeasure", "roll_up"] == ("sum", "last")
    none = contract_of(book(targets=()), shipped())
    came = [one for one in changes(none, old) if one.table == "tblMeasure"]
    assert [(one.key, one.field, one.new) for one in came] == [("live_shows", WHOLE_ROW, True)]


def test_unsigned_kpis_over_a_measure_that_was_signed_otherwise_step_aside() -> None:
    """Signed as a count; typed as money since, with an own KPI and a shipped one over it."""
    tables = rows_of(scored(), with_kpis(PER_SHOW)[0])
    live, problems = with_kpis(
        ("fresh", "Fresh", "live_shows + gross_sales", "money", "higher"),
        ("tacos", None, "ad_spend / live_shows", "ratio", "lower"),
        lines=(("live_shows", "直播场次", "Live shows", "money", "sum", "shop"),),
    )
    assert problems == []
    back = defined(live, tables)
    assert "fresh" not in back.metrics
    assert back.metrics["tacos"] == shipped().metrics["tacos"]
    assert isinstance(back.measures["live_shows"], Measure)
    assert back.measures["live_shows"].unit is Unit.COUNT
