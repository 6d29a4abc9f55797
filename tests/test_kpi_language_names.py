"""Names with blanks, brackets and other signs: typed as they are shown, or in square brackets."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.catalog import shipped
from kpi.expression import Expression, FormulaError, Name, Row, evaluate, parse, unparse
from kpi.formula import to_formula
from kpi.javascript import to_javascript
from kpi.lines import Resolved
from kpi.model import Better, Unit
from kpi.own_kpis import with_own
from kpi.syntax import Chain, name_text
from kpi.tables import Table
from kpi.tokens import Names
from tests.table_support import table

NAMES = Names(
    {
        "广告花费": "ad_cost",
        "Ad spend": "ad_cost",
        "广告花费(全部类型)": "ad_spend",
        "Ad spend (all types)": "ad_spend",
        "Ad sales": "ad_sales",
        "Click-through rate": "ctr",
        "orders": "orders",
        "Orders with 1-2 star feedback": "feedback",
        "24小时回复率(客服响应率)": "replies",
        "CSAT, top two answers": "csat",
        "R(max)": "r_max",
    }
)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        pytest.param("广告花费(全部类型) / 2", "ad_spend / 2", id="half-width brackets"),
        pytest.param("广告花费（全部类型）/2", "ad_spend / 2", id="full-width brackets"),
        pytest.param("广告花费 ( 全部 类型 )", "ad_spend", id="blanks do not matter"),
        pytest.param("[广告花费(全部类型)]", "ad_spend", id="in square brackets"),
        pytest.param("【广告花费（全部类型）】", "ad_spend", id="in Chinese square brackets"),
        pytest.param("广告花费 / 2", "ad_cost / 2", id="the short name alone"),
        pytest.param("(广告花费) / 2", "ad_cost / 2", id="a bracket that is arithmetic"),
        pytest.param("Ad spend (all types)/Ad sales", "ad_spend / ad_sales", id="English"),
        pytest.param("ad spend - ad sales", "ad_cost - ad_sales", id="arithmetic wins over -"),
        pytest.param("MAX(广告花费(全部类型), orders)", "MAX(ad_spend, orders)", id="in a call"),
        pytest.param("Click-through rate * 2", "ctr * 2", id="a hyphen where no name ends"),
        pytest.param("orders-ad sales", "orders - ad_sales", id="a hyphen where one ends"),
        pytest.param("Orders with 1-2 star feedback", "feedback", id="the longest name"),
        pytest.param("orders * 24小时回复率(客服响应率)", "orders * replies", id="starts with 24"),
        pytest.param("CSAT, top two answers", "csat", id="a comma where no name ends"),
        pytest.param("-广告花费(全部类型)", "-ad_spend", id="after a sign"),
    ],
)
def test_a_name_is_read_as_it_is_shown(typed: str, canonical: str) -> None:
    found = parse(typed, names=NAMES)
    assert unparse(found) == canonical
    assert parse(canonical) == found


@pytest.mark.parametrize(
    ("typed", "code", "column", "nearest"),
    [
        pytest.param(
            "1 + 广告花费(全部类形)", "formula_name", 5, "广告花费(全部类型)", id="misspelt"
        ),
        pytest.param(
            "广告花费（全部类型） / 广告花",
            "formula_name",
            14,
            "广告花费",
            id="after it",
        ),
        pytest.param("1 + 广告花费(2)", "formula_brackets", 5, None, id="a name is no function"),
        pytest.param("1 + SUMM(2)", "formula_function", 5, "SUMDAYS", id="a misspelt function"),
        pytest.param("xyzzy(2)", "formula_function", 1, None, id="neither"),
        pytest.param("R(max)", "formula_name", 3, "R(max)", id="a function stays a function"),
        pytest.param(
            "广告花费(全部类型", "formula_name", 1, "广告花费(全部类型)", id="never closed"
        ),
        pytest.param("广告花费(全部类型))", "formula_syntax", 11, None, id="closed twice"),
    ],
)
def test_what_is_wrong_with_a_name(typed: str, code: str, column: int, nearest: str | None) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(typed, names=NAMES)
    error = caught.value
    assert (error.code, error.column, error.nearest) == (code, column, nearest)


@pytest.mark.parametrize("typed", ["广告花费(2)", "广告花费(全部类形)", "xyzzy(2)"])
def test_the_message_says_how_a_name_with_brackets_is_written(typed: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(typed, names=NAMES)
    assert "[" in caught.value.mend["zh"]
    assert "[" in caught.value.mend["en"]


NOT_BARE = (  # what comes first means something by itself: 1 - 2, and a KPI before the comma
    *("1-2星反馈订单", "4-5分回答数"),
    *("Available units, mean of four days", "available units, mean of four days"),
    *(
        prefix + rest
        for prefix in ("CSAT", "csat")
        for rest in (", top two answers", ", scaled mean")
    ),
)


def test_every_name_of_the_catalogue_can_be_typed_bare_and_in_brackets() -> None:
    catalog = shipped()
    for name in catalog.names():
        code = catalog.known.code(name)
        assert code is not None
        assert catalog.parse(f"[{name}]").root == Name(code), name
        if name not in NOT_BARE:
            assert catalog.parse(name).root == Name(code), name


def test_every_runtime_has_the_same_name() -> None:
    """30 of ads of all types for 120 of sales; sheet and script name the code, not the label."""
    tree = parse("广告花费（全部类型） / Ad sales", names=NAMES)
    assert evaluate(tree, {"ad_spend": 30.0, "ad_sales": 120.0}) == 0.25
    assert '"ad_spend"' in to_javascript(tree)
    cells = {"ad_spend": "$B$2", "ad_sales": "$C$2"}
    assert "$B$2" in to_formula(tree, cells.__getitem__)


# --- codes of the manager's own KPIs --------------------------------------------------------------


def own(code: str, formula: str = "ad_spend / ad_sales") -> Table:
    line = (code, code, formula, Unit.RATIO.value, Better.LOWER.value)
    other = ("second", "Second", f"1 - {name_text(code)}", "ratio", "higher")
    return table("tblKpi", "指标", "metric name formula unit better", line, other)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("广告占比（全部）", id="full-width brackets"),
        pytest.param("广告占比(全部)", id="half-width brackets"),
        pytest.param("ＡＣＯＳ２", id="full-width letters"),
        pytest.param("Ads: share, in %", id="signs"),
        pytest.param("3个月", id="a digit first"),
        pytest.param('the "big" one', id="quotes"),
    ],
)
def test_an_own_kpi_may_be_called_anything_that_can_be_written(code: str) -> None:
    book, problems = with_own(shipped(), own(code))
    assert problems == []
    given = Resolved(shipped(), Row({"ad_spend": 30.0, "ad_sales": 120.0}))
    assert evaluate(book.expressions[code], given) == 0.25
    assert book.metrics["second"].numerator.count(name_text(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("广告]占比", id="a square bracket"),
        pytest.param("广告】占比", id="a Chinese square bracket"),
        pytest.param("广告²", id="a superscript"),
        pytest.param("广告\u200b占比", id="an invisible character"),
        pytest.param("x" * 65, id="too long"),
    ],
)
def test_an_own_kpi_that_no_formula_could_name_is_a_problem(code: str) -> None:
    _, problems = with_own(shipped(), own(code, "ad_spend / ad_sales"))
    assert problems[0].code == "kpi_name"


def _bare(code: str) -> bool:
    """Not empty, no outer blanks, nothing that closes a name."""
    plain = unicodedata.normalize("NFKC", code)
    return code == code.strip() != "" and not set("]】」") & set(plain)


CODES = st.text(min_size=1, max_size=20)
SIGNS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "No"))  # never in a formula
WRITABLE = st.text(SIGNS, min_size=1, max_size=20).filter(_bare)


@given(WRITABLE, WRITABLE)
@settings(deadline=None)
def test_the_text_of_a_tree_over_any_codes_reads_back(one: str, two: str) -> None:
    """The law of `unparse`, for every code that can be written at all."""
    tree = Expression(Chain(Name(one), (("/", Name(two)),)), "")
    assert parse(unparse(tree)) == tree


@given(CODES)
@settings(deadline=None)
def test_any_own_code_is_a_kpi_or_a_problem(code: str) -> None:
    book, problems = with_own(shipped(), own(code))
    assert (code.strip() in book.metrics) or problems
