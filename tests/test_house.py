"""Imports point down only: sync_service -> sheet_templates -> kpi; addin -> layout and kpi."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

MAY_IMPORT = {
    "kpi": {"kpi"},
    "sheet_templates": {"sheet_templates", "kpi"},
    "sync_service": {"sync_service", "sheet_templates", "kpi"},
    "addin": {"addin", "sheet_templates", "kpi"},
}
OURS = set(MAY_IMPORT)
PURE_BANS = {
    "httpx",
    "flask",
    "sqlalchemy",
    "duckdb",
    "deltalake",
    "pandas",
    "socket",
    "os",
    "time",
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def upward(folder: str, names: set[str]) -> set[str]:
    return {n for n in names if n.split(".")[0] in OURS - MAY_IMPORT[folder]}


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_no_import_points_up(folder: str) -> None:
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / folder).rglob("*.py")
        for name in upward(folder, set(imports(path)))
    }
    assert not found


def test_the_check_sees_an_import_that_points_up() -> None:
    assert upward("kpi", {"sync_service.facts", "kpi.model"}) == {"sync_service.facts"}


def test_the_domain_does_no_input_or_output() -> None:
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / "kpi").rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] in PURE_BANS
    }
    assert not found


def modules() -> dict[str, set[str]]:
    files = [p for folder in OURS for p in (ROOT / folder).rglob("*.py")]
    names = {".".join(p.relative_to(ROOT).with_suffix("").parts): p for p in files}
    return {name: set(imports(path)) & set(names) for name, path in names.items()}


def circle(graph: dict[str, set[str]]) -> list[str]:
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            found = walk(other, [*trail, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := walk(name, []))), [])


def test_there_is_no_import_circle() -> None:
    assert circle(modules()) == []


def test_the_check_sees_a_circle() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def test_connectors_know_neither_the_store_nor_each_other() -> None:
    folder = ROOT / "sync_service" / "connectors"
    platforms = {"amazon", "shopify"}
    for path in folder.glob("*.py"):
        own = path.stem.split("_")[0]
        names = set(imports(path))
        assert not names & {"sync_service.facts", "sync_service.refresh"}, path.name
        strangers = {n for n in names for p in platforms - {own} if f"connectors.{p}" in n}
        assert own not in platforms or not strangers, path.name
