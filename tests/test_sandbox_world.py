"""The simulated world: repeatable, consistent with itself, plausible, with its events."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from kpi.model import Window
from sync_service.sandbox.daily import adverts, reviews, stock
from sync_service.sandbox.files import write_files
from sync_service.sandbox.simulator import DAYS, NEVER, book
from sync_service.sandbox.truth import same, streams_of, truth
from sync_service.sandbox.world import HISTORY_START, SANDBOX_NOW, World
from tests.paths import ROOT
from tests.sandbox_support import WORLD

SHOPS = [shop.code for shop in WORLD.shops]
OCTOBER = Window(date(2026, 10, 1), date(2026, 11, 1))
ALL = Window(HISTORY_START, date(2026, 10, 23))
EUR = 1.16  # only to judge magnitudes

FINGERPRINT = """
import hashlib
from datetime import date
from kpi.model import Window
from sync_service.sandbox.truth import streams_of, truth
from sync_service.sandbox.world import SANDBOX_NOW, World
world, digest = World(), hashlib.sha256()
for code in ("AMZ-FR", "SHP-EU"):
    shop = world.shop(code)
    for stream in streams_of(shop):
        window = Window(date(2026, 10, 1), date(2026, 10, 22))
        digest.update(str(truth(world, shop, stream, window, SANDBOX_NOW).to_pylist()).encode())
print(digest.hexdigest())
"""


def total(table: pa.Table, measure: str) -> Decimal:
    return Decimal(str(pc.sum(table[measure]).as_py() or 0))


def of(shop: str, stream: str, window: Window = ALL, at: datetime = SANDBOX_NOW) -> pa.Table:
    return truth(WORLD, shop, stream, window, at)


def day(table: pa.Table, when: date) -> list[dict[str, Any]]:
    return [row for row in table.to_pylist() if row["day"] == when]


def test_two_processes_make_the_same_world() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT], cwd=ROOT, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


def test_another_seed_makes_another_world() -> None:
    other = World(seed=1)
    assert len(book(other, "AMZ-FR").lines.sku) != len(book(WORLD, "AMZ-FR").lines.sku)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("files")
    write_files(WORLD, target, SANDBOX_NOW, shops=("AMZ-FR", "SHP-EU", "AMZ-US"))
    return target


def test_the_files_by_hand_are_the_same_bytes_twice(folder: Path, tmp_path: Path) -> None:
    write_files(WORLD, tmp_path, SANDBOX_NOW, shops=("AMZ-FR",))

    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    for path in sorted(tmp_path.iterdir()):
        assert digest(path) == digest(folder / path.name), path.name


def test_the_costs_file_is_gbk_and_lacks_the_skus_sold_in_spain_alone(folder: Path) -> None:
    text = (folder / "costs.csv").read_bytes().decode("gbk")
    assert text.startswith("SKU,品类,采购成本(元)")
    priced = {line.split(",")[0] for line in text.splitlines()[1:]}
    unpriced = {p.sku for p in WORLD.products("AMZ-ES") if p.unit_cost is None}
    assert len(unpriced) == 6
    assert not unpriced & priced
    others = {p.sku for code in SHOPS if code != "AMZ-ES" for p in WORLD.products(code)}
    assert not unpriced & others


def test_a_settlement_adds_up_to_the_total_of_its_first_line(folder: Path) -> None:
    lines = (folder / "settlement-AMZ-US.txt").read_text("utf-8").splitlines()
    cells = [line.split("\t") for line in lines]
    assert {len(row) for row in cells} == {24}
    assert sum(Decimal(row[14]) for row in cells[2:]) == Decimal(cells[1][4])


def test_there_are_two_companies_twelve_shops_and_three_hundred_skus() -> None:
    assert len(WORLD.companies) == 2
    assert len(SHOPS) == 12
    skus = {p.sku for shop in WORLD.shops for p in WORLD.products(shop)}
    assert 290 <= len(skus) <= 300
    assert {p.category for shop in WORLD.shops for p in WORLD.products(shop)} == {
        *("电子配件", "家居园艺", "汽配", "户外运动", "宠物用品", "厨房用品")
    }


def test_some_titles_look_like_formulas() -> None:
    titles = {p.title for shop in WORLD.shops for p in WORLD.products(shop)}
    assert {title[0] for title in titles} >= {"=", "+", "-", "@"}


@pytest.mark.parametrize("code", SHOPS)
def test_order_lines_keep_their_own_order_of_time(code: str) -> None:
    one = book(WORLD, code)
    lines = one.lines
    assert (np.diff(lines.bought) >= 0).all()
    sent = lines.shipped < NEVER
    assert (lines.shipped[sent] > lines.bought[sent]).all()
    assert (lines.shipped[sent] - lines.bought[sent] < 5 * 86_400).all()
    assert not (sent & (lines.cancelled < NEVER)).any()
    back = lines.refunded < NEVER
    assert (sent[back]).all()
    assert (lines.refund_quantity <= lines.quantity).all()
    assert (lines.refund <= lines.price - lines.discount).all()
    goods = lines.returned < NEVER
    assert (lines.returned[goods] > lines.shipped[goods]).all()


@pytest.mark.parametrize("code", SHOPS)
def test_lines_of_one_order_share_their_instants(code: str) -> None:
    lines = book(WORLD, code).lines
    together = lines.order[1:] == lines.order[:-1]
    for name in ("bought", "cancelled", "shipped"):
        values = getattr(lines, name)
        assert (values[1:][together] == values[:-1][together]).all(), name


@pytest.mark.parametrize("code", [c for c in SHOPS if "AMZ" in c])
def test_streams_of_one_marketplace_agree(code: str) -> None:
    sales = of(code, "amazon.orders")
    lines = book(WORLD, code).lines
    at = SANDBOX_NOW.timestamp()
    last = book(WORLD, code).clock.midnights[(sales["day"].to_pylist()[-1] - HISTORY_START).days]
    done = book(WORLD, code).clock.finished(at)
    end = book(WORLD, code).clock.midnights[done]
    assert last < end
    keep = (lines.bought < end) & ~(lines.cancelled <= at)
    assert total(sales, "gross_sales") == Decimal(int(lines.price[keep].sum())) / 100
    assert total(sales, "units_ordered") == int(lines.quantity[keep].sum())
    metrics = of(code, "amazon.order_metrics", Window(HISTORY_START, DAYS[done]))
    for measure in ("gross_sales", "units_ordered", "orders_count"):
        assert total(sales, measure) == total(metrics, measure), measure
    refunds = total(of(code, "amazon.finances"), "refund_amount")
    back = (lines.refunded < end) & (lines.refunded <= at)
    assert refunds == Decimal(int(lines.refund[back].sum())) / 100


def test_only_the_spoiled_shop_disagrees_with_its_own_back_office() -> None:
    for code in (c for c in SHOPS if "AMZ" in c):
        ours = total(of(code, "amazon.orders", OCTOBER), "gross_sales")
        theirs = total(of(code, "amazon.traffic", OCTOBER), "gross_sales")
        wrong = abs(theirs / ours - 1)
        if code == "HY-AMZ-IT":
            assert Decimal("0.025") < wrong < Decimal("0.035")
        else:
            assert wrong == 0, code


@pytest.mark.parametrize("code", [c for c in SHOPS if "AMZ" in c])
def test_stock_balances_every_day(code: str) -> None:
    held = stock(WORLD, code)
    change = held.receipts - held.shipped + held.returned + held.other
    assert (np.diff(held.available, axis=1) == change[:, 1:]).all()
    assert (held.available >= 0).all()
    assert (held.inbound >= 0).all()


def test_figures_are_those_of_a_seller_of_this_size() -> None:
    months = Decimal(len(DAYS) - 25) / Decimal("30.4")
    sold = spent = Decimal(0)
    for shop in WORLD.shops:
        rate = Decimal(str(EUR)) if shop.currency == "EUR" else Decimal(1)
        name = "amazon.orders" if shop.platform == "amazon" else "shopify.orders"
        sold += total(of(shop.code, name), "gross_sales") * rate
        if shop.platform == "amazon":
            spend = sum(int(one.spend.sum()) for one in adverts(WORLD, shop.code).values())
            spent += Decimal(spend) / 100 * rate
    assert Decimal(1_150_000) < sold / months < Decimal(1_450_000)
    assert Decimal("0.08") < spent / sold < Decimal("0.14")


@pytest.mark.parametrize(
    ("code", "when", "least"),
    [
        pytest.param("AMZ-US", date(2025, 11, 28), 2.0, id="Black Friday in the US"),
        pytest.param("AMZ-DE", date(2025, 11, 28), 1.8, id="Black Friday in Germany"),
        pytest.param("SHP-US", date(2025, 12, 1), 1.7, id="Cyber Monday in the own store"),
        pytest.param("AMZ-US", date(2026, 7, 14), 1.7, id="Prime Day"),
        pytest.param("AMZ-DE", date(2026, 10, 6), 1.4, id="Prime Big Deal Days"),
    ],
)
def test_an_event_lifts_the_day_above_the_weeks_before(code: str, when: date, least: float) -> None:
    name = "amazon.orders" if "AMZ" in code else "shopify.orders"
    orders = of(code, name)
    sales = {}
    for row in orders.to_pylist():
        if row["sku"] == "*":
            sales[row["day"]] = row["orders_count"]
    usual = [sales[when - timedelta(days=n)] for n in range(7, 28)]
    assert sales[when] > least * sum(usual) / len(usual)


def test_august_is_low_in_europe_and_not_in_the_us() -> None:
    def month(code: str, number: int) -> Decimal:
        window = Window(date(2026, number, 1), date(2026, number + 1, 1))
        return total(of(code, "amazon.orders", window), "orders_count")

    assert month("AMZ-DE", 8) < Decimal("0.85") * month("AMZ-DE", 6)
    assert month("AMZ-US", 8) > Decimal("0.85") * month("AMZ-US", 6)


def test_a_sku_is_out_of_stock_for_two_weeks_and_sells_nothing() -> None:
    one = book(WORLD, "AMZ-US")
    held = stock(WORLD, "AMZ-US").available
    first = (date(2026, 10, 5) - HISTORY_START).days
    empty = np.flatnonzero((held[:, first : first + 14] == 0).all(axis=1))
    dry = [n for n in empty if held[n, first - 1] > 0]
    assert dry
    days = one.clock.day(one.lines.bought)
    during = (days >= first) & (days < first + 14)
    assert not (during & np.isin(one.lines.sku, dry)).any()


def test_germany_overspends_on_ads_in_the_last_three_days() -> None:
    spend = sum(one.spend.sum(axis=0) for one in adverts(WORLD, "AMZ-DE").values())
    assert isinstance(spend, np.ndarray)
    last = (date(2026, 10, 21) - HISTORY_START).days
    assert spend[last - 2 : last + 1].mean() > 1.8 * spend[last - 12 : last - 2].mean()


def test_one_day_of_amazon_us_has_a_surge_of_bad_reviews() -> None:
    bad = reviews(WORLD, "AMZ-US").negative
    surge = (date(2026, 10, 17) - HISTORY_START).days
    assert bad[surge] == 7
    assert np.delete(bad, surge).max() <= 3


def test_french_visits_of_the_last_two_days_are_unknown_and_come_later() -> None:
    window = Window(date(2026, 10, 18), date(2026, 10, 22))
    known = [
        row["sessions"] is not None for row in of("AMZ-FR", "amazon.traffic", window).to_pylist()
    ]
    assert known == [True, True, False, False]
    later = of("AMZ-FR", "amazon.traffic", window, datetime(2026, 11, 2, tzinfo=UTC))
    assert all(row["sessions"] for row in later.to_pylist())
    units = [row["units_ordered"] for row in of("AMZ-FR", "amazon.traffic", window).to_pylist()]
    assert all(units)


def test_cancellations_and_conversions_change_the_past() -> None:
    recent = Window(date(2026, 10, 19), date(2026, 10, 22))
    later = datetime(2026, 11, 10, tzinfo=UTC)
    before = total(of("AMZ-DE", "amazon.orders", recent), "gross_sales")
    after = total(of("AMZ-DE", "amazon.orders", recent, later), "gross_sales")
    assert after < before
    ads_before = of("AMZ-DE", "amazon_ads.sp", recent)
    ads_after = of("AMZ-DE", "amazon_ads.sp", recent, later)
    assert total(ads_after, "ad_sales") > total(ads_before, "ad_sales")
    assert total(ads_after, "ad_spend") < total(ads_before, "ad_spend")


def test_settled_days_do_not_change_any_more() -> None:
    august = Window(date(2026, 8, 1), date(2026, 9, 1))
    later = datetime(2026, 11, 1, tzinfo=UTC)
    for stream in ("amazon.orders", "amazon.traffic", "amazon_ads.sp"):
        assert not same(
            of("AMZ-DE", stream, august), truth(WORLD, "AMZ-DE", stream, august, later)
        ), stream


@pytest.mark.parametrize("code", SHOPS)
def test_truth_holds_no_day_that_is_not_over(code: str) -> None:
    shop = WORLD.shop(code)
    last = date(2026, 10, 20) if shop.market == "US" else date(2026, 10, 21)
    for stream in streams_of(shop):
        found = of(code, stream, Window(date(2026, 10, 1), date(2026, 11, 1)))
        # It is three in the morning in the EU: a snapshot still stands for the day that is over.
        snapshot = stream in {"amazon.stock", "shopify.stock"} and shop.market == "US"
        running = stream == "amazon.order_metrics" or snapshot
        assert max(found["day"].to_pylist()) == last + timedelta(days=running), stream


def test_same_names_a_wrong_a_missing_and_an_unknown_fact() -> None:
    window = Window(date(2026, 10, 20), date(2026, 10, 21))
    right = of("AMZ-FR", "amazon.order_metrics", window)
    assert not same(right, right)
    wrong = right.set_column(
        right.column_names.index("orders_count"), "orders_count", pa.array([1], pa.int64())
    )
    assert len(same(wrong, right)) == 1
    assert len(same(right.slice(0, 0), right)) == 6  # three measures, each known and counted
    unknown = right.set_column(
        right.column_names.index("orders_count"), "orders_count", pa.array([None], pa.int64())
    )
    assert len(same(unknown, right)) == 2
