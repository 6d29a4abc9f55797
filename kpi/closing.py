"""How final a month's scores are: still open, provisional, or final from the closing day on."""

from __future__ import annotations

from datetime import date, timedelta

from kpi.model import Period
from kpi.typed_rows import Settings


def closing_state(month: Period, settings: Settings, today: date) -> str:
    """`open`, `provisional` or `final`; the days of the settings lie in the month after.

    Until the provisional day the last days may still lack their data, so the month counts as open.
    """
    shown = month.window.end + timedelta(days=settings.provisional_day - 1)
    final = month.window.end + timedelta(days=settings.closing_day - 1)
    if today >= final:
        return "final"
    return "provisional" if today >= shown else "open"


def month_state(month: Period, settings: Settings, today: date) -> str:
    """The closing state; `pilot` while scores are only tried out."""
    return "pilot" if settings.pilot else closing_state(month, settings, today)
