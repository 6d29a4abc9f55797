"""A partner's slice: nothing of anybody else in any part of the file; what is typed is kept."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kpi.errors import KpiError
from kpi.model import Language, Window
from kpi.scoring import Grade
from kpi.tables import ErrorValue, Table
from sheet_templates import words
from sheet_templates.build import build
from sheet_templates.places import PARTNER_PLACES
from sheet_templates.scoring import grade_lines
from sheet_templates.start import BookStart, StartRow
from sync_service.compute import Computed
from sync_service.house import House
from sync_service.partner_answers import came_back
from sync_service.refresh import look, refresh
from sync_service.sandbox.books import book_start
from sync_service.sharing import share
from sync_service.slices import sliced
from sync_service.told import ToldError
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import NA, Office
from tests.road_support import Few, fill, house_at, order_of

LONG, SHORT = (Window(date(2026, 8, day), date(2026, 10, 23)) for day in (10, 20))
OUTSIDE = ("OPS5", "HEAD", "HY-SHP-US", "SHP-", "Operations 5")
MINE = "OPS6"


@dataclass(frozen=True, slots=True)
class Opened:
    """A data folder with two shops and its manager's book."""

    house: House
    book: Path
    root: Path

    def share(self, out: str = "slice.xlsx", language: Language | None = None) -> Path:
        path = self.root / out
        share(self.house, order_of(self.house, self.book, "never"), MINE, path, language)
        return path


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    root = tmp_path_factory.mktemp("world")
    with house_at(root / "data") as house:
        fill(house, Few().shops, LONG)
        yield Opened(house, manager(root, house_start()), root)


def house_start() -> BookStart:
    """The company, with a rule that every shop breaks each day, and one for the whole region."""
    start = book_start(Few(), "HY", "en")
    same: StartRow = {
        "on": "yes",
        "metric": "net_sales",
        "window": "day",
        "operator": ">",
        "value": 1.0,
        "periods": 1.0,
        "level": "warn",
    }
    rules: list[StartRow] = [
        {**same, "rule": "R98 all", "scope": "*"},
        {**same, "rule": "R99 US", "scope": "US"},
    ]
    return replace(start, rules=[*start.rules, *rules])


def manager(root: Path, start: BookStart, name: str = "manager.xlsx") -> Path:
    return build(root / name, "manager", "en", start)


def other_outside(start: BookStart) -> BookStart:
    """The same company with everything changed that is not OPS6's."""

    def changed(row: Mapping[str, Any]) -> Mapping[str, Any]:
        if row["scope"] in ("HY-SHP-US", "US"):
            return {**row, "m10": 77_777.0, "year_total": 88_888.0}
        return row

    return replace(
        start,
        people=[{**p, "name": "Nobody"} if p["person"] != MINE else p for p in start.people],
        targets=[changed(row) for row in start.targets],
        tasks=[{**t, "what": "Other work"} if t["owner"] != MINE else t for t in start.tasks],
        inputs=[row for row in start.inputs if row["shop"] != "HY-SHP-US"],
    )


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_a_slice_of_two_worlds_that_differ_only_outside_is_the_same_to_the_byte(
    opened: Opened, tmp_path: Path
) -> None:
    mine = opened.share("bytes.xlsx")
    inside, outside = Few().shops
    if inside.code != "HY-AMZ-DE":
        inside, outside = outside, inside
    shutil.copytree(opened.root / "data-keys", tmp_path / "data-keys")  # one key signs both
    with house_at(tmp_path / "data") as house:
        fill(house, [outside], SHORT)
        fill(house, [inside], LONG)
        book = manager(tmp_path, other_outside(house_start()))
        theirs = Opened(house, book, tmp_path).share("bytes.xlsx")
    ours, others = parts_of(mine), parts_of(theirs)
    assert [name for name in ours if others.get(name) != ours[name]] == []
    assert mine.read_bytes() == theirs.read_bytes()


def test_no_part_of_the_file_names_anybody_else(opened: Opened) -> None:
    for name, data in parts_of(opened.share()).items():
        text = data.decode("utf-8", "replace")
        found = [word for word in OUTSIDE if word in text]
        assert not found, (name, found)


def test_every_row_is_the_partners_own(opened: Opened) -> None:
    tables = XlsxPort(opened.share()).read().tables
    scored = {MINE, "HY-AMZ-DE"}  # the shop that is wholly the partner's has a card too
    assert {row.value("person") for row in tables["tblScore"].rows} == scored
    assert {row.value("person") for row in tables["tblWeek"].rows} == scored
    assert {row.value("shop") for row in tables["tblShop"].rows} == {"HY-AMZ-DE"}
    assert {row.value("owner") for row in tables["tblTask"].rows} == {MINE}
    assert {row.value("scope") for row in tables["tblBreach"].rows} == {"HY-AMZ-DE"}
    weights = [row.value("weight") for row in tables["tblContract"].rows]
    assert sum(w for w in weights if isinstance(w, float)) == 100


def test_the_managers_book_has_breaches_that_are_not_the_partners(opened: Opened) -> None:
    done = look(opened.house, order_of(opened.house, opened.book, "never")).done
    assert {"HY-SHP-US", "US"} <= {alarm.scope.scope.code for alarm in done.alarms}


def test_figures_are_those_of_the_managers_book(opened: Opened) -> None:
    done = look(opened.house, order_of(opened.house, opened.book, "never")).done
    card = next(card for card in done.people if card.person.code == MINE)
    shown = {
        row.value("item"): row.value("counted")
        for row in XlsxPort(opened.share()).read().tables["tblScore"].rows
    }
    for one in card.cards:
        for item in one.items:
            value = item.actual.value
            assert shown[item.key] == (ErrorValue("#N/A") if value is None else value)


def cell_of(table: Table, key: str, column: str) -> str:
    row = next(row for row in table.rows if row.value("no") == key)
    return f"{table.sheet}!{row.cells[column].address}"


def type_into(path: Path, **typed: str) -> None:
    """What the partner writes about T-002."""
    table = XlsxPort(path).read().tables["tblTask"]
    cells = [f"{cell_of(table, 'T-002', code)}={text}" for code, text in typed.items()]
    set_in_copy(path, path, [assignment(text) for text in cells], "never")


def evidence(path: Path) -> object:
    rows = XlsxPort(path).read().tables["tblTask"].rows
    return next(row.value("evidence") for row in rows if row.value("no") == "T-002")


def test_a_second_share_keeps_what_the_partner_typed(opened: Opened) -> None:
    out = opened.share("kept.xlsx")
    type_into(out, evidence="receipt.pdf")
    assert evidence(opened.share("kept.xlsx")) == "receipt.pdf"


def test_a_row_that_left_leaves_no_trace_and_the_rest_keeps_what_was_typed(
    opened: Opened,
) -> None:
    out = opened.share("left.xlsx")
    type_into(out, evidence="receipt.pdf")
    start = house_start()
    tasks = [{**t, "owner": "HEAD"} if t["no"] == "T-003" else t for t in start.tasks]
    book = manager(opened.root, replace(start, tasks=tasks), "later.xlsx")
    again = share(opened.house, order_of(opened.house, book, "never"), MINE, out)
    assert again.state == "patched"
    assert evidence(out) == "receipt.pdf"
    assert not [n for n, data in parts_of(out).items() if b"Italian VAT" in data]


def test_another_ladder_makes_the_slice_anew_and_keeps_what_was_typed(opened: Opened) -> None:
    """The slice's grades are looked up in the order of its lines, so no line is ever appended."""
    out = opened.share("ladder.xlsx")
    type_into(out, evidence="receipt.pdf")
    own = grade_lines((Grade("Good", 80.5, 1.1), Grade("Fair", 60.0, 0.9), Grade("Low", None, 0.2)))
    book = manager(opened.root, replace(house_start(), grades=own), "ladders.xlsx")
    states = [
        share(opened.house, order_of(opened.house, book, "never"), MINE, out).state
        for _ in range(2)
    ]
    assert states == ["made anew", "patched"]
    rows = XlsxPort(out).read().tables["tblGrade"].rows
    assert [{code: row.value(code) for code in own[0]} for row in rows] == list(own)
    assert evidence(out) == "receipt.pdf"


def test_what_the_partner_typed_comes_back_to_the_managers_check(opened: Opened) -> None:
    out = opened.share("back.xlsx")
    type_into(out, evidence="photo.jpg")
    tables = XlsxPort(opened.book).read().tables
    found = [
        p
        for p in came_back(opened.house, str(opened.book.resolve()), tables)
        if str(p.place.text).endswith("back.xlsx")
    ]
    assert [p.code for p in found] == ["partner_wrote"]
    assert "photo.jpg" in found[0].what["en"]
    assert found[0].place.table == "tblTask"
    assert re.fullmatch(r"[A-Z]+\d+", str(found[0].place.cell))


def test_a_person_without_a_card_gets_no_slice(opened: Opened) -> None:
    order = order_of(opened.house, opened.book, "never")
    with pytest.raises(KpiError, match="HY-1 has no card"):
        share(opened.house, order, "HY-1", opened.root / "none.xlsx")
    assert not (opened.root / "none.xlsx").exists()


def test_the_managers_own_file_is_never_the_slice(opened: Opened) -> None:
    order = order_of(opened.house, opened.book, "never")
    with pytest.raises(KpiError, match="manager's own"):
        share(opened.house, order, MINE, opened.book)


def test_a_slice_is_never_refreshed_by_itself(opened: Opened) -> None:
    """A refresh would empty the rows of the partner's book: nobody in it has a card of its own."""
    path = opened.share("refused.xlsx")
    before = path.read_bytes()
    order = order_of(opened.house, path, "never")
    for step in (refresh, look):
        with pytest.raises(ToldError, match="partner's, person's") as refused:
            step(opened.house, order)
        assert "share" in refused.value.texts["zh"]
    assert path.read_bytes() == before


def handed_over(opened: Opened, day: date) -> Computed:
    """OPS5 had HY-AMZ-DE before a day of the month."""
    start = house_start()
    lines: list[StartRow] = [
        {
            "shop": "HY-AMZ-DE",
            "person": "OPS5",
            "share": 1.0,
            "start": date(2025, 1, 1),
            "end": date.fromordinal(day.toordinal() - 1),
        }
    ]
    book = manager(opened.root, replace(start, assignments=lines), f"handed-{day}.xlsx")
    return look(opened.house, order_of(opened.house, book, "never")).done


def test_of_a_shop_that_changed_hands_only_the_own_days_are_shown(opened: Opened) -> None:
    """From 12 October the shop is OPS6's: its sales are those of ten days, not of the month."""
    done = handed_over(opened, date(2026, 10, 12))
    mine = sliced(done, MINE, "en")
    shop = next(shop for shop in done.book.shops if shop.code == "HY-AMZ-DE")
    key = (shop.region, shop.code)
    whole, own = done.value("net_sales", key), mine.done.value("net_sales", key)
    person = done.value("net_sales", (shop.region, MINE))
    assert whole is not None
    assert own is not None
    assert person is not None
    assert own.value == person.value
    assert (own.value or 0.0) < (whole.value or 0.0)
    assert mine.entire == frozenset()
    assert not [a for a in mine.done.alarms if a.scope.scope.code == "HY-AMZ-DE"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_libreoffice_scores_the_slice_as_the_service_does(
    opened: Opened, office: Office, language: Language
) -> None:
    path = opened.share(f"office-{language}.xlsx", language)
    done = look(opened.house, order_of(opened.house, opened.book, "never")).done
    card = next(card for card in done.people if card.person.code == MINE)
    sheets = office.calculate(path)
    place = PARTNER_PLACES["tblScore"]
    rows = {r[0]: r for r in sheets[place.sheet.title(language)][place.row + 1 :] if r[0]}
    for one in card.cards:
        for item, share_, points in zip(one.items, one.total.shares, one.total.points, strict=True):
            row = rows[item.key]
            for code, want in (
                ("due", item.due),
                ("attainment", item.attainment),
                ("score", item.score),
                ("share", share_),
                ("points", points),
            ):
                assert row[place.offset(code)] == (NA if want is None else want), (item.key, code)
            status = words.show("status", item.status.value, language)
            assert row[place.offset("status")] == status
