"""The needs diagnosis: what is wanted, and which lines it proposes that no card has yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.model import Region
from kpi.needs import proposals
from kpi.tables import CellValue
from kpi.trade import Shop
from kpi.typed_rows import Settings
from sheet_templates.words import decode
from tests.card_support import weight
from tests.table_support import table

CATALOG = shipped()
SETTINGS = Settings("2026-10", "")
NAMES = {"GMV": "gmv", "净利润": "net_profit", "ACoS": "acos", "RoI": "unit_roi"}
US = Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York", None)
DE = replace(US, code="DE1", market="DE", region=Region.EU)
Row = tuple[CellValue, ...]
PAINS: tuple[Row, ...] = (("P3", "亏", "是"), ("P4", "广告", "否"))


def read(*needs: Row, pains: tuple[Row, ...] = PAINS) -> Book:
    """A needs row is KPI, watch, role, pain."""
    tables = (
        table("tblPain", "需求诊断", "no pain here", *pains),
        table("tblNeed", "需求诊断", "metric watch role pain", *needs),
    )
    return read_book({one.name: one for one in tables}, decode, NAMES, CATALOG)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        pytest.param(("GMV", "是", "运营"), [("gmv", "operations", "")], id="ticked"),
        pytest.param(("GMV", True, None), [("gmv", "operations", "")], id="ticked, no role"),
        pytest.param(("GMV", "否", "运营"), [], id="not ticked"),
        pytest.param(("GMV", None, "运营"), [], id="empty is not ticked"),
        pytest.param(
            ("净利润", "否", "店长/主管", "P3"),
            [("net_profit", "supervisor", "P3")],
            id="a pain point that is there asks for it",
        ),
        pytest.param(("ACoS", "否", "运营", "P4"), [], id="one that is not there does not"),
        pytest.param(("净利润", "是", "运营", "P3"), [("net_profit", "operations", "")], id="both"),
        pytest.param(("Mars", "否", "Mars"), [], id="a line that nobody wants may name anything"),
    ],
)
def test_what_is_wanted(row: Row, wanted: list[tuple[str, str, str]]) -> None:
    book = read(row)
    assert [(n.metric, n.role, n.pain) for n in book.needs] == wanted
    assert book.problems == ()


@pytest.mark.parametrize(
    ("row", "code", "cell", "kept"),
    [
        pytest.param(("Mars", "是", "运营"), "strange_kpi", "A5", 0, id="an unknown KPI"),
        pytest.param(("GMV", "是", "Mars"), "unknown_role", "C5", 0, id="an unknown role"),
        pytest.param(("GMV", "是", "运营", "P9"), "unknown_pain", "D5", 1, id="an unknown pain"),
        pytest.param((None, "是", "运营"), "empty", "A5", 0, id="no KPI"),
    ],
)
def test_what_cannot_be_read_is_named_at_its_cell(
    row: Row, code: str, cell: str, kept: int
) -> None:
    book = read(row)
    [found] = book.problems
    assert (found.code, found.place.cell, len(book.needs)) == (code, cell, kept)
    assert found.mend["zh"]
    assert found.mend["en"]


def test_a_kpi_of_a_role_is_wanted_once() -> None:
    book = read(("GMV", "是", "运营"), ("GMV", "是", None), ("GMV", "是", "店长/主管"))
    assert [need.role for need in book.needs] == ["operations", "supervisor"]


def test_an_old_book_without_the_tab_wants_nothing() -> None:
    assert read_book({}, decode, NAMES, CATALOG).needs == ()


# --- proposals ------------------------------------------------------------------------------------


def proposed(book: Book) -> list[tuple[str, str, float, bool]]:
    """Region, KPI, weight, and whether a pack has the line."""
    found = proposals(book, CATALOG.metrics)
    return [(str(p.region), p.metric.code, p.weight, p.item is not None) for p in found]


def test_a_line_comes_from_the_roles_pack_with_its_weight() -> None:
    """The operations pack has ACoS with 10 points in both regions."""
    assert proposed(read(("ACoS", "是", "运营"))) == [
        ("US", "acos", 10.0, True),
        ("EU", "acos", 10.0, True),
    ]


def test_else_from_another_roles_pack_and_else_plain_with_five_points() -> None:
    """Net sales are on no card of customer service; GMV is in no pack."""
    names = {**NAMES, "销售": "net_sales"}
    needs = table(
        *("tblNeed", "需求诊断", "metric watch role"),
        ("销售", "是", "客服"),
        ("GMV", "是", "运营"),
    )
    book = replace(read_book({"tblNeed": needs}, decode, names, CATALOG), shops=(DE,))
    assert proposed(book) == [("EU", "net_sales", 5.0, True), ("EU", "gmv", 5.0, False)]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        pytest.param({}, ["US", "EU"], id="nothing is there: both regions"),
        pytest.param({"shops": (US,)}, ["US"], id="only regions with shops"),
        pytest.param(
            {"weights": (weight("acos", 10, region=Region.US),)}, ["EU"], id="a line that is on"
        ),
        pytest.param(
            {"weights": (weight("acos", 10, region=Region.US, on=False),)},
            *(["EU"],),
            id="a line that the manager switched off",
        ),
        pytest.param(
            {"weights": (weight("acos", 10, region=Region.US, role="agency"),)},
            *(["US", "EU"],),
            id="another role's line is no line",
        ),
        pytest.param(
            {"unused": frozenset({("acos", Region.EU)})}, ["US"], id="not where it is switched off"
        ),
    ],
)
def test_what_a_card_has_already_is_not_proposed(
    changes: dict[str, object], left: list[str]
) -> None:
    book = replace(read(("ACoS", "是", "运营")), **changes)  # type: ignore[arg-type]  # by name
    assert [region for region, *_ in proposed(book)] == left


def test_a_measure_is_no_kpi_of_a_card() -> None:
    needs = table("tblNeed", "需求诊断", "metric watch", ("花费", "是"))
    book = read_book({"tblNeed": needs}, decode, {"花费": "ad_spend"}, CATALOG)
    assert proposed(book) == []


def test_a_rate_of_own_stores_has_its_target_there() -> None:
    names = {"加购率": "add_to_cart_rate", "GMV": "gmv"}
    needs = table(
        *("tblNeed", "需求诊断", "metric watch role"),
        ("加购率", "是", "独立站"),
        ("GMV", "是", "独立站"),
    )
    book = replace(read_book({"tblNeed": needs}, decode, names, CATALOG), shops=(DE,))
    found = proposals(book, CATALOG.metrics)
    assert [(p.metric.code, p.scope) for p in found] == [
        ("add_to_cart_rate", "own_store"),
        ("gmv", "EU"),
    ]


def test_a_role_without_a_pack_takes_the_line_of_another() -> None:
    """A role that only older books know: no card of ours, so the usual weight."""
    book = read(("ACoS", "是", "运营"))
    need = replace(book.needs[0], role="pilot")
    found = proposals(replace(book, needs=(need,), shops=(DE,)), CATALOG.metrics)
    assert [(p.weight, p.scope) for p in found] == [(5.0, "EU")]


def test_a_card_that_is_wholly_off_has_no_sum_to_mend() -> None:
    """Proposed lines are off: 10 points of them are no card of 10; one that is on is."""
    off = weight("acos", 10, on=False)
    assert [p.code for p in check_book(replace(Book(SETTINGS), weights=(off,)))] == []
    on = replace(off, on=True)
    [found] = check_book(replace(Book(SETTINGS), weights=(on,)))
    assert found.code == "weight_sum"
