"""What every kind of workbook can do: give its tables, take patches of the service's own cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kpi.errors import Problem
from kpi.tables import CellValue, ErrorValue, Table
from sheet_templates.layout import TABLES, Owner
from sheet_templates.purpose import Shown

Written = CellValue | ErrorValue


@dataclass(frozen=True, slots=True)
class TablePatch:
    """The service's columns of one table, by key.

    Rows keep their place: a key that is there is patched where it stands, a new key fills a freed
    row or is appended, a key that is gone has its service cells emptied (`prune`). The person's
    columns, notes and formats stay with their row. Formula columns of the layout are filled into
    new rows from the table's own formula.
    """

    table: str
    key: tuple[str, ...]  # column codes that make a row's key
    rows: Sequence[Mapping[str, Written]]  # column code -> value; every row holds its key
    prune: bool = True  # empty the service's cells of rows whose key is not in `rows`
    adds: bool = False  # only adds rows to a manager's table, with the manager's columns filled
    # Values that the table's formula columns will have, by key, to be cached for previews.
    computed: Mapping[tuple[CellValue, ...], Mapping[str, Written]] = field(default_factory=dict)
    # Keys that are gone and whose words have gone elsewhere: a person's cells of the layout are
    # emptied too. Own columns, formulas and notes keep the row as ever.
    released: frozenset[tuple[str, ...]] = frozenset()
    # Whose columns are written: in a partner's slice the service writes the manager's too.
    owners: tuple[Owner, ...] = (Owner.SERVICE,)

    def codes(self) -> tuple[str, ...]:
        """The columns that this patch may write, beside its key."""
        return tuple(c for one in self.owners for c in TABLES[self.table].owned_by(one))

    def owns(self, code: str) -> bool:
        """Whether a column is this patch's to write."""
        return TABLES[self.table].column(code).owner in self.owners


@dataclass(frozen=True, slots=True)
class NamePatch:
    """A value for the single cell that a defined name points at (data-until lines, stamps)."""

    name: str
    value: Written


@dataclass(frozen=True, slots=True)
class BookContents:
    """What a port reads in one go."""

    tables: Mapping[str, Table]
    names: Mapping[str, Written]  # values of single-cell defined names of the layout
    language: str  # zh or en, by the headers found
    fingerprint: str  # of the source as read; a write refuses when it has changed since
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What one write did, with its proof of losslessness."""

    cells_written: int
    cells_kept: int  # already held the value
    parts_identical: int
    parts_changed: Mapping[str, str]  # part name -> why
    backup: str | None  # path of the previous file
    problems: tuple[Problem, ...] = ()


class WorkbookPort(Protocol):
    """A workbook the service can refresh: a closed .xlsx, a Google spreadsheet, a live Excel."""

    def fingerprint(self) -> str:
        """What `read` would give as fingerprint, without reading the tables."""

    def read(self) -> BookContents:
        """All tables of the layout, as they are now."""

    def write(
        self,
        tables: Sequence[TablePatch],
        names: Sequence[NamePatch],
        fingerprint: str,
        shown: Shown | None = None,
    ) -> WriteReport:
        """Write in one atomic step, or not at all; raises KpiError with the mend.

        `shown` says which tabs and columns are visible from now on; None leaves them alone.
        """
