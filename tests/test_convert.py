"""`convert`: one kind of formula into another, part by part, and nothing else of the workbook."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from addin.basic import basic
from sheet_templates.build import build
from sheet_templates.layout import SHEETS, Language
from sheet_templates.places import MANAGER_PLACES, letters
from sheet_templates.scoring_kinds import SCORING, FormulaKind
from sync_service.cli import main
from sync_service.refresh import refresh
from sync_service.workbooks.convert import Converted, convert
from sync_service.workbooks.finishing import Work
from sync_service.workbooks.port import WriteReport
from sync_service.workbooks.refusals import RefusedBookError
from sync_service.workbooks.xlsx import XlsxPort, rewrite_copy
from tests.libreoffice import Office
from tests.pay_support import lines
from tests.pay_support import start as pay_start
from tests.road_support import Few, fill, house_at, order_of
from tests.scoring_cells_support import cells_of
from tests.sheets_support import filled
from tests.test_sharing import LONG, house_start

NATIVE, OFFICEJS, XLWINGS = FormulaKind
ITEMS = f"xl/worksheets/sheet{[s.code for s in SHEETS].index('items') + 1}.xml"
TABLE = MANAGER_PLACES["tblScore"]
Parts = dict[str, bytes]
Books = Mapping[FormulaKind, Path]


def parts(path: Path) -> Parts:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def with_parts(path: Path, target: Path, change: Callable[[Parts], None]) -> Path:
    """A copy of a workbook with parts changed by hand."""
    held = parts(path)
    change(held)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in held.items():
            package.writestr(name, data)
    return target


def converted(
    source: Path, target: Path, kind: FormulaKind, recalculate: str = "never"
) -> tuple[Converted, WriteReport]:
    found: list[Converted] = []

    def change(work: Work) -> None:
        found.append(convert(work, kind, recalculate))

    report = rewrite_copy(source, target, change)
    return found[0], report


@pytest.fixture(scope="module", params=["zh", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


@pytest.fixture(scope="module")
def books(language: Language, tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The filled book as the builder writes it in each kind."""
    folder = tmp_path_factory.mktemp("books")
    start = filled(language)
    return {
        kind: build(folder / f"{kind}.xlsx", "manager", language, start, kind)
        for kind in FormulaKind
    }


@pytest.mark.parametrize("kind", FormulaKind)
def test_a_converted_book_is_the_book_that_the_builder_writes(
    books: Books, kind: FormulaKind, tmp_path: Path
) -> None:
    """From each kind to each, byte by byte in every part; the way back is one of them."""
    for source in FormulaKind:
        done, report = converted(books[source], tmp_path / f"{source}.xlsx", kind)
        assert parts(tmp_path / f"{source}.xlsx") == parts(books[kind])
        cells = 4 * 130 + 3 * 5 + 2
        assert (done.cells, done.kept) == ((0, cells) if source is kind else (cells, 0))
        assert len(report.parts_changed) == (0 if source is kind else 3)
        assert (done.own, done.renewed, report.problems) == ([], 0, ())


def test_the_payout_book_goes_there_and_back(tmp_path: Path) -> None:
    path = build(tmp_path / "0.xlsx", "payout", "en", pay_start(lines(60), "en"))
    for number, kind in enumerate((OFFICEJS, XLWINGS, NATIVE), 1):
        done, _ = converted(tmp_path / f"{number - 1}.xlsx", tmp_path / f"{number}.xlsx", kind)
        assert done.cells == 60
    texts = parts(tmp_path / "1.xlsx")["xl/worksheets/sheet1.xml"]
    assert texts.count(b"_xldudf_KPI_BONUS(") == 60
    assert parts(tmp_path / "3.xlsx") == parts(path)


# --- what programs make of a formula --------------------------------------------------------------


def test_a_link_that_was_put_before_the_functions_is_repaired(books: Books, tmp_path: Path) -> None:
    """`[2]!_xldudf_...` stays broken in the file; both roads lead out of it."""

    def corrupt(held: Parts) -> None:
        held[ITEMS] = held[ITEMS].replace(b"_xldudf_KPI_SCORE", b"[2]!_xldudf_KPI_SCORE")

    broken = with_parts(books[OFFICEJS], tmp_path / "broken.xlsx", corrupt)
    done, _ = converted(broken, tmp_path / "mended.xlsx", OFFICEJS)
    assert done.cells == 130
    assert parts(tmp_path / "mended.xlsx") == parts(books[OFFICEJS])
    converted(broken, tmp_path / "native.xlsx", NATIVE)
    assert parts(tmp_path / "native.xlsx") == parts(books[NATIVE])


def test_what_excel_spells_in_its_own_way_is_read(
    books: Books, language: Language, tmp_path: Path
) -> None:
    """Shared formulas, tabs without quotes, functions in another case."""
    score = letters(TABLE.offset("score"))
    title = TABLE.sheet.title(language)

    def respell(held: Parts) -> None:
        xml = held[ITEMS].decode()
        first = re.search(rf'<c r="{score}5"[^>]*><f>(.*?)</f>', xml)
        assert first is not None
        master = f'<f t="shared" ref="{score}5:{score}134" si="7">{first[1]}</f>'
        for row in range(5, 135):
            old = re.search(rf'<c r="{score}{row}"[^>]*>(<f>.*?</f>)', xml)
            assert old is not None
            new = master if row == 5 else '<f t="shared" si="7"/>'
            xml = xml.replace(old[0], old[0].replace(old[1], new))
        held[ITEMS] = xml.encode()
        for name in ("xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"):
            bare = held[name].replace(f"'{title}'!".encode(), f"{title}!".encode())
            held[name] = bare.replace(b"COUNTIFS(", b"countifs( ")

    spelled = with_parts(books[NATIVE], tmp_path / "spelled.xlsx", respell)
    done, _ = converted(spelled, tmp_path / "called.xlsx", OFFICEJS)
    assert (done.cells, done.own) == (4 * 130 + 3 * 5 + 2, [])
    made, wanted = parts(tmp_path / "called.xlsx"), parts(books[OFFICEJS])
    assert made[ITEMS] == wanted[ITEMS]
    team = made["xl/worksheets/sheet2.xml"].decode()
    assert f"_xldudf_KPI_TOTAL({title}!$" in team  # without quotes, as the book has it


def test_what_a_table_fills_down_is_converted_too(
    books: Books, language: Language, tmp_path: Path
) -> None:
    """Excel takes a column's formula over into the table, as the table writes its own row."""
    table = next(name for name, data in parts(books[NATIVE]).items() if b'"tblScore"' in data)
    cells = cells_of({"tblScore": TABLE}, language)

    def filled_down(kind: FormulaKind) -> bytes:
        text = SCORING["tblScore"]["due"].formula(cells, kind)(cells.tables["tblScore"].own_row())
        return b"<calculatedColumnFormula>%b</calculatedColumnFormula>" % escape(text).encode()

    def fill_down(held: Parts) -> None:
        head = re.search(rb'<tableColumn id="8" name="[^"]*"', held[table])
        assert head is not None
        whole = head[0] + b">" + filled_down(NATIVE) + b"</tableColumn>"
        held[table] = held[table].replace(head[0] + b"/>", whole)

    path = with_parts(books[NATIVE], tmp_path / "down.xlsx", fill_down)
    converted(path, tmp_path / "called.xlsx", OFFICEJS)
    called = parts(tmp_path / "called.xlsx")
    assert filled_down(OFFICEJS) in called[table]
    assert b"_xldudf_KPI_DUE(tblScore[[#This Row],[" in called[table]
    converted(tmp_path / "called.xlsx", tmp_path / "back.xlsx", NATIVE)
    assert parts(tmp_path / "back.xlsx") == parts(path)


def test_a_formula_of_a_person_stays_and_is_told(
    books: Books, language: Language, tmp_path: Path
) -> None:
    score = letters(TABLE.offset("score"))

    def own(held: Parts) -> None:
        pattern = rf'(<c r="{score}7"[^>]*><f>).*?(</f>)'.encode()
        held[ITEMS] = re.sub(pattern, rb"\g<1>MIN(100,90)\2", held[ITEMS])

    path = with_parts(books[NATIVE], tmp_path / "own.xlsx", own)
    done, report = converted(path, tmp_path / "called.xlsx", OFFICEJS)
    assert done.own == [f"{TABLE.sheet.title(language)}!{score}7"]
    assert done.cells == 4 * 130 + 3 * 5 + 1
    assert b"MIN(100,90)" in parts(tmp_path / "called.xlsx")[ITEMS]
    [told] = report.problems
    assert told.code == "own_formula"
    assert told.place.cell == f"{score}7"
    assert "left as it is" in told.line("en")
    assert "未改动" in told.line("zh")


def spoiled(held: Parts) -> None:
    """What Excel without the add-in leaves: #NAME? where a number stood."""
    score = letters(TABLE.offset("score"))
    pattern = rf'(<c r="{score}\d+" s="\d+")(><f>.*?</f>)<v></v>'.encode()
    held[ITEMS], count = re.subn(pattern, rb'\1 t="e"\2<v>#NAME?</v>', held[ITEMS])
    assert count == 130


def test_a_value_that_was_lost_is_left_out_and_calculated_at_the_next_opening(
    books: Books, tmp_path: Path
) -> None:
    path = with_parts(books[OFFICEJS], tmp_path / "spoiled.xlsx", spoiled)
    done, report = converted(path, tmp_path / "native.xlsx", NATIVE)
    assert done.renewed == 130
    made = parts(tmp_path / "native.xlsx")
    assert b"#NAME?" not in made[ITEMS]
    assert b'fullCalcOnLoad="1"' in made["xl/workbook.xml"]
    assert [one.code for one in report.problems] == ["values_dropped"]


def test_a_value_that_was_lost_is_calculated_where_libreoffice_is(
    books: Books, language: Language, office: Office, tmp_path: Path
) -> None:
    path = with_parts(books[OFFICEJS], tmp_path / "spoiled.xlsx", spoiled)
    converted(path, tmp_path / "native.xlsx", NATIVE, "always")
    kept = office.calculate(tmp_path / "native.xlsx", recalculate=False)
    right = office.calculate(books[NATIVE])
    title = TABLE.sheet.title(language)
    column = TABLE.offset("score")
    assert [row[column] for row in kept[title]] == [row[column] for row in right[title]]


def test_a_book_that_people_changed_and_libreoffice_saved(
    books: Books, language: Language, office: Office, tmp_path: Path
) -> None:
    """Rows above the items, a column before them, a tab renamed: then there and back again."""
    title = TABLE.sheet.title(language)
    edits: list[list[object]] = [
        ["insert_rows", title, 1, 3],
        ["insert_columns", title, 0, 1],
        ["rename", title, "My items' list"],
    ]
    changed = office.edit(books[NATIVE], tmp_path / "changed.xlsx", edits)
    done, _ = converted(changed, tmp_path / "called.xlsx", XLWINGS)
    assert (done.cells, done.own) == (4 * 130 + 3 * 5 + 2, [])
    native = office.observe(changed)
    called = office.observe(tmp_path / "called.xlsx", functions=basic())
    assert called.values == native.values
    back, _ = converted(tmp_path / "called.xlsx", tmp_path / "back.xlsx", NATIVE)
    assert back.cells == done.cells
    assert office.calculate(tmp_path / "back.xlsx") == native.values


def test_a_refresh_keeps_the_calls_and_writes_their_values(tmp_path: Path) -> None:
    """A refreshed book of calls is the refreshed native one but for the formulas' text."""
    made: list[Parts] = []
    for kind in (NATIVE, OFFICEJS):
        with house_at(tmp_path / f"data-{kind}") as house:
            fill(house, Few().shops, LONG)
            folder = tmp_path / kind
            folder.mkdir()
            path = build(folder / "book.xlsx", "manager", "en", house_start(), kind)
            refresh(house, order_of(house, path, "never"))
            made.append(parts(path))
    native, called = ({n: re.sub(rb"<f>.*?</f>", b"<f/>", d) for n, d in m.items()} for m in made)
    assert made[1][ITEMS].count(b"_xldudf_KPI_SCORE(") > 20
    column = letters(TABLE.offset("score"))
    pattern = rf'<c r="{column}\d+" s="\d+"><f>[^<]*SCORE[^<]*</f><v>([^<]+)</v>'
    scores = re.findall(pattern, made[1][ITEMS].decode())
    assert len(scores) > 10
    different = [name for name in native if native[name] != called[name]]
    assert different == []


# --- refusals and the command ---------------------------------------------------------------------


@pytest.mark.parametrize("kind", [OFFICEJS, XLWINGS])
@pytest.mark.parametrize("edition", ["partner", "person", "investor"])
def test_what_others_get_stays_native(edition: str, kind: FormulaKind, tmp_path: Path) -> None:
    path = build(tmp_path / "slice.xlsx", edition, "en")  # type: ignore[arg-type]  # a word
    before = path.read_bytes()
    with pytest.raises(RefusedBookError, match="keeps native formulas"):
        converted(path, tmp_path / "out.xlsx", kind)
    assert not (tmp_path / "out.xlsx").exists()
    done, _ = converted(path, tmp_path / "out.xlsx", NATIVE)
    assert done.cells == 0
    assert (tmp_path / "out.xlsx").read_bytes() == before == path.read_bytes()


def test_a_workbook_without_our_tables_is_told(tmp_path: Path) -> None:
    import openpyxl  # noqa: PLC0415

    openpyxl.Workbook().save(tmp_path / "strange.xlsx")
    with pytest.raises(RefusedBookError, match="none of our tables"):
        converted(tmp_path / "strange.xlsx", tmp_path / "out.xlsx", NATIVE)


def command(home: Path, *words: str) -> int:
    return main([*words, "--home", str(home), "--json"])


def test_the_command_converts_a_book_in_place_and_a_copy(
    books: Books, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Path(shutil.copy(books[NATIVE], tmp_path / "book.xlsx"))
    assert command(tmp_path / "home", "convert", str(book), "--to", "officejs") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["cells"], said["kept"], said["own"], said["to"]) == (537, 0, [], "officejs")
    assert said["parts_identical"] == len(parts(book)) - 3
    assert parts(book) == parts(books[OFFICEJS])
    copy = tmp_path / "copy.xlsx"
    words = ("convert", str(book), "--to", "native", "--out", str(copy))
    assert main([*words, "--home", str(tmp_path / "home"), "--lang", "zh"]) == 0
    assert "537 格改为原生公式，0 格原本就是" in capsys.readouterr().out
    assert parts(copy) == parts(books[NATIVE])
    assert parts(book) == parts(books[OFFICEJS])


def test_init_writes_the_kind_that_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.xlsx"
    words = ("init", str(book), "--language", "en", "--formulas", "officejs")
    assert command(tmp_path / "home", *words) == 0
    assert b"_xldudf_KPI_SCORE(" in parts(book)[ITEMS]
    capsys.readouterr()
    partner = ("init", str(tmp_path / "p.xlsx"), "--edition", "partner", "--formulas", "officejs")
    assert command(tmp_path / "home", *partner) == 3
    assert "native formulas only" in json.loads(capsys.readouterr().out)["error"]


# --- the port -------------------------------------------------------------------------------------


def test_the_port_converts_under_the_guards_of_a_write(books: Books, tmp_path: Path) -> None:
    book = Path(shutil.copy(books[NATIVE], tmp_path / "book.xlsx"))
    port = XlsxPort(book, recalculate="never", backups=tmp_path / "kept")
    seen = port.fingerprint()
    report = port.rewrite(lambda work: convert(work, XLWINGS), seen)
    assert report.backup is not None
    assert parts(Path(report.backup)) == parts(books[NATIVE])
    with pytest.raises(RefusedBookError):
        port.rewrite(lambda work: convert(work, NATIVE), seen)
