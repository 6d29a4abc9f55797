"""What a connector is, and what it may use: the contract between a platform file and the kernel.

A connector file holds pure parsing and the order of its calls. It imports only this module (and
`kpi`); limits, deadlines, retries, tokens, report states and commits belong to the kernel.

    def traffic(session: Session, shop: ShopRef, window: Window) -> FetchResult:
        answer = session.call("getOrderMetrics", "GET", f"{shop.urls['api']}/sales/v1/orderMetrics",
                              params={...})
        return FetchResult(rows=[FactRow(day, {"orders_count": answer.json()["payload"][0]...})])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Protocol, TypeVar

import pyarrow as pa

from kpi.errors import Problem
from kpi.model import WHOLE_SHOP, Window
from sync_service.bodies import Response, gunzip, parse_json
from sync_service.troubles import (
    AuthRevoked,
    BadRequest,
    ContractBroken,
    Forbidden,
    LinkExpired,
    NotFound,
    Parked,
    RateLimited,
    ReportFailed,
    Retryable,
    TokenExpired,
    Trouble,
)

__all__ = [
    "AuthRevoked",
    "BadRequest",
    "Connector",
    "ContractBroken",
    "FactRow",
    "FetchResult",
    "Forbidden",
    "Form",
    "Limit",
    "LinkExpired",
    "NotFound",
    "Observed",
    "Parked",
    "RateLimited",
    "ReportFailed",
    "ReportState",
    "Response",
    "Retryable",
    "Session",
    "ShopRef",
    "Stream",
    "Token",
    "TokenExpired",
    "Trouble",
    "gunzip",
    "parse_json",
    "walk",
]

Form = Literal["json", "jsonl", "tsv", "csv"]
"""How a payload is written; the keep-list filter needs to know."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limit:
    """One token bucket for each (platform, app, account, operation), or for all accounts of an app.

    A bucket of the whole app is a ration: it is spent on the shop with the oldest data first.
    """

    rate: float  # tokens a second
    burst: int  # tokens of a full bucket
    deadline: float = 600.0  # seconds for one call, all tries together; waits for tokens excluded
    scope: Literal["account", "app"] = "account"
    also: str = ""  # another operation whose bucket the call empties too; answers speak of that one


@dataclass(frozen=True, slots=True)
class Observed:
    """What an answer says about its bucket; None where it does not say."""

    rate: float | None = None  # tokens a second
    burst: int | None = None
    tokens: float | None = None  # left after this call


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as the platform gave it."""

    access: str
    lifetime: float  # seconds; the kernel refreshes at five sixths of it
    refresh: str | None = None  # a rotated refresh token: stored before the access token is used


@dataclass(frozen=True, slots=True)
class ShopRef:
    """A shop as its platform knows it."""

    code: str  # AMZ-DE
    platform: str  # amazon, amazon_ads, shopify
    account: str  # credential and rate budget; several shops may share one
    market: str  # DE
    marketplace: str  # the platform's own id: A1PA6795UKMFR9, a profile id, a shop domain
    currency: str
    time_zone: str  # IANA
    urls: Mapping[str, str]  # "api", "token", ... without a slash at the end
    options: Mapping[str, str] = field(default_factory=dict)  # connector's own choices per shop
    opened: date | None = None


@dataclass(frozen=True, slots=True)
class FactRow:
    """What one (day, sku, part, currency) measured.

    A measure named here with None is unknown that day and is not filled with zero.
    """

    day: date  # the shop's own day
    measures: Mapping[str, Decimal | int | None]
    sku: str = WHOLE_SHOP
    part: str = ""
    currency: str = ""  # empty: the shop's


@dataclass(frozen=True, slots=True)
class FetchResult:
    """All of one window.

    `rows` may be an Arrow table with the columns day (date32), sku, part, currency and one column
    a measure; use it above some ten thousand rows.
    """

    rows: Sequence[FactRow] | pa.Table
    not_ready_days: frozenset[date] = frozenset()  # old rows of these days stay as they are
    unknown: frozenset[tuple[date, str]] = frozenset()  # (day, measure): known to be not known
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportState:
    """What a poll found; `document` is an id that lasts, never a link that expires."""

    state: Literal["processing", "ready", "empty", "failed"]
    document: str | None = None  # None: the report id finds the document too
    reason: str = ""  # of "failed"


class Session(Protocol):
    """What a fetch gets: everything that touches the world, for one shop, stream and window."""

    @property
    def shop(self) -> ShopRef:
        """The shop that this session is for."""

    def call(
        self,
        operation: str,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: bool = True,
        accept: tuple[int, ...] = (),
        cost: float = 1.0,
        document: bool = False,
    ) -> Response:
        """One checked call: waits for the bucket, authorises, retries, checks the body.

        A 2xx answer (or a status in `accept`, such as 425) is returned, everything else raises a
        Trouble. `document` unpacks a body that is itself a gzip file and checks its end.
        """

    def report(
        self,
        key: Mapping[str, str],
        create: Callable[[], str],
        poll: Callable[[str], ReportState],
        download: Callable[[str], bytes],
        form: Form = "json",
    ) -> bytes | None:
        """A report's document after the keep-list filter; None when it is empty.

        `key` names the request (type, window, options); the same key is never asked for twice, also
        after a crash. `create` gives the report id, `download` takes the document id and fetches
        a fresh link each time; it returns text in UTF-8 (`answer.text.encode()` where a platform
        writes another encoding).
        """

    def keep_raw(
        self,
        payload: bytes | Response,
        form: Form = "json",
        hide: Callable[[bytes], bytes] | None = None,
    ) -> str:
        """Keep an answer for replay, after the keep-list filter; returns its SHA-256.

        `hide` changes what is left of it before it reaches a disk. A whole answer is read once for
        this and for its connector.
        """

    def secret(self, name: str) -> str:
        """A credential of the account: refresh_token, client_id, client_secret, ..."""

    def setting(self, name: str) -> str:
        """A choice of the shop's options, else of the settings; KpiError when there is none."""

    def now(self) -> datetime:
        """The time in UTC, by the service's clock."""

    def sleep(self, seconds: float) -> None:
        """Wait on the service's clock, holding nothing."""


def no_judge(_response: Response) -> None:
    """Judge nothing: the status alone decides."""


def nothing_observed(_operation: str, _response: Response) -> Observed | None:
    """Tell nothing about buckets."""
    return None


def nothing_spent(_window: Window) -> Mapping[str, int]:
    """Say nothing about the calls of a piece: they are counted when it is first fetched."""
    return {}


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of facts from one platform."""

    name: str  # amazon.traffic
    measures: tuple[str, ...]  # codes of kpi/measures.toml
    fetch: Callable[[Session, ShopRef, Window], FetchResult]  # the whole window or a Trouble
    look_back_days: int  # fetched again every day
    weekly_look_back_days: int  # fetched again once a week
    provisional_days: int  # the newest days that may still change
    chunk_days: int  # longest window of one fetch
    history_days: int | None  # how far back the platform serves; None: a snapshot of today
    empty_day: Literal["zero", "missing"]  # what a day without a row means
    freshness_hours: int  # without a success for longer the data are stale
    rationed: str = ""  # the operation of a whole app's ration that each fetch spends
    spends: Callable[[Window], Mapping[str, int]] = nothing_spent  # least calls, by operation


@dataclass(frozen=True, slots=True)
class Connector:
    """A platform: its streams, its hosts, its limits and how it authorises."""

    platform: str
    streams: tuple[Stream, ...]
    hosts: tuple[str, ...]  # allow-list; `*.` in front stands for any sub-domain
    limits: Mapping[str, Limit]  # by operation; every operation that is called stands here
    kept: Mapping[str, frozenset[str]]  # keep-list of field names by stream
    authorise: Callable[[Session, str], Mapping[str, str]]  # (session, access token) -> headers
    refresh: Callable[[Session], Token] | None = None  # asks for a token; None: never expires
    judge: Callable[[Response], None] = no_judge  # raise a Trouble that the status does not show
    observe: Callable[[str, Response], Observed | None] = nothing_observed
    secrets: tuple[str, ...] = ()  # credential names that `connect` asks for


PAGE_CAP = 5_000
EMPTY_CAP = 100  # pages in a row without a record: real ones are few, a loop has no end


def walk(
    page: Callable[[str | None], tuple[Sequence[T], str | None]], cap: int = PAGE_CAP
) -> Iterator[T]:
    """Every record of a cursor road; a cursor that comes back, or no end, breaks the contract."""
    seen: set[str] = set()
    cursor: str | None = None
    empty = 0
    for _ in range(cap):
        records, cursor = page(cursor)
        yield from records
        if not cursor:
            return
        if cursor in seen:
            raise ContractBroken("the cursor of the next page came back, the pages form a loop")
        seen.add(cursor)
        empty = 0 if records else empty + 1
        if empty >= EMPTY_CAP:
            raise ContractBroken(f"{EMPTY_CAP} empty pages in a row, each promising more")
    raise ContractBroken(f"more than {cap} pages")
