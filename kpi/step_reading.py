"""A step table as it is typed in one cell, and the sentence that says it back.

`<80: 0; 80..90: 50; >=90: 100` are bands, `60: 50; 80: 100; 100: 150` are levels: from each value
on so many points. Words before them say how to read it: actual or attainment, step or linear,
extend. What is not said is the method's own way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kpi.methods import MOST_POINTS
from kpi.model import Language
from kpi.numbers import normalise
from kpi.step_table import MOST_BANDS, StepTable
from kpi.syntax import number_text

LARGEST_LIMIT = 1e14  # as of any figure
LEAST_PERCENT = 3.0  # limits up to here were meant as parts: 0.8 for 80 %
WAYS: Mapping[str, tuple[bool, bool, bool]] = {  # on the actual, linear, held below the first level
    "tiers": (False, False, False),
    "matrix": (True, False, False),
    "knots": (True, True, True),
}
"""The methods that take an own table."""
WORDS: Mapping[str, tuple[str, str]] = {  # code -> (zh, en), the code first
    "actual": ("实际", "actual"),
    "attainment": ("达成", "attainment"),
    "step": ("分档", "step"),
    "linear": ("线性", "linear"),
    "extend": ("外延", "extend"),
}
_SPELLED = {word: code for code, pair in WORDS.items() for word in (code, *pair)}
_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_LIMIT = rf"{_NUMBER}\s*%?"
_ENTRY = re.compile(
    rf"(?:(?P<sign><=|>=|<|>|≤|≥)\s*(?P<edge>{_LIMIT})"
    rf"|(?P<from>{_LIMIT})\s*[-–—]\s*(?P<until>{_LIMIT})"
    rf"|(?P<low>{_LIMIT})?\s*(?:\.\.+|~|至|to)\s*(?P<high>{_LIMIT})?"
    rf"|(?P<level>{_LIMIT}))\s*:\s*(?P<points>{_NUMBER})(?:\s*分)?(?![\w.%])"
)
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"[\s;,|、/。()]+")
_PIECE = re.compile(r"[^;,|、]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a table is refused: the code of its message and what that says."""

    code: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry: a band, open where it has no end, or a level, which is its own start and end."""

    low: float | None
    high: float | None
    points: float
    level: bool = False
    upper: bool | None = None  # whether its sign says that a limit belongs to the band below it

    @property
    def shown(self) -> str:
        """The limits as they can be typed."""
        ends = ("" if end is None else number_text(end) for end in (self.low, self.high))
        return number_text(self.low or 0.0) if self.level else "..".join(ends)


class _RefusedError(Exception):
    """Carries the fault out of a reading."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, values)


def read_table(text: str, method: str) -> StepTable | Fault:
    """The table of a text for one of the methods of `WAYS`; a fault where it cannot be used."""
    try:
        return _read(text, method)
    except _RefusedError as error:
        return error.fault


def _read(text: str, method: str) -> StepTable:
    plain = unicodedata.normalize("NFKC", text).casefold()
    said, found = _pieces(plain)
    actual, linear, held = WAYS[method]
    actual = (actual or "actual" in said) and "attainment" not in said
    linear = (linear or "linear" in said) and "step" not in said
    extends = "extend" in said
    entries = [_entry(one, actual=actual) for one in found]
    if extends and not linear:
        raise _RefusedError("steps_extend")
    limits, points, falling = _bands(entries) if _all_bands(entries) else _levels(entries, held)
    _check_line(entries, limits, linear=linear)
    _check_size(limits, points, actual=actual)
    return StepTable(limits, points, actual, linear, extends, falling)


def _pieces(text: str) -> tuple[set[str], list[re.Match[str]]]:
    """The words before and between the entries, as codes, and the entries."""
    words, entries, at = set(), [], 0
    while at < len(text):
        if between := _BETWEEN.match(text, at):
            at = between.end()
        elif entry := _ENTRY.match(text, at):
            entries.append(entry)
            at = entry.end()
        elif (word := _WORD.match(text, at)) and word[0] in _SPELLED:
            words.add(_SPELLED[word[0]])
            at = word.end() + (text[word.end() : word.end() + 1] == ":")
        else:
            raise _RefusedError("steps_unread", shown=_piece(text, at))
    return words, entries


def _piece(text: str, at: int) -> str:
    found = _PIECE.match(text, at)
    return (found[0] if found else text[at:]).strip()


def _entry(found: re.Match[str], *, actual: bool) -> _Entry:
    def limit(*names: str) -> float | None:
        typed = next((found[name] for name in names if found[name]), None)
        return None if typed is None else _limit(typed, actual=actual)

    points, edge, level = normalise(float(found["points"])), limit("edge"), limit("level")
    if level is not None:
        return _Entry(level, level, points, level=True)
    if edge is None:
        return _Entry(limit("from", "low"), limit("until", "high"), points)
    upper = found["sign"] in ("<=", "≤", ">")
    below = found["sign"][0] in "<≤"
    return _Entry(None if below else edge, edge if below else None, points, upper=upper)


def _limit(typed: str, *, actual: bool) -> float:
    """A limit; a percent sign counts where the KPI's own unit is meant, attainment is percent."""
    number = normalise(float(typed.rstrip("% ")))
    return normalise(number / 100) if actual and typed.endswith("%") else number


def _all_bands(entries: Sequence[_Entry]) -> bool:
    return not any(one.level for one in entries)


Bands = tuple[tuple[float, ...], tuple[float, ...], bool]
"""Limits, points, and whether the limits fall."""


def _bands(entries: Sequence[_Entry]) -> Bands:
    """Bands without a gap and without an overlap, from an open start to an open end."""
    if len(entries) < 2:  # noqa: PLR2004 - one band says nothing
        raise _RefusedError("steps_too_few")
    for before, after in pairwise(entries):
        _check_neighbours(before, after)
    _check_ends(entries[0], entries[-1])
    limits = tuple(one.low for one in entries if one.low is not None)
    points = tuple(one.points for one in entries)
    signs = {one.upper for one in entries} - {None}
    if len(signs) > 1:
        raise _RefusedError("steps_signs", limit=number_text(limits[0]))
    return (limits[::-1], points[::-1], True) if True in signs else (limits, points, False)


def _check_neighbours(before: _Entry, after: _Entry) -> None:
    """A band starts where the one before it ends."""
    start, end, low = after.low, before.high, before.low
    said: dict[str, object] = {"first": before.shown, "second": after.shown}
    if start is None or end is None or (low is not None and not low < min(end, start)):
        raise _RefusedError("steps_unordered", **said)
    if start != end:
        code = "steps_gap" if start > end else "steps_overlap"
        between = number_text(normalise((start + end) / 2))
        raise _RefusedError(code, **said, between=between, limit=number_text(start))


def _check_ends(first: _Entry, last: _Entry) -> None:
    """Every value has its band, however small or large."""
    if first.low is not None:
        raise _RefusedError("steps_open_start", limit=number_text(first.low))
    if last.high is not None:
        raise _RefusedError("steps_open_end", limit=number_text(last.high))


def _levels(entries: Sequence[_Entry], held: bool) -> Bands:
    """Levels in rising or falling order, after a band for what lies before the first of them."""
    lead = None if entries[0].level else entries[0]
    levels = list(entries[1:] if lead else entries)
    if not all(one.level for one in levels):
        raise _RefusedError("steps_mixed")
    limits = tuple(one.low or 0.0 for one in levels)
    falling = _falls(limits, lead)
    for one, two in pairwise(limits):
        if one == two or (two < one) != falling:
            raise _RefusedError("steps_unordered", first=number_text(one), second=number_text(two))
    if lead and (lead.high if not falling else lead.low) != limits[0]:
        raise _RefusedError("steps_lead", shown=lead.shown, limit=number_text(limits[0]))
    if lead and lead.upper is not None and lead.upper != falling:
        raise _RefusedError("steps_signs", limit=number_text(limits[0]))
    before = lead.points if lead else levels[0].points if held else 0.0
    return limits, (before, *(one.points for one in levels)), falling


def _falls(limits: Sequence[float], lead: _Entry | None) -> bool:
    if len(limits) > 1:
        return limits[1] < limits[0]
    if lead is None:
        raise _RefusedError("steps_too_few")
    return lead.low is not None


def _check_line(entries: Sequence[_Entry], limits: Sequence[float], *, linear: bool) -> None:
    if linear and (_all_bands(entries) or len(limits) < 2):  # noqa: PLR2004 - a line has two ends
        raise _RefusedError("steps_line")


def _check_size(limits: Sequence[float], points: Sequence[float], *, actual: bool) -> None:
    if len(points) > MOST_BANDS:
        raise _RefusedError("steps_too_many", count=len(points), most=MOST_BANDS)
    for value in points:
        if abs(value) > MOST_POINTS:
            low, high = -MOST_POINTS, MOST_POINTS
            raise _RefusedError("out_of_range", shown=number_text(value), low=low, high=high)
    for value in limits:
        if abs(value) > LARGEST_LIMIT:
            raise _RefusedError("too_large", shown=number_text(value))
    if not actual and max(map(abs, limits)) <= LEAST_PERCENT:
        raise _RefusedError("steps_not_percent", shown=number_text(limits[-1]))


# --- the same said back ---------------------------------------------------------------------------

Spell = Callable[[float], str]


def table_text(
    table: StepTable, language: Language | None = None, limit: Spell = number_text
) -> str:
    """A table as it can be typed: in words of a language, or in codes, which a contract signs."""
    heads = [_word("actual" if table.on_actual else "attainment", language)]
    heads.append(_word("linear" if table.linear else "step", language))
    heads += [_word("extend", language)] if table.extends else []
    shown = _level_texts(table, limit) if table.linear else _band_texts(table, limit)
    colon, comma = ("：", "；") if language == "zh" else (": ", "; ")
    parts = [f"{at}{colon}{number_text(got)}" for at, got in shown]
    return comma.join((" ".join(heads), *parts))


def said_back(signed: str, language: Language) -> str:
    """A text of `table_text` in the words of a language; what cannot be read stays as it is."""
    found = read_table(signed, "tiers")  # it says everything itself, so any method reads it alike
    return table_text(found, language) if isinstance(found, StepTable) else signed


def _word(code: str, language: Language | None) -> str:
    return code if language is None else WORDS[code][language == "en"]


def _band_texts(table: StepTable, limit: Spell) -> Iterator[tuple[str, float]]:
    """Bands from the lowest value up; the sign of the outer ones says whose the limits are."""
    falling = table.falling
    limits = table.limits[::-1] if falling else table.limits
    points = table.points[::-1] if falling else table.points
    yield f"{'<=' if falling else '<'}{limit(limits[0])}", points[0]
    for (low, high), got in zip(pairwise(limits), points[1:], strict=False):
        yield f"{limit(low)}..{limit(high)}", got
    yield f"{'>' if falling else '>='}{limit(limits[-1])}", points[-1]


def _level_texts(table: StepTable, limit: Spell) -> Iterator[tuple[str, float]]:
    yield f"{'>' if table.falling else '<'}{limit(table.limits[0])}", table.points[0]
    for at, got in zip(table.limits, table.points[1:], strict=True):
        yield limit(at), got
