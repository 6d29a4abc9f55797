"""Masked sums of facts by period and key: what is asked of a cube, and what comes back.

Filters become bits of one small integer and each measure is summed once by (period, key, mask);
a filtered measure is a sum over the masks that hold its bit. A filter an aggregate costs eighteen
times as much, a query per KPI two hundred times. Every sum is an exact integer until `cube_values`
makes doubles; threads and kept sums change no bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kpi.model import Window

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
OPERATORS: frozenset[str] = frozenset({"=", "<>", "<", "<=", ">", ">="})
_PLACES = 10  # of a converted amount: four of the money, six of the rate
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of a measure or a dimension with a number; an unknown value does not pass."""

    column: str
    operator: Operator
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class CubeQuery:
    """What is summed, by which periods and keys, under which filters.

    A dimension table has the fact's key column first and then small dense integers, for example
    sku, category, person. `rates` has day, currency and an integer `rate` in millionths. A row
    whose day, key or rate stands in none of them counts nowhere.
    """

    measures: Sequence[str]
    periods: Sequence[Window]
    groupings: Sequence[str]  # columns of the dimension tables
    dimensions: Mapping[str, pa.Table]  # key column of the facts -> table
    filters: Sequence[Sequence[Condition]]  # each: all of its conditions; an empty one passes all
    rates: pa.Table | None = None  # None: one currency
    streams: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Sums by (period, key, mask) of one grouping, sorted; arrays have one entry a row."""

    period: Integers  # index into the query's periods
    key: Integers
    mask: Integers
    rows: Integers
    sums: Mapping[str, Integers]  # in 10^-10 for converted money, 10^-4 for plain, 1 for counts
    known: Mapping[str, Integers] = field(default_factory=dict)  # empty: every row knows them all

    def taken(self, rows: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Group:
        """Give some of the rows, or all in another order."""
        return Group(
            self.period[rows],
            self.key[rows],
            self.mask[rows],
            self.rows[rows],
            {name: values[rows] for name, values in self.sums.items()},
            {name: values[rows] for name, values in self.known.items()},
        )


def scale(query: CubeQuery, schema: pa.Schema, measure: str) -> int:
    """Give what one unit of a measure is in its sums."""
    if not pa.types.is_decimal(schema.field(measure).type):
        return 1
    return 10**4 if query.rates is None else 10**_PLACES
