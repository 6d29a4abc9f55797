"""Own step tables: how a cell is read, what is refused, and what a value is then worth."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.contract_nouns import ruled
from kpi.contract_rows import weight_key
from kpi.contracts import contract_of
from kpi.errors import KpiError
from kpi.methods import filled
from kpi.model import Better
from kpi.numbers import R, normalise
from kpi.person_targets import Goal
from kpi.pro_rata import cut_params
from kpi.scoring import item_score
from kpi.sheet_scoring import score
from kpi.step_reading import WAYS, Fault, read_table, said_back, table_text
from kpi.step_rows import signed_table
from kpi.step_table import MOST_BANDS, STEP_NAMES, StepTable, has_table, on_actual, table_of
from kpi.tables import CellValue, Table
from sheet_templates.layout import TABLES
from sheet_templates.words import decode
from tests.contract_support import BOOK, weight
from tests.table_support import Line, table

CATALOG = shipped()
TIERS = "..80: 0; 80..90: 50; 90..100: 80; 100..110: 100; 110..120: 120; 120..: 150"
DAYS = "实际 <=3：120；3..5：100；>5：0"
ACOS = "0.30: 50; 0.25: 100; 0.20: 150"


def made(text: str, method: str = "tiers") -> StepTable:
    found = read_table(text, method)
    assert isinstance(found, StepTable), found
    return found


def scored(
    text: str, method: str, actual: float | None, target: float | None = 100.0
) -> float | None:
    return item_score(method, actual, target, made(text, method).params, cap=None, floor=-999.0)


# --- what a value is worth ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "method", "actual", "points"),
    [
        pytest.param(TIERS, "tiers", 79.0, 0.0, id="79 % of the target: H14a"),
        pytest.param(TIERS, "tiers", 90.0, 80.0, id="90 % begins its band: H14d"),
        pytest.param(TIERS, "tiers", 89.5, 50.0, id="89.5 % still belongs to the band of 80"),
        pytest.param(TIERS, "tiers", 110.0, 120.0, id="110 %: H14f"),
        pytest.param(TIERS, "tiers", 120.0, 150.0, id="120 %: H14h"),
        pytest.param(TIERS, "tiers", -5.0, 0.0, id="below zero is in the open first band"),
        pytest.param(TIERS, "tiers", None, None, id="unknown stays unknown"),
        pytest.param(DAYS, "tiers", 3.0, 120.0, id="three days, up to three is best"),
        pytest.param(DAYS, "tiers", 3.5, 100.0, id="three and a half days"),
        pytest.param(DAYS, "tiers", 5.0, 100.0, id="five days end their band"),
        pytest.param(DAYS, "tiers", 5.1, 0.0, id="more than five"),
        pytest.param("actual <3: 120; >=3: 0", "tiers", 3.0, 0.0, id="of two bands the second"),
        pytest.param(ACOS, "matrix", 0.31, 0.0, id="worse than the threshold is nothing"),
        pytest.param(ACOS, "matrix", 0.30, 50.0, id="at the threshold"),
        pytest.param(ACOS, "matrix", 0.26, 50.0, id="the lower level counts until the next"),
        pytest.param(ACOS, "matrix", 0.25, 100.0, id="at the target"),
        pytest.param(ACOS, "matrix", 0.1, 150.0, id="beyond stretch it stays"),
        pytest.param("线性 " + ACOS, "matrix", 0.28, 70.0, id="two fifths of the way on"),
        pytest.param("线性 " + ACOS, "matrix", 0.31, 0.0, id="below the threshold no line"),
        pytest.param("线性 " + ACOS, "matrix", 0.18, 150.0, id="no further than stretch"),
        pytest.param("线性 外延 " + ACOS, "matrix", 0.18, 170.0, id="10 a point beyond stretch"),
        pytest.param("60: 0; 80: 50; 100: 100", "knots", 70.0, 25.0, id="half-way to the middle"),
        pytest.param("60: 5; 80: 50; 100: 100", "knots", 10.0, 5.0, id="a line is held outside"),
        pytest.param("<60: 0; 60: 5; 100: 45", "knots", 59.9, 0.0, id="unless something is said"),
        pytest.param("外延 60: 0; 100: 100", "knots", 130.0, 175.0, id="2.5 a point beyond"),
        pytest.param(
            "0: 0; 50: 33; 70: 66; 90: 100", "knots", 60.0, 49.5,
            id="three colours: worst, red flag, goal, best",
        ),
    ],
)  # fmt: skip
def test_points(text: str, method: str, actual: float | None, points: float | None) -> None:
    assert scored(text, method, actual) == points


def test_attainment_needs_a_target_and_the_actual_none() -> None:
    assert [scored(TIERS, "tiers", 90.0, target) for target in (None, 0.0, -1.0)] == [None] * 3
    assert scored(DAYS, "tiers", 3.0, None) == 120.0


def test_cap_and_floor_come_after_the_table() -> None:
    assert item_score("tiers", 120.0, 100.0, made(TIERS).params, 120.0, 0.0) == 120.0
    assert item_score("tiers", 10.0, 100.0, made(TIERS).params, 120.0, 40.0) == 40.0


# --- the same by a reading that knows no compiled text --------------------------------------------


def plainly(one: StepTable, actual: float, target: float) -> float:
    """The points by walking down the bands."""
    seen = actual if one.on_actual else R(100 * actual / target) or 0.0
    reached = [(seen <= v if one.falling else seen >= v) for v in one.limits]
    band = reached.index(False) if False in reached else len(reached)
    lines = one.linear and band > 0 and (band < len(reached) or one.extends)
    if not lines:
        return one.points[band]
    band = min(band, len(reached) - 1)
    (v0, v1), (s0, s1) = one.limits[band - 1 : band + 1], one.points[band : band + 2]
    return s0 + (seen - v0) / (v1 - v0) * (s1 - s0)


NUMBERS = st.integers(-20_000, 20_000).map(lambda n: n / 100)


@st.composite
def tables(draw: st.DrawFn) -> StepTable:
    linear = draw(st.booleans())
    least = 2 if linear else 1
    size = draw(st.integers(least, MOST_BANDS - 1))
    limits = sorted(draw(st.lists(NUMBERS, min_size=size, max_size=size, unique=True)))
    actual, falling = draw(st.booleans()), draw(st.booleans())
    points = draw(st.lists(NUMBERS, min_size=size + 1, max_size=size + 1))
    extends = linear and draw(st.booleans())
    if not actual:
        limits = [one + 400 for one in limits]  # percent, so that none looks like a fraction
    if falling:
        limits.reverse()
    return StepTable(tuple(map(normalise, limits)), tuple(points), actual, linear, extends, falling)


@given(tables(), st.floats(-300, 800).map(normalise), st.sampled_from([50.0, 100.0, 333.3]))
def test_every_table_gives_what_walking_down_its_bands_gives(
    one: StepTable, actual: float, target: float
) -> None:
    found = item_score("tiers", actual, target, one.params, cap=None, floor=-1e9)
    if abs(plainly(one, actual, target)) < 90_000:
        assert math.isclose(found or 0.0, plainly(one, actual, target), abs_tol=1e-6)


@given(tables(), st.sampled_from(sorted(WAYS)), st.sampled_from([None, "zh", "en"]))
def test_a_table_that_is_said_back_is_read_as_itself(
    one: StepTable, method: str, language: str | None
) -> None:
    text = table_text(one, language)  # type: ignore[arg-type]  # drawn from the languages
    assert read_table(text, method) == one
    assert table_of(one.params) == one


@given(tables(), st.sampled_from([0.001, 1.0, -3.0]))
def test_no_value_falls_between_two_bands(one: StepTable, by: float) -> None:
    for limit in one.limits:
        for value in (limit, normalise(limit + by), normalise(limit - by)):
            found = item_score("tiers", value, 100.0, one.params, cap=None, floor=-1e9)
            assert found is not None


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        pytest.param("80-89: 50; 90-99: 80", "steps_gap", "89.5", id="whole numbers leave a gap"),
        pytest.param("<80: 0; 85..: 9", "steps_gap", "82.5", id="a gap of open bands"),
        pytest.param("..85: 0; 80..: 9", "steps_overlap", "82.5", id="an overlap"),
        pytest.param("..80: 0; 80..95: 5; 90..: 9", "steps_overlap", "92.5", id="a later overlap"),
        pytest.param("120..: 9; 80..120: 5; ..80: 0", "steps_unordered", "120..", id="from above"),
        pytest.param("..80: 0; 90..100: 5; 80..90: 3; 100..: 9", "steps_gap", "85", id="shuffled"),
        pytest.param("80..90: 1; 90..70: 2; 70..: 3", "steps_unordered", "90..70", id="backwards"),
        pytest.param("..80: 0; 80..90: 5; ..80: 3", "steps_unordered", "..80", id="two beginnings"),
        pytest.param("80..90: 5; 90..: 9", "steps_open_start", "80", id="nothing below"),
        pytest.param("..80: 5; 80..90: 9", "steps_open_end", "90", id="nothing above"),
        pytest.param("..80: 5", "steps_too_few", "two", id="one band"),
        pytest.param("80: 5", "steps_too_few", "two", id="one level"),
        pytest.param("actual", "steps_too_few", "two", id="a word alone"),
        pytest.param("..80: fifty; 80..: 9", "steps_unread", "..80: fifty", id="not a number"),
        pytest.param("1,000: 5; 2,000: 9", "steps_unread", "1", id="thousands separators"),
        pytest.param("80: 5; 90: 9 points", "steps_unread", "points", id="a word of no meaning"),
        pytest.param("80: 5; 90: 9%", "steps_unread", "90: 9%", id="percent of points"),
        pytest.param("80: 0 100: 100 90: 50", "steps_unordered", "90", id="levels up and down"),
        pytest.param("80: 0 80: 100", "steps_unordered", "80", id="one level twice"),
        pytest.param("80: 0 80..90: 5", "steps_mixed", "mixes", id="bands among levels"),
        pytest.param("<70: 0; 80: 5; 90: 9", "steps_lead", "80", id="a first band that ends early"),
        pytest.param("<=80: 0; 80: 5; 90: 9", "steps_signs", "80", id="80 twice"),
        pytest.param("<80: 0; >80: 9", "steps_signs", "80", id="80 is in no band"),
        pytest.param("<=80: 0; 80..90: 5; >=90: 9", "steps_signs", "80", id="two ways at once"),
        pytest.param("linear ..80: 0; 80..: 9", "steps_line", "line", id="a line between bands"),
        pytest.param("linear <80: 0; 80: 9", "steps_line", "line", id="a line of one point"),
        pytest.param("extend 80: 0; 90: 9", "steps_extend", "line", id="steps cannot extend"),
        pytest.param("0.8: 50; 1: 100", "steps_not_percent", "1", id="0.8 where 80 was meant"),
        pytest.param("..80: 0; 80..: 1000", "out_of_range", "1000", id="more points than a cap"),
        pytest.param("..80: 0; 80..: -1000", "out_of_range", "-1000", id="fewer than that"),
        pytest.param("..1e15: 0; 1e15..: 9", "too_large", "1000000000000000", id="a slip of keys"),
        pytest.param(
            "; ".join(f"{n}0: {n}" for n in range(1, 9)), "steps_too_many", "9", id="nine bands"
        ),
    ],
)  # fmt: skip
def test_a_table_that_says_no_one_thing_is_refused(text: str, code: str, says: str) -> None:
    found = read_table(text, "tiers")
    assert isinstance(found, Fault)
    assert found.code == code
    (told,) = read(text).problems
    assert (told.code, told.place.cell) == (code, "G5")
    assert says in told.what["en"]
    assert told.mend["zh"]


@pytest.mark.parametrize(
    ("text", "like"),
    [
        pytest.param("..80:0 80..90:50 90..:100", "<80: 0; 80..90: 50; >=90: 100", id="dots"),
        pytest.param("＜80：0，80～90：50、≥90：100分", "<80: 0; 80..90: 50; >=90: 100", id="wide"),
        pytest.param("<80%: 0 | 80-90%: 50 | >=90%: 100", "<80: 0; 80..90: 50; >=90: 100", id="%"),
        pytest.param("达成: <80: 0\n80 至 90: 50\n90..: 100", "<80: 0; 80..90: 50; 90..: 100",
                     id="lines"),
        pytest.param("..80: 0; 80 to 90: 50; 90..: 1", "80: 50; 90: 1", id="to"),
        pytest.param("80: 50; 90: 100", "<80: 0; 80: 50; 90: 100", id="levels, nothing below"),
        pytest.param("actual 25%: 50; 20%: 99", "actual 0.25: 50; 0.2: 99", id="parts"),
        pytest.param("actual ..-10: 1; -10..0: 5; 0..: 9",
                     "actual <-10: 1; -10..0: 5; >=0: 9", id="below zero"),
        pytest.param("attainment step 80: 1; 90: 2", "80: 1; 90: 2", id="the usual way said"),
    ],
)  # fmt: skip
def test_spellings_of_one_table(text: str, like: str) -> None:
    assert made(text) == made(like)


def test_a_table_is_said_back_in_the_words_of_the_book() -> None:
    signed = table_text(made("linear extend 30%: 50; 25%: 100", "matrix"))
    assert signed == "actual linear extend; >0.3: 0; 0.3: 50; 0.25: 100"
    assert said_back(signed, "zh") == "实际 线性 外延；>0.3：0；0.3：50；0.25：100"
    assert said_back("no table", "zh") == "no table"
    falling = table_text(made(DAYS), "en")
    assert falling == "actual step; <=3: 120; 3..5: 100; >5: 0"


# --- a line of Weights ----------------------------------------------------------------------------

CODES = "role region metric on weight method steps start p1"
METHOD = {"tiers": "阶梯", "matrix": "目标矩阵", "knots": "折线", "ratio_up": "越高越好"}


def line(
    steps: CellValue, method: str = "tiers", metric: str = "net_sales", p1: float | None = None
) -> Line:
    start = date(2026, 1, 1)
    return ("运营", "US", metric, "是", 100.0, METHOD[method], steps, start, p1)


def read(
    steps: CellValue,
    method: str = "tiers",
    metric: str = "net_sales",
    p1: float | None = None,
    items: Table | None = None,
) -> Book:
    rows = table("tblWeight", "权重", CODES, line(steps, method, metric, p1))
    tables = {"tblWeight": rows} | ({"tblScore": items} if items else {})
    return read_book(tables, decode, CATALOG.names(), CATALOG)


def test_a_line_carries_its_table_behind_four_parameters() -> None:
    (one,) = read(TIERS).weights
    assert one.params == made(TIERS).params
    assert len(one.params) == 4 + len(STEP_NAMES)
    assert filled(one.method, one.params, Better.HIGHER, 5.0) == one.params
    assert (has_table(one.params), on_actual(one.params)) == (True, False)


def test_a_line_without_a_table_is_as_it_was() -> None:
    (one,) = read(None, p1=85.0).weights
    assert one.params == (85.0, None, None, None)
    assert table_of(one.params) is None


def test_a_refused_table_leaves_the_line_out_and_its_card_unjudged() -> None:
    """A line that scored by other limits than the typed ones would look right."""
    found = read("80-89: 50; 90-99: 80")
    assert found.weights == ()
    assert check_book(found) == ()


@pytest.mark.parametrize(
    ("found", "codes"),
    [
        pytest.param(read(TIERS, "ratio_up"), ["steps_other_method"], id="another method"),
        pytest.param(read(TIERS, p1=80.0), ["steps_and_params"], id="parameters beside it"),
        pytest.param(
            read("实际 25: 100; 30: 0", metric="acos"), ["not_a_fraction"], id="ACoS of 2,500 %"
        ),
        pytest.param(read("实际 0.25: 9; 0.3: 0", metric="acos"), [], id="ACoS of 25 %"),
        pytest.param(read("实际 25: 9; 30: 0"), [], id="of money any figure"),
        pytest.param(read(TIERS, metric="acos"), [], id="attainment is percent of any KPI"),
        pytest.param(
            read(TIERS, items=table("tblScore", "明细", "item p1 p2")), ["steps_no_room"],
            id="a workbook whose Items cannot hold it",
        ),
        pytest.param(
            read(TIERS, items=table("tblScore", "明细", " ".join(("item", *STEP_NAMES)))), [],
            id="one that can",
        ),
        pytest.param(
            read(None, items=table("tblScore", "明细", "item p1 p2")), [], id="no table, no word"
        ),
    ],
)  # fmt: skip
def test_what_a_line_says_of_its_table(found: Book, codes: list[str]) -> None:
    assert [one.code for one in found.problems] == codes


def test_a_method_that_cannot_be_read_is_one_problem() -> None:
    rows = table("tblWeight", "权重", CODES, (*line(TIERS)[:5], "随便", TIERS))
    found = read_book({"tblWeight": rows}, decode, CATALOG.names(), CATALOG)
    assert [one.code for one in found.problems] == ["unknown_word"]


def test_a_target_of_nothing_matters_only_to_attainment() -> None:
    target = table(
        "tblTarget", "目标", "year region scope metric owner year_total",
        (2026.0, "US", "US", "net_sales", "A", 0.0),
    )  # fmt: skip

    def codes(steps: str) -> set[str]:
        rows = table("tblWeight", "权重", CODES, line(steps))
        tables = {"tblWeight": rows, "tblTarget": target}
        return {p.code for p in check_book(read_book(tables, decode, CATALOG.names(), CATALOG))}

    assert "zero_target" in codes(TIERS)
    assert "zero_target" not in codes("实际 25: 9; 30: 0")


# --- pace, contract -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "limits"),
    [
        pytest.param("实际 100: 50; 200: 100", (25.0, 50.0), id="limits of the month are cut"),
        pytest.param("100: 50; 200: 100", (100.0, 200.0), id="percent is not"),
    ],
)
def test_limits_on_the_actual_are_cut_as_the_target_is(
    steps: str, limits: tuple[float, ...]
) -> None:
    rule = replace(weight(), method="tiers", params=made(steps).params)
    cut = cut_params(rule, Goal(1_000.0, 0.5, "US", part=0.5))
    found = table_of(cut)
    assert found is not None
    assert (found.limits, found.points) == (limits, (0.0, 50.0, 100.0))


def test_nothing_is_known_of_a_table_whose_limits_are_not_due_yet() -> None:
    rule = replace(weight(), method="tiers", params=made("实际 100: 50; 200: 100").params)
    cut = cut_params(rule, Goal(1_000.0, None, "US"))
    assert table_of(cut) is None
    assert item_score("tiers", 150.0, 100.0, cut) is None


def test_a_contract_signs_the_table_and_gives_it_back() -> None:
    own = replace(weight(), method="tiers", params=made(TIERS).params)
    live = replace(BOOK, weights=(own, weight("acos", 40.0)))
    signed = contract_of(live, CATALOG)
    row = signed.tables["tblWeight"][weight_key(own)]
    assert row["steps"] == table_text(made(TIERS))
    assert (row["p1"], row["p4"]) == (None, None)
    assert ruled(live, signed.tables).weights == live.weights
    other = replace(own, params=made(TIERS.replace("90", "91")).params)
    assert contract_of(replace(live, weights=(other,)), CATALOG).digest != signed.digest
    assert "steps" not in contract_of(BOOK, CATALOG).text  # contracts from before stay as they are


@pytest.mark.parametrize(("text", "method"), [("80-89: 1", "tiers"), ("80: 1; 90: 2", "ratio_up")])
def test_a_signed_table_that_cannot_be_read_stops_the_road(text: str, method: str) -> None:
    with pytest.raises(KpiError, match="contract"):
        signed_table(text, method)


def test_the_columns_of_a_table_stand_side_by_side() -> None:
    """KPI_SCORE is given the range from the first to the last of them."""
    codes = [column.code for column in TABLES["tblScore"].columns]
    at = codes.index(STEP_NAMES[0])
    assert tuple(codes[at : at + len(STEP_NAMES)]) == STEP_NAMES


def test_items_of_a_workbook_of_before_score_by_the_formula_they_had() -> None:
    """Without the columns of a step table the formula names none of them."""
    old = {code: code.upper() for code in ("counted", "due", "method", "cap", "floor")}
    old |= {f"p{n}": f"P{n}" for n in range(1, 5)}
    new = old | {name: name.upper() for name in STEP_NAMES}
    before, after = (
        score(cells.__getitem__, lambda _, code: code, ("ratio_up",)) for cells in (old, new)
    )
    assert "POINTS0" not in before

    assert "ISNUMBER(POINTS0)" in after
