"""Tabs of ours that were deleted, made anew as in the shipped book.

Present is a tab that its mark, its title or one of its tables tells; all others of the edition come
back with formats, formulas, checks, names and marks. Formulas elsewhere that lost what they pointed
at (#REF!) get the shipped formula again where they stand in the place that the book has for them.
Rows that people had typed are not ours to know: Google's version history has them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sheet_templates.layout import SHEETS, Language
from sync_service.google.client import SheetsClient
from sync_service.google.locate import GoogleBook, located
from sync_service.google.spreadsheet import FIELDS, GoogleTab, spreadsheet
from sync_service.google.transfer.common import common
from sync_service.google.transfer.for_excel import retitled
from sync_service.google.transfer.google_cells import cell_to_google
from sync_service.google.transfer.google_writing import (
    Ground,
    filling,
    ground_of,
    names,
    properties,
    protections,
)
from sync_service.google.transfer.model import Sheet, Workbook
from sync_service.google.transfer.ours import guards, marks, tab_code
from sync_service.google.transfer.sending import Json, packed
from sync_service.google.transfer.xlsx_reading import read_xlsx
from sync_service.settings import PROJECT
from sync_service.told import ToldError

SHIPPED = PROJECT / "sheet_templates" / "shipped"
LOST = "#REF!"
BY_TABLE = {table.name: sheet.code for sheet in SHEETS for table in sheet.tables}
BY_TITLE = {text.casefold(): one.code for one in SHEETS for text in (one.zh, one.en)}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made, and beside what."""

    there: GoogleBook
    template: Workbook  # the whole shipped book, its references as the tabs are called here
    missing: tuple[Sheet, ...]
    tabs: Mapping[str, GoogleTab]  # those that are there, by code
    dangling: Mapping[str, str]  # names that lost their place -> id


def rebuild_tabs(client: SheetsClient, book: str) -> list[str]:
    """Make deleted tabs anew; their titles.

    Raises:
        ToldError: It is no book of a manager, or Google refused; what was begun is taken back.
    """
    plan = plan_of(client.get(book, FIELDS))
    made: list[int] = []
    if plan.missing:
        ids = _ids(plan)
        made = [ids[one.title] for one in plan.missing]
        _send(client, book, _requests(plan, ids), made)
    mended = [one for part in _mended(plan) for one in part]
    for body in packed(mended):
        client.batch_update(book, body)
    return [one.title for one in plan.missing]


def plan_of(answer: Mapping[str, Any]) -> Plan:
    """What a spreadsheet lacks.

    Raises:
        ToldError: None of our tabs is there.
    """
    there = located(spreadsheet(answer))
    tabs = _present(there)
    if not tabs:
        raise ToldError(
            "This spreadsheet holds none of our tabs. Make one with `google create`.",
            "该表格中没有本系统的页。请用 `google create` 新建。",
        )
    template = _template("zh" if there.sent.language == "zh" else "en")
    coded = [(tab_code(one), one) for one in template.sheets]
    titles = {
        one.title: tabs[code].title
        for code, one in coded
        if code in tabs and tabs[code].title != one.title
    }
    called = replace(template, sheets=tuple(_called(one, titles) for one in template.sheets))
    missing = tuple(one for one in called.sheets if tab_code(one) not in tabs)
    lost = {
        str(one["name"]): str(one.get("namedRangeId", ""))
        for one in answer.get("namedRanges", ())
        if one["name"] not in there.sheet.named
    }
    return Plan(there, called, missing, tabs, lost)


def _present(there: GoogleBook) -> dict[str, GoogleTab]:
    """Tabs of ours by code: by mark, else by table, else by title."""
    tabs = there.sheet.tabs
    found = {
        BY_TITLE[t.title.casefold()]: t for t in tabs.values() if t.title.casefold() in BY_TITLE
    }
    found |= {
        BY_TABLE[name]: tabs[one.span.tab] for name, one in there.tables.items() if name in BY_TABLE
    }
    return found | {tab.code: tab for tab in tabs.values() if tab.code}


def _template(language: Language) -> Workbook:
    """The common part of the shipped book."""
    path = SHIPPED / f"manager-{language}.xlsx"
    return common(read_xlsx(path.read_bytes(), path.name))[0]


def _called(sheet: Sheet, titles: Mapping[str, str]) -> Sheet:
    """A tab whose formulas call the others as people do here."""
    if not titles:
        return sheet
    cells = {
        spot: cell
        if cell.formula is None
        else replace(cell, formula=retitled(cell.formula, titles))
        for spot, cell in sheet.cells.items()
    }
    return replace(sheet, cells=cells)


def _ids(plan: Plan) -> dict[str, int]:
    """Numbers of the template's tabs here; new ones for those that are made."""
    free = max(plan.there.sheet.tabs, default=0) + 1
    missing = {one.title: free + n for n, one in enumerate(plan.missing)}
    return {
        one.title: plan.tabs[code].id
        if (code := str(tab_code(one))) in plan.tabs
        else missing[one.title]
        for one in plan.template.sheets
        if one.title in missing or str(tab_code(one)) in plan.tabs
    }


def _requests(plan: Plan, ids: Mapping[str, int]) -> Iterator[Json]:
    """Tabs in their places, names, then everything of them."""
    ground = ground_of(plan.template, ids)
    order = [one.title for one in plan.template.sheets]
    new = {one.title: ids[one.title] for one in plan.missing}
    for one in plan.missing:
        before = sum(t in ids for t in order[: order.index(one.title)])
        yield {"addSheet": {"properties": {**properties(one, ids[one.title]), "index": before}}}
    wanted = [*names(Ground(ground.book, new, ground.words))]
    tables = {table.name for one in plan.missing for table in one.tables}
    lost = tables | {one["addNamedRange"]["namedRange"]["name"] for one in wanted}
    for name in sorted(lost & plan.dangling.keys()):
        yield {"deleteNamedRange": {"namedRangeId": plan.dangling[name]}}
    taken = plan.there.sheet.named.keys()
    yield from (one for one in wanted if one["addNamedRange"]["namedRange"]["name"] not in taken)
    yield from filling(ground, plan.missing)
    for one in plan.missing:
        yield from marks(ground, one)
        yield from protections(ground, one, guards(one), ())


def _send(client: SheetsClient, book: str, requests: Iterator[Json], made: Sequence[int]) -> None:
    """Everything, or nothing that would look whole and is not."""
    begun = False
    try:
        for body in packed(requests):
            client.batch_update(book, body)
            begun = True
    except ToldError:
        if begun:
            client.batch_update(book, [{"deleteSheet": {"sheetId": one}} for one in made])
        raise


def _mended(plan: Plan) -> Iterator[list[Json]]:
    """Formulas of the other tabs that lost what they pointed at, in the place they were shipped."""
    for sheet in plan.template.sheets:
        tab = plan.tabs.get(str(tab_code(sheet)))
        if tab is None:
            continue
        yield [
            {
                "updateCells": {
                    "start": {"sheetId": tab.id, "rowIndex": row - 1, "columnIndex": column - 1},
                    "rows": [{"values": [cell_to_google(replace(cell, note="", runs=()))]}],
                    "fields": "userEnteredValue",
                }
            }
            for (row, column), cell in sorted(sheet.cells.items())
            if cell.formula is not None and LOST in tab.cell(row - 1, column - 1).formula
        ]
