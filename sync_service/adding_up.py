"""A target written from its parts: the other way round of `sync_service.dividing`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kpi.errors import UnansweredError
from kpi.model import Language, Region
from kpi.part_codes import line_kind, parts_of
from kpi.rolling import RolledTarget
from kpi.target_gaps import lines_below
from kpi.target_sums import Sum, Typed, summed
from kpi.targets import MONTHS
from kpi.typed_rows import TargetRow
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.dividing import Wish, adding_unit, target_of
from sync_service.house import House
from sync_service.refresh import Order, Seen, look
from sync_service.rolling import write_lines
from sync_service.workbooks.port import WriteReport


@dataclass(frozen=True, slots=True)
class AddingUp:
    """What adding up the parts of a target makes, before anything is written."""

    order: Order
    seen: Seen
    wish: Wish
    made: Sum


def prepare(house: House, order: Order, wish: Wish) -> AddingUp:
    """Read the book and add the parts of a target up; nothing is written.

    Raises:
        UnansweredError: A part asks nothing, or the target is not made of such parts.
    """
    seen = look(house, order)
    done = seen.done
    there = target_of(done, wish)
    parent = there or _new(done, wish)
    unit, flow = adding_unit(done, parent)
    parts_of(done.typed, parent, wish.kind)  # what is made of no such parts is said first
    added = there is None
    return AddingUp(
        order, seen, wish, summed(done.typed, parent, unit, flow, wish.kind, added=added)
    )


def _new(done: Computed, wish: Wish) -> TargetRow:
    """A line that Targets lacks: in the one currency of its parts, else that of the book."""
    year = wish.year or done.month.window.start.year
    key = (year, Region(wish.region), wish.scope, wish.metric)
    bare = TargetRow(*key, None, None, (None,) * MONTHS, None, "")
    kind = line_kind(done.typed, bare, wish.kind)
    currencies = {row.currency for row in lines_below(done.typed, bare, kind)}
    return replace(bare, currency=currencies.pop() if len(currencies) == 1 else None)


def write(adding: AddingUp, *, over: bool) -> tuple[WriteReport, ...]:
    """Put the sums into the closed workbook; what is typed otherwise only with `over`.

    Raises:
        UnansweredError: Something is typed otherwise, and it is not to be written over.
    """
    made = adding.made
    if made.typed and not over:
        raise UnansweredError(
            f"{made.row.scope} has typed targets that its parts do not add up to "
            f"({_first(made.typed[0])}): --replace writes over them.",
            f"{made.row.scope} 已填的目标与下级合计不符（{_first(made.typed[0])}）："
            "加 --replace 覆盖。",
        )
    line = RolledTarget(made.row, None, added=made.added)
    return write_lines(
        adding.order, adding.seen, [line], (), lambda lang: _note(adding, lang), over=over
    )


def _first(one: Typed) -> str:
    where = "" if one.month is None else f"{one.month:02d}: "
    return f"{where}{one.value:,.10g} ≠ {one.total:,.10g}"


def _note(adding: AddingUp, language: Language) -> str:
    kind = show("target_kind", adding.wish.kind, language)
    return f"由下级{kind}汇总" if language == "zh" else f"added up from {kind}"
