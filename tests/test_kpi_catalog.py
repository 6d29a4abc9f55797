"""The catalogue: complete, sound, worked by hand, and open to the manager's own KPIs."""

# ruff: noqa: E501 - a case is one line

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from kpi.catalog import _texts, build, shipped
from kpi.errors import KpiError, Level
from kpi.expression import Row, parse
from kpi.lines import Resolved
from kpi.meaning import explain
from kpi.model import LANGUAGES, Better, Klass, Metric, RollUp, Unit
from kpi.tables import Cell, CellValue, ErrorValue, Table
from kpi.tables import Row as TableRow
from tests.metric_cases import METRIC_CASES, MetricCase
from tests.paths import NO_SHARED, SHARED

CATALOG = shipped()
PRINTED_OR_TYPED = (  # measures the reference names only in words, beside their KPI
    "ebay_standard_value",
    "mentor_points",
    "net_sales_at_day_rates",
)
OF_SWITCHES = (  # measures of other bases, which the reference asks for without naming one
    "bsr_best",
    "bsr_median",
    "orders_shipped",
    "sales_shipped",
    "units_refunded_orderday",
    "units_returned_shipday",
    "orders_returned_shipday",
    "returns_amount_shipday",
    "units_restocked",
    "cogs_restocked",
    "reviews_three_star",
    "fulfil_hours_stopped",
)
NEEDED = (  # what the first release promises, by the codes of the metric reference
    "gross_sales_total",
    "net_sales",
    "gmv",
    "orders",
    "units_sold",
    "average_order_value",
    "visits",
    "unit_session_rate",
    "buy_box_share",
    "ad_cost",
    "ad_sales_total",
    "acos",
    "tacos",
    "roas",
    "ad_sales_share",
    "organic_sales_share",
    "return_rate",
    "refund_rate",
    "gross_margin",
    "contribution_profit",
    "net_profit",
    "inventory_turnover_days",
    "days_of_supply",
    "negative_feedback_orders",
    "negative_feedback_rate",
    "negative_review_count",
    "bad_reviews_per_day",
    "new_listings",
)


@pytest.mark.parametrize("case", METRIC_CASES, ids=[f"{c.metric}: {c.how}" for c in METRIC_CASES])
def test_worked_by_hand(case: MetricCase) -> None:
    by_day = None if case.by_day is None else [{**day} for day in case.by_day]
    given = Row({**case.values}, case.days, case.openings, case.closings, {}, by_day)
    found = Resolved(CATALOG, given).value(case.metric)
    assert found == (None if case.result is None else pytest.approx(case.result, abs=case.within))


def test_every_shipped_kpi_has_a_case_and_every_case_a_kpi() -> None:
    assert {case.metric for case in METRIC_CASES} == set(CATALOG.metrics)


def test_all_promised_kpis_are_shipped() -> None:
    assert [code for code in NEEDED if code not in CATALOG.metrics] == []


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
@pytest.mark.parametrize("region", ["US", "EU"])
def test_the_operations_pack_finds_its_kpis(region: str) -> None:
    assert SHARED is not None
    packs = json.loads((SHARED / "cases" / "packs.json").read_text(encoding="utf-8"))["packs"]
    [pack] = [p for p in packs if (p["role"], p["region"]) == ("operations", region)]
    for item in pack["items"]:
        metric = CATALOG.metrics[item["kpi"]]
        assert (metric.names["zh"], metric.better) == (item["name_zh"], item["direction"])
        assert (metric.kind, metric.klass) == (item["kind"], item["klass"])
    assert {veto["kpi"] for veto in pack["vetoes"]} <= set(CATALOG.metrics)


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
def test_every_measure_of_the_reference_is_there() -> None:
    assert SHARED is not None
    text = (SHARED / "reference" / "metrics.md").read_text(encoding="utf-8")
    lines = text[text.index("## 3.") : text.index("## 4.")].splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| `")]
    wanted = {row[1].strip(" `"): (row[2].strip(), row[4].strip()) for row in rows}
    found = {
        m.code: (m.names["zh"], str(m.roll_up))
        for m in CATALOG.measures.values()
        if m.code not in {*PRINTED_OR_TYPED, *OF_SWITCHES}
    }
    assert found == wanted


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
def test_every_metric_of_the_reference_is_shipped_as_it_stands_there() -> None:
    """Names, unit, direction, kind, class, and whether it is a quotient, a sum or a latest value."""
    assert SHARED is not None
    wanted = _reference_rows((SHARED / "reference" / "metrics.md").read_text(encoding="utf-8"))
    found = {m.code: _as_referenced(m) for m in CATALOG.metrics.values()}
    del found["bad_reviews_per_day"]  # an alert's own view of negative_review_count
    assert found == wanted


def _reference_rows(text: str) -> dict[str, tuple[str, ...]]:
    lines = text[text.index("## 2.") : text.index("### Worked examples")].splitlines()
    rows = [
        [cell.strip() for cell in line.split(" | ")] for line in lines if line.startswith("| `")
    ]
    spelled = {"money/person": "money_per_person", "0/1": "flag"}
    return {
        code.strip("| `"): (
            *(names.split(" / ", 1)),
            spelled.get(unit, unit),
            better,
            labels,
            roll_up.rstrip(" |"),
        )
        for code, names, _, _, unit, better, labels, roll_up, *_ in rows
    }


def _as_referenced(metric: Metric) -> tuple[str, ...]:
    names = (metric.names["zh"], metric.names["en"])
    labels = f"{metric.kind}, {metric.klass}"
    return (*names, str(metric.unit), str(metric.better), labels, _roll_up(metric))


def _roll_up(metric: Metric) -> str:
    if metric.denominator is not None:
        return "num/den"
    levels = (
        m.roll_up is RollUp.LAST for m in map(CATALOG.measures.get, CATALOG.needs(metric.code)) if m
    )
    return "last" if all(levels) else "sum"


@pytest.mark.parametrize("metric", CATALOG.metrics.values(), ids=CATALOG.metrics)
def test_every_card_is_complete_in_both_languages(metric: Metric) -> None:
    for part in metric.card.__slots__:
        texts = getattr(metric.card, part)
        assert all(texts[language].strip() for language in LANGUAGES), part
    assert all(metric.names[language] for language in LANGUAGES)
    assert CATALOG.needs(metric.code)
    assert not metric.additive or metric.denominator is None


def test_names_are_nobody_elses() -> None:
    for things in (CATALOG.metrics, CATALOG.measures):
        for language in LANGUAGES:
            counted = Counter(thing.names[language].casefold() for thing in things.values())
            assert [name for name, count in counted.items() if count > 1] == []
    assert not set(CATALOG.metrics) & set(CATALOG.measures)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        pytest.param("广告花费", "ad_cost", id="a Chinese name"),
        pytest.param("Ad spend", "ad_cost", id="an English name"),
        pytest.param("销售额(净)", "net_sales", id="a name with brackets"),
        pytest.param("acos", "acos", id="a code, or a name in small letters"),
        pytest.param("sessions", "sessions", id="a measure's code beats a KPI's name"),
        pytest.param("Sessions", "visits", id="a KPI's name as written"),
    ],
)
def test_names_lead_to_codes(name: str, code: str) -> None:
    assert CATALOG.names()[name] == code


def test_needs_go_down_to_the_columns_of_facts() -> None:
    assert CATALOG.needs("net_margin") >= {"gross_sales", "cogs", "overhead"}
    assert CATALOG.needs("net_sales_amount") == {"gross_sales", "discounts", "returns_amount"}
    assert CATALOG.needs("sessions") == {"sessions"}


def test_order_puts_what_is_needed_first() -> None:
    steps = CATALOG.steps(["net_margin"])
    assert steps == ("net_sales_amount", "net_profit", "net_margin")


def test_sources_name_who_can_deliver() -> None:
    assert CATALOG.sources("acos") == {"ad_sales": ("ADS",), "ad_spend": ("ADS",)}


def test_the_meaning_is_one_sentence_in_both_languages() -> None:
    expression = CATALOG.parse("IF(广告花费 > 0, 广告销售额 / 广告花费)")
    assert explain(expression, CATALOG, "zh").startswith("(若广告花费 > 0则广告销售额 ÷ 广告花费")
    assert explain(expression, CATALOG, "en") == (
        "(if Ad spend > 0 then Ad-attributed sales ÷ Ad spend, else unknown); "
        "unknown when a divisor is 0 or a part is missing."
    )


def test_the_definition_hash_changes_with_the_meaning_and_with_nothing_else() -> None:
    acos, net = CATALOG.metrics["acos"], CATALOG.metrics["net_profit"]
    once = build(CATALOG.measures, CATALOG.metrics).definition_hash("acos")
    again = build(CATALOG.measures, {**CATALOG.metrics, "acos": replace(acos, decimals=1)})
    other = build(
        CATALOG.measures, {**CATALOG.metrics, "net_profit": replace(net, numerator="gross_sales")}
    )
    assert once == again.definition_hash("acos") == other.definition_hash("acos")
    assert other.definition_hash("net_margin") != CATALOG.definition_hash("net_margin")


# ------------------------------------------------------------------------------------- own KPIs

COLUMNS = ("metric", "name", "formula", "unit", "better", "on")


def table(*rows: tuple[CellValue | ErrorValue, ...]) -> Table:
    found = []
    for number, row in enumerate(rows, 5):
        cells = {
            column: Cell(value, f"{letter}{number}")
            for letter, column, value in zip("ABCDEF", COLUMNS, row, strict=False)
        }
        found.append(TableRow(number, cells, {}))
    return Table("tblKpi", "指标", COLUMNS, tuple(found))


def test_an_own_kpi_joins_the_catalogue_with_its_parts_and_card() -> None:
    book, problems = CATALOG.with_own(
        table(("每单毛利", None, "=毛利额/订单数", "money", "higher"))
    )
    own = book.metrics["每单毛利"]
    assert problems == []
    assert (own.numerator, own.denominator, own.own) == ("gross_profit", "orders", True)
    assert own.card.numerator["en"] == "Gross profit"
    assert book.needs("每单毛利") == CATALOG.needs("gross_profit") | {"orders_count"}
    assert book.names()["每单毛利"] == "每单毛利"


@pytest.mark.parametrize(
    ("formula", "unit", "klass"),
    [
        pytest.param("=gross_sales - discounts", "money", Klass.SALES, id="sales under a new name"),
        pytest.param("=net_sales", "money", Klass.SALES, id="through a shipped KPI"),
        pytest.param("=gross_sales - cogs", "money", Klass.PROFIT, id="less what it cost"),
        pytest.param("=acos", "ratio", Klass.NONE, id="a ratio"),
        pytest.param("=reviews_negative", "count", Klass.NONE, id="no sales"),
        pytest.param("=gross_sales - ad_spend", "money", Klass.NONE, id="neither"),
    ],
)
def test_the_guards_see_what_an_own_kpi_is(formula: str, unit: str, klass: Klass) -> None:
    book, problems = CATALOG.with_own(table(("own", None, formula, unit, "higher")))
    assert problems == []
    assert book.metrics["own"].klass is klass


def test_shipped_lines_as_a_new_workbook_has_them_change_nothing() -> None:
    lines = [
        (m.code, m.names["zh"], m.expression, m.unit, m.better) for m in CATALOG.metrics.values()
    ]
    assert CATALOG.with_own(table(*lines)) == (CATALOG, [])


def test_a_shipped_kpi_may_be_defined_anew() -> None:
    line = ("tacos", "TACoS", "ad_spend / gross_sales", "ratio", "lower")
    book, problems = CATALOG.with_own(table(line))
    assert problems == []
    assert book.metrics["tacos"].denominator == "gross_sales"
    assert book.definition_hash("tacos") != CATALOG.definition_hash("tacos")


@pytest.mark.parametrize(
    ("formula", "additive"),
    [
        pytest.param("gross_sales - discounts", True, id="sums of sums add up"),
        pytest.param("net_sales", True, id="so does a KPI that adds up"),
        pytest.param("available_units", False, id="stock does not"),
        pytest.param("MAX(0, sessions)", False, id="nor does a function"),
        pytest.param("sessions * 2", False, id="nor, to be safe, a product"),
    ],
)
def test_own_kpis_are_paced_only_when_days_add_up(formula: str, additive: bool) -> None:
    unit = Unit.MONEY if "sales" in formula else Unit.COUNT
    book, problems = CATALOG.with_own(table(("own", "Own", formula, unit, Better.HIGHER)))
    assert (problems, book.metrics["own"].additive) == ([], additive)


@pytest.mark.parametrize(
    ("row", "code", "cell", "said"),
    [
        pytest.param(("x", "X", "ad_spnd / 2", "money", "lower"), "formula_name", "C5", "ad_spend", id="unknown name"),
        pytest.param(("x", "X", "acos + 广告花费", "ratio", "lower"), "unit_clash", "C5", "column 8", id="ratio plus money"),
        pytest.param(("x", "X", "广告花费", "ratio", "lower"), "unit_clash", "C5", "money", id="money said to be a ratio"),
        pytest.param(("x", "X", "OPENING(订单数)", "count", "lower"), "formula_stock", "C5", "Orders", id="opening of a flow"),
        pytest.param(("x", "X", "x + 1", "count", "lower"), "kpi_circle", "C5", "x → x", id="names itself"),
        pytest.param(("x", "Sessions", "orders", "count", "lower"), "kpi_name_taken", "A5", "sessions", id="a name that is taken"),
        pytest.param(("x]", "X", "orders", "count", "lower"), "kpi_name", "A5", "]", id="a name that no formula can hold"),
        pytest.param(("acos", "A", "ad_spend", "money", "lower"), "kpi_unit_fixed", "C5", "ratio", id="a shipped KPI's unit"),
        pytest.param(("x", "X", "orders", "euro", "lower"), "unknown_word", "D5", "euro", id="a unit that is none"),
        pytest.param(("x", "X", None, "count", "lower"), "empty", "C5", "empty", id="no formula"),
        pytest.param((None, "X", "orders", "count", "lower"), "empty", "A5", "empty", id="no code"),
        pytest.param(("x", "X", ErrorValue("#NAME?"), "count", "lower"), "kpi_sheet_formula", "C5", "=", id="typed as a sheet formula"),
    ],
)  # fmt: skip
def test_a_bad_own_kpi_is_one_problem_and_the_next_row_is_read(
    row: tuple[CellValue | ErrorValue, ...], code: str, cell: str, said: str
) -> None:
    good = ("good", "Good one", "orders * 2", "count", "higher")
    book, problems = CATALOG.with_own(table(row, good))
    [problem] = problems
    assert (problem.code, problem.place.cell, problem.level) == (code, cell, Level.ERROR)
    assert problem.place.table == "tblKpi"
    assert said in problem.line("en")
    assert problem.what["zh"]
    assert problem.mend["zh"]
    assert set(book.metrics) - set(CATALOG.metrics) == {"good"}


def test_a_circle_names_its_members_and_takes_down_what_stands_on_it() -> None:
    book, problems = CATALOG.with_own(
        table(
            ("p", "P", "q + 1", "count", "higher"),
            ("q", "Q", "r + 1", "count", "higher"),
            ("r", "R1", "p + 1", "count", "higher"),
            ("s", "S", "p * 2", "count", "higher"),
            ("t", "T", "orders", "count", "higher"),
        )
    )
    assert [p.code for p in problems] == ["kpi_circle"] * 3 + ["kpi_stands_on_error"]
    assert "p → q → r → p" in problems[0].what["en"]
    assert set(book.metrics) - set(CATALOG.metrics) == {"t"}


def test_a_circle_through_a_shipped_kpi_is_seen() -> None:
    line = ("net_profit", "净利润", "net_margin * net_sales", "money", "higher")
    book, [problem] = CATALOG.with_own(table(line))
    assert problem.code == "kpi_circle"
    assert book.metrics["net_profit"] == CATALOG.metrics["net_profit"]


def test_the_second_of_two_equal_names_is_refused() -> None:
    line = ("own", "Own", "orders", "count", "higher")
    _, [problem] = CATALOG.with_own(table(line, line))
    assert (problem.code, problem.place.cell) == ("kpi_name_taken", "A6")


def test_a_row_that_is_off_is_not_read() -> None:
    book, problems = CATALOG.with_own(table(("own", "Own", "nonsense (", "count", "higher", "no")))
    assert (problems, "own" in book.metrics) == ([], False)


def test_a_chain_of_kpis_too_long_to_follow_is_refused() -> None:
    lines = [
        (f"k{n}", f"K{n}", f"k{n - 1} + 1" if n else "orders", "count", "higher") for n in range(60)
    ]
    book, problems = CATALOG.with_own(table(*lines))
    assert problems[0].code == "kpi_too_deep"
    assert "k20" in book.metrics
    assert "k59" not in book.metrics


# -------------------------------------------------------------------------- definitions that ship


def test_a_shipped_definition_that_is_wrong_stops_at_once() -> None:
    broken = replace(CATALOG.metrics["acos"], numerator="ad_spnd")
    with pytest.raises(KpiError, match=r"acos.*ad_spend"):
        build(CATALOG.measures, {**CATALOG.metrics, "acos": broken})


def test_a_shipped_circle_stops_at_once() -> None:
    broken = replace(CATALOG.metrics["net_profit"], numerator="net_margin * gross_sales")
    with pytest.raises(KpiError, match="circle"):
        build(CATALOG.measures, {**CATALOG.metrics, "net_profit": broken})


def test_a_text_over_names_and_one_over_codes_parse_alike() -> None:
    assert CATALOG.parsed("ad_cost / ad_sales_total") == CATALOG.parsed("广告花费 / 广告销售额")
    assert CATALOG.parsed("ad_cost / ad_sales_total") == parse("ad_cost / ad_sales_total")


def test_a_workbook_without_the_table_has_the_shipped_catalogue() -> None:
    assert CATALOG.with_own(None) == (CATALOG, [])


def test_an_own_kpi_over_a_stock_says_so_in_its_card() -> None:
    book, problems = CATALOG.with_own(
        table(("stock_left", "Stock left", "CLOSING(available_units)", "count", "higher"))
    )
    assert problems == []
    assert book.metrics["stock_left"].card.time_basis["en"].endswith("stock at both ends")


def test_an_own_kpi_that_is_switched_off_is_no_kpi() -> None:
    own = table(("mine", "Mine", "ad_spend / 2", "money", "lower"))
    off = replace(own.rows[0], cells={**own.rows[0].cells, "on": Cell(False, "G5")})
    assert CATALOG.with_own(replace(own, rows=(off,))) == (CATALOG, [])


def test_a_shipped_text_that_is_none_stops_at_once() -> None:
    with pytest.raises(KpiError, match="quotes"):
        _texts({"zh": "广告", "en": 3})


def test_an_empty_line_and_a_shipped_one_with_switches_only_say_nothing_new() -> None:
    lines = (("", "", "", "", ""), ("acos", "", "", "", ""))
    assert CATALOG.with_own(table(*lines)) == (CATALOG, [])
