"""Who answers for what on which days: shops, assignments and people become scopes.

A scope is a set of parts; a part is a shop (or some of its categories) on some days with a share.
People of several roles may hold the same shop at the same time, each for the KPIs of their role:
operations, advertising and customer service stand beside each other, shares add up within a role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from kpi.book import EVER, NEVER, Book
from kpi.book_nouns import day_after, region_of
from kpi.model import (
    COMPANY_SCOPE,
    OWN_STORES,
    Assignment,
    Person,
    Region,
    Scope,
    ScopeKind,
    Shop,
    TaskRow,
    Texts,
    Window,
)

ALL_NAMES: Texts = {"zh": "合计", "en": "Total"}
STORE_NAMES: Texts = {"zh": "独立站", "en": "Own stores"}
OWN_STORE_PLATFORMS = frozenset({"shopify", "own_site"})
SHOP_ROLE = "shop"  # lines of tblWeight that score each shop
OWN_STORE_ROLE = "own_store"  # those of own stores, which the shop's lines score where it has none
SHOP_ROLES = (SHOP_ROLE, OWN_STORE_ROLE)
OWNERS = frozenset({ScopeKind.ENTITY, ScopeKind.BRAND})  # whose shops: they may cross regions


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a scope; without `category` it is the whole shop less `excluding`."""

    shop: str
    days: Window
    share: float = 1.0  # fraction
    category: str | None = None
    excluding: frozenset[str] = frozenset()

    @property
    def whole(self) -> bool:
        """Whether figures that have no SKU belong to this part."""
        return self.category is None and not self.excluding


@dataclass(frozen=True, slots=True)
class ScopeParts:
    """A scope with what it gathers."""

    scope: Scope
    parts: tuple[Part, ...]


def shop_roles(shop: Shop) -> tuple[str, ...]:
    """The cards that may score a shop, the first one that has lines does."""
    own = shop.platform in OWN_STORE_PLATFORMS
    return (OWN_STORE_ROLE, SHOP_ROLE) if own else (SHOP_ROLE,)


def open_days(shop: Shop) -> Window:
    """The days on which a shop counts; the closing day is its last."""
    end = day_after(shop.closed) if shop.closed else NEVER
    return Window(shop.opened or EVER, end)


def clip(days: Window, to: Window) -> Window:
    """The days that two windows share; empty when they share none."""
    start = max(days.start, to.start)
    return Window(start, max(start, min(days.end, to.end)))


def in_days(parts: Iterable[Part], days: Window) -> tuple[Part, ...]:
    """The parts that hold some of the days; what ended before or begins later is dropped."""
    return tuple(part for part in parts if clip(part.days, days).days)


def employed(person: Person) -> Window:
    """The days from the first to the last, both included; what is not typed is open."""
    return Window(person.start or EVER, day_after(person.end) if person.end else NEVER)


def ownership(
    shop: Shop, lines: Iterable[Assignment], people: Iterable[Person] = ()
) -> tuple[tuple[str, Part], ...]:
    """(person, part) for every stretch of days.

    Dated lines win over the shop's owner where the person has the owner's role; people of another
    role stand beside the owner. Whose role nobody knows takes the owner's place.
    """
    own = [line for line in lines if line.shop == shop.code and line.days.days]
    roles = _roles(people, {shop.owner, *(line.person for line in own)}) if own else {}
    days = open_days(shop)
    cuts = sorted(
        {days.start, days.end}
        | {cut for line in own for cut in (line.days.start, line.days.end) if _inside(cut, days)}
    )
    found: list[tuple[str, Part]] = []
    for start, end in pairwise(cuts):
        stretch = Window(start, end)
        active = [line for line in own if line.days.start <= start and end <= line.days.end]
        found.extend(_stretch(shop, active, stretch, roles))
    return tuple(found)


def _roles(people: Iterable[Person], codes: Collection[str | None]) -> dict[str, str]:
    return {person.code: person.role for person in people if person.code in codes}


def _inside(day: date, days: Window) -> bool:
    return days.start < day < days.end


def _stretch(
    shop: Shop, active: Iterable[Assignment], days: Window, roles: Mapping[str, str]
) -> Iterator[tuple[str, Part]]:
    """Who holds a shop on some days, role by role; the owner's role first."""
    owners = roles.get(shop.owner or "", "")
    by_role: dict[str, list[Assignment]] = {owners: []}
    for line in active:
        by_role.setdefault(roles.get(line.person, owners), []).append(line)
    for role, lines in by_role.items():
        yield from _of_role(shop, lines, days, shop.owner if role == owners else None)


def _of_role(
    shop: Shop, active: Iterable[Assignment], days: Window, owner: str | None
) -> Iterator[tuple[str, Part]]:
    by_category = [line for line in active if line.category is not None]
    whole = [line for line in active if line.category is None]
    taken = frozenset(line.category for line in by_category if line.category)
    for line in by_category:
        yield line.person, Part(shop.code, days, line.share, category=line.category)
    for line in whole:
        yield line.person, Part(shop.code, days, line.share, excluding=taken)
    if not whole and owner is not None:
        yield owner, Part(shop.code, days, excluding=taken)


def person_parts(book: Book, person: str) -> tuple[Part, ...]:
    """What a person answers for while employed; on days without shops, for the people below."""
    own = _owned(book, person)
    taken = sorted(part.days for part in own)
    below = _once(_below(book, person, frozenset()))
    free = (replace(part, days=days) for part in below for days in _outside(part.days, taken))
    return tuple(_while_employed(book, person, (*own, *free)))


def _outside(days: Window, taken: Iterable[Window]) -> Iterator[Window]:
    """The days that are in none of the windows, which begin in order."""
    start = days.start
    for one in taken:
        before = clip(Window(start, one.start), days)
        if before.days:
            yield before
        start = max(start, one.end)
    rest = clip(Window(start, days.end), days)
    if rest.days:
        yield rest


def _while_employed(book: Book, person: str, parts: Iterable[Part]) -> Iterator[Part]:
    days = next((employed(p) for p in book.people if p.code == person), Window(EVER, NEVER))
    for part in parts:
        mine = clip(part.days, days)
        if mine.days:
            yield replace(part, days=mine)


def _owned(book: Book, person: str) -> tuple[Part, ...]:
    named = {line.shop for line in book.assignments if line.person == person}
    return tuple(
        part
        for shop in book.shops
        if shop.owner == person or shop.code in named
        for owner, part in ownership(shop, book.assignments, book.people)
        if owner == person
    )


def below(book: Book, people: Collection[str]) -> frozenset[str]:
    """Everybody who reports to any of these people, however many managers lie between."""
    reports: dict[str, list[str]] = {}
    for person in book.people:
        reports.setdefault(person.manager or "", []).append(person.code)
    found: set[str] = set()
    open_ = list(people)
    while open_:
        new = set(reports.get(open_.pop(), ())) - found
        found |= new
        open_.extend(new)
    return frozenset(found)


def _below(book: Book, person: str, seen: frozenset[str]) -> tuple[tuple[str, Part], ...]:
    """(role, part) of all people below a person; `seen` ends a circle of managers."""
    above = seen | {person}
    reports = [p for p in book.people if p.manager == person and p.code not in above]
    return tuple(
        found
        for one in reports
        for found in (
            *((one.role, part) for part in _owned(book, one.code)),
            *_below(book, one.code, above),
        )
    )


def shared_parts(book: Book, people: Collection[str]) -> tuple[Part, ...]:
    """What some people hold together, each shop's days once, in the order of the people."""
    theirs = (one for one in book.people if one.code in people)
    return tuple(_once((one.role, part) for one in theirs for part in _owned(book, one.code)))


def _once(found: Iterable[tuple[str, Part]]) -> Iterator[Part]:
    """Each shop's days once: of several roles that hold them, the parts of the one with most."""
    held: dict[tuple[str, Window], dict[str, list[Part]]] = {}
    for role, part in found:
        held.setdefault((part.shop, part.days), {}).setdefault(role, []).append(part)
    for by_role in held.values():
        yield from max(by_role.values(), key=_most)


def _most(parts: Sequence[Part]) -> tuple[float, float, float]:
    """How much of a shop some parts are: as a whole, without some categories, by category."""
    return (
        sum(part.share for part in parts if part.whole),
        sum(part.share for part in parts if part.category is None),
        sum(part.share for part in parts if part.category is not None),
    )


def in_region(book: Book, parts: Iterable[Part], region: Region) -> tuple[Part, ...]:
    """The parts whose shop lies in a region."""
    regions = {shop.code: shop.region for shop in book.shops}
    return tuple(part for part in parts if regions.get(part.shop) is region)


def scopes(book: Book) -> tuple[ScopeParts, ...]:
    """Every scope: all, regions, markets, platforms, shops, categories, people, then companies."""
    found = [_gather(COMPANY_SCOPE, ScopeKind.COMPANY, None, ALL_NAMES, book.shops)]
    stores = [shop for shop in book.shops if shop.platform in OWN_STORE_PLATFORMS]
    if stores:
        found.append(_gather(OWN_STORES, ScopeKind.PLATFORM, None, STORE_NAMES, stores))
    for region in Region:
        shops = [s for s in book.shops if s.region is region]
        if shops:
            found.append(_gather(region, ScopeKind.REGION, region, same(region), shops))
            found.extend(_inside_region(book, region, shops))
    found.extend(_of_owners(book, {one.scope.code for one in found}))
    return tuple(found)


def owners(book: Book) -> Mapping[str, tuple[ScopeKind, tuple[Shop, ...]]]:
    """What each company and brand of the shops is, and its shops; a company before a brand.

    A name that all shops have is the whole book once more: a scope only where a target names it.
    """
    targeted = {row.scope for row in book.targets}
    found: dict[str, tuple[ScopeKind, tuple[Shop, ...]]] = {}
    for kind, names in (
        (ScopeKind.ENTITY, [shop.company for shop in book.shops]),
        (ScopeKind.BRAND, [shop.brand for shop in book.shops]),
    ):
        for name in dict.fromkeys(filter(None, names)):
            shops = tuple(s for s, of in zip(book.shops, names, strict=True) if of == name)
            if len(shops) < len(book.shops) or name in targeted:
                found.setdefault(name, (kind, shops))
    return found


def _of_owners(book: Book, taken: Collection[str]) -> Iterator[ScopeParts]:
    """Each company and brand in a region and over both; a name that is taken is no second scope."""
    for name, (kind, shops) in owners(book).items():
        if name in taken:
            continue
        for region in Region:
            inside = [shop for shop in shops if shop.region is region]
            if inside:
                yield _gather(name, kind, region, same(name), inside)
        yield _gather(name, kind, None, same(name), shops)


def _inside_region(book: Book, region: Region, shops: list[Shop]) -> Iterator[ScopeParts]:
    # A market that is the region's own name (US) would be a second key for the same scope.
    for market in dict.fromkeys(s.market for s in shops if s.market != region):
        inside = [s for s in shops if s.market == market]
        yield _gather(market, ScopeKind.MARKET, region, same(market), inside)
    for platform in dict.fromkeys(s.platform for s in shops):
        inside = [s for s in shops if s.platform == platform]
        yield _gather(platform, ScopeKind.PLATFORM, region, same(platform), inside)
    for shop in shops:
        names = same(shop.name or shop.code)
        yield _gather(shop.code, ScopeKind.SHOP, region, names, [shop])
    for category in dict.fromkeys(p.category for p in book.products if p.category):
        gathered = _gather(category, ScopeKind.CATEGORY, region, same(category), shops)
        parts = tuple(replace(part, category=category) for part in gathered.parts)
        yield ScopeParts(gathered.scope, parts)
    owners = {task.owner for task in book.tasks if region_of_task(task) is region}
    for person in book.people:
        parts = in_region(book, person_parts(book, person.code), region)
        if parts or person.code in owners:
            names = same(person.code)
            yield ScopeParts(Scope(person.code, ScopeKind.PERSON, region, names), parts)


def region_of_task(task: TaskRow) -> Region | None:
    """The typed region, else that of the country; a task without both belongs to the company."""
    if task.region is not None or task.country is None:
        return task.region
    return region_of(task.country)


def same(name: str) -> Texts:
    """A name that reads alike in both languages: a code."""
    return {"zh": name, "en": name}


def _gather(
    code: str, kind: ScopeKind, region: Region | None, names: Texts, shops: Iterable[Shop]
) -> ScopeParts:
    parts = tuple(Part(shop.code, open_days(shop)) for shop in shops)
    return ScopeParts(Scope(str(code), kind, region, names), parts)
