"""The questions that fit a pack to a team, and a first card of five KPIs."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from kpi.errors import KpiError
from kpi.guards import pack_findings
from kpi.model import LANGUAGES, Region
from kpi.pack_reading import pack, packs, variants
from kpi.stage import QUESTIONS, STAGES, Adapted, Answers, answers, fit, starter

US = packs()["operations", Region.US]


def changes(given: Answers) -> list[tuple[str, str, float, float]]:
    return [(c.kpi, c.what, c.before, c.after) for c in fit(US, given).changes]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        pytest.param(Answers(), [], id="a growing team with a year of data: the pack as it is"),
        pytest.param(
            Answers(stage="launch"),
            [
                ("acos", "target", 0.25, 0.35),
                ("tacos", "target", 0.12, 0.168),
                ("contribution_profit", "weight", 15, 10),
                ("new_listings", "weight", 5, 10),
            ],
            id="launch: dearer advertising, profit gives five points to listings",
        ),
        pytest.param(
            Answers(stage="mature"),
            [
                ("acos", "target", 0.25, 0.225),
                ("tacos", "target", 0.12, 0.108),
                ("net_sales", "weight", 25, 20),
                ("contribution_profit", "weight", 15, 20),
            ],
            id="mature: profit before size",
        ),
        pytest.param(
            Answers(history_months=5),
            [("net_sales", "weight", 25, 20), ("replenishment_on_time_rate", "weight", 10, 15)],
            id="five months of data: sales are a guess",
        ),
        pytest.param(Answers(history_months=6), [], id="six months are enough"),
        pytest.param(
            Answers(cash_limited=True),
            [("net_sales", "weight", 25, 20), ("inventory_turnover_days", "weight", 5, 10)],
            id="little cash: stock counts more",
        ),
    ],
)
def test_what_an_answer_changes(
    given: Answers, wanted: list[tuple[str, str, float, float]]
) -> None:
    assert changes(given) == wanted


def test_a_young_own_store_is_asked_for_visits_and_carts_first() -> None:
    """Launch: 0.2 x 1.4 and five points of profit; short history: five points of sales."""
    young = fit(packs()["own_store", Region.US], Answers(stage="launch", history_months=3))
    assert [(c.kpi, c.what, c.before, c.after) for c in young.changes] == [
        ("tacos", "target", 0.2, 0.28),
        ("contribution_profit", "weight", 15, 10),
        ("engaged_visit_rate", "weight", 10, 15),
        ("net_sales", "weight", 20, 15),
        ("add_to_cart_rate", "weight", 15, 20),
    ]


def test_limits_go_with_their_target_and_the_line_says_why() -> None:
    acos = fit(US, Answers(stage="launch")).pack.item("acos")
    assert acos is not None
    assert (acos.warn, acos.breach, acos.basis) == ("> 0.392", "> 0.49", "starter")
    assert acos.why is not None
    assert all(acos.why[language] for language in LANGUAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_no_answer_leaves_the_guards(stage: str) -> None:
    for months, cash, kind in product((2, 24), (False, True), (None, *variants())):
        for role, region in packs():
            given = Answers(stage, months, 6, cash)
            assert pack_findings(fit(pack(role, region, kind), given).pack) == ()


def test_a_change_that_would_break_a_guard_is_left_out() -> None:
    """Profit at 36 takes no five points more: one item holds at most 40."""
    items = tuple(
        replace(i, weight={"net_sales": 9.0, "contribution_profit": 36.0}.get(i.kpi, i.weight))
        for i in US.items
    )
    heavy = replace(US, items=items)
    kinds = [(c.kpi, c.what) for c in fit(heavy, Answers(stage="mature")).changes]
    assert kinds == [("acos", "target"), ("tacos", "target")]


@pytest.mark.parametrize(("size", "mode"), [(9, "basic"), (10, "team")])
def test_a_team_under_ten_gets_the_basic_tabs(size: int, mode: str) -> None:
    assert Answers(team_size=size).mode == mode


def test_answers_are_read_from_a_file() -> None:
    read = answers({"stage": "Launch", "history_months": "3", "team_size": 6, "cash_limited": "是"})
    assert read == Answers("launch", 3, 6, cash_limited=True)
    assert answers({}) == Answers()
    assert set(QUESTIONS) == set(Answers.__slots__)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"stage": "boom"}, '"boom" is no stage', id="a stage nobody knows"),
        pytest.param({"team_size": "many"}, 'team_size is "many"', id="a size in words"),
        pytest.param({"team_size": True}, "whole number", id="yes is no number"),
        pytest.param({"history_months": -1}, "0 or more", id="a negative number"),
        pytest.param({"cash_limited": "perhaps"}, "yes or no", id="neither yes nor no"),
        pytest.param({"cash": "yes"}, 'No question is called "cash"', id="a misspelt question"),
    ],
)
def test_an_answer_that_cannot_be_read_says_how_to_write_it(
    given: dict[str, object], said: str
) -> None:
    with pytest.raises(KpiError, match=said):
        answers(given)


def test_a_first_card_has_five_kpis_of_the_most_weight() -> None:
    """25 15 10 10 5 scaled would hold 80 of results; the next, 25 15 10 5 5 of 60, holds 65.

    In twentieths: 8.33 5 3.33 1.67 1.67, so 8 5 3 and the two places left make 2 and 2.
    """
    assert [(i.kpi, i.weight) for i in starter(US).items] == [
        ("net_sales", 40),
        ("contribution_profit", 25),
        ("buy_box_share", 10),
        ("replenishment_on_time_rate", 15),
        ("new_listings", 10),
    ]


def test_a_line_that_would_weigh_too_much_is_held_at_forty() -> None:
    """Gates 40 of 90 would be 45: 40, and 12 twentieths over 10 20 10 10 are 3 5 2 2."""
    assert [(i.kpi, i.weight) for i in starter(packs()["newcomer", Region.EU]).items] == [
        ("stage_gate_rate", 40),
        ("sop_quiz_rate", 15),
        ("project_step_rate", 25),
        ("compliance_task_rate", 10),
        ("training_rate", 10),
    ]


def test_every_first_card_passes_the_guards() -> None:
    for one in packs().values():
        first = starter(one)
        assert pack_findings(first) == ()
        assert len(first.items) <= 5 or first == one


def test_a_pack_without_a_fitting_choice_stays_whole() -> None:
    """One KPI would hold all 100 points."""
    assert starter(US, 1) == US


def test_a_change_is_told_whole() -> None:
    [first, *_] = fit(US, Answers(cash_limited=True)).changes
    assert isinstance(first, Adapted)
    assert first.why["zh"]
