"""What the service last wrote into a workbook: how a value typed over is noticed.

A service cell that differs from what was written there is reported and left alone; emptying it
gives the service's value back at the next refresh. The score never reads a typed-over cell.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import orjson
from sqlalchemy import delete, insert, select

from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Language
from kpi.tables import CellValue, ErrorValue, Row, Table
from sheet_templates.layout import STATES, TABLES, Owner
from sheet_templates.words import show
from sync_service import schema
from sync_service.control import Control
from sync_service.lately import LARGE, Key, Lately
from sync_service.workbooks.port import TablePatch, Written

# Figures that feed decisions; texts that the service makes anew each time are not watched.
WATCHED = ("tblScore", "tblActual", "tblShop", "tblTeam", "tblTile", "tblDay", "tblReconcile")
WHOLE = "*"  # in place of a key: all rows of a table
KEPT = 4  # writes into a book that are remembered
CLOSE = 1e-12  # relative; a spreadsheet program may drop the last digits of a double
Line = Mapping[str, object]
"""Column -> value as JSON."""
Memory = Mapping[str, Mapping[str, Line]]
"""Table -> key as JSON -> line."""


@dataclass(frozen=True, slots=True)
class TypedOver:
    """A service cell that a person changed."""

    table: str
    key: str
    column: str
    ours: Written
    theirs: Written
    place: Place

    def problem(self) -> Problem:
        """The finding with both values."""
        return problem(
            "typed_over",
            self.place,
            table=self.table,
            ours=_shown(self.ours),
            theirs=_shown(self.theirs),
        )


def remembered(store: Control, book: str, generation: str | None = None) -> Memory:
    """What was written into a book, in a generation of `generations`; last, where none is said."""
    if generation is None:
        generation = next(iter(generations(store, book)), WHOLE)
    cells = schema.written_cells
    wanted = select(cells).where(cells.c.book == book, cells.c.column == generation)
    with store.read() as connection:
        rows = connection.execute(wanted).mappings().all()
    found: dict[str, dict[str, Line]] = {}
    for row in rows:
        found.setdefault(row["table_name"], {}).update(_rows(row["key"], row["value"]))
    return found


def generations(store: Control, book: str) -> list[str]:
    """The writes into a book that are remembered, newest first; a blank, then their revision."""
    column = schema.written_cells.c.column
    wanted = select(column).where(schema.written_cells.c.book == book).distinct()
    with store.read() as connection:
        return sorted(connection.execute(wanted).scalars(), reverse=True)


def over_since(
    store: Control,
    book: str,
    tables: Mapping[str, Table],
    bases: Collection[str] = (),
    lately: Lately | None = None,
) -> tuple[TypedOver, ...]:
    """The cells typed over since the write that a book stands on.

    A book closed without saving, or restored, holds an older write. `bases` are the revisions that
    it may stand on; unless all are known, the write that the fewest cells speak against.
    """
    answers, known = lately or Lately(), generations(store, book)
    revisions = {one.partition(" ")[2] for one in known}
    sure = bool(bases) and revisions.issuperset(bases)
    said = [one for one in known if one.partition(" ")[2] in bases] if sure else known
    best: tuple[TypedOver, ...] | None = None
    for one in said:
        found = tuple(typed_over(tables, _memory(store, book, one, answers), answers))
        if best is None or len(found) < len(best):
            best = found
        if not best:
            break
    return best or ()


def _memory(store: Control, book: str, generation: str, lately: Lately) -> Memory:
    """A write into a book; one that has a revision is no other's, so it is read once."""
    if not generation.partition(" ")[2]:
        return remembered(store, book, generation)
    return lately.named(_name(book, generation), lambda: remembered(store, book, generation))


def _name(book: str, generation: str) -> Key:
    return ("written", book, generation)


def _rows(key: str, value: Mapping[str, Line]) -> Mapping[str, Line]:
    """The rows of an entry; older entries hold one row each, with spaces in the key."""
    return value if key == WHOLE else {_text(json.loads(key)): value}


def typed_over(tables: Mapping[str, Table], memory: Memory, lately: Lately) -> Iterator[TypedOver]:
    """Every watched service cell that no longer holds what was written."""
    for name in WATCHED:
        if name not in tables:
            continue
        table, known = tables[name], memory.get(name, {})
        if len(known) < LARGE:
            yield from _over(table, known)
        else:
            yield from lately.of(_over, table, lately.alike(f"written {name}", known))


def _over(table: Table, known: Mapping[str, Line]) -> tuple[TypedOver, ...]:
    """The cells of a table that no longer hold what was written."""
    return tuple(
        TypedOver(table.name, key, column, ours, theirs, _place(table, row, column))
        for row in table.rows
        for key in (row_key(table.name, row),)
        for column, said in known.get(key, {}).items()
        if (theirs := row.value(column)) != said and theirs is not None and theirs != ""
        if not same(ours := _from_json(said), theirs)
    )


def _place(table: Table, row: Row, column: str) -> Place:
    sheet, cell = table.place(row, column)
    return Place(sheet, cell, table.name)


def marked(
    patches: Sequence[TablePatch], found: Sequence[TypedOver], language: Language
) -> list[TablePatch]:
    """The patches with each typed-over row naming the columns and giving the service's values.

    A KPI that does not apply keeps that state: the weights of its card hang on the word.
    """
    said: dict[tuple[str, str], list[str]] = {}
    for one in found:
        if one.table in STATES and one.column != STATES[one.table]:
            header = TABLES[one.table].column(one.column).header(language)
            said.setdefault((one.table, one.key), []).append(f"{header} {_shown(one.ours)}")
    if not said:
        return list(patches)
    word = show("data_state", "typed_over", language)
    texts = {key: f"{word} {' · '.join(parts)}" for key, parts in said.items()}
    outside = show("data_state", "not_applicable", language)
    return [_marked(one, texts, outside) if one.table in STATES else one for one in patches]


def _marked(patch: TablePatch, said: Mapping[tuple[str, str], str], outside: str) -> TablePatch:
    state = STATES[patch.table]
    rows = []
    for row in patch.rows:
        text = said.get((patch.table, key_of(patch, row)))
        rows.append(row if text is None or row[state] == outside else {**row, state: text})
    return replace(patch, rows=rows)


def respected(patches: Sequence[TablePatch], found: Sequence[TypedOver]) -> list[TablePatch]:
    """The patches without the cells that a person typed over."""
    kept = {(one.table, one.key, one.column) for one in found}
    tables = {one.table for one in found}
    return [_without(patch, kept) if patch.table in tables else patch for patch in patches]


def _without(patch: TablePatch, kept: set[tuple[str, str, str]]) -> TablePatch:
    rows = [
        {
            column: value
            for column, value in row.items()
            if (patch.table, key_of(patch, row), column) not in kept
        }
        for row in patch.rows
    ]
    return replace(patch, rows=rows)


def remember(
    store: Control,
    book: str,
    patches: Sequence[TablePatch],
    at: datetime,
    revision: str = "",
    lately: Lately | None = None,
) -> None:
    """Keep what was written, one entry a table; cells left to a person keep our value too."""
    known = lately or Lately()
    kept = {
        patch.table: known.of(_lines, patch) if len(patch.rows) >= LARGE else _lines(patch)
        for patch in patches
        if patch.table in WATCHED
    }
    writes = generations(store, book)
    last = writes[0].partition(" ")[0] if writes else ""
    number = int(last) + 1 if last.isdecimal() else 1
    gone = writes[KEPT - 1 :]
    _keep(store, book, kept, at, f"{number:010d} {revision}", gone)
    known.put(_name(book, f"{number:010d} {revision}"), kept)


def _lines(patch: TablePatch) -> Mapping[str, Line]:
    """The rows of a patch by key."""
    return {
        key_of(patch, row): {c: _to_json(v) for c, v in row.items() if c not in patch.key}
        for row in patch.rows
    }


def _keep(
    store: Control,
    book: str,
    kept: Mapping[str, Mapping[str, Line]],
    at: datetime,
    generation: str,
    gone: Sequence[str],
) -> None:
    """Replace what is known of a write into a book; those that are `gone` are forgotten."""
    cells = schema.written_cells
    rows = [
        {"book": book, "table_name": n, "key": WHOLE, "column": generation, "value": v, "at": at}
        for n, v in kept.items()
        if v
    ]
    old = delete(cells).where(cells.c.book == book, cells.c.column.in_([generation, *gone]))
    with store.begin() as connection:
        connection.execute(old)
        if rows:
            connection.execute(insert(cells), rows)


def believe(
    store: Control,
    book: str,
    tables: Mapping[str, Table],
    patches: Sequence[TablePatch],
    at: datetime,
    lately: Lately | None = None,
) -> None:
    """Take what a book holds for written where it is what was offered to it.

    A pane may write and never say so; without this its own values would pass for typed over.
    """
    kept: dict[str, dict[str, Line]] = {}
    last = next(iter(generations(store, book)), "0000000001 ")
    for table, lines in remembered(store, book, last).items():
        kept[table] = dict(lines)
    for patch in patches:
        if patch.table in WATCHED and patch.table in tables:
            known = kept.setdefault(patch.table, {})
            for key, held in _held(tables[patch.table], patch):
                known[key] = {**known.get(key, {}), **held}
    _keep(store, book, kept, at, last, ())
    if lately is not None:
        lately.put(_name(book, last), kept)


def _held(table: Table, patch: TablePatch) -> Iterator[tuple[str, Line]]:
    """The offered cells that a table holds, by row."""
    found = {row_key(patch.table, row): row for row in table.rows}
    for line in patch.rows:
        key = key_of(patch, line)
        held = {
            column: _to_json(value)
            for column, value in line.items()
            if key in found and column not in patch.key and same(value, found[key].value(column))
        }
        if held:
            yield key, held


def key_of(patch: TablePatch, row: Mapping[str, Written]) -> str:
    """The key of a patched row, as text."""
    return _text([_to_json(row.get(column)) for column in patch.key])


def row_key(name: str, row: Row) -> str:
    """The key of a row as read, as text."""
    columns = TABLES[name].key
    return _text([_to_json(row.value(column)) for column in columns])


def _text(key: list[object]) -> str:
    return orjson.dumps(key).decode()


def service_columns(name: str) -> tuple[str, ...]:
    """The columns of a table that belong to the service."""
    return TABLES[name].owned_by(Owner.SERVICE)


def same(ours: Written, theirs: Written) -> bool:
    """Whether a cell still holds what was written, digits beyond the fourteenth aside."""
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return abs(ours - theirs) <= CLOSE * max(abs(ours), abs(theirs), 1e-9)
    if isinstance(ours, date) and isinstance(theirs, date):
        return str(ours)[:10] == str(theirs)[:10]
    return str(ours or "").strip() == str(theirs or "").strip() or ours == theirs


def _to_json(value: Written) -> object:
    if isinstance(value, ErrorValue):
        return {"error": value.text}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value


def _from_json(value: object) -> Written:
    if isinstance(value, dict):
        if "error" in value:
            return ErrorValue(str(value["error"]))
        if "time" in value:
            return datetime.fromisoformat(str(value["time"]))
        return date.fromisoformat(str(value["day"]))
    known: CellValue = value if isinstance(value, str | float | int | bool | None) else str(value)
    return known


def _shown(value: Written) -> str:
    return value.text if isinstance(value, ErrorValue) else str(value)
