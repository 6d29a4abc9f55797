"""Rows of a sheet through four engines: Python, node, Chromium and native formulas.

A family is rows of typed cells, the product's own formulas beside them, and the calls of sheet
functions that must give the same: whole columns in one call wherever the arguments allow it. The
workbook with one row of formulas stays open in LibreOffice; rows go in by the thousand, the
formulas are copied down once, and their values come back as doubles.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from kpi.function_answers import answer
from kpi.sheet_calls import Cell, SheetError
from sheet_templates.places import letters
from tests.function_support import RUN, by_node, shown_cell
from tests.kpi_language_support import bits
from tests.libreoffice import Office
from tests.pane_support import Pane
from tests.scoring_sheet_support import words_of

FIRST = 4  # zero-based row of the first row: a card may reach so far up
MOST = 4000  # rows of one feed
UNKNOWN = SheetError("na", {"zh": "", "en": ""})  # as a cell: #N/A
BROKEN = "broken"  # how many answers of a row are an error that is not #N/A
Row = Mapping[str, Cell]
Ref = Callable[[str], str]
Words = Callable[[str, str], str]
Answers = list[list[list[str]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, and which cells of the sheet must show its answers: a column, and rows in order."""

    column: str
    code: str
    given: Sequence[object]
    rows: Sequence[int]
    unknown: str = "unknown"  # what the formulas show where the function gives an error


@dataclass(frozen=True, slots=True)
class Family:
    """Rows of one kind: columns that are typed, formulas by column, and the calls over rows."""

    name: str
    inputs: tuple[str, ...]
    formulas: Callable[[Ref, Ref, Words], Mapping[str, str]]
    asked: Callable[[Sequence[Row], str], list[Asked]]
    answers: tuple[str, ...]  # the formula columns that functions give
    tables: Sequence[Sequence[Cell]] = ()  # the second sheet, from A1
    reach: int = 0  # rows that a formula looks up and down
    together: str = ""  # column by whose value rows belong together


@dataclass(frozen=True, slots=True)
class Engines:
    """What answers beside Python, and a folder for their files."""

    office: Office
    page: Pane
    folder: Path


def column(rows: Sequence[Row], code: str) -> list[list[Cell]]:
    """A column as a range."""
    return [[row[code]] for row in rows]


def over(
    column_: str, code: str, rows: Sequence[Row], names: Sequence[object], unknown: str = "unknown"
) -> Asked:
    """One call over whole columns by their names; what is no name of a column is given as it is."""
    given = [column(rows, one) if isinstance(one, str) and one in rows[0] else one for one in names]
    return Asked(column_, code, given, range(len(rows)), unknown)


def by_python(calls: Sequence[Asked]) -> Answers:
    """The answers as bits or text."""
    return [[list(map(shown_cell, line)) for line in answer(one.code, *one.given)] for one in calls]


def by_chromium(one: Pane, calls: Sequence[tuple[str, Sequence[object]]]) -> Answers:
    """The answers of the page's own functions, as Python's are shown."""
    _, helpers, rest = RUN.partition("const view")
    body = (helpers + rest).rpartition("process.stdout")[0]
    one.js(f"() => {{ {body} globalThis.answer = answer; }}")
    plain = json.dumps(calls, default=lambda error: {"error": error.code})
    # as text: the browser's own way of handing over deep lists is slow
    text = one.js("(text) => JSON.stringify(JSON.parse(text).map(answer))", plain)
    found: Answers = json.loads(text)
    return found


def outputs(family: Family) -> list[str]:
    """The columns of formulas, in order."""
    return [*family.formulas(str, str, lambda _, code: code), BROKEN]


def template(path: Path, family: Family, language: str) -> Path:
    """A workbook whose row `FIRST` has the formulas of the family; made once."""
    if path.exists():
        return path
    row, codes = FIRST + 1, [*family.inputs, *outputs(family)]
    names = {code: letters(n) for n, code in enumerate(codes)}

    def col(code: str) -> str:
        reach = family.reach
        return f"${names[code]}{row - reach}:${names[code]}{row + reach}"

    made = dict(family.formulas(lambda code: f"${names[code]}{row}", col, words_of(language)))
    made[BROKEN] = "+".join(f"ISERR(${names[code]}{row})" for code in family.answers)
    book = xlsxwriter.Workbook(path)
    page, tables = book.add_worksheet("rows"), book.add_worksheet("tables")
    for code, text in made.items():
        page.write_formula(FIRST, codes.index(code), "=" + text)
    for n, line in enumerate(family.tables):
        tables.write_row(n, 0, line)
    book.close()
    return path


def by_office(
    office: Office, path: Path, family: Family, rows: Sequence[Row]
) -> Iterator[Mapping[str, str]]:
    """The formula columns of every row, as bits or text."""
    codes = outputs(family)
    for part in _parts(rows, family.together):
        lines = [[_fed(row[code]) for code in family.inputs] for row in part]
        for values in office.feed(path, FIRST, lines, len(codes)):
            shown = [value if isinstance(value, str) else bits(value) for value in values]
            yield dict(zip(codes, shown, strict=True))


def _parts(rows: Sequence[Row], together: str) -> Iterator[Sequence[Row]]:
    """Rows for one feed each; neighbours that are equal in a column are not parted."""
    start = 0
    while start < len(rows):
        end = min(start + MOST, len(rows))
        while together and end < len(rows) and rows[end][together] == rows[end - 1][together]:
            end -= 1
        yield rows[start:end]
        start = end


def _fed(cell: Cell) -> object:
    """A cell as `Office.feed` takes it."""
    return None if isinstance(cell, SheetError) else "" if cell is None else cell


def differences(
    engines: Engines, family: Family, rows: Sequence[Row], language: str
) -> tuple[list[object], list[Mapping[str, str]]]:
    """Where the four do not agree to the last bit, and what the sheet shows of every row."""
    asked = family.asked(rows, language)
    calls = [(one.code, list(one.given)) for one in asked]
    wanted = by_python(asked)
    path = template(engines.folder / f"{family.name}-{language}.xlsx", family, language)
    sheet = list(by_office(engines.office, path, family, rows))
    wrong: list[object] = [
        (name, one.code, n, ours, theirs)
        for name, found in (
            ("node", by_node(calls, engines.folder)),
            ("Chromium", by_chromium(engines.page, calls)),
        )
        for one, grid, other in zip(asked, wanted, found, strict=True)
        for n, (ours, theirs) in enumerate(zip(grid, other, strict=True))
        if ours != theirs
    ]
    wrong += [
        (rows[n], one.code, one.column, ours, sheet[n][one.column])
        for one, grid in zip(asked, wanted, strict=True)
        for n, [ours] in zip(one.rows, grid, strict=True)
        if sheet[n][one.column] != (one.unknown if ours.startswith(("na:", "value:")) else ours)
    ]
    wrong += [(rows[n], line) for n, line in enumerate(sheet) if line[BROKEN] != bits(0.0)]
    return wrong, sheet
