"""A card with another value, target or weight of one of its items, beside the card as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kpi.methods import filled
from kpi.model import DataState, Region
from kpi.person_cards import Item, PersonCard, RegionCard, card_item, totalled
from kpi.person_targets import Goal
from kpi.scorecards import is_paced
from kpi.scoring import attainment, card_total, item_score, status_of_item
from kpi.targets import due

Change = Callable[[Item], Item]


def with_target(item: Item, target: float) -> Item:
    """The item with another target, due by now as its own is; without one all of it is due."""
    share, basis = (item.goal.share, item.goal.basis) if item.goal else (1.0, "what if")
    return judged(replace(item, goal=Goal(target, share, basis)))


def with_value(item: Item, value: float) -> Item:
    """The item with another value, as if somebody had typed it: known, and not outdated."""
    typed = replace(item.actual, value=value, state=DataState.MANUAL)
    return judged(replace(item, actual=typed, counted=value, outdated=None))


def with_weight(item: Item, weight: float) -> Item:
    """The item with another weight."""
    return replace(item, rule=replace(item.rule, weight=weight))


def judged(item: Item) -> Item:
    """What is due, reached and scored by the item's goal and rule."""
    rule, goal, additive = item.rule, item.goal, is_paced(item.metric, item.rule)
    reference = due(goal.value, goal.share, additive=additive) if goal else None
    params = filled(rule.method, rule.params, rule.better, reference)
    return replace(
        item,
        params=params,
        due=reference,
        attainment=attainment(item.counted, reference, rule.better, rule.method),
        score=item_score(rule.method, item.counted, reference, params, rule.cap, rule.floor),
        status=status_of_item(
            item.counted,
            reference,
            rule.better,
            rule.warn,
            rule.breach,
            rule.bound,
            additive=additive,
            low=(rule.warn_low, rule.breach_low),
        ),
    )


def what_if(
    card: PersonCard, region: Region, metric: str, changed: Change, min_coverage: float
) -> PersonCard:
    """The person's month with one item changed; everything after it is added up anew."""

    def made(one: RegionCard) -> RegionCard:
        if one.region is not region:
            return one
        items = tuple(changed(item) if item.metric.code == metric else item for item in one.items)
        return RegionCard(region, items, card_total([card_item(i) for i in items], min_coverage))

    cards = tuple(made(one) for one in card.cards)
    totals = {one.region: one.total.total for one in cards}
    return totalled(replace(card, cards=cards), totals)
