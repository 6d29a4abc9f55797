"""Who may do what: every route states its need, and one check stands before all of them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol, TypeVar, cast

from flask import Flask, Response, current_app, jsonify, request

from kpi.errors import KpiError
from kpi.model import Texts
from sync_service.house import House
from sync_service.jobs import Jobs
from sync_service.panes import Panes
from sync_service.sheet_answers import Answers
from sync_service.sheets.work import SheetWork
from sync_service.web.tokens import is_token

# open: says nothing that is anybody's; sheet: signed by the script of a connected spreadsheet
NEEDS = frozenset({"open", "read", "refresh", "pause", "sheet"})
View = TypeVar("View", bound=Callable[..., Any])
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
OFFICE = re.compile(  # pages that Excel on the web consists of
    r"https://([a-z0-9-]+\.)+(officeapps\.live\.com|office\.com|office365\.com|sharepoint\.com"
    r"|cloud\.microsoft|microsoft365\.com)"
)


@dataclass(slots=True)
class Bucket:
    """Calls that are allowed now; it fills again with time."""

    burst: float
    rate: float  # a second
    tokens: float = field(init=False)
    at: float = 0.0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Start full."""
        self.tokens = self.burst

    def take(self, now: float, cost: float = 1.0) -> bool:
        """Take a token; False when none is left."""
        with self.guard:
            self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.rate)
            self.at = now
            if self.tokens < cost:
                return False
            self.tokens -= cost
            return True


class Gate(Protocol):
    """The check of calls from outside that are signed."""

    def is_public(self, host: str) -> bool:
        """Whether such calls come by this name."""

    def check(self) -> None:
        """Refuse what is not signed."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes use."""

    house: House
    jobs: Jobs
    panes: Panes
    answers: Answers
    gate: Gate
    work: SheetWork
    calls: Bucket = field(default_factory=lambda: Bucket(burst=60, rate=20))
    wrong: Bucket = field(default_factory=lambda: Bucket(burst=10, rate=0.2))  # bad tokens


@dataclass(frozen=True)
class RefusedError(Exception):
    """A request that is not done: the status and the sentence, nothing of our inside."""

    status: HTTPStatus
    texts: Texts


def needs(need: str, cost: float = 1.0) -> Callable[[View], View]:
    """State what a view needs, and what part of an ordinary call it takes of the calls allowed.

    Raises:
        KpiError: There is no such need.
    """
    if need not in NEEDS:
        raise KpiError(f"There is no need {need!r}; known are {', '.join(sorted(NEEDS))}.")

    def stated(view: View) -> View:
        view.__dict__["need"] = need
        view.__dict__["cost"] = cost
        return view

    return stated


def need_of(app: Flask, endpoint: str) -> str | None:
    """What a route needs; None for one that states nothing."""
    return cast("str | None", getattr(app.view_functions[endpoint], "need", None))


def _cost_of(app: Flask, endpoint: str | None) -> float:
    """What a call takes of those that are allowed; asking how far a run is takes little."""
    view = app.view_functions.get(endpoint or "")
    return cast("float", getattr(view, "cost", 1.0))


def check_policies(app: Flask) -> None:
    """A route without a policy stops the start.

    Raises:
        KpiError: It names the routes.
    """
    bare = [str(rule) for rule in app.url_map.iter_rules() if need_of(app, rule.endpoint) is None]
    if bare:
        raise KpiError(f"Routes without a policy: {', '.join(bare)}. Put needs(...) above them.")


def parts() -> Parts:
    """The parts of the running application."""
    return cast("Parts", current_app.extensions["linkstar"])


def guard() -> None:
    """The one check before every view.

    Raises:
        RefusedError: Too often, a foreign page, or without the token.
    """
    mine = parts()
    _own_address()  # first: pages elsewhere must not use up the calls of this machine's user
    if request.endpoint and need_of(current_app, request.endpoint) == "sheet":
        mine.gate.check()
        return
    cost = _cost_of(current_app, request.endpoint)
    if not mine.calls.take(mine.house.clock.monotonic(), cost):
        raise too_often()
    if request.endpoint is None or need_of(current_app, request.endpoint) == "open":
        return
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not admitted(token.strip()):
        raise RefusedError(
            HTTPStatus.UNAUTHORIZED,
            {
                "en": "The token is missing or wrong. `serve --new-token` makes a new one.",
                "zh": "缺少令牌或令牌不对。可用 `serve --new-token` 重新生成。",
            },
        )


def admitted(token: str) -> bool:
    """Whether a token opens; wrong ones are slowed down.

    Raises:
        RefusedError: Too many wrong tokens.
    """
    mine = parts()
    if is_token(mine.house, token):
        return True
    if not mine.wrong.take(mine.house.clock.monotonic()):
        raise too_often()
    return False


def from_office(origin: str) -> bool:
    """Whether a page of Excel on the web asks."""
    return OFFICE.fullmatch(origin) is not None


def too_often() -> RefusedError:
    """Please wait."""
    texts: Texts = {"en": "Too many requests. Wait a moment.", "zh": "请求过多，请稍候。"}
    return RefusedError(HTTPStatus.TOO_MANY_REQUESTS, texts)


def _own_address() -> None:
    """A foreign web page cannot reach us by a name of its own (DNS rebinding) or by a form.

    Its pictures and scripts name no origin, but browsers say that they come from elsewhere; a link
    that a person follows is fine. Our own form is sent with the origin `null`: no referrer.
    """
    host = request.host.rpartition(":")[0] if ":" in request.host else request.host
    origin, said = request.headers.get("Origin"), request.headers
    foreign = origin is not None and origin not in ("null", request.host_url.rstrip("/"))
    elsewhere = said.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if elsewhere and (request.method != "GET" or said.get("Sec-Fetch-Mode") != "navigate"):
        foreign = True
    if foreign and request.blueprint == "addin" and request.method in ("GET", "HEAD", "OPTIONS"):
        foreign = origin is not None and not from_office(origin)  # files that are nobody's
    signed = request.blueprint == "sheets" and parts().gate.is_public(request.host)
    if (host.lower() not in LOOPBACK and not signed) or foreign:
        raise RefusedError(
            HTTPStatus.FORBIDDEN,
            {"en": "Only this machine may call the service.", "zh": "只允许本机访问本服务。"},
        )


def said(status: HTTPStatus, texts: Texts) -> Response:
    """An error as every route answers it."""
    answer = jsonify({"error": {"zh": texts["zh"], "en": texts["en"]}})
    answer.status_code = int(status)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["Retry-After"] = "5"
    return answer
