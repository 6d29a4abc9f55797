"""tblFocus and tblLog: what is wrong, how bad it is, and what to do about it today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kpi.alarms import Alarm
from kpi.breaches import is_beyond
from kpi.compliance import Moment
from kpi.errors import Level, Problem
from kpi.fees import said
from kpi.filings import plain
from kpi.model import DataState, ScopeKind, Unit
from kpi.numbers import R
from kpi.reminders import Step, ladder_of
from kpi.season import Pacing
from kpi.typed_rows import TaskRow
from sheet_templates.layout import FOCUS_ROWS
from sheet_templates.words import show
from sync_service.compute import Computed, ScopeKey, shop_of
from sync_service.filling.breaches import owner_of
from sync_service.filling.cells import FilledRow, local, short_day, shown, sign
from sync_service.filling.tasks import fallen, proposed

LOG_ROWS = 500
SOON_DAYS = 10
LADDERED = frozenset({"compliance", "gate"})  # told from the first step of the reminder ladder
ORDER = {"breach": 0, "warn": 1, "no_data": 2}

# What a person can do about a KPI that is beyond its limit.
NEXT_STEPS: dict[str, tuple[str, str]] = {  # short: the column shows 13 Chinese letters
    "acos": ("停无转化词，降竞价", "Cut bids without sales"),
    "tacos": ("压缩低效广告", "Cut ads that add nothing"),
    "ad_budget_used": ("核对预算与花费", "Check budget and spend"),
    "negative_review_count": ("逐条回复，排查批次", "Answer, check the batch"),
    "return_rate": ("查退货原因，改详情页", "Read the return reasons"),
    "buy_box_share": ("核价，检查跟卖", "Check price and rivals"),
    "contribution_margin": ("复核成本与折扣", "Review cost, discounts"),
    "days_of_supply": ("今天下补货单", "Order stock today"),
    "unit_session_rate": ("查价格、库存、主图", "Check price and images"),
}
ELSE_STEP = ("打开店铺页查明细", "See the tab Shops")


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate for the ten lines of Today."""

    level: str  # breach, warn, no_data
    what: str
    scope: str
    effect: float | None  # report currency; a loss is positive
    owner: str
    age: str
    step: str
    tab: str  # where to look


def focus(done: Computed, problems: Iterable[Problem]) -> Iterator[FilledRow]:
    """The ten lines of today, by level and then by money."""
    lines = [*_alarm_lines(done), *_task_lines(done), *_data_lines(done), *_cost_line(done)]
    lines += [*_renewal_lines(done), *_problem_lines(done, problems), *_pending_line(done)]
    lines.sort(key=lambda line: (ORDER[line.level], -(line.effect or 0.0), line.scope))
    for number, line in enumerate(lines[:FOCUS_ROWS], 1):
        yield {
            "no": float(number),
            "level": sign(line.level),
            "what": line.what,
            "scope": line.scope,
            "effect": line.effect,
            "owner": line.owner,
            "age": line.age,
            "next_step": line.step,
            "link": line.tab,
        }
    for number in range(len(lines) + 1, FOCUS_ROWS + 1):
        blank = ("level", "what", "scope", "effect", "owner", "age", "next_step", "link")
        yield {"no": float(number)} | dict.fromkeys(blank)


def _text(done: Computed, zh: str, en: str) -> str:
    return zh if done.given.language == "zh" else en


def _alarm_lines(done: Computed) -> Iterator[Line]:
    for alarm in done.alarms:
        if not alarm.open or alarm.silent:
            continue
        name = alarm.metric.names[done.given.language]
        value = shown(alarm.last.value, alarm.metric.unit)
        limit = shown(alarm.limit.value, alarm.metric.unit)
        days = (done.today - alarm.since).days
        step = NEXT_STEPS.get(alarm.metric.code, ELSE_STEP)
        yield Line(
            level=alarm.level,
            what=_beyond(done, alarm, f"{name} {value}", f"{alarm.rule.operator} {limit}"),
            scope=alarm.scope.scope.code,
            effect=effect(done, alarm),
            owner=owner_of(done, alarm),
            age=_text(done, f"{days} 天", f"{days} d"),
            step=_text(done, *step),
            tab=_text(done, "预警", "Breaches"),
        )


def _beyond(done: Computed, alarm: Alarm, said: str, limit: str) -> str:
    """`ACoS 41 % > 35 %`; a value that came back a little says that it has not recovered yet."""
    value = alarm.last.value
    if value is not None and is_beyond(value, alarm.limit.value, alarm.rule.operator):
        return f"{said} {limit}"
    return _text(done, f"{said}，未恢复（{limit}）", f"{said}, not recovered ({limit})")


def effect(done: Computed, alarm: Alarm) -> float | None:
    """What the breach costs: the part beyond the limit times the money below the ratio."""
    below, value = alarm.last.denominator, alarm.last.value
    measures = done.given.catalog.needs(alarm.metric.code)
    in_money = all(done.given.catalog.unit(m) is Unit.MONEY for m in measures)
    if value is None or below is None or alarm.metric.unit is not Unit.RATIO or not in_money:
        return None
    if not is_beyond(value, alarm.limit.value, alarm.rule.operator):
        return None
    rounded = R(abs(value - alarm.limit.value) * below)
    return None if rounded is None else round(rounded, 2)


def _task_lines(done: Computed) -> Iterator[Line]:
    for task in done.book.tasks:
        if task.due is None or (task.done or 0) >= 1:
            continue
        left = (task.due - done.today).days
        steps = fallen(done, task)
        if left > SOON_DAYS and not (steps and task.type in LADDERED):
            continue
        late = _text(done, f"逾期 {-left} 天", f"{-left} d late")
        soon = _text(done, f"剩 {left} 天", f"{left} d left")
        left_to_pay = said(task, Moment(done.today, done.today))
        money = _text(done, f" 待缴 {left_to_pay}", f": {left_to_pay}") if left_to_pay else ""
        due = _text(done, f"{short_day(task.due)} 到期", f"due {short_day(task.due)}")
        yield Line(
            level="breach" if left < 0 else "warn",
            what=f"{task.what}{money} {due}".strip(),  # two small lines of Today
            scope=_task_scope(done, task),
            effect=None,
            owner=task.owner or "",
            age=late if left < 0 else soon,
            step=_reminder(done, steps if task.type in LADDERED else (), left),
            tab=_text(done, "任务", "Tasks"),
        )


def _task_scope(done: Computed, task: TaskRow) -> str:
    """Where a task belongs; of a newcomer's gate, who is the mentor."""
    if task.type == "gate":
        mentors = {person.code: person.mentor for person in done.book.people}
        mentor = task.reviewer or mentors.get(task.owner or "")
        if mentor:
            return _text(done, f"带教 {mentor}", f"Mentor {mentor}")
    return task.country or str(task.region or "")


def _reminder(done: Computed, steps: Sequence[Step], left: int) -> str:
    """What to do, and which reminder of the ladder has fallen: `14天提醒：填证据`."""
    if not steps:
        return _text(done, "更新完成度或证据", "Update done, evidence")
    if left < 0:
        return _text(done, "马上补办并填证据", "Do it now, add evidence")
    days = steps[-1].before
    if days == 0:
        return _text(done, "今天到期：填证据", "Due today: evidence")
    return _text(done, f"{days}天提醒：填证据", f"{days}-day notice: evidence")


def _renewal_lines(done: Computed) -> Iterator[Line]:
    """What ends or falls due soon and has no task yet: renew or file by."""
    for one in proposed(done):
        left = (one.due - done.today).days
        if one.after is None:
            continue
        if left > ladder_of(done.book.settings.ladders, one.after.regime)[0]:
            continue
        by, what = short_day(one.due), plain(one.after.what)
        renews = one.kind == "renewal"
        late = _text(done, f"逾期 {-left} 天", f"{-left} d late")
        yield Line(
            level="breach" if left < 0 else "warn",
            what=_text(done, f"{what} {by} 前续办", f"{what} renew by {by}")
            if renews
            else _text(done, f"{what} 下一期 {by} 前", f"{what} next by {by}"),
            scope=one.after.country or str(one.region or ""),
            effect=None,
            owner=one.owner or "",
            age=late if left < 0 else _text(done, f"剩 {left} 天", f"{left} d left"),
            step=_text(done, "新建续办任务", "Add the renewal task")
            if renews
            else _text(done, "新建下一期任务", "Add the next task"),
            tab=_text(done, "任务", "Tasks"),
        )


def _data_lines(done: Computed) -> Iterator[Line]:
    """Shops whose visits are behind their sales, and shops without any data."""
    for shop in done.book.shops:
        key: ScopeKey = shop_of(done.book, shop.code)
        sales, visits = done.value("net_sales", key), done.value("visits", key)
        if sales is None or sales.state is DataState.MISSING:
            yield _gap(done, shop.code, _text(done, "没有销售数据", "No sales data"), shop.owner)
        elif (
            visits
            and visits.state is not DataState.NOT_APPLICABLE
            and visits.covered.end < sales.covered.end
        ):
            day = short_day(visits.covered.end)
            what = _text(done, f"流量数据缺 {day} 起", f"Visits missing from {day}")
            yield _gap(done, shop.code, what, None)


def _gap(done: Computed, shop: str, what: str, owner: str | None) -> Line:
    pulls = [
        s.next_run for (_, code), s in done.given.states.items() if code == shop and s.next_run
    ]
    again = local(min(pulls), done.book.settings.time_zone) if pulls else None
    step = (
        _text(done, f"{again:%m-%d %H:%M} 自动再取", f"Again at {again:%m-%d %H:%M}")
        if again
        else _text(done, "检查授权或导入文件", "Connect or import")
    )
    system = _text(done, "系统", "Service")
    return Line(
        "no_data", what, shop, None, owner or system, "", step, _text(done, "店铺", "Shops")
    )


def _cost_line(done: Computed) -> Iterator[Line]:
    for shop in done.book.shops:
        key = shop_of(done.book, shop.code)
        profit, sales = done.value("contribution_profit", key), done.value("net_sales", key)
        if (
            profit is not None
            and sales is not None
            and sales.value is not None
            and profit.value is None
            and profit.state is DataState.MISSING
            and profit.covered.days
        ):
            yield Line(
                "no_data",
                _text(done, "利润未知：有 SKU 缺成本", "Profit unknown: SKUs without a cost"),
                shop.code,
                None,
                shop.owner or "",
                "",
                _text(done, "在产品页补采购成本", "Fill the unit costs"),
                _text(done, "产品", "Products"),
            )


def _problem_lines(done: Computed, problems: Iterable[Problem]) -> Iterator[Line]:
    """One line a kind of fault: ten cells with the same fault would hide all other work."""
    language = done.given.language
    kinds: dict[str, list[Problem]] = {}
    for one in problems:
        if one.level is Level.ERROR:
            kinds.setdefault(one.code, []).append(one)
    for first, *same in kinds.values():
        more = _text(done, f"（另有 {len(same)} 处）", f" ({len(same)} more)") if same else ""
        yield Line(
            level="warn",
            what=first.what[language] + more,
            scope=str(first.place),
            effect=None,
            owner="",
            age="",
            step=first.mend[language],
            tab=first.place.sheet or "",
        )


def _pending_line(done: Computed) -> Iterator[Line]:
    """Edits since the last version: they wait, and somebody has to decide."""
    rows = {(one.table, one.key) for one in done.pending}
    if rows:
        yield Line(
            level="warn",
            what=_text(done, f"{len(rows)} 行改动未发布", f"{len(rows)} unpublished changes"),
            scope="",
            effect=None,
            owner="",
            age="",
            step=_text(done, "发布，或改回", "Publish, or undo"),
            tab=_text(done, "日志", "Log"),
        )


def log(done: Computed, problems: Iterable[Problem]) -> Iterator[FilledRow]:
    """What the refresh met, worst first."""
    order = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
    at = local(done.given.now, done.book.settings.time_zone)
    language = done.given.language
    ranked = sorted(problems, key=lambda p: order[p.level])[:LOG_ROWS]
    for number, one in enumerate(ranked, 1):
        yield {
            "no": float(number),
            "at": at,
            "level": one.level.value,
            "where": str(one.place),
            "what": one.what[language],
            "mend": one.mend[language],
        }


def data_until(done: Computed) -> str:
    """`US 10-20 · EU 10-21`: how far the sales of each side reach."""
    parts = []
    for key, found in done.scopes.items():
        if found.scope.kind is ScopeKind.REGION:
            sales = done.value("net_sales", key)
            parts.append(f"{key[1]} {short_day(sales.covered_until if sales else None)}")
    return " · ".join(parts)


def service_note(done: Computed) -> str:
    """One line on what is stale, missing or late, and where."""
    late = [f"{line.scope} {line.what}" for line in _data_lines(done)][:3]
    pacing = done.book.settings.pacing
    if pacing != Pacing.LINEAR:
        named = show("pacing", pacing, done.given.language)
        late.append(_text(done, f"应达进度：{named}", f"Pacing: {named}"))
    return ("；" if done.given.language == "zh" else "; ").join(late)


def stamp(done: Computed) -> str:
    """The refresh as the reader's clock said it."""
    at = local(done.given.now, done.book.settings.time_zone)
    return f"{at:%m-%d %H:%M} ✓" if at else ""
