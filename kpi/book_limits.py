"""What the KPI of a row allows: targets below zero, percent for fractions, limits that are crossed.

A share typed as 95 instead of 0.95 is 9,500 %. Only shipped KPIs are judged so: the unit of an own
one is the manager's word, and a KPI that is a multiple by nature (ROAS) may well be large.
"""

from __future__ import annotations

from kpi.book_rows import RowReader
from kpi.catalog import Catalog
from kpi.methods import MOST_POINTS, Params
from kpi.missing import Policy
from kpi.model import Better, Klass, Metric, Unit
from kpi.step_table import table_of
from kpi.syntax import Chain, Negate, Node, walk

LARGEST_RATIO = 3.0  # 300 %; budgets and ACoS of a launch stay below it
MULTIPLES = frozenset({"roas", "ad_roi", "labour_output_ratio"})  # ratios that are no shares
SIGNED = frozenset({"price_variance"})  # beside profits: what is measured around zero


def target_limits(row: RowReader, code: str, columns: tuple[str, ...], catalog: Catalog) -> None:
    """The year's and the months' values of a target row against what the KPI can be."""
    metric = catalog.metrics.get(code)
    if metric is None or row.bad:
        return
    for column in columns:
        value = row.number(column)
        if value is None:
            continue
        if value < 0 and not _may_be_negative(metric, catalog):
            row.wrong(column, "negative_target", shown=value)
        elif _is_share(metric):
            _fraction(row, column, value)


def weight_limits(row: RowReader, code: str, better: str, catalog: Catalog) -> None:
    """Warn and breach of a weight row: fractions where fractions are due, and in their order."""
    if row.bad:
        return
    warn, breach = row.number("warn"), row.number("breach")
    metric = catalog.metrics.get(code)
    if metric is not None and metric.denominator is None and row.number("min_count"):
        row.doubt("min_count", "count_of_nothing", metric=code)
    _substitute(row, metric)
    shares = metric is not None and better != Better.BAND and (metric.additive or _is_share(metric))
    for upper, column in ((warn, "warn_low"), (breach, "breach_low")):
        _lower(row, column, upper, better)
    odd = [
        shares and value is not None and _fraction(row, column, value)
        for column, value in (("warn", warn), ("breach", breach))
    ]
    if warn is None or breach is None or any(odd):
        return  # one wrong cell is one Problem: 95 beside 0.85 is not crossed too
    if better == Better.HIGHER and breach > warn:
        row.doubt("breach", "breach_above_warn", warn=warn, breach=breach)
    elif better != Better.HIGHER and breach < warn:
        row.doubt("breach", "breach_below_warn", warn=warn, breach=breach)


def _substitute(row: RowReader, metric: Metric | None) -> None:
    """A stored value of a missing one: a fraction where one is due, and only where it counts."""
    value = row.number("substitute")
    if value is None:
        return
    if row.word("missing", "missing", Policy.EXCLUDE) != Policy.SUBSTITUTE:
        row.doubt("substitute", "substitute_unused", shown=value)
    elif metric is not None and _is_share(metric):
        _fraction(row, "substitute", value)


def _lower(row: RowReader, column: str, upper: float | None, better: str) -> None:
    """A lower limit belongs to a band, below the upper one; without that it would never count."""
    low = row.number(column)
    if low is None:
        return
    if better != Better.BAND:
        row.doubt(column, "low_of_no_band", shown=low)
    elif upper is None or low >= upper:
        row.wrong(column, "low_above_upper", shown=low, upper="–" if upper is None else upper)


def step_limits(row: RowReader, params: Params, code: str, catalog: Catalog) -> None:
    """Where the bands of a step table on the actual begin: fractions where fractions are due."""
    metric, table = catalog.metrics.get(code), table_of(params)
    if row.bad or metric is None or table is None or not table.on_actual or not _is_share(metric):
        return
    any(_fraction(row, "steps", limit) for limit in table.limits)  # the first one tells it all


def as_fraction(row: RowReader, column: str, value: float, metric: Metric) -> None:
    """A limit of a share beyond 300 % spoils its rule: it could never fire, and would look calm."""
    if _is_share(metric) and abs(value) > LARGEST_RATIO:
        row.wrong(column, "rule_not_fraction", shown=value, percent=value * 100)


def cap_limits(row: RowReader, cap: float | None, floor: float) -> None:
    """A cap from the floor up, as scoring needs it."""
    if cap is not None and cap < floor:
        typed = "floor" if row.raw("cap") in (None, "") else "cap"
        row.wrong(typed, "cap_below_floor", cap=cap, floor=floor)
    elif cap is not None and cap > MOST_POINTS:
        row.wrong("cap", "out_of_range", shown=cap, low=floor, high=MOST_POINTS)


def _fraction(row: RowReader, column: str, value: float) -> bool:
    """Whether a value that should be a fraction is none; then there is a doubt at its cell."""
    if abs(value) <= LARGEST_RATIO:
        return False
    row.doubt(column, "not_a_fraction", shown=value, percent=value * 100)
    return True


def _is_share(metric: Metric) -> bool:
    return metric.unit is Unit.RATIO and not metric.own and metric.code not in MULTIPLES


def _may_be_negative(metric: Metric, catalog: Catalog) -> bool:
    """Profits and variances; of an own KPI, whatever takes something off."""
    if not metric.own:
        return metric.klass is Klass.PROFIT or metric.code in SIGNED
    steps = catalog.steps([metric.code])
    return any(_takes_off(node) for s in steps for node in walk(catalog.expressions[s].root))


def _takes_off(node: Node) -> bool:
    return isinstance(node, Negate) or (
        isinstance(node, Chain) and any(sign == "-" for sign, _ in node.rest)
    )
