"""Mutation: break one operator, constant or sign at a time, and most breaks turn a test red.

A campaign of `bootstrap.py prove`, over every mutant of each module. Mutants that no input can
tell apart exist (a `>` that is never reached at equality), hence a share and not all.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.mutants import mutants
from tests.paths import ROOT

LEAST = 0.85
CASES = {
    "kpi/numbers.py": ["tests/test_kpi_numbers.py"],
    "kpi/scoring.py": ["tests/test_kpi_scoring_cards.py", "tests/test_kpi_scoring_methods.py"],
    "kpi/methods.py": ["tests/test_kpi_scoring_methods.py"],
    "kpi/missing.py": ["tests/test_kpi_scoring_missing.py"],
    "kpi/targets.py": ["tests/test_kpi_scoring_targets.py", "tests/test_kpi_target_months.py"],
    "kpi/month_shares.py": ["tests/test_kpi_target_months.py"],
    "kpi/target_gaps.py": ["tests/test_kpi_target_gaps.py"],
    "kpi/capacity.py": ["tests/test_kpi_capacity.py"],
    "kpi/target_parts.py": ["tests/test_kpi_target_parts.py"],
    "kpi/rolling.py": ["tests/test_kpi_rolling.py"],
    "kpi/apportion.py": ["tests/test_kpi_scoring_targets.py"],
    "kpi/totals.py": ["tests/test_totals.py"],
    "kpi/money.py": ["tests/test_kpi_money.py"],
    "kpi/breaches.py": ["tests/test_kpi_breaches.py"],
    "kpi/organisation.py": ["tests/test_organisation.py"],
}


def test_a_mutant_is_one_change_of_code_and_none_of_its_description() -> None:
    source = '"""Not 1 < 2."""\na = b + 1 < c\nd = "x - y"\n'
    assert [one.source.splitlines()[1] for one in mutants(source)] == [
        "a = b + 1 <= c",
        "a = b - 1 < c",
        "a = b + 2 < c",
    ]
    changed = [one.source.splitlines()[2] for one in mutants(source, formulas=True)]
    assert changed.count("d = 'x + y'") == 1


@pytest.mark.prove
@pytest.mark.parametrize("module", sorted(CASES))
def test_most_mutants_are_found(module: str) -> None:
    assert not (lost := [t for t in CASES[module] if not (ROOT / t).exists()]), lost
    command = [sys.executable, "-m", "tests.mutants", module, *CASES[module]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["tried"]
    assert len(found["alive"]) <= (1 - LEAST) * found["tried"], found
