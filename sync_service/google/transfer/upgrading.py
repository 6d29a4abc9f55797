"""Bring a spreadsheet up to the newer template: what is missing is added, nothing is taken.

Nothing of people's is deleted, moved or written over: their columns, formats, checks and rules
stay. A cell of ours is written only where it is new, or where its formula lost what it read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sync_service.google.locate import GoogleBook, located
from sync_service.google.spreadsheet import spreadsheet
from sync_service.google.transfer.google_found import Found
from sync_service.google.transfer.google_writing import (
    KEY_TAB,
    KEY_TEMPLATE,
    Ground,
    filling,
    ground_of,
    metadata,
    properties,
    protections,
)
from sync_service.google.transfer.model import Cell, Sheet, Workbook
from sync_service.google.transfer.ours import guards, marks, tab_code, template_version
from sync_service.google.transfer.references import plain
from sync_service.google.transfer.sending import Json
from sync_service.google.transfer.upgrade_map import Maps, TabMap, maps_of, new_tab
from sync_service.told import ToldError
from sync_service.workbooks.areas import Area, address
from sync_service.workbooks.formulas import shifted

LOST = "#REF!"


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was added or mended; `kind` is a row of the table of texts."""

    kind: str
    sheet: str
    what: str = ""


@dataclass(slots=True)
class Upgrade:
    """What is known while an upgrade is planned."""

    template: Workbook
    live: Workbook
    found: Found
    book: GoogleBook
    maps: Maps
    only: str = ""  # code of the one tab that is to be rebuilt
    done: list[Done] = field(default_factory=list)
    new: dict[str, Sheet] = field(default_factory=dict)  # title in the template -> as written

    @property
    def ground(self) -> Ground:
        """The ground of what is written: the titles and numbers of the spreadsheet."""
        ids = {**self.found.ids, **{one.title: one.number for one in self.maps.tabs.values()}}
        return replace(ground_of(self.template), ids=ids)

    def old(self) -> Iterator[tuple[Sheet, Sheet, TabMap]]:
        """Tabs that are there: as the template has them, as they are, and the way between."""
        for sheet in self.template.sheets:
            there = self.maps.tabs.get(sheet.title.casefold())
            if there is None or sheet.title in self.new:
                continue
            live = self.live.sheet(there.title)
            if live is not None:
                yield sheet, live, there

    def note(self, kind: str, sheet: str, what: str = "") -> None:
        """Remember what is done."""
        self.done.append(Done(kind, sheet, what))


def upgrade_of(template: Workbook, live: Workbook, found: Found, only: str = "") -> Upgrade:
    """The ground of an upgrade; `only` is the code of a tab to rebuild."""
    book = located(spreadsheet(found.answer))
    return Upgrade(template, live, found, book, maps_of(template, book), only)


def added_tabs(one: Upgrade) -> Iterator[Json]:
    """Tabs that are missing, as the template has them.

    Raises:
        ToldError: The tab to rebuild is there, or the template has none of its code.
    """
    missing = [s for s in one.template.sheets if s.title.casefold() not in one.maps.tabs]
    if one.only:
        missing = [_rebuilt(one, missing)]
    taken = {title.casefold(): number for title, number in one.found.ids.items()}
    number = max([*one.found.ids.values(), 0]) + 1
    for sheet in missing:
        there = new_tab(one.maps, sheet, taken, number)
        taken[there.title.casefold()] = number
        number += 1
    for sheet in missing:
        one.new[sheet.title] = one.maps.sheet(sheet)
        one.note("tab", one.new[sheet.title].title)
    ground = one.ground
    for sheet in one.new.values():
        place = _index(one, sheet)
        yield {"addSheet": {"properties": {**properties(sheet, ground.ids[sheet.title]), **place}}}
    ready = replace(ground, book=replace(one.template, sheets=tuple(one.new.values())))
    for sheet in one.new.values():
        yield from filling(ready, (sheet,))
        yield from marks(ready, sheet)
        yield from protections(ready, sheet, guards(sheet), ())


def _rebuilt(one: Upgrade, missing: Sequence[Sheet]) -> Sheet:
    """The tab of the code that is asked for."""
    for sheet in missing:
        if tab_code(sheet) == one.only:
            return sheet
    codes = {tab_code(sheet): sheet for sheet in one.template.sheets}
    there = codes.get(one.only)
    if there is None:
        known = ", ".join(sorted(code for code in codes if code))
        raise ToldError(
            f'The template has no tab "{one.only}". Choose one of {known}.',
            f"模板中没有工作表“{one.only}”。可选：{known}。",
        )
    title = one.maps.tabs[there.title.casefold()].title
    raise ToldError(
        f"The tab {title} is still there. Delete or rename it at Google first, then rebuild it.",
        f"工作表“{title}”仍然存在。请先在 Google 中删除它，再重建。",
    )


def _index(one: Upgrade, sheet: Sheet) -> Json:
    """Behind the tab that stands before it in the template."""
    place = next(n for n, s in enumerate(one.template.sheets) if one.new.get(s.title) is sheet)
    for before in reversed(one.template.sheets[:place]):
        there = one.maps.tabs.get(before.title.casefold())
        order = [s.title for s in one.live.sheets]
        if there is not None and there.title in order:
            return {"index": order.index(there.title) + 1}
    return {"index": 0}


def named(one: Upgrade) -> Iterator[Json]:
    """Defined names that are missing."""
    ground = one.ground
    there = {str(name["name"]).casefold() for name in one.found.answer.get("namedRanges", ())}
    for name in one.template.names:
        reference = plain(name.text)
        if reference is None or name.name.casefold() in there:
            continue
        tab = one.maps.tabs.get(reference.title.casefold())
        if tab is not None:
            area = ground.grid(tab.title, tab.area(reference.area))
            yield {"addNamedRange": {"namedRange": {"name": name.name, "range": area}}}
            one.note("name", tab.title, name.name)


def marked(one: Upgrade) -> Iterator[Json]:
    """Marks of tabs that lost theirs; those of tables and columns stand with these."""
    for sheet, _, there in one.old():
        code = tab_code(sheet)
        if code and one.book.sheet.tabs[there.number].code != code:
            yield metadata(KEY_TAB, code, {"sheetId": there.number})
            one.note("mark", there.title)


def mended(one: Upgrade) -> Iterator[Json]:
    """Formulas of ours that lost what they read, as the template has them."""
    for sheet, live, there in one.old():
        ours = {
            (there.row(row), there.column(column)): (row, column)
            for (row, column), cell in sheet.cells.items()
            if cell.formula is not None
        }
        for (row, column), cell in sorted(live.cells.items()):
            if cell.formula is None or LOST not in cell.formula:
                continue
            spot = ours.get((row, column)) or _first_row(one, sheet, there, row, column)
            source = sheet.cells.get(spot, Cell()).formula if spot else None
            if spot is None or source is None:
                continue
            down = row - there.row(spot[0])
            text = shifted(one.maps.formula(source, sheet.title), down)
            corner = {"sheetId": there.number, "rowIndex": row - 1, "columnIndex": column - 1}
            rows = [{"values": [{"userEnteredValue": {"formulaValue": f"={text}"}}]}]
            fields = "userEnteredValue"
            yield {"updateCells": {"start": corner, "rows": rows, "fields": fields}}
            one.note("formula", there.title, address(row, column))


def _first_row(
    one: Upgrade, sheet: Sheet, there: TabMap, row: int, column: int
) -> tuple[int, int] | None:
    """The cell of the template that the rows of a table follow; None outside its rows."""
    for table in sheet.tables:
        located_table = one.book.tables.get(table.name)
        if located_table is None or located_table.span.tab != there.number:
            continue
        top = located_table.span.top + 1
        if top < row <= top + len(located_table.grid.rows):
            for place in range(table.area.left, table.area.right + 1):
                if there.columns.get(place) == column:
                    return table.area.top + 1, place
    return None


def stamped(one: Upgrade, edition: str, language: str) -> Iterator[Json]:
    """The mark of the template's version, last of all."""
    value = f"{edition} {language} {template_version(edition)}"
    if one.found.template == value or one.only:
        return
    for mark in one.found.answer.get("developerMetadata", ()):
        if mark.get("metadataKey") == KEY_TEMPLATE:
            lookup: dict[str, Any] = {"metadataId": mark["metadataId"]}
            yield {
                "updateDeveloperMetadata": {
                    "dataFilters": [{"developerMetadataLookup": lookup}],
                    "developerMetadata": {"metadataValue": value},
                    "fields": "metadataValue",
                }
            }
            return
    yield metadata(KEY_TEMPLATE, value, {"spreadsheet": True})


def grown(number: int, sizes: Mapping[int, tuple[int, int]], area: Area) -> Iterator[Json]:
    """Rows and columns that a grid lacks for an area."""
    rows, columns = sizes[number]
    for kind, more in (("ROWS", area.bottom - rows), ("COLUMNS", area.right - columns)):
        if more > 0:
            yield {"appendDimension": {"sheetId": number, "dimension": kind, "length": more}}
