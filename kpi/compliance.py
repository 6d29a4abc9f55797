"""The register: dated tasks become the counts behind the rates of compliance, delivery and gates.

Rules, the same for every count:
- A task counts in the period of its due day, from the day after it (on the day is still in time),
  or as soon as it is done: an open month is measured against what is due by now.
- Done is 100 %; a part is not done, a part payment is not paid. Done counts by the last day of the
  period, so what was late in October stays late in October.
- In time needs the day it was delivered. Done without a day is in time only while it is not due.
- Registrations and certificates are requirements (regime x country x category x company, a product
  for documents), valid on the last day of the period; a wrong number is not valid.
- Nothing due is unknown, never 100 %.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from kpi.model import Window
from kpi.number_check import check_number, is_wrong
from kpi.typed_rows import TaskRow

EPR = frozenset({"epr_packaging", "weee", "battery"})
REGISTRATIONS = EPR | {"vat_registration", "eori"}
CERTIFICATES = frozenset({"ce", "document"})
NUMBERED = REGISTRATIONS | CERTIFICATES
# Days that a law or an authority sets; the others are our own plans.
DATA_REQUESTS = frozenset({"gdpr", "data_access", "data_deletion"})  # of people, in any region
STATUTORY = REGISTRATIONS | DATA_REQUESTS | {"epr_report", "weee_fee", "vat"}
LATE_FACTOR = Decimal("0.5")  # scoring.md section 10: what a gate passed late counts
ZERO, ONE = Decimal(), Decimal(1)


@dataclass(frozen=True, slots=True)
class Moment:
    """The day at whose end tasks are judged, and the day the book was read."""

    day: date
    today: date


Choose = Callable[[TaskRow], bool]
Count = Callable[[TaskRow, Moment], Decimal]


@dataclass(frozen=True, slots=True)
class Counted:
    """A measure of tasks due in a period: which tasks, and what each of them counts."""

    choose: Choose
    count: Count


# --- what a task is ------------------------------------------------------------------------------


def is_done(task: TaskRow, at: Moment) -> bool:
    """Whether a task was done by the end of a day; without a day of delivery it is taken as done.

    A day of delivery after today is a plan, not a delivery. A part payment is not paid, whatever
    its 100 % says.
    """
    if (task.done or 0.0) < 1 or is_part_paid(task):
        return False
    return task.delivered is None or task.delivered <= min(at.day, at.today)


def is_part_paid(task: TaskRow) -> bool:
    """Whether less is paid than is due, as both were written."""
    return task.amount is not None and task.paid is not None and task.paid < task.amount


def in_time(task: TaskRow, at: Moment) -> bool:
    """Done on or before the due day; without a day of delivery only while it is not due yet."""
    if task.due is None or not is_done(task, at):
        return False
    return (task.delivered or at.today) <= task.due


def is_passed(task: TaskRow, at: Moment) -> bool:
    """Done and judged to be right: sent is not accepted, and not done is not passed."""
    return is_done(task, at) and task.outcome == "passed"


def is_registered(task: TaskRow, at: Moment) -> bool:
    """A registration or certificate that is valid on the day."""
    if not is_done(task, at) or not task.registration or task.outcome == "failed":
        return False
    if is_wrong(check_number(task.regime, task.country, task.registration)):
        return False
    return task.valid_to is None or task.valid_to >= at.day


def requirement(task: TaskRow) -> tuple[object, ...]:
    """What a registration stands for: its renewal stands for the same."""
    product = task.about if task.regime in CERTIFICATES else ""
    return (task.regime, task.country, task.category, task.company, product)


# --- what a task counts --------------------------------------------------------------------------


def _one(_task: TaskRow, _at: Moment) -> Decimal:
    return ONE


def _if(test: Callable[[TaskRow, Moment], bool]) -> Count:
    return lambda task, at: ONE if test(task, at) else ZERO


def quantity(task: TaskRow, _at: Moment) -> Decimal:
    """How many checks a task plans; one unless a quantity is written."""
    return Decimal(repr(task.quantity)) if task.quantity else ONE


def quantity_done(task: TaskRow, at: Moment) -> Decimal:
    """Whole checks: half of five is two."""
    done = ONE if is_done(task, at) else min(ONE, Decimal(repr(task.done or 0.0)))
    if task.delivered is not None and task.delivered > at.day:
        return ZERO
    return (quantity(task, at) * done).to_integral_value(ROUND_FLOOR)


def quantity_passed(task: TaskRow, at: Moment) -> Decimal:
    """Checks that were judged to be right; not done is not passed."""
    return quantity(task, at) if is_passed(task, at) else ZERO


def _accepted_in_time(task: TaskRow, at: Moment) -> bool:
    return is_passed(task, at) and in_time(task, at)


def gate_value(task: TaskRow, at: Moment) -> Decimal:
    """1 in time, the late factor when it was passed later, 0 when it was not."""
    if not is_done(task, at) or task.outcome == "failed":
        return ZERO
    return ONE if in_time(task, at) else LATE_FACTOR


def _missed(task: TaskRow, at: Moment) -> bool:
    """Done late or not at all; done on a day that nobody wrote is no proof of a miss."""
    if not is_done(task, at):
        return True
    return task.delivered is not None and task.due is not None and task.delivered > task.due


def _of(*regimes: str) -> Choose:
    return lambda task: task.type == "compliance" and task.regime in regimes


def _typed(kind: str, about: str | None = None) -> Choose:
    return lambda task: task.type == kind and (about is None or task.about == about)


def _deliverable(task: TaskRow) -> bool:
    return task.type == "deliverable" and task.about != "data_delivery_rate"


def _pair(due: str, done: str, choose: Choose, count: Count) -> dict[str, Counted]:
    return {due: Counted(choose, _one), done: Counted(choose, count)}


def _checks(due: str, done: str, regime: str, count: Count) -> dict[str, Counted]:
    return {due: Counted(_of(regime), quantity), done: Counted(_of(regime), count)}


FLOWS: Mapping[str, Counted] = {
    **_pair("weee_due", "weee_paid", _of("weee_fee"), _if(is_done)),
    **_pair("vat_due", "vat_filed", _of("vat"), _if(is_done)),
    "vat_on_time": Counted(_of("vat"), _if(in_time)),
    **_checks("ce_checks_planned", "ce_checks_done", "ce_check", quantity_done),
    **_pair("gdpr_due", "gdpr_on_time", _of(*DATA_REQUESTS), _if(in_time)),
    **_checks("ftc_planned", "ftc_passed", "ftc", quantity_passed),
    **_checks("claims_checks_planned", "claims_checks_passed", "claims", quantity_passed),
    **_pair("tasks_compliance_due", "tasks_compliance_on_time", _typed("compliance"), _if(in_time)),
    "statutory_missed": Counted(_of(*STATUTORY), _if(_missed)),
    **_pair("tasks_due", "tasks_on_time", lambda t: t.type != "dispute", _if(in_time)),
    **_pair("deliverables_due", "deliverables_on_time", _deliverable, _if(_accepted_in_time)),
    **_pair(
        "data_files_due",
        "data_files_on_time",
        _typed("deliverable", "data_delivery_rate"),
        _if(_accepted_in_time),
    ),
    **_pair("stage_gates_due", "stage_gates_passed", _typed("gate"), gate_value),
    **_pair("trainings_due", "trainings_done", _typed("action", "training_rate"), _if(is_done)),
    **_pair(
        "project_steps_due",
        "project_steps_done",
        _typed("action", "project_step_rate"),
        _if(is_done),
    ),
}
LEVELS: Mapping[str, tuple[frozenset[str], bool]] = {  # regimes, and whether only the valid count
    "epr_required": (EPR, False),
    "epr_valid": (EPR, True),
    "ce_required": (frozenset({"ce"}), False),
    "ce_valid": (frozenset({"ce"}), True),
    "docs_required": (EPR | CERTIFICATES, False),
    "docs_valid": (EPR | CERTIFICATES, True),
}
FINDINGS = frozenset({"findings_closed", "finding_days"})
REGISTERED = frozenset({*FLOWS, *LEVELS, *FINDINGS})


# --- measures of a period ------------------------------------------------------------------------


def counted_tasks(
    measure: str, tasks: Iterable[TaskRow], window: Window, today: date
) -> tuple[TaskRow, ...]:
    """The tasks behind a measure of a period, in the order of the table."""
    at = moment(window, today)
    if measure in FLOWS:
        choose = FLOWS[measure].choose
        return tuple(t for t in tasks if choose(t) and counts(t, window, at))
    if measure in LEVELS:
        regimes, _ = LEVELS[measure]
        return tuple(t for t in tasks if _of(*regimes)(t) and is_required(t, window, at))
    return tuple(t for t in tasks if _of("finding")(t) and closed_after(t, window, at) is not None)


def measure_value(
    measure: str, tasks: Sequence[TaskRow], window: Window, today: date
) -> Decimal | None:
    """A measure of a period over the tasks of a scope; None when nothing is due."""
    found = counted_tasks(measure, tasks, window, today)
    at = moment(window, today)
    if not found:
        return None
    if measure in FLOWS:
        return sum((FLOWS[measure].count(task, at) for task in found), ZERO)
    if measure in LEVELS:
        _, valid = LEVELS[measure]
        kept = (task for task in found if not valid or is_registered(task, at))
        return Decimal(len({requirement(task) for task in kept}))
    if measure == "findings_closed":
        return Decimal(len(found))
    return Decimal(sum(closed_after(task, window, at) or 0 for task in found))


def moment(window: Window, today: date) -> Moment:
    """The last day of a period, or today while it runs."""
    return Moment(min(window.end - timedelta(days=1), today), today)


def counts(task: TaskRow, window: Window, at: Moment) -> bool:
    """In the period of its due day, from the day after it, or as soon as it is done."""
    if task.due is None or not window.start <= task.due < window.end:
        return False
    return task.due < at.today or is_done(task, at)


def is_required(task: TaskRow, window: Window, at: Moment) -> bool:
    """From the period of its due day on, or as soon as it is registered; not before it opened."""
    if window.start > at.today or (task.opened is not None and task.opened > at.day):
        return False
    return is_done(task, at) or task.due is None or task.due < window.end


def closed_after(task: TaskRow, window: Window, at: Moment) -> int | None:
    """Days from found to closed of a finding closed in the period; 0 on its own day."""
    opened, closed = task.opened, task.delivered
    if opened is None or closed is None or not is_done(task, at):
        return None
    return max(0, (closed - opened).days) if window.start <= closed < window.end else None
