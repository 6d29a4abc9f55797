"""The statement of an agency: recalculated by LibreOffice, and made from a data folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import openpyxl
import pytest

from kpi.agency import Measured, Terms, statement
from kpi.model import Language
from sheet_templates.build import build
from sheet_templates.statement import (
    FIRST,
    LINES,
    TERMS,
    TITLES,
    StatementRows,
    build_statement,
)
from sync_service.cli import main
from sync_service.clock import FakeClock
from sync_service.console import Exit
from sync_service.house import House
from sync_service.sandbox.books import book_start
from sync_service.statements import CODES, Asked, Made, make_statement
from sync_service.told import ToldError
from tests.libreoffice import NA, Office
from tests.road_support import Few, fill, house_at, order_of
from tests.test_payout_command import SEEN

LANGUAGES: tuple[Language, ...] = ("zh", "en")
STATES = {"late": "Late", "missing": "Missing"}
Number = Decimal | float | int | None


def chosen(chance: Random) -> tuple[Terms, Measured]:
    """Terms and a month; each of them may be unknown."""

    def money(most: int) -> Decimal | None:
        cents = chance.randrange(most * 100)
        return None if chance.random() < 0.08 else Decimal(cents) / 100

    def rate() -> Decimal | None:
        return None if chance.random() < 0.05 else Decimal(chance.randrange(50)) / 100

    levels = tuple((Decimal(start), Decimal(part) / 10) for start, part in ((90, 10), (60, 7)))
    terms = Terms(
        *(money(9000), money(50_000), rate(), rate(), money(90), money(400), rate()),
        reward_cap=money(3000) if chance.random() < 0.5 else None,
        deduct_cap=money(900) if chance.random() < 0.5 else None,
        levels=levels,
    )
    total = chance.choice([None, 59.999999, 60.0, 90.0, chance.uniform(40, 120)])
    profit = money(90_000)
    measured = Measured(
        None if total is None else round(total, 6),
        None if profit is None else profit - 10_000,
        *(chance.randrange(3), chance.randrange(3)),
        final=chance.random() < 0.8,
    )
    return terms, measured


def expected(terms: Terms, measured: Measured) -> dict[str, Number]:
    lines = statement(terms, measured)
    return {
        **{code: getattr(lines, code) for code in ("level", "gap", "reward", "shortfall")},
        **{code: getattr(lines, code) for code in ("deliverables", "deductions", "net", "tax")},
        "payable": lines.payable,
        "fee_due": lines.fee,
        "total": measured.total,
        "profit": measured.profit,
        "late": measured.late,
        "missing": measured.missing,
        "final": int(measured.final),
    }


def rows(terms: Terms, measured: Measured, language: Language) -> StatementRows:
    delivered: list[tuple[str, str, date | None, date | None, str, str]]
    delivered = [("D", "", None, None, "", "Late")] * measured.late
    delivered += [("D", "", date(2026, 10, 5), None, "", "Missing")] * measured.missing
    return StatementRows(
        language=language,
        head=("a", "b", "c", "d"),
        terms={code: getattr(terms, code) for code in CODES},
        levels=terms.levels,
        lines=expected(terms, measured),
        deliverables=delivered,
        states=STATES,
    )


@pytest.mark.parametrize("seed", range(12))
def test_every_line_recalculates_to_the_service_to_the_cent(
    seed: int, office: Office, tmp_path: Path
) -> None:
    """Terms and months at random, unknown ones among them."""
    terms, measured = chosen(Random(seed))
    language = LANGUAGES[seed % 2]
    path = build_statement(tmp_path / "s.xlsx", rows(terms, measured, language))
    for fresh in (True, False):  # recalculated, and as a reader that never calculates sees it
        found = office.calculate(path, recalculate=fresh)[TITLES["statement"][language]]
        want = expected(terms, measured)
        for row, (code, *_) in enumerate(LINES, FIRST):
            value = want[code]
            shown = NA if value is None else float(value)
            assert found[row][1] == shown, (seed, code, terms, measured)


# --- from a data folder ---------------------------------------------------------------------------


class Opened:
    def __init__(self, house: House, book: Path, out: Path) -> None:
        self.house, self.book, self.out = house, book, out

    def make(self, month: str = "2026-09", person: str = "OPS6", **more: object) -> Made:
        order = order_of(self.house, self.book, "never")
        asked = Asked(order, person, month, self.out, **more)  # type: ignore[arg-type]  # by name
        return make_statement(self.house, asked)

    def type(self, **terms: float) -> None:
        book = openpyxl.load_workbook(self.out)
        tab = book["Terms"]
        codes = [code for code, *_ in TERMS]
        for code, value in terms.items():
            tab.cell(FIRST + 1 + codes.index(code), 2).value = value
        book.save(self.out)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    folder = tmp_path_factory.mktemp("agency")
    clock = FakeClock(datetime(2026, 10, 22, 1, tzinfo=UTC))
    with house_at(folder / "data", clock) as house:
        fill(house, Few().shops, SEEN)
        start = book_start(Few(), "HY", "en")
        tasks = (
            deliverable("D-1", date(2026, 9, 10), date(2026, 9, 10), "passed"),
            deliverable("D-2", date(2026, 9, 20), date(2026, 9, 25), "passed"),
            deliverable("D-3", date(2026, 9, 30), None, None),
            deliverable("D-4", date(2026, 10, 30), None, None),
        )
        settings = {**start.settings, "pilot": "no"}
        filled = type(start)(
            **{
                **{name: getattr(start, name) for name in start.__dataclass_fields__},
                "tasks": tasks,
                "settings": settings,
            }
        )
        book = build(folder / "team.xlsx", "manager", "en", filled)
        yield Opened(house, book, folder / "statement.xlsx")


def deliverable(
    number: str, due: date, delivered: date | None, outcome: str | None
) -> dict[str, object]:
    return {
        "no": number,
        "type": "deliverable",
        "what": f"Report {number}",
        "owner": "OPS6",
        "due": due,
        "delivered": delivered,
        "outcome": outcome,
    }


def test_terms_are_typed_in_the_statement_and_kept(opened: Opened) -> None:
    """Without fee and baseline there is no amount; with them the month adds up."""
    first = opened.make()
    assert (first.state, first.lines.payable) == ("final", None)
    assert (first.measured.late, first.measured.missing) == (1, 1)
    assert first.measured.total is not None
    assert first.measured.profit is not None
    opened.type(fee=3000, baseline=float(first.measured.profit) - 1000, late_each=50)
    second = opened.make()
    assert (second.lines.gap, second.lines.reward) == (Decimal(1000), Decimal(200))
    assert second.lines.deductions == Decimal(50)
    assert second.lines.fee is not None
    assert second.lines.payable == second.lines.fee + Decimal(150)
    third = opened.make("2026-10", terms=opened.out)
    assert (third.terms, third.state, third.lines.payable) == (second.terms, "open", Decimal(0))


def test_who_is_no_partner_is_refused(opened: Opened) -> None:
    with pytest.raises(ToldError, match="Partners are: OPS6"):
        opened.make(person="OPS5")


@pytest.mark.parametrize("month", ["2026-Q3", "soon"])
def test_what_is_no_month_is_refused(opened: Opened, month: str) -> None:
    with pytest.raises(ToldError, match="such as 2026-10"):
        opened.make(month)


def test_terms_below_zero_and_other_files_are_refused(opened: Opened, tmp_path: Path) -> None:
    with pytest.raises(ToldError, match="no statement of ours"):
        opened.make(terms=opened.book)
    out, opened.out = opened.out, tmp_path / "bad.xlsx"
    opened.make()
    opened.type(fee=-1)
    with pytest.raises(ToldError, match="0 or more"):
        opened.make()
    opened.out = out


def test_the_commands_say_what_they_found(
    opened: Opened, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    home = ["--home", str(opened.house.settings.home)]
    out = str(tmp_path / "s.xlsx")
    words = ["statement", str(opened.book), "--person", "OPS6", "--month", "2026-09", "--out", out]
    assert main([*home, *words, "--json"]) == Exit.FOUND
    said = json.loads(capsys.readouterr().out)
    assert (said["file"], said["open_terms"]) == (out, ["fee", "baseline"])
    assert main([*home, *words, "--lang", "zh"]) == Exit.FOUND
    assert "请在“条款”页填写" in capsys.readouterr().out
    assert main([*home, "distribution", str(opened.book), "--json"]) == Exit.OK
    said = json.loads(capsys.readouterr().out)
    assert (sum(said["places"]), said["proposal"]) == (len(said["people"]), True)
    assert main([*home, "distribution", str(opened.book), "--lang", "zh"]) == Exit.OK
    assert "仅供参考" in capsys.readouterr().out
