"""Rewards in points: an approved row becomes an entry of Points, counted once, within all caps."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kpi.points import PointKind, month_points
from kpi.rewards import (
    Application,
    RewardEffect,
    RewardRule,
    applied_rewards,
    reward_points,
    with_rewards,
)
from kpi.typed_rows import PointRow
from sync_service.payout_reading import PayTyped
from sync_service.reward_store import told_points
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import refresh_book
from tests.test_payout_command import (
    Opened,
    opened,  # noqa: F401  # the fixture
)

RULES = (
    RewardRule("idea", "idea used", RewardEffect.POINTS, Decimal(2), Decimal(3)),
    RewardRule("late", "", RewardEffect.POINTS, Decimal(-1)),
    RewardRule("praise", "letter", RewardEffect.MONEY, Decimal(50)),
)


def application(number: int, rule: str, by: str = "HR", month: str = "2026-10") -> Application:
    return Application(number, month, "CHEN", rule, Decimal(1), by)


def entry(number: str, points: float, reason: str = "", kind: str = "") -> PointRow:
    return PointRow("2026-10", "CHEN", points, reason, "HR", "加减分!A5", number, kind)


def test_approved_points_become_entries_within_the_cap_of_their_reward() -> None:
    """Two ideas are 4 points, the cap of a month is 3: the second brings one."""
    made = reward_points(
        applied_rewards(
            RULES,
            [
                application(1, "idea"),
                application(2, "idea"),
                application(3, "late"),
                application(4, "praise"),
                application(5, "idea", by=""),
                application(6, "late", month="2026-Q4"),
            ],
        )
    )
    assert [(one.number, one.points, one.reason, one.kind) for one in made] == [
        ("R-2026-10-1", 2.0, "idea · idea used", "idea"),
        ("R-2026-10-2", 1.0, "idea · idea used", "idea"),
        ("R-2026-10-3", -1.0, "late", "late"),
    ]
    assert made[0].approved_by == "HR"


LATE = reward_points(applied_rewards(RULES, [application(n, "late") for n in (1, 2, 3)]))


@pytest.mark.parametrize(
    ("typed", "kinds", "counted"),
    [
        pytest.param((), (), (-1.0, -1.0, -1.0), id="no kind: only the caps of the month"),
        pytest.param(
            (), (PointKind("late", None, 2, None),), (0.0, 0.0, -1.0), id="two misses are free"
        ),
        pytest.param(
            (entry("P-1", -5.0, kind="late"),),
            (PointKind("late", None, 1, 2.0),),
            (0.0, -1.0, -1.0, 0.0),
            id="the free miss is the typed one, two points are the cap of the kind",
        ),
        pytest.param(
            (entry("P-1", -18.5),), (), (-18.5, -1.0, -0.5, 0.0), id="20 points are the month's cap"
        ),
    ],
)
def test_free_misses_and_caps_of_points_hold(
    typed: tuple[PointRow, ...], kinds: tuple[PointKind, ...], counted: tuple[float, ...]
) -> None:
    every = with_rewards(typed, LATE, {one.kind for one in kinds})
    assert month_points(every, kinds, "CHEN", "2026-10") == counted


@pytest.mark.parametrize(
    ("typed", "flowed", "found"),
    [
        pytest.param(
            (entry("R-2026-10-1", -1.0), entry("P-1", 3.0)),
            LATE,
            [("R-2026-10-1", -1.0), ("P-1", 3.0), ("R-2026-10-2", -1.0), ("R-2026-10-3", -1.0)],
            id="what is there already is not added again",
        ),
        pytest.param(
            (entry("R-2026-10-1", -9.0),),
            LATE[:1],
            [("R-2026-10-1", -1.0)],
            id="the rewards table is right, not what was typed over",
        ),
        pytest.param(
            (entry("R-2026-10-1", -1.0),),
            (entry("R-2026-10-1", 0.0, kind="late"), entry("R-2026-10-9", 0.0)),
            [("R-2026-10-1", 0.0)],
            id="withdrawn: 0 points where it stands, no row where it does not",
        ),
        pytest.param(
            (entry("P-7", -1.0, "late again"),),
            LATE[:1],
            [("P-7", -1.0)],
            id="typed by hand before",
        ),
    ],
)
def test_each_entry_once(
    typed: tuple[PointRow, ...], flowed: tuple[PointRow, ...], found: list[tuple[str, float]]
) -> None:
    made = with_rewards(typed, flowed, {"late"})
    assert [(one.number, one.points) for one in made] == found
    assert not [one for one in made if one.kind and not one.points]  # each is never added to it


def test_what_cannot_flow_is_told() -> None:
    applied = (application(1, "late", month="2026-Q4"), application(2, "late"))
    typed = PayTyped(rewards=RULES, applications=applied)
    found = list(told_points(typed, (entry("P-7", -1.0, "late again"),)))
    assert [one.code for one in found] == ["reward_points_month", "reward_by_hand"]
    assert "P-7" in str(found[1])


# --- the road -------------------------------------------------------------------------------------


def test_an_approved_reward_moves_pay_and_the_teams_book_and_can_be_withdrawn(
    opened: Opened,  # noqa: F811
) -> None:
    """HEAD has 93.84 points and B; ten more make an A, in the payout and on Points, once."""
    opened.pay("2026-09")
    opened.type("2026-09", "HEAD", base=8000)
    before = opened.total("HEAD")
    opened.cells("Rewards", M5="Great idea", N5="used", P5="Points", Q5=8)
    opened.cells("Rewards", A5=1, B5="2026-09", C5="HEAD", D5="Great idea")
    assert opened.total("HEAD") == before
    opened.cells("Rewards", G5="HR")
    assert opened.total("HEAD") == pytest.approx(before + 8)
    assert opened.total("HEAD") == pytest.approx(before + 8)

    refresh_book(opened.house, opened.book, "never")
    [row] = XlsxPort(opened.book).read().tables["tblPoint"].rows
    assert [row.value(c) for c in ("no", "month", "person", "points", "applied")] == [
        *("R-2026-09-1", "2026-09", "HEAD", 8, 8),
    ]
    assert row.value("evidence") == "Rewards table"
    assert opened.total("HEAD") == pytest.approx(before + 8)

    opened.cells("Rewards", G5="")
    assert opened.total("HEAD") == pytest.approx(before)
    refresh_book(opened.house, opened.book, "never")
    [row] = XlsxPort(opened.book).read().tables["tblPoint"].rows
    assert (row.value("points"), row.value("applied")) == (0, 0)
    assert row.value("evidence") == "Withdrawn in the rewards table"
