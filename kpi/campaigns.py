"""Campaigns of a shop: `AMZ-DE#Brand spring`, where a row names one, and who answers for which.

Only what is named is a scope. What sources tell by product instead of by campaign (sponsored
products of the API) is no campaign's: a campaign that no fact names is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from kpi.book import Book
from kpi.model import Region, Scope, ScopeKind, Window
from kpi.organisation import Part, clip, employed, in_region, open_days
from kpi.trade import Assignment, Shop

MARK = "#"  # between shop and campaign
AD_BUDGET = "ad_budget"
CAMPAIGN_BUDGET = "campaign_budget"  # budgets of campaigns, which are no second budget of the shop
BY_CAMPAIGN = frozenset(
    {"ad_spend", "ad_sales", "ad_orders", "ad_clicks", "ad_impressions", AD_BUDGET}
)
"""The measures that a campaign has; any other KPI of it does not apply."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """One campaign of one shop, by its name in a file or its id in the API."""

    shop: Shop
    name: str

    @property
    def code(self) -> str:
        """How the scope is written."""
        return f"{self.shop.code}{MARK}{self.name}"


def campaign_in(shops: Iterable[Shop], scope: str) -> Campaign | None:
    """The campaign of a code; None for any other code and for a shop that nobody knows."""
    code, _, name = scope.partition(MARK)
    shop = next((shop for shop in shops if shop.code == code.strip()), None)
    return Campaign(shop, name.strip()) if shop and name.strip() else None


def asked_campaigns(book: Book) -> Mapping[str, Campaign]:
    """The campaigns that rows name, by scope as typed."""
    named = dict.fromkeys(scope for scope in _named(book) if MARK in scope)
    found = ((scope, campaign_in(book.shops, scope)) for scope in named)
    return {scope: one for scope, one in found if one is not None}


def _named(book: Book) -> Iterator[str]:
    yield from (rule.scope for rule in book.rules if rule.on)
    yield from (row.scope for row in book.targets)
    yield from (line.scope for line in book.key_results)
    yield from (line.shop for line in book.assignments)


@dataclass(frozen=True, slots=True)
class Owners:
    """Who answers for which campaigns."""

    book: Book
    known: dict[tuple[str, Region | None], tuple[Part, ...]] = field(
        default_factory=dict, compare=False
    )

    def __call__(self, scope: Scope) -> tuple[Part, ...]:
        """What a person has by campaign in the scope's region; nothing of any other scope."""
        if scope.kind is not ScopeKind.PERSON:
            return ()
        key = (scope.code, scope.region)
        if key not in self.known:
            parts = owned_campaigns(self.book, scope.code)
            here = parts if scope.region is None else in_region(self.book, parts, scope.region)
            self.known[key] = here
        return self.known[key]


def owned_campaigns(book: Book, person: str) -> tuple[Part, ...]:
    """The campaigns of a person, shop by shop, together on each stretch of days.

    Spend and budget of all of an owner's campaigns of a shop meet before a day is judged.
    """
    lines = [line for line in book.assignments if line.person == person and MARK in line.shop]
    if not lines:
        return ()
    days = next((employed(one) for one in book.people if one.code == person), None)
    found: list[Part] = []
    for shop in book.shops:
        window = clip(open_days(shop), days) if days else open_days(shop)
        mine = [
            (line, one.name)
            for line in lines
            if (one := campaign_in((shop,), line.shop)) is not None
        ]
        found.extend(_stretches(shop, window, mine))
    return tuple(found)


def _stretches(
    shop: Shop, window: Window, lines: Iterable[tuple[Assignment, str]]
) -> Iterator[Part]:
    held = [(clip(line.days, window), line.share, name) for line, name in lines]
    cuts: set[date] = {cut for days, _, _ in held for cut in (days.start, days.end) if days.days}
    for start, end in pairwise(sorted(cuts)):
        by_share: dict[float, set[str]] = {}
        for days, share, name in held:
            if days.start <= start and end <= days.end:
                by_share.setdefault(share, set()).add(name)
        for share, names in by_share.items():
            yield Part(shop.code, Window(start, end), share, campaigns=frozenset(names))


def regions_of_owner(book: Book, person: str) -> frozenset[Region]:
    """The regions in which a person has campaigns."""
    shops = {part.shop for part in owned_campaigns(book, person)}
    return frozenset(shop.region for shop in book.shops if shop.code in shops)
