"""A Google spreadsheet as a workbook port: one read, at most two value writes.

Read once, planned as every workbook that another program holds (`grids`). Where a grid is too short
one structural batch goes first. Then the changed cells by column, and behind them the stamps and
the log, so that a refresh which died half-way shows. Where values become unknown or rows are new,
our own formulas are the first write, and stamps and log end the second. Google has no
compare-and-set: the keys come back with each write; what a person moved in the gap is put right.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kpi.errors import Problem
from sheet_templates.purpose import Shown
from sync_service.google.card_looks import card_looks
from sync_service.google.cells import is_unknown
from sync_service.google.client import ProtectedError, SheetsClient
from sync_service.google.locate import GoogleBook, located
from sync_service.google.looks import Looks, unit_looks
from sync_service.google.protections import kept_out, over, refused
from sync_service.google.repair import gap_problem, with_keys_back
from sync_service.google.spreadsheet import FIELDS, spreadsheet
from sync_service.google.structure import structural
from sync_service.google.values import (
    Piece,
    data_parts,
    formula_parts,
    heard,
    moved,
    name_pieces,
)
from sync_service.told import BusyError
from sync_service.workbooks.grids import GridPlan, missing_columns, plan_grid
from sync_service.workbooks.port import BookContents, NamePatch, TablePatch, WriteReport, Written
from sync_service.workbooks.sent import Offer

LAST = frozenset({"tblLog"})  # tables that are written with the stamps
REPAIRS = 2  # times that rows which were moved are put right before the refresh gives up
Plans = Mapping[str, GridPlan]


@dataclass(frozen=True, slots=True)
class End:
    """Log and stamps: what shows that a refresh came to its end."""

    names: list[str]  # whose cells change
    pieces: list[Piece]
    back: list[Piece]  # the stamps as they were, for while the values are not what they say


@dataclass(slots=True)
class GooglePort:
    """A spreadsheet of Google for one refresh."""

    client: SheetsClient
    book: str  # id of the spreadsheet
    clock: Callable[[], float] = time.monotonic
    looks: Looks = field(default_factory=Looks)
    seen: GoogleBook | None = field(default=None, init=False)
    read_at: float = field(default=0.0, init=False)
    after: str = field(default="", init=False)  # fingerprint once it was written
    notes: list[Problem] = field(default_factory=list, init=False)
    moved: set[str] = field(default_factory=set, init=False)  # tables whose rows people moved

    def fingerprint(self) -> str:
        """A hash of what the service reads; of the book as written once it was."""
        return self.after or self.now().stable.fingerprint

    def read(self) -> BookContents:
        """All tables of the layout, as they are now."""
        book = self.now()
        contents = book.sent.contents()
        lacking = [one for grid in book.sent.grids.values() for one in missing_columns(grid)]
        return BookContents(
            contents.tables,
            contents.names,
            contents.language,
            book.stable.fingerprint,
            (*book.problems, *lacking),
        )

    def now(self) -> GoogleBook:
        """The spreadsheet; read once for a refresh."""
        if self.seen is None:
            self.seen = self._look()
        return self.seen

    def _look(self) -> GoogleBook:
        self.read_at = self.clock()
        return located(spreadsheet(self.client.get(self.book, FIELDS)))

    def write(
        self,
        tables: Sequence[TablePatch],
        names: Sequence[NamePatch],
        fingerprint: str,  # noqa: ARG002  # Google cannot compare and set; the keys come back
        shown: Shown | None = None,
    ) -> WriteReport:
        """Write what changed; raises KpiError with the mend.

        Raises:
            ToldError: Google refused; the sheet holds its old values, or shows by its old stamps
                that the refresh did not end.
        """
        book = self.now()
        known = [one for one in tables if one.table in book.tables]
        plans = {one.table: plan_grid(book.tables[one.table].grid, one) for one in known}
        values = {one.name: one.value for one in names if one.name in book.names}
        changes = [
            *structural(book, plans, shown),
            *unit_looks(book, plans, self.looks),
            *card_looks(book, plans, values, self.looks),
        ]
        end = _end(book, plans, values)
        closed = kept_out(book, plans, end.names)
        if closed:
            raise refused(book, closed, self._who(), begun=False)
        try:
            self._carry_out(book, known, plans, changes, end)
        except ProtectedError as error:
            raise self._placed(plans) or error from error
        self.looks.keep(self.moved)
        offer = Offer(book.sent, plans, values, shown, tables)
        self.after = book.of(offer.after()).fingerprint
        self.seen = None
        return _report(plans, tables, self.notes)

    def _who(self) -> str:
        return self.client.account.address or "our account"

    def _placed(self, plans: Plans) -> ProtectedError | None:
        """A refusal of Google's with its places; None where none of them is known."""
        book = self._look()
        closed = over(book, [book.tables[name] for name in plans if name in book.tables])
        return refused(book, closed, self._who(), begun=True) if closed else None

    def _carry_out(
        self,
        book: GoogleBook,
        known: Sequence[TablePatch],
        plans: Plans,
        changes: Sequence[Piece],
        end: End,
    ) -> None:
        """The structural batch where there is one, then the values, log and stamps last."""
        if changes:
            self.client.batch_update(self.book, changes)
        first = {name: plan for name, plan in plans.items() if name not in LAST}
        if not self._write_tables(book, known, first, end) and end.pieces:
            self.client.write_values(self.book, end.pieces)

    def _write_tables(
        self, book: GoogleBook, patches: Sequence[TablePatch], plans: Plans, end: End
    ) -> bool:
        """The cells of the tables, and again where people moved rows meanwhile.

        Gives whether `end` went with them and counts.
        """
        pieces = end.pieces
        for _ in range(REPAIRS + 1):
            names, joined, book = self._write_once(book, plans, pieces)
            if not names:
                return joined
            if joined and end.back:
                self.client.write_values(self.book, end.back)
            self.moved |= names
            self.notes.append(gap_problem(book.tables, names, self.clock() - self.read_at))
            book, plans = self._again(book, patches, plans)
            pieces = []
        raise BusyError(
            "Somebody keeps moving rows while they are written. Refresh again in a minute.",
            "写入时有人在不断移动行。请一分钟后再刷新。",
        )

    def _write_once(
        self, book: GoogleBook, plans: Plans, end: Sequence[Piece]
    ) -> tuple[set[str], bool, GoogleBook]:
        """Tables whose rows were moved, whether `end` was written, and the book as it was heard of.

        Formulas and values need a write each. With formulas `end` goes with the values, which were
        looked at a moment ago; without them it waits until the values are known to stand.
        """
        names: set[str] = set()
        formulas = formula_parts(book, plans)
        for part in formulas:
            answer = self.client.write_formulas(self.book, part.data)
            names |= moved(book, plans, part, answer, whole=False)
            book = book if names else heard(book, part, answer)
        parts = [] if names else data_parts(book, plans)
        joined = bool(formulas and parts and end) and parts[-1].has_room(end)
        if joined:
            parts[-1].last.extend(end)
        for part in parts:
            answer = self.client.write_values(self.book, part.data)
            names |= moved(book, plans, part, answer, whole=True)
        return names, joined, book

    def _again(
        self, book: GoogleBook, patches: Sequence[TablePatch], plans: Plans
    ) -> tuple[GoogleBook, dict[str, GridPlan]]:
        """What is there now, and what puts it right."""
        fresh = self._look()
        made = {}
        for patch in patches:
            if patch.table not in plans or patch.table not in fresh.tables:
                continue
            now = fresh.tables[patch.table]
            grid, keys = with_keys_back(book.tables[patch.table], plans[patch.table], now, patch)
            plan = plan_grid(grid, patch)
            plan.cells = {
                **keys,
                **plan.cells,
            }  # a key that is not wanted any more goes all the same
            made[patch.table] = plan
        changes = structural(fresh, made, None)
        if changes:
            self.client.batch_update(self.book, changes)
        return fresh, made


def _end(book: GoogleBook, plans: Plans, values: Mapping[str, Written]) -> End:
    """The log's new lines and the stamps that change."""
    before = book.sent.names
    changed = {name: value for name, value in values.items() if before.get(name) != value}
    stamps = list(name_pieces(book.names, changed))
    lines = data_parts(book, {name: plans[name] for name in LAST & plans.keys()})
    old = {name: None if is_unknown(before.get(name)) else before.get(name) for name in changed}
    return End(
        [name for name in changed if not book.names[name].formula],
        [*(piece for part in lines for piece in part.data), *stamps],
        list(name_pieces(book.names, old)),
    )


def _report(plans: Plans, tables: Sequence[TablePatch], notes: Sequence[Problem]) -> WriteReport:
    cells = sum(len(plan.cells) for plan in plans.values())
    kept = sum(len(one.rows) * len(one.codes()) for one in tables) - cells
    changed = {name: "written in the spreadsheet" for name, p in plans.items() if p.cells}
    problems = (*(problem for plan in plans.values() for problem in plan.problems), *notes)
    return WriteReport(cells, max(kept, 0), len(plans) - len(changed), changed, None, problems)
