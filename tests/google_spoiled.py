"""How a request can be wrong, by what Google's own description of its API says of each field."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from sync_service.sandbox.google.discovery import Description
from sync_service.sandbox.google.update_masks import OBJECTS

Json = dict[str, Any]
Way = tuple[str | int, ...]

FAR, LONG = 2**31 - 1, "x" * 300
ODD: dict[str, tuple[Any, ...]] = {  # by the type of a field
    "string": ("", "no such", "a'!1", LONG, 7, [], {}),
    "integer": (-1, 3, 500, FAR, FAR + 1, 10**400, "3", "x", 1.5, {}),
    "number": (-1, 0.5, 7, "NaN", "x", {}),
    "boolean": (False, True, "yes", 1),
    "array": ([], [{}], [None], {}, "x"),
    "object": ({}, [], "x", {"nothing": 1}),
    "any": (1, "x", []),
}


def requests(description: Description, good: Json) -> Iterator[Json]:
    """A request of a batchUpdate with one field after another spoiled."""
    [(kind, asked)] = good.items()
    schema = resolved(description, {"$ref": "Request"})["properties"][kind]
    fields = masks(description, kind)
    yield from ({kind: one} for one in spoiled(description, asked, schema))
    for mask in fields:
        masked = asked | {"fields": mask}
        yield {kind: masked}
        yield from ({kind: masked | {name: {}}} for name in asked if isinstance(asked[name], dict))


def spoiled(description: Description, body: Json, schema: Json) -> Iterator[Json]:
    """A body with one field after another left out, emptied, mistyped or out of its range."""
    yield {}
    for way, values in ways(description, body, schema, ()):
        for value in values:
            yield put(body, way, value)


def ways(
    description: Description, value: Any, schema: Json, way: Way
) -> Iterator[tuple[Way, tuple[Any, ...]]]:
    """Each field of a value, there or missing, and what it may be spoiled with."""
    schema = resolved(description, schema)
    if isinstance(value, list) and "items" in schema:
        for place, one in enumerate(value):
            yield from ways(description, one, schema["items"], (*way, place))
    for name, below in schema.get("properties", {}).items() if isinstance(value, dict) else ():
        here, kind = (*way, name), resolved(description, below)
        missing = (None,) if name in value else ()
        some = kind.get("enum", ())[:4]
        yield here, (*missing, *some, *ODD[kind.get("type", "any")])
        if name in value:
            yield from ways(description, value[name], below, here)


def resolved(description: Description, schema: Json) -> Json:
    """The schema that a reference means."""
    found: Json = schema
    if "$ref" in schema:
        found = description.document["schemas"][schema["$ref"]]
    return found


def masks(description: Description, kind: str) -> Iterator[str]:
    """Masks of an update: each field of its object."""
    if kind in OBJECTS:
        yield from resolved(description, {"$ref": OBJECTS[kind]})["properties"]


def put(body: Json, way: Way, value: Any) -> Json:
    """A copy with another value at a place; None leaves the field out."""
    fresh = copy.deepcopy(body)
    here: Any = fresh
    for step in way[:-1]:
        here = here[step]
    if value is None:
        del here[way[-1]]
    else:
        here[way[-1]] = value
    return fresh
