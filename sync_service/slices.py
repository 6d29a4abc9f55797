"""One person's part of what was computed, as if the workbook held nobody else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from kpi.alarms import LOOK_BACK, Alarm
from kpi.model import Language, PeriodKind, Region, Scope, ScopeKind, Shop
from kpi.organisation import Part, ScopeParts, in_region, person_parts, same
from sync_service.compute import Computed, ScopeKey
from sync_service.told import ToldError

DAYS_BACK = timedelta(days=LOOK_BACK[PeriodKind.WEEK] * 7 + 7)


@dataclass(frozen=True, slots=True)
class Slice:
    """The narrowed book of one person and the shops in it."""

    person: str
    done: Computed  # narrowed: scopes, cards, alarms, shops and tasks of the person only
    entire: frozenset[str]  # shops that were the person's alone for as long as anything looks back
    parts: Mapping[str, tuple[Part, ...]]  # by shop


def sliced(done: Computed, person: str, language: Language) -> Slice:
    """The person's part of what was computed, as if the book held nobody else."""
    cards = tuple(card for card in done.people if card.person.code == person)
    if not cards:
        scored = ", ".join(card.person.code for card in done.people)
        raise ToldError(
            f"{person} has no card in this month. Scored are: {scored or 'nobody'}.",
            f"{person} 在本月没有计分卡。有计分卡的是：{scored or '无'}。",
        )
    parts: dict[str, tuple[Part, ...]] = {}
    for part in person_parts(done.book, person):
        parts[part.shop] = (*parts.get(part.shop, ()), part)
    shops = tuple(shop for shop in done.book.shops if shop.code in parts)
    entire = frozenset(code for code, found in parts.items() if _entire(done, found))
    tasks = tuple(task for task in done.book.tasks if task.owner == person)
    narrowed = replace(
        done,
        given=replace(
            done.given, book=replace(done.book, shops=shops, tasks=tasks), language=language
        ),
        scopes=dict(_scopes(done, person, shops, parts)),
        people=cards,
        shops=tuple(card for card in done.shops if card.person.code in entire),
        history={person: done.history[person]},
        alarms=tuple(alarm for alarm in done.alarms if _mine(alarm, person, entire)),
        problems=(),
        pending=(),
        tried={},
        _values={},
    )
    return Slice(person, narrowed, entire, parts)


def _entire(done: Computed, parts: Sequence[Part]) -> bool:
    """Whether a shop was the person's alone for as long as anything looks back."""
    first = min(done.today, done.month.window.start) - DAYS_BACK
    opened = min(part.days.start for part in parts)
    shop = done.book.shop(parts[0].shop)
    start = max(first, shop.opened) if shop and shop.opened else first
    alone = all(part.whole and part.share == 1 for part in parts)
    covered = sum(
        max(0, (min(part.days.end, done.today) - max(part.days.start, start)).days)
        for part in parts
    )
    return alone and opened <= start and covered >= (done.today - start).days


def _scopes(
    done: Computed, person: str, shops: Sequence[Shop], parts: Mapping[str, tuple[Part, ...]]
) -> Iterator[tuple[ScopeKey, ScopeParts]]:
    """The person's own scopes: each region, and each shop on the days that are the person's."""
    for region in Region:
        mine = in_region(done.book, (p for found in parts.values() for p in found), region)
        if mine:
            scope = Scope(person, ScopeKind.PERSON, region, same(person))
            yield (region, person), ScopeParts(scope, mine)
    for shop in shops:
        scope = Scope(shop.code, ScopeKind.SHOP, shop.region, same(shop.name or shop.code))
        yield (shop.region, shop.code), ScopeParts(scope, parts[shop.code])


def _mine(alarm: Alarm, person: str, entire: frozenset[str]) -> bool:
    """A breach of a shop that others share tells of their days too, so it stays out."""
    scope = alarm.scope.scope
    if scope.kind is ScopeKind.PERSON:
        return scope.code == person
    return scope.kind is ScopeKind.SHOP and scope.code in entire
