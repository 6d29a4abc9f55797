"""A line of targets against the lines below it: what is left of it, or what they add up to.

A parent may be split in several ways, by shops and by people, say: each is summed on its own. Only
lines that were typed are summed; what nobody was given is the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kpi.book import Book
from kpi.model import Unit
from kpi.money import fixed_rate
from kpi.month_shares import month_shares
from kpi.season import Flow
from kpi.target_scopes import TargetKind, kind_of, shops_of
from kpi.targets import decimals_of, month_targets, year_of
from kpi.typed_rows import TargetRow

PARTS_OF_A_REGION = (
    *(TargetKind.ENTITY, TargetKind.BRAND),
    *(TargetKind.MARKET, TargetKind.PLATFORM, TargetKind.SHOP),
    *(TargetKind.CATEGORY, TargetKind.STAGE, TargetKind.DEPARTMENT, TargetKind.PERSON),
)
BELOW = {  # a role's line is that of each of its people: it is no sum
    TargetKind.REGION: PARTS_OF_A_REGION,
    TargetKind.ENTITY: (TargetKind.BRAND, TargetKind.SHOP),
    TargetKind.BRAND: (TargetKind.SHOP,),
    TargetKind.MARKET: (TargetKind.SHOP, TargetKind.MARKET_PERSON),
    TargetKind.PERSON: (TargetKind.MARKET_PERSON,),
    TargetKind.PLATFORM: (TargetKind.SHOP,),
    TargetKind.DEPARTMENT: (TargetKind.PERSON,),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """The lines of one kind below a line, over the year and in its currency."""

    kind: TargetKind
    lines: int
    total: Decimal | None  # of the lines; None as soon as one asks nothing or has no rate
    rest: Decimal | None  # parent less total; None too where the parent asks nothing


def year_counted(book: Book, row: TargetRow, unit: Unit) -> Decimal | None:
    """What a row of money or counts asks of the year: its months once all are known."""
    decimals = decimals_of(unit)
    shares = month_shares(book, row, Flow.ORDERS)  # however it is cut, the sum is the same
    months = month_targets(row, additive=True, decimals=decimals, shares=shares)
    known = [Decimal(str(month)) for month in months if month is not None]
    if len(known) == len(months):
        return sum(known, Decimal())
    year = year_of(row, additive=True, decimals=decimals)
    return None if year is None else Decimal(str(year))


def gaps(book: Book, parent: TargetRow, unit: Unit) -> tuple[Gap, ...]:
    """The gap of a line to each kind of lines below it, widest kind first."""
    kind = kind_of(book, parent)
    wanted = BELOW.get(kind, ()) if kind else ()
    found = ((one, lines_below(book, parent, one)) for one in wanted)
    return tuple(_gap(book, parent, unit, one, rows) for one, rows in found if rows)


def lines_below(book: Book, parent: TargetRow, kind: TargetKind) -> tuple[TargetRow, ...]:
    """The lines of one kind that are parts of a line, in the order of the table."""
    lines = (row for row in book.targets if _beside(parent, row))
    return tuple(row for row in lines if is_below(book, parent, row, kind))


def _beside(parent: TargetRow, row: TargetRow) -> bool:
    key = (parent.year, parent.region, parent.metric)
    return row is not parent and (row.year, row.region, row.metric) == key


def is_below(book: Book, parent: TargetRow, row: TargetRow, kind: TargetKind) -> bool:
    """Whether a line of one kind, beside a line, is a part of it."""
    if kind_of(book, row) is not kind:
        return False
    if parent.scope == parent.region:
        return True
    return parent.scope in _wider(book, row, kind)


def _wider(book: Book, row: TargetRow, kind: TargetKind) -> Iterator[str]:
    """What a shop lies in, a brand's one company, a person's department, or market and person."""
    shops = shops_of(book, row)
    if kind is TargetKind.SHOP:
        for shop in shops:
            yield from (shop.market, shop.platform, shop.brand, shop.company)
    if kind is TargetKind.MARKET_PERSON:
        yield from row.scope.split(":", 1)
    if kind is TargetKind.BRAND and len(companies := {shop.company for shop in shops}) == 1:
        yield companies.pop()
    for person in book.people:
        if person.code == row.scope:
            yield person.department


def _gap(
    book: Book, parent: TargetRow, unit: Unit, kind: TargetKind, rows: Sequence[TargetRow]
) -> Gap:
    parts = [in_currency_of(book, parent, row, unit, year_counted(book, row, unit)) for row in rows]
    known = [part for part in parts if part is not None]
    total = rounded(sum(known, Decimal()), unit) if len(known) == len(parts) else None
    asked = year_counted(book, parent, unit)
    rest = None if total is None or asked is None else asked - total
    return Gap(kind, len(rows), total, rest)


def in_currency_of(
    book: Book, parent: TargetRow, row: TargetRow, unit: Unit, value: Decimal | None
) -> Decimal | None:
    """An amount of a line in the currency of the line above; None without a fixed rate."""
    given = row.currency or book.settings.currency
    wanted = parent.currency or book.settings.currency
    if value is None or unit is not Unit.MONEY or given == wanted:
        return value
    rate = fixed_rate(book.settings.fixed_rates, given, wanted)
    return None if rate is None else value * Decimal(str(rate))


def rounded(amount: Decimal, unit: Unit) -> Decimal:
    """Converted amounts are added before they are rounded, once."""
    return amount.quantize(Decimal(1).scaleb(-decimals_of(unit)), ROUND_HALF_UP)
