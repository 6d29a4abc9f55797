"""Every command of the workbook: its JSON parses, its exit code is the one that scripts rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync_service.cli import main
from sync_service.console import Exit
from sync_service.refresh import look
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import Folder, copied, house_at, order_of


@pytest.fixture(scope="module")
def mine(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Folder:
    return copied(road, tmp_path_factory.mktemp("cli") / "road", "FEW", "HY")


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--home", str(home), *words, "--json"])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert said["exit"] == code
    return code, said


def test_init_makes_a_book_and_refuses_to_replace_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "new.xlsx"
    code, said = run(capsys, tmp_path / "data", "init", str(book), "--language", "zh")
    assert (code, said["book"], book.exists()) == (Exit.OK, str(book), True)
    code, said = run(capsys, tmp_path / "data", "init", str(book))
    assert (code, "--force" in said["error"]) == (Exit.REFUSED, True)


@pytest.mark.parametrize("name", ["new.xls", "new.csv", "new"])
def test_init_makes_no_book_that_would_not_open(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, tmp_path / "data", "init", str(tmp_path / name))
    assert (code, "ends in .xlsx" in said["error"]) == (Exit.REFUSED, True)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("command", ["check", "refresh", "reconcile"])
def test_a_book_that_is_not_there_is_refused_with_the_mend(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, tmp_path / "data", command, str(tmp_path / "no.xlsx"))
    assert (code, "init" in said["error"]) == (Exit.REFUSED, True)


def test_check_finds_nothing_in_a_good_book(
    mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, mine.home, "check", str(mine.book("HY")))
    assert (code, said["problems"]) == (Exit.OK, [])


def test_status_lists_shops_streams_and_books(
    mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, mine.home, "status")
    assert code == Exit.OK
    assert "HY-AMZ-IT" in said["shops"]
    assert {"shop", "stream", "last", "next", "error"} <= set(said["streams"][0])
    assert str(mine.book("HY")) in said["books"] or said["books"]


def test_pause_and_resume_switch_all_writing(
    mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, mine.home, "pause", "wrong figures")
    assert (code, said["paused"]) == (Exit.OK, "wrong figures")
    assert run(capsys, mine.home, "status")[1]["paused"] == "wrong figures"
    code, said = run(capsys, mine.home, "resume")
    assert (code, said["paused"]) == (Exit.OK, "")


def test_reconcile_is_red_for_the_spoiled_shop_only(mine: Folder) -> None:
    """HY-AMZ-IT's own back office tells 3 % more than its orders."""
    with house_at(mine.home) as house:
        compared = look(house, order_of(house, mine.book("HY"))).compared
    greens = {one.shop: one.green for one in compared}
    assert [shop for shop, green in greens.items() if green is False] == ["HY-AMZ-IT"]
    assert all(greens[shop] for shop in ("HY-AMZ-US", "HY-AMZ-DE", "HY-AMZ-FR"))


def test_reconcile_answers_scripts(mine: Folder, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, mine.home, "reconcile", str(mine.book("HY")))
    assert code in {Exit.OK, Exit.FOUND}
    assert {one["shop"] for one in said["shops"]} >= {"HY-AMZ-IT", "HY-SHP-US"}


def address(mine: Folder, table: str, column: str) -> tuple[str, Any]:
    one = XlsxPort(mine.book("HY")).read().tables[table]
    cell = one.rows[0].cells[column]
    return f"{one.sheet}!{cell.address}", cell.value


@pytest.mark.parametrize(
    ("table", "column"), [("tblScore", "actual"), ("tblActual", "value"), ("tblShop", "net_sales")]
)
def test_explain_tells_where_a_written_value_comes_from(
    table: str, column: str, mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    place, value = address(mine, table, column)
    code, said = run(capsys, mine.home, "explain", str(mine.book("HY")), place)
    assert code == Exit.OK
    assert (said["table"], said["value"]) == (table, value)
    assert said["computed"] == value
    assert said["streams"]
    assert said["facts"]
    assert said["definition"]


def test_explain_says_that_a_target_was_typed(
    mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    place, _ = address(mine, "tblTarget", "m10")
    main(["--home", str(mine.home), "--lang", "en", "explain", str(mine.book("HY")), place])
    assert "typed by the manager" in capsys.readouterr().out


def test_explain_refuses_a_cell_outside_the_tables(
    mine: Folder, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = run(capsys, mine.home, "explain", str(mine.book("HY")), "Today!ZZ99")
    assert (code, "none of our tables" in said["error"]) == (Exit.REFUSED, True)
