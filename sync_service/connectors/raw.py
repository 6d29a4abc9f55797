"""Raw answers for replay: kept after the keep-list filter, by content, compressed.

The keep-list is the control (platforms.md 1.6): a field that a connector does not name is gone
before anything reaches a disk, a log or a parser.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import cast

import orjson

from kpi.model import Window
from sync_service import control, schema
from sync_service.bodies import Response, decode, parse_json
from sync_service.clock import Clock
from sync_service.connectors.buckets import light
from sync_service.connectors.kernel import Form
from sync_service.control import Control
from sync_service.troubles import ContractBroken, DiskFull

_NESTED = frozenset({dict, list})
csv.field_size_limit(1 << 24)  # a cell of a report; the default refuses long titles of 128 KB


def filtered(
    payload: bytes | Response, kept: frozenset[str], form: Form, content_type: str = ""
) -> bytes:
    """Only the named fields, in UTF-8; JSON numbers keep every digit they were written with."""
    if isinstance(payload, Response):  # read once for all who look at it
        return _json_text(_only(payload.json(), kept))
    match form:
        case "json":
            return _json_text(_only(parse_json(payload, content_type), kept))
        case "jsonl":
            lines = decode(payload, content_type).split("\n")  # U+2028 may stand inside a text
            wanted = (_only(parse_json(line), kept) for line in lines if line.strip())
            return b"".join(_json_text(line) + b"\n" for line in wanted)
        case "tsv" | "csv":
            sign = "\t" if form == "tsv" else ","
            return _columns(decode(payload, content_type), kept, sign).encode()


def _only(value: object, kept: frozenset[str]) -> object:
    """Drop every field that is not named, at every depth."""
    kind = type(value)  # the reader makes plain dicts and lists; a call for each value took longest
    if kind is dict:
        return {
            name: _only(inner, kept) if type(inner) in _NESTED else inner
            for name, inner in cast("dict[str, object]", value).items()
            if name in kept
        }
    if kind is list:
        inside = cast("list[object]", value)
        return [_only(inner, kept) if type(inner) in _NESTED else inner for inner in inside]
    return value


def _json_text(value: object) -> bytes:
    try:
        return orjson.dumps(value, default=_digits)
    except TypeError:  # a count of more than 64 bits
        return orjson.dumps(_wide(value), default=_digits)


def _wide(value: object) -> object:
    """The same value, with counts that need more than 64 bits as exact decimals."""
    if isinstance(value, dict):
        return {name: _wide(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_wide(inner) for inner in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) >= 1 << 63 else value
    return value


def _digits(value: object) -> orjson.Fragment:
    """A number as it was written."""
    if not isinstance(value, Decimal):
        raise TypeError
    return orjson.Fragment(str(value))


def _columns(text: str, kept: frozenset[str], sign: str) -> str:
    """Only the named columns; a row with too few or too many cells breaks the contract.

    Tab-separated files of platforms quote nothing, so a lone quote sign is text.
    """
    source = io.StringIO(text, newline="")
    tabs = sign == "\t"
    rows = csv.reader(source, delimiter=sign, quoting=csv.QUOTE_NONE if tabs else csv.QUOTE_MINIMAL)
    header = next(rows, None)
    if header is None:
        return ""
    places = [at for at, name in enumerate(header) if name.strip() in kept]
    picked = [[header[at].strip() for at in places], *_picked(rows, places, len(header))]
    if tabs:
        return "".join("\t".join(row) + "\n" for row in picked)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(picked)
    return out.getvalue()


def _picked(rows: Iterable[list[str]], places: list[int], width: int) -> Iterable[list[str]]:
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        if len(row) != width:
            raise ContractBroken(f"line {number} has {len(row)} columns, the header has {width}")
        yield [row[at] for at in places]


@dataclass(frozen=True, slots=True)
class RawStore:
    """Answers by their SHA-256, below the data folder."""

    folder: Path
    store: Control
    clock: Clock

    def keep(self, payload: bytes, stream: str, shop: str, window: Window) -> str:
        """Keep a filtered payload; the same bytes are kept once."""
        digest = hashlib.sha256(payload).hexdigest()
        path = self._path(digest)
        if self.read(digest) is None:
            _write_whole(path, gzip.compress(payload, compresslevel=1, mtime=0))
        row = {
            "sha256": digest,
            "stream": stream,
            "shop": shop,
            "window": f"{window.start}/{window.end}",
            "bytes": len(payload),
            "fetched_at": self.clock.now(),
            "path": str(path.relative_to(self.folder)),
        }
        with light(self.store) as connection:
            control.put(connection, schema.raw, row)
        return digest

    def read(self, digest: str) -> bytes | None:
        """Give a kept payload; None when it is gone or damaged, so that it is fetched again."""
        path = self._path(digest)
        try:
            payload = gzip.decompress(path.read_bytes())
        except (OSError, EOFError, ValueError):
            return None
        return payload if hashlib.sha256(payload).hexdigest() == digest else None

    def _path(self, digest: str) -> Path:
        return self.folder / "raw" / digest[:2] / f"{digest}.gz"


def _write_whole(path: Path, content: bytes) -> None:
    """Put a whole file in place; not synced, for `read` checks it and a lost one is refetched."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as out:
            out.write(content)
        Path(out.name).replace(path)
    except OSError as error:
        raise DiskFull(f"{path.name}: {error.strerror}") from error
