"""Numbers as people and platforms print them; which sign is the decimal one is the column's matter.

A cell may fit one convention or both: `1.234,56` is only European, `1,234.5` only American, `1.234`
could be either. A column with cells of both kinds, or with nothing but doubtful ones, is refused
until the user says which it is. A count has no fraction, which often decides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from sync_service.imports.reading import Cell
from sync_service.imports.refusals import FileRefusedError

DecimalSign = Literal[".", ","]
_MONEY = Decimal("0.0001")
_SIGNS = re.compile(
    r"(?i)(?:US|CN|HK|C|A|AU|CA|MX|R)?[$¥€£₤₽₹₩]|RMB|CNY|USD|EUR|GBP|JPY|CAD|AUD|SEK|PLN|元|kr|zł"
)
_SPACES = re.compile(r"[\s'’\u00a0\u202f\u2009]")  # also what separates thousands
_BODY = {
    ".": re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d{1,30})(?:\.\d{1,12})?|\.\d{1,12}"),
    ",": re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d{1,30})(?:,\d{1,12})?|,\d{1,12}"),
}
_ZERO_GROUP = re.compile(r"0\d{0,2}[.,]\d{3}(?!\d)")  # 0.125 holds no thousands


@dataclass(frozen=True, slots=True)
class Readings:
    """What a cell is under each convention; None: it is no number there."""

    point: Decimal | None
    comma: Decimal | None


def readings(text: str) -> Readings:
    """Read a cell under both conventions."""
    bare, sign, scale = _stripped(text)
    point, comma = (_read(bare, sign_, sign * scale) for sign_ in (".", ","))
    if _ZERO_GROUP.fullmatch(bare):  # the separator of such a cell is the decimal one
        return Readings(point, None) if "." in bare else Readings(None, comma)
    return Readings(point, comma)


def _stripped(text: str) -> tuple[str, int, Decimal]:
    """Without currency, blanks, signs: the bare digits, +1 or -1, and 1 or a hundredth."""
    bare = unicodedata.normalize("NFKC", text).replace("−", "-")
    bare = _SPACES.sub("", _SIGNS.sub("", bare))
    sign = 1
    if bare.startswith("(") and bare.endswith(")"):
        bare, sign = bare[1:-1], -1
    percent = bare.endswith("%") or bare.startswith("%")
    bare = bare.strip("%")
    if bare.startswith(("-", "+")):
        bare, sign = bare[1:], -sign if bare[0] == "-" else sign
    elif bare.endswith("-"):
        bare, sign = bare[:-1], -sign
    return bare, sign, Decimal("0.01") if percent else Decimal(1)


def _read(bare: str, decimal: str, factor: Decimal) -> Decimal | None:
    if not _BODY[decimal].fullmatch(bare):
        return None
    other = "," if decimal == "." else "."
    return Decimal(bare.replace(other, "").replace(decimal, ".")) * factor


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column's numbers, None for empty cells, and the places of cells that are none."""

    values: tuple[Decimal | None, ...]
    bad: tuple[int, ...]


def read_numbers(
    header: str, cells: Iterable[Cell], chosen: DecimalSign | None, *, whole: bool
) -> Numbers:
    """Read a column; `whole` for counts.

    Raises:
        FileRefusedError: Its cells fit both conventions, or contradict each other.
    """
    column = list(cells)
    texts = {cell for cell in column if isinstance(cell, str) and cell}
    seen = {text: _fitting(readings(text), whole=whole) for text in texts}
    sign = chosen or _decided(header, seen)
    values: list[Decimal | None] = []
    bad = []
    for place, cell in enumerate(column):
        value = _value(cell, seen, sign, whole=whole)
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


def as_money(value: Decimal) -> Decimal:
    """An amount in the facts' four decimals."""
    return value.quantize(_MONEY, ROUND_HALF_EVEN)
