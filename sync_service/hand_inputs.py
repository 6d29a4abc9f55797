"""Figures typed in tblInput as leaves of the stream `book.inputs`, so totals treat them alike.

A month that holds one typed line of a (shop, measure) is known as a whole: its other days are
zero. Overhead and the like are typed once a month; they fall on the day that was typed. What is
a level and no flow (headcount, points, documents) stands for the whole month, and from a later
typed day on the later figure does. An advertising budget is spread over its days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kpi.budget import lasting_budgets
from kpi.calendar import month_period
from kpi.catalog import shipped
from kpi.cells import campaign_cell, cell
from kpi.leaves import SCALE, LeafSums
from kpi.model import WHOLE_SHOP, Measure, RollUp
from kpi.targets import AD_BUDGET
from kpi.typed_rows import InputRow
from sync_service.sources import INPUTS, PLANS

WHOLE = cell("", WHOLE_SHOP)  # what is typed is typed for the shop, never for a product
Number = TypeVar("Number", np.int32, np.int64)
Columns = Mapping[str, NDArray[np.int64]]


def with_inputs(
    leaves: LeafSums,
    inputs: Sequence[InputRow],
    currencies: Mapping[str, str],
    measures: Mapping[str, Measure] | None = None,
) -> LeafSums:
    """The leaves of the facts with those of the typed figures behind them.

    `measures` are the book's, with its own ones; the shipped ones without them.
    """
    usable = [row for row in inputs if row.shop in leaves.shops]
    scaled = _scaled(leaves, usable)
    budgets = lasting_budgets(row for row in usable if row.measure == AD_BUDGET)
    known = shipped().measures if measures is None else measures
    levels = {code for code, one in known.items() if one.roll_up is not RollUp.SUM}
    rows = _rows([row for row in usable if row.measure != AD_BUDGET], scaled, levels)
    return _appended(leaves, _on_days(rows, budgets, scaled), scaled, currencies, INPUTS)


def with_plans(
    leaves: LeafSums, plans: Sequence[InputRow], currencies: Mapping[str, str]
) -> LeafSums:
    """The leaves with figures by day that the target rows give."""
    usable = [row for row in plans if row.shop in leaves.shops]
    scaled = _scaled(leaves, usable)
    for campaign in dict.fromkeys(row.campaign for row in usable):
        name = campaign_cell(campaign) if campaign else WHOLE
        if campaign is None or name in leaves.categories:
            rows = _on_days({}, (row for row in usable if row.campaign == campaign), scaled)
            leaves = _appended(leaves, rows, scaled, currencies, PLANS, name)
    return leaves


def _scaled(leaves: LeafSums, rows: Sequence[InputRow]) -> dict[str, bool]:
    return {**leaves.scaled, **{r.measure: True for r in rows if r.measure not in leaves.sums}}


Rows = dict[tuple[str, date], dict[str, int]]
"""(shop, day) -> measure -> exact integer."""


def _appended(
    leaves: LeafSums,
    rows: Rows,
    scaled: dict[str, bool],
    currency: Mapping[str, str],
    stream: str,
    category: str = WHOLE,
) -> LeafSums:
    if not rows:
        return leaves
    currencies = tuple(dict.fromkeys([*leaves.currencies, *(currency[c] for c, _ in rows)]))
    streams = tuple(dict.fromkeys([*leaves.streams, stream]))
    keys = list(rows)
    measures = {*leaves.sums, *(measure for figures in rows.values() for measure in figures)}
    place = leaves.categories.index(category) if category in leaves.categories else 0
    return LeafSums(
        day=_append(leaves.day, [day.toordinal() for _, day in keys]),
        shop=_append(leaves.shop, [leaves.shops.index(shop) for shop, _ in keys]),
        stream=_append(leaves.stream, [streams.index(stream)] * len(keys)),
        category=_append(leaves.category, [place] * len(keys)),
        currency=_append(leaves.currency, [currencies.index(currency[shop]) for shop, _ in keys]),
        rows=_append(leaves.rows, [1] * len(keys)),
        sums={
            m: _column(leaves, leaves.sums, m, [rows[k].get(m, 0) for k in keys]) for m in measures
        },
        known={
            m: _column(leaves, leaves.known, m, [int(m in rows[k]) for k in keys]) for m in measures
        },
        scaled=scaled,
        shops=leaves.shops,
        streams=streams,
        categories=leaves.categories,
        currencies=currencies,
        version=leaves.version,
    )


def _on_days(rows: Rows, figures: Iterable[InputRow], scaled: dict[str, bool]) -> Rows:
    """Figures that are by day already, added to the rows of their days."""
    for row in figures:
        here = rows.setdefault((row.shop, row.day), {})
        here[row.measure] = here.get(row.measure, 0) + _exact(row, scaled)
    return rows


def _exact(row: InputRow, scaled: dict[str, bool]) -> int:
    scale = Decimal(SCALE if scaled[row.measure] else 1)
    return int((row.value * scale).quantize(Decimal(1), ROUND_HALF_EVEN))


def _rows(inputs: Sequence[InputRow], scaled: dict[str, bool], levels: Collection[str]) -> Rows:
    """Every day of a typed month is there; `levels` say how much there is, not how much came."""
    rows: Rows = {}
    typed: set[tuple[str, str, date]] = set()
    for row in sorted(inputs, key=lambda one: one.day):
        month = month_period(row.day.year, row.day.month).window
        exact = _exact(row, scaled)
        first = (row.shop, row.measure, month.start) not in typed
        typed.add((row.shop, row.measure, month.start))
        for day in month.each():
            figures = rows.setdefault((row.shop, day), {})
            if row.measure not in levels:
                figures.setdefault(row.measure, 0)
            elif first or day >= row.day:
                figures[row.measure] = exact
        if row.measure not in levels:
            rows[row.shop, row.day][row.measure] += exact
    return rows


def _append(array: NDArray[Number], more: Sequence[int]) -> NDArray[Number]:
    return np.concatenate([array, np.array(more, array.dtype)])


def _column(
    leaves: LeafSums, columns: Columns, measure: str, more: Sequence[int]
) -> NDArray[np.int64]:
    found = columns.get(measure)
    old = np.zeros(len(leaves.day), np.int64) if found is None else found
    return np.concatenate([old, np.array(more, np.int64)])
