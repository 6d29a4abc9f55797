"""What no single cell of a workbook shows: weight sums, owners, scopes that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from kpi.book import Book
from kpi.book_nouns import NEVER
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.missing import Policy
from kpi.model import Region, WeightRow
from kpi.task_checks import check_tasks

WEIGHT_TOLERANCE = 1e-9  # points; scoring.md section 6


def check_book(book: Book) -> tuple[Problem, ...]:
    """What no single cell shows: weight sums off 100, targets without an owner, strangers."""
    checks = (
        _weight_sums,
        _unanswered,
        _ownerless,
        _strange_scopes,
        _strange_owners,
        check_tasks,
    )
    return tuple(problem for check in checks for problem in check(book))


def _weight_sums(book: Book) -> Iterator[Problem]:
    cards: dict[tuple[str, Region], list[WeightRow]] = {}
    for weight in book.weights:
        cards.setdefault((weight.role, weight.region), []).append(weight)
    for (role, region), rows in cards.items():
        valid = newest(rows, NEVER)
        total = sum(w.weight for w in valid if w.on)
        if abs(total - 100) > WEIGHT_TOLERANCE:
            place = _place(valid[0].address, "tblWeight")
            rest = 100 - total
            yield problem("weight_sum", place, role=role, region=region, total=total, rest=rest)


def _unanswered(book: Book) -> Iterator[Problem]:
    """Policies that have nothing to put in the place of a missing value."""
    for weight in book.weights:
        place = _place(weight.address, "tblWeight")
        if weight.missing == Policy.SUBSTITUTE:
            yield problem("no_substitute", place, metric=weight.metric)
        elif weight.missing == Policy.ZERO and not weight.confirmed:
            yield problem("zero_unconfirmed", place, metric=weight.metric)


def newest(rows: Sequence[WeightRow], day: date) -> list[WeightRow]:
    """Of each KPI the line that is valid on a day: the latest start that is not after it."""
    best: dict[str, WeightRow] = {}
    for row in rows:
        if row.start <= day and (row.metric not in best or best[row.metric].start < row.start):
            best[row.metric] = row
    return [row for row in rows if best.get(row.metric) is row]


def _ownerless(book: Book) -> Iterator[Problem]:
    for target in book.targets:
        if target.owner is None:
            place = _place(target.address, "tblTarget")
            yield problem("target_without_owner", place, scope=target.scope, metric=target.metric)


def _strange_scopes(book: Book) -> Iterator[Problem]:
    known = {str(r) for r in Region} | {s.code for s in book.shops} | {s.market for s in book.shops}
    known |= {p.code for p in book.people} | {p.role for p in book.people}
    known |= {p.category for p in book.products if p.category} | {s.platform for s in book.shops}
    known |= book.named  # a wrong row of a shop or person is one Problem, at that row
    for target in book.targets:
        if target.scope not in known:
            yield problem("unknown_scope", _place(target.address, "tblTarget"), scope=target.scope)


def _strange_owners(book: Book) -> Iterator[Problem]:
    people = {p.code for p in book.people} | book.named
    for shop in book.shops:
        if shop.owner is not None and shop.owner not in people:
            place = Place(table="tblShop", text=shop.code)
            yield problem("unknown_owner", place, shop=shop.code, owner=shop.owner)


def _place(address: str, table: str) -> Place:
    sheet, _, cell = address.rpartition("!")
    return Place(sheet=sheet, cell=cell, table=table)
