"""The lines of tblActual: every value in use with its cover, its sources and the last pull.

A company has thousands, and an edit of the book moves few: a line is made once for its value, and
taken again while the same value stands with the same name and pull.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from kpi.actuals import Actual
from kpi.calendar import shifted, year_before
from kpi.model import DataState, Metric, Period, ScopeKind
from sync_service.compute import Computed, metrics_shown, watched
from sync_service.filling.cells import Cell, FilledRow, known, local, state
from sync_service.recent import Line

MONTHS_BACK = 1
WEEKLY = frozenset(
    {ScopeKind.COMPANY, ScopeKind.REGION, ScopeKind.MARKET, ScopeKind.SHOP, ScopeKind.PERSON}
)


def actuals(done: Computed) -> Iterator[FilledRow]:
    """KPIs in use of every scope by month; what is scored or watched by week."""
    month = done.month
    shown = [done.metric(code) for code in metrics_shown(done.book, done.given.catalog)]
    weekly = [metric for metric in shown if metric.code in watched(done.book)]
    lines = _Lines(done, done.given.recent.lines.get(done.given.language, {}))
    for of in (month, shifted(month, -MONTHS_BACK), year_before(month)):
        yield from _rows(lines, of, shown, frozenset(ScopeKind))
    for week in done.weeks():
        yield from _rows(lines, week, weekly, WEEKLY)
    done.given.recent.lines[done.given.language] = lines.made


def _rows(
    lines: _Lines, of: Period, metrics: Iterable[Metric], kinds: frozenset[ScopeKind]
) -> Iterator[FilledRow]:
    done = lines.done
    for key, found in done.scopes.items():
        if found.scope.kind not in kinds:
            continue
        for metric in metrics:
            if (metric.code, key[0]) in done.book.unused:
                continue
            actual = done.value(metric.code, key, of)
            if actual is not None and actual.state is not DataState.NOT_APPLICABLE:
                yield lines.of(metric, actual)


@dataclass(slots=True)
class _Lines:
    """The lines of one refresh; those `before` are of the last one in the same language."""

    done: Computed
    before: dict[int, Line]  # by the id of the value
    made: dict[int, Line] = field(default_factory=dict)
    pulls: dict[tuple[str, ...], datetime | None] = field(default_factory=dict)  # by streams

    def of(self, metric: Metric, actual: Actual) -> FilledRow:
        """The line of a value."""
        name, fetched = metric.names[self.done.given.language], self._fetched(actual.streams)
        line = self.before.get(id(actual))
        if line is None or (line.actual, line.name, line.fetched) != (actual, name, fetched):
            line = Line(actual, name, fetched, self._row(metric, actual, fetched))
        self.made[id(actual)] = line
        return line.row

    def _row(self, metric: Metric, actual: Actual, fetched: Cell) -> FilledRow:
        language = self.done.given.language
        return {
            "period": actual.period,
            "region": str(actual.scope.region or "ALL"),
            "scope": actual.scope.code,
            "metric": metric.names[language],
            "value": known(actual.value),
            "numerator": known(actual.numerator),
            "denominator": None if metric.denominator is None else known(actual.denominator),
            "data_until": actual.covered_until,
            "state": state(actual, language),
            "source": ", ".join(dict.fromkeys(s.split("@")[0] for s in actual.streams)),
            "fetched_at": fetched,
            "facts": actual.facts,
        }

    def _fetched(self, streams: tuple[str, ...]) -> datetime | None:
        """The oldest last pull of the streams behind a value."""
        if streams not in self.pulls:
            states = (self.done.given.states.get((s[0], s[1])) for s in _split(streams))
            pulls = [one.last_success for one in states if one and one.last_success]
            zone = self.done.book.settings.time_zone
            self.pulls[streams] = local(min(pulls), zone) if pulls else None
        return self.pulls[streams]


def _split(streams: tuple[str, ...]) -> list[list[str]]:
    """Stream and shop of each."""
    return [one.split("@") for one in streams]
