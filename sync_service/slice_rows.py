"""The rows and stamps of a slice: the service's figures of the partner's own data, no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kpi.model import ScopeKind
from kpi.numbers import R
from kpi.person_cards import PersonCard
from kpi.person_targets import Goals
from kpi.scoring import SMALL_SHARE, total_of
from kpi.tables import CellValue, ErrorValue
from sheet_templates.layout import TABLES, Owner
from sheet_templates.start import StartRow
from sheet_templates.words import LISTS, show
from sync_service import agreement
from sync_service.compute import Computed
from sync_service.contract_store import label
from sync_service.filling import attention, breaches, scores, tasks, values
from sync_service.filling.bands import band
from sync_service.filling.cells import FilledRow, known, short_day, worded
from sync_service.slices import Slice
from sync_service.workbooks.port import NamePatch, TablePatch, Written


def partner(mine: Slice) -> dict[str, Iterable[FilledRow]]:
    """The service's tables of a partner's book."""
    return {
        "tblContract": agreement.kpis(mine),
        "tblClause": agreement.clauses(mine),
        "tblScore": scores.items(mine.done),
        "tblWeek": scores.strip(mine.done),
        "tblBreach": _breaches(mine),
    }


def patches(
    mine: Slice,
    served: Mapping[str, Iterable[FilledRow]],
    typed: Mapping[str, Sequence[StartRow]],
) -> Iterator[TablePatch]:
    """The tables of the slice; `typed` are the manager's rows, which the service writes here."""
    done, words = mine.done, mine.done.given.language
    for name, rows in served.items():
        computed = scores.computed(done) if name == "tblScore" else {}
        yield TablePatch(name, TABLES[name].key, tuple(rows), computed=computed)
    figures: dict[str, Mapping[Written, FilledRow]] = {
        "tblShop": {row["shop"]: row for row in _shops(mine)},
        "tblPoint": {row["no"]: row for row in scores.points(done)},
        "tblTask": {row["no"]: row for row in worded("tblTask", tasks.tasks(done), words)},
    }
    for name, lines in typed.items():
        key = TABLES[name].key[0]
        more = figures.get(name, {})
        shown = ({**_shown(name, line, mine), **more.get(line[key], {})} for line in lines)
        yield TablePatch(name, (key,), tuple(shown), owners=(Owner.SERVICE, Owner.MANAGER))


def _shown(name: str, line: StartRow, mine: Slice) -> dict[str, CellValue | ErrorValue]:
    """A manager's row with its codes in the words of the slice."""
    return {code: _word(name, code, value, mine) for code, value in line.items()}


def _word(
    name: str, code: str, value: CellValue | ErrorValue, mine: Slice
) -> CellValue | ErrorValue:
    base, _, words = TABLES[name].column(code).kind.partition(":")
    if base != "choice":
        return value
    if isinstance(value, bool):
        return show("yes_no", "yes" if value else "no", mine.done.given.language)
    if isinstance(value, str) and words in LISTS:
        return show(words, value, mine.done.given.language)
    return value


def _breaches(mine: Slice) -> Iterator[FilledRow]:
    for row in breaches.breaches(mine.done):
        yield {**row, "owner": mine.person if row["owner"] == mine.person else None}


def _shops(mine: Slice) -> Iterator[FilledRow]:
    """The shops' figures; what is due of a shared shop is due of the person's own days."""
    for row in values.shops(mine.done):
        code = str(row["shop"])
        yield row if code in mine.entire else {**row, "due": known(_due(mine, code))}


def _due(mine: Slice, code: str) -> float | None:
    shop = mine.done.book.shop(code)
    if shop is None:
        return None
    sales = mine.done.value("net_sales", (shop.region, code))
    if sales is None:
        return None
    goals = Goals(mine.done.book, mine.done.month)
    metric = mine.done.metric("net_sales")
    goal = goals.of(metric, shop.region, (), mine.parts[code], sales.covered.end)
    return R(goal.value * goal.share) if goal and goal.share is not None else None


def stamps(mine: Slice) -> Iterator[NamePatch]:
    """The single cells that every tab shows, of the person's own data."""
    yield NamePatch("nmDataUntil", _until(mine))
    yield from book_stamps(mine.done)
    yield NamePatch("nmServiceNote", attention.service_note(mine.done))
    yield from _month_stamps(mine.done.people[0])


def _month_stamps(card: PersonCard) -> Iterator[NamePatch]:
    """What the person's month is added up from; of the team its total and nothing else."""
    yield NamePatch("nmUsShare", known(card.us_share))
    yield NamePatch("nmDropBelow", SMALL_SHARE if card.drop_small else None)
    yield NamePatch("nmTotalLimit", card.limit[1])
    yield NamePatch("nmPoints", known(total_of(card.points)))
    yield NamePatch("nmTeam", card.team.team if card.team else None)
    yield NamePatch("nmTeamShare", card.team.share if card.team else None)
    yield NamePatch("nmTeamTotal", known(card.team.total) if card.team else None)


def book_stamps(done: Computed) -> Iterator[NamePatch]:
    """The stamps of any slice, which tell of no scope."""
    settings = done.book.settings
    yield NamePatch("nmRefreshed", attention.stamp(done))
    yield NamePatch("nmState", band(done))
    yield NamePatch("nmVersion", label(done.version) if done.version else "")
    yield NamePatch("nmPaused", done.given.paused)
    yield NamePatch("nmToday", done.today)
    yield NamePatch("nmMonth", done.month.code)
    if settings.company:
        yield NamePatch("nmCompany", settings.company)
    yield NamePatch("nmCurrency", settings.currency)
    yield NamePatch("nmMinCoverage", settings.min_coverage)
    pilot = "yes" if settings.pilot else "no"
    yield NamePatch("nmPilot", show("yes_no", pilot, done.given.language))


def _until(mine: Slice) -> str:
    parts = []
    for (region, code), found in mine.done.scopes.items():
        if found.scope.kind is ScopeKind.PERSON:
            sales = mine.done.value("net_sales", (region, code))
            parts.append(f"{region} {short_day(sales.covered_until if sales else None)}")
    return " · ".join(parts)
