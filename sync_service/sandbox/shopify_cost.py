"""What a Shopify query costs, in points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_service.sandbox import graphql
from sync_service.sandbox.graphql import Field, Operation
from sync_service.sandbox.shopify_types import CONNECTIONS, TYPES


def cost(operation: Operation, variables: Mapping[str, Any]) -> float:
    """Points of a query: objects cost 1, a connection 2 and a share of its page."""
    if operation.kind == "mutation":
        return 10.0
    return max(1.0, float(round(_cost(operation.fields, "QueryRoot", variables))))


def _cost(fields: tuple[Field, ...], owner: str, variables: Mapping[str, Any]) -> float:
    total = 0.0
    for one in fields:
        if not one.name:
            total += _cost(one.fields, one.on or owner, variables)
            continue
        kind = TYPES.get(owner, {}).get(one.name, "")
        below = _cost(one.fields, kind, variables) if kind else 0.0
        if kind in CONNECTIONS:
            first = graphql.bound(one.arguments.get("first", 10), variables)
            total += 2 + (first if isinstance(first, int) else 10) / 10 * below
        elif kind:
            total += below + (0 if kind == "PageInfo" or kind.startswith("Money") else 1)
    return total
