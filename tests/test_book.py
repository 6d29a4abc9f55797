"""Reading a workbook's tables: a wrong cell is one problem with its place, the rest is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from kpi.book import Book
from kpi.book_checks import check_book, newest
from kpi.book_nouns import NEVER
from kpi.book_reading import read_book
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
    assert (problem.code, str(problem.place)) == ("unknown_role", "人员!B5 (tblPeople)")


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


def test_every_column_that_is_read_is_on_the_map() -> None:
    """A column code that the map does not know would silently read nothing."""
    import inspect  # noqa: PLC0415  # only this test reads the source

    from kpi import book_limits, book_links, book_nouns, rule_rows  # noqa: PLC0415

    sources = (book_nouns, book_limits, book_links, rule_rows)
    text = "".join(inspect.getsource(source) for source in sources)
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


POINT = "no month person points reason approved_by"
TASK = "no type region country what owner due done"
RULE = "rule on metric scope window operator value periods level"


def test_a_shop_is_found_by_its_code() -> None:
    found = book(table("tblShop", "店铺", SHOP, DE), PEOPLE)
    assert found.shop("AMZ-DE") == found.shops[0]
    assert found.shop("AMZ-XX") is None


def test_an_unknown_zone_and_an_empty_cell_are_problems_of_their_own_cells() -> None:
    rows = table("tblShop", "店铺", SHOP, ("AMZ-DE", "亚马逊", "DE", "OPS1", "", "Mars/Base", None))
    problems = [(p.code, p.place.cell) for p in book(rows, PEOPLE).problems]
    assert problems == [("unknown_zone", "F5"), ("empty", "E5")]


def test_both_days_of_an_assignment_are_included() -> None:
    line: Line = ("AMZ-DE", "", "OPS1", None, date(2026, 10, 1), date(2026, 10, 31))
    assigned = table("tblAssign", "分配", "shop category person share start end", line)
    (one,) = book(table("tblShop", "店铺", SHOP, DE), PEOPLE, assigned).assignments
    assert (one.days.start, one.days.end, one.share) == (date(2026, 10, 1), date(2026, 11, 1), 1.0)


def test_a_code_that_no_table_has_is_a_problem() -> None:
    assigned = table("tblAssign", "分配", "shop person", ("AMZ-XX", "OPS1"))
    (problem,) = book(PEOPLE, assigned).problems
    assert (problem.code, problem.place.cell) == ("unknown_code", "A5")


def test_a_product_has_its_cost_in_its_currency() -> None:
    codes = "sku market start category unit_cost freight currency"
    line: Line = (1001.0, "de", None, "厨房", 20.5, None, "")
    (one,) = book(table("tblProduct", "产品", codes, line)).products
    assert (one.sku, one.market, one.unit_cost, one.freight) == (
        "1001",
        "DE",
        Decimal("20.5"),
        None,
    )
    assert (one.currency, one.category) == ("CNY", "厨房")


def test_a_negative_weight_is_refused() -> None:
    line: Line = ("运营", "EU", "acos", -5.0, "越低越好")
    found = book(table("tblWeight", "权重", "role region metric weight method", line))
    assert ([p.code for p in found.problems], found.weights) == (["negative_weight"], ())


@pytest.mark.parametrize(
    ("cap", "taken"),
    [
        pytest.param(None, 120.0, id="empty: the cap of the settings"),
        pytest.param("", 120.0, id="an empty text: the same"),
        pytest.param(100.0, 100.0, id="its own"),
    ],
)
def test_the_cap_of_a_line(cap: CellValue, taken: float) -> None:
    line: Line = ("运营", "EU", "acos", 5.0, "越低越好", cap, "不出总分")
    codes = "role region metric weight method cap missing"
    (row,) = book(table("tblWeight", "权重", codes, line)).weights
    assert (row.cap, row.missing) == (taken, "block")


@pytest.mark.parametrize("ticked", [True, False])
def test_a_tick_for_a_veto_is_the_usual_one(ticked: bool) -> None:
    line: Line = ("运营", "EU", "acos", 5.0, "越低越好", ticked)
    (row,) = book(table("tblWeight", "权重", "role region metric weight method veto", line)).weights
    assert (row.veto, row.effect) == (ticked, "grade_cap")


def test_a_rule_is_read_and_one_without_a_limit_is_a_problem() -> None:
    good: Line = ("R1", "是", "acos", "", "日", "≥", 0.35, None, "突破")
    bare: Line = ("R2", "是", "acos", "", "日", "≥", None, 2.0, "突破")
    found = book(table("tblRule", "规则", RULE, good, bare))
    (one,) = found.rules
    assert (one.scope, one.operator, one.value) == ("*", ">=", 0.35)
    assert one.periods == 2  # in a row, where nobody says how many
    assert [(p.code, p.place.cell) for p in found.problems] == [("empty", "G6")]


def test_a_rule_whose_limit_is_no_number_is_one_problem() -> None:
    line: Line = ("R1", "是", "acos", "*", "日", ">", "many", 1.0, "突破")
    assert [p.code for p in book(table("tblRule", "规则", RULE, line)).problems] == ["not_a_number"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param((None, "AMZ-DE", "overhead", 5.0), ("empty", "A5"), id="no day"),
        pytest.param(
            (date(2026, 10, 1), "AMZ-DE", "overhead", None), ("empty", "D5"), id="no value"
        ),
        pytest.param(("soon", "AMZ-DE", "overhead", 5.0), ("not_a_date", "A5"), id="no date"),
    ],
)
def test_a_figure_typed_by_hand_needs_its_day_and_value(line: Line, problem: object) -> None:
    typed = table("tblInput", "录入", "day shop measure value", line)
    found = book(table("tblShop", "店铺", SHOP, DE), typed)
    assert [(p.code, p.place.cell) for p in found.problems] == [problem]
    assert found.inputs == ()


@pytest.mark.parametrize("month", [date(2026, 10, 1), "2026-10"])
def test_points_are_of_a_month(month: CellValue) -> None:
    line: Line = ("P-1", month, "OPS1", 3.0, "good work", "HEAD")
    (one,) = book(PEOPLE, table("tblPoint", "加减分", POINT, line)).points
    assert (one.month, one.person, one.points, one.approved_by) == ("2026-10", "OPS1", 3.0, "HEAD")


def test_a_task_has_a_region_or_none() -> None:
    lines: list[Line] = [
        ("T-1", "合规", "EU", "FR", "EPR", "OPS1", 46310.0, 0.5),
        ("T-2", "", "", "", "", "", "2026/10/15", None),
    ]
    one, other = book(table("tblTask", "任务", TASK, *lines)).tasks
    assert (one.type, one.region, one.due, one.done) == (
        "compliance",
        Region.EU,
        date(2026, 10, 15),
        0.5,
    )
    assert (other.type, other.region, other.due) == ("action", None, date(2026, 10, 15))


def test_a_registration_with_its_number_end_and_judgement() -> None:
    columns = "no type region country about regime number valid_to outcome evidence delivered"
    lines: list[Line] = [
        ("T-1", "合规", "EU", "de", "ACoS", "WEEE", 136695976.0, "2027-03-31", "合格", "a.pdf", ""),
        ("T-2", "合规", "EU", "FR", "AMZ-FR", "新法规", "", "", "maybe", "", "2026-10-02"),
    ]
    found = book(table("tblTask", "任务", columns, *lines))
    one, other = found.tasks
    assert (one.country, one.about, one.regime) == ("DE", "acos", "weee")
    assert (one.registration, one.registration_at) == ("136695976", "任务!G5")
    assert (one.valid_to, one.outcome) == (date(2027, 3, 31), "passed")
    assert (one.evidence, one.delivered) == ("a.pdf", None)
    assert (other.about, other.regime, other.outcome) == ("AMZ-FR", None, None)
    assert other.delivered == date(2026, 10, 2)
    unread = [(p.code, p.place.cell) for p in found.problems]
    assert unread == [("unknown_word", "F6"), ("unknown_word", "I6")]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param(
            datetime(2026, 10, 15, 9, 30, tzinfo=UTC), date(2026, 10, 15), id="with a time"
        ),
        pytest.param(1.0, date(1899, 12, 31), id="the first serial"),
        pytest.param(2_958_465.0, date(9999, 12, 31), id="the last serial"),
        pytest.param(" 2026-10-15 ", date(2026, 10, 15), id="a text"),
        pytest.param("", None, id="an empty text"),
        pytest.param(0.0, "not_a_date", id="no serial"),
        pytest.param(2_958_466.0, "not_a_date", id="after the last"),
        pytest.param("10/15/2026", "not_a_date", id="month first: a guess"),
        pytest.param(ErrorValue("#N/A"), "not_a_date", id="an error"),
    ],
)
def test_days_that_are_read(typed: CellValue | ErrorValue, read: object) -> None:
    found = book(table("tblTask", "任务", "no due", ("T-1", typed)))
    assert [p.code for p in found.problems] or [t.due for t in found.tasks] == [read]
    assert [t.due for t in found.tasks] or [p.code for p in found.problems] == [read]


def test_an_empty_word_that_must_be_there_and_one_that_is_unknown() -> None:
    people = table("tblPeople", "人员", "person role scored", ("A", "", True), ("B", "厨师", False))
    problems = [(p.code, p.place.cell) for p in book(people).problems]
    assert problems == [("empty", "B5"), ("unknown_role", "B6")]


def test_a_tick_says_whether_a_person_is_scored() -> None:
    people = table(
        "tblPeople", "人员", "person role scored", ("A", "运营", True), ("B", "运营", False)
    )
    assert [p.scored for p in book(people).people] == [True, False]


def test_kpis_that_are_on() -> None:
    rows: list[Line] = [("acos", "是"), ("tacos", "否"), ("roas", ""), ("", "是")]
    assert book(table("tblKpi", "指标", "metric on", *rows)).kpis == {"acos", "roas"}


def test_a_region_that_does_not_use_a_kpi() -> None:
    """Both or neither mean both: a KPI that was off is switched on with one word."""
    rows: list[Line] = [
        ("acos", "是", "否"),
        ("tacos", "否", "是"),
        ("roas", "否", "否"),
        ("gmv", "是", "是"),
        ("", "是", "否"),
    ]
    found = book(table("tblKpi", "指标", "metric us eu", *rows)).unused
    assert found == {("acos", Region.EU), ("tacos", Region.US)}


def test_the_platforms_own_figures_are_typed_or_not_there() -> None:
    rows: list[Line] = [
        ("AMZ-DE", 100.5),
        ("AMZ-FR", None),
        ("AMZ-IT", ErrorValue("#N/A")),
        ("AMZ-ES", "many"),
    ]
    found = book(table("tblReconcile", "对账", "shop backend", *rows))
    assert found.back_office == {"AMZ-DE": 100.5}
    assert [p.code for p in found.problems] == ["not_a_number"]


def test_an_owner_that_nobody_knows_is_a_problem() -> None:
    found = book(table("tblShop", "店铺", SHOP, (*DE[:3], "NOBODY", *DE[4:])), PEOPLE)
    (problem,) = found.problems
    assert (problem.code, problem.place.cell) == ("unknown_owner", "D5")


@pytest.mark.parametrize(
    ("policy", "confirmed", "problems"),
    [
        pytest.param("用上期值", "否", [], id="the last value needs no approval"),
        pytest.param("按零计", "是", [], id="zero that is agreed"),
        pytest.param("Zero", "", ["zero_unconfirmed"], id="zero that nobody agreed to"),
        pytest.param("用替代值", "是", ["no_substitute"], id="no value is stored"),
    ],
)
def test_a_policy_that_has_nothing_to_put_in_says_so(
    policy: str, confirmed: str, problems: list[str]
) -> None:
    line: Line = ("运营", "EU", "acos", 100.0, "越低越好", policy, confirmed)
    codes = "role region metric weight method missing confirmed"
    found = check_book(book(table("tblWeight", "权重", codes, line)))
    assert [p.code for p in found] == problems


def test_a_year_that_is_a_word_is_one_problem_and_no_target() -> None:
    line: Line = ("next", "EU", "EU", "acos", "OPS1", 0.3)
    found = book(
        table("tblTarget", "目标", "year region scope metric owner year_total", line), PEOPLE
    )
    assert ([p.code for p in found.problems], found.targets) == (["not_a_number"], ())
