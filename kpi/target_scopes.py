"""What a target can be set for, and whose line comes first.

A person's line comes before that of the role, the role's before the department's; what none of
them says is said by the shops, their brand and company, the market and the region. A brand or a
company is the shops that name it, so its figures have fees and traffic that stand on no product.
A line of a department is the sum of its people where figures add up, so it is never one person's
target; a ratio holds for each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from kpi.book import Book
from kpi.campaigns import asked_campaigns
from kpi.model import Metric, Region
from kpi.organisation import SHOP_ROLES, Part, below, person_parts, shop_roles
from kpi.sku_scopes import asked_skus
from kpi.trade import Person, Shop
from kpi.typed_rows import TargetRow

STAGES = ("new", "mature", "clearance")  # of a product's life, as tblProduct names them


def target_scopes(book: Book) -> frozenset[str]:
    """Codes beside those of tables: regions, roles, departments, stages and SKUs of shops."""
    people = (*book.people, *book.moves)
    roles = {person.role for person in people} | set(SHOP_ROLES)
    departments = {person.department for person in people if person.department}
    named = roles | departments | set(_pairs(book))
    named |= asked_skus(book).keys() | asked_campaigns(book).keys()
    return frozenset({str(region) for region in Region} | named | set(STAGES))


def in_market(market: str, person: str) -> str:
    """The code of what one person is asked of a market: `DE:OPS1`."""
    return f"{market}:{person}"


def person_of(scope: str) -> str:
    """The person of such a code; of any other code the code itself."""
    return scope.rpartition(":")[2]


def _pairs(book: Book) -> Iterator[str]:
    markets = dict.fromkeys(shop.market for shop in book.shops)
    return (in_market(market, person.code) for market in markets for person in book.people)


class TargetKind(StrEnum):
    """What a line of targets is for."""

    REGION = "region"
    ENTITY = "entity"
    BRAND = "brand"
    MARKET = "market"
    PLATFORM = "platform"
    SHOP = "shop"
    CATEGORY = "category"
    DEPARTMENT = "department"
    ROLE = "role"
    PERSON = "person"
    MARKET_PERSON = "market_person"
    STAGE = "stage"
    SKU = "sku"
    CAMPAIGN = "campaign"


OF_SHOP: Mapping[TargetKind, Callable[[Shop], str]] = {  # what a shop itself says
    TargetKind.SHOP: lambda shop: shop.code,
    TargetKind.MARKET: lambda shop: shop.market,
    TargetKind.PLATFORM: lambda shop: shop.platform,
    TargetKind.ENTITY: lambda shop: shop.company,
    TargetKind.BRAND: lambda shop: shop.brand,
}


def kind_of(book: Book, row: TargetRow) -> TargetKind | None:
    """What a line is for; None for a scope that nobody knows. A region before a market so named."""
    kinds: tuple[tuple[TargetKind, Iterable[str | None]], ...] = (
        (TargetKind.REGION, (str(row.region),)),
        (TargetKind.SHOP, (shop.code for shop in book.shops)),
        (TargetKind.MARKET, (shop.market for shop in book.shops)),
        (TargetKind.PLATFORM, (shop.platform for shop in book.shops)),
        (TargetKind.PERSON, (person.code for person in book.people)),
        (TargetKind.ROLE, (*SHOP_ROLES, *(one.role for one in (*book.people, *book.moves)))),
        (TargetKind.DEPARTMENT, (one.department for one in (*book.people, *book.moves))),
        (TargetKind.CATEGORY, (product.category for product in book.products)),
        (TargetKind.STAGE, STAGES),
        (TargetKind.ENTITY, (shop.company for shop in book.shops)),
        (TargetKind.BRAND, (shop.brand for shop in book.shops)),
        (TargetKind.MARKET_PERSON, _pairs(book)),
        (TargetKind.SKU, asked_skus(book)),
        (TargetKind.CAMPAIGN, asked_campaigns(book)),
    )  # looked through one by one: products may be thousands
    return next((kind for kind, codes in kinds if row.scope in codes), None)


def shops_of(book: Book, row: TargetRow) -> tuple[Shop, ...]:
    """The shops that a line's scope covers in its region; those of the whole region for a category.

    A person has the shops behind the person's figures; a role or a department those of its people,
    and a card of shops the shops that it scores first.
    """
    mine = tuple(shop for shop in book.shops if shop.region is row.region)
    kind = kind_of(book, row)
    said = OF_SHOP.get(kind) if kind else None
    if said is not None:
        return tuple(shop for shop in mine if said(shop) == row.scope)
    match kind:
        case TargetKind.PERSON:
            codes: Collection[str] = {part.shop for part in person_parts(book, row.scope)}
        case TargetKind.MARKET_PERSON:
            codes = {part.shop for part in market_parts(book, row.scope)}
        case TargetKind.SKU:
            return (asked_skus(book)[row.scope].shop,)
        case TargetKind.CAMPAIGN:
            return (asked_campaigns(book)[row.scope].shop,)
        case TargetKind.ROLE if row.scope in SHOP_ROLES:
            return tuple(shop for shop in mine if shop_roles(shop)[0] == row.scope)
        case TargetKind.ROLE:
            codes = _shops_of_people(book, {p.code for p in book.people if p.role == row.scope})
        case TargetKind.DEPARTMENT:
            team = {p.code for p in book.people if p.department == row.scope}
            codes = _shops_of_people(book, team)
        case _:
            return mine
    return tuple(shop for shop in mine if shop.code in codes)


def market_parts(book: Book, scope: str) -> tuple[Part, ...]:
    """What the person of a code like `DE:OPS1` answers for in the market."""
    market, _, person = scope.partition(":")
    inside = {shop.code for shop in book.shops if shop.market == market}
    return tuple(part for part in person_parts(book, person) if part.shop in inside)


def _shops_of_people(book: Book, people: Collection[str]) -> frozenset[str]:
    """The shops that are or were anybody's; where nobody has one, those of the people below."""
    return _theirs(book, people) or _theirs(book, below(book, people))


def _theirs(book: Book, people: Collection[str]) -> frozenset[str]:
    owned = {shop.code for shop in book.shops if shop.owner in people}
    lines = (one for one in book.assignments if one.days.days and one.person in people)
    return frozenset(owned | {line.shop for line in lines})


def own_scopes(person: Person, metric: Metric) -> tuple[str, ...]:
    """The scopes of a person from the most particular."""
    wide = () if metric.additive or not person.department else (person.department,)
    return (person.code, person.role, *wide)


def part_code(shop: str, category: str) -> str:
    """The code of one category in one shop, under which its months of last year are kept."""
    return f"{shop}｜{category}"


def category_of(parts: Sequence[Part]) -> str | None:
    """The one category that all parts are of."""
    found = {part.category for part in parts}
    return found.pop() if len(found) == 1 else None


def stages_of(book: Book, category: str, day: date) -> Mapping[str, int]:
    """How many products of a category are in each stage on a day, in the order of the stages.

    Nothing as soon as one has no stage: its target would be a guess.
    """
    newest: dict[tuple[str, str | None], tuple[date, str | None, str | None]] = {}
    for product in book.products:
        key = (product.sku, product.market)
        if product.start <= day and (key not in newest or newest[key][0] <= product.start):
            newest[key] = (product.start, product.category, product.stage)
    stages = [stage for _, of, stage in newest.values() if of == category]
    if None in stages:
        return {}
    return {stage: stages.count(stage) for stage in STAGES if stage in stages}
