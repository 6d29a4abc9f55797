"""The scorecard of one refresh as plain data: kept, shown, and given to whoever may read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from kpi.errors import Problem
from kpi.model import Region
from kpi.person_cards import PersonCard
from sync_service import schema
from sync_service.compute import Computed
from sync_service.control import Control
from sync_service.filling.attention import focus

Card = Mapping[str, Any]
"""month, company, currency, facts_version, people (with items) and the lines of Today."""


def scorecard(done: Computed, problems: Sequence[Problem]) -> Card:
    """What was scored, from which facts, and what needs a person today."""
    settings = done.book.settings
    return {
        "month": done.month.code,
        "company": settings.company,
        "currency": settings.currency,
        "facts_version": done.given.leaves.version,
        "people": [_person(done, card) for card in done.people],
        "focus": [dict(row) for row in focus(done, problems) if row["what"]],
    }


def _person(done: Computed, card: PersonCard) -> dict[str, object]:
    definition = done.given.catalog.definition_hash
    return {
        "person": card.person.code,
        **{str(r): one.total.total for r in Region if (one := card.card(r)) is not None},
        "total": card.total,
        **_team(card),
        "grade": card.grade.name if card.grade else None,
        "items": [
            {
                "item": item.key,
                "actual": item.actual.value,
                "due": item.due,
                "score": item.score,
                "weight": item.rule.weight,
                "facts": item.actual.facts,
                "covered_until": str(item.actual.covered_until),
                "definition": definition(item.metric.code),
            }
            for one in card.cards
            for item in one.items
        ],
    }


def _team(card: PersonCard) -> dict[str, object]:
    """What the total takes from the team's; nothing of a person without a share of it."""
    if card.team is None:
        return {}
    part = card.team
    return {
        "own_total": card.own,
        "team": part.team,
        "team_share": part.share,
        "team_total": part.total,
    }


def team_totals(months: Sequence[Computed]) -> dict[str, float | None]:
    """The total of every team, by month and team."""
    return {
        team_key(done.month.code, card.person.code): card.total
        for done in months
        for card in done.teams
    }


def team_key(month: str, team: str) -> str:
    """Where the total of a team's month stands in a seal."""
    return f"{month}｜{team}"


def card_totals(months: Sequence[Computed]) -> dict[str, float | None]:
    """The total of every card, by month, person and region."""
    return {
        "｜".join((done.month.code, card.person.code, str(one.region))): one.total.total
        for done in months
        for card in done.cards
        for one in card.cards
    }


def last_scorecard(store: Control, book: str) -> Card | None:
    """The newest scorecard of a book."""
    table = schema.scorecards
    newest = select(table.c.card).where(table.c.book == book).order_by(table.c.at.desc()).limit(1)
    with store.read() as connection:
        found: Card | None = connection.execute(newest).scalar()
    return found
