"""The register worked by hand: what counts as due, done, in time, valid, passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.calendar import period
from kpi.compliance import FLOWS, LEVELS, REGISTERED, closed_after, measure_value, moment
from kpi.typed_rows import TaskRow

OCT = period("2026-10").window
NOV = period("2026-11").window
LATER = date(2026, 12, 10)  # both months are over
LUCID = "DE1234567890123"


DAYS = ("due", "valid_to", "opened", "delivered")


def task(regime: str | None = None, **more: object) -> TaskRow:
    """A compliance task of 2026, due on 20 October; days are written 10-20."""
    given = {"due": "10-20"} | more
    days = {name: day(given.pop(name, None)) for name in DAYS}
    made = TaskRow("T-1", "compliance", None, "DE", "what", "OPS1", None, None, "任务!A5")
    return replace(made, regime=regime, **days, **given)  # type: ignore[arg-type]  # table of cases


def day(written: object) -> date | None:
    return None if written is None else date.fromisoformat(f"2026-{written}")


def done(regime: str | None = None, delivered: str | None = None, **more: object) -> TaskRow:
    return task(regime, **{"delivered": delivered, "done": 1.0} | more)


def over(measure: str, *tasks: TaskRow, today: date = LATER) -> float | None:
    """A measure of October."""
    found = measure_value(measure, tasks, OCT, today)
    return None if found is None else float(found)


@pytest.mark.parametrize("measure", sorted(REGISTERED))
def test_nothing_due_is_unknown(measure: str) -> None:
    assert over(measure) is None
    assert over(measure, task("other", due="11-20")) is None


@pytest.mark.parametrize(
    ("today", "one", "counted"),
    [
        pytest.param("10-19", task("vat"), None, id="the day before: not due yet"),
        pytest.param("10-20", task("vat"), None, id="on the due day: still in time"),
        pytest.param("10-21", task("vat"), 1, id="the day after: it counts"),
        pytest.param("10-05", done("vat", "10-03"), 1, id="done early counts at once"),
        pytest.param("12-10", task("vat", due=None), None, id="no due day: in no period"),
        pytest.param("12-10", task("vat", due="09-30"), None, id="due the month before"),
        pytest.param("12-10", task("vat", due="10-01"), 1, id="due on the first day"),
        pytest.param("12-10", task("vat", due="10-31"), 1, id="due on the last day"),
        pytest.param("12-10", task("vat", due="11-01"), None, id="due the month after"),
    ],
)
def test_what_is_due_by_now(today: str, one: TaskRow, counted: int | None) -> None:
    assert over("vat_due", one, today=date.fromisoformat(f"2026-{today}")) == counted


@pytest.mark.parametrize(
    ("one", "filed", "on_time"),
    [
        pytest.param(done("vat", "10-20"), 1, 1, id="on the due day is in time"),
        pytest.param(done("vat", "10-21"), 1, 0, id="a day late is filed"),
        pytest.param(done("vat", "11-01"), 0, 0, id="filed after the period: not in its count"),
        pytest.param(task("vat", done=0.99), 0, 0, id="a part is not filed"),
        pytest.param(done("vat"), 1, 0, id="filed on a day nobody wrote"),
        pytest.param(task("vat"), 0, 0, id="nothing written"),
    ],
)
def test_vat_filed_and_in_time(one: TaskRow, filed: int, on_time: int) -> None:
    assert (over("vat_filed", one), over("vat_on_time", one)) == (filed, on_time)
    assert over("vat_due", one) == 1


def test_done_without_a_day_is_in_time_while_it_is_not_due() -> None:
    assert over("vat_on_time", done("vat"), today=date(2026, 10, 20)) == 1
    assert over("vat_on_time", done("vat"), today=date(2026, 10, 21)) == 0


def test_a_delivery_of_tomorrow_is_a_plan() -> None:
    planned = done("vat", "10-18")
    assert over("vat_due", planned, today=date(2026, 10, 17)) is None
    assert over("vat_filed", planned, today=date(2026, 10, 18)) == 1


@pytest.mark.parametrize(
    ("one", "paid"),
    [
        pytest.param(task("weee_fee", done=0.5), 0, id="part payment is not paid"),
        pytest.param(done("weee_fee", "10-31"), 1, id="paid late, by the period's end"),
        pytest.param(done("weee_fee", "11-02"), 0, id="paid after the period"),
    ],
)
def test_weee_fees(one: TaskRow, paid: int) -> None:
    assert (over("weee_due", one), over("weee_paid", one)) == (1, paid)


@pytest.mark.parametrize(
    ("one", "planned", "made"),
    [
        pytest.param(task("ce_check"), 1, 0, id="one check unless a quantity is written"),
        pytest.param(task("ce_check", quantity=5.0, done=0.5), 5, 2, id="half of five is two"),
        pytest.param(done("ce_check", "10-22", quantity=5.0), 5, 5, id="all five, two days late"),
        pytest.param(done("ce_check", "11-01", quantity=5.0), 5, 0, id="after the period"),
        pytest.param(task("ce_check", quantity=3.0), 3, 0, id="none"),
    ],
)
def test_ce_checks(one: TaskRow, planned: int, made: int) -> None:
    assert (over("ce_checks_planned", one), over("ce_checks_done", one)) == (planned, made)


@pytest.mark.parametrize(
    ("one", "passed"),
    [
        pytest.param(done("ftc", "10-20", quantity=4.0, outcome="passed"), 4, id="done, passed"),
        pytest.param(done("ftc", "10-20", quantity=4.0), 0, id="done and not judged"),
        pytest.param(done("ftc", "10-20", outcome="failed"), 0, id="failed"),
        pytest.param(task("ftc", outcome="passed"), 0, id="not done is not passed"),
    ],
)
def test_ftc_and_claims_checks(one: TaskRow, passed: int) -> None:
    assert over("ftc_passed", one) == passed
    assert over("claims_checks_passed", replace(one, regime="claims")) == passed
    assert over("ftc_planned", one) == (one.quantity or 1)


@pytest.mark.parametrize(
    ("one", "on_time"),
    [
        pytest.param(done(None, "10-20"), 1, id="in time"),
        pytest.param(done(None, "10-21"), 0, id="late"),
    ],
)
def test_every_task_counts_in_the_inbox_and_a_dispute_in_none(one: TaskRow, on_time: int) -> None:
    """Three tasks: compliance, action, dispute; two of them are work."""
    mine = (one, replace(one, type="action"), replace(one, type="dispute"))
    assert (over("tasks_due", *mine), over("tasks_on_time", *mine)) == (2, 2 * on_time)
    assert over("tasks_compliance_due", *mine) == 1
    assert over("tasks_compliance_on_time", *mine) == on_time
    for request in ("gdpr", "data_access", "data_deletion"):
        assert over("gdpr_on_time", replace(one, regime=request)) == on_time


# ------------------------------------------------------------------ registrations, certificates


def registered(**more: object) -> TaskRow:
    usual: dict[str, object] = {"delivered": "10-01", "registration": LUCID, "valid_to": "12-31"}
    return task("epr_packaging", **{"done": 1.0} | usual | more)


@pytest.mark.parametrize(
    ("one", "valid"),
    [
        pytest.param(registered(), 1, id="done, with a right number, in force"),
        pytest.param(registered(valid_to="10-31"), 1, id="valid to the last day of the period"),
        pytest.param(registered(valid_to="10-30"), 0, id="ended a day before"),
        pytest.param(registered(valid_to=None), 1, id="without an end"),
        pytest.param(registered(registration=""), 0, id="no number"),
        pytest.param(registered(registration="DE12"), 0, id="a wrong number is not valid"),
        pytest.param(
            registered(country="FR", registration="abc"), 1, id="not checked is not wrong"
        ),
        pytest.param(registered(done=0.9), 0, id="not finished"),
        pytest.param(registered(delivered="11-01"), 0, id="registered after the period"),
        pytest.param(registered(outcome="failed"), 0, id="refused"),
    ],
)
def test_a_registration_is_valid_on_the_day(one: TaskRow, valid: int) -> None:
    assert (over("epr_required", one), over("epr_valid", one)) == (1, valid)
    assert (over("docs_required", one), over("docs_valid", one)) == (1, valid)


@pytest.mark.parametrize(
    ("other", "required", "valid"),
    [
        pytest.param(registered(valid_to="09-30"), 1, 1, id="the old one of the same duty"),
        pytest.param(registered(country="FR", registration=""), 2, 1, id="another country"),
        pytest.param(registered(category="toys"), 2, 2, id="another category"),
        pytest.param(registered(company="B"), 2, 2, id="another company"),
        pytest.param(task("weee"), 2, 1, id="another regime"),
        pytest.param(task("battery", due="12-01"), 1, 1, id="required after the period"),
        pytest.param(task("battery", due=None), 2, 1, id="required without a day: at once"),
        pytest.param(task("battery", opened="11-01"), 1, 1, id="not yet known in the period"),
        pytest.param(task("vat"), 1, 1, id="a filing is no registration"),
    ],
)
def test_a_requirement_is_country_category_and_company(
    other: TaskRow, required: int, valid: int
) -> None:
    both = (registered(), other)
    assert (over("epr_required", *both), over("epr_valid", *both)) == (required, valid)


def test_nothing_is_required_of_a_period_that_has_not_begun() -> None:
    assert measure_value("epr_required", (registered(),), NOV, date(2026, 10, 31)) is None
    assert measure_value("epr_required", (registered(),), NOV, date(2026, 11, 1)) == 1


def test_a_running_period_is_judged_today() -> None:
    ends = registered(valid_to="10-15")
    assert over("epr_valid", ends, today=date(2026, 10, 15)) == 1
    assert over("epr_valid", ends, today=date(2026, 10, 16)) == 0


def test_certificates_stand_for_their_product() -> None:
    two = [
        done("ce", "10-01", registration="C-1", valid_to="12-31", about=sku) for sku in ("A", "B")
    ]
    ended = replace(two[1], valid_to=date(2026, 10, 5))
    assert (over("ce_required", two[0], ended), over("ce_valid", two[0], ended)) == (2, 1)
    paper = replace(ended, regime="document")
    assert (over("docs_required", *two, paper), over("docs_valid", *two, paper)) == (3, 2)


# ------------------------------------------------------------------------------ what was missed


@pytest.mark.parametrize(
    ("one", "missed"),
    [
        pytest.param(done("vat", "10-20"), 0, id="in time"),
        pytest.param(done("vat", "10-21"), 1, id="a day late"),
        pytest.param(task("weee_fee"), 1, id="never paid"),
        pytest.param(done("gdpr"), 0, id="done on a day nobody wrote is no proof of a miss"),
        pytest.param(task("ce_check"), None, id="our own plan is no legal deadline"),
    ],
)
def test_a_statutory_deadline_missed(one: TaskRow, missed: int | None) -> None:
    assert over("statutory_missed", one) == missed


@pytest.mark.parametrize(
    ("opened", "closed", "days"),
    [
        pytest.param("10-02", "10-09", 7, id="a week"),
        pytest.param("10-09", "10-09", 0, id="on its own day"),
        pytest.param("09-20", "10-01", 11, id="found the month before"),
        pytest.param("10-12", "10-09", 0, id="closed before it was found: none, not minus three"),
        pytest.param(None, "10-09", None, id="nobody wrote when it was found"),
        pytest.param("10-02", None, None, id="nobody wrote when it was closed"),
        pytest.param("10-02", "11-01", None, id="closed the month after"),
        pytest.param("09-02", "09-09", None, id="closed the month before"),
    ],
)
def test_days_to_close_a_finding(opened: str | None, closed: str | None, days: int | None) -> None:
    one = done("finding", closed, opened=opened)
    assert closed_after(one, OCT, moment(OCT, LATER)) == days
    assert over("finding_days", one) == days
    assert over("findings_closed", one) == (None if days is None else 1)


def test_an_open_finding_is_not_closed() -> None:
    assert over("findings_closed", task("finding", opened="10-02", delivered="10-09")) is None


# ------------------------------------------------------------ deliverables, gates, and the like


@pytest.mark.parametrize(
    ("one", "accepted"),
    [
        pytest.param(done(None, "10-20", outcome="passed"), 1, id="accepted, sent in time"),
        pytest.param(done(None, "10-21", outcome="passed"), 0, id="accepted, sent late"),
        pytest.param(done(None, "10-20"), 0, id="sent is not accepted"),
        pytest.param(done(None, "10-20", outcome="failed"), 0, id="refused"),
        pytest.param(task(None, delivered="10-18", outcome="passed"), 0, id="not closed"),
    ],
)
def test_deliverables_and_data_files(one: TaskRow, accepted: int) -> None:
    sent = replace(one, type="deliverable")
    files = replace(sent, about="data_delivery_rate")
    assert (over("deliverables_due", sent), over("deliverables_on_time", sent)) == (1, accepted)
    assert (over("data_files_due", files), over("data_files_on_time", files)) == (1, accepted)
    assert (over("deliverables_due", files), over("data_files_due", sent)) == (None, None)


@pytest.mark.parametrize(
    ("one", "passed"),
    [
        pytest.param(done(None, "10-20"), 1, id="passed on its day"),
        pytest.param(done(None, "10-21"), 0.5, id="passed late counts a half"),
        pytest.param(done(None, "10-20", outcome="failed"), 0, id="not passed"),
        pytest.param(task(None), 0, id="not done"),
    ],
)
def test_stage_gates(one: TaskRow, passed: float) -> None:
    gate = replace(one, type="gate")
    assert (over("stage_gates_due", gate), over("stage_gates_passed", gate)) == (1, passed)


def test_an_action_about_a_kpi_is_a_training_or_a_step() -> None:
    one = done(None, "10-25", type="action", about="training_rate")
    step = replace(one, about="project_step_rate")
    assert (over("trainings_due", one, step), over("trainings_done", one, step)) == (1, 1)
    assert (over("project_steps_due", one, step), over("project_steps_done", one)) == (1, None)


def test_each_measure_is_one_of_the_catalogue() -> None:
    from kpi.catalog import shipped  # noqa: PLC0415  # the catalogue is asked here alone

    assert set(shipped().measures) >= REGISTERED
    assert not set(FLOWS) & set(LEVELS)
