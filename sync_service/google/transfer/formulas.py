"""Formulas of Excel as Google takes them, and those of its rules back.

Names of tables become plain references, marks of newer functions go, names that are no range are
put in their place. What Google does not know is refused with the reason, never sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sync_service.google.transfer.google_functions import KNOWN, SAVED
from sync_service.google.transfer.references import Reference, bare, fixed, plain, quoted, written
from sync_service.workbooks.areas import Area, area, letters

TOKEN = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*")
    | (?P<sheet>'(?:[^']|'')+'!|(?:\[\d+\])[\w.]*!|[^\W\d][\w.]*(?::[^\W\d][\w.]*)?!)
    | (?P<error>\#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NUM!|NULL!))
    | (?P<structure>\[(?:[^\[\]]|\[(?:[^\[\]']|'.)*\])*\])
    | (?P<cells>\$?[A-Za-z]{1,3}\$?\d{1,7}:\$?[A-Za-z]{1,3}(?![\w(.!$])
        |\$?[A-Za-z]{1,3}\$?\d{1,7}(?::\$?[A-Za-z]{1,3}\$?\d{1,7})?(?![\w(.!])
        |\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(.!])|\$?\d{1,7}:\$?\d{1,7}(?![\w(.!]))
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
    | (?P<word>[\w\\][\w.\\?]*)
    | (?P<sign>[^"'\w\[\]\#$.\\(]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MARKS = re.compile(r"^(?:_xlfn\.|_xlws\.|_xlpm\.|_xlop\.)+", re.IGNORECASE)
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_LIKE_A_CELL = re.compile(r"^(?:[A-Za-z]{1,3}\d+|[rR]\d*[cC]\d*|true|false)$", re.IGNORECASE)
_COLUMNS = re.compile(r"\[((?:[^\[\]']|'.)*)\]")
_INDIRECT = re.compile(r'INDIRECT\("((?:[^"]|"")*)"\)')
_OWN_ROW = ("#This Row", "@")
_SPECIAL = frozenset({"_XLFN.SINGLE", "_XLFN.ANCHORARRAY"})


class NotInGoogleError(Exception):
    """A formula that Google does not know; the text names what."""


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where a table stands and what its columns are called."""

    title: str
    area: Area
    headers: tuple[str, ...]


@dataclass(slots=True)
class Words:
    """What the names of a workbook mean."""

    tables: Mapping[str, TablePlace] = field(default_factory=dict)  # by name, lower case
    kept: Mapping[str, Reference] = field(default_factory=dict)  # names that Google keeps
    meant: Mapping[tuple[str, str], str] = field(default_factory=dict)  # scope, name -> text
    titles: frozenset[str] = frozenset()  # of the tabs, lower case


def is_google_name(name: str) -> bool:
    """Whether Google takes a word as the name of a range."""
    return bool(_NAME.match(name)) and not _LIKE_A_CELL.match(name)


def translated(text: str, words: Words, title: str, row: int) -> str:
    """A formula of a cell in this row of a tab, as Google takes it.

    Raises:
        NotInGoogleError: It calls or reads what Google has not.
    """
    parts: list[str] = []
    tokens = [(token.lastgroup or "", token[0]) for token in TOKEN.finditer(text)]
    local = _local_words(tokens) if "_xlpm." in text else frozenset()
    where = (words, title, row)
    for at, (kind, part) in enumerate(tokens):
        if kind == "word":
            before = tokens[at - 1][0] if at else ""
            after = tokens[at + 1] if at + 1 < len(tokens) else ("", "")
            parts.append(_word(part, before, after, where, local))
        elif kind == "sheet":
            parts.append(_tab(part, words))
        elif kind == "structure":  # taken with the table's name before it
            if not at or tokens[at - 1][0] != "word":
                raise NotInGoogleError(part)
        else:
            parts.append(part)
    return "".join(parts)


def _local_words(tokens: list[tuple[str, str]]) -> frozenset[str]:
    """Words that LET and LAMBDA name themselves."""
    return frozenset(_plain_word(part) for _, part in tokens if part.startswith("_xlpm."))


def _plain_word(word: str) -> str:
    return _MARKS.sub("", word)


def _tab(prefix: str, words: Words) -> str:
    """A reference to another file, or through several tabs, is not known."""
    name = bare(prefix)
    if "[" in prefix or name.casefold() not in words.titles:
        raise NotInGoogleError(prefix)
    return quoted(name)


def _word(
    word: str,
    before: str,
    after: tuple[str, str],
    where: tuple[Words, str, int],
    local: frozenset[str],
) -> str:
    words, title, row = where
    if after[1] == "(":
        return _function(word)
    if after[0] == "structure":
        return _columns_of(word, after[1], words, title, row)
    name = _plain_word(word)
    if name.upper() in ("TRUE", "FALSE") or name in local or before == "sheet":
        return name
    if name.casefold() in words.tables:
        return _columns_of(word, "[]", words, title, row)
    for scope in (title.casefold(), ""):
        meant = words.meant.get((scope, name.casefold()))
        if meant is not None:
            return f"({meant})" if plain(meant) is None else meant
    if name.casefold() in words.kept:
        return name
    raise NotInGoogleError(name)


@lru_cache(maxsize=1024)
def _function(word: str) -> str:
    if word.upper() in _SPECIAL:
        raise NotInGoogleError(_plain_word(word))
    name = SAVED.get(word.upper()) or _plain_word(word).upper()
    if name not in KNOWN:
        raise NotInGoogleError(f"{name}()")
    return name


def _columns_of(word: str, structure: str, words: Words, title: str, row: int) -> str:
    """A reference by table and column names as plain cells."""
    table = words.tables.get(word.casefold())
    if table is None:
        raise NotInGoogleError(f"{word}{structure}")
    inner = structure[1:-1]
    own = any(mark in inner for mark in _OWN_ROW)
    named = _COLUMNS.findall(inner) or ([inner.lstrip("@")] if inner.lstrip("@") else [])
    headers = [re.sub(r"'(.)", r"\1", one) for one in named if not one.startswith("#")]
    numbers = [_offset(table, header, word) for header in headers if header]
    left = table.area.left + (min(numbers) if numbers else 0)
    right = table.area.left + (max(numbers) if numbers else len(table.headers) - 1)
    prefix = "" if table.title.casefold() == title.casefold() else quoted(table.title)
    if own:
        cells = f"${letters(left)}{row}"
        return prefix + (cells if left == right else f"{cells}:${letters(right)}{row}")
    top = table.area.top if "#All" in inner or "#Headers" in inner else table.area.top + 1
    bottom = table.area.top if "#Headers" in inner and "#Data" not in inner else table.area.bottom
    return prefix + fixed(Area(top, left, bottom, right))


def _offset(table: TablePlace, header: str, word: str) -> int:
    for number, one in enumerate(table.headers):
        if one.casefold() == header.casefold():
            return number
    raise NotInGoogleError(f"{word}[{header}]")


def in_rule(text: str, words: Words, title: str) -> str:
    """A formula of a conditional format: there Google takes no other tab and no name directly.

    Raises:
        NotInGoogleError: A reference to another tab moves with the cell.
    """
    parts: list[str] = []
    prefix = ""
    for token in TOKEN.finditer(text):
        if token["sheet"]:
            prefix = token[0]
        elif token["cells"] and prefix:
            parts.append(_elsewhere(prefix, token[0], title))
            prefix = ""
        elif token["word"] and token[0].casefold() in words.kept:
            parts.append(f'INDIRECT("{token[0]}")')
        else:
            parts.append(token[0])
    return "".join(parts)


def _elsewhere(prefix: str, cells: str, title: str) -> str:
    if bare(prefix).casefold() == title.casefold():
        return cells
    where = area(cells)
    if where is None or fixed(where) != cells.upper():
        raise NotInGoogleError(prefix + cells)
    inner = (quoted(bare(prefix)) + cells).replace('"', '""')
    return f'INDIRECT("{inner}")'


def out_of_rule(text: str) -> str:
    """The same formula without the detour."""

    def direct(found: re.Match[str]) -> str:
        inner = found[1].replace('""', '"')
        reference = plain(inner)
        return written(reference) if reference else inner if is_google_name(inner) else found[0]

    return _INDIRECT.sub(direct, text)
