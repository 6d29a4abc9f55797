"""Published cases, and those of the self-check tab, as rows that a sheet function answers.

Of the published cases 22 ask what a local function gives; the rest are KPIs, quarters of OKR and
people, which functions do not compute. None of them is about a grade or a week of a month.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kpi.methods import filled
from kpi.model import Better
from kpi.numbers import normalise
from kpi.scoring import NO_LOW
from kpi.sheet_calls import Cell
from kpi.step_table import StepTable
from kpi.typed_rows import Bound
from sheet_templates.self_check import cases
from tests.function_engines import Row
from tests.function_rows import PAID
from tests.scoring_support import Drawn

PUBLISHED = Path(__file__).with_name("cases") / "published_cases.json"
Inputs = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cell must show: `scale` times it is the published number, within `within`."""

    row: int
    column: str
    scale: float
    value: float | None  # None: unknown
    within: float


def item(
    method: str,
    actual: float | None,
    target: float | None = None,
    params: tuple[float | None, ...] = (),
    **more: Any,
) -> Drawn:
    """A line of a card, alone on it unless more is said."""
    given = {"person": "", "weight": 100.0, "share": 1.0, "cap": 120.0, "floor": 0.0, **more}
    return Drawn(
        person=given["person"],
        region="US",
        method=method,
        better=Better.HIGHER,
        actual=actual,
        target=target,
        due_share=given["share"],
        params=filled(method, params, Better.HIGHER, target),
        cap=given["cap"],
        floor=given["floor"],
        warn=None,
        breach=None,
        bound=Bound.STRICT,
        additive=False,
        weight=given["weight"],
        applicable=True,
        veto=False,
        missing="exclude",
        low=NO_LOW,
        coded=False,
    )


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _step(i: Inputs) -> Drawn:
    way = -1.0 if i["direction"] == "lower" else 1.0
    params = (i["step_pct"], i["points_per_step"], way, 0.0)
    return item(
        "step_pct", i["actual"], i["target"], params, cap=float(i["cap"]), floor=float(i["floor"])
    )


def _tiers(i: Inputs) -> Drawn:
    """The bands as an own step table over the attainment."""
    limits = tuple(float(start) for start, *_ in i["bands"][1:])
    table = StepTable(limits, tuple(float(points) for *_, points in i["bands"]))
    return item("tiers", i["attain"], 100.0, table.params, cap=150.0)


def _scored(i: Inputs, method: str, goal: str | None, *params: str) -> Drawn:
    target = None if goal is None else float(i[goal])
    return item(method, float(i["actual"]), target, tuple(float(i[name]) for name in params))


def _red_flag(i: Inputs) -> Drawn:
    return _scored(i, "goal_redflag", "goal", "red")


def _shared(goal: float, part: float, whole: float, actual: float | None = None) -> Drawn:
    return item("ratio_up", actual, float(goal), share=normalise(part / whole))


ONE: dict[str, tuple[str, float, Callable[[Inputs], Drawn]]] = {  # column, scale, row
    **dict.fromkeys(("H1a", "H1c"), ("score", 0.1, _red_flag)),
    "H3": ("score", 0.1, lambda i: item("yes_no", float(i["actual"] != "no"), None, (1.0,))),
    "H11": ("score", 0.4, lambda i: _scored(i, "range", None, "worst", "best")),
    **dict.fromkeys(("H14a", "H14d", "H14f", "H14h"), ("score", 1.0, _tiers)),
    "H16": ("attainment", 1.0, lambda i: item("ratio_up", i["done"], float(i["target"]))),
    "H17": (
        *("attainment", 100.0),
        lambda i: _shared(i["target"], i["day"], i["days"], float(i["actual"])),
    ),
    **dict.fromkeys(("H21a", "H21c"), ("score", 1.0, _step)),
    "H22": ("score", 0.04, lambda i: _scored(i, "anchors", None, *"DCBA")),
    "H23": (
        *("score", 0.01),
        lambda i: item(
            "coef_step", i["acos"], None, (i["limit"], i["step_pp"], i["minus_per_step"], 1.0)
        ),
    ),
    **dict.fromkeys(
        ("H29b", "H29c"), ("due", 1.0, lambda i: _shared(i["goal"], i["days_left"], i["of"]))
    ),
}


def read() -> dict[str, Inputs]:
    """The published cases by number."""
    return {one["id"]: one for one in json.loads(PUBLISHED.read_text(encoding="utf-8"))}


def items() -> tuple[list[list[Drawn]], list[Wanted]]:
    """Cards, and what their cells must show: the published cases, then the 200 of the tab."""
    lines = [*_single(), *_joined()]
    cards: list[list[Drawn]] = []
    wanted: list[Wanted] = []
    row = 0
    for card, values in lines:
        cards.append([_of_card(line, len(cards)) for line in card])
        wanted += [Wanted(row, *one) for one in values]
        row += len(card)
    return cards, wanted


def _of_card(line: Drawn, number: int) -> Drawn:
    return replace(line, person=f"C{number}")


Values = list[tuple[str, float, float | None, float]]


def _single() -> Iterator[tuple[list[Drawn], Values]]:
    every = read()
    for code, (column, scale, made) in ONE.items():
        case = every[code]
        value = case["expected"]
        [value] = value.values() if isinstance(value, dict) else [value]
        yield [made(case["inputs"])], [(column, scale, value, case["tol"])]
    for one in cases():
        line = item(one.method, one.actual, one.target, one.params, cap=one.cap, floor=one.floor)
        if line.params == one.params:  # where one is missing a function takes its default
            yield [line], [("score", 1.0, one.score, 0.0)]


def _joined() -> Iterator[tuple[list[Drawn], Values]]:
    """Cards of several lines: a goal matrix, relative weights, a weighted total by two methods."""
    every = read()
    matrix, weights, gated = (every[code] for code in ("H8", "H5", "H9"))
    rows = matrix["inputs"]["rows"]
    yield (
        [item("manual", float(level), weight=float(weight)) for weight, level in rows],
        [("total", 1.0, matrix["expected"]["unrounded"], matrix["tol"])],
    )
    parts = weights["inputs"]["weights"]
    shares = [item("manual", 100.0 * (n == 0), weight=float(w)) for n, w in enumerate(parts)]
    yield shares, [("total", 1.0, weights["expected"][0], weights["tol"])]
    for method, name in (("mirror_down", "two_minus_ratio"), ("ratio_down", "target_over_actual")):
        yield (
            [
                item(
                    method if "lower" in name_ else "ratio_up",
                    *(float(actual), float(target)),
                    weight=100.0 * weight,
                    cap=100.0 * gated["inputs"]["cap"],
                )
                for name_, target, actual, weight in gated["inputs"]["rows"]
            ],
            [("total", 1.0, gated["expected"][name], gated["tol"])],
        )


def pay_rows(words: Callable[[str, str], str]) -> tuple[list[Row], list[Wanted]]:
    """Pay lines: a curve, an accelerator, a base by the total of H9."""
    every = read()
    curve, speed, gated = (every[code] for code in ("H13a", "H26", "H9"))
    i, j = curve["inputs"], speed["inputs"]
    rows = [
        _paid(
            words,
            "payout_curve",
            total=100.0 * i["attain"],
            base=float(i["target_bonus"]),
            typed=(i["threshold"], i["accel"], i["cap"], None),
        ),
        _paid(
            words,
            "accelerate",
            total=100.0,
            amount=float(j["actual"]),
            goal=float(j["target"]),
            typed=(j["rate"], j["accelerate_from"], j["multiplier"], None),
        ),
        _paid(
            words,
            "direct",
            total=gated["expected"]["target_over_actual"],
            base=float(gated["inputs"]["bonus_base_pct"]),
        ),
    ]
    values = (curve["expected"], speed["expected"], gated["expected"]["bonus_pct"])
    tolerances = (curve["tol"], speed["tol"], gated["tol"])
    return rows, [
        Wanted(n, "earned", 1.0, value, within)
        for n, (value, within) in enumerate(zip(values, tolerances, strict=True))
    ]


def _paid(words: Callable[[str, str], str], method: str, **given: Any) -> Row:
    typed = given.pop("typed", (None,) * 4)
    row: dict[str, Cell] = {
        **dict.fromkeys(PAID),
        "method": words("pay_method", method),
        **{f"typed{n}": _number(value) for n, value in enumerate(typed, 1)},
        "veto_zero": words("yes_no", "yes"),
        "vetoes": 0.0,
        "currency": "CNY",
        "rule": "L1",
        **given,
    }
    return row


def fx_rows() -> tuple[list[Row], list[Wanted]]:
    """M25: a million euro at last year's rate and at this one's; EU1 and EU2 stand in the table."""
    case = read()["M25"]
    amount = float(case["inputs"]["eur"])
    rows: list[Row] = [
        {"amount": amount, "given": code, "wanted": "USD"} for code in ("EU2", "EU1")
    ]
    values = [case["expected"][name] for name in ("actual_usd", "constant_usd")]
    return rows, [Wanted(n, "fx", 1.0, value, case["tol"]) for n, value in enumerate(values)]
