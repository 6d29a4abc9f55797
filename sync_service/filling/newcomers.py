"""tblNewcomer: how far each newcomer is, and the quiz and rating that somebody typed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kpi.newcomers import Progress, newcomers
from kpi.ratings import best_attempt, latest_rating
from kpi.typed_rows import InputRow
from sync_service.compute import Computed
from sync_service.filling.cells import FilledRow, short_day


def progress(done: Computed) -> Iterator[FilledRow]:
    """A line for each newcomer of the book, by mentor."""
    return rows(done, newcomers(done.book, done.today))


def rows(done: Computed, found: Iterable[Progress]) -> Iterator[FilledRow]:
    """A line for each of some newcomers."""
    for one in found:
        yield {
            "mentor": one.mentor or None,
            "person": one.person,
            "plan": one.plan,
            "start": one.start,
            "day": None if one.day is None else float(one.day),
            "state": state(one),
            "passed": float(one.passed),
            "passed_late": float(one.passed_late),
            "missed": float(one.missed),
            "gates": float(len(one.gates)),
            "rate": one.rate,
            "next": one.next.what if one.next else None,
            "next_due": one.next.due if one.next else None,
            **_typed(done, one.person),
        }


def state(one: Progress) -> str:
    """A code of the word list newcomer_state."""
    if not one.gates:
        return "no_gates"
    if one.missed:
        return "behind"
    if one.finished:
        return "finished"
    return "late" if one.passed_late else "on_track"


def _typed(done: Computed, person: str) -> FilledRow:
    """Quiz and rating with their author; empty until somebody types them."""
    mine = [r for r in done.book.inputs if r.person == person and r.day <= done.today]
    quiz, rating = best_attempt(mine), latest_rating(mine, done.month.window)
    return {
        "quiz": float(quiz.part) if quiz else None,
        "quiz_by": _author(quiz.points) if quiz else None,
        "rating": float(rating.value) if rating else None,
        "rating_by": _author(rating) if rating else None,
    }


def _author(row: InputRow) -> str:
    return f"✎ {row.by} {short_day(row.day)}"
