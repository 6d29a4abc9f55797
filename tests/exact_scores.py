"""Item scores in exact fractions, written from the formulas of the scoring reference.

A second reading of the same rules that shares nothing with the product: no text of the KPI
language, no doubles before the end. Parameters are those that a row stores.
"""

# ruff: noqa: ARG001 - every method is called alike, and each looks only at what it needs

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

Exact = Fraction | None
Params = Sequence[Exact]


def expected(
    method: str, actual: Exact, target: Exact, params: Params, cap: Exact, least: Fraction
) -> float | None:
    """The score in points: clamped, then nine decimals, half away from zero; None is unknown."""
    if actual is None:
        return None
    try:
        raw = METHODS[method](actual, target, params, cap)
    except (TypeError, ZeroDivisionError):  # a number that is not there; a division by zero
        return None
    if raw is None:
        return None
    return _nine(min(Fraction(99_999) if cap is None else cap, max(least, raw)))


def _nine(value: Fraction) -> float:
    sign = -1 if value < 0 else 1
    whole = floor(abs(value) * 10**9 + Fraction(1, 2))
    return float(Decimal(sign * whole).scaleb(-9).quantize(Decimal("1e-9"), ROUND_HALF_UP)) + 0.0


Method = Callable[[Fraction, "Exact", "Params", "Exact"], "Exact"]


def ratio_up(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    return 100 * a / t if t is not None and t > 0 else None


def ratio_down(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    if t is None or t < 0 or a < 0:
        return None
    return 100 * t / a if a else cap


def mirror_down(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    return 100 * (2 - a / t) if t is not None and t > 0 else None


def baseline(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    return 100 * (a - p[0]) / (t - p[0])  # type: ignore[operator]  # unknown raises: no score


def between(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    worst, best = p[0], p[1]
    inside = min(max(a, min(worst, best)), max(worst, best))  # type: ignore[type-var]  # the same
    return 100 * (worst - inside) / (worst - best)  # type: ignore[operator]  # the same


def band(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    if None in p:
        return None
    low, high, below, above = (one for one in p if one is not None)
    if a < low:
        return 100 * (a - (low - below)) / below
    return 100 * ((high + above) - a) / above if a > high else Fraction(100)


def zero_defect(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    if a < 0 or p[0] is None:
        return None
    return max(Fraction(0), 100 - p[0] * a)


def yes_no(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    return None if p[0] is None else Fraction(100 * (a == p[0]))


def goal_only(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    reached = a >= t if p[0] == 1 else a <= t  # type: ignore[operator]  # unknown raises
    return Fraction(100 * reached)


def step_pct(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    size, points, way, whole = p
    if t is None or t <= 0:
        return None
    steps = (a - t) / t * 100 / size  # type: ignore[operator]  # unknown raises
    if whole == 1:
        steps = Fraction(int(steps))  # towards zero
    return 100 + points * way * steps  # type: ignore[operator]  # the same


def goal_redflag(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    third = Fraction(10, 3)
    native = third + (a - p[0]) / (t - p[0]) * third  # type: ignore[operator]  # unknown raises
    return 10 * min(Fraction(10), max(Fraction(0), native))


def _lines(a: Fraction, knots: Sequence[tuple[Fraction, int]]) -> Fraction:
    rising = knots if knots[0][0] < knots[-1][0] else tuple(reversed(knots))
    if a <= rising[0][0]:
        return Fraction(rising[0][1])
    for (v0, s0), (v1, s1) in itertools.pairwise(rising):
        if a <= v1:
            return s0 + (a - v0) / (v1 - v0) * (s1 - s0)
    return Fraction(rising[-1][1])


def knots(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    known = [one for one in p[:3] if one is not None]
    return _lines(a, list(zip(known, (0, 50, 100), strict=True))) if len(known) == 3 else None


def anchors(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    known = [one for one in p if one is not None]
    if len(known) < 4:
        return None
    beyond = a < known[0] if known[0] < known[3] else a > known[0]
    return Fraction(0) if beyond else _lines(a, list(zip(known, (25, 50, 75, 100), strict=True)))


def tiers(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    if t is None or t <= 0 or None in p:
        return None
    limits = [one for one in p if one is not None]
    return _steps(100 * a / t, limits, (0, 50, 80, 100, 120))


def matrix(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    if None in p or t is None:
        return None
    threshold, stretch, low, high = (one for one in p if one is not None)
    return _steps(a, (threshold, t, stretch), (Fraction(0), low, Fraction(100), high))


def _steps(a: Fraction, limits: Sequence[Fraction], points: Sequence[Fraction | int]) -> Fraction:
    rising = limits[0] < limits[-1]
    reached = [a >= one if rising else a <= one for one in limits]
    return Fraction(points[reached.index(False)] if False in reached else points[-1])


def points(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    whole, penalty, free = p[:3]
    missed = max(Fraction(0), a - free)  # type: ignore[operator]  # unknown raises
    return max(Fraction(0), whole - penalty * missed)  # type: ignore[operator]  # the same


def coef_step(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    limit, step, minus, whole = p
    steps = max(Fraction(0), (a - limit) / step)  # type: ignore[operator]  # unknown raises
    if whole == 1:
        steps = Fraction(floor(steps))
    return 100 * min(Fraction(1), max(Fraction(0), 1 - minus * steps))  # type: ignore[operator]


def manual(a: Fraction, t: Exact, p: Params, cap: Exact) -> Exact:
    return a


METHODS: dict[str, Method] = {
    "ratio_up": ratio_up,
    "ratio_down": ratio_down,
    "mirror_down": mirror_down,
    "baseline": baseline,
    "range": between,
    "band": band,
    "zero_defect": zero_defect,
    "yes_no": yes_no,
    "goal_only": goal_only,
    "step_pct": step_pct,
    "goal_redflag": goal_redflag,
    "knots": knots,
    "anchors": anchors,
    "tiers": tiers,
    "matrix": matrix,
    "points": points,
    "coef_step": coef_step,
    "manual": manual,
}
