"""Splits by capacity by hand: working days of the team times the people in place.

China's working days of 2026 are 21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21 and 23: 248. October
begins with a week of holidays, and Saturday the 10th makes a day of it up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import Book
from kpi.calendar import month_period
from kpi.capacity import day_capacity, month_capacity
from kpi.heads import Crew
from kpi.model import Region, Window
from kpi.month_shares import month_shares, row_days
from kpi.season import Flow
from kpi.target_weeks import weeks_of_year
from kpi.targets import Split, month_targets
from kpi.trade import Assignment, Person, Shop
from kpi.typed_rows import TargetRow
from tests.target_support import DE, FR, WEB, person, read, room, row

DAYS = (21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23)
YEAR = Window(date(2026, 1, 1), date(2027, 1, 1))
US1 = Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York", "OPS2")


def from_(month: int) -> Window:
    return Window(date(2026, month, 1), YEAR.end)


def of(scope: str, total: float = 24_800.0) -> TargetRow:
    return row(total, split=Split.CAPACITY, scope=scope, region=Region.EU)


def held(
    shop: str, who: str, share: float = 1.0, days: Window = YEAR, of_: str | None = None
) -> Assignment:
    return Assignment(shop, of_, who, share, days)


LI, WU = person("LI"), person("WU", "Agency")
LEFT = replace(person("OPS1"), end=date(2026, 9, 30))


@pytest.mark.parametrize(
    ("book", "scope", "heads"),
    [
        pytest.param(room(), "DE1", 12 * (1,), id="one person of one shop all year"),
        pytest.param(room(), "FR1", 12 * ("1/2",), id="a person of two shops has half for each"),
        pytest.param(room(), "EU", 12 * (2,), id="a region: both people"),
        pytest.param(room(), "DE", 12 * ("3/2",), id="a market: one and a half"),
        pytest.param(room(), "amazon", 12 * ("3/2",), id="a platform likewise"),
        pytest.param(room(), "new", 12 * (2,), id="a stage is sold by all"),
        pytest.param(
            room(shops=(DE, FR, WEB, US1)), "EU", 12 * ("5/3",), id="a third goes to the US"
        ),
        pytest.param(
            room(
                people=(person("OPS1"), person("OPS2"), LI),
                assignments=(held("DE1", "OPS1", 0.5), held("DE1", "LI", 0.5, from_(7))),
            ),
            *("DE1", 6 * (1,) + 6 * (2,)),
            id="a colleague from July on: half of the shop is all of the time of each",
        ),
        pytest.param(
            room(assignments=(held("DE1", "OPS2", 0.5, from_(10)),)),
            *("DE1", 9 * (1,) + 3 * ("1/5",)),
            id="from October OPS2 has a half beside two wholes: a fifth of the time",
        ),
        pytest.param(
            room(people=(LEFT, person("OPS2"))), "DE1", 9 * (1,) + 3 * (0,), id="nobody after"
        ),
        pytest.param(
            room(
                people=(replace(person("OPS1"), end=date(2026, 3, 31)), LI),
                assignments=(held("DE1", "LI", days=from_(7)),),
            ),
            *("DE1", 3 * (1,) + 3 * (0,) + 6 * (1,)),
            id="nobody from April to June",
        ),
        pytest.param(
            room(people=(replace(person("OPS1"), start=date(2026, 4, 1)), person("OPS2"))),
            *("DE1", 3 * (0,) + 9 * (1,)),
            id="nobody before",
        ),
        pytest.param(
            room(people=(person("OPS1"), LI), assignments=(held("DE1", "LI", of_="lamps"),)),
            *("lamps", 12 * (1,)),
            id="a category: who holds it",
        ),
        pytest.param(
            room(people=(person("OPS1"), LI), assignments=(held("DE1", "LI", of_="lamps"),)),
            *("DE1", 12 * (2,)),
            id="the shop of a category has both",
        ),
        pytest.param(room(people=(person("OPS1"), LI)), "EU team", 12 * (2,), id="one holds none"),
        pytest.param(
            room(
                people=(person("OPS1"), WU),
                assignments=(held("US1", "OPS1", days=from_(7)),),
                shops=(DE, US1),
            ),
            *("EU team", 6 * (1,) + 6 * ("1/2",)),
            id="a department: its time in the region, and nobody else's",
        ),
        pytest.param(
            room(people=(replace(person("OPS1"), partner="Agency"),)),
            *("DE1", 12 * (1,)),
            id="a partner's people count",
        ),
        pytest.param(room(people=(LEFT,)), "OPS1", 12 * (1,), id="a person: working days alone"),
        pytest.param(room(), "operations", 12 * (1,), id="a role asks each of its people"),
    ],
)
def test_the_person_days_of_a_line(book: Book, scope: str, heads: tuple[int | str, ...]) -> None:
    wanted = tuple(n * Fraction(one) for n, one in zip(DAYS, heads, strict=True))
    assert month_capacity(book, of(scope)) == wanted


@pytest.mark.parametrize(
    ("book", "scope"),
    [
        pytest.param(room(people=()), "DE1", id="an owner whom nobody knows"),
        pytest.param(room(), "lamps", id="a category that nobody holds"),
        pytest.param(room(assignments=(held("DE1", "OPS1", 0.0),)), "DE1", id="a share of nothing"),
    ],
)
def test_without_anybody_in_place_the_months_stay_open(book: Book, scope: str) -> None:
    made = of(scope)
    shares = month_shares(book, made, Flow.ORDERS)
    assert shares is None
    assert month_targets(made, additive=True, decimals=2, shares=shares) == (None,) * 12


def months(book: Book, made: TargetRow) -> tuple[float | None, ...]:
    shares = month_shares(book, made, Flow.ORDERS)
    return month_targets(made, additive=True, decimals=2, shares=shares)


def test_a_year_by_capacity_to_the_cent() -> None:
    """376 person-days, 120 in the first half and 2 x 128 in the second: 100.00 each."""
    lines = (held("DE1", "OPS1", 0.5), held("DE1", "LI", 0.5, from_(7)))
    book = room(people=(person("OPS1"), LI), assignments=lines)
    wanted = tuple(100.0 * n for n in (*DAYS[:6], *(2 * n for n in DAYS[6:])))
    assert months(book, of("DE1", 37_600.0)) == wanted
    typed = replace(of("DE1", 37_600.0), months=(5_100.0, *(None,) * 11))
    # 3,000 less over 355 person-days: February 16 of them.
    assert months(book, typed)[:2] == (5_100.0, 1464.79)


def test_a_week_has_the_working_days_and_people_of_its_days() -> None:
    """1,800 for October at a hundred a day; LI comes on the 26th and five days are worth double.

    The week of 5 October has the 8th, the 9th and Saturday the 10th.
    """
    made = of("DE1")
    weeks = weeks_of_year(room(), made, months(room(), made), 2, Flow.ORDERS)
    assert {w.week.code: w.value for w in weeks}["2026-W41"] == 300.0
    joined = room(
        people=(person("OPS1"), LI),
        assignments=(
            held("DE1", "OPS1"),
            held("DE1", "LI", 1.0, Window(date(2026, 10, 26), YEAR.end)),
        ),
    )
    october = day_capacity(joined, made, month_period(2026, 10).window)
    assert sum(october[:25], Fraction()) == 13
    assert sum(october[25:], Fraction()) == 10
    alone = day_capacity(joined, of("OPS1"), month_period(2026, 10).window)
    assert sum(alone, Fraction()) == 18


def test_a_month_without_anybody_has_equal_days() -> None:
    """A typed November of a shop whose only person left in September still becomes weeks."""
    book = room(people=(LEFT,))
    window = month_period(2026, 11).window
    assert row_days(book, of("DE1"), window, Flow.ORDERS) == (1,) * 30


def test_the_same_tables_are_the_same_crew() -> None:
    book, other = room(), room(people=(person("OPS1"),))
    one, same = (Crew(book.shops, book.people, book.assignments) for _ in range(2))
    assert one == same
    assert hash(one) == hash(same)
    assert one != Crew(other.shops, other.people, other.assignments)
    assert one != "crew"


def test_the_word_of_the_dropdown_is_read() -> None:
    assert read("net_sales", "OPS1", 9.0, *(None,) * 4, "产能").targets[0].split == "capacity"
    assert read("net_sales", "OPS1", 9.0, *(None,) * 4, "Capacity").targets[0].split == "capacity"


PEOPLE = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([0.25, 0.5, 1.0]), st.integers(1, 13)),
    max_size=4,
)


@given(
    cents=st.integers(0, 10**9),
    people=PEOPLE,
    scope=st.sampled_from(["EU", "DE", "DE1", "EU team", "OPS1", "operations"]),
    order=st.randoms(use_true_random=False),
)
def test_months_sum_to_the_year_and_weeks_to_the_months_whoever_comes_and_goes(
    cents: int, people: list[tuple[int, float, int]], scope: str, order: Random
) -> None:
    """In any order of the rows; and what a month weighs is what its days weigh."""
    crew: list[Person] = [person("OPS1"), person("OPS2")]
    lines = []
    for n, (first, share, last) in enumerate(people):
        crew.append(person(f"P{n}"))
        end = date(2026, last, 1) if last < 13 else YEAR.end
        days = Window(date(2026, first, 1), max(end, date(2026, first, 1)))
        lines.append(held("DE1", f"P{n}", share, days))
    book, made = room(people=tuple(crew), assignments=tuple(lines)), of(scope, cents / 100)
    found = months(book, made)
    assert sum(Decimal(str(one)) for one in found) == Decimal(str(cents / 100))
    weeks = weeks_of_year(book, made, found, 2, Flow.ORDERS)
    assert sum(Decimal(str(one.value)) for one in weeks) == Decimal(str(cents / 100))
    weights = month_capacity(book, made)
    assert weights is not None
    for number, weight in enumerate(weights, 1):
        mine = day_capacity(book, made, month_period(2026, number).window)
        assert not weight or sum(mine, Fraction()) == weight
    order.shuffle(crew)
    order.shuffle(lines)
    assert month_capacity(room(people=tuple(crew), assignments=tuple(lines)), made) == weights
