"""A line of targets given to its parts, top down, by the weights of `kpi.part_weights`.

Each month of the line is given on its own, in the smallest unit and by largest remainder, so that
the parts are the line to the cent in every month and in the year. Lines of parts that ask
something already stay as they are: only what they leave is given. By hand parts of the whole line
are given, and what is left of it is the rest. A role asks each of its people, so what is given is
its line as often as it has people in the month, those with lines of their own left out.
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
from kpi.part_codes import asks_each, part_lines, parts_of
from kpi.part_weights import REST, Weights, even_weights
from kpi.season import Flow
from kpi.target_gaps import in_currency_of
from kpi.target_scopes import TargetKind, person_of
from kpi.targets import MONTHS, Split, decimals_of, month_targets, year_of
from kpi.typed_rows import TargetRow

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
    rest: tuple[Decimal, ...] = ()  # by month: what nobody was given, by hand alone


def divided(
    book: Book, parent: TargetRow, unit: Unit, flow: Flow, kind: TargetKind, weights: Weights
) -> Division:
    """Give a line of money or counts to its parts; `weights` name them in order.

    Raises:
        UnansweredError: The months are not all known, parts ask more than the line, or no part
            has a weight in a month that has something to give.
    """
    there = part_lines(book, parent, kind)
    kept = tuple(row for row in there if _asks(row, unit))
    each = months_of(book, parent, unit, flow)
    given, taken = _of_people(book, parent, each, kept) or (
        each,
        [months_in(book, parent, row, unit, flow) for row in kept],
    )
    left = [whole - sum((one[n] for one in taken), Decimal()) for n, whole in enumerate(given)]
    by_hand, asked = REST in weights, {row.scope for row in kept}
    among = [code for code in weights if by_hand or code not in asked]
    shares = [
        dict(zip(among, _given(given[n] if by_hand else left[n], of, unit, n), strict=True))
        for n in NUMBERS
        for of in ([weights[code][n] for code in among],)
    ]
    empty = {row.scope: row for row in there}
    free = [code for code in among if code not in asked and code != REST]
    parts = (
        PartTarget(
            _line(book, parent, code, empty.get(code), [month[code] for month in shares]),
            code not in empty,
            tuple(weights[code]),
        )
        for code in free
    )
    rest = [_left(left[n] - sum(shares[n][code] for code in free), unit, n) for n in NUMBERS]
    return Division(parent, tuple(parts), kept, tuple(rest) if by_hand else ())


Months = list[Decimal]


def _of_people(
    book: Book, parent: TargetRow, each: Sequence[Decimal], kept: Sequence[TargetRow]
) -> tuple[Months, list[Months]] | None:
    """What a role asks of all its people, and of those who keep lines of their own; None if none.

    Whatever the own line asks, it takes the place of what the role asks of that person.
    """
    if not asks_each(book, parent):
        return None
    there = even_weights(book, parent, parts_of(book, parent, TargetKind.PERSON))
    asked = {
        code: [month * int(months[n]) for n, month in enumerate(each)]
        for code, months in there.items()
    }
    whole = [sum((months[n] for months in asked.values()), Decimal()) for n in NUMBERS]
    return whole, [asked[row.scope] for row in kept]


def _asks(row: TargetRow, unit: Unit) -> bool:
    year = year_of(row, additive=True, decimals=decimals_of(unit))
    return year is not None or any(month is not None for month in row.months)


def months_of(book: Book, row: TargetRow, unit: Unit, flow: Flow) -> list[Decimal]:
    """The months of a line of money or counts.

    Raises:
        UnansweredError: They are not all known.
    """
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


def months_in(
    book: Book, parent: TargetRow, row: TargetRow, unit: Unit, flow: Flow
) -> list[Decimal]:
    """The months of a part that asks already, in the currency of the line.

    Raises:
        UnansweredError: They are not all known, or there is no fixed rate.
    """
    found = [
        in_currency_of(book, parent, row, unit, one) for one in months_of(book, row, unit, flow)
    ]
    known = [one for one in found if one is not None]
    if len(known) < MONTHS:
        raise UnansweredError(
            f"{row.scope} {row.metric} is in {row.currency}, which has no fixed rate.",
            f"{row.scope} 的 {row.metric} 用 {row.currency}，没有固定汇率。",
        )
    return known


def _given(
    amount: Decimal, weights: Sequence[Fraction], unit: Unit, month: int
) -> tuple[Decimal, ...]:
    """One month's amount by weights; nothing to give gives everybody nothing."""
    decimals = decimals_of(unit)
    number, rest = month + 1, _left(amount, unit, month)
    if rest and not any(weights):
        raise UnansweredError(
            f"Month {number}: {rest} to give, and no part that could take it.",
            f"{number} 月：还有 {rest}，没有可以承接的下级。",
        )
    return split(rest, weights, decimals) if rest else (Decimal(),) * len(weights)


def _left(amount: Decimal, unit: Unit, month: int) -> Decimal:
    """What is left of a month, in the smallest unit; never less than nothing."""
    number, rest = month + 1, round(amount, decimals_of(unit))
    if rest < 0:
        raise UnansweredError(
            f"Month {number}: the parts ask {-rest} more than the line.",
            f"{number} 月：下级各行已超出 {-rest}。",
        )
    return rest


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
