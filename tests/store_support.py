"""A small catalogue and rows of facts for the tests of the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa

from kpi.leaves import LeafSums
from kpi.model import Measure, RollUp, Unit, Window
from sync_service.fact_rows import COUNT, MONEY

SEPTEMBER_20 = dt.date(2026, 9, 20)
OVER_TWO_MONTHS = Window(SEPTEMBER_20, dt.date(2026, 10, 10))


def measure(code: str, unit: Unit, roll_up: RollUp = RollUp.SUM) -> Measure:
    return Measure(code, {"zh": code, "en": code}, unit, roll_up, ("AMZ",))


MEASURES: Mapping[str, Measure] = {
    m.code: m
    for m in (
        measure("gross_sales", Unit.MONEY),
        measure("units_shipped", Unit.COUNT),
        measure("sessions", Unit.COUNT),
        measure("available_units", Unit.COUNT, RollUp.LAST),
        Measure(
            "net_sales_amount",
            {"zh": "净销售额", "en": "Net sales"},
            Unit.MONEY,
            RollUp.SUM,
            (),
            "gross_sales",
        ),
    )
}
TYPES = {"gross_sales": MONEY, "ad_spend": MONEY}


def rows(lines: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Give rows as a connector would: `day` and any of sku, part, currency and the measures."""
    full = [{"sku": "*", "part": "", "currency": "EUR"} | dict(line) for line in lines]
    names = {"day": pa.date32(), "sku": pa.string(), "part": pa.string(), "currency": pa.string()}
    for line in full:
        for name in line:
            names.setdefault(name, TYPES.get(name, COUNT))
    return pa.Table.from_pylist(full, schema=pa.schema(list(names.items())))


def daily(window: Window, sales: str | None, skus: Iterable[str] = ("A", "B")) -> pa.Table:
    """Give the same sales and units for each SKU and day of a window."""
    return rows(
        [
            {
                "day": day,
                "sku": sku,
                "gross_sales": None if sales is None else Decimal(sales),
                "units_shipped": 2,
            }
            for day in window.each()
            for sku in skus
        ]
    )


def leaves_as_dict(leaves: LeafSums) -> dict[tuple[Any, ...], dict[str, tuple[int, int]]]:
    """Give leaves by names: (day, shop, stream, category, currency) -> measure -> (sum, known)."""
    found = {}
    for n in range(len(leaves.rows)):
        key = (
            dt.date.fromordinal(int(leaves.day[n])),
            leaves.shops[leaves.shop[n]],
            leaves.streams[leaves.stream[n]],
            leaves.categories[leaves.category[n]],
            leaves.currencies[leaves.currency[n]],
        )
        assert key not in found, f"leaf {key} comes twice"
        found[key] = {
            name: (int(leaves.sums[name][n]), int(leaves.known[name][n])) for name in leaves.sums
        }
    return found
