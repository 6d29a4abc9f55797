"""What keeps a person's month from being counted, told so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.scorecards import PersonCard


def without_share(cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """People with a card of either region and no share to join them by: their total is unknown."""
    for card in cards:
        if card.us_share is None:
            place = Place(table="tblPeople", text=card.person.code)
            yield problem("share_missing", place, person=card.person.code, month=card.month)
