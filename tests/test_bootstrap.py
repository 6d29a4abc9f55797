"""The start file: its lock is whole, its commands are known, a second start installs nothing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import bootstrap
from tests.branches import DRIVES
from tests.paths import ROOT

GIVEN = ("xlwings", "gspread", "google-auth", "pandas", "flask", "openpyxl")


def pinned(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_all_that_is_asked_for(name: str) -> None:
    asked = (ROOT / f"{name}.in").read_text(encoding="utf-8").split()
    names = {word.lower() for word in asked if not word.startswith(("-", "requirements"))}
    assert names - pinned(f"{name}.txt").keys() == set()


def test_every_pin_has_a_hash_and_none_names_an_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.split(r"\n(?=[a-z0-9-]+==)", text)[1:]
        assert blocks
        assert all("--hash=sha256:" in block for block in blocks)
        assert "://" not in text


def test_the_given_packages_are_dependencies() -> None:
    assert set(GIVEN) <= pinned("requirements.txt").keys()


def test_the_start_file_uses_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"))
    modules = {
        n.name for node in ast.walk(tree) if isinstance(node, ast.Import) for n in node.names
    }
    modules |= {
        node.module.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
    }
    assert modules <= set(sys.stdlib_module_names)


def test_an_unknown_command_shows_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "bootstrap.py", "dmeo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "bootstrap.py demo" in done.stdout


def test_a_second_start_installs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python, stamp = tmp_path / "python", tmp_path / "installed.txt"
    python.touch()
    stamp.write_text(bootstrap._stamp("requirements.txt"), encoding="utf-8")
    monkeypatch.setattr(bootstrap, "PYTHON", python)
    monkeypatch.setattr(bootstrap, "STAMP", stamp)
    monkeypatch.setattr(bootstrap, "run", lambda *_, **__: pytest.fail("it installed again"))
    bootstrap.install("requirements.txt")
    with pytest.raises(BaseException, match="it installed again"):
        bootstrap.install("requirements-dev.txt")


def test_the_readmes_name_the_two_commands() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "python3 bootstrap.py demo" in text
        assert "python3 bootstrap.py test" in text
        for picture in re.findall(r"\]\((docs/[^)]+)\)", text):
            assert (ROOT / picture).exists(), picture
    assert "bootstrap.py test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_whole_suite_must_reach_every_branch_and_a_choice_of_it_need_not() -> None:
    assert "--cov" in bootstrap.steps([])[-1]
    assert "--cov" not in bootstrap.steps(["-k", "acos"])[-1]
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    coverage = settings["tool"]["coverage"]
    assert "kpi" in coverage["run"]["source_pkgs"]
    assert (coverage["run"]["branch"], coverage["report"]["fail_under"]) == (True, 100)


def test_every_test_of_the_domain_counts_for_the_branches() -> None:
    """Only what drives the service does not; a new file counts unless it is named so."""
    files = {path.name for path in (ROOT / "tests").glob("test_*.py")}
    counted = {name for name in files if DRIVES.fullmatch(name) is None}
    domain = {name for name in files if name.startswith("test_kpi_")}
    assert domain | {"test_book.py", "test_road_checks.py", "test_scorecards.py"} <= counted
    assert counted.isdisjoint({"test_cli.py", "test_road_today.py", "test_sandbox_world.py"})


def test_what_counts_is_traced_wherever_the_suite_is(request: pytest.FixtureRequest) -> None:
    plugin = request.config.pluginmanager.getplugin("_cov")
    asked = bool(plugin and plugin.cov_controller)
    assert (sys.gettrace() is not None) == asked
