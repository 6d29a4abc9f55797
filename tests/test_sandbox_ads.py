"""The sandbox's Amazon Ads: profiles, slow reports, duplicates, short memory; rows are true."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow.compute as pc
import pytest

from kpi.model import Window
from sync_service.sandbox.truth import truth
from sync_service.sandbox.world import SANDBOX_NOW
from tests.sandbox_support import WORLD, Bench, bench

REPORTS = "/reporting/reports"
COLUMNS = ["date", "cost", "clicks", "impressions", "campaignId"]
KINDS = {
    "sp": ("SPONSORED_PRODUCTS", "spAdvertisedProduct", "advertiser", "7d"),
    "sb": ("SPONSORED_BRANDS", "sbCampaigns", "campaign", ""),
    "sd": ("SPONSORED_DISPLAY", "sdAdvertisedProduct", "advertiser", ""),
}


def asked(key: str = "sp", start: str = "2026-10-01", end: str = "2026-10-21") -> dict[str, Any]:
    product, kind, group, window = KINDS[key]
    return {
        "name": "test",
        "startDate": start,
        "endDate": end,
        "configuration": {
            "adProduct": product,
            "groupBy": [group],
            "columns": [*COLUMNS, f"sales{window}", f"purchases{window}"],
            "reportTypeId": kind,
            "timeUnit": "DAILY",
            "format": "GZIP_JSON",
        },
    }


def changed(**settings: object) -> dict[str, Any]:
    body = asked()
    return body | {"configuration": body["configuration"] | settings}


@pytest.fixture
def box() -> Iterator[Bench]:
    with bench() as found:
        yield found


def test_profiles_are_the_marketplaces_of_the_seller(box: Bench) -> None:
    found = box.ads("/v2/profiles").json()
    assert {one["countryCode"] for one in found} == {"DE", "FR", "IT", "ES"}
    assert {one["currencyCode"] for one in found} == {"EUR"}


@pytest.mark.parametrize("key", KINDS)
def test_a_report_is_the_truth(box: Bench, key: str) -> None:
    made = box.ads(REPORTS, body=asked(key)).json()
    assert made["status"] == "PENDING"
    assert made["url"] is None
    box.clock.jump(60)
    assert box.ads(f"{REPORTS}/{made['reportId']}").json()["status"] == "PROCESSING"
    box.clock.jump(800)
    done = box.ads(f"{REPORTS}/{made['reportId']}").json()
    assert done["status"] == "COMPLETED"
    packed = box.http.get(done["url"]).content
    assert len(packed) == done["fileSize"]
    rows = json.loads(gzip.decompress(packed))
    window = Window(date(2026, 10, 1), date(2026, 10, 22))
    table = truth(WORLD, "AMZ-DE", f"amazon_ads.{key}", window, SANDBOX_NOW)
    names = {"ad_spend": "cost", "ad_clicks": "clicks", "ad_impressions": "impressions"}
    names |= {"ad_sales": f"sales{KINDS[key][3]}", "ad_orders": f"purchases{KINDS[key][3]}"}
    for measure, column in names.items():
        total = sum(Decimal(str(row[column])) for row in rows)
        assert total == Decimal(str(pc.sum(table[measure]).as_py())), measure
    assert set(rows[0]) == set(asked(key)["configuration"]["columns"])


def test_an_identical_report_in_progress_is_425_and_names_it(box: Bench) -> None:
    first = box.ads(REPORTS, body=asked()).json()["reportId"]
    second = box.ads(REPORTS, body=asked())
    assert second.status_code == 425
    assert first in second.json()["detail"]
    box.clock.jump(900)
    assert box.ads(REPORTS, body=asked()).status_code == 200


def test_the_link_lives_an_hour(box: Bench) -> None:
    number = box.ads(REPORTS, body=asked()).json()["reportId"]
    box.clock.jump(900)
    url = box.ads(f"{REPORTS}/{number}").json()["url"]
    box.clock.jump(3599)
    assert box.http.get(url).status_code == 200
    box.clock.jump(3)
    assert box.http.get(url).status_code == 403


def test_too_many_requests_say_how_long_to_wait(box: Bench) -> None:
    answers = [box.ads(f"{REPORTS}/x") for _ in range(12)]
    assert answers[9].status_code == 404
    assert answers[11].status_code == 429
    box.clock.jump(float(answers[11].headers["Retry-After"]))
    assert box.ads(f"{REPORTS}/x").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"name": "x"}, id="no configuration"),
        pytest.param(asked(start="2026-09-01", end="2026-10-21"), id="more than 31 days"),
        pytest.param(asked(start="2026-07-01", end="2026-07-20"), id="products: over 95 days ago"),
        pytest.param(asked("sb", "2026-08-20", "2026-08-25"), id="brands: over 60 days ago"),
        pytest.param(asked("sd", "2026-08-10", "2026-08-25"), id="display: over 65 days ago"),
        pytest.param(asked(end="2026-10-30"), id="an end in the future"),
        pytest.param(asked(start="2026-10-21", end="2026-10-01"), id="end before start"),
        pytest.param(changed(columns=["date", "profit"]), id="a column that does not exist"),
        pytest.param(changed(columns=[]), id="no column"),
        pytest.param(changed(groupBy=["campaign"]), id="a group of another type"),
        pytest.param(changed(adProduct="SPONSORED_BRANDS"), id="another ad product"),
        pytest.param(changed(format="CSV"), id="another format"),
        pytest.param(changed(reportTypeId="spEverything"), id="an unknown report type"),
    ],
)
def test_wrong_reports_are_refused(box: Bench, body: object) -> None:
    answer = box.ads(REPORTS, body=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "detail"}


def test_another_profile_does_not_see_the_report(box: Bench) -> None:
    number = box.ads(REPORTS, body=asked()).json()["reportId"]
    assert box.ads(f"{REPORTS}/{number}", shop="AMZ-FR").status_code == 404
    assert box.ads(f"{REPORTS}/{number}", shop="HY-AMZ-DE").status_code == 404


def test_a_token_of_the_seller_application_opens_nothing_here(box: Bench) -> None:
    box.tokens["AMZ-DE", "amazon_ads"] = box.token("AMZ-DE")
    assert box.ads("/v2/profiles").status_code == 401
