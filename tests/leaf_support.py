"""Leaf sums written down as a table of cases: (stream, shop, day, category, currency, measures)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from kpi.leaves import LeafSums

Leaf = tuple[str, str, date, str, str, Mapping[str, int | None]]
MONEY = {"gross_sales", "discounts", "returns_amount", "ad_spend", "ad_sales", "cogs"}


def leaf_sums(leaves: Iterable[Leaf]) -> LeafSums:
    """Money is given in ten-thousandths, as the store gives it; None is a null fact."""
    rows = list(leaves)
    shops, streams = sorted({r[1] for r in rows}), sorted({r[0] for r in rows})
    categories = ["", *sorted({r[3] for r in rows} - {""})]
    currencies = sorted({r[4] for r in rows})
    measures = sorted({m for r in rows for m in r[5]})

    def index(names: list[str], at: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        return np.array([names.index(str(r[at])) for r in rows], np.int32)

    return LeafSums(
        day=np.array([r[2].toordinal() for r in rows], np.int32),
        shop=index(shops, 1),
        stream=index(streams, 0),
        category=index(categories, 3),
        currency=index(currencies, 4),
        rows=np.ones(len(rows), np.int64),
        sums={m: np.array([r[5].get(m) or 0 for r in rows], np.int64) for m in measures},
        known={
            m: np.array([int(r[5].get(m) is not None) for r in rows], np.int64) for m in measures
        },
        scaled={m: m in MONEY for m in measures},
        shops=tuple(shops),
        streams=tuple(streams),
        categories=tuple(categories),
        currencies=tuple(currencies),
        version=1,
    )
