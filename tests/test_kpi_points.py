"""Points by hand and the days on which a month closes, every number worked by hand."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.card_problems import mostly_typed
from kpi.closing import closing_state, month_state
from kpi.contracts import Version, contract_from, contract_of, in_force
from kpi.points import PointKind, counted, month_points
from kpi.scorecards import Scoring
from kpi.tables import Cell, CellValue, Row, Table
from kpi.typed_rows import PointRow, Settings
from tests.card_support import OCT, PEOPLE, actuals, book, card, run, weight
from tests.contract_support import CATALOG

LATE = PointKind("late", -2.0, 1, 5.0)
HELP = PointKind("help", 3.0, 0, None)
KINDS = {one.kind: one for one in (LATE, HELP)}


def entry(points: float, kind: str = "", person: str = "OPS1", month: str = "2026-10") -> PointRow:
    return PointRow(month, person, points, "", None, "Points!A5", "1", kind)


@pytest.mark.parametrize(
    ("entries", "counts"),
    [
        pytest.param([], (), id="nothing"),
        pytest.param([entry(3.0), entry(-1.5)], (3.0, -1.5), id="no kind: as typed"),
        pytest.param([entry(0, "late")] * 2, (0.0, -2.0), id="the first miss is free"),
        pytest.param(
            [entry(0, "late")] * 5, (0.0, -2.0, -2.0, -1.0, 0.0), id="at most 5 of a kind"
        ),
        pytest.param([entry(-4.0, "late")] * 2, (0.0, -4.0), id="typed points win over the kind's"),
        pytest.param(
            [entry(1.0, "late"), entry(0, "late")], (1.0, 0.0), id="an addition is no miss"
        ),
        pytest.param([entry(0, "help")] * 5, (3.0, 3.0, 3.0, 1.0, 0.0), id="the cap of all: 10"),
        pytest.param([entry(-2.0, "gone")], (-2.0,), id="a kind that nobody described"),
        pytest.param([entry(-15.0), entry(-15.0)], (-15.0, -5.0), id="deductions stop at 20"),
    ],
)
def test_what_counts_of_entries(entries: list[PointRow], counts: tuple[float, ...]) -> None:
    assert counted(entries, KINDS) == counts


def test_a_persons_month_is_counted_alone() -> None:
    entries = [entry(0, "late"), entry(0, "late", "OPS2"), entry(0, "late", month="2026-09")]
    assert month_points([*entries, entry(0, "late")], (LATE,), "OPS1", "2026-10") == (0.0, -2.0)


def test_kinds_are_read_and_signed() -> None:
    """An unpublished change of a kind moves no score."""
    columns = ("kind", "each", "free", "cap")
    typed: tuple[CellValue, ...] = ("late", -2.0, 1.0, 5.0)
    cells = {c: Cell(v, "J5") for c, v in zip(columns, typed, strict=True)}
    table = Table("tblPointKind", "Points", columns, (Row(5, cells, {}),))
    found = read_book({"tblPointKind": table}, lambda _, word: word, CATALOG.names())
    assert found.point_kinds == (LATE,)
    signed = contract_from(contract_of(book(point_kinds=(LATE,)), CATALOG).text)
    version = Version(1, date(2026, 1, 1), date(2026, 1, 1), signed)
    live = book(point_kinds=(PointKind("late", -9.0, 0, None),), people=PEOPLE)
    assert in_force(live, CATALOG, (version,), OCT).book.point_kinds == (LATE,)


def test_points_of_a_kind_reach_the_total() -> None:
    points = (entry(0, "late"), entry(0, "late"))
    one = card(actuals(run("DE", 1_000, 100)), book(points=points, point_kinds=(LATE,)))
    assert (one.points, one.total) == ((0.0, -2.0), 98.0)


def test_a_typed_score_is_marked_as_such() -> None:
    """Of 60 and 40 points the manual item weighs 40: that part of the card was typed."""
    weights = (weight("net_sales", 60), weight("acos", 40, method="manual"))
    one = card(actuals(run("DE", 1_000, 100)), book(weights=weights)).cards[0]
    assert [item.actual.state.value for item in one.items] == ["complete", "manual"]
    assert one.total.manual_share == 40.0
    whole = Scoring(book(weights=weights), actuals(run("DE", 1_000, 100))).people(OCT)
    assert [p.code for p in mostly_typed(whole) if p.place.text == "OPS1"] == ["much_by_hand"]


def test_a_card_of_measured_data_alone_is_no_matter() -> None:
    cards = Scoring(book(), actuals(run("DE", 1_000, 100))).people(OCT)
    assert not list(mostly_typed(cards))


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 10, 31), "open"),
        (date(2026, 11, 2), "open"),
        (date(2026, 11, 3), "provisional"),
        (date(2026, 11, 9), "provisional"),
        (date(2026, 11, 10), "final"),
    ],
)
def test_a_month_is_provisional_from_the_3rd_and_final_from_the_10th(
    today: date, state: str
) -> None:
    settings = Settings("2026-10", "", pilot=False)
    assert closing_state(period("2026-10"), settings, today) == state
    assert month_state(period("2026-10"), settings, today) == state


def test_a_pilot_stays_a_pilot() -> None:
    assert month_state(OCT, Settings("2026-10", ""), date(2027, 1, 1)) == "pilot"
