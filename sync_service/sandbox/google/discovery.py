"""Checks of requests against Google's own description of its API (the discovery document).

The documents come with google-api-python-client, a tool of the developers; without it nothing is
checked here, and the stand-in refuses only what it cannot do.
"""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from math import isfinite
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
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def documents() -> Path | None:
    """The folder of the documents when the package is installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "discovery_cache" / "documents"


@cache
def load(folder: Path, name: str) -> Description:
    """A document such as sheets.v4."""
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    return Description(json.loads(text), strict=name.startswith("sheets"))


@lru_cache(1 << 12)
def snake(name: str) -> str:
    """add_sheet of addSheet: errors name fields so."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


@dataclass(frozen=True, slots=True)
class Description:
    """One API: its schemas and methods."""

    document: Json
    strict: bool = True  # names that are not known are refused; Drive overlooks them

    def method(self, name: str) -> Json:
        """A method by its dotted name, `spreadsheets.values.get`."""
        *groups, last = name.split(".")
        here = self.document
        for group in groups:
            here = here["resources"][group]
        found: Json = here["methods"][last]
        return found

    def check_query(self, method: str, query: dict[str, list[str]]) -> None:
        """Refuse parameters that the method does not know, and values of the wrong kind."""
        known = self.document["parameters"] | self.method(method).get("parameters", {})
        for parameter, values in query.items():
            if parameter not in known and not self.strict:
                continue
            if parameter not in known:
                text = (
                    f'{BEGIN} Unknown name "{parameter}": Cannot bind query parameter. '
                    f"Field '{parameter}' could not be found in request message."
                )
                raise violation("", text)
            schema = known[parameter]
            kind, name = schema["type"], snake(parameter)
            for value in values:
                if kind != "boolean" and not _fits(value, kind, schema):
                    text = f"Invalid value at '{name}' ({_proto(kind, schema)}), \"{value}\""
                    raise violation(name, text)

    def read_body(self, name: str, body: Json) -> Json:
        """A body as the method reads it: numbers in texts are numbers, one value is a list of one.

        Raises:
            Refusal: The method's schema does not hold it.
        """
        schema = self.method(name).get("request")
        if schema is None:
            return body
        read: Json = self._read(body, schema, ROOTS.get(name, ""))
        return read

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

    def _read(self, value: Any, schema: Json, path: str) -> Any:  # noqa: ANN401 - any JSON
        schema = self._resolved(schema)
        kind = schema.get("type", "any")
        if kind == "any":
            return value
        if kind == "object":
            return self._read_object(value, schema, path)
        if kind == "array":
            items = self._resolved(schema["items"])
            if not isinstance(value, list) and items.get("type", "any") in {"any", "array"}:
                return value  # what takes anything says itself what it does not take
            given = value if isinstance(value, list) else [value]
            return [self._read(one, items, f"{path}[{n}]") for n, one in enumerate(given)]
        if not _fits(value, kind, schema):
            shown = json.dumps(value, ensure_ascii=False)
            where = f" at '{path}'" if path else ""
            raise violation(path, f"Invalid value{where} ({_proto(kind, schema)}), {shown}")
        return _as_number(value, kind) if kind in {"integer", "number"} else value

    def _read_object(self, value: object, schema: Json, path: str) -> Json:
        if not isinstance(value, dict):
            shown = json.dumps(value, ensure_ascii=False)
            kind = f"type.googleapis.com/google.apps.sheets.v4.{schema.get('id', '')}"
            raise violation(path, f"Invalid value at '{path}' ({kind}), {shown}")
        known = schema.get("properties", {})
        free = schema.get("additionalProperties")
        out = {}
        for name, one in value.items():
            here = f"{path}.{snake(name)}" if path else snake(name)
            below = known.get(camel(name), free)
            if below is None and not self.strict:
                continue
            if below is None:
                at = f" at '{path}'" if path else ""
                raise violation(path, f'{BEGIN} Unknown name "{name}"{at}: Cannot find field.')
            out[name] = self._read(one, below, here)
        return out


def _fits(value: object, kind: str, schema: Json) -> bool:
    """Whether a scalar is of a kind, as proto3 reads JSON; no number may be infinite."""
    if kind == "string" and schema.get("format") in INTEGERS:
        return isinstance(value, int | str)
    if kind == "string":
        return isinstance(value, str) and ("enum" not in schema or value in schema["enum"])
    if kind == "boolean" or isinstance(value, bool):
        return kind == "boolean" and isinstance(value, bool)
    number = _number(value)
    if number is None or not isfinite(number):
        return False
    low, high = INTEGERS.get(schema.get("format", ""), NO_LIMIT)
    return kind == "number" or (number.is_integer() and low <= number <= high)


def _number(value: object) -> float | None:
    """A number, or a text that is one."""
    written = str(value) if isinstance(value, int | float | str) else ""
    return float(written) if NUMBER.fullmatch(written) else None


def _as_number(value: str | float, kind: str) -> float:
    """A number that fits, out of its text where it is one; 3.0 of an integer field is 3."""
    number = float(value) if isinstance(value, str) else value
    return int(number) if kind == "integer" else number


def _proto(kind: str, schema: Json) -> str:
    if "enum" in schema:
        return "TYPE_ENUM"
    return PROTO.get(kind, "TYPE_STRING")
