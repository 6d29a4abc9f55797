"""Own step tables on the whole road: typed, signed, scored, recalculated, shared and frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kpi.calendar import period
from kpi.scorecards import Item
from kpi.scoring import item_score
from kpi.step_table import STEP_NAMES, table_of
from kpi.tables import CellValue, ErrorValue, Row, Table
from sync_service.freezing import freeze
from sync_service.house import House
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look
from sync_service.rescoring import rescored
from sync_service.sharing import holds_steps, share
from sync_service.slices import sliced
from sync_service.verifying import verify
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import CellResult, Office
from tests.road_support import Folder, copied, house_at, order_of, refresh_book

OWN = {  # KPI of the European card -> method and table
    "Net sales": ("Tiers", "actual ..100000: 0; 100000..300000: 60; 300000..: 110"),
    "ACoS": ("Goal matrix", "linear extend 35%: 40; 28%: 90; 20%: 115"),
    "TACoS": ("Tiers", "<60: 0; 60..95: 55.5; 95..105: 90; >=105: 111"),
}
MET = ("net_sales", "acos", "tacos")
PENDING = "actual ..100000: 0; 100000..300000: 65; 300000..: 110"
CARD = "2026-10｜OPS6｜EU｜"


@dataclass(frozen=True, slots=True)
class Desk:
    """A published book whose European cards score by own tables."""

    house: House
    path: Path
    root: Path

    def items(self) -> dict[str, Item]:
        done = look(self.house, order_of(self.house, self.path, "never")).done
        cards = [one for card in done.people for one in card.cards]
        return {item.key: item for one in cards for item in one.items}

    def type(self, metric: str, column: str, value: str) -> None:
        port = XlsxPort(self.path, recalculate="never")
        table = port.read().tables["tblWeight"]
        key = {"role": "Operations", "region": "EU", "metric": metric}
        [row] = [r for r in table.rows if all(r.value(c) == v for c, v in key.items())]
        sheet, cell = table.place(row, column)
        port.set([assignment(f"{sheet}!{cell}='{value}")], port.fingerprint())


@pytest.fixture(scope="module")
def desk(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    mine = copied(road, tmp_path_factory.mktemp("steps") / "road", "FEW")
    with house_at(mine.home) as house:
        desk = Desk(house, mine.book("FEW"), mine.root)
        for metric, (method, steps) in OWN.items():
            desk.type(metric, "method", method)
            desk.type(metric, "steps", steps)
        publish(house, order_of(house, desk.path, "never"), Wanted("head"))
        desk.type("Net sales", "steps", PENDING)
        refresh_book(house, desk.path, "never")
        yield desk


def rows(path: Path) -> dict[str, Row]:
    table = XlsxPort(path).read().tables["tblScore"]
    return {str(row.value("item")): row for row in table.rows}


def recalculated(office: Office, path: Path) -> dict[str, dict[str, CellResult]]:
    """The lines of Items by LibreOffice, alone with the file."""
    sheet = office.calculate(path)["Items"]
    head = [str(cell) for cell in sheet[3]]
    lines = [dict(zip(head, line, strict=True)) for line in sheet[4:] if line[0] != ""]
    return {str(line["Item"]): line for line in lines}


def known(value: CellValue | ErrorValue) -> float:
    assert isinstance(value, float)
    return value


def test_the_signed_table_scores_by_hand(desk: Desk) -> None:
    """ACoS on the line from 35 % at 40 points to 28 % at 90, carried on from 20 % at 115."""
    acos = desk.items()[CARD + "acos"]
    value = known(acos.counted)
    if value > 0.28:
        points = max(0.0, 40 + (value - 0.35) / (0.28 - 0.35) * 50) if value <= 0.35 else 0.0
    else:
        points = 90 + (value - 0.28) / (0.20 - 0.28) * 25
    assert acos.score == pytest.approx(min(points, acos.rule.cap or 0.0), abs=1e-6)
    tacos = desk.items()[CARD + "tacos"]
    reached = 100 * known(tacos.counted) / known(tacos.due)
    bands = ((105, 111.0), (95, 90.0), (60, 55.5), (-1, 0.0))
    assert tacos.score == next(points for start, points in bands if reached >= start)


def test_limits_of_the_month_are_due_as_far_as_the_target_is(desk: Desk) -> None:
    sales = desk.items()[CARD + "net_sales"]
    found = table_of(sales.params)
    assert found is not None
    assert sales.goal is not None
    assert sales.goal.share is not None
    assert found.limits == pytest.approx(
        [100_000 * sales.goal.part * sales.goal.share, 300_000 * sales.goal.part * sales.goal.share]
    )


def test_what_is_not_published_waits_and_is_shown(desk: Desk) -> None:
    """60 points of the middle band are signed; the 65 that are typed move nothing."""
    found = table_of(desk.items()[CARD + "net_sales"].params)
    assert found is not None
    assert found.points == (0.0, 60.0, 110.0)
    table = XlsxPort(desk.path).read().tables["tblWeight"]
    [row] = [
        r for r in table.rows if r.value("metric") == "Net sales" and r.value("region") == "EU"
        and r.value("role") == "Operations"
    ]  # fmt: skip
    assert row.value("pending") == (
        "Step table actual step; <100000: 0; 100000..300000: 60; >=300000: 110 → "
        "actual step; <100000: 0; 100000..300000: 65; >=300000: 110"
    )


def test_the_row_carries_its_table_and_says_it(desk: Desk) -> None:
    row = rows(desk.path)[CARD + "acos"]
    assert [row.value(code) for code in STEP_NAMES[:8]] == [
        0.0, 0.35, 40.0, 0.28, 90.0, 0.2, 115.0, None
    ]  # fmt: skip
    assert [row.value(code) for code in ("p1", "p2", "p3", "p4")] == [1.0, 1.0, 1.0, -1.0]
    assert str(row.value("meaning")).startswith(
        "Step table (actual linear extend; >35%: 0; 35%: 40; 28%: 90; 20%: 115); "
    )
    plain = rows(desk.path)["2026-10｜OPS5｜US｜acos"]
    assert [plain.value(code) for code in STEP_NAMES] == [None] * len(STEP_NAMES)


def test_libreoffice_and_the_row_alone_come_to_the_same_scores(desk: Desk, office: Office) -> None:
    items, lines = desk.items(), recalculated(office, desk.path)
    anew = {one.key: one for card in rescored(score_table(desk.path), 0.7) for one in card.items}
    for code in MET:
        key = CARD + code
        assert lines[key]["Score"] == known(items[key].score)
        assert anew[key].values["score"] == items[key].score


def score_table(path: Path) -> Table:
    return XlsxPort(path).read().tables["tblScore"]


def test_what_if_answers_by_the_table(desk: Desk, office: Office, tmp_path: Path) -> None:
    """TACoS against a target of half its value is 200 % of it: the last band."""
    item = desk.items()[CARD + "tacos"]
    half = round(known(item.counted) / 2, 6)
    sheet, cell = score_table(desk.path).place(rows(desk.path)[CARD + "tacos"], "try_target")
    copy = tmp_path / "tried.xlsx"
    set_in_copy(desk.path, copy, [assignment(f"{sheet}!{cell}={half}")], "never")
    line = recalculated(office, copy)[CARD + "tacos"]
    wanted = item_score("tiers", item.counted, half, item.params, item.rule.cap, item.rule.floor)
    assert line["What-if score"] == wanted == 111.0
    assert line["Score"] == item.score


def test_a_partners_book_recomputes_it_alone(desk: Desk, office: Office, tmp_path: Path) -> None:
    out = tmp_path / "slice.xlsx"
    share(desk.house, order_of(desk.house, desk.path, "never"), "OPS6", out, None)
    items, lines = desk.items(), recalculated(office, out)
    for code in MET:
        assert lines[CARD + code]["Score"] == known(items[CARD + code].score)
        assert "Step table" in str(lines[CARD + code]["Meaning"])


def test_a_partners_file_of_before_is_made_anew_where_a_table_scores(
    desk: Desk, tmp_path: Path
) -> None:
    """Its formulas would take the method's own limits for the signed ones."""
    out = tmp_path / "slice.xlsx"
    share(desk.house, order_of(desk.house, desk.path, "never"), "OPS6", out, None)
    there = XlsxPort(out).read()
    done = look(desk.house, order_of(desk.house, desk.path, "never")).done
    old = tuple(c for c in there.tables["tblScore"].columns if c not in STEP_NAMES)
    before = {**there.tables, "tblScore": replace(there.tables["tblScore"], columns=old)}
    said = {
        person: (
            holds_steps(there, sliced(done, person, "en")),
            holds_steps(replace(there, tables=before), sliced(done, person, "en")),
        )
        for person in ("OPS6", "OPS5")
    }
    assert said == {"OPS6": (True, False), "OPS5": (True, True)}


def test_a_frozen_book_recalculates_and_a_typed_limit_is_found(
    desk: Desk, office: Office, tmp_path: Path
) -> None:
    desk.type("Net sales", "steps", OWN["Net sales"][1])  # a change that waits refuses the close
    out = tmp_path / "q3.xlsx"
    freeze(desk.house, order_of(desk.house, desk.path), period("2026-Q3"), out, "head")
    assert verify(out).findings == ()
    key = "2026-09｜OPS6｜EU｜tacos"
    row = rows(out)[key]
    assert recalculated(office, out)[key]["Score"] == known(row.value("score"))
    sheet, cell = score_table(out).place(row, "from1")
    forged = tmp_path / "forged.xlsx"
    set_in_copy(out, forged, [assignment(f"{sheet}!{cell}=1000")], "never")
    found = verify(forged).findings
    assert (found[0].code, found[0].place) == ("cell", f"{sheet}!{cell}")
    assert any(one.code == "score" for one in found)
