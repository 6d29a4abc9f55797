"""Requests with a legal time: 30 days in the EU, 45 in the US, from the day a request came in."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.book import Book
from kpi.legal_days import legal_deadlines, legal_due
from kpi.model import Region
from kpi.typed_rows import Settings, TaskRow

CAME = date(2026, 10, 1)  # 30 days later is 31 October


def task(
    due: date | None,
    regime: str | None = "gdpr",
    region: Region | None = Region.EU,
    opened: date | None = CAME,
) -> TaskRow:
    return TaskRow(
        *("G1", "compliance", region, "DE", "erase", "OPS", due, 0.0, "Tasks!A5"),
        regime=regime,
        opened=opened,
    )


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        pytest.param(task(date(2026, 10, 31)), [], id="the last legal day"),
        pytest.param(task(date(2026, 11, 1)), ["legal_due_late"], id="a day later"),
        pytest.param(task(None), ["legal_due_absent"], id="no due day"),
        pytest.param(task(None, opened=None), [], id="nobody knows when it came"),
        pytest.param(task(None, regime="vat"), [], id="no legal days are known for it"),
        pytest.param(task(None, regime=None), [], id="a free task"),
        pytest.param(task(None, region=Region.US), [], id="the law holds in the EU"),
        pytest.param(task(date(2026, 11, 1), "data_access"), ["legal_due_late"], id="access"),
        pytest.param(task(None, "data_deletion"), ["legal_due_absent"], id="deletion"),
        pytest.param(task(None, region=None), [], id="a task without a region"),
    ],
)
def test_due_days_against_the_law(given: TaskRow, codes: list[str]) -> None:
    found = list(legal_deadlines(Book(Settings("2026-10", ""), tasks=(given,))))
    assert [one.code for one in found] == codes
    for one in found:
        assert (one.place.sheet, one.place.cell) == ("Tasks", "A5")
        assert "2026-10-31" in one.mend["zh"]
        assert "2026-10-31" in one.mend["en"]


@pytest.mark.parametrize(
    ("regime", "region", "last"),
    [
        ("gdpr", Region.EU, date(2026, 10, 31)),
        ("data_access", Region.EU, date(2026, 10, 31)),
        ("data_access", Region.US, date(2026, 11, 15)),  # 45 days after 1 October
        ("data_deletion", Region.US, date(2026, 11, 15)),
        ("ftc", Region.US, None),
    ],
)
def test_the_legal_due_day(regime: str, region: Region, last: date | None) -> None:
    assert legal_due(task(None, regime, region)) == last
