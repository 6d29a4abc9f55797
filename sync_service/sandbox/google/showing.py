"""How a value shows (FORMATTED_VALUE): number formats as Google reads them, by locale."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sync_service.sandbox.google.entering import EPOCH, ERRORS
from sync_service.sandbox.google.locales import Locale

Json = dict[str, Any]

DATES = {"DATE", "TIME", "DATE_TIME"}
ERROR_TEXTS = {kind: text for text, kind in ERRORS.items()}
BIG, SMALL = 1e15, 1e-10
PIECES = re.compile(
    r"\"[^\"]*\"|\\.|\[\$[^\]]*\]|\[[hH]+\]|\[[mM]+\]|\[[sS]+\]|\[[^\]]*\]|"
    r"[yY]+|[mM]+|[dD]+|[hH]+|[sS]+|[Aa][Mm]/[Pp][Mm]|[Aa]/[Pp]|\.0+|."
)
SECTIONS = re.compile(r"(?:\"[^\"]*\"|\\.|\[[^\]]*\]|[^;\"\\\[])+")
DIGITS = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*,*)?(?:E[+-]0+)?|\.[#0?]+")


def plain_number(value: float) -> int | float:
    """The number as JSON shows it: 5.0 is 5."""
    whole = float(value)
    return int(whole) if whole.is_integer() and abs(whole) < BIG else value


def error_text(value: Json) -> str:
    """#N/A and its like."""
    return ERROR_TEXTS.get(value.get("errorValue", {}).get("type", "ERROR"), "#ERROR!")


def unformatted(value: Json) -> object:
    """The value itself: number, truth, text; '' when there is none."""
    if "numberValue" in value:
        return plain_number(value["numberValue"])
    if "errorValue" in value:
        return error_text(value)
    return value.get("boolValue", value.get("stringValue", ""))


def shown(value: Json, form: Json | None, where: Locale) -> str:
    """The text that a reader sees."""
    if "boolValue" in value:
        return where.true if value["boolValue"] else where.false
    if "errorValue" in value:
        return error_text(value)
    if "stringValue" in value:
        return _text(str(value["stringValue"]), form)
    if "numberValue" not in value:
        return ""
    number = float(value["numberValue"])
    pattern = (form or {}).get("pattern") or usual_pattern((form or {}).get("type", ""), where)
    if not pattern or (form or {}).get("type") == "TEXT":
        return general(number, where)
    return by_pattern(number, pattern, where)


def usual_pattern(kind: str, where: Locale) -> str:
    """The pattern of a type that comes without one."""
    return {
        "NUMBER": "#,##0.00",
        "PERCENT": "0.00%",
        "CURRENCY": where.currency_pattern,
        "DATE": where.date_pattern,
        "TIME": where.time_pattern,
        "DATE_TIME": f"{where.date_pattern} {where.time_pattern}",
        "SCIENTIFIC": "0.00E+00",
    }.get(kind, "")


def _text(text: str, form: Json | None) -> str:
    """A text, through the fourth section or an @ of its pattern."""
    pattern = (form or {}).get("pattern", "")
    sections = SECTIONS.findall(pattern) if "@" in pattern else []
    if not sections:
        return text
    chosen = next(section for section in sections if "@" in section)
    return "".join(text if p == "@" else _literal(p) for p in PIECES.findall(chosen))


def general(number: float, where: Locale) -> str:
    """A number without a format: at most ten decimals, powers when very large or small."""
    size = abs(number)
    if number.is_integer() and size < BIG:
        return str(int(number))
    if size >= BIG or size < SMALL:
        text = f"{number:.5E}"
        mantissa, _, power = text.partition("E")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}E{power[0]}{power[1:].zfill(2)}".replace(".", where.decimal)
    rounded = _rounded(number, 10)
    text = format(rounded, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", where.decimal)


def _rounded(number: float, places: int) -> Decimal:
    return Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def by_pattern(number: float, pattern: str, where: Locale) -> str:
    """A number through its pattern: sections for positive, negative and zero."""
    sections = SECTIONS.findall(pattern) or [pattern]
    if number < 0 and len(sections) > 1:
        section, number = sections[1], -number
    elif number == 0 and len(sections) > 2:  # noqa: PLR2004 - the third section is of zero
        section = sections[2]
    else:
        section = sections[0]
    if _is_date(section):
        return _moment(number, section, where)
    return _numeral(number, section, where)


def _is_date(section: str) -> bool:
    bare = re.sub(r"\"[^\"]*\"|\\.|\[\$[^\]]*\]|\[(?![hHmMsS]+\])[^\]]*\]", "", section)
    return bool(re.search(r"[yYdDhHsS]|[mM]", re.sub(r"E[+-]0+", "", bare)))


def _literal(piece: str) -> str:
    if piece.startswith('"'):
        return piece[1:-1]
    if piece.startswith("\\"):
        return piece[1:]
    if piece.startswith("[$"):
        return piece[2:-1].partition("-")[0]
    if piece.startswith("[") and piece.endswith("]"):
        return ""  # a colour or a condition
    return piece


def _numeral(number: float, section: str, where: Locale) -> str:
    """Digits where the pattern has its first block of them, literals around."""
    masked = re.sub(r"\"[^\"]*\"|\\.|\[[^\]]*\]", lambda m: "\0" * len(m.group()), section)
    block = DIGITS.search(masked)
    scaled = number * 100 ** masked.count("%")
    if block is None:
        around = "".join(_literal(p) for p in PIECES.findall(section))
        return around or general(scaled, where)
    start, end = block.span()
    before = "".join(_literal(p) for p in PIECES.findall(section[:start]))
    after = "".join(_literal(p) for p in PIECES.findall(section[end:]))
    digits = _digits(abs(scaled), block.group(), where)
    minus = "-" if scaled < 0 and re.search("[1-9]", digits) else ""
    return f"{minus}{before}{digits}{after}"


def _digits(size: float, block: str, where: Locale) -> str:
    mantissa, _, power = block.partition("E")
    if power:
        places = len(mantissa.partition(".")[2])
        text = f"{size:.{places}E}"
        head, _, exponent = text.partition("E")
        zeros = len(power) - 1
        sign = "-" if exponent[0] == "-" else "+" if power[0] == "+" else ""
        return f"{head.replace('.', where.decimal)}E{sign}{exponent[1:].lstrip('0').zfill(zeros)}"
    scale = len(mantissa) - len(mantissa.rstrip(","))
    whole, _, decimals = mantissa.rstrip(",").partition(".")
    size /= 1000**scale
    grouped = "," in whole
    text = format(_rounded(size, len(decimals)), "f")
    head, _, tail = text.partition(".")
    least = sum(1 for c in decimals if c != "#")
    while len(tail) > least and tail.endswith("0"):
        tail = tail[:-1]
    head = head.lstrip("0").zfill(sum(1 for c in whole if c in "0?"))
    if grouped:
        head = re.sub(r"(?<=\d)(?=(?:\d{3})+\Z)", where.group, head)
    return f"{head}{where.decimal}{tail}" if tail else head


def _moment(serial: float, section: str, where: Locale) -> str:
    """A date or a time through its pattern."""
    pieces = PIECES.findall(section)
    half = any(p.lower() in {"am/pm", "a/p"} for p in pieces)
    milliseconds = round(serial * 86_400_000)
    day = EPOCH + timedelta(days=milliseconds // 86_400_000)
    rest = milliseconds % 86_400_000
    hour, minute, second = rest // 3_600_000, rest // 60_000 % 60, rest // 1000 % 60
    out: list[str] = []
    for place, piece in enumerate(pieces):
        low = piece.lower()
        if low[0] == "m" and low.strip("m") == "" and not _is_minute(pieces, place):
            out.append(_month(day.month, len(low), where))
        elif low[0] in "yd" and low.strip(low[0]) == "":
            out.append(_date_part(low, day.year, day.day, day.weekday(), where))
        elif low[0] in "hms" and low.strip(low[0]) == "":
            value = {"h": (hour % 12 or 12) if half else hour, "m": minute, "s": second}[low[0]]
            out.append(str(value).zfill(min(2, len(low))))
        elif low[0] == "[" and low[1:2] in {"h", "m", "s"}:
            unit = {"h": 3_600_000, "m": 60_000, "s": 1000}[low[1]]
            out.append(str(milliseconds // unit).zfill(len(low) - 2))
        elif low in {"am/pm", "a/p"}:
            word = "AM" if hour < 12 else "PM"  # noqa: PLR2004 - noon
            out.append(word if len(low) > 3 else word[0])  # noqa: PLR2004 - a/p is three long
        elif low.startswith(".0"):
            out.append("." + f"{rest % 1000:03d}"[: len(low) - 1])
        else:
            out.append(_literal(piece))
    return "".join(out)


def _month(month: int, width: int, where: Locale) -> str:
    name = where.months[month - 1]
    return {1: str(month), 2: f"{month:02d}", 3: name[:3], 5: name[0]}.get(width, name)


def _date_part(low: str, year: int, number: int, weekday: int, where: Locale) -> str:
    if low[0] == "y":
        return f"{year:04d}" if len(low) > 2 else f"{year % 100:02d}"  # noqa: PLR2004 - yy or yyyy
    name = where.days[weekday]
    return {1: str(number), 2: f"{number:02d}", 3: name[:3]}.get(len(low), name)


def _is_minute(pieces: list[str], place: int) -> bool:
    """An m after hours or before seconds is minutes."""
    letters = [(at, p.lower()) for at, p in enumerate(pieces) if p[0].lower() in "ymdhs["]
    letters = [(at, p) for at, p in letters if p[0] != "[" or p[1:2] in {"h", "m", "s"}]
    at = next(i for i, (where_, _) in enumerate(letters) if where_ == place)
    before = letters[at - 1][1] if at else ""
    after = letters[at + 1][1] if at + 1 < len(letters) else ""
    return before.strip("[")[:1] == "h" or after.strip("[")[:1] == "s"
