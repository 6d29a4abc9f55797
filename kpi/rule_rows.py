"""The rows of Rules, and what is typed beside a breach, as nouns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations, groupby

from kpi.book_limits import as_fraction
from kpi.book_rows import RowReader
from kpi.breach_typed import Typed
from kpi.catalog import Catalog
from kpi.errors import Problem
from kpi.model import ROLLING, Metric, PeriodKind, Unit, by_length
from kpi.quiet_days import undated, unread
from kpi.surge import HISTORY
from kpi.typed_rows import Rule

LONGEST = by_length(60, 26, 12)  # periods in a row
MOST_HISTORY = by_length(90, 26, 12)
FEWEST = 3  # periods that a mean or median is made of
DAYS_IN_A_ROW = 2  # bad days that make a breach, where nobody says
Rows = Callable[[str], Iterator[RowReader]]


@dataclass(frozen=True, slots=True)
class UnreadRule:
    """A line of tblRule that is on and cannot be read, so that nothing judges by it."""

    code: str
    metric: str  # code of its KPI, or as it is typed
    scope: str
    level: str  # warn or breach
    faults: tuple[Problem, ...]  # what is wrong in it


def is_on(row: RowReader) -> bool:
    """Whether a line that cannot be read was to be judged by; only a plain no says otherwise."""
    typed = row.raw("on")
    return typed is not False and row.decode("yes_no", row.text("on")) != "no"


def unread_rule(row: RowReader, faults: Sequence[Problem]) -> UnreadRule:
    """What can be told of a line that cannot be read."""
    level = row.decode("level", row.text("level"))
    scope = row.text("scope", "*")
    return UnreadRule(row.text("rule"), row.named("metric"), scope, level or "warn", tuple(faults))


def read_rule(row: RowReader, catalog: Catalog | None = None) -> Rule | None:
    """A line of tblRule; an empty cell takes the usual value, a wrong one spoils the row."""
    value = row.number("value")
    if value is None and not row.bad:
        row.needed("value")
    window = PeriodKind(row.word("window", "window", "day") or "day")
    operator = row.word("operator", "operator", ">") or ">"
    against = row.word("against", "against", "value") or "value"
    if window in ROLLING and against != "value":
        row.wrong("against", "rolling_against", shown=ROLLING[window])
    history = _history(row, window, against)
    code, metric = row.needed("rule"), row.metric("metric")
    known = catalog.metrics.get(metric) if catalog else None
    if known and value is not None and against == "value":
        as_fraction(row, "value", value, known)
    start, end = row.day("start"), row.day("end")
    row.in_order("end", start, end)
    usual = _usual_periods(window, operator, against, known)
    return Rule(
        code=code,
        on=row.yes("on", default=True),
        metric=metric,
        scope=row.text("scope", "*"),
        window=window,
        operator=operator,
        value=value or 0.0,
        periods=_whole(row, "periods", 1, LONGEST[window]) or usual,
        level=row.word("level", "level", "warn") or "warn",
        address=row.address,
        keep=_whole(row, "keep", 0, LONGEST[window], 1) or 0,
        margin=row.between("margin", 0.0, 1e14),
        start=start,
        end=end,
        against=against,
        history=history,
        least=_least(row, history or HISTORY.get(window, 0), against),
        beyond=row.number("beyond"),
        quiet=row.text("quiet_days"),
    )


def crossing(rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Rows of one rule of which the later begins before the earlier ends, and outlasts it.

    A row inside another is an exception from it and means what it says: after it the other counts
    on. A row without an end goes until the next one, as rows did before there was an end.
    """
    dated = sorted(rules, key=lambda one: (one.code, one.start or date.min))
    for _, rows in groupby(dated, key=lambda one: one.code):
        for before, after in combinations(rows, 2):
            begins = after.start or date.min
            if before.end and begins <= before.end < (after.end or date.max):
                yield before, after


def _usual_periods(window: PeriodKind, operator: str, against: str, metric: Metric | None) -> int:
    """Two bad days in a row; one where so many on one day are meant, and of longer windows."""
    a_count = metric is not None and metric.unit is Unit.COUNT and operator.startswith(">")
    if window is not PeriodKind.DAY or (a_count and against == "value"):
        return 1
    return DAYS_IN_A_ROW


def _whole(
    row: RowReader, column: str, low: int, high: int, default: int | None = None
) -> int | None:
    """A whole number inside its bounds; an empty cell is the default."""
    found = row.between(column, low, high)
    if found is None:
        return default
    if not found.is_integer():
        row.wrong(column, "not_whole", shown=found)
    return int(found)


def _history(row: RowReader, window: PeriodKind, against: str) -> int | None:
    """How many earlier periods to compare with; a mean of one or two says nothing."""
    return None if against == "value" else _whole(row, "history", FEWEST, MOST_HISTORY[window])


def _least(row: RowReader, history: int, against: str) -> int | None:
    return None if against == "value" else _whole(row, "least", 1, history)


def doubt_quiet_days(rows: Rows, year: int) -> None:
    """Words of Quiet days that mean nothing, and events whose days nobody announced yet."""
    for row in rows("tblRule"):
        text = row.text("quiet_days")
        for word in unread(text):
            row.doubt("quiet_days", "unread_quiet_day", word=word)
        for event in undated(text, year):
            zh, en = event.names["zh"], event.names["en"]
            row.doubt("quiet_days", "undated_event", zh=zh, en=en, year=year)


def read_typed(row: RowReader) -> Typed | None:
    """What a person wrote on a line of tblBreach; None where nothing."""
    until = row.day("silence_until")
    action, by = row.text("action"), row.text("by")
    if until is None and not action and not by:
        return None
    return Typed(row.text("no"), action, by, until, row.address_of("silence_until"))
