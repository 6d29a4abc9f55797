"""Whose compliance tasks a shop answers for: those about it, else those of its market."""

from __future__ import annotations

from kpi.actuals import Actual, Actuals
from kpi.compliance import REGISTERED
from kpi.model import DataState, Metric, Period, Scope, ScopeKind, Shop
from kpi.organisation import ScopeParts, same


def with_market(actuals: Actuals, metric: Metric, own: Actual, shop: Shop, month: Period) -> Actual:
    """The shop's own value of a KPI; of the register that of its market where no task names it."""
    needs = actuals.catalog.needs(metric.code)
    if own.state is not DataState.NOT_APPLICABLE or not needs or not needs <= REGISTERED:
        return own
    return actuals.of(metric, ScopeParts(around(shop), ()), month)


def around(shop: Shop) -> Scope:
    """The shop's market; the region where one shop serves all of it."""
    whole = shop.market == shop.region
    kind = ScopeKind.REGION if whole else ScopeKind.MARKET
    return Scope(shop.market, kind, shop.region, same(shop.market))
