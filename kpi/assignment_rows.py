"""A line of Assignments: a shop, all of a region, market or platform, or a campaign."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kpi.book_links import Codes
from kpi.book_nouns import EVER, NEVER, day_after
from kpi.book_rows import RowReader
from kpi.campaigns import campaign_in
from kpi.model import Window
from kpi.trade import Assignment, Shop

OF_SHOP: tuple[Callable[[Shop], str], ...] = (  # of several, as for targets, the first counts
    lambda shop: shop.code,
    lambda shop: str(shop.region),
    lambda shop: shop.market,
    lambda shop: shop.platform,
)


@dataclass(frozen=True, slots=True)
class Held:
    """What a line may name: the shops as they were read, their codes, markets and platforms."""

    shops: Sequence[Shop]
    codes: Codes  # of shops, markets and platforms as they stand in Shops
    people: Codes


def read_assignment(row: RowReader, held: Held) -> tuple[Assignment, ...]:
    """The line, once for each shop that it names; a campaign's has its code. Typed days are in.

    A shop that opens or closes is held while it is open: days of a shop are cut elsewhere.
    """
    text, person = row.needed("shop"), row.needed("person")
    campaign = campaign_in(held.shops, text)
    shops = () if campaign else _shops(row, text, held.shops)
    if not shops and campaign is None:
        held.codes.check(row, "shop", text)
    held.people.check(row, "person", person)
    share = row.between("share", 0, 1, 1.0)
    start, end = row.day("start") or EVER, row.day("end")
    row.in_order("end", start, end)
    window = Window(start, day_after(end) if end else NEVER)
    one = Assignment("", row.text("category") or None, person, share or 0.0, window)
    if campaign is not None:
        return (replace(one, shop=campaign.code, category=None),)
    return tuple(replace(one, shop=shop.code) for shop in shops)


def _shops(row: RowReader, text: str, shops: Sequence[Shop]) -> tuple[Shop, ...]:
    """The shops of a code; markets and platforms are known by their words too."""
    words = {text, *(row.decode(name, text) for name in ("region", "market", "platform") if text)}
    for said in OF_SHOP:
        found = tuple(shop for shop in shops if said(shop) in words)
        if found:
            return found
    return ()
