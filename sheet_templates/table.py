"""A real Excel table: header with owner colours and notes, typed rows, formulas, checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlsxwriter.worksheet import Worksheet

from sheet_templates import words
from sheet_templates.book import INPUT_ROWS, SLICES, Book, Formula, formula, put
from sheet_templates.colours import colours
from sheet_templates.frame import coded_setting
from sheet_templates.layout import Column, Owner
from sheet_templates.notes import note
from sheet_templates.places import Place, letters, this_row
from sheet_templates.purpose import shown_for
from sheet_templates.start import StartRow
from sheet_templates.style import WRAPPED, header_align
from sheet_templates.widths import lines, width

BOUNDS = {
    "ratio": (-10.0, 10.0),
    "points": (-1000.0, 1000.0),
    "money": (-1e12, 1e12),
    "number": (-1e12, 1e12),
    "count": (-1e9, 1e9),
    "days": (-1e5, 1e5),
}
OPEN_LISTS = (
    "scope",
    "market",
    "currency",
    "measure",
    "pay_kpi",
)  # a word outside is asked about, not refused
OPEN_COLUMNS = (  # what is no word of the list has its place here too
    "tblTarget.metric",  # an ad budget has targets and is no KPI
    "tblInput.shop",  # quiz points and a mentor's rating belong to a person
)
LINE = 14.0  # points of a line of text
ANY_ROW = 999_983  # stands for the row in a formula that is made once and written into each row
OWN_BOUNDS = {
    "tblWeight.weight": (0.0, 40.0),
    "tblPeople.us_share": (0.0, 1.0),
    "tblPeople.team_share": (0.0, 1.0),
    "tblAssign.share": (0.0, 1.0),
    "tblTask.done": (0.0, 1.0),
    "tblTarget.year": (2020.0, 2100.0),
    "tblGrade.start": (0.0, 999.0),
    "tblGrade.coefficient": (0.0, 10.0),
    "tblPay.base": (0.0, 1e9),
    "tblPay.attendance": (0.0, 1.0),
    "tblPay.weight": (0.0, 1e6),
    "tblApplied.times": (0.0, 1e6),
}


@dataclass(frozen=True, slots=True)
class TableSpec:
    """How a table is built beyond its layout."""

    name: str
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    fill_down: Mapping[str, Formula] = field(default_factory=dict)  # for rows that a person adds
    keys: Sequence[StartRow] = ()  # rows of a fixed table, where the start gives none
    blanks: int = 1  # empty rows of a table that starts with nothing
    autofilter: bool = True
    style_columns: bool = True  # widths and folding; the widest table of a tab decides
    parted: bool = False  # a darker line where the first column changes
    row_height: float | None = None  # points; else rows grow with their wrapped texts


def put_table(book: Book, spec: TableSpec) -> None:
    """Write a table where the plan has it."""
    place = book.places[spec.name]
    texts = {code: make(book.row(spec.name, ANY_ROW)) for code, make in spec.formulas.items()}
    tab = book.tabs[place.sheet.code]
    rows: Sequence[StartRow] = book.start.rows(spec.name) or spec.keys or ({},) * spec.blanks
    last = place.row + len(rows)
    _define(book, tab, place, spec, last)
    _headers(book, tab, place)
    part = place.table.key[0]
    before = rows[0].get(part)
    for number, row in enumerate(rows, place.row + 1):
        first = spec.parted and row.get(part) != before
        before = row.get(part)
        _row(book, place, texts, number, row, first=first)
        height = spec.row_height or _height(book, place, row)
        if height:
            tab.set_row(number, height)
    if spec.style_columns:
        _columns(book, tab, place)
    for column in place.table.columns:
        _checks(book, tab, place, column)
        colours(book, tab, place, column)


def _define(book: Book, tab: Worksheet, place: Place, spec: TableSpec, last: int) -> None:
    structured = this_row(spec.name, book.language)
    columns: list[dict[str, object]] = []
    for column in place.table.columns:
        entry: dict[str, object] = {"header": column.header(book.language)}
        align = header_align(place.table, column)
        room = 1 if align == "left" or spec.autofilter else 0
        look = book.styles.header(owner(book, column), folded=column.folded, align=align, room=room)
        entry["header_format"] = look
        if column.code in spec.fill_down and book.edition not in SLICES:
            entry["formula"] = "=" + spec.fill_down[column.code](structured)
        columns.append(entry)
    right = place.column + len(columns) - 1
    options = {
        "name": spec.name,
        "style": None,
        "autofilter": spec.autofilter,
        "columns": columns,
    }
    tab.add_table(place.row, place.column, last, right, options)
    # Cells hold plain A1 formulas, which every program reads; the table's own structured text
    # serves rows that a person adds in Excel. Both say the same, so no green triangles.
    tab.ignore_errors({"calculated_column": f"A1:{letters(right)}{INPUT_ROWS}"})


def owner(book: Book, column: Column) -> Owner:
    """Who writes a column in this edition: in a slice nobody writes what the manager writes."""
    if book.edition in SLICES and column.owner is Owner.MANAGER:
        return Owner.SERVICE
    return column.owner


def _headers(book: Book, tab: Worksheet, place: Place) -> None:
    tab.set_row(place.row, 32)
    for number, column in enumerate(place.table.columns, place.column):
        text = note(place.table.name, column.code, book.language)
        tab.write_comment(
            place.row,
            number,
            text,
            {"author": "LinkStar", "width": 260, "height": 52, "font_size": 9, "start_row": 0},
        )


def _row(
    book: Book, place: Place, texts: Mapping[str, str], number: int, row: StartRow, *, first: bool
) -> None:
    tab = book.tabs[place.sheet.code]
    for position, column in enumerate(place.table.columns, place.column):
        unlocked = owner(book, column) is Owner.PARTNER
        look = book.styles.body(place.table, column, unlocked=unlocked, first=first)
        if column.code in texts:
            text = texts[column.code].replace(str(ANY_ROW), str(number + 1))
            formula(tab, number, position, text, look)
        else:
            shown = book.shown(place.table.name, column, row.get(column.code))
            put(tab, number, position, shown, look)


def _height(book: Book, place: Place, row: StartRow) -> float | None:
    """Room for the wrapped texts of a row; not every program makes it by itself when it opens."""
    needed = max(
        (
            lines(place.table, column, book.language, str(row.get(column.code) or ""))
            for column in place.table.columns
            if f"{place.table.name}.{column.code}" in WRAPPED
        ),
        default=1,
    )
    return LINE * needed + 2 if needed > 1 else None


def _columns(book: Book, tab: Worksheet, place: Place) -> None:
    """Widths, and folded groups with their button on the column after them."""
    unseen = _unseen(book, place)
    folded_before = False
    for number, column in enumerate(place.table.columns, place.column):
        options: dict[str, object] = {}
        if column.folded:
            options = {"level": 1, "hidden": True}
        elif folded_before:
            options = {"collapsed": True}
        if column.code in unseen:
            options["hidden"] = True
        tab.set_column(number, number, width(place.table, column, book.language), None, options)
        folded_before = column.folded
    if folded_before:
        after = place.column + len(place.table.columns)
        tab.set_column(after, after, None, None, {"collapsed": True})


def _unseen(book: Book, place: Place) -> frozenset[str]:
    """Columns that the purpose of a manager's book hides."""
    if book.edition != "manager":
        return frozenset()
    seen = shown_for(coded_setting(book, "purpose"), "").columns.get(place.table.name, {})
    return frozenset(code for code, visible in seen.items() if not visible)


def _checks(book: Book, tab: Worksheet, place: Place, column: Column) -> None:
    """Validation of an input column; service and formula columns take no input."""
    writer = owner(book, column)
    if writer not in (Owner.MANAGER, Owner.PARTNER):
        return
    options = _validation(book, place, column)
    if options is None:
        return
    number = place.offset(column.code)
    title = column.header(book.language)[:32]
    tab.data_validation(
        place.row + 1, number, INPUT_ROWS, number, {"error_title": title, **options}
    )


def _validation(book: Book, place: Place, column: Column) -> dict[str, object] | None:
    kind, _, name = column.kind.partition(":")
    if kind == "choice":
        message = book.text("请从下拉列表中选择。", "Please choose from the list.")
        own = f"{place.table.name}.{column.code}"
        return {
            "validate": "list",
            "source": f"=lst{list_name(name)}",
            "ignore_blank": name in words.LISTS,
            "error_message": message,
            "error_type": "warning" if name in OPEN_LISTS or own in OPEN_COLUMNS else "stop",
        }
    if kind == "date":
        message = book.text("请输入日期，例如 2026-10-21。", "Enter a date, such as 2026-10-21.")
        return {
            "validate": "date",
            "criteria": ">=",
            "value": "=DATE(2000,1,1)",
            "error_message": message,
        }
    if kind in BOUNDS:
        low, high = OWN_BOUNDS.get(f"{place.table.name}.{column.code}", BOUNDS[kind])
        message = book.text(
            f"请输入 {low:g} 到 {high:g} 之间的数字。",
            f"Enter a number from {low:g} to {high:g}.",
        )
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": low,
            "maximum": high,
            "error_message": message,
        }
    return None


def list_name(name: str) -> str:
    """The end of the defined name that holds a dropdown's words."""
    return "".join(part.capitalize() for part in name.split("_"))
