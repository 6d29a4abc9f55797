"""The investor's book: the first page and the regions, without people, shops, tasks or partners.

It has no input, so it is made from nothing each time. Before it takes its place, no part of it may
hold a text of a row about people, shops, tasks or talks of the team.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from kpi.actuals import Actual
from kpi.calendar import shifted, year_before
from kpi.model import Language, Metric, Region, ScopeKind
from kpi.numbers import R
from kpi.pacing import pace
from kpi.tables import CellValue, Table
from sheet_templates.build import build
from sheet_templates.layout import REGION_METRICS, TABLES, Owner
from sheet_templates.start import BookStart
from sync_service.compute import Computed, ScopeKey
from sync_service.filling import attention, today, values
from sync_service.filling.cells import FilledRow, known, number, worded
from sync_service.house import House
from sync_service.refresh import Order, look
from sync_service.sealing import sealed
from sync_service.sharing import SETTINGS, Shared, not_the_book_itself
from sync_service.signing import signer
from sync_service.slice_rows import book_stamps
from sync_service.told import ToldError
from sync_service.traces import traces
from sync_service.workbooks.port import NamePatch, TablePatch
from sync_service.workbooks.replace import refuse_if_open, replace_atomically
from sync_service.workbooks.xlsx import XlsxPort

WIDE = frozenset({ScopeKind.COMPANY, ScopeKind.REGION, ScopeKind.MARKET, ScopeKind.PLATFORM})
PLACES: tuple[ScopeKey, ...] = ((Region.US, "US"), (Region.EU, "EU"), (None, "ALL"))
PERSONAL: Mapping[str, tuple[str, ...]] = {  # what must stand nowhere in the file
    "tblPeople": ("person", "name", "contact", "partner"),
    "tblShop": ("shop", "name", "owner"),
    "tblAssign": ("person",),  # its shops stand in Shops, its markets are no secret
    "tblTask": ("no", "what", "owner", "number", "reviewer", "evidence", "comment"),
    "tblPoint": ("reason", "evidence", "approved_by"),
    "tblReview": ("present", "topic", "decision", "expected"),
    "tblTeam": ("comment",),
}


def share_investor(
    house: House, order: Order, out: Path, language: Language | None = None
) -> Shared:
    """Make the investor's book of a manager's workbook.

    Raises:
        ToldError: `out` is the manager's own file, or a text about people would stand in it.
    """
    not_the_book_itself(order, out)
    seen = look(house, order)
    done = _wide(seen.done, language or seen.done.given.language)
    refuse_if_open(out)
    state = "made anew" if out.exists() else "made"
    data = _made(house, done, out.name)
    _refuse_personal(house, done, data, seen.contents.tables)
    if out.exists():
        house.backups.mkdir(parents=True, exist_ok=True)
        replace_atomically(house.backups / f"{out.stem}.backup{out.suffix}", [out.read_bytes()])
    out.parent.mkdir(parents=True, exist_ok=True)
    replace_atomically(out, [sealed(data, out.name, _about(done), signer(house.settings))])
    return Shared(len(PLACES) * len(REGION_METRICS), state, "investor", ())


def _about(done: Computed) -> dict[str, object]:
    """What the seal says: no card, no person."""
    return {
        "kind": "investor",
        "period": done.month.code,
        "company": done.book.settings.company,
        "at": done.given.now,
        "versions": {done.month.code: done.version},
    }


def _wide(done: Computed, language: Language) -> Computed:
    """What is left without people, shops of their own, and tasks."""
    scopes = {key: one for key, one in done.scopes.items() if one.scope.kind in WIDE}
    alarms = tuple(a for a in done.alarms if a.scope.scope.kind in WIDE)
    return replace(
        done,
        given=replace(done.given, language=language),
        scopes=scopes,
        people=(),
        shops=(),
        teams=(),
        history={},
        alarms=alarms,
        unjudged=(),
        problems=(),
        pending=(),
        tried={},
        _values={},
    )


def _made(house: House, done: Computed, name: str) -> bytes:
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        fresh = Path(folder) / name
        build(fresh, "investor", done.given.language, _start(done))
        port = XlsxPort(fresh, now=house.clock.now, backups=Path(folder) / "backups", forget=True)
        port.write(tuple(_patches(done)), tuple(_stamps(done)), port.fingerprint())
        return fresh.read_bytes()


def _start(done: Computed, *, rows: bool = True) -> BookStart:
    """The region lines are built in, so that an empty cell has its line too."""
    given = done.book.settings
    settings: dict[str, CellValue] = {code: getattr(given, code) for code in SETTINGS}
    settings["month"] = done.month.code
    settings["language"] = done.given.language
    lines = worded("tblRegion", _regions(done), done.given.language) if rows else ()
    return BookStart(settings=settings, service={"tblRegion": tuple(lines)})


def _patches(done: Computed) -> Iterator[TablePatch]:
    made: dict[str, Iterable[FilledRow]] = {
        "tblFocus": _focus(done),
        "tblTile": _tiles(done),
        "tblMarket": today.markets(done),
        "tblDay": values.days(done),
        "tblRegion": _regions(done),
    }
    for name, rows in made.items():
        shown = tuple(worded(name, rows, done.given.language))
        yield TablePatch(name, TABLES[name].key, shown)


def _stamps(done: Computed) -> Iterator[NamePatch]:
    """The stamps of every slice; nothing says which shop's data are late."""
    yield NamePatch("nmDataUntil", attention.data_until(done))
    yield from book_stamps(done)


def _focus(done: Computed) -> Iterator[FilledRow]:
    """What the regions and markets are beyond; shops, tasks and owners are the team's."""
    bare = replace(done.given.book, shops=(), tasks=(), people=())
    narrow = replace(done, given=replace(done.given, book=bare))
    tab = "区域" if done.given.language == "zh" else "Regions"
    for row in attention.focus(narrow, ()):
        yield {**row, "owner": None, "link": tab if row["link"] else None}


def _tiles(done: Computed) -> Iterator[FilledRow]:
    """Counts of tasks may be told, their texts not."""
    return (
        {**row, "note": row["note"] if row["forecast"] is not None else None}
        for row in today.tiles(done)
    )


def _regions(done: Computed) -> Iterator[FilledRow]:
    for key in PLACES:
        for code in REGION_METRICS:
            yield _region(done, key, done.metric(code))


def _region(done: Computed, key: ScopeKey, metric: Metric) -> FilledRow:
    """One KPI of one region: the month, its target, the month before, the same month last year."""
    actual, goal = done.value(metric.code, key), done.goal(metric.code, key)
    due = R(goal.value * goal.share) if goal and goal.share is not None else None
    at = pace(actual.value if actual else None, goal.value, goal.share) if goal else None
    return {
        "region": key[1],
        "metric": metric.names[done.given.language],
        "actual": number(actual),
        "target": goal.value if goal else None,
        "due": due,
        "pace": known(at) if goal and metric.additive else None,
        "last_month": number(done.value(metric.code, key, shifted(done.month, -1))),
        "last_year": number(done.value(metric.code, key, year_before(done.month))),
        "data_until": _until(actual),
        "unit": metric.unit.value,
    }


def _until(actual: Actual | None) -> CellValue:
    return actual.covered_until if actual else None


def personal_texts(tables: Mapping[str, Table]) -> set[str]:
    """Every text of the manager's book about people, shops, tasks and talks."""
    return {
        value
        for name, codes in PERSONAL.items()
        if name in tables
        for row in tables[name].rows
        for code in codes
        if isinstance(value := row.value(code), str)
        and TABLES[name].column(code).owner in {Owner.MANAGER, Owner.PARTNER}
    }


def _refuse_personal(
    house: House, done: Computed, data: bytes, tables: Mapping[str, Table]
) -> None:
    """No text about people may stand in any part; what an empty book says too tells nothing."""
    texts = personal_texts(tables)
    with tempfile.TemporaryDirectory(dir=house.settings.home) as folder:
        empty = build(
            Path(folder) / "empty.xlsx", "investor", done.given.language, _start(done, rows=False)
        )
        said = set(traces(empty.read_bytes(), texts))
    found = traces(data, texts - said)
    if found:
        text = min(found)
        raise ToldError(
            f'"{text}" is a text about people or shops and would stand in the investor\'s book '
            f"({found[text]}). Rename the KPI or rule that repeats it, then share again.",
            f"“{text}”涉及人员或店铺，会出现在投资人版中（{found[text]}）。"
            "请修改重复该文字的指标或规则名称后再导出。",
        )
