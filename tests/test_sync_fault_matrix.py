"""Every scripted fault met by every stream: healed to the truth, or the old facts and a problem.

A line of the table is one kind of fault; each stream meets it once, on one of the calls that it
really makes. Which call differs from line to line, so each call of each stream meets several.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync_service.sandbox.faults import Kind
from tests.fault_support import BY_NAME, NEXT_DAY, Site, Small, copied, site

WORLD = Small("HY-AMZ-IT", "HY-SHP-US")
REPORT = ("createReport", "getReport", "getReportDocument", "document")
ADS_REPORT = ("createReport", "getReport", "document")
CALLS: Mapping[str, tuple[str, ...]] = {
    "amazon.orders": REPORT,
    "amazon.order_metrics": ("getOrderMetrics",),
    "amazon.traffic": REPORT,
    "amazon.traffic_asin": REPORT,
    "amazon.returns": REPORT,
    "amazon.finances": ("listTransactions",),
    "amazon.stock": ("getInventorySummaries",),
    "amazon.stock_ledger": REPORT,
    "amazon.listings": REPORT,
    "amazon_ads.sp": ADS_REPORT,
    "amazon_ads.sb": ADS_REPORT,
    "amazon_ads.sd": ADS_REPORT,
    "shopify.orders": ("orders",),
    "shopify.refunds": ("orders", "nodes"),
    "shopify.traffic": ("shopifyqlQuery",),
    "shopify.payments": ("shopifyPaymentsAccount",),
    "shopify.stock": ("inventoryItems",),
    "shopify.products": ("products",),
}
PAGED = ("amazon.stock", "shopify.orders", "shopify.refunds", "shopify.payments", "shopify.stock")
WITH_TOKENS = tuple(name for name in CALLS if not name.startswith("shopify"))
WITH_DOCUMENT = tuple(name for name, calls in CALLS.items() if "document" in calls)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of fault."""

    kind: Kind
    streams: tuple[str, ...] = tuple(CALLS)
    only: str = ""  # on this call; else each stream's calls in turn
    nth: int = 1
    times: int = 1
    codes: frozenset[str] = frozenset({""})  # problems that are right; empty: it heals


BROKEN = frozenset({"", "contract_broken"})  # an answer may also be asked for again, and heal
LINES: dict[str, Line] = {
    "429": Line("429"),
    "a 500": Line("500"),
    "three 503": Line("503", times=3),
    "503 without an end": Line(
        "503", times=99, codes=frozenset({"platform_unreachable", "link_expired"})
    ),
    "a body that drips": Line("slow"),
    "a reset in mid-body": Line("reset"),
    "a gzip stream cut in the middle": Line("truncated_gzip", WITH_DOCUMENT, "document"),
    "JSON that ends in the middle": Line("malformed_json", codes=BROKEN),
    "a proxy's page": Line("html", codes=BROKEN),
    "a page twice": Line("duplicate_page", PAGED, nth=2, codes=BROKEN),
    "a cursor that comes back": Line(
        "cursor_loop", PAGED, nth=2, times=99, codes=frozenset({"contract_broken"})
    ),
    "a token that was taken back": Line(
        "revoked", times=99, codes=frozenset({"needs_authorisation"})
    ),
    "an access token that died early": Line("expired_token", WITH_TOKENS),
    "a link that died": Line("link_expired", WITH_DOCUMENT, "document"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both shops after their first sync."""
    home = tmp_path_factory.mktemp("matrix") / "data"
    with site(home, world=WORLD) as first:
        for name in CALLS:
            assert first.sync(pair(name)).problems == ()
    return home


def pair(stream: str) -> tuple[str, str]:
    return "HY-SHP-US" if stream.startswith("shopify") else "HY-AMZ-IT", stream


def cases(line: Line) -> Iterator[tuple[str, str]]:
    """(stream, call) of a line; signed links and logins know no access token."""
    turn = list(LINES.values()).index(line)
    for number, stream in enumerate(line.streams):
        calls = (line.only,) if line.only else CALLS[stream]
        if line.kind == "expired_token":
            calls = tuple(call for call in calls if call != "document")
        if line.kind == "revoked" and not stream.startswith("shopify"):
            calls = ("token",)
        if line.kind in {"duplicate_page", "cursor_loop"}:
            calls = calls[:1]
        yield stream, calls[(turn + number) % len(calls)]


def test_the_table_holds_every_stream_that_there_is() -> None:
    assert set(CALLS) == set(BY_NAME)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_each_stream_heals_or_keeps_its_facts_and_says_why(
    line: Line, base: Path, tmp_path: Path
) -> None:
    with site(copied(base, tmp_path / "data"), NEXT_DAY, world=WORLD) as now:
        found = [what for stream, call in cases(line) if (what := wrong(now, line, stream, call))]
    assert found == []


def wrong(now: Site, line: Line, stream: str, call: str) -> str:
    """What a fault did that it must not do; empty when all is well."""
    where, before = pair(stream), now.facts(*pair(stream))
    now.clock.sleep(3_600)  # the access token of the sync before is over
    fault = now.server.faults.add(
        stream.partition(".")[0], call, line.kind, nth=line.nth, times=line.times
    )
    report = now.sync(where)
    now.server.faults.clear()
    said = [problem.code for problem in report.problems]
    name = f"{stream} {call}: "
    if not fault.fired:
        return f"{name}the fault never came"
    if (said or [""])[0] not in line.codes or len(said) > 1:
        return f"{name}{said}"
    if said:
        if not now.facts(*where).equals(before):
            return f"{name}facts changed under a problem"
        if f"{where[0]} {stream}" not in report.problems[0].line("en"):
            return f"{name}the problem does not say where"
        if now.sync(where).problems:
            return f"{name}the next sync does not heal it"
    return "".join(f"{name}{one}" for one in now.wrong(*where, before)[:1])
