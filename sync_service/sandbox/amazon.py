"""Amazon's Selling Partner API on loopback: tokens, order metrics, reports, transactions, stock.

Requests that the official models (reports 2021-06-30, sales v1, finances 2024-06-19, fbaInventory
v1, sellers v1) would reject are answered with 400 and their error list. Rates are those of the
models, per seller.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from sync_service.sandbox import amazon_metrics, amazon_money, amazon_reports, amazon_stock
from sync_service.sandbox.amazon_answers import ApiError, Seller, error
from sync_service.sandbox.wire import Buckets, Reply, Request, SandboxTime, as_json
from sync_service.sandbox.world import (
    ADS_CLIENT_ID,
    ADS_CLIENT_SECRET,
    SP_CLIENT_ID,
    SP_CLIENT_SECRET,
    World,
)

TOKEN_LIFE = 3600
CLIENTS = {SP_CLIENT_ID: SP_CLIENT_SECRET, ADS_CLIENT_ID: ADS_CLIENT_SECRET}


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token: whose it is, for which application, until when."""

    client: str
    account: str  # seller id
    until: float


class Logins:
    """Login with Amazon: refresh tokens in, access tokens out."""

    def __init__(self, world: World, time: SandboxTime) -> None:
        """Know every seller's refresh tokens."""
        self.time = time
        self._grants: dict[str, Grant] = {}
        self._guard = threading.Lock()
        self._count = 0
        self.accounts: dict[tuple[str, str], str] = {}
        for shop in world.shops:
            if shop.platform == "amazon":
                self.accounts[SP_CLIENT_ID, shop.refresh_token] = shop.seller_id
                self.accounts[ADS_CLIENT_ID, shop.ads_refresh_token] = shop.seller_id
        self.revoked: set[str] = set()  # refresh tokens

    def answer(self, request: Request) -> Reply:
        """POST /auth/o2/token."""
        form = {name: found[0] for name, found in parse_qs(request.body.decode()).items()}
        client = form.get("client_id", "")
        if form.get("grant_type") != "refresh_token":
            return _login_error("unsupported_grant_type", "The grant type is not supported")
        if CLIENTS.get(client) != form.get("client_secret") or client not in CLIENTS:
            return _login_error("invalid_client", "Client authentication failed", status=401)
        refresh = form.get("refresh_token", "")
        account = self.accounts.get((client, refresh))
        if account is None or refresh in self.revoked:
            return _login_error("invalid_grant", "The request has an invalid grant parameter")
        return self._issued(client, account, refresh)

    def _issued(self, client: str, account: str, refresh: str) -> Reply:
        with self._guard:
            self._count += 1
            token = f"Atza|sandbox-{account}-{self._count}"
            self._grants[token] = Grant(client, account, self.time.seconds() + TOKEN_LIFE)
        value = {
            "access_token": token,
            "refresh_token": refresh,
            "token_type": "bearer",
            "expires_in": TOKEN_LIFE,
        }
        return as_json(200, value)

    def grant(self, token: str, client: str) -> Grant | None:
        """Whose token it is; None when it is unknown, expired or another application's."""
        found = self._grants.get(token)
        if found is None or found.client != client:
            return None
        return found if found.until + self.time.leeway(2.0) > self.time.seconds() else None


def _login_error(code: str, text: str, status: int = 400) -> Reply:
    return as_json(status, {"error": code, "error_description": text})


Call = Callable[[Seller, Request], Reply]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    name: str
    method: str
    path: re.Pattern[str]
    rate: float  # requests a second
    burst: int
    call: Call


OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(name, method, re.compile(path), rate, burst, call)
    for name, method, path, rate, burst, call in (
        ("getOrderMetrics", "GET", r"/sales/v1/orderMetrics", 0.5, 15, amazon_metrics.metrics),
        ("createReport", "POST", r"/reports/2021-06-30/reports", 0.0167, 15, amazon_reports.create),
        ("getReports", "GET", r"/reports/2021-06-30/reports", 0.0222, 10, amazon_reports.listed),
        ("getReport", "GET", r"/reports/2021-06-30/reports/[^/]+", 2.0, 15, amazon_reports.get),
        (
            "getReportDocument",
            "GET",
            r"/reports/2021-06-30/documents/[^/]+",
            0.0167,
            15,
            amazon_reports.document,
        ),
        (
            "listTransactions",
            "GET",
            r"/finances/2024-06-19/transactions",
            0.5,
            10,
            amazon_money.transactions,
        ),
        (
            "getInventorySummaries",
            "GET",
            r"/fba/inventory/v1/summaries",
            2.0,
            2,
            amazon_stock.summaries,
        ),
        (
            "getMarketplaceParticipations",
            "GET",
            r"/sellers/v1/marketplaceParticipations",
            0.016,
            15,
            amazon_metrics.participations,
        ),
    )
)


class Amazon:
    """The API of all regions; who asks decides what is there."""

    def __init__(self, world: World, time: SandboxTime, logins: Logins) -> None:
        """Serve the Amazon shops of a world."""
        self.time = time
        self.logins = logins
        self.buckets = Buckets(time)
        sellers = {shop.seller_id for shop in world.shops if shop.platform == "amazon"}
        self.sellers = {name: Seller(name, world, time) for name in sorted(sellers)}

    def operation(self, request: Request) -> tuple[str, str]:
        """The operation and the seller."""
        if request.path == "/auth/o2/token":
            return "token", ""
        if request.path.startswith("/documents/"):
            return "document", ""
        found = _operation(request)
        grant = self._grant(request)
        return (found.name if found else "unknown", grant.account if grant else "")

    def answer(self, request: Request) -> Reply:
        """The answer; every refusal has the models' error list."""
        if request.path == "/auth/o2/token":
            return self.logins.answer(request)
        if request.path.startswith("/documents/"):
            return amazon_reports.download(self.sellers, request, self.time)
        try:
            return self._checked(request)
        except ApiError as refusal:
            return refusal.reply

    def _grant(self, request: Request) -> Grant | None:
        return self.logins.grant(request.headers.get("x-amz-access-token", ""), SP_CLIENT_ID)

    def _checked(self, request: Request) -> Reply:
        operation = _operation(request)
        if operation is None:
            return error(404, "NotFound", "The requested resource does not exist.")
        grant = self._grant(request)
        if grant is None:
            return error(
                403,  # Amazon's answer to an old token; the model lists 401 too
                "Unauthorized",
                "Access to requested resource is denied.",
                "The access token you provided has expired.",
            )
        limit = {"x-amzn-RateLimit-Limit": f"{operation.rate:g}"}
        key = (SP_CLIENT_ID, grant.account, operation.name)
        if self.buckets.take(key, operation.rate, operation.burst):
            return error(
                429,
                "QuotaExceeded",
                "You exceeded your quota for the requested resource.",
                headers=limit,
            )
        reply = operation.call(self.sellers[grant.account], request)
        return Reply(reply.status, reply.body, reply.content_type, limit | reply.headers)


def _operation(request: Request) -> Operation | None:
    for operation in OPERATIONS:
        if operation.method == request.method and operation.path.fullmatch(request.path):
            return operation
    return None
