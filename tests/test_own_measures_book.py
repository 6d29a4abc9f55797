"""Own measures in a workbook: typed, scored, marked by hand wherever they show, signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from kpi.model import DataState
from kpi.tables import CellValue, ErrorValue
from sheet_templates.build import build
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import show
from sync_service.compute import Computed
from sync_service.explain import explain
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look, refresh
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import order_of
from tests.service_support import Service, service

MEASURES: tuple[StartRow, ...] = (
    {"measure": "live_shows", "name_zh": "直播场次", "name_en": "Live shows", "unit": "count"},
    {"measure": "replies_due", "name_en": "Replies due", "level": "person"},
    {"measure": "replies_ok", "name_en": "Replies in time", "level": "person"},
    {"measure": "bad]code", "name_en": "Bad"},
)
KPIS: tuple[StartRow, ...] = (
    {"on": "yes", "metric": "shows", "name": "Shows", "formula": "live_shows", "unit": "count"},
    {"on": "yes", "metric": "reply_rate", "name": "Reply rate", "unit": "ratio",
     "formula": "replies_ok / replies_due", "own_kind": "process", "own_klass": "quality"},
)  # fmt: skip
ROLES = ("Operations", "Customer service")
# shop or person, day, measure, value
INPUTS = (
    ("DE1", 1, "live_shows", 6.0),
    ("DE1", 9, "Live shows", 3.0),
    ("ANN", 1, "replies_due", 40.0),
    ("ANN", 1, "replies_ok", 30.0),
    ("ANN", 12, "replies_due", 60.0),
    ("ANN", 12, "replies_ok", 51.0),
)


def start() -> BookStart:
    line: StartRow = {
        "region": "EU",
        "on": "yes",
        "weight": 100.0,
        "method": "ratio_up",
        "confirmed": "yes",
    }
    goal: StartRow = {"year": 2026.0, "region": "EU", "owner": "OPS1"}
    return BookStart(
        shops=[
            {"shop": "DE1", "platform": "amazon", "market": "DE", "owner": "OPS1",
             "currency": "EUR", "time_zone": "Europe/Berlin"},
        ],
        people=[
            {"person": "OPS1", "role": "operations", "us_share": 0.0, "scored": "yes"},
            {"person": "ANN", "role": "customer_service", "us_share": 0.0, "scored": "yes"},
        ],
        weights=[
            {**line, "role": "operations", "metric": "shows"},
            {**line, "role": "customer_service", "metric": "reply_rate"},
        ],
        targets=[
            {**goal, "scope": "DE1", "metric": "shows", "m09": 10.0},
            {**goal, "scope": "customer_service", "metric": "reply_rate", "m09": 0.9},
        ],
        decisions=[
            {"no": f"R{n}", "topic": f"exemption {role} EU {check}", "decision": "one item each"}
            for n, (role, check) in enumerate(product(ROLES, ("item", "profit")))
        ],
        measures=MEASURES,
        kpis=KPIS,
        inputs=[
            {"day": date(2026, 9, day), "shop": who, "measure": code, "value": value, "by": "OPS1"}
            for who, day, code, value in INPUTS
        ],
        settings={"month": "2026-09"},
    )  # fmt: skip


Row = dict[str, CellValue | ErrorValue]


@dataclass(slots=True)
class Desk:
    """A house with the workbook, refreshed once and recalculated by LibreOffice."""

    one: Service
    path: Path

    def rows(self, table: str) -> list[Row]:
        found = XlsxPort(self.path).read().tables[table]
        rows = ({code: row.value(code) for code in found.columns} for row in found.rows)
        return [row for row in rows if any(value is not None for value in row.values())]

    def done(self) -> Computed:
        return look(self.one.house, order_of(self.one.house, self.path)).done


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("measures")
    with service(root) as one:
        path = build(root / "team.xlsx", "manager", "en", start())
        refresh(one.house, order_of(one.house, path))
        yield Desk(one, path)


def test_typed_figures_score_in_the_sheet_as_in_python(desk: Desk) -> None:
    """Nine shows of ten: 90. 81 of 100 replies in time, of a target of 0.9: 90."""
    rows = {row["metric"]: row for row in desk.rows("tblScore")}
    assert {name: (row["actual"], row["score"]) for name, row in rows.items()} == {
        "Shows": (9.0, 90.0),
        "Reply rate": (0.81, 90.0),
    }
    for card in desk.done().people:
        [item] = card.cards[0].items
        assert (item.score, item.actual.state) == (90.0, DataState.MANUAL)


def test_they_are_marked_in_the_cell_in_the_report_and_in_the_total(desk: Desk) -> None:
    by_hand = show("data_state", "manual", "en")
    assert {row["data_state"] for row in desk.rows("tblScore")} == {by_hand}
    shown = [row for row in desk.rows("tblActual") if row["metric"] in ("Shows", "Reply rate")]
    known = [row["state"] for row in shown if isinstance(row["value"], float)]
    assert set(known) == {by_hand}
    assert {row["manual_share"] for row in desk.rows("tblTeam")} == {1.0}


def test_inputs_say_that_they_are_used(desk: Desk) -> None:
    assert [str(row["used"])[:1] for row in desk.rows("tblInput")] == [*"✓✓✎✎✎✎"]


def test_the_table_says_what_is_wrong_with_a_row(desk: Desk) -> None:
    checks = {row["measure"]: str(row["check"]) for row in desk.rows("tblMeasure")}
    assert [checks[code] for code in ("live_shows", "replies_due", "replies_ok")] == ["●"] * 3
    assert checks["bad]code"].startswith("■ The measure's name")


def test_the_kind_that_counts_is_shown(desk: Desk) -> None:
    shown = {row["metric"]: (row["kind"], row["klass"]) for row in desk.rows("tblKpi")}
    assert shown["reply_rate"] == ("Process", "Quality")
    assert shown["shows"] == ("Result", "Other")


def test_an_explanation_names_who_typed_what(desk: Desk) -> None:
    table = XlsxPort(desk.path).read().tables["tblScore"]
    [row] = [row for row in table.rows if row.value("person") == "ANN"]
    sheet, cell = table.place(row, "actual")
    told = explain(desk.one.house, order_of(desk.one.house, desk.path, "never"), f"{sheet}!{cell}")
    typed = [str(line) for line in told.lines if "✎" in str(line)]
    assert sum("replies_ok" in line and "OPS1" in line for line in typed) == 2


def test_a_measure_is_signed_and_a_change_of_it_waits(desk: Desk) -> None:
    port = XlsxPort(desk.path, recalculate="never")
    row = next(r for r in port.read().tables["tblMeasure"].rows if r.value("measure") == "bad]code")
    sheet, cell = port.read().tables["tblMeasure"].place(row, "measure")
    port.set([assignment(f"{sheet}!{cell}=fine")], port.fingerprint())
    order = order_of(desk.one.house, desk.path, "never")
    assert publish(desk.one.house, order, Wanted("head", accept_gaps=True)).new
    signed = {row["measure"]: row["version"] for row in desk.rows("tblMeasure")}
    assert signed == {
        **dict.fromkeys(("live_shows", "replies_due", "replies_ok"), "v1"),
        "fine": None,
    }
    port = XlsxPort(desk.path, recalculate="never")
    table = port.read().tables["tblMeasure"]
    sheet, cell = table.place(table.rows[0], "roll_up")
    port.set([assignment(f"{sheet}!{cell}=Last")], port.fingerprint())
    refresh(desk.one.house, order_of(desk.one.house, desk.path, "never"))
    [first, *_] = desk.rows("tblMeasure")
    assert (first["roll_up"], first["version"]) == ("Last", "…")
    [item] = desk.done().people[0].cards[0].items
    assert item.score == 90.0  # the signed sum, and not the last three shows
