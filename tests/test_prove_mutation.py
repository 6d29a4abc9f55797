"""Mutation: break one operator, constant or sign at a time, and most breaks turn a test red.

A campaign of `bootstrap.py prove`, over every mutant of each module. Mutants that no input can
tell apart exist (a `>` that is never reached at equality), hence a share and not all.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.mutants import mutants
from tests.paths import ROOT

LEAST = 0.85
CASES = {
    "kpi/numbers.py": ["tests/test_kpi_numbers.py"],
    "kpi/scoring.py": [
        "tests/test_kpi_scoring_bands.py",
        "tests/test_kpi_scoring_cards.py",
        "tests/test_kpi_scoring_methods.py",
    ],
    "kpi/methods.py": ["tests/test_kpi_scoring_methods.py"],
    "kpi/missing.py": ["tests/test_kpi_scoring_missing.py"],
    "kpi/targets.py": [
        "tests/test_kpi_scoring_targets.py",
        "tests/test_kpi_target_months.py",
        "tests/test_kpi_target_uplift.py",
    ],
    "kpi/month_shares.py": ["tests/test_kpi_target_months.py"],
    "kpi/target_gaps.py": ["tests/test_kpi_target_gaps.py"],
    "kpi/capacity.py": ["tests/test_kpi_capacity.py"],
    "kpi/target_parts.py": ["tests/test_kpi_target_parts.py", "tests/test_kpi_part_kinds.py"],
    "kpi/rolling.py": ["tests/test_kpi_rolling.py"],
    "kpi/apportion.py": ["tests/test_kpi_scoring_pay.py", "tests/test_kpi_scoring_targets.py"],
    "kpi/totals.py": ["tests/test_totals.py", "tests/test_totals_parts.py"],
    "kpi/money.py": ["tests/test_kpi_money.py"],
    "kpi/breaches.py": ["tests/test_kpi_breaches.py"],
    "kpi/organisation.py": ["tests/test_organisation.py"],
    "kpi/agency.py": ["tests/test_kpi_agency.py", "tests/test_agency_periods.py"],
    "kpi/agency_periods.py": ["tests/test_agency_periods.py"],
    "kpi/step_table.py": ["tests/test_kpi_step_table.py"],
    "kpi/weight_modes.py": ["tests/test_weight_modes.py"],
    "kpi/person_cards.py": ["tests/test_kpi_person_cards.py"],
    "kpi/child_targets.py": ["tests/test_kpi_child_targets.py"],
    "kpi/filings.py": ["tests/test_kpi_filings.py"],
    "kpi/legal_duties.py": ["tests/test_kpi_legal_duties.py"],
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


def test_a_slow_try_finds_no_mutant(tmp_path: Path) -> None:
    """Past the 200 ms that hypothesis allows by itself, as on a busy machine."""
    slow = tmp_path / "test_slow.py"
    slow.write_text(
        "import time\nfrom hypothesis import given, settings, strategies\n"
        "@settings(max_examples=1)\n@given(strategies.just(0))\n"
        "def test_slow(_: int) -> None:\n    time.sleep(0.3)\n",
        encoding="utf-8",
    )
    found = _mutated("kpi/weight_modes.py", str(slow))
    assert len(found["alive"]) == found["tried"] > 0


@pytest.mark.prove
@pytest.mark.parametrize("module", sorted(CASES))
def test_most_mutants_are_found(module: str) -> None:
    assert not (lost := [t for t in CASES[module] if not (ROOT / t).exists()]), lost
    found = _mutated(module, *CASES[module])
    assert found["tried"]
    assert len(found["alive"]) <= (1 - LEAST) * found["tried"], found


def _mutated(module: str, *tests: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.mutants", module, *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found
