"""The command `explain-change`: why a KPI moved between two periods, in parts that add up."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from kpi.calendar import period, shifted
from kpi.changes import UNITS, WHOLE_SHOPS, By, Change, change
from kpi.explain import EFFECTS, effect_of, rounded
from kpi.model import Metric, Period, Region, Unit
from sync_service.asking import at_day_rates, computed, metric_of, scope_of
from sync_service.commands.books import order_of
from sync_service.compute import Computed
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.told import ToldError

MOST = 12  # lines of the table; what is smaller is told together
NAMES = {
    "volume": ("量", "Volume"),
    "mix": ("结构", "Mix"),
    "rate": ("价/率", "Rate"),
    "fx": ("汇率", "FX"),
    "visits": ("流量", "Visits"),
    "conversion": ("转化", "Conversion"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A cell of the table, rounded so that rows and columns add up."""

    name: str
    effects: tuple[Fraction, ...]

    @property
    def total(self) -> Fraction:
        """What the cell did in all."""
        return sum(self.effects, Fraction())


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "explain-change", help="why a KPI moved, in parts that add up / 指标变动拆解"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--kpi", required=True, help="code or name, for example net_sales")
    one.add_argument("--scope", default="ALL", help="ALL, US, EU, a market, shop or person")
    one.add_argument("--region", choices=tuple(Region), help="of a person or category")
    one.add_argument("--from", dest="before", metavar="PERIOD", help="the period before --to")
    one.add_argument("--to", dest="after", metavar="PERIOD", help="2026-10; the book's month")
    one.add_argument("--by", choices=tuple(By), default=By.SHOP, help="what a line is")
    one.add_argument(
        "--day-rates", action="store_true", help="money at each day's rate, to see what FX did"
    )
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Compute, split, show; nothing is written."""
    order = order_of(house, words.book)
    with terminal.steps() as bar:
        bar.step("拆解变动", "Splitting the change")
        done = computed(house, order, [words.kpi], by_sku=words.by == By.SKU)
        metric = metric_of(done, words.kpi)
        _, scope = scope_of(done, words.scope, words.region)
        actuals = at_day_rates(done) if words.day_rates else done.actuals
        found = change(actuals, done.book, metric, scope, _periods(done, words), By(words.by))
    _headline(terminal, done, found, words.scope)
    rows = rows_of(found)
    _table(terminal, found, rows)
    _beside(terminal, done, found)
    terminal.result |= data(found, rows, words.scope)
    return Exit.OK


def _periods(done: Computed, words: argparse.Namespace) -> tuple[Period, Period]:
    """The two periods; by default the book's month and the one before."""
    start = done.book.settings.week_start
    after = period(words.after, start) if words.after else done.month
    before = period(words.before, start) if words.before else shifted(after, -1, start)
    if before.kind is not after.kind or before.window.start >= after.window.start:
        raise ToldError(
            f"{before.code} and {after.code} cannot be compared: name two months, weeks, quarters "
            "or days, the earlier one first.",
            f"{before.code} 与 {after.code} 无法比较：请给出两个月、两周、两季或两天，较早的在前。",
        )
    return before, after


# --- figures --------------------------------------------------------------------------------------


def decimals_of(metric: Metric) -> int:
    """Cents of money, hundredths of a count, millionths of a ratio."""
    return 6 if metric.unit is Unit.RATIO else 2


def figure(value: Fraction, metric: Metric, *, signed: bool = False) -> str:
    """A value as people read it; a ratio in per cent, its change in points."""
    sign = "+" if signed else ""
    if metric.unit is Unit.RATIO:
        return f"{float(value) * 100:{sign},.4f} {'pp' if signed else '%'}"
    return f"{float(value):{sign},.2f}"


def rows_of(found: Change) -> tuple[Row, ...]:
    """The parts, rounded along their running sum."""
    flat = [effect_of(part, one) for part in found.found.parts for one in EFFECTS]
    cells, wide = rounded(flat, decimals_of(found.metric)), len(EFFECTS)
    return tuple(
        Row(part.name or "–", cells[n * wide : (n + 1) * wide])
        for n, part in enumerate(found.found.parts)
    )


def _summed(name: str, rows: Sequence[Row]) -> Row:
    effects = (sum((row.effects[n] for row in rows), Fraction()) for n in range(len(EFFECTS)))
    return Row(name, tuple(effects))


def _share(part: Fraction, whole: Fraction) -> str | None:
    return f"{float(part / whole):.1%}" if whole else None


# --- shown ----------------------------------------------------------------------------------------


def _headline(terminal: Terminal, done: Computed, found: Change, scope: str) -> None:
    metric = found.metric
    before, after = (figure(one, metric) for one in (found.found.before, found.found.after))
    unit = f" {done.book.settings.currency}" if metric.unit is Unit.MONEY else ""
    said = f"{before} → {after}{unit}  ({found.before.start:%Y-%m-%d} +{found.before.days} d"
    said += f" → {found.after.start:%Y-%m-%d} +{found.after.days} d)"
    terminal.say(
        f"{metric.names['zh']} · {scope}：{said}", f"{metric.names['en']} · {scope}: {said}"
    )


def _table(terminal: Terminal, found: Change, rows: Sequence[Row]) -> None:
    whole = _summed(terminal.text("合计", "Total"), rows)
    shown = list(rows[:MOST])
    if rows[MOST:]:
        name = terminal.text(f"其余 {len(rows) - MOST} 项", f"{len(rows) - MOST} more")
        shown.append(_summed(name, rows[MOST:]))
    cells = [
        (
            row.name,
            *(figure(one, found.metric, signed=True) for one in (*row.effects, row.total)),
            _share(row.total, whole.total),
        )
        for row in (*shown, whole)
    ]
    heads = [terminal.text(*NAMES[one]) for one in EFFECTS]
    last = (terminal.text("合计", "Total"), terminal.text("占变动", "Share"))
    terminal.table(terminal.text("变动拆解", "What moved it"), ("", *heads, *last), cells)


def _beside(terminal: Terminal, done: Computed, found: Change) -> None:
    """The same change told in two other ways, where it can be: by factor, by line of the sum."""
    drivers = found.found.drivers() or ()
    if found.volume == UNITS and found.by in WHOLE_SHOPS and not drivers:
        terminal.say(
            "这些天的流量数据不全，量未再分为流量与转化。",
            "Visits of these days are not all known: volume stays undivided.",
        )
    named = [(terminal.text(*NAMES[code]), value) for code, value in drivers]
    lines = [
        (done.given.catalog.label(code, terminal.language), value) for code, value in found.lines
    ]
    for title, parts in (
        (("按环节", "By factor"), named),
        (("按构成", "By line"), lines),
    ):
        if parts:
            values = rounded([value for _, value in parts], decimals_of(found.metric))
            said = "  ".join(
                f"{name} {figure(value, found.metric, signed=True)}"
                for (name, _), value in zip(parts, values, strict=True)
            )
            terminal.say(f"{title[0]}：{said}", f"{title[1]}: {said}")


def data(found: Change, rows: Sequence[Row], scope: str) -> dict[str, object]:
    """The explanation for a script; the parts of `rows` add up to `change`."""
    whole = _summed("", rows)
    return {
        "kpi": found.metric.code,
        "scope": scope,
        "by": found.by.value,
        "from": _days(found.before.start, found.before.days),
        "to": _days(found.after.start, found.after.days),
        "before": float(found.found.before),
        "after": float(found.found.after),
        "change": float(whole.total),
        "volume_is": found.volume,
        "effects": _named(whole),
        "parts": [
            {"name": r.name, **_named(r), "total": float(r.total), "share": _float(r, whole)}
            for r in rows
        ],
        "drivers": {code: float(value) for code, value in found.found.drivers() or ()},
        "lines": {code: float(value) for code, value in found.lines},
    }


def _named(row: Row) -> dict[str, float]:
    return {one: float(value) for one, value in zip(EFFECTS, row.effects, strict=True)}


def _float(row: Row, whole: Row) -> float | None:
    return float(row.total / whole.total) if whole.total else None


def _days(start: object, days: int) -> dict[str, object]:
    return {"start": str(start), "days": days}
