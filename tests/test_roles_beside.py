"""Several roles on one shop: each has its own card, and nobody takes anything from anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.book_nouns import EVER, NEVER
from kpi.card_problems import without_card, without_target
from kpi.employment import left_behind
from kpi.heads import heads_by_shop
from kpi.model import Better, Window
from kpi.organisation import Part, ownership, person_parts
from kpi.role_shares import unshared
from kpi.scorecards import Scoring
from kpi.trade import Assignment, Person
from tests.card_support import OCT, SHOP, actuals, book, run, target, weight

ALWAYS = Window(EVER, NEVER)
MID = date(2026, 10, 12)
FROM_MID = Window(MID, NEVER)


def person(code: str, role: str, manager: str | None = None) -> Person:
    return Person(code, code, "", role, manager, None, None, None, None, scored=True)


def line(who: str, days: Window = ALWAYS, share: float = 1.0, category: str = "") -> Assignment:
    return Assignment("DE", category or None, who, share, days)


HEAD = person("HEAD", "supervisor")
OPS1, OPS2 = (person(code, "operations", "HEAD") for code in ("OPS1", "OPS2"))
ADS1, ADS2 = (person(code, "advertising", "HEAD") for code in ("ADS1", "ADS2"))
CS1 = person("CS1", "customer_service", "HEAD")
TEAM = (HEAD, OPS1, OPS2, ADS1, ADS2, CS1)


def team(*lines: Assignment, **changes: object) -> Book:
    """DE of OPS1 and FR of OPS2; sales for operations and the head, ACoS for advertising."""
    acos = weight("acos", 100, role="advertising", method="mirror_down", better=Better.LOWER)
    rows = (
        weight("net_sales", 100),
        weight("net_sales", 100, role="supervisor"),
        weight("ad_cost", 100, role="customer_service"),
        acos,
    )
    goals = (*book().targets, target("DE", "ad_cost", 3_100.0))
    given = book(people=TEAM, assignments=lines, weights=rows, targets=goals)
    return replace(given, **changes)  # type: ignore[arg-type]  # fields by name


def test_advertising_and_service_stand_beside_operations_on_the_same_shop() -> None:
    """Ten days: 11,000 USD of 11,000 due; ACoS 0.25 of 0.25; 1,100 USD of ads, 1,100 due."""
    given = team(line("ADS1"), line("CS1"))
    cards = Scoring(given, actuals(run("DE", 1_000, 100), run("FR", 200, 50))).people(OCT)
    assert {one.person.code: one.total for one in cards} == {
        "HEAD": 100.0,  # 13,200 USD of 13,200: each sale once, though three people hold DE
        "OPS1": 100.0,
        "OPS2": 100.0,
        "ADS1": 100.0,
        "CS1": 100.0,
    }
    assert list(without_target(given, cards)) == []
    assert [one.place.text for one in without_card(given, cards, OCT)] == ["ADS2"]
    assert (list(unshared(given, OCT)), list(left_behind(given, OCT))) == ([], [])


@pytest.mark.parametrize(
    ("lines", "held"),
    [
        pytest.param([], {"OPS1": [1.0]}, id="the owner alone"),
        pytest.param([line("OPS2")], {"OPS2": [1.0]}, id="one of the same role takes the place"),
        pytest.param([line("ADS1")], {"OPS1": [1.0], "ADS1": [1.0]}, id="another role beside"),
        pytest.param(
            [line("ADS1", share=0.4), line("ADS2", share=0.6), line("OPS2", share=0.5)],
            {"OPS2": [0.5], "ADS1": [0.4], "ADS2": [0.6]},
            id="shares are of a role",
        ),
        pytest.param([line("STRANGER")], {"STRANGER": [1.0]}, id="a stranger takes the place"),
        pytest.param(
            [line("ADS1", FROM_MID)],
            {"OPS1": [1.0, 1.0], "ADS1": [1.0]},
            id="in mid-month: the owner keeps both stretches",
        ),
    ],
)
def test_who_holds_a_shop(lines: list[Assignment], held: dict[str, list[float]]) -> None:
    found: dict[str, list[float]] = {}
    for who, part in ownership(SHOP, lines, TEAM):
        found.setdefault(who, []).append(part.share)
    assert found == held


def test_a_category_of_another_role_leaves_the_owner_the_whole_shop() -> None:
    found = dict(ownership(SHOP, [line("ADS1", category="home")], TEAM))
    assert found["OPS1"] == Part("DE", ALWAYS)
    assert found["ADS1"] == Part("DE", ALWAYS, category="home")


def test_a_shop_without_an_owner_belongs_to_each_role_by_its_lines() -> None:
    lines = [line("ADS1"), line("OPS1", share=0.5)]
    found = {who: part.share for who, part in ownership(replace(SHOP, owner=None), lines, TEAM)}
    assert found == {"ADS1": 1.0, "OPS1": 0.5}


HOME, REST = Part("DE", ALWAYS, category="home"), Part("DE", ALWAYS, excluding=frozenset({"home"}))


@pytest.mark.parametrize(
    ("lines", "parts"),
    [
        pytest.param([line("ADS1")], {Part("DE", ALWAYS)}, id="two roles hold the whole"),
        pytest.param([line("ADS1", category="home")], {Part("DE", ALWAYS)}, id="one holds more"),
        pytest.param(
            [line("ADS1", category="home"), line("OPS2", category="home")],
            {HOME, REST},
            id="a role in two pieces is the whole too",
        ),
        pytest.param(
            [line("OPS1", share=0.5), line("OPS2", share=0.5)],
            [Part("DE", ALWAYS, 0.5), Part("DE", ALWAYS, 0.5)],
            id="two halves of one role are the whole",
        ),
        pytest.param(
            [line("ADS1", share=0.3), line("OPS2", share=0.8)],
            {Part("DE", ALWAYS, 0.8)},
            id="the role that holds most",
        ),
    ],
)
def test_a_head_answers_for_each_shop_once(
    lines: list[Assignment], parts: set[Part] | list[Part]
) -> None:
    found = person_parts(team(*lines, shops=(SHOP,)), "HEAD")
    assert len(found) == len(parts)
    assert set(found) == set(parts)


def sums(role: str, held: int, day: str) -> str:
    return f"The role {role} holds {held} % of the shop DE from {day} on; it should be 100 %."


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        pytest.param([line("ADS1", share=0.4), line("ADS2", share=0.6)], [], id="0.4 and 0.6"),
        pytest.param(
            [line("ADS1", share=0.1), line("ADS2", share=0.2), line("CS1", share=0.7)],
            [sums("advertising", 30, "2026-10-01"), sums("customer_service", 70, "2026-10-01")],
            id="roles are not added to each other",
        ),
        pytest.param(
            [line("OPS1"), line("OPS2", FROM_MID)],
            [sums("operations", 200, "2026-10-12")],
            id="all twice from the 12th on",
        ),
        pytest.param(
            [line("OPS2", Window(MID, date(2026, 10, 20)), 0.5)],
            [sums("operations", 50, "2026-10-12")],
            id="half of it is nobody's for a week",
        ),
        pytest.param(
            [
                line("ADS1", share=0.5),
                line("ADS2", Window(MID, date(2026, 10, 20)), share=0.4),
            ],
            [sums("advertising", 50, "2026-10-01")],
            id="told once a role",
        ),
        pytest.param([line("ADS1", Window(EVER, date(2026, 9, 1)), 0.5)], [], id="long ago"),
        pytest.param([line("STRANGER", share=0.5)], [], id="a stranger has no role"),
    ],
)
def test_shares_are_the_whole_shop_within_a_role(lines: list[Assignment], told: list[str]) -> None:
    found = list(unshared(team(*lines), OCT))
    assert {one.place.text for one in found} <= {"DE"}
    assert [one.what["en"] for one in found] == told


def test_a_category_is_shared_by_itself() -> None:
    given = team(line("ADS1", category="home", share=0.5), line("ADS2", category="home", share=0.5))
    assert list(unshared(given, OCT)) == []
    less = team(line("ADS1", category="home", share=0.5))
    assert [one.place.text for one in unshared(less, OCT)] == ["DE home"]


def test_each_of_several_roles_is_a_head_of_the_shop() -> None:
    """OPS1, ADS1 and CS1 have DE alone; OPS2 has FR; the head and ADS2 have no shop."""
    given = team(line("ADS1"), line("CS1"))
    assert heads_by_shop(given, OCT.window) == {"DE": 3, "FR": 1}


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        pytest.param({}, ["no_card"], id="no shop"),
        pytest.param({"role": "purchasing"}, ["no_card_lines"], id="no line of the role"),
        pytest.param({"scored": False}, [], id="not scored"),
        pytest.param({"start": date(2026, 11, 1)}, [], id="not there yet"),
    ],
)
def test_a_scored_person_without_a_card_is_named(
    changed: dict[str, object], codes: list[str]
) -> None:
    """Customer service, advertising and newcomers own no shop; they vanished without a word."""
    agent = replace(CS1, **changed)  # type: ignore[arg-type]  # fields by name
    given = team(people=(OPS1, OPS2, agent))
    cards = Scoring(given, actuals(run("DE", 1_000, 100), run("FR", 200, 50))).people(OCT)
    found = list(without_card(given, cards, OCT))
    assert [one.code for one in found] == codes
    assert {one.place.text for one in found} <= {"CS1"}
