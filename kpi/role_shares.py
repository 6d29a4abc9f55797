"""Whether what the people of one role hold of a shop is the whole shop, no more and no less."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from kpi.book import Book
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Period
from kpi.organisation import clip, ownership
from kpi.trade import Shop

PERCENT = 100


def unshared(book: Book, month: Period) -> Iterator[Problem]:
    """Shops of which a role holds more or less than all on a day of the month; once a role."""
    roles = {person.code: person.role for person in book.people}
    for shop in book.shops:
        told: set[tuple[str, str | None]] = set()
        for (role, category, day), held in _held(book, shop, month, roles).items():
            if held != 1 and (role, category) not in told:
                told.add((role, category))
                yield problem(
                    "share_sum",
                    Place(table="tblAssign", text=f"{shop.code} {category or ''}".strip()),
                    role=role,
                    shop=shop.code,
                    day=day,
                    held=float(held * PERCENT),
                )


def _held(
    book: Book, shop: Shop, month: Period, roles: dict[str, str]
) -> dict[tuple[str, str | None, str], Fraction]:
    """(role, category, first day) -> what its people hold of it; strangers have no role."""
    found: dict[tuple[str, str | None, str], Fraction] = {}
    for person, part in ownership(shop, book.assignments, book.people):
        days = clip(part.days, month.window)
        if days.days and person in roles:
            key = (roles[person], part.category, str(days.start))
            found[key] = found.get(key, Fraction()) + Fraction(str(part.share))
    return found
