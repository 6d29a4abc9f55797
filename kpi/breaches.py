"""A breach has a memory: the standing is a fold of verdicts over complete periods, oldest first.

Nothing else is state. A restated period is folded again from the start; the difference between
the fold and what was told is what is told next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kpi.errors import KpiError
from kpi.model import Period
from kpi.numbers import R
from kpi.typed_rows import Bound, Rule

MARGIN = 0.05  # of the threshold: how far a value must come back to be good again
_OPERATORS = (">", ">=", "<", "<=")


class Verdict(StrEnum):
    """What one complete period says about a rule."""

    BAD = "bad"
    MID = "mid"  # neither beyond the limit nor back by the margin
    GOOD = "good"
    GAP = "gap"  # anything unknown; zero is no gap


class Breach(StrEnum):
    """The breach region of an instance."""

    NORMAL = "normal"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an instance (rule x scope) stands after a period."""

    breach: Breach = Breach.NORMAL
    bad: int = 0  # bad periods of this run
    good: int = 0  # further good periods while recovering
    episode: Period | None = None  # first bad period of the run


def bound_of(operator: str) -> Bound:
    """Whether a value that equals the limit is already beyond it; the operator says so."""
    if operator not in _OPERATORS:
        known = ", ".join(_OPERATORS)
        raise KpiError(
            f'Operator "{operator}" is not one of {known}.',
            f"条件“{operator}”不在 {known} 之中。",
        )
    return Bound.INCLUSIVE if operator.endswith("=") else Bound.STRICT


def is_beyond(value: float, limit: float, operator: str) -> bool:
    """Whether a value is on the bad side; at equality only an inclusive operator fires."""
    bound = bound_of(operator)
    if value == limit:
        return bound is Bound.INCLUSIVE
    return value > limit if operator.startswith(">") else value < limit


def verdict(value: float | None, rule: Rule, limit: float | None = None) -> Verdict:
    """What a complete period's value says; an unknown value is a gap.

    It is held against `limit`, where the period has one of its own, else against the rule's value.
    """
    x, bound = R(value), R(rule.value if limit is None else limit)
    if x is None or bound is None:
        return Verdict.GAP
    if is_beyond(x, bound, rule.operator):
        return Verdict.BAD
    margin = MARGIN * abs(bound) if rule.margin is None else rule.margin
    above = rule.operator.startswith(">")
    back = R(bound - margin if above else bound + margin)
    if back is None:
        return Verdict.GAP
    return Verdict.GOOD if (x <= back if above else x >= back) else Verdict.MID


def step(now: Standing, period: Period, said: Verdict, rule: Rule) -> Standing:  # noqa: PLR0911 - one return a cell of the state table
    """One period later. A gap neither counts nor resets."""
    match now.breach, said:
        case _, Verdict.GAP:
            return now
        case ((Breach.NORMAL | Breach.PENDING), Verdict.BAD):
            bad = now.bad + 1
            breach = Breach.FIRING if bad >= rule.periods else Breach.PENDING
            return Standing(breach, bad, 0, now.episode or period)
        case ((Breach.NORMAL | Breach.PENDING), _):
            return Standing()
        case _, Verdict.BAD:
            return replace(now, breach=Breach.FIRING, bad=now.bad + 1, good=0)
        case _, Verdict.MID:
            return now
        case Breach.FIRING, _:
            return replace(now, breach=Breach.RECOVERING) if rule.keep else Standing()
        case _:
            return replace(now, good=now.good + 1) if now.good + 1 < rule.keep else Standing()


@dataclass(frozen=True, slots=True)
class Judged:
    """The latest revision of one complete period, judged."""

    period: Period
    said: Verdict
    revision: int = 1


def latest(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """The latest revision of each period, oldest period first; a repeated one changes nothing."""
    newest: dict[Period, Judged] = {}
    for one in judged:
        held = newest.get(one.period)
        if held is None or one.revision > held.revision:
            newest[one.period] = one
    return tuple(newest[period] for period in sorted(newest, key=lambda p: p.window.start))


def stand(judged: Iterable[Judged], rule: Rule, start: Standing | None = None) -> Standing:
    """Fold periods into a standing; `start` stands in for the periods before the first."""
    return trail(judged, rule, start)[-1][1]


def trail(
    judged: Iterable[Judged], rule: Rule, start: Standing | None = None
) -> tuple[tuple[Period | None, Standing], ...]:
    """The standing after each period, from the start on (whose period is None)."""
    now = start or Standing()
    steps: list[tuple[Period | None, Standing]] = [(None, now)]
    for one in latest(judged):
        now = step(now, one.period, one.said, rule)
        steps.append((one.period, now))
    return tuple(steps)


# --- runs ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Episode:
    """One run beyond the limit, from its first bad period to the last that was firing."""

    periods: tuple[Period, ...]  # all judged ones of the run
    fired: tuple[Period, ...]  # those after which it was firing
    open: bool


def episodes(steps: Sequence[tuple[Period | None, Standing]]) -> tuple[Episode, ...]:
    """Every run that fired, oldest first."""
    found: list[Episode] = []
    for at, (period, now) in enumerate(steps):
        if period is None or now.breach is not Breach.FIRING or now.episode is None:
            continue
        first = now.episode.window.start
        run = tuple(p for p, _ in steps[: at + 1] if p is not None and p.window.start >= first)
        if found and found[-1].periods[0] == now.episode:
            found[-1] = Episode(run, (*found[-1].fired, period), open=True)
        else:
            found.append(Episode(run, (period,), open=True))
    standing = steps[-1][1].breach
    is_open = standing in {Breach.FIRING, Breach.RECOVERING}
    last = len(found) - 1
    return tuple(replace(one, open=is_open and n == last) for n, one in enumerate(found))


# --- what is told -------------------------------------------------------------------------------


class Event(StrEnum):
    """What a reader is told about an episode."""

    FIRED = "fired"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"  # the facts changed so that it never fired


@dataclass(frozen=True, slots=True)
class Told:
    """What the durable log says about the last episode told of an instance."""

    periods: tuple[Period, ...]  # of the told episode
    open: bool
    withdrawn: bool = False


def event(told: Told | None, steps: Sequence[tuple[Period | None, Standing]]) -> Event | None:
    """The difference between the fold now and what was told; None when there is nothing new."""
    standing = steps[-1][1]
    fired = {period for period, then in steps if then.breach is Breach.FIRING}
    if told is not None and not told.withdrawn and fired.isdisjoint(told.periods):
        return Event.WITHDRAWN
    if told is not None and told.open and not told.withdrawn:
        return Event.RESOLVED if standing.breach is Breach.NORMAL else None
    return Event.FIRED if standing.breach is Breach.FIRING else None
