"""`import` and `watch` as a person and a script use them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sync_service.cli import main
from sync_service.clock import SystemClock
from sync_service.imports.unit_costs import known_costs
from tests.imports_support import house_at, value, write

COSTS = (
    "SKU,品类,采购成本(元),头程运费(元),生效日期\n"
    "0012,户外,77.42,13.94,2026-01-01\n0012,户外,80,14,2026-06-01\n"
)
TABLE = "日期,店铺,差评数,备注\n2026-10-01,AMZ-DE,2,x\n2026-10-01,SHP-US,1,y\n"
MAPPING = (
    '[columns]\ndate = "日期"\nshop_column = "店铺"\n[measures]\n"差评数" = "reviews_negative"\n'
)
FOREIGN = "Zutat,Menge\nMehl,500 g\nZucker,200 g\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with three shops and no facts."""
    with house_at(tmp_path / "data"):
        return tmp_path / "data"


def run(
    capsys: pytest.CaptureFixture[str], home: Path, *words: str | Path
) -> tuple[int, dict[str, Any]]:
    """Exit code and the one JSON object on standard output."""
    capsys.readouterr()
    code = main(["--json", "--lang", "en", "--home", str(home), *map(str, words)])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert found["exit"] == code
    return code, found


def bad_reviews(home: Path) -> Decimal | int | None:
    with house_at(home) as house:
        return value(house, "file.mapped", "AMZ-DE", "2026-10-01", "reviews_negative")


def costs_of(home: Path) -> int:
    with house_at(home) as house:
        return len(known_costs(house.store))


def test_a_unit_cost_file_is_imported_once(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "costs.csv", COSTS, "gbk")
    code, said = run(capsys, home, "import", path)
    [one] = said["files"]
    assert (code, one["state"], one["layout"], one["costs"]) == (0, "imported", "unit_costs", 2)
    assert (one["encoding"], one["refused"], costs_of(home)) == ("gb18030", [], 2)
    code, said = run(capsys, home, "import", path)
    assert (code, said["files"][0]["state"]) == (0, "unchanged")


def test_a_mapped_file_is_tried_first_and_then_imported(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    path, mapping = write(tmp_path / "own.csv", TABLE), write(tmp_path / "own.toml", MAPPING)
    words = ("import", path, "--mapping", mapping)
    code, said = run(capsys, home, *words, "--dry-run")
    [one] = said["files"]
    assert (code, one["state"]) == (0, "dry_run")
    assert [change["shop"] for change in one["changes"]] == ["AMZ-DE", "SHP-US"]
    assert bad_reviews(home) is None
    code, said = run(capsys, home, *words)
    assert (code, said["files"][0]["state"], bad_reviews(home)) == (0, "imported", 2)


def test_a_foreign_file_is_refused_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    foreign = write(tmp_path / "cake.csv", FOREIGN)
    costs = write(tmp_path / "costs.csv", COSTS)
    code, said = run(capsys, home, "import", foreign, costs)
    assert (code, [one["state"] for one in said["files"]]) == (3, ["refused", "imported"])
    assert "cake.csv" in said["files"][0]["error"]
    assert costs_of(home) == 2


def test_a_row_that_cannot_be_a_fact_is_listed_and_the_exit_code_says_so(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "own.csv", TABLE + "2026-10-02,NO-SHOP,1,z\n")
    mapping = write(tmp_path / "own.toml", MAPPING)
    code, said = run(capsys, home, "import", path, "--mapping", mapping)
    [one] = said["files"]
    assert (code, [row["row"] for row in one["refused"]]) == (1, [4])
    assert Path(one["report"]).is_file()
    assert bad_reviews(home) == 2


def test_what_is_dropped_is_imported_or_refused_and_moved(
    capsys: pytest.CaptureFixture[str],
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)  # five seconds between two looks
    drop = tmp_path / "drop"
    drop.mkdir()
    write(drop / "own.csv", TABLE)
    write(drop / "own.mapping.toml", MAPPING)
    write(drop / "cake.csv", FOREIGN)
    code, said = run(capsys, home, "watch", drop, "--once")
    states = {one.get("file"): one["state"] for one in said["files"]}
    assert (code, states) == (3, {"cake.csv": "refused", "own.csv": "imported"})
    assert (drop / "done" / "own.csv").is_file()
    assert "cake.csv" in (drop / "refused" / "cake.csv.txt").read_text(encoding="utf-8")
    assert bad_reviews(home) == 2


@pytest.mark.parametrize(
    "words", [("--period", "2026-13-01"), ("--period", "2026-10-02:2026-10-01")]
)
def test_a_period_that_is_none_is_a_wrong_command_line(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path, words: tuple[str, str]
) -> None:
    path = write(tmp_path / "costs.csv", COSTS)
    code, said = run(capsys, home, "import", path, *words)
    assert (code, words[1] in said["error"]) == (2, True)
