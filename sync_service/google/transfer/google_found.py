"""What a spreadsheet says of itself beside its content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync_service.google.transfer.model import Loss
from sync_service.google.transfer.references import Reference
from sync_service.google.transfer.sending import area_of
from sync_service.workbooks.areas import Area

Json = dict[str, Any]


@dataclass(slots=True)
class Found:
    """What a spreadsheet says of itself beside its content."""

    ids: dict[str, int] = field(default_factory=dict)  # title -> number of the tab
    titles: dict[int, str] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    template: str = ""  # edition, language and version, as it was marked
    locale: str = ""
    zone: str = ""
    link: str = ""
    answer: Json = field(default_factory=dict)  # as Google gave it
    lines: dict[int, Json] = field(default_factory=dict)  # of the second read, by tab
    held: dict[int, list[Area]] = field(default_factory=dict)  # cells with a sound check, by tab
    losses: list[Loss] = field(default_factory=list)

    def reference(self, grid: Mapping[str, Any]) -> Reference | None:
        """A `GridRange` as a reference."""
        number = int(grid.get("sheetId", 0))
        if number not in self.titles:
            return None
        return Reference(self.titles[number], area_of(grid, *self.sizes[number]))

    def rules_of(self, number: int) -> list[Json]:
        """The conditional formats of a tab as Google counts them, those of other kinds too."""
        for sheet in self.answer.get("sheets", ()):
            if int(sheet["properties"].get("sheetId", 0)) == number:
                return list(sheet.get("conditionalFormats", ()))
        return []
