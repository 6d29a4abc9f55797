"""Item scoring methods, each one text in the KPI language; every runtime compiles the same text.

Names: `actual` and `target` (already the due value) in the metric's unit, parameters `p1` to `p4`,
`cap` and `floor` in points; an own step table stands behind the parameters (`kpi.step_table`). A
text gives points, 100 on target. It may compare inputs, which have
at most 14 digits, and values that went through ROUND; see `reference` numbers rule 4.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.errors import KpiError
from kpi.model import Better
from kpi.step_table import STEP_RAW, has_table
from kpi.syntax import number_text

MOST_POINTS = 999.0  # of a cap
NO_CAP = 99_999.0  # points of a score that has none
PARAMETERS = ("p1", "p2", "p3", "p4")
Params = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to score an item."""

    code: str
    raw: str  # points before floor and cap
    needs: tuple[str, ...] = ()  # parameters without which there is no score
    defaults: Mapping[str, float] | None = None  # of parameters left empty
    scale_max: float = 100.0  # of the scale on which the method is usually shown
    in_unit: tuple[str, ...] = ()  # parameters in the KPI's own unit: of the month, as a target is


def _rising_or_falling(rising: str, falling: str, first: str, last: str) -> str:
    """Both directions of a text whose limits are given from worst to best."""
    return f"IF({first} < {last}, {rising}, {falling})"


def _steps(value: str, limits: Sequence[str], points: Sequence[str], beyond: str) -> str:
    """Nested IF: the points of the first limit that `value` has not reached."""
    text = points[-1]
    for limit, level in reversed(list(zip(limits, points[:-1], strict=True))):
        text = f"IF({value} {beyond} {limit}, {level}, {text})"
    return text


def _lines(knots: Sequence[tuple[str, str]], beyond: str) -> str:
    """Straight lines between knots (value, points), the end points outside."""
    text = knots[-1][1]
    for (v0, s0), (v1, s1) in reversed(list(itertools.pairwise(knots))):
        line = f"{s0} + (actual - {v0}) / ({v1} - {v0}) * ({s1} - {s0})"
        text = f"IF(actual {beyond} {v1}, {line}, {text})"
    return f"IF(actual {beyond} {knots[0][0]}, {knots[0][1]}, {text})"


_PERCENT = "ROUND(100 * actual / target, 9)"  # attainment that limits are compared with
_TIER_POINTS = ("0", "50", "80", "100", "120")
_MATRIX_POINTS = ("0", "p3", "100", "p4")
_STEPS_DONE = "ABS(actual - target) / target * 100 / p1"
_FALLS = "MAX(0, (actual - p1) / p2)"
_TWO_COLOUR = (("p1", "0"), ("p2", "50"), ("p3", "100"))
_ANCHORS = (("p1", "25"), ("p2", "50"), ("p3", "75"), ("p4", "100"))


def _anchors(beyond: str) -> str:
    """Reaching the worst anchor exactly is worth one of four; below it there is nothing."""
    return f"IF(actual {beyond} p1, 0, {_lines(_ANCHORS, beyond)})"


_ALL = (
    Method("ratio_up", "IF(target > 0, 100 * actual / target)"),
    Method(
        "ratio_down",  # nothing at all is the best there is: the cap, and unknown without one
        "IF(target >= 0, IF(actual > 0, 100 * target / actual,"
        " IF(AND(actual = 0, ISKNOWN(cap)), cap)))",
    ),
    Method("mirror_down", "IF(target > 0, 100 * (2 - actual / target))"),
    Method("baseline", "100 * (actual - p1) / (target - p1)", needs=("p1",), in_unit=("p1",)),
    Method(
        "range",  # p1 worst, p2 best
        "100 * (p1 - MIN(MAX(actual, MIN(p1, p2)), MAX(p1, p2))) / (p1 - p2)",
        needs=("p1", "p2"),
        in_unit=("p1", "p2"),
    ),
    Method(
        "band",  # p1 from, p2 to, both included; p3 and p4: how far below and above is worth 0
        "IF(actual < p1, 100 * (actual - (p1 - p3)) / p3,"
        " IF(actual > p2, 100 * ((p2 + p4) - actual) / p4, 100))",
        needs=("p1", "p2", "p3", "p4"),
        in_unit=PARAMETERS,
    ),
    Method(
        "zero_defect",  # p1: points a defect
        "IF(actual >= 0, IF(actual = 0, 100, MAX(0, 100 - p1 * actual)))",
        defaults={"p1": 20.0},
    ),
    Method(
        "yes_no",  # p1: the wanted answer, 1 is yes
        "IF(actual = p1, 100, 0)",
        defaults={"p1": 1.0},
        scale_max=10.0,
    ),
    Method(
        "goal_only",  # p1: 1 higher is better, -1 lower; at the goal is reached
        "IF(p1 * actual >= p1 * target, 100, 0)",
        defaults={"p1": 1.0},
        scale_max=10.0,
    ),
    Method(
        "step_pct",  # p1 step in percent, p2 points a step, p3 direction, p4: 1 counts whole steps
        "IF(target > 0, 100 + p2 * p3 * IF(p4 = 1,"
        f" IF(actual < target, -1, 1) * FLOOR(ROUND({_STEPS_DONE}, 9)),"
        " (actual - target) / target * 100 / p1))",
        defaults={"p1": 5.0, "p2": 5.0, "p3": 1.0, "p4": 0.0},
    ),
    Method(
        "goal_redflag",  # p1: the red flag; the target is the goal
        "100 * MIN(10, MAX(0, 10 / 3 + (actual - p1) / (target - p1) * 10 / 3)) / 10",
        needs=("p1",),
        scale_max=10.0,
        in_unit=("p1",),
    ),
    Method(
        "knots",  # p1 worst, p2 middle, p3 best
        _rising_or_falling(_lines(_TWO_COLOUR, "<"), _lines(_TWO_COLOUR, ">"), "p1", "p3"),
        needs=("p1", "p2", "p3"),
        scale_max=10.0,
        in_unit=("p1", "p2", "p3"),
    ),
    Method(
        "anchors",  # p1 to p4: D, C, B, A
        _rising_or_falling(_anchors("<"), _anchors(">"), "p1", "p4"),
        needs=PARAMETERS,
        scale_max=4.0,
        in_unit=PARAMETERS,
    ),
    Method(
        "tiers",  # p1 to p4: limits of 50, 80, 100, 120 in percent of the target
        "IF(target > 0, "
        + _rising_or_falling(
            _steps(_PERCENT, PARAMETERS, _TIER_POINTS, "<"),
            _steps(_PERCENT, PARAMETERS, _TIER_POINTS, ">"),
            "p1",
            "p4",
        )
        + ")",
        defaults={"p1": 80.0, "p2": 90.0, "p3": 100.0, "p4": 110.0},
    ),
    Method(
        "matrix",  # p1 threshold, p2 stretch in the metric's unit, p3 and p4 their points
        _rising_or_falling(
            _steps("actual", ("p1", "target", "p2"), _MATRIX_POINTS, "<"),
            _steps("actual", ("p1", "target", "p2"), _MATRIX_POINTS, ">"),
            "p1",
            "p2",
        ),
        needs=("p1", "p2"),
        defaults={"p3": 50.0, "p4": 150.0},
        in_unit=("p1", "p2"),
    ),
    Method(
        "points",  # actual: misses; p1 points, p2 penalty, p3 free misses; p4: see `kpi.grace`
        "MAX(0, p1 - p2 * MAX(0, actual - p3))",
        defaults={"p1": 100.0, "p2": 2.0, "p3": 1.0},
    ),
    Method(
        "coef_step",  # p1 limit, p2 step (negative: higher is better), p3 minus, p4: 1 whole steps
        f"100 * MIN(1, MAX(0, 1 - p3 * IF(p4 = 1, FLOOR(ROUND({_FALLS}, 9)), {_FALLS})))",
        needs=("p1", "p2"),
        defaults={"p3": 0.1, "p4": 1.0},
        scale_max=1.0,
        in_unit=("p1", "p2"),
    ),
    Method("manual", "actual"),
)
METHODS: Mapping[str, Method] = {method.code: method for method in _ALL}


def method(code: str) -> Method:
    """The method of a code."""
    found = METHODS.get(code)
    if found is None:
        known = ", ".join(METHODS)
        raise KpiError(
            f'Method "{code}" is not known; use one of {known}.',
            f"没有得分方法“{code}”；请从 {known} 中选择。",
        )
    return found


CLAMPED = f"ROUND(MIN(IF(ISKNOWN(cap), cap, {number_text(NO_CAP)}), MAX(floor, raw)), 9)"
"""`raw` points between floor and cap.

This is R below 1,000, and above it keeps three decimals more, which only a score without cap can
reach: nine decimals give equal bits far beyond 99,999, and a sheet says the points only once.
"""


def clamped(raw: str) -> str:
    """A text's points between floor and cap, rounded once: the score of an item."""
    return CLAMPED.replace("raw", raw)


def raw_text(code: str) -> str:
    """The points of a method before floor and cap, once its parameters are there.

    Their presence is asked for, because an empty cell would count as zero.
    """
    one = method(code)
    asked = [p for p in PARAMETERS if p in one.needs or p in (one.defaults or {})]
    if not asked:
        return one.raw
    return f"IF(AND({', '.join(f'ISKNOWN({p})' for p in asked)}), {one.raw})"


def score_text(code: str) -> str:
    """The whole text of a method's score."""
    return clamped(raw_text(code))


STEP_SCORE = clamped(STEP_RAW)
"""The whole text of a score by an own step table, whatever its method."""


def filled(code: str, params: Params, better: Better, target: float | None) -> Params:
    """The parameters with every default filled in: what a row of tblScore stores.

    Defaults that depend on the rule: the direction of `goal_only` and `step_pct`, the best end of
    `range` (the target), the slopes of `band` (as wide as the band). An own step table is whole.
    """
    if has_table(params):
        return params
    given = dict(zip(PARAMETERS, (*params, None, None, None, None), strict=False))
    fallback: dict[str, float | None] = {**(method(code).defaults or {})}
    direction = -1.0 if better is Better.LOWER else 1.0
    match code:
        case "goal_only":
            fallback["p1"] = direction
        case "step_pct":
            fallback["p3"] = direction
        case "range":
            fallback["p2"] = target
        case "band" if given["p1"] is not None and given["p2"] is not None:
            fallback["p3"] = fallback["p4"] = given["p2"] - given["p1"]
    return tuple(fallback.get(p) if given[p] is None else given[p] for p in PARAMETERS)


# --- tables of any length ------------------------------------------------------------------------


def knots_text(knots: Sequence[tuple[float, float]]) -> str:
    """Straight lines through knots (value, points): strictly rising or falling, at least two."""
    values = [value for value, _ in knots]
    rising = all(a < b for a, b in itertools.pairwise(values))
    falling = all(a > b for a, b in itertools.pairwise(values))
    if len(knots) < 2 or not (rising or falling):  # noqa: PLR2004 - a line has two ends
        raise KpiError(
            "Knots: give at least two, their values strictly rising or falling.",
            "折线点：至少给两个，数值须严格递增或递减。",
        )
    texts = [(_literal(value), _literal(points)) for value, points in knots]
    return _lines(texts, "<" if rising else ">")


@dataclass(frozen=True, slots=True)
class Tier:
    """One row of a step table, half-open [start, end); None is open."""

    start: float | None
    end: float | None
    points: float


def tiers_text(tiers: Sequence[Tier], value: str = "ROUND(actual, 9)") -> str:
    """A step table over a value that is already rounded; a gap or an overlap is refused."""
    ordered = sorted(tiers, key=lambda t: float("-inf") if t.start is None else t.start)
    if not ordered or ordered[0].start is not None or ordered[-1].end is not None:
        raise KpiError(
            "Tiers: leave the start of the first and the end of the last band empty.",
            "分档：第一档的起点和最后一档的终点请留空。",
        )
    for one, following in itertools.pairwise(ordered):
        if one.end is None or one.end != following.start:
            raise KpiError(
                f"Tiers: a band ends at {one.end} and the next starts at {following.start}; "
                "let each start where the one before ends, so that no value falls between.",
                f"分档：一档止于 {one.end}，下一档起于 {following.start}；"
                "请让每一档从上一档的终点开始，不留空隙。",
            )
    limits = [_literal(tier.end) for tier in ordered[:-1] if tier.end is not None]
    return _steps(value, limits, [_literal(tier.points) for tier in ordered], "<")


def _literal(value: float) -> str:
    """A number inside a text; the language writes a negative one in brackets."""
    return number_text(value) if value >= 0 else f"({number_text(value)})"
