"""Shops, and what a parser's answer is compared with: measures by day, product and name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from kpi.model import Window
from sync_service.connectors.kernel import FactRow, ShopRef

DE = ShopRef("AMZ-DE", "amazon", "acc", "DE", "A1PA6795UKMFR9", "EUR", "Europe/Berlin", {})
STORE = ShopRef("SHP-US", "shopify", "acc", "US", "x", "USD", "America/New_York", {})
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))


def flat(columns: str, *lines: Sequence[str]) -> bytes:
    """A flat file from a line of column names."""
    rows = [columns.split(), *lines]
    return "\n".join("\t".join(row) for row in rows).encode() + b"\n"


def facts(rows: Sequence[FactRow]) -> dict[tuple[str, str, str], Decimal | int | None]:
    """Every measure by (day, sku, measure)."""
    return {
        (row.day.isoformat()[5:], row.sku, name): value
        for row in rows
        for name, value in row.measures.items()
    }
