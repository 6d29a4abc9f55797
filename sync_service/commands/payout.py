"""The command of the payout book: amounts of a closed month, for finance and HR."""

from __future__ import annotations

import argparse
from pathlib import Path

from kpi.errors import Level
from kpi.payout import PayLine, PayState, Reason
from sheet_templates.words import show
from sync_service.commands.books import order_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.payout_rows import Paying
from sync_service.payouts import Paid, payout, total_of


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this group."""
    one = commands.add_parser("payout", help="the payout book of a closed month / 奖金簿")
    one.add_argument("book", type=Path, help="the team's workbook; it is only read")
    which = one.add_mutually_exclusive_group(required=True)
    which.add_argument("--month", type=a_month, help="for example 2026-10")
    which.add_argument("--quarter", dest="month", type=a_quarter, help="2026-Q3: the months' mean")
    one.add_argument("--out", type=Path, help="the payout book; BOOK-payout.xlsx by default")
    one.add_argument(
        "--slips",
        type=Path,
        metavar="FOLDER",
        help="read the pay slips that came back there, and write one for each person / 奖金单",
    )
    one.add_argument("--language", choices=("zh", "en"), help="of a new payout book")
    one.add_argument(
        "--provisional", action="store_true", help="before the closing day: shown, not payable"
    )
    one.set_defaults(run=run)


def a_month(text: str) -> str:
    """A month of the command line; whether it is one is said with its mend later."""
    if "Q" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is a quarter; write --quarter {text}")
    return text


def a_quarter(text: str) -> str:
    """A quarter of the command line."""
    if "Q" not in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no quarter such as 2026-Q3")
    return text


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Write the payout book and say what it holds."""
    order = order_of(house, words.book)
    out: Path = words.out or words.book.with_name(f"{words.book.stem}-payout.xlsx")
    if out.parent.is_dir():
        writable(out)
    paying = Paying(order, words.month, out, words.provisional, words.language, words.slips)
    with terminal.steps() as bar:
        bar.step("计算奖金", "Working out pay")
        paid = payout(house, paying)
    _show(terminal, paid, out)
    return Exit.FOUND if any(p.level is Level.ERROR for p in paid.problems) else Exit.OK


def _show(terminal: Terminal, paid: Paid, out: Path) -> None:
    rows = [_row(line) for line in paid.lines]
    keys = ("person", "total", "grade", "earned", "rewards", "true_up", "payable", "currency")
    terminal.result |= {
        "file": str(out),
        "month": paid.month,
        "state": paid.state.value,
        "made": paid.made,
        "lines": [
            {**dict(zip(keys, row, strict=True)), "reason": line.reason.value}
            for row, line in zip(rows, paid.lines, strict=True)
        ],
        "recorded": [
            {"month": one.basis.period, "person": one.basis.person, "paid": str(one.payable)}
            for one in paid.recorded
        ],
        "slips": [str(path) for path in paid.slips],
        "payable": {code: str(amount) for code, amount in total_of(paid.lines).items()},
    }
    heads = (
        *("人员 Person", "总分 Total", "等级 Grade", "应得 Earned", "奖惩 Rewards"),
        *("上期调整 True-up", "应发 Payable", "币种 Currency", "说明 Why"),
    )
    told = [(*row, _why(terminal, line)) for row, line in zip(rows, paid.lines, strict=True)]
    terminal.table(f"{paid.month} {show('pay_state', paid.state, terminal.language)}", heads, told)
    _sentences(terminal, paid, out)
    terminal.problems(paid.problems, most=20)


def _sentences(terminal: Terminal, paid: Paid, out: Path) -> None:
    if paid.recorded:
        count = len(paid.recorded)
        terminal.say(f"已批准并记为已发：{count} 行", f"Approved and recorded as paid: {count}")
    if paid.state is not PayState.FINAL:
        terminal.say("金额仅供查看，不发放。", "Amounts are shown, nothing is payable.")
    if paid.slips:
        count, folder = len(paid.slips), paid.slips[0].parent
        terminal.say(f"奖金单：{count} 份，{folder}", f"Pay slips: {count} in {folder}")
    terminal.say(f"{out}（仅限财务与人事）", f"{out} (for finance and HR only)")


def _row(line: PayLine) -> tuple[str | None, ...]:
    basis = line.basis
    return (
        basis.person,
        None if basis.total is None else f"{basis.total:.2f}",
        basis.grade,
        None if line.earned is None else str(line.earned),
        str(basis.rewards),
        str(basis.true_up),
        None if line.payable is None else str(line.payable),
        line.rule.currency if line.rule else None,
    )


def _why(terminal: Terminal, line: PayLine) -> str:
    if line.reason is Reason.NOTHING:
        return ""
    return show("pay_reason", line.reason, terminal.language)
