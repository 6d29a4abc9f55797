"""Filings that come back: when one is closed, the law of its country tells the day of the next.

A closed filing belongs to the legal day nearest to its own due day, because teams like to plan a
day or two ahead; the next legal day follows. Monthly or quarterly is read off the filings before.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from kpi.calendar import month_period, shifted
from kpi.compliance import Moment, is_done
from kpi.typed_rows import TaskRow
from kpi.working_days import works

_FILE = Path(__file__).with_name("filings.toml")
OTHERS = "*"
SAME = "same"
YEAR = 12  # months
DAYS_OF_MONTH = 30.44  # on average
ALIASES = {"UK": "GB"}
LONGEST_AGO = 366  # days: what should have followed earlier than that is over and done with
_PERIOD = re.compile(  # at the end of what a task is about, as teams write it
    r"[\s,，]*(?:[（(]\d{4}(?:-\w+)?[)）]|第?[一二三四]季度|\d{1,2}月|[Qq](?:uarter )?[1-4])$"
)
_RULE = re.compile(r"(?:(?P<end>\d+): )?\+(?P<months>\d+) (?P<day>\d+)")


@dataclass(frozen=True, slots=True)
class Filing:
    """How often a duty of a country comes back, and by which day."""

    regime: str
    country: str
    months: int  # of a period
    rules: Mapping[int, tuple[int, int]]  # last month of a period, 0 any -> months later, day
    moved: bool  # to the next working day of the country
    source: str


@dataclass(frozen=True, slots=True)
class Node:
    """One period of a filing."""

    period: str  # 2026-09, 2026-Q3, 2026; of two months the second
    due: date


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a closed filing."""

    after: TaskRow
    node: Node
    source: str


@cache
def filings() -> tuple[Filing, ...]:
    """The shipped rows."""
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))["filings"]
    return tuple(_filing(line) for line in text.strip().splitlines())


def _filing(line: str) -> Filing:
    regime, country, months, day, moved, source = (part.strip() for part in line.split("|"))
    rules = {
        int(found["end"] or 0): (int(found["months"]), int(found["day"]))
        for found in _RULE.finditer(day)
    }
    return Filing(regime, country, int(months), rules, moved == "yes", source)


def filings_of(regime: str, country: str) -> tuple[Filing, ...]:
    """The rows of a duty in a country, the usual one first; none for what does not come back."""
    place = ALIASES.get(country, country)
    mine = [one for one in filings() if one.regime == regime]
    here = tuple(one for one in mine if one.country == place)
    return here or tuple(one for one in mine if one.country == OTHERS)


def nodes(filing: Filing, year: int) -> tuple[Node, ...]:
    """The filings of the periods that end in a year, in order."""
    ends = range(filing.months, YEAR + 1, filing.months)
    return tuple(_node(filing, year, end) for end in ends)


def _node(filing: Filing, year: int, end: int) -> Node:
    later, day = filing.rules.get(end, filing.rules[0])
    month = shifted(month_period(year, end), later).window
    due = min(month.start + timedelta(days=day - 1), month.end - timedelta(days=1))
    while filing.moved and not works(due, filing.country):
        due += timedelta(days=1)
    return Node(_code(filing, year, end), due)


def _code(filing: Filing, year: int, end: int) -> str:
    if filing.months == YEAR:
        return str(year)
    return f"{year}-Q{end // 3}" if filing.months == 3 else f"{year}-{end:02d}"  # noqa: PLR2004 - a quarter


def next_node(filing: Filing, due: date) -> Node:
    """The node behind the one that a due day belongs to, which is the nearest."""
    if not filing.rules:
        return _same_day(filing.months, due)
    years = range(due.year - 2, due.year + 2)  # a year is filed in the year after it
    found = [node for year in years for node in nodes(filing, year)]
    at = min(range(len(found)), key=lambda i: abs(found[i].due - due))
    return found[at + 1]


def _same_day(months: int, due: date) -> Node:
    """The same day some months later, or the last of a shorter month."""
    month = shifted(month_period(due.year, due.month), months).window
    day = min(month.start + timedelta(days=due.day - 1), month.end - timedelta(days=1))
    return Node(f"{day:%Y-%m}", day)


def first_node(regime: str, country: str, today: date) -> tuple[Node, str] | None:
    """The next filing from a day on, with its source; None for what has no legal days."""
    usual = next((one for one in filings_of(regime, country) if one.rules), None)
    if usual is None:
        return None
    years = range(today.year - 2, today.year + 2)
    coming = (node for year in years for node in nodes(usual, year) if node.due >= today)
    return next(coming), usual.source


# --- what follows what is closed ------------------------------------------------------------------


def subject(task: TaskRow) -> tuple[object, ...]:
    """What a filing is of: the next one is of the same."""
    return (task.regime, task.country, task.category, task.company, task.about)


def following(tasks: Sequence[TaskRow], today: date) -> Iterator[Next]:
    """The next filing of each closed one that nothing follows yet."""
    groups: dict[tuple[object, ...], list[TaskRow]] = {}
    for task in tasks:
        if task.type == "compliance" and task.due is not None:
            groups.setdefault(subject(task), []).append(task)
    for mine in groups.values():
        found = _following(sorted(mine, key=_due), today)
        if found is not None:
            yield found


def _due(task: TaskRow) -> date:
    return task.due or date.min


def _following(mine: Sequence[TaskRow], today: date) -> Next | None:
    """What follows the last of some filings of one subject, all of them done."""
    last, at = mine[-1], Moment(today, today)
    rows = filings_of(last.regime or "", last.country or "")
    if not rows or not all(is_done(task, at) for task in mine):
        return None
    gap = _months_between(mine)
    row = rows[0] if gap is None else min(rows, key=lambda one: abs(one.months - gap))
    if not row.rules and gap is not None:
        node = _same_day(gap, _due(last))
    else:
        node = next_node(row, _due(last))
    ago = (today - node.due).days
    return None if ago > LONGEST_AGO else Next(last, node, row.source)


def _months_between(mine: Sequence[TaskRow]) -> int | None:
    """Whole months between the last two due days; None for a single one."""
    days = sorted({_due(task) for task in mine})[-2:]
    if len(days) < 2:  # noqa: PLR2004 - two days make a distance
        return None
    return max(1, round((days[1] - days[0]).days / DAYS_OF_MONTH))


def plain(what: str) -> str:
    """What a task is about, without the period that it names at its end."""
    return _PERIOD.sub("", what)


def filing_number(number: str, due: date) -> str:
    """T-4 due in October 2026 is followed by T-4-F202611, and that by T-4-F202612."""
    return f"{re.sub(r'-F[0-9]{6}$', '', number)}-F{due:%Y%m}"
