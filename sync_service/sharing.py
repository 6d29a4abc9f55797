"""A partner's slice: a workbook that holds one person's or agency's rows and nothing else.

The slice is computed from a narrowed book, never copied from the manager's file: what is outside
the scope was never in it, neither in hidden tabs nor in caches, names or properties. A second
share patches the file that is there; where a row has to leave or the manager changed a row, the
file is made anew and what the partner typed is carried over by key.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from kpi.actuals import Actual
from kpi.alarms import LOOK_BACK, Alarm
from kpi.errors import KpiError, Level, Place, Problem
from kpi.model import Language, PeriodKind, Region, Scope, ScopeKind, Shop
from kpi.numbers import R
from kpi.organisation import Part, ScopeParts, in_region, person_parts, same
from kpi.person_targets import Goals
from kpi.scorecards import Item
from kpi.tables import CellValue, ErrorValue, Row, Table
from sheet_templates.build import build
from sheet_templates.layout import TABLES, Owner
from sheet_templates.start import BookStart, StartRow
from sheet_templates.words import decode, show
from sync_service import control
from sync_service.compute import Computed, ScopeKey
from sync_service.filling import attention, scores, values
from sync_service.filling.cells import FilledRow, known, short_day
from sync_service.house import House
from sync_service.refresh import Order, look
from sync_service.workbooks.port import BookContents, NamePatch, TablePatch
from sync_service.workbooks.replace import replace_atomically
from sync_service.workbooks.xlsx import XlsxPort

SHARES = "shares"  # setting: book -> [{person, file}]
THEIRS = ("tblShop", "tblTask")  # tables whose rows the manager types
SETTINGS = ("month", "company", "currency", "min_coverage", "pilot")
DAYS_BACK = timedelta(days=LOOK_BACK[PeriodKind.WEEK] * 7 + 7)


@dataclass(frozen=True, slots=True)
class Shared:
    """What a share made."""

    items: int
    state: str  # made, patched, made anew
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """The narrowed book of one person and the shops in it."""

    person: str
    done: Computed  # narrowed: scopes, cards, alarms, shops and tasks of the person only
    entire: frozenset[str]  # shops that were the person's alone for as long as anything looks back
    parts: Mapping[str, tuple[Part, ...]]  # by shop


def share(
    house: House, order: Order, person: str, out: Path, language: Language | None = None
) -> Shared:
    """Make or refresh the slice of a person from the manager's workbook.

    Raises:
        KpiError: The person has no card in this book, or `out` is the manager's own file.
    """
    if out.resolve() == Path(order.book):
        raise KpiError(f"{out} is the manager's own workbook. Choose another file for the slice.")
    seen = look(house, order)
    given = seen.done.given
    mine = sliced(seen.done, person, language or given.language)
    rows = {name: _manager_rows(mine, seen.contents.tables.get(name)) for name in THEIRS}
    shared = _put(house, mine, rows, out)
    _remember(house, order.book, person, out)
    return shared


def sliced(done: Computed, person: str, language: Language) -> Slice:
    """The person's part of what was computed, as if the book held nobody else."""
    cards = tuple(card for card in done.people if card.person.code == person)
    if not cards:
        scored = ", ".join(card.person.code for card in done.people)
        raise KpiError(f"{person} has no card in this month. Scored are: {scored or 'nobody'}.")
    parts: dict[str, tuple[Part, ...]] = {}
    for part in person_parts(done.book, person):
        parts[part.shop] = (*parts.get(part.shop, ()), part)
    shops = tuple(shop for shop in done.book.shops if shop.code in parts)
    entire = frozenset(code for code, found in parts.items() if _entire(done, found))
    tasks = tuple(task for task in done.book.tasks if task.owner == person)
    narrowed = replace(
        done,
        given=replace(
            done.given, book=replace(done.book, shops=shops, tasks=tasks), language=language
        ),
        scopes=dict(_scopes(done, person, shops, parts)),
        people=cards,
        history={person: done.history[person]},
        alarms=tuple(alarm for alarm in done.alarms if _mine(alarm, person, entire)),
        problems=(),
        _values={},
    )
    return Slice(person, narrowed, entire, parts)


def _entire(done: Computed, parts: Sequence[Part]) -> bool:
    """Whether a shop was the person's alone for as long as anything looks back."""
    first = min(done.today, done.month.window.start) - DAYS_BACK
    opened = min(part.days.start for part in parts)
    shop = done.book.shop(parts[0].shop)
    start = max(first, shop.opened) if shop and shop.opened else first
    alone = all(part.whole and part.share == 1 for part in parts)
    covered = sum(
        max(0, (min(part.days.end, done.today) - max(part.days.start, start)).days)
        for part in parts
    )
    return alone and opened <= start and covered >= (done.today - start).days


def _scopes(
    done: Computed, person: str, shops: Sequence[Shop], parts: Mapping[str, tuple[Part, ...]]
) -> Iterator[tuple[ScopeKey, ScopeParts]]:
    """The person's own scopes: each region, and each shop on the days that are the person's."""
    for region in Region:
        mine = in_region(done.book, (p for found in parts.values() for p in found), region)
        if mine:
            scope = Scope(person, ScopeKind.PERSON, region, same(person))
            yield (region, person), ScopeParts(scope, mine)
    for shop in shops:
        scope = Scope(shop.code, ScopeKind.SHOP, shop.region, same(shop.name or shop.code))
        yield (shop.region, shop.code), ScopeParts(scope, parts[shop.code])


def _mine(alarm: Alarm, person: str, entire: frozenset[str]) -> bool:
    """A breach of a shop that others share tells of their days too, so it stays out."""
    scope = alarm.scope.scope
    if scope.kind is ScopeKind.PERSON:
        return scope.code == person
    return scope.kind is ScopeKind.SHOP and scope.code in entire


def _manager_rows(mine: Slice, table: Table | None) -> list[StartRow]:
    """The manager's columns of the person's rows, as codes: any language shows them."""
    if table is None:
        return []
    keys = {
        "tblShop": {shop.code for shop in mine.done.book.shops},
        "tblTask": {task.number for task in mine.done.book.tasks},
    }[table.name]
    return [
        _typed(mine, table.name, row)
        for row in table.rows
        if str(row.value(TABLES[table.name].key[0])) in keys
    ]


def _typed(mine: Slice, name: str, row: Row) -> dict[str, CellValue | ErrorValue]:
    typed: dict[str, CellValue | ErrorValue] = {}
    for column in TABLES[name].columns:
        if column.owner is not Owner.MANAGER:
            continue
        value = row.value(column.code)
        base, _, words = column.kind.partition(":")
        if base == "choice" and words == "person" and value != mine.person:
            continue  # who else works on it is not the partner's to know
        if base == "choice" and isinstance(value, str):
            value = decode(words, value) or value
        typed[column.code] = value
    return typed


def _put(house: House, mine: Slice, rows: Mapping[str, list[StartRow]], out: Path) -> Shared:
    """Patch the file that is there, or make it."""
    made = tuple(patches(mine))
    stamps = tuple(_stamps(mine))
    port = XlsxPort(out, now=house.clock.now, backups=house.backups)
    there = port.read() if out.exists() else None
    items = sum(len(card.items) for one in mine.done.people for card in one.cards)
    if there is not None and _fits(there, rows, made, mine):
        report = port.write(made, stamps, there.fingerprint)
        return Shared(items, "patched", report.problems)
    start = _start(mine, _carried(rows, there))
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        fresh = Path(folder) / out.name
        build(fresh, "partner", mine.done.given.language, start)
        new = XlsxPort(fresh, now=house.clock.now, backups=Path(folder) / "backups")
        report = new.write(made, stamps, new.fingerprint())
        if there is not None:
            house.backups.mkdir(parents=True, exist_ok=True)
            backup = house.backups / f"{out.stem}.backup{out.suffix}"
            replace_atomically(backup, [out.read_bytes()])
        out.parent.mkdir(parents=True, exist_ok=True)
        replace_atomically(out, [fresh.read_bytes()])
    return Shared(items, "made" if there is None else "made anew", report.problems)


def _fits(
    there: BookContents,
    rows: Mapping[str, list[StartRow]],
    made: Sequence[TablePatch],
    mine: Slice,
) -> bool:
    """Whether patches are enough: no row leaves, and the manager changed none that he types."""
    if there.language != mine.done.given.language:
        return False
    for patch in made:
        table = there.tables.get(patch.table)
        if table is None:
            return False
        kept = {tuple(str(row.get(code)) for code in patch.key) for row in patch.rows}
        held = {tuple(str(row.value(code)) for code in patch.key) for row in table.rows}
        if not held - {("None",) * len(patch.key)} <= kept:
            return False
    return all(_same_rows(there.tables.get(name), wanted) for name, wanted in rows.items())


def _same_rows(table: Table | None, wanted: Sequence[StartRow]) -> bool:
    if table is None:
        return False
    key = TABLES[table.name].key[0]
    held = {str(row.value(key)): row for row in table.rows if row.value(key) is not None}
    if set(held) != {str(row[key]) for row in wanted}:
        return False
    return all(
        _shown_same(table.name, code, held[str(row[key])].value(code), value)
        for row in wanted
        for code, value in row.items()
    )


def _shown_same(name: str, code: str, theirs: object, ours: object) -> bool:
    base, _, words = TABLES[name].column(code).kind.partition(":")
    if base == "choice" and isinstance(theirs, str):
        theirs = decode(words, theirs) or theirs
    if base == "date":
        return str(theirs)[:10] == str(ours)[:10]
    return theirs == ours


def _carried(
    rows: Mapping[str, list[StartRow]], there: BookContents | None
) -> dict[str, list[StartRow]]:
    """The rows with what the partner typed in the file before, by key."""
    return {
        name: [{**row, **_partner_cells(name, row, there)} for row in mine]
        for name, mine in rows.items()
    }


def _partner_cells(
    name: str, row: StartRow, there: BookContents | None
) -> dict[str, CellValue | ErrorValue]:
    table = there.tables.get(name) if there is not None else None
    key = TABLES[name].key[0]
    before = [one for one in table.rows if one.value(key) == row[key]] if table else []
    columns = TABLES[name].owned_by(Owner.PARTNER)
    return {code: before[0].value(code) for code in columns} if before else {}


def _start(mine: Slice, rows: Mapping[str, list[StartRow]]) -> BookStart:
    """What the slice holds before its figures come."""
    given = mine.done.book.settings
    settings: dict[str, CellValue] = {code: getattr(given, code) for code in SETTINGS}
    settings["month"] = mine.done.month.code
    settings["language"] = mine.done.given.language
    card = mine.done.people[0]
    shown = {"person": mine.person, "month": mine.done.month.code}
    if card.cards:
        shown["region"] = str(card.cards[0].region)
    return BookStart(shops=rows["tblShop"], tasks=rows["tblTask"], settings=settings, card=shown)


def patches(mine: Slice) -> Iterator[TablePatch]:
    """The service's tables of the slice."""
    done = mine.done
    ours: dict[str, Iterator[FilledRow]] = {
        "tblContract": _contract(mine),
        "tblScore": scores.items(done),
        "tblWeek": scores.strip(done),
        "tblBreach": _breaches(mine),
    }
    for name, rows in ours.items():
        computed = scores.computed(done) if name == "tblScore" else {}
        yield TablePatch(name, TABLES[name].key, tuple(rows), computed=computed)
    yield TablePatch("tblShop", ("shop",), tuple(_shops(mine)), prune=False)


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


PLATFORMS = {  # the first part of a stream's name, as an agreement names it
    "amazon": ("亚马逊", "Amazon"),
    "amazon_ads": ("亚马逊广告", "Amazon Ads"),
    "shopify": ("Shopify", "Shopify"),
    "file": ("导入文件", "Imported files"),
    "book": ("工作簿录入", "Typed in the workbook"),
}
NOTHING = "–"
FULL = 100  # a full score: nothing above it is rewarded


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
    for row in attention.breaches(mine.done):
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


def _stamps(mine: Slice) -> Iterator[NamePatch]:
    """The single cells that every tab shows, of the person's own data."""
    done = mine.done
    yield NamePatch("nmDataUntil", _until(mine))
    yield NamePatch("nmRefreshed", attention.stamp(done))
    yield NamePatch("nmPaused", done.given.paused)
    yield NamePatch("nmToday", done.today)
    yield NamePatch("nmServiceNote", attention.service_note(done))


def _until(mine: Slice) -> str:
    parts = []
    for (region, code), found in mine.done.scopes.items():
        if found.scope.kind is ScopeKind.PERSON:
            sales = mine.done.value("net_sales", (region, code))
            parts.append(f"{region} {short_day(sales.covered_until if sales else None)}")
    return " · ".join(parts)


def _remember(house: House, book: str, person: str, out: Path) -> None:
    """So that `check` finds what came back."""
    kept = [one for one in shares(house, book) if one[1] != str(out.resolve())]
    kept.append((person, str(out.resolve())))
    every = control.setting(house.store, SHARES, {})
    all_books = dict(every) if isinstance(every, dict) else {}
    control.set_setting(house.store, SHARES, {**all_books, book: [list(one) for one in kept]})


def shares(house: House, book: str) -> list[tuple[str, str]]:
    """(person, file) of every slice that was made of a workbook."""
    every = control.setting(house.store, SHARES, {})
    found = every.get(book, []) if isinstance(every, dict) else []
    return [(str(person), str(file)) for person, file in found]


def came_back(house: House, book: str, tables: Mapping[str, Table]) -> Iterator[Problem]:
    """What partners typed in their slices and the manager's workbook does not hold yet."""
    for person, file in shares(house, book):
        path = Path(file)
        if not path.is_file():
            continue
        try:
            contents = XlsxPort(path).read()
        except KpiError as error:
            yield _note(Place(text=path.name), str(error), str(error))
            continue
        for name in THEIRS:
            yield from _news(person, path, tables.get(name), contents.tables.get(name))


def _news(person: str, path: Path, ours: Table | None, theirs: Table | None) -> Iterator[Problem]:
    if ours is None or theirs is None:
        return
    layout = TABLES[ours.name]
    rows = {row.value(layout.key[0]): row for row in ours.rows}
    for row in theirs.rows:
        number = row.value(layout.key[0])
        mine = rows.get(number)
        for code in layout.owned_by(Owner.PARTNER):
            said = row.value(code)
            if said in (None, "") or mine is None or mine.value(code) == said:
                continue
            sheet, cell = ours.place(mine, code)
            column = layout.column(code)
            at = Place(sheet, cell, ours.name, f"← {path.name}")
            yield _note(
                at,
                f'{person} wrote in {column.en} of {number}: "{said}".',
                f"{person} 在 {number} 的“{column.zh}”写了：“{said}”。",
            )


def _note(at: Place, en: str, zh: str) -> Problem:
    mend_en, mend_zh = "Copy it over if you accept it.", "认可后请抄入本簿。"
    return Problem(
        "partner_wrote", Level.NOTE, at, {"en": en, "zh": zh}, {"en": mend_en, "zh": mend_zh}
    )
