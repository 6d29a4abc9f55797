"""xlsx_patch: 19,000 cells of a 200,000-cell workbook with charts, sparklines, rules, notes.

The product's road is `XlsxPort.set`: lock, fingerprint, patch, dependents, chart caches,
temporary file, sync, verification, backup, rename. The limit is the least that any patch must
do: inflate the part, render the cells, deflate at the same level, copy the file's bytes.
"""

from __future__ import annotations

import hashlib
import importlib
import random
import shutil
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import python_calamine
import xlsxwriter

from bench.measuring import Bench, Contender, Measured, Ratio, measure, ratio
from sync_service.workbooks.finishing import Work, finish
from sync_service.workbooks.package import open_package
from sync_service.workbooks.setting import Assignment, set_cells
from sync_service.workbooks.xlsx import XlsxPort, new_file, read_file, sha256, writable_book

TABS = 10
COLUMNS = 40
ROWS = 500
SMALL_ROWS = 10
LEVEL = 3  # of the product, and so of the limit
COPIES = 8  # rounds and warm-up, with some to spare
Cells = list[tuple[int, int, float]]  # row and column from 1, value


def build(path: Path, rows: int) -> None:
    """The workbook of the workload, from random.Random(1)."""
    source = random.Random(1)
    book = xlsxwriter.Workbook(str(path))
    formats = [book.add_format({"num_format": f}) for f in ("0.00", "#,##0", "0.0%")]
    summary = book.add_worksheet("Summary")
    for tab in range(TABS):
        _tab(book, f"KPI{tab}", rows, source, formats)
        summary.write_formula(tab, 0, f"=SUM(KPI{tab}!C2:AN{rows + 1})", None, 1)
        summary.write_formula(tab, 1, f"=AVERAGE(KPI{tab}!C2:AN{rows + 1})", None, 1)
    book.close()


def _tab(
    book: xlsxwriter.Workbook,
    title: str,
    rows: int,
    source: random.Random,
    formats: list[xlsxwriter.format.Format],
) -> None:
    sheet = book.add_worksheet(title)
    sheet.write_row(0, 0, [f"Column {n}" for n in range(COLUMNS)])
    for row in range(1, rows + 1):
        sheet.write_string(row, 0, f"Item {row}")
        sheet.write_string(row, 1, f"Scope {row % 17}")
        for column in range(2, COLUMNS):
            sheet.write_number(row, column, source.uniform(0, 1e6), formats[column % len(formats)])
    sheet.conditional_format(1, 2, rows, 2, {"type": "3_color_scale"})
    bar = {"type": "data_bar", "bar_solid": True, "data_bar_2010": True}
    sheet.conditional_format(1, 3, rows, 3, bar)
    icons = {"type": "icon_set", "icon_style": "3_traffic_lights"}
    sheet.conditional_format(1, 4, rows, 4, icons)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, rows, COLUMNS - 1)
    sheet.data_validation(1, 1, rows, 1, {"validate": "list", "source": ["a", "b"]})
    sheet.add_sparkline(1, COLUMNS, {"range": f"{title}!C2:AN2"})
    chart = book.add_chart({"type": "line"})
    for column in range(2, 7):
        chart.add_series({"values": [title, 1, column, rows, column]})
    sheet.insert_chart(2, COLUMNS + 1, chart)
    sheet.write_comment(0, 0, "A note")
    sheet.insert_textbox(20, COLUMNS + 1, "A text box")


def new_cells(rows: int) -> Cells:
    """The 19,000 numbers that replace C2:AN501, from random.Random(5)."""
    source = random.Random(5)
    return [
        (row, column, source.uniform(0, 1e6))
        for row in range(2, rows + 2)
        for column in range(3, COLUMNS + 1)
    ]


def _wanted(rows: int, tabs: int) -> list[Assignment]:
    cells = new_cells(rows)
    return [Assignment(f"KPI{t}", r, c, v) for t in range(tabs) for r, c, v in cells]


def product(path: str, rows: int, tabs: int) -> Callable[[], object]:
    """XlsxPort.set, each time on a copy of its own: a file that is written already is no work."""
    source = Path(path)
    folder = Path(tempfile.mkdtemp(prefix="xlsx-patch-"))
    copies = [Path(shutil.copy(source, folder / f"book{n}.xlsx")) for n in range(COPIES)]
    wanted, fingerprint = _wanted(rows, tabs), sha256(source.read_bytes())

    def run() -> object:
        target = copies.pop()
        report = XlsxPort(target, recalculate="never").set(wanted, fingerprint)
        return {"path": str(target), "same": report.parts_identical}

    return run


def alone(path: str, rows: int, tabs: int) -> Callable[[], object]:
    """Read, patch, render, write: without verification, sync, backup and lock."""
    source, target = Path(path), Path(tempfile.mkdtemp(prefix="xlsx-patch-")) / "book.xlsx"
    wanted = _wanted(rows, tabs)

    def run() -> object:
        book = writable_book(read_file(source), source.name)
        work = Work(book)
        set_cells(work, wanted)
        finish(work, "never")
        with target.open("wb") as file:
            file.writelines(new_file(book))
        return {"path": str(target)}

    return run


def limit(path: str, rows: int, tabs: int) -> Callable[[], object]:
    """Inflate the parts, render the cells, deflate at the same level, copy the file's bytes."""
    source, target = Path(path), Path(tempfile.mkdtemp(prefix="xlsx-patch-")) / "bytes"
    cells = new_cells(rows)
    with zipfile.ZipFile(source) as package:
        parts = [package.getinfo(f"xl/worksheets/sheet{t + 2}.xml") for t in range(tabs)]
        packed = [
            source.read_bytes()[p.header_offset + 30 + len(p.filename) :][: p.compress_size]
            for p in parts
        ]

    def run() -> object:
        for one in packed:
            zlib.decompressobj(-15).decompress(one)
            xml = b"".join(b'<c r="%d" s="1"><v>%b</v></c>' % (c, repr(v).encode())
                           for _, c, v in cells)  # fmt: skip
            zlib.compress(xml, LEVEL)
        target.write_bytes(source.read_bytes())
        return None

    return run


def with_openpyxl(path: str, rows: int, tabs: int) -> Callable[[], object]:
    """Load, set, save."""
    import openpyxl  # noqa: PLC0415 - a peer, which may be absent

    target = Path(tempfile.mkdtemp(prefix="xlsx-patch-")) / "book.xlsx"
    cells = new_cells(rows)

    def run() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path)
        for tab in range(tabs):
            sheet = book[f"KPI{tab}"]
            for row, column, value in cells:
                sheet.cell(row, column).value = value
        book.save(target)
        return {"path": str(target)}

    return run


def with_wolfxl(path: str, rows: int, tabs: int) -> Callable[[], object]:
    """Load for modifying, set, save."""
    wolfxl = importlib.import_module("wolfxl")  # a peer, which may be absent
    target = Path(tempfile.mkdtemp(prefix="xlsx-patch-")) / "book.xlsx"
    cells = new_cells(rows)

    def run() -> object:
        book = wolfxl.load_workbook(path, modify=True)
        for tab in range(tabs):
            sheet = book[f"KPI{tab}"]
            for row, column, value in cells:
                sheet.cell(row=row, column=column).value = value
        book.save(str(target))
        return {"path": str(target)}

    return run


def _faults(source: Path, measured: dict[str, Measured], rows: int, tabs: int) -> list[str]:
    """What is wrong with the product's files: other parts, values, cached values."""
    faults = []
    for name in ("product", "patch alone"):
        path = Path(measured[name].value["path"])
        allowed = {f"xl/worksheets/sheet{n}.xml" for n in range(1, tabs + 2)}
        allowed |= {f"xl/charts/chart{n + 1}.xml" for n in range(tabs)} | {"xl/workbook.xml"}
        faults += [f"{name}: {p} differs" for p in _differing(source, path) - allowed]
        sheets = python_calamine.CalamineWorkbook.from_path(str(path))
        for tab in range(tabs):
            lines = sheets.get_sheet_by_name(f"KPI{tab}").to_python(skip_empty_area=False)
            wrong = sum(lines[r - 1][c - 1] != v for r, c, v in new_cells(rows))
            faults += [f"{name}: {wrong} cells of KPI{tab} differ"] * bool(wrong)
        with zipfile.ZipFile(path) as package:
            summary = package.read("xl/worksheets/sheet1.xml")
        stale = summary.count(b"<v>1</v>")
        if stale != 2 * (TABS - tabs):
            faults.append(f"{name}: {stale} cached values of the summary are stale")
    return faults


def _differing(one: Path, other: Path) -> set[str]:
    """Parts whose compressed bytes differ, or that only one has."""
    found: list[dict[str, str]] = []
    for path in (one, other):
        package = open_package(path.read_bytes(), path.name)
        found.append({n: hashlib.sha256(package.raw(n)).hexdigest() for n in package.members})
    names = found[0].keys() | found[1].keys()
    return {n for n in names if found[0].get(n) != found[1].get(n)}


def _lost(source: Path, measured: Measured) -> str:
    """What a peer lost, in words."""
    if not measured.value:
        return ""
    path = Path(measured.value["path"])
    signs = {"sparklines": b"sparkline>", "x14 bars": b"x14:dataBar", "text boxes": b"txBox"}
    held = []
    for one in (source, path):
        with zipfile.ZipFile(one) as package:
            text = b"".join(package.read(n) for n in package.namelist() if n.endswith(".xml"))
        held.append({word for word, sign in signs.items() if sign in text})
    parts = len(_differing(source, path))
    lost = ", ".join(sorted(held[0] - held[1])) or "nothing of these"
    return f"{measured.contender.name}: {parts} parts differ; lost: {lost}"


def run(*, small: bool = False) -> Bench:
    """Measure one tab and all ten."""
    rows = SMALL_ROWS if small else ROWS
    folder = Path(tempfile.mkdtemp(prefix="xlsx-patch-"))
    source = folder / "source.xlsx"
    build(source, rows)
    one = _measured(source, rows, 1, peers=True, small=small)
    ten = _measured(source, rows, TABS, peers=False, small=small)
    faults = _faults(source, one, rows, 1) + _faults(source, ten, rows, TABS)
    product, patch, peer = one["product"], one["patch alone"], one["openpyxl"]
    base = one["limit"].peak_mb
    ratios = [
        Ratio("openpyxl / patch alone", ratio(peer, patch), 40, at_most=False),
        Ratio("openpyxl / product", ratio(peer, product), 20, at_most=False),
        Ratio("patch alone / limit", ratio(patch, one["limit"]), 2, at_most=True),
        Ratio("product / limit", ratio(product, one["limit"]), 4, at_most=True),
        Ratio("wolfxl / patch alone", ratio(one["wolfxl"], patch), 1, at_most=False),
        Ratio("memory above the limit's", product.peak_mb - base, 60, at_most=True, unit=" MB"),
        Ratio("ten tabs: patch alone / limit", ratio(ten["patch alone"], ten["limit"]), 2,
              at_most=True),
    ]  # fmt: skip
    remarks = [f"{product.value['same']} parts byte-identical, {source.stat().st_size:,} bytes"]
    remarks += [line for name in ("openpyxl", "wolfxl") if (line := _lost(source, one[name]))]
    measured = {**one, **{f"{name}, ten tabs": m for name, m in ten.items()}}
    return Bench("xlsx_patch", measured, ratios, remarks, faults, small)


def _measured(
    source: Path, rows: int, tabs: int, *, peers: bool, small: bool
) -> dict[str, Measured]:
    args = {"path": str(source), "rows": rows, "tabs": tabs}
    contenders = [
        Contender("product", "product", "bench.xlsx_patch:product", args),
        Contender("patch alone", "product", "bench.xlsx_patch:alone", args),
        Contender("limit", "limit", "bench.xlsx_patch:limit", args),
    ]
    if peers:
        made = "bench.xlsx_patch:with_"
        contenders.append(Contender("openpyxl", "peer", f"{made}openpyxl", args, "openpyxl"))
        contenders.append(Contender("wolfxl", "peer", f"{made}wolfxl", args, "wolfxl"))
    return measure(contenders, 1 if small else None, say=not small)
