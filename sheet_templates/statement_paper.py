"""What a statement of an agency is written on: its tabs, terms and lines, and where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from kpi.model import Language, Texts
from sheet_templates.places import quoted
from sheet_templates.style import FONT, Styles
from sheet_templates.table import LINE
from sheet_templates.widths import cells

TITLES: Mapping[str, Texts] = {
    "statement": {"zh": "结算单", "en": "Statement"},
    "invoice": {"zh": "开票明细", "en": "Invoice"},
    "deliverables": {"zh": "交付", "en": "Deliverables"},
    "terms": {"zh": "条款", "en": "Terms"},
}
FIRST = 6  # zero-based row of the first line of each tab
LEVELS = 4  # rows for levels of service
MONEY, POINTS, PERCENT, COUNT, RATE = "#,##0.00", "0.00", "0.0%", "0", "0.000000"
TERMS: tuple[tuple[str, str, str, str], ...] = (  # code, zh, en, format
    ("fee", "每月基本服务费", "Fee a month", MONEY),
    ("baseline", "基准利润（当月）", "Baseline profit of the month", MONEY),
    ("reward_rate", "超额利润奖励比例", "Reward: part of the profit above", PERCENT),
    ("reward_cap", "奖励封顶（空为不封顶）", "Reward at most (empty: no cap)", MONEY),
    ("reward_cap_quarter", "奖励封顶（每季）", "Reward at most, a quarter", MONEY),
    ("reward_cap_year", "奖励封顶（每年）", "Reward at most, a year", MONEY),
    ("deduct_rate", "不足利润扣减比例", "Deduction: part of the profit below", PERCENT),
    ("late_each", "每件迟交扣减", "Deduction for a late deliverable", MONEY),
    ("missing_each", "每件未交或未验收扣减", "Deduction for one missing or not accepted", MONEY),
    ("deduct_cap", "扣减合计封顶（空为不封顶）", "All deductions at most (empty: no cap)", MONEY),
    ("deduct_cap_quarter", "扣减封顶（每季）", "Deductions at most, a quarter", MONEY),
    ("deduct_cap_year", "扣减封顶（每年）", "Deductions at most, a year", MONEY),
    ("correction", "更正金额（当月，+/−）", "Agreed correction of the month (+/-)", MONEY),
    ("tax_rate", "税率", "Tax rate", PERCENT),
    ("payment_day", "付款日（次月几号）", "Payment day of the month after", COUNT),
    ("dispute_days", "异议期（天，自结算单日期）", "Days to object, from the statement's", COUNT),
    ("dispute_part", "异议未结时支付比例", "Part paid while a dispute is open", PERCENT),
)
TEXTS: tuple[tuple[str, str, str], ...] = (  # code, zh, en
    ("currency", "合同币种，例 EUR（空为报表币种）", "Currency, e.g. EUR (empty: the report's)"),
    ("seller", "收款方：全称、地址、税号", "Payee: full name, address, tax number"),
    ("buyer", "付款方：全称、地址、税号", "Payer: full name, address, tax number"),
)
LINES: tuple[tuple[str, str, str, str], ...] = (  # code, zh, en, format
    ("total", "考核总分", "Score of the card", POINTS),
    ("level", "服务等级对应的费用比例", "Part of the fee at this level of service", PERCENT),
    ("month_days", "当月天数", "Days of the month", COUNT),
    ("contract_days", "其中合同有效天数", "Of them under contract", COUNT),
    (
        *("fee_due", "服务费 = 基本费 × 比例 × 有效天数 ÷ 当月天数"),
        *("Fee = fee a month x part x days under contract / days", MONEY),
    ),
    ("profit", "当月边际贡献额（报表币种）", "Contribution profit, report currency", MONEY),
    ("rate", "汇率：1 报表币种合合同币种", "Rate: contract currency for 1 of the report's", RATE),
    ("profit_due", "当月边际贡献额（合同币种）", "Contribution profit, contract currency", MONEY),
    ("outage_days", "约定停摆天数（不计基准）", "Agreed outage days, off the baseline", COUNT),
    ("due_share", "截至数据日应达比例", "Part of the month due by its data", PERCENT),
    (
        *("baseline_due", "应达基准 = 基准 ×（有效天数 − 停摆天数）÷ 当月天数 × 应达比例"),
        *("Baseline due = baseline x (under contract - outage) / days x part due", MONEY),
    ),
    ("gap", "与应达基准利润之差", "Profit less baseline due", MONEY),
    ("reward", "超额奖励", "Reward for profit above", MONEY),
    ("shortfall", "利润不足扣减（−）", "Deduction for profit below (-)", MONEY),
    ("late", "迟交件数", "Deliverables late", COUNT),
    ("missing", "未交或未验收件数", "Deliverables missing or not accepted", COUNT),
    ("deliverables", "交付扣减（−）", "Deduction for deliverables (-)", MONEY),
    ("deductions", "扣减合计（封顶后，−）", "All deductions, within their cap (-)", MONEY),
    ("correction", "双方确认的更正（+/−）", "Agreed correction (+/-)", MONEY),
    ("net", "不含税金额", "Net amount", MONEY),
    ("tax", "税额", "Tax", MONEY),
    ("disputes", "未结异议件数", "Disputes still open", COUNT),
    ("held", "异议未结暂缓支付（−）", "Held back while in dispute (-)", MONEY),
    ("final", "可开票（1 是，0 否）", "May be invoiced (1 yes, 0 no)", COUNT),
    ("payable", "应付金额", "Amount payable", MONEY),
)
ROW = 15.0  # points of a row as it is
SLIM = 1.15  # letters of a sentence in the width of a digit
STRONG = frozenset({"net", "true_up", "whole", "payable"})  # sums of the lines above them
FIRST_TEXT = FIRST + len(TERMS) + 2 + LEVELS + 1
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
    currency: str = "USD"  # of the contract
    report: str = "USD"  # of the team's book, in which the profit was measured
    decimals: int = 2  # of the contract's currency
    texts: Mapping[str, str] = field(default_factory=dict)  # typed currency and parties
    signed: str = ""  # the version that the terms are signed with; empty: typed here
    invoice: Sequence[tuple[str, str | date | float]] = field(default=())  # what heads the invoice

    def shown(self, look: str) -> str:
        """The number format of money in the contract's currency."""
        return "#,##0" if look == MONEY and not self.decimals else look


@dataclass(frozen=True, slots=True)
class Paper:
    """A statement while it is written."""

    workbook: Workbook
    rows: StatementRows
    styles: Styles

    def text(self, zh: str, en: str) -> str:
        """A word in the statement's language."""
        return zh if self.rows.language == "zh" else en

    def look(self, **props: object) -> Format:
        """The look of a cell of a list: a thin line below it."""
        return self.styles.get(bottom=1, bottom_color="#D9D9D9", **props)

    def line(self, code: str, **props: object) -> Format:
        """The look of a line of amounts: what is added up stands under a rule."""
        if code not in STRONG:
            return self.look(**props)
        foot = {"bottom": 6} if code == "payable" else {"bottom": 1, "bottom_color": "#D9D9D9"}
        return self.styles.get(**{**props, "bold": True, "top": 1, **foot})

    def tall(self, text: str, wide: float) -> float:
        """Points of a row for a text over so many columns' characters; Latin letters are slim."""
        room = wide if self.rows.language == "zh" else SLIM * wide
        return LINE * max(1, ceil(cells(text) / room)) + 2

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


def text_cell(language: Language, code: str) -> str:
    """The cell of a typed text of the terms, from any tab."""
    row = [text[0] for text in TEXTS].index(code) + FIRST_TEXT + 1
    return f"{quoted(TITLES['terms'][language])}$B${row}"


def line_cell(code: str) -> str:
    """The cell of a line, on its own tab."""
    return f"$B${[line[0] for line in LINES].index(code) + FIRST + 1}"


def cached(value: Number) -> float | str:
    """What a reader sees that never calculates."""
    return "#N/A" if value is None else float(value)
