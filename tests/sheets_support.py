"""A filled workbook for the tests and the pictures: synthetic, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from random import Random

from kpi.catalog import shipped as shipped_catalog
from kpi.model import Metric
from kpi.tables import CellValue
from sheet_templates import words
from sheet_templates.layout import Language
from sheet_templates.shipped_rows import kpi_rows, rules, targets, weights
from sheet_templates.start import BookStart, StartRow
from tests.sheets_today import (
    PEOPLE,
    UNKNOWN,
    breaches,
    days,
    decision,
    fixed,
    focus,
    log,
    markets,
    reconcile,
    tiles,
    week_kpis,
    weeks,
)

__all__ = ["PEOPLE", "filled"]

MONTH = "2026-10"
TODAY = date(2026, 10, 22)
DONE_DAYS, MONTH_DAYS = 20, 31
SHOPS = (
    ("AMZ-US", "amazon", "US", "OPS1", "USD", "America/Los_Angeles", 612_000.0),
    ("AMZ-DE", "amazon", "DE", "OPS2", "EUR", "Europe/Berlin", 318_000.0),
    ("AMZ-FR", "amazon", "FR", "OPS2", "EUR", "Europe/Paris", 121_000.0),
    ("AMZ-IT", "amazon", "IT", "OPS3", "EUR", "Europe/Rome", 98_000.0),
    ("AMZ-ES", "amazon", "ES", "OPS3", "EUR", "Europe/Madrid", 76_000.0),
    ("SHP-US", "shopify", "US", "OPS1", "USD", "America/New_York", 64_000.0),
    ("SHP-EU", "shopify", "EU", "OPS2", "EUR", "Europe/Berlin", 41_000.0),
)
LEVELS = {  # KPI -> target and the middle of the actuals
    "net_sales": (320_000.0, 205_000.0),
    "contribution_profit": (48_000.0, 28_600.0),
    "acos": (0.25, 0.262),
    "tacos": (0.12, 0.117),
    "return_rate": (0.06, 0.058),
    "negative_review_rate": (0.03, 0.034),
    "inventory_turnover_days": (45.0, 58.0),
    "buy_box_share": (0.95, 0.921),
    "replenishment_on_time_rate": (0.95, 0.93),
    "new_listings": (12.0, 7.0),
    "compliance_task_rate": (1.0, 1.0),
    "bad_review_handling_rate": (0.95, 0.97),
    "local_return_warehouse_usage": (0.8, 0.74),
    "epr_completion_rate": (1.0, 1.0),
    "vat_on_time_rate": (1.0, 1.0),
    "ce_check_rate": (1.0, 0.96),
}
REGION_SALES = {"US": 9_480_000.0, "EU": 9_200_000.0}  # shops leave 49,800 and 77,000 open
PACED = ("net_sales", "contribution_profit", "new_listings")


@cache
def filled(language: Language) -> BookStart:
    """Everything a refreshed workbook holds, the service's columns too."""
    catalog = shipped_catalog()
    zh = language == "zh"
    return BookStart(
        shops=tuple(_shops(language)),
        people=tuple(_people()),
        products=tuple(_products(language)),
        targets=tuple(_targets()),
        weights=tuple(
            {**row, "confirmed": "yes", "version": "3"} for row in weights() if row["weight"]
        ),
        rules=rules(language),
        tasks=tuple(_tasks(language)),
        kpis=kpi_rows(catalog, language),
        decisions=(decision(language),),
        points=(
            {"no": "P-1", "month": MONTH, "person": "OPS2", "points": 3.0, "applied": 3.0},
            {"no": "P-2", "month": MONTH, "person": "OPS3", "points": -2.0, "applied": -2.0},
        ),
        settings={
            "month": MONTH,
            "company": "星河跨境" if zh else "Xinghe",
            "language": language,
            "mode": "full",
            "pilot": True,
        },
        names=_names(language),
        card={"person": "OPS2", "region": "EU", "month": MONTH},
        service=_service(language, {m.code: m.names[language] for m in catalog.metrics.values()}),
    )


def _names(language: Language) -> dict[str, CellValue]:
    """The named cells that a refresh writes."""
    zh = language == "zh"
    return {
        "nmDataUntil": "US 10-20 · EU 10-21",
        "nmRefreshed": "10-22 09:02 ✓",
        "nmState": "",
        "nmToday": TODAY,
        "nmVersion": "3",
        "nmCostCover": "成本覆盖 94% 销量 · 缺 1 个 SKU：SKU-007"
        if zh
        else "Costs cover 94% of units · 1 SKU missing: SKU-007",
        "nmServiceNote": "AMZ-FR 流量数据缺 10-20，明日再取"
        if zh
        else "AMZ-FR traffic of 10-20 is missing, next pull tomorrow",
    }


def _service(language: Language, names: dict[str, str]) -> dict[str, tuple[StartRow, ...]]:
    """The tables of the service; `names` shows a KPI's code."""
    return {
        "tblScore": tuple(score_rows(language, names)),
        "tblTeam": tuple(_team(language)),
        "tblFocus": tuple(focus(language)),
        "tblBreach": tuple(breaches(language, names)),
        "tblTile": tuple(tiles(language)),
        "tblMarket": tuple(markets()),
        "tblDay": tuple(days()),
        "tblWeek": tuple(weeks()),
        "tblWeekKpi": tuple(week_kpis()),
        "tblReconcile": tuple(reconcile()),
        "tblLog": tuple(log(language)),
    }


def _people() -> Iterator[StartRow]:
    columns = ("person", "role", "manager", "us_share", "scored")
    for line in PEOPLE:
        yield {**dict(zip(columns, line, strict=True)), "department": "E-Com"}


def _products(language: Language) -> Iterator[StartRow]:
    """Twelve products; the seventh has no unit cost yet."""
    zh = language == "zh"
    for n in range(1, 13):
        yield {
            "sku": f"SKU-{n:03d}",
            "start": date(2026, 1, 1),
            "category": ("厨房" if zh else "Kitchen", "户外" if zh else "Outdoor")[n % 2],
            "unit_cost": None if n == 7 else 20.0 + 1.5 * n,
            "freight": 4.2,
            "currency": "CNY",
            "stage": "mature",
            "units_30d": 12.0 * n,
            "cost_state": ("○ 缺成本" if zh else "○ no cost") if n == 7 else "●",
        }


def _shops(language: Language) -> Iterator[StartRow]:
    chance = fixed(7)
    for code, platform, market, owner, currency, zone, target in SHOPS:
        due = target * DONE_DAYS / MONTH_DAYS
        pace = {"AMZ-IT": 0.81, "AMZ-FR": 0.9}.get(code, chance.uniform(0.95, 1.08))
        sales = round(due * pace, 2)
        margin = chance.uniform(0.11, 0.17)
        weeks = {f"w{n}": round(target / 4.4 * chance.uniform(0.8, 1.2)) for n in range(1, 9)}
        yield {
            "shop": code,
            "platform": platform,
            "market": market,
            "owner": owner,
            "currency": currency,
            "time_zone": zone,
            "logistics": "fba",
            "opened": date(2025, 9, 16),
            "net_sales": sales,
            "due": round(due, 2),
            "contribution": UNKNOWN if code == "AMZ-ES" else round(sales * margin, 2),
            "margin": UNKNOWN if code == "AMZ-ES" else round(margin, 4),
            "acos": round(chance.uniform(0.2, 0.31), 4),
            "tacos": round(chance.uniform(0.09, 0.14), 4),
            "return_rate": round(chance.uniform(0.04, 0.07), 4),
            "bad_review_rate": round(chance.uniform(0.01, 0.04), 4),
            "days_of_supply": round(chance.uniform(20, 60), 1),
            **weeks,
            "data_until": date(2026, 10, 20 if market == "US" else 21),
            "connection": words.show("data_state", "partial", language)
            if code == "AMZ-FR"
            else ("● 正常" if language == "zh" else "● OK"),
        }


def _targets() -> Iterator[StartRow]:
    for row in targets():
        metric = str(row["metric"])
        total = row["year_total"]
        if metric in PACED:
            total = REGION_SALES[str(row["region"])] * (LEVELS[metric][0] / 320_000)
        yield {**row, "year_total": total, "owner": "HEAD", "version": "3"}
    for code, _, market, owner, _, _, target in SHOPS:
        region = "US" if market == "US" else "EU"
        months = {f"m{n:02d}": round(target * (1 + n / 40)) for n in range(1, 13)}
        yield {
            "year": 2026.0,
            "region": region,
            "scope": code,
            "metric": "net_sales",
            "owner": owner,
            "basis": "own_plan",
            "year_total": float(sum(months.values())),
            **months,
            "version": "3",
        }


def _tasks(language: Language) -> Iterator[StartRow]:
    zh = language == "zh"
    for number, kind, country, text_zh, text_en, owner, due, done in (
        (
            "T-01",
            "compliance",
            "FR",
            "包装 EPR 年度申报",
            "Packaging EPR yearly report",
            "OPS2",
            30,
            0.4,
        ),
        ("T-02", "compliance", "DE", "WEEE 注册号核对", "Check the WEEE number", "OPS2", 19, 0.0),
        (
            "T-03",
            "action",
            "US",
            "黑五补货计划评审",
            "Review Black Friday stock plan",
            "OPS1",
            26,
            0.5,
        ),
        ("T-04", "action", "IT", "转化率下降排查", "Find why conversion fell", "OPS3", 24, 0.0),
        ("T-05", "deliverable", "ES", "新品主图 12 张", "12 main pictures", "OPS3", 15, 1.0),
    ):
        yield {
            "no": number,
            "type": kind,
            "region": "US" if country == "US" else "EU",
            "country": country,
            "what": text_zh if zh else text_en,
            "owner": owner,
            "due": date(2026, 10, due),
            "done": done,
        }


def score_rows(language: Language, names: dict[str, str]) -> Iterator[StartRow]:
    """Rows of tblScore as the service writes them: codes for the formulas, names for readers."""
    chance = fixed(11)
    catalog = shipped_catalog()
    for person, role, _, _, _ in PEOPLE:
        if role != "operations":
            continue
        for region in ("US", "EU"):
            lines = [r for r in weights() if r["region"] == region and r["weight"]]
            for line, rule in enumerate(lines, 1):
                metric = catalog.metrics[str(rule["metric"])]
                yield {
                    "item": f"{MONTH}｜{person}｜{region}｜{metric.code}",
                    "month": MONTH,
                    "person": person,
                    "region": region,
                    "line": float(line),
                    "metric": names[metric.code],
                    **_value(person, region, metric, chance),
                    **_rule(rule),
                    **_meaning(metric, language),
                }


def _value(person: str, region: str, metric: Metric, chance: Random) -> StartRow:
    """Target and actual; two KPIs have no data, one is partial."""
    target, middle = LEVELS[metric.code]
    missing = metric.code == "local_return_warehouse_usage" or (
        metric.code == "negative_review_rate" and person == "OPS3"
    )
    spread = 0.0 if middle == 1 else 0.12
    actual = float(f"{middle * (1 + chance.uniform(-spread, spread)):.10g}")
    if metric.code == "new_listings":
        actual = float(round(actual))
    if metric.code == "net_sales" and person == "OPS3":
        actual = 158_400.0
    paced = metric.code in PACED
    state = "partial" if metric.code == "buy_box_share" else "complete"
    return {
        "target": target,
        "actual": UNKNOWN if missing else actual,
        "counted": UNKNOWN if missing else actual,
        "data_until": None if missing else date(2026, 10, 20 if region == "US" else 21),
        "data_state": "missing" if missing else state,
        "target_basis": "linear" if paced else "target",
        "due_share": round(DONE_DAYS / MONTH_DAYS, 9) if paced else 1.0,
        "source": "amazon.orders@AMZ-US" if region == "US" else "amazon.orders@AMZ-DE",
    }


def _rule(rule: StartRow) -> StartRow:
    """What a line of tblWeight brings to the item."""
    same = ("weight", "method", "better", "cap", "floor", "warn", "breach", "bound", "veto")
    params = {p: rule.get(p) for p in ("p1", "p2", "p3", "p4")}
    kept = {code: rule[code] for code in (*same, "missing")}
    return {**kept, **params, "version": "3"}


def _meaning(metric: Metric, language: Language) -> StartRow:
    above, below = metric.card.numerator[language], metric.card.denominator[language]
    return {
        "unit": str(metric.unit),
        "kind": str(metric.kind),
        "meaning": f"{above} ÷ {below}" if metric.denominator else above,
    }


def _team(language: Language) -> Iterator[StartRow]:
    chance = fixed(3)
    for person, role, manager, share, scored in PEOPLE:
        if scored == "yes":
            yield {
                "person": person,
                "role": words.show("role", role, language),
                "manager": manager,
                "us_share": share,
                "state": words.show("team_state", "pilot", language),
                **{f"m{n}": round(chance.uniform(78, 108), 1) for n in range(1, 7)},
                "manual_share": 0.05,
            }
