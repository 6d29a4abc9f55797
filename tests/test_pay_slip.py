"""Pay slips: every step recalculates, answers come back by key, nobody else is in the file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kpi.payout import PayLine, PayState
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.slip import SlipRows, build_slip
from sheet_templates.slip_lines import arithmetic, slip_lines
from sync_service.clock import FakeClock
from sync_service.payout_slips import version_of
from sync_service.sealing import is_as_sealed
from sync_service.traces import traces
from sync_service.workbooks.setting import assignment
from sync_service.workbooks.xlsx import XlsxPort, set_in_copy
from tests.libreoffice import Office
from tests.pay_support import lines
from tests.road_support import Few, fill, house_at
from tests.test_payout_command import SEEN, Opened, settled, with_points

FIRST = 6


def of_each_rule() -> dict[str, PayLine]:
    """A final line with an amount of each rule, one in yen and one capped among them."""
    found: dict[str, PayLine] = {}
    for line in lines():
        if line.state is PayState.FINAL and line.earned and line.rule is not None:
            found.setdefault(line.rule.code, line)
    return found


def rows(line: PayLine, language: Language) -> SlipRows:
    rewards = [("praise", float(line.basis.rewards))] if line.basis.rewards else []
    return SlipRows(
        *(language, "Xinghe", "Zhang Min", line, version_of(line), date(2026, 11, 12), rewards)
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_formulas_of_a_slip_give_what_the_service_paid(
    language: Language, office: Office, tmp_path: Path
) -> None:
    every = of_each_rule()
    assert len(every) >= 15
    for number, line in enumerate(every.values()):
        if language == "en" and number % 5:
            continue  # the formulas are the same
        made = rows(line, language)
        [sheet] = office.calculate(build_slip(tmp_path / f"{number}.xlsx", made)).values()
        for step in slip_lines(line, made.rewards, language, FIRST):
            shown = sheet[step.row][1]
            assert shown == step.value, (line.rule, step)
        assert sheet[3][0] == arithmetic(line, made.rewards, language, FIRST)[1], line.rule
        payable = next(s for s in slip_lines(line, made.rewards, language, FIRST) if s.strong)
        assert payable.value == float(line.earned or 0)


def test_any_figure_changes_the_version_and_a_text_does_not() -> None:
    line = of_each_rule()["coef"]
    assert version_of(line) == version_of(replace(line, basis=replace(line.basis, amount_from="x")))
    other = replace(line.basis, attendance=0.123)
    assert version_of(line) != version_of(replace(line, basis=other))


# --- the road -------------------------------------------------------------------------------------


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    clock = FakeClock(datetime(2026, 10, 22, 1, tzinfo=UTC))
    with house_at(tmp_path / "data", clock) as house:
        fill(house, Few().shops, SEEN)
        book = build(tmp_path / "team.xlsx", "manager", "en", settled())
        yield Opened(house, book, tmp_path / "pay.xlsx", clock, tmp_path / "slips")


def answer(path: Path, **values: str) -> None:
    """What the person types in a slip."""
    table = XlsxPort(path).read().tables["tblConfirm"]
    [row] = table.rows
    words = [f"{table.sheet}!{row.cells[code].address}={said}" for code, said in values.items()]
    set_in_copy(path, path, [assignment(word) for word in words], "never")


def test_slips_hold_one_person_and_their_answers_come_back(opened: Opened) -> None:
    assert opened.pay("2026-09").slips == ()  # nobody has a base yet
    for who, base in (("HEAD", 43_210), ("OPS5", 54_321), ("OPS6", 65_432)):
        opened.type("2026-09", who, base=base)
    paid = opened.pay("2026-09")
    assert [path.name for path in paid.slips] == [
        f"2026-09-{who}.xlsx" for who in ("HEAD", "OPS5", "OPS6")
    ]
    head, five, six = paid.slips
    names = {p.code: p.name for p in opened.look().book.people}
    for path, who, own in ((head, "HEAD", "43210"), (five, "OPS5", "54321")):
        foreign = {*(c for c in names if c != who), *(n for c, n in names.items() if c != who)}
        foreign |= {b for b in ("43210", "54321", "65432") if b != own}
        data = path.read_bytes()
        assert traces(data, foreign - {names[who]}) == {}
        assert set(traces(data, {who, own})) == {who, own}
        assert is_as_sealed(data, path.name)
        with zipfile.ZipFile(path) as package:
            parts = "".join(
                package.read(n).decode("utf-8", "replace")
                for n in package.namelist()
                if n.startswith("xl/w")
            )
        assert "hidden" not in parts
        assert "definedName" not in parts

    answer(head, answer="Confirmed", name="Han", day="2026-10-13")
    answer(five, answer="Objection", name="Wu", day="2026-10-14", objection="one day too few")
    answer(six, answer="Confirmed")
    told = {p.code for p in opened.pay("2026-09").problems}
    assert told == {"slip_objection", "slip_incomplete"}
    assert str(opened.cell("2026-09", "HEAD", "confirmed"))[:10] == "2026-10-13"
    assert opened.cell("2026-09", "HEAD", "said") == "✓ Han 2026-10-13"
    assert opened.cell("2026-09", "OPS5", "confirmed") is None
    assert opened.cell("2026-09", "OPS5", "said") == "Objection Wu 2026-10-14：one day too few"
    assert opened.cell("2026-09", "OPS6", "said") is None


def test_an_answer_to_an_older_version_is_told_and_does_not_count(opened: Opened) -> None:
    opened.pay("2026-09")
    opened.type("2026-09", "HEAD", base=8000)
    [slip] = opened.pay("2026-09").slips
    answer(slip, answer="Confirmed", name="Han", day="2026-10-13")
    assert opened.pay("2026-09").slips == ()  # the same version: untouched
    with_points(opened.book, 10.0)
    paid = opened.pay("2026-09")
    assert [p.code for p in paid.problems] == ["slip_outdated"]
    assert paid.slips == (slip,)  # made anew
    assert opened.cell("2026-09", "HEAD", "confirmed") is None
    assert "Outdated" in str(opened.cell("2026-09", "HEAD", "said"))
    answer(slip, answer="Confirmed", name="Han", day="2026-10-15")
    opened.type("2026-09", "HEAD", approved_by="CFO")
    opened.pay("2026-09")
    assert str(opened.cell("2026-09", "HEAD", "confirmed"))[:10] == "2026-10-15"
    assert opened.cell("2026-09", "HEAD", "paid") == 9600


def test_a_date_from_paper_falls_when_the_line_is_corrected(opened: Opened) -> None:
    opened.slips = None
    opened.pay("2026-09")
    opened.type("2026-09", "HEAD", base=8000)
    opened.pay("2026-09")
    opened.type("2026-09", "HEAD", confirmed="2026-10-12")
    assert opened.pay("2026-09").problems == ()
    assert str(opened.cell("2026-09", "HEAD", "confirmed"))[:10] == "2026-10-12"
    with_points(opened.book, 10.0)
    assert [p.code for p in opened.pay("2026-09").problems] == ["slip_outdated"]
    assert opened.cell("2026-09", "HEAD", "confirmed") is None
