"""A data folder with an agency under a signed contract: shops of September, terms, deliverables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl

from kpi.calendar import period
from kpi.model import Language, Region
from kpi.pack_reading import pack
from sheet_templates.build import build
from sheet_templates.pack_rows import term_rows
from sheet_templates.start import StartRow
from sync_service.clock import FakeClock
from sync_service.freezing import freeze
from sync_service.house import House
from sync_service.publishing import Wanted, publish
from sync_service.sandbox.books import book_start
from sync_service.stated import Asked
from sync_service.statement_rows import Made
from sync_service.statements import make_statement
from tests.road_support import Few, fill, house_at, order_of
from tests.test_payout_command import SEEN

AGENCY = "OPS6"
AGREED: tuple[StartRow, ...] = (  # beside what the pack proposes
    {
        "person": AGENCY,
        "term": "contract",
        "start": date(2026, 7, 1),
        "end": date(2026, 12, 31),
        "wording": "HY / AGENCY-1",
    },
    {"person": AGENCY, "term": "fee", "value": 3000.0},
    {"person": AGENCY, "term": "baseline", "value": 25_000.0},
    {"person": AGENCY, "term": "baseline", "period": "09", "value": 20_000.0},
    {"person": AGENCY, "term": "reward_cap", "value": 900.0},
    {"person": AGENCY, "term": "late_each", "value": 50.0},
    {"person": AGENCY, "term": "missing_each", "value": 200.0},
    {"person": AGENCY, "term": "deduct_cap", "value": 220.0},
    {"person": AGENCY, "term": "reward_cap_quarter", "value": 1000.0},
    {"person": AGENCY, "term": "deduct_cap_quarter", "value": 400.0},
    {"person": AGENCY, "term": "tax_rate", "value": 0.06},
)
DELIVERABLES = (
    ("D-1", date(2026, 9, 10), date(2026, 9, 10), "passed"),
    ("D-2", date(2026, 9, 20), date(2026, 9, 25), "passed"),
    ("D-3", date(2026, 9, 30), None, None),
)


DISPUTES: tuple[StartRow, ...] = (  # of the statement of 22 October, which 7 days are for
    {
        "no": "X-1",
        "type": "dispute",
        "what": "Spend of one campaign",
        "about": "2026-09｜OPS6｜EU｜acos",
        "owner": "HEAD",
        "opened": date(2026, 10, 22),
        "due": date(2026, 10, 27),
    },
    {
        "no": "X-2",
        "type": "dispute",
        "what": "Too late",
        "about": "2026-09｜OPS6｜EU｜tacos",
        "owner": "HEAD",
        "opened": date(2026, 11, 2),
        "due": date(2026, 11, 7),
    },
)


@dataclass(frozen=True, slots=True)
class Contracted:
    """The folder, its book, and where statements go."""

    house: House
    book: Path
    out: Path

    def publish(self) -> None:
        wanted = Wanted("head", start=date(2026, 9, 1))
        publish(self.house, order_of(self.house, self.book, "never"), wanted)

    def close(self, code: str = "2026-09") -> Path:
        out = self.book.with_name(f"{code}.xlsx")
        freeze(self.house, order_of(self.house, self.book, "never"), period(code), out, "head")
        return out

    def make(self, month: str = "2026-09", language: Language | None = None) -> Made:
        order = order_of(self.house, self.book, "never")
        return make_statement(self.house, Asked(order, AGENCY, month, self.out, language=language))

    def shown(self, tab: str) -> dict[str, object]:
        """First and second column of a tab, as a reader sees it that never calculates."""
        cells = openpyxl.load_workbook(self.out, data_only=True)[tab].iter_rows(values_only=True)
        return {str(row[0]): row[1] for row in cells if row[0] is not None}


@contextmanager
def contracted(
    folder: Path,
    terms: tuple[StartRow, ...] = AGREED,
    language: Language = "en",
    now: datetime = datetime(2026, 10, 22, 1, tzinfo=UTC),
    *,
    disputes: bool = False,
) -> Iterator[Contracted]:
    with house_at(folder / "data", FakeClock(now)) as house:
        fill(house, Few().shops, SEEN)
        start = book_start(Few(), "HY", language)
        filled = replace(
            start,
            tasks=[*map(_deliverable, DELIVERABLES), *(DISPUTES if disputes else ())],
            terms=[*term_rows(pack("agency", Region.US), language), *terms],
            settings={**start.settings, "pilot": "no"},
        )
        book = build(folder / "team.xlsx", "manager", language, filled)
        yield Contracted(house, book, folder / "statement.xlsx")


def floats(*amounts: Decimal | None) -> list[float | None]:
    """Amounts of money for a comparison."""
    return [None if amount is None else float(amount) for amount in amounts]


def _deliverable(one: tuple[str, date, date | None, str | None]) -> StartRow:
    number, due, delivered, outcome = one
    return {
        "no": number,
        "type": "deliverable",
        "what": f"Report {number}",
        "owner": AGENCY,
        "due": due,
        "delivered": delivered,
        "outcome": outcome,
    }
