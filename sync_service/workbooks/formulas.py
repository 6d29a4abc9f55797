"""Formulas as text: which cells they read, the same formula some rows below, ranges that grew.

Only references are understood; everything between them is carried over as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from sync_service.workbooks.areas import LAST_COLUMN, LAST_ROW, Area, column_number, letters

_TOKEN = re.compile(
    r"""
    "(?:[^"]|"")*"                                                     # a text
    | (?P<sheet>'(?:[^']|'')+'!|(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?!|\[\d+\][\w.]*!)?
      (?:(?P<first>\$?[A-Za-z]{1,3}\$?\d{1,7})(?::(?P<last>\$?[A-Za-z]{1,3}\$?\d{1,7}))?
        |(?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})
        |(?P<rows>\$?\d{1,7}:\$?\d{1,7}))(?![\w(.!\[])
    | (?P<owner>'(?:[^']|'')+'!)?(?P<word>[\w.\\?]+!?)                 # a name, function, number
    | (?P<structure>\[(?:[^\[\]]|\[[^\[\]]*\])*\])                      # columns of a table
    """,
    re.VERBOSE,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})")
_UNKNOWN_READERS = re.compile(r"(?i)\b(?:INDIRECT|OFFSET)\s*\(")
_OWN_ROW = ("#This Row", "@")


@dataclass(frozen=True, slots=True)
class Read:
    """A rectangle that a formula reads; `sheet` None is the formula's own sheet."""

    sheet: str | None
    area: Area


@dataclass(frozen=True, slots=True)
class Span:
    """A range of a formula as it is written; `fixed` when its last row has a dollar sign."""

    title: str
    area: Area
    fixed: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A name in a formula: a defined name, or a table with its structure text."""

    text: str
    structure: str


def sheet_title(prefix: str | None) -> str | None:
    """The title in `'My sheet'!`; None for the own sheet."""
    if not prefix:
        return None
    bare = prefix[:-1]
    return bare[1:-1].replace("''", "'") if bare.startswith("'") else bare


def reads_anywhere(formula: str) -> bool:
    """True when what it reads cannot be told from its text."""
    return bool(_UNKNOWN_READERS.search(formula))


def reads(formula: str) -> Iterator[Read | Word]:
    """Every rectangle and name in a formula; a reference into another file is left out."""
    word: str | None = None
    for token in _TOKEN.finditer(formula):
        if token["structure"] and word:
            yield Word(word, token["structure"])
            word = None
            continue
        if word:
            yield Word(word, "")
            word = None
        area = _area_of(token)
        title = sheet_title(token["sheet"])
        if area and not (title and "[" in title):
            yield from (Read(part, area) for part in _ends(token["sheet"], title))
        elif token["word"]:
            word = token["word"]
    if word:
        yield Word(word, "")


@lru_cache(maxsize=8192)
def distinct_reads(formula: str) -> tuple[Read | Word, ...]:
    """What `reads` gives, each once and in order.

    Kept, because taking formulas apart is most of the work of finding dependents, and a workbook
    brings the same ones at every refresh: two to three thousand of about a hundred tokens.
    """
    return tuple(dict.fromkeys(reads(formula)))


def _ends(prefix: str | None, title: str | None) -> tuple[str | None, ...]:
    """A reference through several sheets is taken as its two ends, which is what we must know."""
    if title and prefix and ":" in title:
        return tuple(title.split(":"))
    return (title,)


def _area_of(token: re.Match[str]) -> Area | None:
    if token["first"]:
        top, left = _corner(token["first"])
        bottom, right = _corner(token["last"]) if token["last"] else (top, left)
    elif token["columns"]:
        first, last = token["columns"].replace("$", "").split(":")
        top, bottom, left, right = 1, LAST_ROW, column_number(first), column_number(last)
    elif token["rows"]:
        first, last = token["rows"].replace("$", "").split(":")
        top, bottom, left, right = int(first), int(last), 1, LAST_COLUMN
    else:
        return None
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _corner(text: str) -> tuple[int, int]:
    found = _CORNER.match(text)
    return (int(found[4]), column_number(found[2])) if found else (0, 0)


def shifted(formula: str, rows: int, columns: int = 0) -> str:
    """The formula as Excel copies it `rows` below: relative parts move, absolute ones stay."""

    def move(token: re.Match[str]) -> str:
        if not token["first"] and not token["columns"] and not token["rows"]:
            return token[0]
        prefix = token["sheet"] or ""
        body = token[0][len(prefix) :]
        moved = [_moved(end, rows, columns) for end in body.split(":")]
        return f"{prefix}#REF!" if None in moved else prefix + ":".join(m or "" for m in moved)

    return _TOKEN.sub(move, formula)


def _moved(end: str, rows: int, columns: int) -> str | None:
    """One end of a reference moved; None when it leaves the sheet."""
    found = re.fullmatch(r"(\$?)([A-Za-z]*)(\$?)(\d*)", end)
    if not found:
        return end
    column_mark, column, row_mark, row = found.groups()
    if not column:  # `$5` of whole rows: the mark belongs to the row
        column_mark, row_mark = "", column_mark
    if column and not column_mark:
        number = column_number(column) + columns
        if not 1 <= number <= LAST_COLUMN:
            return None
        column = letters(number)
    if row and not row_mark:
        if not 1 <= int(row) + rows <= LAST_ROW:
            return None
        row = str(int(row) + rows)
    return f"{column_mark}{column}{row_mark}{row}"


def resized(formula: str, own: str, change: Callable[[Span], Area | None]) -> str:
    """The formula with plain ranges replaced: `change` gets each range, gives the new one."""

    def swap(token: re.Match[str]) -> str:
        span = _span(token, own)
        new = change(span) if span else None
        if span is None or new is None or new == span.area:
            return token[0]
        ends = (_at(token["first"], new.top, new.left), _at(token["last"], new.bottom, new.right))
        return f"{token['sheet'] or ''}{ends[0]}:{ends[1]}"

    return _TOKEN.sub(swap, formula)


def spans(formula: str, own: str) -> Iterator[Span]:
    """Every range with two corners; `own` is the title that a range without one means."""
    for token in _TOKEN.finditer(formula):
        span = _span(token, own)
        if span:
            yield span


def _span(token: re.Match[str], own: str) -> Span | None:
    """A token with two corners; a single cell, whole columns and whole rows never follow."""
    area = _area_of(token) if token["first"] and token["last"] else None
    if area is None:
        return None
    fixed = token["last"].rstrip("0123456789").endswith("$")
    return Span(sheet_title(token["sheet"]) or own, area, fixed)


def _at(corner: str, row: int, column: int) -> str:
    """A corner at a new place, its dollar signs kept."""
    return _CORNER.sub(lambda m: f"{m[1]}{letters(column)}{m[3]}{row}", corner)


def structure_columns(structure: str) -> tuple[list[str], bool]:
    """Column headers in a table's structure text, and whether it means the own row only."""
    inner = structure[1:-1]
    own_row = any(mark in inner for mark in _OWN_ROW)
    parts = re.findall(r"\[((?:[^\[\]']|'.)*)\]", inner) or [inner.lstrip("@")]
    names = [re.sub(r"'(.)", r"\1", part) for part in parts if not part.startswith("#")]
    return [name for name in names if name], own_row
