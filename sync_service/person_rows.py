"""The tables of a scored person's own book: first page and definitions, of own data only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kpi.calendar import period
from kpi.numbers import R
from kpi.tables import Table
from sheet_templates.layout import TABLES
from sync_service.compute import Computed, ScopeKey
from sync_service.contract_store import label
from sync_service.filling import attention, newcomers, scores, today, values
from sync_service.filling.cells import Cell, FilledRow, known, worded
from sync_service.slices import Slice, first_page
from sync_service.workbooks.port import TablePatch

OWN: ScopeKey = (None, "ALL")
TABS = {"Tasks": ("任务", "Tasks"), "任务": ("任务", "Tasks")}  # where a person can go
ELSE_TAB = ("记分卡", "Card")


def tables(mine: Slice) -> dict[str, Iterable[FilledRow]]:
    """The service's tables of a person's book."""
    page, language = first_page(mine), mine.done.given.language
    made = {
        "tblFocus": _focus(mine, page),
        "tblTile": today.tiles(page),
        "tblMarket": today.markets(page),
        "tblDay": _days(mine, page),
        "tblMeaning": _meaning(mine),
        "tblWeek": scores.strip(mine.done),
        "tblNewcomer": newcomers.rows(mine.done, mine.newcomers),
    }
    found: dict[str, Iterable[FilledRow]] = {
        name: worded(name, rows, language) for name, rows in made.items()
    }
    return {**found, "tblScore": scores.items(mine.done)}


def answers(mine: Slice, there: Mapping[str, Table]) -> Iterator[TablePatch]:
    """Beside each dispute that the person wrote: the task that answers it, and its outcome."""
    table = there.get("tblDispute")
    if table is None:
        return
    asked = dict.fromkeys(str(row.value("item")) for row in table.rows if row.value("item"))
    tasks = {task.about: task for task in mine.disputes}
    rows: list[FilledRow] = [
        {"item": item, "task_no": task.number, "due": task.due, "outcome": task.outcome}
        for item in asked
        if (task := tasks.get(item))
    ]
    if rows:
        shown = tuple(worded("tblDispute", rows, mine.done.given.language))
        yield TablePatch("tblDispute", TABLES["tblDispute"].key, shown, prune=False)


def _focus(mine: Slice, page: Computed) -> Iterator[FilledRow]:
    """The own lines of today; a tab that the person does not have becomes the card."""
    at = 0 if mine.done.given.language == "zh" else 1
    for row in attention.focus(page, ()):
        link = row["link"]
        tab = TABS.get(str(link), ELSE_TAB)[at] if link else None
        yield {**row, "link": tab, "owner": mine.person if row["owner"] == mine.person else None}


def _days(mine: Slice, page: Computed) -> Iterator[FilledRow]:
    """The own days; what is due is the month's own goal in even daily parts."""
    alone = mine.entire >= set(mine.parts)  # a budget belongs to a whole shop
    due: dict[str, Cell] = {}
    for row in values.days(page):
        month = str(row["day"])[:7]
        if month not in due:
            due[month] = known(_daily(page, month))
        budget = row["ad_budget"] if alone else None
        yield {**row, "due": due[month], "ad_budget": budget}


def _daily(page: Computed, month: str) -> float | None:
    of = period(month)
    goal = page.goal("net_sales", OWN, of)
    return R(goal.value / of.window.days) if goal else None


def _meaning(mine: Slice) -> Iterator[FilledRow]:
    """Each own item with its definition card."""
    language = mine.done.given.language
    for card in mine.done.people:
        for one in card.cards:
            for item in one.items:
                definition, rule = item.metric.card, item.rule
                yield {
                    "region": str(one.region),
                    "metric": item.metric.names[language],
                    "weight": rule.weight,
                    "target": known(item.goal.value if item.goal else None),
                    "unit": item.metric.unit.value,
                    "better": rule.better.value,
                    "method": rule.method,
                    "numerator": definition.numerator[language],
                    "denominator": definition.denominator[language],
                    "includes": f"{definition.includes[language]}; {definition.excludes[language]}",
                    "source": definition.source[language],
                    "version": label(mine.done.version) if mine.done.version else None,
                }
