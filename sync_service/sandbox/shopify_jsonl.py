"""Bulk operations of Shopify: which queries are allowed, and the lines of the file."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sync_service.sandbox import graphql
from sync_service.sandbox.graphql import Field, GraphqlError, Operation
from sync_service.sandbox.shopify_data import Store
from sync_service.sandbox.shopify_paging import Paged
from sync_service.sandbox.shopify_types import CONNECTIONS, LISTS, TYPES
from sync_service.sandbox.wire import Json


def wrong_bulk(query: str) -> str:
    """Why a bulk query is not allowed; empty when it is."""
    try:
        operation = graphql.parse(query)
        graphql.check(operation, TYPES)
    except GraphqlError as trouble:
        return f"Invalid bulk query: {trouble}"
    roots = [TYPES["QueryRoot"].get(one.name, "") for one in operation.fields]
    if len(roots) != 1 or not _pages(operation.fields, "QueryRoot"):
        return "Bulk queries must contain at least one connection."
    if _connection_in_list(operation.fields, "QueryRoot", inside=False):
        return "Queries that contain a connection field within a list field are not supported."
    return ""


def _pages(fields: tuple[Field, ...], owner: str) -> bool:
    kinds = [(TYPES.get(owner, {}).get(one.name, ""), one) for one in fields]
    return any(kind in CONNECTIONS or (kind and _pages(one.fields, kind)) for kind, one in kinds)


def _connection_in_list(fields: tuple[Field, ...], owner: str, *, inside: bool) -> bool:
    for one in fields:
        kind = TYPES.get(one.on or owner, {}).get(one.name, "") if one.name else (one.on or owner)
        if kind in CONNECTIONS and inside:
            return True
        listed = inside or one.name in LISTS
        if kind and _connection_in_list(one.fields, kind, inside=listed):
            return True
    return False


def jsonl(store: Store, operation: Operation) -> Iterator[str]:
    """Every object of the connections as a line; children name their parent."""
    yield from _object_lines(operation.fields, store.root(), "QueryRoot", None)


def _object_lines(
    fields: tuple[Field, ...], source: Json, owner: str, parent: str | None
) -> Iterator[str]:
    """The lines of the connections below one object."""
    for one in fields:
        kind = TYPES.get(owner, {}).get(one.name, "")
        if kind in CONNECTIONS:
            paged: Paged = source[one.name]
            for entry in paged.entries(one.arguments):
                yield from _node_lines(_node_fields(one), entry.make(), kind, parent)
        elif kind and isinstance(source.get(one.name), dict):
            yield from _object_lines(one.fields, source[one.name], kind, parent)


def _node_fields(one: Field) -> tuple[Field, ...]:
    """What is selected of a connection's nodes, by `nodes` or by `edges { node }`."""
    for inner in one.fields:
        if inner.name == "nodes":
            return inner.fields
        if inner.name == "edges":
            return next((leaf.fields for leaf in inner.fields if leaf.name == "node"), ())
    return ()


def _node_lines(
    fields: tuple[Field, ...], node: Json, connection: str, parent: str | None
) -> Iterator[str]:
    kind = connection.removesuffix("Connection")
    own = TYPES[kind]
    plain = tuple(one for one in fields if own.get(one.name, "") not in CONNECTIONS)
    value: Json = graphql.project(plain, node, {})
    if parent is not None:
        value["__parentId"] = parent
    yield json.dumps(value, ensure_ascii=False)
    below = tuple(one for one in fields if own.get(one.name, "") in CONNECTIONS)
    yield from _object_lines(below, node, kind, str(node.get("id")))
