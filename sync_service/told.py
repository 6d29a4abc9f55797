"""Why something did not run, as one sentence in both languages: what, where, and the mend."""

from __future__ import annotations

from collections.abc import Mapping

from kpi.errors import KpiError
from kpi.model import Language, Texts


class ToldError(KpiError):
    """A refusal whose sentence is written in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        """Make the sentence; neither language may be left out."""
        super().__init__(en, zh)


class BusyError(ToldError):
    """Somebody else is at it: the same command works later."""


def sentence(error: BaseException, language: Language) -> str:
    """The sentence of a refusal in the reader's language."""
    return texts_of(error)[language]


def texts_of(error: BaseException) -> Texts:
    """The sentence of a refusal in both languages; the same where it has only one."""
    texts = getattr(error, "texts", None)
    if isinstance(texts, Mapping):
        return {"en": str(texts["en"]), "zh": str(texts["zh"])}
    return {"en": str(error), "zh": str(error)}
