"""Which streams a measure is read from, and when the sheet may stand in."""

from __future__ import annotations

import pytest

from kpi.catalog import shipped
from kpi.compliance import REGISTERED
from kpi.pack_reading import packs
from kpi.platform_sources import can_be_known, deliverable
from sheet_templates.words import LISTS
from sync_service.sources import FILES_AND_HAND, INPUTS, PLANS, PLATFORMS, alternatives, by_hand

SCORED = sorted(
    {item.kpi for pack in packs().values() for item in pack.items if item.weight}
    | {veto.kpi for pack in packs().values() for veto in pack.vetoes}
)


@pytest.mark.parametrize("platform", [code for code, _, _ in LISTS["platform"]])
@pytest.mark.parametrize("kpi", SCORED)
def test_what_a_pack_scores_or_vetoes_can_be_typed_or_read(platform: str, kpi: str) -> None:
    """A veto that nobody can feed would never fire and say nothing."""
    needs = shipped().needs(kpi) - REGISTERED
    lacking = {measure for measure in needs if not alternatives(platform, measure)}
    assert bool(lacking) is not deliverable(platform, kpi)


@pytest.mark.parametrize(
    ("platform", "measure", "wanted"),
    [
        ("amazon", "account_suspended", FILES_AND_HAND),
        ("ebay", "orders_defective", FILES_AND_HAND),
        ("shopify", "orders_defective", ()),  # no such rate in an own store
        ("shopify", "buy_box_page_views", ()),
        ("amazon", "cart_visits", ()),
        ("amazon", "epr_valid", ()),  # the register counts its tasks
        ("amazon", "nothing", ()),
        ("lazada", "ad_budget", (*FILES_AND_HAND, (PLANS,))),
        ("amazon", "inbound_units", (("amazon.stock",), *FILES_AND_HAND)),
    ],
)
def test_where_a_measure_is_read(
    platform: str, measure: str, wanted: tuple[tuple[str, ...], ...]
) -> None:
    assert alternatives(platform, measure) == wanted
    assert by_hand(platform, measure) == any(INPUTS in one for one in wanted)


@pytest.mark.parametrize("platform", sorted(PLATFORMS))
def test_streams_bring_only_what_the_matrix_knows(platform: str) -> None:
    known = shipped().measures
    assert [m for m in PLATFORMS[platform] if m in known and not can_be_known(platform, m)] == []
