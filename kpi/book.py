"""A workbook as nouns: everything that its tables say, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpi.agency_rows import TermRow
from kpi.book_nouns import (
    EVER,
    NEVER,
    CardKey,
    region_of,
)
from kpi.breach_typed import Typed
from kpi.errors import Problem
from kpi.model import Region
from kpi.need_rows import Need
from kpi.okr import KeyResult
from kpi.points import PointKind
from kpi.rule_rows import UnreadRule
from kpi.scoring import GRADES, Grade
from kpi.targets import Past
from kpi.trade import Assignment, Person, Product, Shop
from kpi.typed_rows import InputRow, PointRow, Rule, Settings, TargetRow, TaskRow, WeightRow

__all__ = ["EVER", "NEVER", "Book", "region_of", "scope_codes"]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything a manager typed, typed; rows that could not be read are in `problems`."""

    settings: Settings
    shops: tuple[Shop, ...] = ()
    people: tuple[Person, ...] = ()  # each once, as in force in the month under review
    moves: tuple[Person, ...] = ()  # every row, by its first day, of who has several
    own_roles: tuple[str, ...] = ()  # names in Duties that are no shipped roles
    assignments: tuple[Assignment, ...] = ()
    products: tuple[Product, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    other_stages: tuple[TargetRow, ...] = ()  # lines of targets that the company's stage leaves out
    weights: tuple[WeightRow, ...] = ()
    rules: tuple[Rule, ...] = ()
    unread_rules: tuple[UnreadRule, ...] = ()  # that are on and cannot be read
    inputs: tuple[InputRow, ...] = ()
    key_results: tuple[KeyResult, ...] = ()
    points: tuple[PointRow, ...] = ()
    breaches: tuple[Typed, ...] = ()  # what is typed beside a breach
    point_kinds: tuple[PointKind, ...] = ()
    grades: tuple[Grade, ...] = GRADES  # the best first
    tasks: tuple[TaskRow, ...] = ()
    needs: tuple[Need, ...] = ()  # KPIs that the needs diagnosis asks for
    terms: tuple[TermRow, ...] = ()  # of agencies
    kpis: frozenset[str] = frozenset()  # codes switched on in tblKpi
    reported: tuple[str, ...] = ()  # KPIs of the report pages, as typed; none: the shipped ones
    unused: frozenset[tuple[str, Region]] = frozenset()  # KPIs that one region does not use
    back_office: Mapping[str, float] = field(default_factory=dict)  # typed by hand, by shop
    problems: tuple[Problem, ...] = ()
    named: frozenset[str] = frozenset()  # codes in tables, of rows that could not be read too
    nameless: bool = False  # a shop or person lacks its code: an unknown code may be theirs
    staffed: bool = True  # False while People is empty, so that nobody can own anything
    unread_cards: frozenset[CardKey] = frozenset()  # cards with a line that could not be read
    target_cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # address of a target -> column -> A1 of its cell
    past: Past = field(default_factory=dict)  # months of the year before, for splits by history

    def shop(self, code: str) -> Shop | None:
        """The shop of a code."""
        return next((s for s in self.shops if s.code == code), None)


def scope_codes(book: Book) -> frozenset[str]:
    """The codes of every scope that the tables name, of rows that could not be read too."""
    shops = {code for s in book.shops for code in (s.code, s.market, s.platform)}
    shops |= {name for s in book.shops for name in (s.company, s.brand) if name}
    people = {p.code for p in book.people}
    categories = {p.category for p in book.products if p.category}
    return frozenset(shops | people | categories) | book.named
