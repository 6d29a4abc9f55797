"""THE road of one refresh: read the book, look at the cover, compute, write, record.

The sheet stays as it was when a step fails. A refresh reads stored facts only and never starts a
rationed report; what the facts lack is shown as missing, with the time of the next pull.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from kpi.book import Book
from kpi.book_checks import check_book
from kpi.book_reading import read_book
from kpi.card_problems import unshown
from kpi.catalog import Catalog, shipped
from kpi.contracts import Version, every_terms
from kpi.errors import Place, Problem
from kpi.guards import exemptions, guard
from kpi.legal_days import legal_deadlines
from kpi.messages import problem
from kpi.model import Language, Window
from kpi.own_roles import with_own_roles
from kpi.policy import allowed
from kpi.switches import switched
from kpi.thresholds import loose_limits
from kpi.trade import Shop
from kpi.unjudged import with_kpi_faults
from sheet_templates.layout import (
    INVESTOR_SHEETS,
    PARTNER_SHEETS,
    PERSON_SHEETS,
    SHEETS,
    TABLES,
)
from sheet_templates.purpose import Shown, shown_for
from sheet_templates.words import decode
from sync_service import audit, control, rations, schema, written
from sync_service.asked_leaves import leaves_for
from sync_service.breach_store import keep_breaches, kept_breaches
from sync_service.compute import Computed, Inputs, StreamState, compute
from sync_service.contract_store import elsewhere, records
from sync_service.definitions import keep_definitions
from sync_service.filling.agreed import contract_problems, moved_problems
from sync_service.filling.everything import patches, stamps
from sync_service.filling.plans import plan_problems
from sync_service.filling.products import Units
from sync_service.house import CONNECTORS, House, wanted_streams
from sync_service.imports.unit_costs import known_costs
from sync_service.reconcile import Compared, reconcile
from sync_service.reward_store import kept_points, rewarded
from sync_service.schedule import Plan
from sync_service.scorecard import Card, last_scorecard, scorecard
from sync_service.told import ToldError
from sync_service.workbooks.port import (
    BookContents,
    NamePatch,
    TablePatch,
    WorkbookPort,
    WriteReport,
)

PAUSE = "paused"  # setting of the control database: why writing is stopped, empty for not
# Where units shipped are read: the first of these that a shop has.
SHIPPED = ("amazon.orders", "shopify.orders", "file.all_orders", "file.shopify_orders")
MANAGER_TABLES = tuple(t.name for sheet in SHEETS for t in sheet.tables)
Step = Callable[[str, str], None]
"""Progress: (Chinese, English) name of the step that begins."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to refresh, for whom."""

    book: str  # what the control database knows it by: the file's path or a spreadsheet's id
    port: WorkbookPort
    who: str
    bases: tuple[str, ...] = ()  # revisions of which one stands in the book; none: not known
    revision: str = ""  # of this refresh, where the book keeps it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a refresh found and did."""

    done: Computed | None  # None: nothing was new, the last scorecard stands
    problems: tuple[Problem, ...]
    compared: tuple[Compared, ...]
    report: WriteReport | None  # None: nothing was new, or writing is paused
    state: str  # written, unchanged, paused
    card: Card | None = None  # what was scored, now or when the book was last written


def nothing(_zh: str, _en: str) -> None:
    """No progress wanted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A book computed and not written: steps 1 to 3 of the road."""

    contents: BookContents
    done: Computed
    problems: tuple[Problem, ...]
    over: tuple[written.TypedOver, ...]
    compared: tuple[Compared, ...]


def look(house: House, order: Order, tell: Step = nothing) -> Seen:
    """Read and compute; nothing is written, so `reconcile` and `explain` may ask at any time.

    Raises:
        ToldError: The workbook holds none of our tables, or is a partner's slice.
    """
    tell("读取工作簿", "Reading the workbook")
    return _look(house, order, order.port.read(), tell)


def _look(house: House, order: Order, contents: BookContents, tell: Step) -> Seen:
    own_book(contents)
    book, catalog, problems = read(contents)
    catalog = house.recent.lately.alike("catalog", catalog)  # with its hashes
    book = rewarded(book, kept_points(house.store, order.book))
    tell("汇总事实", "Adding up the facts")
    known = records(house.store, order.book)
    language: Language = "en" if contents.language == "en" else "zh"
    given = inputs(house, book, catalog, language, tuple(one.version for one in known))
    given = replace(
        given,
        kept=kept_breaches(house.store, order.book),
        reasons={one.version.number: one.reason for one in known},
    )
    tell("计算指标与得分", "Computing KPIs and scores")
    done = compute(given)
    over = written.over_since(
        house.store, order.book, contents.tables, order.bases, house.recent.lately
    )
    other = None if known else elsewhere(house.store, order.book, contents.names.get("nmVersion"))
    said = (*plan_problems(done), *contract_problems(done, known), *moved_problems(other))
    found = (*contents.problems, *problems, *done.problems, *said, *(o.problem() for o in over))
    return Seen(contents, done, found, over, tuple(reconcile(done)))


def inputs(
    house: House,
    book: Book,
    catalog: Catalog,
    language: Language,
    versions: tuple[Version, ...] = (),
) -> Inputs:
    """What a computation takes: one pass over the facts, from before the month to now."""
    now = house.clock.now()
    leaves = leaves_for(house, every_terms(book, catalog, versions), now)
    paused = str(control.setting(house.store, PAUSE, "") or "")
    states = stream_states(house, book.shops, now)
    return Inputs(
        *(book, catalog, leaves, house.rates, now, language, states, paused, versions),
        recent=house.recent,
    )


def unwatched(_seen: Seen) -> None:
    """Nobody wants to know what was computed before it is written."""


def refresh(
    house: House, order: Order, tell: Step = nothing, watch: Callable[[Seen], None] = unwatched
) -> Outcome:
    """One refresh, from reading to recording; `watch` is told what was computed, unwritten."""
    tell("读取工作簿", "Reading the workbook")
    if _unchanged(house, order, house.clock.now()):
        card = last_scorecard(house.store, order.book)
        return Outcome(None, (), (), None, "unchanged", card)
    contents = order.port.read()
    seen = _look(house, order, contents, tell)
    watch(seen)
    done, now = seen.done, seen.done.given.now
    tell("写回工作簿", "Writing the workbook")
    units = units_shipped(house, done.book, now)
    shown = newly_shown(done, contents)
    names = [n for n in stamps(done, units) if n.name in contents.names]
    card = scorecard(done, seen.problems)
    if done.given.paused:
        report = order.port.write((), _pause_stamps(names), contents.fingerprint)
        return Outcome(done, seen.problems, seen.compared, report, "paused", card)
    filled = patches(done, seen.problems, seen.compared, units, contents.tables)
    made = written.marked(filled, seen.over, done.given.language)
    kept = written.respected(made, seen.over)
    report = order.port.write(kept, names, contents.fingerprint, shown)
    _record(house, order, done, card, made)
    found = (*seen.problems, *report.problems)
    return Outcome(done, found, seen.compared, report, "written", card)


def newly_shown(done: Computed, contents: BookContents) -> Shown | None:
    """What the settings want to be seen, when purpose or mode changed since it was last set."""
    settings = done.typed.settings
    wanted = shown_for(settings.purpose, settings.mode)
    known = contents.names.get("nmShown")
    return wanted if known not in (None, "", wanted.code) else None


def own_book(contents: BookContents) -> None:
    """Refuse a slice: it is filled by `share` alone, a refresh would empty its rows.

    Raises:
        ToldError: It is a slice.
    """
    own_tables(contents.tables)


def own_tables(names: Collection[str]) -> None:
    """Refuse a slice by its tables.

    Raises:
        ToldError: It is a slice.
    """
    if not {"tblContract", "tblMeaning", "tblRegion"}.isdisjoint(names):
        raise ToldError(
            "This is a partner's, person's or investor's sheet; it is filled from the manager's "
            "workbook. Run `python -m sync_service share BOOK --person CODE --out THIS_FILE` "
            "there, or with --investor instead of --person.",
            "这是合作方、本人或投资人的工作簿，由主管的工作簿填写。"
            "请对主管的工作簿运行 "
            "`python -m sync_service share 工作簿 --person 编号 --out 本文件`"
            "（投资人版用 --investor）。",
        )


def read(contents: BookContents) -> tuple[Book, Catalog, tuple[Problem, ...]]:
    """Step 1: the book as nouns, the catalogue with its own KPIs, and every fault found."""
    if not contents.tables:
        raise ToldError(
            "This workbook holds none of our tables. Make one with `python -m sync_service init`, "
            "or check that the table names (tblTarget, ...) were not changed.",
            "该工作簿中没有本系统的表。请用 `python -m sync_service init` 新建，"
            "或检查表名（tblTarget 等）是否被改过。",
        )
    kpis = contents.tables.get("tblKpi")
    measured, strange = shipped().with_measures(contents.tables.get("tblMeasure"), decode)
    definitions, unread = switched(measured, kpis)
    catalog, own = definitions.with_own(kpis, decode)
    book = read_book(contents.tables, decode, catalog.names(), catalog)
    missing = [
        problem("table_missing", Place(table=name), table=name)
        for name in _tables_of(contents)
        if name not in contents.tables and not TABLES[name].later
    ]
    words = with_own_roles(decode, contents.tables.get("tblDuty"))
    exempt = exemptions(contents.tables.get("tblReview"), words)
    guarded = guard(book, catalog.metrics, exempt)
    kept, refused = allowed(book, catalog)
    checked = (*check_book(book), *loose_limits(book), *legal_deadlines(book))
    checked = (*checked, *unshown(contents.tables.get("tblTeam"), book))
    found = (*missing, *strange, *unread, *own, *book.problems, *checked, *guarded, *refused)
    return with_kpi_faults(kept, kpis, own), catalog, found


def _tables_of(contents: BookContents) -> tuple[str, ...]:
    """The tables of a workbook's edition; a table that only one has tells which it is."""
    for sign, sheets in (
        ("tblContract", PARTNER_SHEETS),
        ("tblMeaning", PERSON_SHEETS),
        ("tblRegion", INVESTOR_SHEETS),
    ):
        if sign in contents.tables:
            return tuple(t.name for sheet in sheets for t in sheet.tables)
    return MANAGER_TABLES


def stream_states(
    house: House, shops: Sequence[Shop], now: datetime
) -> dict[tuple[str, str], StreamState]:
    """What the control database knows of every stream of these shops."""
    hours = {s.name: s.freshness_hours for c in CONNECTORS for s in c.streams}
    wanted = {shop.code for shop in shops}
    with house.store.read() as connection:
        rows = connection.execute(select(schema.stream_state)).mappings().all()
    found = {}
    for row in rows:
        if row["shop"] not in wanted:
            continue
        last, limit = row["last_success"], hours.get(row["stream"])
        stale = limit is not None and (last is None or now - last > timedelta(hours=limit))
        failed = bool(row["last_error"]) and (last is None or row["last_error"] > last)
        error = (row["error_text"] or row["state"]) if failed else ""
        found[row["stream"], row["shop"]] = StreamState(last, row["next_run"], error, stale)
    return found | _turns(house, found, wanted, now)


def _turns(
    house: House,
    states: Mapping[tuple[str, str], StreamState],
    shops: Collection[str],
    now: datetime,
) -> dict[tuple[str, str], StreamState]:
    """Streams whose time has come and that wait for their turn at the ration of the provider."""
    plan = Plan.of(house.store)
    waiting = [w for w in wanted_streams(house) if plan.is_due(w[1].name, w[2].code, now)]
    never = StreamState(None, None, "", stale=True)
    return {
        who: replace(states.get(who, never), next_run=turn)
        for who, turn in rations.turns(house.store, waiting, now).items()
        if who[1] in shops
    }


def units_shipped(house: House, book: Book, now: datetime) -> Units:
    """(sku, market) -> units shipped in the last thirty days, for the product table."""
    end = now.date() + timedelta(days=1)
    window = Window(end - timedelta(days=30), end)
    markets = {shop.code: shop.market for shop in book.shops}
    found = house.facts.by_sku(SHIPPED, markets, window, "units_shipped")
    first: dict[str, str] = {}
    for stream, shop, _, _ in sorted(found, key=lambda row: SHIPPED.index(row[0])):
        first.setdefault(shop, stream)
    units: dict[tuple[str, str], int] = {}
    for stream, shop, sku, sold in found:
        if sold and sku != "*" and first[shop] == stream:
            units[sku, markets[shop]] = units.get((sku, markets[shop]), 0) + sold
    return units


def _pause_stamps(names: Sequence[NamePatch]) -> list[NamePatch]:
    """While writing is stopped only the stop itself is shown."""
    return [name for name in names if name.name == "nmPaused"]


def _unchanged(house: House, order: Order, now: datetime) -> bool:
    """Whether nothing that a refresh reads has changed since the last one wrote this book."""
    with house.store.read() as connection:
        row = control.get(connection, schema.books, book=order.book)
    return row is not None and row["fingerprint"] == _mark(
        house, order.book, order.port.fingerprint(), now
    )


def _mark(house: House, book: str, fingerprint: str, now: datetime) -> str:
    """A hash of everything that a refresh reads: file, facts, states of streams, day, pause."""
    paused = control.setting(house.store, PAUSE, "")
    with house.store.read() as connection:
        rows = connection.execute(select(schema.stream_state)).mappings().all()
    states = sorted(
        (r["stream"], r["shop"], str(r["last_success"]), str(r["last_error"])) for r in rows
    )
    costs = [repr(one) for one in known_costs(house.store)]
    agreed = [one.version.contract.digest for one in records(house.store, book)]
    points = [repr(one) for one in kept_points(house.store, book)]
    known = [fingerprint, house.facts.version, states, str(now.date()), paused, costs, agreed]
    known += [points] if points else []
    said = json.dumps(known)
    return hashlib.sha256(said.encode()).hexdigest()


def _record(
    house: House, order: Order, done: Computed, card: Card, made: Sequence[TablePatch]
) -> None:
    """Step 5: the scorecard, what was written, the definitions, the audit entry."""
    now = done.given.now
    written.remember(house.store, order.book, made, now, order.revision, house.recent.lately)
    mark = _mark(house, order.book, order.port.fingerprint(), now)
    totals = {card.person.code: card.total for card in done.people}
    with house.store.begin() as connection:
        keep_definitions(connection, done.given.catalog, now)
        keep_breaches(connection, order.book, done.kept, now)
        control.put(
            connection,
            schema.scorecards,
            {"book": order.book, "month": done.month.code, "at": now, "card": card},
        )
        control.put(
            connection,
            schema.books,
            {
                "book": order.book,
                "path": order.book,
                "last_refresh": now,
                "fingerprint": mark,
                "facts_version": done.given.leaves.version,
            },
        )
        audit.record(
            connection, at=now, actor=order.who, action="refresh", about=order.book, after=totals
        )


def book_name(path: Path) -> str:
    """What the control database calls a workbook file."""
    return str(path.resolve())
