"""Amazon Ads on loopback: profiles v2 and reporting v3, with late reports and short memory."""

from __future__ import annotations

import gzip
import json
import re
import threading
import uuid
import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sync_service.sandbox.ads_requests import trouble, wrong_request
from sync_service.sandbox.ads_rows import report_rows
from sync_service.sandbox.amazon import Grant, Logins
from sync_service.sandbox.simulator import DAYS, book
from sync_service.sandbox.wire import Buckets, Json, Reply, Request, SandboxTime, as_json
from sync_service.sandbox.world import ADS_CLIENT_ID, SandboxShop, World

LINK_LIFE = 3600
RATE, BURST = 0.2, 10  # dynamic at Amazon; this much is served here


@dataclass(slots=True)
class AdReport:
    """A report that somebody asked for."""

    number: str
    profile: SandboxShop
    asked: Json
    created: float
    ready: float
    body: bytes = b""


@dataclass(slots=True)
class AmazonAds:
    """The API; a profile is a shop."""

    world: World
    time: SandboxTime
    logins: Logins
    reports: dict[str, AdReport] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        """Start with full buckets."""
        self.buckets = Buckets(self.time)

    def operation(self, request: Request) -> tuple[str, str]:
        """The operation and the profile."""
        account = request.headers.get("amazon-advertising-api-scope", "")
        if request.path == "/auth/o2/token":
            return "token", ""
        if request.path == "/v2/profiles":
            return "listProfiles", account
        if request.path.startswith("/documents/"):
            return "document", account
        return ("createReport" if request.method == "POST" else "getReport"), account

    def answer(self, request: Request) -> Reply:
        """Who asks, how often, then what."""
        if request.path == "/auth/o2/token":
            return self.logins.answer(request)
        if request.path.startswith("/documents/"):
            return self._download(request)
        grant = self._grant(request)
        if grant is None:
            return trouble(401, "Not authorized to access this resource. The token has expired.")
        wait = self.buckets.take((grant.account, self.operation(request)[0]), RATE, BURST)
        if wait:
            return trouble(429, "Too Many Requests", {"Retry-After": f"{max(1, round(wait))}"})
        if request.path == "/v2/profiles":
            return self._profiles(grant)
        return self._reporting(request, grant)

    def _grant(self, request: Request) -> Grant | None:
        """The token's owner; the client id must be the token's."""
        word, _, token = request.headers.get("authorization", "").partition(" ")
        client = request.headers.get("amazon-advertising-api-clientid", "")
        if word.lower() != "bearer" or client != ADS_CLIENT_ID:
            return None
        return self.logins.grant(token, ADS_CLIENT_ID)

    def _profiles(self, grant: Grant) -> Reply:
        found = [
            {
                "profileId": shop.ads_profile_id,
                "countryCode": shop.market,
                "currencyCode": shop.currency,
                "dailyBudget": 0.0,
                "timezone": shop.time_zone,
                "accountInfo": {
                    "marketplaceStringId": shop.marketplace_id,
                    "id": shop.seller_id,
                    "type": "seller",
                    "name": shop.code,
                    "validPaymentMethod": True,
                },
            }
            for shop in self.world.shops
            if shop.seller_id == grant.account
        ]
        return as_json(200, found)

    def _reporting(self, request: Request, grant: Grant) -> Reply:
        scope = request.headers.get("amazon-advertising-api-scope", "")
        profile = self._profile(scope, grant)
        if profile is None:
            return trouble(401, f"Not authorized to use profile {scope or '(none)'}.")
        if request.path == "/reporting/reports" and request.method == "POST":
            return self._create(request, profile)
        found = re.fullmatch(r"/reporting/reports/([^/]+)", request.path)
        report = self.reports.get(found[1]) if found and request.method == "GET" else None
        if report is None or report.profile != profile:
            return trouble(404, "Not Found")
        return as_json(200, self._described(report, request.base))

    def _profile(self, scope: str, grant: Grant) -> SandboxShop | None:
        for shop in self.world.shops:
            if str(shop.ads_profile_id) == scope and shop.seller_id == grant.account:
                return shop
        return None

    def _create(self, request: Request, profile: SandboxShop) -> Reply:
        try:
            asked = json.loads(request.body)
        except ValueError:
            return trouble(400, "The request body is not valid JSON.")
        wrong = wrong_request(asked, self._today(profile), profile)
        if wrong is not None:
            return wrong
        now = self.time.seconds()
        with self.guard:
            for report in self.reports.values():
                same = report.asked == asked and report.profile == profile
                if same and now < report.ready:
                    return trouble(425, f"The Request is a duplicate of : {report.number}")
            number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{profile.code}/{len(self.reports)}"))
            building = 120 + zlib.crc32(number.encode()) % 600
            report = AdReport(number, profile, asked, now, now + building)
            self.reports[number] = report
        return as_json(200, self._described(report, request.base))

    def _today(self, profile: SandboxShop) -> date:
        one = book(self.world, profile)
        return DAYS[one.clock.finished(self.time.seconds())]

    def _described(self, report: AdReport, base: str) -> Json:
        now = self.time.seconds()
        done = now >= report.ready
        value: Json = {
            "reportId": report.number,
            "name": report.asked.get("name", ""),
            "startDate": report.asked["startDate"],
            "endDate": report.asked["endDate"],
            "configuration": report.asked["configuration"],
            "createdAt": _text(report.created),
            "updatedAt": _text(min(now, report.ready)),
            "status": "COMPLETED" if done else self._building(report, now),
            "failureReason": None,
            "generatedAt": None,
            "fileSize": None,
            "url": None,
            "urlExpiresAt": None,
        }
        if done:
            until = int(now) + LINK_LIFE
            value["generatedAt"] = _text(report.ready)
            value["fileSize"] = len(self._body(report))
            value["url"] = f"{base}/documents/{report.number}?Expires={until}"
            value["urlExpiresAt"] = _text(until)
        return value

    def _building(self, report: AdReport, now: float) -> str:
        return "PENDING" if now < report.created + 30 else "PROCESSING"

    def _body(self, report: AdReport) -> bytes:
        with self.guard:
            if not report.body:
                one = book(self.world, report.profile)
                rows = report_rows(self.world, one, report.asked, report.created)
                report.body = gzip.compress(json.dumps(rows).encode(), 1, mtime=0)
        return report.body

    def _download(self, request: Request) -> Reply:
        report = self.reports.get(request.path.rsplit("/", 1)[1])
        until = int(request.one("Expires") or "0")
        if report is None or self.time.seconds() > until + self.time.leeway(5.0):
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        return Reply(200, self._body(report), "application/x-gzip")


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
