"""A team's score and its share in a person's total, worked by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_nouns import NEVER
from kpi.card_problems import unjoined, unshown, without_team
from kpi.contracts import Version, changes, contract_of, in_force
from kpi.model import Better, Region, Window
from kpi.person_cards import PersonCard
from kpi.register import Register
from kpi.scorecards import Scoring
from kpi.teams import TeamPart, team_parts, teams
from kpi.trade import Assignment, Shop
from kpi.typed_rows import PointRow, TaskRow, VetoEffect
from kpi.what_if import what_if, with_weight
from tests.card_support import CATALOG, OCT, PEOPLE, SHOP, actuals, book, run, target, weight
from tests.table_support import table

SALES = weight("net_sales", 100)
OF_TEAM = weight("net_sales", 100, role="team")
FOUND = actuals(run("DE", 1_000, 100), run("FR", 100, 50))


def staffed(share: float, department: str = "Ops", **changes: object) -> Book:
    """OPS1 has DE and a share of the team's score, OPS2 has FR; both are of one department."""
    people = tuple(replace(one, department=department) for one in PEOPLE)
    with_share = (replace(people[0], team_share=share), people[1])
    rows: dict[str, object] = {"people": with_share, "weights": (SALES, OF_TEAM)}
    return book(**(rows | changes))


def cards(of: Book, register: Register | None = None) -> Mapping[str, PersonCard]:
    found = replace(FOUND, register=register.actual) if register else FOUND
    return {one.person.code: one for one in Scoring(of, found).people(OCT)}


def team_of(of: Book) -> PersonCard:
    [one] = Scoring(of, FOUND).teams(OCT)
    return one


# --- the team -------------------------------------------------------------------------------------


def test_a_team_is_scored_over_all_that_its_people_hold() -> None:
    """Due: (31,000 + 6,200) x 10/31 = 12,000 EUR; sold: 10,000 + 1,000 = 11,000: 91.67 %."""
    one = team_of(staffed(0.2))
    [item] = one.cards[0].items
    assert (item.key, item.due, item.actual.value) == (
        "2026-10｜Ops｜EU｜net_sales",
        13_200.0,
        12_100.0,
    )
    assert (one.total, one.us_share, one.grade and one.grade.name) == (91.666666667, 0.0, "B")


def test_a_target_of_the_department_comes_first() -> None:
    """31,000 for both: 10,000 are due, 11,000 sold."""
    goals = (*book().targets, target("Ops", "net_sales", 31_000.0))
    assert team_of(staffed(0.2, targets=goals)).total == 110.0


def test_a_shop_that_two_roles_hold_counts_once() -> None:
    """The advertiser of DE is of the department too; DE stays 11,000 USD and not 22,000."""
    ads = replace(PEOPLE[0], code="ADS1", role="advertising", department="Ops")
    given = staffed(0.2)
    line = Assignment("DE", None, "ADS1", 1.0, Window(date(2026, 1, 1), NEVER))
    both = replace(given, people=(*given.people, ads), assignments=(line,))
    assert team_of(both).total == 91.666666667


def test_a_department_without_shops_has_those_of_the_people_below() -> None:
    head = replace(PEOPLE[0], code="HEAD", department="Board")
    below = tuple(replace(one, department="Ops", manager="HEAD") for one in PEOPLE)
    given = book(people=(head, *below))
    assert {part.shop for part in team_parts(given, "Board")} == {"DE", "FR"}
    assert team_parts(given, "nobody's") == ()


def test_tasks_of_a_team_are_those_of_its_people() -> None:
    """One of two on time in the department; the third belongs to somebody else."""
    due, done = date(2026, 10, 5), date(2026, 10, 4)

    def task(number: str, owner: str, delivered: date | None) -> TaskRow:
        part = 0.0 if delivered is None else 1.0
        region = None if number == "T2" else Region.EU
        named = (number, "compliance", region, None, "EPR", owner, due, part, "任务!A5")
        return TaskRow(*named, delivered=delivered, evidence="x.pdf")

    tasks = (task("T1", "OPS1", done), task("T2", "OPS2", None), task("T3", "LAW", done))
    line = weight("compliance_task_rate", 100, role="team")
    goal = (*book().targets, target("EU", "compliance_task_rate", 1.0))
    given = staffed(0.2, tasks=tasks, weights=(SALES, line), targets=goal)
    register = Register(given, CATALOG, date(2026, 10, 11))
    [one] = Scoring(given, replace(FOUND, register=register.actual)).teams(OCT)
    assert one.cards[0].items[0].actual.value == 0.5


@pytest.mark.parametrize(
    ("department", "named"),
    [
        pytest.param("Ops", ["Ops"], id="a department"),
        pytest.param("", [], id="nobody has one"),
        pytest.param("ops1", [], id="a sheet would take it for the person OPS1"),
        pytest.param("de", [], id="a sheet would take it for the shop DE"),
        pytest.param("Op*", [], id="a sheet would take it for any text"),
    ],
)
def test_which_departments_are_teams(department: str, named: list[str]) -> None:
    assert [one.code for one in teams(staffed(0.2, department))] == named


def test_two_spellings_are_one_team_of_the_first() -> None:
    people = (replace(PEOPLE[0], department="Ops"), replace(PEOPLE[1], department="OPS"))
    given = book(people=people)
    assert [one.code for one in teams(given)] == ["Ops"]
    assert [part.shop for part in team_parts(given, "Ops")] == ["DE"]


def test_without_lines_of_the_role_no_team_has_a_card() -> None:
    assert Scoring(staffed(0.2, weights=(SALES,)), FOUND).teams(OCT) == ()


def two_regions(**goals: float) -> Book:
    """OPS1 sells in DE and US; `goals` are the month's targets of the shops."""
    us = Shop("US", "amazon", "US", Region.US, "USD", "America/New_York", "OPS1")
    rows = (SALES, OF_TEAM, *(replace(one, region=Region.US) for one in (SALES, OF_TEAM)))
    typed = {
        "DE": target("DE", "net_sales", goals.get("DE", 31_000.0)),
        "US": replace(
            target("US", "net_sales", goals.get("US", 11_366.0), "USD"), region=Region.US
        ),
    }
    wanted = tuple(row for code, row in typed.items() if goals.get(code) != 0.0)
    person = replace(PEOPLE[0], department="Ops", us_share=0.5, team_share=0.5)
    return book(shops=(SHOP, us), people=(person,), weights=rows, targets=wanted)


def test_the_cards_of_a_team_are_joined_by_the_revenue_its_targets_ask_for() -> None:
    """US 11,366.67 of 45,466.67 dollars is a quarter: 34,100 are asked of DE at 1.1."""
    goals = {"US": 34_100.0 / 3}
    [one] = Scoring(two_regions(**goals), FOUND).teams(OCT)
    assert one.us_share == 0.25
    assert (one.card(Region.US) and one.total) is None  # nothing is known of the shop US


def test_without_a_target_of_either_region_the_share_is_unknown_and_said() -> None:
    given = two_regions(US=0.0)
    found = Scoring(given, FOUND).teams(OCT)
    assert (found[0].us_share, found[0].total) == (None, None)
    assert [one.code for one in unjoined(found)] == ["team_share_unset"]
    assert list(unjoined((team_of(staffed(0.2)),))) == []


# --- the person -----------------------------------------------------------------------------------


def test_a_share_of_the_teams_score_is_added() -> None:
    """100 x 0.8 + 91.666666667 x 0.2 = 80 + 18.333333333; who has no share keeps the own total."""
    found = cards(staffed(0.2))
    assert (found["OPS1"].own, found["OPS1"].total) == (100.0, 98.333333333)
    assert found["OPS1"].team == TeamPart("Ops", 0.2, 91.666666667)
    grade = found["OPS1"].grade
    assert (grade and grade.name) == "B"  # A without the team
    assert (found["OPS2"].own, found["OPS2"].total, found["OPS2"].team) == (50.0, 50.0, None)


def test_a_whole_share_is_the_teams_score() -> None:
    assert cards(staffed(1.0))["OPS1"].total == 91.666666667


def test_points_are_the_persons_and_the_limit_is_the_totals() -> None:
    """(100 + 10) x 0.5 + 91.666666667 x 0.5 = 55 + 45.833333334."""
    entry = PointRow("2026-10", "OPS1", 10.0, "", None, "加减分!A5", "1")
    found = cards(staffed(0.5, points=(entry,)))["OPS1"]
    assert (found.own, found.total) == (110.0, 100.833333334)


def test_a_veto_that_leaves_nothing_leaves_nothing_of_the_teams_part() -> None:
    gate = weight("acos", 0, method="mirror_down", better=Better.LOWER, breach=0.2, veto=True)
    gate = replace(gate, effect=VetoEffect.TOTAL_ZERO)
    found = cards(staffed(0.5, weights=(SALES, gate, OF_TEAM)))["OPS1"]
    assert (found.own, found.total, found.forfeits) == (0.0, 0.0, 1)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        pytest.param(staffed(0.2, ""), "team_nobody", id="no department"),
        pytest.param(staffed(0.2, weights=(SALES,)), "team_unscored", id="no lines of the role"),
        pytest.param(
            staffed(0.2, weights=(SALES, replace(OF_TEAM, metric="return_rate"))),
            "team_unknown",
            id="the team has no data",
        ),
        pytest.param(staffed(0.2), None, id="known"),
        pytest.param(staffed(0.0, ""), None, id="no share, no team needed"),
    ],
)
def test_an_unknown_team_leaves_the_total_unknown_and_says_why(
    given: Book, code: str | None
) -> None:
    scoring = Scoring(given, FOUND)
    people, found = scoring.people(OCT), scoring.teams(OCT)
    said = list(without_team(people, found))
    assert [one.code for one in said] == ([code] if code else [])
    assert (people[0].total is None) == (code is not None)
    assert people[0].own == 100.0
    assert all("20%" in one.what["en"] and "OPS1" in one.what["zh"] for one in said)


def test_one_person_is_scored_as_among_all() -> None:
    given = staffed(0.2)
    assert Scoring(given, FOUND).person(given.people[0], OCT) == cards(given)["OPS1"]


def test_a_tried_weight_goes_through_to_the_total_with_the_team() -> None:
    """ACoS 0.25 on target 0.25 is 100 too; without sales the own total stays 100."""
    acos = weight("acos", 100, method="mirror_down", better=Better.LOWER)
    one = cards(staffed(0.2, weights=(SALES, acos, OF_TEAM)))["OPS1"]
    after = what_if(one, Region.EU, "net_sales", lambda item: with_weight(item, 0.0), 0.5)
    assert (after.own, after.total) == (100.0, 98.333333333)


# --- the contract ---------------------------------------------------------------------------------


def signed(given: Book) -> Version:
    return Version(1, date(2026, 1, 1), date(2026, 1, 1), contract_of(given, CATALOG))


def test_the_share_and_who_is_in_the_team_are_signed() -> None:
    """Typed after signing they are changes, and the signed ones score."""
    agreed = staffed(0.2)
    typed = staffed(0.5, "Sales")
    found = changes(contract_of(agreed, CATALOG), contract_of(typed, CATALOG))
    assert {(one.key, one.field, one.old, one.new) for one in found} == {
        ("OPS1", "team_share", 0.2, 0.5),
        ("OPS1", "department", "Ops", "Sales"),
        ("OPS2", "department", "Ops", "Sales"),
    }
    counts = in_force(typed, CATALOG, (signed(agreed),), OCT).book
    assert cards(counts)["OPS1"].team == TeamPart("Ops", 0.2, 91.666666667)


def test_a_contract_from_before_it_takes_no_share() -> None:
    before = staffed(0.0)
    assert not any(
        "team_share" in row for row in contract_of(before, CATALOG).tables["tblPeople"].values()
    )
    counts = in_force(staffed(0.5), CATALOG, (signed(before),), OCT).book
    assert cards(counts)["OPS1"].total == 100.0


@pytest.mark.parametrize(
    ("columns", "given", "told"),
    [
        pytest.param("person total", staffed(0.2), True, id="an old tab and a share"),
        pytest.param("person total", staffed(0.0), False, id="an old tab, nobody has a share"),
        pytest.param(
            "person drop_below team team_share own_total team_total total",
            staffed(0.2),
            False,
            id="a tab with the columns",
        ),
        pytest.param(None, staffed(0.2), False, id="a book without the tab"),
    ],
)
def test_a_tab_that_cannot_show_the_share_is_told(
    columns: str | None, given: Book, told: bool
) -> None:
    page = None if columns is None else table("tblTeam", "Team", columns)
    assert [one.code for one in unshown(page, given)] == (["team_page_old"] if told else [])
