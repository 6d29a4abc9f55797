"""The quarter's look at the KPI set and at how far the system is used, as rows of their tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from kpi.calendar import period, period_of
from kpi.follow_ups import day, text
from kpi.model import Period, PeriodKind, Window
from kpi.set_rescoring import Month, Rescored, rescored
from kpi.set_review import KpiLine, review_kpis
from kpi.tables import Row, Table
from kpi.typed_rows import TaskRow
from sheet_templates.layout import TABLES
from sync_service import schema
from sync_service.compute import Computed, watched
from sync_service.control import Control
from sync_service.filling.cells import FilledRow, worded
from sync_service.months import ByMonth
from sync_service.workbooks.port import TablePatch

EVERYBODY = "ALL"
LITTLE = 3  # signs of use in a quarter below which a team hardly uses the system
NOTED = {"tblTeam": ("person", "comment"), "tblBreach": ("owner", "action")}  # whose row, the note


def quarter_of(done: Computed, code: str | None) -> Period:
    """The quarter that was asked for, or that of the month under review."""
    return period(code) if code else period_of(done.month.window.start, PeriodKind.QUARTER)


def month_cards(done: Computed, quarter: Period) -> tuple[Month, ...]:
    """The cards of a quarter's months up to the month under review, each by its own contract."""
    by_month = ByMonth(done.typed, done.given.catalog, done.given.versions, done.actuals)
    return tuple(
        Month(done.people, done.book.settings.min_coverage)
        if month == done.month
        else Month(by_month.people(month), by_month.terms(month).book.settings.min_coverage)
        for month in _months(quarter, done.month)
    )


def kpi_lines(done: Computed, quarter: Period, months: Sequence[Month]) -> tuple[KpiLine, ...]:
    """How each KPI of the book did in the months of a quarter."""
    items = [i for m in months for card in m.cards for one in card.cards for i in one.items]
    idle = sorted(done.book.kpis - watched(done.book))  # pages and rules use the others
    return review_kpis(items, idle, _disputes(done, quarter))


def rescoring(months: Sequence[Month], lines: Sequence[KpiLine]) -> dict[str, Rescored]:
    """What each KPI does to the quarter's totals, and what its finding proposes."""
    return {one.metric: rescored(months, one.metric, one.finding) for one in lines}


def _months(quarter: Period, until: Period) -> Iterator[Period]:
    days = (day for day in quarter.window.each() if day.day == 1)
    return (period(f"{day:%Y-%m}") for day in days if day <= until.window.start)


def _disputes(done: Computed, quarter: Period) -> Mapping[str, int]:
    """Disputes by KPI: an item's key ends with it, or the task is about the KPI itself."""
    return Counter(
        task.about.rpartition("｜")[2]
        for task in done.typed.tasks
        if task.type == "dispute" and _within(quarter.window, task.opened or task.due)
    )


def _within(window: Window, day: date | None) -> bool:
    return day is not None and window.start <= day < window.end


def kpi_rows(
    done: Computed, lines: Sequence[KpiLine], effects: Mapping[str, Rescored]
) -> Iterator[FilledRow]:
    """The rows of tblKpiReview; a KPI on no card changes no total."""
    for one in lines:
        yield {
            **(_effects(effects[one.metric]) if one.items else {}),
            "proposal": effects[one.metric].proposal,
            "metric": done.metric(one.metric).names[done.given.language],
            "cards": float(one.cards),
            "weight": one.weight,
            "items": float(one.items),
            "missing": one.missing,
            "mean": one.mean,
            "low": one.low,
            "high": one.high,
            "spread": one.spread,
            "at_cap": one.at_cap,
            "at_zero": one.at_zero,
            "disputes": float(one.disputes),
            "finding": one.finding,
        }


def _effects(found: Rescored) -> FilledRow:
    """The figures; empty for too few people, or where nothing is proposed."""
    less, more = found.without, found.proposed
    return {
        "correlation": found.correlation,
        "total_spread": less.before,
        "without_spread": less.after,
        "without_moved": _counted(less.moved),
        "without_shift": less.shift,
        "without_lost": float(less.lost),
        "after_spread": more.after if more else None,
        "after_moved": _counted(more.moved) if more else None,
        "after_shift": more.shift if more else None,
    }


def _counted(found: int | None) -> float | None:
    """A count as cells hold it: what is written again must be what was read."""
    return None if found is None else float(found)


@dataclass(frozen=True, slots=True)
class Adoption:
    """How much one team used the system in a quarter."""

    team: str  # department; ALL for the company
    people: int
    refreshes: int  # of the workbook by its people; of the company by anybody and by the clock
    days: int
    notes: int
    reviews: int
    feedback: int
    tasks: int
    updated: int
    fresh: bool  # the workbook was refreshed, by whomever
    first_score: float | None = None  # hours from the making of the book; None: none yet

    @property
    def level(self) -> str:
        """Refreshed, and used by the team: notes, reviews, feedback, tasks worked on."""
        signs = self.notes + self.reviews + self.feedback + self.updated
        if not self.fresh or not signs:
            return "unused"
        return "used" if signs >= LITTLE else "little"


def adoption(
    store: Control, book: str, done: Computed, tables: Mapping[str, Table], quarter: Period
) -> tuple[Adoption, ...]:
    """A line for the company and one for each department of People."""
    zone = ZoneInfo(done.book.settings.time_zone)
    seen = [(at.astimezone(zone).date(), actor) for at, actor in refreshed_at(store, book)]
    known = _named(tables)
    days = [(one, known.get(_bare(actor))) for one, actor in seen if _within(quarter.window, one)]
    people = [p for p in done.typed.people if p.end is None or p.end >= quarter.window.start]
    teams = {p.code: p.department.strip() for p in people}
    names = [EVERYBODY, *dict.fromkeys(name for name in teams.values() if name)]
    took = hours_to_score(store, book)
    found = []
    for name in names:
        codes = {code for code, team in teams.items() if name in (EVERYBODY, team)}
        line = _of_team(name, codes, days, done.typed.tasks, tables, quarter.window)
        first = min((took[code] for code in codes if code in took), default=None)
        found.append(replace(line, first_score=first))
    return tuple(found)


def hours_to_score(store: Control, book: str) -> dict[str, float]:
    """Hours from when a book was made, or first seen, to each person's first score.

    Both stand in the audit chain; who has no score yet is left out.
    """
    rows = schema.audit.c
    asked = select(rows.at, rows.action, rows.after).where(rows.object == book).order_by(rows.seq)
    with store.read() as connection:
        entries = connection.execute(asked).all()
    found: dict[str, float] = {}
    for at, action, after in entries:
        if action != "refresh":
            continue
        for person, total in (after or {}).items():
            if total is not None:
                hours = (at - entries[0].at).total_seconds() / 3600
                found.setdefault(person, round(hours, 2))
    return found


def refreshed_at(store: Control, book: str) -> list[tuple[datetime, str]]:
    """The instant of every refresh of a workbook and who ordered it, from the audit chain."""
    rows = schema.audit.c
    asked = select(rows.at, rows.actor).where(rows.action == "refresh", rows.object == book)
    with store.read() as connection:
        return [(at, actor) for at, actor in connection.execute(asked)]


def _named(tables: Mapping[str, Table]) -> dict[str, str]:
    """By what a person is named where a refresh is ordered -> code: code, name, e-mail, its user.

    What several people are called is nobody's.
    """
    found: dict[str, set[str]] = {}
    for row in tables["tblPeople"].rows if "tblPeople" in tables else ():
        code, contact = text(row, "person"), text(row, "contact")
        for said in {code, text(row, "name"), contact, contact.partition("@")[0]} - {""}:
            found.setdefault(said.casefold(), set()).add(code)
    return {said: codes.pop() for said, codes in found.items() if len(codes) == 1}


def _bare(actor: str) -> str:
    """Who ordered it, without the way: `excel:ann` is ann."""
    return actor.rpartition(":")[2].strip().casefold()


def _of_team(
    name: str,
    codes: set[str],
    days: Sequence[tuple[date, str | None]],  # of each refresh, and whose it was
    tasks: Sequence[TaskRow],
    tables: Mapping[str, Table],
    window: Window,
) -> Adoption:
    due = [t for t in tasks if t.owner in codes and _within(window, t.due)]
    said = [t for t in due if t.done or t.evidence or t.delivered]
    mine = [one for one, who in days if name == EVERYBODY or who in codes]
    reviews = [r for r in _rows(tables, "tblReview", window, "date") if _present(r, codes)]
    feedback = [r for r in _rows(tables, "tblFeedback", window, "day") if text(r, "by") in codes]
    return Adoption(
        team=name,
        people=len(codes),
        refreshes=len(mine),
        days=len(set(mine)),
        notes=sum(_notes(tables, codes)),
        reviews=len(reviews),
        feedback=len(feedback),
        tasks=len(due),
        updated=len(said),
        fresh=bool(days),
    )


def _rows(tables: Mapping[str, Table], name: str, window: Window, column: str) -> list[Row]:
    rows = tables[name].rows if name in tables else ()
    return [row for row in rows if _within(window, day(row, column))]


def _present(row: Row, codes: set[str]) -> bool:
    """Whether somebody of a team was at a review; people write codes with any sign between."""
    said = text(row, "present")
    for sign in "，、；,;/+":
        said = said.replace(sign, " ")
    return bool(codes & set(said.split()))


def _notes(tables: Mapping[str, Table], codes: set[str]) -> Iterator[int]:
    for name, (whose, note) in NOTED.items():
        for row in tables[name].rows if name in tables else ():
            yield text(row, whose) in codes and text(row, note) != ""


def adoption_rows(found: Sequence[Adoption]) -> Iterator[FilledRow]:
    """The rows of tblAdoption."""
    counts = ("people", "refreshes", "days", "notes", "reviews", "feedback", "tasks", "updated")
    for one in found:
        said: dict[str, float] = {code: float(getattr(one, code)) for code in counts}
        yield {"team": one.team, **said, "level": one.level, "first_score": one.first_score}


def patches(
    done: Computed,
    lines: Sequence[KpiLine],
    effects: Mapping[str, Rescored],
    used: Sequence[Adoption],
    there: Mapping[str, Table],
) -> Iterator[TablePatch]:
    """Both tables, where the workbook has them."""
    made = {"tblKpiReview": kpi_rows(done, lines, effects), "tblAdoption": adoption_rows(used)}
    for name, rows in made.items():
        if name in there:
            shown = tuple(worded(name, rows, done.given.language))
            yield TablePatch(name, TABLES[name].key, shown)
