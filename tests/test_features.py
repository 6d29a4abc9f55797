"""The list of requirements names each one once, and only tests that there are."""

from __future__ import annotations

import re

import pytest

from tests.paths import NO_SHARED, ROOT, SHARED

LIST = ROOT / "docs" / "features.md"
PARTS = {"main", "domain", "excel", "google"}
ROW = re.compile(r"^\| ((?:[SG]\d+ ?)+)\| (.+) \| (.+) \|$", re.MULTILINE)


def rows() -> list[tuple[list[str], str]]:
    """The ids and the tests of each line."""
    found = ROW.findall(LIST.read_text(encoding="utf-8"))
    return [(ids.split(), tests) for ids, _, tests in found]


def test_every_test_of_the_list_is_there() -> None:
    named = {name for _, tests in rows() for name in tests.split(", ")}
    assert [name for name in sorted(named) if not (ROOT / "tests" / f"{name}.py").exists()] == []


def test_each_requirement_of_these_parts_stands_there_once() -> None:
    if SHARED is None:
        pytest.skip(NO_SHARED)
    text = (SHARED / "FEATURES.md").read_text(encoding="utf-8")
    lines = (line.split("|") for line in text.splitlines() if line.startswith("| "))
    wanted = [cells[1].strip() for cells in lines if cells[-2].strip() in PARTS]
    stated = [one for ids, _ in rows() for one in ids]
    mine = [one for one in stated if one.startswith("S")]
    assert sorted(mine) == sorted(one for one in wanted if one.startswith("S"))


def test_each_requirement_of_google_stands_there_once() -> None:
    if SHARED is None:
        pytest.skip(NO_SHARED)
    text = (SHARED / "FEATURES.md").read_text(encoding="utf-8")
    known = set(re.findall(r"^\| (G\d+) \|", text, re.MULTILINE))
    stated = [one for ids, _ in rows() for one in ids if one.startswith("G")]
    assert len(stated) == len(set(stated))
    assert set(stated) == known
