"""The answers of the service to the xlwings functions, asked in batches and remembered.

The same rules as in the task pane: an answer is fresh for five minutes and while the revision of
the facts stands; a question whose answer has grown old takes all other old questions of its
workbook with it, so that a recalculation after a refresh is one request. While the service is away
the last known answer is given as stale, and it is not asked again for half a minute: a sheet of a
thousand cells must not wait a thousand times.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kpi.model import Texts

MOST_CALLS = 5_000
DEADLINE = 20.0  # seconds of one request
FRESH = 300.0  # seconds for which an answer is not asked for again
QUIET = 30.0  # seconds without a request after one that failed
LATER = 5.0  # seconds until a request that was told to wait goes again
KNOWN_MOST = 200_000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TOO_MANY_REQUESTS, UNAUTHORIZED, SERVER_ERROR = 429, 401, 500
SETTINGS = Path.home() / ".xlwings" / "linkstar.json"
Call = tuple[object, ...]
Key = tuple[str, Call]
Told = Mapping[str, Any]
Post = Callable[[Told], Told]

OFFLINE: Texts = {
    "zh": "连不上服务，请运行 serve。",
    "en": "The service is not reachable. Run `serve`.",
}
EXPIRED: Texts = {
    "zh": "未登录：请将令牌写入 ~/.xlwings/linkstar.json。",
    "en": "Not signed in: put the token into ~/.xlwings/linkstar.json.",
}
UNSAFE: Texts = {
    "zh": "令牌只发往 https 地址或本机，请改 ~/.xlwings/linkstar.json 中的地址。",
    "en": "The token goes to https or this computer only: mend the address in "
    "~/.xlwings/linkstar.json.",
}
FAILED: Texts = {"zh": "服务出错。", "en": "The service failed."}


class ServiceError(Exception):
    """Why there is no answer; `busy` asks for a second try a little later."""

    def __init__(self, texts: Texts, *, busy: bool = False) -> None:
        """Both languages."""
        super().__init__(texts["en"])
        self.texts = texts
        self.busy = busy


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: a value, rows, or an error with its sentence."""

    answer: object
    stale: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    answer: object
    revision: str
    at: float


@dataclass(slots=True)
class Answers:
    """One request for all that is asked, and what is remembered of the answers."""

    post: Post
    now: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    revisions: dict[str, str] = field(default_factory=dict)  # book -> of its last answer
    known: dict[Key, _Known] = field(default_factory=dict)
    stale: set[Key] = field(default_factory=set)  # questions whose cells show an old value
    _quiet: float = 0.0  # no request before this time
    _why: ServiceError = field(default_factory=lambda: ServiceError(OFFLINE))

    def renew(self, book: str) -> None:
        """Facts may have changed: what is known is from now on only the last known."""
        self.revisions.pop(book, None)

    def ask(self, book: str, calls: Sequence[Call]) -> list[Reply | ServiceError]:
        """A reply for each call, in their order."""
        wanted = list(dict.fromkeys((book, call) for call in calls))
        lacking = [key for key in wanted if not self._fresh(key)]
        if lacking:
            others = [key for key in self.known if key[0] == book and not self._fresh(key)]
            self._fetch(book, list(dict.fromkeys((*lacking, *others))), set(lacking))
        return [self._reply((book, call)) for call in calls]

    def _fresh(self, key: Key) -> bool:
        known = self.known.get(key)
        return (
            known is not None
            and known.revision == self.revisions.get(key[0])
            and self.now() - known.at < FRESH
        )

    def _fetch(self, book: str, keys: list[Key], needed: set[Key]) -> None:
        """Ask for everything old at once, up to what one request takes; the needed come first."""
        for start in range(0, len(keys), MOST_CALLS):
            part = keys[start : start + MOST_CALLS]
            if self.now() < self._quiet or needed.isdisjoint(part):
                return
            try:
                told = self._answered({"book": book, "calls": [list(call) for _, call in part]})
            except ServiceError as error:
                self._quiet, self._why = self.now() + QUIET, error
                return
            self._settle(book, part, told)

    def _answered(self, body: Told) -> Told:
        """The answer; told to come later, it is asked once more."""
        try:
            return self.post(body)
        except ServiceError as error:
            if not error.busy:
                raise
            self.wait(LATER)
            return self.post(body)

    def _settle(self, book: str, keys: Sequence[Key], told: Told) -> None:
        revision = self.revisions[book] = str(told.get("revision"))
        for key, answer in zip(keys, told.get("answers") or (), strict=False):
            self.known.pop(key, None)  # the newest stand last
            self.known[key] = _Known(answer, revision, self.now())
            self.stale.discard(key)
        for key in list(self.known)[: max(0, len(self.known) - KNOWN_MOST)]:
            del self.known[key]

    def _reply(self, key: Key) -> Reply | ServiceError:
        known = self.known.get(key)
        if known is None:
            return self._why
        if self._fresh(key):
            return Reply(known.answer)
        if isinstance(known.answer, dict):  # an old error says nothing of today
            return self._why
        self.stale.add(key)
        return Reply(known.answer, stale=True)


# --- the wire -------------------------------------------------------------------------------------


def from_settings(path: Path = SETTINGS) -> Post:
    """A way to the service that `linkstar.json` names: its address, and the token."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    service = str(told.get("service") or "http://127.0.0.1:8765") if isinstance(told, dict) else ""
    token = str(told.get("token") or "") if isinstance(told, dict) else ""
    return lambda body: post(service, token, body)


def post(service: str, token: str, body: Told, deadline: float = DEADLINE) -> Told:
    """The answer of the service.

    Raises:
        ServiceError: There is none; the sentence says why.
    """
    if not token:
        raise ServiceError(EXPIRED)
    here = urllib.parse.urlsplit(service)
    own = here.hostname in LOOPBACK
    if here.scheme != "https" and not (here.scheme == "http" and own):
        raise ServiceError(UNSAFE)
    direct = (urllib.request.ProxyHandler({}),) if own else ()
    opener = urllib.request.build_opener(_Straight, *direct)
    request = urllib.request.Request(  # noqa: S310 - http or https, as checked
        service.rstrip("/") + "/api/v1/functions",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with opener.open(request, timeout=deadline) as answer:
            told = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(error.code, error.read()) from error
    except (OSError, ValueError) as error:
        raise ServiceError(OFFLINE) from error
    if not isinstance(told, dict):
        raise ServiceError(FAILED)
    return told


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the token is for one address."""

    def redirect_request(self, *_: object) -> None:
        """Leave the answer as a refusal."""


def _refused(status: int, body: bytes) -> ServiceError:
    """The service's own sentence where it gave one."""
    if status == UNAUTHORIZED:
        return ServiceError(EXPIRED)
    try:
        told = json.loads(body)["error"]
        texts: Texts = {"zh": str(told["zh"]), "en": str(told["en"])}
    except (ValueError, KeyError, TypeError):
        texts = FAILED
    busy = status == TOO_MANY_REQUESTS
    return ServiceError(texts if status < SERVER_ERROR else FAILED, busy=busy)
