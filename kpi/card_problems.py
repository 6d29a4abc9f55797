"""What keeps a person's month from being counted, told so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpi.book import Book
from kpi.employment import presence
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Period
from kpi.scorecards import PersonCard


def without_share(cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """People with a card of either region and no share to join them by: their total is unknown."""
    for card in cards:
        if card.us_share is None:
            place = Place(table="tblPeople", text=card.person.code)
            yield problem("share_missing", place, person=card.person.code, month=card.month)


def without_card(book: Book, cards: Sequence[PersonCard], month: Period) -> Iterator[Problem]:
    """Scored people who were there and have no card: neither a shop of theirs nor tasks score."""
    carded = {card.person.code for card in cards}
    lined = {row.role for row in book.weights if row.on}
    for person in book.people:
        if person.scored and person.code not in carded and presence(person, month).days.days:
            code = "no_card" if person.role in lined else "no_card_lines"
            place = Place(table="tblPeople", text=person.code)
            yield problem(code, place, person=person.code, role=person.role, month=month.code)
