"""Dates as files print them: ISO first, then what the column allows, never a guess.

`03/04/2026` fits both orders; a column in which no cell decides is refused until the user says
`--dates dmy` or `--dates mdy`. A time with a zone is an instant; without a zone the printed day is
the shop's own day.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from sync_service.imports.cells import Cell
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.signs import half_width

DateOrder = Literal["dmy", "mdy"]
Moment = date
"""A day, or an aware datetime for an instant."""
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_YEARS = range(1900, 2201)
_SHORT_YEARS = range(15, 50)  # `26/10/13` is more likely 2026 than 2013
_FURTHEST = 14 * 60  # minutes from UTC; no zone lies further
_EPOCH = date(1899, 12, 30)
_ZONES = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "WET": 0,
    "BST": 60,
    "WEST": 60,
    "CET": 60,
    "MEZ": 60,
    "CEST": 120,
    "MEST": 120,
    "MESZ": 120,
    "EST": -300,
    "EDT": -240,
    "PST": -480,
    "PDT": -420,
    "JST": 540,
}
_MONTHS = [  # English, German, French, Italian, Spanish; accents are dropped before
    names.split()
    for names in (
        "january januar janvier gennaio enero",
        "february februar fevrier febbraio febrero",
        "march marz maerz mars marzo",
        "april avril aprile abril",
        "may mai maggio mayo",
        "june juni juin giugno junio",
        "july juli juillet luglio julio",
        "august aout agosto",
        "september septembre settembre septiembre",
        "october oktober octobre ottobre octubre",
        "november novembre noviembre",
        "december dezember decembre dicembre diciembre",
    )
]
_WORD = r"([^\W\d_]{3,12})\.?"
_ISO = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[T ,]+(.*))?")
_BARE = re.compile(r"(20\d{2})(\d{2})(\d{2})")
_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,]+(.*))?")
_NAMED = re.compile(
    rf"(?:{_WORD} (\d{{1,2}})|(\d{{1,2}})\.?(?: de)?[ -]{_WORD})(?: de)?"
    r"[, -]+(\d{4})(?:[ ,]+(.*))?"
)
_TIME = re.compile(
    r"(上午|下午)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([AaPp])\.? ?[Mm]\.?)?"
    r" ?(?:(?:UTC|GMT)?([+-]\d{1,2}(?::?\d{2})?)|([A-Z]{1,4}))?"
)


@dataclass(frozen=True, slots=True)
class DateReadings:
    """What a cell is with the day first and with the month first."""

    dmy: Moment | None
    mdy: Moment | None


@lru_cache(maxsize=65_536)  # an order file repeats few days, an advertising file very few
def readings(text: str) -> DateReadings:
    """Read a cell in both orders; most forms have only one."""
    bare = " ".join(half_width(text).split())
    found = _ISO.fullmatch(bare) or _BARE.fullmatch(bare)
    if found:
        return _same(_moment(found[1], found[2], found[3], found[4] if found.re is _ISO else None))
    found = _NAMED.fullmatch(bare)
    if found:
        month = _month(found[1] or found[4])
        return _same(month and _moment(found[5], str(month), found[2] or found[3], found[6]))
    found = _LAST.fullmatch(bare)
    if found:
        return _with_year_last(found)
    return _same(_serial(Decimal(bare)) if bare.isdecimal() else None)


def _with_year_last(found: re.Match[str]) -> DateReadings:
    """Read 3/4/2026; two digits of a year only where no year can stand in front."""
    first, sign, second, year, rest = found.groups()
    if len(year) == 2:  # noqa: PLR2004 - two digits
        if sign == "-" or int(year) not in _SHORT_YEARS:
            return DateReadings(None, None)
        year = f"20{year}"
    dmy = _moment(year, second, first, rest)
    if sign == ".":  # only countries that put the day first write dots
        return _same(dmy)
    return DateReadings(dmy, _moment(year, first, second, rest))


@lru_cache(maxsize=256)
def _month(word: str) -> int | None:
    """The month that a name or its beginning means; None for another word, or for two months."""
    apart = unicodedata.normalize("NFD", word.lower())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    found = [n for n, names in enumerate(_MONTHS, 1) if any(one.startswith(bare) for one in names)]
    return found[0] if len(found) == 1 else None


def _same(one: Moment | Literal[0] | None) -> DateReadings:
    return DateReadings(one or None, one or None)


def _serial(number: Decimal) -> Moment | None:
    """A day as Excel counts, or 20261021 where a workbook holds the date as a number."""
    whole = int(number)
    if _SERIALS[0] < whole < _SERIALS[1]:
        return _EPOCH + timedelta(days=whole)
    bare = _BARE.fullmatch(str(whole))
    return _moment(bare[1], bare[2], bare[3], None) if bare else None


def _moment(year: str, month: str, day: str, rest: str | None) -> Moment | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    if found.year not in _YEARS:
        return None
    return found if not rest else _with_time(found, rest.strip())


def _with_time(day: date, rest: str) -> Moment | None:
    """The instant when a zone is printed, else the day; None when the rest is no time."""
    found = _TIME.fullmatch(rest)
    at = _clock(found) if found else None
    if found is None or at is None:
        return None
    if not found[6] and not found[7]:
        return day
    offset = _offset(found[6] or found[7])
    if offset is None:
        return None
    return datetime.combine(day, at, UTC) - timedelta(minutes=offset)


def _clock(found: re.Match[str]) -> time | None:
    """The time of day; twelve hours go with a half of the day."""
    hour, half = int(found[2]), (found[5] or "").lower()
    if found[1]:
        half = "a" if found[1] == "上午" else "p"
    if half:
        if hour > 12:  # noqa: PLR2004 - there is no 13 o'clock in the afternoon
            return None
        hour = hour % 12 + 12 * (half == "p")
    try:
        return time(hour, int(found[3]), int(found[4] or 0))
    except ValueError:
        return None


def _offset(zone: str) -> int | None:
    """Minutes east of UTC; None for a zone that we do not know or that does not exist."""
    if zone[0] not in "+-":
        return _ZONES.get(zone)
    digits = zone[1:].replace(":", "")
    hours, minutes = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])  # noqa: PLR2004
    total = int(hours) * 60 + int(minutes)
    if total > _FURTHEST or int(minutes) > 59:  # noqa: PLR2004 - minutes of an hour
        return None
    return -total if zone[0] == "-" else total


@dataclass(frozen=True, slots=True)
class Dates:
    """A column's dates, None for empty cells, and the places of cells that are none."""

    values: tuple[Moment | None, ...]
    bad: tuple[int, ...]


def read_dates(header: str, cells: Iterable[Cell], chosen: DateOrder | None) -> Dates:
    """Read a column.

    Raises:
        FileRefusedError: Its cells fit both orders, or contradict each other.
    """
    column = list(cells)
    seen = {cell: readings(cell) for cell in column if isinstance(cell, str) and cell}
    order = chosen or _decided(header, seen)
    values = [_value(cell, seen, order) for cell in column]
    bad = tuple(
        n
        for n, (cell, value) in enumerate(zip(column, values, strict=True))
        if value is None and cell != ""
    )
    return Dates(tuple(values), bad)


def _value(cell: Cell, seen: dict[str, DateReadings], order: DateOrder) -> Moment | None:
    if isinstance(cell, Decimal):
        return _serial(cell)
    if isinstance(cell, date):
        return cell.date() if isinstance(cell, datetime) and cell.tzinfo is None else cell
    if not cell:
        return None
    return seen[cell].dmy if order == "dmy" else seen[cell].mdy


def _decided(header: str, seen: dict[str, DateReadings]) -> DateOrder:
    only_dmy = [t for t, r in seen.items() if r.dmy and not r.mdy]
    only_mdy = [t for t, r in seen.items() if r.mdy and not r.dmy]
    if only_dmy and only_mdy:
        raise FileRefusedError(
            f"Column {header!r} holds {only_dmy[0]!r} and {only_mdy[0]!r}: day and month change "
            "places within it. Correct the file, or choose with --dates.",
            f"列“{header}”中既有“{only_dmy[0]}”又有“{only_mdy[0]}”：日月顺序不一致。"
            "请更正文件，或用 --dates 指定。",
        )
    if only_dmy or only_mdy:
        return "dmy" if only_dmy else "mdy"
    doubtful = [t for t, r in seen.items() if r.dmy != r.mdy]
    if doubtful:
        raise FileRefusedError(
            f"Column {header!r}: {doubtful[0]!r} can be day/month or month/day and no other cell "
            "decides. Say which: --dates dmy or --dates mdy",
            f"列“{header}”：“{doubtful[0]}”可能是日/月或月/日，其他单元格也无法判断。"
            "请用 --dates dmy 或 --dates mdy 指定。",
        )
    return "dmy"


def day_in(moment: Moment, time_zone: str) -> date:
    """The shop's day of a moment: an instant is converted, a printed day stands."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZoneInfo(time_zone)).date()
    return moment
