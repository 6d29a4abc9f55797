"""Publish, edit, publish again: signed values score, edits wait and are shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from kpi.errors import Problem
from kpi.tables import CellValue, ErrorValue, Row, Table
from sync_service import audit, schema
from sync_service.contract_store import records
from sync_service.house import House
from sync_service.publishing import Published, UnreadyError, Wanted, publish
from sync_service.refresh import look
from sync_service.signing import KEY_FILE, is_signed, key_id, signer
from sync_service.told import ToldError
from sync_service.workbooks.setting import Assignment, assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.road_support import (
    Folder,
    copied,
    house_at,
    order_of,
    refresh_book,
    settings_of,
)

STARTS = date(2026, 10, 23)  # published on 22 October in Shenzhen: it counts from the next day


@dataclass(frozen=True, slots=True)
class Desk:
    """A house with one workbook of two shops, drafted."""

    house: House
    path: Path

    def publish(self, **wanted: object) -> Published:
        order = order_of(self.house, self.path, "never")
        return publish(self.house, order, Wanted("head", **wanted))  # type: ignore[arg-type]  # by name

    def scores(self) -> dict[str, object]:
        """What the service makes of the book as it stands."""
        done = look(self.house, order_of(self.house, self.path, "never")).done
        return {
            item.key: (item.score, item.rule.weight, item.goal and item.goal.value, item.status)
            for card in done.people
            for one in card.cards
            for item in one.items
        } | {card.person.code: (card.total, card.grade) for card in done.people}

    def problems(self) -> tuple[Problem, ...]:
        return look(self.house, order_of(self.house, self.path, "never")).problems

    def table(self, name: str) -> Table:
        return XlsxPort(self.path).read().tables[name]

    def row(self, name: str, **key: object) -> Row:
        [found] = [r for r in self.table(name).rows if all(r.value(c) == v for c, v in key.items())]
        return found

    def type(self, name: str, column: str, value: str, **key: object) -> None:
        """Type into one cell, as a person does in a spreadsheet program."""
        table = self.table(name)
        sheet, cell = table.place(self.row(name, **key), column)
        self.set(assignment(f"{sheet}!{cell}={value}"))

    def set(self, *cells: Assignment) -> None:
        port = XlsxPort(self.path, recalculate="never")
        port.set(list(cells), port.fingerprint())

    def refresh(self) -> None:
        refresh_book(self.house, self.path, "never")


@pytest.fixture
def desk(road: Folder, tmp_path: Path) -> Iterator[Desk]:
    mine = copied(road, tmp_path / "road", "FEW")
    with house_at(mine.home) as house:
        yield Desk(house, mine.book("FEW"))


SALES = {"region": "EU", "scope": "HY-AMZ-DE", "metric": "Net sales"}
ACOS = {"role": "Operations", "region": "EU", "metric": "ACoS"}


def values(row: Row, *columns: str) -> list[CellValue | ErrorValue]:
    return [row.value(column) for column in columns]


def test_a_draft_says_so_and_scores_its_live_rows(desk: Desk) -> None:
    names = XlsxPort(desk.path).read().names
    assert (names["nmState"], names["nmVersion"]) == ("Draft", None)
    before = desk.scores()
    desk.type("tblWeight", "weight", "5", **ACOS)
    assert desk.scores() != before


def test_publishing_stamps_every_row_and_moves_no_score(desk: Desk) -> None:
    before = desk.scores()
    done = desk.publish(reason="first")
    assert (done.new, done.record.version.number, done.record.version.start) == (True, 1, STARTS)
    assert desk.scores() == before
    names = XlsxPort(desk.path).read().names
    assert (names["nmState"], names["nmVersion"]) == (None, done.record.name)
    published = date(2026, 10, 22)
    for row in desk.table("tblTarget").rows:
        assert values(row, "pending", "version", "published") == [None, "v1", published]
    for row in desk.table("tblWeight").rows:
        assert values(row, "pending", "version") == [None, "v1"]
    assert {row.value("version") for row in desk.table("tblScore").rows} == {"v1"}
    kpis = {row.value("metric"): row.value("version") for row in desk.table("tblKpi").rows}
    assert str(kpis["acos"]).startswith("v1 ")


def test_publishing_without_a_change_makes_no_version(desk: Desk) -> None:
    desk.publish()
    desk.type("tblTarget", "note", "a note is no part of what was agreed", **SALES)
    again = desk.publish()
    assert (again.new, again.record.version.number) == (False, 1)
    assert len(records(desk.house.store, order_of(desk.house, desk.path).book)) == 1


def test_an_edit_waits_shows_both_values_and_fills_the_what_if_columns(desk: Desk) -> None:
    desk.publish()
    before = desk.scores()
    old = desk.row("tblTarget", **SALES).value("m10")
    desk.type("tblTarget", "m10", "400000", **SALES)
    desk.type("tblWeight", "weight", "12.5", **ACOS)
    desk.refresh()
    assert desk.scores() == before
    assert isinstance(old, float)
    assert desk.row("tblTarget", **SALES).value("pending") == f"Oct {old:,.15g} → 400,000"
    assert desk.row("tblWeight", **ACOS).value("pending") == "Weight 10 → 12.5"
    items = {str(r.value("item")): r for r in desk.table("tblScore").rows}
    sales, acos = (items[f"2026-10｜OPS6｜EU｜{code}"] for code in ("net_sales", "acos"))
    assert values(sales, "pending_target", "pending_weight") == [400_000.0, None]
    assert values(acos, "pending_target", "pending_weight", "weight") == [None, 12.5, 10.0]
    log = [str(row.value("what")) for row in desk.table("tblLog").rows]
    assert any("Weight 10 → 12.5" in line and "not published" in line for line in log)
    focus = [str(row.value("what")) for row in desk.table("tblFocus").rows]
    assert "2 unpublished changes" in focus


def test_the_what_if_columns_answer_for_a_pending_change_in_the_sheet(
    desk: Desk, office: Office
) -> None:
    """Twice the weight of ACoS from 10 to 20: its share is 20 of 110, by the sheet's formulas."""
    desk.publish()
    desk.type("tblWeight", "weight", "20", **ACOS)
    desk.refresh()
    sheet = office.calculate(desk.path)["Items"]
    head = [str(cell) for cell in sheet[3]]
    rows = [dict(zip(head, line, strict=True)) for line in sheet[4:] if line[0] != ""]
    [acos] = [r for r in rows if r["Item"] == "2026-10｜OPS6｜EU｜acos"]
    usable = sum(
        float(str(r["Usable weight"])) for r in rows if (r["Person"], r["Region"]) == ("OPS6", "EU")
    )
    share = round(20 / (usable + 10) * 100, 9)
    assert acos["Weight tried"] == 20.0
    assert acos["What-if points"] == pytest.approx(
        share * float(str(acos["Score"])) / 100, abs=1e-8
    )
    assert acos["Points"] != acos["What-if points"]


def test_a_change_in_a_locked_quarter_needs_an_exception_and_is_logged(desk: Desk) -> None:
    desk.publish()
    desk.type("tblWeight", "weight", "12.5", **ACOS)
    desk.type("tblWeight", "weight", "17.5", **{**ACOS, "metric": "Net sales"})
    with pytest.raises(ToldError, match=r"2026-Q4 is locked.*Weight 10 → 12\.5") as caught:
        desk.publish()
    assert "已锁定" in caught.value.texts["zh"]
    before = desk.scores()
    done = desk.publish(exception="New marketplace fee", approver="CEO")
    allowed = done.record.exception
    assert allowed is not None
    assert (allowed.approver, allowed.day, allowed.quarters) == (
        "CEO",
        date(2026, 10, 22),
        ("2026-Q4",),
    )
    after = desk.scores()
    changed = {key for key in before if before[key] != after[key]}
    assert {key for key in changed if "｜" in key} == {
        f"2026-10｜OPS6｜EU｜{code}" for code in ("acos", "net_sales")
    }
    assert values(desk.row("tblWeight", **ACOS), "pending", "version") == [None, "v2"]
    other = desk.row("tblWeight", **{**ACOS, "metric": "TACoS"})
    assert values(other, "pending", "version") == [None, "v1"]
    log = [str(row.value("what")) for row in desk.table("tblLog").rows]
    assert any("New marketplace fee" in line and "CEO" in line for line in log)


def test_a_change_of_next_quarter_is_free_and_leaves_this_month(desk: Desk) -> None:
    desk.publish()
    before = desk.scores()
    desk.type("tblWeight", "weight", "12.5", **ACOS)
    desk.type("tblWeight", "weight", "17.5", **{**ACOS, "metric": "Net sales"})
    done = desk.publish(start=date(2027, 1, 1))
    assert (done.record.version.number, done.record.exception) == (2, None)
    assert desk.scores() == before
    assert {row.value("version") for row in desk.table("tblScore").rows} == {"v1"}


def test_faults_in_rows_that_score_are_refused_with_their_cells(desk: Desk) -> None:
    desk.type("tblWeight", "weight", "7", **ACOS)
    with pytest.raises(UnreadyError, match="Weights!A") as caught:
        desk.publish()
    assert caught.value.problems[0].code == "weight_sum"
    assert records(desk.house.store, order_of(desk.house, desk.path).book) == ()


def test_a_row_that_cannot_be_read_any_more_scores_as_it_was_signed(desk: Desk) -> None:
    desk.publish()
    before = desk.scores()
    desk.type("tblWeight", "weight", "ten", **ACOS)
    assert desk.scores() == before


COLUMNS = {  # what may be typed into each scored column of a row
    "tblTarget": ("scope", "metric", "owner", "year_total", "m10", "m11", "currency", "year"),
    "tblWeight": (
        *("role", "region", "metric", "on", "weight", "method", "better", "warn", "breach"),
        *("bound", "veto", "start", "cap", "floor", "p1", "p2", "missing"),
    ),
    "tblPeople": ("person", "role", "manager", "us_share", "scored", "start", "end"),
    "tblShop": ("shop", "market", "owner", "currency", "opened", "closed", "platform"),
    "tblRule": ("rule", "on", "metric", "value", "periods"),
}
TYPED = st.sampled_from(
    ["0", "0.5", "3", "77", "1000000", "yes", "no", "US", "EU", "OPS5", "HEAD", "EUR", "GBP"]
)
CELLS = st.sampled_from([(table, column) for table, all_ in COLUMNS.items() for column in all_])


@pytest.fixture(scope="module")
def signed(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, bytes]]:
    mine = copied(road, tmp_path_factory.mktemp("signed") / "road", "FEW")
    with house_at(mine.home) as house:
        desk = Desk(house, mine.book("FEW"))
        desk.publish()
        yield desk, desk.path.read_bytes()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(edits=st.lists(st.tuples(CELLS, st.integers(0, 40), TYPED), min_size=1, max_size=4))
def test_no_unsigned_edit_of_any_scored_cell_moves_a_score(
    signed: tuple[Desk, bytes], edits: list[tuple[tuple[str, str], int, str]]
) -> None:
    desk, original = signed
    desk.path.write_bytes(original)
    before, tables = desk.scores(), XlsxPort(desk.path).read().tables
    cells = {}
    for (name, column), number, text in edits:
        table = tables[name]
        sheet, cell = table.place(table.rows[number % len(table.rows)], column)
        cells[sheet, cell] = assignment(f"{sheet}!{cell}={text}")
    desk.set(*cells.values())
    assert desk.scores() == before


def test_a_version_that_was_changed_in_the_database_scores_nothing(desk: Desk) -> None:
    desk.publish()
    with desk.house.store.begin() as connection:
        text = connection.execute(select(schema.contracts.c.text)).scalar()
        loaded = json.loads(str(text))
        for row in loaded["tblWeight"].values():
            row["weight"] = 1.0
        forged = json.dumps(loaded, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        connection.execute(update(schema.contracts).values(text=forged))
    with pytest.raises(ToldError, match="changed after it was signed"):
        desk.scores()


def test_publishing_is_in_the_audit_chain_with_who_and_why(desk: Desk) -> None:
    done = desk.publish(reason="Quarter review")
    with desk.house.store.read() as connection:
        rows = connection.execute(select(schema.audit)).mappings().all()
        assert audit.faults(connection) == []
    [entry] = [row for row in rows if row["action"] == "publish"]
    assert (entry["actor"], entry["reason"]) == ("head", "Quarter review")
    assert entry["after"]["version"] == done.record.name


def test_a_renamed_file_says_that_it_lost_its_contract_until_it_is_published(desk: Desk) -> None:
    desk.publish()
    moved = Desk(desk.house, desk.path.rename(desk.path.with_name("renamed.xlsx")))
    for _ in range(2):  # it keeps saying so, after a refresh too
        [said] = [p for p in moved.problems() if p.code == "contract_elsewhere"]
        assert "FEW.xlsx" in said.line("en")
        moved.refresh()
    assert moved.publish().new
    assert "contract_elsewhere" not in {p.code for p in moved.problems()}


# --- the key --------------------------------------------------------------------------------------


def test_the_key_lies_beside_the_data_folder_and_is_private(tmp_path: Path) -> None:
    given_settings = settings_of(tmp_path / "data")
    one, two = signer(given_settings), signer(given_settings)
    file = tmp_path / "data-keys" / KEY_FILE
    assert (file.stat().st_mode & 0o777, one.public) == (0o600, two.public)
    assert [found.name for found in file.parent.iterdir()] == [KEY_FILE]
    secret = file.read_text()
    assert secret not in repr(one)
    assert secret not in str(one)


def test_a_signature_holds_for_its_kind_data_and_key_only(tmp_path: Path) -> None:
    one, other = (signer(settings_of(tmp_path / name / "data")) for name in ("a", "b"))
    signature = one.sign("contract 1", b"text")
    assert is_signed("contract 1", b"text", signature, one.public)
    assert not is_signed("seal 1", b"text", signature, one.public)
    assert not is_signed("contract 1", b"texT", signature, one.public)
    assert not is_signed("contract 1", b"text", signature, other.public)
    assert not is_signed("contract 1", b"text", signature, b"short")
    assert key_id(one.public) != key_id(other.public)


def test_a_key_that_others_may_read_or_that_is_damaged_is_refused(tmp_path: Path) -> None:
    given_settings = settings_of(tmp_path / "data")
    signer(given_settings)
    file = tmp_path / "data-keys" / KEY_FILE
    file.chmod(0o644)
    with pytest.raises(ToldError, match="can be read by others"):
        signer(given_settings)
    file.chmod(0o600)
    file.write_text("not base64!")
    with pytest.raises(ToldError, match="damaged"):
        signer(given_settings)


def test_a_switch_waits_until_it_is_signed_and_the_card_shows_what_counts(desk: Desk) -> None:
    """Return rate by orders instead of units: number, card and version move on signing."""
    desk.publish()
    desk.refresh()
    before, shown = desk.scores(), actuals_of(desk, "return_rate")
    assert None not in shown.values()
    desk.type("tblKpi", "switches", "basis orders", metric="return_rate")
    desk.refresh()
    assert (desk.scores(), actuals_of(desk, "return_rate")) == (before, shown)
    row = desk.row("tblKpi", metric="return_rate")
    assert str(row.value("includes")).startswith("unit basis")
    assert str(row.value("check")).startswith("… not published, the published definition still")
    assert "order basis: orders with a return over orders" in str(row.value("check"))
    log = [str(one.value("what")) for one in desk.table("tblLog").rows]
    assert any("orders_returned" in line for line in log if "not published" in line)
    desk.publish(exception="Orders are what we agreed", approver="CEO")
    desk.refresh()
    after = actuals_of(desk, "return_rate")
    assert {key for key, value in after.items() if value == shown[key]} == set()
    row = desk.row("tblKpi", metric="return_rate")
    assert str(row.value("includes")).startswith("order basis: orders with a return over orders")
    assert row.value("check") == "●"
    assert str(row.value("version")).startswith("v2 ")


def actuals_of(desk: Desk, kpi: str) -> dict[str, CellValue | ErrorValue]:
    """What the scored lines of a KPI show, by item."""
    rows = ((str(row.value("item")), row.value("actual")) for row in desk.table("tblScore").rows)
    return {item: value for item, value in rows if item.endswith(f"｜{kpi}")}
