"""What Google makes of a typed text (USER_ENTERED): number, date, truth, formula, or text.

Believed, after the documentation and reports of users; the tests hold the table of cases.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Any, NamedTuple

from sync_service.sandbox.google.locales import Locale

Json = dict[str, Any]

DIGIT = re.compile(r"[0-9]")
EPOCH = date(1899, 12, 30)
ERRORS = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
    "#ERROR!": "ERROR",
}
TIME = r"(\d+){0}(\d+)(?:{0}(\d+(?:[.,]\d+)?))?\s*([AaPp][Mm])?\Z"
CJK_DATE = re.compile(r"(\d{4})年(\d{1,2})月(?:(\d{1,2})日)?\Z")
TWO_DIGIT_CENTURY = 30  # 00 to 29 are 2000 to 2029
NOON = 12
STRAY_COMMA = re.compile(r",(?!\d)|(?<!\d),")
TEXTS = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|\{[^}]*\}")


class Entered(NamedTuple):
    """What a cell gets: an ExtendedValue, and a number format when the text brought one."""

    value: Json | None  # None empties the cell
    form: Json | None = None


def entered(text: object, where: Locale, today: date) -> Entered:
    """What a typed value becomes; numbers and truth of the request stay as they are."""
    if not isinstance(text, str) or text == "":
        return raw(text)
    return _typed(text, where, today)


def raw(value: object) -> Entered:
    """The value as it came (RAW)."""
    if isinstance(value, bool):
        return Entered({"boolValue": value})
    if isinstance(value, int | float):
        return Entered({"numberValue": value})
    return Entered({"stringValue": str(value)} if value else None)


def _typed(typed: str, where: Locale, today: date) -> Entered:
    """What a text becomes."""
    if typed.startswith("'"):
        return Entered({"stringValue": typed[1:]})
    if typed.startswith(("=", "+")) and len(typed) > 1 and _formula(typed):
        return Entered({"formulaValue": typed if typed[0] == "=" else f"={typed}"})
    trimmed = typed.strip()
    upper = trimmed.upper()
    if upper in {where.true, where.false}:
        return Entered({"boolValue": upper == where.true})
    if upper in ERRORS:
        return Entered({"errorValue": {"type": ERRORS[upper]}})
    if not DIGIT.search(trimmed):
        return Entered({"stringValue": typed})
    return (
        _number(trimmed, where) or _moment(trimmed, where, today) or Entered({"stringValue": typed})
    )


def _formula(typed: str) -> bool:
    """A plus sign begins a formula unless a plain number follows."""
    return typed[0] == "=" or not re.fullmatch(r"\+[\d.,]+%?", typed)


def misread(formula: str, where: Locale) -> bool:
    """Whether a formula has commas between arguments where the comma is the decimal mark."""
    return where.decimal == "," and bool(STRAY_COMMA.search(TEXTS.sub("0", formula)))


def _number(text: str, where: Locale) -> Entered | None:
    """A number, a share or an amount of money."""
    body, form, scale = text, None, 1.0
    negative = body.startswith("(") and body.endswith(")")
    body = body[1:-1] if negative else body
    sign = re.match(r"[+-]?", body)
    mark = sign.group() if sign else ""
    body = body[len(mark) :].strip()
    signs = {where.currency, "$", "€", "£", "¥"}
    money = next((s for s in signs if body.startswith(s) or body.endswith(s)), None)
    if money:
        body = body.removeprefix(money).removesuffix(money).strip()
        pattern = where.currency_pattern.replace(f"[${where.currency}]", f"[${money}]")
        form = {"type": "CURRENCY", "pattern": pattern}
    elif body.endswith("%"):
        body, scale = body[:-1].strip(), 0.01
        places = len(body.partition(where.decimal)[2])
        form = {"type": "PERCENT", "pattern": "0.00%" if places else "0%"}
    number = _plain(body, where)
    if number is None or (negative and mark):
        return None
    minus = negative or mark == "-"
    number = number / 100 if scale != 1 else number
    if form is None and where.group in body:
        form = {"type": "NUMBER", "pattern": "#,##0.00" if where.decimal in body else "#,##0"}
    if form is None and re.search("[eE]", body):
        form = {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    return Entered({"numberValue": -number if minus else number}, form)


def _plain(body: str, where: Locale) -> float | None:
    """Digits with the place's marks; None when it is no number there."""
    group, decimal = re.escape(where.group), re.escape(where.decimal)
    whole = rf"\d{{1,3}}(?:{group}\d{{3}})+|\d+"
    pattern = rf"(?:(?:{whole})(?:{decimal}\d*)?|{decimal}\d+)(?:[eE][+-]?\d+)?"
    if not re.fullmatch(pattern, body):
        return None
    return float(body.replace(where.group, "").replace(where.decimal, "."))


def _moment(text: str, where: Locale, today: date) -> Entered | None:
    """A date, a time, or both with a blank between."""
    alone = _day(text, where, today)
    if alone is not None:
        day, pattern = alone
        return _dated((day - EPOCH).days, "DATE", pattern)
    share = _clock(text, where)
    if share is not None:
        return _dated(share, "TIME", _as_typed(text, where, share))
    first, blank, last = re.sub(r"[Tt](?=\d)", " ", text).partition(" ")
    day_part, time_part = _day(first, where, today), _clock(last.strip(), where)
    if not blank or day_part is None or time_part is None:
        return None
    pattern = f"{day_part[1]} {where.time_pattern}"
    return _dated((day_part[0] - EPOCH).days + time_part, "DATE_TIME", pattern)


def _as_typed(text: str, where: Locale, share: float) -> str:
    """The pattern of a typed time: with seconds and halves of the day where it has them."""
    if share >= 1:
        return "[h]:mm:ss".replace(":", where.time_mark)
    seconds = f"{where.time_mark}ss" * (text.count(where.time_mark) > 1)
    half = " am/pm" if text[-1] in "mM" else ""
    return f"h{where.time_mark}mm{seconds}{half}"


def _dated(serial: float, kind: str, pattern: str) -> Entered:
    return Entered({"numberValue": serial}, {"type": kind, "pattern": pattern})


def _clock(text: str, where: Locale) -> float | None:
    """A time as a share of a day; more than 24 hours is a duration."""
    found = re.match(TIME.format(re.escape(where.time_mark)), text)
    if not found:
        return None
    hours, minutes = int(found[1]), int(found[2])
    seconds = float((found[3] or "0").replace(",", "."))
    if found[4]:
        if not 1 <= hours <= NOON:
            return None
        hours = hours % NOON + (NOON if found[4].lower() == "pm" else 0)
    return (hours * 3600 + minutes * 60 + seconds) / 86400


def _day(text: str, where: Locale, today: date) -> tuple[date, str] | None:
    """A date and the pattern in which it shows."""
    chinese = CJK_DATE.match(text)
    if chinese:
        day = _real(int(chinese[1]), int(chinese[2]), int(chinese[3] or 1))
        return (day, 'yyyy"年"m"月"d"日"') if day else None
    iso = re.fullmatch(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", text)
    if iso:
        day = _real(int(iso[1]), int(iso[3]), int(iso[4]))
        own = where.order == "ymd" and iso[2] in where.date_marks
        pattern = where.date_pattern.replace("/", iso[2]) if own else "yyyy-mm-dd"
        return (day, pattern) if day else None
    worded = _worded(text, where)
    if worded:
        return worded
    parts = re.fullmatch(rf"(\d{{1,4}})([{where.date_marks}])(\d{{1,4}})(?:\2(\d{{2,4}}))?", text)
    return _ordered(parts, where, today) if parts else None


def _ordered(parts: re.Match[str], where: Locale, today: date) -> tuple[date, str] | None:
    """Three numbers in the place's order, or day and month, or month and year."""
    one, two = int(parts[1]), int(parts[3])
    if parts[4] is None:
        if len(parts[3]) == 4 and len(parts[1]) <= 2:  # noqa: PLR2004 - 3.2024 is a month
            day = _real(two, one, 1)
            return (day, f"mm{parts[2]}yyyy") if day else None
        month, number = (two, one) if where.order == "dmy" else (one, two)
        day = _real(today.year, month, number) if len(parts[1]) <= 2 else None  # noqa: PLR2004
        shown = "d{0}m" if where.order == "dmy" else "m{0}d"
        return (day, shown.format(parts[2])) if day else None
    three = int(parts[4])
    if len(parts[1]) > 2 or where.order == "ymd":  # noqa: PLR2004 - a year stands first
        day = _real(_year(one, parts[1]), two, three)
    elif where.order == "dmy":
        day = _real(_year(three, parts[4]), two, one)
    else:
        day = _real(_year(three, parts[4]), one, two)
    return (day, where.date_pattern) if day else None


def _worded(text: str, where: Locale) -> tuple[date, str] | None:
    """Jan 5, 2024 and 5 January 2024, in the place's own names of months."""
    found = re.fullmatch(r"(\w+)\.?\s+(\d{1,2}),?\s+(\d{4})", text)
    turned = re.fullmatch(r"(\d{1,2})\.?\s+(\w+)\.?,?\s+(\d{4})", text)
    if found is None and turned is None:
        return None
    name, number, year = (
        (found[1], found[2], found[3]) if found else (turned[2], turned[1], turned[3])  # type: ignore[index]  # one of both is there
    )
    months = [
        place + 1
        for place, full in enumerate(where.months)
        if name.lower() in {full.lower(), full[:3].lower()}
    ]
    day = _real(int(year), months[0], int(number)) if months else None
    if day is None:
        return None
    return (day, "mmm d, yyyy" if found else "d mmm yyyy")


def _year(number: int, text: str) -> int:
    """A year of two digits is of this century until 29."""
    if len(text) > 2:  # noqa: PLR2004 - it is written in full
        return number
    return number + (2000 if number < TWO_DIGIT_CENTURY else 1900)


def _real(year: int, month: int, number: int) -> date | None:
    """The date when the calendar has it."""
    if not (1 <= year <= 9999 and 1 <= month <= 12):  # noqa: PLR2004 - the calendar's own bounds
        return None
    return date(year, month, number) if 1 <= number <= monthrange(year, month)[1] else None
