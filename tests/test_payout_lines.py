"""Which approved lines are recorded as paid, and what an earlier month adds to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kpi.errors import Place, Problem
from kpi.model import Person
from kpi.payout import PayBasis, PayLine, PayMethod, PayRule, PayState
from kpi.scorecards import PersonCard
from kpi.scoring import grade_of
from sync_service.payout_lines import approved, corrections, lines_of, sources, trued_up
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
