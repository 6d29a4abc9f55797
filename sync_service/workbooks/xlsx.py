"""A closed .xlsx as a workbook port: read its tables, patch the service's cells, lose nothing.

`python -m sync_service.workbooks.xlsx set IN.xlsx OUT.xlsx 'Sheet!A1=3.5' ...` sets free cells of
any workbook. The previous file is kept: in the folder that the caller names (the service gives one
in its data folder), else in `.linkstar` beside the workbook, as `name.backup.xlsx`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kpi.errors import KpiError, Place
from sheet_templates.purpose import Shown
from sync_service.workbooks.book import Book, open_book
from sync_service.workbooks.book_findings import missing, name_bound, no_tables, source_open
from sync_service.workbooks.file_kinds import refuse_ending, refuse_irregular
from sync_service.workbooks.finishing import Work, changed_bytes, edit_sheet, finish, verify
from sync_service.workbooks.following import follow_formulas
from sync_service.workbooks.forgetting import forget_texts
from sync_service.workbooks.package import OWN, Chunk, Limits, open_package, rebuilt
from sync_service.workbooks.pen import SheetEdits
from sync_service.workbooks.pivots import refresh_pivots
from sync_service.workbooks.planning import plan
from sync_service.workbooks.port import BookContents, NamePatch, TablePatch, WriteReport
from sync_service.workbooks.reading import (
    SheetRows,
    language_of,
    name_places,
    place_tables,
    read_names,
    read_table,
)
from sync_service.workbooks.refusals import (
    BookChangedError,
    BookInUseError,
    RefusedBookError,
    SignedBookError,
)
from sync_service.workbooks.replace import (
    is_open,
    only_writer,
    refuse_if_open,
    replace_atomically,
    sweep,
)
from sync_service.workbooks.resizing import follow
from sync_service.workbooks.setting import Assignment, assignment, refuse_bound, set_cells
from sync_service.workbooks.table_plan import TablePlan
from sync_service.workbooks.visibility import show

_LEVEL = 3  # of deflate: half the time of level 6 for a twelfth more bytes


@dataclass(frozen=True, slots=True)
class XlsxPort:
    """A workbook on disk; `recalculate` is auto, never or always (fail without LibreOffice)."""

    path: Path
    now: Callable[[], datetime] | None = field(default=None, kw_only=True)
    recalculate: str = field(default="auto", kw_only=True)
    backups: Path | None = field(default=None, kw_only=True)  # folder for the previous file
    checked: bool = field(default=True, kw_only=True)  # False only in the benchmark
    forget: bool = field(default=False, kw_only=True)  # empty texts that no cell shows any more
    accept: Callable[[bytes], None] | None = field(default=None, kw_only=True)  # raises to refuse

    def fingerprint(self) -> str:
        """The hash of the file's bytes."""
        return sha256(read_file(self.path))

    def read(self) -> BookContents:
        """All tables of the layout, and all single-cell names, as they are now."""
        data = read_file(self.path)
        book = open_book(open_package(data, self.path.name), self.path.name)
        refuse_ending(self.path, book, self.path)
        placed, problems = place_tables(book)
        scanned = SheetRows(book, {})
        found = {name: read_table(book, one, scanned) for name, one in placed.items()}
        if not found:
            problems.append(no_tables(self.path))
        names = read_names(book, scanned)
        return BookContents(found, names, language_of(placed), sha256(data), tuple(problems))

    def write(
        self,
        tables: Sequence[TablePatch],
        names: Sequence[NamePatch],
        fingerprint: str,
        shown: Shown | None = None,
    ) -> WriteReport:
        """Write in one atomic step, or not at all; raises KpiError with the mend."""
        with only_writer(self._backup_folder() / f"{self.path.name}.lock"):
            sweep(self.path)
            refuse_if_open(self.path)
            data = read_file(self.path)
            if sha256(data) != fingerprint:
                raise BookChangedError(self.path.name)
            book = writable_book(data, self.path.name)
            work = Work(book)
            patch_tables(work, tables, names, self.recalculate)
            if shown is not None:
                show(book, place_tables(book)[0], shown)
            if self.forget:
                forget_texts(book)
            return self._commit(work, data)

    def set(self, cells: Sequence[Assignment], fingerprint: str) -> WriteReport:
        """Set free cells anywhere in the workbook, under the same guards as a write."""

        def change(work: Work) -> None:
            set_cells(work, cells)
            finish(work, self.recalculate)

        return self.rewrite(change, fingerprint)

    def rewrite(self, change: Callable[[Work], object], fingerprint: str) -> WriteReport:
        """Let something change the opened workbook, under the same guards as a write."""
        with only_writer(self._backup_folder() / f"{self.path.name}.lock"):
            sweep(self.path)
            refuse_if_open(self.path)
            data = read_file(self.path)
            if sha256(data) != fingerprint:
                raise BookChangedError(self.path.name)
            work = Work(writable_book(data, self.path.name))
            change(work)
            return self._commit(work, data)

    def _backup_folder(self) -> Path:
        return self.backups or self.path.parent / ".linkstar"

    def _commit(self, work: Work, data: bytes) -> WriteReport:
        """Put the new file in place, the old one aside; nothing when nothing changed."""
        book = work.book
        if not book.changed:
            count = len(book.package.members)
            return WriteReport(0, work.kept, count, {}, None, tuple(work.problems))
        chunks = new_file(book)
        identical: list[int] = []
        backup = self._backup_folder() / f"{self.path.stem}.backup{self.path.suffix}"

        def check(temporary: Path) -> None:
            if self.checked:
                identical.append(verify(book, temporary.read_bytes()))
            if self.accept is not None:
                self.accept(temporary.read_bytes())
            replace_atomically(backup, [data])
            if self.path.read_bytes() != data:
                raise BookChangedError(self.path.name)
            refuse_if_open(self.path)

        replace_atomically(self.path, chunks, check)
        same = identical[0] if identical else len(book.package.members) - len(book.changed)
        return WriteReport(
            work.written, work.kept, same, dict(book.reasons), str(backup), tuple(work.problems)
        )


def sha256(data: bytes) -> str:
    """The fingerprint of a workbook."""
    return hashlib.sha256(data).hexdigest()


def read_file(path: Path, limits: Limits = OWN) -> bytes:
    """The bytes of a workbook, or why it cannot be read."""
    refuse_irregular(path)
    try:
        with path.open("rb") as file:
            return file.read(limits.file_bytes + 1)
    except PermissionError as error:
        raise BookInUseError(path.name, "", f"~${path.name}") from error
    except OSError as error:
        said = error.strerror or str(error)
        raise RefusedBookError(
            f"{path.name} cannot be read ({said}). Check the path and retry.",
            f"{path.name} 无法读取（{said}）。请检查路径后重试。",
        ) from error


def writable_book(data: bytes, name: str) -> Book:
    """Open for patching; a signed package is refused."""
    package = open_package(data, name)
    if any(n.casefold().startswith("_xmlsignatures/") for n in package.members):
        raise SignedBookError(name)
    book = open_book(package, name)
    book.prefetch()
    return book


def new_file(book: Book, level: int = _LEVEL) -> list[Chunk]:
    """The changed workbook in pieces."""
    return rebuilt(book.package, changed_bytes(book), level)


def patch_tables(
    work: Work, patches: Sequence[TablePatch], names: Sequence[NamePatch], recalculate: str
) -> None:
    """Every patch into the book, then all that hangs on it."""
    book, scanned = work.book, SheetRows(work.book, {})
    placed, _ = place_tables(book)
    plans: list[TablePlan] = []
    edits: dict[str, SheetEdits] = {}
    for patch in patches:
        one = placed.get(patch.table)
        if one is None:
            work.problems.append(missing(book, patch.table))
            continue
        made = plan(book, one, patch, scanned)
        plans.append(made)
        work.problems += made.problems
        work.computed.setdefault(one.found.sheet.part, set()).update(made.computed)
        _merge(edits.setdefault(one.found.sheet.part, {}), made.edits)
    _name_edits(work, names, edits)
    for sheet in book.sheets:
        if edits.get(sheet.part):
            edit_sheet(work, sheet, edits[sheet.part], "cells of the service's tables")
    resizes = [made.resize for made in plans if made.resize]
    if resizes:
        refresh_pivots(book, resizes)
        follow(book, resizes)
        follow_formulas(work, resizes)
    finish(work, recalculate, resizes)


def _merge(into: SheetEdits, more: SheetEdits) -> None:
    for row, line in more.items():
        if line:
            into.setdefault(row, {}).update(line)


def _name_edits(work: Work, names: Sequence[NamePatch], edits: dict[str, SheetEdits]) -> None:
    """Values for the single cells that names stand for; a formula there is left alone."""
    places = name_places(work.book)
    for patch in names:
        place = places.get(patch.name)
        if place is None:
            work.problems.append(missing(work.book, patch.name))
            continue
        sheet, row, column = place
        try:
            refuse_bound(work.book, sheet, {row: {column: patch.value}})
        except RefusedBookError as error:
            at = Place(sheet=sheet.title, text=patch.name)
            work.problems.append(name_bound(at, error))
            continue
        edits.setdefault(sheet.part, {}).setdefault(row, {})[column] = patch.value


def set_in_copy(
    source: Path, target: Path, cells: Iterable[Assignment], recalculate: str = "auto"
) -> WriteReport:
    """Set free cells of `source` and write the result to `target`; `source` stays as it is."""

    def change(work: Work) -> None:
        set_cells(work, list(cells))
        finish(work, recalculate)

    return rewrite_copy(source, target, change)


def rewrite_copy(source: Path, target: Path, change: Callable[[Work], object]) -> WriteReport:
    """Let something change a copy of `source` that is written to `target`.

    Where `target` is a link, the file behind it is written and the link stays.
    """
    target = Path(os.path.realpath(target))
    refuse_irregular(target)
    refuse_if_open(target)
    data = read_file(source)
    work = Work(writable_book(data, source.name))
    if is_open(source):
        work.problems.append(source_open(source))
    book = work.book
    refuse_ending(target, book, source)
    change(work)
    chunks: Sequence[Chunk] = new_file(book) if book.changed else [data]
    identical: list[int] = []

    def check(temporary: Path) -> None:
        identical.append(verify(book, temporary.read_bytes()))
        refuse_if_open(target)  # somebody may have opened it meanwhile

    replace_atomically(target, chunks, check)
    return WriteReport(
        work.written, work.kept, identical[0], dict(book.reasons), None, tuple(work.problems)
    )


def main(arguments: Sequence[str]) -> int:
    """The door for checks from outside."""
    usage = "usage: xlsx set IN.xlsx OUT.xlsx 'Sheet!A1=3.5' ... [--recalculate=auto|never|always]"
    options = [a for a in arguments if a.startswith("--recalculate=")]
    rest = [a for a in arguments if a not in options]
    if len(rest) < 4 or rest[0] != "set":  # noqa: PLR2004 - set, in, out and one cell
        sys.stderr.write(f"{usage}\n")
        return 2
    mode = options[-1].partition("=")[2] if options else "auto"
    try:
        wanted = [assignment(text) for text in rest[3:]]
        report = set_in_copy(Path(rest[1]), Path(rest[2]), wanted, mode)
    except KpiError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for part, why in report.parts_changed.items():
        sys.stdout.write(f"{part}: {why}\n")
    sys.stdout.write(
        f"{report.cells_written} written, {report.cells_kept} kept, "
        f"{report.parts_identical} parts identical\n"
    )
    for problem in report.problems:
        sys.stdout.write(f"{problem.line('en')}\n{problem.line('zh')}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
