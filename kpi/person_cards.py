"""A person's month as cards: items, the two regions, the total and what the vetoes leave of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kpi.actuals import Actual
from kpi.employment import Presence
from kpi.methods import Params
from kpi.missing import Outdated, Policy
from kpi.model import DataState, Metric, Region, Status
from kpi.numbers import R
from kpi.person_targets import Goal
from kpi.scoring import (
    GRADES,
    LIMIT,
    CardItem,
    CardTotal,
    Grade,
    adjusted,
    combined,
    grade_of,
    total_of,
    with_team,
)
from kpi.teams import TeamPart
from kpi.trade import Person
from kpi.typed_rows import VetoEffect, WeightRow


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a card, with all that recomputes it."""

    month: str
    person: str
    region: Region
    line: int  # from 1
    metric: Metric
    rule: WeightRow  # limits in the KPI's unit are cut as the target is
    actual: Actual
    counted: float | None  # what scores: the actual, or what its policy puts in its place
    goal: Goal | None
    params: Params
    here: Presence  # of the person in the month
    due: float | None
    attainment: float | None
    score: float | None
    status: Status
    outdated: Outdated | None = None  # what was done with a value that ends before its closed month

    @property
    def missing(self) -> str:
        """The policy that counts where there is no score; an outdated value has its own."""
        return Policy.BLOCK if self.outdated is Outdated.BLOCK else self.rule.missing

    @property
    def key(self) -> str:
        """The key of tblScore."""
        return "｜".join((self.month, self.person, str(self.region), self.metric.code))


@dataclass(frozen=True, slots=True)
class RegionCard:
    """A person's card of one region."""

    region: Region
    items: tuple[Item, ...]
    total: CardTotal


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person's month."""

    person: Person
    month: str
    cards: tuple[RegionCard, ...]
    us_share: float | None
    points: tuple[float, ...]  # what counts of the entries of tblPoint, in order
    total: float | None
    grade: Grade | None
    vetoes: int  # veto items in breach that leave the lowest grade
    forfeits: int = 0  # those that take the bonus, whatever the rule of payout says
    grades: tuple[Grade, ...] = GRADES  # the ladder, the best first
    limit: tuple[float, float] = LIMIT  # of the total after points by hand
    drop_small: bool = False  # an unknown region with a share below a tenth is left out
    own: float | None = None  # the total without the team's part
    share_derived: bool = False  # the US share is that of the month's sales targets, not typed
    team: TeamPart | None = None  # what the total takes from the team's; None: nothing

    def card(self, region: Region) -> RegionCard | None:
        """The card of a region."""
        return next((card for card in self.cards if card.region is region), None)


def card_item(item: Item) -> CardItem:
    """The item as a card adds it up."""
    return CardItem(
        item.metric.code,
        item.rule.weight,
        item.score,
        applicable=item.actual.state is not DataState.NOT_APPLICABLE,
        block=item.missing == Policy.BLOCK,
        manual=item.actual.state is DataState.MANUAL,
    )


def hits(card: PersonCard, *effects: VetoEffect) -> int:
    """Veto items of these effects in breach; an unknown value never hits."""
    return sum(
        item.rule.veto and item.rule.effect in effects and item.status is Status.BREACH
        for one in card.cards
        for item in one.items
    )


def totalled(card: PersonCard, totals: Mapping[Region, float | None]) -> PersonCard:
    """The card with its total: regions by their shares, points by hand, the team's part, vetoes."""
    us, eu = totals.get(Region.US), totals.get(Region.EU)
    both = combined(us, eu, card.us_share, drop_small=card.drop_small)
    own = adjusted(both, card.points, card.limit)
    whole = own if card.team is None else with_team(own, card.team.total, card.team.share)
    return gated(replace(card, own=own, total=adjusted(whole, (), card.limit)))


def dropped(card: PersonCard) -> tuple[Region, float] | None:
    """The unknown region that the total goes without, and its share; None where there is none."""
    if not card.drop_small or card.own is None or card.us_share is None:
        return None
    shares = {Region.US: card.us_share, Region.EU: R(1 - card.us_share) or 0.0}
    unknown = (one.region for one in card.cards if one.total.total is None)
    return next(((region, shares[region]) for region in unknown if shares[region] > 0), None)


def gated(card: PersonCard) -> PersonCard:
    """Total, grade and bonus as the veto items leave them, after additions and deductions."""
    zero = hits(card, VetoEffect.TOTAL_ZERO)
    total, own = (0.0 if zero and one is not None else one for one in (card.total, card.own))
    vetoes = hits(card, VetoEffect.GRADE_CAP)
    forfeits = zero + hits(card, VetoEffect.BONUS_ZERO)
    grade = grade_of(total, vetoes, card.grades)
    return replace(card, total=total, own=own, grade=grade, vetoes=vetoes, forfeits=forfeits)


def manual_share(card: PersonCard) -> float | None:
    """Which part of 100 of all cards was typed by hand."""
    if not card.cards:
        return None
    summed = total_of(one.total.manual_share for one in card.cards)
    return None if summed is None else summed / len(card.cards) / 100


def coverage(card: PersonCard) -> float | None:
    """The least coverage of a person's cards."""
    known = [one.total.coverage for one in card.cards if one.total.coverage is not None]
    return min(known) if known else None
