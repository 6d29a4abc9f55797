"""Steps of a long target: tasks of the kind action that name the target's scope and KPI."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from kpi.typed_rows import TargetRow, TaskRow

MILESTONE = "action"  # the kind of task


@dataclass(frozen=True, slots=True)
class Milestones:
    """The steps of one target, in the order of the table."""

    steps: tuple[TaskRow, ...]
    today: date

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(_is_done(step) for step in self.steps)

    @property
    def late(self) -> tuple[TaskRow, ...]:
        """Those whose day is over and that are not done; the due day itself is still in time."""
        return tuple(
            step
            for step in self.steps
            if step.due is not None and step.due < self.today and not _is_done(step)
        )


def milestones(
    row: TargetRow, tasks: Iterable[TaskRow], names: Collection[str], today: date
) -> Milestones:
    """The steps of a target: tasks about `scope KPI` that are due in its year or on no day.

    `names` are the spellings of the KPI: its code and its names.
    """
    wanted = {_plain(f"{row.scope} {name}") for name in names}
    steps = (
        task
        for task in tasks
        if task.type == MILESTONE
        and _plain(task.about) in wanted
        and (task.due is None or task.due.year == row.year)
    )
    return Milestones(tuple(steps), today)


def _is_done(step: TaskRow) -> bool:
    return (step.done or 0.0) >= 1


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
