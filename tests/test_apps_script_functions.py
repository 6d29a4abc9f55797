"""Custom functions as Sheets calls them: cells in and out, time, the service asked once a range."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kpi.functions import FUNCTIONS
from tests.apps_script_support import PROJECT, Json, Script, ScriptError, scripted

CODE = f"https://kpi.example.com#{'k' * 43}"
DAY = 86_400_000  # ms
SHANGHAI = {"date": 1_790_784_000_000}  # 2026-10-01 00:00 in Shanghai, 16:00 the day before in UTC


@pytest.fixture
def script() -> Iterator[Script]:
    with scripted() as one:
        one.set(properties={"document": {"linkstar.code": CODE}, "user": {}})
        yield one


def test_every_function_has_its_help_in_both_languages() -> None:
    text = (PROJECT / "Code.js").read_text(encoding="utf-8")
    for one in FUNCTIONS:
        found = re.search(rf"/\*\*\n((?: \*.*\n)+) \*/\nfunction {one.name}\(", text)
        assert found, one.name
        said = found[1]
        assert "@customfunction" in said
        assert all(part in said for part in (*one.help.values(), *one.gives.values()))
        params = re.findall(r"@param \{[^}]+\} \[?(\w+)\]?", said)
        wanted = [a.name for a in one.arguments] + (["renew"] if one.service else [])
        assert params == wanted


# --- local functions ------------------------------------------------------------------------------


def test_a_whole_table_is_one_call(script: Script) -> None:
    """Points by the ratio: 12 of 10 is 120, 5 of 10 is 50; unknown and wrong cells stay errors."""
    actual = [[12], [5], [None], [{"error": "#N/A"}], ["x"], [""]]
    found = script.numbers("KPI_SCORE", actual, 10, "ratio_up")
    assert found == [[120.0], [50.0], ["#NUM!"], ["#NUM!"], ["#NUM!"], ["#NUM!"]]


@pytest.mark.parametrize(
    ("locale", "sentence"),
    [("en_US", "KPI_SCORE: Unknown: actual."), ("zh_CN", "KPI_SCORE：缺少计分值。"),
     ("de_DE", "KPI_SCORE: Unknown: actual.")],
)  # fmt: skip
def test_one_unknown_answer_says_why_in_the_language_of_the_book(
    script: Script, locale: str, sentence: str
) -> None:
    script.set(book={"locale": locale})
    with pytest.raises(ScriptError, match=re.escape(sentence)):
        script.cells("KPI_SCORE", None, 10, "ratio_up")


def test_wrong_arguments_of_a_whole_table_say_so(script: Script) -> None:
    with pytest.raises(ScriptError, match=r"method knows no “sideways”.*\(all 2 cells\)"):
        script.cells("KPI_SCORE", [[1], [2]], 10, "sideways")
    with pytest.raises(ScriptError, match="differ in size"):
        script.cells("KPI_SCORE", [[1], [2]], [[1], [2], [3]], "ratio_up")


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#ERROR!", "Loading..."])
def test_an_error_in_a_cell_is_unknown_and_no_default_stands_in(script: Script, error: str) -> None:
    with pytest.raises(ScriptError, match=r"Unknown: p1\."):
        script.cells("KPI_SCORE", 12, 10, "ratio_up", {"error": error})


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Etc/UTC"])
def test_a_day_counts_on_the_clock_of_the_spreadsheet(script: Script, zone: str) -> None:
    """310 of October, each day 10; its first week has 4 days, for 1 October is a Thursday."""
    script.set(book={"zone": zone})
    first = SHANGHAI if zone == "Asia/Shanghai" else {"date": SHANGHAI["date"] + DAY // 3}
    assert script.numbers("KPI_TARGET", 310, first, first) == [[40.0]]
    serials = script.numbers("KPI_TARGET", 310, 46_296, [[46_296], [46_300]])
    assert serials == [[40.0], [70.0]]


def test_long_tables_are_computed_in_parts_that_give_the_same(script: Script) -> None:
    rows = [[float(n)] for n in range(1_801)]
    found = script.numbers("KPI_SCORE", rows, 1_000, "ratio_up", None, None, None, None, 120)
    assert found == [[min(120.0, n / 10)] for n in range(1_801)]
    with pytest.raises(ScriptError, match="differ in size"):
        script.cells("KPI_SCORE", rows, [[1]] * 1_700, "ratio_up")


def test_a_function_that_takes_too_long_says_where_to_split(script: Script) -> None:
    """Each look at the clock takes 9 s here: the fourth part would begin after 27 s."""
    script.set(slow=9_000)
    with pytest.raises(ScriptError, match="stopped after 25 s at row 1000 of 5000") as told:
        script.cells("KPI_SCORE", [[1.0]] * 5_000, 10, "ratio_up")
    assert "at most 1000 rows" in str(told.value)


def test_local_functions_ask_nobody(script: Script) -> None:
    script.cells("KPI_SCORE", 12, 10, "ratio_up")
    assert script.asked == []


# --- functions of the service ---------------------------------------------------------------------


def answering(answers: Callable[[list[Any]], Any], revision: str = "7-abc-01") -> Any:
    """A service that answers each call, and counts them."""

    def fetch(request: Json) -> Json:
        calls = json.loads(request["payload"])["calls"]
        told = {"revision": revision, "answers": [answers(call) for call in calls]}
        return {"status": 200, "text": json.dumps(told)}

    return fetch


def test_a_range_is_one_request_and_the_same_question_is_asked_once(script: Script) -> None:
    script.fetch = answering(lambda call: float(len(call[1])))
    kpis = [["acos"], ["net_sales"], ["acos"], [None]]
    found = script.numbers("KPI_ACTUAL", kpis, "ALL", "2026-10")
    assert found == [[4.0], [9.0], [4.0], ["#NUM!"]]
    [request] = script.asked
    assert json.loads(request["payload"]) == {
        "calls": [["ACTUAL", "acos", "ALL", "2026-10"], ["ACTUAL", "net_sales", "ALL", "2026-10"]]
    }
    assert request["address"] == "https://kpi.example.com/sheets/functions"


def test_what_is_known_is_not_asked_again_until_the_facts_change(script: Script) -> None:
    script.fetch = answering(lambda _: 1.0)
    call = ("KPI_ACTUAL", "acos", "ALL", "2026-10")
    assert script.numbers(*call) == script.numbers(*call, "22 Oct 09:00") == [[1.0]]
    assert len(script.asked) == 1
    script.fetch = answering(lambda _: 2.0, "8-abc-01")
    assert script.numbers("KPI_ACTUAL", "net_sales", "ALL", "2026-10") == [[2.0]]
    assert script.numbers(*call) == [[2.0]]  # another call told of new facts
    assert len(script.asked) == 3
    script.set(now=script.state["now"] + 301_000)  # five minutes later it asks whether there are
    assert script.numbers(*call) == [[2.0]]
    assert len(script.asked) == 4


def test_the_last_known_values_stand_while_the_service_is_away(script: Script) -> None:
    """Numbers stay numbers, so that sums stay right; texts have ◇ in front; the sidebar says so."""
    script.fetch = answering(
        lambda call: [[46_300.0, 46_301.5, "a@B"]] if call[0] == "SOURCE" else 5.0
    )
    source, actual = (
        ("KPI_SOURCE", "acos", "ALL", "2026-10"),
        ("KPI_ACTUAL", "acos", "ALL", "2026-10"),
    )
    assert script.numbers(*source) == [[46_300.0, 46_301.5, "a@B"]]
    assert script.numbers(*actual) == [[5.0]]
    script.set(now=script.state["now"] + 3_600_000)
    for answer in (
        {"down": True},
        {"status": 502, "text": "<html>"},
        {"status": 500, "text": "{}"},
    ):
        script.fetch = lambda _, answer=answer: answer  # type: ignore[misc]
        assert script.numbers(*source) == [[46_300.0, 46_301.5, "◇ a@B"]]
        assert script.numbers(*actual) == [[5.0]]
    assert script.run("linkstarState")["away"] == "2026-10-22T02:00:00.000Z"
    with pytest.raises(ScriptError, match="its log says why"):
        script.cells("KPI_ACTUAL", "net_sales", "ALL", "2026-10")
    script.fetch = answering(lambda _: 6.0, "8-abc-02")
    assert script.numbers(*actual) == [[6.0]]
    assert script.run("linkstarState")["away"] is None


def test_a_refusal_is_told_and_hides_behind_no_old_value(script: Script) -> None:
    script.fetch = answering(lambda _: 5.0)
    call = ("KPI_ACTUAL", "acos", "ALL", "2026-10")
    script.numbers(*call)
    script.set(now=script.state["now"] + 3_600_000)
    error = {"error": {"zh": "脚本已过期", "en": "The script is out of date."}}
    script.fetch = lambda _: {"status": 426, "text": json.dumps(error)}
    with pytest.raises(ScriptError, match="out of date"):
        script.cells(*call)


def test_answers_too_large_for_one_cached_value_come_back_whole(script: Script) -> None:
    """5,000 texts of 30 Chinese letters are 450 KB; Google keeps 100 KB a value."""
    script.fetch = answering(lambda call: f"{call[1]}" + "指" * 30)
    kpis = [[f"k{n}"] for n in range(4_000)]
    first = script.numbers("KPI_ACTUAL", kpis, "ALL", "2026-10")
    assert script.numbers("KPI_ACTUAL", kpis, "ALL", "2026-10") == first
    assert first[3_999] == ["k3999" + "指" * 30]
    assert len(script.asked) == 1


def test_too_many_cells_are_refused_with_the_mend(script: Script) -> None:
    with pytest.raises(ScriptError, match="At most 5000"):
        script.cells("KPI_ACTUAL", [[f"k{n}"] for n in range(5_001)], "ALL", "2026-10")
    with pytest.raises(ScriptError, match="one KPI at a time"):
        script.cells("KPI_WHY", [["a"], ["b"]], "ALL", "2026-10")
    with pytest.raises(ScriptError, match="differ in size"):
        script.cells("KPI_ACTUAL", [["a"], ["b"], ["c"]], [["x"], ["y"]], "2026-10")
    assert script.asked == []


def test_tables_keep_the_width_of_their_function(script: Script) -> None:
    def answer(call: list[Any]) -> Any:
        lack = {"error": "na", "zh": "无", "en": "none"}
        return {"a": [[1.0, 2.0, 3.0]], "b": lack}.get(call[1], [])

    script.fetch = answering(answer)
    found = script.numbers("KPI_FORECAST", [["a"], ["b"], ["c"]], "ALL", "2026-10")
    assert found == [[1.0, 2.0, 3.0], ["#NUM!"] * 3, ["#NUM!"] * 3]
    with pytest.raises(ScriptError, match="none"):
        script.cells("KPI_FORECAST", "b", "ALL", "2026-10")
    script.fetch = answering(lambda _: [["DE", 5.0], ["US", -2.5]])
    assert script.numbers("KPI_WHY", "a", "ALL", "2026-10", 2) == [["DE", 5.0], ["US", -2.5]]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"down": "quota"}, "external requests are used up"),
        ({"down": True}, "does not answer"),
        ({"status": 500, "text": "x"}, "its log says why"),
        ({"status": 200, "text": "<html>a page</html>"}, "its log says why"),
        ({"status": 503, "text": "x"}, "does not answer"),
    ],
)
def test_every_failure_has_a_sentence(script: Script, answer: Json, sentence: str) -> None:
    script.fetch = lambda _: answer
    with pytest.raises(ScriptError, match=sentence):
        script.cells("KPI_ACTUAL", "acos", "ALL", "2026-10")


def test_a_call_that_came_too_often_waits_and_comes_again(script: Script) -> None:
    fine, started = answering(lambda _: 1.0), script.state["now"]
    script.fetch = lambda one: {"status": 429, "text": "{}"} if len(script.asked) < 3 else fine(one)
    assert script.numbers("KPI_ACTUAL", "acos", "ALL", "2026-10") == [[1.0]]
    assert len({request["headers"]["X-LinkStar-Nonce"] for request in script.asked}) == 3
    assert 3_000 <= script.state["now"] - started < 5_000


def test_an_unconnected_spreadsheet_says_what_to_do(script: Script) -> None:
    script.set(properties={"document": {}, "user": {}})
    with pytest.raises(ScriptError, match="KPI > Connect"):
        script.cells("KPI_ACTUAL", "acos", "ALL", "2026-10")
