"""Item scoring, worked by hand, and the laws of scoring.md section 15."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kpi.errors import KpiError
from kpi.methods import (
    METHODS,
    MOST_POINTS,
    Params,
    Tier,
    filled,
    knots_text,
    method,
    score_text,
    tiers_text,
)
from kpi.model import Better, Status
from kpi.numbers import normalise
from kpi.scoring import attainment, item_score, status, status_of_item, table_score
from kpi.typed_rows import Bound

U = None  # unknown


@pytest.mark.parametrize(
    ("code", "actual", "target", "params", "cap", "floor", "points"),
    [
        pytest.param("ratio_up", 90.0, 100.0, (), 120.0, 0.0, 90.0, id="90 of 100 is 90"),
        pytest.param("ratio_up", 150.0, 100.0, (), 120.0, 0.0, 120.0, id="the cap"),
        pytest.param("ratio_up", -5.0, 100.0, (), 120.0, 0.0, 0.0, id="a loss gets the floor"),
        pytest.param("ratio_up", 2000.0, 100.0, (), U, 0.0, 2000.0, id="no cap is no cap"),
        pytest.param("ratio_up", 5.0, 0.0, (), 120.0, 0.0, U, id="target 0 is unknown"),
        pytest.param("ratio_up", 5.0, -1.0, (), 120.0, 0.0, U, id="a negative target is unknown"),
        pytest.param("ratio_up", U, 100.0, (), 120.0, 0.0, U, id="unknown actual"),
        pytest.param("ratio_up", 5.0, U, (), 120.0, 0.0, U, id="unknown target"),
        pytest.param("baseline", 15.0, 20.0, (10.0,), 120.0, 0.0, 50.0, id="half way up"),
        pytest.param("baseline", 0.0, 10.0, (-10.0,), 120.0, 0.0, 50.0, id="from loss to profit"),
        pytest.param("baseline", 8.0, 5.0, (10.0,), 120.0, 0.0, 40.0, id="downwards by the sign"),
        pytest.param("baseline", 8.0, 10.0, (10.0,), 120.0, 0.0, U, id="target is the baseline"),
        pytest.param("ratio_down", 5.0, 4.5, (), 120.0, 0.0, 90.0, id="T/A: 4.5 for 5"),
        pytest.param("ratio_down", 0.0, 4.5, (), 110.0, 0.0, 110.0, id="nothing at all: the cap"),
        pytest.param("ratio_down", 0.0, 4.5, (), U, 0.0, U, id="and unknown without a cap"),
        pytest.param("ratio_down", -1.0, 4.5, (), 120.0, 0.0, U, id="below nothing is unknown"),
        pytest.param("mirror_down", 22.0, 20.0, (), 120.0, 0.0, 90.0, id="10 % above target"),
        pytest.param("mirror_down", 0.0, 20.0, (), U, 0.0, 200.0, id="nothing at all is 200"),
        pytest.param("mirror_down", 40.0, 20.0, (), 120.0, 0.0, 0.0, id="twice the target is 0"),
        pytest.param("mirror_down", 50.0, 20.0, (), 120.0, 0.0, 0.0, id="beyond: the floor"),
        pytest.param("mirror_down", 1.0, 0.0, (), 120.0, 0.0, U, id="target 0 is unknown here too"),
        pytest.param("step_pct", 107.5, 100.0, (5.0, 5.0, 1.0, 0.0), 120.0, 0.0, 107.5, id="H21a"),
        pytest.param("step_pct", 22.0, 20.0, (5.0, 5.0, -1.0, 0.0), 120.0, 0.0, 90.0, id="H21c"),
        pytest.param(
            "step_pct", 109.9, 100.0, (5.0, 5.0, 1.0, 1.0), 120.0, 0.0, 105.0,
            id="whole steps: 9.9 % is one",
        ),
        pytest.param(
            "step_pct", 90.1, 100.0, (5.0, 5.0, 1.0, 1.0), 120.0, 0.0, 95.0,
            id="whole steps truncate towards zero below the target too",
        ),
        pytest.param("range", 90.0, U, (60.0, 100.0), 120.0, 0.0, 75.0, id="H11 before weight"),
        pytest.param("range", 30.0, U, (60.0, 100.0), 120.0, 0.0, 0.0, id="below the worst"),
        pytest.param("range", 0.0075, U, (0.01, 0.005), 120.0, 0.0, 50.0, id="lower is better"),
        pytest.param("range", 1.0, U, (5.0, 5.0), 120.0, 0.0, U, id="worst is best: unknown"),
        pytest.param("range", 1.0, U, (5.0, U), 120.0, 0.0, U, id="best not given: unknown"),
        pytest.param("goal_redflag", 600.0, 700.0, (500.0,), 120.0, 0.0, 50.0, id="half way"),
        pytest.param("goal_redflag", 900.0, 700.0, (500.0,), 120.0, 0.0, 100.0, id="clamped"),
        pytest.param("knots", 25.0, U, (0.0, 50.0, 100.0), 120.0, 0.0, 25.0, id="two colours"),
        pytest.param("knots", 60.0, U, (90.0, 60.0, 30.0), 120.0, 0.0, 50.0, id="falling knots"),
        pytest.param("anchors", 85.0, U, (70.0, 80.0, 90.0, 100.0), U, 0.0, 62.5, id="H22: 2.5/4"),
        pytest.param("anchors", 70.0, U, (70.0, 80.0, 90.0, 100.0), U, 0.0, 25.0, id="D exactly"),
        pytest.param("anchors", 69.9, U, (70.0, 80.0, 90.0, 100.0), U, 0.0, 0.0, id="below D"),
        pytest.param("anchors", 15.0, U, (30.0, 20.0, 10.0, 5.0), U, 0.0, 62.5, id="falling"),
        pytest.param("band", 45.0, U, (30.0, 60.0, 20.0, 30.0), 120.0, 0.0, 100.0, id="inside"),
        pytest.param("band", 60.0, U, (30.0, 60.0, 20.0, 30.0), 120.0, 0.0, 100.0, id="the edge"),
        pytest.param("band", 25.0, U, (30.0, 60.0, 20.0, 30.0), 120.0, 0.0, 75.0, id="below"),
        pytest.param("band", 75.0, U, (30.0, 60.0, 20.0, 30.0), 120.0, 0.0, 50.0, id="above"),
        pytest.param("band", 95.0, U, (30.0, 60.0, 20.0, 30.0), 120.0, 0.0, 0.0, id="far above"),
        pytest.param("yes_no", 0.0, U, (1.0,), 120.0, 0.0, 0.0, id="H3: yes wanted, no given"),
        pytest.param("yes_no", 0.0, U, (0.0,), 120.0, 0.0, 100.0, id="no wanted, no given"),
        pytest.param("goal_only", 5.0, 5.0, (1.0,), 120.0, 0.0, 100.0, id="at the goal"),
        pytest.param("goal_only", 5.0, 5.0, (-1.0,), 120.0, 0.0, 100.0, id="at it, lower better"),
        pytest.param("goal_only", 5.1, 5.0, (-1.0,), 120.0, 0.0, 0.0, id="missed, lower better"),
        pytest.param("tiers", 79.0, 100.0, (80.0, 90.0, 100.0, 110.0), U, 0.0, 0.0, id="79 %"),
        pytest.param("tiers", 90.0, 100.0, (80.0, 90.0, 100.0, 110.0), U, 0.0, 80.0, id="90 %"),
        pytest.param("tiers", 115.0, 100.0, (80.0, 90.0, 100.0, 110.0), U, 0.0, 120.0, id="115 %"),
        pytest.param("tiers", 95.0, 100.0, (120.0, 110.0, 100.0, 90.0), U, 0.0, 100.0,
                     id="falling limits: 95 % of an allowed number"),
        pytest.param("matrix", 99.0, 100.0, (90.0, 120.0, 50.0, 150.0), U, 0.0, 50.0,
                     id="between threshold and target the lower level counts"),
        pytest.param("matrix", 120.0, 100.0, (90.0, 120.0, 50.0, 150.0), U, 0.0, 150.0,
                     id="stretch reached"),
        pytest.param("zero_defect", 0.0, 0.0, (20.0,), 120.0, 0.0, 100.0, id="no defect"),
        pytest.param("zero_defect", 2.0, 0.0, (20.0,), 120.0, 0.0, 60.0, id="two defects"),
        pytest.param("zero_defect", -1.0, 0.0, (20.0,), 120.0, 0.0, U, id="fewer than none"),
        pytest.param("points", 4.0, U, (100.0, 2.0, 1.0), 120.0, 0.0, 94.0, id="3 misses count"),
        pytest.param("coef_step", 35.0, U, (25.0, 5.0, 0.1, 1.0), 120.0, 0.0, 80.0, id="H23"),
        pytest.param("coef_step", 34.9, U, (25.0, 5.0, 0.1, 1.0), 120.0, 0.0, 90.0,
                     id="a started step does not count"),
        pytest.param("coef_step", 15.0, U, (25.0, -5.0, 0.1, 1.0), 120.0, 0.0, 80.0,
                     id="mirrored: a negative step"),
        pytest.param("manual", 88.0, U, (), 120.0, 0.0, 88.0, id="typed by hand"),
    ],
)  # fmt: skip
def test_points_of_an_item(
    code: str,
    actual: float | None,
    target: float | None,
    params: Params,
    cap: float | None,
    floor: float,
    points: float | None,
) -> None:
    assert item_score(code, actual, target, params, cap, floor) == points


H14 = tiers_text(
    [
        Tier(None, 80.0, 0.0),
        Tier(80.0, 90.0, 50.0),
        Tier(90.0, 100.0, 80.0),
        Tier(100.0, 110.0, 100.0),
        Tier(110.0, 120.0, 120.0),
        Tier(120.0, None, 150.0),
    ]
)


@pytest.mark.parametrize(
    ("attained", "points"),
    [(79.0, 0.0), (89.5, 50.0), (90.0, 80.0), (110.0, 120.0), (120.0, 150.0), (U, U)],
)
def test_a_step_table_has_no_gaps(attained: float | None, points: float | None) -> None:
    assert table_score(H14, attained) == points


@pytest.mark.parametrize(
    "tiers",
    [
        pytest.param([Tier(None, 89.0, 0.0), Tier(90.0, None, 50.0)], id="89.5 would fall between"),
        pytest.param([Tier(None, 91.0, 0.0), Tier(90.0, None, 50.0)], id="90.5 would be twice"),
        pytest.param([Tier(0.0, 90.0, 0.0), Tier(90.0, None, 50.0)], id="no open start"),
        pytest.param([Tier(None, 90.0, 0.0), Tier(90.0, 99.0, 50.0)], id="no open end"),
        pytest.param([], id="empty"),
    ],
)
def test_a_step_table_with_a_gap_is_refused(tiers: list[Tier]) -> None:
    with pytest.raises(KpiError, match="Tiers"):
        tiers_text(tiers)


@pytest.mark.parametrize(
    "knots", [[(1.0, 2.0)], [(1.0, 2.0), (1.0, 3.0)], [(1, 0), (3, 5), (2, 9)]]
)
def test_knots_rise_or_fall(knots: list[tuple[float, float]]) -> None:
    with pytest.raises(KpiError, match="rising or falling"):
        knots_text(knots)


def test_an_unknown_method_names_the_known_ones() -> None:
    with pytest.raises(KpiError, match="ratio_up"):
        method("ratio_sideways")


@pytest.mark.parametrize(("cap", "floor"), [(1000.0, 0.0), (50.0, 60.0)])
def test_a_cap_that_cannot_be_used_is_refused(cap: float, floor: float) -> None:
    with pytest.raises(KpiError, match="Cap"):
        item_score("ratio_up", 1.0, 1.0, (), cap, floor)


@pytest.mark.parametrize(
    ("code", "params", "better", "target", "stored"),
    [
        pytest.param("band", (30.0, 60.0), Better.BAND, U, (30.0, 60.0, 30.0, 30.0), id="band"),
        pytest.param("band", (U, 60.0), Better.BAND, U, (U, 60.0, U, U), id="a band without start"),
        pytest.param("range", (60.0,), Better.HIGHER, 100.0, (60.0, 100.0, U, U), id="range"),
        pytest.param("goal_only", (), Better.LOWER, 5.0, (-1.0, U, U, U), id="goal, lower"),
        pytest.param("step_pct", (4.0,), Better.LOWER, 5.0, (4.0, 5.0, -1.0, 0.0), id="steps"),
        pytest.param("zero_defect", (), Better.LOWER, 0.0, (20.0, U, U, U), id="20 a defect"),
        pytest.param("ratio_up", (), Better.HIGHER, 1.0, (U, U, U, U), id="needs none"),
        pytest.param("step_pct", (), Better.HIGHER, 5.0, (5.0, 5.0, 1.0, 0.0), id="steps, higher"),
        pytest.param("yes_no", (), Better.HIGHER, U, (1.0, U, U, U), id="yes is wanted"),
        pytest.param("tiers", (), Better.HIGHER, 1.0, (80.0, 90.0, 100.0, 110.0), id="tiers"),
        pytest.param(
            "matrix", (40.0, 60.0), Better.HIGHER, 50.0, (40.0, 60.0, 50.0, 150.0), id="matrix"
        ),
        pytest.param("points", (), Better.LOWER, U, (100.0, 2.0, 1.0, U), id="free misses"),
        pytest.param(
            "coef_step", (25.0, 5.0), Better.LOWER, U, (25.0, 5.0, 0.1, 1.0), id="a tenth a step"
        ),
    ],
)
def test_defaults_of_parameters(
    code: str, params: Params, better: Better, target: float | None, stored: Params
) -> None:
    assert filled(code, params, better, target) == stored


# --- laws -----------------------------------------------------------------------------------------

SIZE = st.floats(0.01, 1e6).map(normalise)
SIGNED = st.floats(-1e6, 1e6).map(normalise)
CAPS = st.one_of(st.none(), st.integers(100_000, 200_000).map(lambda n: n / 1000))
FLOORS = st.integers(0, 60_000).map(lambda n: n / 1000)  # limits have at most 9 decimals
RISING = st.sampled_from(["ratio_up", "step_pct", "goal_only", "matrix", "tiers"])
FALLING = st.sampled_from(["ratio_down", "mirror_down", "zero_defect", "points", "coef_step"])


def params_of(code: str, target: float) -> Params:
    special: dict[str, Params] = {
        "matrix": (target / 2, target * 2, 50.0, 150.0),
        "coef_step": (target, target / 3, 0.1, 1.0),
        "step_pct": (5.0, 5.0, 1.0, 1.0),
    }
    return special.get(code, filled(code, (), Better.HIGHER, target))


@given(RISING, SIZE, SIGNED, SIGNED, CAPS, FLOORS)
def test_more_is_never_worse_where_higher_is_better(
    code: str, target: float, one: float, two: float, cap: float | None, floor: float
) -> None:
    low, high = sorted((one, two))
    params = params_of(code, target)
    below = item_score(code, low, target, params, cap, floor)
    above = item_score(code, high, target, params, cap, floor)
    assume(below is not None and above is not None)
    assert below is not None
    assert above is not None
    assert below <= above


@given(FALLING, SIZE, SIZE, SIZE, CAPS, FLOORS)
def test_more_is_never_better_where_lower_is_better(
    code: str, target: float, one: float, two: float, cap: float | None, floor: float
) -> None:
    low, high = sorted((one, two))
    params = params_of(code, target)
    below = item_score(code, low, target, params, cap, floor)
    above = item_score(code, high, target, params, cap, floor)
    assert below is not None
    assert above is not None
    assert below >= above


@given(st.sampled_from(["ratio_up", "ratio_down", "mirror_down", "step_pct"]), SIZE)
def test_on_target_is_100(code: str, target: float) -> None:
    assert item_score(code, target, target, params_of(code, target)) == 100.0


@given(st.sampled_from(sorted(METHODS)), SIGNED, SIGNED, st.lists(SIGNED, min_size=4, max_size=4),
       st.integers(100, 200).map(float), FLOORS)  # fmt: skip
def test_a_score_is_unknown_or_between_floor_and_cap(
    code: str, actual: float, target: float, params: list[float], cap: float, floor: float
) -> None:
    score = item_score(code, actual, target, tuple(params), cap, floor)
    assert score is None or floor <= score <= cap


@given(st.sampled_from(sorted(METHODS)), SIGNED, st.lists(SIGNED, min_size=4, max_size=4))
def test_an_unknown_actual_is_an_unknown_score(
    code: str, target: float, params: list[float]
) -> None:
    assert item_score(code, None, target, tuple(params)) is None


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=8, unique=True),
       st.lists(st.integers(0, 150), min_size=8, max_size=8), st.booleans())  # fmt: skip
def test_a_line_through_knots_meets_every_knot(
    values: list[int], points: list[int], falling: bool
) -> None:
    ordered = sorted(values, reverse=falling)
    knots = [(float(v), float(s)) for v, s in zip(ordered, points, strict=False)]
    text = knots_text(knots)
    assert [table_score(text, value) for value, _ in knots] == [score for _, score in knots]


def test_every_text_is_short_enough_for_the_language() -> None:
    assert max(len(score_text(code)) for code in METHODS) < 1500


# --- attainment and status ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "target", "better", "code", "reached"),
    [
        pytest.param(90.0, 100.0, "higher", "", 0.9, id="90 of 100"),
        pytest.param(22.0, 20.0, "lower", "mirror_down", 0.9, id="mirrored"),
        pytest.param(25.0, 20.0, "lower", "ratio_down", 0.8, id="T/A"),
        pytest.param(45.0, 50.0, "band", "band", 0.9, id="a band shows A/T"),
        pytest.param(5.0, 0.0, "higher", "", U, id="no target"),
        pytest.param(U, 5.0, "higher", "", U, id="no value"),
    ],
)
def test_attainment(
    value: float | None, target: float, better: str, code: str, reached: float | None
) -> None:
    assert attainment(value, target, better, code) == reached


H, L, B = Better.HIGHER, Better.LOWER, Better.BAND


@pytest.mark.parametrize(
    ("actual", "due", "better", "warn", "breach", "bound", "additive", "colour"),
    [
        pytest.param(96.0, 100.0, H, 0.95, 0.85, "strict", True, "ok", id="96 % of what is due"),
        pytest.param(95.0, 100.0, H, 0.95, 0.85, "strict", True, "ok", id="at warn, strict"),
        pytest.param(
            95.0, 100.0, H, 0.95, 0.85, "inclusive", True, "warn", id="at warn, inclusive"
        ),
        pytest.param(90.0, 100.0, H, 0.95, 0.85, "strict", True, "warn", id="90 %"),
        pytest.param(84.0, 100.0, H, 0.95, 0.85, "strict", True, "breach", id="84 %"),
        pytest.param(84.0, 0.0, H, 0.95, 0.85, "strict", True, "no_data", id="nothing is due"),
        pytest.param(U, 100.0, H, 0.95, 0.85, "strict", True, "no_data", id="unknown is grey"),
        pytest.param(84.0, U, H, 0.95, 0.85, "strict", True, "no_data", id="no target is grey"),
        pytest.param(0.3, 0.25, L, 0.28, 0.35, "strict", False, "warn", id="ACoS 30 %"),
        pytest.param(0.4, U, L, 0.28, 0.35, "strict", False, "breach", id="ratios need no target"),
        pytest.param(3.0, 3.0, L, 2.0, 3.0, "strict", False, "warn", id="three is not above three"),
        pytest.param(4.0, 3.0, L, 2.0, 3.0, "strict", False, "breach", id="four is"),
        pytest.param(1.0, 0.0, L, 1.0, 2.0, "inclusive", False, "warn", id=">= 1 is a warning"),
        pytest.param(0.5, 0.8, H, U, U, "strict", False, "ok", id="without limits there is no red"),
        pytest.param(0.5, 0.8, H, U, 0.6, "strict", False, "breach", id="only a red limit"),
        pytest.param(70.0, 45.0, B, 60.0, 90.0, "strict", False, "warn", id="above a band"),
        pytest.param(29.0, 45.0, B, 60.0, 90.0, "strict", False, "warn", id="as far below it"),
        pytest.param(31.0, 45.0, B, 60.0, 90.0, "strict", False, "ok", id="inside"),
        pytest.param(91.0, 45.0, B, 60.0, 90.0, "strict", False, "breach", id="far above"),
    ],
)
def test_status(
    actual: float | None,
    due: float | None,
    better: Better,
    warn: float | None,
    breach: float | None,
    bound: str,
    additive: bool,
    colour: str,
) -> None:
    seen = status_of_item(actual, due, better, warn, breach, Bound(bound), additive=additive)
    assert seen == Status(colour)


def test_status_without_pacing_is_in_the_metrics_unit() -> None:
    assert status(84.0, 100.0, H, 90.0, 80.0, Bound.STRICT) is Status.WARN


def test_without_a_word_the_cap_is_120_and_the_floor_0() -> None:
    assert item_score("ratio_up", 200.0, 100.0) == 120.0
    assert item_score("ratio_up", -5.0, 100.0) == 0.0


def test_a_cap_at_the_floor_and_the_highest_cap_can_be_used() -> None:
    assert item_score("ratio_up", 90.0, 100.0, (), 50.0, 50.0) == 50.0
    assert item_score("ratio_up", 90.0, 100.0, (), MOST_POINTS, 0.0) == 90.0


@pytest.mark.parametrize("code", ["", "ratio_down"])
def test_a_target_of_0_has_no_attainment_whichever_formula_is_used(code: str) -> None:
    assert attainment(5.0, 0.0, Better.LOWER, code) is None


def test_a_score_without_a_cap_ends_below_a_hundred_thousand() -> None:
    assert item_score("ratio_up", 1e6, 1.0, (), U) == 99_999.0


def test_nothing_wanted_and_something_there_is_worth_nothing() -> None:
    assert item_score("ratio_down", 5.0, 0.0) == 0.0


def test_a_band_of_one_point_holds_it() -> None:
    assert item_score("band", 30.0, U, (30.0, 30.0, 0.0, 0.0)) == 100.0


def test_a_band_without_its_slopes_is_unknown_inside_too() -> None:
    """An empty cell of the sheet would count as zero, so it is asked for first."""
    assert item_score("band", 45.0, U, (30.0, 60.0, U, U)) is None


def test_outside_the_knots_the_end_points_hold() -> None:
    text = knots_text([(100.0, 5.0), (200.0, 10.0)])
    assert [table_score(text, value) for value in (50.0, 150.0, 300.0)] == [5.0, 7.5, 10.0]
