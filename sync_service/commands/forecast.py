"""The command `forecast`: where the open period lands, with a range and what it missed before."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from kpi.calendar import period
from kpi.errors import UnansweredError
from kpi.forecast import Landing, Method
from kpi.model import Metric, Period, Region, Unit
from kpi.numbers import R
from kpi.pacing import is_early
from sync_service.asking import computed, metric_of, scope_of
from sync_service.commands.books import order_of
from sync_service.compute import Computed, ScopeKey
from sync_service.console import Exit, Terminal
from sync_service.foretelling import foretold
from sync_service.house import House

DAY = timedelta(days=1)
USUAL = ("net_sales", "contribution_profit", "units_sold", "ad_cost")
METHODS = {
    Method.CALENDAR: ("星期与日历", "weekday and calendar"),
    Method.NAIVE: ("上周同日", "same weekday of last week"),
    Method.NONE: ("已结束", "complete"),
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "forecast", help="where the open period lands, with a tested range / 预测"
    )
    one.add_argument("book", type=Path)
    one.add_argument(
        "--kpi",
        nargs="+",
        default=USUAL,
        help="codes or names; amounts, and ratios whose parts add up day by day",
    )
    one.add_argument("--scope", nargs="+", default=["ALL", *Region], help="codes of scopes")
    one.add_argument("--region", choices=tuple(Region), help="of a person or category")
    one.add_argument("--period", help="month, quarter or week; the book's month")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """A line a scope and KPI; what cannot be foretold says why."""
    order = order_of(house, words.book)
    with terminal.steps() as bar:
        bar.step("预测", "Forecasting")
        done = computed(house, order, words.kpi)
    start = done.book.settings.week_start
    of = period(words.period, start) if words.period else done.month
    rows, told = [], []
    for scope in words.scope:
        key, parts = scope_of(done, scope, words.region)
        for name in words.kpi:
            metric = metric_of(done, name)
            try:
                found = foretold(done, metric, key, parts, of)
            except UnansweredError as error:
                told.append({"scope": scope, "kpi": metric.code, "refused": error.texts})
                continue
            target = _target(done, metric, key, of)
            rows.append(_row(terminal, metric, scope, found, target))
            early = is_young(found, of)
            told.append(
                {"scope": scope, "kpi": metric.code, **_data(found, target), "early": early}
            )
    _show(terminal, of, rows, told)
    terminal.result |= {"period": of.code, "forecasts": told}
    return Exit.OK


def _target(done: Computed, metric: Metric, key: ScopeKey, of: Period) -> float | None:
    goal = done.goal(metric.code, key, of) if of == done.month else None
    return goal.value if goal else None


# --- shown ----------------------------------------------------------------------------------------


def _row(
    terminal: Terminal, metric: Metric, scope: str, found: Landing, target: float | None
) -> tuple[str | None, ...]:
    figures = (found.actual, found.value, found.low, found.high)
    return (
        scope,
        metric.names[terminal.language],
        *(_figure(value, metric.unit) for value in figures),
        _percent(found.value / target) if target else None,
        terminal.text(*METHODS[found.method]),
        _percent(found.error),
        _percent(found.naive_error),
        f"{found.tries} · {found.used.start:%m-%d}…{found.used.end - DAY:%m-%d}",
    )


def _figure(value: float, unit: Unit) -> str:
    if unit is Unit.RATIO:
        return f"{value:.2%}"
    return f"{value:,.0f}" if unit in {Unit.MONEY, Unit.COUNT} else f"{value:,.2f}"


def _percent(value: float | None) -> str | None:
    return None if value is None else f"{value:.1%}"


def is_young(found: Landing, of: Period) -> bool:
    """Whether too few days of a period are known for its landing to be acted on."""
    return is_early((of.window.days - found.left) / of.window.days)


def young_texts(told: Sequence[Mapping[str, object]]) -> tuple[str, str] | None:
    """What is said of early landings, English and Chinese; None where there is none."""
    young = [one for one in told if one.get("early")]
    names = ", ".join(f"{one['scope']} {one['kpi']}" for one in young)
    if not young:
        return None
    return (
        f"Early, under a tenth of the period is known, so do not act on it: {names}",
        f"早：已知天数不足期间的一成，勿据此行动：{names}",
    )


def _show(
    terminal: Terminal,
    of: Period,
    rows: Sequence[Sequence[object]],
    told: Sequence[dict[str, object]],
) -> None:
    heads = (
        ("范围", "Scope"),
        ("指标", "KPI"),
        ("已实现", "So far"),
        ("预测", "Forecast"),
        ("下限", "Low"),
        ("上限", "High"),
        ("达成", "Of target"),
        ("方法", "Method"),
        ("回测误差", "Missed by"),
        ("上周同日误差", "Naive missed by"),
        ("次数 · 所用数据", "Tries · data used"),
    )
    young = young_texts(told)
    if young:
        terminal.say(young[1], young[0])
    if rows:
        title = terminal.text(f"预测 {of.code} 期末", f"Forecast of {of.code}")
        terminal.table(title, [terminal.text(*head) for head in heads], rows)
        terminal.say(
            "区间为回测中最大的偏差；误差为偏差合计 ÷ 实际合计。",
            "The range is the worst miss of the tries; missed by: misses over actuals.",
        )
    for one in told:
        texts = one.get("refused")
        if isinstance(texts, dict):
            where = f"○ {one['scope']} {one['kpi']}"
            terminal.say(f"{where}：{texts['zh']}", f"{where}: {texts['en']}")


def _data(found: Landing, target: float | None) -> dict[str, object]:
    return {
        "so_far": R(found.actual),
        "forecast": R(found.value),
        "low": R(found.low),
        "high": R(found.high),
        "target": target,
        "days_left": found.left,
        "method": found.method.value,
        "error": found.error,
        "naive_error": found.naive_error,
        "tries": found.tries,
        "covers": found.covers,
        "used": {"start": str(found.used.start), "end": str(found.used.end)},
    }
