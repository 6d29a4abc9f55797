"""The shared strings of a workbook: read lazily, never written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sync_service.workbooks.markup import cell_text, elements, escape_text, tree

_ITEM = re.compile(rb"<si(?:/>|>(.*?)</si>)", re.DOTALL)
_PLAIN = re.compile(rb"<t(?: xml:space=\"preserve\")?>([^<]*)</t>")


@dataclass(slots=True)
class SharedTexts:
    """Every shared string as bytes; decoded when asked, found by text when asked."""

    items: list[bytes]
    _decoded: dict[int, str] = field(default_factory=dict)
    _found: dict[bytes, int] | None = None

    def text(self, index: int) -> str:
        """The text of one string; rich text gives its characters."""
        if index not in self._decoded:
            self._decoded[index] = rich_text(self.items[index])
        return self._decoded[index]

    def plain(self, text: str) -> int | None:
        """The number of an identical plain string, so that the part need not change."""
        if self._found is None:
            self._found = {}
            for index, item in enumerate(self.items):
                plain = _PLAIN.fullmatch(item)
                if plain and (plain[1].strip() == plain[1] or b"preserve" in item[:25]):
                    self._found.setdefault(plain[1], index)
        return self._found.get(escape_text(text))


def rich_text(item: bytes) -> str:
    """The characters of a `<si>` or `<is>` content: all its runs, without the phonetic guides."""
    plain = _PLAIN.fullmatch(item)
    if plain:
        return cell_text(plain[1])
    guides = [(g.start, g.end) for g in elements(item, (b"rPh",))]
    runs = [t for t in elements(item, (b"t",)) if not any(s <= t.start < e for s, e in guides)]
    return "".join(cell_text(_without_cdata(item[t.inner : t.inner_end])) for t in runs)


def _without_cdata(raw: bytes) -> bytes:
    """CDATA sections as escaped text."""
    if b"<![CDATA[" not in raw:
        return raw

    def plain(section: re.Match[bytes]) -> bytes:
        return section[1].replace(b"&", b"&amp;").replace(b"<", b"&lt;")

    return re.sub(rb"<!\[CDATA\[(.*?)\]\]>", plain, raw, flags=re.DOTALL)


def shared_texts(xml: bytes | None) -> SharedTexts:
    """The strings of the part; none where there is no part."""
    if xml is None:
        return SharedTexts([])
    body = re.search(rb"<((?:\w+:)?)sst[\s>]", xml)
    if body and not body[1] and b"<!" not in xml:
        return SharedTexts([m[1] or b"" for m in _ITEM.finditer(xml)])
    tree(xml, "shared strings")  # refuses a document type and what is not well-formed
    return SharedTexts([xml[e.inner : e.inner_end] for e in elements(xml, (b"si",))])
