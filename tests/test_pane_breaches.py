"""New breaches of a refresh: what the workbook did not list before, each with the cell it got."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sync_service.pane_breaches import new_breaches
from sync_service.refresh import Order, refresh
from sync_service.told import ToldError
from sync_service.workbooks.areas import address
from sync_service.workbooks.sent import Offer, SentPort, sent_book
from tests.sent_support import Body
from tests.test_sheet_answers import Asking, one

__all__ = ["one"]  # the fixture


def refreshed(one: Asking, body: Body) -> tuple[Offer, list[dict[str, Any]]]:
    """The offer of a refresh of a sent workbook, and its new breaches."""
    found: list[tuple[Offer, list[dict[str, Any]]]] = []
    seen: list[Any] = []

    def take(offer: Offer) -> bool:
        told: Any = new_breaches(offer, seen[0].done)
        found.append((offer, told))
        return False

    port = SentPort(sent_book(body), take)
    with pytest.raises(ToldError, match="did not take"):
        refresh(one.house, Order("pane:test", port, "test"), lambda *_: None, seen.append)
    return found[0]


@pytest.fixture(scope="module")
def first(one: Asking) -> tuple[Offer, list[dict[str, Any]]]:
    return refreshed(one, one.body)


def test_each_new_breach_names_the_cell_where_it_stands(
    first: tuple[Offer, list[dict[str, Any]]], one: Asking
) -> None:
    offer, told = first
    live = {alarm.number: alarm for alarm in one.done.alarms if alarm.open and not alarm.silent}
    assert {line["no"] for line in told} == set(live)
    assert told
    grid = offer.after().grids["tblBreach"]
    at, name = grid.codes.index("no"), grid.codes.index("metric")
    places = {
        row[at]: address(grid.top + 1 + n, grid.left + name) for n, row in enumerate(grid.rows)
    }
    for line in told:
        alarm = live[line["no"]]
        assert (line["sheet"], line["cell"]) == (grid.sheet, places[line["no"]])
        assert (line["value"], line["limit"]) == (alarm.last.value, alarm.limit.value)
        assert line["level"] == {"breach": "error"}.get(alarm.level, "warning")
    assert [line["level"] for line in told] == sorted(line["level"] for line in told)


def test_what_was_listed_is_not_new(first: tuple[Offer, list[dict[str, Any]]], one: Asking) -> None:
    offer, told = first
    body = copy.deepcopy(one.body)
    table = body["tables"]["tblBreach"]
    after = offer.after().grids["tblBreach"]
    no = after.codes.index("no")
    row = [None] * len(table["headers"])
    row[no] = told[0]["no"]
    table["rows"] = [row]
    _, again = refreshed(one, body)
    assert {line["no"] for line in again} == {line["no"] for line in told[1:]}
    del body["tables"]["tblBreach"]
    assert refreshed(one, body)[1] == []
