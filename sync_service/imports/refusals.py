"""Why a file, or one row of it, is not taken: what, where and the mend, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from kpi.errors import KpiError, Level, Place, Problem
from kpi.model import Language


class FileRefusedError(KpiError):
    """Nothing of the file was taken; `texts` holds the sentence in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        """Make the sentence."""
        super().__init__(f"{en} / {zh}")
        self.texts = {"en": en, "zh": zh}


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that was not taken; the rest of the file was."""

    row: int  # as the file counts: the header is row 1 when it stands first
    column: str  # header as printed; empty when the whole row is at fault
    shown: str  # the cell as printed
    en: str
    zh: str

    def line(self, language: Language) -> str:
        """The reason in the reader's language."""
        return self.zh if language == "zh" else self.en


def note(code: str, place: str, en: tuple[str, str], zh: tuple[str, str]) -> Problem:
    """A warning about a file: (what, mend) in both languages."""
    return Problem(
        code,
        Level.WARNING,
        Place(text=place),
        {"en": en[0], "zh": zh[0]},
        {"en": en[1], "zh": zh[1]},
    )
