"""Published cases: all of them pass, failures are told, every topic of the description is known."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kpi.__main__ import main
from kpi.case_inputs import Inputs, Json
from kpi.case_topics import TOPICS
from kpi.cases import difference, read_cases, run, run_case
from kpi.colours import colour_by_rules
from kpi.errors import KpiError
from tests.paths import NO_SHARED, ROOT, SHARED

PUBLISHED = Path(__file__).with_name("cases") / "published_cases.json"


@pytest.mark.parametrize(
    "case",
    [pytest.param(c, id=f"{c['id']} {c['topic']}") for c in json.loads(PUBLISHED.read_text())],
)
def test_published_case(case: Json) -> None:
    assert run_case(case, 1).why == ""


def test_the_command_prints_a_line_a_case_and_a_total() -> None:
    command = [sys.executable, "-m", "kpi", "cases", str(PUBLISHED)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[-1] == "36 cases, 36 passed, 0 failed"
    assert lines[0].split() == ["ok", "H1a", "goal", "and", "red", "flag:", "goal_redflag"]


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
def test_every_topic_of_the_description_is_known() -> None:
    assert SHARED is not None
    text = (SHARED / "cases" / "README.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| ([^|]+: [^|]+?) \|", text, flags=re.MULTILINE)
    assert len(described) > 40
    assert set(described) == set(TOPICS)


def ladder(expected: Json) -> Json:
    tiers: Json = [[0, 100, 0.1], [100, 200, 0.2], [200, None, 0.3]]
    return case("commission and bonus ladders: ladder", {"sales": 250, "tiers": tiers}, expected)


def case(topic: str, inputs: Json, expected: Json, tol: float = 1e-6) -> Json:
    return {"id": "own", "topic": topic, "inputs": inputs, "expected": expected, "tol": tol}


@pytest.mark.parametrize(
    "own",
    [
        pytest.param(ladder({"marginal": 45.0, "whole": 75.0}), id="10 + 20 + 15 or 250 x 30 %"),
        pytest.param(
            case("CSAT: csat (three answers)", {"pos": 8, "neu": 1, "neg": 1}, 80.0), id="8 of 10"
        ),
        pytest.param(
            case(
                "CSAT: csat (top two boxes)",
                {"5": 1, "4": 1, "3": 1, "2": 0, "1": 0},
                {"raw": 66.6667, "rounded": 67},
                1e-4,
            ),
            id="two of three, as it is and as it is shown",
        ),
        pytest.param(
            case(
                "OKR and colours: OKR colour",
                {
                    "bands": [[0.7, None, "green"], [0.4, 0.6, "yellow"], [0, 0.3, "red"]],
                    "values": [0.7, 0.65, 0.4, 0.35, 0.0],
                },
                ["green", "yellow", "yellow", "red", "red"],
            ),
            id="no value falls between two bands",
        ),
        pytest.param(
            case(
                "OKR and colours: colour rules",
                {
                    "target": 100,
                    "actual": 92,
                    "rules": ["actual >= target -> green", ">= 90%: amber", "otherwise red"],
                },
                "amber",
            ),
            id="the first rule that holds",
        ),
        pytest.param(
            case(
                "distribution, ramp and proration: ramp",
                {"months": [1, 3, 9], "ramp": {"1": 0, "2": 5, "3": 10, "4": 20}},
                [0, 10, 20],
            ),
            id="after the last step it stays",
        ),
        pytest.param(
            case(
                "pacing and run rate: run rate",
                {"actual": 50, "day": 10, "days": 30, "goal": 200},
                {"projected": 150, "attain": 75},
            ),
            id="50 in 10 days is 150 in 30",
        ),
        pytest.param(
            case(
                "weighted totals: points",
                {
                    "prompt": {"points": 10, "penalty": 2, "missed": 3, "free": 1},
                    "indiv": {"points": 60, "pct": 90},
                    "team": {"points": 30, "pct": 100},
                },
                {"prompt": 6, "indiv": 54, "team": 30},
            ),
            id="two misses beyond the free one",
        ),
        pytest.param(
            case(
                "weighted totals: weighted total",
                {"rows": [["returns", 60, 4, 5], ["defects", 40, 2, 1]], "cap": 1.2},
                96.0,
            ),
            id="48 + 48",
        ),
        pytest.param(
            case("weights: weights (renormalised)", {"weights": [40, 35, 25], "na": [2]},
                 [53.3333, 46.6667, 0], 1e-3),
            id="what does not apply has no share",
        ),
        pytest.param(
            case("weights: weights (by date)",
                 {"weight_before": 30, "change": "2026-07-01", "weight_after": 40,
                  "dates": ["2026-06-30", "2026-07-01", "2026-07-02"]}, [30, 30, 40]),
            id="the change day belongs to the old weight",
        ),
        pytest.param(
            case("range, knots and anchors: knots (two colours)",
                 {"worst": 0, "mid": 50, "best": 100, "actual": 75}, 7.5),
            id="between middle and best",
        ),
        pytest.param(
            case("inventory: inventory_turnover_days",
                 {"avg_inv": 2000, "cogs_month": 1000, "days": 30.42}, 60.84),
            id="two months of stock",
        ),
        pytest.param(
            case("Amazon account health: invoice_defect_rate", {"defects": 3, "orders": 60}, 0.05),
            id="missing and late invoices",
        ),
        pytest.param(
            case("binary goals: goal_only", {"goal": 5, "actual": 5, "lower": True}, 10),
            id="at the goal is reached, lower is better too",
        ),
        pytest.param(
            case("range, knots and anchors: range", {"min": 50, "max": 150, "value": 75}, 25),
            id="a quarter of the way",
        ),
        pytest.param(
            case("Amazon account health: prefulfilment_cancel_rate",
                 {"cancel": 3, "orders": 600, "printed": 0.5}, 0.005),
            id="the printed rate does not follow from its counts",
        ),
        pytest.param(
            case("counting, conversion, GMV, currency: gmv", {"items": 3, "price": 9.99}, 29.97),
            id="three at 9.99",
        ),
        pytest.param(
            case("distribution, ramp and proration: proration",
                 {"quota": 300, "days": 10, "of": 30}, 100),
            id="a third of the month",
        ),
        pytest.param(
            case("weighted totals: weighted total", {"rows": [["a", 100, 0, -1]], "cap": 1.2},
                 None),
            id="an item without a score leaves no total",
        ),
        pytest.param(
            case("unit profit: unit profit",
                 {"price": 40, "cost": 10, "ship": 2, "referral": 6, "fba": 5},
                 {"net": 17, "margin": 42.5, "roi": 170}),
            id="without advertising",
        ),
    ],
)  # fmt: skip
def test_own_case(own: Json) -> None:
    assert run_case(own, 1).why == ""


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        pytest.param(case("astrology: sun", {}, 1), "not known", id="an unknown topic fails"),
        pytest.param(ladder({"marginal": 45.1, "whole": 75.0}), "marginal", id="a wrong number"),
        pytest.param(case("tiers: tiers", {"attain": 5}, 1), "bands", id="an absent input"),
        pytest.param(case("tiers: tiers", {"attain": "5", "bands": []}, 1), "Tiers", id="no bands"),
        pytest.param(case("advertising: roas", {"ad_sales": 5, "spend": 0}, 1), "got None",
                     id="5 / 0 is unknown"),
        pytest.param(case("weights: weights (relative)", {"weights": [1]}, [100, 0]), "expected",
                     id="a list of another length"),
        pytest.param("H1", "not an object", id="no object"),
    ],
)  # fmt: skip
def test_a_failing_case_says_why(bad: Json, says: str) -> None:
    assert says in run_case(bad, 1).why


def test_one_failure_is_exit_code_1_and_an_empty_file_too(tmp_path: Path) -> None:
    file, out = tmp_path / "cases.json", io.StringIO()
    file.write_text(json.dumps([case("astrology: sun", {}, 1)]))
    assert run(file, out) == 1
    assert out.getvalue().startswith("FAILED  own  astrology: sun: the topic is not known.")
    file.write_text("[]")
    assert run(file, out) == 1


@pytest.mark.parametrize("content", ["{", "{}", '"text"'])
def test_a_file_that_is_no_list_of_cases_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    with pytest.raises(KpiError, match=r"cases\.json"):
        read_cases(file)


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        (1.0, 1, True), (1.0000005, 1, True), (1.1, 1, False), (None, None, True), (None, 0, False),
        ("a", "a", True), ("a", "A", False), (True, True, True), (1.0, True, True), ("1", 1, False),
        ({"a": 1.0, "b": 2.0}, {"a": 1}, True), ({"b": 2.0}, {"a": 1}, False), ([1.0], 1, False),
    ],
)  # fmt: skip
def test_comparison(got: Json, expected: Json, same: bool) -> None:
    assert (difference(got, expected, 1e-6) == "") == same


@pytest.mark.parametrize("key", ["number", "text", "flag", "items", "part"])
def test_an_input_of_another_type_is_named(key: str) -> None:
    reader = {
        "number": Inputs.number,
        "text": Inputs.text,
        "flag": Inputs.flag,
        "items": Inputs.items,
        "part": Inputs.part,
    }[key]
    with pytest.raises(KpiError, match='"x"'):
        reader(Inputs({"x": None}), "x")


@pytest.mark.parametrize(
    ("rules", "colour"),
    [
        pytest.param(["green if actual >= target", "red"], "red", id="colour first"),
        pytest.param(
            ["if actual > 80% of target then yellow", "else red"], "yellow", id="if, then"
        ),
        pytest.param(
            ["actual >= target: green", "actual >= 0.8*target: amber"], "amber", id="colon"
        ),
        pytest.param(
            ["at least 95 % of target -> green", "below target → 橙"], "橙", id="in words"
        ),
        pytest.param(["> 200 green"], None, id="no rule holds"),
        pytest.param(["实际 >= 目标 绿", "否则 红"], "红", id="in Chinese"),
    ],
)
def test_colour_rules(rules: list[str], colour: str | None) -> None:
    assert colour_by_rules(90.0, 100.0, rules) == colour


def test_a_rule_without_a_colour_is_refused_and_an_unknown_value_has_no_colour() -> None:
    with pytest.raises(KpiError, match="names no colour"):
        colour_by_rules(1.0, 1.0, ["actual > 3"])
    assert colour_by_rules(None, 1.0, ["actual > 3 green", "else red"]) is None


def test_the_command_runs_a_file_and_says_which_case_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.json"
    topic = "pacing and run rate: run rate"
    half = {"actual": 10, "elapsed": 0.5}
    given = [case(topic, half, 21.0), "no object", case(topic, half, 20.0)]
    path.write_text(json.dumps(given))
    assert main(["cases", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("FAILED  own")
    assert "expected 21.0 within 1e-06, got 20.0" in lines[0]
    assert "is not an object" in lines[1]
    assert lines[2] == f"ok      own  {topic}"
    assert lines[3] == "3 cases, 1 passed, 2 failed"


def test_lists_of_another_length_and_objects_of_another_kind_differ() -> None:
    assert "expected [1], got [1, 2]" in difference([1, 2], [1], 0.0)
    assert difference([1, 3], [1, 2], 0.0).startswith("[1]:")
    assert "expected an object" in difference(1, {"a": 1}, 0.0)


def test_a_run_rate_by_days_without_a_goal() -> None:
    """30 in 10 of 30 days run to 90."""
    own = case("pacing and run rate: run rate", {"actual": 30, "day": 10, "days": 30}, 90.0)
    assert run_case(own, 1).why == ""


def test_a_file_that_is_not_there_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cases", str(tmp_path / "absent.json")]) == 2
    assert "absent.json: the file cannot be read" in capsys.readouterr().err
