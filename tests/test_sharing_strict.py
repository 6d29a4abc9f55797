"""A partner's file holds no foreign row in any part, and keeps what the partner made in it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kpi.tables import Row
from sheet_templates.build import build
from sheet_templates.start import BookStart
from sync_service.sharing import Shared, share
from sync_service.traces import tells, traces
from sync_service.workbooks.package import open_package
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import Few, fill, house_at, order_of, refresh_book
from tests.test_sharing import (
    LONG,
    MINE,
    SHORT,
    Opened,
    evidence,
    house_start,
    manager,
    other_outside,
    type_into,
)
from tests.xlsx_handmade import zipped
from tests.xlsx_injected import Parts, add_pivot, add_sheet, taken_apart

OWN = {MINE, "HY-AMZ-DE", "DE", "EU"}  # the one shop of DE and EU is the partner's
WHOSE = {  # table -> the column that says whose a row is
    **dict.fromkeys(("tblPeople", "tblTeam", "tblScore", "tblAssign", "tblPoint"), "person"),
    **dict.fromkeys(("tblShop", "tblReconcile", "tblInput"), "shop"),
    **dict.fromkeys(("tblTarget", "tblBreach", "tblActual"), "scope"),
    "tblTask": "owner",
}
DIGITS = 6  # a number of so many digits is nobody else's by chance
NOTE = "my own calculation, ask again on Monday"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    root = tmp_path_factory.mktemp("strict")
    with house_at(root / "data") as house:
        fill(house, Few().shops, LONG)
        yield Opened(house, manager(root, house_start()), root)


def shared(opened: Opened, book: Path, out: Path, person: str = MINE) -> Shared:
    return share(opened.house, order_of(opened.house, book, "never"), person, out)


def texts_of(row: Row) -> set[str]:
    """Texts, and numbers long enough to be told apart, as a file spells them."""
    found = {cell.value for cell in (*row.cells.values(), *row.own.values())}
    numbers = {repr(v).removesuffix(".0") for v in found if isinstance(v, float)}
    long = {n for n in numbers if len(re.sub(r"\D", "", n)) >= DIGITS and "e" not in n}
    return {v for v in found if isinstance(v, str)} | long


def foreign_texts(opened: Opened, empty: Path) -> dict[str, set[str]]:
    """What rows of others say in the refreshed book, by table; what own rows say too is not."""
    book = manager(opened.root, house_start(), "refreshed.xlsx")
    refresh_book(opened.house, book, "never")
    tables = XlsxPort(book).read().tables
    own, found = set[str](), dict[str, set[str]]()
    for name, column in WHOSE.items():
        for row in tables[name].rows:
            texts, mine = texts_of(row), row.value(column) in OWN
            own |= texts if mine else set()
            found.setdefault(name, set()).update(set() if mine else texts)
    template = set(traces(empty.read_bytes(), set().union(*found.values())))
    held = "\n".join(own)
    return {name: {t for t in texts - template if t not in held} for name, texts in found.items()}


def test_no_part_holds_a_text_or_a_figure_of_a_foreign_row(opened: Opened, tmp_path: Path) -> None:
    empty = build(tmp_path / "empty.xlsx", "partner", "en")
    foreign = foreign_texts(opened, empty)
    for name in ("tblPeople", "tblShop", "tblTask", "tblTarget", "tblBreach", "tblScore"):
        assert foreign[name], name  # each of these has somebody else's rows
    every = set().union(*foreign.values())
    assert len(every) > 200
    some = {t.strip() for t in sorted(every)[::25] if tells(t.strip())}
    seen = traces((opened.root / "refreshed.xlsx").read_bytes(), some)
    assert set(seen) == some  # the search finds what is there
    assert traces(opened.share("strict.xlsx").read_bytes(), every) == {}


def moved(number: str, owner: str = "HEAD") -> BookStart:
    """The company after one task was given to somebody else."""
    start = house_start()
    tasks = [{**t, "owner": owner} if t["no"] == number else t for t in start.tasks]
    return replace(start, tasks=tasks)


def own_tab(out: Path, inner: str) -> str:
    """What the partner adds in Excel: a tab with a note, a formula and `inner`."""
    taken = taken_apart(out)
    cells = (
        f'<c r="A1" t="inlineStr"><is><t>{NOTE}</t></is></c>'
        f'<c r="B1"><f>COUNTA(tblTask[What])</f><v>9</v></c>{inner}'
    )
    part = add_sheet(taken, "My notes", f'<row r="1">{cells}</row>')
    taken.save(out)
    return part


def test_the_partners_own_tab_stays_when_a_row_leaves(opened: Opened) -> None:
    out = opened.share("own-tab.xlsx")
    part = own_tab(out, "")
    type_into(out, evidence="receipt.pdf")
    before = taken_apart(out).text(part)
    again = shared(opened, manager(opened.root, moved("T-003"), "own-later.xlsx"), out)
    assert again.state == "patched"
    after = taken_apart(out)
    assert re.sub("<v>[^<]*</v>", "", after.text(part)) == re.sub("<v>[^<]*</v>", "", before)
    assert NOTE in after.text(part)
    assert evidence(out) == "receipt.pdf"
    assert traces(out.read_bytes(), {"Italian VAT"}) == {}
    assert "T-003" not in {r.value("no") for r in XlsxPort(out).read().tables["tblTask"].rows}


def test_a_copy_of_a_row_that_left_is_no_reason_to_leave_it_there(opened: Opened) -> None:
    """The partner had copied the task's text: the file is made anew, the old one is kept."""
    out = opened.share("copied.xlsx")
    tasks = XlsxPort(out).read().tables["tblTask"].rows
    what = next(str(r.value("what")) for r in tasks if r.value("no") == "T-003")
    own_tab(out, f'<c r="C1" t="inlineStr"><is><t>{what}</t></is></c>')
    type_into(out, evidence="receipt.pdf")
    old = out.read_bytes()
    again = shared(opened, manager(opened.root, moved("T-003"), "copied-later.xlsx"), out)
    assert again.state == "made anew"
    [note] = [p for p in again.problems if p.code == "slice_made_anew"]
    assert what in note.what["en"]
    assert evidence(out) == "receipt.pdf"
    assert traces(out.read_bytes(), {what, NOTE}) == {}
    assert (opened.house.backups / "copied.backup.xlsx").read_bytes() == old


def test_a_pivot_keeps_copies_so_the_file_is_made_anew(opened: Opened) -> None:
    def pivot(taken: Parts) -> None:
        add_sheet(taken, "Own", "")
        add_pivot(taken, "Own", 'name="tblTask"', ("No", "Quantity"), {"T-002": 1, "T-003": 2})

    out = opened.share("pivot.xlsx")
    taken = taken_apart(out)
    pivot(taken)
    taken.save(out)
    again = shared(opened, manager(opened.root, moved("T-003"), "pivot-later.xlsx"), out)
    assert again.state == "made anew"
    assert traces(out.read_bytes(), {"T-003"}) == {}


def test_a_task_that_comes_gets_a_row_of_its_own(opened: Opened) -> None:
    first = manager(opened.root, moved("T-003"), "before.xlsx")
    out = opened.root / "comes.xlsx"
    assert shared(opened, first, out).state == "made"
    assert shared(opened, opened.book, out).state == "patched"
    rows = {r.value("no"): r for r in XlsxPort(out).read().tables["tblTask"].rows}
    fresh = XlsxPort(opened.share("whole.xlsx")).read().tables["tblTask"].rows
    for row in fresh:
        got = {c: rows[row.value("no")].value(c) for c in row.cells if not row.cells[c].formula}
        assert got == {c: row.value(c) for c in got}


def test_a_changed_task_is_patched_and_its_old_text_is_nowhere(opened: Opened) -> None:
    out = opened.share("changed.xlsx")
    start = house_start()
    tasks = [{**t, "what": "Quite new"} if t["no"] == "T-003" else t for t in start.tasks]
    old = next(str(t["what"]) for t in start.tasks if t["no"] == "T-003")
    book = manager(opened.root, replace(start, tasks=tasks), "changed-later.xlsx")
    assert shared(opened, book, out).state == "patched"
    assert set(traces(out.read_bytes(), {old, "Quite new"})) == {"Quite new"}


def test_another_month_is_patched_and_shown(opened: Opened) -> None:
    out = opened.share("month.xlsx")
    own_tab(out, "")
    start = house_start()
    settings: Mapping[str, Any] = {**start.settings, "month": "2026-09"}
    book = manager(opened.root, replace(start, settings=settings), "september.xlsx")
    assert shared(opened, book, out).state == "patched"
    contents = XlsxPort(out).read()
    assert (contents.names["nmMonth"], contents.names["nmCardMonth"]) == ("2026-09", "2026-09")
    items = {str(row.value("item"))[:7] for row in contents.tables["tblScore"].rows}
    assert items == {"2026-09"}
    assert NOTE in taken_apart(out).text("xl/worksheets/own.xml")


def test_another_persons_file_is_never_patched(opened: Opened) -> None:
    out = opened.share("whose.xlsx")
    own_tab(out, "")
    again = shared(opened, opened.book, out, "OPS5")
    assert again.state == "made anew"
    assert traces(out.read_bytes(), {MINE, NOTE, "HY-AMZ-DE"}) == {}


def test_patched_slices_of_two_worlds_that_differ_only_outside_are_the_same(
    opened: Opened, tmp_path: Path
) -> None:
    """After a row left, too: what the patch writes depends on nothing of the others."""
    out = opened.share("two.xlsx")
    shared(opened, manager(opened.root, moved("T-003"), "two-later.xlsx"), out)
    inside, outside = sorted(Few().shops, key=lambda s: s.code != "HY-AMZ-DE")
    shutil.copytree(opened.root / "data-keys", tmp_path / "data-keys")  # one key signs both
    with house_at(tmp_path / "data") as house:
        fill(house, [outside], SHORT)
        fill(house, [inside], LONG)
        other = Opened(house, manager(tmp_path, other_outside(house_start())), tmp_path)
        theirs = other.share("two.xlsx")
        later = manager(tmp_path, other_outside(moved("T-003")), "two-later.xlsx")
        assert shared(other, later, theirs).state == "patched"
    ours_parts, their_parts = (open_package(f.read_bytes(), "x") for f in (out, theirs))
    for name in ours_parts.members:
        assert ours_parts.read(name) == their_parts.read(name), name
    assert out.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        pytest.param("Italian VAT", "the Italian VAT is late", True, id="words in a sentence"),
        pytest.param("T-003", "T-0031 and AT-003", False, id="a part of another number"),
        pytest.param("张敏", "请问张敏是否已交", True, id="a Chinese name has no blanks around it"),
        pytest.param("R&D <now>", "R&amp;D &lt;now&gt;", True, id="as XML spells it"),
        pytest.param("DE", "DE", False, id="two Latin letters stand everywhere"),
    ],
)
def test_a_trace(text: str, said: str, found: bool) -> None:
    data = zipped({"docProps/app.xml": f"<a>{said}</a>".encode()})
    assert traces(data, {text}) == ({text: "docProps/app.xml"} if found else {})
