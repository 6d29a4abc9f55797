"""The manager's own KPIs: each sound row of tblKpi joins the catalogue, the others are Problems.

The manager's table is the truth: a row may also define a shipped KPI anew, all but its unit.
Bad rows are dropped, and then what stands on them, until the rest is sound; so one bad row
hides no good one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpi.book_rows import Decode
from kpi.cards import DEFAULT_DECIMALS, made_card
from kpi.definitions import Definitions, all_names, check_one, define, ordered
from kpi.errors import Problem
from kpi.model import Card, Kind, Klass, Metric, RollUp, Texts, Unit
from kpi.own_rows import (
    OwnRow,
    in_circle,
    mixed_levels,
    read_rows,
    stands_on,
    too_deep,
    unit_changed,
)
from kpi.parser import parse
from kpi.personal import is_personal
from kpi.syntax import Call, Chain, Expression, Name, references, unparse, walk
from kpi.tables import Table
from kpi.tokens import MOST_DEPTH, FormulaError, Names

_EMPTY: Texts = {"zh": "", "en": ""}
_NO_CARD = Card(_EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)


def with_own(
    catalog: Definitions, table: Table, decode: Decode | None = None
) -> tuple[Definitions, list[Problem]]:
    """The catalogue with the sound rows added, and a Problem for each other one."""
    problems: list[Problem] = []
    rows = read_rows(catalog, table, decode, problems)
    expressions = _changed(catalog, rows, _parsed(catalog, rows, problems), problems)
    if not expressions:
        return catalog, problems
    _drop_circles(catalog, rows, expressions, problems)
    _drop_deep(catalog, rows, expressions, problems)
    _drop_orphans(rows, expressions, problems)
    _drop_mixed(catalog, rows, expressions, problems)
    metrics = _right_units(catalog, rows, expressions, problems)
    whole = define(catalog.measures, {**catalog.metrics, **metrics})
    full = {code: replace(m, card=made_card(whole, m)) for code, m in metrics.items()}
    return replace(whole, metrics={**whole.metrics, **full}), problems


# ------------------------------------------------------------------------------ checking formulas


def _parsed(
    catalog: Definitions, rows: Mapping[str, OwnRow], problems: list[Problem]
) -> dict[str, Expression]:
    own = {name: row.code for row in rows.values() for name in (row.code, row.name)}
    names = Names({**all_names(catalog.measures, catalog.metrics), **own})
    expressions = {}
    for row in rows.values():
        try:
            expressions[row.code] = parse(row.formula, names=names, place=row.at)
        except FormulaError as error:
            problems.append(error.problem())
    return expressions


def _changed(
    catalog: Definitions,
    rows: dict[str, OwnRow],
    expressions: dict[str, Expression],
    problems: list[Problem],
) -> dict[str, Expression]:
    """All but the shipped KPIs that say what they always said."""
    left = {}
    for code, expression in expressions.items():
        row, shipped = rows[code], rows[code].shipped
        if shipped is not None and row.unit != shipped.unit:
            problems.append(unit_changed(row, shipped))
        elif (
            shipped is None
            or expression != catalog.expressions[code]
            or row.better != shipped.better
        ):
            left[code] = expression
        if code not in left:
            del rows[code]
    return left


def _drop_circles(
    catalog: Definitions,
    rows: Mapping[str, OwnRow],
    expressions: dict[str, Expression],
    problems: list[Problem],
) -> None:
    """Drop every own KPI that reaches itself, through shipped KPIs too."""
    every = {**catalog.expressions, **expressions}
    reach = {code: _reached(code, every) for code in expressions}
    for code in [code for code, found in reach.items() if code in found]:
        circle = [c for c in reach[code] if code in (reach.get(c) or _reached(c, every))]
        problems.append(in_circle(rows[code], expressions[code], circle))
    for code in [code for code, found in reach.items() if code in found]:
        del expressions[code]


def _reached(start: str, expressions: Mapping[str, Expression]) -> list[str]:
    """All formulas that one stands on, in the order found."""
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        for code in sorted(references(expressions[waiting.pop()])):
            if code in expressions and code not in found:
                found[code] = None
                waiting.append(code)
    return list(found)


def _drop_deep(
    catalog: Definitions,
    rows: Mapping[str, OwnRow],
    expressions: dict[str, Expression],
    problems: list[Problem],
) -> None:
    """Drop KPIs on a chain of references so long that following it could exhaust the stack."""
    every = {**catalog.expressions, **expressions}
    depth: dict[str, int] = {}
    for code in ordered(every):
        depth[code] = 1 + max((depth.get(c, 0) for c in references(every[code])), default=0)
        if code in expressions and depth[code] > MOST_DEPTH:
            problems.append(too_deep(rows[code]))
            del expressions[code]
            depth[code] = 0


def _drop_mixed(
    catalog: Definitions,
    rows: Mapping[str, OwnRow],
    expressions: dict[str, Expression],
    problems: list[Problem],
) -> None:
    """Drop KPIs over own measures of people and measures of shops at once: no scope has both."""
    every = {**catalog.expressions, **expressions}
    for code in list(expressions):
        behind = [code, *_reached(code, every)]
        named = frozenset[str]().union(*(references(every[c]) for c in behind)) - every.keys()
        people = {m for m in named if is_personal(m, catalog.measures)}
        if any(catalog.measures[m].personal for m in people) and named - people:
            problems.append(mixed_levels(rows[code], min(people), min(named - people)))
            del expressions[code]
    _drop_orphans(rows, expressions, problems)


def _drop_orphans(
    rows: Mapping[str, OwnRow], expressions: dict[str, Expression], problems: list[Problem]
) -> None:
    """Drop KPIs that stand on a dropped one, until none does."""
    dropped = frozenset(rows) - frozenset(expressions)
    while True:
        orphans = {c: e for c, e in expressions.items() if references(e) & dropped}
        if not orphans:
            return
        for code, expression in orphans.items():
            problems.append(stands_on(rows[code], expression, dropped))
            del expressions[code]
        dropped |= frozenset(orphans)


def _right_units(
    catalog: Definitions,
    rows: Mapping[str, OwnRow],
    expressions: dict[str, Expression],
    problems: list[Problem],
) -> dict[str, Metric]:
    """The KPIs whose parts and declared unit agree; a KPI's declared unit is what others see."""
    metrics = {code: _metric(catalog, rows[code], e) for code, e in expressions.items()}
    units = replace(catalog, metrics={**catalog.metrics, **metrics})
    for code, expression in list(expressions.items()):
        try:
            check_one(units, expression, metrics[code].unit)
        except FormulaError as error:
            error.place = rows[code].at
            problems.append(error.problem())
            del expressions[code]
    _drop_orphans({code: rows[code] for code in metrics}, expressions, problems)
    return {code: metrics[code] for code in expressions}


# ---------------------------------------------------------------------------------- making a KPI


def _metric(catalog: Definitions, row: OwnRow, expression: Expression) -> Metric:
    numerator, denominator = _split(expression)
    if row.shipped is not None:
        return replace(
            row.shipped,
            numerator=numerator,
            denominator=denominator,
            better=row.better,
            additive=denominator is None and _adds(catalog, expression),
            own=True,
        )
    return Metric(
        code=row.code,
        names={"zh": row.name, "en": row.name},
        numerator=numerator,
        denominator=denominator,
        unit=row.unit,
        better=row.better,
        kind=row.kind or Kind.RESULT,
        klass=row.klass or _klass(catalog, row, expression),
        decimals=DEFAULT_DECIMALS[row.unit],
        card=_NO_CARD,
        additive=denominator is None and _adds(catalog, expression),
        own=True,
    )


COSTS = frozenset({"cogs", "inbound_freight"})  # what makes sales a profit


def _klass(catalog: Definitions, row: OwnRow, expression: Expression) -> Klass:
    """What an own KPI is by what it stands on, so that the guards see own sales and own profit."""
    base = _base(catalog, expression)
    sold = {
        measure
        for code, metric in catalog.metrics.items()
        if metric.klass is Klass.SALES and metric.unit is Unit.MONEY
        for measure in catalog.needs(code)
    }
    if not base & sold:
        return Klass.NONE
    if base & COSTS:
        return Klass.PROFIT
    return Klass.SALES if base <= sold and row.unit is Unit.MONEY else Klass.NONE


def _base(catalog: Definitions, expression: Expression) -> frozenset[str]:
    """The measures behind a formula, through shipped KPIs too."""
    named = references(expression)
    known = frozenset[str]().union(*(catalog.needs(c) for c in named if c in catalog.metrics))
    return known | (named & catalog.measures.keys())


def _split(expression: Expression) -> tuple[str, str | None]:
    """Numerator and denominator of a formula whose last step is a division."""
    root = expression.root
    if not isinstance(root, Chain) or root.rest[-1][0] != "/":
        return unparse(expression), None
    above = replace(root, rest=root.rest[:-1]) if root.rest[1:] else root.first
    below = root.rest[-1][1]
    return unparse(Expression(above, "")), unparse(Expression(below, ""))


def _adds(catalog: Definitions, expression: Expression) -> bool:
    """Whether the value of a month is the sum of its days: sums of measures that add up."""
    for node in walk(expression.root):
        if isinstance(node, Call) or (isinstance(node, Chain) and not node.adds):
            return False
        if isinstance(node, Name) and not _adds_up(catalog, node.code):
            return False
    return True


def _adds_up(catalog: Definitions, code: str) -> bool:
    metric, measure = catalog.metrics.get(code), catalog.measures.get(code)
    if metric is not None:
        return metric.additive
    return measure is not None and measure.roll_up is RollUp.SUM
