"""One person's part of what was computed, as if the workbook held nobody else.

A person's first page has the company's places (all, a region, a market); there they hold the sums
of the person's own shops, so that the page's code is the same. Their scope codes are the person's,
never the region's, because a target is found by its scope's code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from kpi.alarms import LOOK_BACK, Alarm
from kpi.breach_memory import Kept
from kpi.campaigns import regions_of_owner
from kpi.model import (
    COMPANY_SCOPE,
    OF_A_SHOP,
    OWN_STORES,
    Language,
    PeriodKind,
    Region,
    Scope,
    ScopeKind,
)
from kpi.newcomers import Progress, newcomers
from kpi.organisation import OWN_STORE_PLATFORMS, Part, ScopeParts, in_region, person_parts
from kpi.person_cards import PersonCard
from kpi.scopes import same
from kpi.trade import Shop
from kpi.typed_rows import TaskRow
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
    disputes: tuple[TaskRow, ...] = ()  # the manager's tasks that answer the person's disputes
    newcomers: tuple[Progress, ...] = ()  # whom the person mentors, and the person


def sliced(done: Computed, person: str, language: Language) -> Slice:
    """The person's part of what was computed, as if the book held nobody else."""
    cards = tuple(card for card in done.people if card.person.code == person)
    if not cards:
        scored, month = ", ".join(card.person.code for card in done.people), done.month.code
        raise ToldError(
            f"{person} has no card in {month}. Scored are: {scored or 'nobody'}. Choose one of "
            "them, or write lines on Weights that hold for this person in that month.",
            f"{person} 在 {month} 没有计分卡。有计分卡的是：{scored or '无'}。"
            "请选择其中一人，或在“权重”填写该月对其有效的行。",
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
        teams=(),  # what a team reached is of its people too
        history={person: done.history[person]},
        alarms=tuple(a for a in done.alarms if _mine(done, a, person, entire, parts)),
        gone=tuple(one for one in done.gone if _was_mine(done, one, person, entire, parts)),
        kept=(),
        unjudged=(),
        problems=(),
        pending=(),
        tried={},
        _values={},
    )
    new = newcomers(done.book, done.today)
    mine = tuple(one for one in new if person in {one.mentor, one.person})
    return Slice(person, narrowed, entire, parts, tuple(_disputes(done, cards)), mine)


def _disputes(done: Computed, cards: Sequence[PersonCard]) -> Iterator[TaskRow]:
    """Tasks of the type dispute that are about an item of these cards."""
    items = {item.key for card in cards for one in card.cards for item in one.items}
    return (t for t in done.book.tasks if t.type == "dispute" and t.about in items)


def first_page(mine: Slice) -> Computed:
    """What a person's first page is made from: the company's places hold the own sums."""
    done = mine.done
    days = {code: day for code, day in done.actuals.last_day.items() if code in mine.parts}
    return replace(
        done,
        actuals=replace(done.actuals, last_day=days),
        scopes={**done.scopes, **dict(_own_places(mine))},
        _values={},
    )


def _own_places(mine: Slice) -> Iterator[tuple[ScopeKey, ScopeParts]]:
    book, who = mine.done.book, mine.person
    every = tuple(part for found in mine.parts.values() for part in found)
    yield (None, COMPANY_SCOPE), _place(who, ScopeKind.PERSON, None, every)
    stores = {s.code for s in book.shops if s.platform in OWN_STORE_PLATFORMS}
    if stores & set(mine.parts):
        own = tuple(part for part in every if part.shop in stores)
        yield (None, OWN_STORES), _place(f"{who} {OWN_STORES}", ScopeKind.PLATFORM, None, own)
    for region in Region:
        inside = in_region(book, every, region)
        if inside:
            yield (region, str(region)), _place(who, ScopeKind.PERSON, region, inside)
        for market in dict.fromkeys(s.market for s in book.shops if s.region is region):
            shops = {s.code for s in book.shops if s.market == market}
            found = tuple(part for part in inside if part.shop in shops)
            if market != region:
                yield (region, market), _place(f"{who} {market}", ScopeKind.MARKET, region, found)


def _place(
    code: str, kind: ScopeKind, region: Region | None, parts: tuple[Part, ...]
) -> ScopeParts:
    return ScopeParts(Scope(code, kind, region, same(code)), parts)


def _entire(done: Computed, parts: Sequence[Part], since: date | None = None) -> bool:
    """Whether a shop was the person's alone for as long as anything looks back."""
    first = min(done.today, done.month.window.start) - DAYS_BACK
    first = min(first, since or first)
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
        if mine or region in regions_of_owner(done.book, person):
            scope = Scope(person, ScopeKind.PERSON, region, same(person))
            yield (region, person), ScopeParts(scope, mine)
    for shop in shops:
        scope = Scope(shop.code, ScopeKind.SHOP, shop.region, same(shop.name or shop.code))
        yield (shop.region, shop.code), ScopeParts(scope, parts[shop.code])


def _mine(
    done: Computed,
    alarm: Alarm,
    person: str,
    entire: frozenset[str],
    parts: Mapping[str, Sequence[Part]],
) -> bool:
    """A breach of a shop that others share tells of their days too, so it stays out.

    So does one that looked back to days before the person had the shop.
    """
    scope = alarm.scope.scope
    if scope.kind is ScopeKind.PERSON:
        return scope.code == person
    if scope.kind not in OF_A_SHOP:
        return False
    shop = alarm.scope.parts[0].shop
    return shop in entire and _entire(done, parts[shop], alarm.reach)


def _was_mine(
    done: Computed,
    one: Kept,
    person: str,
    entire: frozenset[str],
    parts: Mapping[str, Sequence[Part]],
) -> bool:
    """A line from memory tells of its own days: of the person, or of a shop that was theirs."""
    if one.scope == person:
        return True
    return one.scope in entire and _entire(done, parts[one.scope], one.since)
