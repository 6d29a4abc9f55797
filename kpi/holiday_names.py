"""The names of public holidays in both languages; the package gives them in English."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from kpi.model import Texts

_TABLE = Path(__file__).with_suffix(".toml")
_OBSERVED = " (observed)"
_INSTEAD = re.compile(r"Day off \(substituted from .*\)")  # a day that a make-up day pays for


@cache
def _chinese() -> Mapping[str, str]:
    with _TABLE.open("rb") as file:
        return {name: str(zh) for name, zh in tomllib.load(file).items()}


def holiday_names(name: str) -> Texts:
    """A holiday as the package names it, several at once joined by `; `, in both languages."""
    parts = [_INSTEAD.sub("Day off", part) for part in name.split("; ")]
    return {"zh": "、".join(_zh(part) for part in parts), "en": "; ".join(parts)}


def _zh(part: str) -> str:
    plain = part.removesuffix(_OBSERVED)
    known = _chinese().get(plain, plain)
    return known if plain == part else f"{known}（补假）"
