"""Formulas over numpy arrays: the same doubles as `evaluate`, many scopes and periods at once.

Inside, NaN is unknown and every array is double. An infinity becomes NaN before anything can
divide by it, so that 1 / inf is never a known 0; a chain checks once, at its end, because what
overflows in the middle cannot become finite again there. IF chooses per element, so a branch
not taken may be unknown there without harm, as in the scalar form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kpi.evaluate import parsed
from kpi.numbers import LOG_LIMITS, MOST, TIERS, WHOLE_FROM
from kpi.syntax import Call, Chain, Compare, Expression, Name, Node, Number, Text

Floats = NDArray[np.float64]
Texts = NDArray[np.str_]
Column = Floats | Texts | float | str | None

_NAN = np.asarray(np.nan)
BLOCK = 32_768  # elements at a time, so that the steps of a formula find them in the cache


class ArrayValues(Protocol):
    """What `Values` is for one scope, for arrays of one shape; NaN or None is unknown."""

    @property
    def days(self) -> Column:
        """Days of each element's window."""

    def value(self, code: str) -> Column:
        """Values of a measure or KPI; texts with "" for unknown are allowed."""

    def opening(self, code: str) -> Column:
        """A stock measure before the window."""

    def closing(self, code: str) -> Column:
        """A stock measure on the window's last day."""

    def mean(self, code: str) -> Column:
        """The mean of a stock measure."""

    def each_day(self) -> Sequence[ArrayValues] | None:
        """The same elements day by day."""


@dataclass(frozen=True, slots=True)
class Columns:
    """`ArrayValues` over plain mappings; what a mapping lacks is unknown."""

    values: Mapping[str, Column]
    days: Column = None
    openings: Mapping[str, Column] = field(default_factory=dict)
    closings: Mapping[str, Column] = field(default_factory=dict)
    means: Mapping[str, Column] = field(default_factory=dict)
    by_day: Sequence[Mapping[str, Column]] | None = None
    finite: bool = False  # True: no infinity anywhere in it, so none is looked for

    def value(self, code: str) -> Column:
        """See `ArrayValues`."""
        return self.values.get(code)

    def opening(self, code: str) -> Column:
        """See `ArrayValues`."""
        return self.openings.get(code)

    def closing(self, code: str) -> Column:
        """See `ArrayValues`."""
        return self.closings.get(code)

    def mean(self, code: str) -> Column:
        """See `ArrayValues`."""
        return self.means.get(code)

    def each_day(self) -> Sequence[ArrayValues] | None:
        """See `ArrayValues`."""
        return None if self.by_day is None else [Columns(day, 1.0) for day in self.by_day]


def evaluate_array(
    expression: Expression | str,
    lookup: ArrayValues | Mapping[str, Column] | Callable[[str], Column],
    shape: tuple[int, ...],
    *,
    days: Column = None,
) -> Floats:
    """The formula for every element; NaN is unknown. A text has no number, so it is NaN too."""
    tree = parsed(expression) if isinstance(expression, str) else expression
    if isinstance(lookup, Mapping) and len(shape) == 1 and shape[0] > BLOCK:
        return _by_blocks(tree, lookup, shape[0], days)
    with np.errstate(all="ignore"):
        result = _numbers(_value(tree.root, _values(lookup, days)))
        found = np.asarray(result + 0.0)  # never -0, and never the caller's own array
    return found if found.shape == shape else np.array(np.broadcast_to(found, shape))


def _by_blocks(tree: Expression, columns: Mapping[str, Column], count: int, days: Column) -> Floats:
    """The same block by block; what is no column of this length holds for all of it."""
    found = np.empty(count)
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        part = {code: _part(column, start, end, count) for code, column in columns.items()}
        own = _part(days, start, end, count)
        found[start:end] = evaluate_array(tree, part, (end - start,), days=own)
    return found


def _part(column: Column, start: int, end: int, count: int) -> Column:
    if isinstance(column, np.ndarray) and column.shape == (count,):
        return column[start:end]
    return column


@dataclass(frozen=True, slots=True)
class _Asked:
    """`ArrayValues` over a function that knows values only."""

    ask: Callable[[str], Column]
    days: Column

    def value(self, code: str) -> Column:
        """The column of a code, as the function gives it."""
        return self.ask(code)

    def opening(self, code: str) -> Column:
        """Unknown: the function knows no period, so no state at its start, end or middle."""
        del code
        return None

    closing = mean = opening

    def each_day(self) -> None:
        """No days, so SUMDAYS is unknown."""


def _values(
    lookup: ArrayValues | Mapping[str, Column] | Callable[[str], Column], days: Column
) -> ArrayValues:
    if isinstance(lookup, Mapping):
        return Columns(lookup, days)
    return _Asked(lookup, days) if callable(lookup) else lookup


def _column(column: Column, *, finite: bool = False) -> Floats | Texts:
    """A column as an array, what is not finite as NaN."""
    if column is None:
        return _NAN
    array = np.asarray(column)
    if array.dtype.kind == "U":
        return array
    array = array.astype(np.float64, copy=False)
    return array if finite else _finite(array, fresh=False)


def _finite(array: Floats, *, fresh: bool = True) -> Floats:
    """The array with NaN for infinities; changed in place when it is our own."""
    array = np.asarray(array)  # a ufunc over scalars gives a scalar
    spoilt = np.isinf(array)
    if not spoilt.any():
        return array
    return np.where(spoilt, np.nan, array) if not fresh or not array.shape else _mask(array, spoilt)


def _mask(array: Floats, spoilt: NDArray[np.bool_]) -> Floats:
    array[spoilt] = np.nan
    return array


def _value(node: Node, values: ArrayValues) -> Floats | Texts:
    match node:
        case Name():
            return _column(values.value(node.code), finite=getattr(values, "finite", False))
        case Number() | Text():
            return np.asarray(node.value)
        case Chain():
            return _chain(node, values)
        case Call():
            return _FUNCTIONS[node.function](node.arguments, values)
        case Compare():
            return _compare(node, values)
    return np.negative(_number(node.operand, values))


def _numbers(array: Floats | Texts) -> Floats:
    """A text where a number must stand is unknown."""
    return (
        np.full(array.shape, np.nan) if array.dtype.kind == "U" else np.asarray(array, np.float64)
    )


def _number(node: Node, values: ArrayValues) -> Floats:
    return _numbers(_value(node, values))


_STEPS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_COMPARISONS: Mapping[str, Callable[[Floats, Floats], NDArray[np.bool_]]] = {
    "=": np.equal,
    "<>": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _chain(node: Chain, values: ArrayValues) -> Floats:
    result = _number(node.first, values)
    for sign, operand in node.rest:
        result = _STEPS[sign](result, _number(operand, values))
    return _finite(result)


def _compare(node: Compare, values: ArrayValues) -> Floats:
    left, right = _value(node.left, values), _value(node.right, values)
    unknown = _unknown(left) | _unknown(right)
    texts = (left.dtype.kind == "U") + (right.dtype.kind == "U")
    if texts == 2 and node.operator in {"=", "<>"}:  # noqa: PLR2004 - both sides
        truth = (left == right) == (node.operator == "=")
    elif texts and node.operator in {"=", "<>"}:
        truth = np.full(unknown.shape, node.operator == "<>")
    elif texts:
        return np.full(unknown.shape, np.nan)
    else:
        truth = _COMPARISONS[node.operator](_numbers(left), _numbers(right))
    return np.where(unknown, np.nan, np.asarray(truth, np.float64))


def _unknown(array: Floats | Texts) -> NDArray[np.bool_]:
    return np.asarray(array == "" if array.dtype.kind == "U" else np.isnan(_numbers(array)))


# -------------------------------------------------------------------------------- the functions

_Arguments = tuple[Node, ...]
_Function = Callable[[_Arguments, ArrayValues], Floats | Texts]


def _if(arguments: _Arguments, values: ArrayValues) -> Floats | Texts:
    condition = _number(arguments[0], values)
    yes = _value(arguments[1], values)
    no = _value(arguments[2], values) if arguments[2:] else _nothing(yes)
    unknown = np.isnan(condition)
    if yes.dtype.kind == no.dtype.kind == "U":
        return np.where(unknown, "", np.where(condition != 0, yes, no))
    return np.where(unknown, np.nan, np.where(condition != 0, _numbers(yes), _numbers(no)))


def _nothing(like: Floats | Texts) -> Floats | Texts:
    """Unknown, as a text beside texts."""
    return np.asarray("") if like.dtype.kind == "U" else _NAN


def _over(function: Callable[[list[Floats]], Floats]) -> _Function:
    def call(arguments: _Arguments, values: ArrayValues) -> Floats:
        return function([_number(argument, values) for argument in arguments])

    return call


def _fold(step: Callable[[Floats, Floats], Floats]) -> Callable[[list[Floats]], Floats]:
    """Two by two; np.minimum and np.maximum spread NaN."""

    def fold(found: list[Floats]) -> Floats:
        result = found[0]
        for one in found[1:]:
            result = np.asarray(step(result, one))
        return result

    return fold


def _truth(found: Sequence[Floats], *, every: bool) -> Floats:
    unknown, result = np.isnan(found[0]), found[0] != 0
    for one in found[1:]:
        unknown = unknown | np.isnan(one)
        result = (result & (one != 0)) if every else (result | (one != 0))
    return np.where(unknown, np.nan, result.astype(np.float64))


def _is_known(arguments: _Arguments, values: ArrayValues) -> Floats:
    return (~_unknown(_value(arguments[0], values))).astype(np.float64)


def _stock(way: str) -> _Function:
    def call(arguments: _Arguments, values: ArrayValues) -> Floats:
        name = arguments[0]
        assert isinstance(name, Name)  # noqa: S101 - the parser lets nothing else through
        ways = {"opening": values.opening, "closing": values.closing, "mean": values.mean}
        return _numbers(_column(ways[way](name.code)))

    return call


def _sum_days(arguments: _Arguments, values: ArrayValues) -> Floats:
    days = values.each_day()
    if not days:
        return _NAN
    total = np.asarray(0.0)
    for day in days:
        total = total + _number(arguments[0], day)
    return _finite(np.asarray(total))


def _round(found: list[Floats]) -> Floats:
    decimals = int(found[1]) if found[1:] else 0
    return rnd_array(found[0], decimals) if decimals else _whole(found[0])


def _whole(x: Floats) -> Floats:
    size = np.abs(x)
    down = np.floor(size)
    rounded = np.copysign(down + (size - down >= 0.5), x)  # noqa: PLR2004 - a half
    return np.asarray(np.where(size < WHOLE_FROM, rounded, x) + 0.0)


_FUNCTIONS: Mapping[str, _Function] = {
    "IF": _if,
    "AND": _over(lambda found: _truth(found, every=True)),
    "OR": _over(lambda found: _truth(found, every=False)),
    "NOT": _over(lambda found: np.where(np.isnan(found[0]), np.nan, found[0] == 0)),
    "MIN": _over(_fold(np.minimum)),
    "MAX": _over(_fold(np.maximum)),
    "ABS": _over(lambda found: np.abs(found[0])),
    "ROUND": _over(_round),
    "FLOOR": _over(lambda found: np.floor(found[0])),
    "R": _over(lambda found: r_array(found[0])),
    "ISKNOWN": _is_known,
    "DAYS": lambda _, values: _numbers(_column(values.days)),
    "OPENING": _stock("opening"),
    "CLOSING": _stock("closing"),
    "MEAN": _stock("mean"),
    "SUMDAYS": _sum_days,
}


# ------------------------------------------------------------------------------------- rounding


_LOG_LIMITS = np.array(LOG_LIMITS)
_POWERS = np.array([10.0**power for power in range(10)])
_NOISE_SCALES = np.array([10.0 ** (14 - power) for power in range(-1, 14)])


def rnd_array(x: Floats, d: int | NDArray[np.int64]) -> Floats:
    """`numbers.rnd` of every element; `d` may differ by element."""
    x = np.asarray(x, np.float64)
    p = _POWERS[d]
    with np.errstate(all="ignore"):
        size = np.abs(x)
        y = size * p
        half = y + 0.5
        noisy = half * 2048 != np.floor(half * 2048)
        q = _NOISE_SCALES[np.searchsorted(_LOG_LIMITS, half, side="right").clip(0, 14)]
        cleaned = np.where(noisy, np.floor(half * q + 0.5) / q, half)
        rounded = np.copysign(np.where(y < WHOLE_FROM, np.floor(cleaned), y) / p, x)
        same = (size == np.floor(size)) | ~(size < WHOLE_FROM)
        return np.asarray(np.where(same, x, rounded) + 0.0)


def r_array(x: Floats) -> Floats:
    """`numbers.R` of every element; NaN where it is unknown."""
    x = np.asarray(x, np.float64)
    size = np.abs(x)
    limits = np.array([below for below, _ in TIERS[:-1]])
    decimals = np.array([d for _, d in TIERS])[
        np.searchsorted(limits, size, side="right").clip(0, 3)
    ]
    with np.errstate(all="ignore"):
        inside = rnd_array(size, 1) < MOST
        return np.where(inside, rnd_array(x, decimals), np.nan)
