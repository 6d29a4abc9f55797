"""A market's target among its people by hand: OPS1 has DE1, OPS2 has WEB in DE and FR1 in FR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_nouns import EVER, NEVER
from kpi.capacity import month_capacity
from kpi.employment import fitted, presence
from kpi.model import Region, Unit, Window
from kpi.organisation import in_region, person_parts
from kpi.part_codes import parts_of
from kpi.part_weights import (
    Weights,
    assignment_weights,
    capacity_weights,
    even_weights,
    history_weights,
)
from kpi.person_targets import Goal, Goals, together
from kpi.season import Flow
from kpi.target_gaps import Gap, gaps
from kpi.target_parts import divided
from kpi.target_scopes import TargetKind, kind_of, own_scopes, shops_of
from kpi.targets import Split
from kpi.trade import Assignment
from kpi.typed_rows import TargetRow
from tests.target_support import OCT, SALES, person, room, sales

PERSON = TargetKind.PERSON
END = date(2026, 11, 1)


def monthly(scope: str, month: float) -> TargetRow:
    return replace(sales(scope, None), months=(month,) * 12)


def held(shop: str, who: str, share: float, start: date = EVER) -> Assignment:
    return Assignment(shop, None, who, share, Window(start, NEVER))


def given(book: Book, weights: Weights) -> dict[str, list[float | None]]:
    made = divided(book, book.targets[0], Unit.MONEY, Flow.ORDERS, PERSON, weights)
    return {one.row.scope: list(one.row.months) for one in made.parts}


def codes(book: Book) -> tuple[str, ...]:
    return parts_of(book, book.targets[0], PERSON)


# --- the line -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "kind", "shops"),
    [
        pytest.param("DE:OPS1", TargetKind.MARKET_PERSON, ["DE1"], id="all of the person's shops"),
        pytest.param("DE:OPS2", TargetKind.MARKET_PERSON, ["WEB"], id="those of the market alone"),
        pytest.param("DE:OPS9", None, ["DE1", "FR1", "WEB"], id="nobody knows the person"),
        pytest.param("US:OPS1", None, ["DE1", "FR1", "WEB"], id="no shop is on the market"),
    ],
)
def test_what_a_persons_line_of_a_market_covers(
    scope: str, kind: TargetKind | None, shops: list[str]
) -> None:
    book = room(sales(scope, 1.0))
    assert kind_of(book, book.targets[0]) is kind
    assert [shop.code for shop in shops_of(book, book.targets[0])] == shops
    assert [p.code for p in check_book(book)] == ([] if kind else ["unknown_scope"])


def test_such_a_line_is_cut_by_the_persons_time_on_the_market() -> None:
    """OPS2 has half of each day on WEB: 10.5 of January's 21 working days."""
    line = replace(sales("DE:OPS2", 100.0), split=Split.CAPACITY)
    found = month_capacity(room(), line)
    assert found is not None
    assert found[0] == Decimal("10.5")


# --- divided --------------------------------------------------------------------------------------


HALF = (held("WEB", "OPS1", 0.5), held("WEB", "OPS2", 0.5))
DE = monthly("DE", 90.0)


@pytest.mark.parametrize(
    ("book", "way", "wanted"),
    [
        pytest.param(room(DE), "even", (45.0, 45.0), id="equal parts"),
        pytest.param(room(DE), "capacity", (60.0, 30.0), id="OPS2 has half of the time in FR"),
        pytest.param(room(DE), "assignment", (45.0, 45.0), id="a whole shop each"),
        pytest.param(
            room(DE, assignments=HALF),
            *("assignment", (67.5, 22.5)),
            id="a shop and a half, and a half",
        ),
        pytest.param(
            room(DE, people=(person("OPS1"), replace(person("OPS2"), start=date(2026, 1, 16)))),
            *("capacity", (60.0, 30.0)),
            id="who enters in January is asked as for all of it: scoring takes the days off",
        ),
        pytest.param(
            room(DE, people=(person("OPS1"), replace(person("OPS2"), end=date(2026, 1, 10)))),
            *("assignment", (45.0, 45.0)),
            id="and so is who leaves in it",
        ),
        pytest.param(
            room(DE, people=(person("OPS1"), replace(person("OPS2"), start=date(2026, 2, 1)))),
            *("even", (90.0, 0.0)),
            id="who comes in February has nothing of January",
        ),
        pytest.param(
            room(DE, assignments=(held("WEB", "OPS1", 1.0, date(2026, 1, 11)),)),
            *("assignment", (75.48, 14.52)),
            id="a hand-over on the 11th: 31 + 21 and 10 of 62 days",
        ),
        pytest.param(
            room(DE, sales("DE1", 9.0), monthly("DE:OPS1", 50.0)),
            *("even", (None, 40.0)),
            id="who has a line keeps it",
        ),
    ],
)
def test_january_among_the_people_of_a_market(
    book: Book, way: str, wanted: tuple[float | None, float]
) -> None:
    parent, mine = book.targets[0], codes(book)
    weights: Mapping[str, Weights] = {
        "even": even_weights(book, parent, mine),
        "capacity": capacity_weights(book, parent, PERSON, mine),
        "assignment": assignment_weights(book, parent, mine),
    }
    found = given(book, weights[way])
    got = tuple(found[code][0] if code in found else None for code in ("DE:OPS1", "DE:OPS2"))
    assert got == wanted


def test_last_year_shares_a_market() -> None:
    book = room(DE)
    past = {"DE:OPS1": (200.0,) * 12, "DE:OPS2": (100.0,) * 12}
    assert given(book, history_weights(past))["DE:OPS1"] == [60.0] * 12


def test_a_persons_line_is_the_persons() -> None:
    book = room(replace(DE, owner="HEAD"))
    weights = even_weights(book, DE, codes(book))
    made = divided(book, book.targets[0], Unit.MONEY, Flow.ORDERS, PERSON, weights)
    assert [(one.row.scope, one.row.owner) for one in made.parts] == [
        ("DE:OPS1", "OPS1"),
        ("DE:OPS2", "OPS2"),
    ]


@pytest.mark.parametrize(
    ("parent", "rows", "wanted"),
    [
        pytest.param(
            "DE",
            (sales("DE", 90.0), sales("DE:OPS1", 60.0), sales("DE:OPS2", 20.0), sales("OPS1", 9.0)),
            [Gap(TargetKind.MARKET_PERSON, 2, Decimal(80), Decimal(10))],
            id="a market and its people",
        ),
        pytest.param(
            "OPS2",
            (sales("OPS2", 90.0), sales("DE:OPS2", 60.0), sales("FR:OPS2", 40.0)),
            [Gap(TargetKind.MARKET_PERSON, 2, Decimal(100), Decimal(-10))],
            id="a person and the person's markets",
        ),
    ],
)
def test_a_line_against_the_lines_of_people(
    parent: str, rows: tuple[TargetRow, ...], wanted: list[Gap]
) -> None:
    above = next(row for row in rows if row.scope == parent)
    assert list(gaps(room(*rows), above, Unit.MONEY)) == wanted


# --- scored ---------------------------------------------------------------------------------------


def goal_of(book: Book, code: str, until: date = END) -> Goal | None:
    who = next(p for p in book.people if p.code == code)
    parts = in_region(book, person_parts(book, code), Region.EU)
    found = Goals(book, OCT).of(SALES, Region.EU, own_scopes(who, SALES), parts, until)
    return fitted(found, presence(who, OCT), who, until)


NEW = replace(person("OPS2"), start=date(2026, 10, 17))
STEP = replace(person("OPS2"), start=date(2026, 10, 1), ramp=(0.5,))
ASKED = (monthly("DE:OPS2", 3_100.0), monthly("FR1", 310.0))


@pytest.mark.parametrize(
    ("rows", "who", "wanted"),
    [
        pytest.param(
            ASKED, person("OPS2"), (3_410.0, "DE:OPS2+FR1"), id="a market and a shop elsewhere"
        ),
        pytest.param(
            (*ASKED, monthly("FR:OPS2", 90.0)),
            *(person("OPS2"), (3_190.0, "FR:OPS2+DE:OPS2")),
            id="both markets: no shop is asked",
        ),
        pytest.param(ASKED[:1], person("OPS2"), None, id="FR1 has no target: unknown"),
        pytest.param(
            (*ASKED, monthly("OPS2", 7.0)),
            *(person("OPS2"), (7.0, "OPS2")),
            id="the person's own line comes first",
        ),
        pytest.param(
            (monthly("DE:OPS1", 50.0), monthly("WEB", 20.0), monthly("FR1", 310.0)),
            *(person("OPS2"), (330.0, "FR1+WEB")),
            id="a line of somebody else is nobody else's",
        ),
        pytest.param(ASKED, NEW, (1_650.0, "DE:OPS2+FR1"), id="15 of 31 days: 1,500 and 150"),
        pytest.param(
            ASKED, STEP, (3_255.0, "DE:OPS2+FR1"), id="a step of a half halves what was not typed"
        ),
        pytest.param(
            (*ASKED, monthly("FR:OPS2", 90.0)),
            *(STEP, (3_190.0, "FR:OPS2+DE:OPS2")),
            id="what was typed for the person takes no step",
        ),
        pytest.param(
            (monthly("DE:OPS2", 8e14), monthly("FR1", 8e14)), person("OPS2"), None, id="too large"
        ),
    ],
)
def test_what_a_person_with_a_line_of_a_market_should_reach(
    rows: Sequence[TargetRow], who: object, wanted: tuple[float, str] | None
) -> None:
    book = room(*rows, people=(person("OPS1"), who))
    found = goal_of(book, "OPS2")
    assert (found and (found.value, found.basis)) == wanted


def test_half_of_the_month_is_due_when_half_of_it_is_over() -> None:
    """10 of 31 days: 1,000 and 100; of who came on the 17th, 2 of 15 on the 18th."""
    found = goal_of(room(*ASKED), "OPS2", date(2026, 10, 11))
    assert found is not None
    assert found.share == pytest.approx(10 / 31)
    book = room(*ASKED, people=(person("OPS1"), NEW))
    later = goal_of(book, "OPS2", date(2026, 10, 19))
    assert later is not None
    assert later.share == pytest.approx(2 / 15)
    before = goal_of(book, "OPS2", date(2026, 10, 17))
    assert before is not None
    assert before.share is None


def test_limits_are_cut_like_the_target() -> None:
    """1,650 of 3,410 in full."""
    found = goal_of(room(*ASKED, people=(person("OPS1"), NEW)), "OPS2")
    assert found is not None
    assert found.part == pytest.approx(1_650 / 3_410)


@pytest.mark.parametrize(
    ("typed", "others", "found"),
    [
        pytest.param([None], [], None, id="one is unknown"),
        pytest.param([Goal(0.0, 1.0, "A")], [], Goal(0.0, None, "A"), id="nothing is asked"),
        pytest.param(
            [Goal(1e308, 1.0, "A")], [Goal(1e308, 1.0, "B")], None, id="more than a number holds"
        ),
        pytest.param(
            [Goal(0.0, None, "A", 0.0)], [], Goal(0.0, None, "A", 1.0), id="of no day at all"
        ),
    ],
)
def test_goals_as_one(
    typed: list[Goal | None], others: list[Goal | None], found: Goal | None
) -> None:
    assert together(typed, others) == found


def test_a_market_of_nobody_in_people_keeps_its_month() -> None:
    """An owner whom People lacks: the code is no line, the shops are asked."""
    book = room(*ASKED, people=(person("OPS1"),))
    parts = in_region(book, person_parts(book, "OPS2"), Region.EU)
    found = Goals(book, OCT).of(SALES, Region.EU, ("OPS2",), parts, END)
    assert found is not None
    assert found.value == 3_410.0
