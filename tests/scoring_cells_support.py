"""The tables of a workbook where the builder puts them, as a workbook that was found has them."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_templates.layout import Language
from sheet_templates.places import Place
from sheet_templates.scoring_cells import BookCells, SheetTable


def cells_of(places: Mapping[str, Place], language: Language) -> BookCells:
    return BookCells(
        {
            name: SheetTable(
                name,
                place.sheet.title(language),
                place.row + 2,
                {c.code: place.offset(c.code) + 1 for c in place.table.columns},
                {c.code: c.header(language) for c in place.table.columns},
            )
            for name, place in places.items()
        },
        language,
    )
