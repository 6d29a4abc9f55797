"""After the cells: dependents, chart caches, calcChain; then the new package, checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kpi.errors import Level, Place, Problem
from sync_service.workbooks.areas import Area
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.calculation import calculate_on_load, leave_chain
from sync_service.workbooks.charts import refresh_charts
from sync_service.workbooks.dependents import FormulaCell, Touched, dependents
from sync_service.workbooks.markup import from_utf8, well_formed
from sync_service.workbooks.package import Chunk, rebuilt, verify_copy
from sync_service.workbooks.pen import SheetEdits, SheetPen, apply_edits
from sync_service.workbooks.pivots import stale_pivots
from sync_service.workbooks.recalculate import NoOfficeError, Values, recalculated
from sync_service.workbooks.refusals import UnverifiedError
from sync_service.workbooks.resizing import Resize, changed_range
from sync_service.workbooks.values import Cached

# Calls of sheet functions, which LibreOffice does not know: `_xldudf_KPI_SCORE(`, `KPI_SCORE(`.
_FOREIGN = re.compile(r"(?i)_xldudf_|\bKPI_[A-Z]+\(")
_FOREIGN_BYTES = re.compile(_FOREIGN.pattern.encode())
_FOREIGN_CELL = re.compile(rb"<f>[^<]*(?:%b)[^<]*</f>(?=<v>)" % rb"(?i:_xldudf_|\bKPI_[A-Z]+\()")


@dataclass(slots=True)
class Work:
    """What a write has done so far."""

    book: Book
    touched: Touched = field(default_factory=Touched)
    computed: dict[str, set[tuple[int, int]]] = field(default_factory=dict)  # part -> cells
    renewed: dict[str, set[tuple[int, int]]] = field(default_factory=dict)  # formulas with new text
    gone: dict[str, set[tuple[int, int]]] = field(default_factory=dict)  # sheetId -> cells
    written: int = 0
    kept: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, sheet: SheetPart, pen: SheetPen) -> None:
        """Take over what a pen did."""
        self.written += pen.written
        self.kept += pen.kept
        if pen.touched:
            self.touched.add(sheet.title, pen.touched)
        if pen.formulas_gone:
            self.gone.setdefault(sheet.index, set()).update(pen.formulas_gone)


def edit_sheet(work: Work, sheet: SheetPart, edits: SheetEdits, reason: str) -> None:
    """Patch the cells of one sheet."""
    work.count(sheet, apply_edits(work.book, sheet, edits, reason))


def finish(work: Work, recalculate: str, resizes: Sequence[Resize] = ()) -> None:
    """Bring everything that hangs on the written cells up to date."""
    if not work.book.changed:
        return
    found = dependents(work.book, work.touched, work.renewed)
    stale = [f for f in found if not _is_computed(work, f)]
    if stale:
        _refresh_values(work, stale, recalculate)
    change = None
    if resizes:
        change = lambda span: changed_range(resizes, span)  # noqa: E731 - a closure, once
    refresh_charts(work.book, work.touched, change)
    work.problems += stale_pivots(work.book, work.touched)
    leave_chain(work.book, work.gone)


def _is_computed(work: Work, formula: FormulaCell) -> bool:
    return (formula.row, formula.column) in work.computed.get(formula.sheet.part, ())


def _refresh_values(work: Work, stale: list[FormulaCell], recalculate: str) -> None:
    """Cached values of dependents: calculated by LibreOffice, or dropped."""
    foreign = [f for f in stale if _is_foreign(f)]
    _recache(work, foreign, {})  # first, or LibreOffice would calculate with their old values
    native = [f for f in stale if not _is_foreign(f)]
    values, reason = _calculated(work, native, recalculate)
    dropped = _recache(work, native, values) + len(foreign)
    if dropped:
        _on_load(work, dropped, reason or "LibreOffice does not know a function")


def _calculated(work: Work, stale: list[FormulaCell], recalculate: str) -> tuple[Values, str]:
    """What LibreOffice makes of these cells, or why there is nothing."""
    if not stale:
        return {}, ""
    if recalculate == "never":
        return {}, "recalculation is switched off"
    try:
        return recalculated(_office_copy(work), _ranges(stale)), ""
    except NoOfficeError as error:
        if recalculate == "always":
            raise
        return {}, str(error)


def _recache(work: Work, stale: list[FormulaCell], values: Values) -> int:
    """Write known values into the cells, take unknown ones out; gives how many went."""
    dropped = 0
    by_sheet: dict[str, tuple[SheetPart, SheetEdits]] = {}
    for formula in stale:
        _, edits = by_sheet.setdefault(formula.sheet.part, (formula.sheet, {}))
        covers = formula.covers
        for row in range(covers.top, covers.bottom + 1):
            for column in range(covers.left, covers.right + 1):
                place = (formula.sheet.title, row, column)
                dropped += place not in values
                cached = Cached(values.get(place), place in values)
                edits.setdefault(row, {})[column] = cached
    for sheet, edits in by_sheet.values():
        apply_edits(work.book, sheet, edits, "cached values of dependents")
    return dropped


def _is_foreign(formula: FormulaCell) -> bool:
    return _FOREIGN.search(formula.text) is not None


def _has_calls(book: Book, sheet: SheetPart) -> bool:
    return sheet.grid and _FOREIGN_BYTES.search(book.xml(sheet.part)) is not None


def _on_load(work: Work, dropped: int, reason: str) -> None:
    """Values were dropped: the next program calculates, but never where that would lose values.

    Full calculation on load turns a good cached value of an add-in function into #NAME? where the
    add-in is missing, so a workbook with such functions is left to calculate what it lacks.
    """
    foreign = any(_has_calls(work.book, s) for s in work.book.sheets)
    if not foreign:
        calculate_on_load(work.book)
    mend = "Open and save it in Excel once, or install LibreOffice."
    if foreign:
        mend = "Open it in Excel with the add-in and press Ctrl+Alt+F9, then save."
    work.problems.append(
        Problem(
            "values_dropped",
            Level.NOTE,
            Place(text=work.book.name),
            {
                "en": f"{dropped} dependent values were left out ({reason}).",
                "zh": f"{dropped} 个关联公式的缓存值已清除（{reason}）。",
            },
            {"en": mend, "zh": "用 Excel 打开并保存一次即可，或安装 LibreOffice。"},
        )
    )


def _ranges(stale: list[FormulaCell]) -> dict[str, list[Area]]:
    """The cells asked for, joined into vertical runs; sheets by title."""
    columns: dict[tuple[str, int], set[int]] = {}
    for formula in stale:
        covers = formula.covers
        for column in range(covers.left, covers.right + 1):
            lines = columns.setdefault((formula.sheet.title, column), set())
            lines.update(range(covers.top, covers.bottom + 1))
    found: dict[str, list[Area]] = {}
    for (title, column), lines in columns.items():
        for top, bottom in _runs(sorted(lines)):
            found.setdefault(title, []).append(Area(top, column, bottom, column))
    return found


def _runs(numbers: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _office_copy(work: Work) -> list[Chunk]:
    """The workbook for LibreOffice: add-in functions with a known value stand as that value."""
    book = work.book
    changed = changed_bytes(book)
    for sheet in book.sheets:
        if _has_calls(book, sheet):
            changed[sheet.part] = _FOREIGN_CELL.sub(b"", book.xml(sheet.part))
    return rebuilt(book.package, changed, level=1)


def changed_bytes(book: Book) -> dict[str, bytes | None]:
    """The changed parts in their own encoding."""
    return {
        part: None if xml is None else from_utf8(xml, book.encodings.get(part))
        for part, xml in book.changed.items()
    }


def verify(book: Book, data: bytes) -> int:
    """Prove a written file: parts, bytes, checksums, well-formed; gives how many are identical."""
    changed = changed_bytes(book)
    identical = verify_copy(book.package, data, changed)
    for part, xml in changed.items():
        fault = well_formed(xml) if xml is not None else None
        if fault:
            raise UnverifiedError(f"{part}: {fault}")
    return identical
