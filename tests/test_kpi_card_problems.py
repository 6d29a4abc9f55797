"""What keeps a card from being counted: each kind found once, and nothing that is well."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.card_problems import without_share
from kpi.errors import Level
from kpi.model import Region
from kpi.money import DayRates
from kpi.scope_values import GAPS
from kpi.scorecards import Scoring
from kpi.scoring import adjusted, combined
from kpi.sheet_scoring import person_total
from kpi.totals import Converter, Totals
from kpi.trade import Shop
from tests.card_support import (
    CATALOG,
    D1,
    LAST,
    OCT,
    PEOPLE,
    SHOP,
    book,
    run,
    sources,
    target,
    weight,
)
from tests.leaf_support import Leaf, leaf_sums
from tests.libreoffice import NA, Office

US_SHOP = Shop("US", "amazon", "US", Region.US, "USD", "America/New_York", "OPS1")


def both(share: float | None) -> Book:
    """One person with a shop on either side, 31,000 EUR each."""
    return book(
        shops=(SHOP, US_SHOP),
        weights=(weight("net_sales", 100), weight("net_sales", 100, region=Region.US)),
        targets=(
            target("DE", "net_sales", 31_000.0),
            replace(target("US", "net_sales", 31_000.0, "USD"), region=Region.US),
        ),
        people=(replace(PEOPLE[0], us_share=share),),
    )


def sold(*days: list[Leaf]) -> Actuals:
    leaves = leaf_sums([leaf for day in days for leaf in day])
    platforms = dict.fromkeys(leaves.shops, "amazon")
    totals = Totals(leaves, platforms, sources, {**CATALOG.measures, **GAPS})
    money = Converter("USD", {"EUR": 1.1}, DayRates({"USD": 0}, (D1,), {D1: ("1.1",)}))
    return Actuals(totals, CATALOG, money, dict.fromkeys(("DE", "US"), LAST), frozenset())


@pytest.mark.parametrize(
    ("share", "total", "told"),
    [
        pytest.param(0.5, 95.0, [], id="half of 110 and half of 80"),
        pytest.param(0.0, 80.0, [], id="a share of nothing is a share"),
    ],
)
def test_two_cards_need_a_share(share: float | None, total: float | None, told: list[str]) -> None:
    cards = Scoring(both(share), sold(run("DE", 800, 1), run("US", 1_000, 1))).people(OCT)
    assert [card.total for card in cards] == [total]
    found = list(without_share(cards))
    assert [one.place.text for one in found] == told
    assert {(one.code, one.place.table) for one in found} <= {("share_missing", "tblPeople")}


def test_without_a_typed_share_the_sales_targets_say_it() -> None:
    """31,000 of 31,000 + 34,100 dollars: 0.476190476 x 110 + 0.523809524 x 80 = 94.28571428."""
    facts = sold(run("DE", 800, 1), run("US", 1_000, 1))
    [card] = Scoring(both(None), facts).people(OCT)
    assert (card.us_share, card.share_derived) == (0.476190476, True)
    assert card.total == 94.28571428
    [note] = without_share((card,))
    assert (note.code, note.level, note.place.text) == ("share_derived", Level.NOTE, "OPS1")
    [typed] = Scoring(both(0.5), facts).people(OCT)
    assert not typed.share_derived


def test_without_sales_targets_on_both_sides_nobody_knows_the_share() -> None:
    given = replace(both(None), targets=both(None).targets[:1])
    facts = sold(run("DE", 800, 1), run("US", 1_000, 1))
    [card] = Scoring(given, facts).people(OCT)
    assert (card.us_share, card.share_derived, card.total) == (None, False, None)
    assert [one.code for one in without_share((card,))] == ["share_missing"]


def test_one_card_needs_none() -> None:
    cards = Scoring(replace(both(None), shops=(SHOP,)), sold(run("DE", 800, 1))).people(OCT)
    assert ([card.total for card in cards], list(without_share(cards))) == ([80.0], [])


def test_the_sheet_joins_two_cards_as_the_service_does(office: Office, tmp_path: Path) -> None:
    """An empty share took the EU card for the whole; 0 is typed and means just that."""
    shares = (None, 0.0, 0.5, 1.0)
    path = tmp_path / "share.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        tab = made.add_worksheet()
        for row, share in enumerate(shares):
            tab.write_row(row, 1, (90.0, 110.0, 2.0))  # US, EU, points by hand
            if share is not None:
                tab.write_number(row, 0, share)
            cells = (f"{column}{row + 1}" for column in "BCAD")
            tab.write_formula(row, 4, "=" + person_total(*cells))
    (sheet,) = office.calculate(path).values()
    ours = [adjusted(combined(90.0, 110.0, share), (2.0,)) for share in shares]
    assert ours == [None, 112.0, 102.0, 92.0]
    assert [row[4] for row in sheet] == [NA, *ours[1:]]
