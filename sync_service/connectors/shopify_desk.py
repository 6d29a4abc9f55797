"""Asking Shopify: one question, pages, nested pages, bulk operations; order ids stay in memory."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sync_service.connectors import shopify_queries as queries
from sync_service.connectors.json_values import Json, answered, part, text
from sync_service.connectors.kernel import (
    BadRequest,
    Forbidden,
    Observed,
    Parked,
    RateLimited,
    ReportState,
    Response,
    Retryable,
    Session,
    ShopRef,
    walk,
)
from sync_service.connectors.shopify_values import things
from sync_service.connectors.tally import Doubts

GRAPHQL: Final = f"/admin/api/{queries.VERSION}/graphql.json"
ONE_AT_A_TIME: Final = timedelta(minutes=1)  # until the shop's other bulk operation may be done
OK: Final = 200
BUSY: Final = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
PASSING: Final = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT"})
ORDER_ID: Final = re.compile(rb"gid://shopify/Order/(\d+)")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one fetch asks its questions."""

    session: Session
    shop: ShopRef
    doubts: Doubts

    def ask(self, question: queries.Query, /, **variables: object) -> Json:
        """The `data` of an answer, kept for replay; `judge` has refused answers with errors."""
        answer = self._call(question, variables)
        self.session.keep_raw(answer, hide=self.blind)
        return _data(answer)

    def _call(self, query: queries.Query, variables: Mapping[str, object]) -> Response:
        answer = self.session.call(
            "graphql",
            "POST",
            f"{self.shop.urls['api']}{GRAPHQL}",
            json={"query": query.text, "variables": dict(variables)},
            cost=query.cost,
        )
        version = answer.headers.get("x-shopify-api-version", queries.VERSION)
        if version != queries.VERSION:
            self.doubts.add(f"other_version:{version}", "")
        return answer

    def blind(self, payload: bytes) -> bytes:
        """Order ids are personal: on a disk there is only a keyed hash of them."""
        key = f"{self.session.secret('access_token')}:{self.shop.code}".encode()

        def hidden(found: re.Match[bytes]) -> bytes:
            digest = hmac.new(key, found.group(1), hashlib.sha256).hexdigest()[:24]
            return b"gid://shopify/Order/" + digest.encode()

        return ORDER_ID.sub(hidden, payload)

    def pages(
        self, question: queries.Query, path: Sequence[str], /, **variables: object
    ) -> Iterator[Json]:
        """Every node of the connection that stands at `path` in the data."""

        def page(after: str | None) -> tuple[Sequence[Json], str | None]:
            at = _at(self.ask(question, **variables, after=after), path)
            return things(at, "nodes"), _next(at)

        yield from walk(page)

    def all_of(
        self, first: Json, query: queries.Query, path: Sequence[str], gid: str
    ) -> list[Json]:
        """The nodes of a nested connection: those that came, and the pages after them."""
        found = list(things(first, "nodes"))
        after = _next(first)
        if after:
            found += self._after(after, query, path, gid)
        return found

    def _after(
        self, start: str, query: queries.Query, path: Sequence[str], gid: str
    ) -> Iterator[Json]:
        def page(after: str | None) -> tuple[Sequence[Json], str | None]:
            at = _at(self.ask(query, id=gid, after=after or start), path)
            return things(at, "nodes"), _next(at)

        yield from walk(page)

    def bulk(self, query: str, key: Mapping[str, str]) -> bytes | None:
        """The lines of a bulk operation; None when it found nothing."""

        def create() -> str:
            return self._run(query)

        def poll(operation: str) -> ReportState:
            return bulk_state(self._operation(operation))

        def download(operation: str) -> bytes:
            link = text(self._operation(operation), "url")
            return self.blind(self.session.call("document", "GET", link, auth=False).content)

        return self.session.report(key, create, poll, download, form="jsonl")

    def _run(self, query: str) -> str:
        answer = _data(self._call(queries.BULK_RUN, {"query": query}))
        result = part(answer, "bulkOperationRunQuery")
        errors = things(result, "userErrors")
        if any(one.get("code") in BUSY for one in errors):
            until = self.session.now() + ONE_AT_A_TIME
            raise Parked("another bulk operation of the shop is running", until=until)
        if errors:
            raise BadRequest("; ".join(str(one.get("message")) for one in errors))
        return text(part(result, "bulkOperation"), "id")

    def _operation(self, operation: str) -> Json:
        answer = _data(self._call(queries.BULK_POLL, {"id": operation}))
        return part(answer, "bulkOperation")


def desk_for(session: Session, shop: ShopRef, stream: str) -> Desk:
    """A desk that gathers the doubts of one stream."""
    return Desk(session, shop, Doubts(stream, shop.code))


def bulk_state(operation: Json) -> ReportState:
    """CREATED and RUNNING go on; COMPLETED without a url found nothing; all else has failed."""
    status = text(operation, "status")
    if status == "COMPLETED":
        ready = bool(operation.get("url"))
        return ReportState("ready", text(operation, "id")) if ready else ReportState("empty")
    if status in {"CREATED", "RUNNING"}:
        return ReportState("processing")
    return ReportState("failed", reason=f"{status} {operation.get('errorCode') or ''}".strip())


def _data(answer: Response) -> Json:
    return part(answered(answer), "data")


def _at(data: Json, path: Sequence[str]) -> Json:
    for name in path:
        data = part(data, name)
    return data


def _next(connection: Json) -> str | None:
    info = part(connection, "pageInfo")
    return text(info, "endCursor") if info.get("hasNextPage") else None


def judge(response: Response) -> None:
    """Shopify says with status 200 that it failed: `errors` is a failure, whatever else came."""
    if response.status != OK or not response.url.endswith(GRAPHQL):
        return
    body = response.json()
    errors = body.get("errors") if isinstance(body, Mapping) else None
    if not errors:
        return
    _refuse(errors, body, response.request_id)


def _refuse(errors: object, body: object, request_id: str) -> None:
    listed = errors if isinstance(errors, list) else [{"message": errors}]
    said = "; ".join(str(one.get("message")) for one in listed)[:300]
    codes = {_code(one) for one in listed}
    if "THROTTLED" in codes:
        raise RateLimited(said, retry_after=_wait(body), request_id=request_id)
    if "ACCESS_DENIED" in codes:
        raise Forbidden(said, request_id=request_id)
    if codes & PASSING:
        raise Retryable(said, request_id=request_id)
    raise BadRequest(said, request_id=request_id)


def _code(one: Json) -> str:
    extensions = one.get("extensions")
    return str(extensions.get("code") or "") if isinstance(extensions, Mapping) else ""


def _throttle(body: object) -> tuple[float, float, float, float] | None:
    """Bucket, points left, points a second, points that this query asked for."""
    try:
        cost = body["extensions"]["cost"]  # type: ignore[index]  # judged by the exception below
        status = cost["throttleStatus"]
        return (
            float(status["maximumAvailable"]),
            float(status["currentlyAvailable"]),
            float(status["restoreRate"]),
            float(cost.get("requestedQueryCost") or 0),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _wait(body: object) -> float | None:
    seen = _throttle(body)
    if seen is None:
        return None
    _, left, rate, asked = seen
    return max(1.0, (asked - left) / rate)


def observe(operation: str, response: Response) -> Observed | None:
    """The bucket of points, as every answer tells it."""
    if operation != "graphql" or b"throttleStatus" not in response.content:
        return None
    seen = _throttle(response.json())
    if seen is None:
        return None
    most, left, rate, _ = seen
    return Observed(rate=rate, burst=int(most), tokens=left)
