"""What Today and its tables say when things are not as usual: one change to a month each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from kpi.book import Book
from kpi.errors import Level, Place, Problem
from kpi.model import Language, Region, Unit
from kpi.trade import Product
from kpi.typed_rows import PointRow
from sheet_templates.build import build
from sheet_templates.words import show
from sync_service.compute import Computed, StreamState
from sync_service.filling import attention, breaches, products, scores, today, values
from sync_service.filling.cells import UNKNOWN, local, short_day, shown
from sync_service.house import House
from sync_service.reconcile import reconcile
from sync_service.refresh import look
from sync_service.sandbox.books import book_start
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.workbooks.port import BookContents
from tests.road_month import DE, LANGUAGES, US, again, alarmed, unseen, with_book
from tests.road_support import Few, order_of

# --- Today ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pace", "status"),
    [
        pytest.param(0.949, "warn", id="just below 95 %"),
        pytest.param(0.951, "ok", id="just above"),
        pytest.param(0.849, "breach", id="just below 85 %"),
        pytest.param(0.851, "warn", id="just above 85 %"),
    ],
)
def test_a_tile_has_the_status_of_its_pace(
    seen: tuple[Computed, BookContents], pace: float, status: str
) -> None:
    """All net sales targets scaled so that the company runs at this pace."""
    done = seen[0]
    before = next(row for row in today.tiles(done) if row["tile"] == "net_sales")["pace"]
    assert isinstance(before, float)
    factor = before / pace

    def change(book: Book) -> Book:
        rows = [
            replace(row, months=tuple(None if m is None else m * factor for m in row.months))
            if row.metric == "net_sales"
            else row
            for row in book.targets
        ]
        return replace(book, targets=tuple(rows))

    row = next(row for row in today.tiles(with_book(done, change)) if row["tile"] == "net_sales")
    assert row["pace"] == pytest.approx(pace)
    assert row["status"] == show("status", status, "en")


def test_a_month_without_targets_has_no_due_no_pace_and_no_ratio_to_hold(
    seen: tuple[Computed, BookContents],
) -> None:
    done = with_book(seen[0], lambda book: replace(book, targets=(), tasks=(), rules=()))
    rows = {row["tile"]: row for row in today.tiles(done)}
    assert [rows[tile]["due"] for tile in ("net_sales", "tacos", "return_rate")] == [UNKNOWN] * 3
    assert rows["net_sales"]["pace"] == UNKNOWN
    assert rows["net_sales"]["status"] == show("status", "no_data", "en")
    assert (rows["compliance"]["value"], rows["compliance"]["due"]) == (0.0, 0.0)
    assert rows["compliance"]["status"] == show("status", "ok", "en")
    assert (rows["breaches"]["value"], rows["breaches"]["status"]) == (
        0.0, show("status", "ok", "en"),
    )  # fmt: skip
    markets = {row["scope"]: row for row in today.markets(done)}
    assert markets["DE"]["compliance"] is None
    assert markets["FR"] == {"scope": "FR"} | dict.fromkeys(
        ("place", "pace", "margin", "tacos", "return_rate", "compliance")
    )


def fault(code: str, cell: str, level: Level = Level.ERROR) -> Problem:
    place = Place("Targets", cell, "tblTarget")
    return Problem(code, level, place, {"en": f"Bad {cell}.", "zh": f"{cell} 有误。"},
                   {"en": "Mend it.", "zh": "请更正。"})  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_fault_in_many_cells_takes_one_line_of_today(
    seen: tuple[Computed, BookContents], language: Language
) -> None:
    found = [fault("a", f"A{n}") for n in range(1, 27)]
    found += [fault("b", "B9"), fault("c", "C1", Level.WARNING)]
    done = with_book(
        again(seen[0], language=language), lambda book: replace(book, tasks=(), rules=())
    )
    lines = [row for row in attention.focus(done, found) if "tblTarget" in str(row["scope"])]
    more = "（另有 25 处）" if language == "zh" else " (25 more)"
    first = found[0].what[language] + more
    assert [row["what"] for row in lines] == [first, found[26].what[language]]


def test_who_answers_for_a_breach(seen: tuple[Computed, BookContents]) -> None:
    """The shop's owner, nobody for a region, the person for a person."""
    done = alarmed(seen[0])
    shop = next(alarm for alarm in done.alarms if done.book.shop(alarm.scope.scope.code))
    assert breaches.owner_of(done, shop) == done.book.shop(shop.scope.scope.code).owner  # type: ignore[union-attr]  # it is one
    region = next(found for key, found in done.scopes.items() if key[1] == "EU")
    assert breaches.owner_of(done, replace(shop, scope=region)) == ""
    person = next(found for key, found in done.scopes.items() if key[1] == "OPS6")
    assert breaches.owner_of(done, replace(shop, scope=person)) == "OPS6"


def test_a_breach_that_came_back_a_little_says_so_and_costs_nothing(
    seen: tuple[Computed, BookContents],
) -> None:
    done = alarmed(seen[0])
    alarm = next(one for one in done.alarms if one.metric.unit is Unit.RATIO)
    assert (attention.effect(done, alarm) or 0) > 0
    inside = replace(alarm, last=replace(alarm.last, value=alarm.rule.value))
    unknown = replace(alarm, last=replace(alarm.last, value=None))
    assert attention.effect(done, inside) is None  # 9 is not below 9
    again_ = replace(done, alarms=(inside,))
    [line] = [row for row in attention.focus(again_, ()) if "not recovered" in str(row["what"])]
    assert line["effect"] is None
    assert attention.effect(done, unknown) is None


# --- products and cells ---------------------------------------------------------------------------


def test_a_line_for_one_market_counts_that_market_and_a_line_for_all_the_rest(
    seen: tuple[Computed, BookContents],
) -> None:
    lines = (
        Product("K1", "DE", date(2025, 1, 1), "Kitchen", "mature", Decimal(2), Decimal(), "EUR"),
        Product("K1", None, date(2025, 1, 1), "Kitchen", "mature", None, None, "EUR"),
    )
    done = with_book(seen[0], lambda book: replace(book, products=lines))
    units = {("K1", "DE"): 7, ("K1", "US"): 4, ("K1", "FR"): 1, ("K2", "DE"): 9}
    rows = list(products.products(done, units))
    assert [row["units_30d"] for row in rows] == [7.0, 5.0]
    assert [row["cost_state"] for row in rows] == ["● Known", "○ No cost"]
    said = products.cost_cover(done, units)  # 7 of 21 have a cost; K2 sold most without one
    assert said == "Unit costs cover 33.3 % of units · 2 SKUs lack one: K2, K1"
    assert products.cost_cover(done, {}) == ""


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        pytest.param(None, Unit.RATIO, "#N/A", id="unknown"),
        pytest.param(0.1234, Unit.RATIO, "12.3 %", id="a ratio"),
        pytest.param(12_345.6, Unit.MONEY, "12,346", id="money"),
        pytest.param(1_234.0, Unit.MONEY_PER_PERSON, "1,234", id="money per person"),
        pytest.param(17.0, Unit.COUNT, "17", id="a count"),
        pytest.param(3.0, Unit.RANK, "3", id="a rank"),
        pytest.param(12.34, Unit.DAYS, "12.3", id="days"),
    ],
)
def test_a_value_inside_a_sentence(value: float | None, unit: Unit, text: str) -> None:
    assert shown(value, unit) == text


def test_no_instant_and_no_day_are_told_as_such() -> None:
    assert local(None, "Asia/Shanghai") is None
    assert short_day(None) == "–"
    assert short_day(date(2026, 10, 9)) == "10-09"


def test_a_book_without_shops_has_empty_pages(
    seen: tuple[Computed, BookContents],
) -> None:
    done = with_book(seen[0], lambda book: replace(book, shops=(), assignments=(), inputs=()))
    assert list(values.shops(done)) == []
    days = list(values.days(done))
    assert days[-1]["day"] == done.today - timedelta(days=1)
    assert list(reconcile(done)) == []
    assert attention.data_until(done) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_visits_that_are_behind_are_a_line_of_today(
    seen: tuple[Computed, BookContents], language: Language
) -> None:
    """Sales reach the 21st, visits the 16th; the service asks again by itself."""
    since = date(2026, 10, 17)
    leaves = unseen(seen[0].given.leaves, DE, "amazon.traffic", "sessions", since)
    again_at = StreamState(SANDBOX_NOW, datetime(2026, 10, 23, 0, 30, tzinfo=UTC), "", stale=False)
    done = again(
        seen[0], leaves=leaves, language=language, states={("amazon.traffic", DE): again_at}
    )
    what = "流量数据缺 10-17 起" if language == "zh" else "Visits missing from 10-17"
    step = "10-23 08:30 自动再取" if language == "zh" else "Again at 10-23 08:30"
    found = [row for row in attention.focus(done, ()) if row["what"] == what]
    assert [(row["scope"], row["next_step"]) for row in found] == [(DE, step)]


def test_a_comparison_ends_where_the_platforms_figure_ends(
    seen: tuple[Computed, BookContents],
) -> None:
    """Ours reach the 21st, the traffic report the 16th: both sides are added up to the 16th."""
    leaves = seen[0].given.leaves
    short = unseen(leaves, DE, "amazon.traffic", "gross_sales", date(2026, 10, 17))
    found = next(one for one in reconcile(again(seen[0], leaves=short)) if one.shop == DE)
    assert found.ends == (date(2026, 10, 8), date(2026, 10, 16))
    assert (found.ours, found.green) == (found.platform, True)
    renamed = tuple("other" if name == "amazon.traffic" else name for name in leaves.streams)
    without_it = again(seen[0], leaves=replace(leaves, streams=renamed))
    found = next(one for one in reconcile(without_it) if one.shop == DE)
    assert (found.platform, found.green) == (None, None)
    assert found.ends == (date(2026, 10, 8), date(2026, 10, 21))


@pytest.mark.parametrize("language", LANGUAGES)
def test_skus_without_a_cost_are_a_line_of_today(
    small_house: House, tmp_path: Path, language: Language
) -> None:
    """Nobody typed a cost: profit is unknown, and the line says where to fill it."""
    start = book_start(Few(), "HY", language)
    bare = [{**row, "unit_cost": None, "freight": None} for row in start.products]
    path = build(
        tmp_path / "bare.xlsx", "manager", language, replace(start, products=bare, rules=[])
    )
    done = look(small_house, order_of(small_house, path)).done
    what = "利润未知：有 SKU 缺成本" if language == "zh" else "Profit unknown: SKUs without a cost"
    lines = [row for row in attention.focus(done, ()) if row["what"] == what]
    assert sorted(str(row["scope"]) for row in lines) == [DE, US]
    said = products.cost_cover(done, {("K1", "DE"): 3})
    assert said == (
        "成本覆盖 0.0 % 销量 · 缺 1 个 SKU: K1"
        if language == "zh"
        else "Unit costs cover 0.0 % of units · 1 SKUs lack one: K1"
    )


def test_points_of_a_person_count_in_the_order_of_the_table(
    seen: tuple[Computed, BookContents],
) -> None:
    """+4, +4 and +2 of the third, ten points at most; another month counts for itself."""
    entries = tuple(
        PointRow(month, "OPS6", 4.0, "done well", "HEAD", f"Points!A{n}", f"P{n}")
        for n, month in enumerate(("2026-10", "2026-10", "2026-10", "2026-09"), 1)
    )
    done = with_book(seen[0], lambda book: replace(book, points=entries))
    found = {row["no"]: row["applied"] for row in scores.points(done)}
    assert found == {"P1": 4.0, "P2": 4.0, "P3": 2.0, "P4": 4.0}


def test_every_breach_is_a_row_and_a_recovered_one_is_no_line_of_today(
    seen: tuple[Computed, BookContents],
) -> None:
    done = alarmed(seen[0])
    first, *rest = done.alarms
    done = replace(done, alarms=(replace(first, open=False), *rest))
    rows = list(breaches.breaches(done))
    before = [one.number for one in done.gone]  # told of the rules that were there before
    assert [row["no"] for row in rows] == [alarm.number for alarm in done.alarms] + before
    assert rows[0]["state"] == show("breach_state", "recovered", "en")
    assert {row["state"] for row in rows[1 : len(done.alarms)]} == {
        show("breach_state", "firing", "en")
    }
    lines = [row for row in attention.focus(done, ()) if row["link"] == "Breaches"]
    assert 0 < len(lines) <= len(rest)
    assert any(">" in str(row["what"]) or "<" in str(row["what"]) for row in lines)


def test_a_week_without_a_target_has_no_attainment(seen: tuple[Computed, BookContents]) -> None:
    done = with_book(seen[0], lambda book: replace(book, targets=()))
    rows = list(scores.strip(done))
    assert rows
    assert {row["net_sales"] for row in rows} == {UNKNOWN}


def test_a_company_in_one_region_is_held_to_that_regions_ratio(
    seen: tuple[Computed, BookContents],
) -> None:
    """Without the American shop the limit of TACoS is Europe's 12 %; that shop is no scope."""

    def change(book: Book) -> Book:
        return replace(
            book,
            shops=tuple(shop for shop in book.shops if shop.code == DE),
            inputs=tuple(row for row in book.inputs if row.shop == DE),
        )

    done = with_book(seen[0], change)
    row = next(row for row in today.tiles(done) if row["tile"] == "tacos")
    assert row["due"] == 0.12
    gone = (Region.US, US)
    assert (done.value("net_sales", gone), done.goal("net_sales", gone)) == (None, None)
