"""The zip around a workbook: read with suspicion, written by copying untouched members as they are.

Members that do not change are copied as raw bytes (local header, compressed data, descriptor), so
losslessness is a property of the writer and not of a comparison afterwards.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from sync_service.workbooks.refusals import (
    BombError,
    DamagedBookError,
    EncryptedBookError,
    UnverifiedError,
)

Chunk = bytes | memoryview

_COMPOUND = b"\xd0\xcf\x11\xe0"
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_FULL = 0xFFFFFFFF
_ENCRYPTED, _DESCRIPTOR = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_MAX_COMMENT = 0xFFFF


@dataclass(frozen=True, slots=True)
class Limits:
    """What a workbook may weigh; beyond it nothing is inflated."""

    file_bytes: int
    unpacked_bytes: int
    parts: int
    ratio: int  # inflated by compressed, of one part
    ratio_from: int  # inflated bytes below which the ratio is of no interest


UPLOAD = Limits(20_000_000, 200_000_000, 500, 100, 1_000_000)
# A manager's own book may hold pictures and many sheets; what makes a bomb stays forbidden.
OWN = Limits(100_000_000, 400_000_000, 4_000, 200, 4_000_000)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the zip, as its directory and its local header tell."""

    name: str
    central: bytes  # its record of the directory, as found
    header: int  # offset of the local header
    data: int  # offset of the compressed bytes
    end: int  # offset after the data and, where there is one, its descriptor
    packed: int  # compressed bytes
    size: int  # inflated bytes
    crc: int
    method: int
    flags: int
    described: bool  # a data descriptor follows that can be copied


@dataclass(slots=True)
class Package:
    """A zip in memory. `checked` remembers whose checksum was seen to be right."""

    data: bytes
    members: dict[str, Member]
    comment: bytes
    checked: set[str] = field(default_factory=set)
    _folded: dict[str, str] = field(default_factory=dict)

    def find(self, name: str) -> str | None:
        """The member of a part name; part names ignore case."""
        if name in self.members:
            return name
        if not self._folded:
            self._folded = {n.replace("\\", "/").casefold(): n for n in self.members}
        return self._folded.get(name.casefold())

    def read(self, name: str) -> bytes:
        """The inflated bytes of a member, with length and checksum proven."""
        member = self.members[name]
        packed = self.data[member.data : member.data + member.packed]
        plain = _inflated(member, packed)
        if name not in self.checked:
            if zlib.crc32(plain) != member.crc:
                raise DamagedBookError(f"checksum of {name}", f"{name} 校验和不符")
            self.checked.add(name)
        return plain

    def raw(self, name: str) -> bytes:
        """The compressed bytes of a member."""
        member = self.members[name]
        return self.data[member.data : member.data + member.packed]


def _inflated(member: Member, packed: bytes) -> bytes:
    if member.method == _STORED:
        plain = packed
    elif member.method == _DEFLATED:
        engine = zlib.decompressobj(-15)
        try:
            # One byte more than declared is enough to catch a lie without inflating a bomb.
            plain = engine.decompress(packed, member.size + 1)
        except zlib.error as error:
            raise DamagedBookError(f"{member.name}: {error}", f"{member.name} 无法解压") from error
    else:
        method = member.method
        raise DamagedBookError(f"{member.name}: method {method}", f"{member.name} 压缩方式不支持")
    if len(plain) != member.size:
        raise DamagedBookError(f"{member.name}: wrong length", f"{member.name} 长度不符")
    return plain


def open_package(data: bytes, name: str, limits: Limits = OWN) -> Package:
    """Read the directory and refuse what is unsafe, before anything is inflated."""
    if data[:4] == _COMPOUND:
        raise EncryptedBookError(name)
    if len(data) > limits.file_bytes:
        raise BombError(f"{len(data):,} bytes", f"文件 {len(data):,} 字节")
    start, count, comment, shift = _directory(data)
    members: dict[str, Member] = {}
    at = start
    for _ in range(count):
        member, at = _member(data, at, shift)
        if member.name.casefold() in members:
            raise DamagedBookError(f"{member.name} is there twice", f"{member.name} 重复")
        members[member.name.casefold()] = member
        if len(members) > limits.parts:
            raise BombError(f"over {limits.parts} parts", f"部件超过 {limits.parts} 个")
    _weigh(members.values(), limits)
    _apart(members.values(), start)
    return Package(data, {m.name: m for m in members.values()}, comment)


def _directory(data: bytes) -> tuple[int, int, bytes, int]:
    """Where the directory starts, how many records, the comment, and what precedes the zip."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - _MAX_COMMENT))
    if at < 0 or at + _END.size > len(data):
        raise DamagedBookError("it is no zip file, or it is cut short", "不是 zip 文件或被截断")
    _, _, _, _, count, size, start, length = _END.unpack_from(data, at)
    comment = data[at + _END.size : at + _END.size + length]
    tail = at
    locator = at - _LOCATOR64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        tail = _LOCATOR64.unpack_from(data, locator)[2]
        if data[tail : tail + 4] != b"PK\x06\x06" or tail + _END64.size > len(data):
            raise DamagedBookError("its zip64 directory", "zip64 目录不符")
        *_, count, size, start = _END64.unpack_from(data, tail)
    shift = tail - size - start  # bytes before the zip, where there are any
    if shift < 0 or start + shift + size > len(data):
        raise DamagedBookError("its directory points outside the file", "目录指向文件之外")
    return start + shift, count, comment, shift


def _member(data: bytes, at: int, shift: int) -> tuple[Member, int]:
    """One record of the directory and its local header; also where the next record starts."""
    if data[at : at + 4] != b"PK\x01\x02" or at + _CENTRAL.size > len(data):
        raise DamagedBookError("its directory", "目录不符")
    record = _CENTRAL.unpack_from(data, at)
    flags, method, crc, packed, size = record[3], record[4], record[7], record[8], record[9]
    name_length, extra_length, comment_length = record[10:13]
    raw_name = data[at + 46 : at + 46 + name_length]
    extra = data[at + 46 + name_length : at + 46 + name_length + extra_length]
    following = at + 46 + name_length + extra_length + comment_length
    size, packed, header = _wide(extra, size, packed, record[16])
    name = _safe_name(raw_name, flags)
    header += shift
    if header + _LOCAL.size > len(data) or data[header : header + 4] != b"PK\x03\x04":
        raise DamagedBookError(f"header of {name}", f"{name} 头部不符")
    local = _LOCAL.unpack_from(data, header)
    start = header + 30 + local[9] + local[10]
    if data[header + 30 : header + 30 + local[9]] != raw_name or start + packed > len(data):
        raise DamagedBookError(f"header of {name}", f"{name} 头部不符")
    tail = _descriptor(data, start + packed, crc, packed, size) if flags & _DESCRIPTOR else 0
    end = start + packed + tail
    central = data[at:following]
    member = Member(name, central, header, start, end, packed, size, crc, method, flags, tail > 0)
    return member, following


def _safe_name(raw: bytes, flags: int) -> str:
    name = raw.decode("utf-8" if flags & 0x800 else "cp437", "replace")
    if flags & _ENCRYPTED:
        raise EncryptedBookError(name)
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise DamagedBookError(f"unsafe part name {name!r}", f"部件名 {name!r} 不安全")
    return name


def _wide(extra: bytes, size: int, packed: int, header: int) -> tuple[int, int, int]:
    """Sizes and offset, taken from the zip64 extra field where the record says so."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        if kind == 1:
            wide = [struct.unpack_from("<Q", body, n)[0] for n in range(0, len(body) - 7, 8)]
            values = [wide.pop(0) if v == _FULL and wide else v for v in (size, packed, header)]
            return values[0], values[1], values[2]
        at += 4 + length
    return size, packed, header


def _descriptor(data: bytes, at: int, crc: int, packed: int, size: int) -> int:
    """Length of the data descriptor at `at`; 0 when none can be recognised."""
    for sign in (b"PK\x07\x08", b""):
        for shape in ("<LLL", "<LQQ"):
            text = sign + struct.pack(shape, crc, packed, size)
            if data[at : at + len(text)] == text:
                return len(text)
    return 0


def _weigh(members: object, limits: Limits) -> None:
    total = 0
    for member in members:  # type: ignore[attr-defined]  # a view of Members
        total += member.size
        if total > limits.unpacked_bytes:
            raise BombError(f"over {limits.unpacked_bytes:,} bytes inside", "解压后过大")
        if member.size > limits.ratio_from and member.size > limits.ratio * member.packed:
            raise BombError(f"{member.name} inflates over {limits.ratio}-fold", "压缩比异常")


def _apart(members: object, directory: int) -> None:
    """Members must not share bytes: overlapping ones are how small bombs are built."""
    last = 0
    for member in sorted(members, key=lambda m: m.header):  # type: ignore[call-overload]  # as above
        if member.header < last or member.data + member.packed > directory:
            raise DamagedBookError(f"{member.name} overlaps", f"{member.name} 与其他部件重叠")
        last = member.data + member.packed


def rebuilt(package: Package, changed: Mapping[str, bytes | None], level: int = 6) -> list[Chunk]:
    """The new zip in pieces: `changed` members compressed anew (None: left out), the rest raw."""
    view = memoryview(package.data)
    pieces: list[Chunk] = []
    records: dict[str, bytes] = {}
    offset = 0
    for member in sorted(package.members.values(), key=lambda m: m.header):
        if member.name in changed:
            content = changed[member.name]
            if content is None:
                continue
            head, body, record = _renewed(package.data, member, content, offset, level)
        else:
            head, body, record = _copied(view, member, offset)
        pieces += (head, body)
        records[member.name] = record
        offset += len(head) + len(body)
    directory = b"".join(records[name] for name in package.members if name in records)
    end = _END.pack(
        b"PK\x05\x06",
        0,
        0,
        len(records),
        len(records),
        len(directory),
        offset,
        len(package.comment),
    )
    return [*pieces, directory, end + package.comment]


def _copied(view: memoryview, member: Member, offset: int) -> tuple[Chunk, Chunk, bytes]:
    """A member as it is; only the offset in its directory record is new."""
    head: Chunk = view[member.header : member.data]
    flags = member.flags
    if flags & _DESCRIPTOR and not member.described:
        # A descriptor of no known form cannot be copied: the sizes go into the header instead.
        flags &= ~_DESCRIPTOR
        sizes = struct.pack("<3L", member.crc, member.packed, member.size)
        head = bytes(head[:6]) + struct.pack("<H", flags) + bytes(head[8:14]) + sizes + head[26:]
    record = bytearray(member.central)
    struct.pack_into("<H", record, 8, flags)
    if struct.unpack_from("<L", record, 42)[0] == _FULL:
        _set_wide_offset(record, offset)
    else:
        struct.pack_into("<L", record, 42, offset)
    return head, view[member.data : member.end], bytes(record)


def _set_wide_offset(record: bytearray, offset: int) -> None:
    """The offset of a zip64 record stands last of those values that its extra field holds."""
    before = sum(struct.unpack_from("<L", record, at)[0] == _FULL for at in (20, 24))
    at = 46 + struct.unpack_from("<H", record, 28)[0]
    while struct.unpack_from("<H", record, at)[0] != 1:
        at += 4 + struct.unpack_from("<H", record, at + 2)[0]
    struct.pack_into("<Q", record, at + 4 + 8 * before, offset)


def _renewed(
    data: bytes, member: Member, content: bytes, offset: int, level: int
) -> tuple[Chunk, Chunk, bytes]:
    """A member with new content: same name, date, method and attributes."""
    if member.method == _STORED:
        body = content
    else:
        engine = zlib.compressobj(level, zlib.DEFLATED, -15)
        body = engine.compress(content) + engine.flush()
    flags = member.flags & ~_DESCRIPTOR
    sizes = (zlib.crc32(content), len(body), len(content))
    old = _LOCAL.unpack_from(data, member.header)
    name = data[member.header + 30 : member.header + 30 + old[9]]
    extra = _narrow(data[member.header + 30 + old[9] : member.data])
    head = _LOCAL.pack(old[0], 20, flags, *old[3:6], *sizes, len(name), len(extra))
    record = _CENTRAL.unpack_from(member.central)
    texts = member.central[46 + record[10] :]
    wide, comment = _narrow(texts[: record[11]]), texts[record[11] :]
    central = _CENTRAL.pack(
        record[0],
        record[1],
        20,
        flags,
        *record[4:7],
        *sizes,
        record[10],
        len(wide),
        *record[12:16],
        offset,
    )
    return (
        head + name + extra,
        body,
        central + member.central[46 : 46 + record[10]] + wide + comment,
    )


def _narrow(extra: bytes) -> bytes:
    """The extra fields without zip64, which the new sizes do not need."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind != 1:
            kept += extra[at : at + 4 + length]
        at += 4 + length
    return kept + extra[at:]


def verify_copy(source: Package, data: bytes, changed: Mapping[str, bytes | None]) -> int:
    """Prove a written file: untouched members equal byte by byte, every checksum right.

    Gives the number of identical members. A member whose checksum was already proven in the source
    and whose bytes are equal is proven in the copy.
    """
    try:
        copy = open_package(data, "copy", Limits(len(data), 1 << 40, 1 << 20, 1 << 30, 1))
        expected = [n for n in source.members if changed.get(n, b"") is not None]
        if list(copy.members) != expected:
            raise UnverifiedError("list of parts")
        for name in expected:
            _verify_member(source, copy, name, changed)
    except DamagedBookError as error:
        raise UnverifiedError(error.texts["en"]) from error
    return sum(name not in changed for name in expected)


def _verify_member(
    source: Package, copy: Package, name: str, changed: Mapping[str, bytes | None]
) -> None:
    if name in changed:
        if copy.read(name) != changed[name]:
            raise UnverifiedError(f"content of {name}")
    elif source.raw(name) != copy.raw(name) or source.members[name].crc != copy.members[name].crc:
        raise UnverifiedError(f"bytes of {name}")
    elif name not in source.checked:
        copy.read(name)
