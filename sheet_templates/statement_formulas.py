"""The lines of an agency's month as formulas, wherever its terms and lines stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

At = Callable[[str], str]
"""The cell of a code."""


def month_formulas(term: At, cell: At, places: int) -> dict[str, str]:
    """The lines from fee to payable, without the leading =; what the month brought is given."""
    days = f"{cell('contract_days')}/{cell('month_days')}"
    counted = f"MAX(0,{cell('contract_days')}-{cell('outage_days')})/{cell('month_days')}"
    gap, rate = cell("gap"), term("reward_rate")
    reward = f'IF({rate}="",NA(),ROUND(MAX(0,{gap})*{rate},{places})+0)'
    shortfall = f"0-ROUND(MAX(0,-{gap})*{term('deduct_rate')},{places})"
    part, fix = term("dispute_part"), term("correction")
    back = f"0-ROUND(({cell('net')}+{cell('tax')})*(1-{part}),{places})"
    net = "+".join(cell(code) for code in ("fee_due", "reward", "deductions", "correction"))
    payable = f"ROUND({cell('net')}+{cell('tax')}+{cell('held')},{places})+0"
    return {
        "fee_due": _times(term("fee"), f"{cell('level')}*{days}", places),
        "profit_due": _product(cell("profit"), cell("rate"), places),
        "baseline_due": _times(term("baseline"), f"{counted}*{cell('due_share')}", places),
        "gap": f"ROUND({cell('profit_due')}-{cell('baseline_due')},{places})+0",
        "reward": capped(reward, term("reward_cap"), places),
        "shortfall": f'IF({term("deduct_rate")}="",NA(),{shortfall})',
        "deliverables": f"0-ROUND({_deliverables(term, cell, places)},{places})",
        "deductions": f"0-{capped(_deducted(cell, places), term('deduct_cap'), places)}",
        "correction": f"IF(ISNUMBER({fix}),ROUND({fix},{places})+0,0)",
        "net": f"ROUND(MAX(0,{net}),{places})+0",
        "tax": _product(cell("net"), term("tax_rate"), places),
        "held": f"IF(AND({cell('disputes')}>0,ISNUMBER({part})),{back},0)",
        "payable": f"IF({cell('final')}=1,{payable},0)",
    }


def capped(amount: str, cap: str, places: int) -> str:
    """An amount within a cap; an empty cell is none."""
    return f"IF(ISNUMBER({cap}),MIN({amount},ROUND({cap},{places})),{amount})"


def level_formula(total: str, levels: Sequence[tuple[str, str]]) -> str:
    """The part of the first level, from the best one, whose points are reached."""
    chosen = "NA()"
    for start, part in reversed(levels):
        reached = f"AND(ISNUMBER({start}),ISNUMBER({part}),{total}>={start})"
        chosen = f"IF({reached},{part},{chosen})"
    return f"IF(ISNUMBER({total}),{chosen},NA())"


def _times(amount: str, parts: str, places: int) -> str:
    """A typed amount by parts that may be unknown."""
    return f"IF(ISNUMBER({amount}),ROUND({amount}*{parts},{places})+0,NA())"


def _product(amount: str, part: str, places: int) -> str:
    known = f"AND(ISNUMBER({amount}),ISNUMBER({part}))"
    return f"IF({known},ROUND({amount}*{part},{places})+0,NA())"


def _deliverables(term: At, cell: At, places: int) -> str:
    pairs = ((cell(code), term(code + "_each")) for code in ("late", "missing"))
    return "+".join(
        f"IF(ISNUMBER({cost}),ROUND({number}*{cost},{places}),NA())" for number, cost in pairs
    )


def _deducted(cell: At, places: int) -> str:
    return f"(0-ROUND({cell('shortfall')}+{cell('deliverables')},{places}))"
