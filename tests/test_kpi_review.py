"""Tasks that follow from decisions, and the quarter's look at the KPI set, worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import pytest

from kpi.actuals import Actual
from kpi.catalog import shipped
from kpi.employment import Presence
from kpi.follow_ups import (
    FollowUp,
    from_decisions,
    from_disputes,
    from_feedback,
    named_in,
    request_of,
)
from kpi.model import Better, DataState, Region, Scope, ScopeKind, Status, Window
from kpi.person_cards import Item
from kpi.scopes import same
from kpi.set_review import finding, review_kpis
from kpi.tables import Cell, CellValue, Row, Table
from kpi.typed_rows import Bound, TaskRow, WeightRow
from sheet_templates.words import decode

TODAY = date(2026, 10, 22)


def table(name: str, *rows: Mapping[str, CellValue]) -> Table:
    cells = [{code: Cell(value, "A1") for code, value in row.items()} for row in rows]
    read = tuple(Row(number, line, {}) for number, line in enumerate(cells, 5))
    return Table(name, name, tuple(rows[0]) if rows else (), read)


def task(number: str, about: str = "", kind: str = "action") -> TaskRow:
    return TaskRow(number, kind, None, None, "", None, None, None, "A1", about)


# --- Follow-ups -----------------------------------------------------------------------------------

DECIDED = {"no": "R-1", "date": date(2026, 10, 20), "decision": "Cut bids", "owner": "OPS1"}


@pytest.mark.parametrize(
    ("row", "tasks", "wanted"),
    [
        pytest.param(
            DECIDED,
            (),
            [FollowUp("A-R-1", "action", "Cut bids", "R-1", "OPS1", date(2026, 11, 17))],
            id="without a day it is due after four weeks",
        ),
        pytest.param(
            {**DECIDED, "due": datetime(2026, 10, 30), "owner": None},  # noqa: DTZ001  # a cell has no zone
            (),
            [FollowUp("A-R-1", "action", "Cut bids", "R-1", None, date(2026, 10, 30))],
            id="its own day, nobody named",
        ),
        pytest.param(
            {**DECIDED, "date": None},
            (),
            [FollowUp("A-R-1", "action", "Cut bids", "R-1", "OPS1", date(2026, 11, 19))],
            id="without a date of the meeting the four weeks begin today",
        ),
        pytest.param({**DECIDED, "task_no": "T-9"}, (), [], id="it has a task already"),
        pytest.param({**DECIDED, "decision": "  "}, (), [], id="nothing was decided"),
        pytest.param({**DECIDED, "no": None}, (), [], id="a row without a number"),
        pytest.param(DECIDED, (task("A-R-1"),), [], id="the same task never twice"),
    ],
)
def test_a_decision_becomes_an_action(
    row: Mapping[str, CellValue], tasks: tuple[TaskRow, ...], wanted: list[FollowUp]
) -> None:
    assert from_decisions(table("tblReview", row), tasks, TODAY) == wanted


SAID = {"no": "F-3", "what": "ACoS counts brand ads", "decision": "采纳", "owner": "HEAD"}


@pytest.mark.parametrize(
    ("row", "tasks", "what"),
    [
        pytest.param(SAID, (), ["ACoS counts brand ads"], id="accepted, in their own words"),
        pytest.param({**SAID, "wish": "Leave them out"}, (), ["Leave them out"], id="the wish"),
        pytest.param({**SAID, "decision": "Declined"}, (), [], id="declined"),
        pytest.param({**SAID, "decision": None}, (), [], id="not decided"),
        pytest.param({**SAID, "no": None}, (), [], id="without a number"),
        pytest.param(SAID, (task("T-7", "F-3"),), [], id="a task is about it already"),
        pytest.param(SAID, (task("C-F-3"),), [], id="its request is there already"),
    ],
)
def test_accepted_feedback_becomes_a_change_request(
    row: Mapping[str, CellValue], tasks: tuple[TaskRow, ...], what: list[str]
) -> None:
    found = from_feedback(table("tblFeedback", row), tasks, TODAY, decode)
    assert [one.what for one in found] == what
    assert all((one.number, one.owner) == ("C-F-3", "HEAD") for one in found)
    assert all(one.due == date(2026, 11, 19) for one in found)


ITEM = "2026-10｜OPS5｜US｜acos"
DOUBTED = {"item": ITEM, "reason": "Not mine", "claimed": 0.24, "raised": date(2026, 10, 20)}


@pytest.mark.parametrize(
    ("row", "tasks", "due", "claimed"),
    [
        pytest.param(DOUBTED, (), date(2026, 10, 25), 0.24, id="answered within five days"),
        pytest.param({**DOUBTED, "raised": None}, (), date(2026, 10, 27), 0.24, id="from today"),
        pytest.param({**DOUBTED, "claimed": "low"}, (), date(2026, 10, 25), None, id="no number"),
        pytest.param({**DOUBTED, "reason": None}, (), None, None, id="a reason is needed"),
        pytest.param({**DOUBTED, "item": None}, (), None, None, id="an item is needed"),
        pytest.param(DOUBTED, (task("X", ITEM, "dispute"),), None, None, id="it has its answer"),
    ],
)
def test_a_dispute_goes_to_the_line_manager(
    row: Mapping[str, CellValue],
    tasks: tuple[TaskRow, ...],
    due: date | None,
    claimed: float | None,
) -> None:
    found = from_disputes(table("tblDispute", row), tasks, "HEAD", TODAY)
    wanted = FollowUp(f"D-{ITEM}", "dispute", "Not mine", ITEM, "HEAD", due or TODAY, claimed)
    assert found == ([] if due is None else [wanted])


def test_a_book_without_the_tables_proposes_nothing() -> None:
    assert from_decisions(None, (), TODAY) == []
    assert from_feedback(None, (), TODAY, decode) == []
    assert from_disputes(None, (), None, TODAY) == []
    assert request_of("F-3", ()) is None


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        pytest.param("F-3", True, id="alone"),
        pytest.param("ACoS without brand ads (F-3), from November", True, id="in a sentence"),
        pytest.param("按反馈 F-3，自11月起", True, id="Chinese signs"),
        pytest.param("F-31", False, id="a longer number"),
        pytest.param("", False, id="no reason"),
    ],
)
def test_a_version_names_a_number_as_a_word(reason: str, named: bool) -> None:  # a case
    assert named_in("F-3", reason) is named


# --- KPI set --------------------------------------------------------------------------------------


def item(
    person: str,
    score: float | None,
    *,
    weight: float = 20.0,
    cap: float | None = 120.0,
    state: DataState | None = None,
) -> Item:
    """A line of a card in the US, ACoS."""
    metric, window = shipped().metrics["acos"], Window(date(2026, 10, 1), date(2026, 10, 22))
    known = DataState.MISSING if score is None else DataState.COMPLETE
    actual = Actual(
        period="2026-10",
        scope=Scope(person, ScopeKind.PERSON, Region.US, same(person)),
        metric=metric.code,
        value=None,
        numerator=None,
        denominator=None,
        covered=window,
        due_until=window.end,
        state=state or known,
        streams=(),
        facts="",
    )
    return Item(
        month="2026-10",
        person=person,
        region=Region.US,
        line=1,
        metric=metric,
        rule=rule(weight, cap),
        actual=actual,
        counted=None,
        goal=None,
        params=(),
        here=Presence(window, window, 0, 1.0),
        due=None,
        attainment=None,
        score=score,
        status=Status.OK,
    )


def rule(weight: float, cap: float | None) -> WeightRow:
    return WeightRow(
        role="operations",
        region=Region.US,
        metric="acos",
        on=True,
        weight=weight,
        method="lower",
        better=Better.LOWER,
        warn=None,
        breach=None,
        bound=Bound.STRICT,
        veto=False,
        start=date(2026, 1, 1),
        cap=cap,
        floor=0.0,
        params=(None,) * 4,
        missing="redistribute",
        address="A1",
    )


@pytest.mark.parametrize(
    ("scores", "disputes", "wanted"),
    [
        pytest.param((80.0, 100.0, 120.0), 0, "keep", id="known, apart, undisputed"),
        pytest.param((80.0, None, 100.0), 0, "gaps", id="a third is without data"),
        pytest.param((80.0, 100.0, 90.0, None), 0, "keep", id="a quarter is not"),
        pytest.param((80.0, 100.0, 120.0), 2, "disputed", id="two disputes in a quarter"),
        pytest.param((120.0, 120.0, 120.0), 0, "full", id="everybody at the cap"),
        pytest.param((90.0, 91.0, 92.0), 0, "same", id="a spread of 0.8 tells nobody apart"),
        pytest.param((90.0, 90.0), 0, "keep", id="two scores say nothing of a spread"),
        pytest.param((), 0, "unused", id="switched on and on no card"),
    ],
)
def test_the_finding_of_a_kpi(scores: tuple[float | None, ...], disputes: int, wanted: str) -> None:
    items = [item(f"P{n}", score) for n, score in enumerate(scores)]
    [line] = review_kpis(items, ["acos"], {"acos": disputes})
    assert line.finding == wanted


def test_the_figures_of_a_line() -> None:
    """80 and 120 of three: mean 100, spread 20, a third missing, half of the scores at the cap."""
    items = [item("A", 80.0), item("B", 120.0, weight=10.0), item("C", None, weight=30.0)]
    [line] = review_kpis(items, [], {})
    assert (line.cards, line.items, line.scores, line.weight) == (3, 3, 2, 20.0)
    assert line.missing == pytest.approx(1 / 3)
    assert (line.mean, line.low, line.high, line.spread) == (100.0, 80.0, 120.0, 20.0)
    assert line.at_cap == 0.5
    assert finding(line) == "gaps"


def test_a_rule_without_a_cap_is_full_at_100() -> None:
    [line] = review_kpis([item("A", 100.0, cap=None)], [], {})
    assert line.at_cap == 1.0


def test_what_does_not_apply_is_not_due() -> None:
    nothing = item("A", None, state=DataState.NOT_APPLICABLE)
    assert review_kpis([nothing], [], {}) == ()
