"""The meeting pack of an open workbook: a week, month or quarter, what it misses, what follows.

Nothing is recorded: the pane shows it and writes the tasks that follow and, of a quarter, the look
at the KPI set and at how far the system is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kpi.actuals import is_money
from kpi.calendar import shifted, year_before
from kpi.follow_ups import FollowUp
from kpi.model import Texts
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.filling import attention, breaches, reports
from sync_service.filling.reports import Against
from sync_service.house import House
from sync_service.kpi_review import (
    adoption,
    kpi_lines,
    month_cards,
    patches,
    quarter_of,
    rescoring,
)
from sync_service.pane_results import Json, nothing_to_write, patches_of
from sync_service.pausing import paused
from sync_service.refresh import Order, Seen, look, own_tables
from sync_service.review_tasks import follow_ups, task_patches
from sync_service.told import ToldError
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.sent import Offer, SentBook, SentPort

KINDS = ("week", "month", "quarter")
TASKS = frozenset({"任务", "Tasks"})  # where a line of the focus points


@dataclass(frozen=True, slots=True)
class _Set:
    """The look at the KPI set of a quarter: what is told, and the rows of its tables."""

    told: Json
    made: tuple[TablePatch, ...] = ()


def reviewed(house: House, name: str, sent: SentBook, kind: str) -> Json:
    """The pack of the last whole week, of the month under review or of its quarter.

    Raises:
        ToldError: There is no such kind, or the workbook is a partner's.
    """
    own_tables(sent.grids.keys())
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise ToldError(f"A review is one of {known}.", f"复盘应为 {known} 之一。")
    offers: list[Offer] = []

    def take(offer: Offer) -> bool:
        offers.append(offer)
        return True

    port = SentPort(sent, take)
    order = Order(name, port, "review")
    seen = look(house, order)
    done, of = seen.done, _against(seen.done, kind)
    found = tuple(follow_ups(house, order, seen))
    kpis = _kpi_set(house, name, seen) if kind == "quarter" else _Set({"kpis": [], "teams": []})
    stopped = paused(house)
    if not stopped:
        port.write([*task_patches(seen, found), *kpis.made], (), seen.contents.fingerprint)
    return {
        **(patches_of(offers[0]) if offers else nothing_to_write()),
        "paused": stopped,
        "kind": kind,
        "period": of.now.code,
        "before": of.before.code,
        "lines": list(_lines(done, of)),
        "misses": list(_misses(done)),
        "due": list(_due(done)),
        "follow": [_task(one) for one in found],
        **kpis.told,
    }


def _against(done: Computed, kind: str) -> Against:
    if kind == "week":
        return reports.week(done)
    if kind == "month":
        return reports.month(done)
    quarter = quarter_of(done, None)
    return Against(quarter, shifted(quarter, -1), year_before(quarter))


def _lines(done: Computed, of: Against) -> Iterator[Json]:
    """The KPIs of the report pages by scope, against the period before and what was due."""
    for scope, key in reports.shown(done):
        if key is None or key not in done.scopes:
            continue
        for code in reports.reported(done):
            metric = done.metric(code)
            now, before = done.value(code, key, of.now), done.value(code, key, of.before)
            yield {
                "scope": scope,
                "names": _both(metric.names),
                "unit": metric.unit.value,
                "currency": done.book.settings.currency if is_money(metric) else None,
                "value": now.value if now else None,
                "before": before.value if before else None,
                "due": reports.due_of(done, of.now, key, code),
            }


def _misses(done: Computed) -> Iterator[Json]:
    for alarm in (alarm for alarm in done.alarms if alarm.open):
        yield {
            "level": "error" if alarm.level == "breach" else "warning",
            "names": _both(alarm.metric.names),
            "scope": alarm.scope.scope.code,
            "owner": breaches.owner_of(done, alarm) or None,
            "cause": breaches.cause(done, alarm) or None,
        }


def _due(done: Computed) -> Iterator[Json]:
    """Actions that are due or late, of the lines of today."""
    for row in attention.focus(done, ()):
        if row["what"] and row["link"] in TASKS:
            yield {"what": row["what"], "owner": row["owner"], "age": row["age"]}


def _task(one: FollowUp) -> Json:
    return {"no": one.number, "what": one.what, "owner": one.owner, "due": str(one.due)}


def _kpi_set(house: House, name: str, seen: Seen) -> _Set:
    """What the quarter says of each KPI on a card, and how far each team uses the system."""
    done, tables = seen.done, seen.contents.tables
    quarter = quarter_of(done, None)
    months = month_cards(done, quarter)
    lines = kpi_lines(done, quarter, months)
    effects = rescoring(months, lines)
    used = adoption(house.store, name, done, tables, quarter)
    told: Json = {
        "kpis": [
            {
                "names": _both(done.metric(one.metric).names),
                "finding": _words("kpi_finding", one.finding),
                "proposal": _words("kpi_proposal", effects[one.metric].proposal),
            }
            for one in lines
            if one.items
        ],
        "teams": [{"team": one.team, "level": _words("adoption", one.level)} for one in used],
    }
    return _Set(told, tuple(patches(done, lines, effects, used, tables)))


def _words(name: str, code: str) -> Json:
    return {"zh": show(name, code, "zh"), "en": show(name, code, "en")}


def _both(names: Texts | Mapping[str, str]) -> Json:
    return {"zh": names["zh"], "en": names["en"]}
