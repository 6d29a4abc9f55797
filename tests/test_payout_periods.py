"""Cards of a quarter and of closed months, worked by hand; closed files are really sealed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kpi.calendar import period
from kpi.model import Region
from kpi.person_cards import PersonCard, RegionCard
from kpi.scoring import CardTotal, grade_of
from kpi.teams import TeamPart
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service import contract_store
from sync_service.house import House
from sync_service.payout_periods import Closed, as_closed, closed_totals, merged, months_of
from sync_service.sealing import sealed
from sync_service.signing import signer
from tests.contract_support import PERSON
from tests.road_support import house_at

Q3 = period("2026-Q3")


def card(month: str, total: float | None, vetoes: int = 0) -> PersonCard:
    region = RegionCard(Region.US, (), CardTotal(total, 1.0, (), (), (), 0.0))
    grade = grade_of(total, vetoes)
    return PersonCard(PERSON, month, (region,), 1.0, (2.0,), total, grade, vetoes)


@pytest.mark.parametrize(
    ("code", "months"),
    [("2026-10", ("2026-10",)), ("2026-Q3", ("2026-07", "2026-08", "2026-09"))],
)
def test_months_of_a_period(code: str, months: tuple[str, ...]) -> None:
    assert months_of(period(code)) == months


def test_a_quarter_is_the_mean_of_its_months() -> None:
    """90, 100 and 113 are 101: an A, though its months are B, A and S."""
    months = [{"CHEN": card(f"2026-0{n}", t)} for n, t in ((7, 90.0), (8, 100.0), (9, 113.0))]
    [found] = merged(Q3, months).values()
    assert (found.month, found.total, found.grade and found.grade.name) == ("2026-Q3", 101.0, "A")


def test_a_month_without_a_total_leaves_the_quarter_without() -> None:
    months = [{"CHEN": card("2026-07", 90.0)}, {"CHEN": card("2026-08", None)}, {}]
    assert merged(Q3, months)["CHEN"].total is None


def test_who_came_in_august_has_the_mean_of_two_months_and_its_vetoes() -> None:
    months = [{}, {"CHEN": card("2026-08", 80.0, vetoes=1)}, {"CHEN": card("2026-09", 90.0)}]
    found = merged(Q3, months)["CHEN"]
    assert (found.total, found.vetoes, found.grade and found.grade.name) == (85.0, 1, "D")


def test_a_month_stays_as_it_is() -> None:
    assert merged(period("2026-09"), [{"CHEN": card("2026-09", 90.0)}])["CHEN"].total == 90.0


def test_a_closed_month_counts_as_it_was_signed_with_the_points() -> None:
    """99 were signed, the late data say 80; two points by hand make 101."""
    found = as_closed(card("2026-09", 80.0), Closed({"2026-09｜CHEN｜US": 99.0}, ()))
    assert (found.total, found.grade and found.grade.name) == (101.0, "A")


def test_the_team_counts_as_it_was_signed_too() -> None:
    """Own 99 + 2 = 101; the team was signed with 91, late data say 70: 101 x 0.75 + 91 x 0.25."""
    live = replace(card("2026-09", 80.0), team=TeamPart("Ops", 0.25, 70.0))
    signed = Closed({"2026-09｜CHEN｜US": 99.0}, (), {"2026-09｜Ops": 91.0})
    found = as_closed(live, signed)
    assert (found.own, found.total) == (101.0, 98.5)
    assert as_closed(live, replace(signed, teams={})).total is None


def test_a_card_that_was_not_signed_stays_live() -> None:
    live = card("2026-09", 80.0)
    assert as_closed(live, Closed({"2026-08｜CHEN｜US": 99.0}, ())) == live
    assert as_closed(replace(live, cards=()), Closed({}, ())) == replace(live, cards=())


# --- the file that closed a month -----------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(tmp_path / "data") as opened:
        yield opened


def closed(house: House, path: Path) -> None:
    """A quarter closed in a sealed workbook."""
    book = build(path.with_name("bare.xlsx"), "payout", "en", BookStart())
    about = {"kind": "freeze", "totals": {"2026-09｜CHEN｜US": 99.0}}
    path.write_bytes(sealed(book.read_bytes(), path.name, about, signer(house.settings)))
    row = {
        "book": "team",
        "period": "2026-Q3",
        "at": datetime(2026, 10, 12, tzinfo=UTC),
        "by": "cli",
        "path": str(path),
        "sha256": "",
    }
    with house.store.begin() as connection:
        contract_store.keep_freeze(connection, row)


def test_the_totals_of_a_closed_month_are_read_from_its_file(house: House, tmp_path: Path) -> None:
    closed(house, tmp_path / "q3.xlsx")
    assert closed_totals(house, "team", "2026-09").totals == {"2026-09｜CHEN｜US": 99.0}
    assert closed_totals(house, "team", "2026-10").totals == {}
    assert closed_totals(house, "other", "2026-09").totals == {}


@pytest.mark.parametrize("damage", [b"gone", b"no workbook at all", None])
def test_a_file_that_is_gone_or_changed_is_a_problem(
    house: House, tmp_path: Path, damage: bytes | None
) -> None:
    path = tmp_path / "q3.xlsx"
    closed(house, path)
    if damage == b"gone":
        path.unlink()
    elif damage is None:
        path.write_bytes(build(tmp_path / "x.xlsx", "payout", "en", BookStart()).read_bytes())
    else:
        path.write_bytes(damage)
    found = closed_totals(house, "team", "2026-09")
    assert (dict(found.totals), [one.code for one in found.problems]) == ({}, ["frozen_unread"])
