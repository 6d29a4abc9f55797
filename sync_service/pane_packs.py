"""Packs and kinds of formulas for a workbook that a task pane holds open.

Nothing is recorded: the pane gets new rows, or formulas by column, and writes them itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from kpi.functions import LOCAL
from kpi.model import Region
from kpi.pack_reading import ROLES, pack
from kpi.stage import answers, fit
from sheet_templates.scoring_cells import BookCells, Scoring, SheetTable
from sheet_templates.scoring_kinds import FormulaKind
from sync_service.pack_loading import Fit, Loaded, kept_target, load, propose
from sync_service.pane_library import lines
from sync_service.pane_results import Json, nothing_to_write, patches_of
from sync_service.refresh import own_tables, read
from sync_service.told import ToldError
from sync_service.workbooks.areas import letters, position
from sync_service.workbooks.grids import Grid
from sync_service.workbooks.sent import Offer, SentBook, SentPort

MOST_TOLD = 100_000  # formulas of one conversion; equal ones of a column are sent once
_TEXT = re.compile(r'("(?:[^"]|"")*")')
_OFFICE = re.compile(r"\bKPI\.([A-Z]+)\(", re.IGNORECASE)
_OWN_ROW = re.compile(r"(?:\btbl\w+)?\[@(?:\[((?:'.|[^\]'])*)\]|([^\[\]@#']+))\]")


@dataclass(frozen=True, slots=True)
class Choice:
    """A pack as a pane asks for it."""

    role: str
    region: str
    variant: str | None = None  # kind of goods
    onto: str | None = None  # an own role of Duties to load it for
    answers: Mapping[str, object] = field(default_factory=dict)


def loaded_pack(sent: SentBook, choice: Choice) -> Json:
    """The new rows of a pack in a sent workbook, fitted by the answers; what is there stays.

    Raises:
        ToldError: There is no such pack or own role, or the workbook is a partner's.
        KpiError: There is no such variant, or an answer cannot be read.
    """
    own_tables(sent.grids.keys())
    role, region = choice.role, choice.region
    if role not in ROLES or region not in tuple(Region):
        raise ToldError(
            f'There is no pack "{role}" for "{region}". Choose one of the list.',
            f"没有岗位“{role}”、区域“{region}”的包。请从列表中选择。",
        )
    kind = choice.variant or None
    one = fit(pack(role, Region(region), kind), answers(choice.answers))
    port, offers = _offering(sent)
    start = first_day(sent)
    made = load(port, [Fit(one.pack, one.changes)], start, choice.onto or None)
    book, catalog, _ = read(sent.contents())
    changes = [
        {"kpi": c.kpi, "what": c.what, "before": c.before, "after": c.after, **c.why}
        for c in one.changes
    ]
    return {
        **patches_of(offers[0]),
        "problems": list(_remarks(made)),
        "changes": [*_of_variant(role, Region(region), kind), *changes],
        "lines": list(lines(made, catalog.metrics, {})),
        "own_roles": list(book.own_roles),
    }


def _of_variant(role: str, region: Region, variant: str | None) -> Iterator[Json]:
    """What the kind of goods changed in the pack: targets, and KPIs that stand in for others."""
    before, after = pack(role, region), pack(role, region, variant)
    for old, new in zip(before.items, after.items, strict=True):
        if new.why is None:
            continue
        said: Json = {"kpi": new.kpi, "zh": new.why["zh"], "en": new.why["en"]}
        if old.kpi != new.kpi:
            yield {**said, "what": "kpi", "before": old.kpi, "after": new.kpi}
        if old.target != new.target:
            yield {**said, "what": "target", "before": old.target, "after": new.target}


def proposed(sent: SentBook, start: date) -> Json:
    """The lines that the tab Needs asks for and no card has, switched off; what is there stays.

    Raises:
        ToldError: The workbook is a partner's.
    """
    own_tables(sent.grids.keys())
    port, offers = _offering(sent)
    made, found = propose(port, start)
    if not offers:
        return {**nothing_to_write(), "lines": []}
    pains = {(one.need.role, one.metric.code): one.need.pain for one in found}
    metrics = {one.metric.code: one.metric for one in found}
    return {**patches_of(offers[0]), "lines": list(lines(made, metrics, pains))}


def _offering(sent: SentBook) -> tuple[SentPort, list[Offer]]:
    """The sent workbook as a port, and where what is to be written is put."""
    offers: list[Offer] = []

    def take(offer: Offer) -> bool:
        offers.append(offer)
        return True

    return SentPort(sent, take), offers


def first_day(sent: SentBook) -> date:
    """The first of January of the year under review: a card holds for the whole year."""
    month = str(sent.names.get("nmMonth") or "")
    year = month[:4]
    if not (year.isdecimal() and len(year) == 4):  # noqa: PLR2004 - digits of a year
        raise ToldError(
            "The workbook names no month. Choose one on Setup.",
            "工作簿没有月份。请在设置页选择。",
        )
    return date(int(year), 1, 1)


def _remarks(made: Loaded) -> Iterator[Json]:
    """What a manager must know of the rows that were added, as findings."""
    yield _remark(
        "pack_unconfirmed",
        "note",
        f"新增权重 {len(made.weights)} 行、目标 {len(made.targets)} 行、"
        f"指标 {len(made.kpis)} 行，全部待确认。",
        f"{len(made.weights)} weights, {len(made.targets)} targets and {len(made.kpis)} KPIs "
        "were added; all are to be confirmed.",
    )
    for card in made.off:
        yield _remark(
            "pack_off",
            "warning",
            f"{card}：已有这张卡，新行未启用，原有权重不变。",
            f"{card}: the book has this card; new lines are switched off, its weights stay.",
        )
    for one in made.other:
        yield _remark("pack_target_kept", "note", *kept_target(one))


def _remark(code: str, level: str, zh: str, en: str) -> Json:
    nowhere = {"mend_zh": "", "mend_en": "", "sheet": "", "cell": ""}
    return {"level": level, "code": code, "zh": zh, "en": en, **nowhere}


# --- kinds of formulas ----------------------------------------------------------------------------


def retold(sent: SentBook, kind: FormulaKind, given: Mapping[str, object]) -> Json:
    """The formulas of scoring that stand in a workbook, in another kind.

    `given["cells"]` holds `table`, `column`, `row` (of the data, from 0) and `formula` as it is
    typed; `given["card"]` pairs of address and formula of the card's tab, row by row. Answered in
    that order: a formula that is none of ours is None and stays.

    Raises:
        ToldError: The workbook is a partner's, whose formulas stay native, or a cell is none.
    """
    own_tables(sent.grids.keys())
    cells = BookCells({name: _table(grid) for name, grid in sent.grids.items()}, sent.language)
    scoring = Scoring(cells)
    known = frozenset(scoring.columns())
    for one in _list(given, "cells"):
        if not isinstance(one, dict) or (one.get("table"), one.get("column")) not in known:
            raise _unreadable("cells")
    told = [_retold(sent, scoring, kind, cast("Json", one)) for one in _list(given, "cells")]
    card = [_card_cell(one) for one in _list(given, "card")] if "tblScore" in sent.grids else []
    return {"cells": told, "card": list(_retold_card(scoring, kind, card))}


def _list(given: Mapping[str, object], name: str) -> list[object]:
    found = given.get(name, [])
    if not isinstance(found, list) or len(found) > MOST_TOLD:
        raise _unreadable(name)
    return found


def _unreadable(what: object) -> ToldError:
    return ToldError(
        f"The formulas were not sent as they should be ({what}). Reload the add-in.",
        f"发送的公式不完整（{what}）。请重新加载加载项。",
    )


def _retold(sent: SentBook, scoring: Scoring, kind: FormulaKind, one: Json) -> Json:
    """A cell of a table with its formula in a kind."""
    table, column, row = str(one["table"]), str(one["column"]), one.get("row")
    if not isinstance(row, int):
        raise _unreadable("row")
    there = _saved(str(one.get("formula", "")), table)
    text = scoring.told(table, column, sent.grids[table].top + 1 + row, there, kind)
    formula = None if text is None else f"={_typed(text)}"
    return {"table": table, "column": column, "row": row, "formula": formula}


def _card_cell(one: object) -> tuple[str, str]:
    if not isinstance(one, list) or len(one) != 2 or position(str(one[0])) is None:  # noqa: PLR2004 - address and formula
        raise _unreadable("card")
    return str(one[0]), _saved(str(one[1]), "")


def _retold_card(
    scoring: Scoring, kind: FormulaKind, card: Sequence[tuple[str, str]]
) -> Iterator[Json]:
    """The total of the card, and the grade that stands after it; other formulas are not ours."""
    total = None
    for at, text in card:
        if total is None:
            made = scoring.told_total(text, kind)
            row, column = position(at) or (1, 1)
            total = f"${letters(column)}${row}" if made else None
        else:
            made = scoring.told_grade(text, total, kind)
        if made is not None:
            yield {"cell": at, "formula": f"={_typed(made)}"}


def _table(grid: Grid) -> SheetTable:
    known = [(code, n) for n, code in enumerate(grid.codes) if code is not None]
    return SheetTable(
        grid.layout.name,
        grid.sheet,
        grid.top + 1,
        {code: grid.left + n for code, n in known},
        {code: grid.headers[n] for code, n in known},
    )


def _typed(text: str) -> str:
    """A formula with the add-in's functions as a person types them, not as a file stores them."""
    for one in LOCAL:
        text = text.replace(f"{one.saved_name}(", f"{one.office_name}(")
    return text


def _saved(text: str, table: str) -> str:
    """A typed formula as a file stores it: the add-in's functions, and cells of the own row."""
    parts = _TEXT.split(text.removeprefix("="))
    for n in range(0, len(parts), 2):
        part = _OFFICE.sub(lambda found: f"_xldudf_KPI_{found[1].upper()}(", parts[n])
        parts[n] = _OWN_ROW.sub(
            lambda found: f"{table}[[#This Row],[{found[1] or found[2]}]]", part
        )
    return "".join(parts)
