"""Checks of requests against Google's own description of its API (the discovery document).

The documents come with google-api-python-client, a tool of the developers; without it nothing is
checked here, and the stand-in refuses only what it cannot do.
"""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sync_service.sandbox.google.errors import Refusal, violation
from sync_service.sandbox.google.masks import Mask, camel

Json = dict[str, Any]

PACKAGE = "googleapiclient"
BEGIN = "Invalid JSON payload received."
INTEGERS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
PROTO = {"integer": "TYPE_INT32", "number": "TYPE_DOUBLE", "boolean": "TYPE_BOOL"}
ROOTS = {  # what errors call the body of a method
    "spreadsheets.create": "spreadsheet",
    "spreadsheets.values.update": "data",
    "spreadsheets.values.append": "data",
}
NO_LIMIT = (-(2**63), 2**63 - 1)


def documents() -> Path | None:
    """The folder of the documents when the package is installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "discovery_cache" / "documents"


@cache
def load(folder: Path, name: str) -> Description:
    """A document such as sheets.v4."""
    return Description(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


def snake(name: str) -> str:
    """add_sheet of addSheet: errors name fields so."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


@dataclass(frozen=True, slots=True)
class Description:
    """One API: its schemas and methods."""

    document: Json

    def method(self, name: str) -> Json:
        """A method by its dotted name, `spreadsheets.values.get`."""
        *groups, last = name.split(".")
        here = self.document
        for group in groups:
            here = here["resources"][group]
        found: Json = here["methods"][last]
        return found

    def check_query(self, name: str, query: dict[str, list[str]]) -> None:
        """Refuse parameters that the method does not know, and values of the wrong kind."""
        known = self.document["parameters"] | self.method(name).get("parameters", {})
        for parameter, values in query.items():
            if parameter not in known:
                text = (
                    f'{BEGIN} Unknown name "{parameter}": Cannot bind query parameter. '
                    f"Field '{parameter}' could not be found in request message."
                )
                raise violation("", text)
            allowed = known[parameter].get("enum")
            for value in values:
                if allowed and value not in allowed:
                    text = f"Invalid value at '{snake(parameter)}' (TYPE_ENUM), \"{value}\""
                    raise violation(snake(parameter), text)

    def check_body(self, name: str, body: object) -> None:
        """Refuse a body that the method's schema does not hold."""
        schema = self.method(name).get("request")
        if schema is not None:
            self._check(body, schema, ROOTS.get(name, ""))

    def check_fields(self, name: str, mask: Mask) -> None:
        """Refuse a `fields` mask with paths that the reply does not have."""
        schema = self.method(name).get("response")
        if schema is not None:
            self._check_mask(mask, schema, "")

    def check_mask(self, schema: str, mask: Mask) -> str:
        """The first path of a mask that a schema does not have; '' when all are there."""
        try:
            self._check_mask(mask, {"$ref": schema}, "")
        except Refusal as refusal:
            return str(refusal.details[0]["fieldViolations"][0]["field"])
        return ""

    def _check_mask(self, mask: Mask, schema: Json, path: str) -> None:
        schema = self._resolved(schema)
        while schema.get("type") == "array":
            schema = self._resolved(schema["items"])
        known = schema.get("properties", {})
        for name, below in mask.items():
            if name == "*" or "additionalProperties" in schema:
                continue
            here = f"{path}.{name}" if path else name
            if camel(name) not in known:
                text = (
                    "Error expanding 'fields' parameter. Cannot find matching fields for path "
                    f"'{here}'."
                )
                raise violation(here, text, "Request contains an invalid argument.")
            if below:
                self._check_mask(below, known[camel(name)], here)

    def _resolved(self, schema: Json) -> Json:
        if "$ref" in schema:
            found: Json = self.document["schemas"][schema["$ref"]]
            return found
        return schema

    def _check(self, value: object, schema: Json, path: str) -> None:
        schema = self._resolved(schema)
        kind = schema.get("type", "any")
        if value is None or kind == "any":
            return
        if kind == "object":
            self._check_object(value, schema, path)
        elif kind == "array":
            if not isinstance(value, list):
                self._check(value, schema["items"], path)  # one value is read as a list of one
                return
            items = self._resolved(schema["items"])
            if items.get("type", "any") != "any":
                for place, one in enumerate(value):
                    self._check(one, items, f"{path}[{place}]")
        elif not _fits(value, kind, schema):
            shown = json.dumps(value, ensure_ascii=False)
            where = f" at '{path}'" if path else ""
            raise violation(path, f"Invalid value{where} ({_proto(kind, schema)}), {shown}")

    def _check_object(self, value: object, schema: Json, path: str) -> None:
        if not isinstance(value, dict):
            shown = json.dumps(value, ensure_ascii=False)
            kind = f"type.googleapis.com/google.apps.sheets.v4.{schema.get('id', '')}"
            raise violation(path, f"Invalid value at '{path}' ({kind}), {shown}")
        known = schema.get("properties", {})
        free = schema.get("additionalProperties")
        for name, one in value.items():
            here = f"{path}.{snake(name)}" if path else snake(name)
            if camel(name) in known:
                self._check(one, known[camel(name)], here)
            elif free is not None:
                self._check(one, free, here)
            else:
                at = f" at '{path}'" if path else ""
                raise violation(path, f'{BEGIN} Unknown name "{name}"{at}: Cannot find field.')


def _fits(value: object, kind: str, schema: Json) -> bool:
    """Whether a scalar is of a kind, as proto3 reads JSON."""
    if kind == "string" and schema.get("format") in INTEGERS:
        return isinstance(value, int | str)
    if kind == "string":
        return isinstance(value, str) and ("enum" not in schema or value in schema["enum"])
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    number = _number(value)
    if kind == "integer":
        low, high = INTEGERS.get(schema.get("format", ""), NO_LIMIT)
        return number is not None and number.is_integer() and low <= number <= high
    return number is not None or value in {"NaN", "Infinity", "-Infinity"}


def _number(value: object) -> float | None:
    """A number, or a text that is one."""
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        return float(value)
    return None


def _proto(kind: str, schema: Json) -> str:
    if "enum" in schema:
        return "TYPE_ENUM"
    return PROTO.get(kind, "TYPE_STRING")
