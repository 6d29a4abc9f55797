"""奖金簿 Payout: one line a person and month, with every step from the total to the money."""

from __future__ import annotations

from collections.abc import Callable

from kpi import sheet_payout
from sheet_templates.book import INPUT_ROWS, Book, Formula
from sheet_templates.frame import frame
from sheet_templates.places import Ref, guarded
from sheet_templates.scoring_kinds import SLICE_ROWS, formulas
from sheet_templates.style import UNKNOWN
from sheet_templates.table import TableSpec, put_table


def page(book: Book) -> None:
    """The tab; only base, attendance, rule and approval are typed, and the person's date."""
    frame(
        book,
        "pay",
        "填基数、出勤和规则，核对应发后填批准人；批准后的月份不再改动，更正进入下期调整。",
        "Type base, attendance and rule, check Payable, then approve; an approved month never "
        "changes, corrections go to the next one.",
        freeze=(4, 3),
    )
    put_table(book, TableSpec("tblPay", _formulas(book)))
    _looks(book)
    _paper(book)


def _formulas(book: Book) -> dict[str, Formula]:
    rules, applied = book.column("tblPayRule"), book.column("tblApplied")
    slices = book.column("tblPaySlice", SLICE_ROWS)
    made: dict[str, Callable[[Ref], str]] = {
        "method": lambda r: sheet_payout.text_of_rule(r, rules, "method"),
        "net": lambda r: sheet_payout.net(r, rules, book.word),
        "loss_out": lambda r: sheet_payout.loss_out(r, rules, book.word),
        "step1": lambda r: sheet_payout.step1(r, book.word, slices),
        "step2": lambda r: sheet_payout.step2(r, book.word),
        "raw": lambda r: sheet_payout.raw(r, book.word),
        "gross": sheet_payout.gross,
        "prorated": lambda r: sheet_payout.prorated(r, book.word),
        "cap": lambda r: sheet_payout.cap(r, rules),
        "rewards": lambda r: sheet_payout.rewards(r, applied, book.word),
        "payable": lambda r: sheet_payout.payable(r, book.word),
        "currency": lambda r: sheet_payout.text_of_rule(r, rules, "currency"),
        "why": lambda r: sheet_payout.reason(r, rules, book.word),
        "typed": sheet_payout.typed_mark,
    }
    for number in (1, 2, 3, 4):
        made[f"p{number}"] = _parameter(book, rules, number)
    own = {code: guarded(make, "person") for code, make in made.items()}
    return {**own, **formulas(book, book.formulas, "tblPay")}


def _parameter(book: Book, rules: Ref, number: int) -> Formula:
    return lambda r: sheet_payout.parameter(r, rules, book.word, number)


def _paper(book: Book) -> None:
    """Printed on two sheets beside each other, each with whose line it is."""
    tab, place = book.tabs["pay"], book.places["tblPay"]
    tab.fit_to_pages(2, 0)
    tab.repeat_columns(0, place.offset("name"))
    tab.set_v_pagebreaks([place.offset("gross")])


def _looks(book: Book) -> None:
    """What is paid stands out; nothing payable is grey."""
    place, tab = book.places["tblPay"], book.tabs["pay"]
    column = place.offset("payable")
    area = (place.row + 1, column, INPUT_ROWS, column)
    zero = {"type": "cell", "criteria": "==", "value": 0, "format": book.styles.rule(**UNKNOWN)}
    tab.conditional_format(*area, zero)
    bold = {"type": "cell", "criteria": ">", "value": 0, "format": book.styles.rule(bold=True)}
    tab.conditional_format(*area, bold)
