"""Which column of an old KPI book is what: guessed from headers, kept as TOML, corrected by hand.

A column's meaning is a code of `old_words.MEANINGS`, with `.03` behind it for March, `.Q1` for a
quarter, `.W03` for a week of the year, `.03W1` for one of March, and `@acos` for a KPI that the
header names: `target`, `target.03`, `score.Q1`, `weight@acos`. Empty: not taken.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sheet_templates import words
from sync_service.imports import old_words
from sync_service.imports.old_sheets import OldCell, OldSheet
from sync_service.imports.refusals import FileRefusedError
from sync_service.workbooks.areas import letters

_PERIOD = re.compile(r"(?:0[1-9]|1[0-2])(?:W[1-6])?|Q[1-4]|W(?:0[1-9]|[1-4]\d|5[0-3])")
LOOKED_AT = 15  # rows in which a header is looked for
LEAST = 2  # columns of it that must be understood
DEEPEST = 3  # rows of a header
VALUES = (
    *("target", "actual", "score", "weight", "annual", "grade", "add", "deduct", "signed"),
    *("each", "each_off"),
)
TABLES = ("kpis", "roles", "people", "scopes", "grades")


@dataclass(slots=True)
class SheetMap:
    """How one sheet is read."""

    title: str
    header: int  # its last row, as the sheet counts; 0: the sheet is left out
    columns: dict[str, str]  # letters -> meaning
    headers: dict[str, str]  # letters -> text as printed
    factors: dict[str, float] = field(default_factory=dict)  # letters -> of the header's unit
    year: int | None = None
    period: str = ""  # of a sheet about one month, quarter or week: 03, Q1, W12
    region: str = ""  # US or EU, where no column says so


@dataclass(slots=True)
class OldMap:
    """How a whole old book is read."""

    sheets: list[SheetMap]
    kpis: dict[str, str] = field(default_factory=dict)  # text in the book -> code, empty: none
    roles: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)  # name -> short code
    scopes: dict[str, str] = field(default_factory=dict)  # shop, market, category -> its code
    grades: dict[str, str] = field(default_factory=dict)  # grade -> points, empty: as it is


def guess(
    sheets: Sequence[OldSheet], names: Mapping[str, str], scopes: Mapping[str, str]
) -> OldMap:
    """What the headers suggest; `names` and `scopes` are the new book's, bare name -> code."""
    made = OldMap([guess_sheet(one, names) for one in sheets])
    for sheet, how in zip(sheets, made.sheets, strict=True):
        _values(sheet, how, made, names, scopes)
    return made


def guess_sheet(sheet: OldSheet, names: Mapping[str, str]) -> SheetMap:
    """Header and columns of one sheet."""
    first, last = _header(sheet, names)
    year, told = old_words.year(sheet.title), old_words.part(sheet.title)
    region = old_words.region(sheet.title) or ""
    if not last:
        return SheetMap(sheet.title, 0, {}, {}, year=year, region=region)
    for row in sheet.rows[:first]:  # titles above the table
        for text in (str(cell) for cell in row if isinstance(cell, str)):
            year = year or old_words.year(text)
            region = region or old_words.region(text) or ""
            told = told or old_words.part(text)
    made = SheetMap(sheet.title, last, {}, {}, year=year, region=region)
    made.period = told[1] if told else ""
    wide = max(len(row) for row in sheet.rows[first:last])
    for at in range(wide):
        parts = _parts(sheet.rows[first:last], at)
        if parts:
            letter = letters(at + 1)
            made.headers[letter] = " ".join(parts)
            made.columns[letter] = _meaning(parts, sheet.title, names)
            made.factors[letter] = old_words.factor(made.headers[letter])
            made.year = made.year or _year(parts)
    return made


def _header(sheet: OldSheet, names: Mapping[str, str]) -> tuple[int, int]:
    """First (zero-based) and last (one-based) row of the header; zeros when there is none."""
    known = [_understood(row, names) for row in sheet.rows[:LOOKED_AT]]
    if not known or max(known) < LEAST:
        return 0, 0
    best = known.index(max(known))
    first, last = best, best + 1
    while first and last - first < DEEPEST and known[first - 1] and _is_header(sheet, first - 1):
        first -= 1
    while last < len(known) and last - first < DEEPEST and known[last] >= LEAST:
        if not _is_header(sheet, last):
            break
        last += 1
    return first, last


def _understood(row: Sequence[OldCell], names: Mapping[str, str]) -> int:
    """How many cells of a row a header would have."""
    texts = [cell for cell in row if isinstance(cell, str)]
    return sum(
        old_words.meaning(t) is not None
        or old_words.kpi_of(t, names) is not None
        or (len(t) <= len("2026年12月份") and old_words.part(t) is not None)
        for t in texts
    )


def _is_header(sheet: OldSheet, at: int) -> bool:
    """Whether a row beside the header belongs to it: texts of different columns, no numbers."""
    cells = [cell for cell in sheet.rows[at] if cell is not None]
    return len(set(map(str, cells))) > 1 and all(
        isinstance(c, str) and not c.replace(".", "").replace("%", "").isdigit() for c in cells
    )


def _parts(rows: Sequence[Sequence[OldCell]], at: int) -> list[str]:
    """The different texts of a column's header, from the top."""
    texts = [str(row[at]) for row in rows if at < len(row) and row[at] is not None]
    return list(dict.fromkeys(" ".join(text.split()) for text in texts))


def _meaning(parts: Sequence[str], title: str, names: Mapping[str, str]) -> str:
    told = _period(parts)
    codes = [code for part in reversed(parts) if (code := old_words.meaning(part))]
    codes = [code for code in codes if code != "month"] or codes
    kpi = next((k for part in parts if (k := old_words.kpi_of(part, names))), None)
    if kpi and not codes:
        codes = [code for part in parts if (code := old_words.ending(part))]
    what = codes[0] if codes else _of_title(title) if told or kpi else ""
    if told and codes[:1] != ["month"] and what in VALUES:
        what += f".{told}"
    return f"{what}@{kpi}" if kpi and what.partition(".")[0] in VALUES else what


def _period(parts: Sequence[str]) -> str:
    """The period of a column; a week below a month is one of that month."""
    told = [code for part in parts if (found := old_words.part(part)) and (code := found[1])]
    months = [code for code in told if code.isdigit()]
    weeks = [code for code in told if code.startswith("W")]
    if months and weeks:
        return f"{months[0]}W{int(weeks[0][1:])}"
    return told[0] if told else ""


def _of_title(title: str) -> str:
    """What the figures of a sheet are that its columns do not name."""
    low = title.casefold()
    signs = (("目标", "target"), ("权重", "weight"), ("得分", "score"), ("score", "score"))
    more = (("target", "target"), ("plan", "target"), ("weight", "weight"), ("考核结果", "score"))
    return next((code for sign, code in (*signs, *more) if sign in low), "")


def _year(parts: Sequence[str]) -> int | None:
    return next((y for part in parts if (y := old_words.year(part))), None)


def _values(
    sheet: OldSheet,
    how: SheetMap,
    made: OldMap,
    names: Mapping[str, str],
    scopes: Mapping[str, str],
) -> None:
    """The KPIs, roles, names, shops and grades that stand in the rows."""
    for letter, code in how.columns.items():
        at = place(letter)
        for row in sheet.rows[how.header :]:
            cell = row[at] if at < len(row) else None
            if not isinstance(cell, str) or old_words.is_total(cell):
                continue
            if code.partition(".")[0] in ("score", "grade") and old_words.grade(cell):
                made.grades.setdefault(cell, "")
            elif code in old_words.SCOPED:
                made.scopes.setdefault(cell, _scope(cell, code, scopes))
            elif code == "metric":
                made.kpis.setdefault(cell, old_words.kpi_of(cell, names) or "")
            elif code == "role":
                made.roles.setdefault(cell, old_words.role(cell) or "")
            elif code == "person":
                made.people.setdefault(cell, "")


def _scope(cell: str, code: str, scopes: Mapping[str, str]) -> str:
    """The code that a shop, category, market or platform has in the new book; empty: none."""
    found = old_words.market(cell) if code == "market" else None
    found = found or (words.decode("platform", cell) if code == "platform" else None)
    known = scopes.get(old_words.bare(found or cell), "")
    region = old_words.region(cell) if code == "market" else None
    return known or (region if region and found in (None, region) else "")


def place(letter: str) -> int:
    """Zero-based column of its letters."""
    number = 0
    for sign in letter:
        number = number * 26 + ord(sign) - 64
    return number - 1


def name_people(made: OldMap, sheets: Sequence[OldSheet], known: Mapping[str, str]) -> None:
    """Short codes: the new book's for a name that it has, the old book's own, else P01, P02 ..."""
    for sheet, how in zip(sheets, made.sheets, strict=True):
        at = {code: place(letter) for letter, code in how.columns.items()}
        if not {"code", "person"} <= set(at):
            continue
        for row in sheet.rows[how.header :]:
            name, code = (row[at[c]] if at[c] < len(row) else None for c in ("person", "code"))
            if isinstance(name, str) and code is not None and not made.people.get(name):
                made.people[name] = f"{code:g}" if isinstance(code, float) else str(code)
    taken = {*known.values(), *made.people.values()}
    free = (f"P{n:02d}" for n in range(1, 10_000))
    for name in made.people:
        code = known.get(name) or made.people[name] or next(c for c in free if c not in taken)
        made.people[name] = code


# --- the file -----------------------------------------------------------------------------------


def as_toml(made: OldMap) -> str:
    """The mapping as text to correct, in the words of both languages."""
    lines = [
        "# 旧表各列的含义；改好后用 --mapping 再运行。空表示不导入。",
        "# What each column of the old book is; correct it and run again with --mapping.",
        f"# {' '.join(old_words.MEANINGS)}",
        '# target.03 = 三月 March; weight@acos = 该指标 of that KPI; "" = 不导入 left out',
        "# target.Q1 = 一季度 quarter; target.W03 = 第3周 week 3; 03W1 = 三月第1周 week 1 of March",
        "# [scopes] 店铺、站点、类目 -> 新表中的代码 code in the new book",
        '# [grades] 等级 -> 分数 points of a grade; "" = 按原样记录 as it is written',
    ]
    for one in made.sheets:
        lines += ["", "[[sheet]]", f"title = {_quoted(one.title)}"]
        lines += [
            f"header = {one.header}  # 表头最后一行，0 = 跳过 last row of the header, 0 = skip"
        ]
        lines += [f"year = {one.year or 0}", f'period = "{one.period}"  # 03, Q1, W12']
        lines += [f'region = "{one.region}"  # US, EU', "[sheet.columns]"]
        lines += [f"{k} = {_quoted(v)}  # {one.headers[k]}" for k, v in one.columns.items()]
    for name in TABLES:
        lines += ["", f"[{name}]"]
        lines += [f"{_quoted(k)} = {_quoted(v)}" for k, v in getattr(made, name).items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False)


def read_toml(path: Path, guessed: OldMap) -> OldMap:
    """The corrected mapping; what it does not name stays as guessed.

    Raises:
        FileRefusedError: It is no TOML, names a sheet or column that is not there, or a meaning
            that nobody knows.
    """
    try:
        told: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        for one in told.get("sheet", []):
            _correct(path, one, guessed)
        for name in TABLES:
            getattr(guessed, name).update({str(k): str(v) for k, v in told.get(name, {}).items()})
    except (OSError, UnicodeDecodeError, AttributeError, TypeError, ValueError) as error:
        raise _wrong(path, str(error)) from error
    return guessed


def _correct(path: Path, told: Mapping[str, Any], guessed: OldMap) -> None:
    title = str(told.get("title", ""))
    sheet = next((one for one in guessed.sheets if one.title == title), None)
    if sheet is None:
        raise _wrong(path, f"no sheet {title!r}")
    sheet.header = int(told.get("header", sheet.header))
    sheet.year = int(told.get("year", 0)) or None
    of_month = f"{int(told['month']):02d}" if told.get("month") else sheet.period
    sheet.period = _told_period(path, str(told.get("period", of_month)))
    sheet.region = str(told.get("region", ""))
    for letter, code in dict(told.get("columns", {})).items():
        base, _, period = str(code).partition("@")[0].partition(".")
        if base and base not in old_words.MEANINGS:
            raise _wrong(path, f"{title} {letter} = {code!r}: {' '.join(old_words.MEANINGS)}")
        _told_period(path, period)
        sheet.columns[letter] = str(code)
        sheet.headers.setdefault(letter, "")


def _told_period(path: Path, code: str) -> str:
    if code and not _PERIOD.fullmatch(code):
        raise _wrong(path, f"{code!r}: 03, Q1, W12, 03W1")
    return code


def _wrong(path: Path, what: str) -> FileRefusedError:
    return FileRefusedError(
        f"Mapping {path.name}: {what}. Correct it and retry.",
        f"映射文件 {path.name}：{what}。请更正后重试。",
    )
