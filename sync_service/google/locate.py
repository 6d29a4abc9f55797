"""Our tables in a spreadsheet: by developer metadata, by named range, else by their headers.

Metadata moves with inserted and deleted columns and survives renamed headers; a named range knows
the rows; and where both are gone (a tab that was copied in), the headers alone tell a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from kpi.errors import Level, Place, Problem
from sheet_templates.layout import NAMES, TABLES, Owner, TableLayout
from sync_service.google.cells import NA
from sync_service.google.spreadsheet import GoogleTab, Marked, Span, Spreadsheet
from sync_service.workbooks.areas import address
from sync_service.workbooks.grids import Grid
from sync_service.workbooks.port import Written
from sync_service.workbooks.reading import codes_of, language_of_headers
from sync_service.workbooks.sent import DATED, SentBook
from sync_service.workbooks.serials import from_serial

SPARK = "spark"  # kind of a column of small charts
ENOUGH = 0.8  # of a layout's columns must be there to know a table by its headers alone
LOOKED_AT = 10  # rows under headers that tell a table from a page that shows one
NAME_OWNERS = {name.code: name.owner for name in NAMES}


@dataclass(frozen=True, slots=True)
class Located:
    """A table where it stands now, with what stands in it."""

    grid: Grid
    span: Span  # headers and the rows it may use
    marked: Mapping[str, Marked]  # code -> its column, where metadata tells
    room: frozenset[int]  # data rows beyond the used ones that hold their formulas already
    notes: Mapping[int, str]  # data row -> what people noted on it

    @property
    def left(self) -> int:
        """The first column, from 0."""
        return self.span.left

    def row(self, n: int) -> int:
        """The row of the tab, from 0, of a data row."""
        return self.span.top + 1 + n

    def column(self, code: str) -> int | None:
        """The column of the tab, from 0, of a layout's column."""
        codes = self.grid.codes
        return self.span.left + codes.index(code) if code in codes else None


@dataclass(frozen=True, slots=True)
class NameCell:
    """The single cell of a defined name."""

    span: Span
    formula: bool


@dataclass(frozen=True, slots=True)
class GoogleBook:
    """The tables and names of a spreadsheet as they were read."""

    sheet: Spreadsheet
    tables: Mapping[str, Located]
    names: Mapping[str, NameCell]
    sent: SentBook
    problems: tuple[Problem, ...]

    @property
    def stable(self) -> SentBook:
        """What the fingerprint is of: names that formulas give follow from the rest."""
        return self.of(self.sent)

    def of(self, sent: SentBook) -> SentBook:
        """Another state of the same book, without the names that formulas give."""
        kept = {
            name: value
            for name, value in sent.names.items()
            if NAME_OWNERS[name] is not Owner.FORMULA and not self.names[name].formula
        }
        return replace(sent, names=kept)


def located(sheet: Spreadsheet) -> GoogleBook:
    """Everything of the layout that a spreadsheet holds."""
    spans = {name: span for name in TABLES if (span := _find(sheet, TABLES[name])) is not None}
    tables: dict[str, Located] = {}
    problems: list[Problem] = []
    for name, span in spans.items():
        tables[name] = _table(sheet, TABLES[name], span, _others(spans, name))
        if name not in sheet.named:
            problems.append(_unnamed(tables[name]))
    names, values = {}, {}
    for name, span in sheet.named.items():
        if name in NAME_OWNERS and (span.bottom, span.right) == (span.top + 1, span.left + 1):
            cell = sheet.tabs[span.tab].cell(span.top, span.left)
            names[name] = NameCell(span, bool(cell.formula) and cell.formula != NA)
            values[name] = cell.value
    grids = {name: one.grid for name, one in tables.items()}
    language = language_of_headers(
        (header, grid.layout.column(code))
        for grid in grids.values()
        for header, code in zip(grid.headers, grid.codes, strict=True)
        if code is not None
    )
    return GoogleBook(sheet, tables, names, SentBook(grids, values, language), tuple(problems))


def _unnamed(one: Located) -> Problem:
    name, grid = one.grid.layout.name, one.grid
    return Problem(
        "table_renamed",
        Level.NOTE,
        Place(sheet=grid.sheet, cell=address(grid.top, grid.left), table=name),
        {
            "en": f"The named range {name} is gone; the table was found by its headers.",
            "zh": f"命名范围 {name} 已不存在；该表按表头找到。",
        },
        {
            "en": "Run `google upgrade` to set it again.",
            "zh": "运行 `google upgrade` 可恢复。",
        },
    )


# --- where a table is -----------------------------------------------------------------------------


def _find(sheet: Spreadsheet, layout: TableLayout) -> Span | None:
    """Headers and room of a table; None where it is not there."""
    named = sheet.named.get(layout.name)
    if named is not None:
        top = _header_row(sheet.tabs[named.tab], layout, named)
        if top is not None:
            return _stretched(sheet.tabs[named.tab], layout, replace(named, top=top))
    # A tab that has its metadata goes before one that only shows the same headers, as Today does.
    for tab in sorted(sheet.tabs.values(), key=lambda tab: not _marks_of(tab, layout)):
        marks = _marks_of(tab, layout)
        top = _row_of_headers(tab, layout, marks)
        if top is not None:
            columns = _columns_at(tab, layout, top, marks)
            around = Span(tab.id, top, min(columns), tab.rows, max(columns) + 1)
            return _stretched(tab, layout, around)
    return None


def _header_row(tab: GoogleTab, layout: TableLayout, span: Span) -> int | None:
    """The row of the headers in a named range: its first, or where people moved them."""
    marks = _marks_of(tab, layout)
    near: list[int] = [span.top, *range(max(0, span.top - 3), min(span.top + 4, tab.rows))]
    for top in near:
        columns = _columns_at(tab, layout, top, marks)
        if columns and _texts_fit(tab, layout, top, marks):
            return top
    return span.top if _all_renamed(tab, layout, span.top, marks) else None


def _all_renamed(
    tab: GoogleTab, layout: TableLayout, top: int, marks: Mapping[str, Marked]
) -> bool:
    """Whether a named range begins with a text of its own over each column of ours."""
    texts = [tab.text(top, one.column) for one in marks.values()]
    known = {column.code for column in layout.expected} <= marks.keys()
    return known and all(texts) and len(set(texts)) == len(texts)


def _texts_fit(tab: GoogleTab, layout: TableLayout, top: int, marks: Mapping[str, Marked]) -> bool:
    """Whether the key's columns are in a row, by header or by metadata over some text."""
    by_text = set(_by_text(tab, layout, top))
    by_mark = {code for code, one in marks.items() if tab.text(top, one.column)}
    return set(layout.key) <= by_text | by_mark and len(by_text) * 2 > len(layout.expected) // 2


def _row_of_headers(tab: GoogleTab, layout: TableLayout, marks: Mapping[str, Marked]) -> int | None:
    """The row that holds nearly all headers of a layout; with metadata half of them are enough."""
    if _known(layout).isdisjoint(tab.texts):
        return None
    wanted = len(layout.expected) * (ENOUGH if not marks else 0.5)
    for top in range(len(tab.cells)):
        found = _by_text(tab, layout, top)
        known = set(layout.key) <= found.keys() | marks.keys() and len(found) >= wanted
        if known and (marks or not _shown_only(tab, top, [found[code] for code in layout.key])):
            return top
    return None


def _shown_only(tab: GoogleTab, top: int, keys: list[int]) -> bool:
    """Whether formulas give all keys under a row of headers: a page that shows another table."""
    below = range(top + 1, min(top + 1 + LOOKED_AT, len(tab.cells)))
    cells = [tab.cell(row, at) for row in below for at in keys]
    filled = [cell for cell in cells if cell.formula or cell.value is not None]
    return bool(filled) and all(cell.formula for cell in filled)


def _by_text(tab: GoogleTab, layout: TableLayout, top: int) -> Mapping[str, int]:
    """Code -> column, by the texts of a row."""
    line = tab.cells[top] if top < len(tab.cells) else ()
    if _known(layout).isdisjoint(cell.value for cell in line if isinstance(cell.value, str)):
        return {}  # nearly every row: its texts are no headers of this table
    others = _foreign(tab, layout)
    texts = tuple(
        cell.value if isinstance(cell.value, str) and at not in others else ""
        for at, cell in enumerate(line)
    )
    return {code: at for at, code in enumerate(codes_of(layout, texts)) if code is not None}


def _foreign(tab: GoogleTab, layout: TableLayout) -> set[int]:
    """Columns that metadata gives to other tables of the tab, and not to this one."""
    mine = {one.column for one in _marks_of(tab, layout).values()}
    return {one.column for one in tab.marked.values()} - mine


@cache
def _known(layout: TableLayout) -> frozenset[str]:
    """The headers of a layout as templates have them; a row of headers has one of them at least."""
    return frozenset(text for column in layout.columns for text in (column.zh, column.en))


def _marks_of(tab: GoogleTab, layout: TableLayout) -> Mapping[str, Marked]:
    known = {column.code for column in layout.columns}
    found = (
        (value.partition(".")[2], one)
        for value, one in tab.marked.items()
        if value.partition(".")[0] == layout.name
    )
    return {code: one for code, one in found if code in known}


def _columns_at(
    tab: GoogleTab, layout: TableLayout, top: int, marks: Mapping[str, Marked]
) -> list[int]:
    return sorted({*_by_text(tab, layout, top).values(), *(one.column for one in marks.values())})


def _stretched(tab: GoogleTab, layout: TableLayout, span: Span) -> Span:
    """The span with the columns that people added at its sides: headers without a gap."""
    marks = _marks_of(tab, layout)
    columns = _columns_at(tab, layout, span.top, marks)
    inside = [at for at in columns if span.left <= at < span.right] or columns
    left, right = min(span.left, *inside), max(span.right, max(inside) + 1)
    foreign = _foreign(tab, layout)
    while left > 0 and left - 1 not in foreign and tab.text(span.top, left - 1):
        left -= 1
    while right < tab.columns and right not in foreign and tab.text(span.top, right):
        right += 1
    return Span(tab.id, span.top, left, span.bottom, right)


def _others(spans: Mapping[str, Span], name: str) -> list[Span]:
    """Tables on the same tab that share a column."""
    mine = spans[name]
    return [
        one
        for other, one in spans.items()
        if other != name and one.tab == mine.tab and one.left < mine.right > mine.left < one.right
    ]


# --- what stands in it ----------------------------------------------------------------------------


def _table(sheet: Spreadsheet, layout: TableLayout, span: Span, others: list[Span]) -> Located:
    """The cells of a table, down to the last row that somebody or the service filled."""
    tab = sheet.tabs[span.tab]
    marks = _marks_of(tab, layout)
    headers = tuple(_headers(tab, layout, span, marks))
    grid = Grid(layout, tab.title, span.top + 1, span.left + 1, headers, ())
    bottom = _bottom(tab, span, others)
    count = max(1, _used(grid, tab, span, bottom))
    kinds = ["" if code is None else layout.column(code).kind for code in grid.codes]
    rows = tuple(
        tuple(_read(tab.cell(row, at).value, kind) for at, kind in enumerate(kinds, span.left))
        for row in range(span.top + 1, span.top + 1 + count)
    )
    formulas = frozenset(_formulas(grid, tab, span, count))
    notes = dict(_notes(tab, span, count, len(headers)))
    made = replace(grid, rows=rows, formulas=formulas, noted=frozenset(notes))
    room = frozenset(_filled_room(grid, tab, span, count, bottom))
    return Located(made, replace(span, bottom=bottom), marks, room, notes)


def _headers(
    tab: GoogleTab, layout: TableLayout, span: Span, marks: Mapping[str, Marked]
) -> Iterator[str]:
    """Header texts; a column that metadata knows and people renamed keeps its layout's header."""
    texts = [tab.text(span.top, at) for at in range(span.left, span.right)]
    read = codes_of(layout, tuple(texts))
    renamed = {one.column: code for code, one in marks.items() if code not in read}
    for at, (text, code) in enumerate(zip(texts, read, strict=True), span.left):
        known = code is None and at in renamed
        yield layout.column(renamed[at]).en if known else text


def _bottom(tab: GoogleTab, span: Span, others: list[Span]) -> int:
    """The end of the rows that a table may use; what people typed right below belongs to it."""
    limit = min((one.top for one in others if one.top > span.top), default=tab.rows)
    bottom = min(max(span.bottom, span.top + 2), limit)
    while bottom < limit and any(
        tab.cell(bottom, at).value is not None for at in range(span.left, span.right)
    ):
        bottom += 1
    return bottom


def _used(grid: Grid, tab: GoogleTab, span: Span, bottom: int) -> int:
    """Data rows up to the last one that holds more than the formulas of its columns."""
    columns = [
        span.left + at
        for at, code in enumerate(grid.codes)
        if code is None or code in grid.layout.key or not is_filled(grid, code)
    ]
    last = min(bottom, len(tab.cells))
    while last > span.top + 1:
        cells = (tab.cell(last - 1, at) for at in columns)
        if any(cell.value is not None or cell.note for cell in cells):
            break
        last -= 1
    return last - span.top - 1


def _read(value: Written, kind: str) -> Written:
    """A value of a column; a small chart is drawn by its formula and has none."""
    if kind == SPARK:
        return None
    return (
        from_serial(value, date1904=False) if kind in DATED and isinstance(value, float) else value
    )


def is_filled(grid: Grid, code: str | None) -> bool:
    """Whether a column holds formulas of ours: the layout's, or small charts."""
    if code is None:
        return False
    column = grid.layout.column(code)
    return column.owner is Owner.FORMULA or column.kind == SPARK


def _formulas(grid: Grid, tab: GoogleTab, span: Span, count: int) -> Iterator[tuple[int, int]]:
    """Cells with a person's formula: outside the formula columns, and not our own #N/A."""
    service = [c is not None and grid.layout.column(c).owner is Owner.SERVICE for c in grid.codes]
    filled = [is_filled(grid, code) for code in grid.codes]
    for n in range(count):
        for at, ours in enumerate(service):
            text = tab.cell(span.top + 1 + n, span.left + at).formula
            if text and not filled[at] and not (ours and text == NA):
                yield n, at


def _notes(tab: GoogleTab, span: Span, count: int, width: int) -> Iterator[tuple[int, str]]:
    for n in range(count):
        texts = [tab.cell(span.top + 1 + n, span.left + at).note for at in range(width)]
        if any(texts):
            yield n, "\n".join(filter(None, texts))


def _filled_room(grid: Grid, tab: GoogleTab, span: Span, count: int, bottom: int) -> Iterator[int]:
    """Rows below the used ones whose formula columns hold their formulas."""
    columns = [span.left + at for at, code in enumerate(grid.codes) if is_filled(grid, code)]
    for row in range(span.top + 1 + count, min(bottom, len(tab.cells))):
        if all(tab.cell(row, at).formula for at in columns):
            yield row - span.top - 1
