"""A partner's slice: a workbook that holds one person's or agency's rows and nothing else.

The slice is computed from a narrowed book, never copied from the manager's file: what is outside
the scope was never in it, neither in hidden tabs nor in caches, names or properties. A second
share patches the file that is there; where a row has to leave or the manager changed a row, the
file is made anew and what the partner typed is carried over by key.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import KpiError, Problem
from kpi.model import Language
from kpi.tables import CellValue, ErrorValue, Row, Table
from sheet_templates.build import build
from sheet_templates.layout import TABLES, Owner
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode
from sync_service.house import House
from sync_service.partner_answers import THEIRS, remember
from sync_service.refresh import Order, look
from sync_service.scorecard import card_totals
from sync_service.sealing import is_as_sealed, sealed
from sync_service.signing import signer
from sync_service.slice_rows import patches, stamps
from sync_service.slices import Slice, sliced
from sync_service.workbooks.port import BookContents, TablePatch
from sync_service.workbooks.replace import replace_atomically
from sync_service.workbooks.xlsx import XlsxPort

SETTINGS = ("month", "company", "currency", "min_coverage", "pilot")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a share made."""

    items: int
    state: str  # made, patched, made anew
    problems: tuple[Problem, ...]


def share(
    house: House, order: Order, person: str, out: Path, language: Language | None = None
) -> Shared:
    """Make or refresh the slice of a person from the manager's workbook.

    Raises:
        KpiError: The person has no card in this book, or `out` is the manager's own file.
    """
    if out.resolve() == Path(order.book):
        raise KpiError(f"{out} is the manager's own workbook. Choose another file for the slice.")
    seen = look(house, order)
    given = seen.done.given
    mine = sliced(seen.done, person, language or given.language)
    rows = {name: _manager_rows(mine, seen.contents.tables.get(name)) for name in THEIRS}
    shared = _put(house, mine, rows, out)
    _seal(house, mine, out)
    remember(house, order.book, person, out)
    return shared


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


def _manager_rows(mine: Slice, table: Table | None) -> list[StartRow]:
    """The manager's columns of the person's rows, as codes: any language shows them."""
    if table is None:
        return []
    keys = {
        "tblShop": {shop.code for shop in mine.done.book.shops},
        "tblTask": {task.number for task in mine.done.book.tasks},
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
            continue  # who else works on it is not the partner's to know
        if base == "choice" and isinstance(value, str):
            value = decode(words, value) or value
        typed[column.code] = value
    return typed


def _put(house: House, mine: Slice, rows: Mapping[str, list[StartRow]], out: Path) -> Shared:
    """Patch the file that is there, or make it."""
    made = tuple(patches(mine))
    shown = tuple(stamps(mine))
    port = XlsxPort(out, now=house.clock.now, backups=house.backups)
    there = port.read() if out.exists() else None
    items = sum(len(card.items) for one in mine.done.people for card in one.cards)
    if there is not None and _fits(there, rows, made, mine):
        report = port.write(made, shown, there.fingerprint)
        return Shared(items, "patched", report.problems)
    start = _start(mine, _carried(rows, there))
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        fresh = Path(folder) / out.name
        build(fresh, "partner", mine.done.given.language, start)
        new = XlsxPort(fresh, now=house.clock.now, backups=Path(folder) / "backups")
        report = new.write(made, shown, new.fingerprint())
        if there is not None:
            house.backups.mkdir(parents=True, exist_ok=True)
            backup = house.backups / f"{out.stem}.backup{out.suffix}"
            replace_atomically(backup, [out.read_bytes()])
        out.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(out, [fresh.read_bytes()])
    return Shared(items, "made" if there is None else "made anew", report.problems)


def _fits(
    there: BookContents,
    rows: Mapping[str, list[StartRow]],
    made: Sequence[TablePatch],
    mine: Slice,
) -> bool:
    """Whether patches are enough: no row leaves, and the manager changed none that he types."""
    if there.language != mine.done.given.language:
        return False
    for patch in made:
        table = there.tables.get(patch.table)
        if table is None:
            return False
        kept = {tuple(str(row.get(code)) for code in patch.key) for row in patch.rows}
        held = {tuple(str(row.value(code)) for code in patch.key) for row in table.rows}
        if not held - {("None",) * len(patch.key)} <= kept:
            return False
    return all(_same_rows(there.tables.get(name), wanted) for name, wanted in rows.items())


def _same_rows(table: Table | None, wanted: Sequence[StartRow]) -> bool:
    if table is None:
        return False
    key = TABLES[table.name].key[0]
    held = {str(row.value(key)): row for row in table.rows if row.value(key) is not None}
    if set(held) != {str(row[key]) for row in wanted}:
        return False
    return all(
        _shown_same(table.name, code, held[str(row[key])].value(code), value)
        for row in wanted
        for code, value in row.items()
    )


def _shown_same(name: str, code: str, theirs: object, ours: object) -> bool:
    base, _, words = TABLES[name].column(code).kind.partition(":")
    if base == "choice" and isinstance(theirs, str):
        theirs = decode(words, theirs) or theirs
    if base == "date":
        return str(theirs)[:10] == str(ours)[:10]
    return theirs == ours


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


def _start(mine: Slice, rows: Mapping[str, list[StartRow]]) -> BookStart:
    """What the slice holds before its figures come."""
    given = mine.done.book.settings
    settings: dict[str, CellValue] = {code: getattr(given, code) for code in SETTINGS}
    settings["month"] = mine.done.month.code
    settings["language"] = mine.done.given.language
    card = mine.done.people[0]
    shown = {"person": mine.person, "month": mine.done.month.code}
    if card.cards:
        shown["region"] = str(card.cards[0].region)
    return BookStart(shops=rows["tblShop"], tasks=rows["tblTask"], settings=settings, card=shown)
