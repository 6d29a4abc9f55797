"""An empty direction is the KPI's own; another one needs a recorded reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.contracts import changes, contract_of
from kpi.errors import Level
from kpi.model import Better, Status
from kpi.scoring import status_of_item
from kpi.tables import CellValue
from sheet_templates.layout import TABLES
from sheet_templates.words import decode
from sync_service.rolling import weight_row
from tests.card_support import CATALOG
from tests.table_support import table

CODES = "role region metric weight method better warn breach note"


def read(metric: str, *cells: CellValue, codes: str = CODES) -> Book:
    """A line: direction, warn, breach, note."""
    line = ("operations", "US", metric, 10.0, "ratio_up", *cells)
    return read_book(
        {"tblWeight": table("tblWeight", "Weights", codes, line)}, decode, CATALOG.names(), CATALOG
    )


@pytest.mark.parametrize(
    ("metric", "typed", "better"),
    [
        pytest.param("acos", None, Better.LOWER, id="empty: ACoS should be low"),
        pytest.param("net_sales", None, Better.HIGHER, id="empty: sales should be high"),
        pytest.param("days_of_supply", None, Better.BAND, id="empty: supply within a band"),
        pytest.param("acos", "越低越好", Better.LOWER, id="typed as it is, in Chinese"),
        pytest.param("net_sales", "Higher", Better.HIGHER, id="typed as it is"),
    ],
)
def test_an_empty_direction_is_the_kpis_own(metric: str, typed: str | None, better: Better) -> None:
    found = read(metric, typed)
    assert [row.better for row in found.weights] == [better]
    assert (found.problems, found.weights[0].note) == ((), "")


def test_an_empty_direction_colours_as_the_kpi_does() -> None:
    """ACoS 30 % with limits 20 % and 25 % is in breach; by "higher" it would be in order."""
    [row] = read("acos", None, 0.2, 0.25).weights
    seen = status_of_item(0.3, 0.2, row.better, row.warn, row.breach, row.bound, additive=False)
    assert seen is Status.BREACH


@pytest.mark.parametrize(
    ("cells", "usual"),
    [
        pytest.param(("net_sales", "Lower"), "higher is better", id="no limits at all"),
        pytest.param(("acos", "Higher", 0.2, 0.1), "lower is better", id="limits in its order"),
        pytest.param(("days_of_supply", "Lower"), "within a band", id="a band"),
    ],
)
def test_another_direction_without_a_reason_is_no_line(cells: tuple[str, ...], usual: str) -> None:
    found = read(*cells)
    [fault] = found.problems
    assert (fault.code, str(fault.place)) == ("direction_unreasoned", "Weights!F5 (tblWeight)")
    assert (fault.level, found.weights) == (Level.ERROR, ())
    assert usual in fault.what["en"]
    assert "备注" in fault.mend["zh"]


def test_another_direction_with_a_reason_counts_and_is_signed() -> None:
    found = read("net_sales", "Lower", None, None, "clearance of the old line")
    [row] = found.weights
    assert (found.problems, row.better) == ((), Better.LOWER)
    tables = rows_of(found, CATALOG)
    [signed] = tables["tblWeight"].values()
    assert (signed["better"], signed["note"]) == ("lower", "clearance of the old line")
    assert ruled(found, tables).weights == found.weights
    assert weight_row(row, "en")["note"] == "clearance of the old line"
    plain = replace(found, weights=(replace(row, better=Better.HIGHER, note=""),))
    old, new = (contract_of(one, CATALOG) for one in (plain, found))
    assert [(c.field, c.old, c.new) for c in changes(old, new)] == [
        ("better", "higher", "lower"),
        ("note", None, "clearance of the old line"),
    ]


def test_a_note_of_a_usual_direction_is_no_agreement() -> None:
    found = read("net_sales", "Higher", 0.9, 0.8, "talked about in March")
    [signed] = rows_of(found, CATALOG)["tblWeight"].values()
    assert "note" not in signed


def test_a_book_of_before_the_column_is_only_warned() -> None:
    assert TABLES["tblWeight"].column("note").later
    found = read("net_sales", "Lower", codes="role region metric weight method better")
    assert [(one.code, one.level) for one in found.problems] == [
        ("direction_unreasoned", Level.WARNING)
    ]
    assert [row.better for row in found.weights] == [Better.LOWER]


def test_without_definitions_nothing_is_held_against_them() -> None:
    tables = {
        "tblWeight": table("tblWeight", "W", CODES, ("operations", "US", "acos", 1.0, "band"))
    }
    [row] = read_book(tables, decode, {"acos": "acos"}).weights
    assert row.better is Better.HIGHER
