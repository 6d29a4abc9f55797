"""What duties cost and how they stand, by country and currency, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import Book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.compliance import Moment, measure_value
from kpi.fees import in_report_currency, money_of, open_of, paid_of, said
from kpi.model import Region, Window
from kpi.money import read_rates
from kpi.register import Register
from kpi.register import said as hashed
from kpi.register_lines import Counts, Line, lines
from kpi.standing import standing, standing_of
from kpi.task_checks import check_tasks
from kpi.totals import Converter
from kpi.typed_rows import Settings, TaskRow

TODAY = date(2026, 10, 22)
AT = Moment(TODAY, TODAY)
YEAR = Window(date(2026, 1, 1), date(2026, 11, 1))


def fee(number: str = "F", **more: object) -> TaskRow:
    """A German WEEE fee of 1,000 EUR due on 30 October; nothing is paid."""
    usual = TaskRow(number, "compliance", Region.EU, "DE", "WEEE", "ANN", None, 0.0, "任务!A5")
    given: dict[str, object] = {
        "regime": "weee_fee",
        "due": date(2026, 10, 30),
        "amount": Decimal(1000),
        "currency": "EUR",
        "amount_at": "任务!Q5",
    }
    return replace(usual, **given | more)  # type: ignore[arg-type]  # a table of cases


def day(written: str) -> date:
    return date.fromisoformat(f"2026-{written}")


PART: dict[str, Any] = {"paid": Decimal(400), "done": 0.4}
DONE: dict[str, Any] = {"done": 1.0, "delivered": day("10-20")}


@pytest.mark.parametrize(
    ("one", "state", "paid", "left"),
    [
        pytest.param(fee(), "due", 0, 1000, id="nothing is paid, eight days are left"),
        pytest.param(fee(due=day("10-22")), "due", 0, 1000, id="on the due day it is in time"),
        pytest.param(fee(due=day("10-21")), "late", 0, 1000, id="the day after it is late"),
        pytest.param(fee(due=None), "due", 0, 1000, id="without a day it is never late"),
        pytest.param(fee(**PART), "part_paid", 400, 600, id="400 of 1,000"),
        pytest.param(fee(**PART, due=day("10-01")), "late", 400, 600, id="the rest is late"),
        pytest.param(fee(done=0.5), "part_paid", None, None, id="half, but nobody wrote how much"),
        pytest.param(fee(**DONE), "paid", 1000, 0, id="done without a figure is all of it"),
        pytest.param(fee(**DONE, due=day("10-20")), "paid", 1000, 0, id="on its day"),
        pytest.param(fee(**DONE, due=day("10-19")), "paid_late", 1000, 0, id="a day late"),
        pytest.param(fee(done=1.0, due=day("10-19")), "paid", 1000, 0, id="on a day nobody wrote"),
        pytest.param(fee(**DONE, due=None), "paid", 1000, 0, id="paid, never due"),
        pytest.param(fee(**DONE, paid=Decimal(400)), "part_paid", 400, 600, id="100 % is not paid"),
        pytest.param(fee(**DONE, paid=Decimal(1100)), "paid", 1100, 0, id="more than was due"),
        pytest.param(
            fee(done=1.0, delivered=day("10-25")), "due", 0, 1000, id="a later day is a plan"
        ),
        pytest.param(fee(currency=None), "due", None, None, id="an amount without a currency"),
        pytest.param(fee(amount=None), "due", None, None, id="a fee of unknown amount"),
        pytest.param(fee(amount=None, done=0.5), "part_paid", None, None, id="begun, unknown"),
    ],
)
def test_a_fee_is_due_late_paid_or_paid_in_part(
    one: TaskRow, state: str, paid: int | None, left: int | None
) -> None:
    assert (standing(one, AT), paid_of(one, AT), open_of(one, AT)) == (state, paid, left)


def test_a_part_payment_is_not_paid_for_the_kpi_either() -> None:
    """Two fees at 100 %, due on 20 October; one of them lacks 600 EUR: one of two is paid."""
    paid: dict[str, Any] = {**DONE, "due": day("10-20")}
    both = [fee("A", **paid), fee("B", **paid, paid=Decimal(400))]
    october = period("2026-10").window
    assert measure_value("weee_due", both, october, TODAY) == 2
    assert measure_value("weee_paid", both, october, TODAY) == 1


@pytest.mark.parametrize(
    ("more", "state"),
    [
        pytest.param({"regime": "vat", "amount": None}, "due", id="a filing"),
        pytest.param({"regime": "vat", "amount": None, "due": day("10-21")}, "late", id="late"),
        pytest.param({"regime": "vat", "amount": None, **DONE}, "done", id="filed"),
        pytest.param(
            {"regime": "vat", "amount": None, **DONE, "due": day("10-19")}, "done_late", id="late 1"
        ),
        pytest.param({"regime": "vat", **DONE}, "paid", id="a filing with an amount is paid"),
        pytest.param(
            {"regime": "ftc", "amount": None, **DONE, "outcome": "failed"}, "failed", id="failed"
        ),
        pytest.param({"regime": "ce"}, "due", id="a certificate to be had"),
        pytest.param({"regime": "ce", "due": day("10-21")}, "late", id="that is missing"),
        pytest.param({"regime": "ce", **DONE}, "invalid", id="without a number"),
        pytest.param(
            {"regime": "ce", **DONE, "registration": "X", "outcome": "failed"}, "invalid", id="no"
        ),
        pytest.param({"regime": "ce", **DONE, "registration": "X"}, "valid", id="for ever"),
        pytest.param(
            {"regime": "ce", **DONE, "registration": "X", "valid_to": day("11-22")},
            "valid",
            id="ends in 31 days",
        ),
        pytest.param(
            {"regime": "ce", **DONE, "registration": "X", "valid_to": day("11-21")},
            "ending",
            id="ends in 30 days",
        ),
        pytest.param(
            {"regime": "ce", **DONE, "registration": "X", "valid_to": day("10-21")},
            "expired",
            id="ended yesterday",
        ),
        pytest.param(
            {"regime": "ce", **DONE, "valid_to": day("10-21")}, "invalid", id="ended, no number"
        ),
        pytest.param({"type": "gate", "regime": None}, "due", id="a gate"),
        pytest.param({"type": "gate", **DONE}, "passed", id="a gate passed in time"),
        pytest.param(
            {"type": "gate", **DONE, "due": day("10-19")}, "passed_late", id="a gate passed late"
        ),
        pytest.param({"type": "gate", **DONE, "outcome": "failed"}, "failed", id="a gate failed"),
        pytest.param({"type": "gate", "due": day("10-21")}, "late", id="a gate missed"),
        pytest.param({"type": "action"}, None, id="an action is no duty"),
        pytest.param({"regime": None}, None, id="a free task"),
    ],
)
def test_how_a_duty_stands(more: dict[str, Any], state: str | None) -> None:
    assert standing(fee(**more), AT) == state


CE: dict[str, Any] = {"regime": "ce", **DONE, "amount": None, "registration": "X"}


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([fee("A", type="action")], None, id="no duty"),
        pytest.param([fee("A", **DONE), fee("B")], "due", id="the worst of two fees"),
        pytest.param(
            [fee("A", **CE, valid_to=day("10-01")), fee("B", **CE)], "valid", id="renewed"
        ),
        pytest.param(
            [fee("A", **CE, valid_to=day("10-01")), fee("B", regime="ce")], "expired", id="not yet"
        ),
        pytest.param(
            [fee("A", **CE, valid_to=day("11-01")), fee("B", regime="ce")], "ending", id="in time"
        ),
        pytest.param(
            [fee("A", **CE, about="P1"), fee("B", **CE, about="P2", valid_to=day("10-01"))],
            "expired",
            id="each product needs its own",
        ),
    ],
)
def test_several_stand_as_the_worst_of_them(rows: list[TaskRow], state: str | None) -> None:
    assert standing_of(rows, AT) == state


def test_money_of_a_line_is_exact_and_adds_up() -> None:
    """0.1 + 0.2 is 0.3; of 0.30 to pay 0.10 is paid, and 0.20 is open, all of it late."""
    late = day("10-01")
    found = money_of(
        [
            fee("A", amount=Decimal("0.1"), **DONE, due=late),
            fee("B", amount=Decimal("0.2"), due=late),
        ],
        AT,
    )
    assert (found.amount, found.paid) == (Decimal("0.3"), Decimal("0.1"))
    assert (found.open, found.late) == (Decimal("0.2"), Decimal("0.2"))


def test_one_unknown_amount_makes_the_sums_unknown() -> None:
    found = money_of([fee("A"), fee("B", amount=None)], AT)
    assert (found.amount, found.paid, found.open) == (None, None, None)
    assert found.late == 0  # neither is late, so nothing of it is unknown


amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@given(st.lists(st.tuples(amounts, st.sampled_from(["EUR", "SEK"]), amounts), max_size=6))
def test_currencies_never_mix_and_to_pay_is_paid_plus_open(
    rows: list[tuple[Decimal, str, Decimal]],
) -> None:
    tasks = [
        fee(f"F{n}", amount=amount, currency=currency, paid=min(paid, amount), done=0.5)
        for n, (amount, currency, paid) in enumerate(rows)
    ]
    found = {one.currency: one.money for one in lines(tasks, YEAR, TODAY) if one.country == "ALL"}
    for currency in {currency for _, currency, _ in rows}:
        money = found[currency]
        assert money is not None
        assert money.amount == sum(amount for amount, of, _ in rows if of == currency)
        assert money.paid is not None
        assert money.open is not None
        assert money.amount == money.paid + money.open
    assert len(found) == len({currency for _, currency, _ in rows})


RATES = read_rates(["Date,USD,SEK,", "2026-10-21,1.25,10,"])


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [
        pytest.param(100, "EUR", Decimal(110), id="the fixed rate of 1.1 goes first"),
        pytest.param(100, "SEK", Decimal("12.5"), id="yesterday's rate: 1.25 / 10"),
        pytest.param(100, "PLN", None, id="no rate"),
        pytest.param(None, "EUR", None, id="an unknown amount"),
        pytest.param(100, None, None, id="no currency"),
    ],
)
def test_what_is_open_in_the_report_currency(
    amount: int | None, currency: str | None, wanted: Decimal | None
) -> None:
    money = Converter("USD", {"EUR": 1.1}, RATES)
    given = None if amount is None else Decimal(amount)
    assert in_report_currency(given, currency, TODAY, money) == wanted


@pytest.mark.parametrize(
    ("one", "text"),
    [
        pytest.param(fee(amount=Decimal("1234.5")), "1,234.50 EUR", id="what is to be paid"),
        pytest.param(fee(**PART), "600.00 EUR", id="what is left"),
        pytest.param(fee(**DONE), "", id="nothing left"),
        pytest.param(fee(amount=None), "", id="unknown"),
    ],
)
def test_a_reminder_says_what_is_to_be_paid(one: TaskRow, text: str) -> None:
    assert said(one, AT) == text


# ------------------------------------------------------------------------------ the register


def duty(number: str, country: str, regime: str, due: str, on: str = "", **more: object) -> TaskRow:
    """A duty of 2026 without an amount; `on` is the day it was done."""
    given: dict[str, object] = {"amount": None, "currency": None, "regime": regime}
    if on:
        given |= {"done": 1.0, "delivered": day(on)}
    return fee(number, **given | {"country": country, "due": day(due)} | more)


def line(tasks: list[TaskRow], country: str, regime: str) -> Line:
    return next(o for o in lines(tasks, YEAR, TODAY) if (o.country, o.regime) == (country, regime))


def test_vat_filings_of_a_country() -> None:
    """January on time, April a day late, July not at all, October is due on the 25th: 1 of 3."""
    vat = [
        duty("1", "IT", "vat", "01-25", "01-25"),
        duty("2", "IT", "vat", "04-25", "04-26"),
        duty("3", "IT", "vat", "07-25"),
        duty("4", "IT", "vat", "10-25"),
    ]
    found = line(vat, "IT", "vat")
    assert found.counts == Counts(Decimal(3), Decimal(2), None, Decimal(1))
    assert (found.late, found.next_due, found.standing) == (1, day("07-25"), "late")
    assert (found.money, found.region) == (None, Region.EU)
    whole = Register(Book(Settings("2026-10", "X"), tasks=tuple(vat)), shipped(), TODAY)
    assert measure_value("vat_on_time", whole.book.tasks, YEAR, TODAY) == found.counts.on_time


def test_checks_count_by_their_number_and_pass_once_judged() -> None:
    """FTC: 4 planned and passed, 2 planned and failed, 2 planned and half done: 4 of 8 passed."""
    checks = [
        duty("1", "US", "ftc", "09-30", "09-29", quantity=4.0, outcome="passed"),
        duty("2", "US", "ftc", "09-30", "09-29", quantity=2.0, outcome="failed"),
        duty("3", "US", "ftc", "09-30", quantity=2.0, done=0.5),
    ]
    assert line(checks, "US", "ftc").counts == Counts(
        Decimal(8), Decimal(7), Decimal(4), Decimal(6)
    )


def test_certificates_of_a_country() -> None:
    """P1 is valid to 1 November, P2 ended on 1 October, P3 is to come: one of three, P1 ends next.

    A registration that opens later is not required yet.
    """
    papers = [
        duty(
            "1", "DE", "ce", "01-31", "01-20", about="P1", registration="A", valid_to=day("11-01")
        ),
        duty(
            "2", "DE", "ce", "01-31", "01-20", about="P2", registration="B", valid_to=day("10-01")
        ),
        duty("3", "DE", "ce", "10-30", about="P3"),
        duty("4", "DE", "ce", "10-30", about="P4", opened=day("12-01")),
    ]
    found = line(papers, "DE", "ce")
    assert found.counts == Counts(Decimal(3), Decimal(1), None, None)
    assert (found.ends, found.standing) == (day("11-01"), "expired")
    later = line([duty("4", "DE", "ce", "10-30", opened=day("12-01"))], "DE", "ce")
    assert later.counts is None


def test_fees_stand_by_country_and_currency_with_a_sum_for_each() -> None:
    """DE owes 1,000 EUR and 600 of another 1,000; SE owes 5,000 SEK since the year before.

    A fee of the next year and one paid the year before are no part of it.
    """
    old = {"country": "SE", "currency": "SEK", "amount": Decimal(5000)}
    fees = [
        fee("1", due=day("10-01")),
        fee("2", **PART),
        fee("3", **old, due=date(2025, 12, 1)),
        fee("4", due=date(2027, 1, 31)),
        fee("5", due=date(2025, 6, 1), done=1.0, delivered=date(2025, 6, 1)),
        duty("6", "DE", "vat", "10-20", "10-20"),
    ]
    found = {(o.country, o.regime, o.currency): o for o in lines(fees, YEAR, TODAY)}
    assert list(found) == [
        ("DE", "vat", None),
        ("DE", "weee_fee", "EUR"),
        ("SE", "weee_fee", "SEK"),
        ("ALL", "", "EUR"),
        ("ALL", "", "SEK"),
    ]
    german = found["DE", "weee_fee", "EUR"].money
    assert german == found["ALL", "", "EUR"].money
    assert german is not None
    wanted = (Decimal(2000), Decimal(400), Decimal(1600), Decimal(1000))
    assert (german.amount, german.paid, german.open, german.late) == wanted
    swedish = found["SE", "weee_fee", "SEK"]
    assert (swedish.counts, swedish.late, swedish.next_due) == (None, 1, date(2025, 12, 1))
    assert found["ALL", "", "SEK"].money == swedish.money
    assert found["ALL", "", "SEK"].standing == "late"


def test_a_line_for_each_category_and_company_and_the_sum_of_each_category() -> None:
    """Lamps: WEEE valid in DE and not in FR, 3 of 4 checks passed: 4 of 6; chairs owe one paper.

    Packaging names a company and no category.
    """
    number = {"registration": "WEEE-Reg.-Nr. DE 12345678", "valid_to": day("12-31")}
    tasks = [
        duty("1", "DE", "weee", "01-31", "01-20", category="lamps", company="A", **number),
        duty("2", "FR", "weee", "09-30", category="lamps", company="A"),
        duty("3", "US", "ftc", "09-30", "09-29", category="lamps", quantity=3.0, outcome="passed"),
        duty("4", "US", "ftc", "09-30", "09-29", category="lamps", outcome="failed"),
        duty("5", "DE", "document", "10-30", category="chairs"),
        duty("6", "DE", "epr_packaging", "01-31", company="A"),
        duty("7", "DE", "epr_packaging", "01-31", company="B"),
        duty("8", "DE", "vat", "12-20", category="beds"),
        replace(duty("9", "DE", "vat", "01-20", category="beds"), due=date(2025, 1, 20)),
    ]
    found = {(o.country, o.regime, o.category, o.company): o for o in lines(tasks, YEAR, TODAY)}
    assert list(found) == [
        ("DE", "document", "chairs", None),
        ("DE", "epr_packaging", None, "A"),
        ("DE", "epr_packaging", None, "B"),
        ("DE", "vat", "beds", None),
        ("DE", "weee", "lamps", "A"),
        ("FR", "weee", "lamps", "A"),
        ("US", "ftc", "lamps", None),
        ("ALL", "", "beds", None),
        ("ALL", "", "chairs", None),
        ("ALL", "", "lamps", None),
    ]
    lamps, beds = found["ALL", "", "lamps", None], found["ALL", "", "beds", None]
    assert lamps.counts == Counts(Decimal(6), Decimal(4), None, None)
    assert (lamps.late, lamps.next_due, lamps.standing) == (1, day("09-30"), "failed")
    assert found["ALL", "", "chairs", None].counts == Counts(Decimal(1), Decimal(0), None, None)
    assert (beds.counts, beds.late, beds.next_due) == (None, 1, date(2025, 1, 20))
    rough = lines(tasks, YEAR, TODAY, fine=False)
    assert [(o.country, o.regime) for o in rough] == [
        *(("DE", "document"), ("DE", "epr_packaging"), ("DE", "vat"), ("DE", "weee")),
        *(("FR", "weee"), ("US", "ftc")),
    ]
    packaging = next(o for o in rough if o.regime == "epr_packaging")
    assert packaging.counts == Counts(Decimal(2), Decimal(0), None, None)


def test_a_fee_without_an_amount_makes_its_country_unknown() -> None:
    """It stands on the line of the country's currency; the sum of the currency leaves it out."""
    bare = fee("2", amount=None, currency=None)
    found = line([fee("1"), bare], "DE", "weee_fee")
    assert found.currency == "EUR"
    assert found.money is not None
    assert found.money.amount is None
    alone = line([bare], "DE", "weee_fee")
    assert alone.currency is None


def test_a_duty_without_a_country_stands_under_its_region() -> None:
    found = lines([duty("1", "", "gdpr", "10-20", region=Region.US)], YEAR, TODAY)
    assert [(o.country, o.region) for o in found] == [("US", Region.US)]
    nowhere = lines([replace(duty("1", "", "gdpr", "10-20"), region=None)], YEAR, TODAY)
    assert [(o.country, o.region) for o in nowhere] == [("–", None)]


# ------------------------------------------------------------------------ what is wrong with money


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        pytest.param(fee(), [], id="all there"),
        pytest.param(fee(amount=None, currency=None), ["fee_without_amount"], id="no amount"),
        pytest.param(
            fee(amount=None, currency=None, amount_at=""), [], id="a book without the column"
        ),
        pytest.param(
            fee(amount=None, paid=Decimal(1)), ["paid_without_amount"], id="paid of nothing"
        ),
        pytest.param(fee(currency=None), ["fee_without_currency"], id="no currency"),
        pytest.param(fee(amount=Decimal(-1)), ["fee_below_zero"], id="below zero"),
        pytest.param(fee(paid=Decimal(-1)), ["fee_below_zero"], id="paid below zero"),
        pytest.param(fee(**DONE, paid=Decimal(1001)), ["fee_overpaid"], id="more than was due"),
        pytest.param(fee(**DONE, paid=Decimal(1)), ["done_part_paid"], id="100 % and paid in part"),
        pytest.param(fee(paid=Decimal(1000)), ["paid_not_done"], id="paid up, not at 100 %"),
        pytest.param(fee(amount=Decimal(0), paid=Decimal(0)), [], id="nothing to pay"),
    ],
)
def test_what_is_wrong_with_the_money_of_a_task(one: TaskRow, codes: list[str]) -> None:
    found = list(check_tasks(Book(Settings("2026-10", "X"), tasks=(one,))))
    assert [problem.code for problem in found] == codes
    assert all(problem.place.cell == "Q5" for problem in found)


def test_the_facts_of_a_task_without_money_are_the_old_ones() -> None:
    """Columns that nobody filled change no hash; an amount does."""
    bare = fee(amount=None, currency=None)
    assert "amount" not in hashed(bare)
    assert hashed(bare) == hashed(replace(bare, amount_at="", address=""))
    assert hashed(bare) != hashed(replace(bare, amount=Decimal(1)))
