"""LibreOffice works out the year of uplift targets as the service does, and the gap above them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kpi.model import Region
from kpi.targets import year_of
from kpi.typed_rows import TargetRow
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.start import StartRow
from tests.libreoffice import Office
from tests.sheets_support import filled
from tests.test_sheets_scores import table

BARE: StartRow = {"year": 2026.0, "region": "US", "owner": "HEAD", "currency": "USD"}
NONE = (None,) * 12
UPLIFTS = (  # scope, KPI, baseline, uplift, unit
    ("US", "net_sales", 1_000_000.0, 12.5, "percent"),  # 1,125,000
    ("AMZ-US", "net_sales", 800_000.05, 5.0, "percent"),  # 840,000.0525
    ("SHP-US", "net_sales", 100_000.0, -2_500.5, "value"),  # 97,499.50
    ("US", "units_sold", 1_010.0, 5.0, "percent"),  # 1,060.5: 1,061 pieces
    ("AMZ-US", "units_sold", 500.0, 61.0, "value"),  # 561
)


def start_rows() -> tuple[StartRow, ...]:
    made = tuple(
        {
            **BARE,
            "scope": scope,
            "metric": metric,
            "basis": "uplift",
            "baseline": baseline,
            "uplift": uplift,
            "uplift_unit": unit,
        }
        for scope, metric, baseline, uplift, unit in UPLIFTS
    )
    lacking = {
        **BARE,
        "scope": "US",
        "metric": "new_listings",
        "basis": "uplift",
        "year_total": 9.0,
    }
    return (*made, lacking)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_works_an_uplift_out_as_the_service_does(
    language: Language, office: Office, tmp_path: Path
) -> None:
    """Gap of US sales: 1,125,000 - 840,000.05 - 97,499.50 = 187,500.45; of units 1,061 - 561."""
    start = replace(filled(language), targets=start_rows())
    sheets = office.calculate(build(tmp_path / "uplift.xlsx", "manager", language, start))
    rows = table(sheets, "tblTarget", language)
    for (scope, metric, baseline, uplift, unit), shown in zip(UPLIFTS, rows, strict=False):
        row = TargetRow(
            *(2026, Region.US, scope, metric, "HEAD", None, NONE, "USD", ""),
            baseline=baseline,
            uplift=uplift,
            uplift_unit=unit,
        )
        decimals = 0 if metric == "units_sold" else 2
        assert shown["total"] == year_of(row, additive=True, decimals=decimals)
    assert [row["total"] for row in rows] == [
        *(1_125_000.0, 840_000.05, 97_499.5, 1_061.0, 561.0),
        9.0,
    ]
    assert (rows[0]["gap"], rows[3]["gap"]) == (187_500.45, 500.0)


def test_the_gap_is_worked_in_one_currency(office: Office, tmp_path: Path) -> None:
    """EU 1,080,000 USD less Germany 900,000 EUR (at 1.08) and France 108,000 USD is 0.

    Of the second KPI the region is in EUR: 100 less 54 USD are 50 EUR. Of the third 100 USD less
    100 PLN (at 0.25) are 75. A currency without a fixed rate leaves the gap open.
    """
    amounts = (
        ("EU", "net_sales", 1_080_000.0, "USD"),
        ("AMZ-DE", "net_sales", 900_000.0, "EUR"),
        ("AMZ-FR", "net_sales", 108_000.0, "USD"),
        ("EU", "contribution_profit", 100.0, "EUR"),
        ("AMZ-DE", "contribution_profit", 54.0, "USD"),
        ("EU", "ad_budget", 100.0, "USD"),
        ("AMZ-DE", "ad_budget", 100.0, "PLN"),
        ("EU", "gmv", 100.0, "USD"),
        ("AMZ-DE", "gmv", 100.0, "JPY"),
    )
    rows = tuple(
        {**BARE, "region": "EU", "scope": s, "metric": m, "year_total": v, "currency": c}
        for s, m, v, c in amounts
    )
    start = replace(filled("en"), targets=rows)
    sheets = office.calculate(build(tmp_path / "rates.xlsx", "manager", "en", start))
    gaps = [row["gap"] for row in table(sheets, "tblTarget", "en")]
    assert [gaps[n] for n in (0, 3, 5, 7)] == [0.0, 50.0, 75.0, ""]
