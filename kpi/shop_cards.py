"""Whose compliance tasks a shop answers for: those about it, else those of its market."""

from __future__ import annotations

from kpi.actuals import Actual, Actuals
from kpi.model import DataState, Metric, Period, Scope, ScopeKind
from kpi.organisation import ScopeParts
from kpi.scopes import same
from kpi.trade import Shop


def with_market(
    actuals: Actuals, metric: Metric, own: Actual, shop: Shop, month: Period, grace: int = 0
) -> Actual:
    """The shop's own value of a KPI; of the register that of its market where no task names it.

    The market is asked without its shops, so that nothing but tasks can answer.
    """
    if own.state is not DataState.NOT_APPLICABLE:
        return own
    wider = actuals.of(metric, ScopeParts(around(shop), ()), month, grace)
    return own if wider.state is DataState.NOT_APPLICABLE else wider


def around(shop: Shop) -> Scope:
    """The shop's market; the region where one shop serves all of it."""
    whole = shop.market == shop.region
    kind = ScopeKind.REGION if whole else ScopeKind.MARKET
    return Scope(shop.market, kind, shop.region, same(shop.market))
