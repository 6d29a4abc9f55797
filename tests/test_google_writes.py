"""How many calls a refresh of Google takes, and what its stamps say when people move rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from kpi.tables import ErrorValue
from sheet_templates.layout import TABLES
from sync_service.google.client import SheetsClient
from sync_service.google.looks import Looks
from sync_service.told import BusyError, ToldError
from sync_service.workbooks.areas import letters
from sync_service.workbooks.google import GooglePort
from sync_service.workbooks.port import NamePatch, TablePatch, WriteReport, Written
from tests.google_house import Google, google_at
from tests.google_small import STAMP, Act, Gap, small_book

GET, BATCH = "spreadsheets.get", "spreadsheets.batchUpdate"
WRITE = "spreadsheets.values.batchUpdateByDataFilter"
UNKNOWN = ErrorValue("#N/A")
KEY, ACTUAL = 0, 4  # columns of tblBreach
Json = dict[str, Any]


@pytest.fixture
def google(tmp_path: Path) -> Iterator[Google]:
    with google_at(tmp_path) as one:
        yield one


@pytest.fixture
def sheet(google: Google) -> str:
    return small_book(google)


def breaches(values: Mapping[str, Written]) -> TablePatch:
    lines = [{"no": key, "actual": value, "level": "=1+1"} for key, value in values.items()]
    return TablePatch("tblBreach", ("no",), lines)


def refreshed(
    client: SheetsClient, sheet: str, values: Mapping[str, Written], stamp: str
) -> WriteReport:
    port = GooglePort(client, sheet)
    read = port.read()
    return port.write([breaches(values)], [NamePatch(STAMP, stamp)], read.fingerprint)


def shown(google: Google, sheet: str) -> dict[str, object]:
    """Key of a row -> its actual."""
    table = GooglePort(google.client, sheet).now().tables["tblBreach"]
    return {str(row[KEY]): row[ACTUAL] for row in table.grid.rows if row[KEY]}


def stamp_of(google: Google, sheet: str) -> object:
    return GooglePort(google.client, sheet).now().sent.names[STAMP]


NUMBERS = {f"K{n}": float(n) for n in range(1, 9)}
MANY = {f"K{n}": float(n) for n in range(1, 70)}  # more than the grid has rows
HALF = {key: UNKNOWN if n % 2 else value for n, (key, value) in enumerate(NUMBERS.items())}
MANY_HALF = {key: UNKNOWN if n % 2 else value for n, (key, value) in enumerate(MANY.items())}
CALLS = [
    pytest.param(
        {}, NUMBERS, {GET: 1, WRITE: 2, BATCH: 1}, id="new rows: their look, values, the stamp"
    ),
    pytest.param(NUMBERS, HALF, {GET: 1, WRITE: 2}, id="unknown values: formulas, then the rest"),
    pytest.param({}, HALF, {GET: 1, WRITE: 2, BATCH: 1}, id="new rows and unknown values"),
    pytest.param({}, MANY_HALF, {GET: 1, WRITE: 2, BATCH: 1}, id="and a grid that must grow"),
    pytest.param(HALF, HALF, {GET: 1}, id="nothing new"),
]


@pytest.mark.parametrize(("before", "after", "calls"), CALLS)
def test_a_refresh_is_one_read_and_at_most_two_value_writes(
    google: Google,
    sheet: str,
    before: Mapping[str, Written],
    after: Mapping[str, Written],
    calls: Mapping[str, int],
) -> None:
    if before:
        refreshed(google.client, sheet, before, "one")
    google.calls()
    refreshed(google.client, sheet, after, "one" if before == after else "two")
    assert google.calls() == calls
    assert shown(google, sheet) == after


def bodies(client: SheetsClient, seen: list[Json]) -> Gap:
    """A client that notes what its value writes hold."""

    class Noting(Gap):
        def _write(self, book: str, data: Sequence[Mapping[str, Any]], option: str) -> Json:
            seen.append({"option": option, "data": list(data)})
            return SheetsClient._write(self, book, data, option)

    return Noting(client.http, client.account)


def test_only_formulas_of_ours_are_read_by_google(google: Google, sheet: str) -> None:
    """Whatever comes from data goes RAW, also beside formulas: `=1+1` stays a text."""
    google.hands(sheet).type("tab2!M4", "=1&B4")  # a formula in a person's column
    seen: list[Json] = []
    refreshed(bodies(google.client, seen), sheet, MANY_HALF, "=now()")
    assert [one["option"] for one in seen] == ["USER_ENTERED", "RAW"]
    typed = {v for piece in seen[0]["data"] for line in piece["values"] for v in line}
    assert typed == {None, "=NA()"}
    there = GooglePort(google.client, sheet).now()
    assert {row[1] for row in there.tables["tblBreach"].grid.rows} == {"=1+1"}
    assert there.sent.names[STAMP] == "=now()"


def formats(google: Google, sheet: str, area: str) -> list[list[str]]:
    """Patterns of the number formats of an area."""
    fields = "sheets(data(rowData(values(userEnteredFormat(numberFormat)))))"
    rows = google.client.get(sheet, fields, [area])["sheets"][0]["data"][0].get("rowData", [])
    return [
        [
            cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("pattern", "")
            for cell in row.get("values", [])
        ]
        for row in rows
    ]


def test_new_rows_look_as_the_template_has_them(google: Google, sheet: str) -> None:
    """Actual, Limit, Bound, Since: a day is no bare number, and a column of people's is theirs."""
    refreshed(google.client, sheet, {"K1": 1.0}, "one")
    google.hands(sheet).insert_columns("tab2", 8)  # before Bound
    refreshed(google.client, sheet, {"K1": 1.0, "K2": 2.0, "K3": 3.0}, "two")
    look = ["#,##0.00", "#,##0.00", "", "@", "yyyy-mm-dd"]
    assert formats(google, sheet, "tab2!F5:J6") == [look, look]


def test_a_key_that_comes_back_on_another_row_has_the_format_of_its_unit(
    google: Google, sheet: str
) -> None:
    """K1 is deleted by hand and written below; its unit is the one that was known."""
    store = google.house.store
    units = {"K1": "ratio", "K2": "money", "K3": "money"}
    lines: list[dict[str, Written]] = [
        {"no": key, "actual": 0.5, "unit": unit} for key, unit in units.items()
    ]
    for n in range(2):
        port = GooglePort(google.client, sheet, looks=Looks(store, sheet))
        port.write([TablePatch("tblBreach", ("no",), lines)], [], port.fingerprint())
        if n == 0:
            google.hands(sheet).delete_rows("tab2", 4)
    found = formats(google, sheet, "tab2!F4:F6")
    assert found == [["#,##0"], ["#,##0"], ["0.0%"]]


# --- the stamp ------------------------------------------------------------------------------------


def sorting(google: Google, sheet: str) -> Act:
    """A person turns the rows of the breaches round."""

    def act() -> None:
        google.hands(sheet).sort("tab2!B4:Q11", 2, descending=True)

    return act


MOVED = {**HALF, "K1": 100.0, "K3": 300.0}  # formulas and values


def nothing() -> None:
    """Nobody does anything before a write."""


@pytest.mark.parametrize("writes", [0, 1], ids=["before the formulas", "before the values"])
def test_a_sort_between_the_writes_is_put_right_and_stamped(
    google: Google, sheet: str, writes: int
) -> None:
    refreshed(google.client, sheet, NUMBERS, "one")
    client = Gap(google.client.http, google.client.account)
    client.acts[:] = [nothing] * writes + [sorting(google, sheet)]
    report = refreshed(client, sheet, MOVED, "two")
    assert [problem.code for problem in report.problems] == ["changed_in_between"]
    assert shown(google, sheet) == MOVED
    assert stamp_of(google, sheet) == "two"


def test_a_row_inserted_among_the_new_ones_is_put_right(google: Google, sheet: str) -> None:
    """Their #N/A is there and their key not yet: it slips by a row, to another key."""
    refreshed(google.client, sheet, {"K1": 1.0}, "one")
    client = Gap(google.client.http, google.client.account)
    client.acts[:] = [nothing, lambda: google.hands(sheet).insert_rows("tab2", 6)]
    after: dict[str, Written] = {"K1": 1.0, "K2": UNKNOWN, "K3": UNKNOWN, "K4": None, "K5": 5.0}
    report = refreshed(client, sheet, after, "two")
    assert [problem.code for problem in report.problems] == ["changed_in_between"]
    assert (shown(google, sheet), stamp_of(google, sheet)) == (after, "two")


def test_a_row_that_slides_under_a_new_key_leaves_nothing(google: Google, sheet: str) -> None:
    """K7 takes the row of K8, which an insert moves to where K2 comes: no key tells of it."""
    refreshed(google.client, sheet, {"K3": 1.0, "K8": 9.0}, "one")
    client = Gap(google.client.http, google.client.account)
    client.acts[:] = [lambda: google.hands(sheet).insert_rows("tab2", 5)]
    after: dict[str, Written] = {"K3": 1.0, "K7": 12.0, "K2": None}
    refreshed(client, sheet, after, "two")
    assert shown(google, sheet) == after


def test_a_note_typed_in_the_gap_stays_with_its_key(google: Google, sheet: str) -> None:
    """It was not there when the rows were read; K4 and K8 come to rows that K2 and K5 take."""
    refreshed(google.client, sheet, {"K3": 3.0, "K7": 4.0, "K4": 1.0, "K8": 2.0}, "one")
    hands = google.hands(sheet)
    client = Gap(google.client.http, google.client.account)
    client.acts[:] = [
        lambda: hands.type("tab2!Q6", "mine"),  # on K4
        lambda: hands.sort("tab2!B4:Q7", 6),  # by Actual: K4, K8, K3, K7
    ]
    after: dict[str, Written] = {"K2": UNKNOWN, "K5": 7.0, "K4": 5.0, "K8": 6.0}
    refreshed(client, sheet, after, "two")
    assert shown(google, sheet) == after
    rows = GooglePort(google.client, sheet).now().tables["tblBreach"].grid.rows
    assert [row[KEY] for row in rows if "mine" in row] == ["K4"]


@pytest.mark.parametrize("values", [NUMBERS, HALF], ids=["by itself", "with the values"])
def test_a_stamp_follows_its_cell_when_a_row_is_inserted_above(
    google: Google, sheet: str, values: Mapping[str, Written]
) -> None:
    hands = google.hands(sheet)
    refreshed(google.client, sheet, {"K1": 9.0}, "one")
    client = Gap(google.client.http, google.client.account)

    def insert() -> None:
        hands.insert_rows("tab2", 1)
        hands.type("tab2!A1", "mine")

    client.acts[:] = [nothing, insert]
    refreshed(client, sheet, values, "two")
    assert stamp_of(google, sheet) == "two"
    assert hands.look("tab2!A1:A2") == [["mine"], ["two"]]
    assert shown(google, sheet) == values


def test_a_stamp_whose_row_is_deleted_meanwhile_is_told(google: Google, sheet: str) -> None:
    refreshed(google.client, sheet, {"K1": 9.0}, "one")
    client = Gap(google.client.http, google.client.account)
    client.acts[:] = [nothing, lambda: google.hands(sheet).delete_rows("tab2", 1)]
    with pytest.raises(BusyError, match=f"deleted rows, columns or a name .*{STAMP}"):
        refreshed(client, sheet, NUMBERS, "two")
    assert shown(google, sheet) == NUMBERS
    port = GooglePort(google.client, sheet)
    assert port.write([breaches(NUMBERS)], [], port.read().fingerprint).cells_written == 0


def test_values_that_were_moved_and_not_put_right_carry_the_old_stamp(
    google: Google, sheet: str
) -> None:
    """Formulas go, then a sort, then values with the stamp, and Google is away for the repair."""
    refreshed(google.client, sheet, NUMBERS, "one")
    client = Gap(google.client.http, google.client.account)

    def sort_and_go() -> None:
        sorting(google, sheet)()
        google.handle.faults.add("google", GET, "503", times=50)

    client.acts[:] = [nothing, sort_and_go]
    with pytest.raises(ToldError):
        refreshed(client, sheet, MOVED, "two")
    google.handle.faults.clear()
    assert stamp_of(google, sheet) == "one"


# --- formulas of the rows -------------------------------------------------------------------------


STATUS = [column.code for column in TABLES["tblDaily"].columns].index("status")


@pytest.fixture
def daily(google: Google) -> str:
    """Three lines of Daily, the first with its formula."""
    sheet = small_book(google, "tblDaily")
    days(google.client, sheet, "a", "b", "c")
    google.hands(sheet).type(status_at(4), ["=ROW()+B4"])
    return sheet


def status_at(row: int) -> str:
    return f"tab2!{letters(2 + STATUS)}{row}"


def days(client: SheetsClient, sheet: str, *scopes: str) -> WriteReport:
    port = GooglePort(client, sheet)
    read = port.read()
    lines: list[dict[str, Written]] = [
        {"scope": scope, "metric": "orders", "value": 1.0} for scope in scopes
    ]
    return port.write([TablePatch("tblDaily", ("scope", "metric"), lines)], [], read.fingerprint)


def formulas(google: Google, sheet: str) -> list[object]:
    """What stands in the column Status, formulas as they were typed."""
    table = GooglePort(google.client, sheet).now()
    tab = table.sheet.tabs[2]
    cells = [tab.cell(row, 1 + STATUS) for row in range(3, 9)]
    return [cell.formula or cell.value for cell in cells]


def test_rows_that_lack_their_formula_get_it(google: Google, daily: str) -> None:
    days(google.client, daily, "a", "b", "c", "d")
    every = ["=ROW()+B4", "=ROW()+B5", "=ROW()+B6", "=ROW()+B7", None, None]
    assert formulas(google, daily) == every
    google.hands(daily).type(status_at(5), [""])
    google.hands(daily).type(status_at(6), ["mine"])
    days(google.client, daily, "a", "b", "c", "d")
    assert formulas(google, daily) == [*every[:2], "mine", *every[3:]]


def test_a_row_inserted_among_new_ones_leaves_no_row_without_formula(
    google: Google, daily: str
) -> None:
    """Their formulas are there and their keys not yet: no key tells that they slipped."""
    days(google.client, daily, "a", "b")
    client = Gap(google.client.http, google.client.account)
    client.acts[:] = [nothing, lambda: google.hands(daily).insert_rows("tab2", 6)]
    days(client, daily, "a", "b", "c", "d", "e")
    days(google.client, daily, "a", "b", "c", "d", "e")
    assert [bool(one) for one in formulas(google, daily)[:5]] == [True] * 5
