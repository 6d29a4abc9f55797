"""A VBA project written from source by its published form, [MS-OVBA]: `vbaProject.bin`.

Only what Excel needs to compile it: no compiled code, which Excel makes itself when it opens a
project that says it has none (version 0xFFFF). Sources are ASCII, so that the code page of the
reader's Windows does not matter. The same sources give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from addin.compound_file import compound_file

CHUNK = 4096  # bytes that are compressed together
LEAST_MATCH = 3
CODE_PAGE = 1252
UNPROTECTED, NO_PASSWORD, VISIBLE = bytes(4), bytes(1), b"\xff"  # states of a project
OFFICE = (
    r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#"
    r"C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL#"
    "Microsoft Office 16.0 Object Library"
)  # for IRibbonControl; found by its number, wherever it lies
DOCUMENTS = {  # what stands behind a workbook's own modules
    "ThisWorkbook": "0{00020819-0000-0000-C000-000000000046}",
    "Sheet1": "0{00020820-0000-0000-C000-000000000046}",
}


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its name, identity and modules; those of the workbook and its sheet come first."""

    name: str
    identity: str  # a GUID in braces
    modules: Mapping[str, str]  # name -> source without its attributes


def vba_project(project: Project) -> bytes:
    """The whole `vbaProject.bin`."""
    sources = {name: _source(name, text) for name, text in project.modules.items()}
    return compound_file(
        {
            "VBA/dir": compressed(_dir(project)),
            "VBA/_VBA_PROJECT": struct.pack("<HHBH", 0x61CC, 0xFFFF, 0, 1),
            **{f"VBA/{name}": compressed(text) for name, text in sources.items()},
            "PROJECT": _project(project),
            "PROJECTwm": _names(project),
        }
    )


def _source(name: str, text: str) -> bytes:
    lines = [f'Attribute VB_Name = "{name}"']
    if name in DOCUMENTS:
        lines += [
            f'Attribute VB_Base = "{DOCUMENTS[name]}"',
            "Attribute VB_GlobalNameSpace = False",
            "Attribute VB_Creatable = False",
            "Attribute VB_PredeclaredId = True",
            "Attribute VB_Exposed = True",
            "Attribute VB_TemplateDerived = False",
            "Attribute VB_Customizable = True",
        ]
    return "\r\n".join([*lines, *text.splitlines(), ""]).encode("ascii")


# --- the stream `dir`: what the project consists of -----------------------------------------------


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _both(number: int, wide: int, text: str) -> bytes:
    """A text twice: in the code page, and in UTF-16."""
    return _record(number, text.encode("ascii")) + _record(wide, text.encode("utf-16-le"))


def _dir(project: Project) -> bytes:
    office = OFFICE.encode("ascii")
    parts = [
        _record(0x01, struct.pack("<I", 3)),  # for 64 bit Windows; others read it too
        _record(0x02, struct.pack("<I", 0x409)),
        _record(0x14, struct.pack("<I", 0x409)),
        _record(0x03, struct.pack("<H", CODE_PAGE)),
        _record(0x04, project.name.encode("ascii")),
        _both(0x05, 0x40, ""),
        _both(0x06, 0x3D, ""),
        _record(0x07, struct.pack("<I", 0)),
        _record(0x08, struct.pack("<I", 0)),
        struct.pack("<HIIH", 0x09, 4, 1, 0),  # version 1.0
        _both(0x0C, 0x3C, ""),
        _both(0x16, 0x3E, "Office"),
        _record(0x0D, struct.pack("<I", len(office)) + office + struct.pack("<IH", 0, 0)),
        _record(0x0F, struct.pack("<H", len(project.modules))),
        _record(0x13, struct.pack("<H", 0xFFFF)),
        *(_module(name) for name in project.modules),
        struct.pack("<HI", 0x10, 0),
    ]
    return b"".join(parts)


def _module(name: str) -> bytes:
    kind = 0x22 if name in DOCUMENTS else 0x21
    return b"".join(
        (
            _both(0x19, 0x47, name),
            _both(0x1A, 0x32, name),  # its stream
            _both(0x1C, 0x48, ""),
            _record(0x31, struct.pack("<I", 0)),  # the source stands at the start of the stream
            _record(0x1E, struct.pack("<I", 0)),
            _record(0x2C, struct.pack("<H", 0xFFFF)),
            struct.pack("<HI", kind, 0),
            struct.pack("<HI", 0x2B, 0),
        )
    )


# --- the stream PROJECT ---------------------------------------------------------------------------


def _project(project: Project) -> bytes:
    lines = [
        f'ID="{project.identity}"',
        *(
            f"Document={name}/&H00000000" if name in DOCUMENTS else f"Module={name}"
            for name in project.modules
        ),
        f'Name="{project.name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{hidden(UNPROTECTED, project.identity)}"',
        f'DPB="{hidden(NO_PASSWORD, project.identity)}"',
        f'GC="{hidden(VISIBLE, project.identity)}"',
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{name}=0, 0, 0, 0, C" for name in project.modules),
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def hidden(data: bytes, identity: str, seed: int = 0x5C) -> str:
    """Data under the light cipher of [MS-OVBA] 2.4.3.2, as hexadecimal."""
    key = sum(identity.encode("ascii")) & 0xFF
    made = [seed, seed ^ 2, seed ^ key]
    plain, older, last = key, made[1], made[2]
    for one in (*[0] * ((seed & 6) // 2), *struct.pack("<I", len(data)), *data):
        byte = one ^ ((older + plain) & 0xFF)
        older, last, plain = last, byte, one
        made.append(byte)
    return bytes(made).hex().upper()


def _names(project: Project) -> bytes:
    """Each module's name in the code page and in UTF-16."""
    parts = (n.encode("ascii") + b"\0" + n.encode("utf-16-le") + b"\0\0" for n in project.modules)
    return b"".join(parts) + b"\0\0"


# --- compression ----------------------------------------------------------------------------------


def compressed(data: bytes) -> bytes:
    """Data as [MS-OVBA] 2.4.1 compresses it."""
    chunks = (data[at : at + CHUNK] for at in range(0, len(data), CHUNK))
    return b"\x01" + b"".join(map(_chunk, chunks))


def _chunk(data: bytes) -> bytes:
    tokens = _tokens(data)
    packed = b"".join(
        bytes([sum(flag << n for n, (flag, _) in enumerate(tokens[at : at + 8]))])
        + b"".join(token for _, token in tokens[at : at + 8])
        for at in range(0, len(tokens), 8)
    )
    if len(packed) < CHUNK:
        return struct.pack("<H", 0xB000 | (len(packed) - 1)) + packed
    return struct.pack("<H", 0x3FFF) + data.ljust(CHUNK, b"\0")


def _tokens(data: bytes) -> Sequence[tuple[int, bytes]]:
    """Literals and copies, the longest copy that is nearest each time."""
    known: dict[bytes, list[int]] = {}
    tokens: list[tuple[int, bytes]] = []
    at = 0
    while at < len(data):
        bits = max(4, (at - 1).bit_length())
        most = (0xFFFF >> bits) + LEAST_MATCH
        start, length = _match(data, at, known.get(data[at : at + LEAST_MATCH], []), most)
        if length:
            token = ((at - start - 1) << (16 - bits)) | (length - LEAST_MATCH)
            tokens.append((1, struct.pack("<H", token)))
        else:
            tokens.append((0, data[at : at + 1]))
        for place in range(at, at + max(length, 1)):
            known.setdefault(data[place : place + LEAST_MATCH], []).append(place)
        at += max(length, 1)
    return tokens


def _match(data: bytes, at: int, starts: Sequence[int], most: int) -> tuple[int, int]:
    """Where the longest stretch that repeats stands, and its length; 0 for none."""
    best, found = 0, 0
    limit = min(most, len(data) - at)
    for start in reversed(starts[-64:]):
        length = LEAST_MATCH
        while length < limit and data[start + length] == data[at + length]:
            length += 1
        if length > found and limit >= LEAST_MATCH:
            best, found = start, length
    return best, found
