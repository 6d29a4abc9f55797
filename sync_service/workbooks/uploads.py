"""What an uploaded or imported workbook may hold: cells, and nothing that runs or reaches outside.

A manager's own workbook keeps its macros when it is patched; they are carried as bytes and never
run. A file that comes from elsewhere is refused when it holds any active content.
"""

from __future__ import annotations

import re
from pathlib import Path

from sync_service.workbooks.book import open_book
from sync_service.workbooks.dependents import formula_cells
from sync_service.workbooks.markup import to_utf8, tree
from sync_service.workbooks.package import UPLOAD, Package, open_package
from sync_service.workbooks.refusals import ActiveContentError, DamagedBookError, RefusedBookError

_PARTS = {
    "vbaproject": "macros (vbaProject)",
    "vbadata": "macros (vbaData)",
    "externallinks/": "links to other workbooks",
    "embeddings/": "embedded objects",
    "activex/": "ActiveX controls",
    "connections.xml": "data connections",
    "customui/": "a custom ribbon",
    "querytables/": "query tables",
    "webextensions/": "web extensions",
    "macrosheets/": "Excel 4 macro sheets",
    "dialogsheets/": "dialog sheets",
    "ctrlprops/": "form controls",
    "datamodel/": "a data model",
    "model/": "a data model",
    "_xmlsignatures/": "a digital signature",
}
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_ACTIVE_TYPES = ("macroenabled", "vbaproject", "oleobject", "activex", ".addin.", "binary.main")
_FUNCTIONS = re.compile(
    r"(?i)(?<![\w.])(?:_xlfn\.|_xlws\.)*"
    r"(WEBSERVICE|IMPORT\w*|HYPERLINK|FILTERXML|CALL|EXEC|REGISTER(?:\.ID)?|RTD|DDE\w*|EVALUATE|IMAGE)"
    r"\s*\("
)
_DDE = re.compile(r"(?:^|[=+\-(,;\s])(?:'[^']+'|[\w.]+)\|(?:'[^']*'|[^\s!]*)!")
_TEXT = re.compile(r'"(?:[^"]|"")*"')


def check_upload(path: Path) -> None:
    """Raise for a workbook that may not come in; a plain .xlsx passes."""
    if path.suffix.casefold() != ".xlsx":
        raise ActiveContentError(path.name, f"the ending {path.suffix or '(none)'}")
    try:
        with path.open("rb") as file:
            data = file.read(UPLOAD.file_bytes + 1)
    except OSError as error:
        raise RefusedBookError(
            f"{path.name} cannot be read ({error.strerror}). Check the path and retry.",
            f"{path.name} 无法读取（{error.strerror}）。请检查路径后重试。",
        ) from error
    check_upload_bytes(data, path.name)


def check_upload_bytes(data: bytes, name: str) -> None:
    """The same for bytes that came over the network."""
    package = open_package(data, name, UPLOAD)
    _check_parts(package, name)
    _check_types(package, name)
    _check_outside_links(package, name)
    _check_formulas(package, name)


def _check_parts(package: Package, name: str) -> None:
    for part in package.members:
        lowered = part.replace("\\", "/").casefold()
        for sign, what in _PARTS.items():
            if f"/{sign}" in f"/{lowered}":
                raise ActiveContentError(name, f"{what}: {part}")


def _check_types(package: Package, name: str) -> None:
    """The workbook must say that it is a plain one, and no part may say otherwise."""
    types = package.find("[Content_Types].xml")
    if types is None:
        raise DamagedBookError("it has no content types", "缺少内容类型部件")
    found = [
        node.get("ContentType", "").casefold()
        for node in tree(to_utf8(package.read(types))[0], types)
    ]
    for kind in found:
        if any(sign in kind for sign in _ACTIVE_TYPES):
            raise ActiveContentError(name, f"the content type {kind}")
    if _WORKBOOK not in found:
        raise ActiveContentError(name, "no plain workbook")


def _check_outside_links(package: Package, name: str) -> None:
    """Relationships to the outside: a link that a person clicks is fine, all else is not."""
    for part in package.members:
        if not part.endswith(".rels"):
            continue
        for node in tree(to_utf8(package.read(part))[0], part):
            kind = node.get("Type", "").rpartition("/")[2]
            if node.get("TargetMode") == "External" and kind != "hyperlink":
                raise ActiveContentError(name, f"a link to the outside ({kind})")


def _check_formulas(package: Package, name: str) -> None:
    book = open_book(package, name)
    for sheet in book.sheets:
        for formula in formula_cells(book, sheet):
            _check_formula(name, f"{sheet.title}!{formula.covers}", formula.text)
    for defined in book.names:
        _check_formula(name, defined.name, defined.text)


def _check_formula(name: str, where: str, formula: str) -> None:
    bare = _TEXT.sub('""', formula)
    found = _FUNCTIONS.search(bare)
    if found:
        raise ActiveContentError(name, f"the function {found[1].upper()} in {where}")
    if _DDE.search(bare):
        raise ActiveContentError(name, f"a DDE link in {where}")
