"""A loaded pack fitted to the team: a few questions change targets and weights, each with a reason.

A pack is somebody else's card. The questions are about the stage of the business, its own history,
the size of the team and its cash; every change can be shown, and none leaves the guards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from kpi.apportion import apportion
from kpi.errors import KpiError
from kpi.guards import ITEM_MAX, pack_findings
from kpi.model import Klass, Texts
from kpi.pack_reading import Pack, PackItem

STAGES = ("launch", "growth", "mature")
STARTER_MOST = 5  # KPIs of a first card
BASIC_TEAM = 10  # people from which the team's tabs are worth their room
SHORT_HISTORY = 6  # months
STEP = 5.0  # points that one answer moves
_AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")

QUESTIONS: Mapping[str, Texts] = {
    "stage": {
        "zh": "业务处在哪个阶段：launch 起步、growth 增长、mature 成熟？",
        "en": "Which stage is the business in: launch, growth or mature?",
    },
    "history_months": {
        "zh": "有几个月自己的可用数据？",
        "en": "How many months of own data are there?",
    },
    "team_size": {"zh": "团队多少人？", "en": "How many people are in the team?"},
    "cash_limited": {
        "zh": "现金是否限制备货(yes/no)？",
        "en": "Does cash limit what can be stocked (yes/no)?",
    },
}


@dataclass(frozen=True, slots=True)
class Answers:
    """What a manager answered; the defaults change nothing."""

    stage: str = "growth"
    history_months: int = 12
    team_size: int = 10
    cash_limited: bool = False

    @property
    def mode(self) -> str:
        """The tabs that fit: a team under ten works with the basic ones."""
        return "basic" if self.team_size < BASIC_TEAM else "team"


@dataclass(frozen=True, slots=True)
class Adapted:
    """One change of one line."""

    kpi: str
    what: str  # weight or target
    before: float
    after: float
    why: Texts


@dataclass(frozen=True, slots=True)
class Fitted:
    """A pack after the questions, with all that they changed."""

    pack: Pack
    changes: tuple[Adapted, ...]


def answers(given: Mapping[str, object]) -> Answers:
    """Answers read from a file's keys; `KpiError` says which one cannot be read."""
    for name in given:
        if name not in QUESTIONS:
            known = ", ".join(QUESTIONS)
            raise KpiError(
                f'No question is called "{name}". Answer {known}.',
                f"没有名为“{name}”的问题。请回答 {known}。",
            )
    default = Answers()
    return Answers(
        stage=_stage(given.get("stage", default.stage)),
        history_months=_whole(given, "history_months", default.history_months),
        team_size=_whole(given, "team_size", default.team_size),
        cash_limited=_yes(given.get("cash_limited", default.cash_limited)),
    )


def _stage(value: object) -> str:
    stage = str(value).strip().casefold()
    if stage not in STAGES:
        known = ", ".join(STAGES)
        raise KpiError(
            f'"{value}" is no stage. Answer one of {known}.',
            f"“{value}”不是阶段。请从 {known} 中选择。",
        )
    return stage


def _whole(given: Mapping[str, object], name: str, default: int) -> int:
    value = given.get(name, default)
    text = str(value).strip()
    if isinstance(value, bool) or not text.isdecimal():
        raise KpiError(
            f'{name} is "{value}". Answer with a whole number, 0 or more.',
            f"{name} 是“{value}”。请填 0 或以上的整数。",
        )
    return int(text)


def _yes(value: object) -> bool:
    words = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
    found = words.get(str(value).strip().casefold())
    if found is None:
        raise KpiError(
            f'cash_limited is "{value}". Answer yes or no.',
            f"cash_limited 是“{value}”。请答是或否（yes / no）。",
        )
    return found


# ----------------------------------------------------------------------------------- the answers


def fit(pack: Pack, given: Answers) -> Fitted:
    """The pack with what the answers change; a change that would break a guard is left out."""
    fitted = Fitted(pack, ())
    for applies, rule in _RULES:
        if applies(given):
            fitted = rule(fitted)
    return fitted


def _is_launch(given: Answers) -> bool:
    return given.stage == "launch"


def _is_mature(given: Answers) -> bool:
    return given.stage == "mature"


def _is_short(given: Answers) -> bool:
    return given.history_months < SHORT_HISTORY


def _is_poor(given: Answers) -> bool:
    return given.cash_limited


def _advertising_scaled(fitted: Fitted, by: Decimal, why: Texts) -> Fitted:
    """The targets of advertising cost, of its own sales and of all sales, times `by`."""
    for kpi in ("acos", "tacos"):
        fitted = _scaled(fitted, kpi, by, why)
    return fitted


def _launch_targets(fitted: Fitted) -> Fitted:
    why: Texts = {
        "zh": "起步期要用广告买到首批订单和评价",
        "en": "a launch buys its first orders and reviews with advertising",
    }
    return _advertising_scaled(fitted, Decimal("1.4"), why)


def _launch_weights(fitted: Fitted) -> Fitted:
    why: Texts = {
        "zh": "起步期利润还不稳定，先看可控的动作",
        "en": "profit is not steady yet at launch, so what people can control counts more",
    }
    kpis = ("new_listings", "task_on_time_rate", "deliverable_on_time_rate", "engaged_visit_rate")
    process = _first(fitted.pack, kpis)
    return _moved(fitted, _heaviest(fitted.pack, Klass.PROFIT), process, why)


def _mature_targets(fitted: Fitted) -> Fitted:
    why: Texts = {
        "zh": "成熟期自然流量应承担更多销售",
        "en": "in a mature business organic traffic should carry more of the sales",
    }
    return _advertising_scaled(fitted, Decimal("0.9"), why)


def _mature_weights(fitted: Fitted) -> Fitted:
    why: Texts = {
        "zh": "成熟期利润比规模重要",
        "en": "in a mature business profit matters more than size",
    }
    pack = fitted.pack
    return _moved(fitted, _heaviest(pack, Klass.SALES), _heaviest(pack, Klass.PROFIT), why)


def _short_history(fitted: Fitted) -> Fitted:
    why: Texts = {
        "zh": "自有数据不足 6 个月，销售目标还只是估计",
        "en": "with less than 6 months of own data a sales target is a guess",
    }
    kpis = ("replenishment_on_time_rate", "task_on_time_rate", "deliverable_on_time_rate")
    process = _first(fitted.pack, (*kpis, "add_to_cart_rate"))
    return _moved(fitted, _heaviest(fitted.pack, Klass.SALES), process, why)


def _cash(fitted: Fitted) -> Fitted:
    why: Texts = {
        "zh": "现金有限，压货就是压住增长",
        "en": "with little cash, stock that lies is growth that waits",
    }
    pack = fitted.pack
    return _moved(fitted, _heaviest(pack, Klass.SALES), pack.item("inventory_turnover_days"), why)


_RULES: tuple[tuple[Callable[[Answers], bool], Callable[[Fitted], Fitted]], ...] = (
    (_is_launch, _launch_targets),
    (_is_launch, _launch_weights),
    (_is_mature, _mature_targets),
    (_is_mature, _mature_weights),
    (_is_short, _short_history),
    (_is_poor, _cash),
)


def _first(pack: Pack, kpis: tuple[str, ...]) -> PackItem | None:
    return next((item for kpi in kpis if (item := pack.item(kpi)) is not None), None)


def _heaviest(pack: Pack, klass: Klass) -> PackItem | None:
    found = [item for item in pack.items if item.metric.klass is klass]
    return max(found, key=lambda item: item.weight, default=None)


def _scaled(fitted: Fitted, kpi: str, factor: Decimal, why: Texts) -> Fitted:
    """Target and limits of a KPI times a factor, to four decimals."""
    item = fitted.pack.item(kpi)
    if item is None or not isinstance(item.target, float):
        return fitted
    new = replace(
        item,
        target=float(_times(str(item.target), factor)),
        basis="starter",
        warn=_AMOUNT.sub(lambda found: _times(found[0], factor), item.warn),
        breach=_AMOUNT.sub(lambda found: _times(found[0], factor), item.breach),
        why=why,
    )
    change = Adapted(kpi, "target", item.target, float(str(new.target)), why)
    return Fitted(_with(fitted.pack, new), (*fitted.changes, change))


def _times(text: str, factor: Decimal) -> str:
    return f"{(Decimal(text) * factor).quantize(Decimal('0.0001')).normalize():f}"


def _moved(fitted: Fitted, giver: PackItem | None, taker: PackItem | None, why: Texts) -> Fitted:
    """Five points from one line to another, when both are there and the guards stay content."""
    if giver is None or taker is None or giver.weight <= STEP:
        return fitted
    less = replace(giver, weight=giver.weight - STEP, why=why)
    more = replace(taker, weight=taker.weight + STEP, why=why)
    pack = _with(_with(fitted.pack, less), more)
    if pack_findings(pack):
        return fitted
    changes = (
        Adapted(giver.kpi, "weight", giver.weight, less.weight, why),
        Adapted(taker.kpi, "weight", taker.weight, more.weight, why),
    )
    return Fitted(pack, (*fitted.changes, *changes))


def _with(pack: Pack, item: PackItem) -> Pack:
    items = tuple(item if one.kpi == item.kpi else one for one in pack.items)
    return replace(pack, items=items)


# ------------------------------------------------------------------------------- a first card


def starter(pack: Pack, most: int = STARTER_MOST) -> Pack:
    """At most `most` KPIs of a pack, those of the most weight that together pass the guards.

    Weights are scaled to 100 in steps of five. A pack that has no such choice stays whole.
    """
    if len(pack.items) <= most:
        return pack
    choices = sorted(
        combinations(range(len(pack.items)), most),
        key=lambda chosen: -sum(pack.items[n].weight for n in chosen),
    )
    fitting = (_scaled_to_100(pack, chosen) for chosen in choices)
    return next((one for one in fitting if not pack_findings(one)), pack)


def _scaled_to_100(pack: Pack, chosen: tuple[int, ...]) -> Pack:
    """The chosen lines at 100 points; one that would weigh too much leaves the rest to others."""
    items = [pack.items[n] for n in chosen]
    heaviest = max(items, key=lambda item: item.weight)
    whole, most = int(100 / STEP), int(ITEM_MAX / STEP)
    units = apportion(whole, [item.weight for item in items])
    at = items.index(heaviest)
    if units[at] > most and len(items) > 1:
        others = apportion(whole - most, [i.weight for i in items if i is not heaviest])
        units = (*others[:at], most, *others[at:])
    scaled = (replace(i, weight=STEP * n) for i, n in zip(items, units, strict=True))
    return replace(pack, items=tuple(scaled))
