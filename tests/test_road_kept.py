"""What a person typed survives a refresh; values typed over are reported; a pause stops writing."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kpi.tables import Cell, ErrorValue
from sync_service import control
from sync_service.filling.everything import patches
from sync_service.house import House
from sync_service.refresh import PAUSE, Outcome, Seen, look, units_shipped
from sync_service.workbooks.areas import position
from sync_service.workbooks.port import TablePatch
from sync_service.workbooks.setting import Assignment
from sync_service.workbooks.values import Written
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import (
    SEEN,
    WORLD,
    Folder,
    commit,
    copied,
    facts_of,
    house_at,
    order_of,
    refresh_book,
)

ITEM = "2026-10｜OPS5｜US｜net_sales"
COMMENT = "=1+1 is what a person may write"


@pytest.fixture
def mine(road: Folder, tmp_path: Path) -> Folder:
    return copied(road, tmp_path / "road", "FEW")


@pytest.fixture
def house(mine: Folder) -> Iterator[House]:
    with house_at(mine.home) as opened:
        yield opened


def refreshed(house: House, mine: Folder) -> Outcome:
    return refresh_book(house, mine.book("FEW"), "never")


def found(mine: Folder, table: str, key: str, column: str) -> tuple[str, Cell]:
    """Tab and cell of the first row whose first column holds the key."""
    one = XlsxPort(mine.book("FEW")).read().tables[table]
    row = next(r for r in one.rows if r.value(one.columns[0]) == key)
    return one.sheet, row.cells[column]


def typed(mine: Folder, table: str, key: str, column: str, value: Written) -> None:
    """What a person does in a spreadsheet program."""
    sheet, cell = found(mine, table, key, column)
    at = position(cell.address)
    assert at is not None
    port = XlsxPort(mine.book("FEW"), recalculate="never")
    port.set([Assignment(sheet, *at, value)], port.read().fingerprint)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def test_a_second_refresh_with_nothing_new_writes_nothing(house: House, mine: Folder) -> None:
    before = mine.book("FEW").stat()
    outcome = refreshed(house, mine)
    assert (outcome.state, outcome.report) == ("unchanged", None)
    after = mine.book("FEW").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_notes_and_what_if_values_stay_where_they_were_typed(house: House, mine: Folder) -> None:
    typed(mine, "tblTeam", "OPS5", "comment", COMMENT)
    typed(mine, "tblScore", ITEM, "try_target", 12345.0)
    assert refreshed(house, mine).state == "written"
    assert found(mine, "tblTeam", "OPS5", "comment")[1].value == COMMENT
    assert found(mine, "tblScore", ITEM, "try_target")[1].value == 12345.0


def test_a_refresh_after_new_facts_leaves_other_parts_alone(house: House, mine: Folder) -> None:
    before = parts(mine.book("FEW"))
    halved(house)
    outcome = refreshed(house, mine)
    assert outcome.report is not None
    after = parts(mine.book("FEW"))
    changed = {name for name in before if before[name] != after[name]}
    assert changed
    assert changed <= set(outcome.report.parts_changed)
    assert set(before) - set(after) <= {"xl/calcChain.xml"}
    assert "xl/styles.xml" not in changed


def halved(house: House) -> None:
    """The platform restates October: half of the sales of one shop are gone."""
    rows = facts_of(WORLD.shop("HY-SHP-US"), "shopify.orders")
    kept = rows.filter([n % 2 == 0 or sku == "*" for n, sku in enumerate(rows["sku"].to_pylist())])
    commit(house, "HY-SHP-US", "shopify.orders", SEEN, kept)


def test_restated_facts_move_the_value_and_its_facts_id(house: House, mine: Folder) -> None:
    wanted = ("actual", "facts")
    before = [found(mine, "tblScore", ITEM, column)[1].value for column in wanted]
    other = found(mine, "tblScore", "2026-10｜OPS6｜EU｜net_sales", "actual")[1].value
    halved(house)
    refreshed(house, mine)
    after = [found(mine, "tblScore", ITEM, column)[1].value for column in wanted]
    assert isinstance(before[0], float)
    assert isinstance(after[0], float)
    assert after[0] < before[0]
    assert after[1] != before[1]
    assert found(mine, "tblScore", "2026-10｜OPS6｜EU｜net_sales", "actual")[1].value == other


def test_what_is_kept_between_refreshes_is_what_is_computed_anew(
    house: House, mine: Folder
) -> None:
    """After new facts of one shop, the same house and one that remembers nothing say the same."""
    refreshed(house, mine)
    halved(house)
    order = order_of(house, mine.book("FEW"), "never")
    kept = look(house, order)
    with house_at(mine.home) as other:
        anew = look(other, order)
        others = {one.table: one.rows for one in offered(other, anew)}
    for one in offered(house, kept):
        assert one.rows == others[one.table], one.table


def offered(house: House, seen: Seen) -> tuple[TablePatch, ...]:
    """Every row that the service fills."""
    units = units_shipped(house, seen.done.book, seen.done.given.now)
    return patches(seen.done, seen.problems, seen.compared, units, seen.contents.tables)


def test_a_typed_over_actual_is_reported_kept_and_never_scored(house: House, mine: Folder) -> None:
    ours = found(mine, "tblScore", ITEM, "actual")[1].value
    score = found(mine, "tblScore", ITEM, "counted")[1].value
    typed(mine, "tblScore", ITEM, "actual", 999.0)
    outcome = refreshed(house, mine)
    sheet, cell = found(mine, "tblScore", ITEM, "actual")
    [report] = [p for p in outcome.problems if p.code == "typed_over"]
    assert (report.place.sheet, report.place.cell) == (sheet, cell.address)
    assert str(ours) in report.what["en"]
    assert str(ours) in report.what["zh"]
    assert cell.value == 999.0
    assert found(mine, "tblScore", ITEM, "counted")[1].value == score
    state = str(found(mine, "tblScore", ITEM, "data_state")[1].value)
    assert state == f"≠ Typed over Actual {ours}"
    log = XlsxPort(mine.book("FEW")).read().tables["tblLog"]
    assert any(cell.address in str(row.value("where")) for row in log.rows)


def test_emptying_a_typed_over_cell_gives_the_value_back(house: House, mine: Folder) -> None:
    ours = found(mine, "tblScore", ITEM, "actual")[1].value
    state = found(mine, "tblScore", ITEM, "data_state")[1].value
    typed(mine, "tblScore", ITEM, "actual", 999.0)
    refreshed(house, mine)
    typed(mine, "tblScore", ITEM, "actual", None)
    outcome = refreshed(house, mine)
    assert not [p for p in outcome.problems if p.code == "typed_over"]
    assert found(mine, "tblScore", ITEM, "actual")[1].value == ours
    assert found(mine, "tblScore", ITEM, "data_state")[1].value == state


def test_a_pause_writes_its_banner_and_nothing_else(house: House, mine: Folder) -> None:
    tables = XlsxPort(mine.book("FEW")).read().tables
    halved(house)
    control.set_setting(house.store, PAUSE, "wrong figures")
    assert refreshed(house, mine).state == "paused"
    contents = XlsxPort(mine.book("FEW")).read()
    assert contents.names["nmPaused"] == "wrong figures"
    for name, table in contents.tables.items():
        assert values(table.rows) == values(tables[name].rows), name
    control.set_setting(house.store, PAUSE, "")
    assert refreshed(house, mine).state == "written"
    assert not XlsxPort(mine.book("FEW")).read().names["nmPaused"]


def values(rows: tuple[object, ...]) -> list[object]:
    """Typed and written cells; what formulas show hangs on who calculated last."""
    return [
        {code: cell.value for code, cell in row.cells.items() if not cell.formula}  # type: ignore[attr-defined]
        for row in rows
    ]


def test_a_deleted_file_of_the_book_is_refreshed_anew(house: House, mine: Folder) -> None:
    """A manager puts yesterday's copy back: the service sees it and fills it again."""
    shutil.copy(mine.book("FEW"), mine.root / "yesterday.xlsx")
    typed(mine, "tblTeam", "OPS5", "comment", "today")
    refreshed(house, mine)
    shutil.copy(mine.root / "yesterday.xlsx", mine.book("FEW"))
    assert refreshed(house, mine).state == "written"
    comment = found(mine, "tblTeam", "OPS5", "comment")[1].value
    assert comment is None or isinstance(comment, ErrorValue) or comment == ""
