"""From facts to the cells of a change: days alike, currencies, categories, and each refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.changes import By, Change, change
from kpi.errors import KpiError
from kpi.explain import EFFECTS
from kpi.model import Region, Window
from kpi.money import DayRates
from kpi.organisation import ScopeParts
from kpi.parser import parse
from kpi.scope_values import GAPS
from kpi.scopes import scopes
from kpi.terms import terms
from kpi.totals import Alternatives, Converter, Totals
from kpi.trade import Product, Shop
from kpi.typed_rows import Settings
from tests.leaf_support import Leaf, leaf_sums

CATALOG = shipped()
FRI, SAT = period("2026-10-02"), period("2026-10-03")
DE = Shop("A-DE", "x", "DE", Region.EU, "EUR", "UTC")
FR = Shop("A-FR", "x", "FR", Region.EU, "EUR", "UTC")
US = Shop("A-US", "x", "US", Region.US, "USD", "UTC")
RATES = DayRates(  # 1.10 dollars for a euro on Friday, 1.20 on Saturday
    {"USD": 0}, (FRI.window.start, SAT.window.start), {
        FRI.window.start: ("1.10",), SAT.window.start: ("1.20",),
    }
)  # fmt: skip
FLOWS = ("gross_sales", "discounts", "returns_amount", "units_ordered", "sessions", "ad_spend")


def sources(platform: str, measure: str) -> Alternatives:
    if platform == "blind" and measure in {"units_ordered", "sessions"}:
        return ()
    return (("orders",),) if measure in FLOWS else ()


def fact(shop: Shop, day: date, category: str = "", **sums: int | None) -> Leaf:
    """Money in whole units of the shop's currency."""
    money = {"gross_sales", "discounts", "returns_amount", "ad_spend"}
    stored = {m: v if v is None or m not in money else v * 10_000 for m, v in sums.items()}
    return ("orders", shop.code, day, category, shop.currency, stored)


def world(
    leaves: Sequence[Leaf], *shops: Shop, fixed: Mapping[str, float] | None = None
) -> tuple[Actuals, Book]:
    used = shops or (DE, US)
    products = (Product("s", None, date(2026, 1, 1), "toys", None, None, None, "USD"),)
    book = Book(Settings("2026-10", ""), shops=used, products=products)
    totals = Totals(
        leaf_sums(leaves),
        {shop.code: shop.platform for shop in used},
        sources,
        {**CATALOG.measures, **GAPS},
    )
    last = dict.fromkeys((shop.code for shop in used), date(2026, 10, 31))
    money = Converter("USD", fixed or {}, RATES)
    return Actuals(totals, CATALOG, money, last, frozenset()), book


def scope_of(book: Book, code: str) -> ScopeParts:
    return next(one for one in scopes(book) if one.scope.code == code)


def asked(
    found: tuple[Actuals, Book],
    metric: str = "gross_sales_total",
    scope: str = "ALL",
    periods: tuple[str, str] = ("2026-10-02", "2026-10-03"),
    by: By = By.SHOP,
) -> Change:
    actuals, book = found
    one, other = period(periods[0]), period(periods[1])
    return change(actuals, book, CATALOG.metrics[metric], scope_of(book, scope), (one, other), by)


def told(found: Change) -> dict[str, tuple[float, ...]]:
    return {
        part.name: tuple(float(getattr(part, one)) for one in EFFECTS) for part in found.found.parts
    }


# Germany 100 euros of 10 units, then 110 of 10; the US 100 dollars of 5, then 200 of 10.
TWO_DAYS = (
    fact(DE, FRI.window.start, gross_sales=100, units_ordered=10, sessions=100, ad_spend=10),
    fact(DE, SAT.window.start, gross_sales=110, units_ordered=10, sessions=50, ad_spend=10),
    fact(US, FRI.window.start, gross_sales=100, units_ordered=5, sessions=50, ad_spend=30),
    fact(US, SAT.window.start, gross_sales=200, units_ordered=10, sessions=50, ad_spend=20),
)


def test_two_currencies_at_the_rates_of_their_days() -> None:
    """15 units became 20, a third more. Germany: 110 dollars a third more, 36.67, which it did not
    make; 10 euros dearer at 1.1, 11; 110 euros at ten cents, 11. The US: 33.33 and 66.67."""
    found = asked(world(TWO_DAYS))
    third = 110 / 3
    assert told(found) == {
        "A-DE": pytest.approx((third, -third, 11, 11)),
        "A-US": pytest.approx((100 / 3, 200 / 3, 0, 0)),
    }
    assert [float(one) for one in (found.found.before, found.found.after)] == [210, 332]
    assert found.volume == "units_ordered"


def test_at_a_fixed_rate_the_currency_does_nothing() -> None:
    found = asked(world(TWO_DAYS, fixed={"EUR": 1.1}))
    assert told(found)["A-DE"][2:] == (11, 0)
    assert found.found.effect("fx") == 0


def test_visits_and_conversion() -> None:
    """Germany: 50 visits fewer of 10 in the hundred at 11 dollars, -55, all won back; the US: no
    visit more, 5 units more at 20 dollars, 100."""
    drivers = asked(world(TWO_DAYS)).found.drivers()
    assert drivers is not None
    assert {name: float(value) for name, value in drivers} == {
        "visits": -55,
        "conversion": 155,
        "rate": 11,
        "fx": 11,
    }


OWNED = (replace(DE, owner="ANN", platform="y"), replace(US, owner="BO"))


@pytest.mark.parametrize(
    ("by", "values"),
    [
        pytest.param(By.REGION, {"EU": 132, "US": 200}, id="by region: 110 euros at 1.2"),
        pytest.param(By.MARKET, {"DE": 132, "US": 200}, id="by market"),
        pytest.param(By.PLATFORM, {"y": 132, "x": 200}, id="by platform"),
        pytest.param(By.SHOP, {"A-DE": 132, "A-US": 200}, id="by shop"),
        pytest.param(By.PERSON, {"ANN": 132, "BO": 200}, id="by who owns the shop"),
        pytest.param(By.CATEGORY, {"": 332}, id="by category: goods that have none"),
    ],
)
def test_a_whole_is_told_by_its_parts(by: By, values: dict[str, float]) -> None:
    found = asked(world(TWO_DAYS, *OWNED), by=by)
    assert found.values == values
    assert sum(v or Fraction() for v in found.values.values()) == found.found.after
    assert sum((part.total for part in found.found.parts), Fraction()) == found.found.change
    assert set(told(found)) == set(values)


def test_the_parts_of_a_ratio_are_ratios_of_their_own() -> None:
    """Germany 12 of 132 dollars, the US 20 of 200; France sold nothing: unknown, not nothing."""
    plain = [replaced(leaf, discounts=0, returns_amount=0) for leaf in TWO_DAYS]
    more = [
        fact(FR, day.window.start, gross_sales=0, discounts=0, returns_amount=0, ad_spend=1)
        for day in (FRI, SAT)
    ]
    found = asked(world([*plain, *more], DE, US, FR), "tacos", by=By.MARKET)
    assert found.values == {"DE": Fraction(1, 11), "US": Fraction(1, 10), "FR": None}


def test_a_shop_without_an_owner_is_nobodys() -> None:
    assert set(asked(world(TWO_DAYS), by=By.PERSON).values) == {""}


def test_a_ratio_of_two_amounts() -> None:
    """TACoS: 10 euros and 30 dollars of 210, then 10 euros and 20 dollars of 332."""
    plain = [replaced(leaf, discounts=0, returns_amount=0) for leaf in TWO_DAYS]
    found = asked(world(plain), "tacos")
    assert found.volume is None
    assert float(found.found.before) == pytest.approx(41 / 210)
    assert float(found.found.after) == pytest.approx(32 / 332)
    assert sum((part.total for part in found.found.parts), Fraction()) == found.found.change


def replaced(leaf: Leaf, **sums: int) -> Leaf:
    return (*leaf[:5], {**leaf[5], **sums})


def test_a_count_is_its_own_volume() -> None:
    found = asked(world(TWO_DAYS), "units_sold")
    assert found.volume == "units_sold"
    assert [float(found.found.effect(one)) for one in EFFECTS] == [5, 0, 0, 0]


def test_advertising_counts_clicks_and_without_them_all_is_rate() -> None:
    found = asked(world(TWO_DAYS, fixed={"EUR": 1.1}), "ad_cost")
    assert found.volume is None
    assert told(found) == {"A-US": (0, 0, -10, 0)}


def test_a_sum_has_its_lines() -> None:
    """Sales 210 -> 332; discounts took 21 (10 euros at 1.1 and 10 dollars), then nothing."""
    leaves = [
        replaced(leaf, discounts=100_000 if n % 2 == 0 else 0, returns_amount=0)
        for n, leaf in enumerate(TWO_DAYS)
    ]
    found = asked(world(leaves), "net_sales")
    assert [(code, float(value)) for code, value in found.lines] == [
        *(("gross_sales", 122.0), ("discounts", 21.0), ("returns_amount", 0.0)),
    ]
    assert sum((value for _, value in found.lines), Fraction()) == found.found.change
    assert asked(world(TWO_DAYS)).lines == ()


def test_categories_add_up_with_what_belongs_to_none() -> None:
    leaves = (
        fact(DE, FRI.window.start, "toys", gross_sales=60, units_ordered=6, sessions=1),
        fact(DE, FRI.window.start, "", gross_sales=40, units_ordered=4, sessions=1),
        fact(DE, SAT.window.start, "toys", gross_sales=90, units_ordered=9, sessions=1),
        fact(DE, SAT.window.start, "", gross_sales=40, units_ordered=4, sessions=1),
    )
    found = asked(world(leaves, DE, fixed={"EUR": 1}), by=By.CATEGORY)
    assert {name: sum(one) for name, one in told(found).items()} == {"toys": 30, "": 0}
    assert found.found.drivers() is None


def test_an_open_month_is_compared_with_as_many_days() -> None:
    """September knows thirty days of 10, October two: 20 against 40 of the first two days."""
    september = [fact(US, day, gross_sales=10, units_ordered=1) for day in
                 period("2026-09").window.each()]  # fmt: skip
    october = [
        fact(US, day, gross_sales=20, units_ordered=1)
        for day in (date(2026, 10, 1), date(2026, 10, 2))
    ]
    found = asked(world([*september, *october], US), periods=("2026-09", "2026-10"))
    assert [float(one) for one in (found.found.before, found.found.after)] == [20, 40]
    assert found.before == Window(date(2026, 9, 1), date(2026, 9, 3))
    assert found.after.days == 2


def test_shops_that_cannot_have_the_measure_leave_volume_out() -> None:
    blind = replace(US, platform="blind")
    found = asked(world(TWO_DAYS, DE, blind))
    assert found.volume is None
    assert told(found)["A-US"] == (0, 0, 100, 0)


def test_a_person_keeps_parts_of_a_shop_in_one_cell() -> None:
    actuals, book = world(TWO_DAYS, US)
    whole = scope_of(book, "ALL")
    half = ScopeParts(whole.scope, tuple(replace(p, category="", share=0.5) for p in whole.parts))
    pair = (FRI, SAT)
    found = change(actuals, book, CATALOG.metrics["gross_sales_total"], half, pair, By.CATEGORY)
    assert {name: sum(one) for name, one in told(found).items()} == {"A-US": 50}


def test_a_shop_that_the_book_forgot_counts_in_the_report_currency() -> None:
    actuals, book = world(TWO_DAYS, US)
    whole = scope_of(book, "ALL")
    bare = replace(book, shops=())
    found = change(actuals, bare, CATALOG.metrics["gross_sales_total"], whole, (FRI, SAT))
    assert float(found.found.change) == 100


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        pytest.param("days_of_supply", "does not add up over days", id="a stock"),
        pytest.param("contribution_profit", "is not known in", id="an unknown value"),
    ],
)
def test_what_cannot_be_split_is_refused(metric: str, said: str) -> None:
    with pytest.raises(KpiError, match=said):
        asked(world(TWO_DAYS), metric)


def test_an_unknown_period_says_how_far_the_data_reach() -> None:
    with pytest.raises(KpiError, match=r"2026-10-04 .*data until –"):
        asked(world(TWO_DAYS), periods=("2026-10-02", "2026-10-04"))


def test_a_product_of_sums_does_not_add_up() -> None:
    metric = replace(
        CATALOG.metrics["gross_sales_total"], numerator="gross_sales * gross_sales / gross_sales"
    )
    squared = replace(metric, numerator="gross_sales * units_ordered")
    actuals, book = world(TWO_DAYS)
    with pytest.raises(KpiError, match="does not add up over the cells"):
        change(actuals, book, squared, scope_of(book, "ALL"), (FRI, SAT))
    fine = change(actuals, book, metric, scope_of(book, "ALL"), (FRI, SAT))
    assert float(fine.found.change) == 122


def test_a_cell_without_a_value_is_named() -> None:
    metric = replace(CATALOG.metrics["gross_sales_total"], numerator="gross_sales / units_ordered")
    leaves = [*TWO_DAYS[:3], replaced(TWO_DAYS[3], units_ordered=0)]
    actuals, book = world(leaves)
    with pytest.raises(KpiError, match="A-US from 2026-10-03"):
        change(actuals, book, metric, scope_of(book, "ALL"), (FRI, SAT))


def test_a_currency_without_any_rate_is_refused() -> None:
    free = [replaced(leaf, gross_sales=0) for leaf in TWO_DAYS]
    pounds = replace(DE, currency="GBP")
    with pytest.raises(KpiError, match="No rate of GBP"):
        asked(world(free, pounds, US))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("a - b + c", (("a", 1), ("b", -1), ("c", 1)), id="a plain sum"),
        pytest.param("-a + b", (("a", -1), ("b", 1)), id="a minus in front"),
        pytest.param("a * b", (), id="a product has no lines"),
        pytest.param("a - 2 * b", (), id="a line that is no name"),
        pytest.param("a", (), id="one name is no sum"),
    ],
)
def test_terms_of_a_sum(text: str, wanted: tuple[tuple[str, int], ...]) -> None:
    assert terms(parse(text)) == wanted
