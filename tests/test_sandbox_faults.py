"""Scripted faults arrive exactly where the script puts them, and nowhere else."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox_support import BERLIN, Bench, bench

STOCK = "/fba/inventory/v1/summaries"
ASKED = {
    "details": "true",
    "granularityType": "Marketplace",
    "granularityId": BERLIN,
    "marketplaceIds": BERLIN,
}
QUERY = """query ($c: String) { orders(first: 5, after: $c) {
  pageInfo { endCursor hasNextPage } nodes { id } } }"""


@pytest.fixture
def box() -> Iterator[Bench]:
    with bench() as found:
        yield found


def stock(box: Bench, **more: str) -> httpx.Response:
    box.clock.jump(1)
    return box.amazon(STOCK, ASKED | more)


@pytest.mark.parametrize(
    ("kind", "status"),
    [("429", 429), ("500", 500), ("503", 503), ("expired_token", 401), ("html", 200)],
)
def test_an_answer_in_place_of_the_platforms(box: Bench, kind: str, status: int) -> None:
    fault = box.handle.faults.add("amazon", "getInventorySummaries", kind, nth=2)  # type: ignore[arg-type]  # parametrized
    answers = [stock(box) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, status, 200]
    assert fault.fired == 1
    assert ("payload" in answers[1].text) is False


def test_429_with_and_without_retry_after(box: Bench) -> None:
    box.handle.faults.add("amazon", "getInventorySummaries", "429", retry_after=30)
    box.handle.faults.add("amazon", "getInventorySummaries", "429", nth=2)
    assert stock(box).headers["Retry-After"] == "30"
    assert "Retry-After" not in stock(box).headers


def test_a_fault_hits_one_account_of_one_platform(box: Bench) -> None:
    seller = box.handle.world.shop("HY-AMZ-DE").seller_id
    box.handle.faults.add("amazon", "*", "500", account=seller, times=9)
    assert stock(box).status_code == 200
    assert box.amazon(STOCK, ASKED, shop="HY-AMZ-DE").status_code == 500


def test_a_revoked_credential_is_refused_at_the_login(box: Bench) -> None:
    box.handle.faults.add("amazon", "token", "revoked")
    assert box.login("AMZ-DE").json()["error"] == "invalid_grant"
    box.handle.logins.revoked.add(box.handle.secrets("AMZ-DE", "amazon")["refresh_token"])
    assert box.login("AMZ-DE").json()["error"] == "invalid_grant"


def test_a_connection_is_reset_in_the_middle_of_the_body(box: Bench) -> None:
    box.token("AMZ-DE")
    box.handle.faults.add("amazon", "getInventorySummaries", "reset")
    with pytest.raises(httpx.TransportError):
        stock(box)
    assert stock(box).status_code == 200


def test_json_ends_in_the_middle_although_the_length_fits(box: Bench) -> None:
    box.handle.faults.add("amazon", "getInventorySummaries", "malformed_json")
    answer = stock(box)
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_gzip_stream_is_cut_although_the_length_fits(box: Bench) -> None:
    number = box.ask("GET_MERCHANT_LISTINGS_ALL_DATA").json()["reportId"]
    box.clock.jump(100)
    state = box.amazon(f"/reports/2021-06-30/reports/{number}").json()
    url = box.document(state["reportDocumentId"]).json()["url"]
    box.handle.faults.add("amazon", "document", "truncated_gzip")
    cut, whole = box.http.get(url), box.http.get(url)
    assert int(cut.headers["content-length"]) == len(cut.content)
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(cut.content)
    assert gzip.decompress(whole.content)


def test_a_link_can_be_dead_before_its_time(box: Bench) -> None:
    number = box.ask("GET_MERCHANT_LISTINGS_ALL_DATA").json()["reportId"]
    box.clock.jump(100)
    state = box.amazon(f"/reports/2021-06-30/reports/{number}").json()
    url = box.document(state["reportDocumentId"]).json()["url"]
    box.handle.faults.add("amazon", "document", "link_expired")
    assert [box.http.get(url).status_code for _ in range(2)] == [403, 200]


def test_a_slow_body_drips_and_arrives_whole(box: Bench) -> None:
    whole = stock(box).content
    box.handle.faults.add("amazon", "getInventorySummaries", "slow")
    started = time.monotonic()
    slow = stock(box).content
    assert time.monotonic() - started > 0.5
    assert json.loads(slow).keys() == json.loads(whole).keys()


def test_a_page_comes_twice(box: Bench) -> None:
    first = stock(box).json()
    box.handle.faults.add("amazon", "getInventorySummaries", "duplicate_page")
    again = stock(box, nextToken=first["pagination"]["nextToken"]).json()
    assert again["payload"] == first["payload"]
    second = stock(box, nextToken=again["pagination"]["nextToken"]).json()
    assert second["payload"] != first["payload"]


def test_a_cursor_leads_to_itself(box: Bench) -> None:
    page = box.shopify(QUERY)["data"]["orders"]["pageInfo"]
    box.handle.faults.add("shopify", "orders", "cursor_loop", times=2)
    for _ in range(2):
        looped = box.shopify(QUERY, c=page["endCursor"])["data"]["orders"]["pageInfo"]
        assert looped == {"endCursor": page["endCursor"], "hasNextPage": True}


def test_a_shopify_page_comes_twice(box: Bench) -> None:
    first = box.shopify(QUERY)["data"]["orders"]
    box.handle.faults.add("shopify", "orders", "duplicate_page")
    again = box.shopify(QUERY, c=first["pageInfo"]["endCursor"])["data"]["orders"]
    assert again["nodes"] == first["nodes"]


def test_a_test_may_end_its_process_before_or_after_an_operation(box: Bench) -> None:
    reached: list[str] = []
    box.handle.faults.add(
        *("amazon", "createReport", "crash"), on_reach=lambda: reached.append("before")
    )
    box.handle.faults.add(
        *("amazon", "createReport", "crash_after"), nth=2, on_reach=lambda: reached.append("after")
    )
    for _ in range(3):
        assert box.ask("GET_MERCHANT_LISTINGS_ALL_DATA").status_code == 202
    assert reached == ["before", "after"]


def test_every_call_is_counted(box: Bench) -> None:
    for _ in range(3):
        stock(box)
    assert box.handle.faults.calls["amazon", "getInventorySummaries"] == 3
    assert box.handle.faults.calls["amazon", "token"] == 1
