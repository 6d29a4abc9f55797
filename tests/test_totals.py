"""Totals: missing is not zero, two sources are never added, money is exact until one double."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from kpi.model import Measure, RollUp, Texts, Unit, Window
from kpi.money import DayRates
from kpi.organisation import Part
from kpi.totals import Alternatives, Converter, Totals
from tests.leaf_support import Leaf, leaf_sums

D1 = date(2026, 10, 1)
WEEK = Window(D1, D1 + timedelta(days=7))
FOREVER = Window(date(1970, 1, 1), date(9999, 1, 1))
NAMES: Texts = {"zh": "x", "en": "x"}
MEASURES = {
    "gross_sales": Measure("gross_sales", NAMES, Unit.MONEY, RollUp.SUM, ("AMZ",)),
    "sessions": Measure("sessions", NAMES, Unit.COUNT, RollUp.SUM, ("AMZ",)),
    "ad_spend": Measure("ad_spend", NAMES, Unit.MONEY, RollUp.SUM, ("ADS",)),
    "available_units": Measure("available_units", NAMES, Unit.COUNT, RollUp.LAST, ("AMZ",)),
}
SOURCES: dict[tuple[str, str], Alternatives] = {
    ("amazon", "gross_sales"): (("orders",), ("file",)),
    ("amazon", "sessions"): (("traffic",),),
    ("amazon", "ad_spend"): (("sp", "sb"), ("file",)),
    ("amazon", "available_units"): (("stock",), ("ledger",)),
}
RATES = DayRates({"USD": 0, "CNY": 1}, (D1,), {D1: ("1.2", "8.4")})
FIXED = Converter("USD", {"EUR": 1.1}, RATES)
DAILY = Converter("USD", {}, RATES)


def day(n: int) -> date:
    return D1 + timedelta(days=n - 1)


def totals(*leaves: Leaf) -> Totals:
    platforms = {leaf[1]: "amazon" for leaf in leaves}
    sources = lambda platform, measure: SOURCES.get((platform, measure), ())  # noqa: E731
    return Totals(leaf_sums(leaves), platforms, sources, MEASURES)


def sale(n: int, amount: int | None, stream: str = "orders", category: str = "") -> Leaf:
    return (stream, "DE", day(n), category, "EUR", {"gross_sales": amount})


PART = Part("DE", FOREVER)


@pytest.mark.parametrize(
    ("leaves", "days"),
    [
        pytest.param([sale(1, 10), sale(2, 0), sale(3, 5)], 3, id="a known zero is covered"),
        pytest.param([sale(1, 10), sale(2, None), sale(3, 5)], 1, id="a null ends the cover"),
        pytest.param([sale(1, 10), sale(3, 5)], 1, id="a day without a row ends the cover"),
        pytest.param([sale(2, 10)], 0, id="the first day unknown: nothing is covered"),
    ],
)
def test_covered(leaves: list[Leaf], days: int) -> None:
    assert totals(*leaves).covered(["gross_sales"], [PART], WEEK).days == days


def test_the_least_covered_measure_of_a_scope_decides() -> None:
    found = totals(
        *(sale(n, 1) for n in (1, 2, 3)),
        ("traffic", "DE", day(1), "", "EUR", {"sessions": 4}),
    )
    assert found.covered(["gross_sales", "sessions"], [PART], WEEK).days == 1


def test_a_file_fills_the_days_that_the_platform_lacks_and_is_never_added() -> None:
    found = totals(sale(1, 100), sale(1, 999, "file"), sale(2, 50, "file"))
    assert found.covered(["gross_sales"], [PART], WEEK).days == 2
    assert found.amounts(PART, "gross_sales", WEEK) == {"EUR": 150}
    assert found.streams("DE", ["gross_sales"], WEEK) == {"orders", "file"}


def test_streams_of_one_set_are_added_and_all_needed() -> None:
    spend = [(s, "DE", day(n), "", "EUR", {"ad_spend": 7}) for s, n in (("sp", 1), ("sb", 1))]
    alone = ("sp", "DE", day(2), "", "EUR", {"ad_spend": 7})
    found = totals(*spend, alone)
    assert found.covered(["ad_spend"], [PART], WEEK).days == 1
    assert found.amounts(PART, "ad_spend", WEEK) == {"EUR": 14}


def test_money_is_ten_thousandths_until_the_end_and_the_fixed_rate_wins() -> None:
    found = totals(sale(1, 1_000_001))  # 100.0001 EUR
    assert found.exact(PART, "gross_sales", WEEK, FIXED) == Decimal("110.00011")


def test_without_a_fixed_rate_each_day_takes_its_own() -> None:
    found = totals(sale(1, 1_000_000), sale(2, 500_000))  # 150 EUR at 1.2; day 2 carries the sheet
    assert found.exact(PART, "gross_sales", WEEK, DAILY) == Decimal(180)


def test_a_rate_older_than_five_days_makes_the_amount_unknown() -> None:
    found = totals(sale(7, 1_000_000))
    assert found.exact(PART, "gross_sales", WEEK, DAILY) is None


def test_a_share_of_a_shop_is_its_fraction() -> None:
    found = totals(sale(1, 1_000_000))
    half = Part("DE", FOREVER, share=0.5)
    assert found.exact(half, "gross_sales", WEEK, FIXED) == Decimal(55)


def test_a_category_takes_its_own_and_figures_of_the_whole_shop_are_not_spread() -> None:
    found = totals(
        sale(1, 30, category="home"),
        sale(1, 70, category="auto"),
        sale(2, 10, category="home"),
        sale(2, 5, category="*"),
    )
    home = Part("DE", FOREVER, category="home")
    assert found.covered(["gross_sales"], [home], WEEK).days == 1  # day 2 holds a whole-shop figure
    assert found.amounts(home, "gross_sales", Window(D1, day(2))) == {"EUR": 30}
    rest = Part("DE", FOREVER, excluding=frozenset({"home"}))
    assert found.amounts(rest, "gross_sales", Window(D1, day(2))) == {"EUR": 70}


def test_stock_of_a_missed_day_stands_for_three_days_only() -> None:
    found = totals(("stock", "DE", day(1), "", "EUR", {"available_units": 9}), sale(7, 1))
    assert found.last_known(PART, "available_units", day(4)) == day(1)
    assert found.last_known(PART, "available_units", day(5)) is None


def test_an_unknown_shop_covers_nothing() -> None:
    other = Part("FR", FOREVER)
    assert totals(sale(1, 1)).covered(["gross_sales"], [other], WEEK).days == 0


def test_a_part_that_is_closed_in_the_window_leaves_its_cover_alone() -> None:
    closed = Part("FR", Window(day(20), day(30)))
    assert totals(sale(1, 1)).covered(["gross_sales"], [PART, closed], WEEK).days == 1


def test_a_category_of_a_shop_that_knows_whole_figures_only_is_unknown() -> None:
    home = Part("DE", FOREVER, category="home")
    whole_only = totals(sale(1, 5, category="*"))
    assert whole_only.covered(["gross_sales"], [home], WEEK).days == 0
    assert totals(sale(1, 5, category="home")).covered(["gross_sales"], [home], WEEK).days == 1


def test_a_measure_without_a_single_fact_is_unknown_on_every_day() -> None:
    found = totals(sale(1, 1))
    assert found.covered(["sessions"], [PART], WEEK).days == 0
    assert found.amounts(PART, "sessions", WEEK) == {}
    assert found.streams("DE", ["sessions"], WEEK) == frozenset()


def test_no_facts_at_all() -> None:
    nothing = totals()
    assert (nothing.first, nothing.days) == (0, 0)
    assert nothing.covered(["gross_sales"], [PART], WEEK).days == 0
    assert nothing.exact(PART, "gross_sales", WEEK, FIXED) == 0


def test_a_window_counts_its_own_days_and_no_others() -> None:
    """1 + 2 + 4 + 8 on four days: days 2 and 3 are 6; before the facts begin there is nothing."""
    found = totals(*(sale(n, 2 ** (n - 1)) for n in (1, 2, 3, 4)))
    assert found.amounts(PART, "gross_sales", Window(day(2), day(4))) == {"EUR": 6}
    assert found.amounts(PART, "gross_sales", Window(day(-5), day(2))) == {"EUR": 1}
    assert found.amounts(PART, "gross_sales", Window(day(4), day(20))) == {"EUR": 8}
    assert found.amounts(PART, "gross_sales", Window(day(-5), day(1))) == {}
    assert found.covered(["gross_sales"], [PART], Window(day(2), day(9))).days == 3
    assert found.covered(["gross_sales"], [PART], Window(day(-1), day(3))).days == 0
    assert found.streams("DE", ["gross_sales"], Window(day(-5), day(1))) == frozenset()
    assert found.streams("DE", ["gross_sales"], Window(day(4), day(5))) == {"orders"}


def test_a_part_counts_only_the_days_that_it_has() -> None:
    found = totals(*(sale(n, 10) for n in (1, 2, 3)))
    mine = Part("DE", Window(day(2), day(3)))
    assert found.amounts(mine, "gross_sales", WEEK) == {"EUR": 10}
    assert found.covered(["gross_sales"], [mine], WEEK).days == 7  # its one day is known


def test_currencies_are_joined_at_their_own_rates_and_a_zero_needs_none() -> None:
    """10 EUR at 1.1 and 5 USD; 0 in a currency that has no rate adds nothing."""
    usd: Leaf = ("orders", "DE", day(1), "", "USD", {"gross_sales": 50_000})
    odd: Leaf = ("orders", "DE", day(1), "", "XXX", {"gross_sales": 0})
    found = totals(sale(1, 100_000), usd, odd)
    assert found.exact(PART, "gross_sales", WEEK, FIXED) == Decimal(16)


def test_a_count_has_no_currency_and_no_scale() -> None:
    found = totals(("traffic", "DE", day(1), "", "EUR", {"sessions": 40}))
    assert found.exact(Part("DE", FOREVER, share=0.25), "sessions", WEEK, FIXED) == Decimal(10)


def test_a_days_rate_is_that_of_its_own_day() -> None:
    """100 EUR at 1.2 and 100 EUR at 1.3 are 250 USD."""
    rates = DayRates({"USD": 0}, (day(1), day(2)), {day(1): ("1.2",), day(2): ("1.3",)})
    found = totals(sale(1, 1_000_000), sale(2, 1_000_000))
    daily = Converter("USD", {}, rates)
    assert found.exact(PART, "gross_sales", WEEK, daily) == Decimal(250)


def test_a_stock_of_the_first_day_and_of_the_last() -> None:
    found = totals(*(("stock", "DE", day(n), "", "EUR", {"available_units": n}) for n in (1, 5)))
    assert found.last_known(PART, "available_units", day(1)) is None
    assert found.last_known(PART, "available_units", day(2)) == day(1)
    assert found.last_known(PART, "available_units", day(6)) == day(5)
    assert found.last_known(PART, "available_units", day(9)) is None


def test_two_shops_keep_their_own_sources() -> None:
    """DE has both files and orders; FR's file fills its own day and nobody else's."""
    other: Leaf = ("file", "FR", day(1), "", "EUR", {"gross_sales": 3})
    found = totals(sale(1, 100), sale(1, 999, "file"), other)
    assert found.amounts(PART, "gross_sales", WEEK) == {"EUR": 100}
    assert found.amounts(Part("FR", FOREVER), "gross_sales", WEEK) == {"EUR": 3}
    assert found.streams("FR", ["gross_sales"], WEEK) == {"file"}


def test_a_shop_delivers_what_its_platform_does_and_a_stranger_nothing() -> None:
    found = totals(sale(1, 1))
    assert found.applicable("DE", ["gross_sales", "sessions"])
    assert not found.applicable("DE", ["gross_sales", "nothing"])
    assert not found.applicable("XX", ["gross_sales"])
    assert found.streams("XX", ["gross_sales"], WEEK) == frozenset()
    assert found.amounts(Part("XX", FOREVER), "gross_sales", WEEK) == {}


def test_a_category_that_nobody_sells_is_empty() -> None:
    found = totals(sale(1, 30, category="home"), sale(1, 1, category="auto"))
    other = Part("DE", FOREVER, category="garden")
    assert found.amounts(other, "gross_sales", WEEK) == {"EUR": 0}
    without = Part("DE", FOREVER, excluding=frozenset({"garden"}))
    assert found.amounts(without, "gross_sales", WEEK) == {"EUR": 31}


def test_facts_are_counted_by_shop_category_day_and_chosen_stream() -> None:
    """Day 1 has two products and a file that is not chosen, day 2 one, day 3 the file alone."""
    found = totals(
        sale(1, 30, category="home"),
        sale(1, 70, category="auto"),
        sale(1, 999, "file"),
        sale(2, 10, category="home"),
        sale(3, 5, "file"),
        ("traffic", "DE", day(2), "", "EUR", {"sessions": 4}),
    )
    home = Part("DE", FOREVER, category="home")
    assert found.facts(PART, "gross_sales", Window(D1, day(2))) == 2
    assert found.facts(PART, "gross_sales", Window(D1, day(3))) == 3
    assert found.facts(PART, "gross_sales", WEEK) == 4
    assert found.facts(PART, "gross_sales", Window(day(2), day(3))) == 1
    assert found.facts(home, "gross_sales", WEEK) == 2
    assert found.facts(PART, "sessions", WEEK) == 1
    assert found.facts(PART, "gross_sales", Window(day(4), day(5))) == 0


def test_facts_of_a_stranger_or_of_a_measure_that_nobody_knows_are_none() -> None:
    found = totals(sale(1, 30))
    assert found.facts(Part("FR", FOREVER), "gross_sales", WEEK) == 0
    assert found.facts(PART, "ad_spend", WEEK) == 0


def test_two_fixed_rates_over_the_same_totals_do_not_share_a_sum() -> None:
    found = totals(sale(1, 100_0000))
    later = Converter("USD", {"EUR": 1.2}, RATES)
    in_yen = Converter("CNY", {}, RATES)
    one = Window(day(1), day(2))
    assert found.exact(PART, "gross_sales", one, FIXED) == Decimal(110)  # 100 × 1.1
    assert found.exact(PART, "gross_sales", one, later) == Decimal(120)  # 100 × 1.2
    assert found.exact(PART, "gross_sales", one, DAILY) == Decimal(120)  # the day's 1.2
    assert found.exact(PART, "gross_sales", one, in_yen) == Decimal(840)  # 100 × 8.4


def test_the_days_of_the_facts_are_counted_from_the_first_to_the_last() -> None:
    found = totals(sale(2, 1), sale(4, 1))
    assert (found.first, found.days) == (day(2).toordinal(), 3)


def test_what_is_known_of_other_shops_is_taken_over() -> None:
    """DE has new facts: all that is known of it is worked out again, FR's is kept."""
    other: Leaf = ("orders", "FR", day(1), "", "EUR", {"gross_sales": 30})
    found, french = totals(sale(1, 10), other), Part("FR", FOREVER)
    for part in (PART, french):
        found.exact(part, "gross_sales", WEEK, FIXED)
        found.covered(["gross_sales"], [part], WEEK)
        found.streams(part.shop, ["gross_sales"], WEEK)
        found.applicable(part.shop, ["gross_sales"])
    before, kept = found.answers, found.answers.without({"DE"})
    assert {key[0].shop for key in before.exact} == {"DE", "FR"}
    assert kept.exact == {k: v for k, v in before.exact.items() if k[0] == french}
    assert kept.until == {k: v for k, v in before.until.items() if k[0] == french}
    assert kept.all_until == {k: v for k, v in before.all_until.items() if k[0] == french}
    assert kept.exact
    assert kept.until
    assert kept.all_until
    assert {key[0] for key in before.counting} == {"DE", "FR"} > {key[0] for key in kept.counting}
    assert {key[0] for key in kept.applicable} == {"FR"}
    assert before.without(()) == before
