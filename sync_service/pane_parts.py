"""A KPI told by its parts: what each is now and what it did to the change; together the whole."""

from __future__ import annotations

from fractions import Fraction

from kpi.calendar import shifted
from kpi.changes import By, change
from kpi.errors import UnansweredError
from kpi.explain import rounded
from kpi.model import Texts, Unit
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.pane_results import Json
from sync_service.sheet_answers import Asked
from sync_service.told import ToldError

MOST = 12  # parts that are listed; what is smaller is told together


def by_of(given: object) -> By:
    """What the parts are, as it was asked for; shops where nothing was.

    Raises:
        ToldError: There are no such parts.
    """
    if given is None:
        return By.SHOP
    if given not in tuple(By):
        known = ", ".join(By)
        raise ToldError(f"`by` is one of {known}.", f"by 应为 {known} 之一。")
    return By(str(given))


def parts(done: Computed, what: Asked, by: By) -> Json:
    """What moved a KPI since the period before, the largest first, or why that cannot be told."""
    metric, _, found, of = what
    before = shifted(of, -1, done.book.settings.week_start)
    try:
        split = change(done.actuals, done.book, metric, found, (before, of), by)
    except UnansweredError as error:
        return {"by": by.value, "contributions": [], "undivided": dict(error.texts)}
    moved = dict.fromkeys(split.values, Fraction())
    moved |= {part.name: part.total for part in split.found.parts}
    figures = rounded(list(moved.values()), 6 if metric.unit is Unit.RATIO else 2)
    rows = sorted(zip(moved, figures, strict=True), key=lambda row: -abs(row[1]))
    rest = rows[MOST:]
    return {
        "by": by.value,
        "contributions": [
            {"part": _name(by, name), "value": float(value), "now": _float(split.values[name])}
            for name, value in rows[:MOST]
        ],
        "rest": {"parts": len(rest), "value": float(sum((v for _, v in rest), Fraction()))},
        "change": {
            "from": before.code,
            "to": of.code,
            "days": split.after.days,
            "before": float(split.found.before),
            "after": float(split.found.after),
            "value": float(sum(figures, Fraction())),
        },
    }


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _name(by: By, name: str) -> str | Texts:
    """A part as people call it; a platform has a word in each language."""
    if by is not By.PLATFORM:
        return name or "–"
    return {"zh": show("platform", name, "zh"), "en": show("platform", name, "en")}
