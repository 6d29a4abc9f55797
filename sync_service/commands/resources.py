"""The command `resources`: what budget and people return by market, and a shift with its sums."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

from kpi.calendar import period, shifted
from kpi.heads import heads_by_shop, shared_heads
from kpi.model import Period, Scope, ScopeKind
from kpi.organisation import Part, ScopeParts, open_days
from kpi.resources import CAUTIOUS, Nothing, Resource, Returns, Shift, Why, proposals
from kpi.scopes import same
from sync_service.asking import computed
from sync_service.commands.books import order_of
from sync_service.compute import Computed
from sync_service.console import Exit, Terminal
from sync_service.house import House

KPIS = ("net_sales", "contribution_profit", "ad_cost", "days_of_supply")
NAMES = {Resource.BUDGET: ("广告预算", "Ad budget"), Resource.HEADS: ("人力", "Heads")}
REASONS = {
    Why.UNKNOWN: ("不足两个站点的数据已知", "fewer than two markets are known"),
    Why.ALIKE: ("最好与最差相差不到一成，或库存不足", "the markets return alike, or lack stock"),
    Why.CONTRARY: ("上期未显示同样差距", "the period before does not say the same"),
    Why.TOO_FEW: ("可调出的站点不足 2 人", "a market that could give has fewer than 2 people"),
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "resources", help="return of budget and people by market, proposed shift / 资源视图"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--period", help="month or quarter; the book's month")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """A line a market, then what could be shifted; nothing is written."""
    order = order_of(house, words.book)
    with terminal.steps() as bar:
        bar.step("计算投入产出", "Working out the returns")
        done = computed(house, order, KPIS)
    start = done.book.settings.week_start
    of = period(words.period, start) if words.period else done.month
    before = shifted(of, -1, start)
    now, then = returns(done, of), returns(done, before)
    shared = shared_heads(done.book, of.window)
    _table(terminal, of, now, shared)
    found = proposals(now, then)
    for one in found:
        _proposal(terminal, one, before, done.book.settings.currency)
    terminal.result |= {
        "period": of.code,
        "markets": [_data(one) for one in now],
        "shared_heads": float(shared),
        "proposals": [asdict(one) for one in found],
    }
    return Exit.OK


def returns(done: Computed, of: Period) -> tuple[Returns, ...]:
    """Each market of the book in a period, in the book's order."""
    heads = heads_by_shop(done.book, of.window)
    markets = dict.fromkeys(shop.market for shop in done.book.shops)
    return tuple(_market(done, market, of, heads) for market in markets)


def _market(done: Computed, market: str, of: Period, heads: Mapping[str, Fraction]) -> Returns:
    shops = [shop for shop in done.book.shops if shop.market == market]
    parts = tuple(Part(shop.code, open_days(shop)) for shop in shops)
    scope = ScopeParts(Scope(market, ScopeKind.MARKET, shops[0].region, same(market)), parts)
    sales, profit, spend, supply = (
        done.actuals.of(done.metric(code), scope, of).value for code in KPIS
    )
    people = sum((heads.get(shop.code, Fraction()) for shop in shops), Fraction())
    return Returns(market, sales, profit, spend, float(people), supply)


# --- shown ----------------------------------------------------------------------------------------


def _table(terminal: Terminal, of: Period, rows: Sequence[Returns], shared: Fraction) -> None:
    heads = (
        ("站点", "Market"),
        ("净销售额", "Net sales"),
        ("边际贡献", "Contribution"),
        ("广告花费", "Ad spend"),
        ("每元广告贡献", "Contribution per ad unit"),
        ("人数", "Heads"),
        ("人均销售", "Sales per head"),
        ("人均贡献", "Contribution per head"),
        ("可售天数", "Days of supply"),
    )
    cells = [
        (
            one.market,
            *(_whole(value) for value in (one.sales, one.profit, one.ad_spend)),
            _fine(one.roi),
            _fine(one.heads),
            *(_whole(value) for value in (one.sales_per_head, one.profit_per_head)),
            _whole(one.supply),
        )
        for one in rows
    ]
    title = terminal.text(f"资源视图 {of.code}", f"Resources {of.code}")
    terminal.table(title, [terminal.text(*head) for head in heads], cells)
    terminal.say(
        "每元广告贡献 =（边际贡献 + 广告花费）÷ 广告花费。"
        f"另有 {float(shared):.2f} 人不属于单个站点。",
        "Contribution per ad unit = (contribution + ad spend) / ad spend. "
        f"{float(shared):.2f} people belong to no single market.",
    )


def _whole(value: float | None) -> str | None:
    return None if value is None else f"{value:,.0f}"


def _fine(value: float | None) -> str | None:
    return None if value is None else f"{value:,.2f}"


def _proposal(terminal: Terminal, found: Shift | Nothing, before: Period, currency: str) -> None:
    """`100.00 x (3.20 - 1.90) = 130.00`, and half of it."""
    zh, en = NAMES[found.resource]
    if isinstance(found, Nothing):
        why_zh, why_en = REASONS[found.why]
        terminal.say(f"○ {zh}：不建议调整，{why_zh}。", f"○ {en}: no shift proposed, {why_en}.")
        return
    amount = f"{found.amount:,.2f}"
    unit = f" {currency}" if found.resource is Resource.BUDGET else terminal.text(" 人", " heads")
    sums = f"{amount} × ({found.to_return:,.2f} − {found.from_return:,.2f}) = {found.effect:,.2f}"
    where = f"{found.giver} → {found.taker}"
    half = f"{found.cautious:,.2f}"
    terminal.say(
        f"● {zh}：{where} {amount}{unit}。按平均回报 {sums} {currency}；"
        f"边际递减按 {CAUTIOUS:.0%} 计 {half} {currency}。上期 {before.code} 同样。",
        f"● {en}: {where} {amount}{unit}. At average returns {sums} {currency}; "
        f"at {CAUTIOUS:.0%} of them {half} {currency}. {before.code} says the same.",
    )
    if found.skipped:
        named = ", ".join(found.skipped)
        terminal.say(f"  库存不足，未选：{named}", f"  Better, but short of stock: {named}")


def _data(one: Returns) -> dict[str, object]:
    return {
        **asdict(one),
        "roi": one.roi,
        "sales_per_head": one.sales_per_head,
        "profit_per_head": one.profit_per_head,
    }
