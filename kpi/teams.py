"""Teams: a department is scored by the lines of the role team, over all that its people hold.

What several roles hold at the same time counts once, as for whoever leads people. The department's
own targets come first: they are the sum of its people.
"""

from __future__ import annotations

from dataclasses import dataclass

from kpi.book import Book
from kpi.organisation import Part, below, shared_parts
from kpi.trade import Person

TEAM_ROLE = "team"  # its lines of tblWeight score each department

ANY_TEXT = frozenset("*?~")


@dataclass(frozen=True, slots=True)
class TeamPart:
    """What a person's total takes from the team's."""

    team: str  # the department; empty: the person has none
    share: float  # fraction of the total, q
    total: float | None  # points of the team


def teams(book: Book) -> tuple[Person, ...]:
    """The departments of a book, each in the place of a person.

    A sheet looks names up without their case and reads `*`, `?` and `~` as any text. A department
    that it would take for a person, a shop or another department is therefore left out.
    """
    taken = {p.code.casefold() for p in book.people} | {s.code.casefold() for s in book.shops}
    named: dict[str, str] = {}
    for person in book.people:
        named.setdefault(person.department.casefold(), person.department)
    return tuple(
        Person(name, name, name, TEAM_ROLE, None, None, None, None, None, scored=True)
        for folded, name in named.items()
        if name and folded not in taken and not ANY_TEXT & set(name)
    )


def team_parts(book: Book, department: str) -> tuple[Part, ...]:
    """What the people of a department hold, each shop's days once; else what is below them."""
    mine = {person.code for person in book.people if person.department == department}
    return shared_parts(book, mine) or shared_parts(book, below(book, mine))


def takes_share(book: Book) -> bool:
    """Whether the total of anybody takes a part of a team's."""
    return any(person.scored and person.team_share for person in book.people)
