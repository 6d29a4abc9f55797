"""What can be wrong in a workbook, as `messages.toml` says it: what happened and the mend."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from kpi.errors import Level, Place, Problem

_FILE = Path(__file__).with_name("messages.toml")


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of problem; texts have {named} places."""

    zh: str
    en: str
    mend_zh: str
    mend_en: str
    level: Level = Level.ERROR


def _read() -> dict[str, Message]:
    """Every message by its code."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        code: Message(level=Level(fields.pop("level", Level.ERROR)), **fields)
        for code, fields in table.items()
    }


MESSAGES = _read()


def problem(code: str, place: Place, **values: object) -> Problem:
    """A Problem of a kind, its {named} places filled."""
    message = MESSAGES[code]
    return Problem(
        code,
        message.level,
        place,
        {"zh": message.zh.format(**values), "en": message.en.format(**values)},
        {"zh": message.mend_zh.format(**values), "en": message.mend_en.format(**values)},
    )
