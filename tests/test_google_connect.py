"""`google connect`: a key for one spreadsheet, shown once; a list; taken away again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sync_service.cli import main
from sync_service.console import Exit
from tests.apps_script_support import ADDRESS, SHEET

LINK = f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=0"


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, dict[str, Any]]:
    code = main(["--home", str(home), "google", "connect", *words, "--json"])
    said: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, said


def test_a_key_is_made_replaced_listed_and_taken_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "data"
    code, first = run(capsys, home, LINK, "--address", f"{ADDRESS}/")
    assert (code, first["sheet"], first["scope"]) == (Exit.OK, SHEET, "write")
    address, _, key = first["code"].partition("#")
    assert (address, len(key)) == (ADDRESS, 43)
    code, second = run(capsys, home, SHEET, "--read-only")  # the address is known
    assert (code, second["address"], second["scope"]) == (Exit.OK, ADDRESS, "read")
    assert second["code"] != first["code"]
    code, listed = run(capsys, home)
    assert listed["sheets"] == [{"sheet": SHEET, "address": ADDRESS, "scope": "read"}]
    assert key not in json.dumps(listed)
    assert run(capsys, home, SHEET, "--remove")[1]["removed"] is True
    assert run(capsys, home)[1]["sheets"] == []
    code, said = run(capsys, home, SHEET, "--remove")
    assert (code, "not connected" in said["error"]) == (Exit.REFUSED, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param((SHEET,), "Give --address", id="no address yet"),
        pytest.param((SHEET, "--address", "http://a.example"), "write https://", id="no https"),
        pytest.param(("what?", "--address", ADDRESS), "no Google spreadsheet", id="no spreadsheet"),
    ],
)
def test_what_is_missing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    code, said = run(capsys, tmp_path / "data", *words)
    assert code == Exit.REFUSED
    assert sentence in said["error"]


@pytest.mark.parametrize(
    ("language", "step"), [("zh", "连接码：https://"), ("en", "Code: https://")]
)
def test_the_steps_are_told_in_both_languages(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, step: str
) -> None:
    for again in (False, True):
        words = ["google", "connect", SHEET, "--address", ADDRESS, "--lang", language]
        assert main(["--home", str(tmp_path / "data"), *words]) == Exit.OK
        said = capsys.readouterr().out
        assert step in said
        replaced = "先前的密钥已失效" if language == "zh" else "opens nothing any more"
        assert (replaced in said) is again
