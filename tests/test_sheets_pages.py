"""What a page says of itself: an empty one what will come, each who writes on it, parts apart."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest

from sheet_templates.build import build
from sheet_templates.empty import EMPTY
from sheet_templates.layout import SHEETS, TABLES, Column, Language, TableLayout
from sheet_templates.start import BookStart
from sheet_templates.style import LONG, TINY, WRAPPED, Styles, is_number
from tests.libreoffice import Office, Sheets
from tests.sheets_support import filled

LANGUAGES: tuple[Language, ...] = ("zh", "en")
CODES = {sheet.code: sheet for sheet in SHEETS}
SENTENCE, LEGEND = 1, 2  # zero-based rows


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="module")
def full(language: Language, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    path = tmp_path_factory.mktemp("pages") / "filled.xlsx"
    return office.calculate(build(path, "manager", language, filled(language)))


@pytest.fixture(scope="module")
def bare(language: Language, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    path = tmp_path_factory.mktemp("pages") / "bare.xlsx"
    return office.calculate(build(path, "manager", language, BookStart()))


def said(sheets: Sheets, code: str, language: Language) -> str:
    return str(sheets[CODES[code].title(language)][SENTENCE][0])


@pytest.mark.parametrize("code", sorted(EMPTY))
def test_an_empty_page_names_a_table_and_a_column_that_are_there(code: str) -> None:
    table, column, zh, en = EMPTY[code]
    assert TABLES[table].column(column).code == column
    assert zh.startswith("○")
    assert en.startswith("○")


@pytest.mark.parametrize("code", sorted(EMPTY.keys() & CODES.keys()))
def test_an_empty_page_says_what_will_come(code: str, bare: Sheets, language: Language) -> None:
    _, _, zh, en = EMPTY[code]
    assert said(bare, code, language) == (zh if language == "zh" else en)


@pytest.mark.parametrize("code", ["team", "shops", "breaches", "tasks", "targets", "people"])
def test_a_filled_page_says_what_to_do(code: str, full: Sheets, language: Language) -> None:
    assert not said(full, code, language).startswith("○")


@pytest.mark.parametrize("filled_in", [True, False])
def test_row_two_is_right_before_anything_calculates(filled_in: bool, tmp_path: Path) -> None:
    start = filled("en") if filled_in else BookStart()
    with zipfile.ZipFile(build(tmp_path / "b.xlsx", "manager", "en", start)) as archive:
        number = list(CODES).index("breaches") + 1
        xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
    found = re.search(r'<c r="A2"[^>]*><f>.*?</f><v>(.*?)</v>', xml)
    assert found is not None
    assert found[1].startswith("○") is not filled_in


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        pytest.param("team", "经理填写 系统写入 公式", "you type writes formula", id="all but P"),
        pytest.param("log", "系统写入", "writes", id="the service alone"),
        pytest.param("people", "经理填写", "you type", id="the manager alone"),
    ],
)
def test_the_legend_names_who_writes_here(
    code: str, zh: str, en: str, full: Sheets, language: Language
) -> None:
    legend = str(full[CODES[code].title(language)][LEGEND][0])
    words = {"zh": ("经理填写", "系统写入", "公式", "伙伴填写")}.get(
        language, ("you type", "service writes", "formula", "partner types")
    )
    wanted = zh if language == "zh" else en
    for word in words:
        assert (word in legend) == (word.removeprefix("service ") in wanted)


@pytest.mark.parametrize("sheet", ["daily", "weekly", "monthly", "shops"])
def test_a_page_of_amounts_names_their_currency(
    sheet: str, full: Sheets, language: Language
) -> None:
    title = str(full[CODES[sheet].title(language)][0][0])
    assert ("金额 USD" if language == "zh" else "Amounts in USD") in title


def test_a_report_parts_its_three_scopes(tmp_path: Path) -> None:
    """Rows 13 and 21 begin US and EU: their cells have another style than the row before."""
    with zipfile.ZipFile(build(tmp_path / "b.xlsx")) as archive:
        number = list(CODES).index("daily") + 1
        xml = archive.read(f"xl/worksheets/sheet{number}.xml").decode()
    style = dict(re.findall(r'<c r="A(\d+)" s="(\d+)"', xml))
    assert style["13"] == style["21"] != style["12"]
    assert len({style[str(row)] for row in range(5, 29) if row not in (13, 21)}) == 1


def columns() -> list[tuple[TableLayout, Column]]:
    return [(table, column) for table in TABLES.values() for column in table.columns]


def test_no_figure_can_turn_into_hashes_and_no_made_text_is_cut() -> None:
    """Wrapped texts grow; the Log's sentences end early; all else of the service shrinks."""
    from xlsxwriter.workbook import Workbook  # noqa: PLC0415  # only to own the formats

    styles = Styles(Workbook(), "en")
    for table, column in columns():
        name, look = f"{table.name}.{column.code}", styles.body(table, column)
        typed = str(column.owner) in "MP"
        free = name in WRAPPED or name in LONG or (typed and not is_number(column))
        assert bool(look.shrink) is not free, name
        assert look.font_size == 8 or name not in TINY
