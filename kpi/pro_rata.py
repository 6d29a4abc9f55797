"""Limits in the KPI's own unit, cut as the target beside them is.

They are typed for a whole month and a person who is there for all of it: a red flag of 22,000
stands below a target of 34,100. What is due by day 10 of 31 is 11,000, and the red flag 7,096.77;
of somebody who came in mid-month both are a half. Percentages, points and steps stay as they are,
and so do the free misses of `points`: a miss is one from the first day on.
"""

from __future__ import annotations

from dataclasses import replace

from kpi.methods import PARAMETERS, Params, method
from kpi.model import Better
from kpi.numbers import R
from kpi.person_targets import Goal
from kpi.step_table import FROM, STEP_NAMES, has_table, on_actual
from kpi.targets import due
from kpi.typed_rows import WeightRow


def cut(value: float | None, pace: Goal) -> float | None:
    """A limit of the whole month, as far as it is due: the same two steps as the target's."""
    whole = None if value is None else R(value * pace.part)
    return due(whole, pace.share, additive=True)


def cut_params(rule: WeightRow, pace: Goal) -> Params:
    """The parameters of a paced item; of a step table on the actual, where its bands begin."""
    if has_table(rule.params):
        flags, steps = rule.params[: len(PARAMETERS)], rule.params[len(PARAMETERS) :]
        unit = FROM if on_actual(rule.params) else ()
        named = zip(STEP_NAMES, steps, strict=True)
        return (*flags, *(cut(value, pace) if name in unit else value for name, value in named))
    own = method(rule.method).in_unit
    given = zip(PARAMETERS, rule.params, strict=True)
    return tuple(cut(value, pace) if name in own else value for name, value in given)


def cut_limits(rule: WeightRow, pace: Goal) -> WeightRow:
    """The rule of a paced item with its warn and breach.

    Those of a band are limits in the KPI's unit; all others are parts of what is due already.
    """
    if rule.better is not Better.BAND:
        return rule
    upper = replace(rule, warn=cut(rule.warn, pace), breach=cut(rule.breach, pace))
    low, lowest = (cut(value, pace) for value in (rule.warn_low, rule.breach_low))
    return replace(upper, warn_low=low, breach_low=lowest)
