"""The workbook's tables read into nouns: what cannot be read becomes a Problem with its cell.

A row that is wrong is left out and named; the rest of the book goes on. Words of the dropdowns
(region, method, ...) are turned into codes by `decode`, so this file knows no language.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from kpi.agency_rows import read_term, term_order
from kpi.assignment_rows import Held, read_assignment
from kpi.book import Book, scope_codes
from kpi.book_links import Codes, doubt_managers, doubt_people, doubt_rule_scopes, doubt_words
from kpi.book_nouns import (
    CardKey,
    card_of,
    read_back_office,
    read_key_result,
    read_point,
    read_point_kind,
    read_product,
    read_reported,
    read_shop,
    read_switched_on,
    read_target,
    read_task,
    read_unused,
    read_weight,
)
from kpi.book_rows import Decode, RowReader
from kpi.book_settings import read_settings
from kpi.campaigns import asked_campaigns
from kpi.catalog import Catalog
from kpi.errors import Problem
from kpi.grade_rows import read_grades
from kpi.input_rows import read_input
from kpi.moves import read_people, with_people
from kpi.need_rows import read_needs
from kpi.own_roles import doubt_roles, own_roles, with_own_roles
from kpi.rule_rows import UnreadRule, doubt_quiet_days, is_on, read_rule, read_typed, unread_rule
from kpi.sku_scopes import asked_skus
from kpi.step_rows import refuse_without_room
from kpi.tables import Table
from kpi.target_stages import in_force
from kpi.targets import key_of
from kpi.typed_rows import Rule, Settings, WeightRow

KEYS: Mapping[str, tuple[str, ...]] = {  # a row with none of them filled in is nobody's
    "tblShop": ("shop",),
    "tblPeople": ("person",),
    "tblAssign": ("shop", "person"),
    "tblProduct": ("sku",),
    "tblTarget": ("year", "region", "scope", "metric"),
    "tblWeight": ("role", "region", "metric"),
    "tblRule": ("rule",),
    "tblInput": ("day", "shop", "measure"),
    "tblOkr": ("no",),
    "tblPoint": ("no", "person", "month"),
    "tblPointKind": ("kind",),
    "tblTask": ("no",),
    "tblPain": ("no",),
    "tblNeed": ("metric",),
}
NAMING = (  # the columns whose texts are codes that other tables name
    ("tblShop", "shop"),
    ("tblShop", "market"),
    ("tblShop", "company"),
    ("tblShop", "brand"),
    ("tblPeople", "person"),
    ("tblProduct", "category"),
)
Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class _Reading:
    """The tables of a book being read."""

    tables: Mapping[str, Table]
    decode: Decode
    names: Mapping[str, str]
    problems: list[Problem]
    nameless: frozenset[tuple[str, int]]  # (table, row) of rows that lack their key

    def rows(self, name: str) -> Iterator[RowReader]:
        """A reader for each row of a table that has its key; none where there is no table."""
        table = self.tables.get(name)
        for row in table.rows if table else ():
            if table and (name, row.number) not in self.nameless:
                yield RowReader(table, row, self.decode, self.names, self.problems)

    def codes(self, name: str, column: str, read: Iterable[str]) -> Codes:
        """The codes of a table, of its `read` rows and of all."""
        return Codes(frozenset(read), _named(self.rows(name), column), self.lacks(name))

    def lacks(self, name: str) -> bool:
        """Whether a row of a table has no key."""
        return any(table == name for table, _ in self.nameless)


def read_book(
    tables: Mapping[str, Table],
    decode: Decode,
    names: Mapping[str, str],
    catalog: Catalog | None = None,
) -> Book:
    """Read every table; `names` maps any KPI or measure name (zh, en, code) to its code.

    With the catalogue, what a row says is also held against what its KPI or measure can be.
    """
    problems: list[Problem] = []
    duties = tables.get("tblDuty")
    own = tuple(own_roles(duties, decode).values())
    decode = with_own_roles(decode, duties)
    reading = _Reading(tables, decode, names, problems, _nameless(tables, decode, problems))
    settings = read_settings(tables.get("tblSetting"), decode, problems)
    book, person_codes = _read(reading, settings, catalog)
    book = replace(book, own_roles=own)
    _doubts(reading.rows, book, person_codes if "tblPeople" in tables else None)
    return replace(book, problems=tuple(problems))


def _read(reading: _Reading, settings: Settings, catalog: Catalog | None) -> tuple[Book, Codes]:
    """The nouns of every table, and the codes of People; problems are noted on the way."""
    rows = reading.rows
    shops = _keyed(rows("tblShop"), read_shop, lambda s: s.code)
    people = read_people(rows("tblPeople"))
    shop_codes = reading.codes("tblShop", "shop", (s.code for s in shops))
    person_codes = reading.codes("tblPeople", "person", (p.code for p in people))
    book = Book(
        settings=settings,
        shops=shops,
        named=_codes_named(rows),
        nameless=shop_codes.open or person_codes.open,
        staffed="tblPeople" not in reading.tables or bool(person_codes.named) or person_codes.open,
    )
    book = _with_cards(with_people(book, people), reading, catalog)
    book = _with_lines(book, reading, catalog, shop_codes, person_codes)
    return _with_rest(book, reading, person_codes), person_codes


def _with_cards(book: Book, reading: _Reading, catalog: Catalog | None) -> Book:
    """With how it is scored and watched: weights and rules."""
    items = reading.tables.get("tblScore")
    weights, unread = _weights(reading.rows("tblWeight"), book.settings, catalog, items)
    rules, unread_rules = _rules(reading.rows("tblRule"), catalog, reading.problems)
    every = {(None, None)} if reading.lacks("tblWeight") else set()
    return replace(
        book, weights=weights, unread_cards=unread | every, rules=rules, unread_rules=unread_rules
    )


def _with_lines(
    book: Book, reading: _Reading, catalog: Catalog | None, shops: Codes, people: Codes
) -> Book:
    """With who has what, what it is, what is asked of it, and its typed figures."""
    rows = reading.rows
    held = Held(book.shops, _held_codes(reading, shops), people)
    typed = _keyed(
        rows("tblTarget"),
        lambda r: read_target(r, book.settings, catalog),
        lambda t: (*key_of(t), t.stage),
    )
    targets, others = in_force(typed, book.settings.company_stage)
    return replace(
        book,
        assignments=_many(rows("tblAssign"), lambda r: read_assignment(r, held)),
        products=_keyed(rows("tblProduct"), read_product, lambda p: (p.sku, p.market, p.start)),
        targets=targets,
        other_stages=others,
        target_cells={row.address: row.cells() for row in rows("tblTarget")},
        inputs=_keyed(
            rows("tblInput"),
            lambda r: read_input(r, shops, people, catalog),
            lambda i: (i.day, i.shop, i.person, i.measure),
        ),
    )


def _held_codes(reading: _Reading, shops: Codes) -> Codes:
    """The shops with their markets and platforms, of rows that could not be read too."""
    wide = (_named(reading.rows("tblShop"), column) for column in ("market", "platform"))
    return replace(shops, named=shops.named.union(*wide))


def _with_rest(book: Book, reading: _Reading, people: Codes) -> Book:
    """With goals, points, grades, tasks, and the KPIs in use."""
    rows = reading.rows
    return replace(
        book,
        key_results=_keyed(rows("tblOkr"), read_key_result, lambda k: k.number),
        points=_all(rows("tblPoint"), lambda r: read_point(r, people)),
        breaches=_keyed(rows("tblBreach"), read_typed, lambda t: t.number),
        point_kinds=_keyed(rows("tblPointKind"), read_point_kind, lambda k: k.kind),
        grades=read_grades(
            reading.tables.get("tblGrade"), tuple(rows("tblGrade")), reading.problems
        ),
        tasks=_keyed(rows("tblTask"), read_task, lambda t: t.number),
        needs=read_needs(rows("tblPain"), rows("tblNeed")),
        terms=_keyed(rows("tblTerm"), lambda r: read_term(r, people), term_order),
        kpis=frozenset(_all(rows("tblKpi"), read_switched_on)),
        reported=_all(rows("tblKpi"), read_reported),
        unused=frozenset(_all(rows("tblKpi"), read_unused)),
        back_office=dict(_all(rows("tblReconcile"), read_back_office)),
    )


def _weights(
    rows: Iterator[RowReader], settings: Settings, catalog: Catalog | None, items: Table | None
) -> tuple[tuple[WeightRow, ...], frozenset[CardKey]]:
    """The lines of all cards, and the cards of lines that could not be read."""
    unread: set[CardKey] = set()

    def read(row: RowReader) -> WeightRow:
        found = read_weight(row, settings, catalog)
        refuse_without_room(row, found.params, items)
        if row.bad:
            unread.add(card_of(row))
        return found

    lines = _keyed(rows, read, lambda w: (w.role, w.region, w.metric, w.start))
    return lines, frozenset(unread)


def _rules(
    rows: Iterator[RowReader], catalog: Catalog | None, problems: list[Problem]
) -> tuple[tuple[Rule, ...], tuple[UnreadRule, ...]]:
    """The rules, and those that are on but could not be read, with what is wrong in them."""
    unread: list[UnreadRule] = []

    def read(row: RowReader) -> Rule | None:
        before = len(problems)
        found = read_rule(row, catalog)
        if row.bad and is_on(row):
            unread.append(unread_rule(row, problems[before:]))
        return found

    rules = _keyed(rows, read, lambda r: (r.code, r.start))
    return rules, tuple(unread)


def _doubts(rows: Callable[[str], Iterator[RowReader]], book: Book, people: Codes | None) -> None:
    """What rows say that the book does not hold; without People nobody is a stranger."""
    if people is not None:
        doubt_people(rows, people)
    doubt_managers(rows, book.people)
    doubt_roles(rows("tblDuty"), book.own_roles, scope_codes(book))
    doubt_words(rows)
    doubt_rule_scopes(rows, _rule_scopes(book), complete=not book.nameless)
    doubt_quiet_days(rows, int(book.settings.month[:4] or 0) or date.min.year)


def _rule_scopes(book: Book) -> frozenset[str]:
    return scope_codes(book) | asked_skus(book).keys() | asked_campaigns(book).keys()


def _nameless(
    tables: Mapping[str, Table], decode: Decode, problems: list[Problem]
) -> frozenset[tuple[str, int]]:
    """Rows that hold something but no key: one Problem each, and no reader sees them."""
    found = set()
    for name, keys in KEYS.items():
        table = tables.get(name)
        for row in table.rows if table else ():
            reader = RowReader(table, row, decode, {}, problems) if table else None
            if reader and not any(reader.text(key) for key in keys if key in reader.table.columns):
                reader.needed(keys[0])
                found.add((name, row.number))
    return frozenset(found)


def _codes_named(rows: Callable[[str], Iterator[RowReader]]) -> frozenset[str]:
    return frozenset().union(*(_named(rows(table), column) for table, column in NAMING))


def _named(rows: Iterator[RowReader], column: str) -> frozenset[str]:
    return frozenset(code for row in rows if (code := row.text(column)))


def _all(rows: Iterator[RowReader], read: Callable[[RowReader], Noun | None]) -> tuple[Noun, ...]:
    return tuple(noun for row in rows if (noun := read(row)) is not None and not row.bad)


def _many(
    rows: Iterator[RowReader], read: Callable[[RowReader], Iterable[Noun]]
) -> tuple[Noun, ...]:
    """The nouns of rows that make several each."""
    return tuple(noun for row in rows for noun in tuple(read(row)) if not row.bad)


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
