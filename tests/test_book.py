"""Reading a workbook's tables: a wrong cell is one problem with its place, the rest is read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kpi.book import NEVER, Book, read_book
from kpi.book_checks import check_book, newest
from kpi.model import Region
from kpi.tables import CellValue, ErrorValue, Table
from sheet_templates.layout import TABLES
from sheet_templates.words import decode
from tests.table_support import Line, table

NAMES = {"net_sales": "net_sales", "净销售额": "net_sales", "acos": "acos", "overhead": "overhead"}
SHOP = "shop platform market owner currency time_zone opened"
DE: Line = ("AMZ-DE", "亚马逊", "DE", "OPS1", "EUR", "Europe/Berlin", date(2025, 9, 16))
PEOPLE = table("tblPeople", "人员", "person role", ("OPS1", "运营"), ("HEAD", "店长/主管"))


def book(*tables: Table) -> Book:
    return read_book({t.name: t for t in tables}, decode, NAMES)


def target(*cells: CellValue | ErrorValue) -> Table:
    return table("tblTarget", "目标", "year region scope metric owner year_total m10", cells)


def test_a_shop_in_chinese_words_is_read() -> None:
    shop = book(table("tblShop", "店铺", SHOP, DE), PEOPLE).shops[0]
    assert (shop.code, shop.platform, shop.region) == ("AMZ-DE", "amazon", Region.EU)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        pytest.param(120000.0, 120000.0, id="a number"),
        pytest.param("12%", 0.12, id="a percentage typed as text"),
        pytest.param("１2％".replace("１", "1"), 0.12, id="a full-width percent sign"),
        pytest.param("1,234.5", 1234.5, id="thousands typed as text"),
    ],
)
def test_numbers_that_are_read(typed: CellValue, value: float) -> None:
    found = book(target(2026.0, "EU", "EU", "净销售额", "OPS1", None, typed))
    assert found.targets[0].months[9] == value
    assert found.problems == ()


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("12%%", id="two percent signs"),
        pytest.param("十二万", id="words"),
        pytest.param("1,23", id="a comma that is not at thousands: 1.23 or 123?"),
        pytest.param(True, id="a tick"),
        pytest.param(ErrorValue("#DIV/0!"), id="an error"),
        pytest.param(date(2026, 1, 1), id="a date"),
    ],
)
def test_numbers_that_are_refused_with_their_cell(typed: CellValue) -> None:
    found = book(target(2026.0, "EU", "EU", "net_sales", "OPS1", None, typed))
    (problem,) = found.problems
    assert (problem.code, str(problem.place)) == ("not_a_number", "目标!G5 (tblTarget)")
    assert found.targets == ()


def test_the_nearest_kpi_is_named() -> None:
    (problem,) = book(target(2026.0, "EU", "EU", "净销售", "OPS1", 1.0, None)).problems
    assert problem.mend["zh"] == "最接近的是“净销售额”。"


def test_one_bad_row_does_not_hide_the_next() -> None:
    rows = table("tblShop", "店铺", SHOP, (*DE[:5], "Berlin", DE[6]), ("AMZ-US", *DE[1:]))
    found = book(rows, PEOPLE)
    assert [p.code for p in found.problems] == ["unknown_zone"]
    assert [s.code for s in found.shops] == ["AMZ-US"]


def test_a_wrong_currency_of_a_shop_is_one_problem_however_often_the_shop_is_named() -> None:
    shops = table("tblShop", "店铺", SHOP, (*DE[:4], "EUX", *DE[5:]), ("AMZ-US", *DE[1:]))
    assigned = table("tblAssign", "分配", "shop person share", ("AMZ-DE", "OPS1", 1.0))
    typed = table(
        "tblInput", "录入", "day shop measure value", (date(2026, 10, 1), "AMZ-DE", "overhead", 5.0)
    )
    goal = target(2026.0, "EU", "AMZ-DE", "net_sales", "OPS1", None, 1.0)
    found = book(shops, PEOPLE, assigned, typed, goal)
    (problem,) = [*found.problems, *check_book(found)]
    assert (problem.code, str(problem.place)) == ("unknown_currency", "店铺!E5 (tblShop)")
    assert [s.code for s in found.shops] == ["AMZ-US"]
    assert (found.assignments, found.inputs) == ((), ())


def test_a_wrong_role_of_a_person_is_one_problem_however_often_the_person_is_named() -> None:
    people = table("tblPeople", "人员", "person role", ("OPS1", "pilot"))
    assigned = table("tblAssign", "分配", "shop person share", ("AMZ-DE", "OPS1", 1.0))
    goal = target(2026.0, "EU", "OPS1", "net_sales", "OPS1", None, 1.0)
    found = book(table("tblShop", "店铺", SHOP, DE), people, assigned, goal)
    (problem,) = [*found.problems, *check_book(found)]
    assert (problem.code, str(problem.place)) == ("unknown_word", "人员!B5 (tblPeople)")


def test_the_second_row_of_a_key_is_named_with_the_first() -> None:
    found = book(table("tblShop", "店铺", SHOP, DE, DE), PEOPLE)
    (problem,) = found.problems
    assert problem.code == "duplicate_key"
    assert "店铺!A5" in problem.what["zh"]
    assert len(found.shops) == 1


def test_weights_that_do_not_add_up_say_what_is_missing() -> None:
    codes = "role region metric on weight method start"
    lines = [
        ("运营", "EU", "net_sales", "是", 60.0, "越高越好", date(2026, 1, 1)),
        ("运营", "EU", "acos", "是", 30.0, "越低越好", date(2026, 1, 1)),
    ]
    found = book(table("tblWeight", "权重", codes, *lines))
    (problem,) = check_book(found)
    assert problem.what["en"] == "The weights of operations EU add up to 90, not 100."
    assert "10" in problem.mend["en"]


def test_a_line_switched_off_leaves_its_weight_to_be_distributed() -> None:
    codes = "role region metric on weight method start"
    lines = [
        ("运营", "US", "net_sales", "是", 100.0, "越高越好", date(2026, 1, 1)),
        ("运营", "US", "acos", "否", 20.0, "越低越好", date(2026, 1, 1)),
    ]
    assert check_book(book(table("tblWeight", "权重", codes, *lines))) == ()


def test_the_newest_line_of_a_kpi_counts() -> None:
    codes = "role region metric weight method start"
    old = ("运营", "US", "acos", 10.0, "越低越好", date(2026, 1, 1))
    new = ("运营", "US", "acos", 20.0, "越低越好", date(2026, 10, 1))
    rows = list(book(table("tblWeight", "权重", codes, old, new)).weights)
    assert [w.weight for w in newest(rows, date(2026, 9, 30))] == [10.0]
    assert [w.weight for w in newest(rows, NEVER)] == [20.0]


def test_a_target_without_an_owner_and_of_nobody_is_two_problems() -> None:
    found = book(target(2026.0, "EU", "AMZ-XX", "net_sales", None, 1.0, None))
    assert [p.code for p in check_book(found)] == ["target_without_owner", "unknown_scope"]


def test_money_typed_by_hand_is_exact() -> None:
    codes = "day shop measure value evidence by"
    line = (date(2026, 10, 1), "AMZ-DE", "overhead", 0.1, "", "FIN1")
    found = book(table("tblShop", "店铺", SHOP, DE), table("tblInput", "补录", codes, line))
    assert found.inputs[0].value == Decimal("0.1")


def test_the_settings_have_defaults_and_their_problems() -> None:
    rows: list[Line] = [
        ("考核月份", date(2026, 10, 1)),
        ("最低覆盖率", "很高"),
        ("固定汇率 EUR→USD", 1.13),
    ]
    found = book(table("tblSetting", "设置", "setting value", *rows))
    assert found.settings.month == "2026-10"
    assert found.settings.min_coverage == 0.7
    assert found.settings.fixed_rates == {"EUR": 1.13}
    assert [p.code for p in found.problems] == ["not_a_number"]


def test_every_column_that_is_read_is_on_the_map() -> None:
    """A column code that the map does not know would silently read nothing."""
    import inspect  # noqa: PLC0415  # only this test reads the source

    from kpi import book_limits, book_links, book_nouns  # noqa: PLC0415

    text = "".join(inspect.getsource(source) for source in (book_nouns, book_limits, book_links))
    known = {c.code for t in TABLES.values() for c in t.columns}
    import re  # noqa: PLC0415

    read = set(
        re.findall(
            r'row\.(?:needed|text|number|between|month|day|word|yes|exact|raw|doubt)\(\s*"(\w+)"',
            text,
        )
    )
    assert read
    assert read <= known
