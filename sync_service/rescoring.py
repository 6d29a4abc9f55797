"""Scores computed once more from what a row of Items stores; the same code that scored it first.

Needs no facts, no contract and no service: a row holds target, due share, counted value, weight,
method and parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kpi.errors import KpiError
from kpi.methods import PARAMETERS
from kpi.missing import Policy
from kpi.model import Better, DataState
from kpi.scoring import (
    CardItem,
    attainment,
    card_total,
    item_score,
    status_of_item,
)
from kpi.sheet_scoring import PACED
from kpi.step_table import STEP_NAMES
from kpi.tables import Row, Table
from kpi.targets import due
from kpi.typed_rows import Bound
from sheet_templates.words import decode, plain

FORMULAS = ("due", "attainment", "score", "usable", "share", "points", "status")
CardKey = tuple[str, str, str]  # month, person, region


@dataclass(frozen=True, slots=True)
class Rescored:
    """One item, computed anew."""

    key: str
    row: Row
    values: dict[str, float | str | None]  # by formula column; status as its code


@dataclass(frozen=True, slots=True)
class RescoredCard:
    """One card, computed anew."""

    key: CardKey
    items: tuple[Rescored, ...]
    total: float | None


def rescored(table: Table, min_coverage: float) -> tuple[RescoredCard, ...]:
    """Every card of tblScore.

    Raises:
        KpiError: A row holds a word or a cap that nothing can be scored by.
    """
    cards: dict[CardKey, list[Row]] = {}
    for row in table.rows:
        key = (text(row, "month"), text(row, "person"), text(row, "region"))
        cards.setdefault(key, []).append(row)
    return tuple(_card(key, rows, min_coverage) for key, rows in cards.items())


def _card(key: CardKey, rows: Sequence[Row], min_coverage: float) -> RescoredCard:
    made = [_item(row) for row in rows]
    counted = [_counted(row, item.values["score"]) for row, item in zip(rows, made, strict=True)]
    total = card_total(counted, min_coverage)
    items = tuple(
        _with_shares(*parts) for parts in zip(made, total.shares, total.points, strict=True)
    )
    return RescoredCard(key, items, total.total)


def _with_shares(item: Rescored, share: float, points: float) -> Rescored:
    usable = (number(item.row, "weight") or 0.0) if share else 0.0
    values = {**item.values, "usable": usable, "share": share, "points": points}
    return Rescored(item.key, item.row, values)


def _item(row: Row) -> Rescored:
    paced = {plain(word) for code, both in PACED.items() for word in (code, *both)}
    additive = plain(text(row, "target_basis")) in paced
    better, method = Better(word(row, "better", "better")), word(row, "method", "method")
    actual = number(row, "counted")
    reference = due(number(row, "target"), number(row, "due_share"), additive=additive)
    params = tuple(number(row, code) for code in (*PARAMETERS, *STEP_NAMES))
    floor = number(row, "floor") or 0.0
    values: dict[str, float | str | None] = {
        "due": reference,
        "attainment": attainment(actual, reference, better, method),
        "score": item_score(method, actual, reference, params, number(row, "cap"), floor),
        "status": status_of_item(
            actual,
            reference,
            better,
            number(row, "warn"),
            number(row, "breach"),
            Bound(word(row, "bound", "bound")),
            additive=additive,
            low=(number(row, "warn_low"), number(row, "breach_low")),
        ).value,
    }
    return Rescored(text(row, "item"), row, values)


def _counted(row: Row, score: float | str | None) -> CardItem:
    state = decode("data_state", text(row, "data_state"))
    return CardItem(
        text(row, "metric"),
        number(row, "weight") or 0.0,
        score if isinstance(score, float) else None,
        applicable=state != DataState.NOT_APPLICABLE,
        block=decode("missing", text(row, "missing")) == Policy.BLOCK,
    )


def number(row: Row, column: str) -> float | None:
    """A number of a cell; unknown and empty are None."""
    value = row.value(column)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def text(row: Row, column: str) -> str:
    """A text of a cell."""
    value = row.value(column)
    return value if isinstance(value, str) else ""


def word(row: Row, column: str, words: str) -> str:
    """The code of a word, which must be one."""
    shown = text(row, column)
    code = decode(words, shown)
    if code is None:
        spot = row.cells[column].address
        raise KpiError(
            f'{spot}: "{shown}" is no word of {column}.',
            f"{spot}：“{shown}”不是 {column} 的词。",
        )
    return code


def apart(item: Rescored) -> Iterator[tuple[str, float | str | None, float | str | None]]:
    """(column, stored, computed) of each formula cell that says something else."""
    for column in FORMULAS:
        computed = item.values[column]
        stored: float | str | None
        if column == "status":
            stored = decode("status", text(item.row, column))
        else:
            stored = number(item.row, column)
        if stored != computed:
            yield column, stored, computed
