"""The statement of a quarter or a year: months side by side, sums within their caps, the true-up.

Three tabs: the statement, what goes on the invoice, and the terms of every month. Figures of a
month are given as they were signed; everything worked out from them is a formula.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sheet_templates.places import letters, quoted
from sheet_templates.statement import CREATED
from sheet_templates.statement_formulas import capped, level_formula, month_formulas
from sheet_templates.statement_invoice import DUE, amounts, head_rows, signed_sum
from sheet_templates.statement_paper import (
    COUNT,
    FIRST,
    LEVELS,
    LINES,
    MONEY,
    PERCENT,
    TERMS,
    TITLES,
    Number,
    Paper,
    StatementRows,
    cached,
)
from sheet_templates.statement_print import (
    WIDEST,
    paragraphs,
    printed,
    printed_wide,
    signatures,
)
from sheet_templates.style import Styles

PORTRAIT = 4  # columns that stand on an upright page
TOP = FIRST + 1  # zero-based row of the first line: the periods stand above it
_OWN = LINES[: [line[0] for line in LINES].index("net") + 1]
_REWARD = ("reward_sum", "各期奖励之和（封顶前）", "Rewards of the parts, before the cap", MONEY)
_DEDUCT = (
    "deductions_sum",
    "各期扣减之和（封顶前，−）",
    "Deductions of the parts, before the cap (-)",
    MONEY,
)
_AFTER = {"gap": _REWARD, "deliverables": _DEDUCT}
PERIOD_LINES: tuple[tuple[str, str, str, str], ...] = (
    *(row for line in _OWN for row in (line, *([_AFTER[line[0]]] if line[0] in _AFTER else []))),
    ("stated", "已在月度和季度结算单中列出的不含税金额", "Net amounts stated before", MONEY),
    ("true_up", "补差 = 本期不含税金额 − 已列出", "True-up = net amount less stated", MONEY),
    ("tax", "税额（全期：补差税额）", "Tax (of the whole: of the true-up)", MONEY),
    ("final", "各月均已关账（1 是，0 否）", "All months are closed (1 yes, 0 no)", COUNT),
    ("payable", "应付（负为应退）", "Amount payable (below zero: to be credited)", MONEY),
)
SUMMED = ("fee_due", "profit_due", "baseline_due", "gap", "shortfall", "late", "missing")
SUMS = (*SUMMED, "deliverables", "correction")
GIVEN = ("total", "month_days", "contract_days", "profit", "rate", "outage_days", "due_share")
PARTS = (  # code, zh, en: what is added up to the invoice of a period
    ("fee_due", "服务费", "Service fee"),
    ("reward", "超额利润奖励（封顶后）", "Reward for profit above the baseline, within its caps"),
    ("deductions", "扣减合计（封顶后）", "Deductions, within their caps"),
    ("correction", "双方确认的更正", "Agreed corrections"),
    ("floor", "不足以扣减的部分", "Deductions above the amount, not taken"),
    ("before", "减：已列出的不含税金额", "Less: net amounts stated before"),
)
TOTALS = (
    ("true_up", "不含税补差", "Net true-up"),
    ("tax", "税额", "Tax"),
    ("payable", "本期应付（负为应退）", "Payable (below zero: to be credited)"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A month, a quarter or the whole period, with its values by line."""

    code: str  # 2026-09, 2026-Q3, 2026
    state: str  # of a month, in words; empty for a sum
    lines: Mapping[str, Number]
    terms: Mapping[str, Number] = field(default_factory=dict)  # of a month
    levels: Sequence[tuple[Number, Number]] = field(default=())
    parts: tuple[int, ...] = ()  # columns that a sum adds up, from 0
    span: str = ""  # of a sum: quarter or year, which names its caps


@dataclass(frozen=True, slots=True)
class PeriodRows:
    """What the statement of a period shows."""

    rows: StatementRows  # language, head, currency, decimals, clauses, invoice
    columns: Sequence[Column]  # the last one is the whole period


def build_period(path: Path, period: PeriodRows) -> Path:
    """Write the workbook."""
    workbook = Workbook(str(path), {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"title": "LinkStar KPI Sheets", "created": CREATED})
    made = Paper(workbook, period.rows, Styles(workbook, period.rows.language))
    tabs = {
        code: workbook.add_worksheet(TITLES[code][period.rows.language])
        for code in ("statement", "invoice", "terms")
    }
    _statement(made, tabs["statement"], period)
    _invoice(made, tabs["invoice"], period)
    _terms(made, tabs["terms"], period)
    ends = [n for n, column in enumerate(period.columns) if column.span == "quarter"]
    for code, one_page in (("statement", True), ("terms", False)):
        if len(period.columns) > PORTRAIT:
            printed_wide(made, tabs[code], ends, len(period.columns), one_page=one_page)
        else:
            printed(made, tabs[code], one_page=one_page)
    printed(made, tabs["invoice"])
    workbook.close()
    return path


def line_at(column: int, code: str) -> str:
    """The cell of a line in a column of the statement, on its own tab."""
    row = TOP + [line[0] for line in PERIOD_LINES].index(code) + 1
    return f"${letters(column + 1)}${row}"


def term_at(period: PeriodRows, column: int, code: str) -> str:
    """The cell of a term of a month, from any tab."""
    row = FIRST + [term[0] for term in TERMS].index(code) + 1
    return f"{quoted(TITLES['terms'][period.rows.language])}${letters(column + 1)}${row}"


def _statement(made: Paper, tab: Worksheet, period: PeriodRows) -> None:
    made.title(tab, "statement")
    tab.set_column(0, 0, 58)
    tab.set_column(1, len(period.columns), 13)
    tab.freeze_panes(TOP, 1)
    tab.write_blank(TOP - 1, 0, None, made.styles.get(bottom=2))
    for row, (code, zh, en, _) in enumerate(PERIOD_LINES, TOP):
        tab.write_string(row, 0, made.text(zh, en), made.line(code))
    for number, column in enumerate(period.columns):
        head = made.styles.get(bold=True, bottom=2, align="right")
        tab.write_string(TOP - 1, number + 1, column.code, head)
        tab.write_string(TOP - 2, number + 1, column.state, made.styles.get(align="right"))
        _column(made, tab, period, number)
    signatures(made, tab, TOP + len(PERIOD_LINES) + 1)


def _column(made: Paper, tab: Worksheet, period: PeriodRows, number: int) -> None:
    column = period.columns[number]
    formulas = column_formulas(period, number)
    for row, (code, _, _, shown) in enumerate(PERIOD_LINES, TOP):
        props = {"num_format": made.rows.shown(shown), "align": "right"}
        look = made.line(code, **props, bold=bool(column.parts))
        if code in formulas:
            tab.write_formula(
                row, number + 1, "=" + formulas[code], look, cached(column.lines[code])
            )
        elif code not in column.lines:
            tab.write_blank(row, number + 1, None, look)
        elif (value := column.lines[code]) is None:
            tab.write_formula(row, number + 1, "=NA()", look, "#N/A")
        else:
            tab.write_number(row, number + 1, float(value), look)


def column_formulas(period: PeriodRows, number: int) -> dict[str, str]:
    """The formulas of a column, without the leading =."""
    column = period.columns[number]
    if not column.parts:
        return _month(period, number)
    found = _sums(period, number)
    return {**found, **_whole(period, number)} if number == len(period.columns) - 1 else found


def _month(period: PeriodRows, number: int) -> dict[str, str]:
    def term(code: str) -> str:
        return term_at(period, number, code)

    def cell(code: str) -> str:
        return line_at(number, code) if code in _CODES else "0"

    made = month_formulas(term, cell, period.rows.decimals)
    levels = [_level_at(period, number, level) for level in range(LEVELS)]
    own = {code: text for code, text in made.items() if code in _MONTHLY}
    return {**own, "level": level_formula(cell("total"), levels)}


_CODES = frozenset(line[0] for line in PERIOD_LINES)
_MONTHLY = frozenset(line[0] for line in _OWN)


def _level_at(period: PeriodRows, column: int, level: int) -> tuple[str, str]:
    sheet = quoted(TITLES["terms"][period.rows.language])
    row = FIRST + len(TERMS) + 2 * level + 1
    letter = letters(column + 1)
    return f"{sheet}${letter}${row}", f"{sheet}${letter}${row + 1}"


def _sums(period: PeriodRows, number: int) -> dict[str, str]:
    """A quarter over its months, or a year over its quarters: capped once more."""
    column, places = period.columns[number], period.rows.decimals

    def summed(code: str) -> str:
        cells = "+".join(line_at(part, code) for part in column.parts)
        return f"ROUND({cells},{places})+0"

    def cap(code: str) -> str:
        return term_at(period, _last_month(period, number), f"{code}_{column.span}")

    rewards, deducted = (line_at(number, code) for code in ("reward_sum", "deductions_sum"))
    due = "+".join(line_at(number, code) for code in DUE)
    return {
        **{code: summed(code) for code in SUMS},
        "reward_sum": summed("reward"),
        "reward": capped(rewards, cap("reward_cap"), places),
        "deductions_sum": summed("deductions"),
        "deductions": f"0-{capped(f'(0-{deducted})', cap('deduct_cap'), places)}",
        "net": f"ROUND(MAX(0,{due}),{places})+0",
    }


def _whole(period: PeriodRows, number: int) -> dict[str, str]:
    places = period.rows.decimals
    rate = term_at(period, _last_month(period, number), "tax_rate")
    every = [n for n, column in enumerate(period.columns[:-1]) if "stated" in column.lines]
    up, tax = line_at(number, "true_up"), line_at(number, "tax")
    return {
        "stated": f"ROUND({'+'.join(line_at(n, 'stated') for n in every)},{places})+0",
        "true_up": f"ROUND({line_at(number, 'net')}-{line_at(number, 'stated')},{places})+0",
        "tax": f"IF(ISNUMBER({rate}),ROUND({up}*{rate},{places})+0,NA())",
        "payable": f"IF({line_at(number, 'final')}=1,ROUND({up}+{tax},{places})+0,0)",
    }


def _last_month(period: PeriodRows, number: int) -> int:
    """The last month within a sum, whose terms name its caps."""
    last = period.columns[number].parts[-1]
    return _last_month(period, last) if period.columns[last].parts else last


def _invoice(made: Paper, tab: Worksheet, period: PeriodRows) -> None:
    last, places = len(period.columns) - 1, period.rows.decimals
    lines = period.columns[last].lines
    sheet = quoted(TITLES["statement"][period.rows.language])
    at = {code: sheet + line_at(last, code) for code, *_ in PERIOD_LINES}
    parts = "+".join(at[code] for code in DUE)
    floor = f"ROUND({at['net']}-({parts}),{places})+0"
    formulas = {**at, "floor": floor, "before": f"0-{at['stated']}"}
    row = head_rows(made, tab)
    values = {**lines, **period_invoice(lines)}
    amounts(made, tab, row, (PARTS, TOTALS), formulas, values)


def period_invoice(lines: Mapping[str, Number]) -> dict[str, Number]:
    """The amounts of the invoice that are no line of the statement."""
    signs = {"net": 1, **dict.fromkeys(DUE, -1)}
    return {"floor": signed_sum(lines, signs), "before": signed_sum(lines, {"stated": -1})}


def _terms(made: Paper, tab: Worksheet, period: PeriodRows) -> None:
    """The terms of every month, as they were signed; sums take the caps of their last month."""
    made.title(tab, "terms")
    tab.set_column(0, 0, 44)
    tab.set_column(1, len(period.columns), 12)
    names = [made.text(zh, en) for _, zh, en, _ in TERMS]
    names += [
        made.text(zh, en) + f" {level}"
        for level in range(1, LEVELS + 1)
        for zh, en in (
            ("服务等级：总分从（含）", "Level of service: points from"),
            ("费用比例", "Part of the fee"),
        )
    ]
    for row, name in enumerate(names, FIRST):
        tab.write_string(row, 0, name, made.look())
    for number, column in enumerate(period.columns):
        if not column.parts:
            head = made.styles.get(bold=True, bottom=2, align="right")
            tab.write_string(FIRST - 1, number + 1, column.code, head)
            _month_terms(made, tab, column, number + 1)
    many = len(period.columns) > WIDEST  # labels are printed again beside later columns
    over = (1, 8, 96) if many else (0, PORTRAIT, 44 + 12 * PORTRAIT)
    paragraphs(made, tab, FIRST + len(names) + 1, made.rows.clauses, over)


def _month_terms(made: Paper, tab: Worksheet, column: Column, at: int) -> None:
    levels = [*column.levels, *((None, None),) * LEVELS][:LEVELS]
    values = [(column.terms.get(code), made.rows.shown(shown)) for code, _, _, shown in TERMS]
    values += [
        (value, look) for pair in levels for value, look in zip(pair, ("0.0", PERCENT), strict=True)
    ]
    for row, (value, shown) in enumerate(values, FIRST):
        look = made.look(num_format=shown, align="right")
        if value is None:
            tab.write_blank(row, at, None, look)
        else:
            tab.write_number(row, at, float(value), look)
