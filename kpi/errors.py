"""What can go wrong: `KpiError` stops before anything runs, `Problem` is carried and shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kpi.model import Language


class KpiError(Exception):
    """A definition or setting that cannot be used; its text says what, where and the mend.

    `texts` holds the sentence in both languages. What a user can meet is written in both; a
    fault of the program itself may be English alone, and is then shown as it is.
    """

    def __init__(self, en: str = "", zh: str = "") -> None:
        """Make the sentence."""
        super().__init__(en)
        self.texts: dict[Language, str] = {"en": en, "zh": zh or en}


class UnansweredError(KpiError):
    """A question that the data cannot answer."""


class Level(StrEnum):
    """How much a problem matters to the reader."""

    ERROR = "error"  # a value is left out because of it
    WARNING = "warning"  # a value is shown, with doubt
    NOTE = "note"  # for information


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem sits; `text` for places outside a workbook (a file, a stream, a shop)."""

    sheet: str | None = None  # the tab's title as the reader sees it
    cell: str | None = None  # A1 address
    table: str | None = None  # table name, for example tblTarget
    text: str | None = None

    def __str__(self) -> str:
        """The place in one piece: `目标!D7 (tblTarget)` or the free text."""
        spot = f"{self.sheet}!{self.cell}" if self.sheet and self.cell else self.sheet or ""
        named = f"{spot} ({self.table})" if spot and self.table else spot or self.table or ""
        return f"{named} {self.text}".strip() if self.text else named


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in the world: what, where, how to mend it; the rest goes on."""

    code: str  # stable, snake_case, for tests and scripts
    level: Level
    place: Place
    what: dict[Language, str]  # one sentence a language
    mend: dict[Language, str]  # one sentence a language

    def line(self, language: Language) -> str:
        """The whole problem in one line of the reader's language."""
        return f"{self.place}: {self.what[language]} {self.mend[language]}".strip()
