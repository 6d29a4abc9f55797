"""The signature of a call from a spreadsheet's script: HMAC-SHA256 over everything that counts.

Eight lines are signed: the form's name, method, path, spreadsheet, version of the script, seconds
since 1970, a number used once, and the SHA-256 of the body; the last line ends without a break.
`addin/apps_script/service.js` makes the same text.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

FORM = "linkstar-sheets-1"
WINDOW = 300.0  # seconds that a call's time may be off
SHEET, VERSION = "X-LinkStar-Sheet", "X-LinkStar-Version"
TIME, NONCE, SIGNATURE = "X-LinkStar-Time", "X-LinkStar-Nonce", "X-LinkStar-Signature"
_SHAPES = {
    SHEET: re.compile(r"[A-Za-z0-9_-]{10,100}"),
    VERSION: re.compile(r"\d{1,4}\.\d{1,4}\.\d{1,4}"),
    TIME: re.compile(r"\d{1,12}"),
    NONCE: re.compile(r"[A-Za-z0-9-]{16,64}"),
    SIGNATURE: re.compile(r"[0-9a-f]{64}"),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it came."""

    method: str
    path: str
    sheet: str  # id of the spreadsheet
    version: str  # of its script
    time: str  # seconds since 1970, as text
    nonce: str
    body: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (FORM, self.method, self.path, self.sheet, self.version, self.time, self.nonce)
        return "\n".join((*lines, hashlib.sha256(self.body).hexdigest()))


def call_of(
    method: str, path: str, headers: Mapping[str, str], body: bytes
) -> tuple[Call, str] | None:
    """A call and its signature from a request; None where a header lacks or has another shape."""
    said = {name.casefold(): value for name, value in headers.items()}
    given = {name: said.get(name.casefold(), "") for name in _SHAPES}
    if not all(shape.fullmatch(given[name]) for name, shape in _SHAPES.items()):
        return None
    sheet, version, time, nonce = (given[name] for name in (SHEET, VERSION, TIME, NONCE))
    return Call(method, path, sheet, version, time, nonce, body), given[SIGNATURE]


def sign(call: Call, key: str) -> str:
    """The signature in hexadecimal digits; the key counts as its text."""
    return hmac.new(key.encode(), call.text.encode(), hashlib.sha256).hexdigest()


def signed(call: Call, signature: str, key: str) -> bool:
    """Whether the key made this signature, in a time that tells nothing."""
    return hmac.compare_digest(sign(call, key), signature)


def seconds_off(call: Call, now: datetime) -> float:
    """How far the call's clock is ahead of ours, in seconds."""
    return int(call.time) - now.astimezone(UTC).timestamp()


def headers_of(call: Call, key: str) -> dict[str, str]:
    """The headers of a signed call."""
    return {
        SHEET: call.sheet,
        VERSION: call.version,
        TIME: call.time,
        NONCE: call.nonce,
        SIGNATURE: sign(call, key),
    }
