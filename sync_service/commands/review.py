"""The command `review`: the weekly meeting pack, tasks that follow, and the look at the KPI set."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kpi.calendar import period
from kpi.errors import KpiError
from kpi.follow_ups import FollowUp
from kpi.model import PeriodKind, Unit
from kpi.set_rescoring import Effect, Rescored
from kpi.set_review import KpiLine
from sheet_templates.layout import REGION_METRICS
from sheet_templates.words import show
from sync_service.commands.books import order_of, writable
from sync_service.console import Exit, Terminal
from sync_service.filling import attention, breaches, reports
from sync_service.filling.cells import shown
from sync_service.house import House
from sync_service.kpi_review import (
    Adoption,
    adoption,
    kpi_lines,
    month_cards,
    patches,
    quarter_of,
    rescoring,
)
from sync_service.pausing import paused
from sync_service.refresh import Order, Seen, look
from sync_service.review_tasks import follow_ups, task_patches
from sync_service.told import ToldError
from sync_service.workbooks.port import TablePatch


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "review", help="weekly meeting pack, tasks that follow, KPI-set review / 复盘与评审"
    )
    one.add_argument("book", type=Path)
    one.add_argument(
        "--propose",
        action="store_true",
        help="add the tasks of decisions, accepted feedback and disputes / 加入任务",
    )
    one.add_argument(
        "--kpis", action="store_true", help="fill KPI review and Adoption for a quarter / 指标评审"
    )
    one.add_argument("--quarter", type=a_quarter, help="2026-Q4; default: of the month reviewed")
    one.set_defaults(run=run)


def a_quarter(code: str) -> str:
    """A quarter of the command line."""
    try:
        found = period(code)
    except KpiError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if found.kind is not PeriodKind.QUARTER:
        raise argparse.ArgumentTypeError(f"{code!r} is no 2026-Q4")
    return code


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Show the pack; with --propose and --kpis write into the workbook."""
    order = order_of(house, words.book)
    with terminal.steps() as bar:
        seen = look(house, order, bar.step)
    _week(terminal, seen)
    _focus(terminal, seen)
    found = tuple(follow_ups(house, order, seen))
    _proposed(terminal, found)
    made: list[TablePatch] = []
    if words.propose:
        made += task_patches(seen, found)
    if words.kpis:
        made += _reviewed(terminal, house, order, seen, words.quarter)
    _write(terminal, house, order, seen, made)
    terminal.result["added"] = len(found) if words.propose else 0
    return Exit.OK


def _write(
    terminal: Terminal, house: House, order: Order, seen: Seen, made: Sequence[TablePatch]
) -> None:
    if not made:
        return
    stopped = paused(house)
    if stopped:
        raise ToldError(
            f"Writing is paused ({stopped}). Run `python -m sync_service resume` first.",
            f"写入已暂停（{stopped}）。请先运行 `python -m sync_service resume`。",
        )
    writable(Path(order.book))
    report = order.port.write(made, (), seen.contents.fingerprint)
    terminal.problems(report.problems)
    cells = report.cells_written
    terminal.say(f"已写入 {cells} 格。", f"{cells} cells written.")


def _week(terminal: Terminal, seen: Seen) -> None:
    """The last whole week against the week before, and what was due."""
    done, of = seen.done, reports.week(seen.done)
    rows, kept = [], []
    for scope, key in reports.shown(done):
        if key is None or key not in done.scopes:
            continue
        for code in REGION_METRICS:
            metric = done.metric(code)
            now, before = done.value(code, key, of.now), done.value(code, key, of.before)
            due = reports.due_of(done, of.now, key, code)
            values = tuple(one.value if one else None for one in (now, before))
            said = [_said(value, metric.unit) for value in (*values, due)]
            rows.append((scope, metric.names[terminal.language], *said))
            kept.append({"scope": scope, "metric": code, "week": values[0]} | {"before": values[1]})
    heads = ("范围 Scope", "指标 KPI", "本周 This week", "上周 Before", "应达 Due")
    terminal.table(terminal.text(f"周会 {of.now.code}", f"Weekly pack {of.now.code}"), heads, rows)
    terminal.result["week"] = {"period": of.now.code, "lines": kept}


def _said(value: float | None, unit: Unit) -> str | None:
    return None if value is None else shown(value, unit)


def _focus(terminal: Terminal, seen: Seen) -> None:
    """Misses with their owner, largest causes, and actions due."""
    terminal.say("未达标、原因与待办", "Misses, causes and actions due")
    kept = []
    for alarm in (alarm for alarm in seen.done.alarms if alarm.open):
        owner, why = breaches.owner_of(seen.done, alarm), breaches.cause(seen.done, alarm)
        name, scope = alarm.metric.names[terminal.language], alarm.scope.scope.code
        line = f"  {scope} {name} · {owner or '–'} · {why or '–'}"
        terminal.say(line, line)
        kept.append({"scope": scope, "metric": alarm.metric.code, "owner": owner, "cause": why})
    for row in attention.focus(seen.done, ()):
        if row["what"] and row["link"] in ("任务", "Tasks"):
            line = "  {level} {what} · {owner} · {age}".format(**row)
            terminal.say(line, line)
    terminal.result["misses"] = kept


# --- Tasks that follow ----------------------------------------------------------------------------


def _proposed(terminal: Terminal, found: Sequence[FollowUp]) -> None:
    for one in found:
        owner = one.owner or "–"
        terminal.say(
            f"建议任务：{one.number} {one.what}，{owner}，{one.due} 到期",
            f"Proposed: {one.number} {one.what}, {owner}, due {one.due}",
        )
    terminal.result["proposed"] = [
        {"no": one.number, "about": one.about, "owner": one.owner, "due": str(one.due)}
        for one in found
    ]


# --- The KPI set and its use ----------------------------------------------------------------------


def _reviewed(
    terminal: Terminal, house: House, order: Order, seen: Seen, code: str | None
) -> Iterator[TablePatch]:
    quarter = quarter_of(seen.done, code)
    months = month_cards(seen.done, quarter)
    lines = kpi_lines(seen.done, quarter, months)
    effects = rescoring(months, lines)
    used = adoption(house.store, order.book, seen.done, seen.contents.tables, quarter)
    _kpis(terminal, seen, lines, quarter.code)
    _proposals(terminal, seen, lines, effects)
    _used(terminal, seen, used)
    return patches(seen.done, lines, effects, used, seen.contents.tables)


def _kpis(terminal: Terminal, seen: Seen, lines: Sequence[KpiLine], quarter: str) -> None:
    """The KPIs of the cards, a line each; how many are switched on and on no card."""
    language = terminal.language
    rows = [
        (
            seen.done.metric(one.metric).names[language],
            one.cards,
            _said(one.missing, Unit.RATIO),
            _said(one.mean, Unit.POINTS),
            _said(one.spread, Unit.POINTS),
            one.disputes,
            show("kpi_finding", one.finding, language),
        )
        for one in lines
        if one.items
    ]
    heads = ("指标 KPI", "卡 Cards", "缺数 Gaps", "均分 Mean", "离散", "异议", "发现 Finding")
    terminal.table(terminal.text(f"指标评审 {quarter}", f"KPI review {quarter}"), heads, rows)
    idle = len(lines) - len(rows)
    terminal.say(
        f"另有 {idle} 个启用的指标没有卡用到，见“指标评审”页。",
        f"{idle} more KPIs are switched on and on no card; see the tab KPI review.",
    )
    terminal.result["kpis"] = [{"metric": one.metric, "finding": one.finding} for one in lines]


def _proposals(
    terminal: Terminal, seen: Seen, lines: Sequence[KpiLine], effects: Mapping[str, Rescored]
) -> None:
    """What each finding proposes, and what the quarter's totals would then be."""
    kept = []
    for one in lines:
        found, name = effects[one.metric], seen.done.metric(one.metric).names
        less, more = found.without, found.proposed
        if more is not None:
            zh, en = (show("kpi_proposal", found.proposal, lang) for lang in ("zh", "en"))
            then_zh, then_en = _then(more)
            terminal.say(
                f"  建议 {name['zh']}：{zh}；{then_zh}", f"  Proposed {name['en']}: {en}; {then_en}"
            )
        kept.append(
            {
                "metric": one.metric,
                "proposal": found.proposal,
                "correlation": found.correlation,
                "spread": less.before,
                "spread_without": less.after,
                "moved_without": less.moved,
            }
        )
    terminal.result["rescored"] = kept


def _then(found: Effect) -> tuple[str, str]:
    """What the quarter's totals would be after a change."""
    if found.before is None or found.after is None:
        few = found.people
        return (f"有总分的只有 {few} 人，太少", f"too few people with a total: {few}")
    was, now, shift = f"{found.before:.1f}", f"{found.after:.1f}", f"{found.shift or 0.0:+.1f}"
    return (
        f"总分离散度 {was} → {now}，均分 {shift}，{found.people} 人中 {found.moved} 人名次变动",
        f"spread of totals {was} → {now}, mean {shift}, {found.moved} of {found.people} ranks move",
    )


def _used(terminal: Terminal, seen: Seen, used: Sequence[Adoption]) -> None:
    sponsor = seen.done.typed.settings.sponsor
    rows = [
        (
            one.team,
            one.refreshes,
            one.notes,
            one.reviews,
            one.feedback,
            f"{one.updated}/{one.tasks}",
            show("adoption", one.level, terminal.language),
            "–" if one.first_score is None else f"{one.first_score:g} h",
        )
        for one in used
    ]
    who = sponsor or terminal.text("（未填发起人）", "(no sponsor named)")
    heads = (
        "团队 Team",
        "刷新",
        "批注 Notes",
        "复盘 Reviews",
        "反馈",
        "任务 Tasks",
        "判断",
        "首次得分用时 To first score",
    )
    terminal.table(
        terminal.text(f"推行情况 · 发起人 {who}", f"Adoption · sponsor {who}"), heads, rows
    )
    terminal.result["sponsor"] = sponsor
    terminal.result["adoption"] = [
        {"team": one.team, "level": one.level, "hours_to_first_score": one.first_score}
        for one in used
    ]
