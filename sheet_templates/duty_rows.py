"""The rows that Management logic and Duties start with, in the language of the workbook."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sheet_templates.layout import Language
from sheet_templates.start import StartRow

FILE = Path(__file__).with_name("duties.toml")
LOGIC_WORDS = ("area", "action", "success", "measured")
DUTY_WORDS = ("purpose", "duties", "decides")


@cache
def _lines(name: str) -> tuple[tuple[str, ...], ...]:
    text = tomllib.loads(FILE.read_text(encoding="utf-8"))[name]
    return tuple(
        tuple(part.strip() for part in line.split("|")) for line in text.strip().splitlines()
    )


def duty_rows(language: Language) -> dict[str, tuple[StartRow, ...]]:
    """Both tables by name; nothing in them is agreed yet."""
    return {"tblLogic": tuple(_logic(language)), "tblDuty": tuple(_duties(language))}


def _logic(language: Language) -> Iterator[StartRow]:
    at = 0 if language == "zh" else 1
    for line in _lines("logic"):
        area, owner, rest = line[:2], line[2], line[3:]
        texts = (area[at], rest[at], rest[2 + at], rest[4 + at])
        yield {**dict(zip(LOGIC_WORDS, texts, strict=True)), "owner": owner, "agreed": "no"}


def _duties(language: Language) -> Iterator[StartRow]:
    at = 0 if language == "zh" else 1
    for line in _lines("duties"):
        role, rest, above = line[0], line[1:7], line[7]
        texts = (rest[at], rest[2 + at], rest[4 + at])
        yield {
            "role": role,
            **dict(zip(DUTY_WORDS, texts, strict=True)),
            "reports": above or None,
        }
