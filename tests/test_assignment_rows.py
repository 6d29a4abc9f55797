"""Assignments of shops, markets, platforms and regions: who holds what on which days."""

from __future__ import annotations

from datetime import date

import pytest

from kpi.book import Book
from kpi.book_reading import read_book
from kpi.calendar import period
from kpi.organisation import person_parts
from kpi.role_shares import unshared
from kpi.tables import Table
from sheet_templates.words import decode
from tests.table_support import Line, table

CODES = "shop platform market owner currency time_zone closed"
SHOPS: tuple[Line, ...] = (
    ("AMZ-DE", "亚马逊", "DE", "OPS1", "EUR", "Europe/Berlin"),
    ("AMZ-DE2", "亚马逊", "DE", "OPS1", "EUR", "Europe/Berlin", date(2026, 10, 20)),
    ("AMZ-FR", "亚马逊", "FR", "OPS1", "EUR", "Europe/Paris"),
    ("SHP-US", "Shopify", "US", "OPS1", "USD", "America/New_York"),
)
PEOPLE = table("tblPeople", "人员", "person role", ("OPS1", "运营"), ("OPS2", "运营"))


def book(*lines: Line, shops: tuple[Line, ...] = SHOPS) -> Book:
    assigned = table("tblAssign", "分工", "shop category person share start end", *lines)
    tables: tuple[Table, ...] = (table("tblShop", "店铺", CODES, *shops), PEOPLE, assigned)
    return read_book({one.name: one for one in tables}, decode, {})


@pytest.mark.parametrize(
    ("text", "shops"),
    [
        pytest.param("AMZ-FR", ["AMZ-FR"], id="a shop"),
        pytest.param("DE", ["AMZ-DE", "AMZ-DE2"], id="a market"),
        pytest.param("amazon", ["AMZ-DE", "AMZ-DE2", "AMZ-FR"], id="a platform by its code"),
        pytest.param("亚马逊", ["AMZ-DE", "AMZ-DE2", "AMZ-FR"], id="a platform by its word"),
        pytest.param("EU", ["AMZ-DE", "AMZ-DE2", "AMZ-FR"], id="a region"),
        pytest.param("US", ["SHP-US"], id="a region that is a market"),
    ],
)
def test_a_line_holds_every_shop_that_it_names(text: str, shops: list[str]) -> None:
    found = book((text, "Kitchen", "OPS2", 0.5, date(2026, 10, 1), date(2026, 10, 31)))
    assert found.problems == ()
    assert [line.shop for line in found.assignments] == shops
    days = {(str(line.days.start), str(line.days.end)) for line in found.assignments}
    assert days == {("2026-10-01", "2026-11-01")}
    assert {(line.category, line.person, line.share) for line in found.assignments} == {
        ("Kitchen", "OPS2", 0.5)
    }


def test_a_campaign_is_held_and_its_shop_stays_whose_it_is() -> None:
    found = book(("AMZ-DE # Brand", "Kitchen", "OPS2", 0.5, date(2026, 10, 1)))
    assert found.problems == ()
    [line] = found.assignments
    assert (line.shop, line.category, line.share) == ("AMZ-DE#Brand", None, 0.5)
    assert person_parts(found, "OPS2") == ()
    assert any(part.shop == "AMZ-DE" and part.whole for part in person_parts(found, "OPS1"))
    [wrong] = book(("AMZ-XX#Brand", None, "OPS2")).problems
    assert (wrong.code, wrong.place.cell) == ("unknown_code", "A5")


def test_a_market_is_held_from_its_day_and_while_its_shops_are_open() -> None:
    """OPS2 takes Germany from 11 October; the second shop closes on the 20th."""
    found = book(("DE", None, "OPS2", None, date(2026, 10, 11)))
    parts = {
        part.shop: (str(part.days.start), str(part.days.end))
        for part in person_parts(found, "OPS2")
    }
    assert parts["AMZ-DE"][0] == "2026-10-11"
    assert parts["AMZ-DE2"] == ("2026-10-11", "2026-10-21")
    own = [part for part in person_parts(found, "OPS1") if part.shop == "AMZ-DE"]
    assert [str(part.days.end) for part in own] == ["2026-10-11"]


def test_a_shop_beside_its_market_counts_twice_and_is_told() -> None:
    found = book(("DE", None, "OPS1"), ("AMZ-DE", None, "OPS2"))
    (problem,) = unshared(found, period("2026-10"))
    assert (problem.code, problem.place.text) == ("share_sum", "AMZ-DE")


@pytest.mark.parametrize(
    ("shops", "codes"),
    [
        pytest.param(SHOPS[3:], [("unknown_code", "A5")], id="no shop of that market"),
        pytest.param(
            ((*SHOPS[0][:4], "DM", "Europe/Berlin"),),
            [("unknown_currency", "E5")],
            id="the only shop of it has a fault of its own",
        ),
    ],
)
def test_a_market_without_shops_is_told_once(
    shops: tuple[Line, ...], codes: list[tuple[str, str]]
) -> None:
    found = book(("DE", None, "OPS2"), shops=shops)
    assert [(p.code, p.place.cell) for p in found.problems] == codes
    assert found.assignments == ()
