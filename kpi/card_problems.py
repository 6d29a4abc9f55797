"""What keeps a person's month from being counted, told so that somebody can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kpi.book import Book
from kpi.calendar import period
from kpi.employment import presence
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.missing import Outdated
from kpi.model import DataState, Period
from kpi.numbers import R
from kpi.organisation import (
    clip,
    in_region,
    person_parts,
)
from kpi.person_cards import Item, PersonCard, RegionCard, dropped, manual_share
from kpi.step_table import on_actual
from kpi.tables import Table
from kpi.teams import takes_share

MANUAL_MOST = 0.2  # of a card, before a reader is warned
NEEDS_NO_TARGET = frozenset({"band", "range", "zero_defect", "yes_no", "knots", "manual"})

TOTAL_COLUMNS = frozenset({"drop_below", "team", "team_share", "own_total", "team_total"})


def without_share(cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """People with a card of either region and no typed share to join them by.

    The share of their sales targets is noted; without such targets the total is unknown.
    """
    for card in cards:
        place = Place(table="tblPeople", text=card.person.code)
        said = {"person": card.person.code, "month": card.month}
        if card.us_share is None:
            yield problem("share_missing", place, **said)
        elif card.share_derived:
            yield problem("share_derived", place, **said, share=percent(card.us_share))


def left_out(cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """Regions that are unknown and count so little that the total goes without them."""
    for card in cards:
        found = dropped(card)
        if found is not None:
            place = Place(table="tblTeam", text=card.person.code)
            said = {"person": card.person.code, "month": card.month, "region": found[0]}
            yield problem("region_dropped", place, **said, share=percent(found[1]))


def without_team(cards: Sequence[PersonCard], teams: Sequence[PersonCard]) -> Iterator[Problem]:
    """People whose total takes a part of a team's that nobody knows."""
    scored = {team.person.code for team in teams}
    for card in cards:
        part = card.team
        if part is None or part.total is not None:
            continue
        known = "team_unknown" if part.team in scored else "team_unscored"
        place = Place(table="tblPeople", text=card.person.code)
        said = {"person": card.person.code, "month": card.month, "team": part.team}
        code = known if part.team else "team_nobody"
        yield problem(code, place, **said, share=percent(part.share))


def unjoined(teams: Sequence[PersonCard]) -> Iterator[Problem]:
    """Teams with a card of either region and no targets to join them by."""
    for card in teams:
        if card.us_share is None:
            place = Place(table="tblTarget", text=card.person.code)
            yield problem("team_share_unset", place, team=card.person.code, month=card.month)


def unshown(page: Table | None, book: Book) -> Iterator[Problem]:
    """A tab Team of before these columns: its formula of the total knows no team and no setting."""
    asked = takes_share(book) or book.settings.drop_small
    if page is not None and asked and not set(page.columns) >= TOTAL_COLUMNS:
        yield problem("team_page_old", Place(sheet=page.sheet, table=page.name))


def percent(share: float) -> float | None:
    """A fraction in percent, as it is said."""
    return R(share * 100)


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


def mostly_typed(cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """Cards of which more was typed by hand than a score should stand on."""
    for card in cards:
        share = manual_share(card)
        if share is not None and share > MANUAL_MOST:
            place = Place(table="tblTeam", text=card.person.code)
            yield problem("much_by_hand", place, person=card.person.code, share=share * 100)


def without_target(book: Book, cards: Sequence[PersonCard]) -> Iterator[Problem]:
    """Items that cannot be scored because nobody set a target, or none of their categories."""
    for card in cards:
        for one in card.cards:
            for item in one.items:
                if item.goal is None and _wants_target(item):
                    yield _lacking(book, item)


def _lacking(book: Book, item: Item) -> Problem:
    """What to type for an item without a target."""
    place = Place(table="tblTarget", text=f"{item.person} {item.region}")
    said = {"person": item.person, "region": item.region, "metric": item.metric.names["zh"]}
    days = period(item.month).window
    parts = in_region(book, person_parts(book, item.person), item.region)
    some = next((one for one in parts if not one.whole and clip(one.days, days).days), None)
    if some is None or not item.metric.additive:
        return problem("no_target", place, **said)
    category = some.category or f"≠ {', '.join(sorted(some.excluding))}"
    return problem("no_category_target", place, **said, shop=some.shop, category=category)


def _wants_target(item: Item) -> bool:
    """Whether an item would be scored if it had a target."""
    applies = item.actual.state is not DataState.NOT_APPLICABLE
    without = item.rule.method in NEEDS_NO_TARGET or on_actual(item.params)
    return applies and not without
