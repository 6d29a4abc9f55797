"""What the map is made of: tabs, tables, columns and who writes them.

Codes are stable; titles and headers are what a reader sees. A column's owner says who writes it:
M the manager, S the service, F a formula of ours, P a partner or a scored person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Language = Literal["zh", "en"]


class Owner(StrEnum):
    """Who writes a column."""

    MANAGER = "M"
    SERVICE = "S"
    FORMULA = "F"
    PARTNER = "P"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    code: str
    zh: str
    en: str
    owner: Owner
    kind: str  # text money count ratio points date time number choice:<list> days flag link spark
    folded: bool = False  # grouped and folded by default
    later: bool = False  # added after the first books were made: no fault where it is absent

    def header(self, language: Language) -> str:
        """The header text of an edition."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class TableLayout:
    """One table: its name is English and fixed."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    later: bool = False  # added after the first books were made: no fault where it is absent

    @property
    def expected(self) -> tuple[Column, ...]:
        """The columns that a book of any age has."""
        return tuple(column for column in self.columns if not column.later)

    def column(self, code: str) -> Column:
        """The column of a code; KeyError for an unknown one."""
        return next(c for c in self.columns if c.code == code)

    def by_header(self, text: str) -> Column | None:
        """The column whose zh or en header is `text`, blanks and case aside."""
        wanted = text.strip().casefold()
        found = (c for c in self.columns if wanted in (c.zh.casefold(), c.en.casefold()))
        return next(found, None)

    def owned_by(self, *owners: Owner) -> tuple[str, ...]:
        """Codes of the columns of these owners, in order."""
        return tuple(c.code for c in self.columns if c.owner in owners)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One tab."""

    code: str
    zh: str
    en: str
    colour: Literal["blue", "green", "grey", "none"]
    tables: tuple[TableLayout, ...] = field(default=())
    shown: frozenset[str] = frozenset({"basic", "team", "full"})  # modes in which it is visible

    def title(self, language: Language) -> str:
        """The tab's title in an edition; a manager may rename it."""
        return self.zh if language == "zh" else self.en


def columns(text: str) -> tuple[Column, ...]:
    """Read `code | zh | en | owner | kind` lines.

    A trailing `*` on the code folds the column; a `+` behind it says that older books lack it.
    """
    columns = []
    for line in text.strip().splitlines():
        code, zh, en, owner, kind = (part.strip() for part in line.split("|"))
        plain = code.rstrip("+").rstrip("*")
        folded, later = "*" in code, code.endswith("+")
        columns.append(Column(plain, zh, en, Owner(owner), kind, folded, later))
    return tuple(columns)
