"""Why a value is not known: the measures behind it that nobody told, and of which shops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kpi.actuals import Actuals
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Period, Window
from kpi.organisation import Part, ScopeParts, in_days
from kpi.platform_sources import beyond, measure_names
from kpi.totals import Totals


def unknown_parts(
    totals: Totals, measures: Iterable[str], parts: Sequence[Part], window: Window
) -> Mapping[str, tuple[str, ...]]:
    """Measure -> the shops for which no day of the window is known, though they could have it."""
    found = {
        measure: tuple(
            dict.fromkeys(
                part.shop
                for part in in_days(parts, window)
                if totals.alternatives(part.shop, measure)
                and not totals.any_day(part, measure, window)
            )
        )
        for measure in sorted(measures)
    }
    return {measure: shops for measure, shops in found.items() if shops}


def unknown_bases(
    actuals: Actuals, kpis: Iterable[str], scopes: Sequence[ScopeParts], month: Period
) -> Iterator[Problem]:
    """KPIs whose chosen basis asks for what is not there: unknown, and never the other basis."""
    catalog = actuals.catalog
    parts = [part for scope in scopes for part in scope.parts if part.whole]
    for kpi in kpis:
        asked = beyond(kpi, catalog)
        lacking = unknown_parts(actuals.totals, asked, parts, month.window)
        if lacking:
            names = measure_names(lacking, catalog)
            yield problem(
                "basis_unknown",
                Place(table="tblKpi", text=kpi),
                zh=names["zh"],
                en=names["en"],
                kpi_zh=catalog.label(kpi, "zh"),
                kpi_en=catalog.label(kpi, "en"),
                shops=", ".join(dict.fromkeys(s for several in lacking.values() for s in several)),
            )
