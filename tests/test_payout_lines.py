"""Which approved lines are recorded as paid, and what an earlier month adds to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kpi.errors import Place, Problem
from kpi.payout import PayBasis, PayLine, PayMethod, PayRule, PayState
from kpi.person_cards import PersonCard
from kpi.scoring import grade_of
from kpi.trade import Person
from sync_service.payout_lines import (
    ByKpi,
    KpiAmounts,
    approved,
    corrections,
    lines_of,
    losses_of,
    sources,
    trued_up,
)
from sync_service.payout_reading import PayTyped, TypedLine
from sync_service.payout_store import Kept, Key

AT = datetime(2026, 8, 12, tzinfo=UTC)
DIRECT = PayRule("direct", PayMethod.DIRECT, "CNY")
EURO = PayRule("euro", PayMethod.DIRECT, "EUR")
TEAM = PayRule("team", PayMethod.TEAM_SPLIT, "CNY", (100.0, None, None, None))


def typed_line(month: str, person: str = "CHEN", rule: str = "direct") -> TypedLine:
    place = Place(table="tblPay")
    return TypedLine(month, person, rule, 1000.0, 1.0, None, None, 1.0, "CFO", None, place)


def typed(*found: TypedLine) -> PayTyped:
    rules = {rule.code: rule for rule in (DIRECT, EURO, TEAM)}
    return PayTyped(rules=rules, lines={(one.month, one.person): one for one in found})


def card(month: str, total: float | None, person: str = "CHEN") -> PersonCard:
    who = Person(person, "", "", "operations", None, None, None, None, None, scored=True)
    return PersonCard(who, month, (), None, (), total, grade_of(total), 0)


def kept(month: str, total: float, paid: str | None, rule: PayRule = DIRECT) -> Kept:
    basis = PayBasis("CHEN", month, total, "B", 1.0, 1000.0)
    return Kept(basis, rule, PayState.FINAL, None if paid is None else Decimal(paid), "CFO", AT)


@pytest.mark.parametrize(
    ("change", "total", "found"),
    [
        pytest.param({}, 90.0, "900.00", id="90 % of 1,000"),
        pytest.param({"shown": 900.0}, 90.0, "900.00", id="what the formula showed is the same"),
        pytest.param({"shown": 990.0}, 90.0, "pay_differs", id="the approved sum is another"),
        pytest.param({"base": None}, 90.0, "pay_unknown", id="approved without a base"),
        pytest.param({"approved_by": ""}, 90.0, None, id="nobody approved it"),
    ],
)
def test_what_an_approval_records(
    change: Mapping[str, object], total: float, found: str | None
) -> None:
    line = replace(typed_line("2026-07"), **change)  # type: ignore[arg-type]  # fields by name
    known: dict[Key, Kept] = {("2026-07", "CHEN"): kept("2026-07", total, None)}
    made = [
        str(one.payable) if isinstance(one, PayLine) else one.code
        for one in approved(typed(line), known)
    ]
    assert made == ([] if found is None else [found])


def test_a_line_that_was_paid_or_never_shown_is_not_recorded_again() -> None:
    line = typed_line("2026-07")
    assert list(approved(typed(line), {("2026-07", "CHEN"): kept("2026-07", 90.0, "900.00")})) == []
    assert list(approved(typed(line), {})) == []


def test_a_provisional_line_is_not_recorded() -> None:
    open_line = replace(kept("2026-07", 90.0, None), state=PayState.PROVISIONAL)
    [found] = approved(typed(typed_line("2026-07")), {("2026-07", "CHEN"): open_line})
    assert isinstance(found, Problem)
    assert found.code == "pay_not_final"


def test_three_months_by_hand() -> None:
    """July 90 points: 900 paid. August: July is 95 points now, so 50 more; August itself 80
    points, 800: 850 paid. September: August is 70 points now, 100 less; September 100 points:
    1,000 - 100 = 900."""
    months = {m: typed_line(m) for m in ("2026-07", "2026-08", "2026-09")}
    book = typed(*months.values())
    history: dict[Key, Kept] = {("2026-07", "CHEN"): kept("2026-07", 90.0, "900.00")}
    now = {"2026-07": {"CHEN": card("2026-07", 95.0)}, "2026-08": {"CHEN": card("2026-08", 80.0)}}
    august = _paid_line("2026-08", now, book, history)
    assert (str(august.basis.true_up), str(august.payable)) == ("50.00", "850.00")
    assert sources(august, corrections("2026-08", history, now, book)["CHEN"]) == (
        "2026-07: 900.00 → 950.00"
    )
    history["2026-08", "CHEN"] = kept("2026-08", 80.0, "850.00")
    now["2026-08"] = {"CHEN": card("2026-08", 70.0)}
    now["2026-09"] = {"CHEN": card("2026-09", 100.0)}
    september = _paid_line("2026-09", now, book, history)
    assert (str(september.basis.true_up), str(september.payable)) == ("-100.00", "900.00")


def _paid_line(
    month: str,
    now: Mapping[str, Mapping[str, PersonCard]],
    book: PayTyped,
    history: Mapping[Key, Kept],
) -> PayLine:
    line = lines_of(month, now[month], book, PayState.FINAL)["CHEN"]
    return trued_up(line, corrections(month, history, now, book)["CHEN"])


def test_another_currency_is_not_trued_up() -> None:
    book = typed(typed_line("2026-07", rule="euro"), typed_line("2026-08"))
    history: dict[Key, Kept] = {("2026-07", "CHEN"): kept("2026-07", 90.0, "900.00", EURO)}
    now = {"2026-07": {"CHEN": card("2026-07", 95.0)}, "2026-08": {"CHEN": card("2026-08", 80.0)}}
    assert _paid_line("2026-08", now, book, history).payable == 800


def test_a_paid_line_that_the_book_lost_is_still_trued_up() -> None:
    """900 and a reward of 20 were paid; 95 points are 950, so 50 more, the reward stays."""
    book = typed(typed_line("2026-08"))
    paid = kept("2026-07", 90.0, "920.00")
    rewarded = replace(paid, basis=replace(paid.basis, rewards=Decimal(20)))
    history: dict[Key, Kept] = {("2026-07", "CHEN"): rewarded}
    now = {"2026-07": {"CHEN": card("2026-07", 95.0)}, "2026-08": {"CHEN": card("2026-08", 80.0)}}
    assert str(_paid_line("2026-08", now, book, history).payable) == "850.00"


def test_somebody_who_left_the_team_is_neither_owed_nor_owes() -> None:
    book = typed(typed_line("2026-07"), typed_line("2026-08"))
    history: dict[Key, Kept] = {("2026-07", "CHEN"): kept("2026-07", 90.0, "900.00")}
    now = {"2026-07": {}, "2026-08": {"CHEN": card("2026-08", 80.0)}}
    assert _paid_line("2026-08", now, book, history).payable == 800


def test_a_team_shares_its_pool_by_points() -> None:
    """100.00 over 100 and 50 points: 66.67 and 33.33."""
    people = ("CHEN", "LI")
    book = typed(*(typed_line("2026-07", who, "team") for who in people))
    cards = {"CHEN": card("2026-07", 100.0), "LI": card("2026-07", 50.0, "LI")}
    found = lines_of("2026-07", cards, book, PayState.FINAL)
    assert [str(found[who].payable) for who in people] == ["66.67", "33.33"]


def test_a_team_share_goes_by_weight_points_and_days() -> None:
    """100.00 over 1 x 100 x 1 and 2 x 50 x 0.5: 100 and 50 parts of 150 are 66.67 and 33.33."""
    heavy = replace(typed_line("2026-07", "LI", "team"), weight=2.0, attendance=0.5)
    book = typed(typed_line("2026-07", "CHEN", "team"), heavy)
    cards = {"CHEN": card("2026-07", 100.0), "LI": card("2026-07", 50.0, "LI")}
    found = lines_of("2026-07", cards, book, PayState.FINAL)
    assert [str(found[who].payable) for who in ("CHEN", "LI")] == ["66.67", "33.33"]


def test_a_lost_line_of_a_pool_keeps_its_weight() -> None:
    """33.33 and 66.67 were paid by weights 1 and 2; without LI's line CHEN is owed nothing."""
    rule = replace(TEAM, code="team")
    shares = (("CHEN", 1.0, "33.33"), ("LI", 2.0, "66.67"))
    history: dict[Key, Kept] = {}
    for who, weight, amount in shares:
        one = kept("2026-07", 100.0, amount, rule)
        basis = replace(one.basis, person=who, weight=weight, team=Decimal(amount))
        history["2026-07", who] = replace(one, basis=basis)
    book = typed(typed_line("2026-07", "CHEN", "team"))
    now = {"2026-07": {who: card("2026-07", 100.0, who) for who, *_ in shares}}
    found = corrections("2026-08", history, now, book)
    assert [str(one.settled.rest) for who, *_ in shares for one in found[who]] == ["0.00", "0.00"]


# --- losses carried on ----------------------------------------------------------------------------

CARRY = PayRule("carry", PayMethod.COEF_COMMISSION, "CNY", carry_loss=True)


def profit(month: str, amount: float | None, rule: str = "carry") -> TypedLine:
    return replace(typed_line(month, rule=rule), base=None, amount=amount)


def carrying(*found: TypedLine) -> PayTyped:
    book = typed(*found)
    return replace(book, rules={**book.rules, "carry": CARRY})


def paid_profit(month: str, amount: float, loss: float, paid: str | None) -> Kept:
    basis = PayBasis("CHEN", month, 100.0, "A", 1.2, None, amount=amount, loss_in=loss)
    return Kept(basis, CARRY, PayState.FINAL, None if paid is None else Decimal(paid), "CFO", AT)


MONTHS = ("2026-07", "2026-08", "2026-09")
CARDS = {month: {"CHEN": card(month, 100.0)} for month in MONTHS}


def of_september(book: PayTyped, history: dict[Key, Kept]) -> PayLine:
    losses = losses_of("2026-09", history, book)
    line = lines_of("2026-09", CARDS["2026-09"], book, PayState.FINAL, losses=losses)["CHEN"]
    return trued_up(line, corrections("2026-09", history, CARDS, book).get("CHEN", ()))


@pytest.mark.parametrize(
    ("months", "loss", "payable"),
    [
        pytest.param(
            (profit("2026-09", 20_000.0),), 0.0, "2000.00", id="a first period brings no loss"
        ),
        pytest.param(
            (profit("2026-07", -5000.0), profit("2026-08", 3000.0), profit("2026-09", 20_000.0)),
            *(2000.0, "1800.00"),
            id="5,000 - 3,000 are left; 18,000 at 10 %",
        ),
        pytest.param(
            (profit("2026-09", 20_000.0), profit("2026-08", 3000.0), profit("2026-07", -5000.0)),
            *(2000.0, "1800.00"),
            id="the order of the rows does not matter",
        ),
        pytest.param(
            (profit("2026-08", None), profit("2026-09", 20_000.0)),
            *(None, None),
            id="an amount that is missing before leaves this one unknown",
        ),
        pytest.param(
            (profit("2026-08", -900.0, "direct"), profit("2026-09", 20_000.0)),
            *(0.0, "2000.00"),
            id="a month under a rule that carries none is left out",
        ),
        pytest.param(
            (profit("2026-Q2", -900.0), profit("2026-09", 20_000.0)),
            *(0.0, "2000.00"),
            id="a quarter leaves its loss to quarters",
        ),
        pytest.param(
            (profit("", -900.0), profit("2026-09", 20_000.0)),
            *(0.0, "2000.00"),
            id="a row without month is none",
        ),
    ],
)
def test_the_loss_of_earlier_months(
    months: tuple[TypedLine, ...], loss: float | None, payable: str | None
) -> None:
    line = of_september(carrying(*months), {})
    shown = None if line.payable is None else str(line.payable)
    assert (line.basis.loss_in, shown) == (loss, payable)


def test_a_pilot_month_leaves_no_loss() -> None:
    book = carrying(profit("2026-08", -900.0), profit("2026-09", 20_000.0))
    tried = replace(paid_profit("2026-08", -900.0, 0.0, None), state=PayState.PILOT)
    assert str(of_september(book, {("2026-08", "CHEN"): tried}).payable) == "2000.00"


def test_a_loss_that_is_corrected_after_it_was_carried_is_trued_up_once() -> None:
    """July lost 5,000 (paid 0), August made 20,000 and was paid 10 % of 15,000 = 1,500. July turns
    out to have lost 8,000: August would be 1,200, so September takes back 300; its own 10,000 come
    in without a loss: 1,000 - 300 = 700."""
    book = carrying(
        profit("2026-07", -8000.0), profit("2026-08", 20_000.0), profit("2026-09", 10_000.0)
    )
    history: dict[Key, Kept] = {
        ("2026-07", "CHEN"): paid_profit("2026-07", -5000.0, 0.0, "0.00"),
        ("2026-08", "CHEN"): paid_profit("2026-08", 20_000.0, 5000.0, "1500.00"),
    }
    line = of_september(book, history)
    assert line.basis.loss_in == 0.0
    assert (str(line.basis.true_up), str(line.payable)) == ("-300.00", "700.00")


def test_a_loss_that_becomes_a_profit_pays_both_months() -> None:
    """July is 1,000 now: 100 for July, 500 more for August; September 1,000: 1,600."""
    book = carrying(
        profit("2026-07", 1000.0), profit("2026-08", 20_000.0), profit("2026-09", 10_000.0)
    )
    history: dict[Key, Kept] = {
        ("2026-07", "CHEN"): paid_profit("2026-07", -5000.0, 0.0, "0.00"),
        ("2026-08", "CHEN"): paid_profit("2026-08", 20_000.0, 5000.0, "1500.00"),
    }
    assert str(of_september(book, history).payable) == "1600.00"


def test_a_paid_loss_that_the_book_lost_is_still_carried() -> None:
    book = carrying(profit("2026-09", 20_000.0))
    history: dict[Key, Kept] = {
        ("2026-08", "CHEN"): paid_profit("2026-08", -5000.0, 0.0, "0.00"),
    }
    line = of_september(book, history)
    assert (line.basis.true_up, line.payable) == (Decimal(0), Decimal(1500))


def test_a_month_that_is_added_late_is_trued_up_in_its_order() -> None:
    """August was paid 2,000 before July's loss of 5,000 had a line: 500 too much."""
    book = carrying(
        profit("2026-07", -5000.0), profit("2026-08", 20_000.0), profit("2026-09", 10_000.0)
    )
    history: dict[Key, Kept] = {
        ("2026-08", "CHEN"): paid_profit("2026-08", 20_000.0, 0.0, "2000.00"),
    }
    line = of_september(book, history)
    assert (str(line.basis.true_up), str(line.payable)) == ("-500.00", "500.00")


# --- amounts by a KPI -----------------------------------------------------------------------------

ON_SALES = replace(CARRY, code="sales", carry_loss=False, on_kpi="net_sales")


def by_kpi(amount: float) -> KpiAmounts:
    return lambda _period, _person, rule: ByKpi(amount, 90.0, "said") if rule else ByKpi()


@pytest.mark.parametrize(
    ("typed_amount", "used", "over"),
    [
        pytest.param(None, 500.0, False, id="nothing typed: the KPI's"),
        pytest.param(200.0, 200.0, True, id="what is typed goes before it"),
        pytest.param(0.0, 0.0, True, id="zero is typed too"),
    ],
)
def test_the_amount_of_a_line_by_its_kpi(
    typed_amount: float | None, used: float, *, over: bool
) -> None:
    book = carrying(profit("2026-09", typed_amount, "sales"))
    book.rules["sales"] = ON_SALES
    found = lines_of("2026-09", CARDS["2026-09"], book, PayState.FINAL, amounts=by_kpi(500.0))
    basis = found["CHEN"].basis
    assert (basis.amount, basis.kpi_amount, basis.typed_over) == (used, 500.0, over)
    assert (basis.goal, basis.amount_from) == (90.0, "said")


@pytest.mark.parametrize(
    ("rule", "paid"),
    [
        pytest.param(ON_SALES, "50.00", id="10 % of the 500 that were shown"),
        pytest.param(
            replace(ON_SALES, on_scope="DE"), None, id="of another scope since: run again"
        ),
        pytest.param(replace(ON_SALES, currency="USD"), None, id="in another currency since"),
    ],
)
def test_an_approval_pays_on_the_amount_that_was_shown(rule: PayRule, paid: str | None) -> None:
    book = carrying(replace(profit("2026-09", None, "sales"), approved_by="CFO"))
    book.rules["sales"] = rule
    shown = kept("2026-09", 100.0, None, ON_SALES)
    basis = replace(shown.basis, amount=500.0, kpi_amount=500.0, amount_from="said")
    [one] = approved(book, {("2026-09", "CHEN"): replace(shown, basis=basis)})
    assert (str(one.payable) if isinstance(one, PayLine) else None) == paid


def test_a_corrected_kpi_of_a_paid_month_is_trued_up() -> None:
    """Paid 50 on 500; today the month shows 620: 12 more in the next one."""
    shown = kept("2026-08", 100.0, "50.00", ON_SALES)
    basis = replace(shown.basis, amount=500.0, kpi_amount=500.0, amount_from="said")
    history = {("2026-08", "CHEN"): replace(shown, basis=basis)}
    book = carrying(profit("2026-08", None, "sales"), profit("2026-09", None, "sales"))
    book.rules["sales"] = ON_SALES
    [one] = corrections("2026-09", history, CARDS, book, by_kpi(620.0))["CHEN"]
    assert one.settled.rest == Decimal("12.00")
