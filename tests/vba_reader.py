"""Reads a `vbaProject.bin` by its published forms, apart from the writer."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

END = 0xFFFFFFFE


@dataclass
class Compound:
    """The streams of a compound file by their path; every chain and tree is walked."""

    data: bytes
    streams: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        head = struct.unpack_from("<8s16sHHHHH6s9I109I", self.data)
        assert head[0] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        assert head[2:7] == (0x3E, 3, 0xFFFE, 9, 6)
        fats, directory, cutoff, mini, minis = head[9], head[10], head[12], head[13], head[14]
        assert (len(self.data) - 512) % 512 == 0
        named = head[17 : 17 + fats]
        fat = [n for one in named for n in struct.unpack("<128I", self._sector(one))]
        assert all(fat[one] == 0xFFFFFFFD for one in named)
        entries = self._chain(fat, directory)
        self.entries = [entries[at : at + 128] for at in range(0, len(entries), 128)]
        mini_fat = list(struct.unpack(f"<{minis * 128}I", self._chain(fat, mini))) if minis else []
        start, size = struct.unpack_from("<IQ", self.entries[0], 116)
        small = self._chain(fat, start)[:size]
        for path, entry in self._walk(self._link(0, 76), ""):
            start, size = struct.unpack_from("<IQ", entry, 116)
            if size >= cutoff:
                self.streams[path] = self._chain(fat, start)[:size]
            else:
                self.streams[path] = (
                    b"".join(_minis(small, mini_fat, start))[:size] if size else b""
                )
        used = {n for n, one in enumerate(fat) if one != 0xFFFFFFFF}
        assert used <= set(range((len(self.data) - 512) // 512))

    def _sector(self, number: int) -> bytes:
        return self.data[512 * (number + 1) : 512 * (number + 2)]

    def _chain(self, fat: list[int], start: int) -> bytes:
        found, seen = [], set()
        while start != END:
            assert start not in seen, "a chain that bites its tail"
            seen.add(start)
            found.append(self._sector(start))
            start = fat[start]
        return b"".join(found)

    def _link(self, entry: int, at: int) -> int:
        return int(struct.unpack_from("<I", self.entries[entry], at)[0])

    def _walk(self, number: int, above: str) -> Iterator[tuple[str, bytes]]:
        """The entries of a storage in the order of its tree, which must be sorted and balanced."""
        names: list[str] = []
        for one, name in self._tree(number):
            names.append(name)
            entry = self.entries[one]
            if entry[66] == 1:
                yield from self._walk(self._link(one, 76), f"{above}{name}/")
            else:
                yield f"{above}{name}", entry
        assert names == sorted(names, key=lambda name: (len(name), name.upper()))
        self._black(number)

    def _tree(self, number: int) -> Iterator[tuple[int, str]]:
        if number == 0xFFFFFFFF:
            return
        entry = self.entries[number]
        yield from self._tree(self._link(number, 68))
        length = struct.unpack_from("<H", entry, 64)[0]
        yield number, entry[: length - 2].decode("utf-16-le")
        yield from self._tree(self._link(number, 72))

    def _black(self, number: int) -> int:
        """Black entries on the way down: as many on each side, and no red below a red."""
        if number == 0xFFFFFFFF:
            return 1
        left, right = self._link(number, 68), self._link(number, 72)
        red = self.entries[number][67] == 0
        for below in (left, right):
            assert not (red and below != 0xFFFFFFFF and self.entries[below][67] == 0)
        depth = self._black(left)
        assert depth == self._black(right)
        return depth + (not red)


def _minis(small: bytes, fat: list[int], start: int) -> Iterator[bytes]:
    while start != END:
        yield small[64 * start : 64 * (start + 1)]
        start = fat[start]


def decompressed(data: bytes) -> bytes:
    """A compressed container of [MS-OVBA] 2.4.1."""
    assert data[0] == 1
    at, made = 1, bytearray()
    while at < len(data):
        head = struct.unpack_from("<H", data, at)[0]
        assert head >> 12 & 7 == 3
        end, start = at + (head & 0xFFF) + 3, len(made)
        at += 2
        if not head >> 15:
            made += data[at:end]
            at = end
            continue
        while at < end:
            flags = data[at]
            at += 1
            for n in range(8):
                if at >= end:
                    break
                if flags >> n & 1:
                    token = struct.unpack_from("<H", data, at)[0]
                    bits = 4
                    while 1 << bits < len(made) - start:
                        bits += 1
                    for _ in range((token & (0xFFFF >> bits)) + 3):
                        made.append(made[-(token >> (16 - bits)) - 1])
                    at += 2
                else:
                    made.append(data[at])
                    at += 1
        assert at == end
    return bytes(made)


def records(data: bytes) -> list[tuple[int, bytes]]:
    """The records of the stream `dir`; the version's own form is the only one out of line."""
    found, at = [], 0
    while at < len(data):
        number, size = struct.unpack_from("<HI", data, at)
        size += 2 if number == 0x09 else 0
        found.append((number, data[at + 6 : at + 6 + size]))
        at += 6 + size
    assert at == len(data)
    return found


def plain_of(text: str, identity: str) -> bytes:
    """What stands under the light cipher of the stream PROJECT."""
    data = bytes.fromhex(text)
    seed, version, key = data[0], data[0] ^ data[1], data[0] ^ data[2]
    assert version == 2
    assert key == sum(identity.encode()) & 0xFF
    older, last, before, made = data[1], data[2], key, bytearray()
    for one in data[3:]:
        plain = one ^ ((older + before) & 0xFF)
        older, last, before = last, one, plain
        made.append(plain)
    body = bytes(made[(seed & 6) // 2 :])
    assert struct.unpack_from("<I", body)[0] == len(body) - 4
    return body[4:]
