"""What an import format is: the headers it is known by, and a function from a file to facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from kpi.errors import Problem
from kpi.model import Window
from kpi.trade import Product, Shop
from sync_service.connectors.kernel import FactRow
from sync_service.imports.columns import Columns
from sync_service.imports.dates import DateOrder
from sync_service.imports.numbers import DecimalSign
from sync_service.imports.refusals import FileRefusedError, note

DAY = timedelta(days=1)
MOST_DAYS = 3 * 366  # a year typed wrong would declare decades of zeros


@dataclass(frozen=True, slots=True)
class Options:
    """What the user states where a file leaves it open."""

    shop: str | None = None
    layout: str | None = None
    mapping: Path | None = None
    decimal: DecimalSign | None = None
    dates: DateOrder | None = None
    period: Window | None = None  # days that the file holds completely
    again: bool = False  # import it although the same file was imported before


@dataclass(frozen=True, slots=True)
class FileStream:
    """The stream that a file's facts belong to."""

    name: str  # file.business_report
    measures: tuple[str, ...]
    empty_day: Literal["zero", "missing"]  # what a day of the window without a row means


@dataclass(frozen=True, slots=True)
class Batch:
    """What a file says about one shop."""

    stream: FileStream
    shop: Shop
    window: Window
    rows: tuple[FactRow, ...]
    left_out: frozenset[date] = frozenset()  # days of the window that the file does not settle
    part: str | None = None  # only rows of this part are replaced (a settlement among others)
    instants: tuple[datetime, datetime] | None = None  # what a settlement covers, end excluded


@dataclass(slots=True)
class Source:
    """What a layout gets."""

    columns: Columns
    options: Options
    shops: tuple[Shop, ...]  # all that are connected
    now: datetime  # UTC
    mappings: Path  # folder of stored mappings
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.columns.grid.name

    def warn(self, code: str, en: tuple[str, str], zh: tuple[str, str]) -> None:
        """Carry a warning: (what, mend) in both languages."""
        self.problems.append(note(code, self.name, en, zh))


@dataclass(frozen=True, slots=True)
class Found:
    """What a layout made of a file."""

    batches: tuple[Batch, ...] = ()
    products: tuple[Product, ...] = ()  # unit costs
    variant: str = ""  # what else makes this import another one: the mapping's hash


@dataclass(frozen=True, slots=True)
class Layout:
    """One import format."""

    name: str
    headers: frozenset[str]  # normalised; a file with all of them is of this layout
    read: Callable[[Source], Found]
    absent: frozenset[str] = frozenset()  # and with none of these
    fits: Callable[[Columns], bool] | None = None  # where headers have several names


def finished(source: Source, shop: Shop, days: list[date]) -> list[date]:
    """The days that are over at the shop, in the stated period; the others are told."""
    today = local_today(source, shop)
    period = source.options.period
    kept = [d for d in days if d < today and (not period or period.start <= d < period.end)]
    if not kept:
        raise FileRefusedError(
            f"{source.name} holds no finished day"
            + (f" of {period.start} to {period.end - DAY}" if period else "")
            + ". Check the month, or export it again.",
            f"{source.name} 中没有"
            + (f"{period.start} 至 {period.end - DAY} 内" if period else "")
            + "已结束的日期。请核对月份或重新导出。",
        )
    if (max(kept) - min(kept)).days > MOST_DAYS:
        raise FileRefusedError(
            f"{source.name} speaks of {min(kept)} and of {max(kept)}: one of them is a slip. "
            "Correct it, or export at most three years.",
            f"{source.name} 既有 {min(kept)} 又有 {max(kept)}，其中一个应为笔误。"
            "请更正，或每次最多导出三年。",
        )
    if any(d >= today for d in days):
        source.warn(
            "day_not_over",
            (f"{today} is not over at {shop.code}.", "It is left out; import a later export."),
            (f"{today} 在 {shop.code} 尚未结束。", "该日未采用；请稍后再导入。"),
        )
    return kept


def local_today(source: Source, shop: Shop) -> date:
    """The shop's running day."""
    return source.now.astimezone(ZoneInfo(shop.time_zone)).date()


def span(days: list[date]) -> Window:
    """From the first to the last of some days."""
    return Window(min(days), max(days) + DAY)


def whole_days(source: Source, shop: Shop, days: list[date]) -> Window:
    """The days that a list of orders holds completely.

    Such a file does not say its period, and its first and last day may be cut. They are left out
    unless the user states the period.
    """
    kept = finished(source, shop, days)
    period = source.options.period
    if period is not None:
        today = local_today(source, shop)
        return Window(period.start, min(period.end, today))
    found = span(kept)
    first, last = found.start, max(days)
    inner = Window(first + DAY, min(last, found.end))
    if inner.days < 1:
        raise FileRefusedError(
            f"{source.name} holds orders of {first} to {last} and does not say whether these days "
            f"are complete. State it: --period {first}:{last}",
            f"{source.name} 含 {first} 至 {last} 的订单，但未说明这些日期是否完整。"
            f"请用 --period {first}:{last} 说明。",
        )
    cut = [str(day) for day in (first, last) if day in kept]
    en, zh = " and ".join(cut), " 与 ".join(cut)
    stated = f"--period {first}:{max(kept)}"
    source.warn(
        "border_days",
        (f"{en} may be cut and is left out.", f"If it is complete, import with {stated}."),
        (f"{zh} 可能不完整，未采用。", f"若确实完整，请加 {stated} 重新导入。"),
    )
    return inner
