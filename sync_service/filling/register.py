"""tblRegister: the duties of Tasks by country, category and company, with counts, ends and fees."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from kpi.fees import in_report_currency
from kpi.model import Window
from kpi.register_lines import JUDGED, Line, lines
from kpi.tables import Table
from sheet_templates.layout import TABLES
from sync_service.compute import Computed
from sync_service.filling.cells import UNKNOWN, Cell, FilledRow

FINE = ("category", "company")


def register_columns(table: Table) -> tuple[str, ...]:
    """The key of a line: category and company too, in a book that has both columns."""
    fine = FINE if set(FINE) <= set(table.columns) else ()
    return (*TABLES["tblRegister"].key, *fine)


def register(done: Computed, table: Table) -> Iterator[FilledRow]:
    """A line for each duty, then one for each category and one for each currency."""
    fine = set(FINE) <= set(table.columns)
    for one in lines(done.book.tasks, year_to_date(done), done.today, fine=fine):
        names = {"category": one.category, "company": one.company} if fine else {}
        yield {
            **names,
            "country": one.country,
            "regime": one.regime or None,
            "currency": one.currency,
            "region": str(one.region) if one.region else None,
            "standing": one.standing,
            "next_due": one.next_due,
            "late": float(one.late),
            "ends": one.ends,
            **_counts(one),
            **_money(done, one),
        }


def year_to_date(done: Computed) -> Window:
    """From 1 January to the end of the month under review."""
    end = done.month.window.end
    return Window(done.month.window.start.replace(month=1, day=1), end)


def _counts(one: Line) -> FilledRow:
    """Counts and rates; empty where nothing was due, or where a duty does not ask for it."""
    found = one.counts
    if found is None:
        return {}
    good = found.passed if one.regime in JUDGED else found.done
    return {
        "due": _plain(found.due),
        "done": _plain(found.done),
        "passed": _plain(found.passed),
        "on_time": _plain(found.on_time),
        "done_rate": _part(good, found.due),
        "on_time_rate": _part(found.on_time, found.due),
    }


def _plain(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _part(some: Decimal | None, every: Decimal) -> float | None:
    return None if some is None else float(some) / float(every)


def _money(done: Computed, one: Line) -> FilledRow:
    """Amounts; empty where nothing has to be paid, #N/A where one is unknown."""
    if one.money is None:
        return {}
    money = one.money
    report = in_report_currency(money.open, one.currency, done.today, done.actuals.money)
    return {
        "amount": _amount(money.amount),
        "paid": _amount(money.paid),
        "open": _amount(money.open),
        "late_amount": _amount(money.late),
        "report": _amount(report),
    }


def _amount(value: Decimal | None) -> Cell:
    """Cents in the cell: what was converted has more digits than money."""
    return UNKNOWN if value is None else float(round(value, 2))
