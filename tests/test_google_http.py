"""The bounded client of Google: how often, how long, and what is said when it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sync_service.google.accounts import MAKE_AND_SHARE, keep
from sync_service.google.client import BOOKS, SheetsClient, open_client
from sync_service.google.http import BURST, PATIENCE, PER_MINUTE
from sync_service.house import House, open_house
from sync_service.sandbox.faults import Kind
from sync_service.told import BusyError
from tests.google_calls import (
    BATCH,
    CREATE,
    ENDLESS,
    FILE,
    GET,
    OPERATIONS,
    WRITE,
    WRITTEN,
    Road,
    batch,
    get,
    road,
    started,
    write,
)
from tests.google_house import MANAGER

__all__ = ["road", "started"]

# --- too many calls -------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", [GET, WRITE, BATCH, CREATE])
@pytest.mark.parametrize(
    ("times", "asked", "waited"),
    [
        pytest.param(1, None, 4, id="Google does not say how long"),
        pytest.param(3, None, 12, id="three times"),
        pytest.param(1, 30, 30, id="it says 30 s"),
        pytest.param(2, 60, 120, id="all that patience has"),
    ],
)
def test_a_429_is_waited_for_as_long_as_google_asks(
    road: Road, operation: str, times: int, asked: float | None, waited: float
) -> None:
    road.fault(operation, "429", times=times, retry_after=asked)
    assert OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: times + 1}
    assert sum(road.clock.slept) == pytest.approx(waited)


@pytest.mark.parametrize(
    ("asked", "calls", "waited"),
    [
        pytest.param(None, 31, 120, id="four seconds each"),
        pytest.param(50, 3, 100, id="the third wait would pass 120 s"),
        pytest.param(121, 1, 0, id="longer than patience"),
        pytest.param(99_999, 1, 0, id="more than a day"),
        pytest.param(0, 31, 120, id="no wait at all: four seconds all the same"),
    ],
)
def test_a_429_that_never_ends_ends(
    road: Road, asked: float | None, calls: int, waited: float
) -> None:
    assert PATIENCE.limited == 120
    road.fault(GET, "429", times=ENDLESS, retry_after=asked)
    with pytest.raises(BusyError, match=r"cannot be reached now.*Quota exceeded") as told:
        get(road.client, road.book)
    assert "一分钟后重试" in told.value.texts["zh"]
    assert road.calls() == {GET: calls}
    assert sum(road.clock.slept) == pytest.approx(waited, abs=1.5)


# --- failures and dropped answers -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["500", "503"])
@pytest.mark.parametrize("operation", [GET, WRITE])
def test_what_may_be_done_twice_is_repeated_five_times_at_most(
    road: Road, operation: str, kind: Kind
) -> None:
    road.fault(operation, kind, times=2)
    assert OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 3}
    assert 1.5 <= sum(road.clock.slept) <= 3  # 1 s and 2 s, each less up to a half
    road.fault(operation, kind, times=ENDLESS)
    with pytest.raises(BusyError, match=f"{kind} .*The old values stand"):
        OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 5}
    assert road.cells() == (WRITTEN if operation == WRITE else [])


@pytest.mark.parametrize("kind", ["500", "503"])
@pytest.mark.parametrize("asked", [None, 5])
@pytest.mark.parametrize("operation", [BATCH, CREATE, FILE])
def test_what_may_not_be_done_twice_is_not_repeated(
    road: Road, operation: str, asked: float | None, kind: Kind
) -> None:
    road.fault(operation, kind, retry_after=asked)
    with pytest.raises(BusyError, match=r"did not say whether it was done.*Nothing was repeated"):
        OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 1}
    assert road.clock.slept == []


def test_a_503_with_a_wait_is_waited_for(road: Road) -> None:
    road.fault(WRITE, "503", retry_after=40, times=2)
    write(road.client, road.book)
    assert road.calls() == {WRITE: 3}
    assert sum(road.clock.slept) == pytest.approx(80)


def hang_up() -> None:
    """The server's thread ends: the connection closes without an answer."""
    raise ConnectionAbortedError


DROPPED: list[Kind] = ["reset", "crash_after", "crash"]


@pytest.mark.parametrize("kind", DROPPED)
def test_a_structural_batch_without_an_answer_is_done_once_at_most(road: Road, kind: Kind) -> None:
    road.fault(BATCH, kind, on_reach=hang_up)
    with pytest.raises(BusyError, match="Nothing was repeated"):
        batch(road.client, road.book)
    assert road.calls() == {BATCH: 1}
    found = road.client.get(road.book, "sheets(properties(title))")["sheets"]
    titles = ["Sheet1"] if kind == "crash" else ["Sheet1", "More"]
    assert [one["properties"]["title"] for one in found] == titles


@pytest.mark.parametrize("kind", DROPPED)
def test_a_value_write_without_an_answer_is_repeated_with_the_same_cells(
    road: Road, kind: Kind
) -> None:
    road.fault(WRITE, kind, on_reach=hang_up)
    answer = write(road.client, road.book)
    assert road.calls() == {WRITE: 2}
    assert answer["totalUpdatedCells"] == 4
    assert road.cells() == WRITTEN


@pytest.mark.parametrize("kind", ["html", "malformed_json"])
@pytest.mark.parametrize("operation", [GET, BATCH])
def test_an_answer_that_is_no_json_is_told(road: Road, operation: str, kind: Kind) -> None:
    road.fault(operation, kind)
    with pytest.raises(BusyError, match="did not say whether it was done"):
        OPERATIONS[operation](road.client, road.book)
    assert road.calls() == {operation: 1}


# --- budgets --------------------------------------------------------------------------------------


@contextmanager
def second(road: Road) -> Iterator[House]:
    """Another process of the same installation: its own connections to the control database."""
    with open_house(road.google.house.settings, road.clock) as house:
        yield house


def test_reads_of_all_processes_share_one_budget_and_writes_have_their_own(road: Road) -> None:
    one = road.client
    with second(road) as house:
        other = open_client(house)
        for _ in range(BURST // 2):
            get(one, road.book)
            get(other, road.book)
        assert road.clock.slept == []
        get(other, road.book)
        assert road.clock.slept == [pytest.approx(2.0)]  # the 31st; 60 in any minute
        for client in (one, other):
            write(client, road.book)
            batch_of_nothing(client, road.book)
        assert len(road.clock.slept) == 1
        for _ in range(BURST - 4):
            write(one, road.book)
        assert len(road.clock.slept) == 1
        write(other, road.book)
        assert len(road.clock.slept) >= 2


def batch_of_nothing(client: SheetsClient, book: str) -> None:
    """A structural batch, which Google counts as a write too."""
    same = {"properties": {"sheetId": 0, "title": "Sheet1"}, "fields": "title"}
    client.batch_update(book, [{"updateSheetProperties": same}])


def test_what_google_refused_to_one_process_holds_back_the_other(road: Road) -> None:
    road.fault(GET, "429", retry_after=20)
    get(road.client, road.book)
    with second(road) as house:
        get(open_client(house), road.book)
    assert road.clock.slept == [pytest.approx(20), pytest.approx(2)]


def test_accounts_do_not_share_a_budget(road: Road) -> None:
    client = road.client
    for _ in range(BURST):
        client.http.budget.take(writes=False)
    keep(road.google.house.secrets, road.google.handle.consent(MANAGER, *MAKE_AND_SHARE), MANAGER)
    get(road.opened(), road.book)
    assert road.clock.slept == []


def test_the_quota_of_google_itself_is_kept_within_patience(road: Road) -> None:
    quotas = road.google.handle.google.quotas
    client = road.client
    quotas.per_user = PER_MINUTE
    try:
        for _ in range(PER_MINUTE + 5):
            assert client.call("get", f"{BOOKS}/{road.book}", {"fields": "spreadsheetId"})
    finally:
        quotas.per_user = ENDLESS
    assert 60 <= sum(road.clock.slept) <= 120
