"""Definition cards: numerator, denominator and source read off the formula itself.

They are not typed a second time, so a card cannot disagree with what is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kpi.definitions import Definitions
from kpi.evaluate import parsed
from kpi.meaning import meaning
from kpi.model import Card, Metric, Texts, Unit
from kpi.syntax import STOCK_FUNCTIONS, Call, walk

DEFAULT_DECIMALS: Mapping[Unit, int] = {
    Unit.MONEY: 2,
    Unit.COUNT: 0,
    Unit.RATIO: 4,
    Unit.DAYS: 1,
    Unit.HOURS: 1,
    Unit.POINTS: 1,
    Unit.TURNS: 2,
    Unit.RANK: 0,
    Unit.SCORE: 0,
    Unit.FLAG: 0,
    Unit.MONEY_PER_PERSON: 2,
}
SOURCES: Mapping[str, Texts] = {
    "AMZ": {"zh": "亚马逊 SP-API", "en": "Amazon SP-API"},
    "ADS": {"zh": "广告接口", "en": "advertising APIs"},
    "SHP": {"zh": "Shopify", "en": "Shopify"},
    "EBY": {"zh": "eBay", "en": "eBay"},
    "TTS": {"zh": "TikTok Shop", "en": "TikTok Shop"},
    "SPE": {"zh": "Shopee", "en": "Shopee"},
    "LZD": {"zh": "Lazada", "en": "Lazada"},
    "ERP": {"zh": "ERP", "en": "ERP"},
    "LOG": {"zh": "物流商", "en": "logistics providers"},
    "PAY": {"zh": "支付账户", "en": "payment accounts"},
    "WMS": {"zh": "仓储系统", "en": "warehouse system"},
    "CRM": {"zh": "客服系统", "en": "customer service system"},
    "FIN": {"zh": "财务系统", "en": "finance system"},
    "WB": {"zh": "本工作簿", "en": "this workbook"},
}
_WHOLE: Texts = {"zh": "无(直接取值)", "en": "none (the value itself)"}
_BY_DAY: Texts = {
    "zh": "店铺当地日，按期间累计",
    "en": "the shop's own days, added up over the period",
}
_RATIO: Texts = {
    "zh": "店铺当地日；先分别合计分子和分母，再相除",
    "en": "the shop's own days; numerators and denominators are added up first, then divided",
}
_STOCK: Texts = {
    "zh": "店铺当地日；存量取期初和期末",
    "en": "the shop's own days; stock at both ends",
}


def made_card(catalog: Definitions, metric: Metric) -> Card:
    """The KPI's card, complete in both languages."""
    time_basis = metric.card.time_basis
    return replace(
        metric.card,
        numerator=_meant(catalog, metric.numerator),
        denominator=_meant(catalog, metric.denominator) if metric.denominator else _WHOLE,
        source=source_text(catalog, metric.code),
        time_basis=time_basis if time_basis["zh"] else _time_basis(metric),
    )


def source_text(catalog: Definitions, code: str) -> Texts:
    """All sources that deliver some measure behind a KPI, in the order of the list."""
    signs = {sign for base in catalog.needs(code) for sign in catalog.measures[base].sources}
    found = [texts for sign, texts in SOURCES.items() if sign in signs]
    return {"zh": "、".join(t["zh"] for t in found), "en": ", ".join(t["en"] for t in found)}


def _meant(catalog: Definitions, text: str) -> Texts:
    expression = parsed(text)
    return {"zh": meaning(expression, catalog, "zh"), "en": meaning(expression, catalog, "en")}


def _time_basis(metric: Metric) -> Texts:
    nodes = walk(parsed(metric.expression).root)
    if any(isinstance(node, Call) and node.function in STOCK_FUNCTIONS for node in nodes):
        return _STOCK
    return _BY_DAY if metric.denominator is None else _RATIO
