"""The rows behind Today, Breaches and Review of the filled workbook; synthetic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from kpi.model import LANGUAGES
from kpi.tables import ErrorValue
from sheet_templates import words
from sheet_templates.layout import REVIEW_METRICS, REVIEW_SCOPES, Language, review_slot
from sheet_templates.start import StartRow

UNKNOWN = ErrorValue("#N/A")
Rate = float | ErrorValue
PEOPLE = (
    ("HEAD", "supervisor", None, 0.5, "no"),
    ("OPS1", "operations", "HEAD", 0.6, "yes"),
    ("OPS2", "operations", "HEAD", 0.3, "yes"),
    ("OPS3", "operations", "HEAD", 0.2, "yes"),
    ("OPS4", "operations", "OPS1", 0.7, "yes"),
    ("OPS5", "operations", "OPS1", 0.5, "yes"),
)
FOCUS = (  # level, what, scope, effect, owner, age, next step, link; the texts in zh and en
    ("■", ("AMZ-IT 净销售额低于应达 19%", "AMZ-IT net sales 19% below due"), "AMZ-IT", 12_010,
     "OPS3", ("5天", "5 days"), ("查转化率与价格", "Check conversion and price"), "shops"),
    ("■", ("WEEE 注册号核对逾期", "WEEE number check is late"), "DE", None,
     "OPS2", ("逾期3天", "3 days late"), ("今天补交号码", "Hand in the number today"), "tasks"),
    ("■", ("广告 ACoS 连续3天超 35%", "ACoS above 35% for 3 days"), "AMZ-ES", 1_240,
     "OPS3", ("3天", "3 days"), ("暂停低效词", "Stop weak keywords"), "breaches"),
    ("▲", ("AMZ-FR 进度 90%", "AMZ-FR pace 90%"), "AMZ-FR", 7_800,
     "OPS2", ("8天", "8 days"), ("周末促销加预算", "Add weekend budget"), "shops"),
    ("▲", ("法国包装 EPR 10-30 到期", "FR packaging EPR due 10-30"), "FR", None,
     "OPS2", ("剩8天", "8 days left"), ("收集销量数据", "Collect unit data"), "tasks"),
    ("▲", ("转化率排查 10-24 到期", "Conversion check due 10-24"), "IT", None,
     "OPS3", ("剩2天", "2 days left"), ("约会议", "Call the meeting"), "tasks"),
    ("▲", ("黑五补货评审 10-26 到期", "Stock review due 10-26"), "US", None,
     "OPS1", ("剩4天", "4 days left"), ("确认到货日", "Confirm arrivals"), "tasks"),
    ("○", ("AMZ-FR 流量数据缺 10-20", "AMZ-FR traffic of 10-20 missing"), "AMZ-FR", None,
     None, ("明日再取", "tomorrow"), ("等待重取", "Wait for the next pull"), "shops"),
    ("○", ("AMZ-ES 缺成本，利润未知", "AMZ-ES costs missing, no profit"), "AMZ-ES", None,
     "OPS3", ("20天", "20 days"), ("补采购成本", "Fill unit costs"), "products"),
    ("…", ("11月目标改动未发布", "November targets unpublished"), "EU", None,
     "HEAD", ("1天", "1 day"), ("确认后发布", "Confirm, publish"), "targets"),
)  # fmt: skip
BREACHES = (  # number, level, KPI, scope, actual, limit, unit, state, owner, cause in zh and en
    ("B-014", "breach", "acos", "AMZ-ES", 0.382, 0.35, "ratio", "firing", "OPS3",
     ("点击成本 +21%，转化率 −9%", "Cost per click +21%, conversion −9%")),
    ("B-013", "breach", "negative_review_count", "AMZ-US", 5.0, 3.0, "count", "firing", "OPS1",
     ("SKU-004 差评 4 条", "SKU-004: 4 bad reviews")),
    ("B-012", "warn", "days_of_supply", "AMZ-DE", 11.2, 14.0, "days", "firing", "OPS2",
     ("日销 +34%", "Daily units +34%")),
    ("B-011", "warn", "buy_box_share", "AMZ-FR", UNKNOWN, 0.85, "ratio", "no_data", "OPS2",
     ("流量数据未到", "Traffic data not there yet")),
    ("B-009", "breach", "tacos", "AMZ-IT", 0.171, 0.2, "ratio", "recovered", "OPS3",
     ("预算已下调", "Budget was cut")),
)  # fmt: skip
LINKS = {
    "shops": ("店铺", "Shops"),
    "tasks": ("任务", "Tasks"),
    "breaches": ("预警", "Breaches"),
    "products": ("产品", "Products"),
    "targets": ("目标", "Targets"),
}
SYSTEM = ("系统", "System")  # the owner where no person is


def fixed(seed: int) -> Random:
    """The same numbers in every run."""
    return Random(seed)  # rows of a test, no secrets


def focus(language: Language) -> Iterator[StartRow]:
    at = LANGUAGES.index(language)
    for number, (sign, what, scope, effect, owner, age, do, link) in enumerate(FOCUS, 1):
        yield {
            "no": float(number),
            "level": sign,
            "what": what[at],
            "scope": scope,
            "effect": effect,
            "owner": owner or SYSTEM[at],
            "age": age[at],
            "next_step": do[at],
            "link": LINKS[link][at],
        }


def breaches(language: Language, names: dict[str, str]) -> Iterator[StartRow]:
    at = LANGUAGES.index(language)
    for number, level, metric, scope, actual, limit, unit, state, owner, cause in BREACHES:
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
            "cause": cause[at],
            "unit": unit,
        }


def tiles(language: Language) -> Iterator[StartRow]:
    epr = "▲ FR 包装 EPR 年度申报" if language == "zh" else "▲ FR Packaging EPR yearly report"
    notes = {"compliance": epr}
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
            "note": notes.get(tile),
        }


def markets() -> Iterator[StartRow]:
    lines: Sequence[tuple[str, float, Rate, float, float, float | None]] = (
        ("US", 1.01, 0.148, 0.11, 0.05, 1.0),
        ("EU", 0.94, 0.131, 0.13, 0.06, 0.86),
        ("DE", 0.98, 0.141, 0.12, 0.058, 0.9),
        ("FR", 0.9, 0.127, 0.13, 0.062, 0.8),
        ("IT", 0.81, 0.118, 0.15, 0.061, 0.9),
        ("ES", 0.97, UNKNOWN, 0.14, 0.066, 0.9),
        ("STORE", 1.03, 0.17, 0.09, 0.041, None),
        ("ALL", 0.98, 0.141, 0.118, 0.051, 0.9),
    )
    for place, (scope, pace, margin, tacos, returns, compliance) in enumerate(lines, 1):
        yield {
            "scope": scope,
            "pace": pace,
            "margin": margin,
            "tacos": tacos,
            "return_rate": returns,
            "compliance": compliance,
            "place": float(place),
        }


def days() -> Iterator[StartRow]:
    chance = fixed(5)
    first = date(2026, 9, 1)
    for n in range(61):
        day = first + timedelta(days=n)
        done = day <= date(2026, 10, 20)
        due = 42_000.0 * (1.12 if day.weekday() >= 5 else 1.0)  # the weekend
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


def weeks() -> Iterator[StartRow]:
    chance = fixed(9)
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


def week_kpis() -> Iterator[StartRow]:
    chance = fixed(13)
    for metric in REVIEW_METRICS:
        big = metric in ("net_sales", "contribution_profit", "units_sold")
        for column, scope in enumerate(REVIEW_SCOPES, 1):
            now = chance.uniform(8_000, 90_000) if big else chance.uniform(0.05, 0.25)
            unknown = scope == "ES" and metric.startswith("contribution")
            yield {
                "metric": metric,
                "scope": scope,
                "this_week": UNKNOWN if unknown else round(now, 4),
                "last_week": UNKNOWN if unknown else round(now * chance.uniform(0.85, 1.15), 4),
                "slot": review_slot(metric, column),
            }


def reconcile() -> Iterator[StartRow]:
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


def decision(language: Language) -> StartRow:
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


def log(language: Language) -> Iterator[StartRow]:
    zh = language == "zh"
    yield {
        "no": 1.0,
        "at": date(2026, 10, 22),
        "level": words.show("level", "warn", language),
        "where": "AMZ-FR",
        "what": "流量报告 10-20 为空，按缺失处理" if zh else "Traffic of 10-20 is empty: missing",
        "mend": "明日 06:00 自动重取" if zh else "Pulled again tomorrow at 06:00",
    }
