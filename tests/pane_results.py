"""What the stand-in service gives for a refresh: three scored lines, problems, stale sources."""

from __future__ import annotations

from functools import cache
from typing import Any

from openpyxl.utils import get_column_letter

from sheet_templates.layout import SHEETS, TABLES, Language
from tests.excel_book import Model, model
from tests.pane_answers import SUMMARY, Json
from tests.pane_support import SHIPPED

LANGUAGES: tuple[Language, ...] = ("zh", "en")
KEPT = {
    "items",
    "setup",
    "people",
    "weights",
    "targets",
    "lists",
    "card",
    "review",
}  # of the tabs, for speed
LINES: tuple[dict[str, Any], ...] = (
    {"metric": "acos", "target": 0.12, "counted": 0.1184, "actual": 0.1184, "method": "mirror_down",
     "better": "lower", "warn": 0.126, "breach": 0.14, "weight": 40},
    {"metric": "net_sales", "target": 310_000, "counted": 265_000, "actual": 265_000,
     "method": "ratio_up", "better": "higher", "weight": 40},
    {"metric": "return_rate", "target": 0.05, "counted": 0.06, "actual": 0.06,
     "method": "mirror_down", "better": "lower", "warn": 0.05, "breach": 0.055, "weight": 20},
)  # fmt: skip
COMMON = {
    "month": "2026-10", "person": "OPS1", "region": "US", "data_until": 46_315,
    "data_state": "complete", "cap": 120, "floor": 0, "due_share": 1, "target_basis": "period_end",
    "source": "amazon.ads", "version": "v7", "bound": "strict",
}  # fmt: skip
SCORES = (
    101.33333333,
    85.48387096774,
    80.0,
)  # 100 x (2 - 0.1184 / 0.12), 100 x 265 / 310, 100 x 0.8
TITLE = '=HYPERLINK("https://evil.example","click")'  # a text from outside that must stay a text


@cache
def books_of_both() -> dict[str, Model]:
    """The shipped manager's book in both languages, by language."""
    return {
        one: model(
            SHIPPED / f"manager-{one}.xlsx", [s.title(one) for s in SHEETS if s.code in KEPT]
        )
        for one in LANGUAGES
    }


def column(code: str) -> str:
    """The column of Items in which something stands; the table starts at A."""
    return get_column_letter([one.code for one in TABLES["tblScore"].columns].index(code) + 1)


def lines() -> list[dict[str, Any]]:
    """The lines of tblScore by column code."""
    made = []
    for n, one in enumerate(LINES, 1):
        item = f"2026-10｜OPS1｜US｜{one['metric']}"
        made.append({"item": item, "line": n, "facts": TITLE, **COMMON, **one})
    return made


def result(order: Json) -> Json:
    """The first line into the row that is there, the others appended."""
    table, layout = order["tables"]["tblScore"], TABLES["tblScore"]
    columns = [layout.by_header(one) for one in table["headers"]]
    codes = [one.code if one else "" for one in columns]
    first, *rest = lines()
    cells = [[0, at, first[code]] for at, code in enumerate(codes) if code in first]
    append = [[line.get(code) for code in codes] for line in rest]
    sheet = table["sheet"]
    return {
        "revision": "book-1",
        "tables": [{"table": "tblScore", "cells": cells, "append": append, "rows": 3}],
        "names": {"nmRefreshed": "10-22 09:02", "nmDataUntil": "US 10-20 · EU 10-20"},
        "shown": None,
        "problems": problems(sheet),
        "stale": [
            {
                "shop": "AMZ-DE",
                "stream": "amazon.sales",
                "last": "2026-10-18T01:00:00+00:00",
                "error": "429: the platform's limit; tried again at 10:00.",
            }
        ],
        "compared": [],
        "breaches": [{**one, "sheet": one["cell"] and sheet} for one in BREACHES],
        "summary": SUMMARY,
    }


BREACHES: list[Json] = [
    {
        "no": "B-0012", "level": "error", "names": {"zh": "退货率", "en": "Return rate"},
        "scope": "AMZ-DE", "value": 0.081, "limit": 0.055, "operator": ">", "unit": "ratio",
        "currency": None, "owner": "OPS1", "cause": "SKU-1 +2.1 pp",
        "sheet": "Items", "cell": "E7",
    },
    {
        "no": "B-0013", "level": "warning", "names": {"zh": "可售天数", "en": "Days of supply"},
        "scope": "AMZ-US", "value": 12.0, "limit": 14.0, "operator": "<", "unit": "days",
        "currency": None, "owner": None, "cause": None, "sheet": None, "cell": None,
    },
]  # fmt: skip


def problems(sheet: str) -> list[Json]:
    """An error with its cell, a warning with its cell, one without."""
    return [
        {
            "level": "error", "code": "target", "sheet": sheet, "cell": "G5",
            "zh": "目标“12%%”不是数字。", "en": "Target “12%%” is not a number.",
            "mend_zh": "请写 12% 或 0.12。", "mend_en": "Write 12% or 0.12.",
        },
        {
            "level": "warning", "code": "weight", "sheet": sheet, "cell": "L6",
            "zh": "权重合计 98，应为 100。", "en": "The weights add up to 98, not 100.",
            "mend_zh": "还差 2 分。", "mend_en": "2 points are left to give.",
        },
        {
            "level": "warning", "code": "cost", "sheet": None, "cell": None,
            "zh": "12 个 SKU 没有成本。", "en": "12 SKUs have no cost.",
            "mend_zh": "请在“产品”填写。", "mend_en": "Fill them in on Products.",
        },
    ]  # fmt: skip
