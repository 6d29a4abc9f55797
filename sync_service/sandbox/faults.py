"""Scripted faults: what goes wrong on the n-th call of an operation, and how.

    handle.faults.add("amazon", "createReport", "429", nth=1, retry_after=30)
    handle.faults.add("amazon", "document", "truncated_gzip", nth=2, times=1)

A fault either answers instead of the platform, or damages the platform's answer on its way.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from sync_service.sandbox.wire import Reply

Kind = Literal[
    "429",  # too many requests; Retry-After when `retry_after` is given
    "500",
    "503",
    "slow",  # the body drips
    "reset",  # the connection ends in the middle of the body
    "truncated_gzip",  # half of the gzip stream, with a Content-Length that fits
    "malformed_json",
    "html",  # a page of a proxy, with status 200
    "duplicate_page",  # the page before once more
    "cursor_loop",  # the next page is this page
    "revoked",  # the credential is refused
    "link_expired",
    "expired_token",  # the access token is refused before its time
    "crash",  # calls `on_reach` before the answer: the test ends its process there
    "crash_after",  # the same after the platform did its work, before the answer is sent
]
_TWISTS = frozenset({"duplicate_page", "cursor_loop"})


@dataclass(slots=True)
class Fault:
    """One line of the script."""

    platform: str  # amazon, amazon_ads, shopify, google; * for each
    operation: str  # as the platform names it; * for each
    kind: Kind
    nth: int = 1  # of the matching calls from now on, 1 is the next one
    times: int = 1  # for so many calls from the n-th on
    account: str = "*"
    retry_after: float | None = None  # seconds
    on_reach: Callable[[], None] | None = None
    seen: int = 0
    fired: int = 0

    def matches(self, platform: str, operation: str, account: str) -> bool:
        """Whether a call is one that this fault counts."""
        pairs = (
            (self.platform, platform),
            (self.operation, operation),
            (self.account, account),
        )
        return all(wanted in {"*", found} for wanted, found in pairs)


class Faults:
    """The script of a running sandbox; also counts every call."""

    def __init__(self) -> None:
        """Start without faults."""
        self._script: list[Fault] = []
        self._guard = threading.Lock()
        self.calls: dict[tuple[str, str], int] = {}

    def add(
        self,
        platform: str,
        operation: str,
        kind: Kind,
        *,
        nth: int = 1,
        times: int = 1,
        account: str = "*",
        retry_after: float | None = None,
        on_reach: Callable[[], None] | None = None,
    ) -> Fault:
        """Put a fault into the script; its `fired` tells later whether it came."""
        fault = Fault(platform, operation, kind, nth, times, account, retry_after, on_reach)
        with self._guard:
            self._script.append(fault)
        return fault

    def clear(self) -> None:
        """Forget the script."""
        with self._guard:
            self._script.clear()

    def due(self, platform: str, operation: str, account: str) -> Fault | None:
        """Count a call and give the fault that hits it."""
        with self._guard:
            key = (platform, operation)
            self.calls[key] = self.calls.get(key, 0) + 1
            hit: Fault | None = None
            for fault in self._script:
                if not fault.matches(platform, operation, account):
                    continue
                fault.seen += 1
                if hit is None and fault.nth <= fault.seen < fault.nth + fault.times:
                    fault.fired += 1
                    hit = fault
            return hit


def twist(fault: Fault | None) -> str:
    """The paging misbehaviour that the platform itself must play."""
    return fault.kind if fault is not None and fault.kind in _TWISTS else ""


_ERROR = b'{"errors":[{"code":"%s","message":"%s","details":""}]}'
_REVOKED = b'{"error":"invalid_grant","error_description":"The request has an invalid grant"}'
_INSTEAD: Mapping[str, Reply] = {
    "429": Reply(429, _ERROR % (b"QuotaExceeded", b"You exceeded your quota.")),
    "500": Reply(500, _ERROR % (b"InternalFailure", b"Try again later.")),
    "503": Reply(503, _ERROR % (b"InternalFailure", b"Try again later.")),
    "html": Reply(200, b"<html><body>Sign in to the network</body></html>", "text/html"),
    "revoked": Reply(400, _REVOKED),
    "expired_token": Reply(401, _ERROR % (b"Unauthorized", b"The access token has expired.")),
    "link_expired": Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml"),
}


_NO_KEY = b'{"errors":"[API] Invalid API key or access token (unrecognized login)"}'
_GOOGLE = b'{"error":{"code":%d,"message":"%s","status":"%s"}}'
_GOOGLE_QUOTA = (
    b"Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per "
    b"user' of service 'sheets.googleapis.com' for consumer 'project_number:1'."
)
_NO_TOKEN = b"Request had invalid authentication credentials."
_OWN_WORDS: Mapping[tuple[str, str], Reply] = {
    ("shopify", "revoked"): Reply(401, _NO_KEY),
    ("google", "429"): Reply(429, _GOOGLE % (429, _GOOGLE_QUOTA, b"RESOURCE_EXHAUSTED")),
    ("google", "500"): Reply(500, _GOOGLE % (500, b"Internal error encountered.", b"INTERNAL")),
    ("google", "503"): Reply(
        503, _GOOGLE % (503, b"The service is currently unavailable.", b"UNAVAILABLE")
    ),
    ("google", "expired_token"): Reply(401, _GOOGLE % (401, _NO_TOKEN, b"UNAUTHENTICATED")),
}


def instead(fault: Fault) -> Reply | None:
    """The answer that a fault gives in place of the platform's; None: the platform answers."""
    reply = _OWN_WORDS.get((fault.platform, fault.kind)) or _INSTEAD.get(fault.kind)
    if reply is None or fault.retry_after is None:
        return reply
    return replace(reply, headers={"Retry-After": f"{fault.retry_after:g}"})


def damaged(fault: Fault, reply: Reply) -> Reply:
    """The platform's answer as a fault lets it arrive."""
    if fault.kind == "malformed_json":
        return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.content_type)
    if fault.kind == "truncated_gzip":
        packed = reply.body if reply.body[:2] == b"\x1f\x8b" else gzip.compress(reply.body)
        return Reply(reply.status, packed[: len(packed) // 2], reply.content_type, reply.headers)
    return reply
