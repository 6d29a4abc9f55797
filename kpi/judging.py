"""One period under a rule: its value, what it is held against, and what the two say.

A surge is held against the periods just before; a period of a sales event against the same event a
year before. Where nothing is there to hold it against, the period says nothing and tells why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kpi.breaches import Verdict, verdict
from kpi.calendar import period_of
from kpi.model import PeriodKind
from kpi.period_values import PeriodValues, Seen
from kpi.same_event import Events, Twin
from kpi.surge import Lack, Limit, history_length, lack_of, limit_of, limit_of_event
from kpi.typed_rows import Rule

Held = tuple[Limit | None, Lack | None]
"""What a value is held against, or why there is nothing."""


@dataclass(frozen=True, slots=True)
class Day:
    """One period with its value, its limit and what they say."""

    seen: Seen
    limit: Limit | None
    said: Verdict
    lack: Lack | None = None  # why a known value has no limit


def judge(rule: Rule, values: PeriodValues, n: int, events: Events) -> Day:
    """The n-th period before the running one, held against its limit."""
    seen = values.back(n)
    limit, lack = _held(rule, values, n, events)
    said = Verdict.GAP if limit is None else verdict(seen.value, rule, limit.value)
    return Day(seen, limit, said, lack)


def lacking(shown: Sequence[Day]) -> Lack | None:
    """Why the newest known value says nothing; None where it does, or where none is known."""
    said = (one.lack for one in reversed(shown) if one.lack or one.seen.value is not None)
    return next(said, None)


def _held(rule: Rule, values: PeriodValues, n: int, events: Events) -> Held:
    seen = values.back(n)
    if values.budget is not None:
        return _budget(values, seen)
    surge = rule.against != "value" and rule.window is not PeriodKind.MONTH
    twin = events.twin(seen.period.window) if surge else None
    if twin is not None:
        limit, lack = _event(rule, values, twin, seen)
    else:
        earlier = [values.back(n + k).value for k in range(history_length(rule), 0, -1)]
        limit = limit_of(rule, earlier)
        lack = lack_of(rule, earlier) if limit is None else None
    return limit, lack if seen.value is not None else None


def _budget(values: PeriodValues, seen: Seen) -> Held:
    """The limit of the budget, or of what is due of it."""
    budget = values.budget
    if budget is None or budget.lacks(seen.actual):
        return None, Lack("rule_no_budget", (("month", f"{seen.period.window.start:%Y-%m}"),))
    return Limit(budget.limit(seen.period, seen.actual)), None


def _event(rule: Rule, values: PeriodValues, twin: Twin, seen: Seen) -> Held:
    """So many times what the same event had a year before."""
    named = (("zh", twin.names["zh"]), ("en", twin.names["en"]))
    if twin.day is None:
        return None, Lack(
            "rule_event_undated", (*named, ("year", seen.period.window.start.year - 1))
        )
    then = values.of(period_of(twin.day, rule.window, values.week_start)).value
    limit = None if then is None else limit_of_event(rule, then, twin.names, twin.day)
    if limit is not None:
        return limit, None
    if then is not None:
        return None, Lack("rule_history_negative")
    return None, Lack("rule_event_unknown", (*named, ("day", twin.day)))
