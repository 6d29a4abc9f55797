"""The pay slip of one person and period: a workbook of one tab with every step as a formula.

It holds what the one line of the payout book says and nothing of anybody else; no cell, row or tab
is hidden. Three cells are the person's: yes or objection, name and day, and the objection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from kpi.model import Language
from kpi.payout import PayLine
from sheet_templates import words
from sheet_templates.layout import TABLES, Owner
from sheet_templates.notes import note
from sheet_templates.slip_lines import SlipLine, arithmetic, slip_lines
from sheet_templates.style import GRID, INK, QUIET, Styles

CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # one date for every build
FIRST = 6  # zero-based row of the first step
WIDTHS = (30, 18, 16, 18, 16, 16, 40)
HOW = 2  # the column where a step is explained
TINT, STRONG, TYPED = "#F2F6FA", "#1F4E79", "#FFF2E8"


@dataclass(frozen=True, slots=True)
class SlipRows:
    """What a slip shows."""

    language: Language
    company: str
    name: str  # of the person; empty: the code says it
    line: PayLine  # every figure of it is known
    version: str  # changes with any figure
    made: date
    rewards: Sequence[tuple[str, float]] = field(default=())  # what counts, in the line's money


def build_slip(path: Path, rows: SlipRows) -> Path:
    """Write the workbook; its bytes depend on the rows alone."""
    workbook = Workbook(
        str(path), {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    workbook.set_properties({"title": "LinkStar KPI Sheets", "created": CREATED})
    made = _Paper(rows, Styles(workbook, rows.language))
    tab = workbook.add_worksheet(made.text("奖金单", "Pay slip"))
    for column, wide in enumerate(WIDTHS):
        tab.set_column(column, column, wide)
    _head(made, tab)
    lines = slip_lines(rows.line, rows.rewards, rows.language, FIRST)
    for line in lines:
        _line(made, tab, line)
    _confirmation(made, tab, FIRST + len(lines) + 1)
    _print(made, tab)
    workbook.close()
    return path


@dataclass(frozen=True, slots=True)
class _Paper:
    """A slip while it is written."""

    rows: SlipRows
    styles: Styles

    def text(self, zh: str, en: str) -> str:
        return zh if self.rows.language == "zh" else en

    def look(self, **props: object) -> Format:
        return self.styles.get(valign="vcenter", **props)


def _head(made: _Paper, tab: Worksheet) -> None:
    """Company and period, whose it is, the arithmetic on one line, what to do."""
    rows, basis = made.rows, made.rows.line.basis
    title = f"{rows.company} · {made.text('奖金单', 'Pay slip')} · {basis.period}"
    tab.set_row(0, 26)
    tab.write_string(0, 0, title, made.look(bold=True, font_size=15, font_color=STRONG))
    who = (
        f"{rows.name}（{basis.person}）"
        if rows.language == "zh"
        else f"{rows.name} ({basis.person})"
    )
    tab.set_row(1, 20)
    tab.write_string(1, 0, who if rows.name else basis.person, made.look(bold=True, font_size=12))
    about = made.text(
        f"版本 {rows.version} · 制表 {rows.made}", f"Version {rows.version} · made {rows.made}"
    )
    tab.write_string(2, 0, about, made.look(font_color=QUIET, font_size=9))
    formula, shown = arithmetic(rows.line, rows.rewards, rows.language, FIRST)
    last = len(WIDTHS) - 1
    tab.set_row(3, 34)
    look = made.look(bg_color=TINT, font_color=INK, text_wrap=True, indent=1)
    tab.merge_range(3, 0, 3, last, "", look)
    tab.write_formula(3, 0, "=" + formula, look, shown)
    for column, word in enumerate((made.text("步骤", "Step"), made.text("数值", "Figure"))):
        tab.write_string(FIRST - 1, column, word, _heading(made, right=bool(column)))
    tab.merge_range(
        FIRST - 1, HOW, FIRST - 1, last, made.text("怎么算", "How"), _heading(made, indent=1)
    )


def _heading(made: _Paper, *, right: bool = False, indent: int = 0) -> Format:
    align = "right" if right else "left"
    return made.look(bold=True, bottom=2, bottom_color=STRONG, align=align, indent=indent)


def _line(made: _Paper, tab: Worksheet, line: SlipLine) -> None:
    own: dict[str, object] = {"bottom": 1, "bottom_color": GRID}
    if line.strong:
        own |= {"bold": True, "bg_color": TINT}
    tab.set_row(line.row, 24 if line.strong else 18)
    tab.write_string(line.row, 0, line.label, made.look(**own, indent=line.indent))
    look = made.look(**own, align="right", num_format=line.shown)
    if line.formula:
        tab.write_formula(line.row, 1, "=" + line.formula, look, line.value)
    elif isinstance(line.value, str):
        tab.write_string(line.row, 1, line.value, look)
    else:
        tab.write_number(line.row, 1, line.value, look)
    how = made.look(**{"font_color": QUIET, **own, "bold": False}, indent=1, shrink=True)
    tab.merge_range(line.row, HOW, line.row, len(WIDTHS) - 1, line.how, how)


def _confirmation(made: _Paper, tab: Worksheet, row: int) -> None:
    """The cells that are the person's, in a table that the next payout reads by its key."""
    rows, layout = made.rows, TABLES["tblConfirm"]
    said = made.text(
        "请核对后在橙色表头下填写：无误选“确认”，写姓名和日期；不同意选“有异议”并写明原因。"
        "保存后把本文件交回。",
        "Check it, then fill in below the orange headers: Confirmed with name and date, or "
        "Objection with the reason. Save the file and hand it back.",
    )
    wrapped = made.look(text_wrap=True, font_color=INK)
    tab.set_row(row, 32)
    tab.merge_range(row, 0, row, len(WIDTHS) - 1, said, wrapped)
    head = row + 1
    values = (rows.line.basis.period, rows.line.basis.person, rows.version)
    columns = [
        {
            "header": column.header(rows.language),
            "header_format": made.styles.header(column.owner, folded=False, align="left", room=0),
        }
        for column in layout.columns
    ]
    options = {"name": layout.name, "style": None, "autofilter": False, "columns": columns}
    tab.add_table(head, 0, head + 1, len(columns) - 1, options)
    tab.set_row(head, 22)
    tab.set_row(head + 1, 40)
    for number, column in enumerate(layout.columns):
        free = column.owner is Owner.PARTNER
        look = made.look(
            locked=not free,
            text_wrap=True,
            border=1,
            border_color=GRID,
            bg_color=TYPED if free else "#FFFFFF",
            num_format="yyyy-mm-dd" if column.kind == "date" else "@",
            align="left",
        )
        if number < len(values):
            tab.write_string(head + 1, number, values[number], look)
        else:
            tab.write_blank(head + 1, number, None, look)
    _checks(made, tab, head + 1)


def _checks(made: _Paper, tab: Worksheet, row: int) -> None:
    """One of two words, and a day."""
    codes = [column.code for column in TABLES["tblConfirm"].columns]
    language = made.rows.language
    offered = list(words.dropdown("confirm", language))
    for code, check in (
        ("answer", {"validate": "list", "source": offered}),
        ("day", {"validate": "date", "criteria": ">=", "value": date(2000, 1, 1)}),
    ):
        column = codes.index(code)
        hint = {"input_message": note("tblConfirm", code, language)}
        tab.data_validation(row, column, row, column, {**check, **hint})


def _print(made: _Paper, tab: Worksheet) -> None:
    tab.hide_gridlines(2)
    tab.set_landscape()
    tab.set_paper(9)
    tab.fit_to_pages(1, 1)
    tab.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    secret = made.text("仅限本人与人事", "For this person and HR only")
    tab.set_footer(f"&L&8{secret}&R&8LinkStar KPI Sheets")
    tab.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
