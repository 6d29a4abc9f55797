"""Beside each target: the month as it counts, how its year was cut, what its parts leave of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from kpi.capacity import month_capacity
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.milestones import Milestones, milestones
from kpi.model import Language, Unit
from kpi.month_shares import month_shares
from kpi.season import flow_of
from kpi.target_gaps import Gap, gaps
from kpi.targets import (
    AD_BUDGET,
    Split,
    decimals_of,
    month_targets,
    quarters,
    rest_of_year,
    year_of,
)
from kpi.typed_rows import TargetRow
from sheet_templates.words import SIGNS, show
from sync_service.compute import Computed
from sync_service.filling.cells import FilledRow, short_day

Months = tuple[float | None, ...]
LACKING: Mapping[str, Mapping[str, str]] = {
    Split.HISTORY: {
        "code": "history_lacking",
        "zh": "▲ 去年数据不全，未拆到月",
        "en": "▲ last year is not all known: not split",
    },
    Split.CAPACITY: {
        "code": "capacity_lacking",
        "zh": "▲ 待拆各月无人在岗，未拆到月",
        "en": "▲ nobody is in place in the open months: not split",
    },
}


def planned(done: Computed, row: TargetRow) -> FilledRow:
    """The cells of one row; nothing for a KPI that is not known."""
    found = kind_of_target(done, row)
    if found is None:
        return {"counted": None, "breakdown": None}
    unit, additive = found
    months = counted_months(done, row, unit, additive=additive)
    start = done.month.window.start
    said = list(_said(done, row, months, unit, additive=additive))
    return {
        "counted": months[start.month - 1] if row.year == start.year else None,
        "breakdown": _joined(said, done.given.language) or None,
    }


def kind_of_target(done: Computed, row: TargetRow) -> tuple[Unit, bool] | None:
    """The unit of a target and whether it adds over months."""
    if row.metric == AD_BUDGET:
        return Unit.MONEY, True
    metric = done.given.catalog.metrics.get(row.metric)
    return None if metric is None else (metric.unit, metric.additive)


def counted_months(done: Computed, row: TargetRow, unit: Unit, *, additive: bool) -> Months:
    """The twelve months of a row as they score."""
    shares = month_shares(done.book, row, flow_of(done.given.catalog.metrics.get(row.metric)))
    return month_targets(row, additive=additive, decimals=decimals_of(unit), shares=shares)


def _said(
    done: Computed, row: TargetRow, months: Months, unit: Unit, *, additive: bool
) -> Iterator[str]:
    language = done.given.language
    year = year_of(row, additive=additive, decimals=decimals_of(unit))
    if row.uplift is not None and year is not None:
        text = amount(year, unit)
        yield f"提升后全年 {text}" if language == "zh" else f"year with uplift {text}"
    if additive:
        yield from _cut(done, row, year, months, unit)
        for gap in gaps(done.typed, row, unit):
            yield _gap(gap, unit, language)
    yield from _steps(done, row)
    if additive and any(found := quarters(months)):
        known = ((n, one) for n, one in enumerate(found, 1) if one is not None)
        yield " · ".join(f"Q{n} {amount(one, unit)}" for n, one in known)


def _cut(
    done: Computed, row: TargetRow, year: float | None, months: Months, unit: Unit
) -> Iterator[str]:
    """How the months were made of the year, or what keeps them from it."""
    language = done.given.language
    rest = rest_of_year(year, months)
    if rest is None:
        return
    left = amount(abs(rest), unit)
    chinese = language == "zh"
    if rest < 0:
        yield f"▲ 各月超出年度 {left}" if chinese else f"▲ months exceed the year by {left}"
    elif lacking := what_lacks(row, year, months):
        yield lacking[language]
    elif rest > 0:
        yield f"▲ 还有 {left} 未分到月" if chinese else f"▲ {left} not given to a month"
    elif None in row.months:
        word, by = show("split", row.split, language), _person_days(done, row)
        yield f"按{word}拆月{by}" if chinese else f"split: {word}{by}"


def _person_days(done: Computed, row: TargetRow) -> str:
    """`（全年 486 人日，10月 36）`: what a split by capacity weighs; nothing of other splits."""
    found = month_capacity(done.book, row) if row.split == Split.CAPACITY else None
    if found is None:
        return ""
    whole, number = _days(sum(found, Fraction())), done.month.window.start.month
    mine = _days(found[number - 1])
    if done.given.language == "zh":
        return f"（全年 {whole} 人日，{number}月 {mine}）"
    return f" ({whole} person-days, {mine} in month {number})"


def _days(days: Fraction) -> str:
    return f"{round(float(days), 1):,.10g}"


def what_lacks(row: TargetRow, year: float | None, months: Months) -> Mapping[str, str] | None:
    """What keeps the rest of a year from its months, in both languages, with the problem's code."""
    rest = rest_of_year(year, months)
    return LACKING.get(row.split) if rest is not None and rest >= 0 and None in months else None


def _gap(gap: Gap, unit: Unit, language: Language) -> str:
    """`店铺 ✓`, `店铺差 1,200.00` or, under a line that asks nothing, what the lines add up to."""
    name = show("target_kind", str(gap.kind), language)
    chinese = language == "zh"
    if gap.total is None:
        return f"▲ {name}未填全" if chinese else f"▲ {name}: a line asks nothing"
    if gap.rest is None:
        text = amount(gap.total, unit)
        return f"{name}合计 {text}" if chinese else f"{name} sum {text}"
    if not gap.rest:
        return f"{name} ✓"
    text = amount(gap.rest, unit)
    return f"▲ {name}差 {text}" if chinese else f"▲ {name} gap {text}"


def _steps(done: Computed, row: TargetRow) -> Iterator[str]:
    found = milestones_of(done, row)
    if not found.steps:
        return
    chinese = done.given.language == "zh"
    said = f"{found.done}/{len(found.steps)}"
    yield f"里程碑 {said}" if chinese else f"milestones {said}"
    for step in found.late:
        late = f"{step.number} {short_day(step.due)}"
        yield f"■ 逾期 {late}" if chinese else f"■ late {late}"


def milestones_of(done: Computed, row: TargetRow) -> Milestones:
    """The steps of a target as of the workbook's day."""
    metric = done.given.catalog.metrics.get(row.metric)
    names = {row.metric, *(metric.names.values() if metric else ())}
    return milestones(row, done.typed.tasks, names, done.today)


def amount(value: float | Decimal, unit: Unit) -> str:
    """Money to the cent, counts whole, ratios in percent: as it is agreed, never shortened."""
    if unit is Unit.RATIO:
        return f"{float(value) * 100:,.6g} %"
    if unit in {Unit.MONEY, Unit.MONEY_PER_PERSON}:
        return f"{value:,.2f}"
    return f"{float(value):,.12g}"


def _joined(said: list[str], language: Language) -> str:
    """What needs a look comes first: the cell is narrow."""
    ordered = sorted(said, key=lambda text: text[0] not in (SIGNS["warn"], SIGNS["breach"]))
    return ("；" if language == "zh" else "; ").join(ordered)


def plan_problems(done: Computed) -> Iterator[Problem]:
    """Targets that cannot be split as they ask, for the log."""
    for row in done.typed.targets:
        found = kind_of_target(done, row)
        if found is None or not found[1]:
            continue
        months = counted_months(done, row, found[0], additive=True)
        year = year_of(row, additive=True, decimals=decimals_of(found[0]))
        if lacking := what_lacks(row, year, months):
            sheet, _, cell = row.address.rpartition("!")
            place = Place(sheet=sheet, cell=cell, table="tblTarget")
            yield problem(lacking["code"], place, scope=row.scope, metric=row.metric)
