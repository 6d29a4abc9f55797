"""The library of role packs as a task pane shows it, and the lines that loading one would add."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kpi.guards import balance, pack_lines
from kpi.model import Metric
from kpi.pack_reading import Pack, packs, variants
from kpi.platform_sources import deliverable
from sheet_templates.words import LISTS
from sync_service.pack_loading import Loaded
from sync_service.pane_results import Json

PLATFORMS = tuple(code for code, _, _ in LISTS["platform"])


def library() -> Json:
    """Every pack with its names, sums and KPIs, and the words that it can be chosen by."""
    return {
        "packs": [_summary(one) for one in packs().values()],
        "platforms": [
            {"code": code, "names": {"zh": zh, "en": en}} for code, zh, en in LISTS["platform"]
        ],
        "variants": [
            {"code": code, "names": {"zh": one.names["zh"], "en": one.names["en"]}}
            for code, one in variants().items()
        ],
    }


def _summary(one: Pack) -> Json:
    sums = balance(pack_lines(one))
    return {
        "pack": one.role,
        "role": one.role,
        "names": dict(one.names),
        "region": str(one.region),
        "kpis": len(one.items),
        "items": [
            {"kpi": item.kpi, "names": dict(item.metric.names), "weight": item.weight}
            for item in one.items
        ],
        "result": sums.result,
        "process": sums.process,
        "compliance": sums.compliance,
        "platforms": [code for code in PLATFORMS if one.suits(code)],
        "not_delivered": {code: _lacking(one, code) for code in PLATFORMS},
        "variants": [
            code for code, kind in variants().items() if kind.changes.get((one.role, one.region))
        ],
    }


def _lacking(one: Pack, platform: str) -> list[str]:
    """The KPIs that a platform does not deliver."""
    return [item.kpi for item in one.items if not deliverable(platform, item.kpi)]


def lines(
    made: Loaded, metrics: Mapping[str, Metric], pains: Mapping[tuple[str, str], str]
) -> Iterator[Json]:
    """The lines that would be added, as a manager reads them; targets without a line stand last.

    `pains` says by role and KPI why a line is wanted.
    """
    targets = {(row["region"], row["metric"]): row["year_total"] for row in made.targets}
    for row in made.weights:
        kpi, role, region = (str(row[name]) for name in ("metric", "role", "region"))
        yield {
            "role": role,
            "region": region,
            "kpi": kpi,
            "names": dict(metrics[kpi].names),
            "unit": metrics[kpi].unit.value,
            "weight": row.get("weight"),
            "target": targets.pop((row["region"], row["metric"]), None),
            "on": row["on"] == "yes",
            "pain": pains.get((role, kpi)) or None,
        }
    for (region_, metric), value in targets.items():
        names = metrics[str(metric)]
        yield {
            "role": None,
            "region": region_,
            "kpi": metric,
            "names": dict(names.names),
            "unit": names.unit.value,
            "weight": None,
            "target": value,
            "on": True,
            "pain": None,
        }
