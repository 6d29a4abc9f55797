"""Missing values: each policy, its mark, and that nothing is zero by itself."""

from __future__ import annotations

import pytest

from kpi.errors import KpiError
from kpi.missing import Counted, Policy, Stored, counted

STORED = Stored(last_value=5.0, last_year=4.0, constant=3.0, zero_approved=True)


@pytest.mark.parametrize(
    ("policy", "stored", "value"),
    [
        pytest.param("exclude", STORED, None, id="left out: the others carry its weight"),
        pytest.param("last_value", STORED, 5.0, id="the last value"),
        pytest.param("same_period_last_year", STORED, 4.0, id="a year ago"),
        pytest.param("substitute", STORED, 3.0, id="a stored constant"),
        pytest.param("zero", STORED, 0.0, id="zero, approved"),
        pytest.param("zero", None, None, id="zero without approval is unknown"),
        pytest.param("last_value", None, None, id="no last value: unknown"),
        pytest.param("block", STORED, None, id="blocks"),
    ],
)
def test_a_missing_value(policy: str, stored: Stored | None, value: float | None) -> None:
    found = counted(None, policy, stored)
    assert found == Counted(value, Policy(policy))
    assert found.blocks == (policy == "block")


def test_a_measured_value_is_never_replaced_and_carries_no_mark() -> None:
    assert counted(0.0, "zero", STORED) == Counted(0.0, None)
    assert not counted(1.0, "block").blocks


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(KpiError, match="last_value"):
        counted(None, "guess")
