"""Forced distribution as a guide: places, ranks and ties worked by hand."""

from __future__ import annotations

import pytest

from kpi.book_reading import read_book
from kpi.catalog import shipped
from kpi.distribution import guide
from kpi.tables import Cell, Row, Table
from kpi.typed_rows import Tie

SHARES = (0.2, 0.7, 0.1)
SEVEN = tuple(zip("ABCDEFG", (118.0, 110.0, 105.0, 101.0, 99.0, 90.0, 60.0), strict=True))


def test_seven_people_of_20_70_10_are_1_5_1() -> None:
    found = guide(SEVEN, SHARES)
    assert found.places == (1, 5, 1)
    assert [(p.person, p.first, p.last) for p in found.people[:2]] == [("A", 1, 1), ("B", 2, 2)]
    assert [(p.person, p.first) for p in found.people[-2:]] == [("F", 2), ("G", 3)]
    assert found.proposal  # fewer than 25


@pytest.mark.parametrize(("people", "proposal"), [(24, True), (25, False)])
def test_below_25_it_is_only_a_proposal(people: int, proposal: bool) -> None:
    assert guide([(str(n), 80.0 + n) for n in range(people)], SHARES).proposal is proposal


def test_equal_totals_on_an_edge_are_left_to_a_decision() -> None:
    """Two of 110 stand on places 1 and 2; the edge lies between them."""
    found = guide([("A", 110.0), ("B", 110.0), *SEVEN[2:]], SHARES)
    assert [(p.person, p.first, p.last, p.open) for p in found.people[:3]] == [
        ("A", 1, 2, True),
        ("B", 1, 2, True),
        ("C", 2, 2, False),
    ]


@pytest.mark.parametrize(
    ("tie", "places"), [(Tie.FIRST, (2, 1)), (Tie.LAST, (1, 2)), (Tie.LARGER_CLASS, (2, 1))]
)
def test_equal_remainders_follow_the_stored_rule(tie: Tie, places: tuple[int, int]) -> None:
    assert guide(SEVEN[:3], (0.5, 0.5), tie).places == places


def test_who_has_no_total_is_not_ranked() -> None:
    found = guide([("A", None), *SEVEN[1:]], SHARES)
    assert (found.unknown, len(found.people), sum(found.places)) == (("A",), 6, 6)


def test_nobody_leaves_the_classes_empty() -> None:
    assert guide([], SHARES).places == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "shares", "problems"),
    [
        pytest.param("10/80/10", (0.1, 0.8, 0.1), [], id="typed"),
        pytest.param("", (0.2, 0.7, 0.1), [], id="nothing typed: the default"),
        pytest.param("20/70", (0.2, 0.7, 0.1), ["not_classes"], id="not 100"),
        pytest.param("many", (0.2, 0.7, 0.1), ["not_classes"], id="no numbers"),
    ],
)
def test_the_classes_of_the_settings(
    text: str, shares: tuple[float, ...], problems: list[str]
) -> None:
    rows = (("month", "2026-10"), ("distribution", text), ("tie", "last"))
    table = Table(
        "tblSetting",
        "Setup",
        ("setting", "value"),
        tuple(
            Row(n, {"setting": Cell(code, f"A{n}"), "value": Cell(value, f"B{n}")}, {})
            for n, (code, value) in enumerate(rows, 5)
        ),
    )
    found = read_book({"tblSetting": table}, lambda _, word: word, shipped().names())
    assert (found.settings.distribution, found.settings.tie) == (shares, Tie.LAST)
    assert [one.code for one in found.problems] == problems
