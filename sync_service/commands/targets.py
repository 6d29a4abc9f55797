"""The commands `targets` and `roll`: a book's targets cut to the week, and its next period."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from kpi.calendar import period
from kpi.errors import KpiError
from kpi.model import Period, PeriodKind, Unit
from kpi.retail import unannounced
from kpi.rolling import Plan, RolledTarget
from kpi.season import flow_of
from kpi.target_gaps import Gap, gaps
from kpi.target_weeks import weeks_of_year
from kpi.targets import PERCENT, decimals_of, quarters, rest_of_year, year_of
from kpi.typed_rows import TargetRow
from sync_service.commands.books import order_of, writable
from sync_service.compute import Computed
from sync_service.console import Exit, Terminal
from sync_service.filling.plans import (
    amount,
    counted_months,
    kind_of_target,
    milestones_of,
    plan_problems,
    planned,
)
from sync_service.house import House
from sync_service.refresh import look
from sync_service.rolling import Rolling, before_of, prepare, write

UPLIFT = 5.0  # percent, where nobody says another
MOST_UPLIFT = 1000.0  # percent; more is a slip


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    one = commands.add_parser("targets", help="months, weeks and gaps of targets / 目标拆解")
    one.add_argument("book", type=Path)
    one.add_argument("--scope", help="only this scope, for example AMZ-DE")
    one.add_argument("--kpi", help="only this KPI, by its code", metavar="CODE")
    one.set_defaults(run=run_targets)
    one = commands.add_parser("roll", help="the next quarter or year from this one / 滚动目标")
    one.add_argument("book", type=Path)
    wanted = one.add_mutually_exclusive_group(required=True)
    wanted.add_argument("--quarter", dest="into", type=_quarter, metavar="2027-Q1")
    wanted.add_argument("--year", dest="into", type=_year, metavar="2027")
    one.add_argument("--uplift", type=_percent, default=UPLIFT, help="percent; the default is 5")
    one.add_argument(
        "--even", action="store_true", help="do not weigh the season of the two quarters"
    )
    one.add_argument("--write", action="store_true", help="write it; without it only a preview")
    one.set_defaults(run=run_roll)


def _percent(text: str) -> float:
    found = float(text)
    if not -PERCENT < found <= MOST_UPLIFT:
        raise argparse.ArgumentTypeError(f"{text}: write percent above -100, for example 5")
    return found


def _quarter(text: str) -> Period:
    return _period(text, PeriodKind.QUARTER, "2027-Q1")


def _year(text: str) -> Period:
    return _period(text, PeriodKind.YEAR, "2027")


def _period(text: str, kind: PeriodKind, example: str) -> Period:
    try:
        found = period(text)
    except KpiError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error}") from error
    if found.kind is not kind:
        raise argparse.ArgumentTypeError(f"{text} is no {kind}; write it as {example}")
    return found


# --- targets --------------------------------------------------------------------------------------


def run_targets(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Every line with its months, its weeks, its gaps and its milestones."""
    done = look(house, order_of(house, words.book)).done
    rows = [
        row
        for row in done.typed.targets
        if words.scope in {None, row.scope} and words.kpi in {None, row.metric}
    ]
    lines = [line for row in rows if (line := _line(done, row)) is not None]
    terminal.result |= {"book": str(words.book), "month": done.month.code, "targets": lines}
    heads = ("年 Year", "区域 Region", "范围 Scope", "KPI", "负责人 Owner")
    columns = ("year", "region", "scope", "kpi", "owner", "total", "month", "breakdown")
    terminal.table(
        terminal.text("目标", "Targets"),
        (*heads, "全年 Total", f"{done.month.code}", "拆解 Breakdown"),
        [[_plain(line[column]) for column in columns] for line in lines],
    )
    found = list(plan_problems(done))
    terminal.problems(found)
    return Exit.FOUND if found else Exit.OK


def _plain(value: object) -> object:
    return f"{value:,.12g}" if isinstance(value, float) else value


def _line(done: Computed, row: TargetRow) -> dict[str, object] | None:
    found = kind_of_target(done, row)
    if found is None:
        return None
    unit, additive = found
    months = counted_months(done, row, unit, additive=additive)
    decimals, flow = decimals_of(unit), flow_of(done.given.catalog.metrics.get(row.metric))
    year = year_of(row, additive=additive, decimals=decimals)
    weeks = weeks_of_year(done.book, row, months, decimals, flow) if additive else ()
    cells = planned(done, row)
    return {
        "year": str(row.year),
        "region": str(row.region),
        "scope": row.scope,
        "kpi": row.metric,
        "owner": row.owner,
        "currency": row.currency if unit is Unit.MONEY else None,
        "total": year,
        "month": cells["counted"],
        "months": list(months),
        "quarters": _quarters(row, months) if additive else {},
        "rest": rest_of_year(year, months) if additive else None,
        "split": row.split,
        "weeks": {one.week.code: one.value for one in weeks if one.value is not None},
        "gaps": [_gap(gap) for gap in (gaps(done.typed, row, unit) if additive else ())],
        "milestones_late": [step.number for step in milestones_of(done, row).late],
        "breakdown": cells["breakdown"],
    }


def _quarters(row: TargetRow, months: Sequence[float | None]) -> dict[str, float]:
    found = enumerate(quarters(months), 1)
    return {f"{row.year}-Q{number}": value for number, value in found if value is not None}


def _gap(gap: Gap) -> dict[str, object]:
    total, rest = _text(gap.total), _text(gap.rest)
    return {"to": str(gap.kind), "lines": gap.lines, "total": total, "rest": rest}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


# --- roll -----------------------------------------------------------------------------------------


def run_roll(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Work the next period out; with --write put it into the closed workbook."""
    plan = Plan(words.into, words.uplift, seasonal=not words.even)
    order = order_of(house, words.book)
    rolling = prepare(house, order, plan)
    _show(terminal, rolling)
    terminal.result["written"] = bool(words.write)
    if words.write:
        writable(words.book)
        reports = write(rolling)
        terminal.result["backup"] = reports[0].backup if reports else None
        terminal.problems([found for report in reports for found in report.problems])
        _say_written(terminal, rolling)
    else:
        terminal.say("这是预览；加 --write 写入。", "This is a preview; --write puts it in.")
    return Exit.FOUND if rolling.made.unknown else Exit.OK


def _say_written(terminal: Terminal, rolling: Rolling) -> None:
    """What the new lines do: in a draft they count like all others, else they wait."""
    if rolling.seen.done.version is None:
        terminal.say(
            "已写入，从新一期的第一天起计。", "Written; it counts from the period's first day."
        )
    else:
        terminal.say(
            "已写入。新行在发布前不计分。", "Written. The new lines score nothing until published."
        )


def _show(terminal: Terminal, rolling: Rolling) -> None:
    made, plan = rolling.made, rolling.plan
    before = before_of(plan).code
    lines = [_rolled(rolling, one) for one in made.targets]
    terminal.result |= {
        "from": before,
        "into": plan.into.code,
        "uplift": plan.uplift,
        "targets": lines,
        "weights": len(made.weights),
        "kept": [_name(row) for row in made.kept],
        "kept_cards": [f"{role} {region}" for role, region in made.kept_cards],
        "unknown": [_name(row) for row in made.unknown],
    }
    columns = ("target", "owner", "before", "after")
    terminal.table(
        f"{before} → {plan.into.code}",
        ("目标 Target", "负责人 Owner", before, plan.into.code),
        [[_plain(line[column]) for column in columns] for line in lines],
    )
    _say_counts(terminal, rolling)


def _say_counts(terminal: Terminal, rolling: Rolling) -> None:
    made = rolling.made
    terminal.say(
        f"目标 {len(made.targets)} 行，权重 {len(made.weights)} 行；"
        f"已有而不动的目标 {len(made.kept)} 行、卡 {len(made.kept_cards)} 张。",
        f"{len(made.targets)} targets, {len(made.weights)} weights; left as they are: "
        f"{len(made.kept)} targets, {len(made.kept_cards)} cards.",
    )
    missing = list(unannounced(rolling.plan.into.window.start.year))
    if missing and rolling.plan.seasonal:
        zh, en = ((rule.names[lang] for rule in missing) for lang in ("zh", "en"))
        terminal.say(
            f"未公布日期，季节未计入：{'、'.join(zh)}；可写进设置“活动与假日”。",
            f"No dates announced, not in the season: {', '.join(en)}; "
            "see Events and holidays in Setup.",
        )
    for row in made.unknown:
        terminal.say(
            f"▲ {_name(row)}：上一期各月不全，无法滚动。",
            f"▲ {_name(row)}: the period before is not planned to its end, so nothing is rolled.",
        )


def _rolled(rolling: Rolling, one: RolledTarget) -> dict[str, object]:
    found = kind_of_target(rolling.seen.done, one.row)
    unit, additive = found or (Unit.MONEY, True)
    months = counted_months(rolling.seen.done, one.row, unit, additive=additive)
    mine = [months[n] for n in rolling.plan.months]
    known = [Decimal(str(month)) for month in mine if month is not None]
    after = sum(known, Decimal()) if additive else known[-1]
    return {
        "target": _name(one.row),
        "owner": one.row.owner,
        "added": one.added,
        "before": None if one.before is None else amount(one.before, unit),
        "after": amount(after, unit) if len(known) == len(mine) else None,
        "months": mine,
    }


def _name(row: TargetRow) -> str:
    return f"{row.region} {row.scope} {row.metric}"
