"""tblScore, tblTeam, tblPoint and the weekly strip of the card."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from kpi.calendar import weeks_of
from kpi.closing import month_state
from kpi.employment import fitted, presence
from kpi.grace import days_of_grace
from kpi.methods import PARAMETERS
from kpi.missing import Outdated, Policy
from kpi.model import Better, DataState, Language, Metric, Period, Region, Unit
from kpi.organisation import SHOP_ROLES, Part, in_region, person_parts
from kpi.person_cards import Item, PersonCard, manual_share
from kpi.person_targets import Goals
from kpi.points import counted
from kpi.rewards import FROM_REWARDS
from kpi.scorecards import is_paced
from kpi.scoring import SMALL_SHARE
from kpi.season import Flow, Pacing, flow_of
from kpi.step_reading import table_text
from kpi.step_table import STEP_NAMES, table_of
from kpi.tables import CellValue
from kpi.target_scopes import own_scopes
from kpi.teams import TEAM_ROLE
from kpi.trade import Person
from kpi.typed_rows import PointRow
from kpi.value_flags import FLAGS, flag_of
from kpi.working_days import proration_of
from sheet_templates.layout import Owner
from sheet_templates.words import SIGNS, show
from sync_service.compute import Computed
from sync_service.contract_store import label
from sync_service.filling.cells import FilledRow, known, number, state, worded
from sync_service.workbooks.port import Written

REWARDED = {"zh": "奖惩表", "en": "Rewards table"}
WITHDRAWN = {"zh": "已在奖惩表中撤回", "en": "Withdrawn in the rewards table"}
STRIP = {"net_sales": "net_sales", "profit": "contribution_profit"}  # column -> KPI
STEPPED = (*PARAMETERS, *STEP_NAMES)  # the columns of a method's numbers


def items(done: Computed) -> Iterator[FilledRow]:
    """Every item of every card of the month, in the words of the book."""
    rows = (_item(done, item) for card in done.cards for one in card.cards for item in one.items)
    return worded("tblScore", rows, done.given.language)


def _item(done: Computed, item: Item) -> FilledRow:
    language, rule, actual = done.given.language, item.rule, item.actual
    params = dict(zip_longest(STEPPED, item.params))  # what a row has no more of is emptied
    shown, tried = number(actual), done.tried.get(item.key)
    return {
        "item": item.key,
        "month": item.month,
        "person": item.person,
        "region": str(item.region),
        "metric": item.metric.names[language],
        "line": float(item.line),
        "target": known(item.goal.value if item.goal else None),
        "actual": known(actual.value) if shown is None else shown,
        "data_until": actual.covered_until,
        "data_state": state(actual, language),
        "weight": rule.weight,
        "method": rule.method,
        "better": rule.better.value,
        **params,
        "cap": rule.cap,
        "floor": rule.floor,
        "warn": rule.warn,
        "breach": rule.breach,
        "bound": rule.bound.value,
        "warn_low": rule.warn_low if rule.better is Better.BAND else None,
        "breach_low": rule.breach_low if rule.better is Better.BAND else None,
        "veto": str(rule.effect) if rule.veto else "no",
        "missing": item.missing,
        "target_basis": basis(done, item),
        "due_share": known(item.goal.share if item.goal else None),
        "counted": known(item.counted),
        "version": label(done.version) if done.version else show("band", "draft", language),
        "source": ", ".join(actual.streams),
        "facts": actual.facts,
        "unit": item.metric.unit.value,
        "kind": item.metric.kind.value,
        "meaning": _said(done, item),
        "pending_target": tried.target if tried else None,
        "pending_weight": tried.weight if tried else None,
    }


def _said(done: Computed, item: Item) -> str:
    """What must be known of an item, before what its KPI means."""
    language = done.given.language
    parts = (_flagged, _few, estimated, _adjusted, stepped, _graced)
    before = "".join(part(item, language) for part in parts)
    return before + paced(done, item, meaning(item.metric, language))


def basis(done: Computed, item: Item) -> str:
    """How the due part of an item is counted: by even days, by season, or the target as it is."""
    if not is_paced(item.metric, item.rule):
        return "target"
    seasonal = done.book.settings.pacing == Pacing.SEASONAL
    return "seasonal" if seasonal and flow_of(item.metric) is not Flow.EVEN else "linear"


def paced(done: Computed, item: Item, said: str) -> str:
    """The meaning of an item, with its pacing where that is not the plain one."""
    if basis(done, item) != "seasonal":
        return said
    return f"{said} · {'应达按季节' if done.given.language == 'zh' else 'due by season'}"


def _flagged(item: Item, language: Language) -> str:
    """`▲ ad spend without attributed sales: unknown; `: what the card promises to say."""
    flag = flag_of(item.actual)
    if flag is None:
        return ""
    return f"{SIGNS['warn']} {FLAGS[flag][language]}" + ("；" if language == "zh" else "; ")


def estimated(item: Item, language: Language) -> str:
    """`≈ Estimated, Substitute: 0.12; `: what counts was not measured in this month."""
    stands_in = item.outdated is Outdated.LAST_VALUE or item.actual.value is None
    if item.counted is None or not stands_in:
        return ""
    policy = Policy.LAST_VALUE if item.outdated else item.rule.missing
    ratio = item.metric.unit is Unit.RATIO
    value = _percent(item.counted) if ratio else _plain(item.counted)
    said = show("missing", policy, language)
    return f"≈ 估计值（{said}）{value}；" if language == "zh" else f"≈ Estimated, {said}: {value}; "


def _adjusted(item: Item, language: Language) -> str:
    """`Month 2: 25 % · 15/31 days; `: how a target was fitted to a newcomer or a part month."""
    here = item.here
    if item.goal is None or not is_paced(item.metric, item.rule):
        return ""
    parts = []
    typed = item.goal.basis == item.person or item.goal.typed_in_full
    if here.step != 1 and not typed:
        step = f"{here.step * 100:g}%"
        parts.append(
            f"新人第 {here.number} 月 {step}"
            if language == "zh"
            else f"Month {here.number}: {step}"
        )
    if here.days != here.month:
        days = f"{here.days.days}/{here.month.days}"
        parts.append(f"在岗 {days} 天" if language == "zh" else f"{days} days")
    return " · ".join(parts) + ("；" if language == "zh" else "; ") if parts else ""


def stepped(item: Item, language: Language) -> str:
    """`Step table (attainment step; <80: 0; >=80: 100); `: an own one, as far as it is due."""
    table = table_of(item.params)
    if table is None:
        return ""
    ratio = table.on_actual and item.metric.unit is Unit.RATIO
    said = table_text(table, language, _percent if ratio else _plain)
    zh = language == "zh"
    return f"分档表（{said}）；" if zh else f"Step table ({said}); "


def _graced(item: Item, language: Language) -> str:
    """`Late by up to 2 days is no miss; `: days of grace are in the counted value."""
    days = days_of_grace(item.rule.method, item.params)
    if not days:
        return ""
    return f"迟交 {days} 天内不计；" if language == "zh" else f"Late by up to {days} d is no miss; "


def _percent(value: float) -> str:
    return f"{value * 100:.6g}%"


def _plain(value: float) -> str:
    return f"{value:,.10g}"


def _few(item: Item, language: Language) -> str:
    """`Too few: n 2 < 10; `: why a known rate does not score."""
    if item.actual.state is not DataState.FEW:
        return ""
    counts = f"n {item.actual.denominator:g} < {item.rule.min_count:g}"
    return f"样本不足 {counts}；" if language == "zh" else f"Too few: {counts}; "


def meaning(metric: Metric, language: Language) -> str:
    """`(sales − returns) ÷ orders`: the parts of a ratio, or the plain value's one part."""
    card = metric.card
    above = card.numerator[language]
    if metric.denominator is None:
        return above
    return " ÷ ".join(_bracketed(part) for part in (above, card.denominator[language]))


def _bracketed(part: str) -> str:
    """A sum inside a quotient needs brackets, once."""
    return f"({part})" if (" − " in part or " + " in part) and not _whole(part) else part


def _whole(part: str) -> bool:
    """Whether its sums stand in brackets already."""
    outside, depth = "", 0
    for letter in part:
        depth += (letter == "(") - (letter == ")")
        outside += letter if depth == 0 else ""
    return " − " not in outside and " + " not in outside


def team(done: Computed) -> Iterator[FilledRow]:
    """One line a scored person, then one a team."""
    language = done.given.language
    closing = month_state(done.month, done.book.settings, done.today)
    for card in (*done.people, *done.teams):
        history = done.history[card.person.code]
        yield {
            "person": card.person.code,
            "role": show("role", card.person.role, language),
            "manager": card.person.manager,
            "us_share": card.us_share,
            "share_basis": show("share_basis", _share_basis(card), language),
            "state": show("team_state", closing, language),
            **{f"m{6 - n}": known(total) for n, total in enumerate(history)},
            "manual_share": manual_share(card),
            "drop_below": SMALL_SHARE if card.drop_small else None,
            "team": card.team.team if card.team else None,
            "team_share": card.team.share if card.team else None,
        }


def _share_basis(card: PersonCard) -> str:
    """What the US share stands on; nothing where there is one card, or no share."""
    if len(card.cards) < len(Region) or card.us_share is None:
        return ""
    by_targets = card.share_derived or card.person.role == TEAM_ROLE
    return "targets" if by_targets else "typed"


def points(done: Computed) -> Iterator[FilledRow]:
    """What counts of each entry, free misses and caps applied in the order of the table."""
    kinds = {one.kind: one for one in done.book.point_kinds}
    caps = (done.book.settings.add_cap, done.book.settings.deduct_cap)
    by_person: dict[tuple[str, str], list[int]] = {}
    for number_, entry in enumerate(done.book.points):
        by_person.setdefault((entry.person, entry.month), []).append(number_)
    for numbers in by_person.values():
        applied = counted([done.book.points[n] for n in numbers], kinds, caps)
        for number_, counts in zip(numbers, applied, strict=True):
            entry = done.book.points[number_]
            made = _rewarded(entry, done.given.language) if entry.address == FROM_REWARDS else {}
            yield {"no": entry.number, "applied": counts, **made}


def writers_of_points(done: Computed) -> tuple[Owner, ...]:
    """Whose columns of Points are written: the manager's too, where a reward brings an entry."""
    rewarded = any(entry.address == FROM_REWARDS for entry in done.book.points)
    return (Owner.SERVICE, Owner.MANAGER) if rewarded else (Owner.SERVICE,)


def _rewarded(entry: PointRow, language: Language) -> FilledRow:
    """The cells of an entry that an approved reward of the payout book made."""
    return {
        "month": entry.month,
        "person": entry.person,
        "kind": entry.kind or None,
        "points": entry.points,
        "reason": entry.reason,
        "evidence": (REWARDED if entry.points else WITHDRAWN)[language],
        "approved_by": entry.approved_by,
    }


def strip(done: Computed) -> Iterator[FilledRow]:
    """Weekly attainment of sales and profit, for each card."""
    goals = Goals(done.book, done.month)
    weeks = weeks_of(done.month.window, done.book.settings.week_start)
    for card in (*done.people, *done.shops):
        for one in card.cards:
            parts = _parts(done, card.person, one.region)
            for week, days in weeks:
                period = Period(f"{week.code} {done.month.code}", week.kind, days)
                yield {
                    "person": card.person.code,
                    "region": str(one.region),
                    "week": week.code,
                    **{
                        column: _attained(
                            done, goals, card.person, one.region, parts, metric, period
                        )
                        for column, metric in STRIP.items()
                    },
                }


def _parts(done: Computed, person: Person, region: Region) -> tuple[Part, ...]:
    """What a card answers for in a region."""
    found = done.scopes.get((region, person.code))
    if person.role in SHOP_ROLES and found:
        return found.parts
    return in_region(done.book, person_parts(done.book, person.code), region)


def _attained(
    done: Computed,
    goals: Goals,
    person: Person,
    region: Region,
    parts: tuple[Part, ...],
    metric: str,
    week: Period,
) -> Written:
    """The part of a week inside the month against the month's even daily share."""
    actual = done.value(metric, (region, person.code), week)
    if actual is None or actual.value is None or not actual.covered.days:
        return known(None)
    own = own_scopes(person, done.metric(metric))
    end = done.month.window.end
    whole = goals.of(done.metric(metric), region, own, parts, end)
    here = presence(person, done.month, proration_of(done.book.settings))
    whole = fitted(whole, here, person, end)
    if whole is None or not whole.value:
        return known(None)
    share = goals.share(done.metric(metric), parts, actual.covered)
    if not share:
        return known(None)  # nothing was due on these days
    return actual.value / (whole.value * share)


def computed(done: Computed) -> dict[tuple[CellValue, ...], dict[str, Written]]:
    """What the formulas of tblScore will say, cached for readers that do not calculate."""
    found: dict[tuple[CellValue, ...], dict[str, Written]] = {}
    for card in done.cards:
        for one in card.cards:
            for item, share, gained in zip(
                one.items, one.total.shares, one.total.points, strict=True
            ):
                usable = item.rule.weight if share else 0.0
                found[item.key,] = {
                    "due": known(item.due),
                    "attainment": known(item.attainment),
                    "score": known(item.score),
                    "usable": usable,
                    "share": share,
                    "points": gained,
                    "status": show("status", item.status.value, done.given.language),
                }
    return found
