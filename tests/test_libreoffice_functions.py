"""The sheet functions inside LibreOffice: cells and ranges in and out, and the extension."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from addin.basic import TALL, basic
from addin.extension import FILE, extension, needed, parts
from kpi.function_answers import answer
from kpi.functions import LOCAL, function
from kpi.sheet_calls import Cell, SheetError, as_grid
from sheet_templates.build import build
from sheet_templates.places import letters
from sheet_templates.scoring_kinds import FormulaKind
from tests.function_support import draw
from tests.kpi_language_support import bits
from tests.libreoffice import NA, SYSTEM_PYTHON, CellError, CellResult, Office
from tests.paths import ROOT
from tests.pay_support import lines
from tests.pay_support import start as pay_start

NO_VALUE = CellError(519)
UNKNOWN = SheetError("na", {"zh": "", "en": ""})
Call = tuple[str, list[object]]


def as_in_a_sheet(cell: Cell) -> Cell:
    """A sheet has no true beside 1: LibreOffice gives a number for it."""
    return "abc" if cell is True else cell


def sheet_calls(seed: int, count: int) -> list[Call]:
    return [
        (
            code,
            [
                None if one is None else [[as_in_a_sheet(c) for c in row] for row in as_grid(one)]
                for one in given
            ],
        )
        for code, given in draw(seed, count)
    ]


def write(path: Path, calls: Sequence[Call]) -> list[tuple[int, int, list[list[Cell]]]]:
    """Each call below the one before, its ranges side by side; where the answers must stand."""
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("calls")
    row, expected = 0, []
    for code, asked in calls:
        given = [[[None]] if one is None else one for one in asked]  # an empty cell
        found = answer(code, *given)
        column, height, texts = len(found[0]), len(found), list[str]()
        for one in given:
            grid = as_grid(one)
            for r, line in enumerate(grid, row):
                for c, cell in enumerate(line, column):
                    put(sheet, r, c, cell)
            texts.append(area(row, column, grid))
            column, height = column + max(len(grid[0]) if grid else 1, 1), max(height, len(grid))
        last = (row + len(found) - 1, len(found[0]) - 1)
        text = f"{{={function(code).name}({','.join(texts)})}}"
        sheet.write_array_formula(row, 0, *last, text)
        expected.append((row, 0, found))
        row += height
    book.close()
    return expected


def put(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, SheetError):
        sheet.write_formula(row, column, "=NA()")
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif cell is not None:
        sheet.write_number(row, column, cell)


def area(row: int, column: int, grid: Sequence[Sequence[Cell]]) -> str:
    right = column + (len(grid[0]) if grid else 1) - 1
    bottom = row + max(len(grid), 1) - 1
    return f"{letters(column)}{row + 1}:{letters(right)}{bottom + 1}"


def shown(cell: Cell) -> object:
    if isinstance(cell, SheetError):
        return NA if cell.code == "na" else NO_VALUE
    return cell if isinstance(cell, str) else bits(float(cell))  # type: ignore[arg-type]  # no date


def seen(cell: CellResult) -> object:
    return bits(cell) if isinstance(cell, float) else cell


def agree(office: Office, path: Path, calls: Sequence[Call]) -> None:
    expected = write(path, calls)
    sheet = office.observe(path, functions=basic()).values["calls"]
    for (row, column, grid), call in zip(expected, calls, strict=True):
        found = [
            [seen(cell) for cell in line[column : column + len(grid[0])]]
            for line in sheet[row : row + len(grid)]
        ]
        assert found == [[shown(cell) for cell in line] for line in grid], call


def test_cells_and_ranges_give_what_python_gives(office: Office, tmp_path: Path) -> None:
    """270 calls of nine functions: errors in ranges, empty cells, wrong arguments, arrays out."""
    calls = sheet_calls(20261129, 270)
    agree(office, tmp_path / "calls.xlsx", calls)
    cells = [c for _, given in calls for one in given if one for r in as_grid(one) for c in r]
    assert UNKNOWN in cells
    assert None in cells
    assert {code for code, _ in calls} == {one.code for one in LOCAL}


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(10))
def test_cells_and_ranges_in_the_long_run(seed: int, office: Office, tmp_path: Path) -> None:
    agree(office, tmp_path / "calls.xlsx", sheet_calls(seed, 2000))


def test_arguments_that_are_no_cells(office: Office, tmp_path: Path) -> None:
    """Numbers, texts and calculations stand beside cells; the end may be left out."""
    book = xlsxwriter.Workbook(tmp_path / "mixed.xlsx")
    sheet = book.add_worksheet("calls")
    sheet.write_number("A1", 12)
    sheet.write_number("A2", 10)
    sheet.write_formula("A3", "=NA()")
    formulas = {
        'KPI_SCORE(A1,A2,"ratio_up")': 120.0,
        'KPI_SCORE(A1,5*2,"越高越好","","","","",100)': 100.0,
        'KPI_SCORE(A3,10,"ratio_up")': NA,
        'KPI_SCORE(A1,10,"best")': NO_VALUE,
        'KPI_STATUS(A1,A2,"higher")': "● 正常",
        'KPI_STATUS(A3,A2,"higher","","","","","","en")': "○ No data",
        "KPI_DUE(KPI_DUE(80,0.5),0.25)": 10.0,
        'KPI_GRADE(KPI_SCORE(A1,A2,"ratio_up"),0)': "S",
        'ISNA(KPI_ATTAIN(A3,A2,"higher"))': 1.0,
        "SUM(KPI_DUE(A1:A2,0.5))": 11.0,
        "KPI_TARGET(310,46296,46296)": 40.0,
        'KPI_DUE(A1,"",46296,46305,46300)': 6.0,
        "KPI_DUE(A1,,46296,46305,46300)": 0.0,  # LibreOffice hands over a 0 there
    }
    for row, text in enumerate(formulas):
        if "A1:A2" in text:
            sheet.write_array_formula(row, 2, row, 2, f"{{={text}}}")
        else:
            sheet.write_formula(row, 2, f"={text}")
    book.close()
    found = office.observe(tmp_path / "mixed.xlsx", functions=basic()).values["calls"]
    assert [line[2] for line in found] == list(formulas.values())


def test_a_tall_column_is_read_as_far_as_its_tab_is_used(office: Office, tmp_path: Path) -> None:
    """Whole columns cost no more than what stands in them, and give the same."""
    book = xlsxwriter.Workbook(tmp_path / "tall.xlsx")
    sheet, other = book.add_worksheet("items"), book.add_worksheet("card")
    for row, (score, weight) in enumerate(((100, 40), (60, 40), (20, 20))):
        sheet.write_row(row, 0, (score, weight, "OPS1"))
    for row, end in enumerate((3, TALL, 9000, 100_000)):
        ranges = ",".join(f"items!${c}$1:${c}${end}" for c in "AB")
        people = f"items!$C$1:$C${end}"
        other.write_formula(row, 0, f'=KPI_TOTAL({ranges},"","","",{people},"OPS1")')
    other.write_formula(4, 0, "=KPI_TOTAL(items!$A$1:$A$9000,items!$B$1:$B$8000)")
    book.close()
    found = office.observe(tmp_path / "tall.xlsx", functions=basic()).values["card"]
    assert [line[0] for line in found] == [68.0, 68.0, 68.0, 68.0, NO_VALUE]


# --- the extension --------------------------------------------------------------------------------


def test_the_extension_holds_what_its_modules_import_and_nothing_else_is_needed(
    tmp_path: Path,
) -> None:
    """Its Python half answers with the standard library alone, from the unpacked extension."""
    with zipfile.ZipFile(extension(tmp_path / FILE)) as package:
        package.extractall(tmp_path)
        assert set(package.namelist()) == set(parts())
    script = (
        "import sys; sys.path[:0] = [{0!r}, {1!r}]; import kpi_host, kpi.scoring\n"
        "assert kpi_host.answer('DUE', (10.0, 0.5)) == ((5.0,),)\n"
        "assert kpi_host.answer('TARGET', (310.0, 46296.0, 46296.0)) == ((40.0,),)\n"
        "outside = {{m.split('.')[0] for m, found in sys.modules.items() if 'site-packages' in\n"
        "           (getattr(found, '__file__', None) or '')}}\n"
        "assert not outside, outside\n"
        "assert kpi.scoring.__file__.startswith({1!r})\n"
    ).format(str(tmp_path / "python"), str(tmp_path / "python/pythonpath"))
    done = subprocess.run(
        [SYSTEM_PYTHON, "-I", "-c", script], capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr


def test_the_same_sources_give_the_same_extension(tmp_path: Path) -> None:
    one, two = extension(tmp_path / "a.oxt"), extension(tmp_path / "b.oxt")
    assert one.read_bytes() == two.read_bytes()
    assert {"kpi/function_answers.py", "kpi/scoring.py"} <= set(needed())
    assert not {"kpi/book.py", "kpi/catalog.py"} & set(needed())


def test_the_command_writes_the_extension(tmp_path: Path) -> None:
    path = tmp_path / FILE
    words = [sys.executable, "-m", "addin.extension", str(path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == f"{path}\n"
    assert path.read_bytes() == extension(tmp_path / "again.oxt").read_bytes()


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Office]:
    """An office of its own with the extension, started again after the installation."""
    one = Office(host=False)
    try:
        assert one.install(extension(tmp_path / FILE)) == "linkstar.kpi.functions"
        one.stop()
        yield one
    finally:
        one.close()


def test_an_installed_extension_calculates_a_book_of_calls(
    installed: Office, tmp_path: Path
) -> None:
    """Nothing is put into the document; it opens as a user opens it."""
    start = pay_start(lines(60), "zh")
    seen_ = [
        installed.observe(build(tmp_path / f"{kind}.xlsx", "payout", "zh", start, kind)).values
        for kind in (FormulaKind.NATIVE, FormulaKind.XLWINGS)
    ]
    assert seen_[0] == seen_[1]
    assert any(isinstance(row[26], float) and row[26] > 0 for row in seen_[1]["奖金簿"][5:])
