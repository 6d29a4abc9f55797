"""Pacing as the pages show it: a German shop in November 2026, twenty days known, target 35,300.

By even days 20/30 is due, 23,533.33; by season 20.1 of 35.3 (see test_kpi_season), 20,100.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from kpi.book import Book
from kpi.catalog import shipped
from kpi.model import Better, Language, Region
from kpi.money import DayRates
from kpi.trade import Person, Shop
from kpi.typed_rows import Bound, Settings, TargetRow, WeightRow
from sync_service.compute import Computed, Inputs, compute
from sync_service.filling import attention, scores, today, values
from sync_service.filling.cells import FilledRow
from tests.leaf_support import leaf_sums

FIRST = date(2026, 11, 1)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)  # the twentieth is over in Berlin
SHOP = Shop("AMZ-DE", "amazon", "DE", Region.EU, "USD", "Europe/Berlin", owner="A")
EVEN = (1_000,) * 20
FASTER = (*(1_000,) * 13, *(2_000,) * 7)
TARGET = TargetRow(
    2026, Region.EU, "AMZ-DE", "net_sales", None, None, (*(None,) * 10, 35_300.0, None), "USD", ""
)
PERSON = Person("A", "A", "", "operations", None, None, None, 0.0, None, scored=True)


def line(metric: str, weight: float) -> WeightRow:
    return WeightRow(
        role="operations",
        region=Region.EU,
        metric=metric,
        on=True,
        weight=weight,
        method="ratio_up",
        better=Better.HIGHER,
        warn=None,
        breach=None,
        bound=Bound.STRICT,
        veto=False,
        start=date(2026, 1, 1),
        cap=120.0,
        floor=0.0,
        params=(None,) * 4,
        missing="exclude",
        address="",
    )


def computed(pacing: str, sales: Sequence[int] = EVEN, language: Language = "en") -> Computed:
    leaves = [
        leaf
        for n, amount in enumerate(sales)
        for leaf in _day(FIRST + timedelta(days=n), amount * 10_000)
    ]
    book = Book(
        Settings("2026-11", "", pacing=pacing, time_zone="UTC"),
        shops=(SHOP,),
        people=(PERSON,),
        targets=(TARGET,),
        weights=(line("net_sales", 60.0), line("policy_violations", 40.0)),
    )
    return compute(
        Inputs(book, shipped(), leaf_sums(leaves), DayRates({}, (), {}), NOW, language, {})
    )


def _day(day: date, amount: int) -> tuple[tuple[str, str, date, str, str, dict[str, int]], ...]:
    return (
        (*("amazon.orders", SHOP.code, day, "", "USD"), {"gross_sales": amount, "discounts": 0}),
        (*("amazon.finances", SHOP.code, day, "", "USD"), {"returns_amount": 0}),
    )


def tile(done: Computed) -> FilledRow:
    return next(row for row in today.tiles(done) if row["tile"] == "net_sales")


@pytest.mark.parametrize(
    ("pacing", "sales", "due", "pace", "forecast"),
    [
        pytest.param(
            *("linear", EVEN, 23_533.333333, 20_000 * 1.5 / 35_300, 30_000 / 35_300),
            id="linear: twenty of thirty days",
        ),
        pytest.param(
            *("seasonal", EVEN, 20_100.0, 20_000 / 20_100, 20_000 / 20_100),
            id="seasonal: the best days are still to come",
        ),
        pytest.param(
            *("run_rate", FASTER, 23_533.333333, 27_000 * 1.5 / 35_300, 47_000 / 35_300),
            id="run rate: 27,000, and ten days of 2,000",
        ),
    ],
)
def test_the_tile(
    pacing: str, sales: Sequence[int], due: float, pace: float, forecast: float
) -> None:
    found = tile(computed(pacing, sales))
    assert found["due"] == pytest.approx(due)
    assert found["pace"] == pytest.approx(pace)
    assert found["forecast"] == pytest.approx(forecast)


def test_a_month_younger_than_a_week_has_no_speed() -> None:
    """Five days are known: seven are needed, and nothing of October is known."""
    found = tile(computed("run_rate", EVEN[:5]))
    assert not isinstance(found["forecast"], float)


@pytest.mark.parametrize(
    ("days", "language", "note"),
    [
        pytest.param(2, "zh", "早", id="2 of 30 days: under a tenth"),
        pytest.param(2, "en", "early", id="the same in English"),
        pytest.param(3, "zh", None, id="3 of 30 days are a tenth"),
        pytest.param(0, "zh", None, id="nothing is projected"),
    ],
)
@pytest.mark.parametrize("pacing", ["linear", "seasonal"])
def test_a_projection_from_too_few_days_says_so(
    days: int, language: Language, note: str | None, pacing: str
) -> None:
    """By days and not by the season's shares: it is the days that tell too little."""
    found = tile(computed(pacing, EVEN[:days], language))
    assert found["note"] == note
    assert isinstance(found["forecast"], float) == (days > 0)


@pytest.mark.parametrize(
    ("pacing", "singles", "plain"),
    [
        pytest.param("linear", 35_300 / 30, 35_300 / 30, id="each day alike"),
        pytest.param("seasonal", 1_100.0, 1_000.0, id="Singles' Day a tenth more"),
    ],
)
def test_the_due_line_of_the_days(pacing: str, singles: float, plain: float) -> None:
    due = {row["day"]: row["due"] for row in values.days(computed(pacing))}
    assert due[date(2026, 11, 11)] == pytest.approx(singles)
    assert due[date(2026, 11, 12)] == pytest.approx(plain)
    assert not isinstance(due[date(2026, 10, 31)], float)  # October has no target


@pytest.mark.parametrize(
    ("pacing", "reached"),
    [
        pytest.param("linear", 7_000 / (35_300 * 7 / 30), id="seven of thirty days"),
        pytest.param("seasonal", 7_000 / 7_100, id="the week of Singles' Day: 7.1 of 35.3"),
    ],
)
def test_the_strip_of_weekly_attainment(pacing: str, reached: float) -> None:
    strip = {row["week"]: row for row in scores.strip(computed(pacing))}
    assert strip["2026-W46"]["net_sales"] == pytest.approx(reached)  # 9 to 15 November
    assert not isinstance(strip["2026-W48"]["net_sales"], float)


@pytest.mark.parametrize(
    ("pacing", "language", "note", "basis", "meaning"),
    [
        pytest.param("linear", "en", "", "Linear", "", id="the default says nothing"),
        pytest.param(
            *("seasonal", "en", "Pacing: Seasonal calendar", "Seasonal", "due by season"),
            id="seasonal in English",
        ),
        pytest.param(
            *("seasonal", "zh", "应达进度：按季节日历", "按季节", "应达按季节"),
            id="seasonal in Chinese",
        ),
        pytest.param(
            *("run_rate", "en", "Pacing: Last 7 days' speed", "Linear", ""), id="run rate"
        ),
    ],
)
def test_the_pacing_is_said_on_today_and_on_the_card(
    pacing: str, language: Language, note: str, basis: str, meaning: str
) -> None:
    done = computed(pacing, language=language)
    said = attention.service_note(done)
    assert said.endswith(note)
    assert bool(note) or "Pacing" not in said
    items = {str(row["item"]).rpartition("｜")[2]: row for row in scores.items(done)}
    assert items["net_sales"]["target_basis"] == basis
    assert str(items["net_sales"]["meaning"]).endswith(meaning)
    assert items["policy_violations"]["target_basis"] != "Seasonal"  # complaints have no season


def test_a_seasonal_card_scores_against_the_season() -> None:
    """20,000 of 20,100 due: 99.5 points, where even days would give 85."""
    linear, seasonal = (
        next(
            item.score
            for person in computed(pacing).people
            for card in person.cards
            for item in card.items
            if item.metric.code == "net_sales"
        )
        for pacing in ("linear", "seasonal")
    )
    assert linear == pytest.approx(100 * 20_000 / 23_533.333333)
    assert seasonal == pytest.approx(100 * 20_000 / 20_100)
