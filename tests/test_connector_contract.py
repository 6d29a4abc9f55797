"""What every connector owes: the same rules for each platform, on the real kernel."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

import pytest

from kpi.errors import Problem
from kpi.model import Window
from sync_service.bodies import Response
from sync_service.connectors.kernel import AuthRevoked, ContractBroken, ReportFailed, Retryable
from sync_service.connectors.shop_days import today
from sync_service.sandbox.amazon_flat import CANARY
from sync_service.sandbox.truth import same
from tests.connector_support import Asked, Bench, Twist, as_json, sandbox_bench, unchanged

SHOPS = {
    "amazon": ("AMZ-FR", "amazon.orders"),
    "amazon_ads": ("AMZ-FR", "amazon_ads.sp"),
    "shopify": ("SHP-EU", "shopify.orders"),
}
each = pytest.mark.parametrize("platform", SHOPS)


def ready(home: Path, platform: str, twist: Twist = unchanged) -> AbstractContextManager[Bench]:
    return sandbox_bench(home, platform, SHOPS[platform][0], twist)


def days(one: Bench, count: int = 3) -> Window:
    now = today(one.clock.now(), one.shop.time_zone)
    return Window(now - timedelta(days=count), now)


@each
def test_valid_credentials_give_rows(tmp_path: Path, platform: str) -> None:
    with ready(tmp_path, platform) as one:
        assert one.table(SHOPS[platform][1], days(one)).num_rows > 3


@pytest.mark.parametrize(
    ("platform", "name"),
    [
        ("amazon", "refresh_token"),
        ("amazon", "client_secret"),
        ("amazon_ads", "refresh_token"),
        ("shopify", "access_token"),
    ],
)
def test_wrong_credentials_ask_for_authorisation(tmp_path: Path, platform: str, name: str) -> None:
    with ready(tmp_path, platform) as one:
        one.kit.secrets.put("acc", {name: "wrong"})
        with pytest.raises(AuthRevoked):
            one.fetch(SHOPS[platform][1], days(one))


@each
def test_a_token_that_dies_is_renewed_once_and_a_revoked_one_ends_it(
    tmp_path: Path, platform: str
) -> None:
    """Amazon's tokens live an hour; a platform that takes no token any more is left alone."""
    dead = {"on": False}

    def twist(asked: Asked, answer: Response) -> Response:
        if dead["on"] and not asked.path.endswith("/token"):
            return as_json({"errors": [{"code": "Unauthorized"}]}, 401)
        return answer

    with ready(tmp_path, platform, twist) as one:
        one.fetch(SHOPS[platform][1], days(one))
        one.clock.jump(3600)  # the token is an hour old
        one.forget_reports()
        one.fetch(SHOPS[platform][1], days(one))
        dead["on"] = True
        one.forget_reports()
        before = len(one.asked)
        with pytest.raises(AuthRevoked):
            one.fetch(SHOPS[platform][1], days(one))
        assert len(one.asked) - before <= 3  # the call, a new token, the call again


@each
def test_two_reads_are_equal(tmp_path: Path, platform: str) -> None:
    stream = SHOPS[platform][1]
    with ready(tmp_path, platform) as one:
        first = one.table(stream, days(one))
        one.forget_reports()
        assert same(one.table(stream, days(one)), first) == []


@each
def test_days_to_come_have_no_rows(tmp_path: Path, platform: str) -> None:
    with ready(tmp_path, platform) as one:
        now = today(one.clock.now(), one.shop.time_zone)
        future = Window(now + timedelta(days=10), now + timedelta(days=12))
        for stream in one.connector.streams:
            assert len(one.fetch(stream.name, future).rows) == 0


@pytest.mark.parametrize("platform", ["amazon", "amazon_ads"])
def test_a_report_that_was_asked_for_is_never_asked_for_twice(
    tmp_path: Path, platform: str
) -> None:
    """The download fails for good; the next run goes on with the stored report."""
    cut = {"on": True}

    def twist(asked: Asked, answer: Response) -> Response:
        if cut["on"] and "/documents/" in asked.path and asked.method == "GET" and not asked.params:
            half = answer.content[: len(answer.content) // 2]
            return Response(answer.status, answer.headers, half)
        return answer

    stream = SHOPS[platform][1]
    with ready(tmp_path, platform, document_only(twist)) as one:
        with pytest.raises(Retryable):
            one.fetch(stream, days(one))
        cut["on"] = False
        rows = one.table(stream, days(one))
        assert rows.num_rows
        created = [
            asked for asked in one.asked if asked.method == "POST" and "token" not in asked.path
        ]
        assert len(created) == 1


def document_only(twist: Twist) -> Twist:
    """Apply a twist to documents, not to the answers that hold their links."""

    def only(asked: Asked, answer: Response) -> Response:
        packed = answer.content[:2] == b"\x1f\x8b"
        return twist(asked, answer) if packed else answer

    return only


def test_an_interrupted_bulk_operation_is_gone_on_with(tmp_path: Path) -> None:
    broken = {"on": True}

    def twist(asked: Asked, answer: Response) -> Response:
        if broken["on"] and asked.method == "GET":
            return as_json({}, 503)
        return answer

    with ready(tmp_path, "shopify", twist) as one:
        span = days(one, 40)
        with pytest.raises(Retryable):
            one.fetch("shopify.orders", span)
        broken["on"] = False
        assert one.table("shopify.orders", span).num_rows
        started = [asked for asked in one.asked if b"bulkOperationRunQuery" in asked.body]
        assert len(started) == 1


Change = Callable[[str], str]


def of_flat_files(change: Change) -> Twist:
    """Change the text of flat files; Amazon's come packed."""

    def twist(_asked: Asked, answer: Response) -> Response:
        if answer.content[:2] != b"\x1f\x8b":
            return answer
        text = gzip.decompress(answer.content).decode("cp1252")
        packed = gzip.compress(change(text).encode("cp1252"))
        return Response(answer.status, answer.headers, packed)

    return twist


def with_column(text: str) -> str:
    head, *lines = text.rstrip("\n").split("\n")
    return "\n".join([f"{head}\tnew-thing", *(f"{line}\tx" for line in lines)]) + "\n"


def test_an_unknown_column_is_told_once_and_changes_nothing(tmp_path: Path) -> None:
    with ready(tmp_path / "a", "amazon") as plain:
        wanted = plain.table("amazon.orders", days(plain))
    with ready(tmp_path / "b", "amazon", of_flat_files(with_column)) as one:
        result = one.fetch("amazon.orders", days(one))
        got = one.table("amazon.orders", days(one))
    told = [problem for problem in result.warnings if problem.code == "unknown_column"]
    assert len(told) == 1
    assert "new-thing" in told[0].what["zh"]
    assert same(got, wanted) == []


def test_a_changed_required_column_stops_this_stream_only(tmp_path: Path) -> None:
    def renamed(text: str) -> str:
        return text.replace("item-price", "item-amount", 1)

    with ready(tmp_path, "amazon", of_flat_files(renamed)) as one:
        with pytest.raises(ContractBroken, match="item-price"):
            one.fetch("amazon.orders", days(one))
        assert one.table("amazon.returns", days(one, 20)).num_rows
        assert one.table("amazon.order_metrics", days(one)).num_rows == 3


def test_no_buyer_and_no_order_id_reaches_a_disk(tmp_path: Path) -> None:
    """The sandbox writes CANARY into every buyer's column; order ids are seventeen digits."""
    for platform, (_, stream) in SHOPS.items():
        with ready(tmp_path / platform, platform) as one:
            one.fetch(stream, days(one, 40 if platform == "shopify" else 3))
        kept = [gzip.decompress(file.read_bytes()) for file in tmp_path.rglob("raw/**/*.gz")]
        assert kept
        for payload in kept:
            assert CANARY.encode() not in payload
            assert not re.search(rb"\b\d{3}-\d{7}-\d{7}\b", payload)
            assert not re.search(rb"gid://shopify/Order/\d+\b", payload)


def answering(path: str, value: object, status: int = 200) -> Twist:
    """Answer one path with something else."""

    def twist(asked: Asked, answer: Response) -> Response:
        return as_json(value, status) if path in asked.path else answer

    return twist


def state_of(status: str, document: str = "") -> object:
    return {
        "reportId": "1",
        "reportType": "x",
        "createdTime": "2026-10-22T01:00:00Z",
        "processingStatus": status,
        "reportDocumentId": document,
    }


def test_a_cancelled_report_is_empty_and_its_days_are_zero(tmp_path: Path) -> None:
    twist = answering("/reports/2021-06-30/reports/", state_of("CANCELLED"))
    with ready(tmp_path, "amazon", twist) as one:
        table = one.table("amazon.returns", days(one))
    assert table.column("units_returned").to_pylist() == [0, 0, 0]


def test_an_empty_traffic_report_is_missing_and_not_zero(tmp_path: Path) -> None:
    twist = answering("/reports/2021-06-30/reports/", state_of("CANCELLED"))
    with ready(tmp_path, "amazon", twist) as one:
        result = one.fetch("amazon.traffic", days(one))
    assert not result.rows
    assert result.not_ready_days == set(days(one).each())


def test_a_fatal_report_says_why(tmp_path: Path) -> None:
    """Asked for twice at most; its explanation is what the operator reads."""

    def twist(asked: Asked, answer: Response) -> Response:
        if "/reports/2021-06-30/reports/" in asked.path:
            return as_json(state_of("FATAL", "doc"))
        if "/documents/doc" in asked.path:
            return as_json({"reportDocumentId": "doc", "url": f"{one.shop.urls['api']}/why"})
        if asked.path.endswith("/why"):
            return as_json({"errorDetails": "the range is too long"})
        return answer

    with ready(tmp_path, "amazon", twist) as one:
        with pytest.raises(ReportFailed, match="the range is too long"):
            one.fetch("amazon.returns", days(one))
        assert sum(asked.path.endswith("/reports") for asked in one.asked) == 2


def test_an_expired_token_that_comes_as_403_is_renewed(tmp_path: Path) -> None:
    """Amazon's gateway says 403 with the word expired; a real 403 names the missing role."""
    said = "The access token you provided has expired."
    left = [1]

    def twist(asked: Asked, answer: Response) -> Response:
        if "orderMetrics" in asked.path and left:
            left.pop()
            return as_json({"errors": [{"code": "Unauthorized", "details": said}]}, 403)
        return answer

    with ready(tmp_path, "amazon", twist) as one:
        assert one.table("amazon.order_metrics", days(one)).num_rows == 3
        assert sum(asked.path.endswith("/token") for asked in one.asked) == 2


def test_another_api_version_is_told(tmp_path: Path) -> None:
    def twist(_asked: Asked, answer: Response) -> Response:
        headers = {**answer.headers, "x-shopify-api-version": "2027-01"}
        return Response(answer.status, headers, answer.content)

    with ready(tmp_path, "shopify", twist) as one:
        warnings = one.fetch("shopify.traffic", days(one)).warnings
    assert codes(warnings) == {"other_version"}


def codes(problems: tuple[Problem, ...]) -> set[str]:
    return {one.code for one in problems}


def test_a_store_in_another_zone_is_told(tmp_path: Path) -> None:
    def twist(_asked: Asked, answer: Response) -> Response:
        return Response(
            answer.status, answer.headers, answer.content.replace(b"Europe/Berlin", b"Asia/Tokyo")
        )

    with ready(tmp_path, "shopify", twist) as one:
        assert "other_zone" in codes(one.fetch("shopify.orders", days(one)).warnings)


def test_pages_and_bulk_give_the_same_orders(tmp_path: Path) -> None:
    with ready(tmp_path, "shopify") as one:
        now = today(one.clock.now(), one.shop.time_zone)
        short, long = Window(now - timedelta(days=7), now), Window(now - timedelta(days=40), now)
        paged = one.fetch("shopify.orders", short).rows
        bulk = [row for row in one.fetch("shopify.orders", long).rows if row.day >= short.start]
    assert list(paged) == bulk


def test_a_report_of_the_wrong_week_is_refused(tmp_path: Path) -> None:
    """The platform widens the window to a week: nothing of it becomes a fact."""

    def twist(_asked: Asked, answer: Response) -> Response:
        if answer.content[:2] != b"\x1f\x8b":
            return answer
        document = json.loads(gzip.decompress(answer.content))
        spec = document["reportSpecification"]
        spec["dataStartTime"] = str(date.fromisoformat(spec["dataStartTime"]) - timedelta(days=3))
        return Response(answer.status, answer.headers, gzip.compress(json.dumps(document).encode()))

    with (
        ready(tmp_path, "amazon", twist) as one,
        pytest.raises(ContractBroken, match="asked for"),
    ):
        one.fetch("amazon.traffic", days(one))
