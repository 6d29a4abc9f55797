"""What one patch does to one table, collected while it is planned."""

from __future__ import annotations

from dataclasses import dataclass, field

from kpi.errors import Problem
from sync_service.workbooks.pen import SheetEdits
from sync_service.workbooks.resizing import Resize


@dataclass(slots=True)
class TablePlan:
    """What one patch does to one table."""

    edits: SheetEdits = field(default_factory=dict)
    resize: Resize | None = None
    problems: list[Problem] = field(default_factory=list)
    computed: set[tuple[int, int]] = field(default_factory=set)  # formula cells with a known value

    def put(self, row: int, column: int, edit: object) -> None:
        """One edit of a cell."""
        self.edits.setdefault(row, {})[column] = edit  # type: ignore[assignment]  # Edit is a union
