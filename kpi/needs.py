"""Which lines of cards the needs diagnosis proposes: what is wanted and stands on no card yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kpi.book import Book
from kpi.model import Metric, Region
from kpi.need_rows import Need
from kpi.pack_reading import PackItem, packs

USUAL_WEIGHT = 5.0  # points, of a KPI that the role's pack does not have


@dataclass(frozen=True, slots=True)
class Proposal:
    """One line for a card; the manager switches it on, or not."""

    need: Need
    region: Region
    metric: Metric
    item: PackItem | None  # how the packs score it; None where no pack has the KPI

    @property
    def weight(self) -> float:
        """Points."""
        return self.item.weight if self.item else USUAL_WEIGHT

    @property
    def scope(self) -> str:
        """Where its target stands."""
        card = packs().get((self.need.role, self.region))
        return card.scope(self.item) if card and self.item else str(self.region)


def proposals(book: Book, metrics: Mapping[str, Metric]) -> tuple[Proposal, ...]:
    """What to add, by region of the book's shops; both regions while there are none.

    A line that a card has in any version is the manager's, on or off, and is not proposed again.
    """
    there = {(row.role, row.region, row.metric) for row in book.weights}
    regions = {shop.region for shop in book.shops} or set(Region)
    return tuple(
        Proposal(need, region, metrics[need.metric], _item(need, region))
        for need in book.needs
        for region in Region
        if region in regions
        and need.metric in metrics
        and (need.metric, region) not in book.unused
        and (need.role, region, need.metric) not in there
    )


def _item(need: Need, region: Region) -> PackItem | None:
    """The line of the role's pack; else that of another role, with the usual weight."""
    own = packs().get((need.role, region))
    found = own.item(need.metric) if own else None
    other = next(_elsewhere(need, region), None) if found is None else None
    return replace(other, weight=USUAL_WEIGHT) if other else found


def _elsewhere(need: Need, region: Region) -> Iterator[PackItem]:
    for card in packs().values():
        item = card.item(need.metric) if card.region is region else None
        if item is not None:
            yield item
