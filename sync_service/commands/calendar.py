"""The command `calendar`: events, holidays and stops of the markets, and what they make due."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from kpi.book import Book
from kpi.calendar import RetailEvent, last_finished_day, period, public_holidays
from kpi.errors import KpiError
from kpi.holiday_names import holiday_names
from kpi.model import Language, Period, PeriodKind, Texts, Window
from kpi.organisation import clip
from kpi.retail import Rule, events, stops, unannounced
from kpi.season import (
    Flow,
    countries_of,
    dispatch_factors,
    part_of,
    shares,
    shop_factors,
    year_weights,
)
from kpi.trade import Shop
from kpi.typed_events import Effect, typed_days, typed_events
from kpi.working_days import is_free, team_country, work_factors
from sync_service.commands.books import port_of
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.refresh import read

DAY = timedelta(days=1)
OWN_SIGNS = {Effect.STOP: "停运 stop", Effect.OFF: "休 off", Effect.WORK: "班 work"}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser(
        "calendar", help="events, holidays, working days, and what is due / 日历"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--period", help="month, quarter or year; the book's month")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """The days that are not ordinary, then a line a shop."""
    book, _, _ = read(port_of(house, words.book).read())
    settings, now = book.settings, house.clock.now()
    code = words.period or settings.month or f"{now:%Y-%m}"
    of = period(code, settings.week_start)
    days = sorted(_days(book, of), key=lambda line: (line[0], line[1]["en"]))
    for window, names, where in days:
        when = f"{window.start:%m-%d}" + (f"…{window.end - DAY:%m-%d}" if window.days > 1 else "")
        terminal.say(f"{when}  {names['zh']}（{where}）", f"{when}  {names['en']} ({where})")
    _absent(terminal, of)
    lines = [
        _line(shop, of, last_finished_day(now, shop.time_zone), settings.events)
        for shop in book.shops
    ]
    _table(terminal, of, lines)
    if of.kind is PeriodKind.YEAR:
        _months(terminal, book, of.window.start.year)
    team = team_country(settings)
    worked = int(sum(work_factors(of.window, team, settings.events)))
    terminal.say(f"团队（{team}）工作日 {worked} 天", f"The team ({team}) works {worked} days")
    terminal.result |= {
        "period": of.code,
        "pacing": settings.pacing,
        "days": [_named(*line) for line in days],
        "shops": lines,
        "team": {"country": team, "working_days": worked},
    }
    return Exit.OK


def _days(book: Book, of: Period) -> Iterator[tuple[Window, Texts, str]]:
    """Events, stops and holidays that touch a period, with where they count."""
    for year in range(of.window.start.year, (of.window.end - DAY).year + 1):
        for event in _events(book, year):
            yield from _inside(event, of, f"{_place(event)} ×{event.factor:g}")
        for stop in stops(year, carriers=False):
            yield from _inside(stop, of, "CN")
        for stop in stops(year, carriers=True):
            yield from _inside(stop, of, "US EU")
        for effect, sign in OWN_SIGNS.items():
            for own in typed_days(book.settings.events, effect):
                if own.days.start.year == year:
                    yield from _inside(own, of, f"{_place(own, effect)} {sign}")
        yield from _holidays(book, year, of)


def _place(event: RetailEvent, effect: Effect = Effect.SALE) -> str:
    """Where an event counts; own free and worked days without a place are the team's."""
    everywhere = "US EU" if effect in {Effect.SALE, Effect.STOP} else "团队 team"
    return " ".join(event.markets) or str(event.region or everywhere)


def _events(book: Book, year: int) -> tuple[RetailEvent, ...]:
    """The events of the platforms that the book sells on, and the book's own."""
    codes = {
        event.code
        for shop in book.shops
        for event in events(year, shop.platform)
        if any(event.counts_in(one, shop.region) for one in countries_of(shop.market))
    }
    own = [e for e in typed_events(book.settings.events) if e.days.start.year == year]
    return (*(event for event in events(year) if event.code in codes), *own)


def _inside(event: RetailEvent, of: Period, where: str) -> Iterator[tuple[Window, Texts, str]]:
    if clip(event.days, of.window).days:
        yield event.days, event.names, where


def _holidays(book: Book, year: int, of: Period) -> Iterator[tuple[Window, Texts, str]]:
    """Public holidays of the markets and of the team, each day and name once."""
    countries = {country for shop in book.shops for country in countries_of(shop.market)}
    found: dict[tuple[date, str], list[str]] = {}
    for country in sorted(countries | {team_country(book.settings)}):
        for day, name in _known(country, year).items():
            found.setdefault((day, name), []).append(country)
    for (day, name), where in found.items():
        if of.window.start <= day < of.window.end:
            yield Window(day, day + DAY), holiday_names(name), " ".join(where)


def _known(country: str, year: int) -> Mapping[date, str]:
    try:
        return public_holidays(country, year)
    except KpiError:
        return {}


def _absent(terminal: Terminal, of: Period) -> None:
    """Events that nobody had announced for the year when the table was made."""
    missing = list(unannounced(of.window.start.year))
    terminal.result["unannounced"] = [rule.code for rule in missing]
    if missing:
        terminal.say(
            "未公布日期，未计入：" + "、".join(_expected(rule, "zh") for rule in missing),
            "No dates announced, not counted: " + ", ".join(_expected(r, "en") for r in missing),
        )


def _expected(rule: Rule, language: Language) -> str:
    """An event without dates, and the month in which it will probably be."""
    name = rule.names[language]
    if rule.expected is None:
        return name
    when = {"zh": f"（预计 {rule.expected} 月）", "en": f" (expected in month {rule.expected})"}
    return name + when[language]


def _line(shop: Shop, of: Period, last: date, own: str) -> dict[str, object]:
    """A shop's days, and which part of the period is due by its last finished day."""
    gone = clip(Window(of.window.start, max(last + DAY, of.window.start)), of.window)
    factors = shop_factors(shop, of.window, own)
    return {
        "shop": shop.code,
        "market": shop.market,
        "working_days": sum(is_open(day, shop, own) for day in of.window.each()),
        "parcel_days": int(sum(dispatch_factors(shop, of.window, own))),
        "through": str(gone.end - DAY) if gone.days else None,
        "due_linear": part_of(None, of.window, gone),
        "due_seasonal": part_of(factors, of.window, gone),
    }


def is_open(day: date, shop: Shop, own: str) -> bool:
    """Whether people work in any of a shop's countries, Monday to Friday."""
    weekday = day.isoweekday() < 6  # noqa: PLR2004 - Saturday in ISO
    countries = countries_of(shop.market)
    return weekday and any(not is_free(day, one, shop.region, own) for one in countries)


def _table(terminal: Terminal, of: Period, lines: Sequence[Mapping[str, object]]) -> None:
    heads = (
        ("店铺", "Shop"),
        ("站点", "Market"),
        ("工作日", "Working days"),
        ("发货日", "Parcel days"),
        ("截至", "Through"),
        ("应达（按天）", "Due, even days"),
        ("应达（按季节）", "Due, by season"),
    )
    rows = [
        [f"{cell:.1%}" if isinstance(cell, float) else cell for cell in line.values()]
        for line in lines
    ]
    title = terminal.text(f"日历 {of.code}", f"Calendar {of.code}")
    terminal.table(title, [terminal.text(*head) for head in heads], rows)


def _months(terminal: Terminal, book: Book, year: int) -> None:
    """The seasonal shares of a year's target, shop by shop."""
    months = {
        shop.code: shares(year_weights(Flow.ORDERS, (shop,), year, book.settings))
        for shop in book.shops
    }
    heads = [terminal.text("店铺", "Shop"), *(f"{month}" for month in range(1, 13))]
    rows = [(code, *(f"{float(one):.1%}" for one in found)) for code, found in months.items()]
    title = terminal.text(f"年度目标的季节份额 {year}", f"Seasonal shares of the year {year}")
    terminal.table(title, heads, rows)
    terminal.result["month_shares"] = {c: [float(one) for one in f] for c, f in months.items()}


def _named(days: Window, names: Texts, where: str) -> dict[str, object]:
    last = days.end - DAY
    return {"first": str(days.start), "last": str(last), "names": dict(names), "where": where}
