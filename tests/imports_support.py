"""A house with the sandbox's shops and a clock that stands, and files written by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kpi.model import Window
from sync_service.accounts import Link, save_shop
from sync_service.clock import FakeClock
from sync_service.house import House, open_house
from sync_service.sandbox.world import SANDBOX_NOW, World
from sync_service.settings import Settings

WORLD = World()


@contextmanager
def house_at(home: Path, shops: Sequence[str] = ("AMZ-US", "AMZ-DE", "SHP-US")) -> Iterator[House]:
    """An installation with some shops of the sandbox and no facts."""
    settings = Settings(home=home, database=f"sqlite:///{home / 'control.db'}")
    with open_house(settings, FakeClock(SANDBOX_NOW)) as house:
        for code in shops:
            shop = WORLD.shop(code)
            save_shop(house.store, shop.noun(), {shop.platform: Link("account", "place")})
        yield house


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file with this text."""
    path.write_bytes(text.encode(encoding))
    return path


def value(
    house: House, stream: str, shop: str, day: str, measure: str, sku: str | None = None
) -> Decimal | int | None:
    """The sum of a measure on a day over the rows of a SKU, or over all; None: not known."""
    start = date.fromisoformat(day)
    rows = house.facts.rows(stream, shop, Window(start, start + timedelta(days=1))).to_pylist()
    found = [
        row[measure]
        for row in rows
        if row[measure] is not None and (sku is None or row["sku"] == sku)
    ]
    return sum(found) if found else None


BUSINESS = (
    "Date,Ordered Product Sales,Units Ordered,Sessions - Total,Page Views - Total,"
    "Featured Offer (Buy Box) Percentage,Units Refunded,Negative Feedback Received\n"
)


def business(folder: Path, rows: str, name: str = "report AMZ-DE.csv") -> Path:
    """A Business Report by date with these rows."""
    return write(folder / name, BUSINESS + rows)
