"""The look of rows that a table grows by: as the template has it for each column.

The rows that are reserved for a table hold nothing, so that they cost nothing to read. A paste of
the row above would bring its look too, but split the ranges of conditional formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sheet_templates.layout import Language
from sheet_templates.style import Props, body_look, plain
from sync_service.google.locate import Located
from sync_service.google.spreadsheet import Span
from sync_service.google.transfer.google_formats import format_of
from sync_service.google.transfer.model import Font, Line, Style

Json = dict[str, Any]


def row_looks(one: Located, rows: tuple[int, int], language: Language) -> Iterator[Json]:
    """Formats of the data rows from `rows[0]` to before `rows[1]`, like columns together.

    Columns that people added are left as they are.
    """
    looks = [
        None if code is None else _look(one, code, language) for code in (*one.grid.codes, None)
    ]
    start = 0
    for at, look in enumerate(looks):
        if at and look != looks[start]:
            if (found := looks[start]) is not None:
                yield _repeated(one, rows, (start, at), found)
            start = at


def _look(one: Located, code: str, language: Language) -> Json:
    layout = one.grid.layout
    return format_of(_style({**plain(language), **body_look(layout, layout.column(code))}))


def _style(props: Props) -> Style:
    """What XlsxWriter is told, as a style of the model."""
    font = Font(
        name=str(props["font_name"]),
        size=float(str(props["font_size"])),
        colour=str(props["font_color"]),
    )
    return Style(
        font,
        number=str(props["num_format"]),
        bottom=Line("SOLID", str(props["bottom_color"])),
        horizontal=str(props["align"]),
        vertical="middle",
        wrap="text_wrap" in props,
        indent=int(str(props["indent"])),
    )


def _repeated(one: Located, rows: tuple[int, int], columns: tuple[int, int], look: Json) -> Json:
    top, bottom = one.row(rows[0]), one.row(rows[1])
    area = Span(one.span.tab, top, one.left + columns[0], bottom, one.left + columns[1])
    fields = "userEnteredFormat"
    return {"repeatCell": {"range": area.range, "cell": {fields: look}, "fields": fields}}
