"""Rules that cannot judge: each reason by name, and never a breach or calm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from kpi.alarms import folds
from kpi.book import Book
from kpi.book_reading import read_book
from kpi.contracts import Version, contract_of
from kpi.scopes import scopes
from kpi.unjudged import Unjudged, unjudged, with_kpi_faults
from sheet_templates.words import decode
from tests.alarm_support import CATALOG, actuals_of, book_of, rule
from tests.table_support import Line, table

SUNDAY, TODAY = date(2026, 10, 11), date(2026, 10, 12)
COLUMNS = "rule on metric scope window operator value against periods level"
GOOD: Line = ("R1", "是", "差评数", "*", "日", ">", 3.0)


def found_for(
    book: Book, days: Sequence[int | None], versions: tuple[Version, ...] = ()
) -> list[Unjudged]:
    actuals, known = actuals_of(SUNDAY, {"reviews_negative": days}), scopes(book)
    folded = folds(book, actuals, known, TODAY, versions)
    return list(unjudged(book, CATALOG, known, folded, TODAY, versions))


def codes(found: Sequence[Unjudged]) -> list[tuple[str, list[str]]]:
    return [(one.rule, [fault.code for fault in one.why]) for one in found]


def read(*lines: Line, **changes: object) -> Book:
    tables = {"tblRule": table("tblRule", "规则", COLUMNS, *lines)}
    book = read_book(tables, decode, CATALOG.names(), CATALOG)
    return replace(book, **changes)  # type: ignore[arg-type]  # fields by name


SURGE = {"against": "mean", "value": 3.0, "history": 4}


@pytest.mark.parametrize(
    ("days", "changes", "reasons"),
    [
        pytest.param([0, 9], {}, [], id="a typed limit always judges"),
        pytest.param([1, 1, 1], SURGE, [], id="two of four earlier days are known"),
        pytest.param([1, 1], SURGE, ["rule_history_short"], id="one of four is not enough"),
        pytest.param([1, 1, None], SURGE, ["rule_history_short"], id="the newest known day"),
        pytest.param([None, None], SURGE, [], id="no data at all is told as such, once a shop"),
        pytest.param([1, 9], {**SURGE, "on": False}, [], id="a rule that is off asks nothing"),
        pytest.param([0], {"scope": "XX"}, ["unknown_rule_scope"], id="a scope nobody knows"),
        pytest.param([0], {"metric": "gone"}, ["rule_kpi_gone"], id="a KPI without a definition"),
        pytest.param(
            [0], {"metric": "gone", "start": date(2026, 11, 1)}, [], id="a rule that begins later"
        ),
    ],
)
def test_why_a_rule_says_nothing(
    days: list[int | None], changes: dict[str, object], reasons: list[str]
) -> None:
    found = found_for(book_of(rule(**changes)), days)
    assert [fault.code for one in found for fault in one.why] == reasons
    assert [one.level for one in found] == ["breach"] * bool(reasons)


def test_a_multiple_of_a_loss_says_nothing_and_says_so() -> None:
    """Reviews cannot be negative; an own KPI of 1 - reviews is: -1 on each of three days."""
    line: Line = ("净评", "1-差评数", "count", "higher")
    catalog, problems = CATALOG.with_own(
        table("tblKpi", "指标", "metric formula unit better", line)
    )
    assert problems == []
    book = book_of(rule(metric="净评", against="mean", value=2.0, history=3))
    actuals = actuals_of(SUNDAY, {"reviews_negative": [2, 2, 2, 2]}, catalog=catalog)
    known = scopes(book)
    found = unjudged(book, catalog, known, folds(book, actuals, known, TODAY), TODAY)
    assert codes(found) == [("many", ["rule_history_negative"])]
    assert found[0].why[0].what["en"].startswith("US1: ")


def test_the_reason_names_scope_and_numbers() -> None:
    (one,) = found_for(book_of(rule(**SURGE)), [1, 1])
    (why,) = one.why
    assert why.what["en"] == "US1: 1 of the 4 periods before are known, 2 are needed."
    assert why.what["zh"] == "US1：前 4 期只知道 1 期，需要 2 期。"
    assert (one.number[:2], len(one.number)) == ("R-", 8)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param(("R1", "是", "差评", "*", "日", ">", 3.0), "unknown_kpi", id="no such KPI"),
        pytest.param(("R1", "是", "差评数", "*", "日", ">", "x"), "not_a_number", id="no number"),
        pytest.param(("R1", "是", "差评数", "*", "日", ">", None), "empty", id="no limit"),
        pytest.param(("R1", True, "差评数", "*", "日", "?", 3.0), "unknown_word", id="no operator"),
        pytest.param(
            ("R1", "是", "acos", "*", "日", ">", 35.0), "rule_not_fraction", id="35 for 35 %"
        ),
    ],
)
def test_a_line_that_cannot_be_read_is_a_rule_that_cannot_judge(line: Line, why: str) -> None:
    book = read(line)
    assert book.rules == ()
    (one,) = found_for(book, [9])
    assert (one.rule, one.scope, one.level, one.why[0].code) == ("R1", "*", "warn", why)


def test_a_line_that_is_off_or_sound_is_not_told() -> None:
    for line in (GOOD, ("R1", "否", "差评", "*", "日", ">", 3.0), ("R1", False, "差评", "*")):
        assert found_for(read(line), [0]) == []
    roas: Line = ("R1", "是", "roas", "*", "日", "<", 4.0)
    assert len(read(roas).rules) == 1  # a multiple by nature is no share


def test_a_signed_rule_judges_in_spite_of_an_edit_that_cannot_be_read() -> None:
    signed = book_of(rule(code="R1"))
    versions = (Version(1, date(2026, 9, 1), date(2026, 9, 1), contract_of(signed, CATALOG)),)
    broken = read(("R1", "是", "差评数", "*", "日", ">", "x"), shops=signed.shops)
    assert found_for(broken, [0], versions) == []
    assert codes(found_for(broken, [0])) == [("R1", ["not_a_number"])]


def test_a_rule_on_a_kpi_whose_own_formula_is_wrong_says_what_is_wrong_there() -> None:
    """Money and a count cannot be added; the rule names that, not only that it lacks its KPI."""
    kpis = table(
        *("tblKpi", "指标", "metric name formula unit better"),
        ("cost_of_it", "评价代价", "广告花费+差评数", "money", "lower"),
        ("fine", "好评", "订单数", "count", "higher"),
    )
    catalog, faults = CATALOG.with_own(kpis)
    rules = table(
        *("tblRule", "规则", COLUMNS),
        ("A", "是", "评价代价", "*", "日", ">", 3.0),
        ("B", "是", "另一个", "*", "日", ">", 3.0),
    )
    book = read_book({"tblRule": rules}, decode, catalog.names(), catalog)
    told = with_kpi_faults(book, kpis, faults)
    found = {one.code: one.faults[0] for one in told.unread_rules}
    assert found["A"] is faults[0]
    assert found["B"].code in {"unknown_kpi", "strange_kpi"}
    assert with_kpi_faults(book, None, faults) == book
