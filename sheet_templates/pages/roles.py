"""The roles that dropdowns offer: the shipped ones, then the own roles of Duties; all on Lists."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from kpi.own_roles import MOST_OWN_ROLES
from sheet_templates import words
from sheet_templates.book import Book, below, formula
from sheet_templates.places import HEADER_ROW, letters, quoted

LOOKED = 100  # rows of Duties in which own roles are looked for
FIRST = HEADER_ROW + 1


def roles(book: Book, tab: Worksheet, column: int) -> int:
    """One cell a role: nmRoles has room for the own ones, lstRole ends with the last that is there.

    Returns:
        The next free column.
    """
    look = book.styles.get()
    tab.write_string(HEADER_ROW, column, "role", book.styles.get(bold=True, bottom=1))
    shipped = words.dropdown("role", book.language)
    for row, word in enumerate(shipped, FIRST):
        tab.write_string(row, column, word, look)
    last = FIRST + len(shipped) + MOST_OWN_ROLES
    cells = below(FIRST, column, last_row=last)
    book.define("nmRoles", "lists", cells)
    if "tblDuty" not in book.places:
        book.define("lstRole", "lists", below(FIRST, column, last_row=FIRST + len(shipped)))
        return column + 1
    own, count = _numbers(book, tab, column + 1), _own_at_start(book)
    duty, numbers = _duty(book), below(FIRST, column + 1, last_row=FIRST + LOOKED)
    for n in range(1, MOST_OWN_ROLES + 1):
        text = f'IFERROR(INDEX({duty},MATCH({n},{numbers},0))&"","")'
        shown = count[n - 1] if n <= len(count) else ""
        formula(tab, FIRST + len(shipped) + n - 1, column, text, look, shown)
    sheet = quoted(book.sheet("lists").title(book.language))
    first, filled = sheet + cells.partition(":")[0], f"MIN({MOST_OWN_ROLES},MAX({sheet}{numbers}))"
    offered = f"INDEX({sheet}{cells},{len(shipped)}+{filled})"
    book.workbook.define_name("lstRole", f"={first}:{offered}")
    return own


def _numbers(book: Book, tab: Worksheet, column: int) -> int:
    """Beside the roles: each own role of Duties has its number where it first stands."""
    look, duty = book.styles.get(), _duty(book)
    known = [text for word in words.LISTS["role"] for text in word]
    for row, text in enumerate(known, FIRST):
        tab.write_string(row, column + 1, text, look)
    shipped = below(FIRST, column + 1, last_row=FIRST + len(known))
    letter = letters(column)
    for n in range(1, LOOKED + 1):
        name = f"INDEX({duty},{n})"
        new = f'AND({name}<>"",COUNTIFS({shipped},{name})=0,IFERROR(MATCH({name},{duty},0),0)={n})'
        above = f"MAX(${letter}${FIRST}:${letter}${FIRST + n - 1})"
        formula(tab, FIRST + n - 1, column, f'IF({new},{above}+1,"")', look)
    return column + 3


def _duty(book: Book) -> str:
    place = book.places["tblDuty"]
    cells = below(place.row + 1, place.offset("role"), last_row=place.row + 1 + LOOKED)
    return quoted(place.sheet.title(book.language)) + cells


def _own_at_start(book: Book) -> tuple[str, ...]:
    names = (str(row.get("role") or "") for row in book.start.rows("tblDuty"))
    own = (name for name in names if name and words.decode("role", name) is None)
    return tuple(dict.fromkeys(own))
