"""Who moved a breached value, by hand: a region of two shops, and a shop of two categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from kpi.book import Book
from kpi.catalog import Catalog, build, shipped
from kpi.model import Language, PeriodKind, Region
from kpi.money import DayRates
from kpi.trade import Shop
from kpi.typed_rows import Rule, Settings
from sync_service.compute import Computed, Inputs, compute
from sync_service.filling.breaches import cause
from sync_service.filling.causes import largest_part
from sync_service.recent import Recent
from tests.leaf_support import Leaf, leaf_sums

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
BEFORE, LAST = date(2026, 10, 12), date(2026, 10, 19)  # two Mondays
DE = Shop("AMZ-DE", "amazon", "DE", Region.EU, "USD", "UTC")
FR = Shop("AMZ-FR", "amazon", "FR", Region.EU, "USD", "UTC")


def sold(shop: Shop, day: date, amount: int, category: str = "") -> Leaf:
    sums = {"gross_sales": amount * 10_000, "units_ordered": 10}
    return ("amazon.orders", shop.code, day, category, "USD", sums)


def computed(leaves: Sequence[Leaf], scope: str, language: Language = "en") -> Computed:
    """Gross sales of a day below 500 are a breach."""
    rule = Rule(
        *("R1", True, "gross_sales_total", scope, PeriodKind.DAY, "<", 500.0),
        *(1, "breach", ""),
    )
    book = Book(Settings("2026-10", "", time_zone="UTC"), shops=(DE, FR), rules=(rule,))
    rates = DayRates({}, (), {})
    return compute(Inputs(book, shipped(), leaf_sums(leaves), rates, NOW, language, {}))


def two(de: tuple[int, int], fr: tuple[int, int]) -> Sequence[Leaf]:
    """Both shops on both Mondays."""
    return [
        sold(shop, day, amount)
        for shop, amounts in ((DE, de), (FR, fr))
        for day, amount in zip((BEFORE, LAST), amounts, strict=True)
    ]


CASES = [
    pytest.param(two((500, 200), (300, 200)), "EU", "AMZ-DE 75 %", id="300 of 400 lost in DE"),
    pytest.param(
        two((600, 200), (100, 290)), "EU", "AMZ-DE 190 %", id="400 lost against 190 won in FR"
    ),
    pytest.param(two((600, 200), (50, 290)), "EU", "", id="what nearly cancels has no one cause"),
    pytest.param(two((500, 200), (300, 200)), "AMZ-DE", "", id="one category is the whole"),
    pytest.param(
        [
            *(sold(DE, BEFORE, 300, "toys"), sold(DE, BEFORE, 300, "lamps")),
            *(sold(DE, LAST, 90, "toys"), sold(DE, LAST, 210, "lamps")),
        ],
        *("AMZ-DE", "toys 70 %"),
        id="210 of 300 lost in toys",
    ),
    pytest.param([sold(DE, LAST, 100)], "AMZ-DE", "", id="nothing is known of the Monday before"),
]


@pytest.mark.parametrize(("leaves", "scope", "wanted"), CASES)
def test_the_part_that_moved_most(leaves: Sequence[Leaf], scope: str, wanted: str) -> None:
    done = computed(leaves, scope)
    found = [alarm for alarm in done.alarms if alarm.last.covered_until == LAST]
    assert [largest_part(done, alarm) for alarm in found] == [wanted]


def test_a_cause_is_told_again_for_the_same_facts_shops_and_definitions_alone() -> None:
    leaves, rates, recent = leaf_sums(two((500, 200), (300, 200))), DayRates({}, (), {}), Recent()

    def told(shops: tuple[Shop, ...], catalog: Catalog) -> str:
        rule = Rule(
            "R1", True, "gross_sales_total", "EU", PeriodKind.DAY, "<", 500.0, 1, "breach", ""
        )
        book = Book(Settings("2026-10", "", time_zone="UTC"), shops=shops, rules=(rule,))
        given = Inputs(book, catalog, leaves, rates, NOW, "en", {}, recent=recent)
        done = compute(given)
        [alarm] = [alarm for alarm in done.alarms if alarm.last.covered_until == LAST]
        part = largest_part(done, alarm)
        [(move, moved)] = done.known.moves.items()
        done.known.moves[move] = replace(moved, part="remembered")
        return part

    named = (replace(DE, owner="OPS1"), FR)
    metrics = dict(shipped().metrics)
    metrics["gmv"] = replace(metrics["gmv"], decimals=metrics["gmv"].decimals + 1)
    other = build(shipped().measures, metrics)
    assert told((DE, FR), shipped()) == "AMZ-DE 75 %"
    assert told((DE, FR), shipped()) == "remembered"
    assert told(named, shipped()) == "AMZ-DE 75 %"
    assert told(named, other) == "AMZ-DE 75 %"
    assert told(named, other) == "remembered"


def test_the_cause_ends_with_who_moved_it() -> None:
    leaves = two((500, 200), (300, 200))
    for language, said in (("zh", "变动主因 AMZ-DE 75 %"), ("en", "mostly AMZ-DE 75 %")):
        done = computed(leaves, "EU", "zh" if language == "zh" else "en")
        assert cause(done, done.alarms[0]).endswith(said)
