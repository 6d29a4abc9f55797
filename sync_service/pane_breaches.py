"""The breaches of a refresh that the open workbook did not list before, with the cell of each."""

from __future__ import annotations

from kpi.actuals import is_money
from kpi.alarms import Alarm
from sync_service.compute import Computed
from sync_service.filling.breaches import cause, owner_of
from sync_service.pane_results import Json
from sync_service.workbooks.grids import Grid
from sync_service.workbooks.sent import Offer

TABLE, NUMBER, SHOWN = "tblBreach", "no", "metric"


def new_breaches(offer: Offer, done: Computed) -> list[Json]:
    """Open and told, and on no row of Breaches as it was sent; the loudest first."""
    before, after = offer.book.grids.get(TABLE), offer.after().grids.get(TABLE)
    if before is None or after is None:
        return []
    known, rows = _rows(before), _rows(after)
    found = [one for one in done.alarms if one.open and not one.silent and one.number not in known]
    found.sort(key=lambda one: one.level != "breach")
    return [_told(done, one, after, rows.get(one.number)) for one in found]


def _rows(grid: Grid) -> dict[str, int]:
    """Number of a line -> its row in the data."""
    if NUMBER not in grid.codes:
        return {}
    at = grid.codes.index(NUMBER)
    return {str(row[at]): n for n, row in enumerate(grid.rows) if row[at] not in (None, "")}


def _told(done: Computed, one: Alarm, grid: Grid, row: int | None) -> Json:
    here = row is not None and SHOWN in grid.codes
    return {
        "no": one.number,
        "level": "error" if one.level == "breach" else "warning",
        "names": dict(one.metric.names),
        "scope": one.scope.scope.code,
        "value": one.last.value,
        "limit": one.limit.value,
        "operator": one.rule.operator,
        "unit": one.metric.unit.value,
        "currency": done.book.settings.currency if is_money(one.metric) else None,
        "owner": owner_of(done, one) or None,
        "cause": cause(done, one) or None,
        "sheet": grid.sheet if here else None,
        "cell": grid.address(row or 0, grid.codes.index(SHOWN)) if here else None,
    }
