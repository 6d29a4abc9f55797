"""What one table says about another: owners, managers and scopes that are nobody's.

Such a cell is a doubt: its row counts as it is, and the reader is told which cell to mend. A code
whose own row is wrong, or lacks its code, is one Problem there and none here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from kpi.book_rows import RowReader
from kpi.model import COMPANY_SCOPE, OWN_STORES, Region
from kpi.trade import Person

EVERY_SHOP = "*"
PEOPLE_COLUMNS = (  # the columns that name a person, and what is said of a stranger
    ("tblShop", "owner", "unknown_owner"),
    ("tblTarget", "owner", "unknown_person"),
    ("tblPeople", "manager", "unknown_person"),
    ("tblPeople", "mentor", "unknown_person"),
    ("tblTask", "owner", "unknown_person"),
)
WORD_COLUMNS = (  # columns of words that no calculation reads, with their lists
    ("tblTarget", "basis", "basis"),
    ("tblTarget", "split", "split"),
    ("tblTarget", "uplift_unit", "uplift_unit"),
    ("tblShop", "logistics", "logistics"),
    ("tblProduct", "stage", "stage"),
    ("tblProduct", "market", "market"),
    ("tblWeight", "confirmed", "yes_no"),
)
BETWEEN = re.compile(r"[,;，、；/／&+\n]|\band\b|和")  # between the names of several people
Rows = Callable[[str], Iterator[RowReader]]


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of a table: of the rows that could be read, and of all rows."""

    read: frozenset[str]
    named: frozenset[str]
    open: bool = False  # a row lacks its code, so an unknown code may well be that row's

    def strange(self, code: str) -> bool:
        """Whether a code is surely nobody's."""
        return bool(code) and code not in self.named and not self.open

    def check(self, row: RowReader, column: str, code: str) -> None:
        """A code whose own row is wrong is one Problem there, not one more in each naming row."""
        if self.strange(code):
            row.wrong(column, "unknown_code", shown=code)
        elif code not in self.read:
            row.bad = True


def doubt_people(rows: Rows, codes: Codes) -> None:
    """Owners, managers and mentors that are not in People."""
    for table, column, kind in PEOPLE_COLUMNS:
        for row in rows(table):
            code = row.text(column)
            if codes.strange(code) and len(owners_in(code, codes.named)) == 1:
                row.doubt(column, kind, shown=code, shop=row.text("shop"), owner=code)


def owners_in(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The people that a cell names; a code that is in People is one, whatever signs it holds."""
    if text in known:
        return (text,)
    return tuple(part for found in BETWEEN.split(text) if (part := found.strip()))


def doubt_words(rows: Rows) -> None:
    """Words that are in no list, in columns that nothing is calculated from."""
    for table, column, words in WORD_COLUMNS:
        for row in rows(table):
            text = row.text(column)
            if text and not isinstance(row.raw(column), bool) and row.decode(words, text) is None:
                row.doubt(column, "unknown_word", shown=text)


def doubt_rule_scopes(rows: Rows, codes: frozenset[str], *, complete: bool) -> None:
    """Rules that watch nothing; `codes` are those of scopes, `complete` False when some lack."""
    known = codes | {str(r) for r in Region} | {COMPANY_SCOPE, OWN_STORES, EVERY_SHOP}
    for row in rows("tblRule"):
        scope = row.text("scope", EVERY_SHOP)
        if complete and scope not in known:
            row.doubt("scope", "unknown_rule_scope", scope=scope)


def doubt_managers(rows: Rows, people: tuple[Person, ...]) -> None:
    """Circles of managers, each once, at the first of its people in the table."""
    above = {person.code: person.manager for person in people}
    told: set[str] = set()
    for row in rows("tblPeople"):
        circle = _circle(row.text("person"), above)
        if circle and told.isdisjoint(circle):
            told.update(circle)
            row.doubt("manager", "manager_circle", path=" → ".join((*circle, circle[0])))


def _circle(person: str, above: Mapping[str, str | None]) -> tuple[str, ...]:
    """The people from a person upwards who come back to that person; nobody when they do not."""
    path = [person]
    while (manager := above.get(path[-1])) is not None and manager not in path:
        path.append(manager)
    return tuple(path) if above.get(path[-1]) == person else ()
