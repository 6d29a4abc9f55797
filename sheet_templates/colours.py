"""Conditional formats of a table's columns: signs, unknown, pending, numbers by their unit."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from sheet_templates import words
from sheet_templates.book import INPUT_ROWS, Book
from sheet_templates.layout import STATES, Column, Owner
from sheet_templates.places import Place, letters
from sheet_templates.style import (
    PENDING,
    STATUS,
    TYPED_BY_HAND,
    TYPED_OVER,
    UNIT_FORMAT,
    UNKNOWN,
    is_number,
)

SIGNED = frozenset(
    {"status", "state", "level", "data_state", "cost_state", "number_check", "check", "connection"}
    | {"finding", "task_state", "score_basis", "weights", "standing"}
)
WHOLE_DAYS = frozenset({"tblTerm", "tblClause"})  # a contract counts no part of a day


def colours(book: Book, tab: Worksheet, place: Place, column: Column) -> None:
    """Conditional formats of one column, over generous rows."""
    number = place.offset(column.code)
    area = (place.row + 1, number, INPUT_ROWS, number)
    if column.code in SIGNED:
        signs(book, tab, area)
    if column.code == "pending":
        look = book.styles.rule(**PENDING)
        tab.conditional_format(*area, {"type": "no_blanks", "format": look})
    if is_number(column):
        tab.conditional_format(
            *area, {"type": "errors", "format": book.styles.rule(**UNKNOWN), "stop_if_true": True}
        )
    if column.kind == "number" and any(c.code == "unit" for c in place.table.columns):
        if column.code in ("warn", "breach"):  # those of a band alone have lower ones
            _part_of_due(book, tab, place, area)
        _by_unit(book, tab, area, place)
    if column.code in ("actual", "data_until") and place.table.name == "tblScore":
        _by_state(book, tab, area, letters(place.offset("data_state")))
    if place.table.name in STATES and column.owner is Owner.SERVICE:
        state = letters(place.offset(STATES[place.table.name]))
        criteria = typed_over(f"${state}{place.row + 2}", column.header(book.language))
        look = book.styles.rule(**TYPED_OVER)
        tab.conditional_format(*area, {"type": "formula", "criteria": criteria, "format": look})


def typed_over(state: str, header: str) -> str:
    """Whether the state of a row, `≠ Typed over Actual 0.25`, names the column of this header."""
    return f'=AND(LEFT({state},1)="≠",ISNUMBER(FIND(" {header} ",{state})))'


def signs(book: Book, tab: Worksheet, area: tuple[int, int, int, int]) -> None:
    """Colour cells by the sign they begin with."""
    for sign, look in STATUS:
        tab.conditional_format(
            *area,
            {
                "type": "text",
                "criteria": "begins with",
                "value": sign,
                "format": book.styles.rule(**look),
            },
        )


def _by_unit(book: Book, tab: Worksheet, area: tuple[int, int, int, int], place: Place) -> None:
    """Numbers shown by the unit in their own row; the unit may be a code or a word."""
    cell = f"${letters(place.offset('unit'))}{area[0] + 1}"
    own = {"days": "0"} if place.table.name in WHOLE_DAYS else {}
    for code, shown in (UNIT_FORMAT | own).items():
        tests = ",".join(f'{cell}="{word}"' for word in _spelled("unit", code))
        look = book.styles.rule(num_format=shown)
        tab.conditional_format(
            *area, {"type": "formula", "criteria": f"=OR({tests})", "format": look}
        )


def _part_of_due(book: Book, tab: Worksheet, place: Place, area: tuple[int, int, int, int]) -> None:
    """Limits of paced money and counts are parts of what is due: shown as percent."""
    row = area[0] + 1
    unit, better = (f"${letters(place.offset(code))}{row}" for code in ("unit", "better"))
    paced = ",".join(f'{unit}="{word}"' for word in _spelled("unit", "money", "count"))
    higher = ",".join(f'{better}="{word}"' for word in _spelled("better", "higher"))
    rule = {"type": "formula", "criteria": f"=AND(OR({paced}),OR({higher}))", "stop_if_true": True}
    tab.conditional_format(*area, {**rule, "format": book.styles.rule(num_format="0.0%")})


def _spelled(name: str, *codes: str) -> list[str]:
    """Codes and their words in both languages."""
    return sorted(
        {
            s
            for code in codes
            for s in (code, words.show(name, code, "zh"), words.show(name, code, "en"))
        }
    )


def _by_state(book: Book, tab: Worksheet, area: tuple[int, int, int, int], state: str) -> None:
    """Old or partial values hatched, typed ones purple."""
    cell = f"${state}{area[0] + 1}"
    hatched = dict(STATUS)["◇"]
    for sign, codes, look in (
        ("◇", ("stale", "partial"), hatched),
        ("✎", ("manual",), TYPED_BY_HAND),
    ):
        tests = ",".join([f'LEFT({cell},1)="{sign}"', *(f'{cell}="{code}"' for code in codes)])
        rule = {"type": "formula", "criteria": f"=OR({tests})", "format": book.styles.rule(**look)}
        tab.conditional_format(*area, rule)
