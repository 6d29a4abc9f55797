"""A line of targets written from its parts, bottom up: each month is what the parts ask, exactly.

Months of other currencies are converted at the fixed rates and rounded once. A part without a line
leaves the sum unknown: nothing asked is a typed 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kpi.book import Book
from kpi.errors import UnansweredError
from kpi.model import Unit
from kpi.part_codes import asks_each, line_kind, no_sum, outside, parts_of
from kpi.part_weights import even_weights
from kpi.season import Flow
from kpi.target_gaps import lines_below, rounded
from kpi.target_parts import months_in
from kpi.target_scopes import TargetKind
from kpi.targets import MONTHS
from kpi.typed_rows import TargetRow


@dataclass(frozen=True, slots=True)
class Typed:
    """What a line asks already and its parts do not add up to."""

    month: int | None  # 1 to 12; None: the year
    value: float
    total: float  # of the parts


@dataclass(frozen=True, slots=True)
class Sum:
    """A line as its parts add up, and what was typed otherwise."""

    row: TargetRow  # twelve months, in the currency of the line
    added: bool  # False: the line is there
    lines: tuple[TargetRow, ...]  # of the parts
    typed: tuple[Typed, ...]


def summed(
    book: Book, parent: TargetRow, unit: Unit, flow: Flow, kind: TargetKind, *, added: bool = False
) -> Sum:
    """Add up the lines of the parts of a line of money or counts.

    Raises:
        UnansweredError: The line is not made of such parts, a part has no line or not all of its
            months, or the line's year is worked out of an uplift.
    """
    if parent.uplift is not None:
        raise UnansweredError(
            f"The year of {parent.scope} is worked out of its uplift: empty the uplift first.",
            f"{parent.scope} 的全年目标由提升得出：请先清空提升。",
        )
    if asks_each(book, parent):
        raise no_sum(parent)
    lines = lines_below(book, parent, line_kind(book, parent, kind))
    _complete(book, parent, kind, lines)
    parts = [months_in(book, parent, row, unit, flow) for row in lines]
    months = [rounded(sum((one[n] for one in parts), Decimal()), unit) for n in range(MONTHS)]
    year = parent.year_total
    total = None if year is None else float(sum(months, Decimal()))
    row = replace(parent, months=tuple(float(month) for month in months), year_total=total)
    return Sum(row, added, lines, tuple(_typed(parent, row)))


def _complete(book: Book, parent: TargetRow, kind: TargetKind, lines: Sequence[TargetRow]) -> None:
    """Refuse where a part that is there in the year has no line, or a shop is in no part."""
    codes = parts_of(book, parent, kind)
    there = {code for code, months in even_weights(book, parent, codes).items() if any(months)}
    lacking = [code for code in codes if code in there - {line.scope for line in lines}]
    lacking += outside(book, parent, kind)
    if lacking or not lines:
        named = ", ".join(lacking) or parent.scope
        raise UnansweredError(
            f"Not every part of {parent.scope} asks {parent.metric}: {named} (0 is an answer too).",
            f"{parent.scope} 的下级并非都有 {parent.metric} 目标：{named}（0 也算）。",
        )


def _typed(parent: TargetRow, row: TargetRow) -> Iterator[Typed]:
    for n, (before, now) in enumerate(zip(parent.months, row.months, strict=True), 1):
        if before is not None and now is not None and before != now:
            yield Typed(n, before, now)
    if parent.year_total is not None and row.year_total not in (None, parent.year_total):
        yield Typed(None, parent.year_total, row.year_total or 0.0)
