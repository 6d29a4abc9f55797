"""Which way is good in a line of a card: the KPI's own way, or another for a recorded reason."""

from __future__ import annotations

from kpi.book_rows import RowReader
from kpi.catalog import Catalog
from kpi.model import Better


def read_direction(row: RowReader, code: str, catalog: Catalog | None) -> tuple[Better, str]:
    """The direction of a line, and why it is not the KPI's own; no reason where it is.

    An empty cell is the KPI's own way. Another way without a reason leaves the line out, because
    nobody can know whether it was meant; in a book of before the column Note it only warns.
    """
    metric = catalog.metrics.get(code) if catalog else None
    usual = metric.better if metric else Better.HIGHER
    chosen = Better(row.word("better", "better", usual) or usual)
    if metric is None or chosen is usual:
        return chosen, ""
    reason = row.text("note")
    if not reason:
        tell = row.wrong if "note" in row.table.columns else row.doubt
        tell("better", "direction_unreasoned", metric=code, **_said(usual))
    return chosen, reason


def _said(usual: Better) -> dict[str, str]:
    """The KPI's own way in words."""
    zh, en = {
        Better.HIGHER: ("越高越好", "higher is better"),
        Better.LOWER: ("越低越好", "lower is better"),
        Better.BAND: ("区间最好", "best within a band"),
    }[usual]
    return {"usual_zh": zh, "usual_en": en}
