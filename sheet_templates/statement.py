"""The monthly statement of an agency: a small workbook whose every line is a formula.

Four tabs: the statement, what goes on the invoice, the deliverables of the month, and the terms,
of which the values are typed. A line has a code, which the service and the tests find it by.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sheet_templates.places import quoted
from sheet_templates.statement_formulas import level_formula, month_formulas
from sheet_templates.statement_invoice import invoice
from sheet_templates.statement_paper import (
    FIRST,
    FIRST_TEXT,
    LEVELS,
    LINES,
    MONEY,
    PERCENT,
    ROW,
    TERMS,
    TEXTS,
    TITLES,
    Number,
    Paper,
    StatementRows,
    cached,
    line_cell,
    term_cell,
    text_cell,
)
from sheet_templates.statement_print import paragraphs, printed, signatures
from sheet_templates.style import Styles
from sheet_templates.table import LINE

CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # one date for every build
DELIVERED = (
    ("编号", "事项", "到期", "收到", "验收", "状态"),
    (
        *("No", "What", "Due", "Received", "Accepted"),
        "State",
    ),
)


def build_statement(path: Path, rows: StatementRows) -> Path:
    """Write the workbook."""
    workbook = Workbook(str(path), {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"title": "LinkStar KPI Sheets", "created": CREATED})
    made = Paper(workbook, rows, Styles(workbook, rows.language))
    tabs = {code: workbook.add_worksheet(names[rows.language]) for code, names in TITLES.items()}
    _statement(made, tabs["statement"])
    lines = {code: line_cell(code) for code, *_ in LINES}
    invoice(made, tabs["invoice"], lines)
    _deliverables(made, tabs["deliverables"])
    _terms(made, tabs["terms"])
    for tab in tabs.values():
        printed(made, tab)
    workbook.close()
    return path


def _statement(made: Paper, tab: Worksheet) -> None:
    made.title(tab, "statement")
    tab.set_column(0, 0, 64)
    tab.set_column(1, 1, 18)
    formulas = line_formulas(made.rows)
    for row, (code, zh, en, shown) in enumerate(LINES, FIRST):
        tab.write_string(row, 0, made.text(zh, en), made.line(code))
        own = MONEY if code == "profit" else made.rows.shown(shown)
        look = made.line(code, num_format=own, align="right")
        value = made.rows.lines[code]
        if code in formulas:
            tab.write_formula(row, 1, "=" + formulas[code], look, cached(value))
        elif value is None:
            tab.write_formula(row, 1, "=NA()", look, "#N/A")
        else:
            tab.write_number(row, 1, float(value), look)
    signatures(made, tab, FIRST + len(LINES) + 1)


def line_formulas(rows: StatementRows) -> dict[str, str]:
    """The formula of each line that is worked out, without the leading =."""
    language = rows.language

    def term(code: str) -> str:
        return term_cell(language, code)

    return {
        **month_formulas(term, line_cell, rows.decimals),
        "level": level_formula(line_cell("total"), _levels(rows)),
        "rate": _rate(rows),
        "late": _count(rows, "late"),
        "missing": _count(rows, "missing"),
    }


def _rate(rows: StatementRows) -> str:
    """The rate; unknown once another currency is typed, until the statement is made again."""
    typed, rate = text_cell(rows.language, "currency"), rows.lines["rate"]
    same = f'{typed}="{rows.currency}"'
    if rows.currency == rows.report:
        same = f'OR({typed}="",{same})'
    return f"IF({same},{'NA()' if rate is None else repr(float(rate))},NA())"


def _levels(rows: StatementRows) -> list[tuple[str, str]]:
    """The cells of each level of service: points from, part of the fee."""
    sheet, first = quoted(TITLES["terms"][rows.language]), FIRST + len(TERMS) + 3
    return [(f"{sheet}$A${row}", f"{sheet}$B${row}") for row in range(first, first + LEVELS)]


def _count(rows: StatementRows, state: str) -> str:
    sheet = quoted(TITLES["deliverables"][rows.language])
    return f'COUNTIFS({sheet}$F${FIRST + 1}:$F$500,"{rows.states[state]}")'


def _deliverables(made: Paper, tab: Worksheet) -> None:
    made.title(tab, "deliverables")
    heads = DELIVERED[0 if made.rows.language == "zh" else 1]
    for column, (head, width) in enumerate(zip(heads, (12, 44, 12, 12, 12, 16), strict=True)):
        tab.set_column(column, column, width)
        look = made.styles.get(bold=True, bottom=2, valign="bottom")
        tab.write_string(FIRST - 1, column, head, look)
    tab.set_row(FIRST - 1, 2 * LINE)
    for row, cells in enumerate(made.rows.deliverables, FIRST):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                tab.write_datetime(
                    row, column, value, made.look(num_format="yyyy-mm-dd", align="left")
                )
            else:
                tab.write_string(row, column, value or "", made.look(shrink=True))


def _terms(made: Paper, tab: Worksheet) -> None:
    """Typed values in blue cells, each found by its row's code in the third column.

    Terms that were signed with the contract are grey: they are read from the team's book.
    """
    made.title(tab, "terms")
    if made.rows.signed:
        said = made.text(
            f"条款取自已签名的合同 {made.rows.signed}，改动请在工作簿“代运营条款”页填写并发布。",
            f"The terms of the signed contract {made.rows.signed}; change them on Agency terms of "
            "the team's workbook and publish.",
        )
        tab.set_row(FIRST - 1, 3 * LINE)
        look = made.styles.get(font_color="#7F6000", text_wrap=True)
        tab.merge_range(FIRST - 1, 0, FIRST - 1, 1, said, look)
        tab.protect("", {"format_columns": True, "format_rows": True})
    tab.set_column(0, 0, 44)
    tab.set_column(1, 1, 18)
    tab.set_column(2, 2, 14, None, {"hidden": True})
    for row, (code, zh, en, shown) in enumerate(TERMS, FIRST):
        tab.write_string(row, 0, made.text(zh, en), made.look())
        _typed(made, tab, (row, 1), made.rows.terms.get(code), made.rows.shown(shown))
        tab.write_string(row, 2, code, made.look())
    first = FIRST + len(TERMS) + 2
    head = made.styles.get(bold=True, align="right")
    words = (
        made.text("服务等级：总分从（含）", "Level of service: points from"),
        made.text("费用比例", "Part of the fee"),
    )
    for column, word in enumerate(words):
        tab.write_string(first - 1, column, word, head)
    levels = [*made.rows.levels, *((None, None),) * LEVELS][:LEVELS]
    for row, (start, part) in enumerate(levels, first):
        _typed(made, tab, (row, 0), start, "0.0")
        _typed(made, tab, (row, 1), part, PERCENT)
        tab.write_string(row, 2, f"level{row - first + 1}", made.look())
    for row, (code, zh, en) in enumerate(TEXTS, FIRST_TEXT):
        tab.write_string(row, 0, made.text(zh, en), made.look())
        look = made.look(text_wrap=True, **_input(made, free=code != "currency"))
        text = made.rows.texts.get(code, "")
        tab.set_row(row, max(ROW, made.tall(text, 18)))
        tab.write_string(row, 1, text, look)
        tab.write_string(row, 2, code, made.look())
    paragraphs(made, tab, FIRST_TEXT + len(TEXTS) + 1, made.rows.clauses, (0, 1, 62))


def _typed(made: Paper, tab: Worksheet, at: tuple[int, int], value: Number, shown: str) -> None:
    look = made.look(num_format=shown, align="right", **_input(made))
    if value is None:
        tab.write_blank(*at, None, look)
    else:
        tab.write_number(*at, float(value), look)


def _input(made: Paper, *, free: bool = False) -> dict[str, object]:
    """The look of a typed cell; grey and locked where the contract says it."""
    open_ = free or not made.rows.signed
    return {"bg_color": "#DDEBF7" if open_ else "#F2F2F2", "locked": not open_}
