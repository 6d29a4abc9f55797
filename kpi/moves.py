"""Moves of people: a person's later rows of People, each in force from the first day of a month.

A card is of a whole month: its role, targets and shares are one. A move on another day therefore
counts from the first of the following month, and who typed it is told so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from kpi.book import EVER, Book
from kpi.book_nouns import read_person
from kpi.book_rows import RowReader
from kpi.model import Period
from kpi.tables import Row
from kpi.trade import Person

OWN_CELLS = frozenset({"since", "end"})  # of a row itself; other empty cells go on from before
DECEMBER = 12


def counts_from(row: Person) -> date:
    """The first day on which a row of People counts."""
    since = row.since
    if since is None or since.day == 1:
        return since or EVER
    return date(since.year + since.month // DECEMBER, since.month % DECEMBER + 1, 1)


def every_row(book: Book) -> tuple[Person, ...]:
    """Every row of People, also those that are not in force, in the order of the people."""
    moved = _by_code(book.moves)
    return tuple(row for one in book.people for row in moved.get(one.code, [one]))


def with_people(book: Book, rows: Iterable[Person]) -> Book:
    """The book with these rows of People, as they are in force in the month under review."""
    by_code = _by_code(rows)
    first = _first_day(book.settings.month)
    return replace(
        book,
        people=tuple(_in_force(mine, first) for mine in by_code.values()),
        moves=tuple(row for mine in by_code.values() if len(mine) > 1 for row in mine),
    )


def in_month(book: Book, month: Period) -> Book:
    """The book with everybody's row of a month; the same one where nobody ever moved."""
    if not book.moves:
        return book
    by_code = _by_code(book.moves)
    first = month.window.start
    now = tuple(
        _in_force(by_code[one.code], first) if one.code in by_code else one for one in book.people
    )
    return book if now == book.people else replace(book, people=now)


def _by_code(rows: Iterable[Person]) -> dict[str, list[Person]]:
    """The rows of each person by their days."""
    found: dict[str, list[Person]] = {}
    for row in rows:
        found.setdefault(row.code, []).append(row)
    for mine in found.values():
        mine.sort(key=lambda row: row.since or EVER)
    return found


def _first_day(month: str) -> date | None:
    """The first day of the month under review; None where Setup has none."""
    return date.fromisoformat(f"{month}-01") if month else None


def _in_force(rows: list[Person], first: date | None) -> Person:
    """The last of the rows, by their days, that counts on a month's first; else the first row."""
    begun = [row for row in rows if first is None or counts_from(row) <= first]
    return (begun or rows)[-1 if begun else 0]


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dated:
    since: date | None
    row: RowReader


def read_people(rows: Iterable[RowReader]) -> tuple[Person, ...]:
    """Every row of tblPeople that can be read: people in their order, rows of a person by From.

    What a later row leaves empty is as in the row before it. A person whose first row is wrong is
    one Problem there, and the later rows are not read.
    """
    dated = [_Dated(row.day("since"), row) for row in rows]
    by_code: dict[str, list[_Dated]] = {}
    for one in dated:
        by_code.setdefault(one.row.text("person"), []).append(one)
    return tuple(person for mine in by_code.values() for person in _of_one(mine))


def _of_one(mine: list[_Dated]) -> Iterator[Person]:
    read: dict[date | None, RowReader] = {}
    found: list[Person] = []
    before: RowReader | None = None
    for one in sorted(mine, key=lambda each: each.since or EVER):
        row = one.row
        if row.bad:
            continue
        if one.since in read:
            row.wrong(row.table.columns[0], "duplicate_key", first=read[one.since].address)
            continue
        read[one.since] = row
        row = row if before is None else _continued(before, row)
        person = _read_once(row, one.since)
        if row.bad:
            if before is None:
                return
            continue
        if before is not None and counts_from(person) != one.since:
            told = {"person": person.code, "since": one.since, "first": counts_from(person)}
            row.doubt("since", "move_next_month", **told)
        found.append(person)
        before = row
    yield from _with_end(found)


def _continued(before: RowReader, row: RowReader) -> RowReader:
    """A later row with what it leaves empty."""
    kept = {c: cell for c, cell in before.row.cells.items() if c not in OWN_CELLS}
    typed = {c: cell for c, cell in row.row.cells.items() if cell.value not in (None, "")}
    whole = Row(row.row.number, {**kept, **typed}, row.row.own)
    return RowReader(row.table, whole, row.decode, row.names, row.problems)


def _read_once(row: RowReader, since: date | None) -> Person:
    """The row as a person; what is told of the row before is not told again."""
    told = len(row.problems)
    person = replace(read_person(row), since=since)
    old, new = row.problems[:told], row.problems[told:]
    row.problems[told:] = [one for one in new if one not in old]
    return person


def _with_end(rows: list[Person]) -> Iterator[Person]:
    """A person leaves once: on the last day that is typed, if no later row begins after it."""
    ends = [row.end for row in rows if row.end is not None]
    end = ends[-1] if ends else None
    since = rows[-1].since if rows else None
    stays = end is not None and since is not None and end < since
    return (replace(row, end=None if stays else end) for row in rows)
