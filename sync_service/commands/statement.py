"""The command `statement`: what an agency may invoice for a month, every step on a line."""

from __future__ import annotations

import argparse
from decimal import Decimal
from pathlib import Path

from sheet_templates.statement_paper import LINES, TERMS
from sheet_templates.statement_period import PERIOD_LINES
from sheet_templates.words import show
from sync_service.commands.books import order_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.period_statements import PeriodMade, is_period, make_period
from sync_service.stated import SETTLED, Asked
from sync_service.statement_rows import Made
from sync_service.statements import make_statement

NEEDED = frozenset(  # terms without which there is no amount; a cap or a day may be left out
    {"fee", "baseline", "reward_rate", "deduct_rate", "late_each", "missing_each", "tax_rate"}
)


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser("statement", help="an agency's statement / 代运营结算单")
    one.add_argument("book", type=Path, help="the team's workbook; it is only read")
    one.add_argument("--person", required=True, help="the partner's short code")
    one.add_argument("--month", required=True, help="2026-10, a quarter 2026-Q4, a year 2026")
    one.add_argument("--out", type=Path, help="BOOK-PERSON-MONTH.xlsx by default")
    one.add_argument("--terms", type=Path, help="an earlier statement whose terms hold")
    one.add_argument("--language", choices=("zh", "en"), help="of the statement")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Write the statement and say what it comes to."""
    book: Path = words.book
    name = f"{book.stem}-{words.person}-{words.month}.xlsx"
    out: Path = words.out or book.with_name(name)
    order = order_of(house, book)
    writable(out)
    asked = Asked(order, words.person, words.month, out, words.terms, words.language)
    if is_period(words.month):
        return _show_period(terminal, make_period(house, asked))
    made = make_statement(house, asked)
    _show(terminal, made)
    known = made.lines.payable is not None
    return Exit.OK if known and not made.problems else Exit.FOUND


def _show(terminal: Terminal, made: Made) -> None:
    lines, measured = made.lines, made.measured
    figures: dict[str, object] = {
        "total": measured.total,
        **{name: getattr(lines, name) for name in ("level", "gap", "reward", "shortfall")},
        **{name: getattr(lines, name) for name in ("deliverables", "deductions", "net", "tax")},
        "fee_due": lines.fee,
        "profit": made.figures.profit,
        "rate": made.quote.rate if made.quote else None,
        "profit_due": measured.profit,
        "late": measured.late,
        "missing": measured.missing,
        "payable": lines.payable,
    }
    rows = [
        (f"{zh} {en}", "#N/A" if figures[code] is None else str(figures[code]))
        for code, zh, en, _ in LINES
        if code in figures
    ]
    state = show("team_state", made.state, terminal.language)
    terminal.table(f"{made.number} · {made.currency} · {state}", ("项 Line", "值 Value"), rows)
    _open_terms(terminal, made)
    if made.state == "final":
        terminal.say(
            "暂定：本期尚未关账，数字仍可能变动；用 freeze 关账后再开票。",
            "Provisional: the period is not closed, its figures may still move; freeze it.",
        )
    terminal.say(str(made.path), str(made.path))
    terminal.problems(made.problems, most=5)
    terminal.result |= {
        "file": str(made.path),
        "number": made.number,
        "state": made.state,
        "closed_in": made.figures.file or None,
        "currency": made.currency,
        "rate_day": str(made.quote.day) if made.quote else None,
        "lines": {
            code: str(value) if isinstance(value, Decimal) else value
            for code, value in figures.items()
        },
    }


def _show_period(terminal: Terminal, made: PeriodMade) -> Exit:
    """The sum, the true-up and the months that are still open."""
    done = made.settled
    figures = {name: getattr(done, name) for name in SETTLED}
    texts = {code: (zh, en) for code, zh, en, _ in PERIOD_LINES}
    rows = [
        (" ".join(texts[code]), "#N/A" if value is None else str(value))
        for code, value in figures.items()
    ]
    terminal.table(f"{made.number} · {made.currency}", ("项 Line", "值 Value"), rows)
    open_ = [month.code for month in made.months if month.made.state != "frozen"]
    if open_:
        named = ", ".join(open_)
        terminal.say(f"尚未关账：{named}", f"Not closed yet: {named}")
    terminal.say(str(made.path), str(made.path))
    terminal.problems(made.problems, most=5)
    terminal.result |= {
        "file": str(made.path),
        "number": made.number,
        "currency": made.currency,
        "closed": made.closed,
        "open_months": open_,
        "months": {m.code: str(m.made.lines.net) for m in made.months},
        "lines": {code: None if v is None else str(v) for code, v in figures.items()},
    }
    known = done.payable is not None
    return Exit.OK if known and not made.problems else Exit.FOUND


def _open_terms(terminal: Terminal, made: Made) -> None:
    """Terms that nobody typed yet, of those that an amount needs."""
    wanted = [
        one for one in TERMS if one[0] in NEEDED and getattr(made.agreed.terms, one[0]) is None
    ]
    if wanted:
        zh, en = "、".join(one[1] for one in wanted), "; ".join(one[2] for one in wanted)
        tab = ("代运营条款", "Agency terms") if made.agreed.lines else ("条款", "Terms")
        terminal.say(f"请在“{tab[0]}”页填写：{zh}", f"Fill in on the tab {tab[1]}: {en}")
    terminal.result["open_terms"] = [one[0] for one in wanted]
