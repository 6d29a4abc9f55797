"""A target given to its shops or people: worked out of a book with its facts, then written.

Written like a rolled period: new lines, and the empty months of lines that are there. The lines
are the manager's from then on and score nothing until they are published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.actuals import Actual
from kpi.calendar import month_period
from kpi.errors import UnansweredError
from kpi.model import Language, Period, Scope, ScopeKind
from kpi.organisation import ScopeParts
from kpi.part_weights import (
    Way,
    Weights,
    assignment_weights,
    capacity_weights,
    even_weights,
    history_weights,
)
from kpi.rolling import RolledTarget
from kpi.scopes import same
from kpi.season import flow_of
from kpi.target_parts import Division, divided, parts_of
from kpi.target_scopes import TargetKind, market_parts, person_of
from kpi.targets import MONTHS
from kpi.typed_rows import TargetRow
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.filling.plans import kind_of_target
from sync_service.house import House
from sync_service.refresh import Order, Seen, look
from sync_service.rolling import write_lines
from sync_service.workbooks.port import WriteReport


@dataclass(frozen=True, slots=True)
class Wish:
    """Which target is given to which parts, and by what."""

    region: str
    scope: str
    metric: str
    year: int | None  # None: that of the book's month
    kind: TargetKind
    way: Way


@dataclass(frozen=True, slots=True)
class Dividing:
    """What dividing a target makes, before anything is written."""

    order: Order
    seen: Seen
    wish: Wish
    made: Division


def prepare(house: House, order: Order, wish: Wish) -> Dividing:
    """Read the book with its facts and work the parts out; nothing is written.

    Raises:
        UnansweredError: There is no such target, or it cannot be given to such parts.
    """
    seen = look(house, order)
    done = seen.done
    parent = _target(done, wish)
    unit, additive = kind_of_target(done, parent) or (None, False)
    if unit is None or not additive:
        raise UnansweredError(
            f"{wish.metric} does not add up over its parts: each level has a target of its own.",
            f"{wish.metric} 不能相加：各级分别设目标。",
        )
    flow = flow_of(done.given.catalog.metrics.get(parent.metric))
    weights = _weights(done, parent, wish, parts_of(done.typed, parent, wish.kind))
    made = divided(done.typed, parent, unit, flow, wish.kind, weights)
    return Dividing(order, seen, wish, made)


def _target(done: Computed, wish: Wish) -> TargetRow:
    year = wish.year or done.month.window.start.year
    key = (year, wish.region, wish.scope, wish.metric)
    for row in done.typed.targets:
        if (row.year, str(row.region), row.scope, row.metric) == key:
            return row
    raise UnansweredError(
        f"Targets has no line for {wish.region} {wish.scope} {wish.metric} in {year}.",
        f"目标表没有 {year} 年 {wish.region} {wish.scope} {wish.metric} 这一行。",
    )


def _weights(done: Computed, parent: TargetRow, wish: Wish, codes: Sequence[str]) -> Weights:
    if wish.way is Way.EVEN:
        return even_weights(done.typed, parent, codes)
    if wish.way is Way.CAPACITY:
        return capacity_weights(done.typed, parent, wish.kind, codes)
    if wish.way is Way.ASSIGNMENT:
        if wish.kind is not TargetKind.PERSON:
            raise UnansweredError(
                "Assignments give shares to people alone; choose another way, or --to person.",
                "分工占比只用于人员；请换一种方式，或用 --to person。",
            )
        return assignment_weights(done.typed, parent, codes)
    return history_weights({code: _last_year(done, parent, code) for code in codes})


def _last_year(done: Computed, parent: TargetRow, code: str) -> Sequence[float | None]:
    """The months of the year before of a part, where the facts cover them to the last day."""
    found = []
    for number in range(1, MONTHS + 1):
        of = month_period(parent.year - 1, number)
        known = parent.metric in done.given.catalog.metrics
        actual = _reached(done, parent, code, of) if known else None
        found.append(actual.value if actual and actual.covered == of.window else None)
    return found


def _reached(done: Computed, parent: TargetRow, code: str, of: Period) -> Actual | None:
    """What a part reached: a scope of the book, or a person's part of a market."""
    parts, person = market_parts(done.typed, code), person_of(code)
    if not parts:
        return done.value(parent.metric, (parent.region, code), of)
    scope = Scope(person, ScopeKind.PERSON, parent.region, same(person))
    return done.actuals.of(done.metric(parent.metric), ScopeParts(scope, parts), of)


def write(dividing: Dividing) -> tuple[WriteReport, ...]:
    """Put the parts into the closed workbook; no cell that holds something is touched."""
    lines = [
        RolledTarget(one.row, None, added=one.added)
        for one in dividing.made.parts
        if any(one.row.months)
    ]
    return write_lines(dividing.order, dividing.seen, lines, (), lambda lang: _note(dividing, lang))


def _note(dividing: Dividing, language: Language) -> str:
    word, scope = show("way", dividing.wish.way, language), dividing.wish.scope
    return f"由 {scope} 按{word}拆解" if language == "zh" else f"part of {scope}, by {word}"
