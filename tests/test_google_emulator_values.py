"""What the stand-in of Google makes of typed values, and how it shows them, place by place.

Serial numbers count days since 30 December 1899: 1 January 2024 is 45,292.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sync_service.sandbox.google.entering import entered
from sync_service.sandbox.google.locales import DE, EN, KNOWN, ZH, locale_of
from sync_service.sandbox.google.showing import by_pattern, general, shown
from tests.google_support import NOW, OWNER, Bench, bench


@pytest.fixture(scope="module")
def one() -> Iterator[Bench]:
    with bench() as running:
        yield running


@pytest.mark.parametrize(
    ("locale", "typed", "value", "text"),
    [
        ("en_US", "5", 5, "5"),
        ("en_US", " 5 ", 5, "5"),
        ("en_US", "-1.5", -1.5, "-1.5"),
        ("en_US", "(5)", -5, "-5"),
        ("en_US", "1,234.5", 1234.5, "1,234.50"),
        ("en_US", "1,234", 1234, "1,234"),
        ("en_US", "12,34", "12,34", "12,34"),
        ("en_US", "12%", 0.12, "12%"),
        ("en_US", "12.5%", 0.125, "12.50%"),
        ("en_US", "$5", 5, "$5.00"),
        ("en_US", "1e5", 100000, "1.00E+05"),
        ("en_US", "1/2/2024", 45293, "1/2/2024"),
        ("en_US", "13/2/2024", "13/2/2024", "13/2/2024"),
        ("en_US", "2024-01-02", 45293, "2024-01-02"),
        ("en_US", "Jan 2, 2024", 45293, "Jan 2, 2024"),
        ("en_US", "2 January 2024", 45293, "2 Jan 2024"),
        ("en_US", "1/2/29", 47120, "1/2/2029"),
        ("en_US", "1/2/30", 10960, "1/2/1930"),
        ("en_US", "6:00", 0.25, "6:00"),
        ("en_US", "6:00:30 PM", 0.7503472222222223, "6:00:30 PM"),
        ("en_US", "36:00", 1.5, "36:00:00"),
        ("en_US", "1/2/2024 12:00", 45293.5, "1/2/2024 12:00:00"),
        ("en_US", "2024-01-02T06:00", 45293.25, "2024-01-02 6:00:00"),
        ("en_US", "true", True, "TRUE"),
        ("en_US", "'5", "5", "5"),
        ("en_US", "#N/A", "#N/A", "#N/A"),
        ("en_US", "+5", 5, "5"),
        ("en_US", "ACME 1", "ACME 1", "ACME 1"),
        ("de_DE", "1,5", 1.5, "1,5"),
        ("de_DE", "1.234,5", 1234.5, "1.234,50"),
        ("de_DE", "1.234", 1234, "1.234"),
        ("de_DE", "1234.1234", "1234.1234", "1234.1234"),
        ("de_DE", "12,5%", 0.125, "12,50%"),
        ("de_DE", "5 €", 5, "5,00 €"),
        ("de_DE", "31.12.2025", 46022, "31.12.2025"),
        ("de_DE", "1.5", 46143, "1.5"),  # the gift of a point: 1 May of this year, 2026
        ("de_DE", "3.2024", 45352, "03.2024"),
        ("de_DE", "2. Januar 2024", 45293, "2 Jan 2024"),
        ("de_DE", "WAHR", True, "WAHR"),
        ("de_DE", "TRUE", "TRUE", "TRUE"),
        ("zh_CN", "1,234.5", 1234.5, "1,234.50"),
        ("zh_CN", "2024/1/2", 45293, "2024/1/2"),
        ("zh_CN", "2024-1-2", 45293, "2024-1-2"),
        ("zh_CN", "2024年1月2日", 45293, "2024年1月2日"),
        ("zh_CN", "¥5", 5, "¥5.00"),
        ("zh_CN", "12%", 0.12, "12%"),
        ("sv_SE", "1234.1234", 52.27361111111111, "1254.34.00"),  # gspread issue 501
        ("sv_SE", "1234,5", 1234.5, "1234,5"),
    ],
)
def test_what_is_typed(one: Bench, locale: str, typed: str, value: object, text: str) -> None:
    one.fresh(locale)
    one.put("A1", [[typed]])
    assert one.get("A1", "UNFORMATTED_VALUE") == [[value]]
    assert one.get("A1") == [[text]]


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "zh_CN", "sv_SE"])
@pytest.mark.parametrize("value", ["=1+1", "1234.1234", "1/2/2024", "12%", " x ", 1234.1234, True])
def test_raw_stays_as_it_is(one: Bench, locale: str, value: object) -> None:
    one.fresh(locale)
    one.put("A1", [[value]], "RAW")
    assert one.get("A1", "UNFORMATTED_VALUE") == [[value]]


def test_numbers_of_the_request_are_numbers_in_every_place(one: Bench) -> None:
    one.fresh("sv_SE")
    one.put("A1", [[1234.1234]])
    assert one.get("A1", "UNFORMATTED_VALUE") == [[1234.1234]]


@pytest.mark.parametrize(
    ("number", "pattern", "locale", "text"),
    [
        (1234.5, "#,##0.00", "en_US", "1,234.50"),
        (1234.5, "#,##0.00", "de_DE", "1.234,50"),
        (-1234567.891, "#,##0.0", "en_US", "-1,234,567.9"),
        (0.125, "0.0%", "zh_CN", "12.5%"),
        (0.5, "#.##", "en_US", ".5"),
        (2, "0.##", "en_US", "2"),
        (7, "000", "en_US", "007"),
        (1234567, '0.0,,"M"', "en_US", "1.2M"),
        (5, '0 "pcs"', "en_US", "5 pcs"),
        (-5, "0;(0)", "en_US", "(5)"),
        (0, '0;-0;"none"', "en_US", "none"),
        (-5, "[Red]-0", "en_US", "--5"),
        (12345.678, "0.00E+00", "en_US", "1.23E+04"),
        (0.00012, "0.0E+0", "de_DE", "1,2E-4"),
        (5.5, "#,##0.00\\ [$€]", "de_DE", "5,50 €"),
        (2.5, "0", "en_US", "3"),
        (-0.001, "0.0", "en_US", "0.0"),
        (45293, "yyyy-mm-dd", "de_DE", "2024-01-02"),
        (45293, "d. mmmm yyyy", "de_DE", "2. Januar 2024"),
        (45293, "ddd, mmm d, yy", "en_US", "Tue, Jan 2, 24"),
        (45293, 'yyyy"年"m"月"d"日"', "zh_CN", "2024年1月2日"),
        (45293.75, "h:mm am/pm", "en_US", "6:00 PM"),
        (45293.75, "m/d/yyyy hh:mm:ss", "en_US", "1/2/2024 18:00:00"),
        (1.5, "[h]:mm", "en_US", "36:00"),
        (0.0000115, "ss.000", "en_US", "00.994"),
    ],
)
def test_number_formats(number: float, pattern: str, locale: str, text: str) -> None:
    assert by_pattern(number, pattern, locale_of(locale)) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.3333333333"),
        (1e15, "1E+15"),
        (123456789012345.0, "123456789012345"),
        (1.5e-12, "1.5E-12"),
        (-2.0, "-2"),
        (0.0009765625, "0.0009765625"),  # recorded from the real service
    ],
)
def test_numbers_without_a_format(number: float, text: str) -> None:
    assert general(number, EN) == text


@given(st.floats(min_value=-1e9, max_value=1e9).map(lambda x: round(x, 2)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.differing_executors])
def test_what_is_shown_can_be_typed_again(number: float) -> None:
    """Law: a shown number, typed in the same place, is the number."""
    for where in (EN, DE, ZH):
        text = shown({"numberValue": number}, {"pattern": "#,##0.00"}, where)
        assert entered(text, where, NOW.date()).value == {"numberValue": number}


def test_every_place_has_twelve_months_and_seven_days() -> None:
    assert {(len(one.months), len(one.days)) for one in KNOWN.values()} == {(12, 7)}


@pytest.mark.parametrize(
    ("locale", "formula", "value"),
    [
        ("en_US", "=SUM(A1,B1)", 0),
        ("de_DE", "=SUM(A1;B1)", 0),
        ("de_DE", "=SUM(A1,B1)", "#ERROR!"),
        ("de_DE", '=A1&", "&B1', 0),
        ("de_DE", "=A1*1,5", 0),
    ],
)
def test_a_formula_has_the_separators_of_its_place(
    one: Bench, locale: str, formula: str, value: object
) -> None:
    """Without a hook a formula is 0; one that the place cannot read is an error."""
    one.fresh(locale)
    one.put("C1", [[formula]])
    assert one.get("C1", "UNFORMATTED_VALUE") == [[value]]
    assert one.formulas("C1") == [[formula]]


def test_a_hook_gives_the_values_of_formulas(one: Bench) -> None:
    """It is asked once after a change, and its values come in each kind of cell."""
    asked = []

    def evaluate(book: Any) -> dict[tuple[int, int, int], object]:
        asked.append(book.book_id)
        return {(0, 0, 1): 2.5, (0, 1, 1): "#N/A", (0, 2, 1): True, (0, 3, 1): "text"}

    one.fresh()
    one.google.store.evaluate = evaluate
    try:
        one.put("A1", [[1, "=A1*2,5"]] + [[None, "=x"]] * 3)
        assert one.get("A1:B4", "UNFORMATTED_VALUE") == [
            [1, 2.5],
            ["", "#N/A"],
            ["", True],
            ["", "text"],
        ]
        assert one.get("B1") == [["2.5"]]
        assert asked == [one.book]
        one.put("A5", [["=empty"]])
        one.google.store.evaluate = lambda _: {(0, 4, 0): ""}
        assert one.get("A5:B9") == []  # a formula that shows nothing ends no row
        one.google.store.evaluate = evaluate
        one.put("A1", [[3]])
        one.get("A1")
        assert asked == [one.book] * 2
    finally:
        one.google.store.evaluate = None


def test_a_cell_of_texts_keeps_texts(one: Bench) -> None:
    one.fresh()
    form = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    span = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 1}
    one.batch({"repeatCell": {"range": span, "cell": form, "fields": "userEnteredFormat"}})
    one.put("A1", [["007", "=A1"]])
    assert one.get("A1:B1", "UNFORMATTED_VALUE") == [["007", "=A1"]]


def test_a_format_of_ones_own_stays_when_something_is_typed(one: Bench) -> None:
    one.fresh()
    form = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.000"}}}
    asked = {"range": {"sheetId": 0, "endRowIndex": 1}, "cell": form, "fields": "userEnteredFormat"}
    one.batch({"repeatCell": asked})
    one.google.person(OWNER).on(one.book).type("A1", "12%")
    assert one.get("A1") == [["0.120"]]
