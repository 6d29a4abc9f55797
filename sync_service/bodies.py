"""Checks of an answer's body: whole gzip files, strict JSON, honest encodings."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import orjson

from sync_service.troubles import ContractBroken, Retryable

GZIP = 31  # zlib's window bits for a gzip header and trailer
_POINTED = tuple(re.compile(rf"{sign}-?\d+[.eE]", re.ASCII) for sign in (":", ",", r"\["))
BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Response:
    """A whole, checked answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes  # decoded: no content encoding is left
    url: str = ""  # without its query, for messages
    _read: list[object] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def request_id(self) -> str:
        """The platform's own number of this call, for its support."""
        names = ("x-amzn-requestid", "x-amz-request-id", "x-request-id")
        return next((self.headers[name] for name in names if name in self.headers), "")

    @property
    def text(self) -> str:
        """The body as text, by its mark, its declared charset, else strict UTF-8."""
        return decode(self.content, self.headers.get("content-type", ""))

    def json(self) -> object:
        """The body as strict JSON, read once; numbers with a point are Decimals.

        All who look at an answer share the value: nobody may change it.
        """
        if not self._read:
            self._read.append(parse_json(self.content, self.headers.get("content-type", "")))
        return self._read[0]

    def plain_json(self) -> object:
        """The body as strict JSON for readers of many rows; see `parse_plain`."""
        return parse_plain(self.content, self.headers.get("content-type", ""))


def gunzip(payload: bytes, limit: int = 1 << 30) -> bytes:
    """Unpack a gzip file to its last member; a cut one is Retryable, never a shorter text (F1)."""
    parts: list[bytes] = []
    room = limit
    rest = payload
    while rest or not parts:
        member = zlib.decompressobj(wbits=GZIP)
        try:
            parts.append(member.decompress(rest, room + 1))
        except zlib.error as error:
            raise Retryable(f"damaged gzip ({error})") from error
        room -= len(parts[-1])
        if room < 0:
            raise ContractBroken(f"a gzip document unpacks to more than {limit:,} bytes")
        if not member.eof:
            raise Retryable(f"gzip cut short after {len(payload):,} bytes")
        rest = member.unused_data
    return b"".join(parts)


def decode(payload: bytes, content_type: str = "") -> str:
    """Bytes to text: byte-order mark, then the declared charset, then strict UTF-8."""
    for mark, name in BOMS:
        if payload.startswith(mark):
            return _strict(payload[len(mark) :], name)
    return _strict(payload, charset(content_type) or "utf-8")


def charset(content_type: str) -> str | None:
    """The charset of a content type: `text/plain; charset=Shift_JIS` -> Shift_JIS."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == "charset" and value:
            return value.strip().strip('"')
    return None


def _strict(payload: bytes, encoding: str) -> str:
    try:
        return payload.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise ContractBroken(f"the text is not {encoding} ({error})") from error


def parse_json(payload: bytes | str, content_type: str = "") -> object:
    """Strict JSON: no duplicate keys, no NaN, bounded depth, no sign-in page."""
    text = payload if isinstance(payload, str) else decode(payload, content_type)
    value, again = _quick(text)
    if again == text and not _may_hold_point(text):
        return value
    return _exact(text, again)


def parse_plain(payload: bytes, content_type: str = "") -> object:
    """As strict as `parse_json`, for readers of many rows, who look at the numbers they take.

    A number with a point is a Decimal, or a float that prints as it was written: its `repr` is the
    number, never the float itself.
    """
    text = decode(payload, content_type)
    value, again = _quick(text)
    return value if again == text else _exact(text, again)


def _quick(text: str) -> tuple[object, str | None]:
    """Read a text by the fast reader and write it again; None: it has to be read with care.

    What is written the same, sign by sign, named no key twice and lost no digit.
    """
    try:
        value: object = orjson.loads(text)
        return value, orjson.dumps(value).decode()
    except (ValueError, TypeError):  # damaged, or nested deeply: the careful reader says what it is
        return None, None


def _may_hold_point(text: str) -> bool:
    """Say whether a text without blanks may hold a number with a point or an exponent.

    Such a number stands behind one of three signs, or alone. A time in a string looks like one,
    which costs time and nothing else. Three searches, because one for any of the signs is slower.
    """
    alone = not text.startswith(("{", "["))
    return alone or any(number.search(text) for number in _POINTED)


def _exact(text: str, again: str | None) -> object:
    """Read with exact numbers; object by object where a key may have come twice.

    A text has two quote signs a string, beside those behind a backslash. Read and written again it
    has as many, unless a second key has taken the place of a first one.
    """
    if text.lstrip()[:1] == "<":
        raise ContractBroken("an HTML page came instead of data; it may ask for a sign-in")
    unique = again is not None and _quotes(text) == _quotes(again)
    try:
        value: object = (_PLAIN if unique else _CAREFUL).decode(text)
    except RecursionError as error:  # C code counts its own depth and ends cleanly
        raise ContractBroken("JSON nested without end") from error
    except ValueError as error:
        raise ContractBroken(f"no JSON ({error})") from error
    _refuse_lone_surrogates(text, value)
    return value


def _quotes(text: str) -> int:
    """Count the signs at which strings begin and end."""
    if "\\" in text:
        text = text.replace("\\\\", "").replace('\\"', "")
    return text.count('"')


def _refuse_lone_surrogates(text: str, value: object) -> None:
    """Half a character survives the parser and fails only when it is stored; find it here."""
    if "\\ud" not in text and "\\uD" not in text:
        return
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ContractBroken("JSON holds half a character (a lone surrogate)") from error


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ContractBroken(f"JSON names {twice!r} twice in one object")
    return found


def _no_constant(name: str) -> object:
    raise ContractBroken(f"JSON holds {name}, which is no number")


MAX_DIGITS = 40  # money and counts need 18; 10^400 is a fault


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if abs(value.adjusted()) > MAX_DIGITS and value:
        raise ContractBroken(f"JSON holds the number {text[:20]}..., which is no amount")
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ContractBroken(f"JSON holds the number {text[:20]}..., which is no count")
    return int(text)


_PLAIN = json.JSONDecoder(parse_constant=_no_constant, parse_float=_decimal, parse_int=_integer)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_no_constant,
    parse_float=_decimal,
    parse_int=_integer,
)
