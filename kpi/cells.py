"""How leaves of a SKU or campaign that somebody asked for are named: a cell inside its category.

A campaign's figures belong to the whole shop, so they are no product's: its cell says so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kpi.model import WHOLE_SHOP
from kpi.organisation import Part

_PART = "\x1f"  # no cell of a workbook holds it


def cell(category: str, sku: str) -> str:
    """The category of the leaves of one SKU."""
    return f"{category}{_PART}{sku}"


def campaign_cell(campaign: str) -> str:
    """The category of the leaves of one campaign that names no product."""
    return f"{cell('', WHOLE_SHOP)}{_PART}{campaign}"


def category_of(name: str) -> str:
    """The category that leaves of this name are of."""
    return name.split(_PART, maxsplit=1)[0]


def _part(name: str, number: int) -> str:
    """The SKU (1) or the campaign (2) of leaves; empty for leaves of several."""
    return [*name.split(_PART), "", ""][number]


@dataclass(frozen=True, slots=True)
class Cells:
    """The places of categories, SKUs and campaigns in the categories of leaves."""

    count: int
    categories: Mapping[str, Sequence[int]]
    skus: Mapping[str, Sequence[int]]
    campaigns: Mapping[str, Sequence[int]]

    def of(self, part: Part) -> NDArray[np.intp]:
        """The places of a part."""
        if part.campaigns:
            found = [n for one in part.campaigns for n in self.campaigns.get(one, ())]
            return np.array(sorted(found), np.intp)
        if part.sku is not None:
            return np.array(self.skus.get(part.sku, ()), np.intp)
        if part.category is not None:
            return np.array(self.categories.get(part.category, ()), np.intp)
        out = {n for category in part.excluding for n in self.categories.get(category, ())}
        return np.array([n for n in range(self.count) if n not in out], np.intp)


def cells_of(names: Sequence[str]) -> Cells:
    """The cells of these categories of leaves."""
    return Cells(
        len(names),
        _numbered(category_of(one) for one in names),
        _numbered(_part(one, 1) for one in names),
        _numbered(_part(one, 2) for one in names),
    )


def _numbered(names: Iterable[str]) -> dict[str, list[int]]:
    """The places of each name in a list."""
    found: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(name, []).append(number)
    return found
