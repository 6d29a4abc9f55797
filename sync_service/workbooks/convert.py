"""The cells of scoring of a workbook in another kind of formula, and nothing else of it.

Formula text alone changes, in the cells and in what a table fills into new rows; the value that a
cell shows stays, for every kind gives the same. A value is calculated anew only where a program
that lacks the functions left #NAME? or a broken link behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kpi.errors import Level, Place, Problem
from kpi.tables import ErrorValue
from sheet_templates.layout import Language
from sheet_templates.scoring_cells import BookCells, Scoring, SheetTable
from sheet_templates.scoring_kinds import KIND_NAMES, FormulaKind
from sync_service.workbooks.areas import address, letters
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.dependents import FormulaCell, formula_cells
from sync_service.workbooks.finishing import Work, finish
from sync_service.workbooks.markup import Splice, elements, escape_attribute, spliced, unescape
from sync_service.workbooks.pen import SheetEdits, apply_edits
from sync_service.workbooks.reading import Placed, language_of, name_places, place_tables
from sync_service.workbooks.refusals import RefusedBookError
from sync_service.workbooks.sheetxml import cells, grid, rows
from sync_service.workbooks.values import Retold, typed

_SLICES = {"tblContract", "tblMeaning", "tblRegion"}  # tables that only a slice has
_BROKEN = {"#NAME?", "#REF!"}  # what a program shows that has no such function
_REASON = "cells of scoring in another kind of formula"


@dataclass(slots=True)
class Converted:
    """What a conversion found and did."""

    cells: int = 0  # that hold another formula now
    kept: int = 0  # that were of this kind already
    own: list[str] = field(default_factory=list)  # places of formulas that are none of ours
    renewed: int = 0  # whose broken value was calculated anew or left out


def convert(work: Work, kind: FormulaKind, recalculate: str = "auto") -> Converted:
    """Write every cell of scoring in a kind.

    Raises:
        RefusedBookError: It is what a partner, person or investor gets, or no workbook of ours.
    """
    placed, _ = place_tables(work.book)
    _refuse(placed, kind)
    scoring = Scoring(book_cells(placed))
    done = Converted()
    edits: dict[str, SheetEdits] = {}
    for place in _told(work.book, placed, scoring, kind):
        _note(place, done, edits)
    broken: dict[str, set[tuple[int, int]]] = {}
    for sheet in work.book.sheets:
        if edits.get(sheet.part):
            found = _write(work, sheet, edits[sheet.part])
            if found:
                broken[sheet.part] = found
                _touch(work, sheet, found)
    _fill_down(work.book, placed, scoring, kind)
    work.problems += _problems(done)
    done.renewed = sum(map(len, broken.values()))
    if broken:
        work.renewed = broken
        finish(work, recalculate)
    return done


def book_cells(placed: Mapping[str, Placed]) -> BookCells:
    """The tables of a workbook where it has them now."""
    language: Language = "en" if language_of(placed) == "en" else "zh"
    return BookCells({name: _table(one) for name, one in placed.items()}, language)


def _table(one: Placed) -> SheetTable:
    found, left = one.found, one.found.ref.left
    known = [(code, n) for n, code in enumerate(one.codes) if code is not None]
    return SheetTable(
        found.name,
        found.sheet.title,
        found.first,
        {code: left + n for code, n in known},
        {code: found.columns[n].header for code, n in known},
    )


def _refuse(placed: Mapping[str, Placed], kind: FormulaKind) -> None:
    if not placed:
        raise RefusedBookError(
            "This workbook holds none of our tables, so there is nothing to convert. "
            "Name a workbook made with `init`.",
            "该工作簿中没有本系统的表，无可转换。请指定用 `init` 新建的工作簿。",
        )
    if placed.keys() & _SLICES and kind is not FormulaKind.NATIVE:
        raise RefusedBookError(
            "This is a partner's, person's or investor's sheet; it keeps native formulas, so that "
            "its reader need install nothing. Convert the manager's workbook instead.",
            "这是合作方、本人或投资人的工作簿，只用原生公式，收件人无需安装任何东西。"
            "请改为转换主管的工作簿。",
        )


@dataclass(frozen=True, slots=True)
class _Told:
    """A cell of scoring and its formula in the wanted kind; None where it is none of ours."""

    cell: FormulaCell
    text: str | None


def _told(
    book: Book, placed: Mapping[str, Placed], scoring: Scoring, kind: FormulaKind
) -> Iterator[_Told]:
    """Every cell of scoring that holds a formula."""
    found: dict[str, list[FormulaCell]] = {}

    def of(sheet: SheetPart) -> list[FormulaCell]:
        if sheet.part not in found:
            found[sheet.part] = list(formula_cells(book, sheet))
        return found[sheet.part]

    for table, code in scoring.columns():
        one = placed[table]
        column = one.column(code)
        for cell in of(one.found.sheet):
            if cell.column == column and one.found.first <= cell.row <= one.found.last:
                ours = scoring.told(table, code, cell.row, cell.text, kind)
                yield _Told(cell, ours if _plain(cell) else None)
    card = name_places(book).get("nmCardPerson")
    if card is not None and "tblScore" in placed:
        yield from _card(of(card[0]), scoring, kind)


def _plain(cell: FormulaCell) -> bool:
    """Whether the formula is a cell's own; an array's fills several."""
    return cell.kind in ("normal", "shared")


def _card(found: Iterable[FormulaCell], scoring: Scoring, kind: FormulaKind) -> Iterator[_Told]:
    """The total and the grade of the card; another formula there is not looked for."""
    total = None
    for cell in filter(_plain, found):
        text = None
        if total is None:
            text = scoring.told_total(cell.text, kind)
            total = f"${letters(cell.column)}${cell.row}" if text else None
        else:
            text = scoring.told_grade(cell.text, total, kind)
        if text is not None:
            yield _Told(cell, text)


def _note(one: _Told, done: Converted, edits: dict[str, SheetEdits]) -> None:
    cell = one.cell
    if one.text is None:
        done.own.append(f"{cell.sheet.title}!{address(cell.row, cell.column)}")
    elif one.text == cell.text:
        done.kept += 1
    else:
        done.cells += 1
        alone = cell.kind == "shared"
        edits.setdefault(cell.sheet.part, {}).setdefault(cell.row, {})[cell.column] = Retold(
            one.text, alone=alone
        )


def _write(work: Work, sheet: SheetPart, edits: SheetEdits) -> set[tuple[int, int]]:
    """Write the formulas; gives the cells whose value a program without the functions spoiled."""
    pen = apply_edits(work.book, sheet, edits, _REASON)
    work.written += pen.written
    found = grid(work.book.xml(sheet.part))
    return {
        (row.number, cell.column)
        for row in rows(found)
        if row.number in edits
        for cell in cells(found, row)
        if cell.column in edits[row.number] and _is_broken(typed(work.book, cell))
    }


def _is_broken(value: object) -> bool:
    return isinstance(value, ErrorValue) and value.text in _BROKEN


def _touch(work: Work, sheet: SheetPart, places: set[tuple[int, int]]) -> None:
    lines: dict[int, list[int]] = {}
    for row, column in sorted(places):
        lines.setdefault(row, []).append(column)
    work.touched.add(sheet.title, lines)


def _fill_down(
    book: Book, placed: Mapping[str, Placed], scoring: Scoring, kind: FormulaKind
) -> None:
    """What a table fills into new rows, where Excel took over one of our formulas for that."""
    for table, code in scoring.columns():
        one = placed[table]
        xml = book.xml(one.found.part)
        column = elements(xml, (b"tableColumn",))[one.codes.index(code)]
        splices: list[Splice] = []
        for element in elements(xml, (b"calculatedColumnFormula",), column.start, column.end):
            text = unescape(xml[element.inner : element.inner_end].decode())
            new = scoring.told(table, code, one.found.first, text, kind)
            if new is not None and new != text:
                raw = escape_attribute(new).replace(b"&quot;", b'"')
                splices.append((element.inner, element.inner_end, raw))
        if splices:
            book.change(one.found.part, spliced(xml, splices), _REASON)


def _problems(done: Converted) -> list[Problem]:
    """One finding for all formulas that are a person's own."""
    if not done.own:
        return []
    first, more = done.own[0], len(done.own) - 1
    sheet, _, cell = first.rpartition("!")
    also = (f" (and {more} more)", f"（另有 {more} 格）") if more else ("", "")
    return [
        Problem(
            "own_formula",
            Level.NOTE,
            Place(sheet=sheet, cell=cell),
            {
                "en": f"This formula is none of ours and was left as it is{also[0]}.",
                "zh": f"该公式不是本系统写的，未改动{also[1]}。",
            },
            {
                "en": "Copy the formula of a row above over it to have it converted.",
                "zh": "如需转换，请用上一行的公式覆盖后重试。",
            },
        )
    ]


def kind_name(kind: FormulaKind, language: Language) -> str:
    """A kind as a reader knows it."""
    return KIND_NAMES[kind][language]
