"""A manager's own step table, as numbers that stand on the scored row itself.

A row of scoring then carries, after its four parameters, the points of every band and where each
but the first begins. The parameters say how the table is read: `p1` 1 looks the actual up, in the
KPI's unit, and 0 the attainment in percent; `p2` 1 draws straight lines between the levels; `p3` 1
carries the last line on beyond the last level; `p4` is 1 where limits rise and -1 where they fall.
A limit belongs to the band that begins there: rising bands are [from, to), falling ones (to, from].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_BANDS = 8
FLAGS = ("p1", "p2", "p3", "p4")
POINTS = tuple(f"points{n}" for n in range(MOST_BANDS))
FROM = tuple(f"from{n}" for n in range(1, MOST_BANDS))
STEP_NAMES = (POINTS[0], *(name for pair in zip(FROM, POINTS[1:], strict=True) for name in pair))
"""The columns behind the parameters, in their order: points0, from1, points1, from2 …"""

_LOOKED_UP = "IF(p1 = 1, actual, ROUND(100 * actual / target, 9))"


@dataclass(frozen=True, slots=True)
class StepTable:
    """Bands or levels of one scored line; one more points than limits."""

    limits: tuple[float, ...]  # KPI's unit, or percent of what is due; rising or falling
    points: tuple[float, ...]  # of the values before the first limit, then from each limit on
    on_actual: bool = False
    linear: bool = False
    extends: bool = False
    falling: bool = False

    @property
    def params(self) -> tuple[float | None, ...]:
        """The numbers of a row: four flags, then the bands, None where there are fewer."""
        flags = (self.on_actual, self.linear, self.extends)
        sign = -1.0 if self.falling else 1.0
        pairs = zip(self.limits, self.points[1:], strict=True)
        bands = [self.points[0], *(value for pair in pairs for value in pair)]
        rest = [None] * (len(STEP_NAMES) - len(bands))
        return (*map(float, flags), sign, *bands, *rest)


def has_table(params: Sequence[float | None]) -> bool:
    """Whether parameters go on with a step table."""
    return len(params) > len(FLAGS) and params[len(FLAGS)] is not None


def on_actual(params: Sequence[float | None]) -> bool:
    """Whether a step table looks the actual itself up, so that it needs no target."""
    return has_table(params) and params[0] == 1


def table_of(params: Sequence[float | None]) -> StepTable | None:
    """The table of a row; None without one, or where a limit is unknown as of now."""
    if not has_table(params):
        return None
    bands = params[len(FLAGS) :]
    points, limits = (tuple(v for v in bands[at::2] if v is not None) for at in (0, 1))
    if len(points) != len(limits) + 1:
        return None
    actual, linear, extends, sign = params[: len(FLAGS)]
    return StepTable(limits, points, actual == 1, linear == 1, extends == 1, sign == -1)


# --- the text that every runtime compiles ---------------------------------------------------------


def _line(band: int) -> str:
    """The straight line from a level to the next one."""
    v0, v1, s0, s1 = FROM[band - 1], FROM[band], POINTS[band], POINTS[band + 1]
    return f"{s0} + ({_LOOKED_UP} - {v0}) / ({v1} - {v0}) * ({s1} - {s0})"


def _before(limit: str) -> str:
    return f"p4 * {_LOOKED_UP} < p4 * {limit}"


def _from(band: int) -> str:
    """The points of a value that has reached a band."""
    if band == MOST_BANDS - 1:
        return POINTS[band]
    following = FROM[band]
    last = f"NOT(ISKNOWN({FROM[band + 1]}))" if band + 1 < len(FROM) else ""
    carried_on = f"AND(p3 = 1, {last})" if last else "p3 = 1"
    here = f"IF(p2 = 1, {_line(band)}, {POINTS[band]})"
    found = f"IF(OR({_before(following)}, {carried_on}), {here}, {_from(band + 1)})"
    return f"IF(ISKNOWN({following}), {found}, {POINTS[band]})"


_POINTS = f"IF({_before(FROM[0])}, {POINTS[0]}, {_from(1)})"
STEP_RAW = f"IF(ISKNOWN(from1), IF(IF(p1 = 1, 1, target) > 0, {_POINTS}))"
"""Points of `actual` against `target` by the table, before floor and cap."""
