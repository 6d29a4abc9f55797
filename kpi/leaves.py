"""Exact sums of facts, as one pass over the store gives them; the input of `totals.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

SCALE = 10_000  # decimals of facts have four places: the sums are integers of ten-thousandths


@dataclass(frozen=True, slots=True)
class LeafSums:
    """One row a leaf: a (shop, stream, day, category, currency) that has facts.

    All arrays have one entry a leaf. A measure's `sums` are exact int64 in ten-thousandths when
    its type is decimal and in ones when it is a count (`scaled` tells which); `known` counts the
    non-null facts behind each sum and `rows` the facts of the leaf: where a leaf has rows, and
    some of them do not know the measure, `known < rows`. Of a place in a list the sum is the best
    place of the leaf: places are never added.
    """

    day: NDArray[np.int32]  # date.toordinal() of the shop's day
    shop: NDArray[np.int32]  # index into `shops`
    stream: NDArray[np.int32]  # index into `streams`
    category: NDArray[np.int32]  # index into `categories`; 0 is "no category" (also sku *)
    currency: NDArray[np.int32]  # index into `currencies`
    rows: NDArray[np.int64]
    sums: Mapping[str, NDArray[np.int64]]
    known: Mapping[str, NDArray[np.int64]]
    scaled: Mapping[str, bool]
    shops: tuple[str, ...]
    streams: tuple[str, ...]
    categories: tuple[str, ...]  # first is ""; `kpi.cells` names those of a SKU or campaign
    currencies: tuple[str, ...]
    version: int  # of the facts table
    asked: str = ""  # names the question; "" is like no other
    files: Mapping[str, frozenset[str]] = field(default_factory=dict)  # shop -> what was summed

    def differing(self, other: LeafSums) -> frozenset[str] | None:
        """The shops whose sums may differ from another's; None where every shop's may.

        A file of facts never changes: the same question over the same files has the same sums.
        """
        if not self.asked or self.asked != other.asked:
            return None
        shops = self.files.keys() | other.files.keys()
        return frozenset(one for one in shops if self.files.get(one) != other.files.get(one))
