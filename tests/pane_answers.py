"""What the stand-in of the service says: explanations, reviews, sources, packs."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

EXPLAINED: Json = {
    "kpi": "acos",
    "names": {"zh": "广告成本销售比", "en": "ACOS"},
    "value": 0.1184,
    "unit": "ratio",
    "currency": None,
    "formula": {"zh": "广告花费 ÷ 广告销售额", "en": "ad spend ÷ ad sales"},
    "expression": "ad_spend / ad_sales",
    "definition": {
        "includes": {"zh": "所有广告类型", "en": "all ad types"},
        "excludes": {"zh": "站外广告", "en": "ads elsewhere"},
        "source": {"zh": "广告报告", "en": "ads reports"},
        "time_basis": {"zh": "点击日", "en": "day of the click"},
    },
    "sources": [
        {"stream": "amazon.ads", "shop": "AMZ-US", "covered": 46_315.0, "fetched": 46_316.375},
        {"stream": "amazon.ads", "shop": "AMZ-DE", "covered": 46_315.0, "fetched": None},
    ],
    "by": "shop",
    "contributions": [
        {"part": "AMZ-US", "value": 0.0121, "now": 0.1312},
        {"part": "AMZ-DE", "value": -0.0043, "now": 0.0984},
        {"part": "SHP-US", "value": 0.0016, "now": 0.1417},
    ],
    "rest": {"parts": 2, "value": 0.0006},
    "change": {
        "from": "2026-09",
        "to": "2026-10",
        "days": 21,
        "before": 0.1084,
        "after": 0.1184,
        "value": 0.01,
    },
    "state": "stale",
    "state_said": {"zh": "过期", "en": "stale"},
    "version": "v7",
}
UNKNOWN: Json = {
    **{part: value for part, value in EXPLAINED.items() if part not in ("rest", "change")},
    "value": None,
    "unit": "money",
    "currency": "EUR",
    "state": "missing",
    "state_said": {"zh": "缺少", "en": "missing"},
    "sources": [],
    "contributions": [],
    "undivided": {"zh": "前期没有数据。", "en": "There are no data before."},
    "unknown": {"zh": "店铺未连接。", "en": "The shop is not connected."},
}
FIGURE: Json = {
    "scope": "ALL", "names": {"zh": "净销售额", "en": "Net sales"}, "unit": "money",
    "currency": "USD", "value": 64_000.0, "before": 58_000.0, "due": 70_000.0,
}  # fmt: skip
REVIEW: Json = {
    "tables": [], "names": {}, "shown": None, "paused": "",
    "period": "2026-W42", "before": "2026-W41",
    "lines": [
        FIGURE,
        {
            **FIGURE, "names": {"zh": "退货率", "en": "Return rate"}, "unit": "ratio",
            "currency": None, "value": 0.061, "before": 0.052, "due": 0.05,
        },
        {**FIGURE, "scope": "US", "value": 41_000.0, "before": None, "due": None},
    ],
    "misses": [
        {
            "level": "error", "names": {"zh": "退货率", "en": "Return rate"}, "scope": "AMZ-DE",
            "owner": "OPS1", "cause": "SKU-1 +2.1 pp",
        },
        {
            "level": "warning", "names": {"zh": "可售天数", "en": "Days of supply"},
            "scope": "AMZ-US", "owner": None, "cause": None,
        },
    ],
    "due": [{"what": "VAT return DE", "owner": "CMP1", "age": "3 d"}],
    "follow": [{"no": "A-R1", "what": "Halve the bids", "owner": "ADS1", "due": "2026-11-19"}],
    "kpis": [], "teams": [],
}  # fmt: skip
KPI_SET: list[Json] = [
    {
        "names": {"zh": "净销售额", "en": "Net sales"},
        "finding": {"zh": "● 可保留", "en": "● Keep"},
        "proposal": {"zh": "保留", "en": "Keep it"},
    }
]
TEAMS: list[Json] = [{"team": "ALL", "level": {"zh": "● 在用", "en": "● Used"}}]
SOURCES: list[Json] = [
    {
        "shop": "AMZ-US", "platform": "amazon", "state": "fresh", "streams": 13,
        "last": "2026-10-22T01:00:00+00:00", "error": None,
        "commands": [
            {"what": "import", "text": "python -m sync_service import FILE --shop AMZ-US"},
            {
                "what": "connect",
                "text": "python -m sync_service connect AMZ-US --platform amazon --market US"
                " --currency USD --time-zone America/Los_Angeles --account ACCOUNT"
                " --marketplace ID --api URL",
            },
        ],
    },
    {
        "shop": "EBY-DE", "platform": "ebay", "state": "none", "streams": 0,
        "last": None, "error": None,
        "commands": [
            {"what": "import", "text": "python -m sync_service import FILE --shop EBY-DE"}
        ],
    },
]  # fmt: skip
COMPARED: list[Json] = [
    {
        "shop": "AMZ-US", "first": "2026-10-08", "last": "2026-10-21", "ours": 120_340.5,
        "platform": 120_100.0, "difference": 0.002, "green": True,
    },
    {
        "shop": "EBY-DE", "first": None, "last": None, "ours": None,
        "platform": None, "difference": None, "green": None,
    },
]  # fmt: skip
ACOS: Json = {"kpi": "acos", "names": {"zh": "广告成本销售比", "en": "ACOS"}}
SALES: Json = {"kpi": "net_sales", "names": {"zh": "净销售额", "en": "Net sales"}}
PACKS: list[Json] = [
    {
        "pack": role, "role": role, "names": names, "region": region, "kpis": len(items),
        "items": [{**one, "weight": 100.0 / len(items)} for one in items],
        "result": 70.0, "process": 20.0, "compliance": 10.0,
        "platforms": platforms, "variants": variants,
        "not_delivered": {
            "amazon": [], "ebay": ["acos"], "shopify": [], "tiktok": [], "shopee": [],
            "lazada": [], "walmart": [], "own_site": [], "other": [],
        },
    }
    for role, names, region, items, platforms, variants in (
        ("operations", {"zh": "运营", "en": "Operations"}, "US", [ACOS, SALES],
         ["amazon", "ebay"], ["auto_parts"]),
        ("operations", {"zh": "运营", "en": "Operations"}, "EU", [ACOS, SALES],
         ["amazon", "ebay"], []),
        ("advertising", {"zh": "广告", "en": "Advertising"}, "US", [ACOS], ["amazon"], []),
    )
]  # fmt: skip
LIBRARY: Json = {
    "packs": PACKS,
    "platforms": [
        {"code": "amazon", "names": {"zh": "亚马逊", "en": "Amazon"}},
        {"code": "ebay", "names": {"zh": "eBay", "en": "eBay"}},
    ],
    "variants": [{"code": "auto_parts", "names": {"zh": "汽摩配", "en": "Auto parts"}}],
}
LINES: list[Json] = [
    {
        **ACOS, "role": "operations", "region": "EU", "unit": "ratio",
        "weight": 40.0, "target": 0.35, "on": True, "pain": None,
    },
    {
        **SALES, "role": "operations", "region": "EU", "unit": "money",
        "weight": 60.0, "target": None, "on": False, "pain": "P3",
    },
]  # fmt: skip
PACK: Json = {
    "tables": [],
    "names": {},
    "shown": None,
    "problems": [
        {
            "level": "note", "code": "pack_unconfirmed", "sheet": "", "cell": "",
            "zh": "新增权重 1 行，待确认。", "en": "1 weight was added, to be confirmed.",
            "mend_zh": "", "mend_en": "",
        }
    ],
    "lines": LINES,
    "own_roles": ["Designer"],
    "changes": [
        {
            "kpi": "acos", "what": "target", "before": 0.25, "after": 0.35,
            "zh": "起步期广告先行。", "en": "A launch spends on ads first.",
        }
    ],
}  # fmt: skip
SUMMARY: Json = {
    "state": "written",
    "cells": 12,
    "month": "2026-10",
    "people": [{"person": "OPS1", "total": 91.2, "grade": "A"}],
}
