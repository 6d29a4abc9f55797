"""The provenance of a cell: which KPI, scope and period, which streams, covered until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from kpi.actuals import Actual
from kpi.calendar import period
from kpi.model import Period, Region
from kpi.ratings import Ratings
from kpi.register import STREAM
from kpi.tables import Row, Table
from kpi.typed_rows import TaskRow
from sheet_templates.layout import TABLES, Owner
from sync_service.compute import Computed, ScopeKey, market_key
from sync_service.house import House
from sync_service.refresh import Order, look
from sync_service.sources import INPUTS
from sync_service.told import ToldError

OWNERS = {
    Owner.MANAGER: ("经理填写", "typed by the manager"),
    Owner.PARTNER: ("合作方或本人填写", "typed by a partner or the scored person"),
    Owner.FORMULA: ("工作表公式", "a formula of the sheet"),
    Owner.SERVICE: ("系统写入", "written by the service"),
}
SHOP_METRICS = {
    "net_sales": "net_sales",
    "contribution": "contribution_profit",
    "margin": "contribution_margin",
    "acos": "acos",
    "tacos": "tacos",
    "return_rate": "return_rate",
    "bad_review_rate": "negative_review_rate",
    "days_of_supply": "days_of_supply",
}


@dataclass(frozen=True, slots=True)
class Told:
    """An explanation: lines for a person, data for a script."""

    lines: tuple[tuple[str, str], ...]  # (zh, en)
    data: dict[str, object]


def explain(house: House, order: Order, cell: str) -> Told:
    """Explain a cell such as `明细!I6`; a cell outside our tables is refused with the reason."""
    seen = look(house, order)
    table, row, column = _find(seen.contents.tables.values(), cell)
    layout = next((c for c in TABLES[table.name].columns if c.code == column), None)
    if layout is None:
        raise ToldError(
            f"{cell} is a column of your own in {table.name}; the service never touches it.",
            f"{cell} 是 {table.name} 中您自己的列，服务从不改动。",
        )
    zh, en = OWNERS[layout.owner]
    value = row.value(column)
    shown = getattr(value, "text", value)
    lines = [
        (f"{cell}：{layout.zh} = {shown}（{zh}）", f"{cell}: {layout.en} = {shown} ({en})"),
    ]
    data: dict[str, object] = {"cell": cell, "table": table.name, "column": column, "value": shown}
    actual = _actual(seen.done, table.name, row, column)
    if actual is not None:
        lines += _provenance(seen.done, actual)
        data |= _data(seen.done, actual)
    return Told(tuple(lines), data)


def _find(tables: Iterable[Table], cell: str) -> tuple[Table, Row, str]:
    sheet, _, address = cell.rpartition("!")
    wanted = address.replace("$", "").upper()
    for table in tables:
        if sheet.strip("'") not in {"", table.sheet}:
            continue
        for row in table.rows:
            for column, one in row.cells.items():
                if one.address == wanted:
                    return table, row, column
    raise ToldError(
        f"{cell} lies in none of our tables. Give a cell such as 店铺!Q5 or Items!I6.",
        f"{cell} 不在任何服务表中。请给出如 店铺!Q5 或 Items!I6 的单元格。",
    )


def _actual(done: Computed, name: str, row: Row, column: str) -> Actual | None:
    """The actual behind a cell, where there is one."""
    catalog = done.given.catalog.names()
    match name:
        case "tblScore":
            item = str(row.value("item") or "").split("｜")
            if len(item) != 4:  # noqa: PLR2004  # month, person, region, metric
                return None
            found = done.value(item[3], (Region(item[2]), item[1]))
            return found or _scored(done, "｜".join(item))
        case "tblActual":
            code = catalog.get(str(row.value("metric")))
            return None if code is None else done.value(code, _key(row), _period(done, row))
        case "tblMarket" if column == "compliance":
            key = market_key(done, str(row.value("scope")))
            return done.value("compliance_task_rate", key) if key else None
        case "tblShop" if column in SHOP_METRICS:
            shop = str(row.value("shop"))
            key = next((k for k in done.scopes if k[1] == shop), None)
            return done.value(SHOP_METRICS[column], key) if key else None
        case _:
            return None


def _scored(done: Computed, key: str) -> Actual | None:
    """The actual of a scored item: who has no shop, or is a team, has a card and no scope."""
    items = (i for one in (*done.people, *done.teams) for card in one.cards for i in card.items)
    return next((item.actual for item in items if item.key == key), None)


def _key(row: Row) -> ScopeKey:
    region = str(row.value("region"))
    return (None if region == "ALL" else Region(region), str(row.value("scope")))


def _period(done: Computed, row: Row) -> Period:
    return period(str(row.value("period")), done.book.settings.week_start)


def _pulled(done: Computed, actual: Actual) -> datetime | None:
    states = done.given.states
    found = [states.get((s.split("@")[0], s.split("@")[1])) for s in actual.streams]
    times = [one.last_success for one in found if one is not None and one.last_success]
    return min(times) if times else None


def _provenance(done: Computed, actual: Actual) -> list[tuple[str, str]]:
    metric = done.metric(actual.metric)
    card = metric.card
    pulled = _pulled(done, actual)
    streams = ", ".join(actual.streams) or "–"
    rates = ", ".join(f"{c} {r:g}" for c, r in done.book.settings.fixed_rates.items())
    names, definition = metric.names, done.given.catalog.definition_hash(metric.code)
    where = (actual.scope.code, actual.period)
    parts = (actual.numerator, actual.denominator, actual.value)
    version = done.given.leaves.version
    return [
        (
            "指标：{}（{}），范围 {}，期间 {}".format(names["zh"], metric.code, *where),
            "KPI: {} ({}), scope {}, period {}".format(names["en"], metric.code, *where),
        ),
        (f"公式：{metric.expression}", f"Formula: {metric.expression}"),
        (
            f"口径：{card.includes['zh']} {card.excludes['zh']}",
            f"Definition: {card.includes['en']} {card.excludes['en']}",
        ),
        (
            "分子 {}，分母 {}，值 {}".format(*parts),
            "Numerator {}, denominator {}, value {}".format(*parts),
        ),
        (
            f"数据至 {actual.covered_until}（状态 {actual.state.value}），最早取数 {pulled}",
            f"Data until {actual.covered_until} ({actual.state.value}), oldest pull {pulled}",
        ),
        (f"来源：{streams}", f"Streams: {streams}"),
        *_tasks(done, actual),
        *_typed(done, actual),
        (
            f"固定汇率（美元）：{rates or '–'}；其余按当日欧洲央行汇率",
            f"Fixed rates (USD): {rates or '–'}; other currencies at the ECB rate of the day",
        ),
        (
            f"事实版本 {version}，事实号 {actual.facts}，口径版本 {definition}",
            f"Facts version {version}, facts id {actual.facts}, definition {definition}",
        ),
    ]


def _behind(done: Computed, actual: Actual) -> tuple[TaskRow, ...]:
    """The tasks behind a value that the register gave."""
    if not any(stream.startswith(f"{STREAM}@") for stream in actual.streams):
        return ()
    of = period(actual.period, done.book.settings.week_start)
    return done.register.behind(done.metric(actual.metric), actual.scope, of)


def _tasks(done: Computed, actual: Actual) -> Iterator[tuple[str, str]]:
    for task in _behind(done, actual):
        part = 0.0 if task.done is None else task.done
        said = (
            f"{task.number} {task.what} · {task.due or '–'} · {part:.0%} · {task.delivered or '–'}"
        )
        yield (f"任务：{said}", f"Task: {said}")


def _typed(done: Computed, actual: Actual) -> Iterator[tuple[str, str]]:
    """Who typed the personal figures behind a value, and when."""
    if f"{INPUTS}@{actual.scope.code}" not in actual.streams:
        return
    of = period(actual.period, done.book.settings.week_start)
    ratings = Ratings(done.book.inputs, done.given.catalog, done.today)
    for row in ratings.behind(done.metric(actual.metric), actual.scope, of):
        said = f"{row.day} {row.measure} {row.value.normalize():f} · {row.by}"
        yield (f"✎ 手工录入：{said}", f"✎ Typed: {said}")


def _data(done: Computed, actual: Actual) -> dict[str, object]:
    return {
        "metric": actual.metric,
        "scope": actual.scope.code,
        "period": actual.period,
        "computed": actual.value,
        "numerator": actual.numerator,
        "denominator": actual.denominator,
        "covered_until": str(actual.covered_until),
        "state": actual.state.value,
        "streams": list(actual.streams),
        "tasks": [task.number for task in _behind(done, actual)],
        "fetched_at": str(_pulled(done, actual)),
        "facts_version": done.given.leaves.version,
        "facts": actual.facts,
        "definition": done.given.catalog.definition_hash(actual.metric),
    }
