"""Platform limits as dated rows: what a platform demands of a KPI, on which days, by which source.

A typed limit that is looser than the platform's is doubted: the platform would act first. A
stricter one is the team's own business.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from kpi.book import Book
from kpi.book_rows import is_month
from kpi.calendar import period
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Better, Region, Texts
from kpi.typed_rows import Bound, Rule

_FILE = Path(__file__).with_name("thresholds.toml")
_OPEN = "."
_BEYOND = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}  # what is asked -> what breaks it


@dataclass(frozen=True, slots=True)
class Threshold:
    """One demand of a platform."""

    kpi: str
    platform: str
    regions: frozenset[str]
    operator: str  # what the platform asks for: < <= > >=
    value: float  # in the KPI's unit
    window: str  # of a rule: what the platform counts, or the nearest to it
    start: date | None  # first day; None: always before
    end: date | None  # last day; None: still
    source: Texts
    link: str

    @property
    def beyond(self) -> str:
        """The operator of a rule that finds what breaks the demand."""
        return _BEYOND[self.operator]

    def holds(self, day: date) -> bool:
        """Whether the demand is in force on a day."""
        begun = self.start is None or self.start <= day
        return begun and (self.end is None or day <= self.end)

    def looser(self, operator: str, value: float) -> bool:
        """Whether `value`, found by `operator`, lets pass what the platform does not."""
        if operator[0] != self.beyond[0]:
            return False  # it looks the other way
        if value == self.value:
            return "=" in self.beyond and "=" not in operator
        return value > self.value if operator[0] == ">" else value < self.value


@cache
def thresholds() -> tuple[Threshold, ...]:
    """The shipped limits, in the order of the file."""
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))["limits"]
    return tuple(
        _threshold([part.strip() for part in line.split("|")]) for line in text.strip().splitlines()
    )


def _threshold(parts: list[str]) -> Threshold:
    kpi, platform, regions, operator, value, window, start, end, zh, en, link = parts
    where = frozenset(regions.split())
    days = (_day(start), _day(end))
    texts: Texts = {"zh": zh, "en": en}
    return Threshold(kpi, platform, where, operator, float(value), window, *days, texts, link)


def _day(text: str) -> date | None:
    return None if text == _OPEN else date.fromisoformat(text)


def in_force(day: date) -> tuple[Threshold, ...]:
    """The limits that hold on a day."""
    return tuple(one for one in thresholds() if one.holds(day))


def loose_limits(book: Book) -> Iterator[Problem]:
    """Breach limits and rules that a platform of the book undercuts, at their rows.

    The last day of the month under review decides which demand holds.
    """
    if not is_month(book.settings.month):
        return
    day = period(book.settings.month).window.end - timedelta(days=1)
    shops = {(shop.platform, str(shop.region)) for shop in book.shops}
    for demand in in_force(day):
        here = {region for platform, region in shops if platform == demand.platform}
        regions = here & demand.regions
        if regions:
            yield from _of_weights(book, demand, regions)
            yield from _of_rules(book, demand, day)


def _of_weights(book: Book, demand: Threshold, regions: set[str]) -> Iterator[Problem]:
    for row in book.weights:
        if row.metric != demand.kpi or row.breach is None or str(row.region) not in regions:
            continue
        sign = "<" if row.better is Better.HIGHER else ">"
        operator = sign + "=" * (row.bound is Bound.INCLUSIVE)
        if row.on and demand.looser(operator, row.breach):
            yield _told(demand, operator, row.breach, row.address, "tblWeight")


def _of_rules(book: Book, demand: Threshold, day: date) -> Iterator[Problem]:
    """The rules that can judge on the day; one that ended before it lets nothing pass any more."""
    for rule in book.rules:
        ended = rule.end is not None and rule.end < day
        watched = rule.on and not ended and rule.against == "value" and rule.metric == demand.kpi
        if watched and _reaches(book, rule, demand) and demand.looser(rule.operator, rule.value):
            yield _told(demand, rule.operator, rule.value, rule.address, "tblRule")


def _reaches(book: Book, rule: Rule, demand: Threshold) -> bool:
    """Whether a rule watches some shop of the platform; a wider scope than a shop is taken to."""
    shop = book.shop(rule.scope)
    return shop is None or (shop.platform == demand.platform and shop.region in demand.regions)


def _told(demand: Threshold, operator: str, value: float, address: str, table: str) -> Problem:
    sheet, _, cell = address.rpartition("!")
    return problem(
        "looser_than_platform",
        Place(sheet=sheet, cell=cell, table=table),
        metric=demand.kpi,
        typed=f"{operator} {value:g}",
        asked=f"{demand.operator} {demand.value:g}",
        beyond=f"{demand.beyond} {demand.value:g}",
        zh=demand.source["zh"],
        en=demand.source["en"],
        link=demand.link,
    )


def proposed(book: Book, day: date) -> Iterator[tuple[Threshold, str]]:
    """The limits of the day that no rule of the book watches yet, shop by shop.

    Only KPIs that are switched on: a rule on another one would judge what nobody looks at.
    """
    watched = {(rule.metric, rule.scope) for rule in book.rules}
    for demand in in_force(day):
        for shop in book.shops:
            fits = shop.platform == demand.platform and Region(shop.region) in demand.regions
            known = {(demand.kpi, shop.code), (demand.kpi, "*")} & watched
            if fits and not known and demand.kpi in book.kpis:
                yield demand, shop.code
