"""What the references ask of the domain and it does not do yet; each case fails until it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from kpi.actuals import GAPS, Actuals
from kpi.catalog import shipped
from kpi.compliance import REGISTERED
from kpi.model import InputRow
from kpi.money import DayRates
from kpi.organisation import scopes
from kpi.pack_reading import packs
from kpi.totals import Converter, Totals
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sheet_templates.word_lists import METHODS_FULL
from sync_service.hand_inputs import with_inputs
from sync_service.sources import alternatives
from tests.leaf_support import leaf_sums
from tests.test_scorecards import (
    CATALOG,
    D1,
    FR,
    OCT,
    SHOP,
    book,
)

OCTOBER_DAYS = 31
FULL: dict[str, str | float] = {"mode": "full"}


def _budgets(budget: dict[str, list[int]]) -> dict[str, float | None]:
    """The overspend of October by scope: 1,000 EUR a day are spent in each of two shops."""
    spent = [
        ("amazon_ads.all", shop, D1 + timedelta(n), "", "EUR", {"ad_spend": 10_000_000})
        for shop in budget
        for n in range(OCTOBER_DAYS)
    ]
    typed = [
        InputRow(D1 + timedelta(n), shop, "ad_budget", Decimal(amount), "", "")
        for shop, amounts in budget.items()
        for n, amount in enumerate(amounts)
    ]
    leaves = with_inputs(leaf_sums(spent), typed, (SHOP, FR))
    streams = {"ad_spend": "amazon_ads.all", "ad_budget": "book.inputs"}
    totals = Totals(
        leaves,
        dict.fromkeys(leaves.shops, "amazon"),
        lambda _platform, measure: ((streams[measure],),) if measure in streams else (),
        {**CATALOG.measures, **GAPS},
    )
    money = Converter("EUR", {"EUR": 1.1}, DayRates({"USD": 0}, (D1,), {D1: ("1.2",)}))
    last = dict.fromkeys(("DE", "FR"), date(2026, 10, OCTOBER_DAYS))
    known = Actuals(totals, CATALOG, money, last, frozenset())
    metric = CATALOG.metrics["ad_overspend"]
    found = {s.scope.code: s for s in scopes(book())}
    return {code: known.of(metric, found[code], OCT).value for code in ("DE", "FR", "EU")}


def test_what_one_shop_spends_too_much_is_not_made_good_by_another() -> None:
    """metrics.md: computed per day and owner before adding. DE is 100 over, FR 100 under a day."""
    found = _budgets({"DE": [900] * OCTOBER_DAYS, "FR": [1_100] * OCTOBER_DAYS})
    assert found == {"DE": 3_100.0, "FR": 0.0, "EU": 3_100.0}


def test_a_months_budget_that_is_typed_once_is_kept_by_spending_it_evenly() -> None:
    found = _budgets({"DE": [31_000], "FR": [31_000]})
    assert found == {"DE": 0.0, "FR": 0.0, "EU": 0.0}


@pytest.mark.parametrize("platform", ["amazon", "shopify"])
@pytest.mark.parametrize(
    "kpi",
    sorted(
        {item.kpi for pack in packs().values() for item in pack.items if item.weight}
        | {veto.kpi for pack in packs().values() for veto in pack.vetoes}
    ),
)
def test_what_a_pack_scores_or_vetoes_can_be_typed_or_read(platform: str, kpi: str) -> None:
    """A file or the sheet stands in for every source, unless the policy forbids to collect it."""
    needs = shipped().needs(kpi)
    forbidden = {"returning_orders"} if platform == "amazon" else set()
    amazon_only = {"buy_box_page_views", "page_views"} if platform == "shopify" else set()
    lacking = {
        measure
        for measure in needs - REGISTERED - forbidden - amazon_only
        if not alternatives(platform, measure)
    }
    assert not lacking


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_every_method_can_be_chosen_in_full_mode(tmp_path: Path) -> None:
    """The dropdown refuses what it does not offer, so twelve methods could not be typed at all."""
    path = build(tmp_path / "full.xlsx", "manager", "en", replace(BookStart(), settings=FULL))
    workbook = openpyxl.load_workbook(path)
    place = str(workbook.defined_names["lstMethod"].attr_text).replace("'", "")
    sheet, _, area = place.partition("!")
    offered = {cell.value for row in workbook[sheet][area.replace("$", "")] for cell in row}
    assert offered >= {en for _, _, en in METHODS_FULL}
