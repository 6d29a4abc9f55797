"""How often: requests a minute for each project, and for each user of a project."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from sync_service.sandbox.google.errors import Refusal
from sync_service.sandbox.wire import SandboxTime

WINDOW = 60.0  # seconds


@dataclass(slots=True)
class Quotas:
    """Counts of the last minute on the stand-in's clock; reads and writes apart."""

    time: SandboxTime
    per_user: int = 60
    per_project: int = 300
    _calls: dict[tuple[str, ...], deque[float]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def take(self, kind: str, project: str, user: str) -> None:
        """Count a call of `kind` (Read or Write).

        Raises:
            Refusal: 429, as the service says it.
        """
        now = self.time.seconds()
        with self._guard:
            limits = (
                ("per minute per user", (kind, project, user), self.per_user),
                ("per minute", (kind, project), self.per_project),
            )
            for label, key, limit in limits:
                calls = self._calls.setdefault(key, deque())
                while calls and calls[0] <= now - WINDOW:
                    calls.popleft()
                if len(calls) >= limit:
                    raise exceeded(kind, label, limit, project)
            for _, key, _ in limits:
                self._calls[key].append(now)


def exceeded(kind: str, label: str, limit: int, project: str) -> Refusal:
    """The 429 of a quota."""
    metric = f"{kind} requests"
    name = "".join(word.title() for word in f"{kind} requests {label} per project".split())
    message = (
        f"Quota exceeded for quota metric '{metric}' and limit '{metric} {label}' of service "
        f"'sheets.googleapis.com' for consumer 'project_number:{project}'."
    )
    detail = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "quota_limit": name,
            "quota_limit_value": str(limit),
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{kind.lower()}_requests",
            "consumer": f"projects/{project}",
        },
    }
    return Refusal(429, message, [detail])
