"""The local sheet functions: hand-worked answers, ranges, errors; see test_function_parity too."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addin.build import MADE
from kpi.errors import KpiError
from kpi.function_answers import COMPUTE, answer
from kpi.functions import FUNCTIONS, LOCAL, Kind, function
from kpi.javascript import to_number_function
from kpi.sheet_calls import WORDS, Cell, SheetError
from tests.paths import ROOT

OCTOBER = date(2026, 10, 1)
NA = SheetError("na", {"zh": "", "en": ""})
CARD: list[object] = [  # three items: 100 at 40, 50 at 40, nothing known at 20
    [[100.0], [50.0], [None]],
    [[40.0], [40.0], [20.0]],
]


def one(name: str, *arguments: object) -> Cell:
    """The only cell of an answer."""
    [[cell]] = answer(name, *arguments)
    return cell


@pytest.mark.parametrize(
    ("name", "arguments", "wanted"),
    [
        ("KPI_SCORE", (12, 10, "ratio_up", None, None, None, None, 120), 120.0),
        ("KPI_SCORE", (11, 10, "越高越好"), 110.0),  # 100 x 11 / 10
        ("KPI_SCORE", (0.3, 0.25, "Lower is better"), 80.0),  # 100 x (2 - 1.2)
        ("KPI_SCORE", (1, 10, "ratio_up", None, None, None, None, 120, 40), 40.0),  # the floor
        ("KPI_SCORE", (2, 0, "zero_defect"), 60.0),  # 20 points a defect when p1 is left out
        ("KPI_ATTAIN", (8, 10, "higher"), 0.8),
        ("KPI_ATTAIN", (0.3, 0.25, "越低越好"), 0.8),  # 2 - 0.3 / 0.25
        ("KPI_ATTAIN", (0.5, 0.25, "lower", "ratio_down"), 0.5),  # T / A
        ("KPI_STATUS", (0.3, 0.25, "lower", 0.27, 0.33), "▲ 关注"),
        ("KPI_STATUS", (0.34, 0.25, "lower", 0.27, 0.33, None, None, None, "en"), "■ Breach"),
        ("KPI_STATUS", (0.33, 0.25, "lower", 0.27, 0.33, "含等于"), "■ 突破"),
        ("KPI_STATUS", (84, 100, "higher", 0.95, 0.85, None, "按日"), "■ 突破"),  # 0.84 of due
        ("KPI_STATUS", (None, 100, "higher"), "○ 无数"),
        ("KPI_STATUS", (100, 100, "higher", None, None, None, None, "◇ 过期"), "◇ 过期"),
        ("KPI_STATUS", (None, 100, "higher", None, None, None, None, "stale", "en"), "○ No data"),
        ("KPI_TOTAL", (*CARD,), 75.0),  # 50 x 100 + 50 x 50, over 80 of 100 known
        ("KPI_TOTAL", (*CARD, None, None, 0.7, *[None] * 6, "coverage"), 0.8),
        ("KPI_GRADE", (85,), "B"),
        ("KPI_GRADE", (120, 1), "D"),
        ("KPI_GRADE", (79.9, None, [["low", 0], ["mid", 60], ["top", 80]]), "mid"),
        ("KPI_GRADE", (80, 0, [["top", 80], ["low", 0], [None, None]]), "top"),
        ("KPI_GRADE", (90, 1, [["low", 10], ["top", 80]]), "low"),
        ("KPI_GRADE", (5, 0, [["low", 10], ["top", 80]]), "low"),  # below the lowest
        ("KPI_GRADE", (90, 0, [[None, None]]), "B"),  # an empty table is the default
        ("KPI_DUE", (310, None, OCTOBER, date(2026, 10, 31), date(2026, 10, 10)), 100.0),
        ("KPI_DUE", (310, 0.5), 155.0),
        ("KPI_TARGET", (310, OCTOBER, date(2026, 10, 2)), 40.0),  # Thursday 1 to Sunday 4: 4 days
        ("KPI_TARGET", (310, OCTOBER, date(2026, 10, 4), 2, None, 6), 70.0),  # 4 to 10
        ("KPI_TARGET", (310, OCTOBER, date(2026, 11, 9)), 0.0),
        ("KPI_TARGET", (310, OCTOBER, date(2026, 10, 2), 2, [[None]]), 40.0),
        ("KPI_TARGET", (32, OCTOBER, date(2026, 10, 2), 2, [[2.0]] + [[1.0]] * 30), 5.0),
        ("KPI_FX", (100, "eur", "USD", [["EUR", 1.08]]), 108.0),
        ("KPI_FX", (108, "USD", "EUR", [["GBP", 1.27], ["EUR", 1.08]]), 100.0),
        ("KPI_SCORE", (0.3, 0.25, "mirror_down"), 80.0),
        ("KPI_ATTAIN", (8, 10, "Higher is better"), 0.8),  # another spelling
        ("KPI_BONUS", ("direct", 95.5, None, 3000), 2865.0),
        ("KPI_BONUS", ("direct", 95.5, NA, 3000, NA, NA, NA), 2865.0),  # asks none of them
        ("KPI_STATUS", (90, 100, "higher", NA, NA), "● 正常"),  # limits that are not there
        ("KPI_DUE", (310, 0.5, OCTOBER, NA, NA), 155.0),
        ("KPI_BONUS", ("基数×等级系数", 101, 1.2, 3000), 3600.0),
        ("KPI_BONUS", ("coef_bonus", 101, 1.2, 3000, *[None] * 7, 0.5, 1), 1800.0),
        ("KPI_BONUS", ("coef_bonus", 101, 1.2, 3000, *[None] * 7, 1, 1), 3000.0),  # capped
        ("KPI_BONUS", ("coef_bonus", 101, 1.2, 3000, *[None] * 7, 1, None, 1), 0.0),  # veto
        (
            "KPI_BONUS",  # 300 for the first 10,000, 5 % of the next 2,000
            (
                "ladder",
                90,
                None,
                None,
                12_000,
                *[None] * 5,
                [[0, 10_000, 0.03], [10_000, "", 0.05]],
            ),
            400.0,
        ),
        (
            "KPI_BONUS",
            (
                *("ladder_whole", 90, None, None, 12_000, *[None] * 5),
                [[0, 10_000, 0.03], [10_000, None, 0.05], [None, None, None]],
            ),
            600.0,
        ),
        ("KPI_BONUS", ("direct", 95.55, None, 1001, *[None] * 10, "JPY"), 956.0),
        (
            "KPI_BONUS",  # the table holds ladders of two rules: 3 % of 12,000
            (
                *("ladder", 90, None, None, 12_000, *[None] * 5),
                [[0, None, 0.05], [0, None, 0.03], [None, None, None]],
                *(None, None, None, None, None),
                [["A"], ["b"], [None]],
                "B",
            ),
            360.0,
        ),
        (
            "KPI_BONUS",  # parts of a team know the days already; a veto still takes them
            ("team_split", 90, *[None] * 9, 0.5, None, None, None, 1234.56),
            1234.56,
        ),
        ("KPI_BONUS", ("team_split", 90, *[None] * 11, 1, None, 1234.56), 0.0),
    ],
)
def test_the_answer_is_worked_by_hand(
    name: str, arguments: tuple[object, ...], wanted: Cell
) -> None:
    assert one(name, *arguments) == wanted


@pytest.mark.parametrize(
    ("name", "arguments", "code", "zh"),
    [
        ("SCORE", (None, 10, "ratio_up"), "na", "KPI_SCORE：缺少计分值。"),
        ("SCORE", (1, 10, None), "na", "KPI_SCORE：缺少计分方法。"),
        ("SCORE", (1, 10, "  "), "na", "KPI_SCORE：缺少计分方法。"),
        ("SCORE", (1, 0, "ratio_up"), "na", "KPI_SCORE：无法算出。"),
        ("SCORE", ("abc", 10, "ratio_up"), "value", "计分值应为数字，而单元格是“abc”"),
        ("SCORE", (True, 10, "ratio_up"), "value", "单元格是“TRUE”"),
        ("SCORE", (1, 10, "best"), "value", "计分方法没有“best”，可用：越高越好"),
        ("SCORE", (1, 10, 3.0), "value", "计分方法没有“3”"),
        ("SCORE", (1, 10, "ratio_up", *[None] * 4, 50, 60), "value", "封顶分应在保底分与 999"),
        ("ATTAIN", (1, 2, None), "na", "缺少方向"),
        ("STATUS", (1, 2, None), "na", "缺少方向"),
        ("STATUS", (1, 2, "higher", *[None] * 5, "fr"), "value", "zh 或 en"),
        ("TOTAL", ([[1]],), "value", "缺少各项权重"),
        ("TOTAL", ([[1], [2]], [[1]]), "value", "各列行数不一致"),
        ("TOTAL", ([[1]], [[-1]]), "value", "权重不能小于 0"),
        ("TOTAL", (*CARD, *[None] * 9, "sum"), "value", "part 应为 total 或 coverage"),
        ("TOTAL", (*CARD, None, [["排除"], ["exclude"], ["不出总分"]]), "na", "无法算出"),
        ("GRADE", (None,), "na", "缺少总分"),
        ("GRADE", (None, 1, [["low", 10]]), "na", "缺少总分"),
        ("GRADE", (90, 0, [["low"]]), "value", "等级表应有两列"),
        ("GRADE", (None, 0, [[]]), "na", "缺少总分"),
        ("DUE", (10,), "na", "无法算出"),
        ("DUE", (None, 0.5), "na", "缺少期间目标"),
        ("DUE", (10, None, 46_300, 46_299, 46_299), "value", "期间末日早于首日"),
        ("DUE", (10, None, 46_300, 46_310, 46_299), "na", "无法算出"),
        ("TARGET", (10, "x", 46_300), "value", "该月任一天应为日期"),
        ("TARGET", (None, 46_300, 46_300), "na", "缺少月目标"),
        ("TARGET", (10, 46_300, 46_300, 5), "value", "小数位应为 0 到 4"),
        ("TARGET", (10, 46_300, 46_300, 2, [[1], [2]]), "value", "每日权重应有 31 个"),
        ("TARGET", (10, 46_300, 46_300, 2, [[None]], 7), "value", "周起始应为 0 到 6"),
        ("FX", (1, "EUR", "USD"), "value", "缺少两列"),
        ("FX", (1, "EUR", "USD", [["EUR"]]), "value", "汇率表应有两列"),
        ("FX", (1, "EUR", "USD", [["EUR", 0]]), "na", "无法算出"),
        ("FX", (1, "PLN", "USD", [["EUR", 1.08]]), "na", "无法算出"),
        ("FX", (1, "PLN", "USD", []), "na", "无法算出"),
        ("SCORE", (1, 10, "ratio_up", *[None] * 5, NA), "na", "KPI_SCORE：缺少保底分。"),
        ("SCORE", ([[1.0]], 10, "ratio_up", *[None] * 5, NA), "na", "缺少保底分"),
        ("SCORE", (2, 0, "zero_defect", NA), "na", "缺少计分参数 1"),
        ("ATTAIN", (0.5, 0.25, "lower", NA), "na", "缺少计分方法"),
        ("STATUS", (1, 2, "higher", 0.9, 0.8, NA), "na", "缺少等于界限时是否算越线"),
        ("TOTAL", (*CARD, None, None, NA), "na", "缺少最低覆盖率"),
        ("GRADE", (90, NA), "na", "KPI_GRADE：缺少突破的否决项个数。"),
        ("GRADE", (None, NA), "na", "KPI_GRADE：缺少总分、突破的否决项个数。"),
        ("DUE", (310, NA, OCTOBER, date(2026, 10, 31), date(2026, 10, 10)), "na", "缺少应达比例"),
        ("TARGET", (310, OCTOBER, OCTOBER, NA), "na", "缺少小数位"),
        ("BONUS", ("direct", 95.5, None, 3000, *[None] * 7, NA), "na", "缺少出勤比例"),
        ("BONUS", ("direct", 95.5, None, 3000, *[None] * 9, NA), "na", "缺少否决项个数"),
        ("BONUS", (None, 90), "na", "缺少发放方法"),
        ("BONUS", ("ladder", 90, None, None, 5, *[None] * 5, [[0, 1]]), "value", "阶梯应有三列"),
        ("BONUS", ("ladder", 90, None, None, 5, *[None] * 5, [[None, 1]]), "na", "无法算出"),
        ("BONUS", ("team_split", 90), "na", "无法算出"),
        ("BONUS", ("ladder", 90, *[None] * 14, [["A"]], "A"), "value", "各列行数不一致"),
        (
            "BONUS",
            ("ladder", 90, None, None, 5, *[None] * 5, [[0, 1, 0.1], [2, 3, 0.1]]),
            "value",
            "阶梯应首尾相接",
        ),
    ],
)
def test_what_cannot_be_answered_says_why(
    name: str, arguments: tuple[object, ...], code: str, zh: str
) -> None:
    cell = one(name, *arguments)
    assert isinstance(cell, SheetError)
    assert cell.code == code
    assert zh in cell.texts["zh"]
    assert str(cell) == ("#N/A" if code == "na" else "#VALUE!")
    assert cell.texts["en"].startswith(f"KPI_{name}: ")


def test_a_whole_table_is_one_call() -> None:
    """Rows of one size, and cells that hold for all rows."""
    actual = [[12.0], [None], ["x"]]
    found = answer("SCORE", actual, 10, "ratio_up")
    assert [row[0] if not isinstance(row[0], SheetError) else row[0].code for row in found] == [
        120.0,
        "na",
        "value",
    ]
    wide = answer("ATTAIN", [1.0, 2.0], [[2.0], [4.0]], "higher")  # a row against a column
    assert wide == [[0.5, 1.0], [0.25, 0.5]]
    [[cell]] = answer("ATTAIN", [[1.0], [2.0]], [[1.0], [2.0], [3.0]], "higher")
    assert isinstance(cell, SheetError)
    assert cell.texts["en"] == "KPI_ATTAIN: The ranges differ in size."


def test_an_empty_cell_where_a_column_may_stand_counts_as_left_out() -> None:
    """In a sheet nothing can be left out in the middle but by an empty cell or text."""
    scores, weights = [[100.0], [60.0]], [[50.0], [50.0]]
    people = [["OPS1"], ["OPS2"]]
    for empty in ("", None, [[None]], [[" "]]):
        assert one("TOTAL", scores, weights, empty, empty, "", people, "OPS2") == 60.0
    assert one("TARGET", 310, 46_296, 46_296, "", "") == 40.0
    unknown = one("TOTAL", scores, weights, SheetError("na", {"zh": "", "en": ""}))
    assert isinstance(unknown, SheetError)
    assert unknown.code == "value"


def test_a_card_is_picked_by_its_conditions() -> None:
    people = [["OPS1"], ["ops1"], ["OPS2"]]
    regions = [["US"], ["EU"], ["US"]]
    given_ = [[[100.0], [60.0], [20.0]], [[40.0], [40.0], [20.0]], None, None, None]
    assert one("TOTAL", *given_, people, "OPS1") == 80.0
    assert one("TOTAL", *given_, people, "OPS1", regions, "EU") == 60.0
    every = answer("TOTAL", *given_, people, [["OPS1"], ["OPS2"]])
    assert every == [[80.0], [20.0]]
    out = [["– 不适用"], ["complete"], ["complete"]]
    assert one("TOTAL", *given_[:2], out, None, None, people, "OPS1") == 60.0
    error = SheetError("na", {"zh": "", "en": ""})
    assert one("TOTAL", [[error], [60.0]], [[20.0], [80.0]]) == 60.0


@given(st.integers(0, 10**9), st.integers(0, 3), st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_the_weeks_of_a_month_add_up_to_it(target: int, places: int, day: date) -> None:
    weeks = {
        (day.replace(day=1).toordinal() + n - 1) // 7: date.fromordinal(
            day.replace(day=1).toordinal() + n
        )
        for n in range(31)
        if date.fromordinal(day.replace(day=1).toordinal() + n).month == day.month
    }
    parts = [one("TARGET", target, day, week, places) for week in weeks.values()]
    numbers = [part for part in parts if isinstance(part, float)]
    assert len(numbers) == len(weeks)
    assert round(sum(numbers), 6) == target


@pytest.mark.parametrize("text", ['IF(actual > 1, "S")', "SUMDAYS(actual)", "OPENING(actual)"])
def test_a_function_of_numbers_refuses_the_rest(text: str) -> None:
    with pytest.raises(KpiError, match="is no number"):
        to_number_function(text, ("actual",))


def test_the_list_is_whole() -> None:
    """Every local function is computed; words name a list; optional arguments stand last."""
    assert set(COMPUTE) == {one_.code for one_ in LOCAL}
    for one_ in FUNCTIONS:
        assert function(one_.name) is function(one_.office_name) is function(one_.saved_name)
        assert all((a.kind is Kind.WORD) == bool(a.words) for a in one_.arguments)
        assert all(a.words in WORDS for a in one_.arguments if a.words)
        optional = [a.optional for a in one_.arguments]
        assert optional == sorted(optional), one_.code
        assert len({a.name for a in one_.arguments}) == len(one_.arguments)
        assert all((*one_.help.values(), *one_.gives.values()))
    with pytest.raises(KeyError):
        function("KPI_NOTHING")


@pytest.mark.parametrize("place", sorted(MADE))
def test_what_is_shipped_is_what_the_list_makes(place: str) -> None:
    shipped = (ROOT / place).read_text(encoding="utf-8")
    assert shipped == MADE[place](), "run: python -m addin.build"
