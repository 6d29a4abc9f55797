"""Ranges that people protect: written where our account may, else named, and nothing half new."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sync_service.google.protections import MOST
from sync_service.told import ToldError, texts_of
from sync_service.workbooks.port import Written
from tests.google_house import ROBOT, Google
from tests.google_small import Gap, small_book
from tests.test_google_writes import NUMBERS, UNKNOWN, google, refreshed, shown, stamp_of

__all__ = ["google"]  # the fixture

OLD: dict[str, Written] = {**NUMBERS}
NEW: dict[str, Written] = {**NUMBERS, "K1": 100.0, "K2": UNKNOWN}
BATCH = "spreadsheets.batchUpdate"


@pytest.fixture
def sheet(google: Google) -> str:
    made = small_book(google)
    refreshed(google.client, made, OLD, "one")
    return made


WRITTEN = [
    pytest.param("tab2!B4:Q9", {"warning_only": True}, id="a warning keeps nobody out"),
    pytest.param("tab2!B4:Q9", {"editors": (ROBOT,)}, id="our account is among the editors"),
    pytest.param("tab2!N1:P40", {}, id="columns of theirs: Action, By, Silence until"),
    pytest.param("tab1!A1:Z40", {}, id="a tab on which nothing changes"),
]


@pytest.mark.parametrize(("area", "how"), WRITTEN)
def test_what_keeps_nobody_out_of_our_cells_is_written(
    google: Google, sheet: str, area: str, how: dict[str, object]
) -> None:
    protect(google, sheet, area, **how)
    refreshed(google.client, sheet, NEW, "two")
    assert (shown(google, sheet), stamp_of(google, sheet)) == (NEW, "two")


def protect(google: Google, sheet: str, area: str, **how: object) -> int:
    editors = how.get("editors", ())
    assert isinstance(editors, tuple)
    hands = google.hands(sheet)
    return hands.protect(area, *editors, warning_only=bool(how.get("warning_only")))


KEPT_OUT = [
    pytest.param("tab2!F4:F4", "tab2!F4", id="one cell that changes"),
    pytest.param("tab2!E2:G30", "tab2!E2:G30", id="a range with it"),
    pytest.param("tab2", "tab2", id="the whole tab"),
    pytest.param("tab2!A1", "tab2!A1", id="the stamp"),
]


@pytest.mark.parametrize(("area", "place"), KEPT_OUT)
def test_a_protection_over_cells_that_change_is_named_and_nothing_is_written(
    google: Google, sheet: str, area: str, place: str
) -> None:
    number = protect(google, sheet, area)
    google.calls()
    with pytest.raises(ToldError) as told:
        refreshed(google.client, sheet, NEW, "two")
    assert google.calls() == {"spreadsheets.get": 1}  # it was seen with the one read
    said = texts_of(told.value)
    assert said["en"].startswith(f"{place} is protected, and {ROBOT} may not write there.")
    assert "Nothing was written" in said["en"]
    assert said["zh"].startswith(f"{place} 受保护")
    assert (shown(google, sheet), stamp_of(google, sheet)) == (OLD, "one")
    google.hands(sheet).do({"deleteProtectedRange": {"protectedRangeId": number}})
    refreshed(google.client, sheet, NEW, "two")
    assert (shown(google, sheet), stamp_of(google, sheet)) == (NEW, "two")


def test_what_its_makers_wrote_and_how_many_there_are_is_said(google: Google, sheet: str) -> None:
    for row in range(4, 4 + MOST + 2):
        span = {"sheetId": 2, "startRowIndex": row - 1, "endRowIndex": row}
        span |= {"startColumnIndex": 1, "endColumnIndex": 8}
        given = {"range": span, "description": f"finance {row}", "editors": {"users": []}}
        google.hands(sheet).do({"addProtectedRange": {"protectedRange": given}})
    with pytest.raises(ToldError, match=r"tab2!B4:H4 \(finance 4\), .* and 2 more are protected"):
        refreshed(google.client, sheet, dict.fromkeys(OLD, 7.0), "two")


GAPS: list[object] = [
    pytest.param(0, id="before the formulas"),
    pytest.param(1, id="between formulas and values"),
]


@pytest.mark.parametrize("writes", GAPS)
def test_one_that_is_made_in_the_gap_is_named_and_shows_by_the_old_stamp(
    google: Google, sheet: str, writes: int
) -> None:
    client = Gap(google.client.http, google.client.account)
    acts: list[Callable[[], object]] = [lambda: None] * writes
    client.acts[:] = [*acts, lambda: google.hands(sheet).protect("tab2!F4:F20")]  # type: ignore[list-item]
    with pytest.raises(ToldError, match=r"tab2!F4:F20 is protected.*carries the old time"):
        refreshed(client, sheet, NEW, "two")
    there = shown(google, sheet)
    assert all(there[key] in (OLD[key], NEW[key]) for key in OLD)
    assert stamp_of(google, sheet) == "one"


def test_a_tab_with_an_open_range_is_written_there(google: Google, sheet: str) -> None:
    """The tab is protected but for the service's columns; heads are not, and are not written."""
    span = {"sheetId": 2}
    free = {"sheetId": 2, "startColumnIndex": 0, "endColumnIndex": 13}
    given = {"range": span, "unprotectedRanges": [free], "editors": {"users": []}}
    google.hands(sheet).do({"addProtectedRange": {"protectedRange": given}})
    refreshed(google.client, sheet, NEW, "two")
    assert (shown(google, sheet), stamp_of(google, sheet)) == (NEW, "two")
