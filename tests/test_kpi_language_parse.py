"""What may be typed, what it means, and what is said about the rest."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.errors import Level, Place
from kpi.expression import FormulaError, Names, parse, references, unparse, uses
from tests.kpi_language_support import formula_text

NAMES = Names(
    {
        "ad_spend": "ad_spend",
        "广告花费": "ad_spend",
        "Ad sales": "ad_sales",
        "广告销售额": "ad_sales",
    }
)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        pytest.param("=ad_spend/ad_sales", "ad_spend / ad_sales", id="an = in front is dropped"),
        pytest.param("（a＋b）×２", "(a + b) * 2", id="full-width signs and digits"),
        pytest.param("a≥1", "a >= 1", id="one-character comparison"),
        pytest.param("a！=b", "a <> b", id="full-width != is <>"),
        pytest.param("a==b", "a = b", id="== is ="),
        pytest.param("if(and(a>1;b<2);a;b)", "IF(AND(a > 1, b < 2), a, b)", id="case and ; aside"),
        pytest.param("12%", "0.12", id="a percentage is a fraction"),
        pytest.param("[Ad spend] + 'x y'", "[Ad spend] + [x y]", id="names with blanks"),
        pytest.param("24小时内回复/2", "[24小时内回复] / 2", id="a name may start with a digit"),
        pytest.param(
            '"Ad spend"*2', "[Ad spend] * 2", id="a text where a number must be is a name"
        ),
        pytest.param('m = "ratio_up"', 'm = "ratio_up"', id="a text beside a name stays a text"),
        pytest.param('m = "达标，好"', 'm = "达标，好"', id="a text stays as typed"),
        pytest.param('m = "say ""x"""', 'm = "say ""x"""', id="two quotes are one inside a text"),
        pytest.param("-(-a)", "a", id="minus of minus is nothing"),
        pytest.param("- - a", "a", id="two minus signs cancel"),
        pytest.param("-+-+-a", "-a", id="an odd number of minus signs is one"),
        pytest.param("a-(b-c)", "a - (b - c)", id="brackets that matter stay"),
        pytest.param("(a*b)/c", "a * b / c", id="brackets that do not matter go"),
        pytest.param("round(a)", "ROUND(a)", id="ROUND without decimals"),
        pytest.param(" \t\na + 1 ", "a + 1", id="blanks and line ends"),
    ],
)
def test_reads(typed: str, canonical: str) -> None:
    expression = parse(typed)
    assert unparse(expression) == unparse(parse(canonical)) == canonical
    assert parse(unparse(expression)) == expression


@pytest.mark.parametrize(
    ("typed", "code", "column"),
    [
        pytest.param("", "formula_empty", 1, id="nothing"),
        pytest.param("=", "formula_empty", 1, id="only an ="),
        pytest.param("a b", "formula_syntax", 3, id="two names side by side"),
        pytest.param("a +", "formula_syntax", 4, id="ends after a sign"),
        pytest.param("（a＋b", "formula_syntax", 5, id="bracket not closed"),
        pytest.param("a)", "formula_syntax", 2, id="bracket not opened"),
        pytest.param("1,5", "formula_syntax", 2, id="decimal comma"),
        pytest.param("a<b<c", "formula_comparison", 4, id="two comparisons in a row"),
        pytest.param("5²", "formula_character", 2, id="a superscript is never a digit"),
        pytest.param("a\x00b", "formula_character", 2, id="NUL"),
        pytest.param("a\u200bb", "formula_character", 2, id="zero-width space"),
        pytest.param("a^2", "formula_character", 2, id="powers are not in the language"),
        pytest.param("a ** 2", "formula_syntax", 4, id="nor Python's powers"),
        pytest.param("a & b", "formula_character", 3, id="nor joining of texts"),
        pytest.param("__import__('os')", "formula_function", 1, id="nor Python's functions"),
        pytest.param("a.__class__", "formula_name", 1, id="nor attributes"),
        pytest.param("[a", "formula_quote", 1, id="bracketed name not closed"),
        pytest.param("1e16", "formula_number", 1, id="a number above 1E15"),
        pytest.param("9" * 400, "formula_number", 1, id="a number above any double"),
        pytest.param("summ(a)", "formula_function", 1, id="unknown function"),
        pytest.param("IF(a)", "formula_arguments", 1, id="too few arguments"),
        pytest.param("DAYS(1)", "formula_arguments", 1, id="too many arguments"),
        pytest.param("OPENING(a+b)", "formula_stock", 1, id="OPENING of no single name"),
        pytest.param("ROUND(a, b)", "formula_round", 1, id="ROUND to a computed place"),
        pytest.param("ROUND(a, 10)", "formula_round", 1, id="ROUND to ten places"),
        pytest.param("SUMDAYS(SUMDAYS(a))", "formula_sumdays", 1, id="days of days"),
        pytest.param('IF(a, "x", 1)', "formula_if", 1, id="text or number by condition"),
        pytest.param("(" * 33, "formula_too_deep", 33, id="33 brackets deep"),
        pytest.param("+".join("a" * 251), "formula_too_big", 501, id="more than 500 parts"),
        pytest.param("a" * 2001, "formula_too_long", 2001, id="more than 2,000 characters"),
    ],
)
def test_refuses_with_the_column(typed: str, code: str, column: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(typed, names=Names({c: c for c in "abc"} | {"a" * 2001: "a"}))
    assert (caught.value.code, caught.value.column) == (code, column)
    assert all(caught.value.what.values())
    assert all(caught.value.mend.values())


@pytest.mark.parametrize("size", [32, 500])
def test_what_is_just_allowed_is_read(size: int) -> None:
    deep = parse("(" * 32 + "a" + ")" * 32)
    assert unparse(deep) == "a"
    wide = parse("+".join(["a"] * (size // 2)))
    assert unparse(wide).count("a") == size // 2


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        pytest.param("ad_spnd / ad_sales", "ad_spend", id="a code with a letter missing"),
        pytest.param("广告花 / 2", "广告花费", id="a Chinese name cut short"),
        pytest.param("[ad  SALE]", "Ad sales", id="blanks and case aside"),
    ],
)
def test_an_unknown_name_proposes_the_nearest(typed: str, nearest: str) -> None:
    place = Place("指标", "F7", "tblKpi")
    with pytest.raises(FormulaError) as caught:
        parse(typed, names=NAMES, place=place)
    problem = caught.value.problem()
    assert caught.value.nearest == nearest
    assert nearest in problem.mend["zh"]
    assert nearest in problem.mend["en"]
    assert (problem.level, problem.place) == (Level.ERROR, place)
    assert "指标!F7" in str(caught.value)


def test_names_in_either_language_give_codes() -> None:
    expression = parse("广告花费 / 'AD SALES'", names=NAMES)
    assert references(expression) == {"ad_spend", "ad_sales"}


def test_uses_tell_how_a_name_is_used() -> None:
    expression = parse("OPENING(a) + MEAN(b) + SUMDAYS(MAX(0, c)) + d")
    assert uses(expression) == {("opening", "a"), ("mean", "b"), ("daily", "c"), ("value", "d")}


def test_text_and_tree_agree_on_random_formulas() -> None:
    """The law of `unparse`, on 500 fixed random formulas."""
    chance = random.Random(11)
    for _ in range(500):
        expression = parse(formula_text(chance))
        assert parse(unparse(expression)) == expression


ALPHABET = (
    "abR()（）+-*/<>=!,，;；%.0129eE\"'[]【】 IFANDORNOT广告花费²\u200b\x00×÷≤“”\\{}#@$&|~`^:?"
)


def _value_or_error(text: str) -> None:
    """Anything but a `FormulaError` comes out of here as it is and fails the test."""
    with contextlib.suppress(FormulaError):
        expression = parse(text)
        assert parse(unparse(expression)) == expression


@given(st.text(max_size=80) | st.text(ALPHABET, max_size=60))
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    _value_or_error(text)


@pytest.mark.prove
@given(st.text(max_size=2100) | st.text(ALPHABET, max_size=400))
@settings(max_examples=20_000, deadline=None)
def test_any_text_in_the_long_run(text: str) -> None:
    _value_or_error(text)


@pytest.mark.parametrize(
    "piece", ["(", "-", "IF(", "a+", "NOT(", "[", '"', "1", "a<", ",", "SUMDAYS("]
)
def test_a_text_of_one_piece_a_thousand_times_is_refused_or_read(piece: str) -> None:
    _value_or_error(piece * (2000 // len(piece)))
