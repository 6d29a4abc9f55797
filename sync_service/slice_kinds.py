"""The two kinds of a person's slice: which tables each has, and who fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from kpi.tables import Table
from sheet_templates.book import Edition
from sheet_templates.layout import TABLES
from sheet_templates.pages.disputes import LINES
from sheet_templates.start import StartRow
from sync_service import person_rows, slice_rows
from sync_service.filling.cells import FilledRow
from sync_service.slices import Slice


@dataclass(frozen=True, slots=True)
class SliceKind:
    """An edition that `share` fills for one person."""

    edition: Edition
    typed: tuple[str, ...]  # tables whose rows the manager types in the team's book
    served: Callable[[Slice], Mapping[str, Iterable[FilledRow]]]  # tables of the service
    own: tuple[str, ...] = ()  # tables that only the reader types; no share changes them
    tall: tuple[str, ...] = ()  # served tables of long texts, whose lines are made high enough


PARTNER = SliceKind(
    "partner",
    ("tblShop", "tblTask"),
    slice_rows.partner,
    ("tblDispute",),
    ("tblContract", "tblClause"),
)
PERSON = SliceKind(
    "person",
    ("tblPoint", "tblTask"),
    person_rows.tables,
    ("tblDispute", "tblTalk"),
    ("tblMeaning",),
)


def kind_of(mine: Slice) -> SliceKind:
    """An agency gets the partner's edition, everybody else the person's."""
    return PARTNER if mine.done.people[0].person.partner else PERSON


def started(kind: SliceKind, mine: Slice) -> dict[str, list[StartRow]]:
    """Rows that are built in: a patch writes no heights, and not every program makes them."""
    return {name: list(rows) for name, rows in kind.served(mine).items() if name in kind.tall}


def own_lines(kind: SliceKind, there: Mapping[str, Table]) -> dict[str, list[StartRow]]:
    """What the reader typed in own tables before, and empty lines below it."""
    found: dict[str, list[StartRow]] = {}
    for name in kind.own:
        table, codes = there.get(name), [column.code for column in TABLES[name].columns]
        rows = [{code: row.value(code) for code in codes} for row in table.rows] if table else []
        said = [row for row in rows if any(value not in (None, "") for value in row.values())]
        found[name] = [*said, *({} for _ in range(max(LINES - len(said), 1)))]
    return found
