"""Sparklines of trend columns: they read the folded value columns of their own row."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from sheet_templates.places import Place, letters

ROWS = 40  # ready for this many lines; an empty line shows nothing


def trend(tab: Worksheet, place: Place, columns: Sequence[str], rows: int = ROWS) -> None:
    """One sparkline a row, over the columns from the oldest to the newest."""
    first, last = letters(place.offset(columns[0])), letters(place.offset(columns[-1]))
    title = tab.get_name().replace("'", "''")
    start = place.row + 2
    spots = [f"{letters(place.offset('trend'))}{row}" for row in range(start, start + rows)]
    ranges = [f"'{title}'!{first}{row}:{last}{row}" for row in range(start, start + rows)]
    tab.add_sparkline(
        spots[0],
        {
            "location": spots,
            "range": ranges,
            "show_hidden": True,  # the value columns are folded
            "series_color": "#2F75B5",
            "last_point": True,
            "last_color": "#C55A11",
            "weight": 1.5,
        },
    )
