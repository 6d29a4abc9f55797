"""A target given to its parts by hand: OPS1 has DE1 alone, OPS2 has FR1 and WEB by half."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.book import Book
from kpi.book_nouns import EVER, NEVER
from kpi.errors import UnansweredError
from kpi.model import Region, Unit, Window
from kpi.part_codes import parts_of
from kpi.part_weights import capacity_weights, even_weights, history_weights
from kpi.season import Flow
from kpi.target_parts import Division, divided
from kpi.target_scopes import TargetKind
from kpi.targets import Split
from kpi.trade import Assignment, Shop
from kpi.typed_rows import TargetRow
from tests.card_support import weight
from tests.target_support import DE, FR, NONE, WEB, person, room, sales

SHOP, PERSON = TargetKind.SHOP, TargetKind.PERSON
US1 = Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York", "OPS2")


def monthly(scope: str, month: float, currency: str = "USD") -> TargetRow:
    return replace(sales(scope, None, currency), months=(month,) * 12)


def give(
    book: Book,
    kind: TargetKind = SHOP,
    way: Split = Split.CAPACITY,
    past: Mapping[str, Sequence[float | None]] | None = None,
    unit: Unit = Unit.MONEY,
) -> Division:
    parent = book.targets[0]
    codes = parts_of(book, parent, kind)
    if way is Split.EVEN:
        weights = even_weights(book, parent, codes)
    elif way is Split.CAPACITY:
        weights = capacity_weights(book, parent, kind, codes)
    else:
        weights = history_weights(past or {})
    return divided(book, parent, unit, Flow.ORDERS, kind, weights)


def first(made: Division, month: int = 0) -> dict[str, float | None]:
    return {one.row.scope: one.row.months[month] for one in made.parts}


TEAM = (person("OPS1"), person("OPS2"), person("LI"))


@pytest.mark.parametrize(
    ("book", "kind", "way", "wanted"),
    [
        pytest.param(
            room(monthly("EU", 100.01)),
            *(SHOP, Split.CAPACITY, {"DE1": 50.01, "FR1": 25.0, "WEB": 25.0}),
            id="a person, a half and a half: the odd cent goes to the largest remainder",
        ),
        pytest.param(
            room(monthly("EU", 100.0)),
            *(SHOP, Split.EVEN, {"DE1": 33.34, "FR1": 33.33, "WEB": 33.33}),
            id="equal parts",
        ),
        pytest.param(
            room(monthly("EU", 100.0)),
            *(PERSON, Split.CAPACITY, {"OPS1": 50.0, "OPS2": 50.0}),
            id="people of a region",
        ),
        pytest.param(
            room(monthly("EU", 100.0), shops=(DE, FR, WEB, US1)),
            *(PERSON, Split.CAPACITY, {"OPS1": 60.0, "OPS2": 40.0}),
            id="OPS2 has a third of the time in the US",
        ),
        pytest.param(
            room(monthly("DE", 90.0)),
            *(SHOP, Split.CAPACITY, {"DE1": 60.0, "WEB": 30.0}),
            id="shops of a market",
        ),
        pytest.param(
            room(monthly("EU team", 90.0), people=TEAM),
            *(PERSON, Split.CAPACITY, {"OPS1": 30.0, "OPS2": 30.0, "LI": 30.0}),
            id="a department: who holds nothing works for it too",
        ),
        pytest.param(
            room(monthly("EU", 100.0), monthly("FR1", 30.0)),
            *(SHOP, Split.CAPACITY, {"DE1": 46.67, "WEB": 23.33}),
            id="what a typed part leaves",
        ),
        pytest.param(
            room(monthly("EU", 100.0), monthly("FR1", 20.0, "EUR")),
            *(SHOP, Split.CAPACITY, {"DE1": 50.0, "WEB": 25.0}),
            id="20 EUR at 1.25",
        ),
        pytest.param(
            room(monthly("EU", 100.0), sales("FR1", 360.0)),
            *(SHOP, Split.CAPACITY, {"DE1": 46.67, "WEB": 23.33}),
            id="a part with a year, split even",
        ),
        pytest.param(
            room(monthly("EU", 30.0), monthly("FR1", 30.0)),
            *(SHOP, Split.CAPACITY, {"DE1": 0.0, "WEB": 0.0}),
            id="nothing left",
        ),
    ],
)
def test_a_month_is_given_to_the_parts(
    book: Book, kind: TargetKind, way: Split, wanted: dict[str, float]
) -> None:
    assert first(give(book, kind, way)) == wanted


def test_pieces_are_whole() -> None:
    parent = replace(monthly("EU", 7.0), metric="units_sold")
    assert first(give(room(parent), unit=Unit.COUNT)) == {"DE1": 3.0, "FR1": 2.0, "WEB": 2.0}


def test_last_year_shares_each_month_of_its_own() -> None:
    """January 3 to 1 to 0, the other months 1 to 1 to 2."""
    past = {"DE1": (3.0, *(1.0,) * 11), "FR1": (1.0,) * 12, "WEB": (0.0, *(2.0,) * 11)}
    made = give(room(monthly("EU", 100.0)), way=Split.HISTORY, past=past)
    assert first(made) == {"DE1": 75.0, "FR1": 25.0, "WEB": 0.0}
    assert first(made, 1) == {"DE1": 25.0, "FR1": 25.0, "WEB": 50.0}


def test_a_new_line_has_the_owner_and_an_empty_line_keeps_its_own() -> None:
    empty = replace(sales("FR1", None), owner="LI", currency="EUR", address="T!A9")
    orphan = replace(WEB, owner=None)
    book = room(replace(monthly("EU", 100.0), owner="HEAD"), empty, shops=(DE, FR, orphan))
    made = give(book, way=Split.EVEN)
    lines = [(one.row.owner, one.added, one.row.currency, one.row.address) for one in made.parts]
    assert lines == [
        ("OPS1", True, "USD", ""),
        ("LI", False, "USD", "T!A9"),
        ("HEAD", True, "USD", ""),
    ]
    assert [row.scope for row in give(room(monthly("EU", 9.0), monthly("DE1", 1.0))).kept] == [
        "DE1"
    ]


def test_who_leads_and_holds_nothing_is_no_part_of_a_region() -> None:
    team = (*(replace(p, manager="LI") for p in TEAM[:2]), TEAM[2])
    assert parts_of(room(people=team), monthly("EU", 1.0), PERSON) == ("OPS1", "OPS2")


@pytest.mark.parametrize(
    ("roles", "people"),
    [
        pytest.param((), ("OPS1", "OPS2", "ADS1"), id="no card scores it"),
        pytest.param(("operations",), ("OPS1", "OPS2"), id="operations"),
        pytest.param(("advertising",), ("ADS1",), id="advertising"),
    ],
)
def test_of_several_roles_on_a_shop_those_that_are_scored_by_the_kpi_share_it(
    roles: tuple[str, ...], people: tuple[str, ...]
) -> None:
    """ADS1 stands beside OPS1 on DE1; net sales are no target of advertising."""
    given_ = room(
        people=(*TEAM[:2], person("ADS1", role="advertising")),
        assignments=(Assignment("DE1", None, "ADS1", 1.0, Window(EVER, NEVER)),),
        weights=tuple(weight("net_sales", 100.0, role=role) for role in roles),
    )
    assert parts_of(given_, monthly("EU", 1.0), PERSON) == people


def test_a_shop_that_opens_and_a_person_who_leaves_have_their_months() -> None:
    late = replace(FR, opened=date(2026, 3, 15))
    shops = give(room(monthly("EU", 90.0), shops=(DE, late)), way=Split.EVEN)
    assert [first(shops, n)["FR1"] for n in (1, 2)] == [0.0, 45.0]
    left = (replace(person("OPS1"), end=date(2026, 2, 28)), person("OPS2"))
    people = give(room(monthly("EU", 90.0), people=left), PERSON)
    assert [first(people, n)["OPS1"] for n in (1, 2)] == [45.0, 0.0]
    assert list(people.parts[0].weights[:3]) == [21, 16, 0]


@pytest.mark.parametrize(
    ("book", "kind", "said"),
    [
        pytest.param(room(sales("EU", None)), SHOP, "not ask something of every month", id="open"),
        pytest.param(
            room(monthly("EU", 9.0), replace(sales("DE1", None), months=(1.0, *NONE[1:]))),
            *(SHOP, "DE1 net_sales does not ask"),
            id="a part has a month alone",
        ),
        pytest.param(
            room(monthly("EU", 9.0), monthly("DE1", 10.0)),
            *(SHOP, "Month 1: the parts ask 1.00 more"),
            id="too much",
        ),
        pytest.param(
            room(monthly("EU", 9.0), monthly("DE1", 1.0, "SEK")),
            *(SHOP, "no fixed rate"),
            id="no rate",
        ),
        pytest.param(
            room(monthly("EU", 9.0), people=()), SHOP, "no part that could take", id="nobody"
        ),
        pytest.param(room(monthly("DE1", 9.0)), PERSON, "is not made of people", id="a shop"),
        pytest.param(
            room(monthly("DE", 9.0)),
            *(TargetKind.CATEGORY, "is not made of categories"),
            id="a line of a category is the whole region's",
        ),
        pytest.param(room(monthly("Mars", 9.0)), SHOP, "Mars is not made", id="a stranger"),
        pytest.param(
            room(monthly("operations", 9.0)), SHOP, "given to people alone", id="shops of a role"
        ),
        pytest.param(
            room(monthly("own_store", 9.0)), PERSON, "given to people alone", id="a card of shops"
        ),
        pytest.param(
            room(monthly("EU", 9.0)),
            TargetKind.ROLE,
            "is not made of role",
            id="roles are no parts",
        ),
    ],
)
def test_what_cannot_be_given_is_said(book: Book, kind: TargetKind, said: str) -> None:
    with pytest.raises(UnansweredError, match=said) as caught:
        give(book, kind)
    assert caught.value.texts["zh"] != caught.value.texts["en"]


@pytest.mark.parametrize("months", [(1.0,) * 11 + (None,), (-1.0,) * 12, ()])
def test_a_part_without_a_whole_year_of_gains_has_no_history(
    months: tuple[float | None, ...],
) -> None:
    with pytest.raises(UnansweredError, match="DE1"):
        history_weights({"DE1": months})


@given(
    cents=st.lists(st.integers(0, 10**9), min_size=12, max_size=12),
    kind=st.sampled_from([SHOP, PERSON]),
    way=st.sampled_from([Split.EVEN, Split.CAPACITY]),
    typed=st.integers(0, 100),
)
def test_parts_sum_to_the_line_in_every_month(
    cents: list[int], kind: TargetKind, way: Split, typed: int
) -> None:
    months = tuple(float(Decimal(one + 100) / 100) for one in cents)
    line = replace(sales("EU", None), months=months)
    kept = monthly("DE1" if kind is SHOP else "OPS1", typed / 100)
    made = give(room(line, kept), kind, way)
    for n, month in enumerate(months):
        given_ = sum(Decimal(str(one.row.months[n])) for one in made.parts)
        assert given_ + Decimal(typed) / 100 == Decimal(str(month))
    assert all(weight >= Fraction() for one in made.parts for weight in one.weights)
