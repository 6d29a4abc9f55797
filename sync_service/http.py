"""The one checked HTTP client: what it returns is whole, from an allowed host, and in time.

No other module imports httpx (a test reads every file to prove it). One call of `Client.send` is
one attempt; repeats belong to `retries.py`.

What it adds to httpx, each because httpx lets it pass:
- a body with neither length nor chunking ends where the connection dies: incomplete;
- gzip is unpacked here, and must be whole to its last member (F1: httpx returned 4,908 of 5,006
  bytes of a cut body without an error);
- a deadline for the whole exchange, also for headers that drip a byte at a time;
- only allowed hosts, only https (loopback where the settings say so), never a redirect.
"""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpcore
import httpx

from sync_service.bodies import Response, gunzip
from sync_service.redaction import redact
from sync_service.troubles import (
    BadRequest,
    ContractBroken,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Retryable,
    TokenExpired,
    Trouble,
)

USER_AGENT = "LinkStar-KPI-Sheets/1 (Language=Python)"
MAX_BODY = 1 << 28  # bytes as sent; a longer answer is a fault or an attack
DETAIL = 240  # characters of a platform's error text that a message carries


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Real seconds, whatever the service's clock says."""

    connect: float = 10.0
    read: float = 30.0  # between two pieces
    total: float = 300.0  # for one attempt, from connect to the last byte


@dataclass(frozen=True, slots=True)
class Request:
    """One call, ready to send."""

    method: str
    url: str
    params: Mapping[str, str | int] | None = None
    json: object = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


_deadline = threading.local()  # the socket layer sees no request; the thread tells it the limit


class Client:
    """Keeps connections alive and checks every answer; threads may share it."""

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        loopback: Iterable[str] = (),
        timeouts: Timeouts | None = None,
        max_body: int = MAX_BODY,
        connections: int = 64,
    ) -> None:
        """Allow `hosts` (`*.` in front: any sub-domain) over https, `loopback` host:port as is."""
        self.hosts = tuple(host.lower() for host in hosts)
        self.loopback = frozenset(loopback)
        self.timeouts = timeouts or Timeouts()
        self.max_body = max_body
        times = self.timeouts
        self._sockets = _transport(connections)
        self._http = httpx.Client(
            transport=self._sockets,
            timeout=httpx.Timeout(times.read, connect=times.connect, pool=times.total),
            trust_env=False,
            headers={"user-agent": USER_AGENT, "accept-encoding": "gzip"},
        )

    def close(self) -> None:
        """Close every kept connection."""
        self._http.close()

    def send(self, request: Request) -> Response:
        """One attempt: a whole checked answer of any status, or a Trouble."""
        url = allowed(request.url, self.hosts, self.loopback)
        _deadline.at = time.monotonic() + self.timeouts.total
        try:
            asked = self._http.build_request(
                request.method,
                url,
                params=_query(request.params),
                json=request.json,
                data=request.form,
                headers=request.headers,
            )
            # Straight to the sockets: no redirect, no kept cookie, nothing else of httpx's client.
            answer = self._sockets.handle_request(asked)
            answer.request = asked
            try:
                return self._whole(answer)
            finally:
                answer.close()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise trouble_of(error) from error
        finally:
            _deadline.at = None

    def _whole(self, answer: httpx.Response) -> Response:
        """Read the body to its end and prove that it is the end."""
        headers = {name.lower(): value for name, value in answer.headers.items()}
        where = f"{answer.request.url.host}{answer.request.url.path}"
        raw = self._read(answer, headers)
        body = _decoded(raw, headers.get("content-encoding", ""), self.max_body * 8)
        return Response(answer.status_code, headers, body, where)

    def _read(self, answer: httpx.Response, headers: Mapping[str, str]) -> bytes:
        declared = _declared_length(headers)
        if declared is not None and declared > self.max_body:
            raise ContractBroken(f"a body of {declared:,} bytes, at most {self.max_body:,} allowed")
        parts: list[bytes] = []
        size = 0
        assert isinstance(answer.stream, httpx.SyncByteStream)  # noqa: S101 - ours are blocking
        for part in answer.stream:
            parts.append(part)
            size += len(part)
            if size > self.max_body:
                raise ContractBroken(f"a body of more than {self.max_body:,} bytes")
        chunked = headers.get("transfer-encoding", "").lower().endswith("chunked")
        bodiless = answer.status_code in (204, 304) or answer.request.method == "HEAD"
        if declared is None and not chunked and not bodiless:
            raise Retryable("the answer has neither length nor chunks, so its end is not known")
        if declared is not None and size != declared and not bodiless:
            raise Retryable(f"the answer holds {size:,} of {declared:,} bytes")
        return b"".join(parts)


def _query(params: Mapping[str, str | int] | None) -> dict[str, str | int] | None:
    """Give None for no parameters: an empty dict would make httpx drop the address's own query."""
    return dict(params) if params else None


def _declared_length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length")
    if text is None:
        return None
    if not text.isdecimal():
        raise ContractBroken(f"the content length {text[:40]!r} is no number")
    return int(text)


def _decoded(raw: bytes, encoding: str, limit: int) -> bytes:
    """Undo the content encoding that we asked for; another one breaks the contract."""
    match encoding.strip().lower():
        case "" | "identity":
            return raw
        case "gzip" | "x-gzip":
            return gunzip(raw, limit) if raw else raw
        case "deflate":
            return _inflate(raw, limit)
        case other:
            raise ContractBroken(f"a body encoded as {other[:40]!r}, which was not asked for")


def _inflate(raw: bytes, limit: int) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(raw, limit + 1)
    except zlib.error as error:
        raise Retryable(f"damaged deflate body ({error})") from error
    if len(body) > limit:
        raise ContractBroken(f"a body that inflates to more than {limit:,} bytes")
    if not unpacker.eof:
        raise Retryable("deflate body cut short")
    return body


def allowed(url: str, hosts: Iterable[str], loopback: frozenset[str]) -> httpx.URL:
    """Parse an address of the connector's hosts; any other is Refused, odd spellings with it."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Refused(f"{redact(str(url))[:80]!r} is no address") from error
    host = parsed.host.lower()
    if parsed.userinfo:
        raise Refused(f"the address of {host} carries a user name")
    if f"{host}:{parsed.port or ''}".rstrip(":") in loopback and is_loopback(host):
        if parsed.scheme in ("http", "https"):
            return parsed
        raise Refused(f"{host} would be called by {parsed.scheme}")
    if parsed.scheme != "https":
        raise Refused(f"{host} would be called without encryption")
    if parsed.port not in (None, 443):
        raise Refused(f"{host} would be called on port {parsed.port}")
    if not any(_matches(host, pattern) for pattern in hosts):
        raise Refused(f"{host or 'an empty host'} is none of this platform's hosts")
    return parsed


@lru_cache(256)
def is_loopback(host: str) -> bool:
    """Only the literal loopback addresses; a name could point anywhere tomorrow."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _matches(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:]) and len(host) > len(pattern) - 1
    return host == pattern


def trouble_of(error: Exception) -> Trouble:
    """Map each of httpx's errors; a test walks its exceptions to prove that none is missing."""
    said = redact(str(error))[:DETAIL] or type(error).__name__
    for kind, make in MAPPED:
        if isinstance(error, kind):
            return make(f"{type(error).__name__}: {said}")
    return ContractBroken(f"{type(error).__name__}: {said}")


MAPPED: tuple[tuple[type[Exception], Callable[[str], Trouble]], ...] = (
    (httpx.TimeoutException, Retryable),
    (httpx.NetworkError, Retryable),
    (httpx.ProxyError, Retryable),
    (httpx.RemoteProtocolError, Retryable),  # cut bodies and torn connections among them
    (httpx.LocalProtocolError, BadRequest),
    (httpx.UnsupportedProtocol, Refused),
    (httpx.TooManyRedirects, Refused),
    (httpx.InvalidURL, Refused),
    (httpx.CookieConflict, ContractBroken),
    (httpx.DecodingError, ContractBroken),
    (httpx.StreamError, ContractBroken),
    (httpx.HTTPStatusError, BadRequest),
    (httpx.HTTPError, Retryable),
)


def check_status(response: Response, now: datetime, accept: tuple[int, ...] = ()) -> None:
    """Raise what the status says; 2xx and `accept` pass."""
    status = response.status
    if status // 100 == 2 or status in accept:  # noqa: PLR2004 - HTTP's own numbers
        return
    said = f"HTTP {status} from {response.url}{_reason(response)}"
    asked = response.request_id
    if status == 429:  # noqa: PLR2004
        wait = retry_after(response.headers, now)
        raise RateLimited(said, retry_after=wait, request_id=asked)
    if status // 100 == 3:  # noqa: PLR2004
        raise Refused(f"{said}: a redirect is never followed")
    kind = BY_STATUS.get(status, BadRequest if status // 100 == 4 else Retryable)  # noqa: PLR2004
    raise kind(said, request_id=asked)


BY_STATUS: dict[int, type[Trouble]] = {
    401: TokenExpired,
    403: Forbidden,
    404: NotFound,
    408: Retryable,
    410: NotFound,
}


def _reason(response: Response) -> str:
    """The start of the platform's own words, redacted."""
    text = redact(response.content[: DETAIL * 2].decode("utf-8", "replace")).strip()
    return f": {text[:DETAIL]}" if text else ""


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from seconds or an HTTP date (against the server's own clock).

    None where nothing usable is said: absent, negative, or not a number or date.
    """
    text = headers.get("retry-after", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        return _until(text, headers.get("date"), now)
    return seconds if 0 <= seconds < float("inf") else None


def _until(text: str, server: str | None, now: datetime) -> float | None:
    try:
        until = parsedate_to_datetime(text)
        return max(
            0.0, (until - (parsedate_to_datetime(server) if server else now)).total_seconds()
        )
    except (TypeError, ValueError):
        return None


class _DeadlineStream(httpcore.NetworkStream):
    """A socket whose every wait ends at the thread's deadline."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to so many bytes; `ReadTimeout` once the whole call's deadline has passed."""
        return self._inner.read(max_bytes, _remaining(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the bytes; `WriteTimeout` once the deadline has passed."""
        self._inner.write(buffer, _remaining(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        """End the connection; it waits for nothing, so it knows no deadline."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """The same socket encrypted; the handshake too ends at the deadline (`ConnectTimeout`)."""
        limit = _remaining(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, limit))

    def get_extra_info(self, info: str) -> object:
        """What httpcore asks of a socket, such as its addresses; passed on."""
        return self._inner.get_extra_info(info)


class _DeadlineBackend(httpcore.SyncBackend):
    """Opens sockets that know the deadline."""

    def connect_tcp(self, *args: object, **kwargs: object) -> httpcore.NetworkStream:
        """A connection as httpcore opens it, each later wait of which ends at the deadline."""
        return _DeadlineStream(super().connect_tcp(*args, **kwargs))  # type: ignore[arg-type]  # passed on unseen


def _remaining(timeout: float | None, late: type[Exception]) -> float | None:
    at: float | None = getattr(_deadline, "at", None)
    if at is None:
        return timeout
    left = at - time.monotonic()
    if left <= 0:
        raise late("the deadline of the whole call has passed")
    return left if timeout is None else min(timeout, left)


def _transport(connections: int) -> httpx.HTTPTransport:
    """Make httpx's transport over our own sockets; httpx has no public door for that."""
    transport = httpx.HTTPTransport(trust_env=False)
    transport._pool = httpcore.ConnectionPool(  # noqa: SLF001
        ssl_context=httpx.create_ssl_context(trust_env=False),
        max_connections=connections,
        max_keepalive_connections=connections,
        keepalive_expiry=30.0,
        network_backend=_DeadlineBackend(),
    )
    return transport
