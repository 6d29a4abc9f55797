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
from pathlib import Path

import orjson

from kpi.model import Window
from sync_service import control, schema
from sync_service.bodies import decode, parse_json
from sync_service.clock import Clock
from sync_service.connectors.buckets import light
from sync_service.connectors.kernel import Form
from sync_service.control import Control
from sync_service.troubles import ContractBroken, DiskFull

csv.field_size_limit(1 << 24)  # a cell of a report; the default refuses long titles of 128 KB


def filtered(payload: bytes, kept: frozenset[str], form: Form, content_type: str = "") -> bytes:
    """Only the named fields, in UTF-8; JSON numbers keep every digit they were written with."""
    match form:
        case "json":
            return _json_text(_only(_parsed(payload, content_type), kept))
        case "jsonl":
            lines = decode(payload, content_type).split("\n")  # U+2028 may stand inside a text
            wanted = (_only(_parsed(line), kept) for line in lines if line.strip())
            return b"".join(_json_text(line) + b"\n" for line in wanted)
        case "tsv" | "csv":
            sign = "\t" if form == "tsv" else ","
            return _columns(decode(payload, content_type), kept, sign).encode()


class _Digits(str):
    """A JSON number as written."""

    __slots__ = ()


def _parsed(payload: bytes | str, content_type: str = "") -> object:
    """Read strictly, with numbers as they are written."""
    return parse_json(payload, content_type, number=_Digits)


def _only(value: object, kept: frozenset[str]) -> object:
    """Drop every field that is not named, at every depth."""
    if isinstance(value, dict):
        return {name: _only(inner, kept) for name, inner in value.items() if name in kept}
    if isinstance(value, list):
        return [_only(inner, kept) for inner in value]
    return orjson.Fragment(value.encode()) if isinstance(value, _Digits) else value


def _json_text(value: object) -> bytes:
    return orjson.dumps(value)


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
