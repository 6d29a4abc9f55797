"""Which markets the pages show: those of the book's own shops, in the order that ships first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kpi.model import COMPANY_SCOPE, OWN_STORES, Region
from kpi.scopes import markets
from sheet_templates.layout import MARKETS, REVIEW_SCOPES
from sync_service.compute import Computed, market_key


def todays(done: Computed) -> tuple[str, ...]:
    """The lines of Today: the regions, their markets, own stores, the total; all without shops."""
    own = _own(done)
    if not own:
        return MARKETS
    regions = [str(region) for region in Region if (region, str(region)) in done.scopes]
    inside = [market for market in _in_order(MARKETS, own) if market not in (*Region, *regions)]
    stores = [OWN_STORES] if (None, OWN_STORES) in done.scopes else []
    return (*regions, *inside, *stores, COMPANY_SCOPE)


def reviewed(done: Computed) -> tuple[str, ...]:
    """The columns of Review: the markets of the shops; the shipped ones without any."""
    own = _own(done)
    return tuple(_in_order(REVIEW_SCOPES, own)) if own else REVIEW_SCOPES


def _own(done: Computed) -> tuple[str, ...]:
    return markets(done.book, done.month.window.start)


def _in_order(first: Sequence[str], own: Sequence[str]) -> Iterator[str]:
    yield from (code for code in first if code in own)
    yield from (code for code in own if code not in first)


def places(done: Computed, shown: Sequence[str], room: int) -> Mapping[str, float]:
    """The place of each on a page; where there are too many, the smallest markets come last."""
    if len(shown) > room:
        fixed = {*Region, OWN_STORES, COMPANY_SCOPE}
        wide = [code for code in shown if code in fixed]
        inside = [code for code in shown if code not in fixed]
        large = sorted(inside, key=lambda code: -_sales(done, code))[: room - len(wide)]
        kept = [code for code in shown if code in fixed or code in large]
        shown = (*kept, *(code for code in inside if code not in large))
    return {code: float(number) for number, code in enumerate(shown, 1)}


def _sales(done: Computed, code: str) -> float:
    """Net sales of the month; of a market without any known, less than any."""
    key = market_key(done, code)
    actual = done.value("net_sales", key) if key else None
    return float("-inf") if actual is None or actual.value is None else actual.value
