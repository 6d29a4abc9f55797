"""What a refresh asks of the facts: measures, days, shops, products, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from kpi.book import Book
from kpi.campaigns import asked_campaigns
from kpi.catalog import shipped
from kpi.contracts import Terms
from kpi.leaves import LeafSums
from kpi.model import Window
from kpi.sku_scopes import asked_skus
from sync_service.compute import needed
from sync_service.house import House
from sync_service.imports.unit_costs import known_costs, with_costs
from sync_service.leaf_query import LeafQuery
from sync_service.past_months import asks_history

# Facts that one refresh reads: three months and a year before the running month, which has 31 days.
HISTORY = timedelta(days=495)


def leaves_for(house: House, every: Sequence[Terms], now: datetime) -> LeafSums:
    """One pass over the facts for everything that the book's KPIs stand on, in any version."""
    book = every[-1].book
    shops = {shop.code: shop.market for one in reversed(every) for shop in one.book.shops}
    wanted = sorted({measure for one in every for measure in needed(one.book, one.catalog)})
    end = now.date() + timedelta(days=2)  # no shop's day is further ahead than this
    window = Window(_first_day([one.book for one in every], end), end)
    products = with_costs(book.products, known_costs(house.store))
    places = frozenset(code for code, one in shipped().measures.items() if one.placed)
    skus = frozenset(asked.sku for one in every for asked in asked_skus(one.book).values())
    named = frozenset(asked.name for one in every for asked in asked_campaigns(one.book).values())
    apart = LeafQuery(tuple(wanted), window, shops, products, places=places, skus=skus)
    return house.facts.leaves(replace(apart, campaigns=named))


def _first_day(books: Sequence[Book], end: date) -> date:
    """The first day that is looked at; a split by history looks at the whole year before."""
    month = books[-1].settings.month
    start = date.fromisoformat(f"{month}-01") if month else end
    asked = [row.year for book in books for row in asks_history(book.targets)]
    years = [date(year - 1, 1, 1) for year in asked if year in {start.year, end.year}]
    return min([min(start, end) - HISTORY, *years])
