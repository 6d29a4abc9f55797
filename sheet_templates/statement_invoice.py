"""The tab Invoice of a statement: who to whom, for what, in which currency; its lines add up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xlsxwriter.worksheet import Worksheet

from sheet_templates.places import quoted
from sheet_templates.statement_paper import MONEY, ROW, TITLES, Number, Paper, cached

WIDE = 38  # characters of a line of the second column
TOP = 2  # zero-based row of the first line of the head
Lines = tuple[tuple[str, str, str], ...]
PARTS: Lines = (  # code, zh, en: what is added up to the net amount
    ("fee_due", "服务费", "Service fee"),
    ("reward", "超额利润奖励", "Reward for profit above the baseline"),
    ("shortfall", "利润不足扣减", "Deduction for profit below the baseline"),
    ("deliverables", "交付扣减", "Deduction for late or missing deliverables"),
    ("over_cap", "超出扣减封顶、不扣的部分", "Deductions above their cap, not taken"),
    ("correction", "双方确认的更正", "Agreed correction of earlier months"),
    ("floor", "不足以扣减的部分", "Deductions above the amount, not taken"),
)
DUE = ("fee_due", "reward", "deductions", "correction")  # what net is made of
SUMS: Lines = (
    ("net", "不含税金额", "Net amount"),
    ("tax", "税额", "Tax"),
    ("whole", "价税合计", "Total with tax"),
    ("held", "异议未结暂缓支付", "Held back while in dispute"),
    ("payable", "本期应付（定稿后）", "Payable now (once final)"),
)


def invoice(made: Paper, tab: Worksheet, lines: Mapping[str, str]) -> None:
    """Write the tab; `lines` are the cells of the statement."""
    row = head_rows(made, tab)
    sheet = quoted(TITLES["statement"][made.rows.language])
    at = {code: sheet + cell for code, cell in lines.items()}
    values, places = invoice_values(made.rows.lines), made.rows.decimals
    due = "+".join(at[code] for code in DUE)
    formulas = {
        **at,
        "over_cap": f"ROUND({at['deductions']}-{at['shortfall']}-{at['deliverables']},{places})+0",
        "floor": f"ROUND({at['net']}-({due}),{places})+0",
        "whole": f"ROUND({at['net']}+{at['tax']},{places})+0",
    }
    amounts(made, tab, row, (PARTS, SUMS), formulas, values)


def head_rows(made: Paper, tab: Worksheet) -> int:
    """What heads the invoice; gives the row of the first amount."""
    tab.set_column(0, 0, 44)
    tab.set_column(1, 1, 40)
    look = made.styles.get(bold=True, font_size=14)
    tab.write_string(0, 0, made.text("开票明细", "Invoice"), look)
    row = TOP
    for label, value in made.rows.invoice:
        tab.write_string(row, 0, label, made.look(font_color="#595959"))
        _head(made, tab, row, value)
        row += 1
    heads = (made.text("项目", "For"), f"{made.text('金额', 'Amount')} {made.rows.currency}")
    for column, (head, align) in enumerate(zip(heads, ("left", "right"), strict=True)):
        look = made.styles.get(bold=True, bottom=2, align=align)
        tab.write_string(row + 1, column, head, look)
    return row + 2


def _head(made: Paper, tab: Worksheet, row: int, value: str | date | float) -> None:
    if isinstance(value, date):
        tab.write_datetime(row, 1, value, made.look(num_format="yyyy-mm-dd", align="right"))
    elif isinstance(value, str):
        tab.set_row(row, max(ROW, made.tall(value, WIDE)))
        tab.write_string(row, 1, value, made.look(align="right", text_wrap=True))
    else:
        tab.write_number(row, 1, value, made.look(num_format="0.000000", align="right"))


def amounts(
    made: Paper,
    tab: Worksheet,
    first: int,
    lines: tuple[Lines, Lines],
    formulas: Mapping[str, str],
    values: Mapping[str, Number],
) -> None:
    """The parts, their sum as the first of the sums, and what follows from it."""
    parts, sums = lines
    last, places = first + len(parts), made.rows.decimals
    texts = {**formulas, sums[0][0]: f"ROUND(SUM($B${first + 1}:$B${last}),{places})+0"}
    for row, (code, zh, en) in enumerate((*parts, *sums), first):
        tab.write_string(row, 0, made.text(zh, en), made.line(code))
        look = made.line(code, num_format=made.rows.shown(MONEY), align="right")
        tab.write_formula(row, 1, "=" + texts[code], look, cached(values[code]))


def invoice_values(lines: Mapping[str, Number]) -> dict[str, Number]:
    """The amounts of the invoice, as its formulas give them."""
    cap = signed_sum(lines, {"deductions": 1, "shortfall": -1, "deliverables": -1})
    floor = signed_sum(lines, {"net": 1, **dict.fromkeys(DUE, -1)})
    whole = signed_sum(lines, {"net": 1, "tax": 1})
    return {**lines, "over_cap": cap, "floor": floor, "whole": whole}


def signed_sum(lines: Mapping[str, Number], signs: Mapping[str, int]) -> Number:
    """Lines added and taken off; unknown with one of them."""
    total: Number = 0
    for code, sign in signs.items():
        value = lines[code]
        if value is None or total is None:
            return None
        total += sign * value  # type: ignore[operator]  # money of one statement is all Decimal
    return total
