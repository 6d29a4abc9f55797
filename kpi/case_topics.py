"""What each topic of a case file asks of the product: inputs in, the product's own answer out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kpi import bonus, okr, pacing
from kpi.bonus import Curve, LadderMode, Slice
from kpi.case_inputs import Inputs, Json, as_bound, as_number
from kpi.case_rates import RATES, Topic, in_percent
from kpi.colours import colour_by_rules
from kpi.methods import Tier, method, tiers_text
from kpi.model import Better
from kpi.numbers import R
from kpi.scoring import CardItem, card_total, item_score, relative_weights, table_score, total_of

_PERCENT = 100.0
_FRACTIONS = 1.0  # weights up to this sum are fractions, else points


# --- methods --------------------------------------------------------------------------------------


def _native(code: str, points: float | None) -> float | None:
    """Points on the scale on which the method is shown."""
    return None if points is None else R(points * method(code).scale_max / 100)


def _goal_redflag(case: Inputs) -> Json:
    goal, actual = case.number("goal"), case.number("actual")
    return _native("goal_redflag", item_score("goal_redflag", actual, goal, (case.number("red"),)))


def _goal_only(case: Inputs) -> Json:
    direction = -1.0 if case.flag("lower") else 1.0
    score = item_score("goal_only", case.number("actual"), case.number("goal"), (direction,))
    return _native("goal_only", score)


def _yes_no(case: Inputs) -> Json:
    answer = {"yes": 1.0, "no": 0.0, "是": 1.0, "否": 0.0}.get(case.text("actual").strip().lower())
    wanted = 1.0 if case.flag("yes_better") else 0.0
    return _native("yes_no", item_score("yes_no", answer, None, (wanted,)))


def _anchors(case: Inputs) -> Json:
    params = tuple(case.number(key) for key in "DCBA")
    return _native("anchors", item_score("anchors", case.number("actual"), None, params))


def _two_colour(case: Inputs) -> Json:
    params = tuple(case.number(key) for key in ("worst", "mid", "best"))
    return _native("knots", item_score("knots", case.number("actual"), None, params))


def _range(case: Inputs) -> Json:
    params = (case.number("min"), case.number("max"))
    return item_score("range", case.number("value"), None, params)


def _weighted_range(case: Inputs) -> Json:
    params = (case.number("worst"), case.number("best"))
    score = item_score("range", case.number("actual"), None, params)
    return None if score is None else R(case.number("weight") * score / 100)


def _step_rule(case: Inputs) -> Json:
    direction = -1.0 if case.text("direction") == Better.LOWER else 1.0
    params = (case.number("step_pct"), case.number("points_per_step"), direction, 0.0)
    actual, target = case.number("actual"), case.number("target")
    return item_score("step_pct", actual, target, params, case.number("cap"), case.number("floor"))


def _tiers(case: Inputs) -> Json:
    bands = [
        Tier(as_bound(row[0], "bands"), as_bound(row[1], "bands"), as_number(row[2], "bands"))
        for row in case.rows("bands")
    ]
    return table_score(tiers_text(bands), case.number("attain"))


def _coefficient(case: Inputs) -> Json:
    params = (case.number("limit"), case.number("step_pp"), case.number("minus_per_step"), 1.0)
    score = item_score("coef_step", case.number("acos"), None, params)
    return {"acos_item_coef": _native("coef_step", score)}


# --- cards ----------------------------------------------------------------------------------------


def _matrix(case: Inputs) -> Json:
    rows = [(as_number(w, "rows"), as_number(level, "rows")) for w, level in case.rows("rows")]
    return {"unrounded": total_of(R(weight * level / 100) or 0.0 for weight, level in rows)}


def _points(case: Inputs) -> Json:
    prompt = case.part("prompt")
    params = tuple(prompt.number(key) for key in ("points", "penalty", "free"))
    return {
        "prompt": item_score("points", prompt.number("missed"), None, params, cap=None),
        "indiv": _part_points(case.part("indiv")),
        "team": _part_points(case.part("team")),
    }


def _part_points(part: Inputs) -> float | None:
    return R(part.number("points") * part.number("pct") / 100)


def _in_points(cap: float) -> float:
    """A cap as points: 1.2 and 120 both mean 120 %."""
    return cap * _PERCENT if cap <= _PERCENT / 10 else cap


def _weighted(rows: list[tuple[float, float | None]]) -> float | None:
    """Weight x score added up; weights as fractions or as points give the same."""
    scale = 1.0 if sum(weight for weight, _ in rows) <= _FRACTIONS else _PERCENT
    if any(score is None for _, score in rows):
        return None
    return total_of(R(weight * (score or 0.0) / scale) or 0.0 for weight, score in rows)


def _weighted_total(case: Inputs) -> Json:
    cap = _in_points(case.number("cap"))
    rows: list[tuple[float, float | None]] = []
    for _, *given in case.rows("rows"):
        weight, target, actual = (as_number(value, "rows") for value in given)
        rows.append((weight, item_score("ratio_down", actual, target, (), cap)))
    return _weighted(rows)


def _gated_total(case: Inputs) -> Json:
    rows = [tuple(as_number(v, "rows") for v in row[1:]) for row in case.rows("rows")]
    lower = [n for n, row in enumerate(case.rows("rows")) if "lower" in str(row[0])]
    cap, gate = _in_points(case.number("cap")), _in_points(case.number("gate"))

    def total(down: str) -> tuple[float | None, float]:
        scored, least = [], cap
        for n, (target, actual, weight) in enumerate(rows):
            way = down if n in lower else "ratio_up"
            least = min(least, item_score(way, actual, target, (), None) or 0.0)
            scored.append((weight, item_score(way, actual, target, (), cap)))
        return _weighted(scored), least

    inverse, least = total("ratio_down")
    paid = 0.0 if least < gate else bonus.direct_bonus(case.number("bonus_base_pct"), inverse)
    mirrored = total("mirror_down")[0]
    return {"two_minus_ratio": mirrored, "target_over_actual": inverse, "bonus_pct": paid}


def _weights_by_date(case: Inputs) -> Json:
    change = date.fromisoformat(case.text("change"))
    days = [date.fromisoformat(str(day)) for day in case.items("dates")]
    before, after = case.number("weight_before"), case.number("weight_after")
    return [before if day <= change else after for day in days]


def _relative(case: Inputs) -> Json:
    return list(relative_weights(case.numbers("weights")))


def _renormalised(case: Inputs) -> Json:
    gone = case.numbers("na")
    items = [
        CardItem(str(n), weight, 100.0, applicable=n not in gone)
        for n, weight in enumerate(case.numbers("weights"))
    ]
    return list(card_total(items).shares)


# --- pay, pace, people ----------------------------------------------------------------------------


def _ladder(case: Inputs) -> Json:
    amount = case.number("net_profit" if "net_profit" in case else "sales")
    slices = [
        Slice(
            as_bound(row[0], "tiers") or 0.0, as_bound(row[1], "tiers"), as_number(row[2], "tiers")
        )
        for row in case.rows("tiers")
    ]
    return {mode.value: bonus.ladder(amount, slices, mode) for mode in LadderMode}


def _accelerated(case: Inputs) -> Json:
    keys = ("actual", "target", "rate", "accelerate_from", "multiplier")
    actual, *rest = (case.number(key) for key in keys)
    return bonus.accelerated(actual, *rest)


def _payout(case: Inputs) -> Json:
    curve = Curve(case.number("threshold"), case.number("accel"), case.number("cap"))
    return bonus.payout_curve(case.number("attain"), case.number("target_bonus"), curve)


def _distribution(case: Inputs) -> Json:
    given = bonus.forced_distribution(int(case.number("n")), case.numbers("pct"))
    return [float(n) for n in given]


def _proration(case: Inputs) -> Json:
    goal = case.number("goal" if "goal" in case else "quota")
    days = case.number("days_left" if "days_left" in case else "days")
    return bonus.prorated(goal, days, case.number("of"))


def _ramp(case: Inputs) -> Json:
    by_month = case.part("ramp").numbers_by_key()
    steps = [by_month[month] for month in sorted(by_month, key=int)]
    return [bonus.ramp(int(month), steps) for month in case.numbers("months")]


def _pace(case: Inputs) -> Json:
    share = case.number("day") / case.number("days")
    return in_percent(pacing.pace(case.number("actual"), case.number("target"), share))


def _run_rate(case: Inputs) -> Json:
    if "elapsed" in case:
        return pacing.run_rate(case.number("actual"), case.number("elapsed"))
    share = case.number("day") / case.number("days")
    projected = pacing.run_rate(case.number("actual"), share)
    if "goal" not in case:
        return projected
    reached = pacing.reached(projected, case.number("goal"))
    return {"projected": projected, "attain": in_percent(reached)}


def _okr_grade(case: Inputs) -> Json:
    return okr.key_result(case.number("done"), case.number("target"))


def _okr_colour(case: Inputs) -> Json:
    bands = [(as_bound(row[0], "bands"), str(row[2])) for row in case.rows("bands")]
    edges = [(float("-inf") if edge is None else edge, name) for edge, name in bands]
    lowest = min(edges)[1] if edges else okr.BELOW
    return [okr.colour(value, edges, lowest) for value in case.numbers("values")]


def _colour_rules(case: Inputs) -> Json:
    rules = [str(rule) for rule in case.items("rules")]
    return colour_by_rules(case.number("actual"), case.number("target"), rules)


_LADDERS = "commission and bonus ladders: "
_PEOPLE = "distribution, ramp and proration: "
_KNOTS = "range, knots and anchors: "

TOPICS: Mapping[str, Topic] = {
    **RATES,
    "OKR and colours: OKR colour": _okr_colour,
    "OKR and colours: OKR grade": _okr_grade,
    "OKR and colours: colour rules": _colour_rules,
    "binary goals: goal_only": _goal_only,
    "binary goals: yes_no": _yes_no,
    f"{_LADDERS}accelerator above target": _accelerated,
    f"{_LADDERS}coefficient step": _coefficient,
    f"{_LADDERS}ladder": _ladder,
    f"{_PEOPLE}forced distribution": _distribution,
    f"{_PEOPLE}proration": _proration,
    f"{_PEOPLE}ramp": _ramp,
    "goal and red flag: goal_redflag": _goal_redflag,
    "pacing and run rate: pacing linear": _pace,
    "pacing and run rate: run rate": _run_rate,
    "payout curve: payout curve": _payout,
    f"{_KNOTS}anchors": _anchors,
    f"{_KNOTS}knots (two colours)": _two_colour,
    f"{_KNOTS}range": _range,
    f"{_KNOTS}range (weighted)": _weighted_range,
    "step rule: step rule (cap)": _step_rule,
    "step rule: step rule (higher is better)": _step_rule,
    "step rule: step rule (lower is better)": _step_rule,
    "tiers: tiers": _tiers,
    "weighted totals: matrix": _matrix,
    "weighted totals: points": _points,
    "weighted totals: weighted total": _weighted_total,
    "weighted totals: weighted total with gate": _gated_total,
    "weights: weights (by date)": _weights_by_date,
    "weights: weights (relative)": _relative,
    "weights: weights (renormalised)": _renormalised,
}
