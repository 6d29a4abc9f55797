"""The workbook's tables read into nouns: what cannot be read becomes a Problem with its cell.

A row that is wrong is left out and named; the rest of the book goes on. Words of the dropdowns
(region, method, ...) are turned into codes by `decode`, so this file knows no language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from kpi import book_nouns as nouns
from kpi.book_rows import Decode, RowReader
from kpi.book_settings import read_settings
from kpi.errors import Problem
from kpi.model import (
    Assignment,
    InputRow,
    Person,
    PointRow,
    Product,
    Rule,
    Settings,
    Shop,
    TargetRow,
    TaskRow,
    WeightRow,
)
from kpi.tables import Table

NAMING = (  # the columns whose texts are codes that other tables name
    ("tblShop", "shop"),
    ("tblShop", "market"),
    ("tblPeople", "person"),
    ("tblProduct", "category"),
)
Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a manager typed, typed; rows that could not be read are in `problems`."""

    settings: Settings
    shops: tuple[Shop, ...] = ()
    people: tuple[Person, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    products: tuple[Product, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    weights: tuple[WeightRow, ...] = ()
    rules: tuple[Rule, ...] = ()
    inputs: tuple[InputRow, ...] = ()
    points: tuple[PointRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    kpis: frozenset[str] = frozenset()  # codes switched on in tblKpi
    back_office: Mapping[str, float] = field(default_factory=dict)  # typed by hand, by shop
    problems: tuple[Problem, ...] = ()
    named: frozenset[str] = frozenset()  # codes in tables, of rows that could not be read too

    def shop(self, code: str) -> Shop | None:
        """The shop of a code."""
        return next((s for s in self.shops if s.code == code), None)


def read_book(tables: Mapping[str, Table], decode: Decode, names: Mapping[str, str]) -> Book:
    """Read every table; `names` maps any KPI or measure name (zh, en, code) to its code."""
    problems: list[Problem] = []

    def rows(name: str) -> Iterator[RowReader]:
        table = tables.get(name)
        if table is not None:
            for row in table.rows:
                yield RowReader(table, row, decode, names, problems)

    settings = read_settings(tables.get("tblSetting"), decode, problems)
    shops = _keyed(rows("tblShop"), nouns.shop, lambda s: s.code)
    people = _keyed(rows("tblPeople"), nouns.person, lambda p: p.code)
    known = nouns.Known(
        _codes(shops, rows("tblShop"), "shop"), _codes(people, rows("tblPeople"), "person")
    )
    return Book(
        settings=settings,
        shops=shops,
        people=people,
        assignments=_all(rows("tblAssign"), lambda r: nouns.assignment(r, known)),
        products=_keyed(rows("tblProduct"), nouns.product, lambda p: (p.sku, p.market, p.start)),
        targets=_keyed(
            rows("tblTarget"),
            lambda r: nouns.target(r, settings),
            lambda t: (t.year, t.region, t.scope, t.metric),
        ),
        weights=_keyed(
            rows("tblWeight"),
            lambda r: nouns.weight(r, settings),
            lambda w: (w.role, w.region, w.metric, w.start),
        ),
        rules=_keyed(rows("tblRule"), nouns.rule, lambda r: r.code),
        inputs=_keyed(
            rows("tblInput"),
            lambda r: nouns.input_row(r, known),
            lambda i: (i.day, i.shop, i.measure),
        ),
        points=_all(rows("tblPoint"), lambda r: nouns.point(r, known)),
        tasks=_keyed(rows("tblTask"), nouns.task, lambda t: t.number),
        kpis=frozenset(_all(rows("tblKpi"), nouns.switched_on)),
        back_office=dict(_all(rows("tblReconcile"), nouns.back_office)),
        problems=tuple(problems),
        named=_codes_named(rows),
    )


def _codes(read: Sequence[Shop | Person], rows: Iterator[RowReader], column: str) -> nouns.Codes:
    return nouns.Codes(frozenset(noun.code for noun in read), _named(rows, column))


def _codes_named(rows: Callable[[str], Iterator[RowReader]]) -> frozenset[str]:
    return frozenset().union(*(_named(rows(table), column) for table, column in NAMING))


def _named(rows: Iterator[RowReader], column: str) -> frozenset[str]:
    return frozenset(code for row in rows if (code := row.text(column)))


def _all(rows: Iterator[RowReader], read: Callable[[RowReader], Noun | None]) -> tuple[Noun, ...]:
    return tuple(noun for row in rows if (noun := read(row)) is not None and not row.bad)


def _keyed(
    rows: Iterator[RowReader],
    read: Callable[[RowReader], Noun | None],
    key: Callable[[Noun], Hashable],
) -> tuple[Noun, ...]:
    """The nouns of a table whose key may stand only once: the first row counts."""
    seen: dict[Hashable, str] = {}
    nouns: list[Noun] = []
    for row in rows:
        noun = read(row)
        if noun is None or row.bad:
            continue
        first = seen.setdefault(key(noun), row.address)
        if first == row.address:
            nouns.append(noun)
        else:
            _duplicate(row, first)
    return tuple(nouns)


def _duplicate(row: RowReader, first: str) -> None:
    row.wrong(row.table.columns[0], "duplicate_key", first=first)
