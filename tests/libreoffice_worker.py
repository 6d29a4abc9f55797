"""The half that speaks UNO: run by the system's python3, it answers JSON lines on stdout.

It imports nothing of the project, because `uno` lives in the system's interpreter only.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import uno
import unohelper  # type: ignore[import-not-found]  # in the system's interpreter
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # made by uno
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # same
from com.sun.star.lang import DisposedException  # type: ignore[import-not-found]  # same
from com.sun.star.table.CellContentType import FORMULA  # type: ignore[import-not-found]  # same
from com.sun.star.task import XInteractionHandler  # type: ignore[import-not-found]  # same
from com.sun.star.ucb import XCommandEnvironment  # type: ignore[import-not-found]  # same
from com.sun.star.uno import Exception as UnoError  # type: ignore[import-not-found]  # same

CONNECT_SECONDS = 90
FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "ods": "calc8",
    "xls": "MS Excel 97",
    "pdf": "calc_pdf_Export",
    "csv": "Text - txt - csv (StarCalc)",
    "html": "HTML (StarCalc)",
}


def _property(name: str, value: Any) -> PropertyValue:
    one = PropertyValue()
    one.Name, one.Value = name, value
    return one


def _desktop(pipe: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            break
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    CONTEXT.append(context)
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


NEVER, ALWAYS, AS_SET = 0, 4, 5  # which macros a document may run: none, all, as the user set


def _open(desktop: Any, path: str, *, edited: bool = False, macros: int = NEVER) -> Any:
    url = uno.systemPathToFileUrl(path)
    options = (
        _property("Hidden", True),
        _property("ReadOnly", not edited),
        _property("MacroExecutionMode", macros),
    )
    document = desktop.loadComponentFromURL(url, "_blank", 0, options)
    if document is None:
        raise ValueError("LibreOffice cannot open the file")
    return document


def _used(sheet: Any) -> Any:
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    address = cursor.RangeAddress
    return sheet.getCellRangeByPosition(0, 0, address.EndColumn, address.EndRow)


def _value(sheet: Any, row: int, column: int, value: Any) -> Any:
    """A value as it came; the data array has None where a formula gave an error."""
    if value is not None:
        return value
    cell = sheet.getCellByPosition(column, row)
    return {"error": cell.getError()} if cell.Type == FORMULA else None


def _rows(sheet: Any) -> list[Any]:
    values = _used(sheet).getDataArray()
    return [
        [_value(sheet, r, c, value) for c, value in enumerate(row)] for r, row in enumerate(values)
    ]


def _sheets(document: Any) -> list[Any]:
    return [document.Sheets.getByIndex(n) for n in range(document.Sheets.Count)]


def _edit(document: Any, edit: list[Any]) -> None:
    """What a person does with a document: one act with its arguments."""
    act, *given = edit
    ACTS[act](document, *given)


def _sheet(document: Any, title: str) -> Any:
    return document.Sheets.getByName(title)


def _cells(document: Any, title: str, area: str) -> Any:
    return _sheet(document, title).getCellRangeByName(area)


def _hide_row(document: Any, title: str, row: int) -> None:
    _sheet(document, title).Rows.getByIndex(row).IsVisible = False


def _sort(document: Any, title: str, area: str, column: int) -> None:
    """Descending by one column of the block."""
    field = uno.createUnoStruct("com.sun.star.table.TableSortField")
    field.Field, field.IsAscending = column, False
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    settings = (_property("SortFields", fields), _property("ContainsHeader", False))
    _cells(document, title, area).sort(settings)


def _style(document: Any, title: str, area: str, name: str) -> None:
    one = document.createInstance("com.sun.star.style.CellStyle")
    document.StyleFamilies.getByName("CellStyles").insertByName(name, one)
    one.CellBackColor = 0xFFCC99
    _cells(document, title, area).CellStyle = name


def _chart(document: Any, title: str, name: str, source: str, area: str) -> None:
    place = uno.createUnoStruct("com.sun.star.awt.Rectangle")
    place.X, place.Y, place.Width, place.Height = 30000, 3000, 8000, 6000
    address = _cells(document, source, area).RangeAddress
    _sheet(document, title).Charts.addNewByName(name, place, (address,), False, False)


ACTS: dict[str, Any] = {
    "insert_rows": lambda d, title, *at: _sheet(d, title).Rows.insertByIndex(*at),
    "insert_columns": lambda d, title, *at: _sheet(d, title).Columns.insertByIndex(*at),
    "type": lambda d, title, cell, text: _cells(d, title, cell).setFormula(text),
    "add": lambda d, title: d.Sheets.insertNewByName(title, d.Sheets.Count),
    "rename": lambda d, title, new: _sheet(d, title).setName(new),
    "move": lambda d, title, to: d.Sheets.moveByName(title, to),
    "hide_row": _hide_row,
    "sort": _sort,
    "style": _style,
    "chart": _chart,
}


def _answer(desktop: Any, order: dict[str, Any]) -> Any:
    if order["do"] in OWN:
        return OWN[order["do"]](desktop, order)
    # A read-only document takes other acts, but its tabs keep their names without a word.
    document = _open(desktop, order["path"], edited="edits" in order)
    try:
        if order.get("recalculate"):
            document.calculateAll()
        if order["do"] == "calculate":
            return {sheet.Name: _rows(sheet) for sheet in _sheets(document)}
        if order["do"] == "formulas":
            return {
                s.Name: [list(r) for r in _used(s).getFormulaArray()] for s in _sheets(document)
            }
        for edit in order.get("edits", ()):
            _edit(document, edit)
        if order["do"] == "save":
            options = (_property("FilterName", FILTERS[order["format"]]),)
            document.storeToURL(uno.systemPathToFileUrl(order["target"]), options)
        return {}
    finally:
        document.close(True)


def _give_functions(document: Any, text: str, called: str) -> None:
    """Put a Basic module into the document, and enter the formulas that call it once more.

    They were read before there was such a function, so they hold #NAME? until then.
    """
    libraries = document.BasicLibraries
    if not libraries.hasByName("Standard"):
        libraries.createLibrary("Standard")
    libraries.getByName("Standard").insertByName("KpiFunctions", text)
    document.enableAutomaticCalculation(False)
    for sheet in _sheets(document):
        columns = zip(*_used(sheet).getFormulaArray(), strict=True)
        for c, column in enumerate(columns):
            for first, last in _runs([f[:1] == "=" and called in f.upper() for f in column]):
                cells = sheet.getCellRangeByPosition(c, first, c, last)
                cells.setFormulaArray(tuple((f,) for f in column[first : last + 1]))
            for r, formula in enumerate(column):
                if formula[:2] == "{=" and called in formula.upper():
                    _enter_array(sheet, r, c, formula[1:-1])
    document.calculateAll()
    document.enableAutomaticCalculation(True)


def _enter_array(sheet: Any, row: int, column: int, formula: str) -> None:
    """Enter an array formula once more, from its first cell."""
    cursor = sheet.createCursorByRange(sheet.getCellByPosition(column, row))
    cursor.collapseToCurrentArray()
    place = cursor.RangeAddress
    if (place.StartRow, place.StartColumn) == (row, column):
        cursor.setArrayFormula(formula)


def _runs(wanted: list[bool]) -> list[tuple[int, int]]:
    """First and last place of every run of true."""
    found: list[tuple[int, int]] = []
    for at, one in enumerate(wanted):
        if one and found and found[-1][1] == at - 1:
            found[-1] = (found[-1][0], at)
        elif one:
            found.append((at, at))
    return found


def _observe(desktop: Any, order: dict[str, Any]) -> Any:
    """All values, the document as HTML, and what some cells show before and after each edit.

    After an edit nothing is calculated by order: the cells follow by themselves or not at all.
    """
    macros = ALWAYS if order["functions"] else AS_SET
    document = _open(desktop, order["path"], edited=True, macros=macros)
    try:
        if order["functions"]:
            _give_functions(document, order["functions"], "KPI_")
        else:
            document.calculateAll()
        values = {sheet.Name: _rows(sheet) for sheet in _sheets(document)}
        if order["html"]:
            filter_name = (_property("FilterName", FILTERS["html"]),)
            document.storeToURL(uno.systemPathToFileUrl(order["html"]), filter_name)
        seen = [_watched(document, order["watch"])]
        for edit in order["edits"]:
            _edit(document, edit)
            seen.append(_watched(document, order["watch"]))
        return {"values": values, "seen": seen}
    finally:
        document.close(True)


def _watched(document: Any, places: list[list[str]]) -> list[Any]:
    cells = [_cells(document, title, cell).getCellByPosition(0, 0) for title, cell in places]
    return [{"error": c.getError()} if c.getError() else c.getDataArray()[0][0] for c in cells]


CONTEXT: list[Any] = []  # the office's own component context, once there is a connection


def _install(order: dict[str, Any]) -> Any:
    """Install an extension for the user of the profile."""
    context = CONTEXT[0]
    manager = context.getByName("/singletons/com.sun.star.deployment.ExtensionManager")
    silent = uno.createUnoStruct("com.sun.star.beans.NamedValue")
    silent.Name, silent.Value = "SUPPRESS_LICENSE", "1"
    url = uno.systemPathToFileUrl(order["path"])
    return manager.addExtension(url, (silent,), "user", None, _Silent()).Identifier.Value


def _modules(desktop: Any, order: dict[str, Any]) -> Any:
    """The VBA of an add-in file as LibreOffice reads it; one procedure is run, so all compiles."""
    url = uno.systemPathToFileUrl(order["path"])
    read_as = _property("FilterName", "Calc MS Excel 2007 VBA XML")
    options = (_property("Hidden", True), _property("MacroExecutionMode", ALWAYS), read_as)
    document = desktop.loadComponentFromURL(url, "_blank", 0, options)
    try:
        for call in order["calls"]:
            place = f"vnd.sun.star.script:{call}?language=Basic&location=document"
            document.getScriptProvider().getScript(place).invoke((None,), (), ())
        library = document.BasicLibraries.getByName(order["library"])
        return {name: library.getByName(name) for name in library.ElementNames}
    finally:
        document.close(True)


class _Silent(unohelper.Base, XCommandEnvironment):  # type: ignore[misc]  # uno has no types
    """Answers every question of an installation with yes."""

    def getInteractionHandler(self) -> Any:  # noqa: N802 - uno's name
        return _Yes()

    def getProgressHandler(self) -> None:  # noqa: N802 - uno's name
        return None


class _Yes(unohelper.Base, XInteractionHandler):  # type: ignore[misc]  # uno has no types
    def handle(self, request: Any) -> None:
        wanted = uno.getTypeByName("com.sun.star.task.XInteractionApprove")
        for choice in request.getContinuations():
            if choice.queryInterface(wanted) is not None:
                choice.select()
                return


KEPT: dict[str, tuple[Any, int]] = {}  # workbooks that stay open to be fed, and rows filled


def _feed(desktop: Any, order: dict[str, Any]) -> list[Any]:
    """Put rows beside the formulas of a sheet, copied down from its first row; their values.

    An input of None is #N/A, "" an empty cell; a formula's error comes back as None.
    """
    path, rows, first = order["path"], order["rows"], order["first"]
    if path not in KEPT:
        KEPT[path] = (_open(desktop, path, edited=True), 1)
        KEPT[path][0].enableAutomaticCalculation(False)
    document, filled = KEPT[path]
    sheet, wide = document.Sheets.getByIndex(0), len(rows[0])
    last, right = first + len(rows) - 1, wide + order["formulas"] - 1
    if len(rows) > filled:
        down = uno.Enum("com.sun.star.sheet.FillDirection", "TO_BOTTOM")
        sheet.getCellRangeByPosition(wide, first, right, last).fillAuto(down, 1)
        KEPT[path] = (document, len(rows))
    inputs = sheet.getCellRangeByPosition(0, first, wide - 1, last)
    inputs.setDataArray(tuple(tuple(row) for row in rows))
    document.calculateAll()
    return list(sheet.getCellRangeByPosition(wide, first, right, last).getDataArray())


OWN: dict[str, Any] = {
    "feed": _feed,
    "observe": _observe,
    "install": lambda _desktop, order: _install(order),
    "modules": _modules,
}


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main(pipe: str) -> None:
    """Answer one JSON line for each JSON line read, until stdin ends."""
    desktop = _desktop(pipe)
    _say({"ready": True})
    for line in sys.stdin:
        try:
            answer = {"ok": _answer(desktop, json.loads(line))}
        except DisposedException:
            return  # the office died on this file: the caller starts a new one
        except (UnoError, ValueError, OSError) as error:
            answer = {"failed": f"{type(error).__name__}: {error}"}
        _say(answer)
    desktop.terminate()  # a killed test session closes our stdin and leaves no office behind


main(sys.argv[1])
