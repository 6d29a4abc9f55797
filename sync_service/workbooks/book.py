"""A workbook's parts, found through relationships and never by their names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import unquote

from lxml import etree

from sync_service.workbooks.markup import to_utf8, tree
from sync_service.workbooks.package import Package
from sync_service.workbooks.refusals import DamagedBookError
from sync_service.workbooks.serials import is_date_format
from sync_service.workbooks.texts import SharedTexts, shared_texts

# A thread waits up to 5 ms for Python's lock after each tab; several wait side by side.
_READERS = 4


@dataclass(frozen=True, slots=True)
class Link:
    """One relationship; `kind` is the last word of its type, equal in both namespace families."""

    kind: str
    target: str  # member name, or the address outside


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One tab."""

    title: str
    part: str
    index: str  # sheetId, which calcChain uses
    order: int  # position among the tabs; localSheetId counts so
    grid: bool  # False for chart sheets and dialogs


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A defined name; `scope` is the tab it belongs to, None for the whole workbook."""

    name: str
    text: str
    scope: int | None


@dataclass(slots=True)
class Book:
    """A package seen as a workbook; parts are read when asked, and `changed` ones win."""

    package: Package
    name: str  # the file's name, for messages
    workbook: str  # member name of the workbook part
    sheets: tuple[SheetPart, ...]
    names: tuple[DefinedName, ...]
    date1904: bool
    changed: dict[str, bytes | None] = field(default_factory=dict)  # UTF-8 inside, see `encodings`
    reasons: dict[str, str] = field(default_factory=dict)  # part -> why it changed
    encodings: dict[str, str] = field(default_factory=dict)  # parts that are not UTF-8
    _cache: dict[str, bytes] = field(default_factory=dict)
    _coming: dict[str, Future[bytes]] = field(default_factory=dict)
    _texts: SharedTexts | None = None
    _date_styles: list[bool] | None = None

    def xml(self, part: str) -> bytes:
        """A part as UTF-8, with the changes made so far."""
        new = self.changed.get(part)
        if new is not None:
            return new
        if part not in self._cache:
            coming = self._coming.pop(part, None)
            text, encoding = to_utf8(coming.result() if coming else self.package.read(part))
            if encoding:
                self.encodings[part] = encoding
            self._cache[part] = text
        return self._cache[part]

    def prefetch(self) -> None:
        """Start inflating all tabs in threads: zlib lets other threads run meanwhile."""
        pool = ThreadPoolExecutor(_READERS)
        for sheet in self.sheets:
            if sheet.grid and sheet.part not in self._cache:
                self._coming[sheet.part] = pool.submit(self.package.read, sheet.part)
        pool.shutdown(wait=False)

    def change(self, part: str, xml: bytes | None, reason: str) -> None:
        """Keep a new content (None: leave the part out); equal content is no change."""
        if xml is not None and xml == self.xml(part):
            return
        self.changed[part] = xml
        known = self.reasons.get(part, "")
        if reason not in known:
            self.reasons[part] = f"{known}; {reason}" if known else reason

    def links(self, part: str) -> dict[str, Link]:
        """Relationships of a part by id."""
        return links(self.package, part)

    def sheet(self, title: str) -> SheetPart | None:
        """A tab by title; case is ignored, as Excel does."""
        wanted = title.casefold()
        return next((s for s in self.sheets if s.title.casefold() == wanted), None)

    @property
    def texts(self) -> SharedTexts:
        """The shared strings."""
        if self._texts is None:
            part = self.linked("sharedStrings")
            self._texts = shared_texts(self.xml(part) if part else None)
        return self._texts

    def linked(self, kind: str) -> str | None:
        """The first existing part of a kind that the workbook part links to."""
        parts = (link.target for link in self.links(self.workbook).values() if link.kind == kind)
        return next((p for p in parts if p in self.package.members), None)

    def is_date(self, style: int) -> bool:
        """True when a cell format shows days."""
        if self._date_styles is None:
            part = self.linked("styles")
            found = cell_formats(self.xml(part)) if part else []
            self._date_styles = [is_date_format(one.number, one.code) for one in found]
        return style < len(self._date_styles) and self._date_styles[style]

    def parts_of(self, kind: str) -> Iterator[str]:
        """Members whose content type ends in this kind, such as `drawingml.chart+xml`."""
        types = self.package.find("[Content_Types].xml")
        if types is None:
            return
        for node in tree(self.xml(types), types):
            name = self.package.find(unquote(node.get("PartName", "")).lstrip("/"))
            if name and node.get("ContentType", "").endswith(kind):
                yield name


def links(package: Package, part: str) -> dict[str, Link]:
    """Relationships of a part (`` for the package) with targets as member names."""
    folder, base = posixpath.split(part)
    member = package.find(posixpath.join(folder, "_rels", f"{base}.rels"))
    if member is None:
        return {}
    found = {}
    for node in tree(to_utf8(package.read(member))[0], member):
        kind = node.get("Type", "").rpartition("/")[2]
        target = node.get("Target", "")
        if node.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
            target = package.find(target) or target
        found[node.get("Id", "")] = Link(kind, target)
    return found


def open_book(package: Package, name: str) -> Book:
    """Find the workbook part, its tabs and its names."""
    main = next((v.target for v in links(package, "").values() if v.kind == "officeDocument"), "")
    if main not in package.members:
        raise DamagedBookError("it has no workbook part", "缺少工作簿部件")
    if not main.endswith(".xml"):
        raise DamagedBookError("it is a binary workbook (.xlsb)", "这是二进制工作簿 (.xlsb)")
    root = tree(to_utf8(package.read(main))[0], main)
    relations = links(package, main)
    sheets = []
    for order, node in enumerate(_children(root, "sheets")):
        link = relations.get(_relation_id(node))
        if link is not None and link.target in package.members:
            grid = link.kind == "worksheet"
            sheets.append(
                SheetPart(node.get("name", ""), link.target, node.get("sheetId", ""), order, grid)
            )
    names = tuple(
        DefinedName(n.get("name", ""), n.text or "", _number(n.get("localSheetId")))
        for n in _children(root, "definedNames")
    )
    setting = next((n for n in root if _local(n) == "workbookPr"), None)
    date1904 = setting is not None and setting.get("date1904") in ("1", "true", "on")
    return Book(package, name, main, tuple(sheets), names, date1904)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


def _local(node: object) -> str:
    tag = getattr(node, "tag", "")
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(root: object, name: str) -> list:  # type: ignore[type-arg]  # lxml has no types
    parent = next((n for n in root if _local(n) == name), ())  # type: ignore[attr-defined]  # same
    return [n for n in parent if _local(n)]


def _relation_id(node: object) -> str:
    """The `r:id` of a node, in either namespace family."""
    items = node.attrib.items()  # type: ignore[attr-defined]  # lxml has no types
    return next((v for k, v in items if k.endswith("}id")), "")


@dataclass(frozen=True, slots=True)
class CellFormat:
    """One cell format: its number format, and all else of it in one canonical text."""

    number: int
    code: str | None  # None: built in
    look: bytes


def cell_formats(xml: bytes) -> list[CellFormat]:
    """The cell formats of a styles part in the order in which cells name them."""
    root = tree(xml, "styles")
    codes = {
        _number(n.get("numFmtId")): n.get("formatCode", "") for n in _children(root, "numFmts")
    }
    found = []
    for node in _children(root, "cellXfs"):
        number = _number(node.attrib.pop("numFmtId", None)) or 0
        node.attrib.pop("applyNumberFormat", None)
        node.tail = None
        found.append(CellFormat(number, codes.get(number), etree.tostring(node, method="c14n")))
    return found
