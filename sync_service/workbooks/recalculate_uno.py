"""Run by LibreOffice's own Python: open a workbook, calculate it, print the values asked for.

Reads JSON from standard input, {"pipe": name, "start": seconds that the pipe may take, "file": url,
"ranges": {sheet: [[top, left, bottom, right], ...]}} counted from 0, and prints {sheet: [[row,
column, kind, value], ...]} with kind n (number), s (text) or e (error number).
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import uno  # LibreOffice brings it
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # same
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # same

ERROR = 4  # com.sun.star.sheet.FormulaResult


def connect(pipe: str, start: float) -> Any:  # noqa: ANN401 - UNO objects have no types
    """The desktop behind a pipe, which may take so many seconds until it answers."""
    end = time.monotonic() + start
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > end:
                sys.exit(f"LibreOffice did not start within {start:.0f} s")
            time.sleep(0.1)
        else:
            return context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )


def prop(name: str, value: object) -> Any:  # noqa: ANN401 - UNO objects have no types
    """One setting of a load."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def cell_values(sheet: Any, area: list[int]) -> list[list[object]]:  # noqa: ANN401 - as above
    """Every cell of a rectangle with its kind."""
    top, left, bottom, right = area
    block = sheet.getCellRangeByPosition(left, top, right, bottom)
    wrong = {}
    for part in block.queryFormulaCells(ERROR).RangeAddresses:
        for row in range(part.StartRow, part.EndRow + 1):
            for column in range(part.StartColumn, part.EndColumn + 1):
                wrong[row, column] = sheet.getCellByPosition(column, row).getError()
    found: list[list[object]] = []
    for down, line in enumerate(block.getDataArray()):
        for along, value in enumerate(line):
            row, column = top + down, left + along
            if (row, column) in wrong:
                found.append([row, column, "e", wrong[row, column]])
            else:
                found.append([row, column, "s" if isinstance(value, str) else "n", value])
    return found


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    desktop = connect(asked["pipe"], asked["start"])
    document = desktop.loadComponentFromURL(
        asked["file"], "_blank", 0, (prop("Hidden", True), prop("MacroExecutionMode", 0))
    )
    if document is None:
        sys.exit("LibreOffice could not open the workbook")
    document.calculateAll()
    answer = {}
    for title, ranges in asked["ranges"].items():
        sheet = document.Sheets.getByName(title)
        answer[title] = [value for area in ranges for value in cell_values(sheet, area)]
    json.dump(answer, sys.stdout)
    document.close(True)


if __name__ == "__main__":
    main()
