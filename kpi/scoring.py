"""From actuals to a card: item scores, shares, total, additions, gates, grade, status.

The order of operations is binding and every step goes through R, so that a sheet, a browser and
this module give the same bits. Actual, target, parameters and weights come in with at most 14
digits (`numbers.normalise`, or R); they are what the sheet stores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from kpi.errors import KpiError
from kpi.expression import evaluate, evaluate_text, parsed
from kpi.methods import MOST_POINTS, PARAMETERS, STEP_SCORE, Params, clamped, score_text
from kpi.model import Better, Status
from kpi.numbers import R
from kpi.step_table import STEP_NAMES, has_table
from kpi.syntax import number_text
from kpi.typed_rows import Bound

MIN_COVERAGE = 0.7
ADD_CAP = 10.0  # points
DEDUCT_CAP = 20.0
LIMIT = (0.0, 120.0)  # of a total after additions and deductions
SMALL_SHARE = 0.1
_PARAMS = (*PARAMETERS, *STEP_NAMES)
REMEMBERED = 1 << 14  # answers of each question: every refresh scores the months before again

# --- an item --------------------------------------------------------------------------------------


def item_score(
    method: str,
    actual: float | None,
    target: float | None,
    params: Params = (),
    cap: float | None = 120.0,
    floor: float = 0.0,
) -> float | None:
    """Points of an item, 100 on target, within floor and cap; unknown when an input is.

    A step table among the parameters comes before the method's own text.
    """
    text = STEP_SCORE if has_table(params) else score_text(method)
    return _evaluated(text, actual, target, params, cap, floor)


def table_score(
    raw: str, actual: float | None, cap: float | None = None, floor: float = 0.0
) -> float | None:
    """Points by a text of `methods.tiers_text` or `methods.knots_text`."""
    return _evaluated(clamped(raw), actual, None, (), cap, floor)


@lru_cache(REMEMBERED, typed=True)
def _evaluated(
    text: str,
    actual: float | None,
    target: float | None,
    params: Params,
    cap: float | None,
    floor: float,
) -> float | None:
    """The value of a score's text."""
    if cap is not None and not floor <= cap <= MOST_POINTS:
        mend = f"write one from the floor up to {MOST_POINTS:g}, or none."
        raise KpiError(
            f"Cap {cap:g} with floor {floor:g} cannot be used; {mend}",
            f"封顶 {cap:g} 与保底 {floor:g} 不能同用；封顶请从保底到 {MOST_POINTS:g}，或不填。",
        )
    values: dict[str, float | str | None] = dict(zip(_PARAMS, params, strict=False))
    values |= {"actual": actual, "target": target, "cap": cap, "floor": floor}
    return evaluate(parsed(text), values)


ATTAINMENT = (
    "IF(target > 0, IF(inverse = 1, R(target / actual),"
    " IF(sign < 0, R(2 - actual / target), R(actual / target))))"
)
"""How far the actual reaches its target; 1 is on target. `sign` is -1 when lower is better."""


def attainment(
    value: float | None, target: float | None, better: str, method: str = ""
) -> float | None:
    """How far the value reaches its target; 1 is on target.

    Lower is better: 2 - A/T, or T/A for the method `ratio_down`; a band shows A/T.
    """
    sign = -1.0 if better == Better.LOWER else 1.0
    return _attainment(value, target, sign, float(method == "ratio_down"))


@lru_cache(REMEMBERED, typed=True)
def _attainment(
    value: float | None, target: float | None, sign: float, inverse: float
) -> float | None:
    values = {"actual": value, "target": target, "sign": sign, "inverse": inverse}
    return evaluate(parsed(ATTAINMENT), values)


Low = tuple[float | None, float | None]
"""Lower limits of a band, of warn and of breach; None: as far below the target as above it."""
NO_LOW: Low = (None, None)

# --- status ---------------------------------------------------------------------------------------

_SEEN = (  # what warn and breach are compared with
    "IF(around = 1, ROUND(ABS(actual - due), 9),"
    " IF(paced = 1, IF(due > 0, ROUND(actual / due, 9)), actual))"
)


def _beyond(limit: str, *, sides: bool) -> str:
    """Whether the value is beyond a limit; a limit that is not set is never reached.

    With a lower limit of its own a band has two limits, and neither lies around the target.
    """
    seen = f"worse * {_SEEN}"
    bar = f"worse * IF(around = 1, ROUND({limit} - due, 9), {limit})"
    around = f"IF(inclusive = 1, {seen} >= {bar}, {seen} > {bar})"
    low = f"{limit}_low"
    strict = f"IF(actual > {limit}, 1, actual < {low})"
    equal = f"IF(actual >= {limit}, 1, actual <= {low})"
    both = f"IF(ISKNOWN({low}), IF(inclusive = 1, {equal}, {strict}), {around})"
    return f"IF(ISKNOWN({limit}), {both if sides else around}, 0)"


def status_text(words: Mapping[Status, str], *, sides: bool = True) -> str:
    """The text of a status; `words` are what the reader sees.

    Without `sides` it reads no lower limits, which workbooks from before they were there lack.

    `worse` is -1 when lower values are worse and 1 otherwise; `around` is 1 for a band;
    `inclusive` is 1 when a value at the limit is beyond it; `paced` is 1 when warn and breach are
    parts of what is due, which those of a band never are.
    """
    warned, broken = (_beyond(limit, sides=sides) for limit in ("warn", "breach"))
    known = f'IF({warned}, "{words[Status.WARN]}", "{words[Status.OK]}")'
    known = f'IF({broken}, "{words[Status.BREACH]}", {known})'
    return f'IF(ISKNOWN({_SEEN}), {known}, "{words[Status.NO_DATA]}")'


_STATUS = status_text({status: status.value for status in Status})


def status_of_item(
    actual: float | None,
    due: float | None,
    better: Better,
    warn: float | None,
    breach: float | None,
    bound: Bound,
    *,
    additive: bool,
    low: Low = NO_LOW,
) -> Status:
    """The colour of an item.

    Additive KPIs (money, counts) are paced: warn and breach are parts of what is due by now, 0.95
    and 0.85 as a rule, and actual / due is compared with them. All others are compared in the
    metric's own unit. Of a band, warn and breach are upper limits; the same distance below the
    target is as bad, unless it has lower limits of its own (`low`: of warn, of breach). At equality
    a strict limit is not yet reached.
    """
    band = better is Better.BAND
    return _status(
        *(actual, due, warn, breach),
        *(low if band else NO_LOW),
        -1.0 if better is Better.HIGHER else 1.0,
        float(band),
        float(bound is Bound.INCLUSIVE),
        float(additive),
    )


_NUMBERS = ("actual", "due", "warn", "breach", "warn_low", "breach_low")
_READ = (*_NUMBERS, "worse", "around", "inclusive", "paced")  # by the text of a status


@lru_cache(REMEMBERED)
def _status(*given: float | None) -> Status:
    values = dict(zip(_READ, given, strict=True))
    return Status(evaluate_text(parsed(_STATUS), values) or Status.NO_DATA)


def status(
    actual: float | None,
    reference: float | None,
    better: Better,
    warn: float | None,
    breach: float | None,
    bound: Bound,
) -> Status:
    """The colour of a value in the metric's unit; `reference` is the target a band lies around."""
    return status_of_item(actual, reference, better, warn, breach, bound, additive=False)


# --- a card ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CardItem:
    """One line of a card, scored."""

    metric: str
    weight: float  # points; zero is shown and not scored
    score: float | None  # points
    applicable: bool = True  # False: taken out of both sides of the coverage
    block: bool = False  # without its score there is no total at all
    manual: bool = False


@dataclass(frozen=True, slots=True)
class CardTotal:
    """A card added up; shares and points stand in the order of its items."""

    total: float | None  # withheld below the coverage
    coverage: float | None  # fraction of the weight that could be scored
    shares: tuple[float, ...]  # points of 100
    points: tuple[float, ...]  # share x score / 100
    missing: tuple[str, ...]  # metrics without a score
    manual_share: float  # points of 100 that were typed by hand


def total_of(parts: Iterable[float]) -> float | None:
    """R of a sum whose addends are R values already, left to right."""
    total = 0.0
    for part in parts:
        total += part
    return R(total)


def card_total(items: Sequence[CardItem], min_coverage: float = MIN_COVERAGE) -> CardTotal:
    """Usable weights, shares, points and the total, each step rounded before the next."""
    if any(item.weight < 0 for item in items):
        raise KpiError(
            "A weight below 0 cannot be scored; write 0 to switch an item off.",
            "权重小于 0 无法计分；停用一项请写 0。",
        )
    usable = [R(item.weight) or 0.0 if _is_usable(item) else 0.0 for item in items]
    available = total_of(usable) or 0.0
    full = total_of(R(item.weight) or 0.0 for item in items if item.applicable) or 0.0
    coverage = R(available / full) if full > 0 else None
    shares = tuple(R(one / available * 100) or 0.0 if one > 0 else 0.0 for one in usable)
    points = tuple(
        R(share * (item.score or 0.0) / 100) or 0.0
        for share, item in zip(shares, items, strict=True)
    )
    unscored = [i for i in items if i.applicable and i.score is None and i.weight > 0]
    missing = tuple(item.metric for item in unscored)
    blocked = any(item.block for item in unscored)
    held = blocked or coverage is None or coverage < min_coverage or not available > 0
    manual = total_of(share for share, i in zip(shares, items, strict=True) if i.manual) or 0.0
    return CardTotal(None if held else total_of(points), coverage, shares, points, missing, manual)


def _is_usable(item: CardItem) -> bool:
    """Whether an item counts: a weight, a score, and a place on the card."""
    return item.weight > 0 and item.score is not None and item.applicable


def relative_weights(weights: Sequence[float]) -> tuple[float, ...]:
    """Weights as parts of 100."""
    whole = total_of(R(w) or 0.0 for w in weights) or 0.0
    if not whole > 0:
        raise KpiError(
            "The weights add up to 0; give at least one item a weight.",
            "权重合计为 0；请至少给一项填权重。",
        )
    return tuple(R(w / whole * 100) or 0.0 for w in weights)


def combined(
    us: float | None, eu: float | None, us_share: float | None, *, drop_small: bool = False
) -> float | None:
    """A person's total of two regions; a region with a share counts only when it is known.

    `drop_small` leaves an unknown region out when its share is below a tenth.
    """
    if us_share is None:
        return None
    parts = [(us_share, us), (R(1 - us_share) or 0.0, eu)]
    if drop_small:
        parts = [(w, t) for w, t in parts if t is not None or w >= SMALL_SHARE]
    if any(t is None for w, t in parts if w > 0):
        return None
    whole = total_of(w for w, _ in parts) or 0.0
    return total_of(R(w * (t or 0.0) / whole) or 0.0 for w, t in parts) if whole > 0 else None


def with_team(own: float | None, team: float | None, team_share: float = 0.0) -> float | None:
    """A person's total with a share of the team's; a part that has a share must be known."""
    return combined(team, own, team_share)


# --- additions and deductions ---------------------------------------------------------------------


def applied_points(
    entries: Sequence[float], add_cap: float = ADD_CAP, deduct_cap: float = DEDUCT_CAP
) -> tuple[float, ...]:
    """What counts of each entry, in order: additions up to their cap, deductions up to theirs."""
    left = {True: add_cap, False: deduct_cap}
    applied = []
    for entry in entries:
        counts = min(abs(entry), left[entry > 0])
        left[entry > 0] = R(left[entry > 0] - counts) or 0.0
        applied.append(R(counts if entry > 0 else -counts) or 0.0)
    return tuple(applied)


def adjusted(
    total: float | None, applied: Iterable[float], limit: tuple[float, float] = LIMIT
) -> float | None:
    """The total with its points added and the limit of a total applied; unknown stays unknown."""
    if total is None:
        return None
    points = total_of(applied) or 0.0
    summed = R(total + points)
    return None if summed is None else min(limit[1], max(limit[0], summed))


# --- grades ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grade:
    """One row of the grade table: from (included) up to the next better one."""

    name: str
    start: float | None  # points; None: the lowest
    coefficient: float


GRADES: tuple[Grade, ...] = (
    Grade("S", 110.0, 1.5),
    Grade("A", 100.0, 1.2),
    Grade("B", 85.0, 1.0),
    Grade("C", 70.0, 0.8),
    Grade("D", None, 0.0),
)


def grade_text(grades: Sequence[Grade] = GRADES) -> str:
    """The grade of `total`, an R value; `vetoes` above 0 give the lowest."""
    text = f'"{grades[-1].name}"'
    for one in reversed(grades[:-1]):
        text = f'IF(total >= {number_text(one.start or 0.0)}, "{one.name}", {text})'
    return f'IF(vetoes > 0, IF(ISKNOWN(total), "{grades[-1].name}"), {text})'


def coefficient_text(grades: Sequence[Grade] = GRADES) -> str:
    """The coefficient of `grade`."""
    text = number_text(grades[-1].coefficient)
    for one in reversed(grades[:-1]):
        text = f'IF(grade = "{one.name}", {number_text(one.coefficient)}, {text})'
    return text


def grade_of(
    total: float | None, vetoes: int = 0, grades: Sequence[Grade] = GRADES
) -> Grade | None:
    """The grade of a total; an unknown total has none, a veto leaves the lowest."""
    numbered = [replace(one, name=str(place)) for place, one in enumerate(grades)]
    values = {"total": total, "vetoes": float(vetoes)}
    place = evaluate_text(parsed(grade_text(numbered)), values)  # a name may hold any sign
    return None if place is None else grades[int(place)]
