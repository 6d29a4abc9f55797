"""The model as a workbook file; formulas keep the value they had, for readers that never count."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.workbook import Workbook as Writer
from xlsxwriter.worksheet import Worksheet

from kpi.tables import ErrorValue
from sync_service.google.transfer.for_excel import (
    DYNAMIC,
    called,
    excel_titles,
    for_excel,
    retitled,
)
from sync_service.google.transfer.formulas import NotInGoogleError
from sync_service.google.transfer.grouping import stretches
from sync_service.google.transfer.model import (
    Cell,
    Group,
    Loss,
    Scalar,
    Sheet,
    Spot,
    Style,
    Workbook,
)
from sync_service.google.transfer.untyped import Untyped
from sync_service.google.transfer.xlsx_formats import Formats
from sync_service.google.transfer.xlsx_objects import add_chart, add_check, add_rule, zero_based
from sync_service.workbooks.areas import address
from sync_service.workbooks.serials import is_date_format

LONGEST = 32_767  # letters of a cell in Excel
_FALSE_LEAP_DAY = 61
_LOCKED = {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True}
_SPARKS = {"line": "line", "column": "column", "winloss": "win_loss"}


class _Tab(Worksheet):  # type: ignore[misc]  # XlsxWriter ships no types
    """A worksheet that looks for newer functions only in formulas that call one."""

    def _prepare_formula(self, text: str, expand_future_functions: bool = False) -> str:
        del expand_future_functions
        bare = text.removeprefix("{").removesuffix("}") if text.startswith("{=") else text
        bare = bare.removeprefix("=")
        if any("." in name or name in _FUTURE for name in called(bare)):
            made: str = super()._prepare_formula(bare, True)
            return made
        return bare

    def _xml_number_element(
        self, number: float, attributes: Iterable[tuple[str, object]] = ()
    ) -> None:
        """A number to its last bit: XlsxWriter's 16 digits lose it for one double in two."""
        said = "".join(f' {name}="{value}"' for name, value in attributes)
        self.fh.write(f"<c{said}><v>{float(number)!r}</v></c>")


_NEWER = """
ACOT ACOTH ARABIC BASE BITAND BITLSHIFT BITOR BITRSHIFT BITXOR COMBINA CONCAT COT COTH CSC CSCH DAYS
DECIMAL ENCODEURL FORMULATEXT GAMMA GAUSS IFNA IFS IMCOSH IMCOT IMCSC IMCSCH IMSEC IMSECH IMSINH
IMTAN ISFORMULA ISOWEEKNUM MAXIFS MINIFS MUNIT PDURATION PERMUTATIONA PHI RRI SEC SECH SHEET SHEETS
SWITCH TEXTJOIN UNICHAR UNICODE XOR
"""
_FUTURE = DYNAMIC | frozenset(_NEWER.split())


@dataclass(slots=True)
class _Making:
    """One tab being written."""

    tab: Untyped
    sheet: Sheet
    formats: Formats
    titles: Mapping[str, str]
    losses: list[Loss]

    def lose(self, kind: str, where: str, why: str = "") -> None:
        """Tell what Excel does not take."""
        self.losses.append(Loss(kind, self.sheet.title, where, why))


def write_xlsx(book: Workbook, language: str = "en") -> tuple[bytes, tuple[Loss, ...]]:
    """The file's bytes, and what of the model Excel does not take."""
    stream = io.BytesIO()
    font = {"font_name": "Microsoft YaHei" if language == "zh" else "Calibri", "font_size": 10}
    writer = Writer(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": font,
        },
    )
    losses: list[Loss] = []
    titles = dict(excel_titles(tuple(sheet.title for sheet in book.sheets)))
    losses += [Loss("title", title, made) for title, made in titles.items()]
    formats = Formats(writer)
    tabs = [writer.add_worksheet(titles.get(s.title, s.title), _Tab) for s in book.sheets]
    for name in book.names:
        writer.define_name(name.name, f"={retitled(name.text, titles)}")
    for tab, sheet in zip(tabs, book.sheets, strict=True):
        _sheet(writer, _Making(tab, sheet, formats, titles, losses))
    first = next((n for n, sheet in enumerate(book.sheets) if not sheet.hidden), 0)
    tabs[first].activate()
    tabs[first].set_first_sheet()
    writer.close()
    return stream.getvalue(), tuple(losses)


def _sheet(writer: Untyped, making: _Making) -> None:
    tab, sheet = making.tab, making.sheet
    _frame(tab, sheet)
    _columns(making)
    _rows(making)
    holes = _holes(making)
    for merge in sheet.merges:
        if (merge.top, merge.left) != (merge.bottom, merge.right):
            style = sheet.cells.get((merge.top, merge.left), Cell()).style
            look = making.formats.of(style, locked=(merge.top, merge.left) not in holes)
            tab.merge_range(*zero_based(merge), "", look)
    _tables(making)
    for spot, cell in sorted(sheet.cells.items()):
        _cell(making, spot, cell, holes)
    for check in sheet.checks:
        add_check(tab, check, making.titles, sheet.title, making.losses)
    for rule in sheet.rules:
        add_rule(tab, rule, making.formats, making.titles, sheet.title, making.losses)
    for chart in sheet.charts:
        add_chart(writer, tab, chart, making.titles, sheet, making.losses)
    _sparks(making)


def _frame(tab: Untyped, sheet: Sheet) -> None:
    """What is seen of a tab before its cells."""
    if sheet.hidden:
        tab.hide()
    if sheet.colour:
        tab.set_tab_color(sheet.colour)
    if not sheet.lines:
        tab.hide_gridlines(2)
    if sheet.frozen != (0, 0):
        tab.freeze_panes(*sheet.frozen)


def _holes(making: _Making) -> frozenset[Spot]:
    """A guarded tab; the cells that a person may type in it."""
    whole = [one for one in making.sheet.protections if one.area is None]
    if not whole:
        return frozenset()
    making.tab.protect("", _LOCKED)
    return frozenset(
        (row, column)
        for one in whole
        for hole in one.holes
        for row in range(hole.top, hole.bottom + 1)
        for column in range(hole.left, hole.right + 1)
    )


def _levels(groups: tuple[Group, ...]) -> tuple[dict[int, int], set[int]]:
    """How deep each row or column is folded, and which stand behind a folded group."""
    levels: dict[int, int] = {}
    behind = set()
    for one in groups:
        for number in range(one.first, one.last + 1):
            levels[number] = max(levels.get(number, 0), min(one.depth, 7))
        if one.folded:
            behind.add(one.last + 1)
    return levels, behind


def _columns(making: _Making) -> None:
    sheet = making.sheet
    levels, behind = _levels(sheet.column_groups)
    touched = {*sheet.widths, *sheet.hidden_columns, *levels, *behind}
    looks = {
        n: (sheet.widths.get(n, 64), n in sheet.hidden_columns, levels.get(n, 0), n in behind)
        for n in touched
    }
    for first, last, (wide, hidden, level, collapsed) in stretches(looks):
        options = {"hidden": hidden, "level": level, "collapsed": collapsed}
        making.tab.set_column_pixels(first - 1, last - 1, wide, None, options)


def _rows(making: _Making) -> None:
    sheet = making.sheet
    levels, behind = _levels(sheet.row_groups)
    for row in sorted({*sheet.heights, *sheet.hidden_rows, *levels, *behind}):
        options = {
            "hidden": row in sheet.hidden_rows,
            "level": levels.get(row, 0),
            "collapsed": row in behind,
        }
        making.tab.set_row_pixels(row - 1, sheet.heights.get(row), None, options)


def _tables(making: _Making) -> None:
    for table in making.sheet.tables:
        area = table.area
        found = [making.sheet.cells.get((area.top, n)) for n in range(area.left, area.right + 1)]
        headers = [str(one.value) if one and one.value is not None else "" for one in found]
        usable = all(headers) and len({one.casefold() for one in headers}) == len(headers)
        plain_texts = all(one is not None and one.formula is None for one in found)
        options = {
            "name": table.name,
            "style": None,
            "autofilter": table.filtered,
            "columns": [{"header": header} for header in headers],
        }
        try:
            done = usable and plain_texts and making.tab.add_table(*zero_based(area), options) == 0
        except XlsxWriterException:  # it overlaps another, or merged cells
            done = False
        if not done:
            making.lose("table", str(area), table.name)
    if making.sheet.filter is not None:
        making.tab.autofilter(*zero_based(making.sheet.filter))


def _sparks(making: _Making) -> None:
    for spark in making.sheet.sparks:
        options = {
            "range": retitled(spark.data, making.titles),
            "type": _SPARKS[spark.kind],
            "series_color": spark.colour,
            "weight": spark.weight,
            "show_hidden": True,
        }
        making.tab.add_sparkline(spark.row - 1, spark.column - 1, options)


# --- cells ----------------------------------------------------------------------------------------


def _cell(making: _Making, spot: Spot, cell: Cell, holes: frozenset[Spot]) -> None:
    tab, at = making.tab, (spot[0] - 1, spot[1] - 1)
    look = making.formats.of(cell.style, locked=spot not in holes)
    if cell.note:
        tab.write_comment(*at, cell.note[:LONGEST], {"author": "LinkStar"})
    if cell.link:
        link = f"internal:{cell.link[1:]}" if cell.link.startswith("#") else cell.link
        tab.write_url(*at, retitled(link, making.titles), look, str(cell.value or ""))
    if cell.formula is not None:
        _formula(making, spot, cell, look)
    elif len(cell.runs) > 1:
        _rich(making, at, cell, look)
    else:
        _plain(making, spot, cell.value, cell.style, look)


def _formula(making: _Making, spot: Spot, cell: Cell, look: Untyped) -> None:
    at = (spot[0] - 1, spot[1] - 1)
    value = _cached(cell.value)
    if cell.formula == "NA()" and isinstance(cell.value, ErrorValue):
        value = "#N/A"
    try:
        text = for_excel(str(cell.formula), making.titles)
    except NotInGoogleError as reason:
        making.lose("formula", address(*spot), str(reason))
        _plain(making, spot, cell.value, cell.style, look)
        return
    if cell.array:
        making.tab.write_array_formula(*at, *at, f"{{={text}}}", look, value)
    elif DYNAMIC.intersection(called(text)):
        making.tab.write_dynamic_array_formula(*at, *at, f"={text}", look, value)
    else:
        making.tab.write_formula(*at, f"={text}", look, value)


def _cached(value: Scalar | None) -> Untyped:
    if isinstance(value, ErrorValue):
        return value.text
    return "" if value is None else value


def _rich(making: _Making, at: Spot, cell: Cell, look: Untyped) -> None:
    parts: list[Any] = []
    for run in cell.runs:
        parts += [making.formats.font(run.font), run.text]
    if sum(len(run.text) for run in cell.runs) <= LONGEST:
        making.tab.write_rich_string(*at, *parts, look)


def _plain(making: _Making, spot: Spot, value: Scalar | None, style: Style, look: Untyped) -> None:
    tab, at = making.tab, (spot[0] - 1, spot[1] - 1)
    if value is None:
        tab.write_blank(*at, None, look)
    elif isinstance(value, bool):
        tab.write_boolean(*at, value, look)
    elif isinstance(value, float):
        tab.write_number(*at, _serial(value, style.number), look)
    elif isinstance(value, ErrorValue):
        tab.write_formula(*at, f"={value.text}", look, value.text)
    else:
        if len(value) > LONGEST:
            making.lose("long_text", address(*spot))
        tab.write_string(*at, value[:LONGEST], look)


def _serial(value: float, number: str) -> float:
    """Days before March 1900 count from another day in Excel."""
    early = 1 < value < _FALSE_LEAP_DAY and is_date_format(0, number)
    return value - 1 if early else value
