"""A target handed down as other KPIs, worked by hand: sales of 1,200 a month in the EU."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from kpi.book import Book
from kpi.child_targets import Child, HandedDown, handed_down
from kpi.errors import UnansweredError
from kpi.trade import Person
from kpi.typed_rows import TargetRow
from sync_service.cli import WrongWordsError, parser
from tests.card_support import weight
from tests.target_support import CATALOG, NONE, line, person, room, sales

SALES = replace(sales("EU", None), months=(1200.0,) * 12)
HEAD = person("HEAD", "Purchasing", "supervisor")
BUY = replace(person("BUY", "Purchasing", "purchasing"), manager="HEAD")
OPS = person("OPS1"), person("OPS2")
CS = tuple(
    replace(person(code, "Service", "customer_service"), manager="HEAD") for code in ("A", "B")
)
TEAM = (HEAD, BUY, *OPS, *CS)


def book(*more: TargetRow, people: tuple[Person, ...] = TEAM, **parts: object) -> Book:
    return room(SALES, *more, people=people, **parts)


def give(*wishes: Child, of: Book | None = None) -> HandedDown:
    mine = of or book()
    return handed_down(mine, CATALOG.metrics, mine.targets[0], wishes)


def one(wish: Child, of: Book | None = None) -> TargetRow:
    [child] = give(wish, of=of).children
    return child.row


EIGHT = Fraction("0.08")


@pytest.mark.parametrize(
    ("wish", "year", "months", "basis"),
    [
        pytest.param(
            Child("purchasing", "qc_pass_rate", 0.97), 0.97, NONE, "value", id="a rate as typed"
        ),
        pytest.param(
            Child("purchasing", "qc_pass_rate"), 0.98, NONE, "pack", id="what the pack starts from"
        ),
        pytest.param(
            Child("Purchasing", "qc_pass_rate"), 0.98, NONE, "pack", id="of a department's roles"
        ),
        pytest.param(
            Child("EU team", "ad_cost", factor=EIGHT), None, (96.0,) * 12, "factor", id="8 % of it"
        ),
        pytest.param(
            Child("OPS1", "units_sold", factor=Fraction("0.04")),
            *(None, (48.0,) * 12, "factor"),
            id="counts: 25 of money for one unit",
        ),
        pytest.param(
            Child("OPS1", "units_sold", factor=Fraction("0.0399")),
            *(None, (48.0,) * 12, "factor"),
            id="47.88 units are 48",
        ),
        pytest.param(
            Child("OPS1", "units_sold", 100.0),
            *(None, (9.0,) * 4 + (8.0,) * 8, "value"),
            id="a year of units over the months as the sales are: 100 = 4 x 9 + 8 x 8",
        ),
    ],
)
def test_what_a_child_is_asked(
    wish: Child, year: float | None, months: tuple[float, ...], basis: str
) -> None:
    [child] = give(wish).children
    assert (child.row.year_total, child.row.months, child.basis) == (year, months, basis)
    assert (child.row.scope, child.row.metric, child.added) == (wish.scope, wish.metric, True)
    assert (child.row.year, child.row.region, child.row.address) == (2026, SALES.region, "")


def test_a_value_follows_the_season_of_the_line_and_adds_up() -> None:
    """Half of the year's sales in December: 50 of 100 units; 4.54.. of each other month."""
    months = (100.0,) * 11 + (1100.0,)
    mine = room(replace(sales("EU", None), months=months), people=TEAM)
    row = one(Child("OPS1", "units_sold", 100.0), mine)
    assert (row.months[0], row.months[11]) == (5.0, 50.0)
    assert sum(m or 0.0 for m in row.months) == 100.0


def test_a_line_of_nothing_leaves_the_value_of_the_year() -> None:
    mine = room(replace(sales("EU", None), months=(0.0,) * 12), people=TEAM)
    row = one(Child("OPS1", "units_sold", 100.0), mine)
    assert (row.year_total, row.months) == (100.0, NONE)


def test_under_a_ratio_a_count_is_asked_for_the_year() -> None:
    mine = room(line("EU", 0.2), people=TEAM)
    assert one(Child("OPS1", "units_sold", 100.0), mine).year_total == 100.0


@pytest.mark.parametrize(
    ("scope", "people", "owner"),
    [
        pytest.param("BUY", TEAM, "BUY", id="a person answers for himself"),
        pytest.param("purchasing", TEAM, "BUY", id="the only one of a role"),
        pytest.param("Purchasing", TEAM, "HEAD", id="who leads the department is in it"),
        pytest.param("Service", TEAM, "HEAD", id="who leads it is above"),
        pytest.param("operations", TEAM, "OPS1", id="nobody leads them: the owner of the line"),
        pytest.param(
            "Service",
            (*TEAM[:-1], replace(TEAM[-1], manager="BUY")),
            *("OPS1",),
            id="two lead them",
        ),
    ],
)
def test_who_answers_for_a_child(scope: str, people: tuple[Person, ...], owner: str) -> None:
    row = one(Child(scope, "qc_pass_rate", 0.9), book(people=people))
    assert row.owner == owner


def test_money_is_in_the_currency_of_the_line_and_nothing_else_has_one() -> None:
    assert one(Child("EU team", "ad_cost", factor=EIGHT)).currency == "USD"
    assert one(Child("OPS1", "units_sold", 12.0)).currency is None


def test_a_line_that_asks_stays_and_an_empty_one_is_filled_month_by_month() -> None:
    asks = line("purchasing", 0.9, "qc_pass_rate")
    typed = replace(line("BUY", None, "qc_pass_rate"), months=(0.9, *NONE[1:]))
    lifted = replace(line("Purchasing", None, "qc_pass_rate"), baseline=0.9, uplift=5.0)
    last = replace(line("OPS1", 0.9, "qc_pass_rate"), year=2025)
    empty = replace(line("OPS1", None, "qc_pass_rate"), owner="BUY")
    units = replace(line("OPS2", None, "units_sold"), owner=None)
    zero = replace(SALES, months=(0.0,) * 12)
    mine = room(zero, asks, typed, lifted, last, empty, units, people=TEAM)
    wishes = [Child(s, "qc_pass_rate", 0.95) for s in ("purchasing", "BUY", "Purchasing", "OPS1")]
    made = give(*wishes, Child("OPS2", "units_sold", 100.0), of=mine)
    assert made.kept == (asks, typed, lifted)
    rate, count = made.children
    assert (rate.added, rate.row.owner, rate.row.address) == (False, "BUY", "T!OPS1")
    assert (rate.row.year_total, rate.row.months) == (None, (0.95,) * 12)
    assert (count.row.owner, count.row.months) == ("OPS2", (9.0,) * 4 + (8.0,) * 8)


@pytest.mark.parametrize(
    ("lines", "scored"),
    [
        pytest.param({"role": "purchasing"}, True, id="the role's card has the KPI"),
        pytest.param({"role": "operations"}, False, id="another role's card"),
        pytest.param({"role": "purchasing", "on": False}, False, id="it is switched off"),
    ],
)
def test_whether_a_card_scores_the_child(lines: dict[str, object], scored: bool) -> None:
    row = replace(weight("qc_pass_rate", 100.0), region=SALES.region)
    mine = book(weights=(replace(row, **lines),))  # type: ignore[arg-type]  # a table of cases
    [child] = give(Child("purchasing", "qc_pass_rate", 0.9), of=mine).children
    assert child.scored is scored


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        pytest.param(Child("Mars", "qc_pass_rate", 1.0), "Mars is no role", id="a stranger"),
        pytest.param(Child("DE1", "qc_pass_rate", 1.0), "DE1 is no role", id="a shop"),
        pytest.param(Child("own_store", "acos", 1.0), "own_store is no role", id="a role of shops"),
        pytest.param(Child("BUY", "luck", 1.0), "luck is no other KPI", id="no KPI"),
        pytest.param(Child("BUY", "net_sales", 1.0), "is no other KPI", id="the same KPI"),
        pytest.param(Child("BUY", "ftc_check_rate", 1.0), "may not be a target", id="forbidden"),
        pytest.param(
            Child("BUY", "acos", factor=EIGHT), "figures that add up", id="a part of rate"
        ),
        pytest.param(
            Child("operations", "units_sold", factor=EIGHT), "name their department", id="of each"
        ),
        pytest.param(Child("BUY", "acos"), "No pack says", id="no pack of purchasing has it"),
        pytest.param(Child("OPS1", "gross_profit"), "No pack says", id="the pack leaves it open"),
    ],
)
def test_what_cannot_be_handed_down_is_said(wish: Child, said: str) -> None:
    with pytest.raises(UnansweredError, match=said) as caught:
        give(wish)
    assert caught.value.texts["zh"] != caught.value.texts["en"]


def test_no_part_is_taken_of_a_budget_or_a_ratio() -> None:
    for metric in ("ad_budget", "acos"):
        mine = room(line("EU", 0.2, metric), people=TEAM)
        with pytest.raises(UnansweredError, match="figures that add up"):
            give(Child("OPS1", "units_sold", factor=EIGHT), of=mine)


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("purchasing:qc_pass_rate", Child("purchasing", "qc_pass_rate")),
        ("purchasing:qc_pass_rate=0.98", Child("purchasing", "qc_pass_rate", 0.98)),
        ("purchasing:qc_pass_rate = 98%", Child("purchasing", "qc_pass_rate", 0.98)),
        ("DE:OPS1:ad_cost=x0.08", Child("DE:OPS1", "ad_cost", factor=EIGHT)),
    ],
)
def test_a_child_as_it_is_typed(text: str, child: Child) -> None:
    words = ["divide", "x.xlsx", "--region", "EU", "--kpi", "net_sales", "--child", text]
    assert parser().parse_args(words).child == [child]


@pytest.mark.parametrize(
    "text", ["qc_pass_rate", ":acos=1", "BUY:=1", "BUY:acos=", "BUY:acos=1/2", "BUY:acos=xx"]
)
def test_a_child_that_says_nothing_is_refused(text: str) -> None:
    words = ["divide", "x.xlsx", "--region", "EU", "--kpi", "net_sales", "--child", text]
    with pytest.raises(WrongWordsError):
        parser().parse_args(words)
