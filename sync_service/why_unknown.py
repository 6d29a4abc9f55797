"""Why a value is not known, for whoever asks for it: what is lacking and of which shops."""

from __future__ import annotations

from kpi.model import DataState, Metric, Period
from kpi.organisation import ScopeParts
from kpi.platform_sources import measure_names
from kpi.unknown_parts import unknown_parts
from sync_service.compute import Computed


def why_unknown(done: Computed, metric: Metric, found: ScopeParts, of: Period) -> tuple[str, str]:
    """Why a value is not known, in English and in Chinese."""
    actual = done.value(metric.code, (found.scope.region, found.scope.code), of)
    where, zh = f"{metric.code} of {found.scope.code} in {of.code}", metric.names["zh"]
    what = f"{found.scope.code} {of.code} 的 {zh} "
    if actual is not None and actual.state is DataState.NOT_APPLICABLE:
        return f"{where} cannot be: these shops do not have it.", f"{what}不适用于这些店铺。"
    lacking = _lacking(done, metric, found, of)
    if lacking is not None:
        en, zh = lacking
        return f"{where} is not known: {en}", f"{what}未知：{zh}"
    until = actual.covered_until if actual else None
    if until is None:
        return (
            f"{where} is not known: no data yet. Fetch or fill it.",
            f"{what}未知：尚无数据。请取数或补录。",
        )
    return (
        f"{where} is not known: the data until {until} lacks a part or a denominator.",
        f"{what}未知：截至 {until} 的数据不全或分母为零。",
    )


def _lacking(
    done: Computed, metric: Metric, found: ScopeParts, of: Period
) -> tuple[str, str] | None:
    """What nobody tells of some shops, while other parts of the KPI are there."""
    catalog = done.given.catalog
    needs = catalog.needs(metric.code)
    lacking = unknown_parts(done.actuals.totals, needs, found.parts, of.window)
    if not lacking or set(lacking) == needs:
        return None
    names = measure_names(lacking, catalog)
    shops = ", ".join(dict.fromkeys(shop for several in lacking.values() for shop in several))
    return (
        f"nobody tells {names['en']} for {shops}. Fetch it, type it on Inputs or import a file.",
        f"{shops} 没有{names['zh']}。请取数、补录或导入文件。",
    )
