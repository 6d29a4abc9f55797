"""A workbook file as the model: openpyxl for what it knows, the XML for the rest."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from kpi.tables import ErrorValue
from sync_service.google.transfer.colours import hex_colour, theme_colours
from sync_service.google.transfer.grouping import groups, runs_of
from sync_service.google.transfer.model import (
    Cell,
    Font,
    Loss,
    Name,
    Protection,
    Run,
    Scalar,
    Sheet,
    Spot,
    Table,
    Workbook,
)
from sync_service.google.transfer.untyped import Untyped
from sync_service.google.transfer.xlsx_charts import charts
from sync_service.google.transfer.xlsx_parts import losses_of_book, losses_of_tab
from sync_service.google.transfer.xlsx_raw import Raw, read_raw
from sync_service.google.transfer.xlsx_rules import checks, rules
from sync_service.google.transfer.xlsx_styles import StyleReader
from sync_service.told import ToldError
from sync_service.workbooks.areas import Area, area
from sync_service.workbooks.book import Book, SheetPart, open_book
from sync_service.workbooks.package import open_package, rebuilt
from sync_service.workbooks.serials import SHIFT_1904

PLAIN_WIDTH = 64  # pixels of a column that nobody changed
LETTER = 7  # pixels of a digit in the font of a plain workbook
WIDEST = 702  # columns whose width is read: up to ZZ
_FALSE_LEAP_DAY = 60
_CACHES = re.compile(rb"<(\w+:)?pivotCaches\b.*?</(\w+:)?pivotCaches>", re.DOTALL)
_PIVOT = re.compile(rb"<(\w+:)?Relationship\b[^>]*relationships/pivotTable\"[^>]*?/>")
_DISCARDED = "Failed to load a conditional formatting rule"
_BUILT_IN = ("_xlnm.", "_xlfn", "_xleta", "_xlpm", "_xlcn")


def read_xlsx(data: bytes, name: str) -> Workbook:
    """The workbook in a file's bytes.

    Raises:
        ToldError: It is no workbook that can be read whole.
        KpiError: The package is damaged, encrypted or a bomb.
    """
    book = open_book(open_package(data, name), name)
    loaded, discarded = _loaded(book, name)
    styles = StyleReader(theme_colours(loaded.loaded_theme))
    losses = [*losses_of_book(book), *(Loss("rule") for _ in range(discarded))]
    tabs = {sheet.title: sheet for sheet in book.sheets if sheet.grid}
    sheets = tuple(
        _sheet(book, tabs[tab.title], tab, styles, losses)
        for tab in loaded.worksheets
        if tab.title in tabs
    )
    names = tuple(_names(loaded))
    return Workbook(sheets, names, tuple(losses), name.rpartition(".")[0] or name)


def _loaded(book: Book, name: str) -> tuple[Untyped, int]:
    """The workbook by openpyxl, and how many conditional formats it could not read.

    It says by many kinds of exceptions that it cannot read a workbook at all.
    """
    data = b"".join(bytes(chunk) for chunk in rebuilt(book.package, _without_pivots(book), 1))
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            loaded = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
        return loaded, sum(_DISCARDED in str(one.message) for one in said)
    except Exception as error:
        raise ToldError(
            f"{name} cannot be read whole ({type(error).__name__}: {error}). Open it in Excel or "
            "LibreOffice, save it again as .xlsx, and try that file.",
            f"{name} 无法完整读取（{type(error).__name__}: {error}）。请用 Excel 或 LibreOffice "
            "打开并另存为 .xlsx 后重试。",
        ) from error


def _without_pivots(book: Book) -> dict[str, bytes | None]:
    """The parts that tell of pivot tables, without them: openpyxl stops at some of them."""
    changed: dict[str, bytes | None] = {}
    if b"pivotCaches" in book.xml(book.workbook):
        changed[book.workbook] = _CACHES.sub(b"", book.xml(book.workbook))
    for name in book.package.members:
        if name.endswith(".rels") and b"pivotTable" in book.package.read(name):
            changed[name] = _PIVOT.sub(b"", book.package.read(name))
    return changed


def _names(loaded: Untyped) -> Iterator[Name]:
    for name, one in loaded.defined_names.items():
        if not name.startswith(_BUILT_IN):
            yield Name(name, (one.attr_text or "").removeprefix("="))
    for tab in loaded.worksheets:
        for name, one in tab.defined_names.items():
            if not name.startswith(_BUILT_IN) and not name.startswith("Print_"):
                yield Name(name, (one.attr_text or "").removeprefix("="), tab.title)


def _sheet(
    book: Book, part: SheetPart, tab: Untyped, styles: StyleReader, losses: list[Loss]
) -> Sheet:
    raw = read_raw(book.xml(part.part), part.part)
    losses += losses_of_tab(book, part, raw.kept)
    cells = {spot: _cell(cell, spot, raw, styles, book, losses) for spot, cell in _kept(tab)}
    widths, hidden, levels = _columns(tab)
    view, pane = tab.sheet_view, tab.sheet_view.pane
    if view.rightToLeft:
        losses.append(Loss("right_to_left", tab.title))
    frozen = pane is not None and pane.state in ("frozen", "frozenSplit")
    return Sheet(
        title=tab.title,
        cells=cells,
        hidden=tab.sheet_state != "visible",
        colour=hex_colour(tab.sheet_properties.tabColor, styles.theme),
        frozen=(int(pane.ySplit or 0), int(pane.xSplit or 0)) if frozen else (0, 0),
        lines=view.showGridLines is not False,
        widths=widths,
        heights=raw.heights,
        hidden_columns=hidden,
        hidden_rows=frozenset(raw.hidden_rows),
        column_groups=groups(levels, hidden),
        row_groups=groups(raw.row_levels, raw.hidden_rows),
        merges=tuple(a for a in (area(str(m)) for m in tab.merged_cells.ranges) if a),
        checks=checks(tab, raw),
        rules=rules(tab, raw, styles, losses),
        tables=tuple(_tables(tab)),
        filter=area(tab.auto_filter.ref) if tab.auto_filter.ref else None,
        charts=charts(book, part, _drawn(widths, hidden, raw), losses),
        sparks=tuple(raw.sparks),
        protections=_protections(tab, losses),
    )


def _kept(tab: Untyped) -> Iterator[tuple[Spot, Any]]:
    """The cells of a tab that hold something or look like something."""
    for spot, cell in tab._cells.items():  # noqa: SLF001 - rows would make the empty ones
        if cell.value is not None or cell.has_style or getattr(cell, "comment", None):
            yield spot, cell


def _cell(
    cell: Untyped, spot: Spot, raw: Raw, styles: StyleReader, book: Book, losses: list[Loss]
) -> Cell:
    style, comment = styles.style(cell), getattr(cell, "comment", None)
    note = (comment.text or "") if comment else ""
    link = _link(getattr(cell, "hyperlink", None))
    value = cell.value
    if getattr(cell, "data_type", "n") == "f":
        text, array = _formula(value)
        result = raw.results.get(spot)
        if text is None:
            losses.append(Loss("data_table", cell.parent.title, cell.coordinate))
        return Cell(result, text, array, style, note, link=link)
    if isinstance(value, CellRichText):
        runs = tuple(_run(part, style.font, styles) for part in value)
        return Cell(str(value), style=style, note=note, runs=runs, link=link)
    shown = _typed(cell, raw.numbers.get(spot), book.date1904)
    return Cell(shown, style=style, note=note, link=link)


def _formula(value: Untyped) -> tuple[str | None, str]:
    if isinstance(value, ArrayFormula):
        return str(value.text or "").removeprefix("="), str(value.ref)
    if isinstance(value, DataTableFormula):
        return None, ""
    return str(value).removeprefix("="), ""


def _run(part: str | TextBlock, base: Font, styles: StyleReader) -> Run:
    return (
        Run(part.text, styles.font(part.font)) if isinstance(part, TextBlock) else Run(part, base)
    )


def _typed(cell: Untyped, number: float | None, date1904: bool) -> Scalar | None:
    """A typed value; a day as days since 1899-12-30, also before March 1900."""
    value = cell.value
    if value is None or isinstance(value, bool):
        return value
    if getattr(cell, "is_date", False) and number is not None:
        early = not date1904 and 1 <= number < _FALSE_LEAP_DAY
        return number + (SHIFT_1904 if date1904 else 1 if early else 0)
    if isinstance(value, int | float) or number is not None:
        return float(value) if number is None else number
    if isinstance(value, datetime):  # an ISO date of a strict workbook
        return (value - datetime(1899, 12, 30)).total_seconds() / 86_400  # noqa: DTZ001
    return ErrorValue(str(value)) if cell.data_type == "e" else str(value)


def _link(link: Untyped) -> str:
    if link is None:
        return ""
    if link.target:
        return str(link.target)
    return f"#{link.location}" if link.location else ""


def _columns(tab: Untyped) -> tuple[dict[int, int], frozenset[int], dict[int, int]]:
    """Widths in pixels, hidden columns, and how deep each is folded."""
    widths: dict[int, int] = {}
    hidden, levels = set(), {}
    default = tab.sheet_format.defaultColWidth
    if default:
        widths = dict.fromkeys(range(1, WIDEST + 1), round(float(default) * LETTER))
    for one in tab.column_dimensions.values():
        for number in range(one.min or 1, min(one.max or one.min or 1, WIDEST) + 1):
            if one.customWidth:
                widths[number] = round(float(one.width) * LETTER)
            if one.hidden:
                hidden.add(number)
            if one.outlineLevel:
                levels[number] = int(one.outlineLevel)
    return {n: w for n, w in widths.items() if w != PLAIN_WIDTH}, frozenset(hidden), levels


def _drawn(
    widths: dict[int, int], hidden: frozenset[int], raw: Raw
) -> tuple[dict[int, int], dict[int, int]]:
    """Sizes as they are seen: what is hidden has none."""
    return {**widths, **dict.fromkeys(hidden, 0)}, {
        **raw.heights,
        **dict.fromkeys(raw.hidden_rows, 0),
    }


def _tables(tab: Untyped) -> Iterator[Table]:
    for one in tab.tables.values():
        found = area(one.ref)
        if found:
            yield Table(one.displayName or one.name, found, one.autoFilter is not None)


def _protections(tab: Untyped, losses: list[Loss]) -> tuple[Protection, ...]:
    guard = tab.protection
    if not guard.sheet:
        return ()
    if guard.password or guard.hashValue:
        losses.append(Loss("password", tab.title))
    free = [spot for spot, cell in tab._cells.items() if not cell.protection.locked]  # noqa: SLF001
    holes = tuple(Area(top, column, bottom, column) for column, top, bottom in runs_of(free))
    return (Protection(holes=holes),)
