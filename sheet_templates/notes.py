"""The note on every header, from notes.toml: at most two lines, meaning first."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from sheet_templates.layout import Language

FILE = Path(__file__).with_name("notes.toml")


@cache
def _all() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def note(table: str, column: str, language: Language) -> str:
    """The note of a header; a column shared by many tables is explained once, under `any`."""
    notes = _all()
    found = notes.get(table, {}).get(column) or notes["any"][column]
    return found[language]
