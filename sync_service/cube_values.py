"""From masked sums to doubles: one array a (filter, measure), the only place where they round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sync_service.cube import CubeQuery, Floats, Group, Integers, scale

_ROOM = float(2**62)  # a cell below it cannot have wrapped around


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of scope in the cube: a group, and how many keys it has."""

    group: Group
    keys: int


def rolled_up(part: Part, parent: Integers, keys: int) -> Part:
    """Give the same sums under a coarser key: `parent[key]`, as a region is of a store."""
    group = part.group
    coarse = parent[group.key]
    return Part(Group(group.period, coarse, group.mask, group.rows, group.sums, group.known), keys)


def cube_values(
    query: CubeQuery, schema: pa.Schema, parts: Sequence[Part], periods: NDArray[np.bool_]
) -> dict[tuple[int, str], Floats]:
    """Give doubles [key, period] by (filter, measure); nothing there, or nothing known, is NaN.

    The keys of the parts follow one another; only the wanted periods are made.
    """
    masks = np.unique(np.concatenate([part.group.mask for part in parts]))
    layers = [_Layer.of(part, masks, periods) for part in parts]
    rows = _joined(query, masks, layers, [part.group.rows for part in parts])
    found: dict[tuple[int, str], Floats] = {}
    for measure in query.measures:
        sums = _joined(query, masks, layers, [part.group.sums[measure] for part in parts])
        known = rows
        if all(part.group.known for part in parts):
            known = _joined(query, masks, layers, [part.group.known[measure] for part in parts])
        unit = scale(query, schema, measure)
        for number in range(len(query.filters)):
            found[(number, measure)] = np.where(known[number] == 0, np.nan, sums[number] / unit)
    return found


@dataclass(frozen=True, slots=True)
class _Layer:
    """Where each row of a part lands in a dense array [mask, key, period]."""

    flat: NDArray[np.intp]
    shape: tuple[int, int, int]

    @classmethod
    def of(cls, part: Part, masks: Integers, periods: NDArray[np.bool_]) -> _Layer:
        """Find the places; the wanted periods move together, as do the masks that occur."""
        place = np.cumsum(periods) - 1
        shape = (len(masks), part.keys, int(periods.sum()))
        group = part.group
        layer = np.searchsorted(masks, group.mask) * shape[1] + group.key
        return cls((layer * shape[2] + place[group.period]).astype(np.intp), shape)

    def dense(self, column: Integers) -> Integers:
        """Add a column up.

        Raises:
            OverflowError: A cell does not fit 64 bits.
        """
        cells = self.shape[1] * self.shape[2]
        most = np.bincount(self.flat % max(1, cells), np.abs(column.astype(np.float64)), cells)
        if len(most) and most.max() >= _ROOM:
            message = "A total of the cube does not fit 64 bits; ask for shorter periods."
            raise OverflowError(message)
        added = np.zeros(self.shape[0] * cells, np.int64)
        np.add.at(added, self.flat, column)
        return added.reshape(self.shape)


def _joined(
    query: CubeQuery, masks: Integers, layers: Sequence[_Layer], columns: Sequence[Integers]
) -> list[Integers]:
    """Give the totals [key, period] of every filter over all parts."""
    dense = [layer.dense(column) for layer, column in zip(layers, columns, strict=True)]
    whole = np.concatenate(dense, axis=1)
    found = []
    for number, conditions in enumerate(query.filters):
        passing = masks >> number & 1 == 1 if conditions else np.ones(len(masks), np.bool_)
        found.append(whole[passing].sum(axis=0))
    return found
