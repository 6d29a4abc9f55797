"""The first page: six tiles and the lines of the markets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from kpi.actuals import Actual
from kpi.calendar import DAYS_OF_WEEK, day_period
from kpi.model import Better, Region, Status, Window
from kpi.numbers import R
from kpi.pacing import at_speed, is_early, pace, reached, run_rate
from kpi.scoring import status_of_item
from kpi.season import Pacing
from kpi.typed_rows import Bound
from sheet_templates.layout import MARKET_LINES, MARKETS
from sheet_templates.words import SIGNS, show
from sync_service.compute import Computed, ScopeKey, market_key
from sync_service.filling.cells import Cell, FilledRow, known, number
from sync_service.filling.own_markets import places, todays

PACE_WARN, PACE_BREACH = 0.95, 0.85
COMPANY: ScopeKey = (None, "ALL")


def markets(done: Computed) -> Iterator[FilledRow]:
    """Pace and the main ratios of US, EU, each market, the own stores and the total.

    What has no place is no line of the page: the books of before look it up by its name.
    """
    shown = todays(done)
    at = places(done, shown, MARKET_LINES)
    for code in dict.fromkeys((*MARKETS, *shown)):
        key = market_key(done, code)
        if key is None or key not in done.scopes:
            yield {"scope": code, "place": at.get(code)} | dict.fromkeys(_MARKET_COLUMNS)
            continue
        sales, goal = done.value("net_sales", key), done.goal("net_sales", key)
        yield {
            "scope": code,
            "pace": known(_pace(sales, goal.value if goal else None, goal.share if goal else None)),
            "margin": number(done.value("contribution_margin", key)),
            "tacos": number(done.value("tacos", key)),
            "return_rate": number(done.value("return_rate", key)),
            "compliance": number(done.value("compliance_task_rate", key)),
            "place": at.get(code),
        }


_MARKET_COLUMNS = ("pace", "margin", "tacos", "return_rate", "compliance")


def _pace(sales: Actual | None, target: float | None, share: float | None) -> float | None:
    return pace(sales.value if sales else None, target, share)


def tiles(done: Computed) -> Iterator[FilledRow]:
    """The six tiles of Today."""
    yield from _money_tiles(done)
    yield from _ratio_tiles(done)
    yield _compliance_tile(done)
    yield _breach_tile(done)


def _money_tiles(done: Computed) -> Iterator[FilledRow]:
    for code in ("net_sales", "contribution_profit"):
        actual, goal = done.value(code, COMPANY), done.goal(code, COMPANY)
        share = goal.share if goal else None
        due = R(goal.value * share) if goal and share is not None else None
        at = _pace(actual, goal.value if goal else None, share)
        landing = reached(_landing(done, actual, share), goal.value if goal else None)
        row = _tile(done, code, actual, due, at, landing, _pace_status(at))
        yield {**row, "note": _early(done, actual) if landing is not None else None}


def _early(done: Computed, actual: Actual | None) -> str | None:
    """`early` while the known days are too few for a projection to be acted on."""
    share = actual.covered.days / done.month.window.days if actual else None
    return show("early", "early", done.given.language) if is_early(share) else None


def _landing(done: Computed, actual: Actual | None, share: float | None) -> float | None:
    """Where the month ends, by the workbook's pacing."""
    if actual is None:
        return None
    if done.book.settings.pacing != Pacing.RUN_RATE:
        return run_rate(actual.value, share)
    end = actual.covered.end
    days = Window(end - timedelta(days=DAYS_OF_WEEK), end).each()
    values = [done.value(actual.metric, COMPANY, day_period(day)) for day in days]
    left = (done.month.window.end - end).days
    return at_speed(actual.value, [one.value if one else None for one in values], left)


def _ratio_tiles(done: Computed) -> Iterator[FilledRow]:
    for code in ("tacos", "return_rate"):
        actual, target = done.value(code, COMPANY), _ratio_target(done, code)
        status = status_of_item(
            actual.value if actual else None,
            target,
            Better.LOWER,
            target,
            None,
            Bound.STRICT,
            additive=False,
        )
        yield _tile(done, code, actual, target, None, None, status)


def _compliance_tile(done: Computed) -> FilledRow:
    """Tasks done of all, and the open one that is due first: `▲ FR 包装EPR`."""
    tasks = [t for t in done.book.tasks if t.type == "compliance"]
    waiting = sorted(
        (t for t in tasks if (t.done or 0) < 1), key=lambda t: (t.due or date.max, t.number)
    )
    late = any(t.due and t.due < done.today for t in waiting)
    status = "breach" if late else "warn" if waiting else "ok"
    first = waiting[0] if waiting else None
    sign = SIGNS["breach" if late else "warn"]
    return {
        **_empty("compliance"),
        "value": float(len(tasks) - len(waiting)),
        "due": float(len(tasks)),
        "status": show("status", status, done.given.language),
        "note": " ".join(p for p in (sign, first.country, first.what) if p) if first else None,
    }


def _breach_tile(done: Computed) -> FilledRow:
    """How many are open, and how many of them are more than a warning."""
    firing = [alarm for alarm in done.alarms if alarm.open]
    severe = sum(1 for alarm in firing if alarm.level == "breach")
    status = "breach" if severe else "warn" if firing else "ok"
    return {
        **_empty("breaches"),
        "value": float(len(firing)),
        "due": float(severe),
        "status": show("status", status, done.given.language),
    }


def _empty(tile: str) -> dict[str, Cell]:
    columns = ("value", "due", "pace", "forecast", "status", "note")
    return {"tile": tile, **dict.fromkeys(columns)}


def _tile(
    done: Computed,
    code: str,
    actual: Actual | None,
    due: float | None,
    at: float | None,
    landing: float | None,
    status: Status,
) -> FilledRow:
    paced = done.metric(code).additive  # a ratio has no pace
    return {
        "tile": code,
        "value": number(actual),
        "due": known(due),
        "pace": known(at) if paced else None,
        "forecast": known(landing) if paced else None,
        "status": show("status", status.value, done.given.language),
        "note": None,
    }


def _pace_status(at: float | None) -> Status:
    if at is None:
        return Status.NO_DATA
    if at < PACE_BREACH:
        return Status.BREACH
    return Status.WARN if at < PACE_WARN else Status.OK


def _ratio_target(done: Computed, metric: str) -> float | None:
    """The regions' targets weighted by their net sales: what the company's ratio should be."""
    total, weight = 0.0, 0.0
    for region in Region:
        key: ScopeKey = (region, str(region))
        goal, sales = done.goal(metric, key), done.value("net_sales", key)
        if key in done.scopes and (goal is None or sales is None or sales.value is None):
            return None
        if goal and sales and sales.value:
            total += goal.value * sales.value
            weight += sales.value
    return R(total / weight) if weight else None
