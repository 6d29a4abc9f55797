"""Newcomer plans by business line: the gates of the first months, and the day of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kpi.model import Region, Texts
from kpi.pack_reading import Stage, other_plans, standard_plan

STANDARD = "operations"  # of whoever has no plan of the own line


@dataclass(frozen=True, slots=True)
class Plan:
    """The gates of a business line, in the order of their days."""

    code: str  # of the word list newcomer_plan
    names: Texts
    stages: tuple[Stage, ...]

    @property
    def last_day(self) -> int:
        """The day of the last gate; the first day is 1."""
        return max(stage.day for stage in self.stages)


@cache
def plans() -> Mapping[str, Plan]:
    """Every plan by its code, the standard one first."""
    first = Plan(STANDARD, {"zh": "运营", "en": "Operations"}, standard_plan())
    more = (Plan(code, names, stages) for code, names, stages in other_plans())
    return {plan.code: plan for plan in (first, *more)}


def plan_of(code: str | None) -> Plan:
    """The plan that somebody chose; the standard one where nobody did."""
    return plans()[code or STANDARD]


def task_name(stage: Stage) -> Texts:
    """What a gate is called as a task: it begins a sentence."""
    zh, en = stage.names["zh"], stage.names["en"]
    return {"zh": zh, "en": en[:1].upper() + en[1:]}


def regions_of(us_share: float | None) -> frozenset[Region]:
    """The sides a person works for, by the share of the US card."""
    if us_share is None or 0 < us_share < 1:
        return frozenset(Region)
    return frozenset({Region.US if us_share == 1 else Region.EU})
