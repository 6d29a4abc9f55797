"""Workbooks of others: public files never stop an import, and each feature travels or is told."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formatting.rule import IconSetRule

from kpi.errors import KpiError
from sync_service.google.transfer.common import common
from sync_service.google.transfer.google_writing import ground_of
from sync_service.google.transfer.losses import TEXTS, differences
from sync_service.google.transfer.making import Order, everything
from sync_service.google.transfer.model import Cell, Loss, Sheet, Table, Workbook
from sync_service.google.transfer.xlsx_reading import read_xlsx
from sync_service.google.transfer.xlsx_writing import write_xlsx
from sync_service.sandbox.google import discovery
from sync_service.told import ToldError
from sync_service.workbooks.areas import Area
from tests.google_house import Google, google
from tests.google_support import DOCUMENTS, needs_documents
from tests.google_transfer_support import apart, sent, written
from tests.paths import NO_SHARED, SHARED

__all__ = ["google"]

EACH = 5  # files of a feature
REFUSED = {"calamine-empty_s_attribute.xlsx": "cannot be read whole"}  # what its sentence says

Json = dict[str, Any]


def sample() -> list[Path]:
    """A few public files of each feature, small ones."""
    if SHARED is None:
        return []
    folder = SHARED / "corpus"
    lines = (folder / "index.tsv").read_text(encoding="utf-8").splitlines()
    by_feature: dict[str, list[Path]] = {}
    for line in lines[1:]:
        name, _, _, features = (*line.split("\t"), "", "", "")[:4]
        path = folder / name
        if path.exists() and path.stat().st_size < 40_000:
            for feature in features.split(",") or [""]:
                by_feature.setdefault(feature, []).append(path)
    picked = (files[:: max(1, len(files) // EACH)][:EACH] for files in by_feature.values())
    return sorted(set(itertools.chain.from_iterable(picked)))


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
@pytest.mark.parametrize("path", sample(), ids=lambda path: path.name)
def test_a_public_file_never_stops_an_import(path: Path) -> None:
    """It becomes requests and a file again, or one sentence says why it cannot."""
    if path.name in REFUSED:
        with pytest.raises(KpiError, match=REFUSED[path.name]):
            common(read_xlsx(path.read_bytes(), path.name))
        return
    book, losses = common(read_xlsx(path.read_bytes(), path.name))
    assert all(one.kind in TEXTS for one in losses)
    assert list(everything(ground_of(book), Order("x")))
    data, _ = write_xlsx(book)
    again, _ = common(read_xlsx(data, "again.xlsx"))
    assert [one.title for one in again.sheets] == [one.title for one in book.sheets]


@pytest.mark.skipif(SHARED is None, reason=NO_SHARED)
@pytest.mark.parametrize("path", sample()[::6], ids=lambda path: path.name)
def test_a_public_file_is_taken_by_google(path: Path, google: Google) -> None:
    """Every body is checked against Google's own description, and comes back the same."""
    book, _ = common(read_xlsx(path.read_bytes(), path.name))
    _, read = sent(google, book)
    assert apart(book, common(read)[0]) == []


def _all_kinds(book: Any) -> None:
    tab = book.add_worksheet("Kinds")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    tab.write_row(0, 0, ["Name", "Amount", "When", "On"])
    tab.write_datetime(1, 2, datetime(2026, 10, 21, 12), day)  # noqa: DTZ001 - cells know no zone
    tab.write_number(2, 2, 3, day)
    tab.write_boolean(1, 3, True)
    tab.write_string(2, 0, "=SUM(A1)")
    tab.write_comment(1, 1, "a note")
    tab.write_url(3, 0, "https://example.com/x", string="there")
    tab.write_url(4, 0, "internal:'Kinds'!B2", string="here")
    tab.write_array_formula("B6:B6", "{=SUM(B2:B3*2)}", None, 7)
    tab.add_table("A1:D4", {"name": "Things", "columns": [{"header": h} for h in "ABCD"]})
    tab.write_formula("F2", "=SUM(Things[B])", None, 5)
    tab.data_validation("B2:B3", {"validate": "integer", "criteria": ">", "value": 2})
    tab.data_validation("C2", {"validate": "date", "criteria": ">", "value": date(2026, 1, 1)})
    tab.data_validation("D2", {"validate": "list", "source": ["a", "b"], "input_title": "t"})
    tab.data_validation("A2", {"validate": "length", "criteria": "<", "value": 9})
    tab.conditional_format("B2:B9", {"type": "3_color_scale"})
    red = book.add_format({"bg_color": "#FF0000", "bold": True})
    tab.conditional_format("B2:B9", {"type": "cell", "criteria": ">", "value": 1, "format": red})
    tab.conditional_format("B2:B9", {"type": "duplicate", "format": red})
    tab.conditional_format("B2:B9", {"type": "top", "value": 3, "format": red})
    tab.conditional_format("B2:B9", {"type": "data_bar"})
    tab.set_column_pixels(1, 1, 90, None, {"level": 1, "hidden": True})
    tab.set_row(7, 40, None, {"level": 2})
    pie = book.add_chart({"type": "pie"})
    pie.add_series({"categories": "=Kinds!$A$2:$A$4", "values": "=Kinds!$B$2:$B$4"})
    tab.insert_chart("H2", pie)
    tab.protect("secret")
    tab.set_footer("page")
    book.define_name("rate", "=0.19")
    book.define_name("Kinds!own", "=Kinds!$A$1")


def test_every_kind_of_content_comes_back_the_same(google: Google, tmp_path: Path) -> None:
    book, losses = common(written(tmp_path / "kinds.xlsx", _all_kinds))
    assert {one.kind for one in losses} == {"name", "data_bar", "password", "print"}
    sheet = book.sheets[0]
    assert sheet.cells[2, 3].value == 46316.5  # 2026-10-21 12:00
    assert sheet.cells[3, 3].value == 4.0  # 3 January 1900, which Excel counts as 3
    assert sheet.cells[2, 6].formula == "SUM($B$2:$B$4)"
    assert [check.kind for check in sheet.checks] == ["formula", "formula", "date", "words"]
    assert sheet.checks[2].values == ("2026-01-01",)
    assert [rule.formula for rule in sheet.rules] == [
        "",
        "B2>1",
        "COUNTIF($B$2:$B$9,B2)>1",
        "AND(ISNUMBER(B2),B2>=LARGE($B$2:$B$9,3))",
    ]
    _, read = sent(google, book)
    there, _ = common(read)
    assert apart(book, there) == []
    data, refused = write_xlsx(there)
    assert refused == ()
    assert apart(book, common(read_xlsx(data, "x.xlsx"))[0]) == []


def test_a_rule_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A bound of a scale by percent, from another tab: the reader below drops the whole rule."""

    def fill(book: Any) -> None:
        tab = book.add_worksheet("Here")
        tab.write_column("B2", range(8))
        bound = {"min_type": "percent", "min_value": "=Other!$A$1"}
        tab.conditional_format("B2:B9", {"type": "2_color_scale", **bound})
        book.add_worksheet("Other").write("A1", 3)

    book, losses = common(written(tmp_path / "scale.xlsx", fill))
    assert book.sheets[0].rules == ()
    assert [one.kind for one in losses] == ["rule"]
    [told] = differences(losses)
    assert told.count == 1


@needs_documents
def test_google_has_no_data_bars_and_no_icon_sets() -> None:
    """Why both are listed as not carried over: a rule there is a condition or a gradient."""
    assert DOCUMENTS is not None
    known = discovery.load(DOCUMENTS, "sheets.v4").document["schemas"]
    assert set(known["ConditionalFormatRule"]["properties"]) == {
        "ranges",
        "booleanRule",
        "gradientRule",
    }


RED, WHITE, GREEN = "#FF0000", "#FFFFFF", "#00B050"
SCALES = [  # as Excel's dialogue has them, and the points that Google gets
    pytest.param(
        {"type": "2_color_scale", "min_color": RED, "max_color": GREEN},
        {"minpoint": ("MIN", None), "maxpoint": ("MAX", None)},
        id="two colours",
    ),
    pytest.param(
        {"type": "3_color_scale", "min_color": RED, "mid_color": WHITE, "max_color": GREEN},
        {"minpoint": ("MIN", None), "midpoint": ("PERCENTILE", "50"), "maxpoint": ("MAX", None)},
        id="three colours",
    ),
    pytest.param(
        {
            "type": "3_color_scale",
            "min_color": RED,
            "mid_color": WHITE,
            "max_color": GREEN,
            "min_type": "num",
            "min_value": -0.5,
            "mid_type": "percent",
            "mid_value": 40,
            "max_type": "percentile",
            "max_value": 90,
        },
        {
            "minpoint": ("NUMBER", "-0.5"),
            "midpoint": ("PERCENT", "40"),
            "maxpoint": ("PERCENTILE", "90"),
        },
        id="by number, percent and percentile",
    ),
    pytest.param(
        {
            "type": "2_color_scale",
            "min_color": RED,
            "max_color": GREEN,
            "min_type": "num",
            "min_value": "=$D$1",
            "max_type": "formula",
            "max_value": "=Other!$A$1*2",
        },
        {"minpoint": ("NUMBER", "=$D$1"), "maxpoint": ("NUMBER", "=INDIRECT(\"'Other'!$A$1\")*2")},
        id="by the value of a cell",
    ),
]


@pytest.mark.parametrize(("asked", "points"), SCALES)
def test_a_colour_scale_is_a_gradient_at_google_and_comes_back(
    google: Google, tmp_path: Path, asked: Json, points: Mapping[str, tuple[str, str | None]]
) -> None:
    def fill(book: Any) -> None:
        tab = book.add_worksheet("Here")
        tab.write_column("B2", range(8))
        tab.conditional_format("B2:B9", asked)
        book.add_worksheet("Other").write("A1", 3)

    book, losses = common(written(tmp_path / "scale.xlsx", fill))
    assert losses == ()
    done, read = sent(google, book)
    stored = google.handle.store.files[done.id].book
    assert stored is not None
    [rule] = stored.sheets[0].lists["conditionalFormats"]
    there = rule["gradientRule"]
    assert {name: (one["type"], one.get("value")) for name, one in there.items()} == points
    assert there["minpoint"]["colorStyle"] == {"rgbColor": {"red": 1.0}}
    back, _ = common(read)
    assert apart(book, back) == []
    data, refused = write_xlsx(back)
    assert refused == ()
    assert apart(book, common(read_xlsx(data, "back.xlsx"))[0]) == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("icons", lambda tab: tab.conditional_formatting.add("A1:A9", _icons())),
        ("formula", lambda tab: tab.__setitem__("A1", '=CUBEVALUE("x")')),
        ("right_to_left", lambda tab: setattr(tab.sheet_view, "rightToLeft", True)),
        ("print", lambda tab: setattr(tab.oddFooter.center, "text", "page")),
    ],
)
def test_what_is_lost_is_told(kind: str, change: Any, tmp_path: Path) -> None:
    path = tmp_path / "one.xlsx"
    made = openpyxl.Workbook()
    tab = made.worksheets[0]
    tab["A2"] = 1
    change(tab)
    made.save(path)
    _, losses = common(read_xlsx(path.read_bytes(), path.name))
    told = {one.kind: one for one in differences(losses)}
    assert kind in told
    assert TEXTS[kind][0] in told[kind].line("zh")
    assert TEXTS[kind][1] in told[kind].line("en")


def _icons() -> Any:
    make: Any = IconSetRule
    return make("3TrafficLights1", "num", [1, 2, 3])


def test_a_count_stands_with_its_first_places() -> None:
    losses = [Loss("formula", "Tab", f"A{n}", "CUBEVALUE()") for n in range(1, 6)]
    [one] = differences([*losses])
    assert one.line("en") == (
        "formulas that the other side has not (values kept) ×5: "
        "Tab!A1 (CUBEVALUE()), Tab!A2 (CUBEVALUE()), Tab!A3 (CUBEVALUE()) …"
    )


def test_a_file_that_is_no_workbook_is_refused() -> None:
    with pytest.raises(KpiError):
        read_xlsx(b"no zip at all", "notes.xlsx")


def test_a_workbook_too_large_for_google_is_refused_with_the_tab() -> None:
    wide = Sheet("Wide", {(1_000_000, 20): Cell(1.0)})
    with pytest.raises(ToldError, match="Wide"):
        common(Workbook((wide,)))


def test_frozen_panes_never_cut_merged_cells() -> None:
    """Google refuses such a border, and one refused request would undo the whole creation."""
    sheet = Sheet("One", {(1, 1): Cell("x")}, frozen=(2, 0), merges=(Area(2, 1, 3, 1),))
    book, losses = common(Workbook((sheet,)))
    assert book.sheets[0].frozen == (1, 0)
    assert [one.kind for one in losses] == ["frozen"]


def test_a_filter_over_merged_cells_is_left_out_and_told() -> None:
    """The same: Google refuses it."""
    table = Table("Things", Area(1, 1, 5, 2), filtered=True)
    cells = {(1, 1): Cell("A"), (1, 2): Cell("B"), (3, 1): Cell("x")}
    sheet = Sheet("One", cells, tables=(table,), merges=(Area(3, 1, 4, 1),))
    book, losses = common(Workbook((sheet,)))
    assert [one.filtered for one in book.sheets[0].tables] == [False]
    assert [(one.kind, one.where) for one in losses] == [("filter", "Things")]


def test_what_only_google_has_is_told_in_the_file() -> None:
    """The value stays where the function is unknown; a range without an end gets Excel's."""
    cells = {
        (1, 1): Cell(7.0, "QUERY(A2:A,1)"),
        (2, 1): Cell(3.0, "SUM(B2:B)"),
        (3, 1): Cell(None, "'A/B'!B1+1"),
        (1, 2): Cell("text"),
    }
    sheet = Sheet("A/B", cells, rows=100, columns=2)
    data, losses = write_xlsx(Workbook((sheet,)))
    assert [(one.kind, one.where or one.why) for one in losses] == [
        ("title", "A_B"),
        ("formula", "A1"),
    ]
    again = read_xlsx(data, "x.xlsx").sheets[0]
    assert again.title == "A_B"
    assert (again.cells[1, 1].value, again.cells[1, 1].formula) == (7.0, None)
    assert again.cells[2, 1].formula == "SUM(B2:B1048576)"
    assert again.cells[3, 1].formula == "'A_B'!B1+1"


def test_an_open_range_of_google_stays_in_the_grid() -> None:
    cells = {(1, 1): Cell(3.0, "SUM(B2:B)")}
    book, losses = common(Workbook((Sheet("One", cells, rows=100, columns=2),)))
    assert book.sheets[0].cells[1, 1].formula == "SUM(B2:B)"
    assert losses == ()
