"""The grey band of row 1: what a reader must know before believing a score."""

from __future__ import annotations

from kpi.closing import month_state
from sheet_templates.words import show
from sync_service.compute import Computed


def band(done: Computed) -> str:
    """Draft until a version was published, provisional until the closing day; pilot has its own."""
    if not done.version:
        return show("band", "draft", done.given.language)
    state = month_state(done.month, done.book.settings, done.today)
    return show("band", state, done.given.language) if state == "provisional" else ""
