"""Formulas that a person wrote over a table's rows, when the table grows or shrinks.

As in Excel, a range over exactly the rows of a table follows them: `=SUM(E5:E7)` becomes
`=SUM(E5:E9)`. A formula inside the table follows only with a fixed last row, because `$E$5:E7` in
row 7 is a running total that belongs to its row. A range that ends with the table but starts
elsewhere cannot be known: it stays, and is reported, for its total would silently miss rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kpi.errors import Level, Place, Problem
from sync_service.workbooks.areas import Area, address
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.dependents import FormulaCell, formula_cells
from sync_service.workbooks.finishing import Work, edit_sheet
from sync_service.workbooks.formulas import Span, resized, shifted, spans
from sync_service.workbooks.markup import Splice, elements, escape_attribute, spliced, unescape
from sync_service.workbooks.pen import SheetEdits
from sync_service.workbooks.resizing import Resize, changed_range
from sync_service.workbooks.tableparts import tables
from sync_service.workbooks.values import Retold

_COLUMN_FORMULAS = (b"calculatedColumnFormula", b"totalsRowFormula")


@dataclass(frozen=True, slots=True)
class _Told:
    """A formula and the text that it should have."""

    cell: FormulaCell
    text: str


def follow_formulas(work: Work, resizes: Sequence[Resize]) -> None:
    """Give every formula over a table's rows its new range, or say which one misses rows."""
    for sheet in work.book.sheets:
        if not sheet.grid or not _may_reach(work.book.xml(sheet.part), resizes):
            continue
        told = [_Told(cell, _followed(cell, resizes)) for cell in formula_cells(work.book, sheet)]
        edits = _edits(told)
        if edits:
            places = {(row, column) for row, line in edits.items() for column in line}
            work.renewed.setdefault(sheet.part, set()).update(places)
            edit_sheet(work, sheet, edits, "formulas that follow a table")
        work.problems += _short(sheet, told, resizes)
    _follow_columns(work.book, resizes)


def _may_reach(xml: bytes, resizes: Sequence[Resize]) -> bool:
    """A quick look whether any range ends in a table's last row; shared formulas hide theirs."""
    lasts = b"|".join({b"%d" % r.table.last for r in resizes})
    return b"shared" in xml or bool(re.search(rb":\$?[A-Za-z]{1,3}\$?(?:%b)(?!\d)" % lasts, xml))


def _followed(cell: FormulaCell, resizes: Sequence[Resize]) -> str:
    """The formula's text after the resizes; one that fills several cells is left alone."""
    if cell.kind not in ("normal", "shared", "array") or cell.covers.top < cell.covers.bottom:
        return cell.text
    return resized(cell.text, cell.sheet.title, lambda span: _range_of(cell, span, resizes))


def _range_of(cell: FormulaCell, span: Span, resizes: Sequence[Resize]) -> Area | None:
    return None if _rows_own(cell, span, resizes) else changed_range(resizes, span)


def _rows_own(cell: FormulaCell, span: Span, resizes: Sequence[Resize]) -> bool:
    """A relative range of a formula inside the table moves with its row and not with the end."""
    return not span.fixed and any(
        r.table.sheet.part == cell.sheet.part
        and r.table.ref.left <= cell.column <= r.table.ref.right
        and r.table.first <= cell.row <= max(r.bottom, r.table.last)
        for r in resizes
    )


def _edits(told: Sequence[_Told]) -> SheetEdits:
    """New texts by cell; a shared formula stays shared only where its text still fits all."""
    edits: SheetEdits = {}
    group: list[_Told] = []
    for one in told:
        if one.cell.kind != "shared":
            if one.text != one.cell.text:
                edits.setdefault(one.cell.row, {})[one.cell.column] = Retold(one.text)
        else:
            group.append(one)
    for members in _shared_groups(group):
        if any(m.text != m.cell.text for m in members):
            _edit_group(members, edits)
    return edits


def _shared_groups(told: Sequence[_Told]) -> Iterator[list[_Told]]:
    groups: dict[str, list[_Told]] = {}
    for one in told:
        groups.setdefault(one.cell.group, []).append(one)
    yield from groups.values()


def _edit_group(members: Sequence[_Told], edits: SheetEdits) -> None:
    """The master's text where it gives every member its own, else each formula for itself."""
    master = members[0]
    fits = all(
        shifted(master.text, m.cell.row - master.cell.row, m.cell.column - master.cell.column)
        == m.text
        for m in members
    )
    for one in members[:1] if fits else members:
        edits.setdefault(one.cell.row, {})[one.cell.column] = Retold(one.text, alone=not fits)


def _short(sheet: SheetPart, told: Sequence[_Told], resizes: Sequence[Resize]) -> list[Problem]:
    """One finding a tab and table: the first formula that ends where the table ended, and count."""
    problems = []
    for resize in (r for r in resizes if r.bottom > r.table.last):
        short = [one.cell for one in told if _misses(one, resize, resizes)]
        if short:
            problems.append(_problem(sheet, short, resize))
    return problems


def _misses(one: _Told, resize: Resize, resizes: Sequence[Resize]) -> bool:
    table = resize.table
    return any(
        span.title.casefold() == table.sheet.title.casefold()
        and span.area.top < span.area.bottom == table.last
        and span.area.left <= table.ref.right
        and table.ref.left <= span.area.right
        and not _rows_own(one.cell, span, resizes)
        for span in spans(one.text, one.cell.sheet.title)
    )


def _problem(sheet: SheetPart, short: Sequence[FormulaCell], resize: Resize) -> Problem:
    first, table = short[0], resize.table
    at = address(first.row, first.column)
    more = len(short) - 1
    also = (f" (and {more} more on this tab)", f"（本页另有 {more} 处）") if more else ("", "")
    return Problem(
        "rows_missed",
        Level.WARNING,
        Place(sheet=sheet.title, cell=at, table=table.name),
        {
            "en": f"={first.text}{also[0]} ends in row {table.last}, but {table.name} now "
            f"reaches row {resize.bottom}.",
            "zh": f"={first.text}{also[1]} 止于第 {table.last} 行，而 {table.name} "
            f"已到第 {resize.bottom} 行。",
        },
        {
            "en": f"Use {table.name}[column] in the formula, or move its last row.",
            "zh": f"请在公式中改用 {table.name}[列名]，或调整末行。",
        },
    )


def _follow_columns(book: Book, resizes: Sequence[Resize]) -> None:
    """The formulas that tables fill into new rows; only a fixed last row is the same in each."""

    def fixed(span: Span) -> Area | None:
        return changed_range(resizes, span) if span.fixed else None

    for table in tables(book):
        xml, splices = book.xml(table.part), list[Splice]()
        for element in elements(xml, _COLUMN_FORMULAS):
            text = unescape(xml[element.inner : element.inner_end].decode())
            new = resized(text, table.sheet.title, fixed)
            if new != text:
                raw = escape_attribute(new).replace(b"&quot;", b'"')
                splices.append((element.inner, element.inner_end, raw))
        if splices:
            book.change(table.part, spliced(xml, splices), "column formulas that follow a table")
