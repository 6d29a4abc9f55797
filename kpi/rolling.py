"""The next quarter or year out of the one before: new targets with an uplift, cards carried on.

Nothing that is there changes: a line that asks something of the new period stays as it is, and a
card that has a line from its first day on is the manager's already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from kpi.apportion import exact, split
from kpi.book import Book
from kpi.book_checks import newest
from kpi.calendar import shifted
from kpi.model import Metric, Period, PeriodKind, Region, Unit
from kpi.month_shares import month_shares, season_weights
from kpi.season import Flow, flow_of
from kpi.target_gaps import BELOW, lines_below
from kpi.target_scopes import kind_of
from kpi.targets import (
    AD_BUDGET,
    MONTHS,
    Split,
    TargetKey,
    Uplift,
    decimals_of,
    key_of,
    month_targets,
    year_of,
)
from kpi.typed_rows import TargetRow, WeightRow


@dataclass(frozen=True, slots=True)
class Plan:
    """How to roll."""

    into: Period  # a quarter or a year
    uplift: float  # percent, of money and counts
    seasonal: bool = True  # whether a quarter is as much more or less as its season is

    @property
    def months(self) -> range:
        """The months of the period in its year, counted from zero."""
        first = self.into.window.start.month - 1
        return range(first, first + (MONTHS if self.into.kind is PeriodKind.YEAR else 3))


@dataclass(frozen=True, slots=True)
class RolledTarget:
    """A line of the new period: added, or its empty months filled."""

    row: TargetRow
    before: Decimal | None  # what the period before asked; of a ratio its last month
    added: bool  # False: the line is there, only its empty months are new


@dataclass(frozen=True, slots=True)
class Rolled:
    """What rolling makes; keys of lines that stay as they are, and of those that cannot roll."""

    targets: tuple[RolledTarget, ...]
    weights: tuple[WeightRow, ...]
    kept: tuple[TargetRow, ...]  # lines of the new period that ask something already
    unknown: tuple[TargetRow, ...]  # lines whose period before is not planned to its end
    kept_cards: tuple[tuple[str, Region], ...]


def rolled(book: Book, metrics: Mapping[str, Metric], plan: Plan) -> Rolled:
    """The new period of a book; `metrics` are the KPIs that have a definition."""
    old_year = shifted(plan.into, -1).window.start.year
    there = {key_of(row): row for row in book.targets}
    made: list[RolledTarget] = []
    kept, unknown = [], []
    for row in book.targets:
        kind = _kind(metrics, row.metric)
        if row.year != old_year or kind is None:
            continue
        new = there.get((plan.into.window.start.year, row.region, row.scope, row.metric))
        if new is not None and _asks(book, new, kind, plan):
            kept.append(new)
            continue
        found = _target(book, row, new, kind, plan)
        if found is None:
            unknown.append(row)
        else:
            made.append(found)
    lines, cards = _cards(book, plan.into.window.start)
    even = tuple(_even(book, metrics, plan, made, one) for one in made)
    return Rolled(even, lines, tuple(kept), tuple(unknown), cards)


@dataclass(frozen=True, slots=True)
class _Kind:
    """What of a KPI decides how its targets roll."""

    unit: Unit
    additive: bool
    flow: Flow

    @property
    def decimals(self) -> int:
        """The smallest unit in which its targets are split."""
        return decimals_of(self.unit)


def _kind(metrics: Mapping[str, Metric], code: str) -> _Kind | None:
    if code == AD_BUDGET:
        return _Kind(Unit.MONEY, additive=True, flow=flow_of(None))
    metric = metrics.get(code)
    return None if metric is None else _Kind(metric.unit, metric.additive, flow_of(metric))


def _months(book: Book, row: TargetRow, kind: _Kind) -> tuple[float | None, ...]:
    shares = month_shares(book, row, kind.flow)
    return month_targets(row, additive=kind.additive, decimals=kind.decimals, shares=shares)


def _asks(book: Book, row: TargetRow, kind: _Kind, plan: Plan) -> bool:
    """Whether a line asks something of any month of the period, or of its year."""
    months = _months(book, row, kind)
    typed = any(months[n] is not None for n in plan.months)
    return typed or year_of(row, additive=kind.additive, decimals=kind.decimals) is not None


def _target(
    book: Book, old: TargetRow, new: TargetRow | None, kind: _Kind, plan: Plan
) -> RolledTarget | None:
    """The line of the new period; None where the one before is not planned to its end."""
    known = _before(book, old, kind, plan)
    if len(known) < len(plan.months):
        return None
    bare = new or replace(_bare(old), year=plan.into.window.start.year)
    if not kind.additive:
        return _ratio(bare, known[-1], plan, added=new is None)
    total = sum(known, Decimal())
    if new is None and plan.into.kind is PeriodKind.YEAR:
        return RolledTarget(_year(bare, old, total, plan), total, added=True)
    return RolledTarget(_by_month(book, bare, total, kind, plan), total, added=new is None)


def _before(book: Book, row: TargetRow, kind: _Kind, plan: Plan) -> list[Decimal]:
    """The known months of the period before."""
    start = shifted(plan.into, -1).window.start.month - 1
    months = _months(book, row, kind)[start : start + len(plan.months)]
    return [Decimal(str(value)) for value in months if value is not None]


def _bare(old: TargetRow) -> TargetRow:
    return replace(
        old,
        year_total=None,
        months=(None,) * MONTHS,
        address="",
        split=Split.EVEN,
        baseline=None,
        uplift=None,
        uplift_unit=None,
    )


def _ratio(row: TargetRow, value: Decimal, plan: Plan, *, added: bool) -> RolledTarget:
    """A ratio goes on as it ended: whether more of it is better is not for an uplift to say."""
    if added:
        return RolledTarget(replace(row, year_total=float(value)), value, added=True)
    months = _filled(row, [value] * len(plan.months), plan)
    return RolledTarget(replace(row, months=months), value, added=False)


def _year(row: TargetRow, old: TargetRow, total: Decimal, plan: Plan) -> TargetRow:
    """An uplift target over the year before, split as that one was, by season where by hand."""
    by_hand = None not in old.months or old.split == Split.MANUAL
    return replace(
        row,
        baseline=float(total),
        uplift=plan.uplift,
        uplift_unit=Uplift.PERCENT,
        split=Split.SEASON if by_hand else old.split,
    )


def _by_month(book: Book, row: TargetRow, total: Decimal, kind: _Kind, plan: Plan) -> TargetRow:
    """The months: the period before, times what the season and the uplift make of it.

    Two whole years have one season, whether or not the days of an event are announced already.
    """
    shares = _seasons(book, row, kind, plan)
    wanted = exact(total) * (1 + exact(plan.uplift) / 100)
    if plan.seasonal and plan.into.kind is PeriodKind.QUARTER:
        earlier = _seasons(book, row, kind, replace(plan, into=shifted(plan.into, -1)))
        wanted *= sum(shares, Fraction()) / sum(earlier, Fraction())
    cents = _rounded(wanted, kind.decimals)
    return replace(row, months=_filled(row, split(cents, shares, kind.decimals), plan))


def _seasons(book: Book, row: TargetRow, kind: _Kind, plan: Plan) -> tuple[Fraction, ...]:
    """What the months of a plan's period weigh by the calendar of a row's shops."""
    if not plan.seasonal:
        return (Fraction(1),) * len(plan.months)
    of = replace(row, year=plan.into.window.start.year)
    year = season_weights(book, of, kind.flow)
    return tuple(year[n] for n in plan.months)


def _rounded(amount: Fraction, decimals: int) -> Decimal:
    """To the cent or the piece, half away from zero."""
    plain = Decimal(amount.numerator) / Decimal(amount.denominator)
    return plain.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _filled(row: TargetRow, values: Sequence[Decimal], plan: Plan) -> tuple[float | None, ...]:
    """The months of a row with those of the period; a typed one is never there to be replaced."""
    new = dict(zip(plan.months, values, strict=True))
    return tuple(
        float(new[n]) if n in new and typed is None else typed for n, typed in enumerate(row.months)
    )


# --- lines that were even with those below them ---------------------------------------------------


def _even(
    book: Book,
    metrics: Mapping[str, Metric],
    plan: Plan,
    made: Sequence[RolledTarget],
    one: RolledTarget,
) -> RolledTarget:
    """A line that was the sum of lines below stays it: rounding each alone would leave cents."""
    kind = _kind(metrics, one.row.metric)
    if kind is None or not kind.additive or one.row.uplift is not None:
        return one
    before = shifted(plan.into, -1).window.start.year
    parent = next(r for r in book.targets if key_of(r) == (before, *key_of(one.row)[1:]))
    scope = kind_of(book, parent)
    new = {key_of(other.row): other.row for other in made}
    for parts in BELOW.get(scope, ()) if scope else ():
        old = lines_below(book, parent, parts)
        below = [found for row in old if (found := new.get(_moved(row, plan))) is not None]
        if old and len(below) == len(old) and _was_even(book, parent, old, kind, plan):
            months = _added(one.row, below, plan)
            return one if months is None else replace(one, row=replace(one.row, months=months))
    return one


def _was_even(
    book: Book, parent: TargetRow, below: Sequence[TargetRow], kind: _Kind, plan: Plan
) -> bool:
    """Whether lines of one currency made up a line over the period before."""
    parts = [_before(book, row, kind, plan) for row in below]
    one_currency = all(row.currency == parent.currency for row in below)
    total = sum((value for part in parts for value in part), Decimal())
    return one_currency and total == sum(_before(book, parent, kind, plan))


def _moved(row: TargetRow, plan: Plan) -> TargetKey:
    return (plan.into.window.start.year, row.region, row.scope, row.metric)


def _added(
    parent: TargetRow, rows: Sequence[TargetRow], plan: Plan
) -> tuple[float | None, ...] | None:
    """The months of a period added up; None where a line has its year and no months."""
    months = list(parent.months)
    for n in plan.months:
        known = [Decimal(str(value)) for row in rows if (value := row.months[n]) is not None]
        if len(known) < len(rows):
            return None
        months[n] = float(sum(known, Decimal()))
    return tuple(months)


# --- cards ----------------------------------------------------------------------------------------


def _cards(book: Book, start: date) -> tuple[tuple[WeightRow, ...], tuple[tuple[str, Region], ...]]:
    """The lines that are on the day before, from the new day on; cards that are there already."""
    cards: dict[tuple[str, Region], list[WeightRow]] = {}
    for line in book.weights:
        cards.setdefault((line.role, line.region), []).append(line)
    kept = tuple(card for card, lines in cards.items() if any(w.start >= start for w in lines))
    made = (line for card, lines in cards.items() if card not in kept for line in _on(lines, start))
    return tuple(made), kept


def _on(lines: Sequence[WeightRow], start: date) -> Iterator[WeightRow]:
    for line in newest(lines, start - timedelta(days=1)):
        if line.on:
            yield replace(line, start=start, address="")
