"""Dates of a sheet: serial numbers in the workbook's own date system, known by number format."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_DATE_FORMATS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_SKIPPED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
SHIFT_1904 = 1_462
_FALSE_LEAP_DAY = 60  # 29 February 1900, which never was
_MICROSECONDS = 86_400_000_000
_EPOCH = date(1899, 12, 30)
FIRST_DAY = date(1900, 3, 1)  # Excel and LibreOffice disagree on the serials before it
FIRST_DAY_1904 = date(1904, 1, 1)
_LAST_SERIAL = 2_958_465  # 31 December 9999


def is_date_format(number: int, code: str | None) -> bool:
    """True when a number format shows a day; bare times and durations stay numbers."""
    if code is None:
        return number in _DATE_FORMATS
    if code.strip().casefold() == "general":
        return False
    shown = _shown(code)
    if re.search(r"[yd年日]", shown, re.IGNORECASE):
        return True
    return bool(re.search("m", shown, re.IGNORECASE)) and not re.search(
        r"[hs0#?]", shown, re.IGNORECASE
    )


def _shown(code: str) -> str:
    return _SKIPPED.sub("", code.split(";", maxsplit=1)[0])


def shows_hours(number: int, code: str | None) -> bool | None:
    """Whether a format shows hours beside a whole day; None where it shows no whole day."""
    if code is None:
        return {14: False, 15: False, 22: True}.get(number)
    shown = _shown(code).casefold()
    whole = re.search("[y年]", shown) and re.search("[d日]", shown) and re.search("[m月]", shown)
    return "h" in shown if whole else None


def from_serial(serial: float, *, date1904: bool) -> date | datetime | float:
    """A serial as a day, or a moment where it has a fraction; no day at all stays a number."""
    days = serial + SHIFT_1904 if date1904 else serial
    if not date1904 and days < _FALSE_LEAP_DAY + 1:
        if days < 1 or int(days) == _FALSE_LEAP_DAY:
            return serial
        days += 1
    if not 0 <= days <= _LAST_SERIAL + 1:
        return serial
    whole = int(days)
    micro = round((days - whole) * 86_400_000) * 1_000  # a serial resolves no less than 1 ms
    day = _EPOCH + timedelta(days=whole)
    if micro == 0:
        return day
    return datetime(day.year, day.month, day.day) + timedelta(microseconds=micro)  # noqa: DTZ001 - cells know no zone


def to_serial(value: date | datetime, *, date1904: bool) -> float:
    """A day or moment as a serial; a moment's own clock counts, its zone is dropped."""
    day = value.date() if isinstance(value, datetime) else value
    serial = float((day - _EPOCH).days)
    if isinstance(value, datetime):
        clock = timedelta(
            hours=value.hour,
            minutes=value.minute,
            seconds=value.second,
            microseconds=value.microsecond,
        )
        serial += (clock // timedelta(microseconds=1)) / _MICROSECONDS
    if date1904:
        return serial - SHIFT_1904
    return serial if int(serial) > _FALSE_LEAP_DAY else serial - 1
