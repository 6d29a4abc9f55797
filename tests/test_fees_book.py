"""A book with fees, filings and certificates: refreshed, and what its tabs then show."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from kpi.tables import CellValue, ErrorValue, Table
from sheet_templates.build import build
from sheet_templates.layout import TABLES, Language
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import show
from sync_service.commands import tasks as command
from sync_service.console import Terminal
from sync_service.filling import register as filling
from sync_service.refresh import look, refresh
from sync_service.workbooks.xlsx import XlsxPort
from tests.road_support import order_of
from tests.service_support import Service, service

# no | country | regime | due | done | delivered | amount | currency | paid
TASKS = """
W-1 | DE | weee_fee | 10-15 | 0.5 |       | 2400    | EUR | 1200
W-2 | DE | weee_fee | 11-15 | 0   |       | 600.1   | EUR |
W-3 | FR | weee_fee | 10-12 | 1   | 10-10 | 1000    | EUR |
W-4 | SE | weee_fee | 10-30 | 0   |       | 5000    | XXX |
V-1 | IT | vat      | 10-20 | 1   | 10-21 |         |     |
V-2 | IT | vat      | 07-20 | 1   | 07-20 |         |     |
C-1 | DE | ce       | 09-30 | 1   | 09-01 |         |     |
G-1 | US | gdpr     | 10-18 | 1   | 10-17 |         |     |
"""


def tasks() -> Iterator[StartRow]:
    for line in TASKS.strip().splitlines():
        no, country, regime, due, done, on, amount, currency, paid = (
            part.strip() for part in line.split("|")
        )
        yield {
            "no": no,
            "type": "compliance",
            "region": "US" if country == "US" else "EU",
            "country": country,
            "what": f"{country} {regime}",
            "regime": regime,
            "owner": "COMP",
            "due": date.fromisoformat(f"2026-{due}"),
            "done": float(done),
            "delivered": date.fromisoformat(f"2026-{on}") if on else None,
            "amount": float(amount) if amount else None,
            "currency": currency or None,
            "paid": float(paid) if paid else None,
            "category": "lamps" if regime == "ce" else None,
            "company": "ACME" if regime == "ce" else None,
            "number": "TÜV-1" if regime == "ce" else None,
            "valid_to": date(2026, 11, 10) if regime == "ce" else None,
            "evidence": f"{no}.pdf",
        }


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A refreshed book and its rows by table."""

    one: Service
    path: Path
    language: Language

    def rows(self, table: str, *keys: str) -> dict[Any, dict[str, CellValue | ErrorValue]]:
        found = XlsxPort(self.path).read().tables[table]
        rows = ({code: row.value(code) for code in found.columns} for row in found.rows)
        return {tuple(row[key] for key in keys): row for row in rows if row[keys[0]] is not None}


@pytest.fixture(scope="module", params=["zh", "en"])
def book(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Refreshed]:
    root, language = tmp_path_factory.mktemp("fees"), request.param
    person: StartRow = {"person": "COMP", "role": "compliance", "us_share": 0.5, "scored": "yes"}
    start = BookStart(
        people=[person],
        tasks=list(tasks()),
        settings={"month": "2026-10", "currency": "USD", "fixed_rate": 1.1},
    )
    with service(root) as one:
        path = build(root / "team.xlsx", "manager", language, start)
        refresh(one.house, order_of(one.house, path))
        yield Refreshed(one, path, language)


def register(book: Refreshed, country: str, regime: str, currency: str | None) -> dict[str, Any]:
    word = show("regime", regime, book.language) if regime else None
    return book.rows("tblRegister", "country", "regime", "currency")[country, word, currency]


def test_fees_of_a_country_with_amount_due_date_and_state(book: Refreshed) -> None:
    """DE on 22 October: 3,000.10 EUR to pay, 1,200 paid, 1,800.10 open, 1,200 of it late.

    At the fixed rate of 1.1 dollars that is 1,980.11 USD.
    """
    row = register(book, "DE", "weee_fee", "EUR")
    assert (row["amount"], row["paid"], row["open"]) == (3000.1, 1200.0, 1800.1)
    assert (row["late_amount"], row["report"]) == (1200.0, 1980.11)
    assert (row["late"], _day(row["next_due"])) == (1.0, date(2026, 10, 15))
    assert row["standing"] == show("standing", "late", book.language)
    assert (row["due"], row["done"]) == (1.0, 0.0)


def test_an_amount_of_unknown_currency_is_unknown_and_in_no_total(book: Refreshed) -> None:
    row = register(book, "SE", "weee_fee", None)
    assert all(row[code] == ErrorValue("#N/A") for code in ("amount", "open", "report"))
    every = register(book, "ALL", "", "EUR")
    assert (every["amount"], every["paid"], every["open"]) == (4000.1, 2200.0, 1800.1)
    problems = look(book.one.house, order_of(book.one.house, book.path)).problems
    assert {"unknown_currency", "fee_without_currency"} <= {one.code for one in problems}


def test_filings_and_requests_of_a_country_with_their_rates(book: Refreshed) -> None:
    """Italy filed July in time and October a day late; the US answered its request in time."""
    vat = register(book, "IT", "vat", None)
    assert (vat["due"], vat["done"], vat["on_time"]) == (2.0, 2.0, 1.0)
    assert (vat["done_rate"], vat["on_time_rate"]) == (1.0, 0.5)
    assert (vat["amount"], vat["region"]) == (None, "EU")
    request = register(book, "US", "gdpr", None)
    assert (request["on_time_rate"], request["region"]) == (1.0, "US")


def test_a_certificate_says_when_it_ends(book: Refreshed) -> None:
    row = register(book, "DE", "ce", None)
    assert (row["due"], row["done"], _day(row["ends"])) == (1.0, 1.0, date(2026, 11, 10))
    assert row["standing"] == show("standing", "ending", book.language)


def test_a_category_and_company_have_a_line_and_the_category_a_sum(book: Refreshed) -> None:
    keys = ("country", "category", "company")
    found = book.rows("tblRegister", *keys)
    lamps, every = found["DE", "lamps", "ACME"], found["ALL", "lamps", None]
    assert lamps["regime"] == show("regime", "ce", book.language)
    assert (lamps["done_rate"], every["done_rate"], every["due"]) == (1.0, 1.0, 1.0)
    assert (every["regime"], every["standing"]) == (None, lamps["standing"])


def test_a_book_without_the_columns_has_a_line_a_country_and_duty(book: Refreshed) -> None:
    done = look(book.one.house, order_of(book.one.house, book.path)).done
    plain = tuple(c.code for c in TABLES["tblRegister"].columns if not c.later)
    older = Table("tblRegister", "Compliance", plain, ())
    rows = list(filling.register(done, older))
    assert filling.register_columns(older) == TABLES["tblRegister"].key
    assert all({"category", "company"}.isdisjoint(row) for row in rows)
    assert [(row["country"], row["regime"]) for row in rows].count(("DE", "ce")) == 1
    assert len([row for row in rows if row["country"] == "ALL"]) == 1


@pytest.mark.parametrize(
    ("number", "state"),
    [
        ("W-1", "late"),
        ("W-2", "due"),
        ("W-3", "paid"),
        ("V-1", "done_late"),
        ("V-2", "done"),
        ("C-1", "ending"),
    ],
)
def test_each_task_says_how_it_stands(book: Refreshed, number: str, state: str) -> None:
    row = book.rows("tblTask", "no")[number,]
    assert row["standing"] == show("standing", state, book.language)


def test_the_reminder_says_how_much_is_to_be_paid(book: Refreshed) -> None:
    said = [str(row["what"]) for row in book.rows("tblFocus", "no").values()]
    wanted = "待缴 1,200.00 EUR" if book.language == "zh" else ": 1,200.00 EUR"
    assert any(wanted in one and "DE weee_fee" in one for one in said)


def test_the_command_shows_fees_by_country_and_currency(book: Refreshed) -> None:
    terminal = Terminal(book.language, as_json=True)
    none = dict.fromkeys(("country", "type", "state", "mentor", "only"))
    words = argparse.Namespace(book=book.path, propose=False, goods=[], **none)
    command.run(terminal, book.one.house, words)
    result: dict[str, Any] = dict(terminal.result)
    found = {(one["country"], one["currency"]): one for one in result["fees"]}
    german = found["DE", "EUR"]
    assert (german["amount"], german["paid"]) == ("3000.1", "1200")
    assert (german["open"], german["late"], german["state"]) == ("1800.1", "1200", "late")
    assert found["SE", None]["amount"] is None
    assert found["ALL", "EUR"]["open"] == "1800.1"


def _day(value: object) -> date | None:
    return value.date() if isinstance(value, datetime) else value  # type: ignore[return-value]  # a cell
