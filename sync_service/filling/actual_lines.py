"""The lines of tblActual: every value in use with its cover, its sources and the last pull.

A company has thousands, and an edit of the book moves few. What the facts alone say of a scope and
period is found again as one block, with its lines, while the KPIs keep their names and no stream
was pulled.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from kpi.actuals import Actual
from kpi.calendar import shifted, year_before
from kpi.model import DataState, Metric, Period, ScopeKind
from kpi.organisation import ScopeParts
from sync_service.compute import Computed, ScopeKey, metrics_shown, watched
from sync_service.filling.cells import FilledRow, Worded, known, local, state, worded
from sync_service.recent import Block, Place, Told

MONTHS_BACK = 1
WEEKLY = frozenset(
    {ScopeKind.COMPANY, ScopeKind.REGION, ScopeKind.MARKET, ScopeKind.SHOP, ScopeKind.PERSON}
)


def actuals(done: Computed) -> Worded:
    """KPIs in use of every scope by month; what is scored or watched by week."""
    return Worded(_lines(done))


def _lines(done: Computed) -> Iterator[FilledRow]:
    month = done.month
    shown = [done.metric(code) for code in metrics_shown(done.book, done.given.catalog)]
    weekly = [metric for metric in shown if metric.code in watched(done.book)]
    lines = _Lines(done)
    monthly = lines.groups(shown, frozenset(ScopeKind))
    for of in (month, shifted(month, -MONTHS_BACK), year_before(month)):
        yield from lines.of(monthly, of)
    by_week = lines.groups(weekly, WEEKLY)
    for week in done.weeks():
        yield from lines.of(by_week, week)


@dataclass(frozen=True, slots=True)
class _Group:
    """KPIs in a row of one scope."""

    key: ScopeKey
    found: ScopeParts
    metrics: tuple[Metric, ...]
    names: tuple[str, ...]
    blocks: dict[Place, Block] | None  # None: more than the facts decides


@dataclass(slots=True)
class _Lines:
    """The lines of one refresh."""

    done: Computed
    pulls: dict[tuple[str, ...], datetime | None] = field(default_factory=dict)  # by streams

    def groups(self, metrics: Sequence[Metric], kinds: frozenset[ScopeKind]) -> list[_Group]:
        """What is shown of each scope, in the order of the lines."""
        return [
            group
            for key, found in self.done.scopes.items()
            if found.scope.kind in kinds
            for group in self._of_scope(key, found, metrics)
        ]

    def _of_scope(
        self, key: ScopeKey, found: ScopeParts, metrics: Sequence[Metric]
    ) -> Iterator[_Group]:
        done = self.done
        used = [metric for metric in metrics if (metric.code, key[0]) not in done.book.unused]
        by_facts = done.actuals.applies_by_facts
        for together, grouped in groupby(used, lambda metric: by_facts(metric, found)):
            of = tuple(grouped)
            names = tuple(metric.names[done.given.language] for metric in of)
            meanings = tuple(map(done.actuals.meaning, of)) if together else ()
            yield _Group(
                key, found, of, names, done.known.blocks.of(meanings) if together else None
            )

    def of(self, groups: Sequence[_Group], of: Period) -> Iterator[FilledRow]:
        """The lines of a period."""
        for group in groups:
            if group.blocks is None:
                yield from self._told(group, self._block(group, of)).rows
                continue
            place = (group.found, of)
            block = group.blocks.get(place)
            if block is None:
                block = group.blocks[place] = self._block(group, of)
            yield from self._again(group, block).rows

    def _block(self, group: _Group, of: Period) -> Block:
        found = ((n, self.done.value(m.code, group.key, of)) for n, m in enumerate(group.metrics))
        shown = tuple(
            (n, actual)
            for n, actual in found
            if actual is not None and actual.state is not DataState.NOT_APPLICABLE
        )
        return Block(shown, tuple(dict.fromkeys(actual.streams for _, actual in shown)))

    def _again(self, group: _Group, block: Block) -> Told:
        """The lines as they were told before, where they would be the same."""
        language = self.done.given.language
        told = block.told.get(language)
        if told is None or (told.names, told.fetched) != (group.names, self._all_fetched(block)):
            told = block.told[language] = self._told(group, block)
        return told

    def _told(self, group: _Group, block: Block) -> Told:
        rows = (self._row(group.metrics[n], actual) for n, actual in block.actuals)
        said = tuple(worded("tblActual", rows, self.done.given.language))
        return Told(group.names, self._all_fetched(block), said)

    def _row(self, metric: Metric, actual: Actual) -> FilledRow:
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
            "fetched_at": self._fetched(actual.streams),
            "facts": actual.facts,
        }

    def _all_fetched(self, block: Block) -> tuple[datetime | None, ...]:
        return tuple(map(self._fetched, block.streams))

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
