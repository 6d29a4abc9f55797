"""A target given to its parts: worked out of a book with its facts, then written.

Written like a rolled period: new lines, and the empty months of lines that are there. The lines
are the manager's from then on and score nothing until they are published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from kpi.actuals import Actual
from kpi.calendar import month_period
from kpi.errors import UnansweredError
from kpi.model import Language, Period, Scope, ScopeKind, Unit
from kpi.organisation import ScopeParts, in_region
from kpi.part_codes import PARTS, outside, parts_of
from kpi.part_weights import (
    Way,
    Weights,
    assignment_weights,
    capacity_weights,
    even_weights,
    hand_weights,
    history_weights,
    season_shares,
)
from kpi.rolling import RolledTarget
from kpi.scopes import same
from kpi.season import Flow, flow_of
from kpi.target_parts import Division, divided
from kpi.target_scopes import TargetKind, kind_of, market_parts, person_of
from kpi.targets import MONTHS
from kpi.teams import team_parts
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
    shares: Mapping[str, Fraction] = field(default_factory=dict)  # percent of parts, by hand


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
    parent = target_of(done, wish)
    if parent is None:
        raise UnansweredError(
            f"Targets has no line for {_words(wish)} in {_year_of(done, wish)}.",
            f"目标表没有 {_year_of(done, wish)} 年 {_words(wish)} 这一行。",
        )
    unit, flow = adding_unit(done, parent)
    weights = _weights(done, parent, wish, flow)
    made = divided(done.typed, parent, unit, flow, wish.kind, weights)
    return Dividing(order, seen, wish, made)


def target_of(done: Computed, wish: Wish) -> TargetRow | None:
    """The line of a wish, where Targets has it."""
    return line_of(done, (_year_of(done, wish), wish.region, wish.scope, wish.metric))


def line_of(done: Computed, key: tuple[int, str, str, str]) -> TargetRow | None:
    """The line of a year, region, scope and KPI, where Targets has it."""
    for row in done.typed.targets:
        if (row.year, str(row.region), row.scope, row.metric) == key:
            return row
    return None


def _year_of(done: Computed, wish: Wish) -> int:
    return wish.year or done.month.window.start.year


def _words(wish: Wish) -> str:
    return f"{wish.region} {wish.scope} {wish.metric}"


def adding_unit(done: Computed, parent: TargetRow) -> tuple[Unit, Flow]:
    """The unit of a line of money or counts, and what its days follow.

    Raises:
        UnansweredError: The figures of its parts do not add up to its own.
    """
    unit, additive = kind_of_target(done, parent) or (None, False)
    if unit is None or not additive:
        raise UnansweredError(
            f"{parent.metric} does not add up over its parts: each level has a target of its own.",
            f"{parent.metric} 不能相加：各级分别设目标。",
        )
    return unit, flow_of(done.given.catalog.metrics.get(parent.metric))


def _weights(done: Computed, parent: TargetRow, wish: Wish, flow: Flow) -> Weights:
    codes = parts_of(done.typed, parent, wish.kind)
    if wish.way is Way.HAND:
        return hand_weights(wish.shares, codes)
    _none_outside(done, parent, wish)
    match wish.way:
        case Way.EVEN:
            return even_weights(done.typed, parent, codes)
        case Way.SEASON:
            return season_shares(done.typed, parent, flow, codes)
        case Way.CAPACITY:
            return capacity_weights(done.typed, parent, wish.kind, codes)
        case Way.ASSIGNMENT if wish.kind is TargetKind.PERSON:
            return assignment_weights(done.typed, parent, codes)
        case Way.ASSIGNMENT:
            raise UnansweredError(
                "Assignments give shares to people alone; choose another way, or --to person.",
                "分工占比只用于人员；请换一种方式，或用 --to person。",
            )
    return history_weights({code: _last_year(done, parent, code) for code in codes})


def _none_outside(done: Computed, parent: TargetRow, wish: Wish) -> None:
    """Refuse to give a line to brands, say, where a shop of it names none."""
    shops = outside(done.typed, parent, wish.kind)
    if shops:
        named = ", ".join(shops)
        zh, en = PARTS[wish.kind]
        raise UnansweredError(
            f"{named} is in none of the {en}: name it in Shops, or give shares by hand "
            "(--by manual --share CODE=PERCENT), which leave a rest.",
            f"{named} 不属于任何{zh}：请在店铺表填写，或手工给占比，剩余会显示"
            "（--by manual --share 代码=百分比）。",
        )


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
    """What a part reached: a scope of the book, a person's part of a market, or a department."""
    book, region = done.typed, parent.region
    kind = kind_of(book, replace(parent, scope=code))
    if kind is TargetKind.MARKET_PERSON:
        scope = Scope(person_of(code), ScopeKind.PERSON, region, same(person_of(code)))
        found = ScopeParts(scope, market_parts(book, code))
    elif kind is TargetKind.DEPARTMENT:
        scope = Scope(code, ScopeKind.DEPARTMENT, region, same(code))
        found = ScopeParts(scope, in_region(book, team_parts(book, code), region))
    else:
        return done.value(parent.metric, (region, code), of)
    return done.actuals.of(done.metric(parent.metric), found, of)


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
