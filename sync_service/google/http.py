"""gspread's HTTP client with bounds: checked hosts, deadlines, bounded tries, shared budgets.

gspread's own `BackOffHTTPClient` never gives up and ignores `Retry-After`. Here a call takes its
token from a bucket that all processes share (reads and writes apart, as Google counts them), waits
as long as Google asks, is tried at most five times, and ends by its deadline. What may have been
done already, though no answer came, is repeated only where doing it twice is the same as once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError, RefreshError
from gspread.http_client import FileType, HTTPClient, ParamsType
from requests.adapters import HTTPAdapter

from sync_service.clock import Clock
from sync_service.connectors.buckets import Buckets, bucket_name
from sync_service.connectors.kernel import Limit
from sync_service.google.hosts import directed
from sync_service.redaction import redact
from sync_service.retries import Patience, repeated
from sync_service.troubles import AuthRevoked, BadRequest, RateLimited, Refused, Retryable

PER_MINUTE = 60  # reads, and writes apart, of one user of a project (spreadsheets.md 3.1)
BURST = PER_MINUTE // 2  # a full bucket and what refills in a minute are one minute's quota
LIMIT = Limit(rate=BURST / 60, burst=BURST)
PATIENCE = Patience(attempts=5, first_wait=1.0, deadline=120.0, limited=120.0)
LEAST = 4.0  # seconds to wait after a 429 that asks for less: quotas are counted by the minute
CONNECT, READ, TOTAL = 10.0, 60.0, 180.0  # seconds: to connect, between pieces, for one attempt
MOST = 1 << 28  # bytes of one answer; a longer one is a fault
PIECE = 1 << 16
_TWICE = re.compile(  # POST calls that may be done twice
    r":(batchGet|batchGetByDataFilter|getByDataFilter)$|/developerMetadata:search$"
    r"|/values:(batchUpdate|batchUpdateByDataFilter|batchClear|batchClearByDataFilter)$"
    r"|/values/[^/]+:clear$"
)


class NotAllowedError(BadRequest):
    """403: the account has no right to this spreadsheet, or a cell is protected from it."""

    code = "google_not_allowed"


class Straight(HTTPAdapter):
    """Follows no redirect: keys, tokens and values go to the host that was called, to no other."""

    def send(
        self,
        request: requests.PreparedRequest,
        *rest: Any,  # noqa: ANN401  # as requests calls it
        **named: Any,  # noqa: ANN401
    ) -> requests.Response:
        """One call, which never waits without end.

        Raises:
            Refused: The answer sends it on.
        """
        named["timeout"] = named.get("timeout") or (CONNECT, READ)
        answer = super().send(request, *rest, **named)
        if answer.is_redirect:
            answer.close()
            to = urlsplit(answer.headers["location"]).netloc
            raise Refused(redact(f"{answer.status_code} to {to or 'another page'}")[:300])
        return answer


S = TypeVar("S", bound=requests.Session)
CallFailed = requests.RequestException  # by the library's own calls, which ask for tokens


def straight(session: S) -> S:
    """A session without redirects, and with nothing of the computer's proxy settings."""
    session.trust_env = False
    for scheme in ("https://", "http://"):
        session.mount(scheme, Straight())
    return session


def new_session() -> requests.Session:
    """A session for what needs no account, such as asking for a token."""
    return straight(requests.Session())


@dataclass(frozen=True, slots=True)
class Budget:
    """What limits the calls of one account: shared buckets and the service's clock."""

    buckets: Buckets
    clock: Clock
    account: str  # the address of the account, by which Google counts
    patience: Patience = PATIENCE

    def take(self, *, writes: bool) -> None:
        """A token for one call; waits for it."""
        self.buckets.take(self.name(writes=writes), LIMIT)

    def name(self, *, writes: bool) -> str:
        """The bucket of reads or of writes."""
        return bucket_name("google", "sheets", self.account, "write" if writes else "read")


class BoundedHTTP(HTTPClient):
    """What gspread calls Google through."""

    def __init__(
        self, auth: Credentials, session: requests.Session, to: Mapping[str, str], budget: Budget
    ) -> None:
        """`session` adds the token of `auth`; `to` says where each host's calls go."""
        super().__init__(auth, session)
        self.auth = auth
        self.to = to
        self.budget = budget

    def request(
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: FileType = None,
        headers: Any = None,  # noqa: ANN401  # as gspread calls it
    ) -> requests.Response:
        """One call, repeated within bounds; every failure is a Trouble with its sentence."""
        url = directed(endpoint, self.to)
        writes = _writes(method, endpoint)
        again = method.upper() in ("GET", "PUT", "PATCH", "DELETE") or bool(_TWICE.search(endpoint))

        def send() -> requests.Response:
            return self.session.request(
                method=method,
                url=url,
                params=params,
                data=data,
                json=json,
                files=files,
                headers=headers,
                timeout=(CONNECT, READ),
                stream=True,
            )

        def attempt() -> requests.Response:
            self.budget.take(writes=writes)
            answer = _whole(send, again=again)
            _judge(answer, again=again)
            return answer

        def limited(seconds: float) -> None:
            self.budget.buckets.drain(self.budget.name(writes=writes), LIMIT, seconds)

        return repeated(attempt, self.budget.clock, self.budget.patience, limited)


def _writes(method: str, endpoint: str) -> bool:
    """Whether Google counts a call as a write."""
    reads = re.search(r":(batchGet\w*|getByDataFilter|search)$", endpoint.partition("?")[0])
    return method.upper() != "GET" and reads is None


def _whole(send: Callable[[], requests.Response], *, again: bool) -> requests.Response:
    """The whole answer in time, or a trouble."""
    end = time.monotonic() + TOTAL
    try:
        answer = send()
        pieces, size = [], 0
        for piece in answer.iter_content(PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > MOST or time.monotonic() > end:
                raise _cut(f"answer of more than {size:,} bytes or {TOTAL:.0f} s", again=again)
    except RefreshError as error:
        raise AuthRevoked(redact(str(error))[:240]) from error
    except (requests.RequestException, GoogleAuthError) as error:
        raise _cut(redact(str(error))[:240] or type(error).__name__, again=again) from error
    answer._content = b"".join(pieces)  # noqa: SLF001  # requests has no other way to hand it on
    return answer


class UnsureError(BadRequest):
    """No answer to a call that must not be done twice: it may have been done."""

    code = "google_unsure"


def _cut(detail: str, *, again: bool) -> Retryable | UnsureError:
    return Retryable(detail) if again else UnsureError(detail)


def body_of(answer: requests.Response) -> dict[str, Any]:
    """The JSON of an answer; a page that a network's sign-in gives instead says nothing."""
    try:
        found = answer.json() if answer.content else {}
    except ValueError as error:
        kind = answer.headers.get("content-type", "of no kind")
        raise UnsureError(f"the answer, {kind[:60]}, is no JSON") from error
    return found if isinstance(found, dict) else {}


def _judge(answer: requests.Response, *, again: bool) -> None:
    """Raise for everything but success."""
    status = answer.status_code
    if answer.ok and status < HTTPStatus.MULTIPLE_CHOICES:
        return
    detail = redact(f"{status} {_message(answer)}")[:300]
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise RateLimited(detail, retry_after=max(_wait(answer) or 0.0, LEAST))
    if status == HTTPStatus.SERVICE_UNAVAILABLE and _wait(answer) is not None and again:
        raise RateLimited(detail, retry_after=_wait(answer))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _cut(detail, again=again)
    if status == HTTPStatus.UNAUTHORIZED:
        raise AuthRevoked(detail)
    if status == HTTPStatus.FORBIDDEN:
        raise NotAllowedError(detail)
    raise BadRequest(detail)


def _wait(answer: requests.Response) -> float | None:
    """Seconds that Google asks to wait; a date counts as unknown."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isdecimal() else None


def _message(answer: requests.Response) -> str:
    """What Google says went wrong."""
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]
    return str(error.get("message", error)) if isinstance(error, dict) else str(error)
