"""The one switch that stops all writing to workbooks; each shows the stop at its next refresh."""

from __future__ import annotations

from sync_service import audit, control
from sync_service.house import House
from sync_service.refresh import PAUSE


def switch_writing(house: House, reason: str, who: str) -> None:
    """Stop writing for a reason, or go on with an empty one; the audit chain says who."""
    control.set_setting(house.store, PAUSE, reason)
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor=who,
            action="pause" if reason else "resume",
            about="writing",
            reason=reason,
        )


def paused(house: House) -> str:
    """Why writing is stopped; empty while it is not."""
    return str(control.setting(house.store, PAUSE, "") or "")
