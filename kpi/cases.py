"""`python -m kpi cases FILE`: run a file of published cases against the product.

One line a case and a total; an unknown topic is a failure, never a skip.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from kpi.case_inputs import Inputs, Json, as_number
from kpi.case_rates import Shown
from kpi.case_topics import TOPICS
from kpi.errors import KpiError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case went; `why` is empty when it passed."""

    id: str
    topic: str
    why: str = ""

    @property
    def line(self) -> str:
        """The case in one line."""
        if self.why:
            return f"FAILED  {self.id}  {self.topic}: {self.why}"
        return f"ok      {self.id}  {self.topic}"


def run(path: Path, out: TextIO) -> int:
    """Run every case of a file; 0 when all passed, 1 when one failed or there is none."""
    outcomes = [run_case(case, n) for n, case in enumerate(read_cases(path), 1)]
    out.writelines(outcome.line + "\n" for outcome in outcomes)
    failed = sum(bool(outcome.why) for outcome in outcomes)
    out.write(f"{len(outcomes)} cases, {len(outcomes) - failed} passed, {failed} failed\n")
    return 1 if failed or not outcomes else 0


def read_cases(path: Path) -> Sequence[Json]:
    """The cases of a file: a list of objects."""
    try:
        cases: Json = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise KpiError(f"{path.name}: the file cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise KpiError(f"{path.name}: the file is not JSON ({error}).") from error
    if not isinstance(cases, list):
        raise KpiError(f"{path.name}: a case file is a list of cases; this is not.")
    return cases


def run_case(case: Json, number: int) -> Outcome:
    """Run one case; whatever it asks for in vain is its failure, not the file's."""
    if not isinstance(case, Mapping):
        return Outcome(f"case {number}", "", "is not an object.")
    name, topic = str(case.get("id", f"case {number}")), str(case.get("topic"))
    work = TOPICS.get(topic)
    if work is None:
        return Outcome(name, topic, "the topic is not known.")
    try:
        inputs = Inputs(case).part("inputs")
        tolerance = as_number(case.get("tol", 0.0), "tol")
        why = difference(work(inputs), case.get("expected"), tolerance)
    except (KpiError, ValueError, TypeError, KeyError, IndexError, ArithmeticError) as error:
        why = f"{type(error).__name__}: {error}"
    return Outcome(name, topic, why)


def difference(got: Json, expected: Json, tolerance: float) -> str:
    """Why two results differ; empty when they agree, element by element."""
    if isinstance(got, Shown) and not isinstance(expected, Mapping):
        got = got["raw"]
    if isinstance(expected, Mapping):
        return _objects(got, expected, tolerance)
    if isinstance(expected, list):
        return _lists(got, expected, tolerance)
    if isinstance(expected, bool | str) or expected is None or isinstance(got, bool | str):
        return "" if got == expected else f"expected {expected!r}, got {got!r}."
    close = isinstance(got, int | float) and isinstance(expected, int | float)
    if close and abs(as_number(got, "") - as_number(expected, "")) <= tolerance:
        return ""
    return f"expected {expected!r} within {tolerance:g}, got {got!r}."


def _objects(got: Json, expected: Mapping[str, Json], tolerance: float) -> str:
    """Every key that is expected; more may be calculated than a source printed."""
    if not isinstance(got, Mapping):
        return f"expected an object, got {got!r}."
    for key, value in expected.items():
        why = difference(got.get(key), value, tolerance)
        if why:
            return f"{key}: {why}"
    return ""


def _lists(got: Json, expected: Sequence[Json], tolerance: float) -> str:
    """Every element, and as many."""
    if not isinstance(got, list) or len(got) != len(expected):
        return f"expected {expected!r}, got {got!r}."
    for n, (one, other) in enumerate(zip(got, expected, strict=True)):
        why = difference(one, other, tolerance)
        if why:
            return f"[{n}]: {why}"
    return ""
