"""A book whose tasks score people: refreshed, recalculated in LibreOffice, proposals added once."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from kpi.model import DataState, Region
from kpi.tables import Row
from sheet_templates.build import build
from sheet_templates.layout import Language
from sheet_templates.places import MANAGER_PLACES
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import show
from sync_service.commands import tasks as command
from sync_service.compute import Computed
from sync_service.console import Terminal
from sync_service.explain import explain
from sync_service.refresh import look, refresh
from sync_service.workbooks.xlsx import XlsxPort
from tests.libreoffice import Office
from tests.road_support import order_of
from tests.service_support import Service, service

TODAY = date(2026, 10, 22)  # the service's clock: 09:00 in Shenzhen
LUCID = "DE1234567890123"
# no | type | country | regime | owner | due | done | delivered | more
TASKS = """
T-1 | compliance | DE | epr_packaging | OPS1 | 10-10 | 1 | 10-08 | number=DE1234567890123
T-2 | compliance | FR | epr_packaging | COMP | 10-20 | 0.5 | |
T-3 | compliance | ES | vat | COMP | 10-20 | 1 | 10-20 |
T-4 | compliance | IT | vat | COMP | 10-15 | 1 | 10-18 |
T-5 | compliance | PL | vat | COMP | 10-25 | 0 | |
T-6 | compliance | DE | ce_check | COMP | 10-12 | 0.5 | | quantity=4
T-7 | compliance | DE | weee_fee | COMP | 10-15 | 1 | 10-15 |
T-8 | compliance | FR | gdpr | COMP | 10-18 | 1 | 10-17 |
T-9 | compliance | DE | finding | COMP | 10-12 | 1 | 10-09 |
T-10 | gate | DE | | NEW | 10-09 | 1 | 10-09 |
T-11 | gate | DE | | NEW | 10-11 | 1 | 10-13 |
T-13 | gate | DE | | NEW | 11-03 | 0 | |
T-12 | compliance | DE | vat_registration | COMP | 11-20 | 0 | | number=DE136695975
"""
# role | KPI | weight | method | target: weights of the EU cards of packs.md; no sales here
CARDS = """
compliance | epr_completion_rate | 30 | ratio_up | 1
compliance | vat_on_time_rate | 25 | ratio_up | 1
compliance | ce_check_rate | 15 | ratio_up | 1
compliance | weee_paid_rate | 10 | ratio_up | 1
compliance | gdpr_on_time_rate | 10 | ratio_up | 1
compliance | finding_closure_days | 10 | mirror_down | 5
supervisor | net_sales | 20 | ratio_up |
supervisor | gross_profit | 20 | ratio_up |
supervisor | ad_roi | 10 | ratio_up |
supervisor | inventory_turnover_days | 10 | mirror_down |
supervisor | compliance_task_rate | 10 | ratio_up | 1
supervisor | epr_completion_rate | 5 | ratio_up | 1
supervisor | vat_on_time_rate | 5 | ratio_up | 1
supervisor | task_on_time_rate | 10 | ratio_up | 0.95
supervisor | replenishment_on_time_rate | 5 | ratio_up |
supervisor | review_meeting_rate | 5 | ratio_up |
newcomer | stage_gate_rate | 100 | ratio_up | 1
"""
PEOPLE = (  # code, role, manager, mentor, start
    ("HEAD", "supervisor", None, None, date(2024, 1, 1)),
    ("OPS1", "operations", "HEAD", None, date(2024, 1, 1)),
    ("COMP", "compliance", "HEAD", None, date(2024, 1, 1)),
    ("NEW", "newcomer", "OPS1", "OPS1", date(2026, 10, 5)),
    ("NEXT", "operations", "HEAD", "OPS1", date(2026, 11, 2)),
)


def lines(text: str) -> Iterator[list[str]]:
    for line in text.strip().splitlines():
        yield [part.strip() for part in line.split("|")]


def day(written: str) -> date | None:
    return date.fromisoformat(f"2026-{written}") if written else None


def tasks() -> Iterator[StartRow]:
    for no, kind, country, regime, owner, due, done, delivered, more in lines(TASKS):
        extra: dict[str, Any] = dict(part.split("=") for part in more.split() if part)
        yield {
            "no": no,
            "type": kind,
            "region": "EU",
            "country": country,
            "what": f"{country} {regime}".strip(),
            "regime": regime,
            "owner": owner,
            "due": day(due),
            "done": float(done),
            "delivered": day(delivered),
            "opened": date(2026, 10, 2) if regime == "finding" else None,
            "valid_to": date(2026, 11, 30) if no == "T-1" else None,
            "evidence": f"{no}.pdf" if float(done) == 1 else None,
            "number": extra.get("number"),
            "quantity": float(extra["quantity"]) if "quantity" in extra else None,
        }


def cards() -> Iterator[tuple[StartRow, StartRow]]:
    """A weight and its target."""
    for role, metric, weight, method, target in lines(CARDS):
        better = "lower" if method == "mirror_down" else "higher"
        row: StartRow = {
            "role": role,
            "region": "EU",
            "metric": metric,
            "on": "yes",
            "weight": float(weight),
        }
        rule: StartRow = {
            "method": method,
            "better": better,
            "bound": "strict",
            "start": date(2026, 1, 1),
        }
        goal: StartRow = {
            "year": 2026.0,
            "region": "EU",
            "scope": role,
            "metric": metric,
            "owner": "HEAD",
        }
        yield {**row, **rule}, {**goal, "year_total": float(target) if target else None}


def start() -> BookStart:
    made = list(cards())
    shop = {"platform": "amazon", "currency": "EUR", "time_zone": "Europe/Berlin", "owner": "OPS1"}
    return BookStart(
        shops=[{"shop": f"AMZ-{m}", "market": m} | shop for m in ("DE", "FR")],
        people=[
            {"person": code, "role": role, "manager": head, "mentor": mentor, "start": first}
            | {"us_share": 0.0, "scored": "yes"}
            for code, role, head, mentor, first in PEOPLE
        ],
        weights=[weight for weight, _ in made],
        targets=[target for _, target in made if target["year_total"] is not None],
        tasks=list(tasks()),
        settings={"month": "2026-10", "min_coverage": 0.2},
    )


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refreshed book, what the service computed, and its rows by table and key."""

    one: Service
    path: Path
    done: Computed
    language: Language

    def rows(self, table: str, key: str) -> dict[object, Row]:
        found = XlsxPort(self.path).read().tables[table].rows
        return {row.value(key): row for row in found if row.value(key) is not None}


@pytest.fixture(scope="module", params=["zh", "en"])
def book(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Refreshed]:
    root, language = tmp_path_factory.mktemp("register"), request.param
    with service(root) as one:
        path = build(root / "team.xlsx", "manager", language, start())
        refresh(one.house, order_of(one.house, path))
        yield Refreshed(one, path, look(one.house, order_of(one.house, path)).done, language)


@pytest.mark.parametrize(
    ("person", "metric", "value", "score"),
    [
        pytest.param("COMP", "epr_completion_rate", 0.0, 0.0, id="FR is required, not valid"),
        pytest.param("COMP", "vat_on_time_rate", 0.5, 50.0, id="ES in time, IT late, PL not due"),
        pytest.param("COMP", "ce_check_rate", 0.5, 50.0, id="two of four checks"),
        pytest.param("COMP", "weee_paid_rate", 1.0, 100.0, id="paid on its day"),
        pytest.param("COMP", "gdpr_on_time_rate", 1.0, 100.0, id="a day early"),
        pytest.param("COMP", "finding_closure_days", 7.0, 60.0, id="2 Oct to 9 Oct, target 5"),
        pytest.param("HEAD", "compliance_task_rate", 0.625, 62.5, id="5 of 8 due by now"),
        pytest.param("HEAD", "epr_completion_rate", 0.5, 50.0, id="DE of DE and FR"),
        pytest.param("HEAD", "task_on_time_rate", 0.6, 60 / 0.95, id="6 of 10, gates too"),
        pytest.param("NEW", "stage_gate_rate", 0.75, 75.0, id="one in time, one late: 1.5 of 2"),
    ],
)
def test_tasks_score_their_owner_and_who_leads_him(
    book: Refreshed, person: str, metric: str, value: float, score: float
) -> None:
    card = next(c for c in book.done.people if c.person.code == person)
    item = next(i for i in card.cards[0].items if i.metric.code == metric)
    assert item.actual.value == value
    assert item.score == pytest.approx(score)
    assert item.actual.state is DataState.COMPLETE


def test_what_the_cards_add_up_to(book: Refreshed) -> None:
    """COMP: 30 x 0 + 25 x .5 + 15 x .5 + 10 + 10 + 10 x .6 = 46.

    HEAD without sales: (10 x 62.5 + 5 x 50 + 5 x 50 + 10 x 63.157895) / 30 = 58.552632.
    """
    totals = {card.person.code: card.total for card in book.done.people}
    assert totals["COMP"] == pytest.approx(46.0)
    assert totals["HEAD"] == pytest.approx(58.5526316)
    assert totals["NEW"] == 75.0


def test_libreoffice_gives_the_same_scores_and_totals(book: Refreshed, office: Office) -> None:
    sheets = office.calculate(book.path)
    wanted = {
        item.key: item.score for card in book.done.people for c in card.cards for item in c.items
    }
    place = MANAGER_PLACES["tblScore"]
    found = _column(sheets[place.sheet.title(book.language)], "tblScore", "score")
    for key, score in wanted.items():
        assert found[key] == score or score is None, key
    place = MANAGER_PLACES["tblTeam"]
    totals = _column(sheets[place.sheet.title(book.language)], "tblTeam", "total")
    assert {p.person.code: p.total for p in book.done.people}.items() <= totals.items()


def _column(sheet: Any, table: str, column: str) -> dict[str, Any]:
    place = MANAGER_PLACES[table]
    rows = sheet[place.row + 1 :]
    at = place.offset(column)
    return {row[place.column]: row[at] for row in rows if row[place.column] != ""}


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        pytest.param((None, "ALL"), 0.5, id="company"),
        pytest.param((Region.EU, "DE"), 1.0, id="DE is registered"),
        pytest.param((Region.EU, "FR"), 0.0, id="FR is not"),
        pytest.param((Region.EU, "OPS1"), 1.0, id="his own"),
    ],
)
def test_epr_of_each_scope(book: Refreshed, scope: Any, value: float) -> None:
    found = book.done.value("epr_completion_rate", scope)
    assert found is not None
    assert found.value == value


def test_nothing_due_is_not_applicable(book: Refreshed) -> None:
    found = book.done.value("ftc_check_rate", (None, "ALL"))
    assert found is not None
    assert (found.value, found.state) == (None, DataState.NOT_APPLICABLE)


def test_markets_show_the_share_in_time(book: Refreshed) -> None:
    """DE: T-1, T-7, T-9 in time, T-6 not: 3 of 4. FR: T-8 in time, T-2 not. US has no task."""
    rows = book.rows("tblMarket", "scope")
    shown = {code: rows[code].value("compliance") for code in ("DE", "FR", "US")}
    assert shown == {"DE": 0.75, "FR": 0.5, "US": None}


def test_numbers_and_reminders_stand_beside_their_task(book: Refreshed) -> None:
    rows = book.rows("tblTask", "no")
    checked = {no: rows[no].value("number_check") for no in ("T-1", "T-12", "T-3")}
    assert checked == {
        "T-1": show("number_check", "valid", book.language),
        "T-12": show("number_check", "checksum", book.language),
        "T-3": None,
    }
    assert rows["T-5"].value("reminders") == "30: 09-25, 14: 10-11, 7: 10-18, 3: 10-22"
    assert rows["T-12"].value("reminders") == "30: 10-21"
    assert rows["T-3"].value("reminders") is None


def test_a_wrong_number_is_a_problem_at_its_cell(book: Refreshed) -> None:
    found = look(book.one.house, order_of(book.one.house, book.path)).problems
    (wrong,) = [p for p in found if p.code == "number_wrong"]
    row = book.rows("tblTask", "no")["T-12"]
    assert wrong.place.cell == row.cells["number"].address


def test_today_says_renew_by_and_which_reminder_has_fallen(book: Refreshed) -> None:
    said = [row.value("what") for row in book.rows("tblFocus", "no").values()]
    by = "10-31 前续办" if book.language == "zh" else "renew by 10-31"
    assert any(by in str(one) for one in said)
    steps = [str(row.value("next_step")) for row in book.rows("tblFocus", "no").values()]
    three = "3天提醒" if book.language == "zh" else "3-day notice"
    assert any(step.startswith(three) for step in steps)
    overdue = "马上补办" if book.language == "zh" else "Do it now"
    assert any(step.startswith(overdue) for step in steps)
    assert not any(step.startswith(("0天", "0-day")) for step in steps)
    scopes = [row.value("scope") for row in book.rows("tblFocus", "no").values()]
    assert ("带教 OPS1" if book.language == "zh" else "Mentor OPS1") in scopes
    logged = [str(row.value("mend")) for row in book.rows("tblLog", "no").values()]
    assert any("T-1-R202611" in mend for mend in logged)


def test_explain_names_the_tasks_behind_a_score(book: Refreshed) -> None:
    rows = book.rows("tblScore", "item")
    row = next(r for k, r in rows.items() if "COMP" in str(k) and "vat_on_time" in str(k))
    sheet = MANAGER_PLACES["tblScore"].sheet.title(book.language)
    told = explain(
        book.one.house,
        order_of(book.one.house, book.path),
        f"{sheet}!{row.cells['actual'].address}",
    )
    assert told.data["tasks"] == ["T-3", "T-4"]
    assert any("T-4" in en and "2026-10-18" in en for _, en in told.lines)


# ------------------------------------------------------------------------- the command `tasks`


def ran(book: Refreshed, path: Path, **words: object) -> dict[str, Any]:
    usual: dict[str, object] = {
        **dict.fromkeys(("country", "type", "state", "mentor")),
        "propose": False,
        "only": None,
        "goods": [],
    }
    terminal = Terminal(book.language, as_json=True)
    given = argparse.Namespace(book=path, **usual | words)
    command.run(terminal, book.one.house, given)
    return terminal.result


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        pytest.param({"country": "fr"}, ["T-2", "T-8"], id="one country"),
        pytest.param({"type": "gate"}, ["T-10", "T-11", "T-13"], id="one type by code"),
        pytest.param({"type": "新人关卡"}, ["T-10", "T-11", "T-13"], id="one type by its word"),
        pytest.param({"state": "late"}, ["T-2", "T-6"], id="late"),
        pytest.param({"state": "open"}, ["T-5", "T-13", "T-12"], id="open"),
        pytest.param(
            {"country": "DE", "state": "done"}, ["T-1", "T-7", "T-9", "T-10", "T-11"], id="both"
        ),
        pytest.param({"country": "SE"}, [], id="none"),
    ],
)
def test_the_register_by_country_type_and_state(
    book: Refreshed, words: dict[str, object], numbers: list[str]
) -> None:
    assert ran(book, book.path, **words)["tasks"] == numbers


def test_completion_is_counted_by_country_and_regime(book: Refreshed) -> None:
    found = ran(book, book.path)["register"]
    assert {"country": "DE", "kind": "ce_check", "done": 0, "all": 1, "late": 1} in found
    assert {"country": "DE", "kind": "epr_packaging", "done": 1, "all": 1, "late": 0} in found


def test_a_mentor_sees_the_progress_of_a_newcomer(book: Refreshed) -> None:
    """The fifth day in time, the seventh two days late, the thirtieth to come: 1.5 of 2."""
    (line,) = ran(book, book.path)["newcomers"]
    who = {"mentor": "OPS1", "person": "NEW", "plan": "operations"}
    assert line == who | {"passed": 2, "late": 1, "missed": 0, "all": 3, "rate": 0.75}
    assert ran(book, book.path, mentor="HEAD")["newcomers"] == []
    row = book.rows("tblNewcomer", "person")["NEW"]
    assert (row.value("mentor"), row.value("rate"), row.value("gates")) == ("OPS1", 0.75, 3.0)
    assert row.value("state") == show("newcomer_state", "late", book.language)
    assert (row.value("day"), _day(row.value("next_due"))) == (18.0, date(2026, 11, 3))


def test_proposals_are_added_once(book: Refreshed, tmp_path: Path) -> None:
    """T-1 ends on 30 November: its renewal is due on 31 October. NEXT starts on 2 November, EU.

    ES files the fourth quarter by Monday 1 February 2027; 15 October is nearest to the 30 September
    of IT, which 30 November follows; the fee of a scheme comes back after a year.
    """
    path = tmp_path / "copy.xlsx"
    path.write_bytes(book.path.read_bytes())
    first = ran(book, path, propose=True)
    assert [one["no"] for one in first["proposed"]] == [
        *("T-1-R202611", "T-3-F202702", "T-4-F202611", "T-7-F202710"),
        *(f"G-NEXT-{n:02d}" for n in (5, 7, 30, 60, 75)),
        *("D-DE-claims", "D-FR-claims"),
    ]
    assert ran(book, path, propose=True)["proposed"] == []
    rows = {row.value("no"): row for row in XlsxPort(path).read().tables["tblTask"].rows}
    assert len([no for no in rows if no]) == 13 + 11
    renewal, week = rows["T-1-R202611"], rows["G-NEXT-07"]
    kept = ("country", "regime", "owner")
    assert [renewal.value(c) for c in kept] == ["DE", rows["T-1"].value("regime"), "OPS1"]
    assert _day(renewal.value("due")) == date(2026, 10, 31)
    assert _day(week.value("due")) == date(2026, 11, 8)  # the seventh day
    assert week.value("reviewer") == "OPS1"
    assert rows["T-1"].value("what") == "DE epr_packaging"
    spain, claims = rows["T-3-F202702"], rows["D-FR-claims"]
    period = "ES vat（2026-Q4）" if book.language == "zh" else "ES vat (2026-Q4)"
    assert (spain.value("what"), _day(spain.value("due"))) == (period, date(2027, 2, 1))
    assert [claims.value(c) for c in ("country", "owner")] == ["FR", "COMP"]
    assert claims.value("regime") == show("regime", "claims", book.language)
    assert _day(claims.value("due")) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("only", "numbers"),
    [
        pytest.param(["renewal"], ["T-1-R202611"], id="renewals"),
        pytest.param(
            ["filing", "duty"],
            ["T-3-F202702", "T-4-F202611", "T-7-F202710", "D-DE-claims", "D-FR-claims"],
            id="two kinds",
        ),
    ],
)
def test_proposals_of_a_kind_alone(book: Refreshed, only: list[str], numbers: list[str]) -> None:
    assert [one["no"] for one in ran(book, book.path, only=only)["proposed"]] == numbers


def test_today_and_the_log_name_the_next_filing(book: Refreshed) -> None:
    """Italy's is 39 days ahead, beyond the first reminder: it stands in the log alone."""
    said = [str(row.value("what")) for row in book.rows("tblFocus", "no").values()]
    assert not any("IT vat" in one for one in said)
    logged = [str(row.value("mend")) for row in book.rows("tblLog", "no").values()]
    assert any("T-4-F202611" in mend for mend in logged)


def _day(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value  # type: ignore[return-value]  # a cell
