"""What a computation finds once is of its own book: a narrowed one reads its own targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from kpi.book import Book
from kpi.catalog import shipped
from kpi.model import Region
from kpi.money import DayRates
from kpi.trade import Shop
from kpi.typed_rows import Settings, TargetRow
from sync_service.compute import Inputs, compute
from tests.leaf_support import leaf_sums

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
DE = Shop("AMZ-DE", "amazon", "DE", Region.EU, "USD", "UTC")
MONTHS = (*(None,) * 9, 310.0, None, None)
TARGET = TargetRow(2026, Region.EU, "AMZ-DE", "net_sales", "OPS1", None, MONTHS, "USD", "目标!A5")
BOOK = Book(Settings("2026-10", "", time_zone="UTC"), shops=(DE,), targets=(TARGET,))


def test_a_computation_over_another_book_reads_the_targets_of_that_book() -> None:
    done = compute(Inputs(BOOK, shipped(), leaf_sums([]), DayRates({}, (), {}), NOW, "en", {}))
    scope = (Region.EU, "AMZ-DE")
    goal = done.goal("net_sales", scope)
    assert goal is not None
    assert goal.value == 310.0

    raised = replace(TARGET, months=(*MONTHS[:9], 620.0, None, None))
    other = replace(done, given=replace(done.given, book=replace(BOOK, targets=(raised,))))
    found = other.goal("net_sales", scope)
    assert found is not None
    assert found.value == 620.0
    assert done.goal("net_sales", scope) == goal
