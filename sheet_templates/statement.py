"""The monthly statement of an agency: a small workbook whose every line is a formula.

Three tabs: the statement, the deliverables of the month, and the terms, of which the values are
typed. A line has a code, which the service and the tests find it by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from kpi.model import Language, Texts
from sheet_templates.places import quoted
from sheet_templates.style import FONT, Styles

CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # one date for every build
TITLES: Mapping[str, Texts] = {
    "statement": {"zh": "结算单", "en": "Statement"},
    "deliverables": {"zh": "交付", "en": "Deliverables"},
    "terms": {"zh": "条款", "en": "Terms"},
}
FIRST = 6  # zero-based row of the first line of each tab
LEVELS = 4  # rows for levels of service
MONEY, POINTS, PERCENT, COUNT = "#,##0.00", "0.00", "0.0%", "0"
TERMS: tuple[tuple[str, str, str, str], ...] = (  # code, zh, en, format
    ("fee", "每月基本服务费", "Fee a month", MONEY),
    ("baseline", "基准利润（当月）", "Baseline profit of the month", MONEY),
    ("reward_rate", "超额利润奖励比例", "Reward: part of the profit above", PERCENT),
    ("reward_cap", "奖励封顶（空为不封顶）", "Reward at most (empty: no cap)", MONEY),
    ("deduct_rate", "不足利润扣减比例", "Deduction: part of the profit below", PERCENT),
    ("late_each", "每件迟交扣减", "Deduction for a late deliverable", MONEY),
    ("missing_each", "每件未交或未验收扣减", "Deduction for one missing or not accepted", MONEY),
    ("deduct_cap", "扣减合计封顶（空为不封顶）", "All deductions at most (empty: no cap)", MONEY),
    ("tax_rate", "税率", "Tax rate", PERCENT),
)
LINES: tuple[tuple[str, str, str, str], ...] = (  # code, zh, en, format
    ("total", "考核总分", "Score of the card", POINTS),
    ("level", "服务等级对应的费用比例", "Part of the fee at this level of service", PERCENT),
    ("fee_due", "服务费 = 基本费 × 比例", "Fee = fee a month x part", MONEY),
    ("profit", "当月边际贡献额", "Contribution profit of the month", MONEY),
    ("gap", "与基准利润之差", "Profit less baseline", MONEY),
    ("reward", "超额奖励", "Reward for profit above", MONEY),
    ("shortfall", "利润不足扣减", "Deduction for profit below", MONEY),
    ("late", "迟交件数", "Deliverables late", COUNT),
    ("missing", "未交或未验收件数", "Deliverables missing or not accepted", COUNT),
    ("deliverables", "交付扣减", "Deduction for deliverables", MONEY),
    ("deductions", "扣减合计（封顶后）", "All deductions, within their cap", MONEY),
    ("net", "不含税金额", "Net amount", MONEY),
    ("tax", "税额", "Tax", MONEY),
    ("final", "可开票（1 是，0 否）", "May be invoiced (1 yes, 0 no)", COUNT),
    ("payable", "应付金额", "Amount payable", MONEY),
)
DELIVERED = (
    ("编号", "事项", "到期", "收到", "验收", "状态"),
    (
        *("No", "What", "Due", "Received", "Accepted"),
        "State",
    ),
)
Number = Decimal | float | int | None


@dataclass(frozen=True, slots=True)
class StatementRows:
    """What a statement shows; values of lines that are formulas are what they give."""

    language: Language
    head: Sequence[str]  # lines above the table: who, month, currency, data until
    terms: Mapping[str, Number]
    levels: Sequence[tuple[Number, Number]]
    lines: Mapping[str, Number]
    deliverables: Sequence[tuple[str, str, date | None, date | None, str, str]]
    states: Mapping[str, str]  # words of the states late and missing
    clauses: Sequence[str] = field(default=())


def build_statement(path: Path, rows: StatementRows) -> Path:
    """Write the workbook."""
    workbook = Workbook(str(path), {"in_memory": True, "strings_to_formulas": False})
    workbook.set_properties({"title": "LinkStar KPI Sheets", "created": CREATED})
    made = _Made(workbook, rows, Styles(workbook, rows.language))
    tabs = {code: workbook.add_worksheet(names[rows.language]) for code, names in TITLES.items()}
    _statement(made, tabs["statement"])
    _deliverables(made, tabs["deliverables"])
    _terms(made, tabs["terms"])
    for tab in tabs.values():
        tab.hide_gridlines(2)
        tab.set_paper(9)
        tab.fit_to_pages(1, 0)
    workbook.close()
    return path


@dataclass(frozen=True, slots=True)
class _Made:
    workbook: Workbook
    rows: StatementRows
    styles: Styles

    def text(self, zh: str, en: str) -> str:
        return zh if self.rows.language == "zh" else en

    def look(self, **props: object) -> Format:
        return self.styles.get(bottom=1, bottom_color="#D9D9D9", **props)

    def title(self, tab: Worksheet, code: str) -> None:
        """The tab's name and what it is about, in rows 1 to 5."""
        look = self.styles.get(bold=True, font_size=14, font_name=FONT[self.rows.language])
        tab.write_string(0, 0, TITLES[code][self.rows.language], look)
        for row, line in enumerate(self.rows.head, 1):
            tab.write_string(row, 0, line, self.styles.get(font_color="#595959"))


def term_cell(language: Language, code: str) -> str:
    """The cell of a term, from any tab."""
    row = [term[0] for term in TERMS].index(code) + FIRST + 1
    return f"{quoted(TITLES['terms'][language])}$B${row}"


def line_cell(code: str) -> str:
    """The cell of a line, on its own tab."""
    return f"$B${[line[0] for line in LINES].index(code) + FIRST + 1}"


def _statement(made: _Made, tab: Worksheet) -> None:
    made.title(tab, "statement")
    tab.set_column(0, 0, 44)
    tab.set_column(1, 1, 18)
    formulas = line_formulas(made.rows)
    for row, (code, zh, en, shown) in enumerate(LINES, FIRST):
        strong = code in ("net", "payable")
        tab.write_string(row, 0, made.text(zh, en), made.look(bold=strong))
        look = made.look(num_format=shown, bold=strong, align="right")
        value = made.rows.lines[code]
        if code in formulas:
            tab.write_formula(row, 1, "=" + formulas[code], look, _cached(value))
        elif value is None:
            tab.write_formula(row, 1, "=NA()", look, "#N/A")
        else:
            tab.write_number(row, 1, float(value), look)
    sign = FIRST + len(LINES) + 2
    for column, word in enumerate(
        (made.text("甲方确认", "Client"), made.text("乙方确认", "Agency"))
    ):
        tab.write_string(sign, column, word, made.styles.get(bottom=1, font_color="#595959"))


def _cached(value: Number) -> float | str:
    return "#N/A" if value is None else float(value)


def line_formulas(rows: StatementRows) -> dict[str, str]:
    """The formula of each line that is worked out, without the leading =."""
    language = rows.language

    def term(code: str) -> str:
        return term_cell(language, code)

    def product(amount: str, part: str) -> str:
        known = f"AND(ISNUMBER({amount}),ISNUMBER({part}))"
        return f"IF({known},ROUND({amount}*{part},2)+0,NA())"

    def capped(amount: str, cap: str) -> str:
        return f"IF(ISNUMBER({cap}),MIN({amount},{cap}),{amount})"

    cell, gap, base = line_cell, line_cell("gap"), term("baseline")
    reward = f'IF({term("reward_rate")}="",NA(),ROUND(MAX(0,{gap})*{term("reward_rate")},2)+0)'
    short = f'IF({term("deduct_rate")}="",NA(),ROUND(MAX(0,-{gap})*{term("deduct_rate")},2)+0)'
    whole = f"ROUND({cell('shortfall')}+{cell('deliverables')},2)"
    net = f"{cell('fee_due')}+{cell('reward')}-{cell('deductions')}"
    each = "+".join(
        f"IF(ISNUMBER({term(code + '_each')}),ROUND({cell(code)}*{term(code + '_each')},2),NA())"
        for code in ("late", "missing")
    )
    return {
        "level": _level(rows),
        "fee_due": product(term("fee"), cell("level")),
        "gap": f"IF(ISNUMBER({base}),ROUND({cell('profit')}-{base},2)+0,NA())",
        "reward": capped(reward, term("reward_cap")),
        "shortfall": short,
        "late": _count(rows, "late"),
        "missing": _count(rows, "missing"),
        "deliverables": f"ROUND({each},2)+0",
        "deductions": capped(whole, term("deduct_cap")),
        "net": f"ROUND(MAX(0,{net}),2)+0",
        "tax": product(cell("net"), term("tax_rate")),
        "payable": f"IF({cell('final')}=1,ROUND({cell('net')}+{cell('tax')},2)+0,0)",
    }


def _level(rows: StatementRows) -> str:
    """The first level, from the best one, whose points are reached."""
    sheet, first = quoted(TITLES["terms"][rows.language]), FIRST + len(TERMS) + 3
    chosen, total = "NA()", line_cell("total")
    for row in reversed(range(first, first + LEVELS)):
        start, part = f"{sheet}$A${row}", f"{sheet}$B${row}"
        reached = f"AND(ISNUMBER({start}),ISNUMBER({part}),{total}>={start})"
        chosen = f"IF({reached},{part},{chosen})"
    return f"IF(ISNUMBER({total}),{chosen},NA())"


def _count(rows: StatementRows, state: str) -> str:
    sheet = quoted(TITLES["deliverables"][rows.language])
    return f'COUNTIFS({sheet}$F${FIRST + 1}:$F$500,"{rows.states[state]}")'


def _deliverables(made: _Made, tab: Worksheet) -> None:
    made.title(tab, "deliverables")
    heads = DELIVERED[0 if made.rows.language == "zh" else 1]
    for column, (head, width) in enumerate(zip(heads, (12, 44, 12, 12, 12, 16), strict=True)):
        tab.set_column(column, column, width)
        tab.write_string(FIRST - 1, column, head, made.styles.get(bold=True, bottom=2))
    for row, cells in enumerate(made.rows.deliverables, FIRST):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                tab.write_datetime(row, column, value, made.look(num_format="yyyy-mm-dd"))
            else:
                tab.write_string(row, column, value or "", made.look())


def _terms(made: _Made, tab: Worksheet) -> None:
    """Typed values in blue cells, each found by its row's code in the third column."""
    made.title(tab, "terms")
    tab.set_column(0, 0, 44)
    tab.set_column(1, 1, 18)
    tab.set_column(2, 2, 14, None, {"hidden": True})
    for row, (code, zh, en, shown) in enumerate(TERMS, FIRST):
        tab.write_string(row, 0, made.text(zh, en), made.look())
        _typed(made, tab, (row, 1), made.rows.terms.get(code), shown)
        tab.write_string(row, 2, code, made.look())
    first = FIRST + len(TERMS) + 2
    head = made.styles.get(bold=True)
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
    for row, clause in enumerate(made.rows.clauses, first + LEVELS + 1):
        tab.write_string(row, 0, clause, made.styles.get(font_color="#595959"))


def _typed(made: _Made, tab: Worksheet, at: tuple[int, int], value: Number, shown: str) -> None:
    look = made.look(num_format=shown, bg_color="#DDEBF7", align="right", locked=False)
    if value is None:
        tab.write_blank(*at, None, look)
    else:
        tab.write_number(*at, float(value), look)
