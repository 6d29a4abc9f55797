"""The benchmarks run and give right results at a fiftieth of their size; ratios are not judged."""

from __future__ import annotations

import pytest

from bench import (
    ingest,
    refresh_compute,
    refresh_incremental,
    score_payout,
    sheet_functions,
    sheets_calls,
    udf_batch,
)
from bench.machine import machine, machine_line
from bench.measuring import Bench, Contender, Measured, Ratio


def test_compute_agrees_with_plain_sql() -> None:
    found = refresh_compute.run(small=True)
    assert found.faults == []
    assert found.measured["product, cold"].value["results"] == 40 * 500 * 12


def test_incremental_equals_full_bit_for_bit() -> None:
    found = refresh_incremental.run(small=True)
    assert found.faults == []
    assert found.measured["product, incremental"].value["fresh"] == 2


def test_ingest_loses_and_doubles_nothing() -> None:
    assert ingest.run(small=True).faults == []


def test_every_payment_of_a_scored_team_is_that_of_the_hand_written_arithmetic() -> None:
    found = score_payout.run(small=True)
    assert found.faults == []
    assert len(found.measured["product"].value) == 20


def test_javascript_and_numpy_score_a_table_as_exact_decimals_do() -> None:
    found = udf_batch.run(small=True)
    assert found.faults == []
    assert found.measured["JavaScript"].value["scores"] == found.measured["numpy"].value["scores"]


def test_every_cell_that_the_service_answers_is_that_of_the_closed_workbook() -> None:
    found = sheet_functions.run(small=True)
    assert found.faults == []
    assert found.measured["again"].value["all"] == 200


def test_a_google_spreadsheet_takes_one_read_and_one_write_and_holds_the_source() -> None:
    found = sheets_calls.run(small=True)
    assert found.faults == []
    for name in (sheets_calls.PRODUCT, sheets_calls.LATER):
        assert sheets_calls.counted(found.measured[name].value["calls"]) == (1, 1)


@pytest.mark.parametrize(
    ("value", "goal", "at_most", "bound", "line"),
    [
        pytest.param(1.25, 1.5, True, False, "1.25x  goal <= 1.5x  met", id="met"),
        pytest.param(3.0, 4, False, False, "3x  goal >= 4x  missed", id="missed"),
        pytest.param(None, 4, False, False, "not measured  (goal >= 4x)", id="no peer"),
        pytest.param(9, 4, False, True, ">9x  goal >= 4x  met", id="stopped"),
        pytest.param(9, None, True, False, "9x  no goal", id="no goal"),
    ],
)
def test_a_headline(
    value: float | None, goal: float | None, at_most: bool, bound: bool, line: str
) -> None:
    assert Ratio("a / b", value, goal, at_most, bound=bound).line("x") == f"x: a / b  {line}"


def test_a_wrong_result_prints_no_ratio() -> None:
    wrong = Bench("x", {}, [Ratio("a / b", 1.0, 2, at_most=True)], faults=["off by one"])
    assert wrong.lines() == ["x: WRONG RESULT: off by one"]
    assert wrong.as_json()["ratios"] == []


def test_an_absent_peer_is_named() -> None:
    peer = Measured(Contender("p", "peer", "m:f", package="peer-x"), absent="peer-x")
    assert "peer absent: peer-x" in peer.line()


def test_the_machine_is_told() -> None:
    told = machine(("numpy", "no-such-package"))
    assert "numpy" in machine_line(told)
    assert "no-such-package absent" in machine_line(told)
