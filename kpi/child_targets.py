"""A target handed down as other KPIs: purchasing, operations and service each serve it their way.

What a child asks is a value of its own, a part or multiple of the line's months (`x0.08`: eight
percent of sales is the advertising), or what the pack of its role starts from. Each child has its
owner: the person, or who leads the role or department.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from kpi.apportion import exact, split
from kpi.book import Book
from kpi.errors import UnansweredError
from kpi.model import Metric, Unit
from kpi.pack_reading import packs
from kpi.policy import target_rule
from kpi.season import flow_of
from kpi.target_parts import months_of
from kpi.target_scopes import TargetKind, kind_of
from kpi.targets import MONTHS, Split, decimals_of
from kpi.trade import Person
from kpi.typed_rows import TargetRow

HOLDERS = frozenset({TargetKind.ROLE, TargetKind.DEPARTMENT, TargetKind.PERSON})


@dataclass(frozen=True, slots=True)
class Child:
    """What one role, department or person is asked instead; at most one of the last two."""

    scope: str
    metric: str
    value: float | None = None  # of the year, in the KPI's unit
    factor: Fraction | None = None  # of the line's months


@dataclass(frozen=True, slots=True)
class ChildTarget:
    """The line of a child."""

    row: TargetRow
    added: bool  # False: an empty line is there
    basis: str  # value, factor or pack
    scored: bool  # whether a card of its people has the KPI


@dataclass(frozen=True, slots=True)
class HandedDown:
    """A line with its children, and the lines that keep what they ask."""

    parent: TargetRow
    children: tuple[ChildTarget, ...]
    kept: tuple[TargetRow, ...]


def handed_down(
    book: Book, metrics: Mapping[str, Metric], parent: TargetRow, wishes: Sequence[Child]
) -> HandedDown:
    """Work the lines of children out.

    Raises:
        UnansweredError: A child is nobody's, names no KPI or one that may not be asked there, has
            no value that anybody knows, or asks a part of something that does not add up.
    """
    there = {(row.scope, row.metric): row for row in book.targets if _beside(parent, row)}
    made, kept = [], []
    for wish in wishes:
        row = there.get((wish.scope, wish.metric))
        if row is not None and _asks(row):
            kept.append(row)
        else:
            made.append(_child(book, metrics, parent, wish, row))
    return HandedDown(parent, tuple(made), tuple(kept))


def _beside(parent: TargetRow, row: TargetRow) -> bool:
    return (row.year, row.region) == (parent.year, parent.region)


def _asks(row: TargetRow) -> bool:
    months = any(month is not None for month in row.months)
    return months or row.year_total is not None or row.uplift is not None


def _child(
    book: Book,
    metrics: Mapping[str, Metric],
    parent: TargetRow,
    wish: Child,
    there: TargetRow | None,
) -> ChildTarget:
    metric, people = metrics.get(wish.metric), _holders(book, parent, wish)
    if metric is None or wish.metric == parent.metric:
        raise UnansweredError(
            f"{wish.metric} is no other KPI than {parent.metric}; name one by its code.",
            f"{wish.metric} 不是 {parent.metric} 之外的指标；请写指标代码。",
        )
    _allowed(wish, parent)
    roles = {one.role for one in people}
    value, months, basis = _asked(book, metrics, parent, wish, people)
    start = there or replace(parent, scope=wish.scope, metric=wish.metric, address="")
    if there is not None and not any(months) and value is not None:
        months, value = _spread(value, metric), None  # of a line that is there months alone fill
    row = replace(
        start,
        owner=start.owner if there and there.owner else _owner(people, parent),
        year_total=value,
        months=months,
        currency=parent.currency if metric.unit is Unit.MONEY else None,
        split=Split.EVEN,
        baseline=None,
        uplift=None,
        uplift_unit=None,
    )
    lines = (one for one in book.weights if one.metric == wish.metric and one.on)
    scored = any(one.role in roles and one.region is parent.region for one in lines)
    return ChildTarget(row, there is None, basis, scored)


def _allowed(wish: Child, parent: TargetRow) -> None:
    rule = target_rule(wish.metric, parent.region)
    if rule is not None:
        raise UnansweredError(
            f"{wish.metric} may not be a target in {parent.region}: {rule.text['en']}.",
            f"{parent.region} 不能设 {wish.metric} 目标：{rule.text['zh']}。",
        )


# --- whose ---------------------------------------------------------------------------------------


def _holders(book: Book, parent: TargetRow, wish: Child) -> tuple[Person, ...]:
    """The people of a role or department, or the person."""
    kind = kind_of(book, replace(parent, scope=wish.scope))
    found = tuple(p for p in book.people if wish.scope in {p.code, p.role, p.department})
    if kind not in HOLDERS or not found:
        raise UnansweredError(
            f"{wish.scope} is no role, department or person of People.",
            f"{wish.scope} 不是人员表中的岗位、部门或人员。",
        )
    return found


def _owner(people: Sequence[Person], parent: TargetRow) -> str | None:
    """The one whom the others report to, inside or above; else the owner of the line."""
    codes = {one.code for one in people}
    heads = [one for one in people if one.manager not in codes]
    if len(heads) == 1:
        return heads[0].code
    above = {one.manager for one in heads}
    return (above.pop() if len(above) == 1 else None) or parent.owner


# --- how much ------------------------------------------------------------------------------------

Asked = tuple[float | None, tuple[float | None, ...], str]  # year, months, basis
NOTHING: tuple[float | None, ...] = (None,) * MONTHS


def _asked(
    book: Book,
    metrics: Mapping[str, Metric],
    parent: TargetRow,
    wish: Child,
    people: Sequence[Person],
) -> Asked:
    metric, above = metrics[wish.metric], metrics.get(parent.metric)
    adds = metric.additive and above is not None and above.additive
    if wish.factor is not None:
        _one_each(book, parent, wish, people)
        if not adds or above is None:
            raise UnansweredError(
                f"{wish.metric} x{float(wish.factor):g}: a part is taken of figures that add up; "
                f"write a value, as in {wish.scope}:{wish.metric}=0.95.",
                f"{wish.metric} x{float(wish.factor):g}：只有可相加的指标才能按比例；"
                f"请写数值，如 {wish.scope}:{wish.metric}=0.95。",
            )
        return None, _parts(book, parent, above, metric, wish.factor), "factor"
    basis = "pack" if wish.value is None else "value"
    value = _of_pack(wish, parent, people) if wish.value is None else wish.value
    if not adds or above is None:
        return value, NOTHING, basis
    months = months_of(book, parent, above.unit, flow_of(above))
    if not any(months):
        return value, NOTHING, basis
    shares = split(exact(value), months, decimals_of(metric.unit))
    return None, tuple(float(one) for one in shares), basis


def _spread(value: float, metric: Metric) -> tuple[float, ...]:
    """Twelve months of a year's value; those of a ratio are all the same."""
    if not metric.additive:
        return (value,) * MONTHS
    parts = split(exact(value), (1,) * MONTHS, decimals_of(metric.unit))
    return tuple(float(one) for one in parts)


def _parts(
    book: Book, parent: TargetRow, above: Metric, metric: Metric, factor: Fraction
) -> tuple[float, ...]:
    """Each month of the line times the factor, in the smallest unit of the child."""
    unit = Decimal(1).scaleb(-decimals_of(metric.unit))
    months = (exact(one) * factor for one in months_of(book, parent, above.unit, flow_of(above)))
    exactly = (Decimal(one.numerator) / Decimal(one.denominator) for one in months)
    return tuple(float(one.quantize(unit, ROUND_HALF_UP)) for one in exactly)


def _one_each(book: Book, parent: TargetRow, wish: Child, people: Sequence[Person]) -> None:
    """Refuse a part of the line for a role of several: its line is asked of each of them."""
    kind = kind_of(book, replace(parent, scope=wish.scope))
    if kind is TargetKind.ROLE and len(people) > 1:
        named = ", ".join(one.code for one in people)
        raise UnansweredError(
            f"The role {wish.scope} asks each of its people ({named}) the whole: name their "
            "department, or a person.",
            f"岗位 {wish.scope} 的目标是对每个人（{named}）的要求：请改写部门或人员。",
        )


def _of_pack(wish: Child, parent: TargetRow, people: Sequence[Person]) -> float:
    """What the packs of the people's roles start from."""
    for role in dict.fromkeys(one.role for one in people):
        pack = packs().get((role, parent.region))
        item = pack.item(wish.metric) if pack else None
        if item is not None and isinstance(item.target, float):
            return item.target
    raise UnansweredError(
        f"No pack says what {wish.scope} is asked of {wish.metric}: write "
        f"{wish.scope}:{wish.metric}=VALUE.",
        f"没有 KPI 包给出 {wish.scope} 的 {wish.metric} 目标："
        f"请写 {wish.scope}:{wish.metric}=数值。",
    )
