"""tblKpi after a refresh: the card that is printed is the one that was computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from kpi.model import DataState, Region
from kpi.tables import CellValue, ErrorValue
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sync_service.compute import Computed
from sync_service.sandbox.books import book_start
from sync_service.sandbox.simulator import book
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.why_unknown import why_unknown
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import COMPANIES, WORLD, Folder, copied, house_at, refresh_book

OWN: StartRow = {
    "on": "yes",
    "metric": "own_ratio",
    "name": "Own ratio",
    "formula": "ad_orders / ad_clicks",
    "unit": "ratio",
    "better": "higher",
}
SWITCHED = {
    "net_profit": "commission out",
    "refund_rate": "date order day",
    "return_rate": "basis value",
}
BROKEN: StartRow = {**OWN, "metric": "own_bad", "name": "Own bad", "formula": "ad_spend + orders"}


def started() -> BookStart:
    """The small company, its net profit without commission, and two KPIs of its own."""
    world, company, language = COMPANIES["FEW"]
    start = book_start(world, company, language)
    switched = [
        {**row, "switches": SWITCHED[str(row["metric"])], "on": "yes"}
        if row["metric"] in SWITCHED
        else row
        for row in start.kpis
    ]
    return replace(start, kpis=[*switched, OWN, BROKEN])


Lines = Mapping[object, Mapping[str, CellValue | ErrorValue]]


@pytest.fixture(scope="module")
def refreshed(
    road: Folder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Lines, Computed]]:
    mine = copied(road, tmp_path_factory.mktemp("kpis") / "road", "FEW")
    path: Path = build(mine.book("FEW"), "manager", "en", started())
    with house_at(mine.home) as house:
        done = refresh_book(house, path, "never").done
        table = XlsxPort(path).read().tables["tblKpi"]
        assert done is not None
        lines: Lines = {
            row.value("metric"): {code: cell.value for code, cell in row.cells.items()}
            for row in table.rows
        }
        yield lines, done


@pytest.fixture
def lines(refreshed: tuple[Lines, Computed]) -> Lines:
    return refreshed[0]


@pytest.fixture
def done(refreshed: tuple[Lines, Computed]) -> Computed:
    return refreshed[1]


def test_a_switch_is_printed_on_the_card(
    lines: Lines,
) -> None:
    profit = lines["net_profit"]
    assert str(profit["includes"]).startswith("platform fees are not taken off; VAT is taken off")
    assert "Platform fees" not in str(profit["numerator"])
    assert profit["check"] == "●"


def test_a_basis_that_a_platform_does_not_deliver_is_told_in_the_row_with_the_shops(
    lines: Lines,
) -> None:
    refunds = lines["refund_rate"]
    assert str(refunds["includes"]).startswith("by cohort: of the units ordered")
    assert str(refunds["check"]).startswith(
        "○ The chosen basis of Refund rate needs Units refunded by order day, "
        "which nobody tells for HY-AMZ-DE;"
    )
    assert lines["return_rate"]["check"] == "●"  # every platform tells amounts


def test_refunds_by_order_day_are_a_stores_own_and_spread_unknown_where_nobody_tells_them(
    done: Computed,
) -> None:
    """Counted from the orders themselves: units bought on the covered days, and given back."""
    store = done.value("refund_rate", (Region.US, "HY-SHP-US"))
    assert store is not None
    truth = book(WORLD, "HY-SHP-US")
    day, now = truth.clock.day(truth.lines.bought), SANDBOX_NOW.timestamp()
    first, end = (truth.clock.index(d) for d in (store.covered.start, store.covered.end))
    placed = truth.lines.pick((day >= first) & (day < end))
    back = placed.refund_quantity[placed.refunded <= now].sum()
    back += placed.quantity[placed.cancelled <= now].sum()
    assert (store.numerator, store.denominator) == (back, placed.quantity.sum())
    assert back > 0
    for scope in ((Region.EU, "HY-AMZ-DE"), (None, "ALL")):
        other = done.value("refund_rate", scope)
        assert other is not None
        assert (other.value, other.state) == (None, DataState.MISSING)
        parts = done.scopes[scope]
        en, zh = why_unknown(done, done.metric("refund_rate"), parts, done.month)
        assert "nobody tells Units refunded by order day for HY-AMZ-DE." in en
        assert "HY-AMZ-DE 没有退款件数(按下单日)。" in zh


def test_a_return_rate_by_value_divides_what_was_paid_back(done: Computed) -> None:
    shop = done.value("return_rate", (Region.EU, "HY-AMZ-DE"))
    sales = done.value("gross_sales_total", (Region.EU, "HY-AMZ-DE"))
    net = done.value("net_sales", (Region.EU, "HY-AMZ-DE"))
    assert shop is not None
    assert sales is not None
    assert net is not None
    assert (shop.numerator, shop.denominator) != (None, None)
    assert shop.denominator - shop.numerator == pytest.approx(net.value)  # type: ignore[operator]
    assert shop.denominator < sales.value  # type: ignore[operator]  # discounts are off


def test_an_own_kpi_shows_what_it_means_and_where_it_may_divide_by_zero(
    lines: Lines,
) -> None:
    own = lines["own_ratio"]
    assert own["check"] == "● Ad clicks at column 13 may be 0; the value is then unknown"
    assert str(own["includes"]).startswith("Ad-attributed orders ÷ Ad clicks; unknown when")
    assert (own["numerator"], own["denominator"]) == ("Ad-attributed orders", "Ad clicks")


def test_a_formula_with_a_fault_says_it_in_its_row(
    lines: Lines,
) -> None:
    """Money is not added to pieces."""
    check = str(lines["own_bad"]["check"])
    assert check.startswith("■ ")
    assert "money" in check
