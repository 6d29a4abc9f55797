"""A rate over too few cases: it is unknown for the score, says so, and its policy takes over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kpi.book_reading import read_book
from kpi.contract_nouns import ruled
from kpi.contract_rows import rows_of
from kpi.contracts import Change, changes, contract_of
from kpi.item_values import too_few
from kpi.model import Better, DataState, Language, Region, Status
from kpi.typed_rows import WeightRow
from sheet_templates.words import decode, show
from sync_service.filling import scores
from sync_service.filling.cells import UNKNOWN
from tests.card_support import actuals, book, card, run, weight, year_ago_and_last_month
from tests.contract_support import BOOK, CATALOG
from tests.table_support import Line, table
from tests.test_filling_pacing import computed

CODES = "role region metric weight method min_count"
NAMES = {"acos": "acos", "net_sales": "net_sales"}


def acos(least: float, **changed: object) -> WeightRow:
    """ACoS of 0.25 over 4,400 dollars of ad sales, on target."""
    changed = {"method": "mirror_down", "better": Better.LOWER, **changed}
    return weight("acos", 40, min_count=least, **changed)


@pytest.mark.parametrize(
    ("least", "state", "score"),
    [
        pytest.param(0.0, DataState.COMPLETE, 100.0, id="nothing asked"),
        pytest.param(4_400.0, DataState.COMPLETE, 100.0, id="as many as asked"),
        pytest.param(4_401.0, DataState.FEW, None, id="one too few"),
    ],
)
def test_a_rate_over_too_few_does_not_score(
    least: float, state: DataState, score: float | None
) -> None:
    rows = (weight("net_sales", 60), acos(least, veto=True, warn=0.2, breach=0.2))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=rows))
    item = one.cards[0].items[1]
    assert (item.actual.state, item.score) == (state, score)
    assert (item.counted is None) == (item.status is Status.NO_DATA) == (score is None)
    assert item.actual.denominator == 4_400.0  # what the reader is told
    assert one.cards[0].total.coverage == (0.6 if score is None else 1.0)
    assert one.vetoes == (0 if score is None else 1)


@pytest.mark.parametrize(
    ("policy", "counted"),
    [
        pytest.param("exclude", None, id="left out"),
        pytest.param("last_value", 0.25, id="September stood on 13,200"),
        pytest.param("same_period_last_year", 0.5, id="October 2025 on 13,640"),
    ],
)
def test_its_policy_takes_over(policy: str, counted: float | None) -> None:
    """This October has 4,400 of ad sales, of 10,000 asked."""
    found = year_ago_and_last_month(100)
    one = card(found, book(weights=(weight("net_sales", 60), acos(10_000.0, missing=policy))))
    item = one.cards[0].items[1]
    assert (item.actual.state, item.counted) == (DataState.FEW, counted)


def test_a_month_that_was_too_few_itself_stands_in_for_nothing() -> None:
    rows = (weight("net_sales", 60), acos(13_300.0, missing="last_value"))
    item = card(year_ago_and_last_month(100), book(weights=rows)).cards[0].items[1]
    assert (item.actual.state, item.counted) == (DataState.FEW, None)


def test_what_is_no_rate_has_no_cases() -> None:
    rows = (weight("net_sales", 100, min_count=1e9),)
    item = card(actuals(run("DE", 1_000, 100)), book(weights=rows)).cards[0].items[0]
    assert (item.actual.denominator, item.score) == (None, 100.0)
    assert not too_few(replace(item.actual, value=None, denominator=1.0), item.rule)


@pytest.mark.parametrize(
    ("language", "said", "state"),
    [
        ("zh", "样本不足 n 2 < 10；", "○ 样本不足"),
        ("en", "Too few: n 2 < 10; ", "○ Too few"),
    ],
)
def test_the_item_says_how_many_there_were(language: Language, said: str, state: str) -> None:
    done = computed("linear", language=language)
    (person,) = done.people
    (region,) = person.cards
    plain, few = region.items
    two = replace(few.actual, value=None, denominator=2.0, state=DataState.FEW)
    few = replace(few, actual=two, rule=replace(few.rule, min_count=10.0))
    cards = (replace(region, items=(plain, few)),)
    rows = list(scores.items(replace(done, people=(replace(person, cards=cards),))))
    assert [str(row["meaning"]).startswith(said) for row in rows] == [False, True]
    assert (rows[1]["data_state"], rows[1]["actual"]) == (state, UNKNOWN)


# --- typed and signed -----------------------------------------------------------------------------


def test_the_column_is_read_and_empty_asks_nothing() -> None:
    lines: tuple[Line, ...] = (
        ("运营", "EU", "acos", 5.0, "越低越好", 10.0),
        ("运营", "US", "acos", 5.0, "越低越好", None),
    )
    found = read_book(
        {"tblWeight": table("tblWeight", "权重", CODES, *lines)}, decode, NAMES, CATALOG
    )
    assert [(row.region, row.min_count) for row in found.weights] == [
        (Region.EU, 10.0), (Region.US, 0.0)
    ]  # fmt: skip
    assert found.problems == ()


@pytest.mark.parametrize(
    ("metric", "typed", "code", "kept"),
    [
        pytest.param("acos", -1.0, "out_of_range", False, id="below 0"),
        pytest.param("net_sales", 10.0, "count_of_nothing", True, id="no rate: a doubt"),
    ],
)
def test_a_wrong_least_count_is_named(metric: str, typed: float, code: str, kept: bool) -> None:
    line: Line = ("运营", "EU", metric, 5.0, "越低越好", typed)
    found = read_book(
        {"tblWeight": table("tblWeight", "权重", CODES, line)}, decode, NAMES, CATALOG
    )
    assert [(one.code, one.place.cell) for one in found.problems] == [(code, "F5")]
    assert bool(found.weights) == kept


def test_it_is_signed_and_an_old_contract_keeps_its_digest() -> None:
    row = BOOK.weights[0]
    live = replace(BOOK, weights=(replace(row, min_count=10.0), *BOOK.weights[1:]))
    old, new = contract_of(BOOK, CATALOG), contract_of(live, CATALOG)
    assert not [one for one in old.tables["tblWeight"].values() if "min_count" in one]
    assert [(c.field, c.old, c.new) for c in changes(old, new)] == [("min_count", None, 10.0)]
    assert all(isinstance(one, Change) for one in changes(old, new))
    back = ruled(BOOK, rows_of(live, CATALOG))
    assert [one.min_count for one in back.weights] == [10.0, *(0.0 for _ in BOOK.weights[1:])]
    assert all(one.min_count == 0 for one in ruled(live, old.tables).weights)


def test_the_state_has_its_words_and_a_sign() -> None:
    assert [show("data_state", "few", language) for language in ("zh", "en")] == [
        "○ 样本不足", "○ Too few"
    ]  # fmt: skip
    assert decode("data_state", "○ 样本不足") == "few"
