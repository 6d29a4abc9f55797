"""A slice: a workbook that holds one person's or agency's rows and nothing else.

A scored person of the own team gets the person's edition, an agency (People names it as a partner)
the partner's.

The slice is computed from a narrowed book, never copied from the manager's file: what is outside
the scope was never in it, neither in hidden tabs nor in caches, names or properties. A second
share patches the file that is there, so the partner's own notes, tabs and formats stay; a row that
left is emptied and no part may still hold its texts. Where one does, or the language changes, the
file is made anew and what the partner typed in the input columns is carried over by key.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import Level, Place, Problem
from kpi.model import Language
from kpi.step_table import POINTS, has_table
from kpi.tables import CellValue, ErrorValue, Row, Table
from sheet_templates.build import build
from sheet_templates.layout import SLICE_NAMES, TABLES, Owner
from sheet_templates.scoring import grade_lines
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode
from sync_service.house import House
from sync_service.partner_answers import remember
from sync_service.person_rows import answers
from sync_service.refresh import Order, Seen, look
from sync_service.scorecard import card_totals
from sync_service.sealing import is_as_sealed, sealed
from sync_service.signing import signer
from sync_service.slice_kinds import SliceKind, kind_of, own_lines, started
from sync_service.slice_rows import patches, stamps
from sync_service.slices import Slice, sliced
from sync_service.told import ToldError
from sync_service.traces import TracesError, keeps_copies, traces
from sync_service.workbooks.keyed_rows import key_text
from sync_service.workbooks.port import BookContents, NamePatch, TablePatch
from sync_service.workbooks.replace import refuse_if_open, replace_atomically
from sync_service.workbooks.xlsx import XlsxPort

LATER = frozenset(name.code for name in SLICE_NAMES)  # an older file lacks them
SETTINGS = ("month", "company", "currency", "min_coverage", "pilot")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a share made."""

    items: int
    state: str  # made, patched, made anew
    edition: str  # partner or person
    problems: tuple[Problem, ...]


def share(
    house: House, order: Order, person: str, out: Path, language: Language | None = None
) -> Shared:
    """Make or refresh the slice of a person from the manager's workbook.

    Raises:
        ToldError: The person has no card in this book, or `out` is the manager's own file.
    """
    not_the_book_itself(order, out)
    shared = share_seen(house, look(house, order), person, out, language)
    remember(house, order.book, person, out)
    return shared


def share_seen(
    house: House, seen: Seen, person: str, out: Path, language: Language | None = None
) -> Shared:
    """Make or refresh the slice of a person from a book that was computed; nothing is remembered.

    Raises:
        ToldError: The person has no card in this book.
    """
    mine = sliced(seen.done, person, language or seen.done.given.language)
    kind = kind_of(mine)
    rows = {name: manager_rows(mine, seen.contents.tables.get(name)) for name in kind.typed}
    shared = _put(house, mine, kind, rows, out)
    _seal(house, mine, out)
    return shared


def not_the_book_itself(order: Order, out: Path) -> None:
    """Refuse to write a slice over the book that it is made of."""
    if out.resolve() == Path(order.book):
        raise ToldError(
            f"{out} is the manager's own workbook. Choose another file for the slice.",
            f"{out} 是主管自己的工作簿。请为分册选择另一个文件。",
        )


def _seal(house: House, mine: Slice, out: Path) -> None:
    """Sign the file as it is now; one that still is what was signed stays as it is."""
    data = out.read_bytes()
    if not is_as_sealed(data, out.name):
        replace_atomically(out, [sealed(data, out.name, _about(mine), signer(house.settings))])


def _about(mine: Slice) -> dict[str, object]:
    """What the seal says of a slice: nothing of anybody else."""
    done = mine.done
    return {
        "kind": "slice",
        "period": done.month.code,
        "company": done.book.settings.company,
        "person": mine.person,
        "at": done.given.now,
        "versions": {done.month.code: done.version},
        "totals": card_totals([done]),
    }


def manager_rows(mine: Slice, table: Table | None) -> list[StartRow]:
    """The manager's columns of the person's rows, as codes: any language shows them."""
    if table is None:
        return []
    keys = {
        "tblShop": {shop.code for shop in mine.done.book.shops},
        "tblTask": {task.number for task in mine.done.book.tasks},
        "tblPoint": {one.number for one in mine.done.book.points if one.person == mine.person},
    }[table.name]
    return [
        _typed(mine, table.name, row)
        for row in table.rows
        if str(row.value(TABLES[table.name].key[0])) in keys
    ]


def _typed(mine: Slice, name: str, row: Row) -> dict[str, CellValue | ErrorValue]:
    typed: dict[str, CellValue | ErrorValue] = {}
    for column in TABLES[name].columns:
        if column.owner is not Owner.MANAGER:
            continue
        value = row.value(column.code)
        base, _, words = column.kind.partition(":")
        if base == "choice" and words == "person" and value != mine.person:
            value = None  # who else works on it is not the partner's to know
        if base == "choice" and isinstance(value, str):
            value = decode(words, value) or value
        typed[column.code] = value
    return typed


def _put(
    house: House, mine: Slice, kind: SliceKind, rows: Mapping[str, list[StartRow]], out: Path
) -> Shared:
    """Patch the file that is there, or make it."""
    items = sum(len(card.items) for one in mine.done.people for card in one.cards)
    there = XlsxPort(out).read() if out.exists() else None
    if there is None:
        return Shared(items, "made", kind.edition, made_slice(house, mine, kind, rows, out, None))
    why = ""
    if same_slice(there, mine, kind):
        try:
            said = _patch(house, mine, kind, rows, out, there)
            return Shared(items, "patched", kind.edition, said)
        except TracesError as found:
            why = str(found)
    problems = made_slice(house, mine, kind, rows, out, there)
    return Shared(items, "made anew", kind.edition, (*problems, _made_anew(house, out, why)))


def same_slice(there: BookContents, mine: Slice, kind: SliceKind) -> bool:
    """Whether a file is this person's slice in this language, with all its tables."""
    every = (*kind.typed, *kind.own, *kind.served(mine))
    names = [name for name in every if not TABLES[name].later]
    if there.language != mine.done.given.language or not all(n in there.tables for n in names):
        return False
    scored = {row.value("person") for row in there.tables["tblScore"].rows}
    return scored <= {mine.person, *mine.entire} and _same_layout(there, mine)


def _same_layout(there: BookContents, mine: Slice) -> bool:
    """Whether its formulas go by what is signed."""
    return _same_grades(there, mine) and holds_steps(there, mine)


def holds_steps(there: BookContents, mine: Slice) -> bool:
    """Whether the file has columns for the own step tables; its formulas would score without."""
    every = (*mine.done.people, *mine.done.shops)
    own = any(has_table(i.params) for person in every for card in person.cards for i in card.items)
    return not own or POINTS[0] in there.tables["tblScore"].columns


def _same_grades(there: BookContents, mine: Slice) -> bool:
    """Whether a file has the ladder that counts, line by line: its formulas go by the order."""
    table, wanted = there.tables.get("tblGrade"), grade_lines(mine.done.book.grades)
    rows = table.rows if table else ()
    return [{code: row.value(code) for code in wanted[0]} for row in rows] == list(wanted)


def _patch(
    house: House,
    mine: Slice,
    kind: SliceKind,
    rows: Mapping[str, list[StartRow]],
    out: Path,
    there: BookContents,
) -> tuple[Problem, ...]:
    """Write into the file that is there; raises TracesError where that would leave a trace."""
    foreign = left_texts(there, rows)
    accept = _strict(built_slice(house, mine, kind, rows), foreign) if foreign else None
    port = XlsxPort(out, now=house.clock.now, backups=house.backups, forget=True, accept=accept)
    made, shown = slice_patches(mine, kind, rows, there)
    return port.write(made, shown, there.fingerprint).problems


def slice_patches(
    mine: Slice, kind: SliceKind, rows: Mapping[str, list[StartRow]], there: BookContents
) -> tuple[tuple[TablePatch, ...], tuple[NamePatch, ...]]:
    """What a slice that is there is to hold from now on: tables and names."""
    shown = tuple(one for one in stamps(mine) if one.name not in LATER or one.name in there.names)
    if there.names.get("nmMonth") != mine.done.month.code:
        shown = (*shown, NamePatch("nmCardMonth", mine.done.month.code))
    filled = (*patches(mine, kind.served(mine), rows), *answers(mine, there.tables))
    return tuple(patch for patch in filled if patch.table in there.tables), shown


def left_texts(there: BookContents, rows: Mapping[str, list[StartRow]]) -> set[str]:
    """The texts of rows that are not the partner's any more, but for what the partner typed."""
    found: set[str] = set()
    for name, wanted in rows.items():
        layout = TABLES[name]
        key = layout.key[0]
        stay = {key_text(row[key]) for row in wanted}
        codes = [c.code for c in layout.columns if c.owner is not Owner.PARTNER]
        for row in there.tables[name].rows:
            if key_text(row.value(key)) not in stay:
                found |= {v for c in codes if isinstance(v := row.value(c), str)}
    return found


def _strict(fresh: bytes, foreign: set[str]) -> Callable[[bytes], None]:
    """A check that refuses a file with a text that only rows outside the scope held."""
    outside = foreign - set(traces(fresh, foreign))

    def accept(data: bytes) -> None:
        if keeps_copies(data):
            raise TracesError("It holds a pivot table, which keeps copies of rows that left.")
        found = traces(data, outside)
        if found:
            raise TracesError(f'"{min(found)}" of a row that left still stands in it.')

    return accept


def built_slice(
    house: House,
    mine: Slice,
    kind: SliceKind,
    rows: Mapping[str, list[StartRow]],
    own: Mapping[str, list[StartRow]] | None = None,
) -> bytes:
    """The slice as a new file; `own` are the lines of the tables that only the reader types."""
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        fresh = Path(folder) / "slice.xlsx"
        build(fresh, kind.edition, mine.done.given.language, _start(mine, rows, own or {}))
        return fresh.read_bytes()


def made_slice(
    house: House,
    mine: Slice,
    kind: SliceKind,
    rows: Mapping[str, list[StartRow]],
    out: Path,
    there: BookContents | None,
) -> tuple[Problem, ...]:
    """Make the file from nothing; what the partner typed before is carried over by key."""
    refuse_if_open(out)
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        fresh = Path(folder) / out.name
        own = {**own_lines(kind, there.tables if there else {}), **started(kind, mine)}
        fresh.write_bytes(built_slice(house, mine, kind, _carried(rows, there), own))
        new = XlsxPort(fresh, now=house.clock.now, backups=Path(folder) / "backups", forget=True)
        before = there.tables if there else {}
        made = (*patches(mine, kind.served(mine), rows), *answers(mine, before))
        report = new.write(made, tuple(stamps(mine)), new.fingerprint())
        if there is not None and out.exists():
            house.backups.mkdir(parents=True, exist_ok=True)
            replace_atomically(_backup(house, out), [out.read_bytes()])
        out.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(out, [fresh.read_bytes()])
    return report.problems


def _backup(house: House, out: Path) -> Path:
    return house.backups / f"{out.stem}.backup{out.suffix}"


def _made_anew(house: House, out: Path, why: str) -> Problem:
    """A note for the manager: what the partner wrote elsewhere in the file is in the backup."""
    kept = _backup(house, out)
    en = f"The file was made anew; notes outside the input columns stayed in {kept}."
    zh = f"文件已重新生成；输入列以外的备注保留在 {kept}。"
    return Problem(
        "slice_made_anew",
        Level.NOTE,
        Place(text=out.name),
        {"en": f"{why} {en}".strip(), "zh": zh},
        {
            "en": "Copy over what the partner may have; send the new file.",
            "zh": "请将伙伴可保留的内容抄入新文件后再发送。",
        },
    )


def _carried(
    rows: Mapping[str, list[StartRow]], there: BookContents | None
) -> dict[str, list[StartRow]]:
    """The rows with what the partner typed in the file before, by key."""
    return {
        name: [{**row, **_partner_cells(name, row, there)} for row in mine]
        for name, mine in rows.items()
    }


def _partner_cells(
    name: str, row: StartRow, there: BookContents | None
) -> dict[str, CellValue | ErrorValue]:
    table = there.tables.get(name) if there is not None else None
    key = TABLES[name].key[0]
    before = [one for one in table.rows if one.value(key) == row[key]] if table else []
    columns = TABLES[name].owned_by(Owner.PARTNER)
    return {code: before[0].value(code) for code in columns} if before else {}


def _start(
    mine: Slice, rows: Mapping[str, list[StartRow]], own: Mapping[str, list[StartRow]]
) -> BookStart:
    """What the slice holds before its figures come."""
    given = mine.done.book.settings
    settings: dict[str, CellValue] = {code: getattr(given, code) for code in SETTINGS}
    settings["month"] = mine.done.month.code
    settings["language"] = mine.done.given.language
    card = mine.done.people[0]
    shown = {"person": mine.person, "month": mine.done.month.code}
    if card.cards:
        shown["region"] = str(card.cards[0].region)
    return BookStart(
        shops=rows.get("tblShop", ()),
        tasks=rows.get("tblTask", ()),
        points=rows.get("tblPoint", ()),
        grades=grade_lines(mine.done.book.grades),
        settings=settings,
        service=own,
        card=shown,
    )
