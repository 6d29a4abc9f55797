"""The 200 stored cases of the self-check tab: inputs and the score that must come out.

The scores were worked out in exact fractions from the scoring reference, not by the product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kpi.methods import PARAMETERS

FILE = Path(__file__).with_name("self_check.tsv")
KINDS = {
    "plain": ("常规", "Plain"),
    "bound": ("边界", "Boundary"),
    "cap": ("封顶", "Cap"),
    "floor": ("保底", "Floor"),
    "missing": ("缺数", "Missing"),
    "negative": ("负数", "Negative"),
    "zero": ("零目标或除以零", "Zero target or divisor"),
    "third": ("除不尽", "Endless decimals"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One item as a row of tblScore has it, and its score."""

    method: str
    kind: str  # code of KINDS
    actual: float | None
    target: float | None  # already what is due
    params: tuple[float | None, ...]  # four
    cap: float | None  # points
    floor: float  # points
    score: float | None  # points; None is unknown


@cache
def cases() -> tuple[Case, ...]:
    """Every stored case, in the order of the tab."""
    lines = FILE.read_text(encoding="utf-8").splitlines()[1:]
    return tuple(_case(line.split("\t")) for line in lines)


def _case(cells: list[str]) -> Case:
    method, kind, *texts = cells
    actual, target, *rest = (float(text) if text else None for text in texts)
    params, (cap, floor, score) = rest[: len(PARAMETERS)], rest[len(PARAMETERS) :]
    return Case(method, kind, actual, target, tuple(params), cap, floor or 0.0, score)
