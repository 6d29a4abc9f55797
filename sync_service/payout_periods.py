"""What a pay line of a month or a quarter starts from; closed months count as they were signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from kpi.calendar import period, period_of, shifted
from kpi.errors import KpiError, Place, Problem
from kpi.messages import problem
from kpi.model import Period, PeriodKind, Region
from kpi.pay_amounts import Signed
from kpi.person_cards import PersonCard, totalled
from kpi.quarter_totals import quarter_total
from kpi.scoring import grade_of
from kpi.teams import TeamPart
from sync_service import schema
from sync_service.house import House
from sync_service.scorecard import team_key
from sync_service.sealing import seal_of
from sync_service.workbooks.package import open_package

Totals = Mapping[str, float | None]
"""Signed totals: of cards by month｜person｜region, of teams by month｜team."""
MONTHS_OF_QUARTER = 3


def months_of(of: Period) -> tuple[str, ...]:
    """The months of a month or quarter."""
    first = period_of(of.window.start, PeriodKind.MONTH)
    count = MONTHS_OF_QUARTER if of.kind is PeriodKind.QUARTER else 1
    return tuple(shifted(first, number).code for number in range(count))


def merged(of: Period, months: Sequence[Mapping[str, PersonCard]]) -> dict[str, PersonCard]:
    """The cards of a period by person; of a quarter the mean of the months that a person has.

    One month without a total leaves the quarter without one.
    """
    people = dict.fromkeys(code for cards in months for code in cards)
    mine = {code: [cards[code] for cards in months if code in cards] for code in people}
    return {code: _mean(of, cards) for code, cards in mine.items()}


def _mean(of: Period, cards: Sequence[PersonCard]) -> PersonCard:
    last = cards[-1]
    if of.kind is PeriodKind.MONTH:
        return last
    total = quarter_total([card.total for card in cards])
    vetoes, forfeits = (sum(c.vetoes for c in cards), sum(c.forfeits for c in cards))
    grade = grade_of(total, vetoes, last.grades)
    made = replace(last, month=of.code, total=total, grade=grade)
    return replace(made, vetoes=vetoes, forfeits=forfeits)


# --- closed months --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closed:
    """The signed totals of closed months, and what could not be read of them."""

    totals: Totals
    problems: tuple[Problem, ...]
    teams: Totals = field(default_factory=dict)
    amounts: Signed = field(default_factory=dict)  # what commissions pay on


def closed_totals(house: House, book: str, month: str) -> Closed:
    """The totals of the frozen file that closed a month; none where it is open."""
    about, _, problems = closed_about(house, book, month)
    parts = (about.get(part, {}) for part in ("teams", "amounts"))
    return Closed(about.get("totals", {}), problems, *parts)


def closed_about(
    house: House, book: str, month: str
) -> tuple[Mapping[str, Any], str, tuple[Problem, ...]]:
    """What the file that closed a month was signed with, and its name; nothing while it is open."""
    table = schema.freezes
    with house.store.read() as connection:
        rows = connection.execute(
            select(table.c.period, table.c.path).where(table.c.book == book)
        ).all()
    for code, path in rows:
        if month in months_of(period(code)):
            return _read(month, Path(path))
    return {}, "", ()


def _read(month: str, path: Path) -> tuple[Mapping[str, Any], str, tuple[Problem, ...]]:
    try:
        seal = seal_of(open_package(path.read_bytes(), path.name), path.name)
    except (KpiError, OSError):
        place = Place(table="tblPay", text=month)
        return {}, "", (problem("frozen_unread", place, month=month, file=path.name),)
    return seal.about, path.name, ()


def as_closed(card: PersonCard, closed: Closed) -> PersonCard:
    """The card with the totals that were signed; points by hand and vetoes as they stand."""
    keys = {one.region: _key(card, one.region) for one in card.cards}
    if not keys or any(key not in closed.totals for key in keys.values()):
        return card
    signed = {region: closed.totals[key] for region, key in keys.items()}
    return totalled(replace(card, team=_signed_team(card, closed.teams)), signed)


def _signed_team(card: PersonCard, teams: Totals) -> TeamPart | None:
    """The team's part with the total that was signed for the team."""
    if card.team is None:
        return None
    return replace(card.team, total=teams.get(team_key(card.month, card.team.team)))


def _key(card: PersonCard, region: Region) -> str:
    return "｜".join((card.month, card.person.code, str(region)))
