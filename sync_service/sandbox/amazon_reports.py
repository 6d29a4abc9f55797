"""Reports 2021-06-30: create, poll, list, document with a link that dies, and what is in them.

A report's data are as of the moment it was asked for. Building takes a minute or two of the
sandbox's time. A report without a line ends as CANCELLED, one with impossible options as FATAL with
a document that says why, as Amazon does.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from sync_service.sandbox import amazon_flat, amazon_traffic_report
from sync_service.sandbox.amazon_answers import (
    ApiError,
    Report,
    Seller,
    bad,
    error,
    instant,
)
from sync_service.sandbox.wire import (
    Json,
    Reply,
    Request,
    SandboxTime,
    as_json,
    page,
)

LINK_LIFE = 300  # seconds
KEPT = timedelta(days=732)
RATION = (1 / 900, 96)  # sales and traffic reports: rate, burst
TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"
BODIES: Mapping[str, Callable[[Seller, Report], bytes]] = {
    TRAFFIC: amazon_traffic_report.body,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": amazon_flat.orders_by_date,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": amazon_flat.orders_by_update,
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": amazon_flat.returns,
    "GET_LEDGER_SUMMARY_VIEW_DATA": amazon_flat.ledger,
    "GET_MERCHANT_LISTINGS_ALL_DATA": amazon_flat.listings,
}
LONGEST = {  # days that a report may span; beyond it the report ends as FATAL
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL": 31,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": 31,
}
STATES = frozenset({"CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"})


def create(seller: Seller, request: Request) -> Reply:
    """POST /reports/2021-06-30/reports."""
    asked = _specification(request)
    kind, marketplaces = asked["reportType"], asked["marketplaceIds"]
    if kind not in BODIES:
        raise bad(f"Report type {kind} is not supported.")
    shops = tuple(seller.shop(one) for one in marketplaces)
    now = seller.time.now()
    start, end = (_moment(asked, name, now) for name in ("dataStartTime", "dataEndTime"))
    if start > end:
        raise bad("dataStartTime must not be after dataEndTime.")
    if now - start > KEPT:
        raise bad("dataStartTime is more than two years ago.")
    _rationed(seller, kind)
    options = asked.get("reportOptions") or {}
    with seller.guard:
        number = str(50_000_000_000 + zlib.crc32(seller.account.encode()) + len(seller.reports))
        building = 25 + zlib.crc32(number.encode()) % 70
        seller.reports[number] = Report(
            number,
            kind,
            shops,
            marketplaces,
            start,
            end,
            options,
            asked=now.timestamp(),
            ready=now.timestamp() + building,
            fatal=_impossible(kind, start, end, options),
        )
    return as_json(202, {"reportId": number})


def _specification(request: Request) -> Json:
    """The body as the model CreateReportSpecification wants it."""
    try:
        asked = json.loads(request.body)
    except ValueError as trouble:
        raise bad("Request body is not valid JSON.") from trouble
    if not isinstance(asked, dict):
        raise bad("Request body is not an object.")
    if not isinstance(asked.get("reportType"), str):
        raise bad("reportType is required.")
    places = asked.get("marketplaceIds")
    if not isinstance(places, list) or not 1 <= len(places) <= 25:  # noqa: PLR2004 - the model's
        raise bad("marketplaceIds must hold 1 to 25 values.")
    if not all(isinstance(one, str) for one in places):
        raise bad("marketplaceIds must hold texts.")
    options = asked.get("reportOptions", {})
    if not isinstance(options, dict) or not all(isinstance(v, str) for v in options.values()):
        raise bad("reportOptions must be an object of texts.")
    return asked


def _moment(asked: Json, name: str, now: datetime) -> datetime:
    """A date-time of the body; the default is now."""
    if asked.get(name) is None:
        return now
    found = instant(asked[name], name)
    if found.date() > now.date() + timedelta(days=1):
        raise bad(f"{name} is in the future.")
    return found


def _rationed(seller: Seller, kind: str) -> None:
    """Sales and traffic reports have a ration of their own beside the bucket of createReport."""
    if kind == TRAFFIC and seller.rations.take((seller.account,), *RATION):
        raise ApiError(
            error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
        )


def _impossible(kind: str, start: datetime, end: datetime, options: Mapping[str, str]) -> str:
    """Why Amazon would give up on a report that it accepted."""
    if (end - start) > timedelta(days=LONGEST.get(kind, 800)):
        return f"The date range of {kind} must not exceed {LONGEST[kind]} days."
    if kind == TRAFFIC:
        return amazon_traffic_report.wrong_options(options)
    return ""


def _state(seller: Seller, report: Report) -> str:
    now = seller.time.seconds()
    if now < report.ready:
        return "IN_QUEUE" if now < report.asked + 10 else "IN_PROGRESS"
    if report.fatal:
        return "FATAL"
    return "DONE" if _body(seller, report) else "CANCELLED"


def _body(seller: Seller, report: Report) -> bytes:
    """The document, made once."""
    with seller.guard:
        if report.body is None:
            made = b"" if report.fatal else BODIES[report.kind](seller, report)
            report.body = (
                json.dumps({"errorDetails": report.fatal}).encode() if report.fatal else made
            )
            report.kind_of_text = amazon_flat.content_type(report)
        return report.body


def _described(seller: Seller, report: Report) -> Json:
    state = _state(seller, report)
    value: Json = {
        "reportId": report.number,
        "reportType": report.kind,
        "marketplaceIds": report.marketplaces,
        "dataStartTime": _text(report.start.timestamp()),
        "dataEndTime": _text(report.end.timestamp()),
        "createdTime": _text(report.asked),
        "processingStatus": state,
    }
    if state in {"DONE", "FATAL"}:
        _body(seller, report)
        value |= {
            "processingStartTime": _text(report.asked + 10),
            "processingEndTime": _text(report.ready),
            "reportDocumentId": f"amzn1.spdoc.1.4.eu.{report.number}",
        }
    return value


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")


def get(seller: Seller, request: Request) -> Reply:
    """GET /reports/2021-06-30/reports/{reportId}."""
    report = seller.reports.get(request.path.rsplit("/", 1)[1])
    if report is None:
        return error(404, "NotFound", "The requested report does not exist.")
    return as_json(200, _described(seller, report))


def listed(seller: Seller, request: Request) -> Reply:
    """GET /reports/2021-06-30/reports: of the last 90 days, newest first."""
    query = _list_query(request)
    found = sorted(seller.reports.values(), key=lambda one: -one.asked)
    oldest = _bound(query, "createdSince", seller.time.seconds() - 90 * 86_400)
    newest = _bound(query, "createdUntil", seller.time.seconds())
    rows = [
        row
        for report in found
        if oldest <= report.asked <= newest
        for row in (_described(seller, report),)
        if row["reportType"] in query["reportTypes"]
        and (not query["states"] or row["processingStatus"] in query["states"])
        and (not query["places"] or set(row["marketplaceIds"]) & set(query["places"]))
    ]
    span, following = page(len(rows), query["size"], query["offset"], request.twist)
    value: Json = {"reports": rows[span]}
    if following is not None:
        text = json.dumps(query | {"offset": following})
        value["nextToken"] = base64.urlsafe_b64encode(text.encode()).decode()
    return as_json(200, value)


def _bound(query: Json, name: str, default: float) -> float:
    return float(query[name]) if query.get(name) is not None else default


def _list_query(request: Request) -> Json:
    """The parameters, or those that a page token carries; a token stands alone."""
    token = request.one("nextToken")
    if token is not None:
        if request.names() != {"nextToken"}:
            raise bad("nextToken must be the only parameter.")
        try:
            carried: Json = json.loads(base64.urlsafe_b64decode(token))
        except ValueError as trouble:
            raise bad("nextToken is invalid.") from trouble
        return carried
    kinds, states = request.all("reportTypes"), request.all("processingStatuses")
    size = request.one("pageSize") or "10"
    if not 1 <= len(kinds) <= 10:  # noqa: PLR2004 - the model's
        raise bad("reportTypes must hold 1 to 10 values.")
    if not set(states) <= STATES:
        raise bad("processingStatuses holds an unknown status.")
    if not size.isdigit() or not 1 <= int(size) <= 100:  # noqa: PLR2004 - the model's
        raise bad("pageSize must be 1 to 100.")
    query: Json = {"reportTypes": kinds, "states": states, "size": int(size), "offset": 0}
    query["places"] = request.all("marketplaceIds")
    for name in ("createdSince", "createdUntil"):
        text = request.one(name)
        query[name] = None if text is None else instant(text, name).timestamp()
    return query


def document(seller: Seller, request: Request) -> Reply:
    """GET /reports/2021-06-30/documents/{reportDocumentId}: a fresh link, good for five minutes."""
    chosen = request.one("enableContentEncodingUrlHeader")
    if chosen not in {None, "true", "false"}:
        raise bad("enableContentEncodingUrlHeader must be true or false.")
    name = request.path.rsplit("/", 1)[1]
    report = seller.reports.get(name.rsplit(".", 1)[-1])
    if report is None or _state(seller, report) not in {"DONE", "FATAL"}:
        return error(404, "NotFound", "The requested report document does not exist.")
    until = int(seller.time.seconds()) + LINK_LIFE
    url = f"{request.base}/documents/{seller.account}/{report.number}?X-Amz-Expires={until}"
    value = {"reportDocumentId": name, "url": url, "compressionAlgorithm": "GZIP"}
    return as_json(200, value)


def download(sellers: Mapping[str, Seller], request: Request, time: SandboxTime) -> Reply:
    """The presigned link: no token, but a time."""
    _, _, account, number = request.path.split("/")
    seller = sellers.get(account)
    report = seller.reports.get(number) if seller else None
    until = request.one("X-Amz-Expires") or "0"
    if seller is None or report is None or time.seconds() > int(until) + time.leeway(5.0):
        text = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
        return Reply(403, text, "application/xml")
    packed = gzip.compress(_body(seller, report), 1, mtime=0)
    return Reply(200, packed, report.kind_of_text)
