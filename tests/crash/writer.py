"""Sync three windows the way the kernel does; killed at any write and run again, it must end well.

Each run recovers first and then writes what is still to do, so a second run completes a first.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from kpi.model import Window
from sync_service import schema
from sync_service.control import Control, acquire, get, release
from sync_service.facts import Facts
from sync_service.recovery import advance, lease_name, recover
from tests.store_support import MEASURES, daily

STREAM, SHOP = "amazon.orders", "AMZ-DE"
START = dt.date(2026, 9, 28)
STEPS = 3  # windows of four days, each overlapping the one before by two: restatements
NOW = dt.datetime(2026, 10, 22, 1, tzinfo=dt.UTC)


def window(number: int) -> Window:
    first = START + dt.timedelta(days=2 * (number - 1))
    return Window(first, first + dt.timedelta(days=4))


def sales(number: int) -> str:
    """Give each commit's daily sales of a SKU: 1, 2, 3."""
    return str(number)


def main(folder: Path) -> None:
    control = Control(f"sqlite:///{folder / 'control.db'}")
    facts = Facts(folder / "facts", MEASURES)
    recover(facts, control, NOW)
    with control.read() as connection:
        cursor = get(connection, schema.cursors, stream=STREAM, shop=SHOP)
    done = 0 if cursor is None else int(cursor["number"])
    for number in range(done + 1, STEPS + 1):
        _step(facts, control, number)
    control.close()


def _step(facts: Facts, control: Control, number: int) -> None:
    lease = acquire(control, lease_name(STREAM, SHOP), "writer", NOW, dt.timedelta(minutes=5))
    assert lease is not None
    days = window(number)
    until = days.end - dt.timedelta(days=1)
    meta = {"fencing": str(lease.fencing), "covered_until": until.isoformat(), "run": "sweep"}
    facts.commit(STREAM, SHOP, days, daily(days, sales(number)), number=number, meta=meta)
    advance(
        control,
        STREAM,
        SHOP,
        number=number,
        window=days,
        covered_until=until,
        fencing=lease.fencing,
        now=NOW,
    )
    release(control, lease)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
