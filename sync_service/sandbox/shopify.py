"""Shopify's Admin GraphQL 2026-10 on loopback: cost buckets, bulk operations, JSONL files.

A query that asks for a field outside `shopify_types` is refused with the server's own words; so is
one that costs too much at once. A bulk operation takes up to a minute of the sandbox's time.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sync_service.sandbox import graphql
from sync_service.sandbox.graphql import GraphqlError, Operation
from sync_service.sandbox.shopify_cost import cost
from sync_service.sandbox.shopify_data import Store
from sync_service.sandbox.shopify_jsonl import jsonl, wrong_bulk
from sync_service.sandbox.shopify_paging import WrongArgument, text
from sync_service.sandbox.shopify_types import TYPES
from sync_service.sandbox.simulator import book
from sync_service.sandbox.view import View
from sync_service.sandbox.wire import Buckets, Json, Reply, Request, SandboxTime, as_json
from sync_service.sandbox.world import SandboxShop, World

VERSION = "2026-10"
RESTORE, MAXIMUM = 100.0, 2000.0  # cost points, standard plan
MOST_COST = 1000
MOST_BULK = 5  # at once, by store
FILE_LIFE = 7 * 86_400


@dataclass(slots=True)
class Bulk:
    """A bulk operation."""

    number: int
    shop: SandboxShop
    query: str
    created: float
    ready: float
    cancelled: bool = False
    lines: bytes | None = None
    objects: int = 0
    roots: int = 0


@dataclass(slots=True)
class Shopify:
    """The API of every store; the path names the store."""

    world: World
    time: SandboxTime
    bulks: dict[int, Bulk] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    revoked: set[str] = field(default_factory=set)  # access tokens
    buckets: Buckets = field(init=False)

    def __post_init__(self) -> None:
        """Start with full buckets."""
        self.buckets = Buckets(self.time)

    def operation(self, request: Request) -> tuple[str, str]:
        """The root field of the query, and the store."""
        _, domain, *rest = request.path.split("/")
        if rest[:1] == ["files"]:
            return "file", domain
        try:
            asked = graphql.parse(str(json.loads(request.body)["query"]))
        except (ValueError, KeyError, TypeError, GraphqlError):
            return "unknown", domain
        return asked.fields[0].name if asked.fields else "unknown", domain

    def answer(self, request: Request) -> Reply:
        """The store, its token, then the query."""
        _, domain, *rest = request.path.split("/")
        shop = next((s for s in self.world.shops if s.domain == domain), None)
        if shop is None:
            return as_json(404, {"errors": "Not Found"})
        if rest[:1] == ["files"]:
            return self._file(shop, rest[1].partition(".")[0])
        token = request.headers.get("x-shopify-access-token", "")
        if token != shop.access_token or token in self.revoked:
            words = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return as_json(401, {"errors": words})
        if rest[:2] != ["admin", "api"] or rest[3:] != ["graphql.json"]:
            return as_json(404, {"errors": "Not Found"})
        reply = self._graphql(shop, request)
        version = {"X-Shopify-API-Version": VERSION, "X-Request-Id": f"{len(request.body):08x}"}
        return Reply(reply.status, reply.body, reply.content_type, version)

    def _graphql(self, shop: SandboxShop, request: Request) -> Reply:
        try:
            asked = json.loads(request.body)
            query, variables = str(asked["query"]), asked.get("variables") or {}
        except (ValueError, KeyError, TypeError):
            return as_json(400, {"errors": {"query": "Required parameter missing or invalid"}})
        try:
            operation = graphql.parse(query)
            graphql.check(operation, TYPES)
        except GraphqlError as trouble:
            return as_json(200, {"errors": [_error(str(trouble), "undefinedField")]})
        variables = {**operation.defaults, **variables}
        return self._run(shop, request, operation, variables)

    def _run(
        self,
        shop: SandboxShop,
        request: Request,
        operation: Operation,
        variables: Mapping[str, Any],
    ) -> Reply:
        """Pay for the query, then answer it."""
        points = cost(operation, variables)
        if points > MOST_COST:
            words = f"Query cost is {points}, which exceeds the single query max cost limit"
            return as_json(200, {"errors": [_error(words, "MAX_COST_EXCEEDED")]})
        if self.buckets.take((shop.domain,), RESTORE, MAXIMUM, points):
            extensions = {"cost": self._cost(shop, points, None)}
            value = {"errors": [_error("Throttled", "THROTTLED")], "extensions": extensions}
            return as_json(200, value)
        try:
            data = self._data(shop, request, operation, variables)
        except WrongArgument as trouble:
            return as_json(200, {"errors": [_error(str(trouble), "argumentLiteralsIncompatible")]})
        extensions = {"cost": self._cost(shop, points, points)}
        return as_json(200, {"data": data, "extensions": extensions})

    def _cost(self, shop: SandboxShop, points: float, actual: float | None) -> Json:
        level = self.buckets.level((shop.domain,), RESTORE, MAXIMUM)
        return {
            "requestedQueryCost": points,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": MAXIMUM,
                "currentlyAvailable": int(level),
                "restoreRate": RESTORE,
            },
        }

    def _data(
        self,
        shop: SandboxShop,
        request: Request,
        operation: Operation,
        variables: Mapping[str, Any],
    ) -> Json:
        view = View(self.world, book(self.world, shop), self.time.seconds())
        base = f"{request.base}/{shop.domain}"
        if operation.kind == "mutation":
            root: Json = {
                "bulkOperationRunQuery": lambda a: self._start(shop, str(a.get("query")), base),
                "bulkOperationCancel": lambda a: self._cancel(shop, str(a.get("id")), base),
            }
        else:
            root = Store(view, request.twist).root() | {
                "bulkOperation": lambda a: self._bulk(shop, str(a.get("id")), base),
                "currentBulkOperation": lambda _: self._newest(shop, base),
            }
        data: Json = graphql.project(operation.fields, root, variables)
        return data

    def _start(self, shop: SandboxShop, query: str, base: str) -> Json:
        """Accept a bulk query, or say why not."""
        wrong = wrong_bulk(query)
        now = self.time.seconds()
        with self.guard:
            running = [b for b in self.bulks.values() if b.shop == shop and now < b.ready]
            if not wrong and len(running) >= MOST_BULK:
                wrong = "A bulk query operation for this app and shop is already in progress."
            if wrong:
                error = {"field": ["query"], "message": wrong, "code": "INVALID"}
                return {"bulkOperation": None, "userErrors": [error]}
            number = 700_000_000 + shop.key % 1_000_000 * 1000 + len(self.bulks)
            building = 20 + zlib.crc32(str(number).encode()) % 40
            bulk = Bulk(number, shop, query, now, now + building)
            self.bulks[number] = bulk
        return {"bulkOperation": self._shown(bulk, base), "userErrors": []}

    def _found(self, shop: SandboxShop, gid: str) -> Bulk | None:
        number = gid.rsplit("/", 1)[-1]
        bulk = self.bulks.get(int(number)) if number.isdigit() else None
        return bulk if bulk is not None and bulk.shop == shop else None

    def _bulk(self, shop: SandboxShop, gid: str, base: str) -> Json | None:
        bulk = self._found(shop, gid)
        return self._shown(bulk, base) if bulk else None

    def _newest(self, shop: SandboxShop, base: str) -> Json | None:
        own = [b for b in self.bulks.values() if b.shop == shop]
        return self._shown(max(own, key=lambda b: b.number), base) if own else None

    def _cancel(self, shop: SandboxShop, gid: str, base: str) -> Json:
        bulk = self._found(shop, gid)
        if bulk is None:
            error = {"field": ["id"], "message": "Bulk operation does not exist"}
            return {"bulkOperation": None, "userErrors": [error]}
        bulk.cancelled = bulk.cancelled or self.time.seconds() < bulk.ready
        return {"bulkOperation": self._shown(bulk, base), "userErrors": []}

    def _shown(self, bulk: Bulk, base: str) -> Json:
        """The operation as it stands; the file has no address when it holds no object."""
        now = self.time.seconds()
        done = now >= bulk.ready and not bulk.cancelled
        lines = self._lines(bulk) if done else b""
        running = "CREATED" if now < bulk.created + 5 else "RUNNING"
        status = "CANCELED" if bulk.cancelled else "COMPLETED" if done else running
        return {
            "id": f"gid://shopify/BulkOperation/{bulk.number}",
            "status": status,
            "type": "QUERY",
            "query": bulk.query,
            "errorCode": None,
            "createdAt": text(int(bulk.created)),
            "completedAt": text(int(bulk.ready)) if done else None,
            "objectCount": str(bulk.objects if done else 0),
            "rootObjectCount": str(bulk.roots if done else 0),
            "fileSize": str(len(lines)) if lines else None,
            "url": f"{base}/files/{bulk.number}.jsonl" if lines else None,
            "partialDataUrl": None,
        }

    def _lines(self, bulk: Bulk) -> bytes:
        """The file, as of the moment that the operation was started."""
        with self.guard:
            if bulk.lines is None:
                view = View(self.world, book(self.world, bulk.shop), bulk.created)
                made = list(jsonl(Store(view), graphql.parse(bulk.query)))
                bulk.objects = len(made)
                bulk.roots = sum('"__parentId"' not in line for line in made)
                bulk.lines = "".join(f"{line}\n" for line in made).encode()
            return bulk.lines

    def _file(self, shop: SandboxShop, number: str) -> Reply:
        """The signed address of a file: no token, and a week's life."""
        bulk = self._found(shop, number)
        if bulk is None or self.time.seconds() > bulk.ready + FILE_LIFE:
            return Reply(403, b"<Error><Code>ExpiredToken</Code></Error>", "application/xml")
        return Reply(200, self._lines(bulk), "application/jsonl")


def _error(message: str, code: str) -> Json:
    return {"message": message, "extensions": {"code": code}}
