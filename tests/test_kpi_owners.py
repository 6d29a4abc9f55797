"""Targets of companies and brands by hand: an agency has DE1 and US1 of Acme, FR1 and WEB of Bolt.

DE1 sells the brand Lumo, FR1 and WEB sell Nord, US1 sells several.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from kpi.alarms import watches
from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.contracts import in_force
from kpi.model import Region, ScopeKind, Unit
from kpi.organisation import in_region, person_parts
from kpi.person_targets import Goals
from kpi.register import Register
from kpi.scope_goals import scope_goal
from kpi.scopes import owners, scopes
from kpi.target_gaps import Gap, gaps
from kpi.target_scopes import TargetKind, kind_of, shops_of
from kpi.trade import Product, Shop
from kpi.typed_rows import TargetRow
from sheet_templates.words import decode
from tests.alarm_support import rule
from tests.contract_support import BOOK as SIGNED_BOOK
from tests.contract_support import CATALOG as SIGNED
from tests.contract_support import version
from tests.table_support import table
from tests.target_support import (
    ACOS,
    CATALOG,
    DE,
    FR,
    NAMES,
    OCT,
    SALES,
    WEB,
    line,
    room,
    sales,
)
from tests.test_kpi_register import task

SHOPS = (
    replace(DE, company="Acme", brand="Lumo"),
    replace(FR, company="Bolt", brand="Nord"),
    replace(WEB, company="Bolt", brand="Nord"),
    Shop("US1", "amazon", "US", Region.US, "USD", "America/New_York", "OPS1", company="Acme"),
)
END = date(2026, 11, 1)


def agency(*targets: TargetRow, **parts: object) -> Book:
    return room(*targets, **{"shops": SHOPS, **parts})


def us(scope: str, value: float) -> TargetRow:
    return replace(sales(scope, value), region=Region.US)


def found(book: Book) -> dict[tuple[str, str], list[str]]:
    """The shops of each company and brand, by region and name."""
    return {
        (str(one.scope.region or ""), one.scope.code): [part.shop for part in one.parts]
        for one in scopes(book)
        if one.scope.kind in {ScopeKind.ENTITY, ScopeKind.BRAND}
    }


def test_a_company_is_its_shops_in_each_region_and_over_both() -> None:
    assert found(agency()) == {
        ("US", "Acme"): ["US1"],
        ("EU", "Acme"): ["DE1"],
        ("", "Acme"): ["DE1", "US1"],
        ("EU", "Bolt"): ["FR1", "WEB"],
        ("", "Bolt"): ["FR1", "WEB"],
        ("EU", "Lumo"): ["DE1"],
        ("", "Lumo"): ["DE1"],
        ("EU", "Nord"): ["FR1", "WEB"],
        ("", "Nord"): ["FR1", "WEB"],
    }


ONE = tuple(replace(shop, company="Acme", brand="") for shop in SHOPS)


@pytest.mark.parametrize(
    ("book", "names"),
    [
        pytest.param(agency(shops=ONE), [], id="one company has all shops: it is the book"),
        pytest.param(agency(sales("Acme", 9.0), shops=ONE), ["Acme"], id="a target names it"),
        pytest.param(
            agency(shops=(*ONE[:3], replace(ONE[3], company=""))), ["Acme"], id="a shop of nobody"
        ),
        pytest.param(
            agency(shops=tuple(replace(s, company=s.brand) for s in SHOPS[:3])),
            ["Lumo", "Nord"],
            id="a company named like its brand is one scope",
        ),
    ],
)
def test_a_name_is_a_scope_where_it_parts_the_book(book: Book, names: list[str]) -> None:
    assert list(owners(book)) == names
    assert list(dict.fromkeys(name for _, name in found(book))) == names


def test_a_name_that_is_a_code_already_is_no_second_scope() -> None:
    book = agency(shops=(replace(SHOPS[0], company="FR"), *SHOPS[1:]))
    assert not {key for key in found(book) if key[1] == "FR"}


@pytest.mark.parametrize(
    ("scope", "kind", "shops"),
    [
        pytest.param("Bolt", TargetKind.ENTITY, ["FR1", "WEB"], id="a company"),
        pytest.param("Acme", TargetKind.ENTITY, ["DE1"], id="in the line's region alone"),
        pytest.param("Lumo", TargetKind.BRAND, ["DE1"], id="a brand"),
    ],
)
def test_what_a_line_of_a_company_covers(scope: str, kind: TargetKind, shops: list[str]) -> None:
    book, made = agency(), sales(scope, 9.0)
    assert kind_of(book, made) is kind
    assert [shop.code for shop in shops_of(book, made)] == shops


@pytest.mark.parametrize(
    ("parent", "rows", "wanted"),
    [
        pytest.param(
            "EU",
            (sales("EU", 100.0), sales("Acme", 60.0), sales("Bolt", 30.0), sales("Nord", 30.0)),
            [
                Gap(TargetKind.ENTITY, 2, Decimal(90), Decimal(10)),
                Gap(TargetKind.BRAND, 1, Decimal(30), Decimal(70)),
            ],
            id="companies leave 10 of the region",
        ),
        pytest.param(
            "Bolt",
            (
                *(sales("Bolt", 100.0), sales("Nord", 90.0), sales("Lumo", 5.0)),
                *(sales("FR1", 40.0), sales("WEB", 60.0), sales("DE1", 7.0)),
            ),
            [
                Gap(TargetKind.BRAND, 1, Decimal(90), Decimal(10)),
                Gap(TargetKind.SHOP, 2, Decimal(100), Decimal(0)),
            ],
            id="a company is its brands and its shops, and nobody else's",
        ),
        pytest.param(
            "Nord",
            (sales("Nord", 100.0), sales("FR1", 40.0), sales("DE1", 7.0)),
            [Gap(TargetKind.SHOP, 1, Decimal(40), Decimal(60))],
            id="a brand is its shops",
        ),
    ],
)
def test_a_company_against_the_lines_below(
    parent: str, rows: tuple[TargetRow, ...], wanted: list[Gap]
) -> None:
    above = next(row for row in rows if row.scope == parent)
    assert list(gaps(agency(*rows), above, Unit.MONEY)) == wanted


def test_a_brand_of_two_companies_is_part_of_neither() -> None:
    shops = (SHOPS[0], replace(SHOPS[1], brand="Lumo"), *SHOPS[2:])
    book = agency(sales("Acme", 100.0), sales("Lumo", 9.0), shops=shops)
    assert gaps(book, book.targets[0], Unit.MONEY) == ()


@pytest.mark.parametrize(
    ("rows", "code", "side", "value"),
    [
        pytest.param((sales("Acme", 1_200.0),), "Acme", Region.EU, 100.0, id="typed for the EU"),
        pytest.param((sales("DE1", 240.0),), "Acme", Region.EU, 20.0, id="its shops where not"),
        pytest.param(
            (sales("Acme", 1_200.0), us("Acme", 600.0)), "Acme", None, 150.0, id="US and EU"
        ),
        pytest.param((sales("Acme", 1_200.0),), "Acme", None, None, id="the US is not known"),
        pytest.param((sales("Bolt", 1_200.0),), "Bolt", None, 100.0, id="it has only the EU"),
        pytest.param(
            (sales("FR1", 120.0), sales("WEB", 240.0)), "Nord", None, 30.0, id="shops of a brand"
        ),
    ],
)
def test_the_goal_of_a_company(
    rows: tuple[TargetRow, ...], code: str, side: Region | None, value: float | None
) -> None:
    book = agency(*rows)
    scope = next(s for s in scopes(book) if (s.scope.code, s.scope.region) == (code, side))
    goal = scope_goal(book, OCT, SALES, scope, END)
    assert (goal.value if goal else None) == value


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("Bolt", 0.25, id="it has only the EU: what is typed for it there"),
        pytest.param("Acme", None, id="of both regions: no ratio is the mean of two"),
        pytest.param("ALL", None, id="nor is it of the whole"),
    ],
)
def test_the_ratio_of_a_company_over_its_regions(code: str, value: float | None) -> None:
    book = agency(line("Bolt", 0.25), line("Acme", 0.3), line("EU", 0.2))
    scope = next(s for s in scopes(book) if (s.scope.code, s.scope.region) == (code, None))
    goal = scope_goal(book, OCT, ACOS, scope, END)
    assert (goal.value if goal else None) == value


ORDER = ("EU", "FR", "Bolt", "Nord", "FR1")


@pytest.mark.parametrize("known", range(1, len(ORDER) + 1))
def test_a_ratio_asks_shop_before_brand_before_company_before_market(known: int) -> None:
    book = agency(
        *(line(scope, n / 10) for n, scope in enumerate(ORDER[:known], 1)), shops=SHOPS[:2]
    )
    parts = in_region(book, person_parts(book, "OPS2"), Region.EU)
    goal = Goals(book, OCT).of(ACOS, Region.EU, ("OPS2",), parts, END)
    assert goal is not None
    assert (goal.basis, goal.value) == (ORDER[known - 1], known / 10)


def test_the_names_are_read_and_a_stranger_is_told() -> None:
    shops = table(
        "tblShop",
        "店铺",
        "shop platform market owner currency time_zone company brand",
        ("DE1", "amazon", "DE", "OPS1", "EUR", "Europe/Berlin", "Acme", "Lumo"),
    )
    people = table("tblPeople", "人员", "person role", ("OPS1", "运营"))
    targets = table(
        "tblTarget",
        "目标",
        "year region scope metric owner year_total",
        *((2026.0, "EU", name, "net_sales", "OPS1", 1.0) for name in ("Acme", "Lumo", "Acmee")),
    )
    tables = {one.name: one for one in (shops, people, targets)}
    book = read_book(tables, decode, NAMES, CATALOG)
    assert (book.shops[0].company, book.shops[0].brand) == ("Acme", "Lumo")
    assert [p.what["en"] for p in check_book(book)] == ['There is no scope "Acmee".']


LAMPS = (Product("L1", None, date(2025, 1, 1), "Acme", "new", None, None, "CNY"),)


@pytest.mark.parametrize(
    ("book", "told"),
    [
        pytest.param(agency(sales("Acme", 1.0)), 0, id="its own name"),
        pytest.param(agency(sales("Acme", 1.0), products=LAMPS), 1, id="a category's name too"),
        pytest.param(agency(sales("Nord", 1.0), products=LAMPS), 0, id="no target names it"),
        pytest.param(
            agency(sales("Acme", 1.0), shops=(*SHOPS[:3], replace(SHOPS[3], brand="Acme"))),
            *(1,),
            id="a brand of one of the company's two shops",
        ),
        pytest.param(
            agency(sales("Bolt", 1.0), shops=tuple(replace(s, brand=s.company) for s in SHOPS)),
            *(0,),
            id="a company and its only brand",
        ),
    ],
)
def test_a_name_of_two_scopes_is_told(book: Book, told: int) -> None:
    assert [p.code for p in check_book(book)] == ["name_taken"] * told


def test_a_rule_on_a_company_watches_all_of_it_once() -> None:
    scope = rule(scope="Acme")
    assert [one.scope.region for one in scopes(agency()) if watches(scope, one)] == [None]


def test_a_company_has_the_tasks_that_name_it() -> None:
    tasks = (task("1", company="Acme"), task("2", company="Bolt"), task("3"))
    book = replace(agency(), tasks=tasks)
    found = Register(book, CATALOG, END)
    acme = next(one.scope for one in scopes(book) if one.scope.code == "Acme")
    assert [one.number for one in found.tasks(replace(acme, region=None))] == ["1"]


@pytest.mark.parametrize(
    ("scope", "whose"),
    [
        pytest.param("AMZ-US", ("Bolt", "Nord"), id="no target names one: as it is typed now"),
        pytest.param("Acme", ("Acme", "Nord"), id="the company as it was signed"),
        pytest.param("Lumo", ("Bolt", "Lumo"), id="the brand as it was signed"),
    ],
)
def test_whose_a_shop_is_is_signed_where_a_target_names_one(
    scope: str, whose: tuple[str, str]
) -> None:
    """A shop that is moved to another company moves no target that was agreed."""
    shop = replace(SIGNED_BOOK.shops[0], company="Acme", brand="Lumo")
    target = replace(SIGNED_BOOK.targets[0], scope=scope)
    agreed = replace(SIGNED_BOOK, shops=(shop,), targets=(target,))
    live = replace(agreed, shops=(replace(shop, company="Bolt", brand="Nord"),))
    terms = in_force(live, SIGNED, (version(1, date(2026, 10, 1), agreed),), OCT)
    assert (terms.book.shops[0].company, terms.book.shops[0].brand) == whose
