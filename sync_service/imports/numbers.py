"""Numbers as people and platforms print them; which sign is the decimal one is the column's matter.

A cell may fit one convention or both: `1.234,56` is only European, `1,234.5` only American, `1.234`
could be either. A column with cells of both kinds, or with nothing but doubtful ones, is refused
until the user says which it is. A count has no fraction, which often decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from sync_service.imports.cells import Cell
from sync_service.imports.refusals import FileRefusedError
from sync_service.imports.signs import half_width

DecimalSign = Literal[".", ","]
_MONEY = Decimal("0.0001")
_MOST = {True: 10**15, False: 10**12}  # of a count, of an amount: more is a slip, or an attack
_CURRENCY = (
    r"(?:US|CN|HK|C|A|AU|CA|MX|R)?[$¥€£₤₽₹₩]|RMB|CNY|USD|EUR|GBP|JPY|CAD|AUD|SEK|PLN|CHF|DKK|NOK"
    r"|元|kr\.?|zł"
)
_MARK = re.compile(rf"(?i){_CURRENCY}|[-+%()]")
_AROUND = re.compile(rf"(?i)((?:\s|{_CURRENCY}|[-+%()])*)([.,]?\d(?:.*\d)?)(.*)", re.DOTALL)
_BLANKS = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " ") | {"’": "'"})
_GROUPS = {
    ".": r"\d{1,3}(?P<by>[,' ])\d{3}(?:(?P=by)\d{3})*",
    ",": r"\d{1,3}(?P<by>[.' ])\d{3}(?:(?P=by)\d{3})*",
}
_BODY = {
    sign: re.compile(rf"(?:{groups}|\d{{1,30}})(?:\{sign}\d{{1,12}})?|\{sign}\d{{1,12}}")
    for sign, groups in _GROUPS.items()
}
_ZERO_GROUP = re.compile(r"0\d{0,2}[.,]\d{3}(?!\d)")  # 0.125 holds no thousands


@dataclass(frozen=True, slots=True)
class Readings:
    """What a cell is under each convention; None: it is no number there."""

    point: Decimal | None
    comma: Decimal | None


def readings(text: str, *, share: bool = False) -> Readings:
    """Read a cell under both conventions; only a share may carry a percent sign."""
    stripped = _stripped(half_width(text).translate(_BLANKS).strip())
    if stripped is None:
        return Readings(None, None)
    bare, sign, percent = stripped
    if percent and not share:
        return Readings(None, None)
    factor = sign * (Decimal("0.01") if percent else Decimal(1))
    point, comma = (_read(bare, decimal, factor) for decimal in (".", ","))
    if _ZERO_GROUP.fullmatch(bare):  # the separator of such a cell is the decimal one
        return Readings(point, None) if "." in bare else Readings(None, comma)
    return Readings(point, comma)


def _stripped(text: str) -> tuple[str, int, bool] | None:
    """The bare digits, +1 or -1, whether in percent; None when what is around contradicts itself.

    A minus inside brackets could mean either sign, so it is no number.
    """
    found = _AROUND.fullmatch(text)
    if found is None or _MARK.sub("", found[3]).strip():
        return None
    before, after = (_MARK.findall(part) for part in (found[1], found[3]))
    marks = [*before, *after]
    signs = [mark for mark in marks if mark in "+-"]
    bracketed = "(" in before and ")" in after
    if bracketed and (signs or marks.count("(") + marks.count(")") != 2):  # noqa: PLR2004 - a pair
        return None
    if not bracketed and ("(" in marks or ")" in marks):
        return None
    if len(signs) > 1 or marks.count("%") > 1:
        return None
    return found[2], -1 if bracketed or signs == ["-"] else 1, "%" in marks


def _read(bare: str, decimal: str, factor: Decimal) -> Decimal | None:
    if not _BODY[decimal].fullmatch(bare):
        return None
    others = str.maketrans("", "", ",' " if decimal == "." else ".' ")
    return Decimal(bare.translate(others).replace(decimal, ".")) * factor


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's numbers, None for empty cells, and the places of cells that are none."""

    values: tuple[Decimal | None, ...]
    bad: tuple[int, ...]


def read_numbers(
    header: str,
    cells: Iterable[Cell],
    chosen: DecimalSign | None,
    *,
    whole: bool,
    share: bool = False,
) -> Numbers:
    """Read a column; `whole` for counts, `share` for ratios that may be printed in percent.

    Raises:
        FileRefusedError: Its cells fit both conventions, or contradict each other.
    """
    column = list(cells)
    texts = {cell for cell in column if isinstance(cell, str) and cell}
    seen = {text: _fitting(readings(text, share=share), whole=whole) for text in texts}
    sign = chosen or _decided(header, seen)
    values: list[Decimal | None] = []
    bad = []
    for place, cell in enumerate(column):
        value = _sane(_value(cell, seen, sign, whole=whole), whole=whole)
        values.append(value)
        if value is None and cell != "":
            bad.append(place)
    return Numbers(tuple(values), tuple(bad))


def _fitting(both: Readings, *, whole: bool) -> Readings:
    """Drop a reading that gives a count a fraction."""
    if not whole:
        return both
    point, comma = (v if v is None or v == v.to_integral_value() else None for v in _pair(both))
    return Readings(point, comma)


def _pair(both: Readings) -> tuple[Decimal | None, Decimal | None]:
    return both.point, both.comma


def _decided(header: str, seen: dict[str, Readings]) -> DecimalSign:
    """Which convention the column's cells allow."""
    only_point = [t for t, r in seen.items() if r.point is not None and r.comma is None]
    only_comma = [t for t, r in seen.items() if r.comma is not None and r.point is None]
    if only_point and only_comma:
        raise FileRefusedError(
            f"Column {header!r} holds {only_point[0]!r} and {only_comma[0]!r}: two ways to write "
            "decimals in one column. Correct the file, or choose with --decimal.",
            f"列“{header}”中既有“{only_point[0]}”又有“{only_comma[0]}”：同一列用了两种小数写法。"
            "请更正文件，或用 --decimal 指定。",
        )
    if only_point or only_comma:
        return "." if only_point else ","
    doubtful = [t for t, r in seen.items() if r.point != r.comma]
    if doubtful:
        raise FileRefusedError(
            f"Column {header!r}: {doubtful[0]!r} can be read in two ways, no other cell decides. "
            "Say which sign is the decimal one: --decimal . or --decimal ,",
            f"列“{header}”：“{doubtful[0]}”有两种读法，其他单元格也无法判断。"
            "请用 --decimal . 或 --decimal , 指定小数符号。",
        )
    return "."


def _value(
    cell: Cell, seen: dict[str, Readings], sign: DecimalSign, *, whole: bool
) -> Decimal | None:
    if isinstance(cell, Decimal):
        return None if whole and cell != cell.to_integral_value() else cell
    if not isinstance(cell, str) or not cell:
        return None
    return seen[cell].point if sign == "." else seen[cell].comma


def _sane(value: Decimal | None, *, whole: bool) -> Decimal | None:
    """Drop what no shop sells in a day; the facts could not hold it either."""
    return None if value is None or abs(value) > _MOST[whole] else value


def as_money(value: Decimal) -> Decimal:
    """An amount in the facts' four decimals."""
    return value.quantize(_MONEY, ROUND_HALF_EVEN)
