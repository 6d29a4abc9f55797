"""What a person or a script sees of a command: lines, progress bars, tables, or one JSON text."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TextIO

from rich.console import Console as Rich
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from kpi.errors import Level, Problem
from kpi.model import Language
from sync_service.chains import Event

MARKS = {Level.ERROR: ("■", "red"), Level.WARNING: ("▲", "yellow"), Level.NOTE: ("○", "dim")}


class Exit(IntEnum):
    """Exit codes that scripts can rely on."""

    OK = 0
    FOUND = 1  # it ran, and found problems that a person should look at
    USAGE = 2  # the command line cannot be understood
    REFUSED = 3  # it did not run: a sentence says why and how to mend it
    RETRY = 75  # somebody else holds the book or the data: try again later


@dataclass(slots=True)
class Terminal:
    """One command's output; with `as_json` nothing but the final JSON goes to standard output."""

    language: Language
    as_json: bool = False
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    result: dict[str, object] = field(default_factory=dict)

    def text(self, zh: str, en: str) -> str:
        """The text of the reader's language."""
        return zh if self.language == "zh" else en

    def say(self, zh: str, en: str) -> None:
        """One line for a person."""
        if not self.as_json:
            Rich(file=self.out, highlight=False).print(Text(self.text(zh, en)), soft_wrap=True)

    def table(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A small table for a person."""
        if self.as_json:
            return
        made = Table(title=title, title_justify="left", header_style="bold")
        for head in heads:
            made.add_column(head)
        for row in rows:
            made.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
        Rich(file=self.out).print(made)

    def problems(self, found: Sequence[Problem], most: int = 40) -> None:
        """Problems, worst first, and in the JSON result."""
        order = list(MARKS)
        ranked = sorted(found, key=lambda p: order.index(p.level))
        self.result["problems"] = [as_data(p) for p in ranked]
        if self.as_json:
            return
        rich = Rich(file=self.out, highlight=False)
        for one in ranked[:most]:
            mark, colour = MARKS[one.level]
            rich.print(Text(f"{mark} {one.line(self.language)}", style=colour), soft_wrap=True)
        if len(ranked) > most:
            self.say(f"……另有 {len(ranked) - most} 条", f"... and {len(ranked) - most} more")

    def finish(self) -> None:
        """The JSON result, when it was asked for."""
        if self.as_json:
            self.out.write(json.dumps(self.result, ensure_ascii=False, default=str) + "\n")
            self.out.flush()

    @contextmanager
    def steps(self) -> Iterator[Bar]:
        """A bar for named steps or fetched pieces; on standard error, so pipes stay clean."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        rich = Rich(file=self.err)
        with Progress(*columns, console=rich, transient=True, disable=self.as_json) as progress:
            yield Bar(self, progress)


@dataclass(slots=True)
class Bar:
    """A running bar."""

    terminal: Terminal
    progress: Progress

    def fetching(self, zh: str, en: str) -> FetchBar:
        """A bar for a sync: pieces fetched of all."""
        return FetchBar(self, self.progress.add_task(self.terminal.text(zh, en), total=None))

    def step(self, zh: str, en: str) -> None:
        """Name the step that begins; steps have no end of their own."""
        for task in self.progress.task_ids:
            self.progress.remove_task(task)
        self.progress.add_task(self.terminal.text(zh, en), total=None)


@dataclass(slots=True)
class FetchBar:
    """Turns events of a sync into a moving bar."""

    bar: Bar
    task: int

    def __call__(self, event: Event) -> None:
        """One piece more."""
        label = f"{event.shop} {event.stream}"
        self.bar.progress.update(
            self.task,  # type: ignore[arg-type]  # rich's TaskID is an int by another name
            completed=event.done,
            total=event.total,
            description=f"{label:<34}",
        )


def as_data(one: Problem) -> dict[str, object]:
    """A problem as plain data."""
    return {
        "code": one.code,
        "level": one.level.value,
        "sheet": one.place.sheet,
        "cell": one.place.cell,
        "table": one.place.table,
        "where": str(one.place),
        "what": dict(one.what),
        "mend": dict(one.mend),
    }
