"""A stored value that stands in for a missing one: typed, signed, scored and marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.missing import Outdated
from kpi.model import Language
from kpi.tables import CellValue
from sheet_templates.words import decode
from sync_service.filling.scores import estimated, items
from sync_service.rolling import weight_row
from tests.card_support import CATALOG
from tests.table_support import table
from tests.test_filling_pacing import computed

CODES = "role region metric weight method missing substitute"


def read(metric: str, *cells: CellValue) -> Book:
    line = ("operations", "US", metric, 100.0, "ratio_up", *cells)
    tables = {"tblWeight": table("tblWeight", "Weights", CODES, line)}
    return read_book(tables, decode, CATALOG.names(), CATALOG)


@pytest.mark.parametrize(
    ("metric", "cells", "value", "codes"),
    [
        pytest.param("acos", ("用替代值", 0.25), 0.25, [], id="a ratio"),
        pytest.param("acos", ("Substitute", "25%"), 0.25, [], id="typed in percent"),
        pytest.param("acos", ("Substitute", 25.0), 25.0, ["not_a_fraction"], id="25 is 2,500 %"),
        pytest.param("net_sales", ("Substitute", 9e4), 9e4, [], id="money of a whole month"),
        pytest.param("net_sales", ("Substitute", None), None, ["no_substitute"], id="none"),
        pytest.param("net_sales", ("Zero", 0.0), 0.0, ["substitute_unused", "zero_unconfirmed"],
                     id="another policy"),
        pytest.param("net_sales", (None, 5.0), 5.0, ["substitute_unused"], id="no policy"),
    ],
)  # fmt: skip
def test_the_column_is_read(
    metric: str, cells: tuple[CellValue, ...], value: float | None, codes: list[str]
) -> None:
    found = read(metric, *cells)
    told = [one.code for one in (*found.problems, *check_book(found))]
    assert (found.weights[0].substitute, told) == (value, codes)


def test_without_definitions_the_value_is_taken_as_it_is() -> None:
    found = read("acos", "Substitute", 0.25)
    odd = replace(CATALOG, metrics={c: m for c, m in CATALOG.metrics.items() if c != "acos"})
    line = ("operations", "US", "acos", 100.0, "ratio_up", "Substitute", 25.0)
    tables = {"tblWeight": table("tblWeight", "Weights", CODES, line)}
    assert read_book(tables, decode, CATALOG.names(), odd).problems == ()
    assert found.problems == ()


def test_the_value_is_signed_and_rolled_on() -> None:
    found = read("acos", "Substitute", 0.25)
    tables = rows_of(found, CATALOG)
    [signed] = tables["tblWeight"].values()
    assert signed["substitute"] == 0.25
    assert ruled(found, tables).weights == found.weights
    assert weight_row(found.weights[0], "en")["substitute"] == 0.25
    [plain] = rows_of(read("acos", None, None), CATALOG)["tblWeight"].values()
    assert "substitute" not in plain


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "≈ 估计值（用替代值）25%；"), ("en", "≈ Estimated, Substitute: 25%; ")],
)
def test_the_card_says_what_stands_in(language: Language, said: str) -> None:
    done = computed("linear", language=language)
    (person,) = done.people
    (region,) = person.cards
    plain, acos = region.items
    rule = replace(acos.rule, missing="substitute", substitute=0.25)
    lacking = replace(acos.actual, value=None)
    acos = replace(acos, actual=lacking, rule=rule, counted=0.25, metric=CATALOG.metrics["acos"])
    one = replace(person, cards=(replace(region, items=(plain, acos)),))
    rows = list(items(replace(done, people=(one,))))
    assert [str(row["meaning"]).startswith("≈") for row in rows] == [False, True]
    assert str(rows[1]["meaning"]).startswith(said)
    assert estimated(replace(acos, counted=None), language) == ""


def test_the_last_month_of_an_outdated_value_is_said_too() -> None:
    done = computed("linear", language="en")
    item = done.people[0].cards[0].items[0]
    late = replace(item, outdated=Outdated.LAST_VALUE, counted=30_000.0)
    assert estimated(late, "en") == "≈ Estimated, Last value: 30,000; "
