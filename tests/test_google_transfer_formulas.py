"""Formulas between Excel and Google as a table of cases, and what is refused with its reason."""

from __future__ import annotations

import pytest

from sync_service.google.transfer.for_excel import excel_titles, for_excel, retitled
from sync_service.google.transfer.formulas import (
    NotInGoogleError,
    TablePlace,
    Words,
    in_rule,
    is_google_name,
    out_of_rule,
    translated,
)
from sync_service.google.transfer.google_charts import spark_from_google, spark_to_google
from sync_service.google.transfer.model import Spark
from sync_service.google.transfer.references import Reference, growing, plain, written
from sync_service.workbooks.areas import Area

SALES = TablePlace("Sales 2026", Area(4, 2, 9, 4), ("Day", "Net sales", "It's [so]"))
WORDS = Words(
    tables={"tblsales": SALES},
    kept={"nmband": Reference("Lists", Area(3, 3, 3, 3))},
    meant={("", "rate"): "0.19", ("", "wide.name"): "'Lists'!$A$1:$A$9", ("page", "own"): "1+1"},
    titles=frozenset({"page", "lists", "sales 2026", "日报"}),
)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param("SUM(A1:B2)", "SUM(A1:B2)", id="a plain formula stays"),
        pytest.param("sum(A1)", "SUM(A1)", id="functions in capitals"),
        pytest.param("_xlfn.IFNA(A1,0)", "IFNA(A1,0)", id="marks of newer functions go"),
        pytest.param("_xlfn._xlws.FILTER(A1:A9,B1:B9)", "FILTER(A1:A9,B1:B9)", id="two marks"),
        pytest.param("_xlfn.LET(_xlpm.x,A1,_xlpm.x+1)", "LET(x,A1,x+1)", id="own words of LET"),
        pytest.param("_xldudf_KPI_SCORE(A1,B1)", "KPI_SCORE(A1,B1)", id="a function of ours"),
        pytest.param("tblSales[[#This Row],[Net sales]]*2", "'Sales 2026'!$C7*2", id="own row"),
        pytest.param("tblSales[@[Net sales]]", "'Sales 2026'!$C7", id="own row, short"),
        pytest.param("SUM(tblSales[Net sales])", "SUM('Sales 2026'!$C$5:$C$9)", id="a column"),
        pytest.param("ROWS(tblSales)", "ROWS('Sales 2026'!$B$5:$D$9)", id="the whole body"),
        pytest.param("ROWS(tblSales[#All])", "ROWS('Sales 2026'!$B$4:$D$9)", id="with headers"),
        pytest.param(
            "tblSales[[#Headers],[Day]]", "'Sales 2026'!$B$4", id="the header of a column"
        ),
        pytest.param(
            "SUM(tblSales[[Day]:[Net sales]])", "SUM('Sales 2026'!$B$5:$C$9)", id="two columns"
        ),
        pytest.param(
            "tblSales[[#This Row],[It''s '[so']]]", "'Sales 2026'!$D7", id="signs in a header"
        ),
        pytest.param("A1*rate", "A1*(0.19)", id="a name that is a number"),
        pytest.param("SUM(wide.name)", "SUM('Lists'!$A$1:$A$9)", id="a name Google cannot keep"),
        pytest.param("own", "(1+1)", id="a name of this tab only"),
        pytest.param('nmBand<>""', 'nmBand<>""', id="a name that Google keeps"),
        pytest.param("Lists!A1+日报!B2", "'Lists'!A1+'日报'!B2", id="titles in quotation marks"),
        pytest.param('"rate [1]Book!A1"&A1', '"rate [1]Book!A1"&A1', id="texts are left alone"),
        pytest.param("IF(TRUE,1,FALSE)", "IF(TRUE,1,FALSE)", id="truth"),
        pytest.param("A:A", "A:A", id="whole columns"),
        pytest.param("$3:$5", "$3:$5", id="whole rows"),
        pytest.param("SUM(B2:B,$C$3:$C)", "SUM(B2:B,$C$3:$C)", id="a range without an end"),
        pytest.param("{1,2;3,4}", "{1,2;3,4}", id="constants"),
        pytest.param("1.5E+3+A1%", "1.5E+3+A1%", id="numbers"),
        pytest.param("IFERROR(#N/A,#DIV/0!)", "IFERROR(#N/A,#DIV/0!)", id="errors"),
        pytest.param("LOG10(A1)", "LOG10(A1)", id="a function that looks like a cell"),
    ],
)
def test_a_formula_as_google_takes_it(text: str, made: str) -> None:
    assert translated(text, WORDS, "Page", 7) == made


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("CUBEVALUE(A1)", "CUBEVALUE()", id="a function of Excel alone"),
        pytest.param("_xlfn.TEXTBEFORE(A1,B1)", "TEXTBEFORE()", id="a newer one"),
        pytest.param("[1]Sheet1!A1", "[1]Sheet1!", id="another file"),
        pytest.param("SUM(Page:Lists!A1)", "Page:Lists!", id="through several tabs"),
        pytest.param("Gone!A1", "Gone!", id="a tab that is not there"),
        pytest.param("tblGone[Day]", "tblGone[Day]", id="a table that is not there"),
        pytest.param("tblSales[Gone]", "tblSales[Gone]", id="a column that is not there"),
        pytest.param("nmGone+1", "nmGone", id="a name that is not there"),
        pytest.param("_xlfn.ANCHORARRAY(A1)", "ANCHORARRAY", id="a spilled range"),
    ],
)
def test_what_google_does_not_know_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NotInGoogleError) as refused:
        translated(text, WORDS, "Page", 7)
    assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param('nmBand<>""', 'INDIRECT("nmBand")<>""', id="a name"),
        pytest.param("A1='Lists'!$C$3", "A1=INDIRECT(\"'Lists'!$C$3\")", id="a cell elsewhere"),
        pytest.param(
            "COUNTIF('Lists'!$A$1:$A$9,A1)>0",
            "COUNTIF(INDIRECT(\"'Lists'!$A$1:$A$9\"),A1)>0",
            id="a range elsewhere",
        ),
        pytest.param('AND($A1<>"nmBand",B1>0)', 'AND($A1<>"nmBand",B1>0)', id="a text"),
    ],
)
def test_a_rule_reads_other_tabs_by_a_detour(text: str, made: str) -> None:
    assert in_rule(text, WORDS, "Page") == made
    assert out_of_rule(made) == text


def test_a_rule_names_its_own_tab_plainly() -> None:
    assert in_rule("'Page'!$A$1>0", WORDS, "page") == "$A$1>0"


def test_a_rule_cannot_read_a_moving_cell_elsewhere() -> None:
    with pytest.raises(NotInGoogleError, match="Lists"):
        in_rule("'Lists'!A1>0", WORDS, "Page")


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        *(("nmMonth", True), ("_x", True), ("tblTask", True), ("A1", False)),
        *(("R1C1", False), ("true", False), ("wide.name", False), ("名称", False)),
    ],
)
def test_a_name_that_google_takes(name: str, taken: bool) -> None:
    assert is_google_name(name) is taken


@pytest.mark.parametrize(
    ("text", "made"),
    [
        pytest.param("SUM(A5:A)", "SUM(A5:A1048576)", id="a range without an end"),
        pytest.param("SUM($B$2:$B,C:C)", "SUM($B$2:$B$1048576,C:C)", id="beside whole columns"),
        pytest.param('A1:B2&"A5:A"', 'A1:B2&"A5:A"', id="plain ranges and texts stay"),
        pytest.param("SUM('A/B'!C1)", "SUM('A_B'!C1)", id="a title that Excel does not take"),
    ],
)
def test_a_formula_as_excel_takes_it(text: str, made: str) -> None:
    assert for_excel(text, {"A/B": "A_B"}) == made


@pytest.mark.parametrize("text", ["QUERY(A1:B9,1)", "IMPORTRANGE(A1,A2)", "KPI_SCORE(A1,B1)"])
def test_what_only_google_knows_is_refused(text: str) -> None:
    with pytest.raises(NotInGoogleError):
        for_excel(text, {})


def test_titles_that_excel_does_not_take_get_others() -> None:
    titles = ("A/B", "A_B", "x" * 40, "Fine")
    assert dict(excel_titles(titles)) == {"A/B": "A_B 2", "x" * 40: "x" * 31}
    assert retitled("'A/B'!A1+Fine!A1", {"A/B": "A_B 2"}) == "'A_B 2'!A1+Fine!A1"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Lists!$A$1", "'Lists'!$A$1"),
        ("='My ''tab'''!B2:C9", "'My ''tab'''!$B$2:$C$9"),
        ("词表!$F$5:$F$66", "'词表'!$F$5:$F$66"),
        ("'Lists'!A:C", "'Lists'!$A:$C"),
    ],
)
def test_a_reference_in_one_spelling(text: str, made: str) -> None:
    found = plain(text)
    assert found is not None
    assert written(found) == made


@pytest.mark.parametrize("text", ["A1+1", "SUM(A1)", "[1]Book!A1", "OFFSET(A1,1,1)", "0.19"])
def test_what_is_no_reference(text: str) -> None:
    assert plain(text) is None


def test_a_list_that_grows_has_the_room_that_it_may_take() -> None:
    text = "'L'!$A$5:INDEX('L'!$A$5:$A$2000,MAX(1,COUNTIFS('L'!$A$5:$A$2000,\"?*\")))"
    assert growing(text) == Reference("L", Area(5, 1, 2000, 1))
    assert growing("OFFSET('L'!$A$5,0,0,9)") is None


@pytest.mark.parametrize(
    "spark",
    [
        Spark(5, 28, "'店铺'!$AC$5:$AJ$5", "line", "#2F75B5", 1.5),
        Spark(1, 1, "'L'!$A$1:$A$9", "column", "#FF0000", 1.0),
        Spark(2, 3, "'L'!$A$1:$A$9", "winloss", "#00FF00", 1.0),
    ],
)
def test_a_small_chart_is_a_formula_and_back(spark: Spark) -> None:
    text = spark_to_google(spark)
    assert text.startswith(f'IF(COUNT({spark.data})=0,"",SPARKLINE(')
    assert spark_from_google(text, spark.row, spark.column) == spark
    assert spark_from_google("SPARKLINE(A1:A9)", 1, 1) is None
