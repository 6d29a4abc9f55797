"""What of an actual scores: the value itself, or what its policy puts in its place.

A value is outdated when its month is closed and it ends before the month does. While the month is
open, or waits for its last days, what is there is held against what was due by then; on closing
the whole target is due, and a part of the month is no score of it unless the rule says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from kpi.actuals import Actual, Actuals
from kpi.calendar import shifted
from kpi.closing import closing_state
from kpi.grace import days_of_grace
from kpi.missing import Outdated, Policy, Stored, counted
from kpi.model import DataState, Period
from kpi.organisation import ScopeParts
from kpi.typed_rows import Settings, WeightRow

HISTORY_MONTHS = 6
MONTHS_OF_YEAR = 12


UNKNOWN = frozenset({DataState.MISSING, DataState.FEW})  # a policy puts something in its place


@dataclass(frozen=True, slots=True)
class Valued:
    """What an item counts."""

    value: float | None  # unit of the metric
    until: date  # the first day of which nothing is due
    outdated: Outdated | None = None  # what was done with a value that ends too early


@dataclass(frozen=True, slots=True)
class ItemValues:
    """The values of one month as they score."""

    actuals: Actuals
    settings: Settings
    month: Period

    def of(self, rule: WeightRow, found: ScopeParts, actual: Actual) -> Valued:
        """What scores, and the day up to which its target is due.

        What stands in for a value is of a whole month, so all of the target is due for it.
        """
        end = self.month.window.end
        if actual.state in UNKNOWN:
            value = self._instead(rule, found)
            whole = value is not None or self.closed
            return Valued(value, end if whole else actual.covered.end)
        if actual.value is None or actual.covered.end >= end or not self.closed:
            return Valued(actual.value, actual.covered.end)
        match Outdated(rule.outdated):
            case Outdated.BLOCK:
                return Valued(None, end, Outdated.BLOCK)
            case Outdated.USE_TO_DATE:
                return Valued(actual.value, actual.covered.end, Outdated.USE_TO_DATE)
        before = self._before(rule, found, range(1, HISTORY_MONTHS + 1))
        return Valued(before, end, Outdated.LAST_VALUE)

    @property
    def closed(self) -> bool:
        """Whether the closing day of the month has come."""
        today = self.actuals.running_day
        return today is not None and closing_state(self.month, self.settings, today) == "final"

    def _instead(self, rule: WeightRow, found: ScopeParts) -> float | None:
        """What the policy of a missing value gives; months are only read where they may count."""
        back = {
            Policy.LAST_VALUE: range(1, HISTORY_MONTHS + 1),
            Policy.SAME_PERIOD_LAST_YEAR: range(MONTHS_OF_YEAR, MONTHS_OF_YEAR + 1),
        }
        asked = next((months for policy, months in back.items() if policy == rule.missing), ())
        value = self._before(rule, found, asked)
        stored = Stored(value, value, rule.substitute, zero_approved=rule.confirmed)
        return counted(None, rule.missing, stored).value

    def _before(self, rule: WeightRow, found: ScopeParts, back: Iterable[int]) -> float | None:
        """The first known value of the months so far back; a part of a month is none."""
        metric = self.actuals.catalog.metrics[rule.metric]
        for months in back:
            month = shifted(self.month, -months)
            grace = days_of_grace(rule.method, rule.params)
            actual = self.actuals.of(metric, found, month, grace)
            whole = actual.value is not None and actual.covered.end >= month.window.end
            if whole and not too_few(actual, rule):
                return actual.value
        return None


def too_few(actual: Actual, rule: WeightRow) -> bool:
    """Whether a known rate stands on fewer cases than its rule asks for."""
    below = actual.denominator
    if not rule.min_count or actual.value is None or below is None:
        return False
    return below < rule.min_count
