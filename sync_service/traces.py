"""Whether a workbook still holds a text anywhere: in cells, names, caches, notes, properties."""

from __future__ import annotations

import re
from collections.abc import Collection

from kpi.errors import KpiError
from sync_service.workbooks.markup import cell_text, to_utf8
from sync_service.workbooks.package import open_package

_SHORTEST = 3  # letters; anything shorter is found everywhere and tells nothing


class TracesError(KpiError):
    """A partner's file would still tell of something outside the partner's scope."""


def traces(data: bytes, texts: Collection[str]) -> dict[str, str]:
    """Each of these texts that stands somewhere in the file, with the part that holds it."""
    wanted = {s: _pattern(s) for t in texts if len(s := t.strip()) >= _SHORTEST}
    found: dict[str, str] = {}
    package = open_package(data, "slice")
    for part in package.members:
        read = to_utf8(package.read(part))[0].decode("utf-8", "replace")
        said = cell_text(read.encode()) if "&" in read else read
        found.update({t: part for t, one in wanted.items() if t in said and one.search(said)})
    return found


def _pattern(text: str) -> re.Pattern[str]:
    """The text as a word of its own, letters of any script."""
    before = r"(?<!\w)" if text[0].isalnum() else ""
    after = r"(?!\w)" if text[-1].isalnum() else ""
    return re.compile(before + re.escape(text) + after)


def keeps_copies(data: bytes) -> bool:
    """Whether a file holds a pivot: its cache keeps a copy of rows, numbers and dates too."""
    return any("pivotcache" in part.casefold() for part in open_package(data, "slice").members)
