"""The pay slips of a run: what came back is shown in the lines, what changed is issued anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kpi.errors import Problem
from kpi.payout import PayLine
from sync_service.house import House
from sync_service.payout_rows import Worked
from sync_service.payout_slips import Issue, confirmed, issue, paid_line, read_slips, strangers
from sync_service.payout_store import Key


def issued(house: House, worked: Worked) -> tuple[tuple[Path, ...], tuple[Problem, ...]]:
    """The pay slips of the month, of lines that were paid already too."""
    paying, book = worked.paying, worked.done.book
    names = {person.code: person.name for person in book.people}
    asked = Issue(
        *(paying.slips or Path(), book.settings.company, names, worked.language),
        worked.done.today,
    )
    lines = [line for (month, _), line in _told_lines(worked).items() if month == paying.month]
    return issue(house, asked, lines, worked.typed, worked.slips)


def _told_lines(worked: Worked) -> dict[Key, PayLine]:
    """Every line that a slip may be about: those of the month, and those that were paid."""
    kept = worked.kept.items()
    paid = {key: paid_line(one) for key, one in kept if one.paid is not None}
    return {
        **paid,
        **{(line.basis.period, line.basis.person): line for line in worked.lines.values()},
    }


def with_answers(worked: Worked) -> Worked:
    """What came back in the slips, line by line."""
    slips = read_slips(worked.paying.slips)
    typed, language = worked.typed.lines, worked.language
    lines = {key: line for key, line in _told_lines(worked).items() if key in typed}
    answers = {key: confirmed(line, slips, typed[key], language) for key, line in lines.items()}
    problems = (
        *worked.problems,
        *slips.problems,
        *(one for found in answers.values() for one in found.problems),
        *strangers(slips, lines),
    )
    return replace(worked, slips=slips, answers=answers, problems=problems)
