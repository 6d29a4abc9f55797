"""The goal of any scope: typed for it, or the sum of its shops; a whole company is US + EU."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kpi.book import Book
from kpi.model import Metric, Period, Region, Scope, ScopeKind
from kpi.numbers import normalise
from kpi.organisation import ScopeParts, in_region, shop_roles
from kpi.person_targets import Goal, Goals
from kpi.scopes import OWNERS


def scope_goal(
    book: Book,
    month: Period,
    metric: Metric,
    found: ScopeParts,
    until: date,
    known: dict[Period, Goals] | None = None,
) -> Goal | None:
    """What a scope should reach in a month, and what of it is due before the day `until`.

    A ratio over both regions has no goal; a company or brand of one region has that region's.
    `known` are the targets of this book by month, for whoever asks again.
    """
    goals, region = goals_in(book, month, {} if known is None else known), found.scope.region
    if region is not None:
        return goals.of(metric, region, _own(book, found.scope, region), found.parts, until)
    sides = [
        goals.of(metric, side, _own(book, found.scope, side), parts, until)
        for side in Region
        if (parts := in_region(book, found.parts, side))
    ]
    if metric.additive:
        return _added(sides)
    return sides[0] if found.scope.kind in OWNERS and len(sides) == 1 else None


def goals_in(book: Book, month: Period, known: dict[Period, Goals]) -> Goals:
    """The targets of a month, read once."""
    return known.setdefault(month, Goals(book, month))


def _own(book: Book, scope: Scope, side: Region) -> tuple[str, ...]:
    """Scopes whose target rows are a scope's own, the most particular first."""
    if scope.kind is ScopeKind.PERSON:
        roles = (one.role for one in book.people if one.code == scope.code)
        return (scope.code, *roles)
    if scope.kind is ScopeKind.COMPANY:
        return (str(side),)
    shop = book.shop(scope.code) if scope.kind is ScopeKind.SHOP else None
    if shop is not None:
        return (shop.code, *shop_roles(shop))
    return (scope.code,) if scope.region is not None or scope.kind in OWNERS else ()


def _added(sides: Sequence[Goal | None]) -> Goal | None:
    """Goals of both regions as one; unknown as soon as one side is. Ratios are never added."""
    known = [side for side in sides if side is not None]
    if not known or len(known) < len(sides):
        return None
    whole = sum(side.value for side in known)
    due = [side.value * side.share for side in known if side.share is not None]
    share = normalise(sum(due) / whole) if whole and len(due) == len(known) else None
    return Goal(whole, share, "+".join(side.basis for side in known))
