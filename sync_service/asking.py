"""Questions beside the refresh: a book computed for KPIs that its cards may not hold.

Nothing is written, and nobody's score changes: the KPIs are added to those that are shown.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from kpi.actuals import Actuals
from kpi.book import Book
from kpi.catalog import Catalog
from kpi.model import Language, Metric, Region
from kpi.organisation import ScopeParts
from sync_service.compute import Computed, ScopeKey, compute
from sync_service.contract_store import records
from sync_service.house import House
from sync_service.refresh import Order, inputs, own_book, read
from sync_service.told import ToldError


def computed(
    house: House, order: Order, kpis: Collection[str] = (), *, by_sku: bool = False
) -> Computed:
    """A book computed with these KPIs, by code or name; `by_sku` makes each SKU a category.

    Raises:
        ToldError: A KPI that the catalogue does not know.
    """
    contents = order.port.read()
    own_book(contents)
    book, catalog, _ = read(contents)
    codes = {kpi_code(catalog, name) for name in kpis}
    shown = replace(book, kpis=book.kpis | codes)
    language: Language = "en" if contents.language == "en" else "zh"
    versions = tuple(one.version for one in records(house.store, order.book))
    asked = by_product(shown) if by_sku else shown
    return compute(inputs(house, asked, catalog, language, versions))


def by_product(book: Book) -> Book:
    """The same book with each product in a category of its own."""
    return replace(book, products=tuple(replace(p, category=p.sku) for p in book.products))


def kpi_code(catalog: Catalog, name: str) -> str:
    """The code of a KPI typed by code or by its name in either language."""
    code = name if name in catalog.metrics else catalog.names().get(name, "")
    if code not in catalog.metrics:
        raise ToldError(
            f'"{name}" is no KPI. `python -m sync_service packs sources` lists them all.',
            f"没有“{name}”这个指标。`python -m sync_service packs sources` 列出全部指标。",
        )
    return code


def metric_of(done: Computed, name: str) -> Metric:
    """A KPI of a computation."""
    return done.metric(kpi_code(done.given.catalog, name))


def at_day_rates(done: Computed) -> Actuals:
    """The same facts with money at each day's rate, also where the book stores a fixed one."""
    money = replace(done.actuals.money, fixed={})
    return replace(done.actuals, money=money)


def scope_of(done: Computed, code: str, region: str | None = None) -> tuple[ScopeKey, ScopeParts]:
    """A scope by its code; people and categories exist in both regions, `region` says which.

    Raises:
        ToldError: The book has no such scope, or two.
    """
    found = [key for key in done.scopes if key[1] == code and region in {None, str(key[0])}]
    if region is None:  # a company or brand of both regions has a whole too
        found = [key for key in found if key[0] is None] or found
    if len(found) == 1:
        return found[0], done.scopes[found[0]]
    if not found:
        named = ", ".join(dict.fromkeys(known for _, known in done.scopes))
        raise ToldError(
            f'The book has no scope "{code}". It has {named}.',
            f"本簿没有范围“{code}”。有：{named}。",
        )
    sides = "/".join(Region)
    raise ToldError(
        f'"{code}" exists in both regions; add --region {sides}.',
        f"“{code}”在两个区域都有；请加 --region {sides}。",
    )
