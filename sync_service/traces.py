"""Whether a workbook still holds a text anywhere: in cells, names, caches, notes, properties."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from kpi.errors import KpiError
from sync_service.workbooks.markup import to_utf8
from sync_service.workbooks.package import open_package

_SHORTEST, _SHORTEST_LATIN = 2, 3  # 张敏 tells a name, DE stands everywhere


class TracesError(KpiError):
    """A partner's file would still tell of something outside the partner's scope."""


def traces(data: bytes, texts: Collection[str]) -> dict[str, str]:
    """Each of these texts that stands somewhere in the file, with the part that holds it."""
    wanted = {text: _pattern(text) for one in texts if tells(text := one.strip())}
    found: dict[str, str] = {}
    package = open_package(data, "slice")
    for part in package.members:
        read = to_utf8(package.read(part))[0].decode("utf-8", "replace")
        said = html.unescape(read)
        found.update({t: part for t, one in wanted.items() if t in said and one.search(said)})
    return found


def tells(text: str) -> bool:
    """Whether a text is long enough to tell something by itself."""
    return len(text) >= (_SHORTEST_LATIN if text.isascii() else _SHORTEST)


def _pattern(text: str) -> re.Pattern[str]:
    """The text as words of its own where it is Latin; Chinese has no blanks between words."""
    before = r"(?<![A-Za-z0-9_])" if re.match(r"[A-Za-z0-9_]", text) else ""
    after = r"(?![A-Za-z0-9_])" if re.search(r"[A-Za-z0-9_]$", text) else ""
    return re.compile(before + re.escape(text) + after)


def keeps_copies(data: bytes) -> bool:
    """Whether a file holds a pivot: its cache keeps a copy of rows, numbers and dates too."""
    return any("pivotcache" in part.casefold() for part in open_package(data, "slice").members)
