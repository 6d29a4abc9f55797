"""`google demo`: the commands of Google Sheets as somebody without an account sees them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kpi.model import Language
from sheet_templates.build import build
from sync_service.cli import main
from sync_service.clock import FakeClock
from sync_service.commands.demo import BOOKS
from sync_service.console import Exit
from sync_service.google.accounts import ACCOUNT
from sync_service.house import open_house
from sync_service.sandbox.books import book_start
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import COMPANIES, fill, settings_of

NAMES: dict[Language, str] = {language: name for _, language, name in BOOKS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `demo` leaves behind, of its smallest company."""
    root = tmp_path_factory.mktemp("demo")
    world, code, _ = COMPANIES["FEW"]
    build(root / NAMES["en"], "manager", "en", book_start(world, code, "en"))
    with open_house(settings_of(root / "data"), FakeClock(SANDBOX_NOW)) as house:
        fill(house, world.shops)
        house.secrets.put(ACCOUNT, {"info": "{}", "address": "mine@team.example"})
    return root


def test_every_command_is_shown_and_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["google", "demo", "--folder", str(folder), "--lang", "en", "--json"]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    kinds = [step["command"][0] for step in said["steps"]]
    assert kinds == ["create", "import", "refresh", "share", "rights", "export"]
    by_kind = dict(zip(kinds, said["steps"], strict=True))
    assert by_kind["rights"]["given"] == {"partner@agency.example": "writer"}
    assert by_kind["rights"]["drift"] == []
    assert by_kind["refresh"]["state"] == "written"
    rows = XlsxPort(Path(said["file"])).read().tables["tblScore"].rows
    assert "OPS6" in {row.value("person") for row in rows}
    assert "OPS5" not in {row.value("person") for row in rows}
    assert all(isinstance(row.value("score"), float) for row in rows)
    with open_house(settings_of(folder / "data")) as house:  # an account that was there stays
        assert house.secrets.get(ACCOUNT, "address") == "mine@team.example"


WRONG = [
    ("en", "Run `python -m sync_service demo` first"),
    ("zh", "请先运行 `python -m sync_service demo`"),
]


@pytest.mark.parametrize(("language", "said"), WRONG)
def test_without_the_demos_workbooks_it_says_what_to_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, said: str
) -> None:
    words = ["google", "demo", "--folder", str(tmp_path), "--lang", language]
    assert main(words) == Exit.REFUSED
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
