"""What no single cell of a workbook shows: weight sums, owners, scopes that nobody knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from kpi.book import NEVER, Book, scope_codes
from kpi.book_links import owners_in
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.missing import Policy
from kpi.model import Region
from kpi.rule_rows import crossing
from kpi.step_table import has_table, on_actual
from kpi.target_scopes import target_scopes
from kpi.target_stages import unchosen
from kpi.task_checks import check_tasks
from kpi.typed_rows import TargetRow, WeightRow
from kpi.weight_modes import WeightMode

ABOVE_ZERO = frozenset({"ratio_up", "mirror_down", "step_pct", "tiers"})  # divide by the target
MOST_REPORTED = 10  # KPIs of a scope on a report page, which stays one screen
WEIGHT_TOLERANCE = 1e-9  # points; scoring.md section 6


def check_book(book: Book) -> tuple[Problem, ...]:
    """What no single cell shows: weight sums off 100, targets without an owner, strangers."""
    checks = (
        _weight_sums,
        _unanswered,
        _owners,
        _strange_scopes,
        _taken_names,
        _zero_targets,
        _unused,
        _reported,
        _unchosen_stage,
        _crossed_rules,
        check_tasks,
    )
    return tuple(problem for check in checks for problem in check(book))


def _weight_sums(book: Book) -> Iterator[Problem]:
    cards: dict[tuple[str, Region], list[WeightRow]] = {}
    for weight in book.weights:
        cards.setdefault((weight.role, weight.region), []).append(weight)
    for (role, region), rows in cards.items():
        valid = newest(rows, NEVER)
        on = [w for w in valid if w.on]
        if not on or _unread(book, role, region):
            continue  # a card that is off scores nobody; a line left out was named already
        total = sum(w.weight for w in on)
        place = place_of(valid[0].address, "tblWeight")
        if book.settings.weight_mode == WeightMode.RELATIVE:
            if not total > 0:
                yield problem("weights_none", place, role=role, region=region)
        elif abs(total - 100) > WEIGHT_TOLERANCE:
            rest = 100 - total
            yield problem("weight_sum", place, role=role, region=region, total=total, rest=rest)


def _unanswered(book: Book) -> Iterator[Problem]:
    """Policies that have nothing to put in the place of a missing value."""
    for weight in book.weights:
        place = place_of(weight.address, "tblWeight")
        if weight.missing == Policy.SUBSTITUTE and weight.substitute is None:
            yield problem("no_substitute", place, metric=weight.metric)
        elif weight.missing == Policy.ZERO and not weight.confirmed:
            yield problem("zero_unconfirmed", place, metric=weight.metric)


def _unread(book: Book, role: str, region: Region) -> bool:
    return any(r in (None, role) and g in (None, region) for r, g in book.unread_cards)


def newest(rows: Sequence[WeightRow], day: date) -> list[WeightRow]:
    """Of each KPI the line that is valid on a day: the latest start that is not after it."""
    best: dict[str, WeightRow] = {}
    for row in rows:
        if row.start <= day and (row.metric not in best or best[row.metric].start < row.start):
            best[row.metric] = row
    return [row for row in rows if best.get(row.metric) is row]


def _owners(book: Book) -> Iterator[Problem]:
    """Exactly one person answers for a target."""
    for target in book.targets if book.staffed else ():
        place = _target_place(book, target, "owner")
        said = {"scope": target.scope, "metric": target.metric}
        owners = owners_in(target.owner or "", {person.code for person in book.people})
        if not owners:
            yield problem("target_without_owner", place, **said)
        elif len(owners) > 1:
            shown = ", ".join(owners)
            yield problem("target_many_owners", place, **said, count=len(owners), shown=shown)


def _strange_scopes(book: Book) -> Iterator[Problem]:
    known = scope_codes(book) | target_scopes(book)
    for target in () if book.nameless else book.targets:
        if target.scope not in known:
            place = _target_place(book, target, "scope")
            yield problem("unknown_scope", place, scope=target.scope)


def _taken_names(book: Book) -> Iterator[Problem]:
    """Targets of a company or brand whose name is a code of something else, or of both at once."""
    bare = tuple(replace(shop, company="", brand="") for shop in book.shops)
    taken = scope_codes(replace(book, shops=bare, named=frozenset())) | target_scopes(book)
    for target in book.targets:
        companies = {shop.code for shop in book.shops if shop.company == target.scope}
        brands = {shop.code for shop in book.shops if shop.brand == target.scope}
        apart = companies and brands and companies != brands
        if apart or ((companies or brands) and target.scope in taken):
            yield problem("name_taken", _target_place(book, target, "scope"), scope=target.scope)


def _zero_targets(book: Book) -> Iterator[Problem]:
    """Targets of 0 under a method that divides by them (scoring reference, 3.1 and 3.12)."""
    methods = {
        (row.metric, row.region): row.method
        for row in book.weights
        if row.on and row.weight > 0 and _divides(row)
    }
    for target in book.targets:
        method = methods.get((target.metric, target.region))
        if method is not None and 0 in (target.year_total, *target.months):
            place = _target_place(book, target, "year_total")
            yield problem("zero_target", place, metric=target.metric, method=method)


def _divides(row: WeightRow) -> bool:
    """Whether a line divides by its target; an own step table may look the actual itself up."""
    if has_table(row.params):
        return not on_actual(row.params)
    return row.method in ABOVE_ZERO


def _unused(book: Book) -> Iterator[Problem]:
    """Lines that score a KPI which their region does not use."""
    for row in book.weights:
        if row.on and row.weight > 0 and (row.metric, row.region) in book.unused:
            place = place_of(row.address, "tblWeight")
            yield problem("kpi_not_used", place, metric=row.metric, region=row.region)


def _unchosen_stage(book: Book) -> Iterator[Problem]:
    """Targets for stages of the company, and no stage in Setup."""
    line = unchosen(book.other_stages, book.settings.company_stage)
    if line is not None:
        place = _target_place(book, line, "company_stage")
        yield problem("stage_not_chosen", place, scope=line.scope, metric=line.metric)


def _reported(book: Book) -> Iterator[Problem]:
    """More KPIs for the report pages than a screen shows."""
    more = book.reported[MOST_REPORTED:]
    if more:
        yield problem(
            "too_many_reported",
            Place(table="tblKpi"),
            most=MOST_REPORTED,
            found=len(book.reported),
            more=", ".join(more),
        )


def _crossed_rules(book: Book) -> Iterator[Problem]:
    """A typed last day that another row of the same rule never lets come."""
    for before, after in crossing(book.rules):
        place = place_of(after.address, "tblRule")
        said = {"start": after.start, "end": before.end}
        yield problem("rules_crossed", place, rule=after.code, **said)


def _target_place(book: Book, target: TargetRow, column: str) -> Place:
    place = place_of(target.address, "tblTarget")
    cell = book.target_cells.get(target.address, {}).get(column)
    return replace(place, cell=cell) if cell else place


def place_of(address: str, table: str) -> Place:
    """The place of a row from its `sheet!cell`."""
    sheet, _, cell = address.rpartition("!")
    return Place(sheet=sheet, cell=cell, table=table)
