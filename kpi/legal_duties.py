"""What the law asks of what a book sells: duties of its markets, companies and categories.

Proposals only. A category's kind of goods is what somebody said, what its tasks show (a category
that is registered for WEEE in one country is electrical in all), and what its name says.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from kpi.book import Book
from kpi.filings import ALIASES
from kpi.model import Region, Texts
from kpi.scopes import region_of_task
from kpi.trade import Shop
from kpi.typed_rows import TaskRow

_FILE = Path(__file__).with_name("legal_duties.toml")
ALL_GOODS = "*"
BRITAIN = "GB"
SHOWS = {"weee": "electronics", "battery": "batteries"}  # regimes that only one kind of goods has
Kinds = Mapping[str, frozenset[str]]
"""Category -> its kinds of goods."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of the table of duties."""

    regime: str
    where: str
    goods: frozenset[str]  # kinds; * for all
    by_country: bool  # one for each country, else one for the region
    by_category: bool  # one for each category, else one for each company
    names: Texts
    source: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty that a book has, and no task for."""

    duty: Duty
    country: str  # of a duty of the whole region the region's code
    region: Region
    company: str | None
    category: str | None

    @property
    def number(self) -> str:
        """`D-DE-weee-lamps`: the same whenever it is proposed."""
        parts = ("D", self.country, self.duty.regime, self.company, self.category)
        return "-".join(part for part in parts if part)


@cache
def duties() -> tuple[Duty, ...]:
    """The shipped table."""
    return tuple(
        Duty(
            regime=regime,
            where=where,
            goods=frozenset(goods.split()),
            by_country=once.split()[0] == "country",
            by_category=once.split()[1] == "category",
            names={"zh": zh, "en": en},
            source=source,
        )
        for regime, where, goods, once, zh, en, source in _lines("duties")
    )


@cache
def goods_words() -> Kinds:
    """The words of each kind of goods."""
    return {kind: frozenset(words.split()) for kind, words in _lines("words")}


def _lines(name: str) -> Iterator[list[str]]:
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))[name]
    for line in text.strip().splitlines():
        yield [part.strip() for part in line.split("|")]


# --- goods ---------------------------------------------------------------------------------------


def kinds_of_goods(categories: Iterable[str], tasks: Iterable[TaskRow], said: Kinds) -> Kinds:
    """The kinds of each category; none where nothing tells one."""
    shown: dict[str, set[str]] = {}
    for task in tasks:
        if task.category and task.regime in SHOWS:
            shown.setdefault(task.category, set()).add(SHOWS[task.regime])
    return {
        one: said[one] if one in said else frozenset(shown.get(one, ())) | _by_name(one)
        for one in categories
    }


def _by_name(category: str) -> frozenset[str]:
    name = category.casefold()
    return frozenset(
        kind for kind, words in goods_words().items() if any(_is_in(word, name) for word in words)
    )


def _is_in(word: str, name: str) -> bool:
    """A Latin word at the start of a word, a Chinese one anywhere."""
    return bool(re.search(rf"\b{word}", name)) if word.isascii() else word in name


# --- what is owed --------------------------------------------------------------------------------


def categories_sold(book: Book, today: date) -> tuple[str, ...]:
    """The categories of products that a shop sells, in the order of the table."""
    markets = {shop.market for shop in _open(book, today)}
    sold = (p.category for p in book.products if p.market is None or p.market in markets)
    return tuple(dict.fromkeys(filter(None, sold)))


def owed(book: Book, today: date, said: Kinds | None = None) -> tuple[Owed, ...]:
    """Every duty of the table that the book's shops and products bring and no task names."""
    kinds = kinds_of_goods(categories_sold(book, today), book.tasks, said or {})
    found: dict[str, Owed] = {}
    for duty in duties():
        for shop in _open(book, today):
            for one in _of_shop(book, duty, shop, kinds):
                found.setdefault(one.number, one)
    numbers = {task.number for task in book.tasks}
    return tuple(
        one
        for one in found.values()
        if one.number not in numbers and not any(_is_it(task, one) for task in book.tasks)
    )


def _of_shop(book: Book, duty: Duty, shop: Shop, kinds: Kinds) -> Iterator[Owed]:
    country = _place(duty, shop)
    if country is not None:
        company = None if duty.by_category else shop.company or None
        for category in _categories(book, duty, shop, kinds):
            yield Owed(duty, country, shop.region, company, category)


def _open(book: Book, today: date) -> Iterator[Shop]:
    return (shop for shop in book.shops if shop.closed is None or shop.closed >= today)


def _place(duty: Duty, shop: Shop) -> str | None:
    """The country or region of a duty, where a shop has it; a store of all the EU is no country."""
    market = ALIASES.get(shop.market, shop.market)
    inside = BRITAIN if market == BRITAIN else str(shop.region)
    if duty.where not in {inside, market}:
        return None
    if not duty.by_country:
        return duty.where
    return None if market == Region.EU else shop.market


def _categories(book: Book, duty: Duty, shop: Shop, kinds: Kinds) -> tuple[str | None, ...]:
    """The categories that a duty is for, one by one; a single None for all goods together."""
    if not duty.by_category:
        return (None,)
    sold = (p.category for p in book.products if p.market in {None, shop.market})
    return tuple(
        one
        for one in dict.fromkeys(sold)
        if one is not None and (ALL_GOODS in duty.goods or kinds.get(one, frozenset()) & duty.goods)
    )


def _is_it(task: TaskRow, one: Owed) -> bool:
    """Whether a task is of a duty; one that names no company or category is of all."""
    if (task.type, task.regime) != ("compliance", one.duty.regime):
        return False
    here = not one.duty.by_country and region_of_task(task) is one.region
    if task.country != one.country and not here:
        return False
    if one.company is not None and task.company not in {None, one.company}:
        return False
    return one.category is None or task.category in {None, one.category}
