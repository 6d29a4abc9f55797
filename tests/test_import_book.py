"""`import-book`: old KPI books as teams have them, into a new workbook by new rows alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from kpi.book import Book
from kpi.errors import KpiError
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.start import BookStart
from sync_service.cli import main
from sync_service.console import Exit
from sync_service.imports import old_words
from sync_service.imports.old_sheets import old_sheets
from sync_service.imports.refusals import FileRefusedError
from sync_service.refresh import read
from sync_service.workbooks.xlsx import XlsxPort
from tests.paths import NO_SHARED, SHARED

Fill = Callable[[Worksheet], None]


def run(
    capsys: pytest.CaptureFixture[str], home: Path, *words: str | Path
) -> tuple[int, dict[str, Any]]:
    code = main(["--home", str(home), "import-book", *map(str, words), "--json"])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, said


def new_book(tmp_path: Path, language: Language = "zh", **rows: Any) -> Path:
    start = BookStart(settings={"language": language}, **rows)
    return build(tmp_path / "new.xlsx", "manager", language, start)


def old_book(path: Path, **sheets: Fill) -> Path:
    book = xlsxwriter.Workbook(path)
    for title, fill in sheets.items():
        fill(book.add_worksheet(title))
    book.close()
    return path


def book_of(path: Path) -> Book:
    return read(XlsxPort(path).read())[0]


def merged(tab: Worksheet) -> None:
    """A title over all, two rows of merged headers, a unit, percent texts, a total below."""
    tab.merge_range("A1:H1", "2026年度运营团队目标")
    for column, text in enumerate(("姓名", "岗位", "指标")):
        tab.merge_range(1, column, 2, column, text)
    tab.merge_range("D2:F2", "目标(万元)")
    tab.write_row("D3", ["1月", "2月", "3月"])
    tab.merge_range("G2:G3", "权重")
    tab.merge_range("H2:H3", "幸运数字")
    tab.merge_range("A4:A5", "张敏")
    tab.write_row("B4", ["运营专员", "销售额", 12.5, 13, "14万", 0.4, 7])
    tab.write_row("B5", ["运营专员", "退货率", "6%", "5.5%", 6, 0.3, 8])
    tab.write_row("A6", ["李想", "广告投放", "ACOS", "25%", "未定", "24%", "35%", 9])
    tab.write_row("A7", ["合计", "", "", 12.5, 13, 14])


def scores(tab: Worksheet) -> None:
    tab.write_row("A1", ["姓名", "2025年11月 得分", "2025年12月 得分"])
    tab.write_row("A2", ["张敏", 92.5, "88分"])
    tab.write_row("A3", ["李想", 101, "缺"])


def remark(tab: Worksheet) -> None:
    tab.write("A1", "请在每月5日前填写")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return old_book(
        tmp_path / "old.xlsx", **{"2026美区目标": merged, "考核得分": scores, "说明": remark}
    )


def test_a_preview_writes_the_mapping_and_nothing_else(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = new_book(tmp_path)
    before = new.read_bytes()
    code, said = run(capsys, tmp_path / "home", old, "--into", new)
    assert (code, said["written"], new.read_bytes()) == (Exit.FOUND, False, before)
    assert said["added"] == {
        "tblPeople": 2,
        "tblWeight": 3,
        "tblTarget": 3,
        "tblReview": 2,
        "tblPoint": 0,
        "tblPointKind": 0,
    }
    assert [(one["sheet"], one["cell"], one["shown"]) for one in said["findings"]] == [
        ("2026美区目标", "H3", "幸运数字"),
        ("说明", "A1", ""),
        ("2026美区目标", "F5", "6.0"),  # a ratio above 1 without a percent sign
        ("2026美区目标", "E6", "未定"),
        ("考核得分", "C3", "缺"),
    ]
    text = (tmp_path / "old.xlsx.mapping.toml").read_text(encoding="utf-8")
    assert 'E = "target.02"  # 目标(万元) 2月' in text


def test_everything_comes_in_as_new_rows(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = new_book(tmp_path)
    run(capsys, tmp_path / "home", old, "--into", new, "--write")
    book = book_of(new)
    assert [(p.code, p.name, p.role) for p in book.people] == [
        ("P01", "张敏", "operations"),
        ("P02", "李想", "advertising"),
    ]
    assert {
        (w.role, str(w.region), w.metric): (w.weight, w.on, w.confirmed) for w in book.weights
    } == {
        ("operations", "US", "net_sales"): (40.0, True, False),
        ("operations", "US", "return_rate"): (30.0, True, False),
        ("advertising", "US", "acos"): (35.0, True, False),
    }
    assert {(t.scope, t.metric): t.months[:3] for t in book.targets} == {
        ("P01", "net_sales"): (125_000.0, 130_000.0, 140_000.0),
        ("P01", "return_rate"): (0.06, 0.055, None),
        ("P02", "acos"): (0.25, None, 0.24),
    }
    review = XlsxPort(new).read().tables["tblReview"]
    assert [(r.value("no"), r.value("decision")) for r in review.rows if r.value("no")] == [
        ("OLD-2025-11", "P01 92.5 · P02 101"),
        ("OLD-2025-12", "P01 88"),
    ]


def test_what_the_book_has_is_left_and_a_second_run_adds_nothing(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A person of the same name keeps the code; lines for a card that is there are off."""
    weight = {
        "role": "operations",
        "region": "US",
        "metric": "orders",
        "on": "yes",
        "weight": 40.0,
        "method": "ratio_up",
        "better": "higher",
        "bound": "strict",
        "veto": "no",
    }
    people = ({"person": "ZM", "name": "张敏", "role": "supervisor", "scored": "yes"},)
    new = new_book(tmp_path, people=people, weights=(weight,))
    _, said = run(capsys, tmp_path / "home", old, "--into", new, "--write")
    assert said["kept"] == ["tblPeople zm"]
    book = book_of(new)
    assert [(p.code, p.role) for p in book.people] == [("ZM", "supervisor"), ("P01", "advertising")]
    lines = {(w.role, w.metric): (w.weight, w.on) for w in book.weights}
    assert lines["operations", "orders"] == (40.0, True)
    assert lines["operations", "net_sales"] == (40.0, False)
    before = new.read_bytes()
    code, said = run(capsys, tmp_path / "home", old, "--into", new, "--write")
    assert (code, set(said["added"].values()), new.read_bytes()) == (Exit.FOUND, {0}, before)


def test_an_own_role_of_the_book_goes_before_a_role_that_a_title_resembles(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = new_book(tmp_path, service={"tblDuty": ({"role": "运营专员"},)})
    run(capsys, tmp_path / "home", old, "--into", new, "--write")
    book = book_of(new)
    assert [person.role for person in book.people] == ["运营专员", "advertising"]
    assert {line.role for line in book.weights} == {"运营专员", "advertising"}


def test_a_corrected_mapping_decides(
    tmp_path: Path, old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = new_book(tmp_path)
    run(capsys, tmp_path / "home", old, "--into", new)
    beside = tmp_path / "old.xlsx.mapping.toml"
    text = beside.read_text(encoding="utf-8")
    text = text.replace('"张敏" = "P01"', '"张敏" = "ZHANG"').replace(
        'region = "US"', 'region = "EU"'
    )
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('D = "target.01"', 'D = ""'), encoding="utf-8")
    run(capsys, tmp_path / "home", old, "--into", new, "--mapping", mine, "--write")
    [one] = [t for t in book_of(new).targets if (t.scope, t.metric) == ("ZHANG", "net_sales")]
    assert (str(one.region), one.months[:2]) == ("EU", (None, 130_000.0))


@pytest.mark.parametrize(
    ("old_text", "new_text", "said"),
    [
        pytest.param('title = "说明"', 'title = "没有"', "没有", id="a sheet that is not there"),
        pytest.param('"target.01"', '"tagret.01"', "tagret", id="a meaning that nobody knows"),
        pytest.param("year = 2026", "year = ", "Mapping", id="no TOML"),
    ],
)
def test_a_wrong_mapping_is_refused_in_words(
    tmp_path: Path,
    old: Path,
    capsys: pytest.CaptureFixture[str],
    old_text: str,
    new_text: str,
    said: str,
) -> None:
    new = new_book(tmp_path)
    run(capsys, tmp_path / "home", old, "--into", new)
    beside = tmp_path / "old.xlsx.mapping.toml"
    text = beside.read_text(encoding="utf-8")
    assert old_text in text
    beside.write_text(text.replace(old_text, new_text), encoding="utf-8")
    code, told = run(capsys, tmp_path / "home", old, "--into", new, "--write")
    assert code == Exit.REFUSED
    assert said in told["error"]


def test_an_english_csv_with_a_month_a_row(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """KPIs across, thousands in the unit, region and month in the rows."""
    new = new_book(tmp_path, "en")
    old = tmp_path / "plan.csv"
    old.write_text(
        "Employee,Job title,Region,Month,Net sales target (k USD),Return rate target (%),Score\n"
        "Ann Lee,Listing specialist,EU,2026-02,120,5,97.5\n"
        "Ann Lee,Listing specialist,EU,Mar 2026,130,4.5,\n",
        encoding="utf-8",
    )
    code, said = run(capsys, tmp_path / "home", old, "--into", new, "--write")
    assert (code, said["findings"]) == (Exit.OK, [])
    book = book_of(new)
    assert [(p.code, p.name, p.role) for p in book.people] == [("P01", "Ann Lee", "operations")]
    assert {(t.year, str(t.region), t.metric): t.months[1:3] for t in book.targets} == {
        (2026, "EU", "net_sales"): (120_000.0, 130_000.0),
        (2026, "EU", "return_rate"): (0.05, 0.045),
    }
    review = XlsxPort(new).read().tables["tblReview"]
    assert [r.value("decision") for r in review.rows if r.value("no")] == ["P01 97.5"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("old.docx", b"x", id="another kind of file"),
        pytest.param("old.xls", b"\xd0\xcf\x11\xe0 no workbook", id="a damaged xls"),
        pytest.param("old.xlsx", b"", id="an empty file"),
    ],
)
def test_what_is_no_book_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(KpiError, match=r"(?i)save it"):
        old_sheets(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("3月", (None, 3), id="a month alone"),
        pytest.param("2025年11月 得分", (2025, 11), id="with its year"),
        pytest.param("2026-02", (2026, 2), id="ISO"),
        pytest.param("Sept. 2026", (2026, 9), id="an English short form"),
        pytest.param("Market", None, id="a word that begins like a month is none"),
        pytest.param("13月", None, id="there is no thirteenth"),
    ],
)
def test_months_in_headers(text: str, said: tuple[int | None, int] | None) -> None:
    assert old_words.month(text) == said


def test_an_xls_is_read_like_an_xlsx(office: Any, tmp_path: Path, old: Path) -> None:
    """Saved by LibreOffice as Excel 97."""
    made = office.save(old, tmp_path / "old.xls")
    assert [s.title for s in old_sheets(made)] == [s.title for s in old_sheets(old)]
    assert old_sheets(made)[0].rows == old_sheets(old)[0].rows


PUBLIC = (
    "poi-simple-monthly-budget.xlsx",
    "poi-DataTableCities.xlsx",
    "calamine-merged_range.xlsx",
)


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_workbook_is_told_or_previewed_never_a_crash(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    new = new_book(tmp_path)
    old = tmp_path / name
    assert SHARED is not None
    old.write_bytes((SHARED / "corpus" / name).read_bytes())
    code, said = run(capsys, tmp_path / "home", old, "--into", new)
    assert code in (Exit.FOUND, Exit.REFUSED)
    assert said.get("findings") or said.get("error")


def test_a_damaged_file_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "gone.csv"
    with pytest.raises(FileRefusedError, match="Check the path"):
        old_sheets(path)
