"""What a line of tblTarget says about how its target is made: uplift and split, with their doubts.

A doubt leaves the row to what else it says: an uplift that cannot be worked out gives way to the
typed year, and the reader is told which cell to mend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kpi.book_rows import RowReader
from kpi.catalog import Catalog
from kpi.model import Unit
from kpi.numbers import R
from kpi.targets import Split, Uplift, decimals_of, year_of
from kpi.typed_rows import TargetRow

UPLIFT = "uplift"  # the basis of a target that is made of a baseline
SMALL = {Uplift.PERCENT: 0.5, Uplift.POINTS: 0.1}  # below it a fraction was typed: 0.05 for 5 %
LACKING = {
    "baseline": ("基线", "the baseline"),
    "uplift": ("提升", "the uplift"),
    "uplift_unit": ("提升单位", "the uplift unit"),
}


def scope_code(row: RowReader) -> str:
    """The scope; a role or a stage of products is known by its word in either language."""
    text = row.needed("scope")
    found = (row.decode(words, text) for words in ("role", "stage") if text)
    return next((code for code in found if code), text)


def planned(row: RowReader, target: TargetRow, catalog: Catalog | None) -> TargetRow:
    """The target with its uplift and its split, as far as they can be read."""
    metric = catalog.metrics.get(target.metric) if catalog else None
    additive = metric is None or metric.additive
    unit = metric.unit if metric else Unit.MONEY
    made = _with_uplift(row, target, unit if metric else None)
    year = year_of(made, additive=additive, decimals=decimals_of(unit))
    if made.uplift is not None:
        _doubt_year(row, target.year_total, year)
    if additive and year is not None and None in made.months:
        return replace(made, split=_word(row, "split", "split") or Split.EVEN)
    return made  # a split that decides nothing is not kept: it would be signed


def _with_uplift(row: RowReader, target: TargetRow, unit: Unit | None) -> TargetRow:
    if _word(row, "basis", "basis") != UPLIFT:
        return target
    baseline, uplift = row.number("baseline"), row.number("uplift")
    mode = _word(row, "uplift_unit", "uplift_unit")
    if baseline is None or uplift is None or mode is None:
        _doubt_lacking(row, {"baseline": baseline, "uplift": uplift, "uplift_unit": mode})
        return target
    if mode == Uplift.POINTS and unit not in {Unit.RATIO, None}:
        row.doubt("uplift_unit", "uplift_not_points")
        return target
    made = replace(target, baseline=baseline, uplift=uplift, uplift_unit=mode)
    if 0 < abs(uplift) < SMALL.get(Uplift(mode), 0.0):
        sign = "pp" if mode == Uplift.POINTS else "%"
        row.doubt("uplift", "uplift_small", shown=uplift, sign=sign, meant=uplift * 100)
    return made


def _word(row: RowReader, column: str, words: str) -> str | None:
    """The code of a word; an unknown one is told where all words of the book are."""
    text = row.text(column)
    return row.decode(words, text) if text else None


def _doubt_lacking(row: RowReader, parts: dict[str, object]) -> None:
    lacking = [column for column, value in parts.items() if value is None]
    zh, en = (_joined([LACKING[c][n] for c in lacking], n) for n in (0, 1))
    row.doubt(lacking[0], "uplift_incomplete", lacks=zh, lacks_en=en)


def _joined(names: Sequence[str], language: int) -> str:
    return ("、", ", ")[language].join(names)


def _doubt_year(row: RowReader, typed: float | None, made: float | None) -> None:
    """A typed year beside an uplift is told when it is another one: the uplift counts."""
    if typed is not None and made is not None and R(typed) != made:
        row.doubt("year_total", "uplift_typed", shown=typed, made=made)
