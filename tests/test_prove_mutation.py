"""Mutation: break one operator or constant at a time, and most breaks must turn a test red.

A campaign of `bootstrap.py prove`. Mutants that no input can tell apart exist (a `>` that is never
reached at equality), hence a share and not all.
"""

from __future__ import annotations

import ast
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

SEED = 20261022
EACH = 24  # mutants of a module
LEAST = 0.85
CASES = {
    "kpi/numbers.py": ["tests/test_kpi_language_values.py", "tests/test_kpi_scoring_methods.py"],
    "kpi/scoring.py": ["tests/test_kpi_scoring_cards.py", "tests/test_kpi_scoring_methods.py"],
    "kpi/totals.py": ["tests/test_totals.py"],
    "kpi/breaches.py": ["tests/test_kpi_breaches.py"],
    "kpi/money.py": ["tests/test_kpi_money.py"],
    "kpi/organisation.py": ["tests/test_organisation.py"],
}
SWAPS: dict[type[ast.AST], ast.AST] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.And: ast.Or(),
    ast.Or: ast.And(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
}


def places(tree: ast.AST) -> int:
    """How many single changes the tree allows."""
    return sum(_can_change(node) for node in ast.walk(tree))


def _can_change(node: ast.AST) -> bool:
    number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
    return type(node) in SWAPS or number


def mutant(source: str, which: int) -> str:
    """The source with its `which`-th changeable place changed."""
    tree = ast.parse(source)
    seen = -1
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            for at, node in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(node, ast.AST) or not _can_change(node):
                    continue
                seen += 1
                if seen == which:
                    _change(parent, name, value, at, node)
                    return ast.unparse(tree)
    raise AssertionError(which)


def _change(parent: ast.AST, name: str, value: object, at: int, node: ast.AST) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        node.value = node.value + 1
    elif isinstance(value, list):
        value[at] = SWAPS[type(node)]
    else:
        setattr(parent, name, SWAPS[type(node)])


def test_a_mutant_is_one_change() -> None:
    assert mutant("a = b + 1 < c", 0) != mutant("a = b + 1 < c", 1)
    assert places(ast.parse("a = b + 1 < c")) == 3


def survives(copy: Path, tests: list[str]) -> bool:
    """Whether the tests stay green over a copy of the project with a mutant in it."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests],
        cwd=copy,
        capture_output=True,
        timeout=300,
        check=False,
    )
    return done.returncode == 0


@pytest.mark.prove
@pytest.mark.parametrize("module", sorted(CASES))
def test_most_mutants_are_found(module: str, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    for folder in ("kpi", "tests", "sheet_templates", "sync_service"):
        ignored = shutil.ignore_patterns("__pycache__", "pictures", "*.xlsx")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = (ROOT / module).read_text(encoding="utf-8")
    assert not (lost := [t for t in CASES[module] if not (ROOT / t).exists()]), lost
    assert survives(copy, CASES[module]), "the tests are red without a mutant"
    chosen = list(range(places(ast.parse(source))))
    random.Random(SEED).shuffle(chosen)
    alive = []
    for which in chosen[:EACH]:
        (copy / module).write_text(mutant(source, which), encoding="utf-8")
        if survives(copy, CASES[module]):
            alive.append(which)
    tried = min(EACH, len(chosen))
    assert len(alive) <= (1 - LEAST) * tried, f"{module}: mutants {alive} of {tried} live"
