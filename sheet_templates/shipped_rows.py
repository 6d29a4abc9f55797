"""The rows of a workbook as it ships: the operations pack, the KPI list, rules, example tasks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from kpi.catalog import Catalog
from kpi.catalog import shipped as shipped_catalog
from kpi.model import Region
from kpi.pack_reading import Pack, pack
from kpi.switches import shipped_text
from sheet_templates.book import SLICES
from sheet_templates.layout import REGION_METRICS, Language
from sheet_templates.pack_rows import target_rows, term_rows, weight_rows
from sheet_templates.start import BookStart, StartRow

FILE = Path(__file__).with_name("shipped.toml")
FIRST_DAY = date(2026, 1, 1)
SWITCHED_ON = frozenset(  # beside those with a weight or a rule
    {
        "gross_sales_total",
        "gmv",
        "orders",
        "units_sold",
        "average_order_value",
        "visits",
        "unit_session_rate",
        "ad_cost",
        "ad_sales_total",
        "roas",
        "ad_sales_share",
        "organic_sales_share",
        "refund_rate",
        "gross_margin",
        "net_profit",
        "negative_feedback_orders",
        "bad_reviews_per_day",
    }
)


def shipped(edition: str, language: Language) -> BookStart:
    """The start of a shipped workbook; a slice's is empty, its rows come with `share`."""
    if edition in SLICES:
        return BookStart(settings={"language": language})
    catalog = shipped_catalog()
    return BookStart(
        weights=weights(),
        targets=targets(),
        rules=rules(language),
        tasks=tasks(language),
        kpis=kpi_rows(catalog, language),
        settings={"language": language},
    )


def _lines(name: str) -> Iterator[list[str]]:
    text = tomllib.loads(FILE.read_text(encoding="utf-8"))[name]
    for line in text.strip().splitlines():
        yield [part.strip() for part in line.split("|")]


def rows_of(cards: Sequence[Pack], language: Language) -> dict[str, Any]:
    """The tables of a new workbook that starts with these cards: weights, targets, terms, KPIs."""
    rows = [row for card in cards for row in weight_rows(card, FIRST_DAY)]
    goals = {
        (row["region"], row["scope"], row["metric"]): row
        for card in cards
        for row in target_rows(card, FIRST_DAY.year)
    }
    terms = {
        (row["term"], row["points"]): row for card in cards for row in term_rows(card, language)
    }
    used = frozenset(str(row["metric"]) for row in rows)
    return {
        "weights": tuple(rows),
        "targets": tuple(goals.values()),
        "terms": tuple(terms.values()),
        "kpis": kpi_rows(shipped_catalog(), language, used),
    }


def weights(role: str = "operations") -> tuple[StartRow, ...]:
    """The lines of tblWeight: a role's pack, US and EU, not yet confirmed."""
    return tuple(row for region in Region for row in weight_rows(pack(role, region), FIRST_DAY))


def targets(role: str = "operations") -> tuple[StartRow, ...]:
    """The regional lines of tblTarget: own plans to fill first, then starters to confirm."""
    rows = [row for region in Region for row in target_rows(pack(role, region), FIRST_DAY.year)]
    return tuple(sorted(rows, key=lambda row: (row["region"] != "US", row["basis"] != "own_plan")))


def rules(language: Language) -> tuple[StartRow, ...]:
    """The eight rules of a new workbook."""
    return tuple(
        {
            "rule": zh if language == "zh" else en,
            "on": "yes",
            "metric": metric,
            "scope": scope,
            "window": window,
            "operator": operator,
            "value": float(value),
            "periods": float(periods),
            "level": level,
        }
        for zh, en, metric, scope, window, operator, value, periods, level in _lines("rules")
    )


def tasks(language: Language) -> tuple[StartRow, ...]:
    """Two example tasks, to be overwritten."""
    return tuple(
        {
            "no": number,
            "type": kind,
            "region": region,
            "country": country,
            "what": zh if language == "zh" else en,
            "about": about,
            "regime": regime,
            "due": date.fromisoformat(due),
            "done": 0.0,
        }
        for number, kind, region, country, zh, en, about, regime, due in _lines("tasks")
    )


def kpi_rows(
    catalog: Catalog, language: Language, scored: frozenset[str] | None = None
) -> tuple[StartRow, ...]:
    """Every KPI that ships, with its card; those in use are switched on and stand first.

    `scored` are the KPIs of the cards; the operations pack's without them.
    """
    cards = scored or {row["metric"] for row in weights()}
    used = cards | {row[2] for row in _lines("rules")} | SWITCHED_ON
    metrics = sorted(catalog.metrics.values(), key=lambda m: m.code not in used)
    return tuple(
        {
            "on": "yes" if m.code in used else "no",
            "us": "yes",
            "eu": "yes",
            "metric": m.code,
            "name": m.names[language],
            "unit": str(m.unit),
            "better": str(m.better),
            "numerator": m.card.numerator[language],
            "denominator": m.card.denominator[language],
            "includes": f"{m.card.includes[language]}; {m.card.excludes[language]}",
            "source": m.card.source[language],
            "switches": shipped_text(m.code, language) or None,
            "check": "●",
            "kind": str(m.kind),
            "klass": str(m.klass),
            "on_report": "yes" if m.code in REGION_METRICS else "no",
        }
        for m in metrics
    )
