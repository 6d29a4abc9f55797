"""The seal of a workbook: a signed list of all that is in it, as a part of the file itself.

The seal stands in the package as a custom XML part, which spreadsheet programs ignore and keep, so
it cannot be left behind when the file is sent on. It signs the file as it is with an empty seal:
every part, and every byte of the zip around them.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from sync_service import audit
from sync_service.cell_texts import CellTexts, cell_texts
from sync_service.signing import Signer, is_signed, key_id
from sync_service.told import ToldError
from sync_service.workbooks.book import open_book
from sync_service.workbooks.package import Package, open_package, rebuilt
from sync_service.workbooks.refusals import DamagedBookError

PART = "customXml/linkstar-seal.xml"
KIND = "seal 1"
_TYPES = "[Content_Types].xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_OPEN, _CLOSE = b'<seal xmlns="urn:linkstar:seal">', b"</seal>"
EMPTY = _OPEN + _CLOSE
_OLDEST = (1980, 1, 1, 0, 0, 0)  # of a zip: the file says no time of its own
_MOST_CELLS = 400_000_000  # bytes of the list of cells, inflated


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal whose signature holds."""

    about: Mapping[str, Any]  # what the file is: kind, period, company, contracts, scores
    parts: Mapping[str, str]  # part -> SHA-256
    whole: str  # SHA-256 of the file with an empty seal
    public: bytes
    _cells: str

    @property
    def key(self) -> str:
        """The id of the key that signed."""
        return key_id(self.public)

    def cells(self) -> CellTexts:
        """Every filled cell as it was signed."""
        engine = zlib.decompressobj()
        plain = engine.decompress(base64.b64decode(self._cells), _MOST_CELLS)
        found: dict[str, dict[str, list[str | None]]] = json.loads(plain)
        return {
            sheet: {cell: (text or "", formula) for cell, (text, formula) in texts.items()}
            for sheet, texts in found.items()
        }


class NoSealError(ToldError):
    """The workbook was never sealed, or the seal was taken out."""

    def __init__(self, name: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"{name} holds no seal, so nothing in it can be verified. Ask for the file as it was "
            "sent; a copy saved by some programs loses the seal.",
            f"{name} 中没有签名封印，无法验证。请索取原始文件；部分程序另存时会丢失封印。",
        )


class BrokenSealError(ToldError):
    """The seal itself is not what was signed."""

    def __init__(self, why: str, zh: str) -> None:
        """Make the sentence."""
        super().__init__(
            f"The seal ({PART}) was changed: {why}.", f"签名封印（{PART}）被改动：{zh}。"
        )


# --- writing --------------------------------------------------------------------------------------


def sealed(data: bytes, name: str, about: Mapping[str, object], signer: Signer) -> bytes:
    """The same workbook with a seal over all of it; an older seal is replaced."""
    bare = _emptied(_with_room(open_package(data, name), name))
    package = open_package(bare, name)
    if _emptied(package) != bare:
        raise DamagedBookError("it cannot be written twice alike", "无法得到稳定的写法")
    said = {
        "about": dict(about),
        "parts": digests(package),
        "whole": hashlib.sha256(bare).hexdigest(),
        "cells": _packed(cell_texts(open_book(package, name))),
        "public": base64.b64encode(signer.public).decode(),
    }
    signature = signer.sign(KIND, audit.canonical(said))
    signed = {**said, "signature": base64.b64encode(signature).decode()}
    return b"".join(rebuilt(package, {PART: _written(signed)}))


def _written(signed: Mapping[str, object]) -> bytes:
    return _OPEN + escape(audit.canonical(signed).decode(), quote=False).encode() + _CLOSE


def _packed(texts: CellTexts) -> str:
    return base64.b64encode(zlib.compress(audit.canonical(texts), 9)).decode()


def _with_room(package: Package, name: str) -> Package:
    """The package with a part for the seal, named in its lists."""
    if PART in package.members:
        return package
    types = _inserted(
        package.read(_TYPES),
        b'Override PartName="/%b" ContentType="application/xml"' % PART.encode(),
        b"Types",
    )
    relation = b'Relationship Id="rIdLinkstarSeal" Type="%b" Target="/%b"'
    links = _links(package, name)
    linked = _inserted(
        package.read(links), relation % (_RELATION.encode(), PART.encode()), b"Relationships"
    )
    data = io.BytesIO(b"".join(rebuilt(package, {_TYPES: types, links: linked})))
    with zipfile.ZipFile(data, "a") as archive:
        archive.writestr(zipfile.ZipInfo(PART, _OLDEST), EMPTY)
    return open_package(data.getvalue(), name)


def _links(package: Package, name: str) -> str:
    """The list of what the workbook part links to: programs keep the parts that it names."""
    folder, base = posixpath.split(open_book(package, name).workbook)
    found = package.find(posixpath.join(folder, "_rels", f"{base}.rels"))
    if found is None:
        raise DamagedBookError("its workbook part links to nothing", "工作簿部件没有任何链接")
    return found


def _inserted(xml: bytes, element: bytes, parent: bytes) -> bytes:
    """An element at the end of a list, under the prefix that the list is written with."""
    end = re.compile(rb"</((?:[\w.-]+:)?)" + parent + rb"\s*>")
    if len(end.findall(xml)) != 1:
        raise DamagedBookError("its list of parts cannot be read", "部件清单无法读取")
    return end.sub(lambda m: b"<" + m[1] + element + b"/>" + m[0], xml)


def _emptied(package: Package) -> bytes:
    return b"".join(rebuilt(package, {PART: EMPTY}))


def digests(package: Package) -> dict[str, str]:
    """The hash of every part but the seal, in the order of the file."""
    names = [name for name in package.members if name != PART]
    return {name: hashlib.sha256(package.read(name)).hexdigest() for name in names}


# --- reading --------------------------------------------------------------------------------------


def seal_of(package: Package, name: str) -> Seal:
    """The seal of a package, its signature proven.

    Raises:
        NoSealError: There is none.
        BrokenSealError: It is not what was signed.
    """
    if PART not in package.members:
        raise NoSealError(name)
    try:
        text = package.read(PART)
        signed: dict[str, Any] = json.loads(unescape(text[len(_OPEN) : -len(_CLOSE)].decode()))
        whole = _written(signed) == text
        signature = base64.b64decode(signed.pop("signature"), validate=True)
        public = base64.b64decode(signed["public"], validate=True)
        seal = Seal(signed["about"], signed["parts"], signed["whole"], public, signed["cells"])
    except (DamagedBookError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise BrokenSealError("it cannot be read", "无法读取") from error
    if not whole or not is_signed(KIND, audit.canonical(signed), signature, public):
        raise BrokenSealError("its signature does not fit", "签名不符")
    return seal


def is_whole(package: Package, name: str, seal: Seal) -> bool:
    """Whether every byte of the file is the signed one, those between the parts too."""
    bare = _emptied(package)
    again = open_package(bare, name)
    same = b"".join(rebuilt(again, {PART: package.read(PART)})) == package.data
    return same and hashlib.sha256(bare).hexdigest() == seal.whole


def is_as_sealed(data: bytes, name: str) -> bool:
    """Whether a workbook holds a seal and is, to the byte, what was sealed."""
    package = open_package(data, name)
    try:
        return is_whole(package, name, seal_of(package, name))
    except (NoSealError, BrokenSealError):
        return False
