"""`import-book`: old books by quarter, week, shop, market and category, with grades and points.

The books are made with openpyxl as teams make them: titles over all, merged headers, blank rows,
totals, and numbers as text.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from kpi.book import Book
from sync_service.console import Exit
from sync_service.workbooks.xlsx import XlsxPort
from tests.test_import_book import book_of, new_book, run

Said = pytest.CaptureFixture[str]
SHOPS = tuple(
    {
        "shop": code,
        "name": name,
        "platform": "amazon",
        "market": code[:2],
        "currency": currency,
        "time_zone": zone,
    }
    for code, name, currency, zone in (
        ("US1", "美国旗舰店", "USD", "America/Los_Angeles"),
        ("DE1", "德国一店", "EUR", "Europe/Berlin"),
    )
)
PRODUCTS = ({"sku": "A-1", "start": date(2026, 1, 1), "category": "灯具", "currency": "USD"},)


def saved(path: Path, title: str, *rows: tuple[object, ...], merges: str = "") -> Path:
    """An old book of one sheet, or one sheet more; `merges` are areas by blanks."""
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    tab = book.create_sheet(title) if path.exists() else book.active
    assert isinstance(tab, Worksheet)
    tab.title = title
    for row in rows:
        tab.append(list(row))
    for area in merges.split():
        tab.merge_cells(area)
    book.save(path)
    return path


def imported(tmp_path: Path, old: Path, capsys: Said, *more: str | Path) -> tuple[Any, Book]:
    """What the command said, and the new book after it."""
    new = tmp_path / "new.xlsx"
    if not new.exists():
        new_book(tmp_path, shops=SHOPS, products=PRODUCTS)
    _, said = run(capsys, tmp_path / "home", old, "--into", new, "--write", *more)
    return said, book_of(new)


def told(said: Any) -> list[tuple[str, str, str]]:
    return [(one["sheet"], one["cell"], one["shown"]) for one in said["findings"]]


def months(book: Book, scope: str, metric: str) -> list[float | None]:
    [row] = [t for t in book.targets if (t.scope, t.metric) == (scope, metric)]
    return list(row.months)


# --- books ----------------------------------------------------------------------------------------


def test_quarters_of_people(tmp_path: Path, capsys: Said) -> None:
    """A title, merged headers, a blank row, texts as numbers, a total, a quarter that is none."""
    old = saved(
        tmp_path / "old.xlsx",
        "2026美区目标",
        ("2026年度季度目标分解",),
        ("姓名", "岗位", "考核指标", "目标（万元）", None, None, None, "权重"),
        (None, None, None, "Q1", "第二季度", "3季度", "Q4"),
        ("张敏", "运营", "销售额", 30, "36", "1,200", "12万", "40%"),
        (None, None, "退货率", "5%", "5%", 0.05, "约5%", "0.3"),
        (),
        ("合计", None, None, 30, 36, 1200, 12),
        merges="A1:H1 A2:A3 B2:B3 C2:C3 D2:G2 H2:H3 A4:A5 B4:B5",
    )
    said, book = imported(tmp_path, old, capsys)
    assert told(said) == [("2026美区目标", "G5", "约5%")]
    assert months(book, "P01", "net_sales") == [
        *([100_000.0] * 3 + [120_000.0] * 3 + [4_000_000.0] * 3 + [40_000.0] * 3),
    ]
    assert months(book, "P01", "return_rate") == [0.05] * 9 + [None] * 3
    assert {w.metric: w.weight for w in book.weights} == {"net_sales": 40.0, "return_rate": 30.0}


def test_weeks_of_a_month_and_of_a_year(tmp_path: Path, capsys: Said) -> None:
    """A sheet of March by its weeks; a sheet by weeks of the year of which one month is whole."""
    old = saved(
        tmp_path / "old.xlsx",
        "2026年3月周目标 美国",
        ("姓名", "指标", *(f"第{n}周" for n in range(1, 6))),
        ("张敏", "销售额", 100, 200, "300", 400, "50元"),
        ("张敏", "订单量", 10, 10, 10, "–", None),
    )
    saved(
        old,
        "2026欧洲周计划",
        ("姓名", "指标", "目标", None, None, None, None),
        (None, None, *(f"W{n:02d}" for n in range(5, 10))),
        ("李想", "销售额", 700, 700, 700, 700, 700),
        merges="A1:A2 B1:B2 C1:G1",
    )
    said, book = imported(tmp_path, old, capsys)
    assert months(book, "P01", "net_sales")[:4] == [None, None, 1050.0, None]
    assert months(book, "P02", "net_sales")[:3] == [None, 2800.0, None]  # 28 days at 100
    assert {(sheet, cell) for sheet, cell, _ in told(said)} == {
        ("2026年3月周目标 美国", "C3"),  # three weeks of orders are no month
        ("2026欧洲周计划", "C3"),  # six days of January
        ("2026欧洲周计划", "G3"),  # a day of March
    }
    assert not [t for t in book.targets if t.metric == "orders"]


def test_targets_of_shops_markets_and_categories(tmp_path: Path, capsys: Said) -> None:
    old = saved(
        tmp_path / "old.xlsx",
        "店铺目标2026",
        ("店铺", "站点", "负责人姓名", "姓名", "指标", "1月目标", "2月目标"),
        ("美国旗舰店", "美国站", "x", "张敏", "销售额", "12万", 130_000),
        ("德国一店", "DE", "x", "李想", "销售额", 80_000, "9w"),
        ("法国二店", "法国", "x", "李想", "销售额", 70_000, None),
        ("小计", None, None, None, None, 270_000, 220_000),
    )
    saved(
        old,
        "2026站点目标",
        ("站点", "销售额目标 Q1"),
        ("德国", 300),
        ("欧洲", 900),
        ("火星", 1),
    )
    kinds = (("灯具", "销售额", 55), ("玩具", "销售额", 5))
    saved(old, "2026美国类目目标", ("类目", "指标", "3月"), *kinds)
    said, book = imported(tmp_path, old, capsys)
    owners = {(t.scope, t.metric): (str(t.region), t.owner) for t in book.targets}
    assert owners == {
        ("US1", "net_sales"): ("US", "P01"),
        ("DE1", "net_sales"): ("EU", "P02"),
        ("DE", "net_sales"): ("EU", None),
        ("EU", "net_sales"): ("EU", None),
        ("灯具", "net_sales"): ("US", None),
    }
    assert months(book, "US1", "net_sales")[:2] == [120_000.0, 130_000.0]
    assert months(book, "DE1", "net_sales")[:2] == [80_000.0, 90_000.0]
    assert months(book, "DE", "net_sales")[:4] == [100.0, 100.0, 100.0, None]
    assert months(book, "灯具", "net_sales")[2] == 55.0
    assert {(sheet, cell) for sheet, cell, _ in told(said)} == {
        ("店铺目标2026", "C1"),  # 负责人姓名 is no word of ours
        ("店铺目标2026", "A4"),
        ("2026站点目标", "A4"),
        ("2026美国类目目标", "A3"),
    }


def test_a_scope_that_the_mapping_names_is_taken(tmp_path: Path, capsys: Said) -> None:
    old = saved(
        tmp_path / "old.xlsx", "2026美国", ("店铺", "指标", "3月目标"), ("老店", "销售额", 55)
    )
    mine = tmp_path / "mine.toml"
    mine.write_text('[scopes]\n"老店" = "US1"\n', encoding="utf-8")
    said, book = imported(tmp_path, old, capsys, "--mapping", mine)
    assert (said["findings"], months(book, "US1", "net_sales")[2]) == ([], 55.0)


@pytest.mark.parametrize(
    ("cells", "weights"),
    [
        pytest.param((0.4, 0.35, 0.25), (40, 35, 25), id="cells of percent format are fractions"),
        pytest.param(("40%", "35％", "25%"), (40, 35, 25), id="percent as text"),
        pytest.param(("0.4", "0.35", 0.25), (40, 35, 25), id="fractions as text"),
        pytest.param((40, "35分", 25), (40, 35, 25), id="points of 100"),
        pytest.param((40, 1, 0.5), (40, 1, 0.5), id="small points beside large ones"),
    ],
)
def test_weights_in_every_form(
    tmp_path: Path, capsys: Said, cells: tuple[object, ...], weights: tuple[float, ...]
) -> None:
    kpis = ("销售额", "退货率", "订单量")
    rows = [(kpi, cell) for kpi, cell in zip(kpis, cells, strict=True)]
    old = saved(
        tmp_path / "old.xlsx",
        "2026美国运营权重",
        ("岗位", "指标", "权重"),
        *(("运营", *row) for row in rows),
        ("运营", "合计", "100%"),
    )
    said, book = imported(tmp_path, old, capsys)
    assert said["findings"] == []
    assert tuple(w.weight for w in book.weights) == weights


def review(new: Path) -> dict[str, str]:
    rows = XlsxPort(new).read().tables["tblReview"].rows
    return {str(r.value("no")): str(r.value("decision")) for r in rows if r.value("no")}


def test_scores_as_grades_levels_and_points(tmp_path: Path, capsys: Said) -> None:
    """A quarter's points with its grade, months as grades, and what is neither."""
    old = saved(
        tmp_path / "old.xlsx",
        "2025考核结果",
        ("姓名", "Q3得分", "Q3等级", "10月得分", "11月等级", "第50周得分"),
        ("张敏", "92.5", "A", "B+", "优秀", 88),
        (),
        ("李想", 101, "S", "缺考", 3, None),
        ("平均", 96.75, None, None, None, None),
    )
    said, _ = imported(tmp_path, old, capsys)
    assert told(said) == [("2025考核结果", "D4", "缺考")]
    assert review(tmp_path / "new.xlsx") == {
        "OLD-2025-Q3": "P01 92.5 A · P02 101 S",
        "OLD-2025-10": "P01 B+",
        "OLD-2025-11": "P01 优秀 · P02 3",
        "OLD-2025-W50": "P01 88",
    }


def test_grades_that_the_mapping_gives_points(tmp_path: Path, capsys: Said) -> None:
    old = saved(
        tmp_path / "old.xlsx",
        "2025",
        ("姓名", "10月得分"),
        ("张敏", "A"),
        ("李想", "B"),
        ("王", "C"),
    )
    mine = tmp_path / "mine.toml"
    mine.write_text('[grades]\nA = "95"\nB = "good"\n', encoding="utf-8")
    said, _ = imported(tmp_path, old, capsys, "--mapping", mine)
    assert told(said) == [("2025", "B3", "B")]
    assert review(tmp_path / "new.xlsx") == {"OLD-2025-10": "P01 95 · P03 C"}


def test_scores_of_single_kpis_are_told_once(tmp_path: Path, capsys: Said) -> None:
    old = saved(
        tmp_path / "old.xlsx",
        "2025美国10月",
        ("姓名", "指标", "目标", "得分"),
        ("张敏", "销售额", 100, 90),
        ("张敏", "退货率", "5%", 95),
    )
    said, book = imported(tmp_path, old, capsys)
    assert told(said) == [("2025美国10月", "D1", "得分")]
    assert months(book, "P01", "net_sales")[9] == 100.0


def test_points_added_and_deducted(tmp_path: Path, capsys: Said) -> None:
    """By month in the rows, with reasons; a column of deductions takes off, whatever its sign."""
    old = saved(
        tmp_path / "old.xlsx",
        "加减分登记",
        ("姓名", "岗位", "月份", "加分", "扣分", "原因"),
        ("张敏", "运营", "2025年11月", 5, None, "爆款"),
        ("张敏", "运营", "2025年11月", None, 2, "迟交报告"),
        ("李想", "广告", date(2025, 12, 5), 0, "-3分", "差评"),
        (None, None, "2025年12月", 9, None, "谁的？"),
        ("李想", "广告", "2025Q4", 1, None, "季度"),
        ("合计", None, None, 15, 5, None),
    )
    saved(
        old,
        "加减分规则",
        ("加减分类型", "每次扣分", "封顶"),
        ("迟交报告", 2, 10),
        ("差评", "3分", None),
        ("优秀提案", "多", None),
    )
    said, book = imported(tmp_path, old, capsys)
    assert [(p.month, p.person, p.points, p.reason, p.approved_by) for p in book.points] == [
        ("2025-11", "P01", 5.0, "爆款", None),
        ("2025-11", "P01", -2.0, "迟交报告", None),
        ("2025-12", "P02", -3.0, "差评", None),
    ]
    assert [(k.kind, k.each, k.cap) for k in book.point_kinds] == [
        ("迟交报告", -2.0, 10.0),
        ("差评", -3.0, None),
    ]
    assert told(said) == [
        ("加减分登记", "D5", "9.0"),
        ("加减分登记", "D6", "1.0"),
        ("加减分规则", "B4", "多"),
    ]


def test_figures_of_nobody_are_told(tmp_path: Path, capsys: Said) -> None:
    """A row without any name, and a cap that belongs to no points, are not passed over."""
    old = saved(
        tmp_path / "old.xlsx",
        "2026美国",
        ("姓名", "销售额目标 1月", "封顶"),
        ("张敏", 100, 120),
        (None, 200, None),
        ("备注", None, None),
    )
    said, _ = imported(tmp_path, old, capsys)
    assert told(said) == [("2026美国", "C1", "封顶"), ("2026美国", "B3", "200.0")]


def test_a_mapping_with_a_wrong_period_is_refused(tmp_path: Path, capsys: Said) -> None:
    old = saved(tmp_path / "old.xlsx", "2026美国", ("姓名", "销售额目标 1月"), ("张敏", 100))
    mine = tmp_path / "mine.toml"
    mine.write_text('[[sheet]]\ntitle = "2026美国"\nperiod = "Q7"\n', encoding="utf-8")
    new = new_book(tmp_path)
    code, said = run(capsys, tmp_path / "home", old, "--into", new, "--mapping", mine)
    assert code == Exit.REFUSED
    assert "Q7" in said["error"]
