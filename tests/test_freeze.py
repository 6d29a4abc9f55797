"""A closed quarter: the sealed copy recalculates alone, and every changed byte of it is found."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kpi.calendar import period
from kpi.tables import Row
from sync_service import cli
from sync_service.cell_texts import EMPTY, first_change
from sync_service.console import Exit
from sync_service.contract_store import frozen
from sync_service.freezing import Frozen, freeze, rates_of
from sync_service.house import House
from sync_service.publishing import Wanted, publish
from sync_service.refresh import look
from sync_service.sealing import PART, NoSealError, is_as_sealed, seal_of, sealed
from sync_service.signing import signer
from sync_service.told import ToldError
from sync_service.verifying import Verified, verify
from sync_service.workbooks.book import open_book
from sync_service.workbooks.package import open_package, rebuilt
from sync_service.workbooks.refusals import RefusedBookError
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import NA, Office
from tests.road_support import Folder, copied, house_at, order_of, settings_of

SHARED = [HealthCheck.function_scoped_fixture]
Said = pytest.CaptureFixture[str]
Q3, SEPTEMBER = period("2026-Q3"), period("2026-09")


@dataclass(frozen=True, slots=True)
class Closed:
    """A published book and its frozen third quarter."""

    house: House
    book: Path
    made: Frozen
    root: Path

    @property
    def path(self) -> Path:
        return self.made.path


@pytest.fixture(scope="module")
def closed(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    mine = copied(road, tmp_path_factory.mktemp("closed") / "road", "FEW")
    with house_at(mine.home) as house:
        book = mine.book("FEW")
        publish(house, order_of(house, book, "never"), Wanted("head"))
        before = book.read_bytes()
        made = freeze(house, order_of(house, book), Q3, mine.root / "q3.xlsx", "head")
        assert book.read_bytes() == before  # the manager's own file is not touched
        yield Closed(house, book, made, mine.root)


def rows(path: Path) -> dict[str, Row]:
    table = XlsxPort(path).read().tables["tblScore"]
    return {str(row.value("item")): row for row in table.rows}


# --- the copy -------------------------------------------------------------------------------------


def test_the_copy_holds_every_month_of_the_quarter_and_says_frozen(closed: Closed) -> None:
    contents = XlsxPort(closed.path).read()
    months = {row.value("month") for row in contents.tables["tblScore"].rows}
    assert months == {"2026-07", "2026-08", "2026-09"}
    assert {row.value("state") for row in contents.tables["tblTeam"].rows} == {"Frozen"}
    assert contents.names["nmMonth"] == "2026-09"
    assert str(contents.names["nmVersion"]).startswith("v1 · ")
    assert closed.made.totals["2026-09｜OPS6｜EU"] is not None


def test_the_seal_carries_contracts_rates_and_scores(closed: Closed) -> None:
    package = open_package(closed.path.read_bytes(), "q3.xlsx")
    about = seal_of(package, "q3.xlsx").about
    signed = json.loads(about["contracts"][0]["text"])
    assert signed["tblSetting"]["fixed_rate"]["value"] == 1.13
    assert len(signed["tblWeight"]) == len(XlsxPort(closed.book).read().tables["tblWeight"].rows)
    assert signed["tblKpi"]["acos"]["denominator"]
    assert about["totals"] == dict(closed.made.totals)
    assert about["rates"] == {}  # every currency of this book has a fixed rate


def test_the_seal_carries_what_commissions_may_pay_on(closed: Closed) -> None:
    amounts = seal_of(open_package(closed.path.read_bytes(), "q3.xlsx"), "q3.xlsx").about["amounts"]
    assert {key.split("｜")[0] for key in amounts} == {"2026-07", "2026-08", "2026-09"}
    sold = [amounts[f"2026-09｜{whose}｜net_sales"] for whose in ("｜US", "｜EU", "｜ALL")]
    assert sold[0] + sold[1] == pytest.approx(sold[2])
    assert amounts["2026-09｜OPS6｜｜net_sales"] == amounts["2026-09｜｜OPS6｜net_sales"] > 0
    assert not [key for key in amounts if key.endswith("｜acos")]  # a ratio is not paid on


def test_a_currency_without_a_fixed_rate_travels_with_its_days(closed: Closed) -> None:
    done = look(closed.house, order_of(closed.house, closed.book)).done
    settings_then = replace(done.book.settings, fixed_rates={"CNY": 0.14})
    free = replace(done, given=replace(done.given, book=replace(done.book, settings=settings_then)))
    found = rates_of(free, Q3)
    assert list(found) == ["EUR"]
    assert len(found["EUR"]) == 92  # July, August and September


def test_libreoffice_recalculates_the_copy_alone_to_the_same_scores(
    closed: Closed, office: Office, tmp_path: Path
) -> None:
    alone = tmp_path / "elsewhere" / "received.xlsx"
    alone.parent.mkdir()
    shutil.copy(closed.path, alone)
    sheet = office.calculate(alone)["Items"]
    head = [str(cell) for cell in sheet[3]]
    lines = [dict(zip(head, line, strict=True)) for line in sheet[4:] if line[0] != ""]
    assert len(lines) == closed.made.items
    stored = rows(closed.path)
    for line in lines:
        row = stored[str(line["Item"])]
        for header, column in (("Score", "score"), ("Share", "share"), ("Points", "points")):
            value = row.value(column)
            assert line[header] == (value if isinstance(value, float) else NA), line["Item"]
    for key, total in closed.made.totals.items():
        if total is not None:
            points = [ln["Points"] for ln in lines if str(ln["Item"]).startswith(f"{key}｜")]
            assert sum(float(str(p)) for p in points) == pytest.approx(total, abs=1e-9)


def test_an_untouched_copy_verifies_without_a_data_folder(
    closed: Closed,
    tmp_path: Path,
    capsys: Said,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copy(closed.path, tmp_path / "received.xlsx")
    monkeypatch.setenv("LINKSTAR_HOME", str(tmp_path / "none"))
    code = cli.main(["verify", str(tmp_path / "received.xlsx"), "--json"])
    said = json.loads(capsys.readouterr().out)
    assert (code, said["same"], said["items"]) == (Exit.OK, True, closed.made.items)
    assert said["key"] == closed.made.key
    assert sorted(one.name for one in tmp_path.iterdir()) == ["received.xlsx"]


# --- what is found --------------------------------------------------------------------------------


def checked(closed: Closed, data: bytes, key: str | None = None) -> Verified:
    path = closed.root / "checked.xlsx"
    path.write_bytes(data)
    return verify(path, key)


MEMBERS = st.integers(0, 10_000)


@settings(max_examples=40, deadline=None, suppress_health_check=SHARED)
@given(member=MEMBERS, at=st.floats(0, 0.999999), bit=st.integers(0, 7))
@example(member=0, at=0.0, bit=0)
@example(member=0, at=0.999999, bit=7)
def test_any_changed_byte_of_any_part_is_named(
    closed: Closed, member: int, at: float, bit: int
) -> None:
    data = bytearray(closed.path.read_bytes())
    package = open_package(bytes(data), "q3.xlsx")
    name = list(package.members)[member % len(package.members)]
    one = package.members[name]
    data[one.data + int(at * one.packed)] ^= 1 << bit
    found = checked(closed, bytes(data)).findings
    places = {finding.place for finding in found}
    assert name in places or "checked.xlsx" in places, name
    if "checked.xlsx" in places:  # bits after the end of the packed stream: the content is the same
        again = open_package(bytes(data), "q3.xlsx")
        assert again.read(name) == package.read(name)


@pytest.mark.prove
@pytest.mark.parametrize("at", [0.0, 0.5], ids=["its first byte", "its middle"])
def test_a_changed_byte_in_each_part_is_found(closed: Closed, at: float) -> None:
    """Every part in turn, none left out by chance."""
    whole = closed.path.read_bytes()
    silent = []
    for name, one in open_package(whole, "q3.xlsx").members.items():
        data = bytearray(whole)
        data[one.data + int(at * one.packed)] ^= 1
        if one.packed and not checked(closed, bytes(data)).findings:
            silent.append(name)
    assert silent == []


@settings(max_examples=30, deadline=None, suppress_health_check=SHARED)
@given(at=st.floats(0, 0.9999999), bit=st.integers(0, 7), tail=st.booleans())
def test_any_changed_byte_of_the_file_is_found(
    closed: Closed, at: float, bit: int, tail: bool
) -> None:
    """Also of the zip around the parts: names, dates, directory."""
    data = bytearray(closed.path.read_bytes())
    window = min(len(data), 8_000) if tail else len(data)
    data[len(data) - window + int(at * window)] ^= 1 << bit
    try:
        found = checked(closed, bytes(data)).findings
    except (RefusedBookError, NoSealError):
        return  # not a workbook any more, or its seal has another name: told as well
    assert found


@pytest.mark.parametrize("tail", [b"\0", b"more"], ids=["a zero byte", "a few bytes"])
def test_bytes_behind_the_file_are_found(closed: Closed, tail: bytes) -> None:
    try:
        found = checked(closed, closed.path.read_bytes() + tail).findings
    except RefusedBookError:
        return
    assert [one.code for one in found] == ["file"]


ITEM = "2026-09｜OPS6｜EU｜acos"


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        pytest.param("weight", "40", id="a weight"),
        pytest.param("counted", "0.01", id="the value that is scored"),
        pytest.param("target", "0.9", id="a target"),
    ],
)
def test_a_cell_typed_over_is_named_with_both_values(
    closed: Closed, column: str, typed: str, tmp_path: Path
) -> None:
    table = XlsxPort(closed.path).read().tables["tblScore"]
    row = rows(closed.path)[ITEM]
    sheet, cell = table.place(row, column)
    copy = tmp_path / "typed.xlsx"
    set_in_copy(closed.path, copy, [assignment(f"{sheet}!{cell}={typed}")], "never")
    first = verify(copy).findings[0]
    was = row.value(column)
    assert isinstance(was, float)
    assert (first.code, first.place, first.was, first.now) == (
        "cell",
        f"{sheet}!{cell}",
        repr(was),
        repr(float(typed)),
    )
    assert str(was) in first.texts["zh"]


def test_a_score_typed_over_its_formula_is_named_with_both(closed: Closed) -> None:
    """The formula of one score becomes the number 119: its cell, what it was, what it is."""
    table = XlsxPort(closed.path).read().tables["tblScore"]
    sheet, cell = table.place(rows(closed.path)[ITEM], "score")
    data = closed.path.read_bytes()
    package = open_package(data, "q3.xlsx")
    part = next(s.part for s in open_book(package, "q3.xlsx").sheets if s.title == sheet)
    old = re.compile(rb'(<c r="%b"[^>]*>)<f>[^<]*</f><v>[^<]*</v>' % cell.encode())
    xml, count = old.subn(rb"\1<v>119</v>", package.read(part))
    assert count == 1
    found = checked(closed, b"".join(rebuilt(package, {part: xml}))).findings
    assert (found[0].code, found[0].place, found[0].now) == ("cell", f"{sheet}!{cell}", "119.0")
    assert found[0].was.startswith("=IF(")
    assert f"{sheet}!{cell}" in {one.place for one in found if one.code == "score"}


def test_a_file_that_somebody_else_signed_anew_has_another_key(
    closed: Closed, tmp_path: Path
) -> None:
    table = XlsxPort(closed.path).read().tables["tblScore"]
    sheet, cell = table.place(rows(closed.path)[ITEM], "weight")
    forged = tmp_path / "forged.xlsx"
    set_in_copy(closed.path, forged, [assignment(f"{sheet}!{cell}=40")], "never")
    about = seal_of(open_package(closed.path.read_bytes(), "x"), "x").about
    other = signer(settings_of(tmp_path / "other" / "data"))
    forged.write_bytes(sealed(forged.read_bytes(), "forged.xlsx", about, other))
    found = verify(forged, closed.made.key)
    assert found.seal is not None
    assert found.seal.key != closed.made.key
    assert found.findings[0].code == "key"
    assert any(one.code == "score" for one in found.findings)  # and its scores do not come out


def test_a_contract_in_the_seal_must_carry_its_own_signature(closed: Closed) -> None:
    about = json.loads(json.dumps(seal_of(open_package(closed.path.read_bytes(), "x"), "x").about))
    about["contracts"][0]["text"] = about["contracts"][0]["text"].replace(
        '"weight":10.0', '"weight":9.0'
    )
    again = sealed(closed.path.read_bytes(), "x", about, signer(closed.house.settings))
    assert "contract" in {one.code for one in checked(closed, again).findings}


def test_parts_that_come_or_go_are_named(closed: Closed) -> None:
    data = closed.path.read_bytes()
    package = open_package(data, "q3.xlsx")
    gone = next(name for name in package.members if "comments" in name)
    without = b"".join(rebuilt(package, {gone: None}))
    assert gone in {one.place for one in checked(closed, without).findings}
    more = io.BytesIO(data)
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("xl/extra.bin", b"x")
    assert "xl/extra.bin" in {one.place for one in checked(closed, more.getvalue()).findings}


def test_a_file_without_a_seal_cannot_be_verified(closed: Closed, capsys: Said) -> None:
    code = cli.main(["verify", str(closed.book), "--json", "--lang", "en"])
    said = json.loads(capsys.readouterr().out)
    assert (code, "holds no seal" in said["error"]) == (Exit.REFUSED, True)


def test_a_file_that_is_no_workbook_cannot_be_verified(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "x.xlsx").write_text("no zip")
    assert cli.main(["verify", str(tmp_path / "x.xlsx"), "--json"]) == Exit.REFUSED
    assert cli.main(["verify", str(tmp_path / "none.xlsx"), "--json"]) == Exit.REFUSED
    capsys.readouterr()


def test_a_changed_file_ends_with_one_and_names_the_cell_in_chinese(
    closed: Closed, tmp_path: Path, capsys: Said
) -> None:
    copy = tmp_path / "typed.xlsx"
    set_in_copy(closed.path, copy, [assignment("Today!A3=hello")], "never")
    assert cli.main(["verify", str(copy), "--lang", "zh"]) == Exit.FOUND
    assert "Today!A3：原为" in capsys.readouterr().out


# --- what may not be closed -----------------------------------------------------------------------


def test_a_period_is_closed_once(closed: Closed, tmp_path: Path) -> None:
    assert frozen(closed.house.store, order_of(closed.house, closed.book).book) == (Q3,)
    with pytest.raises(ToldError, match="closed already"):
        freeze(closed.house, order_of(closed.house, closed.book), Q3, tmp_path / "b.xlsx", "head")


def test_an_open_period_is_refused_with_its_day(closed: Closed, tmp_path: Path) -> None:
    order = order_of(closed.house, closed.book)
    with pytest.raises(ToldError, match="final from 2026-11-10 on"):
        freeze(closed.house, order, period("2026-10"), tmp_path / "b.xlsx", "head")


def test_a_draft_is_refused(road: Folder, tmp_path: Path) -> None:
    mine = copied(road, tmp_path / "road", "FEW")
    with house_at(mine.home) as house, pytest.raises(ToldError, match="never published"):
        freeze(house, order_of(house, mine.book("FEW")), Q3, tmp_path / "b.xlsx", "head")


def test_a_closed_quarter_never_changes_not_even_by_an_exception(closed: Closed) -> None:
    table = XlsxPort(closed.book).read().tables["tblWeight"]
    lines = {(r.value("role"), r.value("region"), r.value("metric")): r for r in table.rows}
    before = closed.book.read_bytes()
    port = XlsxPort(closed.book, recalculate="never")
    cells = []
    for metric, weight in (("ACoS", 12.5), ("Net sales", 17.5)):
        sheet, cell = table.place(lines["Operations", "EU", metric], "weight")
        cells.append(assignment(f"{sheet}!{cell}={weight}"))
    port.set(cells, port.fingerprint())
    order = order_of(closed.house, closed.book, "never")
    wanted = Wanted("head", exception="Late", approver="CEO", start=SEPTEMBER.window.start)
    try:
        with pytest.raises(ToldError, match="2026-Q3 is closed"):
            publish(closed.house, order, wanted)
        with pytest.raises(ToldError, match=r"not published: .*Weight 10 → 12\.5"):
            freeze(closed.house, order, period("2026-08"), closed.root / "aug.xlsx", "head")
    finally:
        closed.book.write_bytes(before)


# --- the small pieces -----------------------------------------------------------------------------


def test_sealing_twice_gives_the_same_file_and_a_seal_inside_it(closed: Closed) -> None:
    signs = signer(closed.house.settings)
    data = closed.book.read_bytes()
    once = sealed(data, "x.xlsx", {"kind": "freeze"}, signs)
    assert sealed(once, "x.xlsx", {"kind": "freeze"}, signs) == once
    assert is_as_sealed(once, "x.xlsx")
    assert not is_as_sealed(data, "x.xlsx")
    assert PART in open_package(once, "x.xlsx").members


def test_cells_are_compared_by_value_and_formula() -> None:
    was = {"A": {"A1": ("1.0", "SUM(B:B)"), "A2": ("x", None)}}
    assert first_change(was, was) is None
    assert first_change(was, {"A": {**was["A"], "A1": ("1.0", "")}}) is None  # a shared formula
    for now, cell in (
        ({"A1": ("1.0", "SUM(C:C)"), "A2": ("x", None)}, ("A1", "=SUM(B:B)", "=SUM(C:C)")),
        ({"A1": ("1.0", "SUM(B:B)")}, ("A2", "x", "")),
        ({**was["A"], "A3": ("new", None)}, ("A3", "", "new")),
    ):
        found = first_change(was, {"A": now})
        assert found is not None
        assert (found.cell, found.was, found.now) == cell
    assert first_change(was, {}) is not None
    assert first_change(was, {**was, "B": {"A1": EMPTY}}) is not None


def test_keys_are_never_in_what_is_said_or_written(closed: Closed, capsys: Said) -> None:
    folder = closed.house.settings.keys_folder
    secret = (folder / "signing.ed25519").read_text().strip()
    cli.main(["verify", str(closed.path), "--json"])
    out, err = capsys.readouterr()
    assert secret not in out + err
    for path in (closed.path, closed.book, closed.house.settings.home / "control.db"):
        assert secret.encode() not in path.read_bytes()
