"""The tables of figures: shops, days, markets, tiles, weeks, targets, inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from kpi.benchmarks import benchmarks_of, beside
from kpi.budget import FOLLOWS
from kpi.calendar import day_period, period, year_before
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Language, Metric, Period, Unit, Window
from kpi.numbers import R
from kpi.organisation import SHOP_ROLES, in_region
from kpi.person_targets import Goals
from kpi.personal import PERSONAL
from kpi.ratings import Ratings, best_attempt, latest_rating
from kpi.season import Pacing, part_of
from kpi.tables import Row, Table
from kpi.target_scopes import TargetKind, kind_of
from kpi.targets import AD_BUDGET
from kpi.trade import Shop
from kpi.typed_rows import InputRow, TargetRow
from kpi.value_flags import FLAGS, flag_of
from sheet_templates.layout import (
    DAY_ROWS,
    REVIEW_COLUMNS,
    REVIEW_METRICS,
    REVIEW_SCOPES,
    TABLES,
    review_slot,
)
from sheet_templates.words import show
from sync_service.compute import (
    Computed,
    ScopeKey,
    market_key,
    metrics_shown,
    shop_of,
    streams_of,
)
from sync_service.filling.cells import Cell, FilledRow, known, local, number
from sync_service.filling.likely import likely, scope_of
from sync_service.filling.own_markets import places, reviewed
from sync_service.filling.plans import counted_months, kind_of_target
from sync_service.filling.suggested import in_row_currency, suggestion
from sync_service.sources import INPUTS, by_hand

SALES_WEEKS = 8
SALES_LIKE = {AD_BUDGET: FOLLOWS}  # a budget is no KPI; its days follow the spend


def notes(done: Computed) -> Iterator[Problem]:
    """What must be said beside the month's values, shop by shop: a wider scope has it from them."""
    for shop in done.book.shops:
        for code in metrics_shown(done.book, done.given.catalog):
            actual = done.value(code, shop_of(done.book, shop.code))
            flag = flag_of(actual) if actual else None
            if actual is not None and flag is not None:
                names, said = done.metric(code).names, FLAGS[flag]
                yield problem(
                    "value_flag",
                    Place(table="tblActual", text=f"{shop.code} {code}"),
                    scope=shop.code,
                    period=actual.period,
                    zh=names["zh"],
                    en=names["en"],
                    said_zh=said["zh"],
                    said_en=said["en"],
                )


def shops(done: Computed) -> Iterator[FilledRow]:
    """Figures and connection of each shop of the table."""
    for shop in done.book.shops:
        key = shop_of(done.book, shop.code)
        sales, goal = done.value("net_sales", key), done.goal("net_sales", key)
        due = R(goal.value * goal.share) if goal and goal.share is not None else None
        weeks = [done.value("net_sales", key, week) for week in done.weeks()[:SALES_WEEKS]]
        yield {
            "shop": shop.code,
            "net_sales": number(sales),
            "due": known(due),
            "contribution": number(done.value("contribution_profit", key)),
            "margin": number(done.value("contribution_margin", key)),
            "acos": number(done.value("acos", key)),
            "tacos": number(done.value("tacos", key)),
            "return_rate": number(done.value("return_rate", key)),
            "bad_review_rate": number(done.value("negative_review_rate", key)),
            "days_of_supply": number(done.value("days_of_supply", key)),
            **{f"w{SALES_WEEKS - n}": number(value) for n, value in enumerate(weeks)},
            "data_until": sales.covered_until if sales else None,
            "connection": _connection(done, shop),
            "next_pull": _next_pull(done, shop),
        }


def _connection(done: Computed, shop: Shop) -> str:
    found = streams_of(done.given.states, shop.code)
    chinese = done.given.language == "zh"
    if not found:
        return "○ 未连接" if chinese else "○ Not connected"
    bad = sum(1 for one in found if one.error)
    late = sum(1 for one in found if one.stale)
    if bad:
        return f"■ {bad} 个接口出错" if chinese else f"■ {bad} streams fail"
    if late:
        return f"◇ {late} 个接口过期" if chinese else f"◇ {late} streams stale"
    return "● 正常" if chinese else "● OK"


def _next_pull(done: Computed, shop: Shop) -> Cell:
    times = [s.next_run for s in streams_of(done.given.states, shop.code) if s.next_run]
    return local(min(times), done.book.settings.time_zone) if times else None


def days(done: Computed) -> Iterator[FilledRow]:
    """The last 62 days of the company, for the charts."""
    # The last day that is over everywhere: the running day of one region would look like a fall.
    last = min(done.actuals.last_day.values(), default=done.today - timedelta(days=1))
    company: ScopeKey = (None, "ALL")
    due = _Due(done)
    for back in range(DAY_ROWS - 1, -1, -1):
        day = last - timedelta(days=back)
        of = day_period(day)
        yield {
            "day": day,
            "net_sales": number(done.value("net_sales", company, of)),
            "due": known(due.of("net_sales", day)),
            "ad_spend": number(done.value("ad_cost", company, of)),
            "ad_budget": known(due.of("ad_budget", day)),
            "contribution": number(done.value("contribution_profit", company, of)),
            "tacos": number(done.value("tacos", company, of)),
            "return_rate": number(done.value("return_rate", company, of)),
        }


@dataclass(frozen=True, slots=True)
class _Due:
    """What is due on a day; the targets of a month are read once for all of its days."""

    done: Computed
    months: dict[tuple[str, Period], tuple[tuple[str, float], ...]] = field(default_factory=dict)

    def of(self, metric: str, day: date) -> float | None:
        """The day's share of the month's targets of all shops; unknown as soon as one is."""
        month, done = period(f"{day:%Y-%m}"), self.done
        key = (metric, month)
        if key not in self.months:
            self.months[key] = _of_shops(done, metric, month)
        typed = self.months[key]
        if not typed:
            return None
        if done.book.settings.pacing != Pacing.SEASONAL:
            return R(sum(value for _, value in typed) / month.window.days)
        goals, of = Goals(done.book, month), done.metric(SALES_LIKE.get(metric, metric))
        one = day_period(day).window
        return R(sum(value * _day_share(goals, of, scope, one) for scope, value in typed))


def _of_shops(done: Computed, metric: str, month: Period) -> tuple[tuple[str, float], ...]:
    """Each shop with its target of the month; none where one of them has no value."""
    start = month.window.start
    rows = [
        (row.scope, _month_of(done, row, start.month))
        for row in done.book.targets
        if row.metric == metric and row.year == start.year and done.book.shop(row.scope)
    ]
    typed = tuple((scope, value) for scope, value in rows if value is not None)
    return typed if len(typed) == len(rows) else ()


def _day_share(goals: Goals, metric: Metric, shop: str, day: Window) -> float:
    return part_of(goals.factors(metric, {shop}), goals.month.window, day)


def _month_of(done: Computed, row: TargetRow, month: int) -> float | None:
    """A month of a target as it counts."""
    unit, additive = kind_of_target(done, row) or (Unit.MONEY, True)
    return counted_months(done, row, unit, additive=additive)[month - 1]


def weeks(done: Computed) -> Iterator[FilledRow]:
    """The last whole week against the one before, for Review."""
    before, last = done.weeks()[-3:-1]
    shown = reviewed(done)
    at = places(done, shown, REVIEW_COLUMNS)
    for metric in REVIEW_METRICS:
        for scope in dict.fromkeys((*REVIEW_SCOPES, *shown)):
            key, place = market_key(done, scope), at.get(scope)
            yield {
                "metric": metric,
                "scope": scope,
                "this_week": number(done.value(metric, key, last)) if key else None,
                "last_week": number(done.value(metric, key, before)) if key else None,
                "unit": done.metric(metric).unit.value,
                "week": last.code,
                "slot": review_slot(metric, int(place)) if place else None,
            }


def targets(done: Computed, table: Table) -> Iterator[FilledRow]:
    """Last year's month beside each target, what growth suggests, and whether the target is likely.

    Amounts stand in the row's own currency, at the fixed rate.
    """
    typed = _by_address(table)
    year, month = done.month.window.start.year, done.month.window.start.month
    for row in done.typed.targets:
        if row.metric not in done.given.catalog.metrics or row.year != year:
            continue
        key = scope_of(done, row)
        metric = done.metric(row.metric)
        actual = done.value(row.metric, key, year_before(done.month)) if key else None
        then = in_row_currency(done, metric, row, actual.value if actual else None)
        grown = suggestion(done, metric, key) if key else None
        months = counted_months(done, row, metric.unit, additive=metric.additive)
        yield {
            **_key(table, typed[row.address]),
            "last_year": then,
            "suggested": in_row_currency(done, metric, row, grown),
            "check": likely(done, metric, row, months[month - 1], then),
            "benchmark": beside(
                benchmarks_of(row.metric, row.region, row.scope),
                months[month - 1],
                metric.unit,
                done.given.language,
            ),
        }


def inputs(done: Computed, table: Table) -> Iterator[FilledRow]:
    """Whether a typed figure counts, or the platform delivers it itself."""
    chinese = done.given.language == "zh"
    typed = _by_address(table)
    for row in done.book.inputs:
        if row.person is not None:
            said = _of_person(done, row)
            yield {**_key(table, typed[row.address]), "used": said}
            continue
        shop = done.book.shop(row.shop)
        part = (
            in_region(done.book, (p for s in done.scopes.values() for p in s.parts), shop.region)
            if shop
            else ()
        )
        mine = next((p for p in part if p.shop == row.shop and p.whole), None)
        used = mine is not None and INPUTS in done.actuals.totals.streams(
            mine.shop, [row.measure], day_period(row.day).window
        )
        if used:
            said = "✓ 采用" if chinese else "✓ Used"
        elif shop is None or not _can_be_typed(done, shop.platform, row.measure):
            said = "▲ 此店不适用，未采用" if chinese else "▲ Not for this shop: not used"
        else:
            said = "平台已提供此数" if chinese else "The platform delivers this"
        yield {**_key(table, typed[row.address]), "used": said}


def _can_be_typed(done: Computed, platform: str, measure: str) -> bool:
    known = done.given.catalog.measures.get(measure)
    return by_hand(platform, measure) or (known is not None and known.own)


def _of_person(done: Computed, row: InputRow) -> str:
    """Whether a quiz or rating counts in the month under review; an author is always named."""
    chinese, today = done.given.language == "zh", done.today
    if row.measure not in PERSONAL:
        used = Ratings(done.book.inputs, done.given.catalog, today).counts(row)
        return _used(chinese=chinese) if used else _not_used(chinese=chinese)
    mine = [r for r in done.book.inputs if r.person == row.person and r.day <= today]
    best = best_attempt(mine)
    counted = [best.points, best.most] if best else []
    counted.append(latest_rating(mine, done.month.window) or row)
    used = row.day <= today and row in counted
    return _used(chinese=chinese) if used else _not_used(chinese=chinese)


def _used(*, chinese: bool) -> str:
    return "✎ 采用" if chinese else "✎ Used"


def _not_used(*, chinese: bool) -> str:
    return "未采用：另有更好或更晚的一次" if chinese else "Not used: another one counts"


def _by_address(table: Table) -> dict[str, Row]:
    """The rows of a table by the address that the nouns read from it carry."""
    first = table.columns[0]
    return {f"{table.sheet}!{row.cells[first].address}": row for row in table.rows}


def _key(table: Table, row: Row) -> dict[str, Cell]:
    """The key cells as the person typed them: a code, a word or a name."""
    return {column: row.value(column) for column in TABLES[table.name].key}


def scopes(done: Computed) -> Iterator[FilledRow]:
    """The scopes of the dropdowns, each code once; those that only targets name come last."""
    seen: set[str] = set()
    language = done.given.language
    for (region, code), found in done.scopes.items():
        if code not in seen:
            seen.add(code)
            yield {
                "scope": code,
                "kind": show("scope_kind", found.scope.kind.value, language),
                "region": str(region or ""),
                "name": found.scope.names[language],
            }
    for kind, word in _target_scopes(done, language):
        if word not in seen:
            seen.add(word)
            shown = show("target_kind", kind, language)
            yield {"scope": word, "kind": shown, "region": "", "name": word}


def _target_scopes(done: Computed, language: Language) -> Iterator[tuple[str, str]]:
    """Roles, stages and departments of the book, and people of markets: kind and word."""
    people, products = done.typed.people, done.typed.products
    yield from (("role", show("role", one.role, language)) for one in people if one.role)
    scored = {weight.role for weight in done.typed.weights}
    yield from (("role", show("role", one, language)) for one in SHOP_ROLES if one in scored)
    yield from (("stage", show("stage", one.stage, language)) for one in products if one.stage)
    yield from (("department", one.department) for one in people if one.department)
    lines = (row for row in done.typed.targets if ":" in row.scope)
    known = ((kind_of(done.typed, row), row.scope) for row in lines)
    yield from ((str(kind), scope) for kind, scope in known if kind is TargetKind.MARKET_PERSON)
