"""A small book with one line of everything that scores, and versions of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kpi.book import EVER, NEVER, Book
from kpi.catalog import Catalog, shipped
from kpi.contracts import Contract, Version, contract_from, contract_of
from kpi.model import Better, PeriodKind, Region, Window
from kpi.trade import Assignment, Person, Shop
from kpi.typed_rows import Bound, Rule, Settings, TargetRow, WeightRow

CATALOG = shipped()
MONTHS = (None,) * 9 + (100_000.0, 120_000.0, None)  # October and November


def weight(metric: str = "net_sales", points: float = 60.0, start: date = EVER) -> WeightRow:
    return WeightRow(
        role="operations",
        region=Region.US,
        metric=metric,
        on=True,
        weight=points,
        method="ratio_up",
        better=Better.HIGHER,
        warn=0.95,
        breach=0.85,
        bound=Bound.STRICT,
        veto=False,
        start=start,
        cap=120.0,
        floor=0.0,
        params=(None,) * 4,
        missing="exclude",
        address="Weights!A5",
    )


TARGET = TargetRow(
    2026, Region.US, "AMZ-US", "net_sales", "CHEN", 1_500_000.0, MONTHS, "USD", "Targets!A5"
)
RULE = Rule(
    "R1", True, "acos", "*", PeriodKind.DAY, ">", 0.35, 2, "warn", "Rules!A5", keep=2, margin=0.02
)
PERSON = Person(
    *("CHEN", "Chen", "Ops", "operations", "HEAD", date(2026, 1, 5), None, 1.0, None),
    scored=True,
    ramp=(0.5, 1.0),
)
SHOP = Shop("AMZ-US", "amazon", "US", Region.US, "USD", "America/New_York", "CHEN", "US", "XH")
LINE = Assignment("AMZ-US", "desks", "LI", 0.4, Window(date(2026, 10, 16), date(2026, 11, 1)))
BOOK = Book(
    settings=Settings(month="2026-10", company="XH", fixed_rates={"EUR": 1.13}),
    shops=(SHOP,),
    people=(PERSON,),
    assignments=(LINE, replace(LINE, days=Window(EVER, NEVER))),
    targets=(TARGET,),
    weights=(weight(), weight("acos", 40.0)),
    rules=(RULE,),
)


def contract(book: Book = BOOK, catalog: Catalog = CATALOG) -> Contract:
    """As it comes back from where it was stored."""
    return contract_from(contract_of(book, catalog).text)


def version(number: int, start: date, book: Book = BOOK) -> Version:
    return Version(number, start, start, contract(book))
