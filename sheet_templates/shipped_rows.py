"""The rows of a workbook as it ships: the operations pack, the KPI list, rules, example tasks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from kpi.catalog import Catalog
from kpi.catalog import shipped as shipped_catalog
from sheet_templates.layout import Language
from sheet_templates.start import BookStart, StartRow

FILE = Path(__file__).with_name("shipped.toml")
FIRST_DAY = date(2026, 1, 1)
YEAR = 2026.0
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
    """The start of a shipped workbook; a partner's is empty, its rows come with the slice."""
    if edition == "partner":
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


def weights(role: str = "operations") -> tuple[StartRow, ...]:
    """The lines of tblWeight: the operations pack, US and EU, not yet confirmed."""
    rows: list[StartRow] = []
    for region, metric, weight, method, better, warn, breach, cap, *rest in _lines("weights"):
        params = [float(value) for value in rest[0].split()] if rest else []
        rows.append(
            {
                "role": role,
                "region": region,
                "metric": metric,
                "on": "yes",
                "weight": float(weight),
                "method": method,
                "better": better,
                "warn": float(warn),
                "breach": float(breach),
                "bound": "strict",
                "veto": "no",
                "start": FIRST_DAY,
                "cap": float(cap),
                "floor": 0.0,
                "missing": "exclude",
                "confirmed": "no",
                **{f"p{n}": value for n, value in enumerate(params, 1)},
            }
        )
    return tuple(rows)


def targets() -> tuple[StartRow, ...]:
    """The regional lines of tblTarget: starters to confirm, own plans to fill."""
    return tuple(
        {
            "year": YEAR,
            "region": region,
            "scope": region,
            "metric": metric,
            "basis": basis,
            "year_total": float(value) if value else None,
        }
        for region, metric, basis, value in _lines("targets")
    )


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


def kpi_rows(catalog: Catalog, language: Language) -> tuple[StartRow, ...]:
    """Every KPI that ships, with its card; those in use are switched on and stand first."""
    used = {row[1] for row in _lines("weights")} | {row[2] for row in _lines("rules")} | SWITCHED_ON
    metrics = sorted(catalog.metrics.values(), key=lambda m: m.code not in used)
    return tuple(
        {
            "on": "yes" if m.code in used else "no",
            "us": "yes" if m.code in used else "no",
            "eu": "yes" if m.code in used else "no",
            "metric": m.code,
            "name": m.names[language],
            "unit": str(m.unit),
            "better": str(m.better),
            "numerator": m.card.numerator[language],
            "denominator": m.card.denominator[language],
            "includes": f"{m.card.includes[language]}; {m.card.excludes[language]}",
            "source": m.card.source[language],
            "check": "●",
            "kind": str(m.kind),
            "klass": str(m.klass),
        }
        for m in metrics
    )
