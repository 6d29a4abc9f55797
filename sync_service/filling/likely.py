"""Whether a target is likely: against the same month last year and the best of recent months.

Both ends are doubted: far above last year and far below it, be less good or not.
"""

from __future__ import annotations

from kpi.calendar import shifted
from kpi.model import Better, Language, Metric
from kpi.targets import BEST_OF, plausibility
from kpi.typed_rows import TargetRow
from sheet_templates.words import SIGNS
from sync_service.compute import Computed, ScopeKey
from sync_service.filling.plans import amount
from sync_service.filling.suggested import in_row_currency, whole_month

SHORT = 0.1  # below it one decimal would show nothing


def likely(
    done: Computed, metric: Metric, row: TargetRow, target: float | None, last_year: float | None
) -> str | None:
    """`▲ 去年同月 80,000.00 的 1.6 倍`: with what it was compared; None where nothing is known.

    The same month of the same scope decides: it has the season. The best of the last eight whole
    months speaks where last year is unknown.
    """
    if target is None:
        return None
    language = done.given.language
    found = plausibility(target, last_year)
    times = found.times_last_year
    if times is not None and last_year is not None:
        shown = amount(last_year, metric.unit)
        return _said("last_year", times, shown, language, far=found.far_from_last_year)
    best = _best(done, metric, row)
    found = plausibility(target, None, (best,), metric.better)
    times = found.times_best
    if times is None or best is None or metric.better is Better.BAND:
        return None  # neither end of a band is its best
    against = "least" if metric.better is Better.LOWER else "best"
    return _said(against, times, amount(best, metric.unit), language, far=found.beyond_best)


def _best(done: Computed, metric: Metric, row: TargetRow) -> float | None:
    """The best of the last eight whole months before the month under review, in its currency."""
    key = scope_of(done, row)
    if key is None:
        return None
    months = (shifted(done.month, -back) for back in range(1, BEST_OF + 1))
    known = [v for month in months if (v := whole_month(done, metric, key, month)) is not None]
    best = min if metric.better is Better.LOWER else max
    return in_row_currency(done, metric, row, best(known, default=None))


def scope_of(done: Computed, row: TargetRow) -> ScopeKey | None:
    """The scope whose figures a target is about; a line of a role or a department has none."""
    keys = (key for key in done.scopes if key[1] == row.scope and key[0] in {row.region, None})
    return next(keys, None)


def _said(against: str, times: float, value: str, language: Language, *, far: bool) -> str:
    zh, en = {
        "last_year": ("去年同月", "last year's"),
        "best": (f"近 {BEST_OF} 个月最高", f"the best of {BEST_OF} months,"),
        "least": (f"近 {BEST_OF} 个月最低", f"the lowest of {BEST_OF} months,"),
    }[against]
    shown = f"{times:.1f}" if times >= SHORT or not times else f"{times:.2g}"
    text = f"{zh} {value} 的 {shown} 倍" if language == "zh" else f"{shown} times {en} {value}"
    return f"{SIGNS['warn']} {text}" if far else text
