"""XML as bytes with offsets: what changes is spliced in, all else stays as it was written.

A tree would rewrite prefixes, quotes and unknown extensions; Excel calls a workbook corrupt when a
prefix that `mc:Ignorable` names has lost its declaration.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from xml.parsers import expat

from lxml import etree

from sync_service.workbooks.refusals import DamagedBookError

TAG = re.compile(
    rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>"
    rb"|(/?)([^\s/>!?=<]+)((?:\s+[^\s=>/]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(rb"\s+([^\s=>/]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ENTITY = re.compile(r"&(#x[0-9a-fA-F]+|#[0-9]+|\w+);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ILLEGAL = re.compile("[\x01-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_NEVER = re.compile("[\x00\ud800-\udfff]")
LONGEST = 32_767  # characters of one cell
_LARGEST_WHOLE = 1e15  # beyond it a double is written with its exponent

Splice = tuple[int, int, bytes]


@dataclass(frozen=True, slots=True)
class Element:
    """Where one element stands; `inner` to `inner_end` is its content (empty if self-closed)."""

    name: bytes  # with its prefix
    start: int
    inner: int
    inner_end: int
    end: int
    attributes: bytes  # as written, with a leading blank

    @property
    def local(self) -> bytes:
        """The name without its prefix."""
        return self.name.rpartition(b":")[2]

    @property
    def closed(self) -> bool:
        """True for `<name/>`."""
        return self.inner == self.end

    def get(self, name: str) -> str | None:
        """One attribute, unescaped."""
        return attributes(self.attributes).get(name)


def attributes(text: bytes) -> dict[str, str]:
    """Attributes by qualified name, unescaped."""
    return {
        m[1].decode(): unescape((m[2] if m[2] is not None else m[3]).decode())
        for m in _ATTRIBUTE.finditer(text)
    }


def elements(
    xml: bytes, names: Collection[bytes], start: int = 0, end: int | None = None
) -> list[Element]:
    """All elements with these local names, in order of their end tags, at any depth."""
    last = len(xml) if end is None else end
    # Only where a comment or CDATA may hide something that looks like a tag, every tag is read.
    tags = TAG if xml.find(b"<!", start, last) >= 0 else _only(tuple(names))
    found: list[Element] = []
    open_tags: list[re.Match[bytes]] = []
    for tag in tags.finditer(xml, start, last):
        name = tag[2]
        if name is None or name.rpartition(b":")[2] not in names:
            continue
        if tag[1]:
            if not open_tags:
                continue
            first = open_tags.pop()
            found.append(
                Element(name, first.start(), first.end(), tag.start(), tag.end(), first[3])
            )
        elif tag[4]:
            found.append(Element(name, tag.start(), tag.end(), tag.end(), tag.end(), tag[3]))
        else:
            open_tags.append(tag)
    return found


@lru_cache(maxsize=256)
def _only(names: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """TAG for some local names; a name is told apart from longer ones by what follows it."""
    return re.compile(
        rb"<(/?)((?:[\w.-]+:)?(?:%b))((?:\s+[^\s=>/]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*)\s*(/?)>"
        % b"|".join(map(re.escape, names))
    )


def with_attributes(xml: bytes, element: Element, values: dict[str, str | None]) -> Splice:
    """A splice of the start tag with attributes set, added or (None) taken away."""
    tag_end = element.inner if not element.closed else element.end
    tag = xml[element.start : tag_end]
    for name, value in values.items():
        tag = _with_attribute(tag, name.encode(), value)
    return element.start, tag_end, tag


def _with_attribute(tag: bytes, name: bytes, value: str | None) -> bytes:
    new = b"" if value is None else b' %b="%b"' % (name, escape_attribute(value))
    for found in _ATTRIBUTE.finditer(tag):
        if found[1] == name:
            return tag[: found.start()] + new + tag[found.end() :]
    cut = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:cut].rstrip() + new + tag[cut:]


def spliced(xml: bytes, splices: Iterable[Splice]) -> bytes:
    """The bytes with every splice done; splices must not overlap."""
    pieces: list[bytes] = []
    at = 0
    for start, end, new in sorted(splices):
        pieces += (xml[at:start], new)
        at = end
    return b"".join((*pieces, xml[at:]))


def unescape(text: str) -> str:
    """XML text or attribute value as characters; only the five entities exist."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    name = entity[1]
    if name.startswith("#"):
        return chr(int(f"0{name[1:]}", 16) if name[1] == "x" else int(name[1:]))
    if name not in _ENTITIES:
        raise DamagedBookError(f"entity &{name};", f"未知实体 &{name};")
    return _ENTITIES[name]


def escape_attribute(text: str) -> bytes:
    """An attribute value between double quotes."""
    clean = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace('"', "&quot;").replace("\n", "&#10;").encode()


def storable(text: str) -> str:
    """The text as a cell can hold it: never NUL, never half a character, not over 32,767."""
    return _NEVER.sub("\ufffd", text)[:LONGEST]


def escape_text(text: str) -> bytes:
    """Cell text: what XML cannot hold as `_xHHHH_`, and a literal `_x0041_` guarded."""
    clean = _ILLEGAL.sub(lambda m: f"_x{ord(m[0]):04X}_", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def cell_text(raw: bytes) -> str:
    """Cell text as stored between tags: entities and `_xHHHH_` taken back."""
    text = unescape(raw.decode().replace("\r\n", "\n").replace("\r", "\n"))
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def text_element(prefix: bytes, name: bytes, text: str) -> bytes:
    """`<t>` with its blanks kept where they are at an end or a line breaks."""
    keep = b' xml:space="preserve"' if text != text.strip() or "\n" in text else b""
    return b"<%b%b%b>%b</%b%b>" % (prefix, name, keep, escape_text(text), prefix, name)


def to_utf8(xml: bytes) -> tuple[bytes, str | None]:
    """The part as UTF-8, and its own encoding where it is UTF-16 (None: it is UTF-8)."""
    for mark, name in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if xml.startswith(mark):
            return xml[2:].decode(name).encode(), name
    return xml, None


def from_utf8(xml: bytes, encoding: str | None) -> bytes:
    """Back to the part's own encoding."""
    if encoding is None:
        return xml
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff"
    return mark + xml.decode().encode(encoding)


def tree(xml: bytes, name: str) -> etree._Element:
    """A small part as a tree, for reading only; entities, DTD and network are off."""
    if b"<!DOCTYPE" in xml:
        raise DamagedBookError(f"{name} declares a document type", f"{name} 含 DOCTYPE")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise DamagedBookError(f"{name}: {error}", f"{name} 不是合法 XML") from error


def well_formed(xml: bytes) -> str | None:
    """None when a parser accepts the part, else what it says."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        return str(error)
    return None


def number_text(value: float) -> bytes:
    """The shortest text that gives the same double again."""
    if value.is_integer() and -_LARGEST_WHOLE < value < _LARGEST_WHOLE:
        return b"%d" % value
    return repr(value).encode()
