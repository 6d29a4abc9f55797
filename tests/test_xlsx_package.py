"""The zip around a workbook: what is refused before it is inflated, and what is copied as it is."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from sync_service.workbooks.finishing import Work, finish, verify
from sync_service.workbooks.package import OWN, UPLOAD, Limits, open_package, rebuilt, verify_copy
from sync_service.workbooks.refusals import (
    BombError,
    DamagedBookError,
    EncryptedBookError,
    RefusedBookError,
    SignedBookError,
    UnverifiedError,
)
from sync_service.workbooks.setting import assignment, set_cells
from sync_service.workbooks.xlsx import XlsxPort, new_file, writable_book
from tests.xlsx_handmade import parts_of, raw_zip, sheet, zipped

ONE = sheet('<row r="1"><c r="A1"><v>1</v></c></row>')
PARTS = parts_of(ONE)


def set_in(data: bytes, *cells: str) -> bytes:
    """The workbook with cells set, checked as a write checks it."""
    work = Work(writable_book(data, "book.xlsx"))
    set_cells(work, [assignment(cell) for cell in cells])
    finish(work, "never")
    out = b"".join(new_file(work.book))
    verify(work.book, out)
    return out


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(zipped(PARTS), id="plain"),
        pytest.param(zipped(PARTS, comment=b"made by hand"), id="with a comment"),
        pytest.param(raw_zip(PARTS, descriptor="signed"), id="bit 3, descriptor with its sign"),
        pytest.param(raw_zip(PARTS, descriptor="bare"), id="bit 3, descriptor without a sign"),
        pytest.param(raw_zip(PARTS, descriptor="odd"), id="bit 3, descriptor of no known form"),
        pytest.param(raw_zip(PARTS, zip64=True), id="zip64 records in a small file"),
        pytest.param(raw_zip(PARTS, flags=0x800), id="names in UTF-8"),
        pytest.param(b"#!/bin/sh\n" + zipped(PARTS), id="something before the zip"),
    ],
)
def test_every_writing_of_a_zip_survives(data: bytes) -> None:
    before = open_package(data, "book.xlsx")
    out = set_in(data, "Sheet!A1=2.5", "Sheet!B3=7")
    with zipfile.ZipFile(io.BytesIO(out)) as package:
        assert package.testzip() is None
        assert package.namelist() == list(PARTS)
        assert package.comment == before.comment
        written = package.read("xl/worksheets/s1.xml")
    assert b'<c r="A1"><v>2.5</v></c>' in written
    assert b'<row r="3"><c r="B3"><v>7</v></c></row>' in written
    after = open_package(out, "book.xlsx")
    for name in PARTS:
        assert (before.raw(name) == after.raw(name)) == (name != "xl/worksheets/s1.xml"), name


def _flipped(data: bytes, name: str) -> bytes:
    """One bit of a member's data turned."""
    member = open_package(data, "x").members[name]
    at = member.data + member.packed // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _twice() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.xml", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            package.writestr("a.xml", b"2")
    return out.getvalue()


def _overlapping() -> bytes:
    """Two records of the directory that point at one member."""
    data = zipped({"aa.xml": b"x" * 50, "ab.xml": b"y" * 50})
    second = data.index(b"PK\x03\x04", 4)
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4) + 42
    moved = data[:at] + struct.pack("<L", 0) + data[at + 4 :]
    return moved.replace(b"ab.xml", b"aa.xml") if second < 0 else moved


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"", DamagedBookError, id="an empty file"),
        pytest.param(b"sku,units\nA,1\n", DamagedBookError, id="a CSV that calls itself .xlsx"),
        pytest.param(
            b"\xd0\xcf\x11\xe0" + bytes(600), EncryptedBookError, id="a compound file: a password"
        ),
        pytest.param(raw_zip(PARTS, flags=1), EncryptedBookError, id="zip encryption, bit 0"),
        pytest.param(zipped(PARTS)[:-30], DamagedBookError, id="cut short at the end"),
        pytest.param(zipped(PARTS)[400:], DamagedBookError, id="cut short at the start"),
        pytest.param(_twice(), DamagedBookError, id="a part that is there twice"),
        pytest.param(_overlapping(), DamagedBookError, id="members that share their bytes"),
        pytest.param(zipped({"../up.xml": b"1"}), DamagedBookError, id="a part above the package"),
        pytest.param(zipped({"/etc/x.xml": b"1"}), DamagedBookError, id="an absolute part"),
        pytest.param(
            zipped({"..\\up.xml": b"1"}), DamagedBookError, id="the same with backslashes"
        ),
        pytest.param(zipped({"C:/x.xml": b"1"}), DamagedBookError, id="a drive letter"),
        pytest.param(zipped({"a.xml": b"1"}), DamagedBookError, id="a zip that is no workbook"),
        pytest.param(
            _flipped(zipped(PARTS), "xl/workbook.xml"), DamagedBookError, id="a flipped bit"
        ),
        pytest.param(
            zipped({"xl/big.xml": bytes(210_000_000)}), BombError, id="210 MB of zeros in 200 kB"
        ),
        pytest.param(zipped({f"p{n}.xml": b"" for n in range(4_001)}), BombError, id="4,001 parts"),
    ],
)
def test_what_is_no_honest_workbook_is_refused_at_once(
    data: bytes, error: type[RefusedBookError]
) -> None:
    started = time.perf_counter()
    with pytest.raises(error) as refused:
        writable_book(data, "book.xlsx")
    assert time.perf_counter() - started < 5
    assert refused.value.texts["zh"]
    assert refused.value.texts["en"].rstrip().endswith(".")


ENTITIES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/s1.xml", "_rels/.rels"])
def test_entity_bombs_and_external_entities_are_refused(part: str) -> None:
    text = PARTS[part].decode()
    bombed = text.replace("?>\n", f"?>\n{ENTITIES}", 1)
    with pytest.raises(DamagedBookError):
        set_in(zipped({**PARTS, part: bombed.encode()}), "Sheet!A1=2")


def test_a_part_that_lies_about_its_length_is_refused() -> None:
    data = bytearray(raw_zip(PARTS))
    member = open_package(bytes(data), "x").members["xl/worksheets/s1.xml"]
    at = bytes(data).index(member.central)
    struct.pack_into("<L", data, at + 24, member.size - 10)
    with pytest.raises(DamagedBookError):
        set_in(bytes(data), "Sheet!A1=2")


def test_a_signed_workbook_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "signed.xlsx"
    path.write_bytes(zipped({**PARTS, "_xmlsignatures/sig1.xml": b"<Signature/>"}))
    before = path.read_bytes()
    port = XlsxPort(path)
    contents = port.read()
    with pytest.raises(SignedBookError, match="digitally signed"):
        port.write([], [], contents.fingerprint)
    assert path.read_bytes() == before


def test_verification_sees_a_changed_neighbour() -> None:
    source = open_package(zipped(PARTS), "x")
    changed: dict[str, bytes | None] = {"xl/worksheets/s1.xml": b"<a/>"}
    good = b"".join(rebuilt(source, changed))
    assert verify_copy(source, good, changed) == len(PARTS) - 1
    with pytest.raises(UnverifiedError):
        verify_copy(source, _flipped(good, "xl/workbook.xml"), changed)
    with pytest.raises(UnverifiedError):
        verify_copy(source, _flipped(good, "xl/worksheets/s1.xml"), changed)
    with pytest.raises(UnverifiedError):
        verify_copy(source, good, {"xl/worksheets/s1.xml": b"<b/>"})
    with pytest.raises(UnverifiedError):
        verify_copy(source, b"".join(rebuilt(source, {**changed, "_rels/.rels": None})), changed)


def test_limits_of_uploads_are_tighter_than_those_of_own_books() -> None:
    assert Limits(20_000_000, 200_000_000, 500, 100, 1_000_000) == UPLOAD
    assert OWN.file_bytes > UPLOAD.file_bytes
    with pytest.raises(BombError):
        open_package(zipped({"big.xml": bytes(2_000_000)}), "x", UPLOAD)
