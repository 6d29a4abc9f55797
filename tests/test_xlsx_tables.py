"""Patches of the service's tables: by key, in place, growing, shrinking, no note ever lost."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kpi.errors import KpiError
from kpi.tables import CellValue, ErrorValue, Table
from sheet_templates.build import build
from sheet_templates.places import MANAGER_PLACES
from sync_service.workbooks.areas import letters, position
from sync_service.workbooks.package import open_package, rebuilt
from sync_service.workbooks.port import NamePatch, TablePatch, WriteReport, Written
from sync_service.workbooks.refusals import TableRefusedError
from sync_service.workbooks.xlsx import XlsxPort
from tests.xlsx_support import Rows, column, make_book, parts, port, values

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
TAB = "T tblBreach"
SHEET = "xl/worksheets/sheet1.xml"
THREE: Rows = [
    {"no": "B1", "actual": 1, "limit": 2, "since": date(2026, 10, 1), "Mine": "own 1"},
    {"no": "B2", "actual": 2, "limit": 2, "action": "called the agency"},
    {"no": "B3", "actual": 3, "limit": 2, "Mine": ""},
]
NOTE = letters(column("tblBreach", "action"))  # a column of the manager
OWN = letters(column("tblBreach", "silence_until") + 1)  # the column that the layout lacks
MANY: Rows = [{"no": f"N{n}", "actual": n} for n in range(9)]


def breach_book(path: Path, rows: Rows = THREE, **more: object) -> XlsxPort:
    make_book(path / "book.xlsx", {"tblBreach": rows}, own={"tblBreach": ["Mine"]}, **more)  # type: ignore[arg-type]  # passed through
    return port(path / "book.xlsx")


def wanted_rows(name: str, key: tuple[str, ...], rows: Rows) -> TablePatch:
    return TablePatch(name, key, rows)  # type: ignore[arg-type]  # values of cells


def patch(book: XlsxPort, rows: Rows, **more: object) -> WriteReport:
    wanted = TablePatch("tblBreach", ("no",), rows, **more)  # type: ignore[arg-type]  # values of cells
    return book.write([wanted], [], book.read().fingerprint)


def table(book: XlsxPort, name: str = "tblBreach") -> Table:
    return book.read().tables[name]


def seen(book: XlsxPort) -> dict[str, tuple[int, object]]:
    return {str(r.value("no")): (r.number, r.value("actual")) for r in table(book).rows}


def test_reading_finds_tables_columns_keys_and_own_columns(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    contents = book.read()
    assert contents.language == "en"
    assert contents.problems == ()
    first = contents.tables["tblBreach"].rows[0]
    assert (first.number, first.value("since"), first.own["Mine"].value) == (
        5, date(2026, 10, 1), "own 1",
    )  # fmt: skip
    assert first.cells["actual"].address == "E5"
    assert first.cells["silence_until"].value is None


def test_a_chinese_edition_says_so(tmp_path: Path) -> None:
    path = make_book(tmp_path / "zh.xlsx", {"tblBreach": THREE[:1]}, language="zh",
                     own={"tblBreach": ["Mine"]})  # fmt: skip
    contents = port(path).read()
    assert contents.language == "zh"
    assert contents.tables["tblBreach"].rows[0].value("no") == "B1"


def test_a_renamed_table_is_known_by_its_headers(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    data = book.path.read_bytes()
    package = open_package(data, "x")
    renamed = package.read("xl/tables/table1.xml").replace(b'"tblBreach"', b'"Alerts"')
    book.path.write_bytes(b"".join(rebuilt(package, {"xl/tables/table1.xml": renamed})))
    contents = book.read()
    assert [p.code for p in contents.problems] == ["table_renamed"]
    assert len(contents.tables["tblBreach"].rows) == 3


def test_known_keys_are_patched_where_they_stand(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    report = patch(book, [{"no": "B3", "actual": 33}, {"no": "B1", "actual": 1},
                          {"no": "B2", "actual": ErrorValue("#N/A")}])  # fmt: skip
    assert seen(book) == {"B1": (5, 1.0), "B2": (6, ErrorValue("#N/A")), "B3": (7, 33.0)}
    assert report.cells_written == 2
    assert set(report.parts_changed) == {SHEET}
    assert table(book).rows[1].value("action") == "called the agency"
    assert table(book).rows[1].value("limit") == 2.0


def test_nothing_new_leaves_the_file_untouched(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    stamp = book.path.stat().st_mtime_ns
    report = patch(book, [{"no": r["no"], "actual": r["actual"]} for r in THREE])
    assert (report.cells_written, report.parts_changed, report.backup) == (0, {}, None)
    assert book.path.stat().st_mtime_ns == stamp


def test_a_key_that_is_gone_frees_its_row_for_a_new_one(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    rows = [{"no": k, "actual": a} for k, a in (("B2", 2), ("B4", 4), ("B5", 5), ("B6", 6))]
    report = patch(book, rows)
    # B1's row holds a note in a person's own column; B3's is free and takes B4, the rest is below
    assert seen(book) == {"B2": (6, 2.0), "B4": (7, 4.0), "B5": (8, 5.0), "B6": (9, 6.0)}
    assert [p.code for p in report.problems] == ["note_kept"]
    assert "B1" in report.problems[0].line("zh")
    found = values(book.path, TAB)
    assert found[f"{OWN}5"] == "own 1"
    assert "A5" not in found
    assert "E5" not in found


def test_a_row_with_a_persons_note_is_never_given_to_another_key(tmp_path: Path) -> None:
    """The note hangs on its cell: under another key it would tell of something else."""
    note = lambda _, sheet: sheet.write_comment("E7", "called, waits for an answer")  # noqa: E731 - one line
    book = breach_book(tmp_path, extra=note)
    report = patch(book, [{"no": "B2", "actual": 2}, {"no": "B9", "actual": 9}])
    assert seen(book) == {"B2": (6, 2.0), "B9": (8, 9.0)}
    assert "note_kept" in {p.code for p in report.problems if "B3" in p.line("en")}


def test_a_released_key_takes_the_persons_words_with_it_and_nothing_else(tmp_path: Path) -> None:
    """B2's words went to the log; B1 and B4 hold something that did not."""
    note = lambda _, sheet: sheet.write_comment("E8", "waits")  # noqa: E731 - one line
    rows: Rows = [
        {"no": "B1", "actual": 1, "action": "said", "Mine": "own 1"},
        {"no": "B2", "actual": 2, "action": "said", "silence_until": date(2026, 10, 9)},
        {"no": "B3", "actual": 3, "action": "stays"},
        {"no": "B4", "actual": 4, "action": "said"},
        {"no": "B5", "actual": 5},
    ]
    book = breach_book(tmp_path, rows, extra=note)
    released = frozenset({("B1",), ("B2",), ("B4",), ("B9",)})
    report = patch(book, [{"no": "B5", "actual": 5}, {"no": "B6", "actual": 6}], released=released)
    assert seen(book)["B6"] == (6, 6.0)
    found = values(book.path, TAB)
    assert {n: found[f"{NOTE}{n}"] for n in range(5, 10) if f"{NOTE}{n}" in found} == {
        5: "said",
        7: "stays",
        8: "said",
    }
    assert table(book).rows[0].value("silence_until") is None
    assert [p.code for p in report.problems] == ["note_kept"] * 3


def test_a_formula_in_a_persons_column_keeps_its_released_row(tmp_path: Path) -> None:
    own = lambda _, sheet: sheet.write_formula(f"{NOTE}6", "=1+1")  # noqa: E731 - one line
    book = breach_book(tmp_path, extra=own)
    patch(book, [{"no": "B1", "actual": 1}], released=frozenset({("B2",)}))
    assert b"1+1" in parts(book.path)[SHEET]


def test_a_table_that_lost_its_last_keys_is_pulled_in(tmp_path: Path) -> None:
    rows = [{"no": f"B{n}", "actual": n} for n in range(1, 8)]
    book = breach_book(tmp_path, rows)
    patch(book, rows[:2])
    assert seen(book) == {"B1": (5, 1.0), "B2": (6, 2.0)}
    assert f'ref="A4:{OWN}6"'.encode() in parts(book.path)["xl/tables/table1.xml"]
    patch(book, [])
    assert f'ref="A4:{OWN}5"'.encode() in parts(book.path)["xl/tables/table1.xml"]
    patch(book, rows)
    assert seen(book) == {f"B{n}": (4 + n, float(n)) for n in range(1, 8)}
    assert f'ref="A4:{OWN}11"'.encode() in parts(book.path)["xl/tables/table1.xml"]


def _decorate(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    """Everything that points at the three data rows, and some that must not follow."""
    red = book.add_format({"bg_color": "red"})
    sheet.conditional_format("E5:E7", {"type": "data_bar", "data_bar_2010": True})
    over = {"type": "cell", "criteria": ">", "value": "$F$5", "format": red}
    sheet.conditional_format("F5:F7", over)
    sheet.conditional_format("G5:G900", over)  # a person's own, larger than the table
    sheet.data_validation(f"{NOTE}5:{NOTE}7", {"validate": "list", "source": "=$D$5:$D$7"})
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": f"='{TAB}'!$E$5:$E$7", "categories": f"='{TAB}'!$A$5:$A$7"})
    sheet.insert_chart("S4", chart)
    book.define_name("actuals", f"='{TAB}'!$E$5:$E$7")
    book.define_name("corner", f"='{TAB}'!$E$5:$E$6")
    book.define_name("stamp", f"='{TAB}'!$A$1")
    sheet.add_sparkline("Z7", {"range": f"'{TAB}'!E7:F7"})
    sheet.add_sparkline(f"{OWN}7", {"range": f"'{TAB}'!E7:F7"})
    sheet.write_formula("A2", "=SUM(A5:A900)", None, 0)
    sheet.write_comment("B5", "a note")


def test_all_that_points_at_the_rows_follows_growth_and_shrinking(tmp_path: Path) -> None:
    book = breach_book(tmp_path, extra=_decorate)
    before = parts(book.path)
    rows = [{"no": f"B{n}", "actual": n * 10, "limit": 2} for n in range(1, 6)]
    report = patch(book, rows)
    after = parts(book.path)
    xml = after[SHEET].decode()
    for wanted in ('sqref="E5:E9"', 'sqref="F5:F9"', 'sqref="G5:G900"', f'sqref="{NOTE}5:{NOTE}9"',
                   "<xm:sqref>E5:E9</xm:sqref>", "<formula1>$D$5:$D$9</formula1>",
                   f"<xm:f>'T tblBreach'!E9:F9</xm:f><xm:sqref>{OWN}9</xm:sqref>",
                   f'<dimension ref="A2:{OWN}9"/>'):  # fmt: skip
        assert wanted in xml, wanted
    assert "<xm:sqref>Z8</xm:sqref>" not in xml  # that sparkline stands outside the table
    names = after["xl/workbook.xml"].decode()
    assert "$E$5:$E$9<" in names
    assert "$E$5:$E$6<" in names
    chart = after["xl/charts/chart1.xml"].decode()
    assert "!$E$5:$E$9</c:f>" in chart
    cache = chart.split("numCache")[1]
    assert re.findall(r"<c:v>(\d)0</c:v>", cache) == list("12345")
    assert '<c:ptCount val="5"/>' in chart
    untouched = set(before) - set(report.parts_changed)
    assert set(report.parts_changed) == {
        SHEET, "xl/tables/table1.xml", "xl/workbook.xml", "xl/charts/chart1.xml",
    }  # fmt: skip
    assert all(before[name] == after[name] for name in untouched)
    patch(book, rows[:1])
    assert 'sqref="E5:E6"' in parts(book.path)[SHEET].decode()  # B2's note keeps row 6


FORMULAS = {"due": '=IF(tblScore[[#This Row],[Target]]="",NA(),tblScore[[#This Row],[Target]])'}


def _score_book(path: Path, count: int = 2) -> XlsxPort:
    rows = [{"item": f"I{n}", "target": n, "weight": 10} for n in range(count)]

    def attainment(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        at, target = column("tblScore", "attainment") - 1, column("tblScore", "actual") - 1
        for n in range(count):
            cell = xlsxwriter.utility.xl_rowcol_to_cell(4 + n, target)
            sheet.write_formula(4 + n, at, f'=IF({cell}="",NA(),{cell}/$G$5)', None, 0)

    make_book(path / "score.xlsx", {"tblScore": rows}, formulas=FORMULAS, extra=attainment)
    return port(path / "score.xlsx")


def test_new_rows_get_the_formulas_of_their_columns(tmp_path: Path) -> None:
    book = _score_book(tmp_path)
    rows = [{"item": f"I{n}", "target": 100, "actual": 10 * n} for n in range(4)]
    computed: dict[tuple[CellValue, ...], dict[str, Written]] = {
        (f"I{n}",): {"attainment": n / 10, "due": 100} for n in range(4)
    }
    wanted = TablePatch("tblScore", ("item",), rows, computed=computed)  # type: ignore[arg-type]  # values of cells
    report = book.write([wanted], [], book.read().fingerprint)
    assert report.problems == ()
    xml = parts(book.path)[SHEET].decode()
    assert '<f>IF(I8="",NA(),I8/$G$5)</f><v>0.3</v>' in xml
    assert xml.count('tblScore[[#This Row],[Target]]=""') == 4
    found = table(book, "tblScore").rows
    assert [(r.value("attainment"), r.cells["attainment"].formula) for r in found] == [
        (0.0, True), (0.1, True), (0.2, True), (0.3, True),
    ]  # fmt: skip
    assert [r.value("due") for r in found] == [100.0] * 4


def test_a_new_row_keeps_the_look_of_its_columns_where_there_is_no_value(tmp_path: Path) -> None:
    """An unknown day of a new row is an empty cell in the column's style, not none at all."""
    book = port(build(tmp_path / "book.xlsx", "manager", "en"))
    key = ("period", "region", "scope", "metric")
    rows: Rows = [
        {"period": "2026-10", "region": "US", "scope": scope, "metric": "orders", "facts": facts}
        for scope, facts in (("US", "a"), ("AMZ-US", None))
    ]
    book.write([wanted_rows("tblActual", key, rows)], [], book.read().fingerprint)
    place = MANAGER_PLACES["tblActual"]
    letter, row = letters(place.offset("facts") + 1), place.row + 2  # letters count from one
    xml = next(p.decode() for p in parts(book.path).values() if b">AMZ-US<" in p and b"<c " in p)
    style = re.search(rf'<c r="{letter}{row}" s="(\d+)"', xml)
    assert style is not None
    assert f'<c r="{letter}{row + 1}" s="{style[1]}"/>' in xml


def test_a_template_row_with_formulas_gets_their_results_when_it_is_filled(tmp_path: Path) -> None:
    """The first row of a new table is empty but for its formulas; the first write fills it."""
    book = _score_book(tmp_path, count=1)
    emptied = TablePatch("tblScore", ("item",), [], prune=True)
    book.write([emptied], [], book.read().fingerprint)
    rows = [{"item": f"N{n}", "target": 100, "actual": 10 + n} for n in range(2)]
    computed: dict[tuple[CellValue, ...], dict[str, Written]] = {
        (f"N{n}",): {"attainment": (10 + n) / 100, "due": 100} for n in range(2)
    }
    wanted = TablePatch("tblScore", ("item",), rows, computed=computed)  # type: ignore[arg-type]  # values of cells
    assert not book.write([wanted], [], book.read().fingerprint).problems
    found = table(book, "tblScore").rows
    assert [(r.number, r.value("due"), r.value("attainment")) for r in found] == [
        (5, 100.0, 0.1), (6, 100.0, 0.11),
    ]  # fmt: skip


def test_a_formula_in_a_service_cell_is_reported_and_kept(tmp_path: Path) -> None:
    def type_over(_: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write_formula("E6", "=1+1", None, 2)

    book = breach_book(tmp_path, extra=type_over)
    report = patch(book, [{"no": "B1", "actual": 9}, {"no": "B2", "actual": 9}], prune=False)
    assert seen(book)["B2"] == (6, 2.0)
    assert [(p.code, p.place.cell) for p in report.problems] == [("typed_over", "E6")]


def test_an_unknown_value_saved_by_libreoffice_is_no_formula_of_a_person(tmp_path: Path) -> None:
    """LibreOffice saves a plain #N/A as the formula =#N/A; the next value takes its place."""
    book = breach_book(tmp_path)
    package = open_package(book.path.read_bytes(), "x")
    xml = package.read(SHEET)
    saved = re.sub(
        rb'(<c r="E6"[^>]*)><v>2</v></c>',
        rb'\1 t="e"><f aca="false">#N/A</f><v>#N/A</v></c>',
        xml,
    )
    assert saved != xml
    book.path.write_bytes(b"".join(rebuilt(package, {SHEET: saved})))
    assert not table(book).rows[1].cells["actual"].formula
    report = patch(book, [{"no": "B2", "actual": 9}], prune=False)
    assert (seen(book)["B2"], report.problems) == ((6, 9.0), ())


def test_a_typed_over_formula_is_reported_and_kept(tmp_path: Path) -> None:
    book = _score_book(tmp_path)
    data = parts(book.path)[SHEET]
    package = open_package(book.path.read_bytes(), "x")
    at = table(book, "tblScore").rows[0].cells["attainment"].address
    typed = re.sub(rb'(<c r="%b"[^>]*>)<f>.*?</f><v>0</v>' % at.encode(), rb"\1<v>0.77</v>", data)
    assert typed != data
    book.path.write_bytes(b"".join(rebuilt(package, {SHEET: typed})))
    wanted = TablePatch("tblScore", ("item",), [{"item": "I0"}, {"item": "I1"}],
                        computed={("I0",): {"attainment": 0.5}})  # fmt: skip
    report = book.write([wanted], [], book.read().fingerprint)
    assert [(p.code, p.place.cell) for p in report.problems] == [("formula_gone", at)]
    assert table(book, "tblScore").rows[0].value("attainment") == 0.77


def test_the_managers_rows_are_never_made(tmp_path: Path) -> None:
    path = make_book(
        tmp_path / "shop.xlsx", {"tblShop": [{"shop": "AMZ-DE", "platform": "amazon"}]}
    )
    book = port(path)
    rows: Rows = [{"shop": "AMZ-DE", "net_sales": 5.5}, {"shop": "AMZ-XX", "net_sales": 1}]
    report = book.write([wanted_rows("tblShop", ("shop",), rows)], [], book.read().fingerprint)
    assert [p.code for p in report.problems] == ["key_not_found"]
    assert [r.value("net_sales") for r in table(book, "tblShop").rows] == [5.5]
    wrong = TablePatch("tblShop", ("shop",), [{"shop": "AMZ-DE", "platform": "x"}])
    fingerprint = book.read().fingerprint
    with pytest.raises(TableRefusedError, match="platform"):
        book.write([wrong], [], fingerprint)


def test_keys_typed_as_numbers_and_doubled_keys(tmp_path: Path) -> None:
    path = make_book(tmp_path / "p.xlsx", {"tblProduct": [
        {"sku": 12345, "market": "US", "start": date(2026, 1, 1)},
        {"sku": "12345", "market": "US", "start": date(2026, 1, 1)},
    ]})  # fmt: skip
    book = port(path)
    rows: Rows = [{"sku": "12345", "market": "US", "start": date(2026, 1, 1), "name": "Lamp"}]
    wanted = wanted_rows("tblProduct", ("sku", "market", "start"), rows)
    report = book.write([wanted], [], book.read().fingerprint)
    assert [p.code for p in report.problems] == ["duplicate_key"]
    assert [r.value("name") for r in table(book, "tblProduct").rows] == ["Lamp", None]


def test_names_are_read_and_written(tmp_path: Path) -> None:
    book = breach_book(tmp_path, extra=_decorate)
    contents = book.read()
    assert contents.names == {"stamp": None}
    when = datetime(2026, 10, 22, 9, 2)  # noqa: DTZ001 - cells know no zone
    report = book.write([], [NamePatch("stamp", when), NamePatch("gone", 1)], contents.fingerprint)
    assert [p.code for p in report.problems] == ["not_in_book"]
    assert book.read().names["stamp"] == pytest.approx(46317.376388888)


def test_the_previous_file_is_kept_with_mode_and_place(tmp_path: Path) -> None:
    book = breach_book(tmp_path)
    book.path.chmod(0o640)
    before = book.path.read_bytes()
    report = patch(book, MANY)
    assert report.backup == str(tmp_path / ".linkstar" / "book.backup.xlsx")
    assert Path(report.backup).read_bytes() == before
    assert book.path.stat().st_mode & 0o777 == 0o640
    elsewhere = XlsxPort(book.path, recalculate="never", backups=tmp_path / "kept")
    elsewhere.write([TablePatch("tblBreach", ("no",), [])], [], elsewhere.read().fingerprint)
    assert (tmp_path / "kept" / "book.backup.xlsx").exists()


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty.xlsx"
    book = xlsxwriter.Workbook(str(empty))
    book.add_worksheet()
    book.close()
    assert [p.code for p in port(empty).read().problems] == ["no_tables"]
    with pytest.raises(KpiError, match="cannot be read"):
        port(tmp_path / "nowhere.xlsx").read()


KEYS = st.lists(st.sampled_from([f"K{n}" for n in range(12)]), unique=True, max_size=12)


@given(st.lists(st.tuples(KEYS, st.booleans()), min_size=1, max_size=5), st.sets(st.integers(0, 3)))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_course_of_patches_holds_the_laws(
    tmp_path: Path, course: list[tuple[list[str], bool]], noted: set[int]
) -> None:
    """Keys asked for are there once with their values; a person's notes never move or vanish."""
    rows = [
        {"no": f"K{n}", "actual": n, **({"action": f"note {n}"} if n in noted else {})}
        for n in range(4)
    ]
    book = breach_book(tmp_path, rows)
    notes = {f"{NOTE}{5 + n}": f"note {n}" for n in noted}
    present = {f"K{n}" for n in range(4)}
    for turn, (keys, prune) in enumerate(course, 1):
        patch(book, [{"no": k, "actual": 100 * turn} for k in keys], prune=prune)
        found = table(book)
        held = [r.value("no") for r in found.rows]
        present = set(keys) if prune else present | set(keys)
        assert len(held) == len(set(held))
        assert {k for k in held if k} == present
        assert all(r.value("actual") == 100.0 * turn for r in found.rows if r.value("no") in keys)
        shown = values(book.path, TAB)
        assert {a: v for a, v in shown.items() if re.fullmatch(NOTE + r"([5-9]|\d\d)", a)} == notes
        _agrees_with_calamine(book.path, shown)


def _agrees_with_calamine(path: Path, shown: dict[str, object]) -> None:
    """A second reader sees the same numbers and texts below the header."""
    sheet = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(path.read_bytes())
    ).get_sheet_by_index(0)
    lines = sheet.to_python(skip_empty_area=False)
    for at, value in shown.items():
        place = position(at)
        if place and place[1] in (1, column("tblBreach", "actual"), column("tblBreach", "action")):
            assert lines[place[0] - 1][place[1] - 1] == value, at
