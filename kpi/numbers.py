"""The one rounding of the product: the same bits in Python, JavaScript and a sheet's ROUND.

`rnd` is the rounding of LibreOffice Calc, ported; `R` is the rounding every step result goes
through before anything compares or adds it. Standard library only; see `arrays.py` for numpy.
"""

from __future__ import annotations

import math

MOST = 1e11  # R of anything that rounds to this or more is unknown
TIERS = ((1e3, 9), (1e6, 6), (1e9, 3), (math.inf, 1))  # below this size: so many decimals
WHOLE_FROM = 2.0**52  # a double this large has no fraction


def _log_limits() -> tuple[float, ...]:
    limits = []
    for power in range(14):
        limit = 10.0**power
        while math.log10(below := math.nextafter(limit, 0.0)) >= power:
            limit = below
        limits.append(limit)
    return tuple(limits)


LOG_LIMITS = _log_limits()
"""The smallest doubles whose math.log10 reaches 0, 1, 2, ...: for programs whose own may differ."""


def rnd(x: float, d: int) -> float:
    """`x` to `d` decimals, 1 to 9, half away from zero after noise beyond 15 digits is dropped.

    Calc drops no noise of a number with at most eleven bits of fraction, which all have from 2^41.
    """
    if not abs(x) < WHOLE_FROM or x == math.floor(x):
        return x + 0.0
    p = 10.0**d
    y = abs(x) * p
    if y < WHOLE_FROM:
        y += 0.5
        if y * 2048 != math.floor(y * 2048):
            q = 10.0 ** (14 - math.floor(math.log10(y)))
            y = math.floor(y * q + 0.5) / q
        y = math.floor(y)
    return math.copysign(y / p, x) + 0.0


def R(x: float | None) -> float | None:  # noqa: N802 - the name in the formula language
    """`x` as a step result: nine decimals below 1,000, fewer above; unknown from 1E11."""
    if x is None or not rnd(abs(x), 1) < MOST:
        return None
    size = abs(x)
    return rnd(x, next(d for below, d in TIERS if size < below))


def whole(x: float) -> float:
    """`x` to the nearest whole number, half away from zero: a sheet's ROUND(x,0)."""
    size = abs(x)
    if not size < WHOLE_FROM:
        return x
    down = math.floor(size)
    return math.copysign(down + (size - down >= 0.5), x) + 0.0  # noqa: PLR2004 - a half


def normalise(x: float) -> float:
    """`x` to 14 significant digits: done once, where a number enters the product."""
    return float(f"{x:.14g}")
