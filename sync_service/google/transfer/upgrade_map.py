"""Where everything of the template stands in a spreadsheet that people have worked in.

Tabs may be renamed, columns inserted, header rows moved: a cell of the template is told its place
there, and a formula of the template reads the cells that mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sync_service.google.locate import GoogleBook
from sync_service.google.transfer.formulas import TOKEN
from sync_service.google.transfer.model import Sheet, Workbook
from sync_service.google.transfer.ours import columns_of, tab_code
from sync_service.google.transfer.references import bare, quoted
from sync_service.workbooks.areas import LAST_COLUMN, LAST_ROW, Area, column_number, letters

_END = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d*)$")


@dataclass(slots=True)
class TabMap:
    """One tab of the template in the spreadsheet; positions count from one."""

    title: str
    number: int
    columns: dict[int, int] = field(default_factory=dict)  # of the template -> there
    rows: int = 0  # how much lower its tables stand
    top: int = LAST_ROW  # the first header row of the template

    def column(self, number: int) -> int:
        """A column there; one of no table keeps its distance from the nearest known to its left."""
        if number in self.columns:
            return self.columns[number]
        left = max((one for one in self.columns if one < number), default=0)
        moved = self.columns[left] - left if left else 0
        return min(max(1, number + moved), LAST_COLUMN)

    def row(self, number: int) -> int:
        """A row there; the frame above the tables stays."""
        return number + self.rows if self.top <= number < LAST_ROW else number

    def area(self, area: Area) -> Area:
        """An area there."""
        return Area(
            self.row(area.top),
            self.column(area.left),
            self.row(area.bottom),
            self.column(area.right),
        )


@dataclass(slots=True)
class Maps:
    """Every tab of the template that is there, by its title in the template."""

    tabs: dict[str, TabMap] = field(default_factory=dict)

    def formula(self, text: str, own: str) -> str:
        """A formula of a tab of the template, reading what means the same there."""
        parts: list[str] = []
        title = own
        for token in TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "sheet":
                title = bare(token[0])
                there = self.tabs.get(title.casefold())
                parts.append(quoted(there.title) if there else token[0])
                continue
            if kind == "cells":
                parts.append(self._cells(token[0], title))
            else:
                parts.append(token[0])
            title = own
        return "".join(parts)

    def _cells(self, text: str, title: str) -> str:
        there = self.tabs.get(title.casefold())
        if there is None:
            return text
        return ":".join(_end(one, there) for one in text.split(":"))

    def sheet(self, sheet: Sheet) -> Sheet:
        """A tab of the template as it would be written there: its formulas read what is there."""
        own = sheet.title
        there = self.tabs[own.casefold()]
        cells = {
            spot: replace(cell, formula=self.formula(cell.formula, own)) if cell.formula else cell
            for spot, cell in sheet.cells.items()
        }
        checks = tuple(
            one
            if one.kind == "words"
            else replace(one, values=tuple(self.formula(text, own) for text in one.values))
            for one in sheet.checks
        )
        rules = tuple(replace(one, formula=self.formula(one.formula, own)) for one in sheet.rules)
        charts = tuple(
            replace(
                chart,
                series=tuple(
                    replace(
                        one,
                        values=self.formula(one.values, own),
                        categories=self.formula(one.categories, own),
                        name=self.formula(one.name, own),
                    )
                    for one in chart.series
                ),
            )
            for chart in sheet.charts
        )
        sparks = tuple(replace(one, data=self.formula(one.data, own)) for one in sheet.sparks)
        return replace(
            sheet,
            title=there.title,
            cells=cells,
            checks=checks,
            rules=rules,
            charts=charts,
            sparks=sparks,
        )


def _end(text: str, there: TabMap) -> str:
    found = _END.match(text)
    if not found:
        return text
    column_mark, column, row_mark, row = found.groups()
    if column:
        column = letters(there.column(column_number(column)))
    elif row:  # whole rows: the mark is the row's
        column_mark, row_mark = "", column_mark
    return f"{column_mark}{column}{row_mark}{there.row(int(row)) if row else ''}"


def maps_of(template: Workbook, book: GoogleBook) -> Maps:
    """Tabs by their mark, else by a table in them, else by their title."""
    made = Maps()
    codes = {tab.code: tab.id for tab in book.sheet.tabs.values() if tab.code}
    titles = {tab.title.casefold(): tab.id for tab in book.sheet.tabs.values()}
    for sheet in template.sheets:
        number = codes.get(tab_code(sheet) or "")
        if number is None:
            tables = (book.tables.get(table.name) for table in sheet.tables)
            number = next(
                (one.span.tab for one in tables if one), titles.get(sheet.title.casefold())
            )
        if number is not None:
            made.tabs[sheet.title.casefold()] = _tab(sheet, number, book)
    return made


def _tab(sheet: Sheet, number: int, book: GoogleBook) -> TabMap:
    made = TabMap(book.sheet.tabs[number].title, number)
    for table in sheet.tables:
        there = book.tables.get(table.name)
        if there is None or there.span.tab != number:
            continue
        if table.area.top < made.top:
            made.top, made.rows = table.area.top, there.span.top + 1 - table.area.top
        for place, column in columns_of(sheet, table).items():
            at = there.column(column.code)
            if at is not None:
                made.columns[place] = at + 1
    return made


def new_tab(maps: Maps, sheet: Sheet, taken: Mapping[str, int], number: int) -> TabMap:
    """A tab that is to be added, under a title that is free."""
    title, count = sheet.title, 1
    while title.casefold() in taken:
        count += 1
        title = f"{sheet.title} {count}"
    made = TabMap(title, number)
    maps.tabs[sheet.title.casefold()] = made
    return made
