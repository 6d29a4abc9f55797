"""What a line is given to its parts by: equal parts, last year, season, capacity, shares, hand.

Who is employed for a part of a month weighs as if for all of it: the days are taken off when the
month is scored, and must not be taken off twice. A hand-over of shops does weigh by its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from kpi.apportion import exact
from kpi.book import Book
from kpi.calendar import month_period
from kpi.capacity import place_capacity, place_of
from kpi.errors import UnansweredError
from kpi.model import Window
from kpi.organisation import Part, clip, employed, open_days, person_parts
from kpi.season import Flow, year_weights
from kpi.target_scopes import OF_SHOP, TargetKind, kind_of, market_parts, person_of, shops_of
from kpi.targets import MONTHS
from kpi.trade import Person, Shop
from kpi.typed_rows import TargetRow

Weights = Mapping[str, Sequence[Fraction]]
"""The weight of each part in the twelve months."""
REST = ""  # among weights by hand: what no part is given
WHOLE = 100  # percent


class Way(StrEnum):
    """What parts are given a line by."""

    EVEN = "even"
    HISTORY = "history_share"
    SEASON = "seasonality"  # the calendars of each part's shops
    CAPACITY = "capacity"
    ASSIGNMENT = "assignment"  # the days and shares of Assignments, of people alone
    HAND = "manual"  # percent of the line, the rest is shown


def even_weights(book: Book, parent: TargetRow, codes: Sequence[str]) -> Weights:
    """1 for each month in which a shop of a part is open or a person of it is there, else 0."""
    months = _months(parent.year)
    held = {code: _windows(book, replace(parent, scope=code)) for code in codes}
    return {
        code: [Fraction(any(clip(one, month).days for one in held[code])) for month in months]
        for code in codes
    }


def _windows(book: Book, row: TargetRow) -> list[Window]:
    """The days on which the part that a line is for is there at all."""
    match kind_of(book, row):
        case TargetKind.PERSON:
            return [employed(person) for person in book.people if person.code == row.scope]
        case TargetKind.DEPARTMENT:
            return [employed(person) for person in book.people if person.department == row.scope]
        case TargetKind.MARKET_PERSON:
            return [part.days for part in market_parts(book, row.scope)]
    return [open_days(shop) for shop in shops_of(book, row)]


def _months(year: int) -> tuple[Window, ...]:
    return tuple(month_period(year, n + 1).window for n in range(MONTHS))


def capacity_weights(
    book: Book, parent: TargetRow, kind: TargetKind, codes: Sequence[str]
) -> Weights:
    """The person-days of each part by month; of a person those on the line's place.

    Raises:
        UnansweredError: Nobody works for such parts alone.
    """
    if kind is TargetKind.STAGE:
        raise UnansweredError(
            "Nobody works for a stage of products alone; choose another way.",
            "没有人专做某一产品阶段；请换一种方式。",
        )
    if kind is not TargetKind.PERSON:
        places = {code: place_of(book, replace(parent, scope=code)) for code in codes}
        return {code: place_capacity(book, one, parent.year) for code, one in places.items()}
    around, whole = place_of(book, parent), in_whole_months(book)
    places = {code: replace(around, people=frozenset({person_of(code)})) for code in codes}
    return {code: place_capacity(whole, place, parent.year) for code, place in places.items()}


def season_shares(book: Book, parent: TargetRow, flow: Flow, codes: Sequence[str]) -> Weights:
    """What the calendars of each part's shops make of a month, each shop of it counting as one.

    Raises:
        UnansweredError: A part is not told apart from another by the shops it has.
    """
    found = {}
    for code in codes:
        row = replace(parent, scope=code)
        if kind_of(book, row) not in OF_SHOP:
            raise UnansweredError(
                f"{code} has no shops of its own, so no season; choose another way.",
                f"{code} 没有自己的店铺，也就没有季节性；请换一种方式。",
            )
        shops = shops_of(book, row)
        years = [_of_shop(book, shop, flow, parent.year) for shop in shops]
        found[code] = [sum(month, Fraction()) for month in zip(*years, strict=True)]
    return found


def _of_shop(book: Book, shop: Shop, flow: Flow, year: int) -> list[Fraction]:
    """The months of a shop's calendar; 0 for those in which it is not open."""
    weights, opened = year_weights(flow, (shop,), year, book.settings), open_days(shop)
    return [
        weight if clip(opened, month).days else Fraction()
        for weight, month in zip(weights, _months(year), strict=True)
    ]


def hand_weights(shares: Mapping[str, Fraction], codes: Sequence[str]) -> Weights:
    """Percent of the line that parts are given, and the rest that nobody is.

    Raises:
        UnansweredError: A code is no part, a share is below 0, or they are more than 100.
    """
    strange = [code for code in shares if code not in codes]
    rest = WHOLE - sum(shares.values(), Fraction())
    if strange:
        raise UnansweredError(
            f"{', '.join(strange)} is no part of the line; its parts are {', '.join(codes)}.",
            f"{'、'.join(strange)} 不是下级；下级为 {'、'.join(codes)}。",
        )
    if rest < 0 or any(share < 0 for share in shares.values()):
        raise UnansweredError(
            "Shares by hand must not be below 0, and not be more than 100 % together.",
            "手工占比不得为负，合计不得超过 100%。",
        )
    return {code: (share,) * MONTHS for code, share in {**shares, REST: rest}.items()}


def assignment_weights(book: Book, parent: TargetRow, codes: Sequence[str]) -> Weights:
    """The days by shares that each person holds of the line's shops, by month."""
    shops, whole = {shop.code for shop in shops_of(book, parent)}, in_whole_months(book)
    found = {}
    for code in codes:
        mine = [p for p in person_parts(whole, person_of(code)) if p.shop in shops]
        found[code] = [_held(mine, month) for month in _months(parent.year)]
    return found


def _held(parts: Iterable[Part], month: Window) -> Fraction:
    return sum((clip(p.days, month).days * Fraction(str(p.share)) for p in parts), Fraction())


def in_whole_months(book: Book) -> Book:
    """The book as if everybody came on the first day of a month and left on the last one."""
    return replace(book, people=tuple(_in_whole_months(person) for person in book.people))


def _in_whole_months(person: Person) -> Person:
    start = person.start.replace(day=1) if person.start else None
    return replace(person, start=start, end=_last_day(person.end) if person.end else None)


def _last_day(day: date) -> date:
    end = month_period(day.year, day.month).window.end
    return date.fromordinal(end.toordinal() - 1)


def history_weights(past: Mapping[str, Sequence[float | None]]) -> Weights:
    """What each part reached in the months of the year before.

    Raises:
        UnansweredError: A month of a part is unknown or a loss.
    """
    found = {}
    for code, months in past.items():
        known = [exact(value) for value in months if value is not None and value >= 0]
        if len(known) < MONTHS:
            raise UnansweredError(
                f"Last year's months of {code} are not all known, or one is a loss.",
                f"{code} 去年各月数据不全或有亏损月。",
            )
        found[code] = known
    return found
