"""A compound file (the container of a VBA project) written by its published form, [MS-CFB].

Version 3: sectors of 512 bytes, small streams in 64 byte pieces of one larger stream. The same
streams give the same bytes: no times, no identities.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SECTOR, MINI, CUTOFF = 512, 64, 4096  # bytes; streams below the cutoff lie in the mini stream
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NOTHING = 0xFFFFFFFF  # no entry
PER_FAT = SECTOR // 4
IN_HEADER = 109  # FAT sectors that the header can name: 7 MB, more than a VBA project needs
ROOT, STORAGE, STREAM = 5, 1, 2
RED, BLACK = 0, 1


@dataclass(slots=True)
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    left: int = NOTHING
    right: int = NOTHING
    child: int = NOTHING
    colour: int = BLACK
    start: int = END


def compound_file(streams: Mapping[str, bytes]) -> bytes:
    """The file; a name `VBA/dir` lies in the storage VBA."""
    entries = _entries(streams)
    small = [e for e in entries if e.kind == STREAM and 0 < len(e.data) < CUTOFF]
    large = [e for e in entries if e.kind == STREAM and len(e.data) >= CUTOFF]
    mini, chain = _packed([e.data for e in small], MINI)
    for entry, start in zip(small, _starts([e.data for e in small], MINI), strict=True):
        entry.start = start
    entries[0].data = mini
    mini_fat = struct.pack(f"<{len(chain)}I", *chain)
    directory = b"\0" * (128 * len(entries))  # filled in once its parts are placed
    parts = [directory, mini_fat, mini, *(e.data for e in large)]
    count = sum(_sectors(part, SECTOR) for part in parts)
    fats = next(n for n in range(1, IN_HEADER + 1) if n * PER_FAT >= n + count)
    places = [fats + start for start in _starts(parts, SECTOR)]
    for entry, start in zip((entries[0], *large), places[2:], strict=True):
        entry.start = start if entry.data else END
    parts[0] = b"".join(map(_packed_entry, entries))
    body, sectors = _packed(parts, SECTOR, first=fats)
    fat = [FAT_SECTOR] * fats + sectors
    fat += [FREE] * (fats * PER_FAT - len(fat))
    mini_at = places[1] if mini_fat else END
    header = _header(fats, places[0], mini_at, _sectors(mini_fat, SECTOR))
    return header + struct.pack(f"<{len(fat)}I", *fat) + body


def _header(fats: int, directory: int, mini: int, minis: int) -> bytes:
    named = [*range(fats), *[FREE] * (IN_HEADER - fats)]
    return struct.pack(
        f"<8s16sHHHHH6s9I{IN_HEADER}I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,  # 512 byte sectors
        6,  # 64 byte mini sectors
        b"",
        0,
        fats,
        directory,
        0,
        CUTOFF,
        mini,
        minis,
        END,
        0,
        *named,
    )


def _sectors(data: bytes, size: int) -> int:
    return -(-len(data) // size)


def _starts(parts: Sequence[bytes], size: int) -> list[int]:
    """The first sector of each part."""
    found, at = [], 0
    for part in parts:
        found.append(at)
        at += _sectors(part, size)
    return found


def _packed(parts: Sequence[bytes], size: int, first: int = 0) -> tuple[bytes, list[int]]:
    """The parts one after the other, filled up to sectors, and the chains of these."""
    filled = b"".join(part + b"\0" * (-len(part) % size) for part in parts)
    chain: list[int] = []
    for part in parts:
        count = _sectors(part, size)
        at = first + len(chain)
        chain += [at + n + 1 for n in range(count - 1)] + [END] * (count > 0)
    rest = -len(chain) % PER_FAT if size == MINI and chain else 0
    return filled, chain + [FREE] * rest


# --- the directory --------------------------------------------------------------------------------


def _entries(streams: Mapping[str, bytes]) -> list[_Entry]:
    """The root, then what lies in it, storages with theirs."""
    entries = [_Entry("Root Entry", ROOT)]
    storages = sorted({name.partition("/")[0] for name in streams if "/" in name})
    top = {name: data for name, data in streams.items() if "/" not in name}
    entries += [_Entry(name, STORAGE) for name in storages]
    entries += [_Entry(name, STREAM, data) for name, data in top.items()]
    entries[0].child = _tree(entries, list(range(1, len(entries))))
    for at, storage in enumerate(storages, 1):
        inside = {n: d for n, d in streams.items() if n.startswith(f"{storage}/")}
        first = len(entries)
        entries += [_Entry(n.partition("/")[2], STREAM, d) for n, d in inside.items()]
        entries[at].child = _tree(entries, list(range(first, len(entries))))
    entries += [_Entry("", 0, start=0) for _ in range(-len(entries) % 4)]
    return entries


def _tree(entries: Sequence[_Entry], members: list[int]) -> int:
    """A red-black tree by length of name, then by its capitals; gives its root."""
    ordered = sorted(members, key=lambda n: (len(entries[n].name), entries[n].name.upper()))
    full = (len(ordered) + 1).bit_length() - 1  # complete levels; what hangs below them is red

    def grow(low: int, high: int, depth: int) -> int:
        if low >= high:
            return NOTHING
        middle = (low + high) // 2
        entry = entries[ordered[middle]]
        entry.colour = RED if depth > full else BLACK
        entry.left = grow(low, middle, depth + 1)
        entry.right = grow(middle + 1, high, depth + 1)
        return ordered[middle]

    return grow(0, len(ordered), 1)


def _packed_entry(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        name,
        len(name) + 2 if name else 0,
        entry.kind,
        entry.colour,
        entry.left,
        entry.right,
        entry.child,
        b"",
        0,
        0,
        0,
        0 if entry.kind in (STORAGE, 0) else entry.start,
        len(entry.data),
    )
