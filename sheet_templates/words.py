"""Dropdown words in Chinese and English and the codes behind them: the one table for all rooms.

`decode` reads any of them, in either language, blanks, case and a leading sign aside. The lists
stand in `word_lists`.
"""

from __future__ import annotations

from functools import cache, lru_cache

from kpi.sheet_words import METHODS_FULL, Words, plain
from sheet_templates.layout import Language
from sheet_templates.word_lists import ALIASES, LISTS, SHOWN, SIGNS

__all__ = [
    "ALIASES",
    "LISTS",
    "METHODS_FULL",
    "SHOWN",
    "SIGNS",
    "Words",
    "cell_word",
    "coded",
    "decode",
    "dropdown",
    "plain",
    "show",
    "words",
]


def cell_word(table: str, column: str, value: str, language: Language) -> str:
    """What a service's cell shows for a code; other texts stay as they are."""
    name = SHOWN.get(f"{table}.{column}")
    return show(name, value, language) if name else value


@cache
def coded(table: str) -> tuple[str, ...]:
    """The columns of a table whose codes are shown as words."""
    places = (one.partition(".") for one in SHOWN)
    return tuple(column for name, _, column in places if name == table)


def words(name: str) -> Words:
    """A word list; methods come with all that can be read, the dropdown offers six."""
    return METHODS_FULL if name == "method" else LISTS[name]


@lru_cache(maxsize=4096)  # thousands of cells, a few dozen words
def show(name: str, code: str, language: Language) -> str:
    """The word of a code in a language; a text that is no code is shown as it is."""
    found = next((w for w in words(name) if w[0] == code), None)
    if found is None:
        return code
    return found[1] if language == "zh" else found[2]


def dropdown(name: str, language: Language) -> tuple[str, ...]:
    """The words a dropdown offers."""
    return tuple(w[1] if language == "zh" else w[2] for w in LISTS[name])


@lru_cache(maxsize=4096)  # thousands of cells, a few hundred words
def decode(name: str, text: str) -> str | None:
    """The code of a word in either language, or of a code; None for a word not in the list."""
    wanted = plain(text)
    aliases = ALIASES.get(name, {})
    for code, zh, en in words(name) if name in LISTS else ():
        if wanted in (plain(code), plain(zh), plain(en)):
            return code
    return aliases.get(wanted)
