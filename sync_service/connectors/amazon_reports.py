"""The reports road of the Selling Partner API: create, poll, document, and the checks of each.

Requests are built by pure functions, so that tests hold them against the official model.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from kpi.model import Window
from sync_service.connectors.flat_file import flat_text, project
from sync_service.connectors.json_values import answered, json_object, text
from sync_service.connectors.kernel import (
    ContractBroken,
    Form,
    ReportState,
    Response,
    Session,
    ShopRef,
    Trouble,
    parse_json,
)
from sync_service.connectors.shop_days import DAY, midnight, utc
from sync_service.connectors.tally import Doubts

REPORTS: Final = "/reports/2021-06-30/reports"
DOCUMENTS: Final = "/reports/2021-06-30/documents"
EXPLANATION: Final = 300  # characters of a failed report's document that are shown

TRAFFIC: Final = "GET_SALES_AND_TRAFFIC_REPORT"
ALL_ORDERS: Final = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
RETURNS: Final = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
LEDGER: Final = "GET_LEDGER_SUMMARY_VIEW_DATA"
LISTINGS: Final = "GET_MERCHANT_LISTINGS_ALL_DATA"


@dataclass(frozen=True, slots=True)
class ReportOrder:
    """What is asked of Amazon; equal orders are the same report."""

    type: str
    marketplace: str
    start: str = ""  # ISO 8601, UTC; empty: not used by this type
    end: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, object]:
        """The body of createReport."""
        body: dict[str, object] = {"reportType": self.type, "marketplaceIds": [self.marketplace]}
        if self.start:
            body |= {"dataStartTime": self.start, "dataEndTime": self.end}
        if self.options:
            body["reportOptions"] = dict(self.options)
        return body

    def key(self) -> dict[str, str]:
        """What makes this order the same as an earlier one."""
        return {
            "type": self.type,
            "marketplace": self.marketplace,
            "start": self.start,
            "end": self.end,
            **self.options,
        }

    @property
    def operation(self) -> str:
        """Sales and traffic reports are rationed beyond the other reports."""
        return "createTrafficReport" if self.type == TRAFFIC else "createReport"


def by_instants(
    kind: str,
    shop: ShopRef,
    window: Window,
    now: datetime,
    options: Mapping[str, str] | None = None,
) -> ReportOrder:
    """A report from local midnight to local midnight; its end never lies in the future."""
    start = midnight(window.start, shop.time_zone)
    end = min(midnight(window.end, shop.time_zone), now)
    return ReportOrder(kind, shop.marketplace, utc(start), utc(max(start, end)), options or {})


def by_days(kind: str, shop: ShopRef, window: Window, options: Mapping[str, str]) -> ReportOrder:
    """A report that takes plain days, the last one included."""
    last = window.end - DAY
    return ReportOrder(
        kind, shop.marketplace, f"{window.start}T00:00:00Z", f"{last}T23:59:59Z", options
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a flat file are kept, which are known and dropped, which hold order ids."""

    kept: frozenset[str]
    dropped: frozenset[str]
    ids: frozenset[str] = frozenset()


def flat_report(
    session: Session, order: ReportOrder, columns: Columns, doubts: Doubts
) -> bytes | None:
    """A flat file, reduced to the kept columns; None when Amazon has nothing to return."""

    def download(document: str) -> bytes:
        flat = flat_text(_document(session, document))
        hide = _blinder(session)
        blind = dict.fromkeys(columns.ids, hide)
        return project(flat, columns.kept, columns.dropped, doubts, blind)

    return _report(session, order, download, "tsv")


def json_report(session: Session, order: ReportOrder) -> Mapping[str, object] | None:
    """A JSON report, parsed; None when Amazon has nothing to return."""
    payload = _report(session, order, lambda name: _document(session, name).content, "json")
    if payload is None:
        return None
    return json_object(parse_json(payload), "the report")


def _report(
    session: Session, order: ReportOrder, download: Callable[[str], bytes], form: Form
) -> bytes | None:
    api = session.shop.urls["api"]

    def create() -> str:
        answer = session.call(order.operation, "POST", f"{api}{REPORTS}", json=order.body())
        return text(answered(answer), "reportId")

    def poll(report: str) -> ReportState:
        answer = answered(session.call("getReport", "GET", f"{api}{REPORTS}/{report}"))
        return _state(session, answer)

    return session.report(order.key(), create, poll, download, form)


def _state(session: Session, answer: Mapping[str, object]) -> ReportState:
    """IN_QUEUE, IN_PROGRESS, DONE, CANCELLED (nothing to return), FATAL (may explain itself)."""
    status = text(answer, "processingStatus")
    document = str(answer.get("reportDocumentId") or "")
    if status == "DONE":
        return ReportState("ready", document=text(answer, "reportDocumentId"))
    if status == "CANCELLED":
        return ReportState("empty")
    if status == "FATAL":
        return ReportState("failed", reason=_explanation(session, document))
    return ReportState("processing")


def _explanation(session: Session, document: str) -> str:
    if not document:
        return "FATAL, without an explanation"
    try:
        flat = flat_text(_document(session, document))
    except Trouble as trouble:
        return f"FATAL, its explanation could not be read: {trouble.detail}"
    return f"FATAL: {' '.join(flat.split())[:EXPLANATION]}"


def _document(session: Session, name: str) -> Response:
    """The document; its link is asked for anew each time, it lives five minutes."""
    api = session.shop.urls["api"]
    answer = answered(session.call("getReportDocument", "GET", f"{api}{DOCUMENTS}/{name}"))
    packed = answer.get("compressionAlgorithm")
    if packed not in {None, "GZIP"}:
        raise ContractBroken(f"the document is packed with {packed}")
    return session.call(
        "document", "GET", text(answer, "url"), auth=False, document=packed == "GZIP"
    )


def _blinder(session: Session) -> Callable[[str], str]:
    """Order ids are personal: only a keyed hash of them is kept, enough to count orders once."""
    key = f"{session.secret('client_secret')}:{session.shop.code}".encode()

    def hide(name: str) -> str:
        return hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32]

    return hide
