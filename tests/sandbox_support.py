"""A sandbox on a clock that stands still, and plain HTTP clients for each platform."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from sync_service.clock import FakeClock
from sync_service.sandbox.server import Sandbox, SandboxHandle
from sync_service.sandbox.world import SANDBOX_NOW, World

WORLD = World()
BERLIN = "A1PA6795UKMFR9"
PARIS = "A13V1IB3VIYZZH"
GRAPHQL = "/admin/api/2026-10/graphql.json"


@dataclass(slots=True)
class Bench:
    """A running sandbox with its clock and one HTTP client."""

    handle: SandboxHandle
    clock: FakeClock
    http: httpx.Client
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def token(self, shop: str, platform: str = "amazon") -> str:
        """An access token, asked for once."""
        key = (shop, platform)
        if key not in self.tokens:
            self.tokens[key] = self.login(shop, platform).json()["access_token"]
        return self.tokens[key]

    def login(self, shop: str, platform: str = "amazon", **changed: str) -> httpx.Response:
        form = {"grant_type": "refresh_token"} | self.handle.secrets(shop, platform) | changed
        return self.http.post(self.handle.urls(shop, platform)["token"], data=form)

    def amazon(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        shop: str = "AMZ-DE",
        body: object = None,
    ) -> httpx.Response:
        """A call of the Selling Partner API: POST with a body, else GET."""
        url = f"{self.handle.urls(shop, 'amazon')['api']}{path}"
        headers = {"x-amz-access-token": self.token(shop)}
        if body is not None:
            return self.http.post(url, json=body, headers=headers)
        return self.http.get(url, params=params, headers=headers)

    def ask(self, kind: str, shop: str = "AMZ-DE", **more: Any) -> httpx.Response:
        """Create a report."""
        place = WORLD.shop(shop).marketplace_id
        body = {"reportType": kind, "marketplaceIds": [place]} | more
        return self.amazon("/reports/2021-06-30/reports", shop=shop, body=body)

    def report(self, kind: str, shop: str = "AMZ-DE", **more: Any) -> bytes:
        """Create, wait, download, unpack."""
        number = self.ask(kind, shop, **more).json()["reportId"]
        self.clock.jump(100)
        state = self.amazon(f"/reports/2021-06-30/reports/{number}", shop=shop).json()
        assert state["processingStatus"] == "DONE", state
        found = self.document(state["reportDocumentId"], shop).json()
        return gzip.decompress(self.http.get(found["url"]).content)

    def document(self, name: str, shop: str = "AMZ-DE") -> httpx.Response:
        return self.amazon(f"/reports/2021-06-30/documents/{name}", shop=shop)

    def ads(self, path: str, shop: str = "AMZ-DE", body: object = None) -> httpx.Response:
        """A call of the Ads API in the shop's profile."""
        secrets = self.handle.secrets(shop, "amazon_ads")
        headers = {
            "Authorization": f"Bearer {self.token(shop, 'amazon_ads')}",
            "Amazon-Advertising-API-ClientId": secrets["client_id"],
            "Amazon-Advertising-API-Scope": str(WORLD.shop(shop).ads_profile_id),
        }
        url = f"{self.handle.urls(shop, 'amazon_ads')['api']}{path}"
        if body is not None:
            return self.http.post(url, json=body, headers=headers)
        return self.http.get(url, headers=headers)

    def shopify(self, query: str, /, shop: str = "SHP-US", **variables: object) -> dict[str, Any]:
        """A query of a store."""
        url = f"{self.handle.urls(shop, 'shopify')['api']}{GRAPHQL}"
        headers = {"X-Shopify-Access-Token": WORLD.shop(shop).access_token}
        body = {"query": query, "variables": variables}
        found: dict[str, Any] = self.http.post(url, json=body, headers=headers).json()
        return found


@contextmanager
def bench() -> Iterator[Bench]:
    """Start a sandbox at its first moment, stop it afterwards."""
    clock = FakeClock(SANDBOX_NOW)
    handle = Sandbox(WORLD, clock).start()
    try:
        with httpx.Client(timeout=60) as client:
            yield Bench(handle, clock, client)
    finally:
        handle.stop()
