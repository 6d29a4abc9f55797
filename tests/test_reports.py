"""The daily, weekly and monthly page: from the same facts as every other page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kpi.calendar import period
from kpi.model import Window
from kpi.tables import ErrorValue
from sheet_templates.build import build
from sheet_templates.layout import REGION_METRICS, REPORT_SCOPES
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from sync_service.compute import Computed
from sync_service.filling import reports
from sync_service.refresh import look
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.road_support import Few, fill, house_at, order_of, refresh_book
from tests.test_sharing import LONG, house_start, manager


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Computed, Path]]:
    root = tmp_path_factory.mktemp("reports")
    with house_at(root / "data") as house:
        fill(house, Few().shops, LONG)
        start = house_start()
        goals = [
            {**row, "m09": 30_000.0, "m10": 31_000.0}
            if (row["scope"], row["metric"]) == ("US", "net_sales")
            else row
            for row in start.targets
        ]
        book = manager(root, replace(start, targets=goals))
        refresh_book(house, book, "never")
        yield look(house, order_of(house, book, "never")).done, book


def test_the_periods_of_a_thursday_morning(world: tuple[Computed, Path]) -> None:
    """22 October, 09:00 in Shenzhen: the US day 21 is not over, so 20 is the last of all."""
    done, _ = world
    day, week, month = reports.day_of(done), reports.week(done), reports.month(done)
    assert [one.code for one in (day.now, day.before)] == ["2026-10-20", "2026-10-13"]
    assert day.year_ago.code == "2025-10-21"  # a Tuesday too
    assert [one.code for one in (week.now, week.before)] == ["2026-W42", "2026-W41"]
    assert week.year_ago.window == Window(date(2025, 10, 13), date(2025, 10, 20))
    assert month.now == done.month
    assert month.before.window == Window(date(2026, 9, 1), date(2026, 9, 21))
    assert month.year_ago.window == Window(date(2025, 10, 1), date(2025, 10, 21))


def test_a_month_that_is_over_is_held_against_whole_months(world: tuple[Computed, Path]) -> None:
    done, _ = world
    over = replace(done, month=period("2026-09"))
    found = reports.month(over)
    assert (found.now.code, found.before.code, found.year_ago.code) == (
        "2026-09",
        "2026-08",
        "2025-09",
    )


@pytest.mark.parametrize(
    ("of", "due"),
    [
        pytest.param("2026-10-20", 1000.0, id="a day of October is 31,000 over 31"),
        pytest.param("2026-W42", 7000.0, id="a week inside October is seven of them"),
        pytest.param("2026-W40", 7000.0, id="three days of September at 1,000 and four of October"),
    ],
)
def test_what_is_due_in_a_day_and_a_week(world: tuple[Computed, Path], of: str, due: float) -> None:
    """The US has 31,000 in October and 30,000 in September."""
    done, _ = world
    key = next(key for key in done.scopes if key[1] == "US")
    assert reports.due_of(done, period(of), key, "net_sales") == due


def test_a_ratio_is_due_as_it_is(world: tuple[Computed, Path]) -> None:
    done, _ = world
    key = next(key for key in done.scopes if key[1] == "US")
    goal = done.goal("tacos", key)
    assert goal is not None
    assert reports.due_of(done, period("2026-10-20"), key, "tacos") == goal.value


def test_every_line_of_the_three_pages_is_filled(world: tuple[Computed, Path]) -> None:
    done, book = world
    contents = XlsxPort(book).read()
    assert contents.names["nmDay"] == "2026-10-20"
    assert contents.names["nmWeek"] == "2026-W42"
    for name, of in (
        ("tblDaily", reports.day_of(done)),
        ("tblWeekly", reports.week(done)),
        ("tblMonthly", reports.month(done)),
    ):
        rows = contents.tables[name].rows
        assert len(rows) == len(REPORT_SCOPES) * len(REGION_METRICS)
        for row in rows:
            if row.value("metric") == "Net sales":
                key = next(k for k in done.scopes if k[1] == row.value("scope"))
                now = done.value("net_sales", key, of.now)
                before = done.value("net_sales", key, of.before)
                assert row.value("value") == (now.value if now else None)
                assert row.value("before") == (before.value if before else None)


UNKNOWN = ErrorValue("#N/A")


def test_change_and_status_in_libreoffice(office: Office, tmp_path: Path) -> None:
    """90 after 120 is -25 %, of 100 due a warning; 12 % after 10 % is +2 points."""
    lines: tuple[StartRow, ...] = (
        {
            "metric": "A",
            "value": 90.0,
            "before": 120.0,
            "year_ago": 60.0,
            "pace": 0.9,
            "unit": "Money",
        },
        {"metric": "B", "value": 0.12, "before": 0.1, "year_ago": UNKNOWN, "unit": "Ratio"},
        {"metric": "C", "value": UNKNOWN, "before": 5.0, "pace": UNKNOWN, "unit": "Count"},
    )
    wanted = [
        (-0.25, 0.5, "▲ Warn"),
        (0.02, "", ""),
        ("", "", "○ No data"),
    ]
    service = {
        name: [{"scope": "US", **line} for line in lines]
        for name in ("tblDaily", "tblWeekly", "tblMonthly")
    }
    path = build(tmp_path / "reports.xlsx", "manager", "en", BookStart(service=service))
    sheets = office.calculate(path)
    for name in service:
        place = MANAGER_PLACES[name]
        found = sheets[place.sheet.title("en")][place.row + 1 : place.row + 4]
        codes = ("change", "change_year", "status")
        shown = [tuple(rounded(line[place.offset(code)]) for code in codes) for line in found]
        assert shown == wanted, name


def rounded(value: Any) -> Any:
    return round(value, 9) if isinstance(value, float) else value
