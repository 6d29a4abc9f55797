"""Requests held against the official descriptions: Swagger 2.0, and OpenAPI 3 of Amazon Ads."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

import jsonschema
import yaml

from tests.connector_support import Asked
from tests.paths import SHARED

Spec = Mapping[str, Any]
FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}
SP_API = (
    "sales.json",
    "reports_2021-06-30.json",
    "finances_2024-06-19.json",
    "fbaInventory.json",
    "sellers.json",
)
ADS = ("OfflineReport_prod_3p.json", "Profiles_prod_3p.yaml")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a description, with the document that its references point into."""

    spec: Spec
    method: str
    path: str
    body: Spec

    @property
    def name(self) -> str:
        return str(self.body.get("operationId"))


@cache
def described(folder: str, file: str) -> Spec:
    """A description by its file name."""
    assert SHARED is not None
    text = (SHARED / "specs" / folder / file).read_text(encoding="utf-8")
    spec: Spec = yaml.safe_load(text) if file.endswith(".yaml") else json.loads(text)
    return spec


def operations(folder: str, files: tuple[str, ...]) -> Iterator[Operation]:
    """Every operation of some descriptions."""
    for file in files:
        spec = described(folder, file)
        for path, methods in spec["paths"].items():
            for method, body in methods.items():
                if isinstance(body, dict) and "operationId" in body:
                    yield Operation(spec, method.upper(), path, body)


def operation_of(asked: Asked, known: Iterator[Operation]) -> Operation | None:
    """The operation that a request calls."""
    for operation in known:
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", operation.path)
        if operation.method == asked.method and re.fullmatch(pattern, asked.path):
            return operation
    return None


def resolved(spec: Spec, node: Any) -> Any:
    """Follow a reference inside the document."""
    while isinstance(node, dict) and "$ref" in node:
        found: Any = spec
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[unquote(part).replace("~1", "/").replace("~0", "~")]
        node = found
    return node


def complaints(asked: Asked, operation: Operation) -> list[str]:
    """What the description says against a request; nothing when it would be taken."""
    parameters = [resolved(operation.spec, one) for one in operation.body.get("parameters", [])]
    found = [*_query(asked, parameters), *_headers(asked, parameters)]
    return [*found, *_body(asked, operation, parameters)]


def _query(asked: Asked, parameters: list[Any]) -> Iterator[str]:
    known = {one["name"]: one for one in parameters if one["in"] == "query"}
    for name in asked.params:
        if name not in known:
            yield f"unknown parameter {name}"
    for name, one in known.items():
        if name not in asked.params:
            if one.get("required"):
                yield f"missing parameter {name}"
            continue
        yield from _value(name, asked.params[name], one.get("schema", one))


def _value(name: str, text: str, schema: Spec) -> Iterator[str]:
    if schema.get("type") == "array":
        parts = text.split(",")
        if len(parts) > schema.get("maxItems", len(parts)):
            yield f"{name} has too many values"
        for part in parts:
            yield from _value(name, part, schema["items"])
        return
    if schema.get("enum") and text not in schema["enum"]:
        yield f"{name}={text} is none of {schema['enum']}"
    if schema.get("type") == "boolean" and text not in {"true", "false"}:
        yield f"{name}={text} is no boolean"
    form = FORMATS.get(schema.get("format", ""))
    if form and not form.fullmatch(text):
        yield f"{name}={text} is no {schema['format']}"


def _headers(asked: Asked, parameters: list[Any]) -> Iterator[str]:
    for one in parameters:
        if (
            one["in"] == "header"
            and one.get("required")
            and not asked.headers.get(one["name"].lower())
        ):
            yield f"missing header {one['name']}"


def _body(asked: Asked, operation: Operation, parameters: list[Any]) -> Iterator[str]:
    swagger = next((one for one in parameters if one["in"] == "body"), None)
    content = operation.body.get("requestBody", {}).get("content")
    if swagger is None and content is None:
        if asked.body:
            yield "a body where none is taken"
        return
    kind = asked.headers.get("content-type", "")
    if content is not None and kind not in content:
        yield f"content type {kind}, taken are {sorted(content)}"
        return
    taken = swagger if content is None else content[kind]
    schema = taken["schema"] if taken else {}
    yield from schema_errors(json.loads(asked.body), schema, operation.spec)


def schema_errors(value: object, schema: Spec, spec: Spec) -> Iterator[str]:
    """What a schema of a document says against a value; unknown properties are faults too."""
    whole = {**_closed(schema), "definitions": {}, "components": {}}
    for part in ("definitions", "components"):
        if part in spec:
            whole[part] = _closed(spec[part])
    checker = jsonschema.FormatChecker()

    @checker.checks("date-time")
    def _(text: object) -> bool:
        return not isinstance(text, str) or bool(FORMATS["date-time"].fullmatch(text))

    validator = jsonschema.Draft4Validator(whole, format_checker=checker)
    for error in validator.iter_errors(value):
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


def _closed(node: Any) -> Any:
    """The same schema, refusing properties that it does not name, and knowing `nullable`."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(one) for name, one in node.items()}
    if closed.get("type") == "object" and isinstance(closed.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    if closed.pop("nullable", False) is True and isinstance(closed.get("type"), str):
        closed["type"] = [closed["type"], "null"]
    return closed


def examples(operation: Operation) -> list[Any]:
    """The official static answers of an operation's success."""
    found = []
    for status, response in operation.body["responses"].items():
        if status.startswith("2"):
            sandbox = response.get("x-amzn-api-sandbox", {}).get("static", [])
            found += [one["response"] for one in sandbox]
    return found
