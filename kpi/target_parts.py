"""A line of targets given to its parts, top down: equally, by last year, capacity or assignments.

Each month of the line is given on its own, in the smallest unit and by largest remainder, so that
the parts are the line to the cent in every month and in the year. Lines of parts that ask
something already stay as they are: only what they leave is given. A person's part of a market has
a line of its own (`DE:OPS1`), for the person may hold shops of other markets too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from kpi.apportion import split
from kpi.book import Book
from kpi.errors import UnansweredError
from kpi.model import Unit
from kpi.month_shares import month_shares
from kpi.organisation import SHOP_ROLES, ownership
from kpi.part_weights import Weights
from kpi.season import Flow
from kpi.target_gaps import BELOW, in_currency_of, lines_below
from kpi.target_scopes import TargetKind, in_market, kind_of, person_of, shops_of
from kpi.targets import MONTHS, Split, decimals_of, month_targets, year_of
from kpi.typed_rows import TargetRow

PARTS = {TargetKind.SHOP: ("店铺", "shops"), TargetKind.PERSON: ("人员", "people")}
NUMBERS = range(MONTHS)


@dataclass(frozen=True, slots=True)
class PartTarget:
    """What one part gets: a new line, or the empty line that is there."""

    row: TargetRow  # twelve months, in the currency of the line
    added: bool
    weights: tuple[Fraction, ...]  # by month: what it was given by


@dataclass(frozen=True, slots=True)
class Division:
    """A line with the lines it is given to, and those that keep what they ask."""

    parent: TargetRow
    parts: tuple[PartTarget, ...]
    kept: tuple[TargetRow, ...]


def divided(
    book: Book, parent: TargetRow, unit: Unit, flow: Flow, kind: TargetKind, weights: Weights
) -> Division:
    """Give a line of money or counts to its shops or people; `weights` name them in order.

    Raises:
        UnansweredError: The months are not all known, parts ask more than the line, or no part
            has a weight in a month that has something to give.
    """
    there = lines_below(book, parent, _line_kind(book, parent, kind))
    kept = tuple(row for row in there if _asks(row, unit))
    given = _months(book, parent, unit, flow)
    taken = [_months_in(book, parent, row, unit, flow) for row in kept]
    left = [whole - sum((one[n] for one in taken), Decimal()) for n, whole in enumerate(given)]
    free = [code for code in weights if code not in {row.scope for row in kept}]
    shares = [
        _given(left[n], [weights[code][n] for code in free], decimals_of(unit), n) for n in NUMBERS
    ]
    empty = {row.scope: row for row in there}
    parts = (
        PartTarget(
            _line(book, parent, code, empty.get(code), tuple(month[at] for month in shares)),
            code not in empty,
            tuple(weights[code]),
        )
        for at, code in enumerate(free)
    )
    return Division(parent, tuple(parts), kept)


def _asks(row: TargetRow, unit: Unit) -> bool:
    year = year_of(row, additive=True, decimals=decimals_of(unit))
    return year is not None or any(month is not None for month in row.months)


def _months(book: Book, row: TargetRow, unit: Unit, flow: Flow) -> list[Decimal]:
    shares, decimals = month_shares(book, row, flow), decimals_of(unit)
    months = month_targets(row, additive=True, decimals=decimals, shares=shares)
    known = [Decimal(str(month)) for month in months if month is not None]
    if len(known) < MONTHS:
        raise UnansweredError(
            f"{row.scope} {row.metric} does not ask something of every month: type the months or "
            "choose a split.",
            f"{row.scope} 的 {row.metric} 不是每个月都有目标：请填各月或选择分解方式。",
        )
    return known


def _months_in(
    book: Book, parent: TargetRow, row: TargetRow, unit: Unit, flow: Flow
) -> list[Decimal]:
    """The months of a part that asks already, in the currency of the line."""
    found = [in_currency_of(book, parent, row, unit, one) for one in _months(book, row, unit, flow)]
    known = [one for one in found if one is not None]
    if len(known) < MONTHS:
        raise UnansweredError(
            f"{row.scope} {row.metric} is in {row.currency}, which has no fixed rate.",
            f"{row.scope} 的 {row.metric} 用 {row.currency}，没有固定汇率。",
        )
    return known


def _given(
    left: Decimal, weights: Sequence[Fraction], decimals: int, month: int
) -> tuple[Decimal, ...]:
    """One month's rest by weights; nothing to give gives everybody nothing."""
    number, rest = month + 1, round(left, decimals)
    if rest < 0:
        raise UnansweredError(
            f"Month {number}: the parts ask {-rest} more than the line.",
            f"{number} 月：下级各行已超出 {-rest}。",
        )
    if rest and not any(weights):
        raise UnansweredError(
            f"Month {number}: {rest} to give, and no part that could take it.",
            f"{number} 月：还有 {rest}，没有可以承接的下级。",
        )
    return split(rest, weights, decimals) if rest else (Decimal(),) * len(weights)


def _line(
    book: Book, parent: TargetRow, code: str, there: TargetRow | None, months: Sequence[Decimal]
) -> TargetRow:
    """The part's line: the owner of the shop, or the person, answers for it."""
    owners = {shop.code: shop.owner for shop in book.shops} | {p.code: p.code for p in book.people}
    owner = owners.get(code) or owners.get(person_of(code)) or parent.owner
    start = there or replace(parent, scope=code, owner=owner, address="")
    return replace(
        start,
        year_total=None,
        months=tuple(float(month) for month in months),
        currency=parent.currency,
        split=Split.EVEN,
        baseline=None,
        uplift=None,
        uplift_unit=None,
    )


# --- parts --------------------------------------------------------------------------------------


def parts_of(book: Book, parent: TargetRow, kind: TargetKind) -> tuple[str, ...]:
    """The shops or people that a line can be given to.

    Of several roles that hold a shop, those whose cards score the KPI; all where no card does.

    Raises:
        UnansweredError: The line is not made of such parts.
    """
    scope, below = kind_of(book, parent), _line_kind(book, parent, kind)
    if scope is None or below not in BELOW.get(scope, ()) or kind not in PARTS:
        zh, en = PARTS.get(kind, (kind, kind))
        raise UnansweredError(
            f"A target of {parent.scope} is not made of {en}.",
            f"{parent.scope} 的目标不由{zh}组成。",
        )
    shops = shops_of(book, parent)
    if kind is TargetKind.SHOP:
        return tuple(shop.code for shop in shops)
    holders = {who for shop in shops for who, _ in ownership(shop, book.assignments, book.people)}
    lines = (row for row in book.weights if row.metric == parent.metric)
    scored = {row.role for row in lines if row.role not in SHOP_ROLES}
    holders -= {p.code for p in book.people if scored and p.role not in scored}
    team = scope is TargetKind.DEPARTMENT
    return tuple(
        in_market(parent.scope, person.code) if below is TargetKind.MARKET_PERSON else person.code
        for person in book.people
        if (person.department == parent.scope if team else person.code in holders)
    )


def _line_kind(book: Book, parent: TargetRow, kind: TargetKind) -> TargetKind:
    """What the lines of parts are: people have lines of a market for their part of it."""
    of_market = kind_of(book, parent) is TargetKind.MARKET and kind is TargetKind.PERSON
    return TargetKind.MARKET_PERSON if of_market else kind
