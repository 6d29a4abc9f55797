"""How many full-time people work on each shop: from assignments, owners and days of employment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from kpi.book import EVER, NEVER, Book
from kpi.model import Person, Window
from kpi.organisation import clip, ownership


def employed(person: Person, days: Window) -> Fraction:
    """Which part of some days a person was employed; the last day counts."""
    end = person.end + timedelta(days=1) if person.end else NEVER
    return Fraction(clip(Window(person.start or EVER, end), days).days, days.days)


def heads_by_shop(book: Book, days: Window) -> Mapping[str, Fraction]:
    """A person's time goes to their shops by the days and shares that they hold of them.

    People of partners are left out, as in output per head; so are those without a shop.
    """
    found: dict[str, Fraction] = {}
    for person, held in _held(book, days).items():
        whole = sum(held.values(), Fraction())
        for shop, weight in held.items():
            found[shop] = found.get(shop, Fraction()) + employed(person, days) * weight / whole
    return found


def shared_heads(book: Book, days: Window) -> Fraction:
    """People without a shop of their own: leaders, finance, compliance. No market has them."""
    with_shops = _held(book, days)
    others = (person for person in book.people if person not in with_shops and not person.partner)
    return sum((employed(person, days) for person in others), Fraction())


def _held(book: Book, days: Window) -> dict[Person, dict[str, Fraction]]:
    """What each own person holds of each shop: days times share."""
    people = {person.code: person for person in book.people if not person.partner}
    found: dict[Person, dict[str, Fraction]] = {}
    for shop in book.shops:
        for owner, part in ownership(shop, book.assignments, book.people):
            weight = clip(part.days, days).days * Fraction(str(part.share))
            if owner in people and weight:
                held = found.setdefault(people[owner], {})
                held[shop.code] = held.get(shop.code, Fraction()) + weight
    return found
