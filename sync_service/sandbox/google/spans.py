"""What happens to places and ranges when rows or columns come, go or move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sync_service.sandbox.google.ranges import FAR, Area

Kind = Literal["insert", "delete", "move"]


@dataclass(frozen=True, slots=True)
class Change:
    """Rows or columns [start, end) of a tab inserted, deleted, or moved to before `to`."""

    sheet: int
    rows: bool  # else columns
    kind: Kind
    start: int
    end: int
    to: int = 0

    @property
    def size(self) -> int:
        """How many rows or columns."""
        return self.end - self.start

    def place(self, index: int) -> int | None:
        """Where a row or column is now; None when it is gone."""
        if self.kind == "insert":
            return index + self.size if index >= self.start else index
        if self.kind == "delete":
            if index < self.start:
                return index
            return None if index < self.end else index - self.size
        target = self.to - self.size if self.to > self.start else self.to
        if self.start <= index < self.end:
            return target + index - self.start
        rest = index - self.size if index >= self.end else index
        return rest + self.size if rest >= target else rest

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a half-open span is now; None when nothing of it is left."""
        if self.kind == "insert":
            return _grown(start, end, self.start, self.size)
        if self.kind == "delete":
            return _shrunk(start, end, self.start, self.end)
        target = self.to - self.size if self.to > self.start else self.to
        if self.start <= start and end <= self.end:
            return start - self.start + target, end - self.start + target
        left = _shrunk(start, end, self.start, self.end)
        return _grown(*left, target, self.size) if left else None

    def area(self, area: Area) -> Area | None:
        """Where an area of the tab is now."""
        if self.rows:
            span = self.span(area.top, area.bottom)
            return replace(area, top=span[0], bottom=span[1]) if span else None
        span = self.span(area.left, area.right)
        return replace(area, left=span[0], right=span[1]) if span else None


def _grown(start: int, end: int, at: int, size: int) -> tuple[int, int]:
    new_end = end + size if at < end < FAR else end
    return (start + size if start >= at and not (start == 0 and end >= FAR) else start, new_end)


def _shrunk(start: int, end: int, gone_from: int, gone_to: int) -> tuple[int, int] | None:
    def now(edge: int) -> int:
        if edge >= FAR or edge <= gone_from:
            return edge
        return max(gone_from, edge - (gone_to - gone_from))

    span = now(start), now(end)
    return span if span[0] < span[1] else None
