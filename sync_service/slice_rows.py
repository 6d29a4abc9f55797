"""The rows and stamps of a slice: the service's figures of the partner's own data, no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from kpi.actuals import Actual
from kpi.model import ScopeKind
from kpi.numbers import R
from kpi.person_targets import Goals
from kpi.scorecards import Item
from kpi.tables import CellValue, ErrorValue
from sheet_templates.layout import TABLES, Owner
from sheet_templates.start import StartRow
from sheet_templates.words import LISTS, show
from sync_service.compute import Computed
from sync_service.contract_store import label
from sync_service.filling import attention, breaches, scores, tasks, values
from sync_service.filling.bands import band
from sync_service.filling.cells import FilledRow, known, short_day, worded
from sync_service.slices import Slice
from sync_service.workbooks.port import NamePatch, TablePatch, Written

PLATFORMS = {  # the first part of a stream's name, as an agreement names it
    "amazon": ("亚马逊", "Amazon"),
    "amazon_ads": ("亚马逊广告", "Amazon Ads"),
    "shopify": ("Shopify", "Shopify"),
    "file": ("导入文件", "Imported files"),
    "book": ("工作簿录入", "Typed in the workbook"),
}
NOTHING = "–"
FULL = 100  # a full score: nothing above it is rewarded


def partner(mine: Slice) -> dict[str, Iterable[FilledRow]]:
    """The service's tables of a partner's book."""
    return {
        "tblContract": _contract(mine),
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


def _contract(mine: Slice) -> Iterator[FilledRow]:
    """What the partner is measured by, in the words of the agreement."""
    filled = {row["item"]: row for row in scores.items(mine.done)}
    for card in mine.done.people:
        for one in card.cards:
            for item in one.items:
                row = filled[item.key]
                yield {
                    **{code: row[code] for code in ("region", "metric", "weight", "target")},
                    "unit": show("unit", str(row["unit"]), mine.done.given.language),
                    "version": row["version"],
                    "source": _sources(mine, item.actual),
                    "reward": _reward(mine, item),
                    "deduction": _deduction(mine, item),
                }


def _sources(mine: Slice, actual: Actual) -> str:
    at = 0 if _zh(mine) else 1
    heads = dict.fromkeys(stream.partition(".")[0] for stream in actual.streams)
    return ", ".join(PLATFORMS.get(head, (head, head))[at] for head in heads) or NOTHING


def _reward(mine: Slice, item: Item) -> str:
    cap = item.rule.cap
    if cap is None or cap <= FULL:
        return NOTHING
    return f"最高 {cap:g} 分" if _zh(mine) else f"up to {cap:g} points"


def _deduction(mine: Slice, item: Item) -> str:
    if item.rule.veto:
        return "突破即一票否决" if _zh(mine) else "a breach is a veto"
    floor = item.rule.floor
    if not floor:
        return NOTHING
    return f"最低 {floor:g} 分" if _zh(mine) else f"at least {floor:g} points"


def _zh(mine: Slice) -> bool:
    return mine.done.given.language == "zh"


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
