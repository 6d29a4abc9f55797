"""What a change of a contract is, which days it can move, and the lock of a settled quarter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from kpi.book import EVER, NEVER, Book
from kpi.calendar import period
from kpi.contracts import (
    ALWAYS,
    Change,
    against_lock,
    changes,
    contract_of,
    in_force,
    locked_quarters,
    reach,
    row_versions,
)
from kpi.model import Better, Window
from tests.contract_support import BOOK, CATALOG, LINE, PERSON, SHOP, TARGET, version, weight

OCT, NOV, DEC = (period(f"2026-{month}") for month in (10, 11, 12))
OCT_1, OCT_15, NOV_1 = date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 1)

Edit = Callable[[Book], Book]
TARGET_KEY, WEIGHT_KEY = "2026｜US｜AMZ-US｜net_sales", "operations｜US｜net_sales｜"
EDITS: list[tuple[str, Edit, Change]] = [
    (
        "a month's target",
        lambda b: replace(
            b, targets=(replace(TARGET, months=(*TARGET.months[:10], 135_000.0, None)),)
        ),
        Change("tblTarget", TARGET_KEY, "m11", 120_000.0, 135_000.0),
    ),
    (
        "an owner",
        lambda b: replace(b, targets=(replace(TARGET, owner=None),)),
        Change("tblTarget", TARGET_KEY, "owner", "CHEN", None),
    ),
    (
        "a weight",
        lambda b: replace(b, weights=(weight(points=55.0), b.weights[1])),
        Change("tblWeight", WEIGHT_KEY, "weight", 60.0, 55.0),
    ),
    (
        "a split of the year",
        lambda b: replace(b, targets=(replace(TARGET, split="seasonality"),)),
        Change("tblTarget", TARGET_KEY, "split", None, "seasonality"),
    ),
    (
        "an uplift",
        lambda b: replace(b, targets=(replace(TARGET, uplift=5.0),)),
        Change("tblTarget", TARGET_KEY, "uplift", None, 5.0),
    ),
    (
        "a veto",
        lambda b: replace(b, weights=(replace(weight(), veto=True), b.weights[1])),
        Change("tblWeight", WEIGHT_KEY, "veto", False, True),
    ),
    (
        "a direction",
        lambda b: replace(b, weights=(replace(weight(), better=Better.LOWER), b.weights[1])),
        Change("tblWeight", WEIGHT_KEY, "better", "higher", "lower"),
    ),
    (
        "a parameter",
        lambda b: replace(
            b, weights=(replace(weight(), params=(None, 2.0, None, None)), b.weights[1])
        ),
        Change("tblWeight", WEIGHT_KEY, "p2", None, 2.0),
    ),
    (
        "a line that came",
        lambda b: replace(b, weights=(*b.weights, weight("acos", 40.0, NOV_1))),
        Change("tblWeight", "operations｜US｜acos｜2026-11-01", "", None, True),
    ),
    (
        "a rule that went",
        lambda b: replace(b, rules=()),
        Change("tblRule", "R1", "", True, None),
    ),
    (
        "a share of a region",
        lambda b: replace(b, people=(replace(PERSON, us_share=0.5),)),
        Change("tblPeople", "CHEN", "us_share", 1.0, 0.5),
    ),
    (
        "a day of entry",
        lambda b: replace(b, people=(replace(PERSON, start=None),)),
        Change("tblPeople", "CHEN", "start", "2026-01-05", None),
    ),
    (
        "a shop's owner",
        lambda b: replace(b, shops=(replace(SHOP, owner="LI"),)),
        Change("tblShop", "AMZ-US", "owner", "CHEN", "LI"),
    ),
    (
        "a share of an assignment",
        lambda b: replace(b, assignments=(replace(LINE, share=0.5), b.assignments[1])),
        Change("tblAssign", "AMZ-US｜desks｜LI｜2026-10-16", "share", 0.4, 0.5),
    ),
    (
        "the least coverage",
        lambda b: replace(b, settings=replace(b.settings, min_coverage=0.5)),
        Change("tblSetting", "min_coverage", "value", 0.7, 0.5),
    ),
    (
        "a fixed rate",
        lambda b: replace(b, settings=replace(b.settings, fixed_rates={"EUR": 1.2})),
        Change("tblSetting", "fixed_rate", "value", 1.13, 1.2),
    ),
    (
        "a fixed rate of another currency",
        lambda b: replace(b, settings=replace(b.settings, fixed_rates={"EUR": 1.13, "PLN": 0.25})),
        Change("tblSetting", "fixed_rate_pln", "", None, new=True),
    ),
]


@pytest.mark.parametrize(
    ("edit", "wanted"), [pytest.param(edit, one, id=name) for name, edit, one in EDITS]
)
def test_an_edit_is_exactly_one_change_and_scores_nothing(edit: Edit, wanted: Change) -> None:
    signed, live = version(1, OCT_1), edit(BOOK)
    found = [c for c in changes(signed.contract, contract_of(live, CATALOG)) if c.table != "tblKpi"]
    assert found == [wanted]
    now = in_force(live, CATALOG, (signed,), OCT).book
    before = in_force(BOOK, CATALOG, (signed,), OCT).book
    assert contract_of(now, CATALOG).digest == contract_of(before, CATALOG).digest
    later = replace(version(2, NOV_1, live), start=NOV_1)
    both = (signed, later)
    october, november = (in_force(live, CATALOG, both, month) for month in (OCT, NOV))
    assert (october.version, november.version) == (1, 2)
    assert contract_of(october.book, CATALOG).digest == signed.contract.digest
    assert contract_of(november.book, CATALOG).digest == later.contract.digest


def test_a_row_has_the_version_that_brought_it_as_it_is() -> None:
    raised = replace(BOOK, targets=(replace(TARGET, owner="LI"),))
    versions = (version(3, DEC.window.start, BOOK), version(1, OCT_1), version(2, NOV_1, raised))
    found = row_versions(versions)
    assert found["tblTarget", TARGET_KEY].number == 3  # put back by the third
    assert found["tblWeight", WEIGHT_KEY].number == 1


# --- the lock of a quarter ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "days"),
    [
        pytest.param(
            Change("tblTarget", TARGET_KEY, "m11", 1.0, 2.0), NOV.window, id="a month's target"
        ),
        pytest.param(
            Change("tblTarget", TARGET_KEY, "owner", "A", "B"),
            period("2026").window,
            id="another cell of a target: its year",
        ),
        pytest.param(
            Change("tblTarget", "0｜US｜X｜net_sales", "m11", 1.0, 2.0), ALWAYS, id="no real year"
        ),
        pytest.param(
            Change("tblWeight", "operations｜US｜acos｜2026-11-01", "weight", 1.0, 2.0),
            Window(NOV_1, NEVER),
            id="a dated line: from its day",
        ),
        pytest.param(
            Change("tblWeight", "operations｜US｜acos｜", "weight", 1.0, 2.0),
            Window(EVER, NEVER),
            id="a line without a day",
        ),
        pytest.param(
            Change("tblRule", "R1｜2026-11-01", "value", 3.0, 4.0),
            Window(NOV_1, NEVER),
            id="a dated rule: from its day",
        ),
        pytest.param(Change("tblRule", "R1", "value", 3.0, 4.0), ALWAYS, id="a rule without a day"),
        pytest.param(
            Change("tblRule", "a｜b", "value", 3.0, 4.0), ALWAYS, id="a sign in the name of a rule"
        ),
        pytest.param(
            Change("tblSetting", "min_coverage", "value", 0.7, 0.5), ALWAYS, id="a setting"
        ),
    ],
)
def test_what_a_change_can_move(change: Change, days: Window) -> None:
    assert reach(change) == days


@pytest.mark.parametrize(
    ("starts", "today", "quarters"),
    [
        pytest.param([], OCT_15, [], id="never published: nothing is locked"),
        pytest.param([OCT_15], OCT_15, ["2026-Q4"], id="the quarter in which one took effect"),
        pytest.param(
            [date(2026, 9, 30)], OCT_15, ["2026-Q3"], id="the next quarter is open for its review"
        ),
        pytest.param(
            [date(2026, 2, 1)],
            OCT_15,
            ["2026-Q1", "2026-Q2", "2026-Q3"],
            id="quarters that are over are settled",
        ),
        pytest.param(
            [date(2026, 9, 1), date(2027, 1, 1)],
            OCT_15,
            ["2026-Q3", "2027-Q1"],
            id="one that was set in advance is locked too",
        ),
    ],
)
def test_locked_quarters(starts: list[date], today: date, quarters: list[str]) -> None:
    versions = [version(n, start) for n, start in enumerate(starts, 1)]
    assert [q.code for q in locked_quarters(versions, today)] == quarters


@pytest.mark.parametrize(
    ("change", "start", "quarters"),
    [
        pytest.param(
            Change("tblTarget", TARGET_KEY, "m11", 1.0, 2.0),
            date(2026, 10, 23),
            ["2026-Q4"],
            id="November's target inside the locked quarter",
        ),
        pytest.param(
            Change("tblTarget", "2027｜US｜AMZ-US｜net_sales", "m01", 1.0, 2.0),
            date(2026, 10, 23),
            [],
            id="a target of next year is free",
        ),
        pytest.param(
            Change("tblWeight", "operations｜US｜acos｜", "weight", 1.0, 2.0),
            date(2027, 1, 1),
            [],
            id="a weight that counts from the next quarter on is free",
        ),
        pytest.param(
            Change("tblPeople", "CHEN", "us_share", 1.0, 0.5),
            date(2026, 10, 23),
            [],
            id="people may change hands in any quarter",
        ),
        pytest.param(
            Change("tblSetting", "min_coverage", "value", 0.7, 0.5),
            date(2026, 8, 1),
            ["2026-Q3", "2026-Q4"],
            id="a change of the past reaches every settled quarter",
        ),
    ],
)
def test_what_needs_an_exception(change: Change, start: date, quarters: list[str]) -> None:
    """Published on 1 August 2026 and again for 1 October; today is 22 October."""
    versions = (version(1, date(2026, 8, 1)), version(2, OCT_1))
    found = against_lock([change], versions, start, date(2026, 10, 22))
    assert [quarter.code for _, quarter in found] == quarters
