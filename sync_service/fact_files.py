"""The immutable files of one version of the facts, as every reader takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kpi.model import Window


@dataclass(frozen=True, slots=True)
class FactFile:
    """One immutable file of one version; its rows share stream, shop and month."""

    path: str  # absolute
    stream: str
    shop: str
    month: str
    size: int  # bytes
    rows: int
    first: date
    last: date  # inclusive


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one version: a reader takes the list once and sees nothing of later writes."""

    version: int
    files: tuple[FactFile, ...]

    def within(self, window: Window) -> tuple[FactFile, ...]:
        """Give the files that may hold days of the window."""
        return tuple(f for f in self.files if f.first < window.end and f.last >= window.start)
