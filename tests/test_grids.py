"""Tables as grids: rows by key, a person's cells left alone, the same cells as in a closed file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi.tables import ErrorValue, Table
from sheet_templates.layout import TABLES, Owner
from sync_service.refresh import Order, refresh
from sync_service.told import ToldError
from sync_service.workbooks.grids import Grid, GridPlan, missing_columns, plan_grid, table_of
from sync_service.workbooks.port import NamePatch, TablePatch, Written
from sync_service.workbooks.refusals import TableRefusedError
from sync_service.workbooks.sent import Offer, SentBook, SentPort, sent_book, to_json
from tests.road_support import Folder, copied, house_at
from tests.sent_support import body_of
from tests.xlsx_support import Rows, make_book, port

BREACH = TABLES["tblBreach"]
CODES = [column.code for column in BREACH.columns]
HEADERS = (*(column.en for column in BREACH.columns), "Mine")
THREE: Rows = [
    {"no": "B1", "actual": 1.0, "limit": 2.0},
    {"no": "B2", "actual": 2.0, "limit": 2.0, "action": "called the agency"},
    {"no": "B3", "actual": 3.0, "limit": 2.0},
]


def line(row: dict[str, Written] | object, *, wide: int = len(HEADERS)) -> tuple[Written, ...]:
    assert isinstance(row, dict)
    cells: list[Written] = [row.get(code) for code in CODES]
    return (*cells, row.get("Mine"))[:wide]


def breaches(rows: Rows = THREE, **more: object) -> Grid:
    """A table of breaches at A4, with a column of the reader's own at the end."""
    lines = tuple(line(dict(row)) for row in rows)
    return Grid(BREACH, "Breaches", 4, 1, HEADERS, lines, **more)  # type: ignore[arg-type]  # of Grid


def wanted(*rows: dict[str, Written]) -> TablePatch:
    return TablePatch("tblBreach", ("no",), rows)


def cells(made: GridPlan) -> dict[tuple[int, str], Written]:
    return {(row, CODES[column]): value for (row, column), value in made.cells.items()}


def found(made: GridPlan) -> list[tuple[str, str | None]]:
    return [(one.code, one.place.cell) for one in made.problems]


def test_rows_are_patched_by_key_where_they_stand() -> None:
    made = plan_grid(breaches(), wanted({"no": "B3", "actual": 3.5}, {"no": "B1", "actual": 1.0},
                                        {"no": "B2", "actual": 9.0}))  # fmt: skip
    assert cells(made) == {(2, "actual"): 3.5, (1, "actual"): 9.0}
    assert (made.count, made.problems) == (3, [])


def test_a_freed_row_is_used_again_and_what_it_held_alike_is_not_lost() -> None:
    made = plan_grid(breaches(), wanted({"no": "B2"}, {"no": "B3"}, {"no": "B9", "limit": 2.0}))
    assert cells(made) == {(0, "no"): "B9", (0, "actual"): None}  # its limit was 2 before, too
    assert made.count == 3


def test_a_new_key_without_a_freed_row_stands_below() -> None:
    three: list[dict[str, Written]] = [{"no": f"B{n}"} for n in (1, 2, 3)]
    made = plan_grid(breaches(), wanted(*three, {"no": "B4", "actual": 4.0}))
    assert cells(made) == {(3, "no"): "B4", (3, "actual"): 4.0}
    assert made.count == 4


def test_a_row_that_left_keeps_what_a_person_typed_and_says_so() -> None:
    made = plan_grid(breaches(), wanted({"no": "B1"}, {"no": "B3"}, {"no": "B4"}))
    assert cells(made)[1, "no"] is None
    assert (1, "action") not in cells(made)
    assert cells(made)[3, "no"] == "B4"  # not into the row with the note
    assert found(made) == [("note_kept", "A6")]


@pytest.mark.parametrize(
    ("more", "row"),
    [
        pytest.param({"Mine": "x"}, {}, id="a text in a column of one's own"),
        pytest.param({}, {"noted": frozenset({0})}, id="a note on a cell of the row"),
    ],
)
def test_what_else_holds_a_row(more: dict[str, Written], row: dict[str, frozenset[int]]) -> None:
    grid = breaches([{"no": "B1", "actual": 1.0, **more}, {"no": "B2"}], **row)
    made = plan_grid(grid, wanted({"no": "B2"}, {"no": "B5"}))
    assert cells(made)[2, "no"] == "B5"
    assert found(made) == [("note_kept", "A5")]


def test_a_formula_filled_down_in_a_column_of_ones_own_holds_no_row() -> None:
    own = frozenset({(0, len(CODES))})
    grid = breaches([{"no": "B1", "Mine": 7.0}, {"no": "B2"}], formulas=own)
    made = plan_grid(grid, wanted({"no": "B2"}, {"no": "B5"}))
    assert cells(made) == {(0, "no"): "B5"}


def test_rows_at_the_end_that_nobody_uses_are_emptied_and_leave() -> None:
    made = plan_grid(breaches(), wanted({"no": "B1"}, {"no": "B2"}))
    assert made.count == 2
    assert cells(made) == {(2, "no"): None, (2, "actual"): None, (2, "limit"): None}
    assert plan_grid(breaches([{"no": "B1"}]), wanted()).count == 1  # a table keeps a row


def test_a_formula_over_a_service_cell_is_kept_and_told() -> None:
    at = CODES.index("actual")
    made = plan_grid(breaches(formulas=frozenset({(0, at)})), wanted(
        {"no": "B1", "actual": 5.0, "limit": 3.0}, {"no": "B2"}, {"no": "B3"}))  # fmt: skip
    assert cells(made) == {(0, "limit"): 3.0}
    assert found(made) == [("typed_over", "E5")]


def test_a_key_that_stands_twice_is_told_and_only_the_first_is_patched() -> None:
    made = plan_grid(breaches([{"no": "B1"}, {"no": "B1"}]), wanted({"no": "B1", "actual": 1.0}))
    assert cells(made) == {(0, "actual"): 1.0}
    assert found(made) == [("duplicate_key", "A6")]


def test_a_table_whose_rows_are_the_managers_gets_no_row() -> None:
    layout = TABLES["tblShop"]
    headers = tuple(column.zh for column in layout.columns)
    row = tuple("S1" if column.code in layout.key else None for column in layout.columns)
    code = next(c for c in layout.owned_by(Owner.SERVICE) if c not in layout.key)
    lines = [{**dict.fromkeys(layout.key, shop), code: 1.0} for shop in ("S1", "S2")]
    patch = TablePatch("tblShop", layout.key, lines)
    made = plan_grid(Grid(layout, "店铺", 4, 1, headers, (row,)), patch)
    assert list(made.cells.values()) == [1.0]
    assert made.count == 1
    assert [one.code for one in made.problems] == ["key_not_found"]


def test_a_patch_of_a_managers_column_or_without_the_key_column_is_refused() -> None:
    with pytest.raises(TableRefusedError, match="action"):
        plan_grid(breaches(), wanted({"no": "B1", "action": "mine"}))
    bare = Grid(BREACH, "Breaches", 4, 1, HEADERS[1:], ())
    with pytest.raises(TableRefusedError, match="key column"):
        plan_grid(bare, wanted({"no": "B1"}))
    assert [one.level.value for one in missing_columns(bare)] == ["error"]


KEYS = st.lists(st.sampled_from([f"B{n}" for n in range(8)]), unique=True, max_size=8)
NOTES = st.sets(st.integers(0, 7))


@given(before=KEYS, after=KEYS, notes=NOTES, values=st.lists(st.integers(0, 3), min_size=8))
def test_whatever_is_there_the_wanted_rows_stand_and_persons_cells_stay(
    before: list[str], after: list[str], notes: set[int], values: list[int]
) -> None:
    grid = breaches(
        [
            {"no": key, "actual": float(values[n]), "action": "note" if n in notes else None}
            for n, key in enumerate(before)
        ]
        or [{}]
    )
    lines: list[dict[str, Written]] = [
        {"no": key, "actual": float(n % 3), "limit": None} for n, key in enumerate(after)
    ]
    port = SentPort(SentBook({"tblBreach": grid}, {}, "en"), lambda _: True)
    port.write([wanted(*lines)], [], port.fingerprint())
    assert port.written is not None
    made = port.written.grids["tblBreach"]
    known = {row[0]: row[CODES.index("actual")] for row in made.rows if row[0] is not None}
    assert known == {one["no"]: one["actual"] for one in lines}
    kept = [row[CODES.index("action")] for row in made.rows]
    assert kept.count("note") == len([n for n in notes if n < len(before)])
    again = plan_grid(made, wanted(*lines))
    assert (again.cells, again.count) == ({}, len(made.rows)) or again.count < len(made.rows)


# --- beside the closed file -----------------------------------------------------------------------

CHANGES: list[list[dict[str, Written]]] = [
    [{"no": "B1", "actual": 1.5}, {"no": "B2", "actual": 2.0}, {"no": "B3", "actual": 3.0}],
    [{"no": "B3", "actual": 3.5}, {"no": "B7", "actual": 7.0, "limit": 2.0}],
    [{"no": f"N{n}", "actual": float(n)} for n in range(6)],
    [{"no": "B1", "since": date(2026, 10, 3), "actual": ErrorValue("#N/A")}],
    [],
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_grid_gives_the_same_cells_as_the_closed_file(
    tmp_path: Path, change: list[dict[str, Written]]
) -> None:
    path = make_book(tmp_path / "book.xlsx", {"tblBreach": THREE})
    sent = SentPort(sent_book(body_of(path)), lambda _: True)
    sent.write([wanted(*change)], [], sent.fingerprint())
    assert sent.written is not None
    closed = port(path)
    closed.write([wanted(*change)], [], closed.fingerprint())
    assert plain(sent.written.contents().tables["tblBreach"]) == plain(
        closed.read().tables["tblBreach"]
    )


def plain(table: Table) -> list[tuple[int, dict[str, object]]]:
    """Rows by number, without what formulas give: a file's are computed by another program."""
    known = set(TABLES[table.name].owned_by(Owner.MANAGER, Owner.SERVICE, Owner.PARTNER))
    return [
        (
            row.number,
            {
                code: to_json(cell.value)
                for code, cell in row.cells.items()
                if code in known and not cell.formula and cell.value not in (None, "")
            },
        )
        for row in table.rows
    ]


def test_a_refresh_of_a_sent_book_writes_what_a_refresh_of_the_file_writes(
    road: Folder, tmp_path: Path
) -> None:
    folder = copied(road, tmp_path / "road")
    path = folder.fresh("FEW")
    offers: list[Offer] = []

    def deliver(offer: Offer) -> bool:
        offers.append(offer)
        return True

    with house_at(folder.home) as house:
        sent = SentPort(sent_book(body_of(path)), deliver)
        assert refresh(house, Order("pane:x", sent, "test")).state == "written"
        assert refresh(house, Order("pane:x", sent, "test")).state == "unchanged"
        folder.refresh("FEW", house, mode="never")
    assert sent.written is not None
    ours, file = sent.written.contents(), port(path).read()
    assert ours.tables.keys() == file.tables.keys()
    for name, table in file.tables.items():
        assert plain(ours.tables[name]) == plain(table), name
    assert len(offers) == 1
    assert {n: to_json(v) or None for n, v in offers[0].names.items()} == {
        n: to_json(file.names[n]) for n in offers[0].names
    }


# --- what travels ---------------------------------------------------------------------------------


def body(rows: Sequence[object], **more: object) -> dict[str, object]:
    given = {"sheet": "Breaches", "at": "A5", "headers": list(HEADERS), "rows": rows}
    return {"language": "en", "tables": {"tblBreach": {**given, **more}}}


def test_numbers_days_and_unknown_values_travel() -> None:
    cells: list[object] = [None] * len(HEADERS)
    cells[0], cells[CODES.index("actual")] = "B1", {"error": "#N/A"}
    cells[CODES.index("since")], cells[CODES.index("limit")] = 46296, 12
    row = table_of(sent_book(body([cells])).grids["tblBreach"]).rows[0]
    assert row.value("since") == date(2026, 10, 1)
    assert row.value("limit") == 12.0
    assert row.value("actual") == ErrorValue("#N/A")
    assert row.cells["limit"].address == "F5"
    assert to_json(datetime(2026, 10, 1, 12)) == 46296.5  # noqa: DTZ001 - cells know no zone
    assert to_json(float("nan")) == {"error": "#N/A"}
    assert to_json(True) is True


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"tables": []}, id="tables are a list"),
        pytest.param({"tables": {"tblOther": {}}}, id="none of ours"),
        pytest.param({"tables": {"tblBreach": {"headers": [], "rows": []}}}, id="no address"),
        pytest.param(body([["x"]]), id="a row of another width"),
        pytest.param(body(["x"]), id="a row that is none"),
        pytest.param(body([[None] * len(HEADERS)] * 20_001), id="too many rows"),
        pytest.param(body([["x" * 32_768, *[None] * len(CODES)]]), id="too long a text"),
        pytest.param(body([], formulas="x"), id="formulas are no list"),
        pytest.param({"tables": {}, "names": {str(n): 1 for n in range(501)}}, id="many names"),
    ],
)
def test_what_is_no_workbook_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(ToldError):
        sent_book(given)


def test_the_fingerprint_knows_what_counts_and_nothing_else() -> None:
    def of(cells: dict[str, object], extra: int = 0) -> str:
        rows = [[cells.get(code) for code in [*CODES, "Mine"]]]
        return sent_book(body(rows + [[None] * len(HEADERS)] * extra)).fingerprint

    one = of({"no": "B1", "limit": 1})
    assert one == of({"no": "B1", "limit": 1.0, "action": ""}, extra=3)
    assert one == of({"no": "B1", "limit": 1, "Mine": "a remark"})
    assert one != of({"no": "B1", "limit": 2})
    assert one != of({"no": "B1", "limit": 1, "action": "called"})


def test_a_book_that_was_not_taken_keeps_its_values_and_nothing_is_known_of_it() -> None:
    sent = SentPort(SentBook({"tblBreach": breaches()}, {"nmX": None}, "en"), lambda _: False)
    before = sent.fingerprint()
    with pytest.raises(ToldError, match="old ones"):
        sent.write([wanted({"no": "B2"})], [NamePatch("nmX", 1.0)], before)
    assert sent.fingerprint() == before
