"""The store equals the simulator's truth: after each scripted fault, and after a restatement."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pytest

from sync_service.sandbox.faults import Kind
from tests.fault_support import NEXT_DAY, STREAMS, copied, site

PAIRS = [(shop, stream) for shop, streams in STREAMS.items() for stream in streams]
Before = Mapping[tuple[str, str], pa.Table]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Before]:
    """A data folder after its first sync, and its facts."""
    home = tmp_path_factory.mktemp("base") / "data"
    with site(home) as first:
        for shop, streams in STREAMS.items():
            assert first.sync(*((shop, stream) for stream in streams)).problems == ()
        return home, {pair: first.facts(*pair) for pair in PAIRS}


def test_the_first_sync_is_the_truth(tmp_path: Path, base: tuple[Path, Before]) -> None:
    with site(copied(base[0], tmp_path / "data")) as again:
        again.clock.sleep(600)  # the waits of the first sync
        assert {pair: again.wrong(*pair) for pair in PAIRS} == {pair: [] for pair in PAIRS}


# Platform, operation, kind, how often, and the code of the one problem; empty: the sync heals it.
ORDERS = ("HY-AMZ-IT", "amazon.orders")
TRAFFIC = ("HY-AMZ-IT", "amazon.traffic")
MONEY = ("HY-AMZ-IT", "amazon.finances")
ADS = ("HY-AMZ-IT", "amazon_ads.sp")
STOCK = ("HY-AMZ-IT", "amazon.stock")
STORE = ("HY-SHP-US", "shopify.orders")
VISITS = ("HY-SHP-US", "shopify.traffic")
Case = tuple[tuple[str, str], str, Kind, dict[str, float], str]
CASES: dict[str, Case] = {
    "429 with Retry-After": (ORDERS, "createReport", "429", {"retry_after": 30}, ""),
    "429 without Retry-After": (ADS, "getReport", "429", {"times": 3}, ""),
    "429 of a store": (STORE, "orders", "429", {"retry_after": 4}, ""),
    "a burst of 503": (MONEY, "listTransactions", "503", {"times": 3}, ""),
    "a burst of 500": (STORE, "orders", "500", {"times": 3}, ""),
    "503 that does not end": (
        MONEY,
        "listTransactions",
        "503",
        {"times": 99},
        "platform_unreachable",
    ),
    "a slow drip": (TRAFFIC, "document", "slow", {}, ""),
    "a slow page": (STORE, "orders", "slow", {}, ""),
    "a reset in mid-body of a page": (STOCK, "getInventorySummaries", "reset", {}, ""),
    "a reset in mid-body of a report": (ADS, "document", "reset", {}, ""),
    "a reset on the answer to createReport": (TRAFFIC, "createReport", "reset", {}, ""),
    "a cut gzip with a length that fits": (ORDERS, "document", "truncated_gzip", {}, ""),
    "a cut gzip of ads": (ADS, "document", "truncated_gzip", {"times": 2}, ""),
    "JSON that ends in the middle": (
        MONEY,
        "listTransactions",
        "malformed_json",
        {},
        "contract_broken",
    ),
    "JSON of a store that ends in the middle": (
        STORE,
        "orders",
        "malformed_json",
        {},
        "contract_broken",
    ),
    "JSON of a login that ends in the middle": (
        ADS,
        "token",
        "malformed_json",
        {},
        "contract_broken",
    ),
    "a proxy's page with 200": (STOCK, "getInventorySummaries", "html", {}, "contract_broken"),
    "a proxy's page in place of a gzip file": (ORDERS, "document", "html", {}, ""),
    "a proxy's page to a store": (VISITS, "shopifyqlQuery", "html", {}, "contract_broken"),
    "a page twice": (
        STOCK,
        "getInventorySummaries",
        "duplicate_page",
        {"nth": 2},
        "",
    ),
    "a store's page twice": (STORE, "orders", "duplicate_page", {"nth": 2}, "contract_broken"),
    "a cursor that comes back": (
        STOCK,
        "getInventorySummaries",
        "cursor_loop",
        {"nth": 2, "times": 99},
        "contract_broken",
    ),
    "a store's cursor that comes back": (
        STORE,
        "orders",
        "cursor_loop",
        {"nth": 2, "times": 99},
        "contract_broken",
    ),
    "an authorisation that was taken back": (
        ADS,
        "token",
        "revoked",
        {"times": 99},
        "needs_authorisation",
    ),
    "a store's token that was taken back": (
        VISITS,
        "shopifyqlQuery",
        "revoked",
        {"times": 99},
        "needs_authorisation",
    ),
    "an access token that died early": (MONEY, "listTransactions", "expired_token", {}, ""),
    "an access token that dies twice": (
        MONEY,
        "listTransactions",
        "expired_token",
        {"times": 2},
        "needs_authorisation",
    ),
    "a link that died": (ORDERS, "document", "link_expired", {}, ""),
    "a link of ads that died": (ADS, "document", "link_expired", {"times": 2}, ""),
    "a link that dies each time": (
        TRAFFIC,
        "document",
        "link_expired",
        {"times": 99},
        "link_expired",
    ),
}


@pytest.mark.parametrize(("pair", "operation", "kind", "how", "code"), CASES.values(), ids=CASES)
def test_a_fault_heals_or_leaves_the_old_facts(
    tmp_path: Path,
    base: tuple[Path, Before],
    pair: tuple[str, str],
    operation: str,
    kind: Kind,
    how: dict[str, float],
    code: str,
) -> None:
    home, before = base
    shop, stream = pair
    other = next(one for one in PAIRS if one[1].split(".")[0] != stream.split(".")[0])
    with site(copied(home, tmp_path / "data"), NEXT_DAY) as now:
        times, nth = int(how.get("times", 1)), int(how.get("nth", 1))
        platform = stream.partition(".")[0]
        fault = now.server.faults.add(
            platform, operation, kind, nth=nth, times=times, retry_after=how.get("retry_after")
        )
        report = now.sync(pair, other)
        assert fault.fired
        assert [problem.code for problem in report.problems] == ([code] if code else [])
        assert now.wrong(*other, before[other]) == []
        if code:
            assert f"{shop} {stream}" in report.problems[0].line("en")
            assert now.facts(*pair).equals(before[pair])
            now.server.faults.clear()
            assert now.sync(pair).problems == ()
        assert now.wrong(*pair, before[pair]) == []
