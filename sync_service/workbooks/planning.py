"""From a table patch to edits: rows by key, freed rows reused, growth into free cells only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from kpi.errors import Level, Place, Problem
from sheet_templates.layout import Owner
from sync_service.workbooks.areas import LAST_ROW, Area, address, areas
from sync_service.workbooks.book import Book
from sync_service.workbooks.formulas import shifted
from sync_service.workbooks.markup import elements
from sync_service.workbooks.pen import SheetEdits
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.reading import Placed, SheetRows
from sync_service.workbooks.refusals import TableRefusedError
from sync_service.workbooks.resizing import Resize
from sync_service.workbooks.sheetxml import RawCell, cells, grid
from sync_service.workbooks.tableparts import tables
from sync_service.workbooks.values import (
    Blank,
    Cached,
    Formula,
    Styled,
    Written,
    formula_of,
    typed,
)

Key = tuple[str, ...]


@dataclass(slots=True)
class TablePlan:
    """What one patch does to one table."""

    edits: SheetEdits = field(default_factory=dict)
    resize: Resize | None = None
    problems: list[Problem] = field(default_factory=list)
    computed: set[tuple[int, int]] = field(default_factory=set)  # formula cells with a known value

    def put(self, row: int, column: int, edit: object) -> None:
        """One edit of a cell."""
        self.edits.setdefault(row, {})[column] = edit  # type: ignore[assignment]  # Edit is a union


@dataclass(slots=True)
class _Rows:
    """The data rows of a table, by key."""

    cells: dict[int, dict[int, RawCell]] = field(default_factory=dict)
    by_key: dict[Key, int] = field(default_factory=dict)
    doubled: list[tuple[Key, int]] = field(default_factory=list)
    held: set[int] = field(default_factory=set)  # a person's text stands there
    empty: list[int] = field(default_factory=list)  # rows without a key


def key_text(value: Written) -> str:
    """A key's part in one form: 12345 typed as a number equals the text 12345."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else repr(float(value))
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value.text


def plan(book: Book, one: Placed, patch: TablePatch, scanned: SheetRows) -> TablePlan:
    """The edits of a patch, and the table's new last row."""
    _check_columns(one, patch)
    found, made = _scan(book, one, patch, scanned), TablePlan()
    ours = _owned(one, patch)
    wanted = {_key(patch, line): line for line in patch.rows}
    for key, row in found.doubled:
        made.problems.append(_problem(one, row, "duplicate_key", _DOUBLE, " · ".join(key)))
    fresh = _patch_known(one, found, made, wanted, ours)
    free = _free_rows(one, found, made, wanted, patch)
    _report_strangers(one, made, fresh)
    new_rows = _place_new(book, one, found, made, fresh if ours else {}, free=free)
    _fill_new(one, found, made, new_rows, patch)
    _cache_computed(one, found, made, {**found.by_key, **new_rows}, patch)
    if patch.prune and ours:
        _pull_in(one, found, made, free)
    return made


def _check_columns(one: Placed, patch: TablePatch) -> None:
    """A patch may hold the service's columns and its key, nothing else."""
    allowed = {*one.layout.owned_by(Owner.SERVICE), *patch.key}
    for line in patch.rows:
        for code in line.keys() - allowed:
            name = one.layout.name
            raise TableRefusedError(
                f"{name}: column {code} is not the service's to write. Patch only its columns.",
                f"{name}：列 {code} 不归服务写入。只能写入服务列。",
            )
    for code in patch.key:
        if one.column(code) is None:
            column = one.layout.column(code)
            raise TableRefusedError(
                f"{one.layout.name} lacks its key column {column.en}. Add it again.",
                f"{one.layout.name} 缺少键列 {column.zh}。请补回该列。",
            )


def _owned(one: Placed, patch: TablePatch) -> bool:
    """True when the service makes the rows of this table: all its key columns are the service's."""
    return all(one.layout.column(code).owner is Owner.SERVICE for code in patch.key)


def _key(patch: TablePatch, line: Mapping[str, Written]) -> Key:
    return tuple(key_text(line.get(code)) for code in patch.key)


def _scan(book: Book, one: Placed, patch: TablePatch, scanned: SheetRows) -> _Rows:
    table, found = one.found, _Rows()
    sheet = grid(book.xml(table.sheet.part))
    keys = [one.column(code) for code in patch.key]
    persons = _persons_columns(one)
    for raw in scanned.of(table.sheet):
        if table.first <= raw.number <= table.last:
            here = {c.column: c for c in cells(sheet, raw)}
            found.cells[raw.number] = here
            texts = ((c, here[c]) for c in persons if c in here)
            if any(_holds_text(book, one, found, raw.number, (c, t)) for c, t in texts):
                found.held.add(raw.number)
            key = tuple(key_text(typed(book, here[c])) if c in here else "" for c in keys if c)
            if not any(key):
                found.empty.append(raw.number)
            elif key in found.by_key:
                found.doubled.append((key, raw.number))
            else:
                found.by_key[key] = raw.number
    missing = set(range(table.first, table.last + 1)) - found.cells.keys()
    found.empty = sorted({*found.empty, *missing})
    return found


def _persons_columns(one: Placed) -> list[int]:
    """Columns that a person types in: the manager's, a partner's, and those the layout lacks."""
    left = one.found.ref.left
    return [
        left + at
        for at, code in enumerate(one.codes)
        if code is None or one.layout.column(code).owner in (Owner.MANAGER, Owner.PARTNER)
    ]


def _holds_text(
    book: Book, one: Placed, found: _Rows, row: int, place: tuple[int, RawCell]
) -> bool:
    """True for something typed; a formula filled down by the table is nobody's text."""
    column, cell = place
    if not cell.has_formula:
        return bool(cell.inner) and typed(book, cell) not in (None, "")
    if one.found.columns[column - one.found.ref.left].formula:
        return False
    return not _copied_down(cell, found.cells.get(row - 1, {}).get(column))


def _copied_down(cell: RawCell, above: RawCell | None) -> bool:
    formula, other = formula_of(cell), formula_of(above) if above else None
    if formula is None or other is None:
        return False
    shared = formula[0].get("t") == "shared" and formula[0].get("si") == other[0].get("si")
    return shared or formula[1] == shifted(other[1], 1)


_DOUBLE = (
    "the key {0} is there twice; the first row is used.",
    "键 {0} 重复，只更新第一行。",
    "Delete one of the rows.",
    "请删除其中一行。",
)
_STRANGER = (
    "no row has the key {0}; its values are not written.",
    "没有键为 {0} 的行，其数值未写入。",
    "Add the row, or remove it from what is scored.",
    "请添加该行，或从考核中去除。",
)
_NOTE_KEPT = (
    "{0} is gone; the row stays because a person wrote in it, without the service's values.",
    "{0} 已不存在；该行有人工内容，予以保留，服务数值已清空。",
    "Move the note, then clear it; the row is used again.",
    "请移走备注后清空，该行会被重新使用。",
)
_TYPED_OVER = (
    "column {0} of the service holds a formula that somebody typed; it is kept.",
    "服务列 {0} 被改写为公式，予以保留。",
    "Clear the cell to have the service's value again.",
    "清空该单元格即可恢复服务数值。",
)
_FORMULA_GONE = (
    "the formula of column {0} was typed over; the value is kept.",
    "公式列 {0} 被改写为数值，予以保留。",
    "Fill the formula down again to have it calculated.",
    "请重新向下填充公式。",
)


def _problem(
    one: Placed, row: int, code: str, texts: tuple[str, str, str, str], *about: str, column: int = 0
) -> Problem:
    at = address(row, column or one.found.ref.left)
    place = Place(sheet=one.found.sheet.title, cell=at, table=one.layout.name)
    what = {"en": texts[0].format(*about), "zh": texts[1].format(*about)}
    what["en"] = what["en"][:1].upper() + what["en"][1:]
    return Problem(
        code,
        Level.WARNING,
        place,
        {"en": what["en"], "zh": what["zh"]},
        {"en": texts[2], "zh": texts[3]},
    )


def _patch_known(
    one: Placed,
    found: _Rows,
    made: TablePlan,
    wanted: Mapping[Key, Mapping[str, Written]],
    ours: bool,
) -> dict[Key, Mapping[str, Written]]:
    """Values of rows that are there; gives back the lines that have no row yet."""
    columns = {c: at for c in one.layout.owned_by(Owner.SERVICE) if (at := one.column(c))}
    fresh = {}
    for key, line in wanted.items():
        row = found.by_key.get(key)
        if row is None:
            fresh[key] = line
            continue
        here, edits = found.cells[row], made.edits.setdefault(row, {})
        for code, value in line.items():
            at = columns.get(code)
            if at is None or (code in one.layout.key and not ours):
                continue
            cell = here.get(at)
            if cell is not None and cell.has_formula:
                made.problems.append(_typed_over(one, row, at, code))
            else:
                edits[at] = value
    return fresh


def _typed_over(one: Placed, row: int, column: int, code: str) -> Problem:
    header = one.layout.column(code).en
    return _problem(one, row, "typed_over", _TYPED_OVER, header, column=column)


def _report_strangers(
    one: Placed, made: TablePlan, fresh: Mapping[Key, Mapping[str, Written]]
) -> None:
    """A table whose rows are the manager's gets no row from the service."""
    if all(one.layout.column(c).owner is Owner.SERVICE for c in one.layout.key):
        return
    for key in fresh:
        about = " · ".join(key)
        made.problems.append(_problem(one, one.found.first, "key_not_found", _STRANGER, about))


def _free_rows(
    one: Placed,
    found: _Rows,
    made: TablePlan,
    wanted: Mapping[Key, object],
    patch: TablePatch,
) -> list[int]:
    """Empty the service's cells of rows that are gone; gives the rows that may be used again."""
    free = [row for row in found.empty if row not in found.held]
    if not patch.prune:
        return free
    for key, row in found.by_key.items():
        if key in wanted:
            continue
        _empty_row(one, found, made, row)
        if row not in found.held:
            free.append(row)
        elif _owned(one, patch):
            made.problems.append(_problem(one, row, "note_kept", _NOTE_KEPT, " · ".join(key)))
    return sorted(free)


def _empty_row(one: Placed, found: _Rows, made: TablePlan, row: int) -> None:
    for code in one.layout.owned_by(Owner.SERVICE):
        column = one.column(code)
        cell = found.cells[row].get(column) if column else None
        if column is None or cell is None or not cell.inner:
            continue
        if cell.has_formula:
            made.problems.append(_typed_over(one, row, column, code))
        else:
            made.put(row, column, None)


def _place_new(
    book: Book,
    one: Placed,
    found: _Rows,
    made: TablePlan,
    fresh: Mapping[Key, Mapping[str, Written]],
    *,
    free: list[int],
) -> dict[Key, int]:
    """Rows for new keys: freed ones from the top, then below the table."""
    below = one.found.last + 1
    lines = list(fresh.items())
    count = len(lines) - len(free)
    if count > 0:
        refuse_growth(book, one, count)
        made.resize = Resize(one.found, one.found.last + count)
    numbers = [*free[: len(lines)], *range(below, below + max(count, 0))]
    del free[: len(lines)]
    new_rows = {}
    for number, (key, line) in zip(numbers, lines, strict=True):
        new_rows[key] = number
        _fill_line(one, found, made, number, line)
    return new_rows


def _fill_line(
    one: Placed, found: _Rows, made: TablePlan, row: int, line: Mapping[str, Written]
) -> None:
    """One new line: its values, and the look of the last row in all other columns."""
    looks = found.cells.get(one.found.last, {})
    here = found.cells.get(row, {})
    left = one.found.ref.left
    for at, code in enumerate(one.codes):
        column = left + at
        style = looks[column].style if column in looks else 0
        cell = here.get(column)
        service = code is not None and one.layout.column(code).owner is Owner.SERVICE
        if service and cell is not None and cell.has_formula:
            made.problems.append(_typed_over(one, row, column, code or ""))
        elif service and code in line:
            made.put(row, column, Styled(line[code or ""], style))
        elif cell is None and column not in made.edits.get(row, {}):
            made.put(row, column, Blank(style))


def _fill_new(
    one: Placed, found: _Rows, made: TablePlan, new_rows: Mapping[Key, int], patch: TablePatch
) -> None:
    """Formulas of the columns that have one, in rows that lack them."""
    computed = {tuple(map(key_text, key)): line for key, line in patch.computed.items()}
    left = one.found.ref.left
    for at, code in enumerate(one.codes):
        column = left + at
        if code is not None and one.layout.column(code).owner is not Owner.FORMULA:
            continue
        source = _formula_source(found, one, column)
        if source is None:
            continue
        text, from_row, style = source
        for key, row in new_rows.items():
            cell = found.cells.get(row, {}).get(column)
            if cell is not None and cell.inner:
                continue
            line = computed.get(key, {})
            known = code is not None and code in line
            value = _result(line[code]) if known and code else None
            formula = Formula(shifted(text, row - from_row), value, known, style)
            made.put(row, column, formula)
            if known:
                made.computed.add((row, column))


def _result(value: Written) -> Written:
    """A formula cannot give an empty cell: it gives an empty text."""
    return "" if value is None else value


def _formula_source(found: _Rows, one: Placed, column: int) -> tuple[str, int, int] | None:
    """The formula to copy: of the lowest row that has one, else the table's own."""
    masters: dict[str, tuple[str, int]] = {}
    best: tuple[str, int, int] | None = None
    for row in sorted(found.cells):
        cell = found.cells[row].get(column)
        formula = formula_of(cell) if cell is not None and cell.has_formula else None
        if cell is None or formula is None:
            continue
        given, text = formula
        if given.get("t") == "shared":
            if text:
                masters[given.get("si", "")] = (text, row)
            elif given.get("si", "") in masters:
                master, master_row = masters[given.get("si", "")]
                text = shifted(master, row - master_row)
        if text:
            best = (text, row, cell.style)
    if best is not None:
        return best
    own = one.found.columns[column - one.found.ref.left].formula
    return (own, one.found.first, 0) if own else None


def _cache_computed(
    one: Placed, found: _Rows, made: TablePlan, rows: Mapping[Key, int], patch: TablePatch
) -> None:
    """Known results of formula cells that are there, in a reused row too."""
    for key, line in patch.computed.items():
        row = rows.get(tuple(map(key_text, key)))
        if row is None:
            continue
        for code, value in line.items():
            column = one.column(code)
            cell = found.cells.get(row, {}).get(column) if column else None
            if column is None or one.layout.column(code).owner is not Owner.FORMULA:
                continue
            if cell is not None and cell.has_formula:
                made.put(row, column, Cached(_result(value)))
                made.computed.add((row, column))
            elif cell is not None and cell.inner:
                header = one.layout.column(code).en
                made.problems.append(
                    _problem(one, row, "formula_gone", _FORMULA_GONE, header, column=column)
                )


def _pull_in(one: Placed, found: _Rows, made: TablePlan, free: Sequence[int]) -> None:
    """Surplus rows at the end are emptied and leave the table; at least one row stays."""
    if made.resize is not None or one.found.totals_rows:
        return
    unused, bottom = set(free), one.found.last
    while bottom > one.found.first and bottom in unused and _may_go(found, bottom):
        bottom -= 1
    if bottom == one.found.last:
        return
    ref = one.found.ref
    for row in range(bottom + 1, one.found.last + 1):
        for column, cell in found.cells.get(row, {}).items():
            if ref.left <= column <= ref.right and cell.inner:
                made.put(row, column, None)
    made.resize = Resize(one.found, bottom)


def _may_go(found: _Rows, row: int) -> bool:
    """A row whose formulas own other cells stays: array ranges, masters of rows above."""
    for cell in found.cells.get(row, {}).values():
        formula = formula_of(cell) if cell.has_formula else None
        if formula and formula[0].get("t") in ("array", "dataTable"):
            return False
    return True


def refuse_growth(book: Book, one: Placed, count: int) -> None:
    """Raise where the cells below the table are not free; nothing is ever shifted."""
    table, ref = one.found, one.found.ref
    wanted = Area(table.last + 1, ref.left, table.last + count, ref.right)
    if table.totals_rows:
        raise _no_room(one, count, address(ref.bottom, ref.left), "the totals row", "汇总行")
    if wanted.bottom > LAST_ROW:
        raise _no_room(one, count, address(LAST_ROW, ref.left), "the end of the sheet", "表尾")
    for other in tables(book):
        beside = other.sheet.part == table.sheet.part and other.part != table.part
        if beside and other.ref.meets(wanted):
            at = address(other.ref.top, other.ref.left)
            raise _no_room(one, count, at, f"table {other.name}", f"表 {other.name}")
    xml = book.xml(table.sheet.part)
    for merge in elements(xml, (b"mergeCell",), xml.rfind(b"sheetData")):
        for area in areas(merge.get("ref") or ""):
            if area.meets(wanted):
                raise _no_room(one, count, str(area), "merged cells", "合并单元格")
    _refuse_filled(book, one, count, wanted)


def _refuse_filled(book: Book, one: Placed, count: int, wanted: Area) -> None:
    sheet = grid(book.xml(one.found.sheet.part))
    for raw in SheetRows(book, {}).of(one.found.sheet):
        if wanted.top <= raw.number <= wanted.bottom:
            for cell in cells(sheet, raw):
                if cell.inner and wanted.holds(raw.number, cell.column):
                    at = address(raw.number, cell.column)
                    raise _no_room(one, count, at, "a filled cell", "非空单元格")


def _no_room(one: Placed, count: int, at: str, en: str, zh: str) -> TableRefusedError:
    name, sheet = one.layout.name, one.found.sheet.title
    return TableRefusedError(
        f"{name} needs {count} more rows, but {sheet}!{at} below it holds {en}. Move it away.",
        f"{name} 需要再增加 {count} 行，但其下方 {sheet}!{at} 有{zh}。请先移走。",
    )
