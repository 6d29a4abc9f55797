"""What a reader meets on the pages: equal tiles, units beside amounts, words instead of codes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from kpi.catalog import shipped
from kpi.model import Language as KpiLanguage
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.layout import TABLES, Language
from sheet_templates.pages.tiles import SPANS
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from sheet_templates.style import is_number, number_format
from sheet_templates.widths import lines
from sync_service.filling.scores import meaning
from sync_service.sources import by_hand
from tests.libreoffice import Office

LANGUAGES: tuple[Language, ...] = ("zh", "en")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("looks")


def test_an_unknown_day_is_a_gap_in_both_charts(folder: Path) -> None:
    """Without the word LibreOffice draws 0, which Excel's own files never leave out."""
    with zipfile.ZipFile(build(folder / "x.xlsx")) as archive:
        charts = [archive.read(f"xl/charts/chart{number}.xml") for number in (1, 2)]
    assert all(chart.count(b'<c:dispBlanksAs val="gap"/>') == 1 for chart in charts)


def test_the_six_tiles_are_of_one_width(folder: Path) -> None:
    with zipfile.ZipFile(build(folder / "x.xlsx")) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    wide: dict[int, float] = {}
    for first, last, width in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet):
        wide |= dict.fromkeys(range(int(first) - 1, int(last)), float(width))
    tiles = [sum(wide[c] for c in range(first, last + 1)) for first, last in SPANS]
    assert tiles == pytest.approx([tiles[0]] * 6, abs=0.02)  # a pixel is 0.14


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("typed", ["ad_budget", "广告预算", "Ad budget"])
def test_an_ad_budget_is_money_however_it_is_typed(
    typed: str, language: Language, office: Office, tmp_path: Path
) -> None:
    line: StartRow = {
        "year": 2026.0,
        "region": "US",
        "scope": "US",
        "metric": typed,
        "year_total": 1000.0,
    }
    path = build(tmp_path / "b.xlsx", "manager", language, BookStart(targets=(line,)))
    place = MANAGER_PLACES["tblTarget"]
    row = office.calculate(path)[place.sheet.title(language)][place.row + 1]
    assert row[place.offset("unit")] == words.show("unit", "money", language)
    assert row[place.offset("total")] == 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_rule_knows_the_unit_of_its_limit(
    language: Language, office: Office, tmp_path: Path
) -> None:
    path = build(tmp_path / "b.xlsx", "manager", language)
    place = MANAGER_PLACES["tblRule"]
    rows = office.calculate(path)[place.sheet.title(language)][place.row + 1 :]
    units = [row[place.offset("unit")] for row in rows[:8]]
    # bad reviews, ACoS, TACoS, returns, Buy Box, days of supply, margin, budget used
    codes = ("count", "ratio", "ratio", "ratio", "ratio", "days", "ratio", "ratio")
    assert units == [words.show("unit", code, language) for code in codes]


def test_the_dropdown_of_inputs_offers_all_that_only_people_can_give() -> None:
    typed = {
        code
        for code in shipped().measures
        if any(by_hand(platform, code) for platform, _, _ in words.LISTS["platform"])
    }
    assert typed <= {code for code, _, _ in words.LISTS["measure"]}
    assert words.show("measure", "vat_amount", "zh") == "应缴VAT"


@pytest.mark.parametrize(
    ("metric", "language", "said"),
    [
        pytest.param(
            "new_listings", "en", "New parent listings", id="a plain value has no quotient"
        ),
        pytest.param(
            "acos",
            "en",
            "Ad spend (all types) ÷ Ad-attributed sales amount",
            id="brackets of a name are no sum",
        ),
        pytest.param(
            "in_stock_rate",
            "zh",
            "(SKU在售天数 − SKU缺货天数) ÷ SKU在售天数",
            id="a difference over something stands in brackets",
        ),
    ],
)
def test_the_meaning_of_a_card_line(metric: str, language: KpiLanguage, said: str) -> None:
    assert meaning(shipped().metrics[metric], language) == said


@pytest.mark.parametrize(
    ("table", "column", "shown"),
    [
        pytest.param("tblProduct", "unit_cost", "#,##0.00", id="a unit cost with its cents"),
        pytest.param("tblReconcile", "difference", "0.00%", id="0.5 % needs two decimals"),
        pytest.param("tblTarget", "year", "0", id="a year has no thousands"),
        pytest.param("tblShop", "net_sales", "#,##0", id="sales without cents"),
    ],
)
def test_the_number_format_of_a_column(table: str, column: str, shown: str) -> None:
    layout = TABLES[table]
    assert number_format(layout, layout.column(column)) == shown


def test_a_year_stands_left_like_a_name() -> None:
    assert not is_number(TABLES["tblTarget"].column("year"))
    assert is_number(TABLES["tblTarget"].column("year_total"))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("", 1, id="an empty cell has one line"),
        pytest.param("恢复原价", 1, id="four letters fit"),
        pytest.param("恢复原价并补三张图再观察两周看看", 2, id="sixteen letters are 32 cells"),
    ],
)
def test_a_wrapped_text_gets_its_lines(text: str, count: int) -> None:
    review = TABLES["tblReview"]
    decision = review.column("decision")  # 34 characters wide
    assert lines(review, decision, "zh", text) == count


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dropdown_of_methods_grows_with_the_mode(language: Language, tmp_path: Path) -> None:
    """Six plain methods; in full mode all of them, which stand in Lists in every mode."""
    workbook = openpyxl.load_workbook(build(tmp_path / "b.xlsx", "manager", language))
    text = str(workbook.defined_names["lstMethod"].attr_text)
    sheet, _, area = text.partition(":INDEX(")[2].partition("!")
    cells = area.partition(",")[0].replace("$", "")
    listed = [row[0].value for row in workbook[sheet.strip("'")][cells]]
    assert listed == [words.show("method", code, language) for code, _, _ in words.METHODS_FULL]
    assert text.endswith(f",{len(words.METHODS_FULL)},{len(words.LISTS['method'])}))")
