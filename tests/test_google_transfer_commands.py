"""`google create`, `export`, `import`, `upgrade`, `rebuild` as a person types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sync_service.cli import main
from sync_service.console import Exit
from sync_service.google.transfer.common import common
from sync_service.google.transfer.xlsx_reading import read_xlsx
from tests.google_house import MANAGER, Google, google
from tests.google_transfer_support import SHIPPED, apart, shipped

__all__ = ["google"]

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def run(google: Google, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command line of the installation whose Google is the stand-in."""
    monkeypatch.setenv("LINKSTAR_HOME", str(google.house.settings.home))
    monkeypatch.setenv("LINKSTAR_LOOPBACK", f"127.0.0.1:{google.handle.port}")
    monkeypatch.setenv("LINKSTAR_OPTION_GOOGLE", google.handle.base)

    def one(*words: str) -> tuple[int, dict[str, Any], str]:
        code = main(["google", *words, "--json"])
        shown = capsys.readouterr()
        return code, json.loads(shown.out), shown.err

    return one


@pytest.fixture(scope="module")
def made() -> list[str]:
    """Ids of what earlier tests made."""
    return []


def test_create_makes_a_spreadsheet_and_shares_it(
    run: Run, made: list[str], google: Google
) -> None:
    words = ("create", "--edition", "partner", "--language", "en", "--title", "P")
    code, said, _ = run(*words, "--share", MANAGER)
    assert (code, said["requests"]) == (Exit.OK, 2)
    assert said["link"] == f"https://docs.google.com/spreadsheets/d/{said['sheet']}/edit"
    assert {"print", "rule_number"} <= {one["kind"] for one in said["differences"]}
    assert google.handle.store.files[said["sheet"]].role(MANAGER) > 0
    made.append(said["sheet"])


def test_export_writes_a_workbook_and_refuses_to_replace_one(
    run: Run, made: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "out.xlsx"
    code, said, _ = run("export", made[0], str(target))
    assert (code, said["file"]) == (Exit.OK, str(target))
    again, _ = common(read_xlsx(target.read_bytes(), target.name))
    assert apart(shipped("partner-en")[0], again) == []
    code, said, _ = run("export", made[0], str(target))
    assert (code, "--force" in said["error"]) == (Exit.REFUSED, True)
    code, said, _ = run("export", made[0], str(tmp_path / "out.csv"))
    assert (code, ".xlsx" in said["error"]) == (Exit.REFUSED, True)


def test_import_makes_one_of_any_workbook(run: Run, tmp_path: Path) -> None:
    code, said, _ = run("import", str(SHIPPED / "partner-zh.xlsx"))
    assert (code, said["requests"]) == (Exit.OK, 2)
    code, said, _ = run("import", str(tmp_path / "no.xlsx"))
    assert (code, "does not exist" in said["error"]) == (Exit.REFUSED, True)


def test_upgrade_and_rebuild_say_what_they_did(run: Run, made: list[str], google: Google) -> None:
    code, said, _ = run("upgrade", made[0])
    assert (code, said["done"]) == (Exit.OK, [])
    sheets = google.client.get(made[0], "sheets(properties(sheetId,title))")["sheets"]
    number = next(s["properties"]["sheetId"] for s in sheets if s["properties"]["title"] == "Shops")
    google.client.batch_update(made[0], [{"deleteSheet": {"sheetId": number}}])
    code, said, _ = run("rebuild", made[0], "--tab", "shops")
    assert (code, said["done"][0]) == (Exit.OK, {"kind": "tab", "sheet": "Shops", "what": ""})
    code, said, _ = run("rebuild", made[0], "--tab", "shops")
    assert (code, "still there" in said["error"]) == (Exit.REFUSED, True)


def test_an_unknown_language_of_the_purpose_is_no_word(run: Run) -> None:
    code, said, _ = run("create", "--purpose", "unknown")
    assert code == Exit.USAGE
    assert "error" in said


def test_a_manager_book_takes_its_purpose(run: Run, google: Google) -> None:
    code, said, _ = run("create", "--purpose", "agency", "--language", "en", "--mode", "basic")
    assert code == Exit.OK
    fields = "sheets(properties(title,hidden))"
    sheets = google.client.get(said["sheet"], fields)["sheets"]
    shown = {one["properties"]["title"]: not one["properties"].get("hidden") for one in sheets}
    assert (shown["Today"], shown["Team"], shown["Agency terms"]) == (True, False, True)
