"""The rows of an old book's sheets, and what their columns say: whose, where, when, how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sheet_templates.start import StartRow
from sync_service.imports import old_words
from sync_service.imports.numbers import readings
from sync_service.imports.old_findings import NO_KPI, NO_OWNER, NO_REGION, NO_ROLE, Finding
from sync_service.imports.old_mapping import VALUES, OldMap, SheetMap, place
from sync_service.imports.old_periods import Given
from sync_service.imports.old_sheets import OldCell, OldSheet
from sync_service.workbooks.areas import letters

Key = tuple[str, ...]
NAMING = ("person", "code", "metric", "role", *old_words.SCOPED, "region", "month", "kind")
_TAIL = re.compile(r"(万|[wW]|亿|百万|千|[kK]|分|元|天|单|个|pts?|points?)$", re.IGNORECASE)
_TIMES = {"万": 1e4, "w": 1e4, "百万": 1e6, "亿": 1e8, "千": 1e3, "k": 1e3}


@dataclass(slots=True)
class OldRows:
    """What goes into the new book, by key, and what was not understood."""

    people: dict[Key, StartRow] = field(default_factory=dict)
    weights: dict[Key, StartRow] = field(default_factory=dict)
    targets: dict[Key, dict[str, object]] = field(default_factory=dict)
    parts: dict[Key, dict[str, Given]] = field(default_factory=dict)  # of targets, by period
    scores: dict[str, dict[str, float]] = field(default_factory=dict)  # period -> person -> points
    grades: dict[str, dict[str, str]] = field(default_factory=dict)  # period -> person -> grade
    points: list[StartRow] = field(default_factory=list)  # added and deducted
    kinds: dict[Key, StartRow] = field(default_factory=dict)  # of points
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One row of an old sheet: what its columns say about it."""

    sheet: OldSheet
    how: SheetMap
    number: int  # of the row, as the sheet counts
    said: dict[str, OldCell]  # meaning without a period or KPI -> cell
    values: list[tuple[str, OldCell]]  # letters and cell of each figure

    def at(self, letter: str) -> str:
        """The address of a column's cell."""
        return f"{letter}{self.number}"


def lines(sheet: OldSheet, how: SheetMap, found: OldRows) -> Iterator[Line]:
    """The rows below the header that hold something and are no totals."""
    if not how.header:
        return
    for number, row in enumerate(sheet.rows[how.header :], how.header + 1):
        cells = {letter: at(row, letter) for letter in how.columns}
        said, values = {}, []
        for letter, code in how.columns.items():
            base = code.partition("@")[0].partition(".")[0]
            if base in VALUES and base != "actual":
                values.append((letter, cells[letter]))
            elif base:
                said[base] = cells[letter]
        line = Line(sheet, how, number, said, values)
        if any(isinstance(cell, str) and old_words.is_total(cell) for cell in row):
            continue
        if any(said.get(code) is not None for code in NAMING):
            yield line
        else:
            _nobody(line, found)


def at(row: list[OldCell], letter: str) -> OldCell:
    """A cell of a row; None beyond its end."""
    number = place(letter)
    return row[number] if number < len(row) else None


def _nobody(line: Line, found: OldRows) -> None:
    """Figures of a row that says nothing of whose they are."""
    figure = next(((k, c) for k, c in line.values if number(c) is not None), None)
    if figure is not None:
        say(line, figure[0], figure[1], found, *NO_OWNER)


def say(line: Line, what: str, cell: OldCell, found: OldRows, en: str, zh: str) -> None:
    """A finding at a cell, once; `what` is the column's letters or its meaning."""
    letter = what if what in line.how.columns else _letter(line, what)
    one = Finding(line.how.title, line.at(letter), str(cell)[:80], en, zh)
    if one not in found.findings:
        found.findings.append(one)


def _letter(line: Line, meaning: str) -> str:
    return next((k for k, v in line.how.columns.items() if v == meaning), letters(1))


# --- whose, where, when ---------------------------------------------------------------------------


def code_of(line: Line, made: OldMap) -> str:
    """The short code of a line's person; empty without one."""
    name, code = line.said.get("person"), line.said.get("code")
    if isinstance(name, str):
        return made.people.get(name, "")
    return f"{code:g}" if isinstance(code, float) else str(code or "")


def role_of(line: Line, made: OldMap, found: OldRows) -> str | None:
    """The role that a line names, or its person has."""
    cell = line.said.get("role")
    if cell is None:
        return None
    code = made.roles.get(str(cell), "") or None
    if code is None:
        say(line, "role", cell, found, *NO_ROLE)
    return code


def kpi_of(line: Line, made: OldMap, found: OldRows) -> str:
    """The KPI that a line names; empty where it is not known."""
    cell = line.said.get("metric")
    code = made.kpis.get(str(cell), "")
    if not code and cell is not None:
        say(line, "metric", cell, found, *NO_KPI)
    return code


def region_of(line: Line, letter: str, found: OldRows) -> str:
    """US or EU, by the line's region or market, else the sheet's."""
    cells = [(code, line.said.get(code)) for code in ("region", "market")]
    told = [(code, cell) for code, cell in cells if cell is not None]
    regions = (_region(cell) for _, cell in told)
    code = next((one for one in regions if one), None) or line.how.region
    if not code:
        what, cell = told[0] if told else (letter, "")
        say(line, what, cell, found, *NO_REGION)
    return code


def _region(cell: OldCell) -> str | None:
    market = old_words.market(cell)
    if market is not None and market not in ("US", "EU"):
        return "EU"
    return old_words.region(cell)


def when(line: Line, period: str) -> tuple[int | None, str]:
    """Year and period of a figure: the column's, the row's, the sheet's; empty: none is said."""
    cell = line.said.get("month")
    told: tuple[int | None, str] = (None, "")
    if isinstance(cell, date):
        told = (cell.year, f"{cell.month:02d}")
    elif isinstance(cell, float) and 1 <= cell <= 12:  # noqa: PLR2004 - the months of a year
        told = (None, f"{int(cell):02d}")
    elif cell is not None:
        told = old_words.part(cell) or told
    return told[0] or line.how.year, _together(period or told[1], line.how.period)


def _together(told: str, of_sheet: str) -> str:
    """A week of a sheet about one month is one of that month."""
    if told.startswith("W") and of_sheet.isdigit():
        return f"{of_sheet}W{int(told[1:])}"
    return told or of_sheet


# --- how much -------------------------------------------------------------------------------------


def number(cell: OldCell) -> float | None:
    """A cell's number: 12.5万, 92分, 25 %, 1,234, (300); None when it is none."""
    if isinstance(cell, float):
        return cell
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    tail = _TAIL.search(text)
    read = readings(text[: tail.start()] if tail else text, share=True).point
    times = _TIMES.get(tail[1].casefold(), 1.0) if tail else 1.0
    return None if read is None else float(read) * times


def has_unit(cell: OldCell) -> bool:
    """Whether a cell says its own unit, 14万 or 6 %: then the header's does not count again."""
    text = str(cell).strip().casefold()
    return "%" in text or "％" in text or any(text.endswith(sign) for sign in _TIMES)


def said_nothing(cell: OldCell) -> bool:
    """Whether a cell is empty, or a dash for nothing."""
    return cell is None or str(cell).strip() in ("-", "–", "—", "/", "无")
