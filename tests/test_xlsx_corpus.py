"""682 public workbooks: one free cell set in each, everything else byte for byte as it was."""

from __future__ import annotations

import functools
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import python_calamine

from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.finishing import Work, finish, verify
from sync_service.workbooks.package import Package, open_package
from sync_service.workbooks.refusals import CellRefusedError, DamagedBookError
from sync_service.workbooks.setting import Assignment, set_cells
from sync_service.workbooks.sheetxml import Grid, _odd_cells, _odd_rows, cells, grid, rows
from sync_service.workbooks.xlsx import new_file, sha256, writable_book
from tests.libreoffice import Office
from tests.paths import NO_SHARED, SHARED

pytestmark = pytest.mark.skipif(SHARED is None, reason=NO_SHARED)

WHOLE = 682
BROKEN = {"calamine-issue252.xlsx"}  # one stream is damaged: no program reads it, see below
PLACES = ((1, 1), (3, 3), (7, 2), (40, 30), (200, 50))  # the first free one is used
VALUE = 1234.5678


@functools.cache
def corpus() -> tuple[Path, ...]:
    assert SHARED is not None
    return tuple(sorted((SHARED / "corpus").glob("*.xlsx")))


def set_one(path: Path) -> tuple[Work, Assignment] | None:
    """The workbook with one free cell of its first grid set; None where it has no grid."""
    data = path.read_bytes()
    first = next((s for s in writable_book(data, path.name).sheets if s.grid), None)
    if first is None:
        return None
    for row, column in PLACES:
        work = Work(writable_book(data, path.name))
        one = Assignment(first.title, row, column, VALUE)
        try:
            set_cells(work, [one])
        except CellRefusedError:
            continue
        finish(work, "never")
        return work, one
    raise AssertionError(f"{path.name}: no free cell among {PLACES}")


def allowed(book: Book) -> set[str]:
    """Sheets (their cells and cached values), the workbook's calcPr, caches of charts."""
    return {s.part for s in book.sheets} | {book.workbook} | set(book.parts_of("chart+xml"))


def test_every_workbook_keeps_all_but_the_allowed_parts() -> None:
    files = corpus()
    assert len(files) == WHOLE
    refused, written = set(), 0
    for path in files:
        try:
            done = set_one(path)
        except DamagedBookError:
            refused.add(path.name)
            continue
        assert done is not None, path.name
        work, one = done
        out = b"".join(new_file(work.book))
        before, after = work.book.package, open_package(out, path.name)
        assert set(work.book.changed) <= allowed(work.book), path.name
        assert _differing(before, after) == set(work.book.changed), path.name
        _rest_of_the_sheet_is_equal(work, one)
        assert verify(work.book, out) == len(before.members) - len(work.book.changed)
        written += work.written
    assert refused == BROKEN
    assert written == WHOLE - len(BROKEN)


def test_the_one_refused_workbook_is_damaged_in_its_links(office: Office) -> None:
    """The stream of the workbook's relationships inflates to 699 bytes of garbled XML, not 697.

    Its checksum is wrong, so the tabs cannot be told: openpyxl and calamine stop, LibreOffice
    repairs it to one empty sheet. A write would lose the data for good, so the file is refused.
    """
    [name] = BROKEN
    path = next(p for p in corpus() if p.name == name)
    with pytest.raises(DamagedBookError, match=r"workbook\.xml\.rels: wrong length"):
        writable_book(path.read_bytes(), name)
    with pytest.raises(zipfile.BadZipFile, match=r"Bad CRC-32 .*workbook\.xml\.rels"):
        openpyxl.load_workbook(path)
    with pytest.raises(python_calamine.XmlError):
        python_calamine.CalamineWorkbook.from_path(str(path))
    assert office.calculate(path) == {"Sheet1": [[""]]}
    package = open_package(path.read_bytes(), name)
    sheet = package.read("xl/worksheets/sheet1.xml")
    assert sheet.count(b"<c ") > 0  # there is data that LibreOffice does not show


def _differing(before: Package, after: Package) -> set[str]:
    """Members whose compressed bytes, or whose order and dates, are not the same."""
    assert list(before.members) == list(after.members)
    found = set()
    for name, old in before.members.items():
        new = after.members[name]
        assert old.central[12:16] == new.central[12:16], f"{name}: date"
        if before.raw(name) != after.raw(name):
            found.add(name)
    return found


def _rest_of_the_sheet_is_equal(work: Work, one: Assignment) -> None:
    """All rows but the one (and rows with formulas, whose values may go), and all after them."""
    sheet = work.book.sheet(one.sheet)
    assert sheet is not None
    old, new = _source(work.book, sheet), grid(work.book.xml(sheet.part))
    before = {r.number: r for r in rows(old)}
    for row in rows(new):
        if row.number != one.row and b"<f" not in row.body and b":f" not in row.body:
            same = before[row.number]
            assert old.xml[same.start : same.end] == new.xml[row.start : row.end], work.book.name
    assert old.xml[old.end :] == new.xml[new.end :] or old.closed, work.book.name


def _source(book: Book, sheet: SheetPart) -> Grid:
    raw = book.package.read(sheet.part)
    return grid(raw.decode("utf-16").encode() if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else raw)


def _sheets() -> Iterator[tuple[str, bytes]]:
    for path in corpus():
        if path.name in BROKEN:
            continue
        book = writable_book(path.read_bytes(), path.name)
        for sheet in book.sheets:
            if sheet.grid:
                yield f"{path.name} {sheet.title}", book.xml(sheet.part)


def test_the_fast_scanner_sees_what_the_tokeniser_sees() -> None:
    for name, xml in _sheets():
        sheet = grid(xml)
        if len(xml) > 400_000:
            continue  # the tokeniser takes its time; the shapes of large sheets are no others
        fast, slow = rows(sheet), list(_odd_rows(sheet))
        assert [(r.number, r.start, r.end) for r in fast] == [
            (r.number, r.start, r.end) for r in slow
        ], name
        for row in fast:
            one, other = cells(sheet, row), list(_odd_cells(sheet, row))
            assert [(c.column, c.whole, c.style, c.kind, c.inner) for c in one] == [
                (c.column, c.whole, c.style, c.kind, c.inner) for c in other
            ], f"{name} row {row.number}"


@pytest.mark.filterwarnings("ignore")
def test_openpyxl_reads_the_cell_back(tmp_path: Path) -> None:
    """Every twelfth workbook, where openpyxl could read the original."""
    read = 0
    for path in corpus()[::12]:
        try:
            openpyxl.load_workbook(path)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            continue
        done = set_one(path)
        assert done is not None
        work, one = done
        target = tmp_path / path.name
        target.write_bytes(b"".join(new_file(work.book)))
        sheet = openpyxl.load_workbook(target)[one.sheet]
        shown = sheet.cell(one.row, one.column).value
        if isinstance(shown, datetime):  # the cell kept its date format
            assert shown.date() in (date(1903, 5, 18), date(1907, 5, 19)), path.name  # 1900, 1904
        else:
            assert shown == pytest.approx(VALUE), path.name
        read += 1
    assert read > 40


def test_libreoffice_opens_a_sample(tmp_path: Path, office: Office) -> None:
    assert _lost(corpus()[::17], tmp_path, office, set()) == []


@pytest.mark.prove
def test_libreoffice_opens_every_result_that_it_could_open_before(
    tmp_path: Path, office: Office, pytestconfig: pytest.Config
) -> None:
    """A campaign that was stopped goes on: results that opened are known by their hash."""
    cache = pytestconfig.cache
    assert cache is not None
    opened = set(cache.get("xlsx_corpus/opened", []))
    try:
        assert _lost(corpus(), tmp_path, office, opened) == []
    finally:
        cache.set("xlsx_corpus/opened", sorted(opened))


def _lost(files: tuple[Path, ...], folder: Path, office: Office, opened: set[str]) -> list[str]:
    """Files that LibreOffice could open before and cannot now; `opened` grows by good results."""
    lost = []
    for path in files:
        if path.name in BROKEN:
            continue
        done = set_one(path)
        assert done is not None
        target = folder / path.name
        target.write_bytes(b"".join(new_file(done[0].book)))
        mark = sha256(target.read_bytes())
        if mark in opened:
            continue
        if office.opens(target):
            opened.add(mark)
        elif office.opens(path):
            lost.append(path.name)
    return lost
