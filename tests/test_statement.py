"""The statement of an agency: recalculated by LibreOffice, and made from a data folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import openpyxl
import pytest

from kpi.agency import Measured, MonthDays, Terms, in_contract, statement
from kpi.calendar import period
from kpi.model import Language
from kpi.money import Quote, cross
from kpi.payout import decimals_of
from kpi.typed_rows import TaskRow
from sheet_templates.build import build
from sheet_templates.statement import build_statement
from sheet_templates.statement_invoice import PARTS, SUMS, invoice_values
from sheet_templates.statement_paper import (
    FIRST,
    FIRST_TEXT,
    LINES,
    TERMS,
    TEXTS,
    TITLES,
    StatementRows,
)
from sync_service.agency_figures import Figures, as_signed, said_of
from sync_service.agency_terms import CODES
from sync_service.cli import main
from sync_service.clock import FakeClock
from sync_service.console import Exit
from sync_service.freezing import freeze
from sync_service.house import House
from sync_service.publishing import Wanted, publish
from sync_service.sandbox.books import book_start
from sync_service.stated import Asked
from sync_service.statement_rows import Made
from sync_service.statements import make_statement
from sync_service.told import ToldError
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import NA, Office
from tests.road_support import Few, fill, house_at, order_of
from tests.test_payout_command import SEEN

LANGUAGES: tuple[Language, ...] = ("zh", "en")
STATES = {"late": "Late", "missing": "Missing"}
Number = Decimal | float | int | None


QUOTES = {  # of the contract's currency for one dollar
    "USD": Quote(Decimal(1), date(2026, 9, 30)),
    "EUR": Quote(Decimal(1) / Decimal("1.0856"), date(2026, 9, 30)),
    "JPY": Quote(Decimal("157.31"), date(2026, 9, 30)),
    "GBP": None,  # no rate that is young enough
}


def chosen(chance: Random, currency: str) -> tuple[Terms, Decimal | None, Measured]:
    """Terms, the profit in dollars, and a month; each of them may be unknown."""

    def money(most: int) -> Decimal | None:
        cents = chance.randrange(most * 100)
        return None if chance.random() < 0.08 else Decimal(cents) / 100

    def rate() -> Decimal | None:
        return None if chance.random() < 0.05 else Decimal(chance.randrange(50)) / 100

    levels = tuple((Decimal(start), Decimal(part) / 10) for start, part in ((90, 10), (60, 7)))
    terms = Terms(
        *(money(9000), money(50_000), rate(), rate(), money(90), money(400), rate()),
        reward_cap=money(3000) if chance.random() < 0.5 else None,
        deduct_cap=money(900) if chance.random() < 0.5 else None,
        levels=levels,
        decimals=decimals_of(currency),
        correction=Decimal(chance.randrange(-90_000, 90_000)) / 100,
        dispute_part=rate() if chance.random() < 0.5 else None,
    )
    month = chance.choice((28, 30, 31))
    due = Decimal(chance.randrange(10**9)) / 10**9 if chance.random() < 0.3 else Decimal(1)
    days = MonthDays(month, chance.choice((month, 12, 0)), chance.randrange(3), due)
    total = chance.choice([None, 59.999999, 60.0, 90.0, chance.uniform(40, 120)])
    profit = money(90_000)
    dollars = None if profit is None else profit - 10_000
    measured = Measured(
        None if total is None else round(total, 6),
        in_contract(dollars, QUOTES[currency], terms.decimals),
        *(chance.randrange(3), chance.randrange(3)),
        final=chance.random() < 0.8,
        days=days,
        disputes=chance.randrange(2),
    )
    return terms, dollars, measured


def expected(
    terms: Terms, dollars: Decimal | None, measured: Measured, currency: str
) -> dict[str, Number]:
    lines, quote = statement(terms, measured), QUOTES[currency]
    return {
        **{code: getattr(lines, code) for code in ("level", "gap", "reward", "shortfall")},
        **{code: getattr(lines, code) for code in ("deliverables", "deductions", "net", "tax")},
        "payable": lines.payable,
        "fee_due": lines.fee,
        "month_days": measured.days.month,
        "contract_days": measured.days.contract,
        "outage_days": measured.days.outage,
        "due_share": measured.days.due,
        "baseline_due": lines.baseline,
        "disputes": measured.disputes,
        "held": lines.held,
        "correction": lines.correction,
        "total": measured.total,
        "profit": dollars,
        "rate": quote.rate if quote else None,
        "profit_due": measured.profit,
        "late": measured.late,
        "missing": measured.missing,
        "final": int(measured.final),
    }


def rows(
    terms: Terms, want: dict[str, Number], measured: Measured, currency: str, language: Language
) -> StatementRows:
    delivered: list[tuple[str, str, date | None, date | None, str, str]]
    delivered = [("D", "", None, None, "", "Late")] * measured.late
    delivered += [("D", "", date(2026, 10, 5), None, "", "Missing")] * measured.missing
    return StatementRows(
        language=language,
        head=("a", "b", "c", "d"),
        terms={code: getattr(terms, code) for code in CODES},
        levels=terms.levels,
        lines=want,
        deliverables=delivered,
        states=STATES,
        currency=currency,
        decimals=terms.decimals,
        texts={} if currency == "USD" else {"currency": currency},
        invoice=(("Number", "S-1"), ("Day", date(2026, 9, 30)), ("Rate", 0.92)),
    )


@pytest.mark.parametrize("seed", range(16))
def test_every_line_recalculates_to_the_service_to_the_cent(
    seed: int, office: Office, tmp_path: Path
) -> None:
    """Terms, months and currencies at random, unknown ones among them."""
    currency = tuple(QUOTES)[seed % 4]
    terms, dollars, measured = chosen(Random(seed), currency)
    want, language = expected(terms, dollars, measured, currency), LANGUAGES[seed // 4 % 2]
    path = build_statement(tmp_path / "s.xlsx", rows(terms, want, measured, currency, language))
    on_invoice = invoice_values(want)
    for fresh in (True, False):  # recalculated, and as a reader that never calculates sees it
        book = office.calculate(path, recalculate=fresh)
        found = book[TITLES["statement"][language]]
        for row, (code, *_) in enumerate(LINES, FIRST):
            assert found[row][1] == shown(want[code]), (seed, code, terms, measured)
        amounts = [row[1] for row in book[TITLES["invoice"][language]]][-len((*PARTS, *SUMS)) :]
        for value, (code, *_) in zip(amounts, (*PARTS, *SUMS), strict=True):
            assert value == shown(on_invoice[code]), (seed, code, terms, measured)


def shown(value: Number) -> object:
    return NA if value is None else float(value)


def test_the_lines_of_an_invoice_add_up_to_its_net_amount() -> None:
    """A fee of 500, a cap of 900 over 1,150 of deductions, and 400 that the fee cannot bear."""
    lines: dict[str, Number] = {
        "fee_due": Decimal(500),
        "reward": Decimal(0),
        "shortfall": Decimal(-1000),
        "deliverables": Decimal(-150),
        "deductions": Decimal(-900),
        "correction": Decimal(0),
        "net": Decimal(0),
        "tax": Decimal(0),
        "held": Decimal(0),
        "payable": Decimal(0),
    }
    found = invoice_values(lines)
    assert (found["over_cap"], found["floor"], found["whole"]) == (250, 400, 0)
    parts = [found[code] for code, *_ in PARTS]
    assert sum(Decimal(str(part)) for part in parts) == 0


def test_a_currency_typed_anew_leaves_the_old_rate_unused(office: Office, tmp_path: Path) -> None:
    """Until the statement is made again, every amount on the profit is #N/A."""
    terms, dollars, measured = chosen(Random(1), "EUR")
    want = expected(terms, dollars, measured, "EUR")
    path = build_statement(tmp_path / "s.xlsx", rows(terms, want, measured, "EUR", "en"))
    book = openpyxl.load_workbook(path)
    book["Terms"].cell(FIRST_TEXT + 1, 2).value = "PLN"
    book.save(path)
    found = office.calculate(path)["Statement"]
    at = {code: found[row][1] for row, (code, *_) in enumerate(LINES, FIRST)}
    assert (at["rate"], at["gap"], at["payable"]) == (NA, NA, NA)


# --- from a data folder ---------------------------------------------------------------------------


class Opened:
    def __init__(self, house: House, book: Path, out: Path) -> None:
        self.house, self.book, self.out = house, book, out

    def make(self, month: str = "2026-09", person: str = "OPS6", **more: object) -> Made:
        order = order_of(self.house, self.book, "never")
        asked = Asked(order, person, month, self.out, **more)  # type: ignore[arg-type]  # by name
        return make_statement(self.house, asked)

    def type(self, **terms: float | str) -> None:
        book = openpyxl.load_workbook(self.out)
        tab = book["Terms"]
        rows = {code: FIRST + 1 + n for n, (code, *_) in enumerate(TERMS)}
        rows |= {code: FIRST_TEXT + 1 + n for n, (code, *_) in enumerate(TEXTS)}
        for code, value in terms.items():
            tab.cell(rows[code], 2).value = value
        book.save(self.out)

    def shown(self, tab: str) -> dict[str, object]:
        """First and second column of a tab, as a reader sees it that never calculates."""
        cells = openpyxl.load_workbook(self.out, data_only=True)[tab].iter_rows(values_only=True)
        return {str(row[0]): row[1] for row in cells if row[0] is not None}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened_in(tmp_path_factory.mktemp("agency")) as made:
        yield made


@contextmanager
def opened_in(folder: Path) -> Iterator[Opened]:
    clock = FakeClock(datetime(2026, 10, 22, 1, tzinfo=UTC))
    with house_at(folder / "data", clock) as house:
        fill(house, Few().shops, SEEN)
        start = book_start(Few(), "HY", "en")
        tasks = (
            deliverable("D-1", date(2026, 9, 10), date(2026, 9, 10), "passed"),
            deliverable("D-2", date(2026, 9, 20), date(2026, 9, 25), "passed"),
            deliverable("D-3", date(2026, 9, 30), None, None),
            deliverable("D-4", date(2026, 10, 30), None, None),
        )
        settings = {**start.settings, "pilot": "no"}
        filled = type(start)(
            **{
                **{name: getattr(start, name) for name in start.__dataclass_fields__},
                "tasks": tasks,
                "settings": settings,
            }
        )
        book = build(folder / "team.xlsx", "manager", "en", filled)
        yield Opened(house, book, folder / "statement.xlsx")


def deliverable(
    number: str, due: date, delivered: date | None, outcome: str | None
) -> dict[str, object]:
    return {
        "no": number,
        "type": "deliverable",
        "what": f"Report {number}",
        "owner": "OPS6",
        "due": due,
        "delivered": delivered,
        "outcome": outcome,
    }


def test_terms_are_typed_in_the_statement_and_kept(opened: Opened) -> None:
    """Without fee and baseline there is no amount; with them the month adds up."""
    first = opened.make()
    assert (first.state, first.lines.payable) == ("final", None)
    assert (first.measured.late, first.measured.missing) == (1, 1)
    assert first.measured.total is not None
    assert first.measured.profit is not None
    opened.type(fee=3000, baseline=float(first.measured.profit) - 1000, late_each=50)
    second = opened.make()
    assert (second.lines.gap, second.lines.reward) == (Decimal(1000), Decimal(200))
    assert second.lines.deductions == Decimal(-50)
    assert second.lines.fee is not None
    assert second.lines.payable == second.lines.fee + Decimal(150)
    third = opened.make("2026-10", terms=opened.out)
    assert third.agreed == second.agreed
    assert (third.state, third.lines.payable) == ("open", Decimal(0))
    assert third.number == "OPS6-2026-10-DRAFT"


def test_a_live_month_says_that_it_is_provisional_and_numbers_what_it_states(
    tmp_path: Path,
) -> None:
    """The same amounts keep their number; other terms make the second statement."""
    with opened_in(tmp_path) as opened:
        assert opened.make().number == "OPS6-2026-09-DRAFT"  # no fee and no baseline yet
        opened.type(fee=3000, baseline=100)
        assert [opened.make().number for _ in range(2)] == ["OPS6-2026-09"] * 2
        opened.type(fee=3100)
        made = opened.make()
        assert made.number == "OPS6-2026-09-2"
        said = opened.shown("Invoice")
        assert str(said["State"]).startswith("Provisional: the period is not closed")
        assert (said["Number"], said["Currency"]) == ("OPS6-2026-09-2", "USD")
        assert said["Period"] == "2026-09-01 – 2026-09-30"
        assert "Day of the rate (ECB)" not in said
        assert said["Total with tax"] == float(made.lines.payable or 0)


def test_a_contract_in_euro_shows_the_rate_and_its_day(opened: Opened, tmp_path: Path) -> None:
    """Terms are in euro; only the profit is converted, at the rate of the month's last day."""
    out, opened.out = opened.out, tmp_path / "euro.xlsx"
    opened.make()
    opened.type(fee=3000, baseline=100, currency="eur", seller="Werbung GmbH, Berlin")
    made = opened.make()
    quote = cross(opened.house.rates, "USD", "EUR", date(2026, 9, 30))
    assert quote is not None
    assert made.figures.profit is not None
    assert (made.currency, made.quote) == ("EUR", quote)
    assert made.measured.profit == in_contract(made.figures.profit, quote, 2)
    said = opened.shown("Invoice")
    assert (said["Payee"], said["Currency"]) == ("Werbung GmbH, Berlin", "EUR")
    assert said["Exchange rate 1 USD = EUR"] == float(quote.rate)
    assert str(said["Day of the rate (ECB)"])[:10] == str(quote.day)
    assert f"1 USD = {quote.rate:.6f} EUR (ECB, {quote.day})" in " ".join(opened.shown("Statement"))
    opened.type(currency="XYZ")
    with pytest.raises(ToldError, match="XYZ in Terms is no currency"):
        opened.make()
    opened.out = out


def test_a_closed_month_is_stated_as_it_was_signed(tmp_path: Path) -> None:
    """A deliverable accepted after closing changes nothing; once the file is gone it does."""
    with opened_in(tmp_path) as opened:
        order = order_of(opened.house, opened.book, "never")
        publish(opened.house, order, Wanted("head"))
        before = opened.make()
        closed = tmp_path / "september.xlsx"
        freeze(opened.house, order, period("2026-09"), closed, "head")
        accepted(opened.book)
        made = opened.make()
        assert (made.state, made.figures.file, made.problems) == ("frozen", "september.xlsx", ())
        assert (made.measured, made.lines) == (before.measured, before.lines)
        assert "Closed in september.xlsx: it may be invoiced." in str(opened.shown("Invoice"))
        closed.unlink()
        live = opened.make()
        assert (live.state, [one.code for one in live.problems]) == ("final", ["frozen_unread"])
        assert (before.measured.missing, live.measured.missing) == (1, 0)


def accepted(book: Path) -> None:
    """The team accepts D-3, which it had as missing."""
    table = XlsxPort(book).read().tables["tblTask"]
    [row] = [one for one in table.rows if one.value("no") == "D-3"]
    typed = {"delivered": "2026-09-29", "outcome": "Passed"}
    words = [f"{table.sheet}!{row.cells[code].address}={text}" for code, text in typed.items()]
    set_in_copy(book, book, [assignment(word) for word in words], "never")


def test_figures_that_are_signed_are_read_back_whole() -> None:
    task = TaskRow("D-1", "deliverable", None, None, "Report", "AG", date(2026, 9, 5), None, "")
    for pilot, profit in ((False, Decimal("-12.34")), (True, None)):
        found = Figures(
            *("pilot" if pilot else "frozen", 91.5, profit, "EUR", 3, date(2026, 10, 12)),
            (replace(task, delivered=date(2026, 9, 4), outcome="passed"), task),
            "q3.xlsx",
        )
        assert as_signed(json.loads(json.dumps(said_of(found))), "q3.xlsx") == found


def test_who_is_no_partner_is_refused(opened: Opened) -> None:
    with pytest.raises(ToldError, match="Partners are: OPS6"):
        opened.make(person="OPS5")


@pytest.mark.parametrize("month", ["2026-W40", "soon"])
def test_what_is_no_month_is_refused(opened: Opened, month: str) -> None:
    with pytest.raises(ToldError, match="such as 2026-10"):
        opened.make(month)


def test_terms_below_zero_and_other_files_are_refused(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(ToldError, match="no statement of ours"):
        opened.make(terms=opened.book)
    out, opened.out = opened.out, tmp_path / "bad.xlsx"
    opened.make()
    opened.type(fee=-1)
    with pytest.raises(ToldError, match="0 or more"):
        opened.make()
    opened.out = out


def test_the_commands_say_what_they_found(
    opened: Opened, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = ["--home", str(opened.house.settings.home)]
    out = str(tmp_path / "s.xlsx")
    words = ["statement", str(opened.book), "--person", "OPS6", "--month", "2026-09", "--out", out]
    assert main([*home, *words, "--json"]) == Exit.FOUND
    said = json.loads(capsys.readouterr().out)
    assert (said["file"], said["open_terms"]) == (out, ["fee", "baseline"])
    assert main([*home, *words, "--lang", "zh"]) == Exit.FOUND
    assert "请在“条款”页填写" in capsys.readouterr().out
    assert main([*home, "distribution", str(opened.book), "--json"]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    assert (sum(said["places"]), said["proposal"]) == (len(said["people"]), True)
    assert main([*home, "distribution", str(opened.book), "--lang", "zh"]) == Exit.OK
    assert "仅供参考" in capsys.readouterr().out
