"""Amazon Ads on loopback: profiles v2 and reporting v3, with late reports and short memory."""

from __future__ import annotations

import gzip
import json
import re
import threading
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np

from sync_service.sandbox.amazon import Grant, Logins
from sync_service.sandbox.daily import Adverts, adverts, age, seen_adverts
from sync_service.sandbox.sheets import campaign_id
from sync_service.sandbox.simulator import DAYS, Book, book
from sync_service.sandbox.wire import (
    Buckets,
    Json,
    Reply,
    Request,
    SandboxTime,
    as_json,
    reason,
)
from sync_service.sandbox.world import (
    ADS_CLIENT_ID,
    CATEGORIES,
    HISTORY_START,
    SandboxShop,
    World,
)

CREATE = "application/vnd.createasyncreportrequest.v3+json"
MOST_DAYS = 31
LINK_LIFE = 3600
RATE, BURST = 0.2, 10  # dynamic at Amazon; this much is served here
_TYPES: Mapping[str, tuple[str, str, int, frozenset[str]]] = {
    # report type: ad product, our key, days kept, groupBy
    "spAdvertisedProduct": ("SPONSORED_PRODUCTS", "sp", 95, frozenset({"advertiser"})),
    "spCampaigns": (
        "SPONSORED_PRODUCTS",
        "sp",
        95,
        frozenset({"campaign", "adGroup", "campaignPlacement"}),
    ),
    "sbCampaigns": ("SPONSORED_BRANDS", "sb", 60, frozenset({"campaign"})),
    "sdAdvertisedProduct": ("SPONSORED_DISPLAY", "sd", 65, frozenset({"advertiser"})),
    "sdCampaigns": ("SPONSORED_DISPLAY", "sd", 65, frozenset({"campaign", "matchedTarget"})),
}
_COMMON = frozenset(
    [
        "date",
        "impressions",
        "clicks",
        "cost",
        "campaignId",
        "campaignName",
        "campaignStatus",
        "campaignBudgetAmount",
        "campaignBudgetType",
        "campaignBudgetCurrencyCode",
    ]
)
COLUMNS: Mapping[str, frozenset[str]] = {
    "sp": _COMMON
    | frozenset(
        [
            "adGroupId",
            "adGroupName",
            "adId",
            "advertisedAsin",
            "advertisedSku",
            "spend",
            "clickThroughRate",
            "costPerClick",
            "portfolioId",
            "sales1d",
            "sales7d",
            "sales14d",
            "sales30d",
            "purchases1d",
            "purchases7d",
            "purchases14d",
            "purchases30d",
            "unitsSoldClicks7d",
            "unitsSoldClicks14d",
        ]
    ),
    "sb": _COMMON
    | frozenset(["sales", "purchases", "unitsSold", "salesClicks", "purchasesClicks"]),
    "sd": _COMMON
    | frozenset(
        [
            "adGroupId",
            "adGroupName",
            "adId",
            "promotedAsin",
            "promotedSku",
            "sales",
            "purchases",
            "unitsSold",
            "salesClicks",
            "purchasesClicks",
        ]
    ),
}
_PER_SKU = frozenset({"spAdvertisedProduct", "sdAdvertisedProduct"})


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


def trouble(status: int, detail: str, headers: dict[str, str] | None = None) -> Reply:
    """The error body of reporting v3."""
    value = {"code": str(status), "detail": detail or reason(status)}
    return as_json(status, value, headers)


def wrong_request(asked: object, today: date, profile: SandboxShop) -> Reply | None:
    """Why the model or the report type rejects a request; None when it is right."""
    if not isinstance(asked, dict):
        return trouble(400, "The request body is not an object.")
    missing = [name for name in ("configuration", "endDate", "startDate") if name not in asked]
    settings = asked.get("configuration")
    if missing or not isinstance(settings, dict):
        return trouble(400, f"Missing required fields: {', '.join(missing) or 'configuration'}")
    try:
        start, end = date.fromisoformat(asked["startDate"]), date.fromisoformat(asked["endDate"])
    except (TypeError, ValueError):
        return trouble(400, "startDate and endDate must be YYYY-MM-DD.")
    return _wrong_settings(settings) or _wrong_days(settings, start, end, today, profile)


def _wrong_settings(settings: Json) -> Reply | None:
    kind = _TYPES.get(str(settings.get("reportTypeId")))
    if kind is None:
        return trouble(400, f"reportTypeId {settings.get('reportTypeId')} is not supported.")
    product, key, _, groups = kind
    fixed = {"adProduct": product, "format": "GZIP_JSON", "timeUnit": "DAILY"}
    for name, value in fixed.items():
        if settings.get(name) != value:
            return trouble(400, f"{name} must be {value}.")
    for name, known in (("groupBy", groups), ("columns", COLUMNS[key])):
        asked = settings.get(name)
        if not isinstance(asked, list) or not asked:
            return trouble(400, f"{name} cannot be null or empty.")
        unknown = sorted(set(map(str, asked)) - known)
        if unknown:
            return trouble(400, f"{name} holds what is not allowed: {', '.join(unknown)}")
    return None


def _wrong_days(
    settings: Json, start: date, end: date, today: date, profile: SandboxShop
) -> Reply | None:
    kept = _TYPES[str(settings["reportTypeId"])][2]
    if start > end or end > today:
        return trouble(400, f"The date range is wrong for {profile.time_zone}.")
    if (end - start).days >= MOST_DAYS:
        return trouble(400, f"The maximum date range is {MOST_DAYS} days.")
    if (today - start).days > kept:
        return trouble(400, f"startDate must be within the last {kept} days.")
    return None


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def report_rows(world: World, one: Book, asked: Json, now: float) -> list[Json]:
    """The report's rows as of an instant: only what had an impression, a click or a sale."""
    settings = asked["configuration"]
    kind = str(settings["reportTypeId"])
    key = _TYPES[kind][1]
    ages = age(one, np.arange(len(DAYS)), now)
    seen = seen_adverts(adverts(world, one.shop.code)[key], ages)
    start, end = (date.fromisoformat(asked[name]) for name in ("startDate", "endDate"))
    last = min((end - HISTORY_START).days + 1, one.clock.finished(now))
    span = range(max(0, (start - HISTORY_START).days), last)
    if key != "sb" and kind not in _PER_SKU:
        seen = _by_category(one, seen)
    return [
        {name: values[name] for name in settings["columns"]}
        for n in range(len(seen.spend))
        for day in span
        if seen.impressions[n, day] or seen.clicks[n, day] or seen.orders[n, day]
        for values in (_row(one, key, kind, seen, n, day),)
    ]


def _by_category(one: Book, seen: Adverts) -> Adverts:
    """Sums by category: a campaign each."""
    groups = [[n for n, p in enumerate(one.products) if p.category == c] for c, *_ in CATEGORIES]
    return Adverts(
        **{
            name: np.array([getattr(seen, name)[rows].sum(axis=0) for rows in groups])
            for name in seen.__dataclass_fields__
        }
    )


def _row(one: Book, key: str, kind: str, seen: Adverts, n: int, day: int) -> Json:
    """Every column that the type knows; the caller picks."""
    product = one.products[n] if kind in _PER_SKU else None
    category = _category(product.category) if product else n
    spend, sales = int(seen.spend[n, day]) / 100, int(seen.sales[n, day]) / 100
    orders, clicks = int(seen.orders[n, day]), int(seen.clicks[n, day])
    row: Json = {
        "date": DAYS[day].isoformat(),
        "impressions": int(seen.impressions[n, day]),
        "clicks": clicks,
        "cost": spend,
        "spend": spend,
        "campaignId": int(campaign_id(one.shop, key, category)),
        "campaignName": f"{key.upper()} {CATEGORIES[category][0]}",
        "campaignStatus": "ENABLED",
        "campaignBudgetAmount": 100.0,
        "campaignBudgetType": "DAILY_BUDGET",
        "campaignBudgetCurrencyCode": one.shop.currency,
    }
    names = ("1d", "7d", "14d", "30d") if key == "sp" else ("", "Clicks")
    row |= {f"sales{name}": sales for name in names}
    row |= {f"purchases{name}": orders for name in names}
    row |= {"unitsSoldClicks7d": orders, "unitsSoldClicks14d": orders, "unitsSold": orders}
    row |= {"clickThroughRate": 0.0, "costPerClick": 0.0, "portfolioId": 0}
    row |= {"adGroupId": n + 1, "adGroupName": "default", "adId": n + 1}
    if product:
        row |= {"advertisedAsin": product.asin, "advertisedSku": product.sku}
        row |= {"promotedAsin": product.asin, "promotedSku": product.sku}
    return row


def _category(name: str) -> int:
    return next(n for n, (known, *_) in enumerate(CATEGORIES) if known == name)
