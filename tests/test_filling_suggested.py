"""Suggested targets by hand: seven months of even days, each its days times an amount.

October 2026 is reviewed on the 12th. Of last year, July to September made 1,000 a day (92,000 in
all) and October 2,000 (62,000); this July to September made 1,250 (115,000): growth 1.25.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from kpi.book import Book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import Region
from kpi.money import DayRates
from kpi.trade import Shop
from kpi.typed_rows import Settings, TargetRow
from sync_service.compute import Computed, Inputs, compute
from sync_service.filling import values
from sync_service.filling.suggested import suggestion
from tests.leaf_support import leaf_sums
from tests.table_support import table

SHOP = Shop("AMZ-DE", "amazon", "DE", Region.EU, "USD", "Europe/Berlin")
KEY = (Region.EU, "AMZ-DE")
A_DAY: Mapping[str, int] = {  # dollars and units of each day
    **dict.fromkeys(("2025-07", "2025-08", "2025-09"), 1_000),
    "2025-10": 2_000,
    **dict.fromkeys(("2026-07", "2026-08", "2026-09"), 1_250),
}
NOW = datetime(2026, 10, 12, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 5, 12, tzinfo=UTC)
ADS = {"ad_spend": 2_000_000, "ad_sales": 0}  # a day: ten-thousandths of a dollar
NO_ADS = {"ad_spend": 0, "ad_sales": 0}


def computed(
    a_day: Mapping[str, int],
    month: str = "2026-10",
    now: datetime = NOW,
    skipped: str = "",
    targets: tuple[TargetRow, ...] = (),
) -> Computed:
    """A shop with these even months; `skipped` is a day without any fact."""
    leaves = [
        (
            *("amazon.orders", SHOP.code, day, "", "USD"),
            {"gross_sales": amount * 10_000, "units_ordered": amount},
        )
        for code, amount in a_day.items()
        for day in period(code).window.each()
        if f"{day}" != skipped
    ]
    settings = Settings(month, "", fixed_rates={"EUR": 1.25}, time_zone="UTC")
    book = Book(settings, shops=(SHOP,), targets=targets)
    return compute(Inputs(book, shipped(), leaf_sums(leaves), DayRates({}, (), {}), now, "en", {}))


# 250 in September: 62 x 1,250 + 30 x 250 = 85,000; 62,000 x 85,000 / 92,000 = 57,282.61
@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        pytest.param({}, 77_500.0, id="62,000 of last October, grown by a quarter"),
        pytest.param({"2026-09": 250}, 57_282.61, id="85,000 of 92,000: sums before the quotient"),
        pytest.param({"2025-10": 0}, None, id="nothing last October: nothing grows of it"),
        pytest.param(
            dict.fromkeys(("2025-07", "2025-08", "2025-09"), 0), None, id="nothing to grow from"
        ),
        pytest.param(
            dict.fromkeys(("2026-07", "2026-08", "2026-09"), 0), None, id="nothing this year"
        ),
    ],
)
def test_what_is_suggested(changed: Mapping[str, int], wanted: float | None) -> None:
    done = computed({**A_DAY, **changed})
    assert suggestion(done, done.metric("gross_sales_total"), KEY) == wanted


@pytest.mark.parametrize("month", sorted(A_DAY))
def test_without_one_of_the_seven_months_nothing_is_suggested(month: str) -> None:
    done = computed({code: amount for code, amount in A_DAY.items() if code != month})
    assert suggestion(done, done.metric("gross_sales_total"), KEY) is None


@pytest.mark.parametrize("day", ["2025-10-31", "2026-08-15", "2025-09-30"])
def test_a_month_with_a_day_missing_is_no_month(day: str) -> None:
    done = computed(A_DAY, skipped=day)
    assert suggestion(done, done.metric("gross_sales_total"), KEY) is None


def test_a_count_is_whole() -> None:
    """31 x 3 = 93 of last October; 92 x 11 of 92 x 10: 102.3."""
    done = computed(
        {code: 3 if code == "2025-10" else 10 if code < "2026" else 11 for code in A_DAY}
    )
    assert suggestion(done, done.metric("units_sold"), KEY) == 102.0


def test_a_ratio_does_not_grow() -> None:
    done = computed(A_DAY)
    assert suggestion(done, done.metric("return_rate"), KEY) is None


def test_a_month_ahead_grows_with_the_months_that_are_over_today() -> None:
    """November is planned on 12 October: July to September again. 30 x 3,000 x 1.25 = 112,500."""
    done = computed({**A_DAY, "2025-11": 3_000}, month="2026-11")
    assert suggestion(done, done.metric("gross_sales_total"), KEY) == 112_500.0


def test_a_month_long_over_grows_with_the_three_before_it() -> None:
    """October is looked at in December; November's sales of this year do not count."""
    later = datetime(2026, 12, 5, 12, tzinfo=UTC)
    done = computed({**A_DAY, "2026-10": 9_000, "2026-11": 9_000}, now=later)
    assert suggestion(done, done.metric("gross_sales_total"), KEY) == 77_500.0


# 77,500 USD at 1.25 are 62,000 EUR, last October's 62,000 are 49,600: 74,400 typed.
@pytest.mark.parametrize(
    ("currency", "last_year", "suggested", "check"),
    [
        pytest.param(None, 62_000.0, 77_500.0, "1.2 times last year's 62,000.00", id="dollars"),
        pytest.param("EUR", 49_600.0, 62_000.0, "1.5 times last year's 49,600.00", id="euros"),
        pytest.param("SEK", None, None, None, id="a currency without a fixed rate is unknown"),
    ],
)
def test_a_row_of_targets_compares_in_its_own_currency(
    currency: str | None, last_year: float | None, suggested: float | None, check: str | None
) -> None:
    months = tuple(74_400.0 if number == 10 else None for number in range(1, 13))
    row = TargetRow(
        2026, Region.EU, "AMZ-DE", "gross_sales_total", None, None, months, currency, "Targets!A5"
    )
    typed = table(
        "tblTarget",
        "Targets",
        "year region scope metric",
        (2026.0, "EU", "AMZ-DE", "Gross sales"),
    )
    [found] = values.targets(computed(A_DAY, targets=(row,)), typed)
    assert (found["last_year"], found["suggested"], found["check"]) == (
        last_year, suggested, check,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "year", "beside"),
    [
        pytest.param("acos", 0.4, "; the target lies above", id="beyond the band it is told"),
        pytest.param("acos", 0.2, ", no year given)", id="inside it the band alone"),
        pytest.param("acos", None, ", no year given)", id="without a target the band alone"),
        pytest.param("return_rate", 0.05, None, id="no band was published"),
    ],
)
def test_a_benchmark_stands_beside_a_target(
    metric: str, year: float | None, beside: str | None
) -> None:
    none = (None,) * 12
    row = TargetRow(2026, Region.EU, "AMZ-DE", metric, None, year, none, None, "Targets!A5")
    typed = table(
        "tblTarget", "Targets", "year region scope metric", (2026.0, "EU", "AMZ-DE", metric)
    )
    [found] = values.targets(computed(A_DAY, targets=(row,)), typed)
    said = found["benchmark"]
    assert said is None if beside is None else str(said).startswith("15–25 % (unverified")
    assert beside is None or str(said).endswith(beside)


def test_a_value_that_its_card_promises_to_flag_is_told_for_its_shop() -> None:
    """31 days of 200 spent and nothing attributed: ACoS is unknown, and the log says why."""
    leaves = [
        (f"amazon_ads.{kind}", SHOP.code, day, "", "USD", ADS if kind == "sp" else NO_ADS)
        for day in period("2026-10").window.each()
        for kind in ("sp", "sb", "sd")
    ]
    settings = Settings("2026-10", "", fixed_rates={"EUR": 1.25}, time_zone="UTC")
    book = Book(settings, shops=(SHOP,))
    given = Inputs(book, shipped(), leaf_sums(leaves), DayRates({}, (), {}), LATER, "en", {})
    [note] = values.notes(compute(given))
    assert note.code == "value_flag"
    assert note.what == {
        "zh": "AMZ-DE 2026-10 的“广告ACoS”：有广告花费而无归因销售，为未知。",
        "en": "ACoS of AMZ-DE in 2026-10: ad spend without attributed sales: unknown.",
    }
