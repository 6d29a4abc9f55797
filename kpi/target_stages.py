"""Target sets of the company's stages: which lines of targets are in force.

A line may be for one stage of the company (launch, growth, mature). The setting of the workbook
says which one it is in: of the lines for the same year, region, scope and KPI the one of that stage
counts, else the one for any stage. What is published is what was in force, so that another stage
is an edit that waits, line by line, and a stage begins on the day from which it is published.
"""

from __future__ import annotations

from collections.abc import Sequence

from kpi.targets import key_of
from kpi.typed_rows import ANY_STAGE, TargetRow


def in_force(
    rows: Sequence[TargetRow], stage: str
) -> tuple[tuple[TargetRow, ...], tuple[TargetRow, ...]]:
    """The lines that count in a stage and the others, each in the order of the table."""
    chosen = {key_of(row) for row in rows if row.stage == stage}
    counting = [row.stage == stage if row.stage or key_of(row) in chosen else True for row in rows]
    pairs = list(zip(rows, counting, strict=True))
    return tuple(row for row, on in pairs if on), tuple(row for row, on in pairs if not on)


def unchosen(rows: Sequence[TargetRow], stage: str) -> TargetRow | None:
    """The first line of some stage in a book that has chosen none."""
    return next(iter(rows), None) if stage == ANY_STAGE else None
