"""Is a sealed workbook what was signed? Which cell is not, and do its scores still come out?

Works on any computer: it needs the file, no data folder, no service and no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi.errors import KpiError
from kpi.model import Texts
from kpi.tables import ErrorValue, Table
from sync_service.cell_texts import CellChange, cell_texts, first_change
from sync_service.contract_store import is_contract
from sync_service.rescoring import Rescored, RescoredCard, apart, rescored
from sync_service.sealing import PART, BrokenSealError, Seal, digests, is_whole, seal_of
from sync_service.workbooks.book import Book, open_book
from sync_service.workbooks.package import Package, open_package
from sync_service.workbooks.reading import SheetRows, place_tables, read_names, read_table
from sync_service.workbooks.refusals import DamagedBookError, RefusedBookError
from sync_service.workbooks.xlsx import read_file

MOST = 20  # findings that are told


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was signed."""

    code: str  # seal, key, cell, part, file, contract, score
    place: str  # sheet!cell, or the part's name
    was: str
    now: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class Verified:
    """What a check found; nothing found means that every byte and every score is right."""

    findings: tuple[Finding, ...]
    seal: Seal | None  # None: the seal itself cannot be trusted
    items: int  # scored anew
    cards: int


def verify(path: Path, key: str | None = None) -> Verified:
    """Check a sealed workbook; `key` is the id of the key that must have signed it.

    Raises:
        RefusedBookError: It is no workbook that can be read.
        NoSealError: It holds no seal.
    """
    data = read_file(path)
    package = open_package(data, path.name)
    try:
        seal = seal_of(package, path.name)
    except BrokenSealError as error:
        return Verified((_finding("seal", PART, "", "", *_said(error)),), None, 0, 0)
    found = [*_key(seal, key), *_contracts(seal), *_parts(package, path.name, seal)]
    if not found and not is_whole(package, path.name, seal):
        found.append(_wrapper(path.name))
    try:
        cards = _cards(package, path.name)
    except KpiError as error:  # an item that cannot be scored any more, or a sheet cut to pieces
        found = found or [_finding("score", "tblScore", "", "", str(error), str(error))]
        return Verified(tuple(found), seal, 0, 0)
    found += _scores(seal, cards)
    items = sum(len(card.items) for card, _ in cards)
    return Verified(tuple(found[:MOST]), seal, items, len(cards))


def _said(error: BrokenSealError) -> tuple[str, str]:
    return error.texts["zh"], error.texts["en"]


def _finding(code: str, place: str, was: str, now: str, zh: str, en: str) -> Finding:
    return Finding(code, place, was, now, {"zh": zh, "en": en})


def _key(seal: Seal, key: str | None) -> Iterator[Finding]:
    if key is not None and key != seal.key:
        yield _finding(
            "key",
            PART,
            key,
            seal.key,
            f"签名密钥是 {seal.key}，不是 {key}：文件由他人签名。",
            f"Signed by key {seal.key} and not by {key}: somebody else signed this file.",
        )


def _contracts(seal: Seal) -> Iterator[Finding]:
    """Every contract in the seal carries its own signature."""
    for one in seal.about.get("contracts", ()):
        if not is_contract(one):
            name = f"v{one.get('number')}"
            yield _finding(
                "contract",
                name,
                "",
                "",
                f"合同版本 {name} 的签名不符。",
                f"The signature of contract version {name} does not fit.",
            )


# --- parts and cells ------------------------------------------------------------------------------


def _parts(package: Package, name: str, seal: Seal) -> list[Finding]:
    """The first changed cell, and every part that is not the signed one."""
    broken = list(_broken(package))
    whole = {} if broken else digests(package)
    differing = [part for part, was in seal.parts.items() if not broken and whole.get(part) != was]
    strange = [part for part in package.members if part != PART and part not in seal.parts]
    if not broken and not differing and not strange:
        return []
    cell = None if broken else _cell(package, name, seal)
    found = [] if cell is None else [_changed_cell(cell)]
    found += [_changed_part(part, why) for part, why in broken]
    found += [_changed_part(part, "" if part in whole else "it is gone") for part in differing]
    return found + [_changed_part(part, "it was added") for part in strange]


def _broken(package: Package) -> Iterator[tuple[str, str]]:
    """Parts that cannot even be unpacked."""
    for part in package.members:
        try:
            package.read(part)
        except DamagedBookError as error:
            yield part, str(error.texts["en"])


def _cell(package: Package, name: str, seal: Seal) -> CellChange | None:
    """The first cell that differs; None where only looks do, or the sheets cannot be read."""
    try:
        now = cell_texts(open_book(package, name))
    except (KpiError, ValueError, LookupError):  # bytes inside a sheet that make no sense any more
        return None
    return first_change(seal.cells(), now)


def _changed_cell(cell: CellChange) -> Finding:
    was, now = cell.was or "∅", cell.now or "∅"
    return _finding(
        "cell",
        cell.place,
        cell.was,
        cell.now,
        f"{cell.place}：原为 {was}，现为 {now}。",
        f"{cell.place}: was {was}, is {now}.",
    )


def _changed_part(part: str, why: str) -> Finding:
    zh = {"it is gone": "被删除", "it was added": "是新加的", "": "内容不同"}.get(why, "无法解压")
    return _finding(
        "part",
        part,
        "",
        "",
        f"部件 {part} {zh}。",
        f"Part {part} is not the signed one{f': {why}' if why else ''}.",
    )


def _wrapper(name: str) -> Finding:
    return _finding(
        "file",
        name,
        "",
        "",
        f"{name}：部件内容相同，但压缩包的目录、日期或次序被改动。",
        f"{name}: all parts are the signed ones, but the zip around them (directory, dates, order) "
        "was changed.",
    )


# --- scores ---------------------------------------------------------------------------------------


def _cards(package: Package, name: str) -> list[tuple[RescoredCard, Table]]:
    """Every card of Items, scored anew from what its rows store."""
    try:
        book = open_book(package, name)
        table = _items(book)
        names = read_names(book, SheetRows(book, {}))
    except (ValueError, LookupError) as error:
        raise RefusedBookError(f"{name} cannot be read.", f"{name} 无法读取。") from error
    least = names.get("nmMinCoverage")
    if isinstance(least, bool | ErrorValue) or not isinstance(least, int | float):
        raise RefusedBookError(
            f"{name} holds no least coverage (nmMinCoverage).",
            f"{name} 中没有最低覆盖率（nmMinCoverage）。",
        )
    return [(card, table) for card in rescored(table, float(least))]


def _items(book: Book) -> Table:
    placed, _ = place_tables(book)
    if "tblScore" not in placed:
        raise RefusedBookError(f"{book.name} holds no Items.", f"{book.name} 中没有明细表。")
    return read_table(book, placed["tblScore"], SheetRows(book, {}))


def _scores(seal: Seal, cards: list[tuple[RescoredCard, Table]]) -> Iterator[Finding]:
    """Cells and totals that do not come out as they were signed."""
    totals: Mapping[str, Any] = seal.about.get("totals", {})
    seen = set()
    for card, table in cards:
        for item in card.items:
            yield from _cells_apart(item, table)
        key = "｜".join(card.key)
        seen.add(key)
        if key not in totals or totals[key] != card.total:
            yield _apart(key, totals.get(key), card.total)
    for key in totals:
        if key not in seen:
            yield _apart(key, totals[key], None)


def _cells_apart(item: Rescored, table: Table) -> Iterator[Finding]:
    for column, stored, computed in apart(item):
        sheet, cell = table.place(item.row, column)
        yield _apart(f"{sheet}!{cell}", stored, computed)


def _apart(place: str, was: object, now: object) -> Finding:
    old, new = ("#N/A" if value is None else str(value) for value in (was, now))
    return _finding(
        "score",
        place,
        old,
        new,
        f"{place}：文件为 {old}，重算为 {new}。",
        f"{place}: the file says {old}, computed anew it is {new}.",
    )
