"""The tiles of compliance and of open breaches, worked by hand from tasks, rules and ten days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from kpi.book import Book
from kpi.catalog import shipped
from kpi.model import Language, PeriodKind, Region
from kpi.money import DayRates
from kpi.trade import Shop
from kpi.typed_rows import Rule, Settings, TaskRow
from sync_service.compute import Computed, Inputs, compute
from sync_service.filling import today
from sync_service.filling.cells import FilledRow
from tests.leaf_support import leaf_sums

TODAY = date(2026, 10, 12)
NOW = datetime(2026, 10, 12, 12, tzinfo=UTC)
LAST = date(2026, 10, 11)  # the shop's last day that is over
SHOP = Shop("AMZ-US", "amazon", "US", Region.US, "USD", "America/New_York")
YESTERDAY, TOMORROW, LATER = date(2026, 10, 11), date(2026, 10, 13), date(2026, 11, 2)


def computed(
    language: Language,
    tasks: Sequence[TaskRow] = (),
    rules: Sequence[Rule] = (),
    sales: Sequence[int] = (),
) -> Computed:
    """A book of one shop; `sales` are those of its last days, in dollars, the last one last."""
    days = [LAST - timedelta(days=back) for back in range(len(sales) - 1, -1, -1)]
    leaves = [
        ("amazon.orders", SHOP.code, day, "", "USD", {"gross_sales": amount * 10_000})
        for day, amount in zip(days, sales, strict=True)
    ]
    settings = Settings("2026-10", "", time_zone="UTC")
    book = Book(settings, shops=(SHOP,), rules=tuple(rules), tasks=tuple(tasks))
    rates = DayRates({}, (), {})
    return compute(Inputs(book, shipped(), leaf_sums(leaves), rates, NOW, language, {}))


def tile(done: Computed, code: str) -> FilledRow:
    return next(row for row in today.tiles(done) if row["tile"] == code)


# --- Compliance -----------------------------------------------------------------------------------


def task(
    number: str,
    due: date | None,
    done: float | None = None,
    country: str | None = "DE",
    kind: str = "compliance",
) -> TaskRow:
    return TaskRow(number, kind, Region.EU, country, f"duty {number}", None, due, done, "")


# tasks, tasks done, tasks in all, status, note
TASKS = [
    pytest.param((), 0, 0, "● OK", None, id="no task: nothing of nothing, and all is well"),
    pytest.param(
        (task("1", YESTERDAY, 1.0), task("2", LATER, 1.0)),
        *(2, 2, "● OK", None),
        id="all are done",
    ),
    pytest.param(
        (task("1", YESTERDAY, 1.0), task("2", LATER, 0.99)),
        *(1, 2, "▲ Warn", "▲ DE duty 2"),
        id="nearly done is open",
    ),
    pytest.param(
        (task("1", TODAY),), 0, 1, "▲ Warn", "▲ DE duty 1", id="the due day itself is not late"
    ),
    pytest.param(
        (task("1", YESTERDAY, 0.5),), 0, 1, "■ Breach", "■ DE duty 1", id="a day after it is late"
    ),
    pytest.param(
        (task("1", TOMORROW), task("2", YESTERDAY), task("3", LATER, 1.0)),
        *(1, 3, "■ Breach", "■ DE duty 2"),
        id="the one that is due first is named",
    ),
    pytest.param(
        (task("2", TOMORROW), task("1", TOMORROW)),
        *(0, 2, "▲ Warn", "▲ DE duty 1"),
        id="of one day the lower number is named",
    ),
    pytest.param(
        (task("1", None), task("2", LATER)),
        *(0, 2, "▲ Warn", "▲ DE duty 2"),
        id="a task without a day comes last",
    ),
    pytest.param(
        (task("1", LATER, country=None),),
        *(0, 1, "▲ Warn", "▲ duty 1"),
        id="a task of no country is named without one",
    ),
    pytest.param(
        (task("1", YESTERDAY, kind="action"), task("2", LATER, 1.0)),
        *(1, 1, "● OK", None),
        id="a late action is no compliance",
    ),
]


@pytest.mark.parametrize(("tasks", "done", "count", "status", "note"), TASKS)
def test_the_tile_of_compliance(
    tasks: tuple[TaskRow, ...], done: int, count: int, status: str, note: str | None
) -> None:
    assert tile(computed("en", tasks), "compliance") == {
        "tile": "compliance",
        "value": float(done),
        "due": float(count),
        "pace": None,
        "forecast": None,
        "status": status,
        "note": note,
    }


def test_the_tile_of_compliance_speaks_the_readers_language() -> None:
    row = tile(computed("zh", (task("1", YESTERDAY),)), "compliance")
    assert (row["status"], row["note"]) == ("■ 突破", "■ DE duty 1")


# --- Open breaches --------------------------------------------------------------------------------


def rule(level: str, limit: float) -> Rule:
    """Sales of a day below a limit."""
    return Rule(
        f"{level} below {limit:g}", True, "gross_sales_total", "*", PeriodKind.DAY, "<", limit,
        1, level, "",
    )  # fmt: skip


# rules, sales of the last days -> open, more than a warning, status
BREACHES = [
    pytest.param((), (90,), 0, 0, "● OK", id="no rule, no breach"),
    pytest.param((rule("warn", 100),), (120, 110), 0, 0, "● OK", id="never below the limit"),
    pytest.param((rule("warn", 100),), (120, 90), 1, 0, "▲ Warn", id="one warning"),
    pytest.param(
        (rule("warn", 100), rule("breach", 50)), (120, 90), 1, 0, "▲ Warn", id="not below fifty yet"
    ),
    pytest.param(
        (rule("warn", 100), rule("breach", 50)), (120, 40), 2, 1, "■ Breach", id="below both"
    ),
    pytest.param((rule("breach", 50),), (120, 40), 1, 1, "■ Breach", id="one red"),
    pytest.param(
        (rule("breach", 50),), (40, 120, 120, 120), 0, 0, "● OK", id="recovered ones do not count"
    ),
]


@pytest.mark.parametrize(("rules", "sales", "count", "severe", "status"), BREACHES)
def test_the_tile_of_open_breaches(
    rules: tuple[Rule, ...], sales: tuple[int, ...], count: int, severe: int, status: str
) -> None:
    done = computed("en", rules=rules, sales=sales)
    assert tile(done, "breaches") == {
        "tile": "breaches",
        "value": float(count),
        "due": float(severe),
        "pace": None,
        "forecast": None,
        "status": status,
        "note": None,
    }


def test_a_recovered_breach_is_still_known_and_only_not_counted() -> None:
    done = computed("en", rules=(rule("breach", 50),), sales=(40, 120, 120, 120))
    assert [alarm.open for alarm in done.alarms] == [False]
