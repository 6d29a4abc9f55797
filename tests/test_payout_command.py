"""The payout book end to end: a closed month of a small company, approved, corrected, trued up."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from kpi.calendar import period
from kpi.model import Region, Window
from kpi.money import cross
from kpi.payout import Reason
from sheet_templates.build import build
from sheet_templates.layout import TABLES
from sheet_templates.start import BookStart, StartRow
from sync_service import audit, contract_store, schema
from sync_service.cli import main
from sync_service.clock import FakeClock
from sync_service.compute import Computed
from sync_service.console import Exit
from sync_service.house import House
from sync_service.payout_rows import Paying
from sync_service.payouts import Paid, payout
from sync_service.refresh import look, refresh
from sync_service.sandbox.books import book_start
from sync_service.sealing import sealed
from sync_service.signing import signer
from sync_service.told import ToldError
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import Office
from tests.road_support import Few, fill, house_at, order_of

SEEN = Window(date(2026, 6, 20), date(2026, 10, 23))


@dataclass(slots=True)
class Opened:
    """A data folder with two shops, its team's book and its payout book."""

    house: House
    book: Path
    out: Path
    clock: FakeClock
    slips: Path | None = None

    def look(self) -> Computed:
        return look(self.house, order_of(self.house, self.book, "never")).done

    def pay(self, month: str, *, provisional: bool = False) -> Paid:
        order = order_of(self.house, self.book, "never")
        return payout(self.house, Paying(order, month, self.out, provisional, slips=self.slips))

    def rows(self) -> dict[tuple[str, str], Any]:
        table = XlsxPort(self.out).read().tables["tblPay"]
        return {(str(r.value("month")), str(r.value("person"))): r for r in table.rows}

    def cell(self, month: str, person: str, column: str) -> Any:
        return self.rows()[month, person].value(column)

    def total(self, person: str, month: str = "2026-09") -> float:
        """A person's total as the payout has it."""
        [line] = [one for one in self.pay(month).lines if one.basis.person == person]
        assert line.basis.total is not None
        return line.basis.total

    def cells(self, sheet: str, **values: object) -> None:
        """What is typed in cells of a tab."""
        words = [assignment(f"{sheet}!{cell}={value}") for cell, value in values.items()]
        set_in_copy(self.out, self.out, words, "never")

    def rule(self, code: str, **values: object) -> None:
        """What is typed in a row of the rule table."""
        table = XlsxPort(self.out).read().tables["tblPayRule"]
        [row] = [one for one in table.rows if one.value("rule") == code]
        words = [
            f"{table.sheet}!{row.cells[code].address}={value}" for code, value in values.items()
        ]
        set_in_copy(self.out, self.out, [assignment(word) for word in words], "never")

    def type(self, month: str, person: str, **values: object) -> None:
        """What a person types, and the program that saves it recalculates."""
        table = XlsxPort(self.out).read().tables["tblPay"]
        row = self.rows()[month, person]
        words = [
            f"{table.sheet}!{row.cells[code].address}={value}" for code, value in values.items()
        ]
        set_in_copy(self.out, self.out, [assignment(word) for word in words], "never")


def settled() -> BookStart:
    """Pay is on; a month is scored on the days that are known, October ends on the 22nd here."""
    start = book_start(Few(), "HY", "en")
    weights = tuple({**row, "outdated": "use_to_date"} for row in start.weights)
    return replace(start, settings={**start.settings, "pilot": "no"}, weights=weights)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    clock = FakeClock(datetime(2026, 10, 22, 1, tzinfo=UTC))
    with house_at(tmp_path / "data", clock) as house:
        fill(house, Few().shops, SEEN)
        book = build(tmp_path / "team.xlsx", "manager", "en", settled())
        yield Opened(house, book, tmp_path / "pay.xlsx", clock)


def with_points(book: Path, points: float, month: str = "2026-09") -> None:
    """The team corrects a closed month: points of HEAD that nobody had entered."""
    row: StartRow = {
        "no": "P-1",
        "month": month,
        "person": "HEAD",
        "points": points,
        "approved_by": "HEAD",
    }
    build(book, "manager", "en", replace(settled(), points=(row,)))


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_month_before_its_closing_day_is_refused_and_can_be_looked_at(opened: Opened) -> None:
    with pytest.raises(ToldError, match="2026-10 closes on 2026-11-10"):
        opened.pay("2026-10")
    assert not opened.out.exists()
    paid = opened.pay("2026-10", provisional=True)
    assert paid.state == "provisional"
    assert {line.payable for line in paid.lines} == {0}
    assert opened.cell("2026-10", "OPS5", "state") == "Provisional"


@pytest.mark.parametrize(
    ("month", "said"),
    [
        pytest.param("2026-13", "such as 2026-10", id="no month"),
        pytest.param("2026-W40", "such as 2026-10", id="a week"),
        pytest.param("2026-11", "closes on 2026-12-10", id="it has not begun"),
    ],
)
def test_what_is_no_closed_month_is_refused(opened: Opened, month: str, said: str) -> None:
    with pytest.raises(ToldError, match=said):
        opened.pay(month, provisional=month == "2026-11")


def test_a_pilot_shows_amounts_and_pays_nothing(opened: Opened) -> None:
    build(opened.book, "manager", "en", book_start(Few(), "HY", "en"))
    opened.pay("2026-09")
    opened.type("2026-09", "OPS5", base=8000)
    [line] = [one for one in opened.pay("2026-09").lines if one.basis.person == "OPS5"]
    assert (line.earned, line.payable, line.reason) == (Decimal(8000), Decimal(0), Reason.PILOT)
    opened.type("2026-09", "OPS5", approved_by="CFO")
    paid = opened.pay("2026-09")
    assert [p.code for p in paid.problems] == ["pay_not_final"]
    assert (paid.recorded, opened.cell("2026-09", "OPS5", "paid")) == ((), None)


def test_a_quarter_pays_the_mean_of_its_months(opened: Opened) -> None:
    """Paid alone, the months give their totals; the quarter is their mean and has its own line."""
    opened.pay("2026-Q3")  # the file is new
    months = [opened.pay(month) for month in ("2026-07", "2026-08", "2026-09")]
    lines = [line for paid in months for line in paid.lines if line.basis.person == "OPS5"]
    known = [line.basis.total for line in lines if line.basis.total is not None]
    assert len(known) == 3
    quarter = opened.pay("2026-Q3")
    [line] = [one for one in quarter.lines if one.basis.person == "OPS5"]
    assert line.basis.total == pytest.approx(sum(known) / 3, abs=1e-8)
    assert (quarter.state, line.basis.period) == ("final", "2026-Q3")
    opened.type("2026-Q3", "OPS5", base=9000, approved_by="CFO")
    assert [one.basis.period for one in opened.pay("2026-Q3").recorded] == ["2026-Q3"]
    assert {str(one.basis.true_up) for one in opened.pay("2026-09").lines} == {"0"}


def test_a_paid_month_stays_and_its_correction_is_the_next_true_up(
    opened: Opened, office: Office
) -> None:
    """HEAD has 91.61 points, grade B: 8,000 x 1.0 x 95 % = 7,600. Ten points more make an A:
    8,000 x 1.2 x 95 % = 9,120, so October pays 1,520 more."""
    team = opened.book.read_bytes()
    opened.pay("2026-09")
    opened.type("2026-09", "HEAD", base=8000, attendance=0.95)
    paid = opened.pay("2026-09")
    assert opened.cell("2026-09", "HEAD", "base") == 8000
    assert opened.cell("2026-09", "HEAD", "payable") == 7600
    assert [str(one.payable) for one in paid.lines if one.basis.person == "HEAD"] == ["7600.00"]
    assert opened.book.read_bytes() == team

    opened.type("2026-09", "HEAD", approved_by="CFO", confirmed="2026-10-12")
    paid = opened.pay("2026-09")
    assert [str(one.payable) for one in paid.recorded] == ["7600.00"]
    assert {one.basis.person for one in paid.lines} == {"OPS5", "OPS6"}
    assert opened.cell("2026-09", "HEAD", "paid") == 7600
    assert opened.pay("2026-09").recorded == ()

    with_points(opened.book, 10.0)
    opened.pay("2026-09")
    past = opened.rows()["2026-09", "HEAD"]
    assert [past.value(code) for code in ("grade", "coefficient", "paid")] == ["B", 1, 7600]

    opened.clock.jump(timedelta(days=21).total_seconds())  # 12 November
    paid = opened.pay("2026-10")
    [line] = [one for one in paid.lines if one.basis.person == "HEAD"]
    assert (line.basis.base, str(line.basis.true_up)) == (8000, "1520.00")
    assert opened.cell("2026-10", "HEAD", "true_up_of") == "2026-09: 7600.00 → 9120.00"
    assert {p.code for p in paid.problems} == {"pay_changed", "outdated_counted"}
    sheet = office.calculate(opened.out)["Payout"]
    codes = [c.code for c in TABLES["tblPay"].columns]
    at = {(row[0], row[1]): dict(zip(codes, row, strict=False)) for row in sheet[4:]}
    assert at["2026-09", "HEAD"]["payable"] == 7600
    assert line.payable is not None
    assert at["2026-10", "HEAD"]["payable"] == float(line.payable)


def test_a_paid_loss_comes_off_the_next_months_amount(opened: Opened, office: Office) -> None:
    """September lost 5,000 and pays nothing; October made 20,000: 10 % of 15,000 x the total."""
    opened.pay("2026-09")
    opened.rule("direct", method="Profit commission", carry_loss="Yes")
    opened.type("2026-09", "OPS5", rule="direct", amount=-5000)
    opened.pay("2026-09")
    assert opened.cell("2026-09", "OPS5", "loss_out") == 5000
    opened.type("2026-09", "OPS5", approved_by="CFO")
    opened.clock.jump(timedelta(days=21).total_seconds())  # 12 November
    opened.pay("2026-10")
    opened.type("2026-10", "OPS5", amount=20_000)
    paid = opened.pay("2026-10")
    [line] = [one for one in paid.lines if one.basis.person == "OPS5"]
    assert line.basis.total is not None
    assert (line.basis.loss_in, line.net, line.loss_out) == (5000.0, 15_000.0, 0.0)
    assert line.earned == round(Decimal(str(line.basis.total)) * 15, 2)
    sheet = office.calculate(opened.out)["Payout"]
    codes = [c.code for c in TABLES["tblPay"].columns]
    at = {(row[0], row[1]): dict(zip(codes, row, strict=False)) for row in sheet[4:]}
    shown = at["2026-10", "OPS5"]
    assert [shown[code] for code in ("loss_in", "net", "loss_out")] == [5000, 15_000, 0]
    assert shown["payable"] == float(line.payable or 0)


def test_a_commission_pays_on_the_kpi_of_the_month(opened: Opened, office: Office) -> None:
    """OPS5 sold in one shop; 1 % of it in yuan, and a typed amount goes before it and is marked."""
    seen = opened.look()
    both = (seen.value("net_sales", (one, "OPS5"), period("2026-09")) for one in Region)
    [sold] = [one for one in both if one is not None and one.value is not None]
    assert sold.value is not None
    quote = cross(opened.house.rates, "USD", "CNY", date(2026, 9, 30))
    fixed = seen.book.settings.fixed_rates.get("CNY")
    rate = 1 / Decimal(str(fixed)) if fixed else quote and quote.rate
    assert rate
    amount = float(round(Decimal(repr(sold.value)) * rate, 2))

    opened.pay("2026-09")
    opened.rule("direct", method="Accelerated commission", p1=0.01, on_kpi="Net sales")
    for who in ("OPS5", "OPS6"):
        opened.type("2026-09", who, rule="direct")
    opened.type("2026-09", "OPS6", amount=1000)
    lines = {one.basis.person: one for one in opened.pay("2026-09").lines}
    five, six = lines["OPS5"], lines["OPS6"]
    assert (five.basis.amount, five.basis.typed_over) == (amount, False)
    assert (six.basis.amount, six.basis.typed_over) == (1000.0, True)
    assert opened.cell("2026-09", "OPS5", "amount") is None
    assert opened.cell("2026-09", "OPS5", "kpi_amount") == amount
    assert f"{sold.value:,.2f} USD × " in str(opened.cell("2026-09", "OPS5", "amount_from"))
    assert five.basis.goal
    assert five.earned == round(Decimal(repr(amount)) / 100, 2)  # below 1.2 of the goal
    sheet = office.calculate(opened.out)["Payout"]
    codes = [c.code for c in TABLES["tblPay"].columns]
    at = {row[1]: dict(zip(codes, row, strict=False)) for row in sheet[4:]}
    assert [at[who]["typed"] for who in ("OPS5", "OPS6")] == ["", "✎"]
    assert [at[who]["payable"] for who in ("OPS5", "OPS6")] == [
        float(one.payable or 0) for one in (five, six)
    ]
    opened.type("2026-09", "OPS5", approved_by="CFO")
    assert [one.payable for one in opened.pay("2026-09").recorded] == [five.payable]


def test_a_commission_pays_on_what_a_closed_month_was_signed_with(
    opened: Opened, tmp_path: Path
) -> None:
    """The facts say something else today; HEAD's month was closed before amounts were signed."""
    closed, key = tmp_path / "september.xlsx", "2026-09｜OPS5｜｜net_sales"
    data = build(tmp_path / "bare.xlsx", "payout", "en", BookStart()).read_bytes()
    about = {"kind": "freeze", "totals": {}, "amounts": {key: 100_000.0}}
    closed.write_bytes(sealed(data, closed.name, about, signer(opened.house.settings)))
    book = order_of(opened.house, opened.book, "never").book
    row = {"book": book, "period": "2026-09", "at": opened.clock.now(), "by": "cli"}
    with opened.house.store.begin() as connection:
        contract_store.keep_freeze(connection, {**row, "path": str(closed), "sha256": ""})
    opened.pay("2026-09")
    opened.rule(
        "direct", method="Accelerated commission", currency="USD", p1=0.01, on_kpi="Net sales"
    )
    for who in ("OPS5", "OPS6"):
        opened.type("2026-09", who, rule="direct")
    lines = {one.basis.person: one for one in opened.pay("2026-09").lines}
    assert lines["OPS5"].basis.amount == 100_000.0
    assert "as the month was closed" in str(opened.cell("2026-09", "OPS5", "amount_from"))
    assert "as the month was closed" not in str(opened.cell("2026-09", "OPS6", "amount_from"))


def test_a_pool_is_shared_by_weight_points_and_days_to_the_cent(
    opened: Opened, office: Office
) -> None:
    """The rule holds the pool; OPS5 weighs twice, OPS6 was there half of the month."""
    opened.pay("2026-09")
    opened.rule("direct", method="Team split", p1=10_000)
    opened.type("2026-09", "OPS5", rule="direct", weight=2)
    opened.type("2026-09", "OPS6", rule="direct", attendance=0.5)
    opened.type("2026-09", "HEAD", rule="bonus", base=1000)
    paid = {line.basis.person: line for line in opened.pay("2026-09").lines}
    five, six = (paid[who].basis.total or 0.0 for who in ("OPS5", "OPS6"))
    assert min(five, six) > 0
    part = round(10_000 * five * 2 / (five * 2 + six * 0.5), 2)
    parts = {"OPS5": part, "OPS6": round(10_000 - part, 2)}
    assert {who: float(paid[who].payable or 0) for who in parts} == parts
    sheet = office.calculate(opened.out)["Payout"]
    codes = [c.code for c in TABLES["tblPay"].columns]
    at = {row[1]: dict(zip(codes, row, strict=False)) for row in sheet[4:]}
    assert {who: at[who]["payable"] for who in parts} == parts


def test_a_grade_proposes_its_reward_once_and_counts_when_approved(opened: Opened) -> None:
    opened.pay("2026-09")
    opened.type("2026-09", "OPS6", base=1000)
    reward = ("Excellent", "Grade A", "A", "Money", "300")
    assert len(TABLES["tblApplied"].columns) == 11  # so the rules stand in the columns M to S
    cells = dict(zip("MNOPQ", reward, strict=True))
    words = [assignment(f"Rewards!{letter}5={value}") for letter, value in cells.items()]
    set_in_copy(opened.out, opened.out, words, "never")
    opened.pay("2026-09")
    opened.pay("2026-09")
    [row] = XlsxPort(opened.out).read().tables["tblApplied"].rows
    assert [row.value(c) for c in ("no", "month", "person", "reward")] == [
        *(1, "2026-09", "OPS6", "Excellent"),
    ]
    approved = f"Rewards!{row.cells['approved_by'].address}=HR"
    set_in_copy(opened.out, opened.out, [assignment(approved)], "never")
    [line] = [one for one in opened.pay("2026-09").lines if one.basis.person == "OPS6"]
    assert str(line.payable) == "1500.00"  # 1,000 x 1.2 + 300


def test_the_teams_workbook_holds_no_pay_in_any_part(opened: Opened) -> None:
    opened.pay("2026-09")
    opened.type("2026-09", "OPS5", base=54_321)
    opened.pay("2026-09")
    refresh(opened.house, order_of(opened.house, opened.book, "never"))
    words = ("tblPay", "54321", "Bonus base", "Payable", "奖金基数", "应发", "Pay rules")
    for name, data in parts_of(opened.book).items():
        assert not [word for word in words if word in data.decode("utf-8", "replace")], name
    held = b"".join(parts_of(opened.out).values()).decode("utf-8", "replace")
    assert all(word in held for word in ("tblPay", "54321", "Bonus base", "Payable"))


def test_only_its_owner_may_read_the_payout_book(opened: Opened) -> None:
    opened.pay("2026-09")
    opened.pay("2026-09")
    assert opened.out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("other", ["team.xlsx", "second.xlsx"])
def test_a_team_book_is_never_made_a_payout_book(opened: Opened, other: str) -> None:
    second = build(opened.book.with_name("second.xlsx"), "manager", "en")
    before = [path.read_bytes() for path in (opened.book, second)]
    opened.out = opened.book.with_name(other)
    with pytest.raises(ToldError, match=r"never goes there|not a payout book"):
        opened.pay("2026-09")
    assert [path.read_bytes() for path in (opened.book, second)] == before


def test_the_audit_chain_tells_each_run(opened: Opened) -> None:
    opened.pay("2026-09")
    opened.type("2026-09", "OPS5", base=8000, approved_by="CFO")
    opened.pay("2026-09")
    with opened.house.store.read() as connection:
        rows = connection.execute(select(schema.audit).order_by(schema.audit.c.seq)).mappings()
        told = [row["after"]["paid"] for row in rows if row["action"] == "payout"]
        assert audit.faults(connection) == []
    assert told == [{}, {"2026-09/OPS5": "8000.00"}]


def test_the_command_answers_scripts_and_people(
    opened: Opened, capsys: pytest.CaptureFixture[str]
) -> None:
    home = str(opened.house.settings.home)
    words = ["--home", home, "payout", str(opened.book), "--month", "2026-09"]
    assert main([*words, "--json"]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    out = opened.book.with_name("team-payout.xlsx")
    assert (said["file"], said["state"], said["made"]) == (str(out), "final", True)
    assert {one["person"]: one["reason"] for one in said["lines"]} == dict.fromkeys(
        ("HEAD", "OPS5", "OPS6"), "no_base"
    )
    assert main([*words, "--lang", "zh"]) == Exit.OK
    assert "仅限财务与人事" in capsys.readouterr().out
    assert main([*words[:-1], "2999-01", "--json"]) == Exit.REFUSED
    assert "2999-02-10" in json.loads(capsys.readouterr().out)["error"]
