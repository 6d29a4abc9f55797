"""A small room of targets: three shops, two people, three products, and lines of targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.catalog import shipped
from kpi.model import Region
from kpi.tables import CellValue
from kpi.targets import Split
from kpi.trade import Person, Product, Shop
from kpi.typed_rows import Settings, TargetRow
from sheet_templates.words import decode
from tests.table_support import Line, table

CATALOG = shipped()
SALES, ACOS, UNITS = (CATALOG.metrics[code] for code in ("net_sales", "acos", "units_sold"))
NAMES = {name: name for name in ("net_sales", "acos", "units_sold")}
NONE = (None,) * 12
OCT = period("2026-10")


def row(
    total: float | None = None,
    months: tuple[float | None, ...] = NONE,
    split: str = Split.EVEN,
    scope: str = "US",
    metric: str = "net_sales",
    region: Region = Region.US,
) -> TargetRow:
    return TargetRow(2026, region, scope, metric, "OPS1", total, months, "USD", "T!A5", split)


DE = Shop("DE1", "amazon", "DE", Region.EU, "EUR", "Europe/Berlin", "OPS1")
FR = Shop("FR1", "amazon", "FR", Region.EU, "EUR", "Europe/Paris", "OPS2")
WEB = Shop("WEB", "shopify", "DE", Region.EU, "EUR", "Europe/Berlin", "OPS2")


def person(code: str, department: str = "EU team", role: str = "operations") -> Person:
    return Person(code, code, department, role, None, None, None, None, None, scored=True)


LAMPS = (
    Product("L1", None, date(2025, 1, 1), "lamps", "new", None, None, "CNY"),
    Product("L1", None, date(2026, 10, 15), "lamps", "mature", None, None, "CNY"),
    Product("L2", None, date(2025, 1, 1), "lamps", "mature", None, None, "CNY"),
    Product("C1", None, date(2025, 1, 1), "chairs", None, None, None, "CNY"),
)


def line(scope: str, value: float | None, metric: str = "acos", currency: str = "USD") -> TargetRow:
    made = row(value, scope=scope, metric=metric, region=Region.EU)
    return replace(made, currency=currency, address=f"T!{scope}")


def room(*targets: TargetRow, **parts: object) -> Book:
    start = Book(
        Settings("2026-10", "", fixed_rates={"EUR": 1.25}),
        shops=(DE, FR, WEB),
        people=(person("OPS1"), person("OPS2")),
        products=LAMPS,
        targets=targets,
    )
    return replace(start, **parts)  # type: ignore[arg-type]  # fields by name


def sales(scope: str, value: float | None, currency: str = "USD") -> TargetRow:
    return line(scope, value, "net_sales", currency)


READ = "year region scope metric owner year_total basis baseline uplift uplift_unit split m01"
PEOPLE = table(
    "tblPeople",
    "人员",
    "person role department",
    ("OPS1", "运营", "欧洲组"),
    ("R/D", "运营", "欧洲组"),
)


def read(*cells: CellValue) -> Book:
    line: Line = (2026.0, "US", "US", *cells)
    targets = table("tblTarget", "目标", READ, line)
    tables = {t.name: t for t in (targets, PEOPLE)}
    return read_book(tables, decode, NAMES, CATALOG)
