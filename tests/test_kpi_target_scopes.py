"""Targets by hand: owners, scopes, whose line counts, a hand-over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.contracts import in_force
from kpi.model import Region, Window
from kpi.organisation import in_region, person_parts
from kpi.person_targets import Goals
from kpi.target_scopes import TargetKind, kind_of, own_scopes, stages_of
from kpi.trade import Assignment, Shop
from kpi.typed_rows import TargetRow
from sheet_templates.words import decode
from tests.contract_support import BOOK, version
from tests.contract_support import CATALOG as SIGNED
from tests.contract_support import PERSON as SIGNED_PERSON
from tests.table_support import Line, table
from tests.target_support import (
    ACOS,
    CATALOG,
    DE,
    LAMPS,
    NAMES,
    OCT,
    PEOPLE,
    READ,
    SALES,
    line,
    person,
    read,
    room,
    row,
    sales,
)

# --- owners and scopes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "codes"),
    [
        pytest.param("OPS1", [], id="one person"),
        pytest.param("R/D", [], id="a code with a stroke is one person"),
        pytest.param(None, ["target_without_owner"], id="nobody"),
        pytest.param(" / ", ["target_without_owner"], id="only a sign"),
        pytest.param("OPS1, R/D", ["target_many_owners"], id="two with a comma"),
        pytest.param("OPS1、LI", ["target_many_owners"], id="two in Chinese, one of them unknown"),
        pytest.param("OPS1 and LI", ["target_many_owners"], id="two in words"),
        pytest.param("LI", ["unknown_person"], id="one whom nobody knows"),
    ],
)
def test_exactly_one_person_answers_for_a_target(owner: str | None, codes: list[str]) -> None:
    book = read("net_sales", owner, 1.0)
    assert [p.code for p in (*book.problems, *check_book(book))] == codes


def test_several_owners_are_named_with_their_row() -> None:
    book = read("net_sales", "OPS1; LI", 1.0)
    (found,) = check_book(book)
    assert found.place.cell == "E5"
    assert found.what["en"] == "net_sales of US has 2 owners: OPS1, LI."


@pytest.mark.parametrize(
    ("scope", "code", "known"),
    [
        pytest.param("US", "US", True, id="a region"),
        pytest.param("欧洲组", "欧洲组", True, id="a department"),
        pytest.param("Operations", "operations", True, id="a role by its word"),
        pytest.param("新品", "new", True, id="a stage by its word"),
        pytest.param("Mars", "Mars", False, id="nowhere"),
    ],
)
def test_the_scopes_that_a_target_may_name(scope: str, code: str, known: bool) -> None:
    line: Line = (2026.0, "US", scope, "acos", "OPS1", 0.3)
    targets = table("tblTarget", "目标", READ, line)
    book = read_book({t.name: t for t in (targets, PEOPLE)}, decode, NAMES, CATALOG)
    assert book.targets[0].scope == code
    assert [p.code for p in check_book(book)] == ([] if known else ["unknown_scope"])


# From the widest to the most particular: each line wins over those before it.
ORDER = ("EU", "DE", "DE1", "EU team", "operations", "OPS1")


@pytest.mark.parametrize("known", range(1, len(ORDER) + 1))
def test_a_ratio_takes_the_most_particular_line(known: int) -> None:
    """Person before role before department before shop before market before region."""
    book = room(*(line(scope, n / 10) for n, scope in enumerate(ORDER[:known], 1)))
    parts = in_region(book, person_parts(book, "OPS1"), Region.EU)
    goals = Goals(book, OCT)
    goal = goals.of(ACOS, Region.EU, own_scopes(person("OPS1"), ACOS), parts, date(2026, 11, 1))
    assert goal is not None
    assert (goal.basis, goal.value) == (ORDER[known - 1], known / 10)


def test_money_of_a_department_is_no_persons_target() -> None:
    """The department asks 1,000 a month of all; DE1 asks 240 of OPS1."""
    book = room(line("EU team", 12_000.0, "net_sales"), line("DE1", 2_880.0, "net_sales"))
    parts = in_region(book, person_parts(book, "OPS1"), Region.EU)
    own = own_scopes(person("OPS1"), SALES)
    goal = Goals(book, OCT).of(SALES, Region.EU, own, parts, date(2026, 11, 1))
    assert goal is not None
    assert (goal.basis, goal.value) == ("DE1", 240.0)


def test_a_person_without_a_department_has_none() -> None:
    assert own_scopes(person("OPS1", ""), ACOS) == ("OPS1", "operations")


@pytest.mark.parametrize(
    ("category", "month", "basis"),
    [
        pytest.param("lamps", "2026-10", "mature", id="all lamps are mature at the end of October"),
        pytest.param("lamps", "2026-09", "new×1+mature×1", id="in September one of each"),
        pytest.param("chairs", "2026-10", "chairs", id="the category's own line"),
        pytest.param(None, "2026-10", "DE1", id="a whole shop"),
    ],
)
def test_a_category_takes_its_own_line_or_that_of_its_stage(
    category: str | None, month: str, basis: str
) -> None:
    lines = (
        *(line("chairs", 0.1), line("mature", 0.2), line("new", 0.4)),
        *(line("DE1", 0.3), line("EU", 0.5)),
    )
    own = Assignment("DE1", category, "LI", 1.0, Window(date(2026, 1, 1), date(2027, 1, 1)))
    book = room(*lines, assignments=(own,))
    of = period(month)
    parts = in_region(book, person_parts(book, "LI"), Region.EU)
    goal = Goals(book, of).of(ACOS, Region.EU, ("LI",), parts, of.window.end)
    assert goal is not None
    assert goal.basis == basis


@pytest.mark.parametrize(
    ("category", "day", "stages"),
    [
        pytest.param("lamps", date(2026, 10, 14), {"new": 1, "mature": 1}, id="one still new"),
        pytest.param("lamps", date(2026, 10, 15), {"mature": 2}, id="from its day on"),
        pytest.param("lamps", date(2024, 1, 1), {}, id="before there was any"),
        pytest.param("chairs", date(2026, 10, 15), {}, id="a product without a stage"),
    ],
)
def test_the_stages_of_a_category(category: str, day: date, stages: dict[str, int]) -> None:
    assert stages_of(room(), category, day) == stages


NEW_LAMPS = tuple(replace(LAMPS[0], sku=f"N{n}") for n in range(3))


@pytest.mark.parametrize(
    ("lines", "value", "basis"),
    [
        pytest.param(
            (line("new", 0.4), line("mature", 0.2)), 0.35, "new×3+mature×1", id="three of four new"
        ),
        pytest.param((line("new", 0.4),), 0.3, "DE1", id="a stage without a line: the shop's"),
        pytest.param(
            (line("new", 0.4), line("mature", 0.2), line("lamps", 0.1)),
            *(0.1, "lamps"),
            id="the category's own line comes first",
        ),
        pytest.param(
            (line("new", 0.4), line("mature", 0.2, currency="EUR")),
            *(0.3, "DE1"),
            id="two currencies are no mean",
        ),
        pytest.param((line("new", 9e10), line("mature", 1e12)), 0.3, "DE1", id="beyond any figure"),
    ],
)
def test_a_category_of_several_stages_takes_the_mean_over_its_products(
    lines: tuple[TargetRow, ...], value: float, basis: str
) -> None:
    """(3 x 0.4 + 0.2) / 4 = 0.35."""
    own = Assignment("DE1", "lamps", "LI", 1.0, Window(date(2026, 1, 1), date(2027, 1, 1)))
    products = (*NEW_LAMPS, LAMPS[2])
    book = room(line("DE1", 0.3), *lines, assignments=(own,), products=products)
    parts = in_region(book, person_parts(book, "LI"), Region.EU)
    goal = Goals(book, OCT).of(ACOS, Region.EU, ("LI",), parts, OCT.window.end)
    assert goal is not None
    assert (goal.value, goal.basis) == (value, basis)


def test_a_department_is_signed_where_a_target_names_it() -> None:
    """Moving a person to another department moves no score that was agreed."""
    team = replace(BOOK.targets[0], scope="Ops")
    book = replace(BOOK, targets=(team,))
    moved = replace(book, people=(replace(SIGNED_PERSON, department="Other"),))
    signed = version(1, date(2026, 10, 1), book)
    assert in_force(moved, SIGNED, (signed,), OCT).book.people[0].department == "Ops"
    free = version(1, date(2026, 10, 1), BOOK)
    live = replace(BOOK, people=moved.people)
    assert in_force(live, SIGNED, (free,), OCT).book.people[0].department == "Other"


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        *(("EU", "region"), ("DE1", "shop"), ("DE", "market"), ("shopify", "platform")),
        *(("OPS1", "person"), ("operations", "role"), ("EU team", "department")),
        *(("lamps", "category"), ("clearance", "stage")),
    ],
)
def test_what_a_line_is_for(scope: str, kind: str) -> None:
    assert kind_of(room(), line(scope, 1.0)) == kind


def test_a_market_that_is_named_like_the_region_is_the_region() -> None:
    us = Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York")
    assert kind_of(room(shops=(us,)), row(1.0)) is TargetKind.REGION


# --- hand-over ---------------------------------------------------------------------------------


def test_a_hand_over_keeps_the_former_owners_part() -> None:
    """3,100 for October, ten days of OPS1 and 21 of OPS2: 1,000 and 2,100, together all of it."""
    book = room(
        sales("DE1", 37_200.0),
        shops=(DE,),
        assignments=(
            Assignment("DE1", None, "OPS1", 1.0, Window(date(2026, 1, 1), date(2026, 10, 11))),
            Assignment("DE1", None, "OPS2", 1.0, Window(date(2026, 10, 11), date(2027, 1, 1))),
        ),
    )
    goals = Goals(book, OCT)
    parts = {code: person_parts(book, code) for code in ("OPS1", "OPS2")}
    until = date(2026, 10, 21)
    first, second = (goals.of(SALES, Region.EU, (), parts[c], until) for c in ("OPS1", "OPS2"))
    assert first is not None
    assert second is not None
    assert (first.value, first.share) == (1_000.0, 1.0)  # all of it is due: the days are over
    assert second.value == 2_100.0
    assert second.share == pytest.approx(10 / 21)  # 11 to 20 October of 11 to 31
