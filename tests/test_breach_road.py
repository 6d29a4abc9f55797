"""Breaches in a workbook over several refreshes: told, restated, silenced, shared and logged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import select

from kpi.breach_memory import Kept
from kpi.model import Window
from kpi.tables import Row
from sheet_templates.build import build
from sheet_templates.start import StartRow
from sync_service import schema
from sync_service.breach_store import keep_breaches, kept_breaches
from sync_service.house import House
from sync_service.refresh import book_name, read
from sync_service.sandbox.books import book_start
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.paths import ROOT
from tests.road_month import DE
from tests.road_support import Few, Folder, commit, copied, facts_of, house_at, refresh_book
from tests.table_support import Line, table
from tests.test_road_killed import DYING

DAY = date(2026, 10, 21)  # the last day that is over at the shops
WINDOW = Window(DAY, DAY + timedelta(days=1))
RULES: tuple[tuple[str, str, str, float, StartRow], ...] = (
    ("Too few orders", "orders", "<", 1.0, {}),
    ("Surge of orders", "orders", ">", 0.01, {"against": "× mean", "history": 14.0}),
)


@dataclass(frozen=True, slots=True)
class Desk:
    """A house with one workbook of two shops and two rules."""

    house: House
    path: Path
    home: Path

    def refresh(self) -> None:
        refresh_book(self.house, self.path, "never")

    def rows(self, table: str = "tblBreach") -> list[Row]:
        return list(XlsxPort(self.path).read().tables[table].rows)

    def few(self) -> list[Row]:
        """The lines of the rule on too few orders of the German shop."""
        mine = [row for row in self.rows() if row.value("scope") == DE]
        return [row for row in mine if str(row.value("bound")).startswith("<")]

    def type(self, column: str, text: str) -> None:
        table = XlsxPort(self.path).read().tables["tblBreach"]
        sheet, cell = table.place(self.few()[0], column)
        port = XlsxPort(self.path, recalculate="never")
        port.set([assignment(f"{sheet}!{cell}={text}")], port.fingerprint())

    def cell(self, name: str, column: str, text: str) -> None:
        """Type into the first row of a table."""
        found = XlsxPort(self.path).read().tables[name]
        sheet, cell = found.place(found.rows[0], column)
        port = XlsxPort(self.path, recalculate="never")
        port.set([assignment(f"{sheet}!{cell}={text}")], port.fingerprint())

    def orders(self, *, lost: bool) -> None:
        """The last day of the German shop as the platform says it now: lost, or as it was."""
        shop = next(s for s in Few().shops if s.code == DE)
        rows = facts_of(shop, "amazon.orders", WINDOW)
        if lost:
            column = pa.array([0] * rows.num_rows, rows.schema.field("orders_count").type)
            rows = rows.set_column(rows.column_names.index("orders_count"), "orders_count", column)
        commit(self.house, DE, "amazon.orders", WINDOW, rows)


@pytest.fixture
def desk(road: Folder, tmp_path: Path) -> Iterator[Desk]:
    mine = copied(road, tmp_path / "road", "FEW")
    same: StartRow = {"on": "yes", "scope": "*", "window": "day", "periods": 1.0, "level": "breach"}
    rules: list[StartRow] = [
        {**same, "rule": name, "metric": metric, "operator": sign, "value": value, **more}
        for name, metric, sign, value, more in RULES
    ]
    start = replace(book_start(Few(), "HY", "en"), rules=rules)
    path = build(tmp_path / "road" / "rules.xlsx", "manager", "en", start)
    with house_at(mine.home) as house:
        yield Desk(house, path, mine.home)


def test_a_breach_that_a_restatement_took_away_is_withdrawn_and_stays_so(desk: Desk) -> None:
    desk.orders(lost=True)
    desk.refresh()
    (line,) = desk.few()
    number, state = line.value("no"), line.value("state")
    assert (state, line.value("actual"), line.value("since")) == ("■ Breached", 0.0, DAY)
    desk.type("action", "asked the platform")
    desk.orders(lost=False)
    desk.refresh()
    (after,) = desk.few()
    assert (after.value("no"), after.value("state")) == (number, "– Withdrawn")
    assert after.value("action") == "asked the platform"
    assert str(after.value("cause")).startswith("10-21 restated: 0 → ")
    book = desk.path.read_bytes()
    desk.refresh()
    assert desk.path.read_bytes() == book
    every = kept_breaches(desk.house.store, book_name(desk.path))
    (kept,) = [one for one in every if one.number == number]
    assert (kept.state, kept.action) == ("withdrawn", "asked the platform")


def test_a_surge_shows_the_history_that_it_was_compared_with(desk: Desk) -> None:
    desk.refresh()
    lines = [r for r in desk.rows() if "mean" in str(r.value("bound"))]
    assert {r.value("scope") for r in lines} == {s.code for s in Few().shops}
    for line in lines:
        bound, limit = str(line.value("bound")), line.value("limit")
        typical = float(bound.split("× mean ")[1].split(" ", maxsplit=1)[0])
        assert bound.startswith("> Strict · 0.01 × mean ")
        assert bound.endswith("(14/14 days)")
        assert limit == pytest.approx(0.01 * typical, rel=1e-3)  # shown with four digits


def test_a_rule_that_cannot_be_read_is_not_calm(desk: Desk) -> None:
    """A rule on a KPI that nobody knows has a line; mended, the line is gone."""
    desk.cell("tblRule", "metric", "spend of it")
    desk.refresh()
    (line,) = [r for r in desk.rows() if r.value("state") == "○ Not judged"]
    assert str(line.value("cause")).startswith("Too few orders: ")
    assert (line.value("actual"), line.value("owner")) == (None, None)
    assert desk.few() == []
    contents = XlsxPort(desk.path).read()
    own: Line = ("spend of it", "广告花费+订单数", "money", "lower")
    kpis = table("tblKpi", "指标", "metric formula unit better", own)
    book, _, _ = read(replace(contents, tables={**contents.tables, "tblKpi": kpis}))
    assert [fault.place.table for one in book.unread_rules for fault in one.faults] == ["tblKpi"]
    desk.cell("tblRule", "metric", "Orders")
    desk.refresh()
    assert [r for r in desk.rows() if r.value("state") == "○ Not judged"] == []


def test_a_silenced_line_stays_open_and_leaves_today(desk: Desk) -> None:
    desk.orders(lost=True)
    desk.refresh()
    told = [r.value("what") for r in desk.rows("tblFocus") if r.value("link") == "Breaches"]
    desk.type("silence_until", "2026-11-01")
    desk.refresh()
    (line,) = desk.few()
    assert line.value("state") == "– Silenced"
    quiet = [r.value("what") for r in desk.rows("tblFocus") if r.value("link") == "Breaches"]
    assert any("Orders 0 < 1" in str(one) for one in told)
    assert not any("Orders 0 < 1" in str(one) for one in quiet)
    tile = next(r for r in desk.rows("tblTile") if r.value("tile") == "breaches")
    assert tile.value("value") == 3.0  # two surges and the silenced one


def test_a_refresh_killed_before_it_was_recorded_doubles_nothing(desk: Desk) -> None:
    desk.orders(lost=True)
    words = [sys.executable, "-c", DYING, "sync_service.refresh", "_record", "before"]
    killed = subprocess.run(
        [*words, str(desk.home), str(desk.path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    before = [(r.value("no"), r.value("state")) for r in desk.rows()]
    assert kept_breaches(desk.house.store, book_name(desk.path)) == ()
    desk.refresh()
    assert [(r.value("no"), r.value("state")) for r in desk.rows()] == before
    kept = kept_breaches(desk.house.store, book_name(desk.path))
    assert sorted(k.number for k in kept) == sorted(str(no) for no, _ in before)


def test_a_line_that_left_its_tab_stands_in_the_log(desk: Desk) -> None:
    old = Kept(
        *("0801-X", "gone rule", "abcd", DE, "EU", "acos", "warn", ">", 0.35, 0.412),
        date(2026, 8, 2), (date(2026, 8, 1), date(2026, 8, 2)), (0.4, 0.412),
        "recovered", date(2026, 8, 5),
        action="cut bids", by="OPS6",
    )  # fmt: skip
    strange = replace(old, number="0901-Y", metric="gone kpi", value=3.0, limit=2.0)
    at = desk.house.clock.now()
    with desk.house.store.begin() as connection:
        keep_breaches(connection, book_name(desk.path), [old, strange], at)
    desk.refresh()
    log = {str(row.value("where")): row for row in desk.rows("tblLog")}
    line = log["tblBreach 0801-X"]
    assert line.value("what") == (
        "HY-AMZ-DE ACoS 41.2 % (> 35.0 %), from 2026-08-01, recovered 2026-08-05."
    )
    assert line.value("mend") == "Done: cut bids OPS6"
    assert "gone kpi 3 (> 2)" in str(log["tblBreach 0901-Y"].value("what"))
    assert {r.value("no") for r in desk.rows()}.isdisjoint({"0801-X", "0901-Y"})


def test_what_a_person_wrote_on_a_line_goes_to_the_log_with_it(desk: Desk) -> None:
    desk.orders(lost=True)
    desk.refresh()
    (line,) = desk.few()
    number = str(line.value("no"))
    desk.type("action", "asked the platform")
    desk.type("silence_until", "2026-10-30")
    desk.orders(lost=False)
    desk.refresh()
    book, at = book_name(desk.path), desk.house.clock.now()
    every = kept_breaches(desk.house.store, book)
    aged = [replace(k, closed=DAY - timedelta(days=40)) if k.number == number else k for k in every]
    with desk.house.store.begin() as connection:
        keep_breaches(connection, book, aged, at)
    for receivers in ("ops", "desk"):
        desk.cell("tblRule", "receivers", receivers)  # something new, so that a refresh writes
        desk.refresh()
        assert [r for r in desk.rows() if r.value("no") == number or r.value("action")] == []
        (entry,) = [r for r in desk.rows("tblLog") if r.value("where") == f"tblBreach {number}"]
        assert entry.value("mend") == "Done: asked the platform, silenced until 2026-10-30"


def test_the_memory_holds_what_was_put_in_with_the_longest_names(desk: Desk) -> None:
    long = Kept(
        *("n", "规则" * 80, "abcd", "S" * 140, "", "acos", "warn", ">", 0.35, None),
        date(2026, 8, 2), (date(2026, 8, 1),), (None,), "firing", None,
    )  # fmt: skip
    end = date(2026, 8, 9)
    other = replace(long, rule=long.rule + "二", state="withdrawn", closed=end, restated=1.5)
    at = desk.house.clock.now()
    with desk.house.store.begin() as connection:
        keep_breaches(connection, "one", [long, other], at)
        keep_breaches(connection, "two", [long], at)
    assert set(kept_breaches(desk.house.store, "one")) == {long, other}
    with desk.house.store.begin() as connection:
        keep_breaches(connection, "one", [], at)
    assert kept_breaches(desk.house.store, "one") == ()
    assert kept_breaches(desk.house.store, "two") == (long,)
    with desk.house.store.read() as connection:
        columns = connection.execute(select(schema.breach_states)).mappings().all()
    assert all(len(row["rule"]) <= 100 and len(row["scope"]) <= 100 for row in columns)
