"""tblOkr: actual values of key results and the objectives they were handed down to."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.actuals import Actual
from kpi.calendar import period
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import COMPANY_SCOPE, OWN_STORES, Region
from kpi.okr import KeyResult, grades, handed_down, in_circle
from sync_service.compute import Computed
from sync_service.filling.cells import FilledRow, known, number

NOTHING = "–"


def key_results(done: Computed) -> Iterator[FilledRow]:
    """The service's cells of every line of the table."""
    lines = done.typed.key_results
    found = {line.number: _actual(done, line) for line in lines}
    values = {no: one.value if one else None for no, one in found.items()}
    graded, below = grades(lines, values), handed_down(lines)
    for line in lines:
        actual = found[line.number]
        yield {
            "no": line.number,
            "actual": known(None) if actual is None else number(actual),
            "data_until": actual.covered_until if actual else None,
            "below": " · ".join(
                f"{name} {_grade(graded.get(name))}" for name in below.get(line.objective, ())
            ),
            "unit": done.metric(line.metric).unit.value,
        }


def _actual(done: Computed, line: KeyResult) -> Actual | None:
    """The KPI of the line's scope; a market or shop is found without its region too."""
    of = period(line.period, done.book.settings.week_start)
    if line.scope in (COMPANY_SCOPE, OWN_STORES):
        return done.value(line.metric, (None, line.scope), of)
    keys = (
        [(Region(line.region), line.scope)]
        if line.region
        else [key for key in done.scopes if key[1] == line.scope]
    )
    return done.value(line.metric, keys[0], of) if keys else None


def _grade(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def circles(done: Computed) -> Iterator[Problem]:
    """Objectives that serve themselves."""
    for name in sorted(in_circle(done.typed.key_results)):
        yield problem("okr_circle", Place(table="tblOkr", text=name), objective=name)
