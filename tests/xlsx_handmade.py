"""Workbooks zipped by hand: every writing that the standard allows and no library makes."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

TYPES = (
    f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/>{more}</Types>'
)


def relations(*links: tuple[str, str, str], strict: bool = False) -> str:
    """A relationship part from (id, kind, target)."""
    base = _STRICT_OFFICE if strict else _OFFICE
    inner = "".join(
        f'<Relationship Id="{i}" Type="{base}/{kind}" Target="{target}"/>'
        for i, kind, target in links
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{inner}</Relationships>'


def workbook(
    sheets: tuple[str, ...] = ("Sheet",), *, strict: bool = False, extra: str = "", before: str = ""
) -> str:
    """The workbook part; `before` stands before the sheets, `extra` after them."""
    space, link = (STRICT, _STRICT_OFFICE) if strict else (MAIN, _OFFICE)
    tabs = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1)
    )
    return (
        f'{HEAD}<workbook xmlns="{space}" xmlns:r="{link}">{before}<sheets>{tabs}</sheets>'
        f"{extra}</workbook>"
    )


def sheet(data: str, *, after: str = "", strict: bool = False, more: str = "") -> str:
    """A sheet part around its rows."""
    space = STRICT if strict else MAIN
    return (
        f'{HEAD}<worksheet xmlns="{space}"{more}><sheetData>{data}</sheetData>{after}</worksheet>'
    )


def parts_of(
    *sheet_xml: str,
    names: tuple[str, ...] = ("Sheet",),
    strict: bool = False,
    extra: str = "",
    before: str = "",
    types: str = "",
    more: Mapping[str, str] | None = None,
    links: tuple[tuple[str, str, str], ...] = (),
) -> dict[str, bytes]:
    """All parts of a small workbook, content types first."""
    tabs = [(f"rId{n}", "worksheet", f"worksheets/s{n}.xml") for n in range(1, len(sheet_xml) + 1)]
    found = {
        "[Content_Types].xml": TYPES.replace("{more}", types),
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml"), strict=strict),
        "xl/workbook.xml": workbook(names, strict=strict, extra=extra, before=before),
        "xl/_rels/workbook.xml.rels": relations(*tabs, *links, strict=strict),
        **{f"xl/worksheets/s{n}.xml": xml for n, xml in enumerate(sheet_xml, 1)},
        **(more or {}),
    }
    return {name: text.encode() for name, text in found.items()}


def zipped(parts: Mapping[str, bytes], *, comment: bytes = b"") -> bytes:
    """A plain zip with a fixed date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.comment = comment
        for name, content in parts.items():
            info = zipfile.ZipInfo(name, (2026, 10, 22, 9, 0, 0))
            package.writestr(info, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def raw_zip(
    parts: Mapping[str, bytes],
    *,
    flags: int = 0,
    descriptor: str | None = None,  # "signed", "bare", "odd": what follows the data under bit 3
    zip64: bool = False,
) -> bytes:
    """A zip by the letter: data descriptors and zip64 records where small files need none."""
    out, directory = b"", b""
    for name, content in parts.items():
        engine = zlib.compressobj(6, zlib.DEFLATED, -15)
        body = engine.compress(content) + engine.flush()
        crc, bits = zlib.crc32(content), flags | (8 if descriptor else 0)
        shown = (0, 0, 0) if descriptor else (crc, len(body), len(content))
        local_extra = central_extra = b""
        sizes = (len(body), len(content))
        at = len(out)
        if zip64:
            local_extra = struct.pack("<HHQQ", 1, 16, len(content), len(body))
            central_extra = struct.pack("<HHQQQ", 1, 24, len(content), len(body), at)
            shown, sizes, at = (crc, 0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF), 0xFFFFFFFF
        raw = name.encode()
        fixed = (20, bits, 8, 0x4800, 0x5D56)
        out += struct.pack("<4s5H3L2H", b"PK\x03\x04", *fixed, *shown, len(raw), len(local_extra))
        out += raw + local_extra + body + _descriptor(descriptor, crc, len(body), len(content))
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 45, *fixed, crc, *sizes,
            len(raw), len(central_extra), 0, 0, 0, 0, at,
        )  # fmt: skip
        directory += raw + central_extra
    start, count, size = len(out), len(parts), len(directory)
    end = b""
    if zip64:
        end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
        end += struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1)
    end += struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, size, start, 0)
    return out + directory + end


def _descriptor(kind: str | None, crc: int, packed: int, size: int) -> bytes:
    plain = struct.pack("<LLL", crc, packed, size)
    return {None: b"", "signed": b"PK\x07\x08" + plain, "bare": plain, "odd": b"??"}[kind]
