"""Who answers for what on which days: shops, assignments and people become scopes.

A scope is a set of parts; a part is a shop (or some of its categories) on some days with a share.
People of several roles may hold the same shop at the same time, each for the KPIs of their role:
operations, advertising and customer service stand beside each other, shares add up within a role.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from kpi.book import EVER, NEVER, Book
from kpi.book_nouns import day_after
from kpi.model import Region, Scope, Window
from kpi.trade import Assignment, Person, Shop

OWN_STORE_PLATFORMS = frozenset({"shopify", "own_site"})
SHOP_ROLE = "shop"  # lines of tblWeight that score each shop
OWN_STORE_ROLE = "own_store"  # those of own stores, which the shop's lines score where it has none
SHOP_ROLES = (SHOP_ROLE, OWN_STORE_ROLE)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a scope; without `category` it is the whole shop less `excluding`."""

    shop: str
    days: Window
    share: float = 1.0  # fraction
    category: str | None = None
    excluding: frozenset[str] = frozenset()
    sku: str | None = None  # of the shop, this product alone
    campaigns: frozenset[str] = frozenset()  # of the shop, these campaigns alone

    @property
    def whole(self) -> bool:
        """Whether figures that have no SKU belong to this part."""
        narrow = self.excluding or self.campaigns
        return self.category is None and self.sku is None and not narrow


@dataclass(frozen=True, slots=True)
class ScopeParts:
    """A scope with what it gathers."""

    scope: Scope
    parts: tuple[Part, ...]
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Every value asks for it, a scope has hundreds."""
        object.__setattr__(self, "_hash", hash((self.scope.code, self.parts)))

    def __hash__(self) -> int:
        """Alike for equals; names do not count."""
        return self._hash


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


def joined(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts, where all categories of a shop and its rest on the same days are the shop again.

    Whoever leads the holders of a shop's categories answers for the shop.
    """
    groups: dict[tuple[str, Window], list[Part]] = {}
    for part in parts:
        groups.setdefault((part.shop, part.days), []).append(part)
    return tuple(
        one
        for (shop, days), held in groups.items()
        for one in ((Part(shop, days),) if _is_all(held) else held)
    )


def _is_all(held: Sequence[Part]) -> bool:
    """Whether the shares of a shop's categories, and of what they leave, are one each."""
    if len(held) == 1 and held[0].category is None and not held[0].excluding:
        return held[0].share == 1  # as nearly all are
    left = {category for part in held for category in part.excluding}
    shares: dict[str | None, Fraction] = dict.fromkeys(left | {None}, Fraction())
    for part in held:
        shares[part.category] = shares.get(part.category, Fraction()) + Fraction(str(part.share))
    return set(shares.values()) == {Fraction(1)}
