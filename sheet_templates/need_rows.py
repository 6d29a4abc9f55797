"""The rows that Needs starts with, in the language of the workbook; nothing is ticked."""

from __future__ import annotations

import tomllib
from pathlib import Path

from sheet_templates.layout import Language
from sheet_templates.start import StartRow

FILE = Path(__file__).with_name("needs.toml")


def need_rows(language: Language) -> dict[str, tuple[StartRow, ...]]:
    """Both tables by name."""
    at = 0 if language == "zh" else 1
    text = tomllib.loads(FILE.read_text(encoding="utf-8"))
    pains, needs = (_lines(text[name]) for name in ("pains", "needs"))
    return {
        "tblPain": tuple(
            {"no": no, "pain": texts[at], "here": "no", "answer": texts[2 + at]}
            for no, *texts in pains
        ),
        "tblNeed": tuple(
            {
                "metric": metric,
                "watch": "no",
                "role": role,
                "pain": pain or None,
                "why": texts[at],
            }
            for metric, role, pain, *texts in needs
        ),
    }


def _lines(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.split("|")] for line in text.strip().splitlines()]
