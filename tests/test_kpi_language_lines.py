"""`python -m kpi evaluate`: a line in, a line out, whatever the line is."""

# ruff: noqa: E501 - a case is one line

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi.__main__ import COMMANDS, main
from kpi.catalog import shipped
from kpi.lines import answer
from tests.paths import ROOT


def ask(question: object) -> object:
    return json.loads(answer(json.dumps(question).encode(), shipped()))


@pytest.mark.parametrize(
    ("question", "value"),
    [
        pytest.param({"expression": "ad_spend / ad_sales", "values": {"ad_spend": 20, "ad_sales": 100}}, 0.2, id="codes"),
        pytest.param({"expression": "广告花费 / 广告销售额", "values": {"广告花费": 1, "广告销售额": 4}}, 0.25, id="Chinese names"),
        pytest.param({"expression": "acos * 100", "values": {"ad_spend": 20, "ad_sales": 100}}, 20.0, id="a KPI is worked out from what is given"),
        pytest.param({"expression": "acos", "values": {"acos": 0.3}}, 0.3, id="a KPI that is given is taken"),
        pytest.param({"expression": "x + y", "values": {"x": 1, "y": None}}, None, id="null is unknown and spreads"),
        pytest.param({"expression": "x / y", "values": {"x": 1, "y": 0}}, None, id="nothing to divide by"),
        pytest.param({"expression": "ad_spend", "values": {}}, None, id="a known name without a value"),
        pytest.param({"expression": "0.1 + 0.2", "values": {}}, 0.30000000000000004, id="all digits"),
        pytest.param({"expression": "x", "values": {"x": 10**400}}, None, id="a number beyond any double"),
        pytest.param({"expression": "60 / DAYS()", "days": 30}, 2.0, id="days, and no values at all"),
        pytest.param({"expression": "OPENING(available_units) - CLOSING(可售库存)", "opening": {"available_units": 9}, "closing": {"可售库存": 4}}, 5.0, id="stock at both ends"),
        pytest.param({"expression": "SUMDAYS(MAX(0, ad_spend - ad_budget))", "each_day": [{"ad_spend": 5, "ad_budget": 3}, {"ad_spend": 1, "ad_budget": 3}]}, 2.0, id="day by day"),
        pytest.param({"expression": 'IF(m = "x", 1, 2)', "values": {"m": "x"}}, 1.0, id="a text"),
    ],
)  # fmt: skip
def test_a_question_has_a_value(question: object, value: float | None) -> None:
    assert ask(question) == {"value": value}


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        pytest.param(b"no json", "line", 1, id="no JSON"),
        pytest.param(b'{"expression": "1"', "line", 19, id="JSON cut short"),
        pytest.param(b"[1, 2]", "line", 1, id="no object"),
        pytest.param(b'{"values": {}}', "line", 1, id="no expression"),
        pytest.param(b'{"expression": 1}', "line", 1, id="an expression that is no text"),
        pytest.param(
            b'{"expression": "a", "values": [1]}', "line", 1, id="values that are no object"
        ),
        pytest.param(
            b'{"expression": "a", "values": {"a": [1]}}', "line", 1, id="a value that is a list"
        ),
        pytest.param(
            b'{"expression": "a", "days": "ten"}', "line", 1, id="days that are no number"
        ),
        pytest.param(b'{"expression": "a", "each_day": 1}', "line", 1, id="days that are no list"),
        pytest.param(
            b'{"expression": "a", "values": {"a": 1, "a": 2}}', "line", 1, id="a value given twice"
        ),
        pytest.param(
            b'{"expression": "1", "expression": "2"}', "line", 1, id="an expression given twice"
        ),
        pytest.param(
            '{"expression": "ad_spend", "values": {"ad_cost": 1, "广告花费": 2}}'.encode(),
            "line",
            1,
            id="a value given by two of its names",
        ),
        pytest.param(
            b'{"expression": "a", "values": {"a": true}}', "line", 1, id="true is no number"
        ),
        pytest.param(
            b'{"expression": "a", "closing": {"a": false}}', "line", 1, id="false is no stock"
        ),
        pytest.param(b"\xff\xfe", "line", 1, id="no UTF-8"),
        pytest.param(b"[" * 100_000, "line", 1, id="JSON too deep for any stack"),
        pytest.param(b'{"expression": "1 + ad_spnd"}', "formula_name", 5, id="an unknown name"),
        pytest.param(b'{"expression": "1 +"}', "formula_syntax", 4, id="a formula cut short"),
        pytest.param(b'{"expression": "\\ud800"}', "formula_character", 1, id="half a character"),
    ],
)
def test_a_bad_line_answers_what_where_and_the_mend(line: bytes, code: str, column: int) -> None:
    error = json.loads(answer(line, shipped()))["error"]
    assert (error["code"], error["column"]) == (code, column)
    assert all(error[part][language] for part in ("what", "mend") for language in ("zh", "en"))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('{"expression": "a", "values": {"bb": 1, "bb": 1}}', "bb"),
        ('{"expression": "a", "values": {"ad_cost": 1, "广告花费": 1}}', "广告花费"),
        ('{"expression": "a", "values": {"a": true}}', '"a"'),
    ],
)
def test_the_key_is_named_in_both_languages(line: str, named: str) -> None:
    what = json.loads(answer(line.encode(), shipped()))["error"]["what"]
    assert named in what["en"]
    assert named.strip('"') in what["zh"]


def test_a_reader_that_leaves_ends_it_quietly() -> None:
    """As with `| head -1`: one answer is read, the rest has nowhere to go."""
    lines = b'{"expression": "1"}\n' * 50_000
    with subprocess.Popen(
        [sys.executable, "-m", "kpi", "evaluate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(lines[:200])
        process.stdin.flush()
        assert process.stdout.readline() == b'{"value": 1.0}\n'
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # it may be gone before all is asked
            process.stdin.write(lines)
            process.stdin.close()
        said = process.stderr.read()
        assert (process.wait(60), said) == (1, b"")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_any_line_has_one_answer(line: bytes) -> None:
    reply = json.loads(answer(line, shipped()))
    assert len(reply) == 1
    assert reply.keys() <= {"value", "error"}


def test_the_command_answers_line_by_line_and_never_dies() -> None:
    lines = [
        b'{"expression": "1e-7 * 3", "values": {}}',
        b"rubbish",
        b"",
        b'{"expression": "\xe4\xbd\xa0", "values": {"\xe4\xbd\xa0": 2}}',
    ]
    done = subprocess.run(
        [sys.executable, "-m", "kpi", "evaluate"],
        input=b"\n".join(lines),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    first, second, third = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, b"")
    assert first == b'{"value": 3e-07}'
    assert b'"error"' in second
    assert third == b'{"value": 2.0}'


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["evaluate", "file"]])
def test_a_command_that_is_not_understood_says_so(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kpi", *arguments], capture_output=True, cwd=ROOT, check=False
    )
    assert done.returncode == 2
    assert b"evaluate" in done.stderr


def command(monkeypatch: pytest.MonkeyPatch, words: list[str], typed: bytes = b"") -> int:
    """The command in this process."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed)))
    return main(words)


ODD = b"""\xef\xbb\xbf{"expression": "1"}\r
{"expression": "a + 1", "values": {"a": true}}
{"expression": "a", "values": {"a": NaN}}
{"expression": "a", "values": {"a": 1e999}}
{"expression": "a * a", "values": {"a": 1e300}}
{"expression": "DAYS()", "days": 1e400}

{"expression": "DAYS()", "days": true}
{"expression": "MEAN(available_units)", "mean": {"available_units": 2.5}}
null"""


def test_odd_lines_have_one_answer_each(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A BOM, true for 1, no numbers, numbers beyond any double, an empty line, no last line end."""
    assert command(monkeypatch, ["evaluate"], ODD) == 0
    out, err = capfd.readouterr()
    found = [json.loads(line) for line in out.splitlines()]
    values = [line.get("value", line.get("error", {}).get("code")) for line in found]
    assert (values, err) == ([1.0, "line", None, None, None, None, "line", 2.5, "line"], "")


@pytest.mark.parametrize("words", [[], ["nothing"], ["evaluate", "file"], ["cases"]])
def test_a_command_line_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert command(monkeypatch, words) == 2
    assert "python -m kpi" in capsys.readouterr().err


def test_a_reader_that_went_away_ends_the_command_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left to print is dropped: flushing it at exit would fail once more."""

    def gone(_: object) -> int:
        raise BrokenPipeError

    monkeypatch.setattr("kpi.__main__.COMMANDS", {**COMMANDS, "evaluate": gone})
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert main(["evaluate"]) == 1
    assert sys.stdout is None
    assert capsys.readouterr().err == ""
