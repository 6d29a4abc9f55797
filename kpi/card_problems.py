"""What keeps a person's month from being counted, told so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kpi.book import Book
from kpi.employment import presence
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.missing import Outdated
from kpi.model import Period
from kpi.scorecards import Item, PersonCard, RegionCard


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


def outdated_items(cards: Iterable[PersonCard]) -> Iterator[Problem]:
    """Items of a closed month whose data end too early, one Problem a card and last day.

    They block the total, or count as their rule says; lines without a weight do neither.
    """
    for card in cards:
        for one in card.cards:
            yield from _outdated(card, one)


def _outdated(card: PersonCard, one: RegionCard) -> Iterator[Problem]:
    found: dict[tuple[bool, date | None], list[Item]] = {}
    for item in one.items:
        if item.outdated is not None and item.rule.weight > 0:
            blocks = item.outdated is Outdated.BLOCK
            found.setdefault((blocks, item.actual.covered_until), []).append(item)
    for (blocks, until), items in found.items():
        yield problem(
            "outdated_blocks" if blocks else "outdated_counted",
            Place(table="tblScore", text=f"{card.person.code} {one.region}"),
            month=card.month,
            until=until,
            zh="、".join(item.metric.names["zh"] for item in items),
            en=", ".join(item.metric.names["en"] for item in items),
        )
