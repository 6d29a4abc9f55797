"""A filled workbook for the tests and the pictures: synthetic, the same in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from kpi.catalog import shipped as shipped_catalog
from kpi.tables import ErrorValue
from sheet_templates import words
from sheet_templates.layout import REVIEW_METRICS, REVIEW_SCOPES, Language
from sheet_templates.shipped_rows import kpi_rows, rules, targets, weights
from sheet_templates.start import BookStart, StartRow

MONTH = "2026-10"
TODAY = date(2026, 10, 22)
UNKNOWN = ErrorValue("#N/A")
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
PEOPLE = (
    ("HEAD", "supervisor", None, 0.5, "no"),
    ("OPS1", "operations", "HEAD", 0.6, "yes"),
    ("OPS2", "operations", "HEAD", 0.3, "yes"),
    ("OPS3", "operations", "HEAD", 0.2, "yes"),
    ("OPS4", "operations", "OPS1", 0.7, "yes"),
    ("OPS5", "operations", "OPS1", 0.5, "yes"),
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
PACED = ("net_sales", "contribution_profit", "new_listings")


@cache
def filled(language: Language) -> BookStart:
    """Everything a refreshed workbook holds, the service's columns too."""
    catalog = shipped_catalog()
    names = {m.code: m.names[language] for m in catalog.metrics.values()}
    zh = language == "zh"
    return BookStart(
        shops=tuple(_shops(language)),
        people=tuple(
            {
                "person": p,
                "role": r,
                "manager": m,
                "us_share": s,
                "scored": y,
                "department": "E-Com",
            }
            for p, r, m, s, y in PEOPLE
        ),
        products=tuple(
            {
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
            for n in range(1, 13)
        ),
        targets=tuple(_targets()),
        weights=tuple({**row, "confirmed": "yes", "version": "3"} for row in weights()),
        rules=rules(language),
        tasks=tuple(_tasks(language)),
        kpis=kpi_rows(catalog, language),
        decisions=(_decision(language),),
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
        names={
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
        },
        card={"person": "OPS2", "region": "EU", "month": MONTH},
        service={
            "tblScore": tuple(score_rows(language, names)),
            "tblTeam": tuple(_team(language)),
            "tblFocus": tuple(_focus(language)),
            "tblBreach": tuple(_breaches(language, names)),
            "tblTile": tuple(_tiles(language)),
            "tblMarket": tuple(_markets()),
            "tblDay": tuple(_days()),
            "tblWeek": tuple(_weeks()),
            "tblWeekKpi": tuple(_week_kpis()),
            "tblReconcile": tuple(_reconcile()),
            "tblLog": tuple(_log(language)),
        },
    )


def _shops(language: Language) -> Iterator[StartRow]:
    chance = random.Random(7)
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
            total = LEVELS[metric][0] * 24
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
    chance = random.Random(11)
    catalog = shipped_catalog()
    for person, role, _, _, _ in PEOPLE:
        if role != "operations":
            continue
        for region in ("US", "EU"):
            lines = [row for row in weights() if row["region"] == region]
            for line, rule in enumerate(lines, 1):
                yield _score(person, region, line, rule, chance, language, names, catalog.metrics)


def _score(person, region, line, rule, chance, language, names, metrics):  # noqa: ANN001, ANN202
    metric = str(rule["metric"])
    target, middle = LEVELS[metric]
    paced = metric in PACED
    missing = metric in ("local_return_warehouse_usage",) or (
        metric == "negative_review_rate" and person == "OPS3"
    )
    spread = 0.0 if middle == 1 else 0.12
    actual = float(f"{middle * (1 + chance.uniform(-spread, spread)):.10g}")
    if metric == "new_listings":
        actual = round(actual)
    if metric == "net_sales" and person == "OPS3":
        actual = 158_400.0
    state = "missing" if missing else "partial" if metric == "buy_box_share" else "complete"
    return {
        "item": f"{MONTH}｜{person}｜{region}｜{metric}",
        "month": MONTH,
        "person": person,
        "region": region,
        "metric": names[metric],
        "line": float(line),
        "target": target,
        "actual": UNKNOWN if missing else actual,
        "data_until": None if missing else date(2026, 10, 20 if region == "US" else 21),
        "counted": UNKNOWN if missing else actual,
        "data_state": state,
        "weight": rule["weight"],
        "method": rule["method"],
        "better": rule["better"],
        **{p: rule.get(p) for p in ("p1", "p2", "p3", "p4")},
        "cap": rule["cap"],
        "floor": rule["floor"],
        "warn": rule["warn"],
        "breach": rule["breach"],
        "bound": rule["bound"],
        "veto": "no",
        "target_basis": "linear" if paced else "target",
        "due_share": round(DONE_DAYS / MONTH_DAYS, 9) if paced else 1.0,
        "version": "3",
        "source": "amazon.orders@AMZ-US" if region == "US" else "amazon.orders@AMZ-DE",
        "unit": str(metrics[metric].unit),
        "kind": str(metrics[metric].kind),
        "meaning": f"{metrics[metric].card.numerator[language]} ÷ {metrics[metric].card.denominator[language]}"
        if metrics[metric].denominator
        else metrics[metric].card.numerator[language],
    }


def _team(language: Language) -> Iterator[StartRow]:
    chance = random.Random(3)
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


def _focus(language: Language) -> Iterator[StartRow]:
    zh = language == "zh"
    rows = (
        (
            "■",
            "AMZ-IT 净销售额低于应达 19%",
            "AMZ-IT net sales 19% below due",
            "AMZ-IT",
            12_010,
            "OPS3",
            "5天",
            "5 days",
            "查转化率与价格",
            "Check conversion and price",
            "shops",
        ),
        (
            "■",
            "WEEE 注册号核对逾期",
            "WEEE number check is late",
            "DE",
            None,
            "OPS2",
            "逾期3天",
            "3 days late",
            "今天补交号码",
            "Hand in the number today",
            "tasks",
        ),
        (
            "■",
            "广告 ACoS 连续3天超 35%",
            "ACoS above 35% for 3 days",
            "AMZ-ES",
            1_240,
            "OPS3",
            "3天",
            "3 days",
            "暂停低效词",
            "Stop weak keywords",
            "breaches",
        ),
        (
            "▲",
            "AMZ-FR 进度 90%",
            "AMZ-FR pace 90%",
            "AMZ-FR",
            7_800,
            "OPS2",
            "8天",
            "8 days",
            "周末促销加预算",
            "Add weekend budget",
            "shops",
        ),
        (
            "▲",
            "法国包装 EPR 10-30 到期",
            "FR packaging EPR due 10-30",
            "FR",
            None,
            "OPS2",
            "剩8天",
            "8 days left",
            "收集销量数据",
            "Collect unit data",
            "tasks",
        ),
        (
            "▲",
            "转化率排查 10-24 到期",
            "Conversion check due 10-24",
            "IT",
            None,
            "OPS3",
            "剩2天",
            "2 days left",
            "约会议",
            "Call the meeting",
            "tasks",
        ),
        (
            "▲",
            "黑五补货评审 10-26 到期",
            "Stock review due 10-26",
            "US",
            None,
            "OPS1",
            "剩4天",
            "4 days left",
            "确认到货日",
            "Confirm arrivals",
            "tasks",
        ),
        (
            "○",
            "AMZ-FR 流量数据缺 10-20",
            "AMZ-FR traffic of 10-20 missing",
            "AMZ-FR",
            None,
            "系统" if zh else "System",
            "明日再取",
            "tomorrow",
            "等待重取",
            "Wait for the next pull",
            "shops",
        ),
        (
            "○",
            "AMZ-ES 缺成本，利润未知",
            "AMZ-ES costs missing, no profit",
            "AMZ-ES",
            None,
            "OPS3",
            "20天",
            "20 days",
            "补采购成本",
            "Fill unit costs",
            "products",
        ),
        (
            "…",
            "11月目标改动未发布",
            "November targets unpublished",
            "EU",
            None,
            "HEAD",
            "1天",
            "1 day",
            "确认后发布",
            "Confirm, publish",
            "targets",
        ),
    )
    levels = {
        "■": ("■ 突破", "■ Breach"),
        "▲": ("▲ 关注", "▲ Warn"),
        "○": ("○ 缺数", "○ No data"),
        "…": ("… 待发布", "… Pending"),
    }
    for number, (
        sign,
        what_zh,
        what_en,
        scope,
        effect,
        owner,
        age_zh,
        age_en,
        do_zh,
        do_en,
        link,
    ) in enumerate(rows, 1):
        yield {
            "no": float(number),
            "level": levels[sign][0 if zh else 1],
            "what": what_zh if zh else what_en,
            "scope": scope,
            "effect": effect,
            "owner": owner,
            "age": age_zh if zh else age_en,
            "next_step": do_zh if zh else do_en,
            "link": {
                "shops": ("店铺", "Shops"),
                "tasks": ("任务", "Tasks"),
                "breaches": ("预警", "Breaches"),
                "products": ("产品", "Products"),
                "targets": ("目标", "Targets"),
            }[link][0 if zh else 1],
        }


def _breaches(language: Language, names: dict[str, str]) -> Iterator[StartRow]:
    zh = language == "zh"
    for number, level, metric, scope, actual, limit, unit, state, owner, cause_zh, cause_en in (
        (
            "B-014",
            "breach",
            "acos",
            "AMZ-ES",
            0.382,
            0.35,
            "ratio",
            "firing",
            "OPS3",
            "点击成本 +21%，转化率 −9%",
            "Cost per click +21%, conversion −9%",
        ),
        (
            "B-013",
            "breach",
            "negative_review_count",
            "AMZ-US",
            5.0,
            3.0,
            "count",
            "firing",
            "OPS1",
            "SKU-004 差评 4 条",
            "SKU-004: 4 bad reviews",
        ),
        (
            "B-012",
            "warn",
            "days_of_supply",
            "AMZ-DE",
            11.2,
            14.0,
            "days",
            "firing",
            "OPS2",
            "日销 +34%",
            "Daily units +34%",
        ),
        (
            "B-011",
            "warn",
            "buy_box_share",
            "AMZ-FR",
            UNKNOWN,
            0.85,
            "ratio",
            "no_data",
            "OPS2",
            "流量数据未到",
            "Traffic data not there yet",
        ),
        (
            "B-009",
            "breach",
            "tacos",
            "AMZ-IT",
            0.171,
            0.2,
            "ratio",
            "recovered",
            "OPS3",
            "预算已下调",
            "Budget was cut",
        ),
    ):
        yield {
            "no": number,
            "level": words.SIGNS[level] + " " + words.show("level", level, language),
            "metric": names[metric],
            "scope": scope,
            "actual": actual,
            "limit": limit,
            "bound": words.show("bound", "strict", language),
            "since": date(2026, 10, 18),
            "state": words.show("breach_state", state, language),
            "owner": owner,
            "cause": cause_zh if zh else cause_en,
            "unit": unit,
        }


def _tiles(language: Language) -> Iterator[StartRow]:
    for tile, value, due, pace, forecast, status in (
        ("net_sales", 841_300.0, 858_060.0, 0.98, 1.01, "ok"),
        ("contribution_profit", 118_400.0, 127_300.0, 0.93, 0.95, "warn"),
        ("tacos", 0.118, 0.12, None, None, "ok"),
        ("return_rate", 0.051, 0.06, None, None, "ok"),
        ("compliance", 18.0, 20.0, 0.9, None, "warn"),
        ("breaches", 6.0, 2.0, None, None, "breach"),
    ):
        yield {
            "tile": tile,
            "value": value,
            "due": due,
            "pace": pace,
            "forecast": forecast,
            "status": words.show("status", status, language),
        }


def _markets() -> Iterator[StartRow]:
    for scope, pace, margin, tacos, returns, compliance in (
        ("US", 1.01, 0.148, 0.11, 0.05, 1.0),
        ("EU", 0.94, 0.131, 0.13, 0.06, 0.86),
        ("DE", 0.98, 0.141, 0.12, 0.058, 0.9),
        ("FR", 0.9, 0.127, 0.13, 0.062, 0.8),
        ("IT", 0.81, 0.118, 0.15, 0.061, 0.9),
        ("ES", 0.97, UNKNOWN, 0.14, 0.066, 0.9),
        ("STORE", 1.03, 0.17, 0.09, 0.041, None),
        ("ALL", 0.98, 0.141, 0.118, 0.051, 0.9),
    ):
        yield {
            "scope": scope,
            "pace": pace,
            "margin": margin,
            "tacos": tacos,
            "return_rate": returns,
            "compliance": compliance,
        }


def _days() -> Iterator[StartRow]:
    chance = random.Random(5)
    first = date(2026, 9, 1)
    for n in range(61):
        day = first + timedelta(days=n)
        done = day <= date(2026, 10, 20)
        due = 42_000.0 * (1.12 if day.weekday() >= 5 else 1.0)  # noqa: PLR2004  # the weekend
        sales = due * chance.uniform(0.85, 1.12)
        yield {
            "day": day,
            "net_sales": round(sales, 2) if done else None,
            "due": due,
            "ad_spend": round(sales * chance.uniform(0.1, 0.135), 2) if done else None,
            "ad_budget": 5_200.0,
            "contribution": round(sales * chance.uniform(0.12, 0.16), 2) if done else None,
            "tacos": round(chance.uniform(0.1, 0.135), 4) if done else None,
            "return_rate": round(chance.uniform(0.04, 0.065), 4) if done else None,
        }


def _weeks() -> Iterator[StartRow]:
    chance = random.Random(9)
    for person, role, _, _, _ in PEOPLE:
        if role == "operations":
            for region in ("US", "EU"):
                for week in range(35, 43):
                    yield {
                        "person": person,
                        "region": region,
                        "week": f"2026-W{week}",
                        "net_sales": round(chance.uniform(0.8, 1.1), 3),
                        "profit": round(chance.uniform(0.75, 1.1), 3),
                    }


def _week_kpis() -> Iterator[StartRow]:
    chance = random.Random(13)
    for metric in REVIEW_METRICS:
        big = metric in ("net_sales", "contribution_profit", "units_sold")
        for scope in REVIEW_SCOPES:
            now = chance.uniform(8_000, 90_000) if big else chance.uniform(0.05, 0.25)
            unknown = scope == "ES" and metric.startswith("contribution")
            yield {
                "metric": metric,
                "scope": scope,
                "this_week": UNKNOWN if unknown else round(now, 4),
                "last_week": UNKNOWN if unknown else round(now * chance.uniform(0.85, 1.15), 4),
            }


def _reconcile() -> Iterator[StartRow]:
    for shop, backend, platform, book in (
        ("AMZ-US", 399_120.5, 398_904.1, 399_001.2),
        ("AMZ-DE", None, 201_400.0, 201_377.0),
        ("AMZ-IT", 60_110.0, 60_020.0, 57_903.0),
        ("AMZ-FR", None, None, 70_200.0),
    ):
        yield {
            "shop": shop,
            "backend": backend,
            "platform": platform,
            "book": book,
            "days": "10-01 – 10-20",
        }


def _decision(language: Language) -> StartRow:
    zh = language == "zh"
    return {
        "no": "R-01",
        "date": date(2026, 10, 19),
        "present": "HEAD, OPS1–3",
        "topic": "IT 转化率下降" if zh else "IT conversion fell",
        "decision": "恢复原价并补 3 张图" if zh else "Restore the price, add 3 pictures",
        "expected": "转化率 +2 pp" if zh else "Conversion +2 pp",
        "task_no": "T-04",
    }


def _log(language: Language) -> Iterator[StartRow]:
    zh = language == "zh"
    yield {
        "no": 1.0,
        "at": date(2026, 10, 22),
        "level": words.show("level", "warn", language),
        "where": "AMZ-FR",
        "what": "流量报告 10-20 为空，按缺失处理" if zh else "Traffic of 10-20 is empty: missing",
        "mend": "明日 06:00 自动重取" if zh else "Pulled again tomorrow at 06:00",
    }
