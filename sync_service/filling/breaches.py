"""tblBreach: what is open, lately closed, or taken back by the facts; and the log of what left."""

from __future__ import annotations

from collections.abc import Iterator

from kpi.alarms import Alarm
from kpi.breach_memory import Kept, released, to_log
from kpi.campaigns import Campaign
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import OF_A_SHOP, Language, Unit
from kpi.unjudged import Unjudged
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.filling.causes import largest_part
from sync_service.filling.cells import FilledRow, known, short_day, shown, sign, worded

REASONS = 2  # of a rule that cannot judge, written out; the others are counted
WINDOWS = {"day": ("天", "days"), "week": ("周", "weeks"), "month": ("月", "months")}


def breaches(done: Computed) -> Iterator[FilledRow]:
    """Every line of today, in the words of the book."""
    rows = [_live(done, alarm) for alarm in done.alarms]
    rows += [_gone(done, one) for one in done.gone]
    rows += [_unjudged(done, one) for one in done.unjudged]
    return worded("tblBreach", iter(rows), done.given.language)


def _live(done: Computed, alarm: Alarm) -> FilledRow:
    language = done.given.language
    return {
        "no": alarm.number,
        "level": _level(alarm.level, language),
        "metric": alarm.metric.names[language],
        "scope": alarm.scope.scope.code,
        "actual": known(alarm.last.value),
        "limit": alarm.limit.value,
        "bound": _bound(done, alarm),
        "since": alarm.since,
        "state": show("breach_state", alarm.state, language),
        "owner": owner_of(done, alarm),
        "cause": cause(done, alarm),
        "unit": alarm.metric.unit.value,
    }


def _gone(done: Computed, one: Kept) -> FilledRow:
    """A line from memory: the facts say no more that it is, or ever was."""
    language = done.given.language
    metric = done.given.catalog.metrics.get(one.metric)
    withdrawn = one.state == "withdrawn"
    state = "no_data" if one.state == "firing" else one.state
    return {
        "no": one.number,
        "level": _level(one.level, language),
        "metric": metric.names[language] if metric else one.metric,
        "scope": one.scope,
        "actual": known(one.restated if withdrawn else one.value),
        "limit": one.limit,
        "bound": f"{one.operator} {_word(one.operator, language)}",
        "since": one.since,
        "state": show("breach_state", state, language),
        "owner": _shops_owner(done, one.scope),
        "cause": _restated(done, one) if withdrawn else "",
        "unit": metric.unit.value if metric else "",
    }


def _unjudged(done: Computed, one: Unjudged) -> FilledRow:
    """A rule that says nothing, with the reason: no value, no owner, and never counted."""
    language = done.given.language
    metric = done.given.catalog.metrics.get(one.metric)
    why = [f"{p.what[language]} {p.mend[language]}".strip() for p in one.why[:REASONS]]
    more = len(one.why) - len(why)
    if more:
        why.append(f"另有 {more} 处。" if language == "zh" else f"{more} more.")
    empty = ("actual", "limit", "bound", "since", "owner")
    return {
        "no": one.number,
        "level": _level(one.level, language),
        "metric": metric.names[language] if metric else one.metric,
        "scope": one.scope,
        **dict.fromkeys(empty),
        "state": show("breach_state", "unjudged", language),
        "cause": one.rule + ("：" if language == "zh" else ": ") + " ".join(why),
        "unit": metric.unit.value if metric else "",
    }


def _restated(done: Computed, one: Kept) -> str:
    """`10-10 restated: 41 % → 33 %`; of a surge the history may have changed alone."""
    if one.value == one.restated:
        zh = done.given.language == "zh"
        return "所比的历史已重述" if zh else "the history compared with was restated"
    unit = _unit(done, one)
    day, then, now = short_day(one.value_day), shown(one.value, unit), shown(one.restated, unit)
    said = "已重述" if done.given.language == "zh" else "restated:"
    return f"{day} {said} {then} → {now}"


def _unit(done: Computed, one: Kept) -> Unit:
    metric = done.given.catalog.metrics.get(one.metric)
    return metric.unit if metric else Unit.COUNT


def _level(level: str, language: Language) -> str:
    return f"{sign(level)} {show('level', level, language)}"


def _word(operator: str, language: Language) -> str:
    return show("bound", "inclusive" if operator.endswith("=") else "strict", language)


def _bound(done: Computed, alarm: Alarm) -> str:
    """`> Strict`, and of a surge its history: `3 × mean 2.4 (27/28 days)`, 27 of them known."""
    language, rule = done.given.language, alarm.rule
    plain = f"{rule.operator} {_word(rule.operator, language)}"
    history, event = alarm.limit.history, alarm.limit.event
    if event is not None:
        typical = _typical(event.typical, alarm.metric.unit)
        name = event.names[language]
        if language == "zh":
            return f"{plain} · {rule.value:g} × 去年{name} {typical}（{event.day}）"
        return f"{plain} · {rule.value:g} × last year's {name} {typical} ({event.day})"
    if history is None:
        return plain
    times = f"{rule.value:g} {show('against', rule.against, language)}"
    typical = _typical(history.typical, alarm.metric.unit)
    zh, en = WINDOWS[rule.window.value]
    known_of = f"{history.known}/{history.periods}"
    if language == "zh":
        return f"{plain} · {times} {typical}（{known_of} {zh}）"
    return f"{plain} · {times} {typical} ({known_of} {en})"


def _typical(value: float, unit: Unit) -> str:
    """A mean of counts has a fraction worth reading: 2.4 bad reviews a day."""
    return f"{value:.4g}" if unit is Unit.COUNT else shown(value, unit)


def owner_of(done: Computed, alarm: Alarm) -> str:
    """Who answers for the alarm's scope on its last day; the shop's where a campaign has nobody."""
    scope = alarm.scope.scope
    if scope.kind not in OF_A_SHOP:
        return scope.code if any(p.code == scope.code for p in done.book.people) else ""
    part = alarm.scope.parts[0]
    shop = done.book.shop(part.shop)
    if shop is None:
        return ""
    day = alarm.last.covered_until or done.today
    codes = (*(Campaign(shop, name).code for name in part.campaigns), shop.code)
    lines = [a for code in codes for a in done.book.assignments if a.shop == code]
    whole = (a for a in lines if a.category is None and a.days.start <= day < a.days.end)
    return next((a.person for a in whole), shop.owner) or ""


def _shops_owner(done: Computed, code: str) -> str:
    shop = done.book.shop(code)
    if shop is None:
        return code if any(p.code == code for p in done.book.people) else ""
    return shop.owner or ""


def cause(done: Computed, alarm: Alarm) -> str:
    """What moved most, then who moved it: `转化率 -62 %，变动主因 AMZ-DE 71 %`."""
    language = done.given.language
    spent, budget = alarm.last.numerator, alarm.last.denominator
    parts = []
    if alarm.failed:
        parts.append(("取数失败 " if language == "zh" else "failed pull ") + _failing(done, alarm))
    if alarm.metric.code == "ad_budget_used":
        sides = f"{shown(spent, Unit.MONEY)} / {shown(budget, Unit.MONEY)}"
        zh, en = ("花费/应花", "Spend/due") if alarm.softer else ("花费/预算", "Spend/budget")
        parts.append(f"{zh if language == 'zh' else en} {sides}")
    parts += [
        f"{done.metric(code).names[language]} {change * 100:+.0f} %" for code, change in alarm.cause
    ]
    part = largest_part(done, alarm)
    if part:
        parts.append(f"变动主因 {part}" if language == "zh" else f"mostly {part}")
    return ("，" if language == "zh" else ", ").join(parts)


def _failing(done: Computed, alarm: Alarm) -> str:
    """The streams behind an alarm whose last pull failed: `amazon.reviews@AMZ-DE`."""
    failed = done.actuals.failed
    return "、".join(s for s in alarm.last.streams if tuple(s.split("@", 1)) in failed)


def moved(done: Computed) -> frozenset[tuple[str, ...]]:
    """Keys of lines that went to the log with all that a person wrote on them."""
    gone = released(done.given.kept, done.kept, done.book.breaches, done.today)
    return frozenset((number,) for number in gone)


def notes(done: Computed) -> Iterator[Problem]:
    """One line of the log for each breach that left its tab, with what was done about it."""
    for one in to_log(done.kept, done.today):
        metric, unit = done.given.catalog.metrics.get(one.metric), _unit(done, one)
        names = metric.names if metric else {"zh": one.metric, "en": one.metric}
        yield problem(
            "breach_closed",
            Place(table="tblBreach", text=one.number),
            scope=one.scope,
            zh=names["zh"],
            en=names["en"],
            value=shown(one.value, unit),
            limit=f"{one.operator} {shown(one.limit, unit)}",
            since=one.since,
            closed=one.closed,
            state_zh=show("breach_state", one.state, "zh").lstrip("●–■ "),
            state_en=show("breach_state", one.state, "en").lstrip("●–■ ").lower(),
            action=" ".join(part for part in (one.action, one.by) if part) or "–",
            until_zh=f"，静默至 {one.silence}" if one.silence else "",
            until_en=f", silenced until {one.silence}" if one.silence else "",
        )
