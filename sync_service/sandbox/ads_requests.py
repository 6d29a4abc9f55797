"""What Amazon Ads rejects: report types, their columns, and how far back each may look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sync_service.sandbox.wire import Json, Reply, as_json, reason
from sync_service.sandbox.world import SandboxShop

MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class ReportType:
    """One report: what it reports on, and which requests Amazon takes."""

    ad_product: str
    key: str  # our short name: sp, sb or sd
    days_kept: int
    groups: frozenset[str]


def _type(ad_product: str, key: str, days_kept: int, groups: str) -> ReportType:
    return ReportType(ad_product, key, days_kept, frozenset(groups.split()))


TYPES: Mapping[str, ReportType] = {
    "spAdvertisedProduct": _type("SPONSORED_PRODUCTS", "sp", 95, "advertiser"),
    "spCampaigns": _type("SPONSORED_PRODUCTS", "sp", 95, "campaign adGroup campaignPlacement"),
    "sbCampaigns": _type("SPONSORED_BRANDS", "sb", 60, "campaign"),
    "sdAdvertisedProduct": _type("SPONSORED_DISPLAY", "sd", 65, "advertiser"),
    "sdCampaigns": _type("SPONSORED_DISPLAY", "sd", 65, "campaign matchedTarget"),
}
_COMMON = """date impressions clicks cost campaignId campaignName campaignStatus
    campaignBudgetAmount campaignBudgetType campaignBudgetCurrencyCode"""
_BY_CLICK = "sales purchases unitsSold salesClicks purchasesClicks"
_COLUMNS = {
    "sp": """adGroupId adGroupName adId advertisedAsin advertisedSku spend clickThroughRate
        costPerClick portfolioId sales1d sales7d sales14d sales30d purchases1d purchases7d
        purchases14d purchases30d unitsSoldClicks7d unitsSoldClicks14d""",
    "sb": _BY_CLICK,
    "sd": f"adGroupId adGroupName adId promotedAsin promotedSku {_BY_CLICK}",
}
COLUMNS: Mapping[str, frozenset[str]] = {  # by the report's key
    key: frozenset(f"{_COMMON} {own}".split()) for key, own in _COLUMNS.items()
}


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
    kind = TYPES.get(str(settings.get("reportTypeId")))
    if kind is None:
        return trouble(400, f"reportTypeId {settings.get('reportTypeId')} is not supported.")
    fixed = {"adProduct": kind.ad_product, "format": "GZIP_JSON", "timeUnit": "DAILY"}
    for name, value in fixed.items():
        if settings.get(name) != value:
            return trouble(400, f"{name} must be {value}.")
    for name, known in (("groupBy", kind.groups), ("columns", COLUMNS[kind.key])):
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
    kept = TYPES[str(settings["reportTypeId"])].days_kept
    if start > end or end > today:
        return trouble(400, f"The date range is wrong for {profile.time_zone}.")
    if (end - start).days >= MOST_DAYS:
        return trouble(400, f"The maximum date range is {MOST_DAYS} days.")
    if (today - start).days > kept:
        return trouble(400, f"startDate must be within the last {kept} days.")
    return None
