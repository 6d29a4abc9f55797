"""What statements of an agency stated before: their numbers, and the net amounts they named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from kpi.agency import Statement
from kpi.agency_periods import Settled
from kpi.model import Language
from sync_service import audit, schema
from sync_service.house import House
from sync_service.refresh import Order

SAID = (  # of a month, in the order that it was always kept in
    *("level", "fee", "gap", "reward", "shortfall", "deliverables", "deductions"),
    *("net", "tax", "payable"),
)
SETTLED = ("net", "stated", "true_up", "tax", "payable")  # of a quarter or a year


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that is wanted."""

    order: Order
    person: str
    month: str
    out: Path
    terms: Path | None = None  # an earlier statement whose terms hold; None: those of `out`
    language: Language | None = None


def said_of_month(lines: Statement, currency: str) -> list[str]:
    """What a month's statement says, currency first."""
    return [currency, *(str(getattr(lines, name)) for name in SAID)]


def said_of_period(settled: Settled, currency: str) -> list[str]:
    """What a quarter's or year's statement says, currency first."""
    return [currency, *(str(getattr(settled, name)) for name in SETTLED)]


def number(house: House, asked: Asked, saying: list[str]) -> str:
    """Partner and period; statements that say something else than the one before count on."""
    before, count = None, 0
    for said in stated(house, asked, asked.month):
        count += said != before
        before = said
    count += saying != before
    return f"{asked.person}-{asked.month}" + (f"-{count}" if count > 1 else "")


def stated(house: House, asked: Asked, code: str) -> Iterator[list[str]]:
    """What every statement of a period said that was no draft, oldest first."""
    table = schema.audit
    wanted = select(table.c.after).where(table.c.action == "statement").order_by(table.c.seq)
    with house.store.read() as connection:
        found = list(connection.execute(wanted).scalars())
    about = {"book": asked.order.book, "person": asked.person, "month": code}
    for after in found:
        if after.get("stated") and about.items() <= after.items():
            yield after["stated"]


def net_stated(
    house: House, asked: Asked, code: str, names: Sequence[str], name: str, currency: str
) -> Decimal | None:
    """An amount of a period's last statement; 0 without one, unknown in another currency."""
    last: list[str] = []
    for said in stated(house, asked, code):
        last = said
    if not last:
        return Decimal(0)
    return Decimal(last[names.index(name) + 1]) if last[0] == currency else None


def keep(house: House, asked: Asked, after: dict[str, object]) -> None:
    """Note a statement that was made."""
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor=asked.order.who,
            action="statement",
            about=str(asked.out.resolve()),
            after={
                "book": asked.order.book,
                "person": asked.person,
                "month": asked.month,
                **after,
            },
        )
