"""One computed month of the smallest company, and what a test changes in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import pytest

from kpi.book import Book
from kpi.leaves import LeafSums
from kpi.model import Language, PeriodKind, Window
from kpi.typed_rows import Rule
from sync_service.compute import Computed, Inputs, compute
from sync_service.house import House
from sync_service.refresh import look
from sync_service.sandbox.truth import streams_of
from sync_service.workbooks.port import BookContents
from tests.road_support import Few, Folder, commit, copied, facts_of, house_at, order_of

LANGUAGES: tuple[Language, ...] = ("zh", "en")
DE, US = "HY-AMZ-DE", "HY-SHP-US"
YEAR_AGO = Window(date(2025, 10, 1), date(2025, 11, 1))


@pytest.fixture(scope="session")
def small_house(road: Folder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The two shops, with the October of last year."""
    mine = copied(road, tmp_path_factory.mktemp("paths") / "road", "FEW")
    with house_at(mine.home) as opened:
        for shop in Few().shops:
            for stream in streams_of(shop):
                rows = facts_of(shop, stream, YEAR_AGO)
                if rows.num_rows:
                    commit(opened, shop.code, stream, YEAR_AGO, rows)
        yield opened


@pytest.fixture(scope="session")
def seen(small_house: House, road: Folder) -> tuple[Computed, BookContents]:
    """The month of the smallest company, and the workbook that it came from."""
    found = look(small_house, order_of(small_house, road.book("FEW")))
    return found.done, found.contents


def again(done: Computed, **changed: object) -> Computed:
    """The same facts computed with other inputs."""
    given: Inputs = replace(done.given, **changed)  # type: ignore[arg-type]  # fields of Inputs
    return compute(given)


def with_book(done: Computed, change: Callable[[Book], Book]) -> Computed:
    return again(done, book=change(done.book))


def without(leaves: LeafSums, shop: str) -> LeafSums:
    """The leaves without those of a shop; the shop itself stays known."""
    keep = leaves.shop != leaves.shops.index(shop)
    return replace(
        leaves,
        day=leaves.day[keep],
        shop=leaves.shop[keep],
        stream=leaves.stream[keep],
        category=leaves.category[keep],
        currency=leaves.currency[keep],
        rows=leaves.rows[keep],
        sums={m: column[keep] for m, column in leaves.sums.items()},
        known={m: column[keep] for m, column in leaves.known.items()},
    )


def unseen(leaves: LeafSums, shop: str, stream: str, measure: str, since: date) -> LeafSums:
    """A measure of a stream that is not known from a day on."""
    hidden = (leaves.shop == leaves.shops.index(shop)) & (leaves.day >= since.toordinal())
    hidden &= leaves.stream == leaves.streams.index(stream)
    known = leaves.known[measure].copy()
    known[hidden] = 0
    return replace(leaves, known={**leaves.known, measure: known})


def alarmed(done: Computed) -> Computed:
    """Rules that every shop breaks each day, in money and as a ratio of money."""
    rule = Rule("R1", True, "net_sales", "*", PeriodKind.DAY, ">", 1.0, 1, "warn", "Rules!A5")
    ratio = replace(rule, code="R2", metric="contribution_margin", operator="<", value=9.0)
    return with_book(done, lambda book: replace(book, rules=(rule, ratio)))
