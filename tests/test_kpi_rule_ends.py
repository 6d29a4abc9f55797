"""The last day of a rule's row: what counts after it, what is refused, what a contract signs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import EVER, NEVER, Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.contract_nouns import ruled
from kpi.contracts import contract_of
from kpi.rule_rows import crossing
from kpi.rule_spans import rule_spans
from kpi.tables import CellValue
from kpi.thresholds import loose_limits
from kpi.typed_rows import Rule
from sheet_templates.words import decode
from tests.alarm_support import CATALOG, actuals_of, book_of, found_in, rule
from tests.contract_support import BOOK, RULE
from tests.contract_support import CATALOG as SHIPPED
from tests.table_support import Line, table

COLUMNS = "rule on metric scope window operator value start end"
NOV_20, NOV_30, DEC_1 = date(2026, 11, 20), date(2026, 11, 30), date(2026, 12, 1)


def row(value: float, start: CellValue = None, end: CellValue = None, name: str = "R1") -> Line:
    return (name, "是", "差评数", "*", "日", ">", value, start, end)


def read(*lines: Line) -> Book:
    tables = {"tblRule": table("tblRule", "规则", COLUMNS, *lines)}
    return read_book(tables, decode, CATALOG.names(), CATALOG)


def spans(*rules: Rule) -> list[tuple[float, date, date]]:
    return [(one.rule.value, one.days.start, one.days.end) for one in rule_spans(book_of(*rules))]


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        pytest.param([rule(end=NOV_30)], [(3.0, EVER, DEC_1)], id="the day itself still counts"),
        pytest.param(
            [rule(), rule(value=8.0, start=NOV_20, end=NOV_30)],
            [(3.0, EVER, NOV_20), (8.0, NOV_20, DEC_1), (3.0, DEC_1, NEVER)],
            id="Black Friday's limit ends, and the usual one counts on",
        ),
        pytest.param(
            [rule(value=8.0, start=NOV_20, end=NOV_30)],
            [(8.0, NOV_20, DEC_1)],
            id="nothing is judged outside the only row",
        ),
        pytest.param(
            [rule(end=NOV_20), rule(value=8.0, start=NOV_30)],
            [(3.0, EVER, date(2026, 11, 21)), (8.0, NOV_30, NEVER)],
            id="between two rows nothing is judged",
        ),
        pytest.param(
            [rule(end=NOV_30), rule(value=8.0, start=NOV_20)],
            [(3.0, EVER, NOV_20), (8.0, NOV_20, NEVER)],
            id="of two rows the later one counts",
        ),
        pytest.param(
            [rule(), rule(on=False, start=NOV_20, end=NOV_30)],
            [(3.0, EVER, NOV_20), (3.0, DEC_1, NEVER)],
            id="switched off for eleven days",
        ),
        pytest.param(
            [rule(), rule(start=NOV_20, end=NOV_30)],
            [(3.0, EVER, NEVER)],
            id="the same limit is the same rule",
        ),
        pytest.param([rule(end=NEVER)], [(3.0, EVER, NEVER)], id="the last day of the calendar"),
    ],
)
def test_days_of_a_row_with_an_end(rules: list[Rule], days: list[tuple[float, date, date]]) -> None:
    assert spans(*rules) == days


def test_a_breach_is_judged_by_the_limit_of_its_day() -> None:
    """Five bad reviews a day: too many before and after the sale, allowed in it."""
    loose = rule(value=8.0, start=date(2026, 10, 10), end=date(2026, 10, 12), keep=0)
    found = actuals_of(date(2026, 10, 14), {"reviews_negative": [0, 5, 5, 5, 5, 0]})
    said = found_in(found, date(2026, 10, 15), rule(keep=0), loose)
    assert [one.since for one in said] == [date(2026, 10, 13)]
    without = found_in(found, date(2026, 10, 15), rule(keep=0))
    assert [one.since for one in without] == [date(2026, 10, 10)]


def test_both_days_are_read_and_an_end_is_optional() -> None:
    found = read(row(3.0), row(8.0, NOV_20, NOV_30))
    assert [(one.start, one.end) for one in found.rules] == [(None, None), (NOV_20, NOV_30)]
    assert found.problems == ()
    old = table("tblRule", "规则", COLUMNS.removesuffix(" end"), row(3.0)[:-1])
    assert read_book({"tblRule": old}, decode, CATALOG.names(), CATALOG).rules[0].end is None


def test_an_end_before_the_start_leaves_the_row_out() -> None:
    found = read(row(8.0, NOV_30, NOV_20))
    assert [(p.code, p.place.cell) for p in found.problems] == [("dates_crossed", "I5")]
    assert found.rules == ()


def test_an_end_that_is_no_date_leaves_the_row_out() -> None:
    found = read(row(8.0, NOV_20, "Christmas"))
    assert [(p.code, p.place.cell) for p in found.problems] == [("not_a_date", "I5")]


@pytest.mark.parametrize(
    ("lines", "cells"),
    [
        pytest.param([row(3.0, None, NOV_30), row(8.0, NOV_20)], ["A6"], id="one that never ends"),
        pytest.param(
            [row(8.0, NOV_30, DEC_1), row(3.0, None, NOV_30)], ["A5"], id="the last day is shared"
        ),
        pytest.param(
            [row(3.0, None, NOV_30), row(4.0, NOV_20, NOV_20), row(8.0, NOV_30)],
            ["A7"],
            id="one that is not the next",
        ),
        pytest.param([row(3.0, None, NOV_30), row(8.0, DEC_1)], [], id="one after the other"),
        pytest.param([row(3.0), row(8.0, NOV_20, NOV_30)], [], id="an exception from an open row"),
        pytest.param(
            [row(3.0, None, DEC_1), row(8.0, NOV_20, NOV_30)], [], id="an exception within a row"
        ),
        pytest.param([row(3.0, None, NOV_30), row(8.0, NOV_20, name="R2")], [], id="two rules"),
    ],
)
def test_rows_that_cross_are_named_at_the_later_one(lines: list[Line], cells: list[str]) -> None:
    found = check_book(read(*lines))
    assert [p.place.cell for p in found if p.code == "rules_crossed"] == cells


def test_crossing_rows_name_the_days_that_they_share() -> None:
    (one,) = crossing([rule(end=NOV_30), rule(value=8.0, start=NOV_20)])
    assert [one[0].end, one[1].start] == [NOV_30, NOV_20]
    (said,) = check_book(read(row(3.0, None, NOV_30), row(8.0, NOV_20)))
    assert "2026-11-20 to 2026-11-30" in said.what["en"]
    assert "2026-11-20" in said.mend["zh"]


def test_a_contract_signs_the_end_and_gives_it_back() -> None:
    dated = replace(RULE, start=NOV_20, end=NOV_30)
    live = replace(BOOK, rules=(RULE, dated))
    signed = contract_of(live, SHIPPED)
    assert ruled(live, signed.tables).rules == live.rules
    later = replace(BOOK, rules=(RULE, replace(dated, end=DEC_1)))
    assert contract_of(later, SHIPPED).digest != signed.digest
    assert "end" not in signed.tables["tblRule"]["R1"]  # as contracts from before it have it


@pytest.mark.parametrize(
    ("end", "told"),
    [
        pytest.param(date(2026, 10, 30), 0, id="it ended before the month did"),
        pytest.param(date(2026, 10, 31), 1, id="it counts on the month's last day"),
        pytest.param(None, 1, id="it has no end"),
    ],
)
def test_a_rule_that_ended_is_not_looser_than_a_platform(end: date | None, told: int) -> None:
    loose = rule(metric="order_defect_rate", value=0.02, end=end)
    assert len(list(loose_limits(book_of(loose)))) == told
