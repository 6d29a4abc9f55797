"""Each stream of each platform over the sandbox: the facts are the simulator's truth, exactly."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from kpi.model import Window
from sync_service.bodies import Response
from sync_service.connectors.amazon_ads import AMAZON_ADS
from sync_service.connectors.amazon_sp_api import AMAZON
from sync_service.connectors.shop_days import snapshot_day, today
from sync_service.connectors.shopify import SHOPIFY
from sync_service.sandbox.truth import same, truth
from sync_service.troubles import BadRequest
from tests.connector_support import WORLD, Asked, Bench, sandbox_bench


def window(ready: Bench, days: int) -> Window:
    """The last finished days; the day that a stock of now stands for where `days` is 0."""
    now, zone = ready.clock.now(), ready.shop.time_zone
    first = today(now, zone) - timedelta(days=days) if days else snapshot_day(now, zone)
    return Window(first, first + timedelta(days=days or 1))


CASES = [
    ("amazon", "AMZ-US", "amazon.orders", 10),
    ("amazon", "AMZ-DE", "amazon.orders", 5),
    ("amazon", "AMZ-US", "amazon.order_metrics", 40),
    ("amazon", "AMZ-DE", "amazon.traffic", 30),
    ("amazon", "AMZ-FR", "amazon.traffic", 10),
    ("amazon", "AMZ-FR", "amazon.traffic_asin", 3),
    ("amazon", "AMZ-US", "amazon.returns", 30),
    ("amazon", "AMZ-ES", "amazon.finances", 14),
    ("amazon", "AMZ-US", "amazon.finances", 14),
    ("amazon", "AMZ-IT", "amazon.stock", 0),  # 03:00 there: the close of the day before
    ("amazon", "AMZ-US", "amazon.stock", 0),  # 18:00 there: the running day
    ("amazon", "AMZ-IT", "amazon.stock_ledger", 7),
    ("amazon", "AMZ-US", "amazon.listings", 360),
    ("amazon", "HY-AMZ-IT", "amazon.traffic", 10),
    ("amazon_ads", "AMZ-US", "amazon_ads.sp", 14),
    ("amazon_ads", "AMZ-DE", "amazon_ads.sb", 31),
    ("amazon_ads", "AMZ-DE", "amazon_ads.sd", 31),
    ("shopify", "SHP-US", "shopify.orders", 7),
    ("shopify", "SHP-US", "shopify.orders", 40),
    ("shopify", "SHP-EU", "shopify.orders", 7),
    ("shopify", "SHP-US", "shopify.refunds", 7),
    ("shopify", "SHP-US", "shopify.refunds", 60),
    ("shopify", "SHP-EU", "shopify.traffic", 30),
    ("shopify", "SHP-US", "shopify.payments", 7),
    ("shopify", "SHP-US", "shopify.payments", 40),
    ("shopify", "HY-SHP-US", "shopify.stock", 0),
    ("shopify", "SHP-EU", "shopify.products", 360),
]


@pytest.mark.parametrize(
    ("platform", "code", "stream", "days"),
    CASES,
    ids=[f"{days} days of {stream} at {code}" for _, code, stream, days in CASES],
)
def test_facts_are_the_truth(
    tmp_path: Path, platform: str, code: str, stream: str, days: int
) -> None:
    with sandbox_bench(tmp_path, platform, code) as ready:
        asked_at = ready.clock.now()
        span = window(ready, days)
        got = ready.table(stream, span)
        wanted = truth(WORLD, code, stream, span, asked_at)
    assert wanted.num_rows
    assert same(got, wanted) == []


def test_no_stream_is_left_out() -> None:
    """Every stream of the three connectors is held against the truth."""
    with_cases = {stream for _, _, stream, _ in CASES}
    connectors = (AMAZON, AMAZON_ADS, SHOPIFY)
    assert {one.name for connector in connectors for one in connector.streams} == with_cases


def test_a_listing_whose_page_token_died_is_walked_anew(tmp_path: Path) -> None:
    """Tokens of the stock live 30 s; twice another wait comes between two pages."""
    waits = [45, 45]
    pages: list[str] = []
    held: list[Bench] = []

    def twist(asked: Asked, answer: Response) -> Response:
        if asked.path.endswith("/summaries"):
            pages.append("first" if "nextToken" not in asked.params else "more")
            if pages[-1] == "first" and waits:
                held[0].clock.jump(waits.pop())
        return answer

    with sandbox_bench(tmp_path, "amazon", "AMZ-IT", twist) as ready:
        held.append(ready)
        span = window(ready, 0)
        got = ready.table("amazon.stock", span)
        wanted = truth(WORLD, "AMZ-IT", "amazon.stock", span, ready.clock.now())
    assert pages == ["first", "more", "first", "more", "first", "more"]
    assert same(got, wanted) == []


def test_a_first_page_that_is_refused_is_not_asked_for_again(tmp_path: Path) -> None:
    asked_for: list[str] = []

    def twist(asked: Asked, answer: Response) -> Response:
        if not asked.path.endswith("/summaries"):
            return answer
        asked_for.append(asked.path)
        return Response(400, answer.headers, b'{"errors": [{"code": "InvalidInput"}]}')

    with sandbox_bench(tmp_path, "amazon", "AMZ-IT", twist) as ready, pytest.raises(BadRequest):
        ready.fetch("amazon.stock", window(ready, 0))
    assert len(asked_for) == 1
