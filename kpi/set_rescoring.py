"""What the quarter's totals would be with one KPI less, lighter or harder: the cards added up anew.

The cards are those of the quarter, item by item as they were scored; only the one KPI changes, and
everything after it goes through the same adding up. An effect is shown for the people who have a
total before and after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

from kpi.model import Better
from kpi.person_cards import Item, PersonCard, RegionCard, card_item
from kpi.quarter_totals import quarter_total
from kpi.scoring import card_total
from kpi.set_review import ENOUGH, spread_of
from kpi.what_if import Change, what_if, with_target, with_weight

HARDER = 0.1  # of the target: what the proposal for a target that everybody reaches asks more


@dataclass(frozen=True, slots=True)
class Month:
    """The cards of a month, and the least coverage that its totals need."""

    cards: tuple[PersonCard, ...]
    min_coverage: float  # fraction


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to the quarter's totals; points, None for too few people."""

    people: int  # with a total before and after
    lost: int  # without a total after it, because too little of the card is left
    before: float | None  # spread of the totals
    after: float | None
    shift: float | None  # of the mean total
    moved: int | None  # people whose rank is another one


@dataclass(frozen=True, slots=True)
class Rescored:
    """The figures behind a talk about one KPI."""

    correlation: float | None  # of its scores with the rest of their cards, -1 to 1
    without: Effect
    proposal: str  # code of the word list kpi_proposal
    proposed: Effect | None  # of the proposal; None where it changes no card


# --- changes --------------------------------------------------------------------------------------


def without(item: Item) -> Item:
    """The item off its card: no weight, no veto."""
    return replace(item, rule=replace(item.rule, weight=0.0, veto=False))


def lighter(item: Item) -> Item:
    """The item at half its weight."""
    return with_weight(item, item.rule.weight / 2)


def harder(item: Item) -> Item:
    """The item with a target a tenth harder; one without a target stays."""
    if item.goal is None:
        return item
    more = abs(item.goal.value) * HARDER
    higher = item.rule.better is not Better.LOWER
    return with_target(item, item.goal.value + (more if higher else -more))


PROPOSALS: Mapping[str, tuple[str, Change | None]] = {  # finding -> proposal and what it changes
    "keep": ("keep", None),
    "unused": ("switch_off", None),
    "gaps": ("without", without),
    "disputed": ("half", lighter),
    "full": ("harder", harder),
    "same": ("without", without),
}


# --- effects --------------------------------------------------------------------------------------


def rescored(months: Sequence[Month], metric: str, finding: str) -> Rescored:
    """One KPI less, and what its finding proposes."""
    proposal, changed = PROPOSALS[finding]
    return Rescored(
        correlation=correlation(_pairs(months, metric)),
        without=effect(months, metric, without),
        proposal=proposal,
        proposed=None if changed is None else effect(months, metric, changed),
    )


def effect(months: Sequence[Month], metric: str, changed: Change) -> Effect:
    """The quarter's totals before and after a change of one KPI."""
    before = _totals(months, lambda card, _: card)
    after = _totals(months, lambda card, least: _changed(card, metric, changed, least))
    both = [
        (first, second)
        for code, first in before.items()
        if first is not None and (second := after[code]) is not None
    ]
    was, now = [first for first, _ in both], [second for _, second in both]
    many = len(both) >= ENOUGH
    return Effect(
        people=len(both),
        lost=sum(one is not None for one in before.values()) - len(both),
        before=spread_of(was) if many else None,
        after=spread_of(now) if many else None,
        shift=(fsum(now) - fsum(was)) / len(both) if both else None,
        moved=_moved(was, now) if many else None,
    )


def _totals(
    months: Sequence[Month], made: Callable[[PersonCard, float], PersonCard]
) -> dict[str, float | None]:
    """The quarter's total of each person."""
    found: dict[str, list[float | None]] = {}
    for month in months:
        for card in month.cards:
            total = made(card, month.min_coverage).total
            found.setdefault(card.person.code, []).append(total)
    return {code: quarter_total(totals) for code, totals in found.items()}


def _changed(card: PersonCard, metric: str, changed: Change, min_coverage: float) -> PersonCard:
    for one in card.cards:
        if any(item.metric.code == metric for item in one.items):
            card = what_if(card, one.region, metric, changed, min_coverage)
    return card


def _moved(was: Sequence[float], now: Sequence[float]) -> int:
    return sum(before != after for before, after in zip(_ranks(was), _ranks(now), strict=True))


def _ranks(totals: Sequence[float]) -> list[int]:
    """The place of each, the highest first; equal totals share a place."""
    return [1 + sum(other > one for other in totals) for one in totals]


# --- correlation ----------------------------------------------------------------------------------


def _pairs(months: Iterable[Month], metric: str) -> Iterator[tuple[float, float]]:
    """The score of a KPI, and what its card adds up to without it."""
    for month in months:
        for person in month.cards:
            for card in person.cards:
                yield from _pair(card, metric, month.min_coverage)


def _pair(card: RegionCard, metric: str, min_coverage: float) -> Iterator[tuple[float, float]]:
    mine = next((item for item in card.items if item.metric.code == metric), None)
    if mine is None or mine.score is None:
        return
    others = [card_item(item) for item in card.items if item is not mine]
    rest = card_total(others, min_coverage).total
    if rest is not None:
        yield (mine.score, rest)


def correlation(pairs: Iterable[tuple[float, float]]) -> float | None:
    """Pearson's r; None of fewer than three pairs, or where one side never changes."""
    found = tuple(pairs)
    if len(found) < ENOUGH:
        return None
    across, up = (_deviations([pair[side] for pair in found]) for side in (0, 1))
    squares = fsum(x * x for x in across) * fsum(y * y for y in up)
    if not squares > 0:
        return None
    return fsum(x * y for x, y in zip(across, up, strict=True)) / sqrt(squares)


def _deviations(values: Sequence[float]) -> list[float]:
    mean = fsum(values) / len(values)
    return [value - mean for value in values]
