"""Explain and what-if: the truth beside what would be, scored by the same code."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from kpi.changes import By
from kpi.model import DataState, Region
from kpi.person_cards import Item, PersonCard
from kpi.what_if import what_if, with_target, with_value, with_weight
from sync_service.pane_questions import _coefficient
from tests.sent_support import Body
from tests.test_sheet_answers import BOOK, Asking, one

__all__ = ["one"]  # the fixture
MISSING = DataState.MISSING


def cards(one: Asking) -> list[tuple[PersonCard, Region, Item]]:
    return [
        (card, part.region, item)
        for card in (*one.done.people, *one.done.shops)
        for part in card.cards
        for item in part.items
    ]


def ask(one: Asking, card: PersonCard, region: Region, item: Item, **more: object) -> Body:
    body = {"book": BOOK, "month": "2026-10", "person": card.person.code, "region": region}
    answer = one.post("whatif", {**body, "item": item.metric.code, **more})
    assert answer.status_code == 200, answer.text
    told: Body = answer.get_json()
    return told


def test_a_card_with_nothing_changed_is_the_card(one: Asking) -> None:
    coverage = one.done.book.settings.min_coverage
    found = cards(one)
    assert len(found) > 10
    for card, region, item in found:
        assert what_if(card, region, item.metric.code, lambda same: same, coverage) == card
        if item.goal is not None:
            changed = partial(with_target, target=item.goal.value)
            assert what_if(card, region, item.metric.code, changed, coverage) == card


def test_half_the_target_is_reached_twice(one: Asking) -> None:
    card, region, item = next(
        found
        for found in cards(one)
        if found[2].rule.method == "ratio_up" and found[2].goal and found[2].attainment
    )
    assert item.goal is not None
    assert item.attainment is not None
    told = ask(one, card, region, item, target=item.goal.value / 2)
    assert told["attainment"] == pytest.approx(2 * item.attainment, rel=1e-3)
    assert told["truth"]["score"] == item.score
    assert told["truth"]["total"] == card.total
    again = ask(one, card, region, item)
    assert {**again, "truth": None} == {**again["truth"], "truth": None}


def test_another_value_moves_score_total_grade_and_bonus(one: Asking) -> None:
    """A ratio at its due is 100 points, whatever it was; one of twice its due is at its cap."""
    card, region, item = next(
        found
        for found in cards(one)
        if found[2].rule.method == "ratio_up" and found[2].due and found[0].total is not None
    )
    due = item.due or 0.0
    told = ask(one, card, region, item, value=due, base=1000)
    assert (told["value"], told["attainment"], told["score"]) == (due, 1.0, 100.0)
    more = ask(one, card, region, item, value=2 * due, base=1000)
    assert more["score"] == item.rule.cap
    assert more["total"] > told["total"]
    for side in (told, told["truth"], more):
        grade = next(each for each in card.grades if each.name == side["grade"])
        wanted = 0.0 if card.forfeits else grade.coefficient
        assert side["coefficient"] == wanted
        assert side["bonus"] == pytest.approx(1000 * wanted)
    assert told["truth"]["value"] == item.counted
    assert ask(one, card, region, item)["bonus"] is None


def test_a_veto_that_takes_the_bonus_leaves_none(one: Asking) -> None:
    card, _, _ = cards(one)[0]
    assert _coefficient(replace(card, forfeits=1)) == 0.0
    assert _coefficient(replace(card, forfeits=0, grade=None)) is None


def test_a_value_where_there_was_none_is_scored(one: Asking) -> None:
    _, _, item = next(found for found in cards(one) if found[2].due)
    none = replace(item, counted=None, actual=replace(item.actual, value=None, state=MISSING))
    made = with_value(none, item.due or 0.0)
    assert (made.score, made.actual.state) == (100.0, DataState.MANUAL)


def test_a_weight_of_nothing_takes_the_item_off_the_card(one: Asking) -> None:
    card, region, item = next(found for found in cards(one) if found[2].score is not None)
    told = ask(one, card, region, item, weight=0)
    assert (told["points"], told["weight"], told["score"]) == (0.0, 0.0, item.score)


def test_a_target_where_there_was_none_is_due_as_a_whole(one: Asking) -> None:
    _, _, item = cards(one)[0]

    bare = replace(item, goal=None)
    made = with_target(bare, 100.0)
    assert made.goal is not None
    assert (made.goal.share, made.due) == (1.0, 100.0)
    assert with_weight(made, 7.0).rule.weight == 7.0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"person": "NOBODY"}, id="no such person"),
        pytest.param({"item": "nothing"}, id="no such item"),
        pytest.param({"month": "2026-09"}, id="another month"),
        pytest.param({"target": "much"}, id="no number"),
        pytest.param({"weight": 101}, id="too much weight"),
        pytest.param({"weight": True}, id="true"),
        pytest.param({"value": "much"}, id="no value"),
        pytest.param({"base": 1e15}, id="a bonus beyond any"),
    ],
)
def test_what_cannot_be_supposed_says_why(one: Asking, change: Body) -> None:
    card, region, item = cards(one)[0]
    body = {"book": BOOK, "month": "2026-10", "person": card.person.code, "region": region}
    answer = one.post("whatif", {**body, "item": item.key, **change})
    assert answer.status_code == 422
    assert set(answer.get_json()["error"]) == {"zh", "en"}


def explain(one: Asking, **more: object) -> Body:
    answer = one.post("explain", {"book": BOOK, "period": "2026-10", **more})
    assert answer.status_code == 200, answer.text
    told: Body = answer.get_json()
    return told


def test_a_value_is_explained_to_its_streams_and_contributions(one: Asking) -> None:
    told = explain(one, kpi="net_sales", scope="ALL", region=None, person=None)
    assert told["value"] == one.ask(["ACTUAL", "net_sales", "ALL", "2026-10"])[0]
    assert {part["shop"] for part in told["sources"]} == {s.code for s in one.done.book.shops}
    assert len(told["contributions"]) == 2
    assert told["version"] == one.done.given.catalog.definition_hash("net_sales")
    assert told["formula"]["zh"] != told["formula"]["en"]
    ratio = explain(one, kpi="acos", scope="ALL")
    assert "÷" in ratio["formula"]["zh"]


@pytest.mark.parametrize("by", list(By))
def test_the_parts_of_a_value_are_the_whole(one: Asking, by: By) -> None:
    told = explain(one, kpi="net_sales", scope="ALL", by=by)
    assert told["by"] == by
    rows, rest = told["contributions"], told["rest"]
    moved = sum(row["value"] for row in rows) + rest["value"]
    assert moved == pytest.approx(told["change"]["value"], abs=0.005)
    if not rest["parts"]:
        now = sum(row["now"] for row in rows)
        assert now == pytest.approx(told["change"]["after"], abs=0.01)
    names = {
        "region": {str(shop.region) for shop in one.done.book.shops},
        "shop": {shop.code for shop in one.done.book.shops},
        "person": {shop.owner for shop in one.done.book.shops},
    }
    if by in names:
        assert {row["part"] for row in rows} == names[by]
    if by == "sku":
        assert rest["parts"] > 0
    if by == "platform":
        assert {"zh": "亚马逊", "en": "Amazon"} in [row["part"] for row in rows]


def test_the_value_of_a_person_is_that_of_the_region_asked_for(one: Asking) -> None:
    card, region, item = next(found for found in cards(one) if found[2].actual.value is not None)
    told = explain(one, kpi=item.metric.code, person=card.person.code, region=region)
    assert told["value"] == item.actual.value


def test_an_unknown_value_says_why(one: Asking) -> None:
    answer = one.post(
        "explain", {"book": BOOK, "kpi": "net_sales", "scope": "ALL", "period": "2031-01"}
    )
    told = answer.get_json()
    assert told["value"] is None
    assert set(told["unknown"]) == set(told["undivided"]) == {"zh", "en"}
    assert told["contributions"] == []


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        ("explain", {"book": BOOK, "kpi": "nothing", "scope": "ALL", "period": "2026-10"}, 422),
        ("explain", {"book": BOOK, "kpi": "net_sales", "scope": "x", "period": "2026-10"}, 422),
        ("explain", {"book": BOOK, "kpi": "net_sales", "scope": "ALL", "period": "2019"}, 422),
        ("explain", {"book": BOOK.replace("6", "7"), "kpi": "net_sales"}, 404),
        ("whatif", {"book": BOOK.replace("6", "7")}, 404),
        ("explain", {"book": "x", "kpi": "net_sales"}, 422),
        ("explain", {"book": BOOK, "kpi": "net_sales", "scope": "ALL", "by": "moon"}, 422),
        ("explain", {"book": BOOK, "kpi": "nothing", "scope": "ALL", "by": "sku"}, 422),
        ("whatif", {"book": "x"}, 422),
    ],
)
def test_a_wrong_question_is_refused(one: Asking, address: str, body: Body, status: int) -> None:
    answer = one.post(address, body)
    assert answer.status_code == status
    assert set(answer.get_json()["error"]) == {"zh", "en"}
