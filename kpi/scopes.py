"""What values are about: the scopes of a book, each with the parts that it gathers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from kpi.book import Book
from kpi.book_nouns import region_of
from kpi.campaigns import asked_campaigns, regions_of_owner
from kpi.model import COMPANY_SCOPE, OWN_STORES, Region, Scope, ScopeKind, Texts
from kpi.organisation import (
    OWN_STORE_PLATFORMS,
    Part,
    ScopeParts,
    in_region,
    open_days,
    person_parts,
)
from kpi.sku_scopes import asked_skus
from kpi.trade import Shop
from kpi.typed_rows import TaskRow

ALL_NAMES: Texts = {"zh": "合计", "en": "Total"}
STORE_NAMES: Texts = {"zh": "独立站", "en": "Own stores"}
OWNERS = frozenset({ScopeKind.ENTITY, ScopeKind.BRAND})  # whose shops: they may cross regions


def scopes(book: Book) -> tuple[ScopeParts, ...]:
    """All, regions, markets, platforms, shops, categories, SKUs asked for, people, companies."""
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


def markets(book: Book, on: date) -> tuple[str, ...]:
    """The markets of the book's shops that are not closed for good before a day, each once."""
    return tuple(dict.fromkeys(s.market for s in book.shops if s.closed is None or s.closed >= on))


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
    yield from _asked_for(book, region)
    owners = {task.owner for task in book.tasks if region_of_task(task) is region}
    for person in book.people:
        parts = in_region(book, person_parts(book, person.code), region)
        if parts or person.code in owners or region in regions_of_owner(book, person.code):
            names = same(person.code)
            yield ScopeParts(Scope(person.code, ScopeKind.PERSON, region, names), parts)


def _asked_for(book: Book, region: Region) -> Iterator[ScopeParts]:
    """The SKUs and campaigns of a region's shops that rows name."""
    for code, one in asked_skus(book).items():
        if one.shop.region is region:
            gathered = _gather(code, ScopeKind.SKU, region, same(code), [one.shop])
            parts = tuple(replace(part, sku=one.sku) for part in gathered.parts)
            yield ScopeParts(gathered.scope, parts)
    for code, named in asked_campaigns(book).items():
        if named.shop.region is region:
            gathered = _gather(code, ScopeKind.CAMPAIGN, region, same(code), [named.shop])
            mine = frozenset({named.name})
            parts = tuple(replace(part, campaigns=mine) for part in gathered.parts)
            yield ScopeParts(gathered.scope, parts)


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
