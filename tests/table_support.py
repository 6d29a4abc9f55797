"""Workbook tables written down as lines: the first line holds the column codes."""

from __future__ import annotations

from kpi.tables import Cell, CellValue, ErrorValue, Row, Table

Line = tuple[CellValue | ErrorValue, ...]


def table(name: str, sheet: str, codes: str, *lines: Line) -> Table:
    """A table at A4: row 5 is its first; column n of the sheet is code n."""
    columns = tuple(codes.split())
    rows = tuple(
        Row(
            number,
            {
                code: Cell(value, f"{chr(65 + n)}{number}")
                for n, (code, value) in enumerate(zip(columns, line, strict=False))
            },
            {},
        )
        for number, line in enumerate(lines, 5)
    )
    return Table(name, sheet, columns, rows)
