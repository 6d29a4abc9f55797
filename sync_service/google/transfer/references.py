"""References as text: `'My tab'!$A$1:$B$2` to a title and an area, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from sync_service.workbooks.areas import LAST_COLUMN, LAST_ROW, Area, area, column_number, letters

_PLAIN = re.compile(
    r"^(?P<sheet>'(?:[^']|'')+'!|[^'!\[\]:(),\"&+*/<>=^\s-]+!)?"
    r"(?P<body>\$?[A-Za-z]{1,3}\$?\d{1,7}(?::\$?[A-Za-z]{1,3}\$?\d{1,7})?"
    r"|\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3})$"
)
_GROWING = re.compile(r"^(?P<first>.+):INDEX\((?P<whole>[^,()]+),", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reference:
    """A rectangle of a tab; an empty title is the formula's own tab."""

    title: str
    area: Area


@lru_cache(maxsize=16384)
def plain(text: str) -> Reference | None:
    """A reference that is one rectangle and nothing else."""
    found = _PLAIN.match(text.strip().removeprefix("="))
    if not found:
        return None
    body = found["body"].replace("$", "")
    where = area(body) if any(sign.isdigit() for sign in body) else _columns(body)
    return None if where is None else Reference(bare(found["sheet"] or ""), where)


def _columns(body: str) -> Area | None:
    first, last = (column_number(one) for one in body.split(":"))
    return Area(1, first, LAST_ROW, last) if last <= LAST_COLUMN else None


def growing(text: str) -> Reference | None:
    """The whole range of `A5:INDEX(A5:A2000, …)`, as a list grows in Excel."""
    found = _GROWING.match(text.strip().removeprefix("="))
    if not found or plain(found["first"]) is None:
        return None
    return plain(found["whole"])


def bare(prefix: str) -> str:
    """The title in `'My tab'!`."""
    text = prefix.removesuffix("!")
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def quoted(title: str) -> str:
    """A title as a formula names its tab."""
    escaped = title.replace("'", "''")
    return f"'{escaped}'!"


def written(one: Reference) -> str:
    """A reference with its title, all parts fixed."""
    return (quoted(one.title) if one.title else "") + fixed(one.area)


def fixed(where: Area) -> str:
    """An area with dollar signs; whole columns as such."""
    left, right = letters(where.left), letters(where.right)
    if (where.top, where.bottom) == (1, LAST_ROW):
        return f"${left}:${right}"
    first, last = f"${left}${where.top}", f"${right}${where.bottom}"
    return first if first == last else f"{first}:{last}"


def clipped(where: Area, rows: int, columns: int) -> Area | None:
    """What of an area lies in a grid."""
    made = Area(where.top, where.left, min(where.bottom, rows), min(where.right, columns))
    return made if made.top <= made.bottom and made.left <= made.right else None
