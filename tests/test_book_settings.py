"""Reading tblSetting: defaults, words of either language, a wrong value is one problem."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.tables import CellValue
from sheet_templates.words import decode
from tests.table_support import Line, table

NONE = read_book({}, decode, {}).settings  # of a book without the table


def setting(*rows: Line) -> Book:
    return read_book(
        {"tblSetting": table("tblSetting", "设置", "setting value", *rows)}, decode, {}
    )


def test_the_settings_have_defaults_and_their_problems() -> None:
    rows: list[Line] = [
        ("考核月份", date(2026, 10, 1)),
        ("最低覆盖率", "很高"),
        ("固定汇率 EUR→USD", 1.13),
    ]
    found = setting(*rows)
    assert found.settings.month == "2026-10"
    assert found.settings.min_coverage == 0.7
    assert found.settings.fixed_rates == {"EUR": 1.13}
    assert [p.code for p in found.problems] == ["not_a_number"]


@pytest.mark.parametrize(
    ("typed", "pilot"),
    [
        pytest.param(True, True, id="a tick"),
        pytest.param(False, False, id="no tick"),
        pytest.param("否", False, id="the word"),
        pytest.param(None, True, id="empty: a new book is a pilot"),
    ],
)
def test_whether_scores_are_a_pilot(typed: CellValue, pilot: bool) -> None:
    assert setting(("试运行", typed)).settings.pilot is pilot


@pytest.mark.parametrize(
    ("typed", "zone", "problems"),
    [
        pytest.param("Europe/Berlin", "Europe/Berlin", [], id="a zone"),
        pytest.param("", "Asia/Shanghai", [], id="empty: the default"),
        pytest.param("Mars/Base", "Asia/Shanghai", ["unknown_zone"], id="no zone"),
    ],
)
def test_the_time_zone_of_the_book(typed: str, zone: str, problems: list[str]) -> None:
    found = setting(("时区", typed))
    assert (found.settings.time_zone, [p.code for p in found.problems]) == (zone, problems)


@pytest.mark.parametrize(
    ("typed", "events", "problems"),
    [
        pytest.param("Prime 2026-10-06 x2", "Prime 2026-10-06 x2", [], id="an event"),
        pytest.param("", "", [], id="none"),
        pytest.param("in October", "", ["bad_event"], id="words are no event"),
    ],
)
def test_the_sales_events_of_the_book(typed: str, events: str, problems: list[str]) -> None:
    found = setting(("大促日期", typed))
    assert (found.settings.events, [p.code for p in found.problems]) == (events, problems)


@pytest.mark.parametrize("label", ["大促日期", "Sales events", "活动与假日"])
def test_events_are_found_under_their_former_label_too(label: str) -> None:
    assert setting((label, "Day 2026-05-04 off")).settings.events == "Day 2026-05-04 off"


@pytest.mark.parametrize(
    ("typed", "country", "problems"),
    [
        pytest.param("de", "DE", [], id="a country"),
        pytest.param("UK", "GB", [], id="as the market is called"),
        pytest.param("", "", [], id="empty: that of the time zone"),
        pytest.param("Germany", "", ["unknown_country"], id="a name is no code"),
    ],
)
def test_the_country_of_the_team(typed: str, country: str, problems: list[str]) -> None:
    found = setting(("团队国家", typed))
    assert (found.settings.team_country, [p.code for p in found.problems]) == (country, problems)


@pytest.mark.parametrize(
    ("typed", "ladders", "problems"),
    [
        pytest.param("30/7", {"": (30, 7)}, [], id="for all"),
        pytest.param(
            "VAT 60/30; EPR包装 90", {"vat": (60, 30), "epr_packaging": (90,)}, [], id="two"
        ),
        pytest.param("", {}, [], id="empty: the default"),
        pytest.param("soon", {}, ["bad_ladder"], id="no days"),
    ],
)
def test_the_reminder_ladders_of_the_book(
    typed: str, ladders: dict[str, tuple[int, ...]], problems: list[str]
) -> None:
    found = setting(("提醒阶梯", typed))
    assert (found.settings.ladders, [p.code for p in found.problems]) == (ladders, problems)


@pytest.mark.parametrize(
    ("label", "typed", "rates"),
    [
        pytest.param("固定汇率 PLN→USD", 0.25, {"PLN": 0.25}, id="Poland"),
        pytest.param("Fixed rate SEK→USD", 0.1, {"SEK": 0.1}, id="Sweden"),
        pytest.param("Fixed rate JPY→USD", 0.0067, {"JPY": 0.0067}, id="a row that was added"),
        pytest.param("固定汇率 CHF->USD", 1.2, {"CHF": 1.2}, id="with another arrow"),
        pytest.param("Fixed rate XXX→USD", 1.2, {}, id="no currency"),
        pytest.param("Fixed rate PLN→USD", None, {}, id="empty: the day's rates"),
    ],
)
def test_any_currency_has_a_fixed_rate(
    label: str, typed: CellValue, rates: dict[str, float]
) -> None:
    assert setting((label, typed)).settings.fixed_rates == rates


def test_a_setting_that_nobody_knows_changes_nothing() -> None:
    assert setting(("天气", "好")).settings == NONE


def test_the_week_may_start_on_a_sunday() -> None:
    assert setting(("每周始于", "周日")).settings.week_start == 6
    assert NONE.week_start == 0
