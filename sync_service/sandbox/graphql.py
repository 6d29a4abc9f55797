"""A small GraphQL: enough of the language for queries with arguments, variables and fragments.

    selection := "{" field+ "}"
    field     := [alias ":"] name ["(" name ":" value ... ")"] [selection]
               | "..." ["on" Type] selection

`check` refuses fields that the type table does not have, in Shopify's words; `project` picks the
selected fields out of plain values, calling those that are functions with their arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(
    r'\s+|,|\#[^\n]*|(?P<block>"""(?:.|\n)*?""")|(?P<text>"(?:\\.|[^"\\])*")'
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign>\.\.\.|[{}()\[\]:=!$@|])"
)
TypeTable = Mapping[str, Mapping[str, str]]  # type -> field -> type of its value; "" is a leaf
Value = Any


class GraphqlError(Exception):
    """What the server says about a document that it cannot run."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that comes with the request."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """One selected field; an inline fragment has no name and a type condition."""

    name: str
    alias: str
    arguments: Mapping[str, Value]
    fields: tuple[Field, ...]
    on: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """A query or a mutation."""

    kind: str
    fields: tuple[Field, ...]
    defaults: Mapping[str, Value] = field(default_factory=dict)


class _Reader:
    """Reads a document token by token; one method a rule of the grammar."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0

    def peek(self) -> str:
        """The token that comes next; empty at the end of the document."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str = "") -> str:
        """Go past the next token; `GraphqlError` where it is not `wanted` or none is left."""
        found = self.peek()
        if not found or (wanted and found != wanted):
            shown = found or "end of document"
            raise GraphqlError(f"syntax error, unexpected {shown}, expecting {wanted or 'a name'}")
        self.at += 1
        return found

    def operation(self) -> Operation:
        """A mutation or a query, whose keyword may be missing; a name is not kept."""
        kind, defaults = "query", {}
        if self.peek() != "{":
            kind = self.take()
            if kind not in {"query", "mutation"}:
                raise GraphqlError(f"syntax error, unexpected {kind}")
            if self.peek() not in {"{", "("}:
                self.take()
            if self.peek() == "(":
                defaults = self.variables()
        return Operation(kind, self.selection(), defaults)

    def variables(self) -> dict[str, Value]:
        """The defaults of the declared variables; their types are passed over."""
        defaults: dict[str, Value] = {}
        self.take("(")
        while self.peek() != ")":
            self.take("$")
            name = self.take()
            self.take(":")
            while self.peek() not in {"$", ")", "="}:
                self.take()
            if self.peek() == "=":
                self.take()
                defaults[name] = self.value()
        self.take(")")
        return defaults

    def selection(self) -> tuple[Field, ...]:
        """What stands between braces, inline fragments among the fields."""
        self.take("{")
        found: list[Field] = []
        while self.peek() != "}":
            found.append(self.fragment() if self.peek() == "..." else self.field())
        self.take("}")
        return tuple(found)

    def fragment(self) -> Field:
        """An inline fragment: a field without a name that says on which type it counts."""
        self.take("...")
        on = ""
        if self.peek() == "on":
            self.take()
            on = self.take()
        return Field("", "", {}, self.selection(), on)

    def field(self) -> Field:
        """A field under the name it is shown by, with its arguments and what is asked below it."""
        name = alias = self.take()
        if self.peek() == ":":
            self.take()
            name = self.take()
        arguments: dict[str, Value] = {}
        if self.peek() == "(":
            self.take()
            while self.peek() != ")":
                key = self.take()
                self.take(":")
                arguments[key] = self.value()
            self.take(")")
        fields = self.selection() if self.peek() == "{" else ()
        return Field(name, alias, arguments, fields)

    def value(self) -> Value:
        """A variable, list, object or plain value; enum words come as their text."""
        sign = self.take()
        if sign == "$":
            return Variable(self.take())
        if sign == "[":
            found = []
            while self.peek() != "]":
                found.append(self.value())
            self.take("]")
            return found
        if sign == "{":
            made = {}
            while self.peek() != "}":
                key = self.take()
                self.take(":")
                made[key] = self.value()
            self.take("}")
            return made
        return _literal(sign)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise GraphqlError(f"syntax error, unexpected {text[at]!r}")
        if match.lastgroup:
            found.append(match.group())
        at = match.end()
    return found


def _literal(token: str) -> Value:
    if token.startswith('"""'):
        return token[3:-3]
    if token.startswith('"'):
        return re.sub(r"\\(.)", r"\1", token[1:-1])
    if token in {"true", "false", "null"}:
        return {"true": True, "false": False, "null": None}[token]
    if re.fullmatch(r"-?\d+", token):
        return int(token)
    return token


def parse(text: str) -> Operation:
    """Read a document of one operation."""
    reader = _Reader(text)
    operation = reader.operation()
    if reader.peek():
        raise GraphqlError(f"syntax error, unexpected {reader.peek()}")
    return operation


def check(operation: Operation, types: TypeTable) -> None:
    """Refuse what the type table does not have."""
    root = "Mutation" if operation.kind == "mutation" else "QueryRoot"
    _check_fields(operation.fields, root, types)


def _check_fields(fields: tuple[Field, ...], owner: str, types: TypeTable) -> None:
    for one in fields:
        if not one.name:
            _check_fields(one.fields, one.on or owner, types)
            continue
        if one.name == "__typename":
            continue
        known = types.get(owner, {})
        if one.name not in known:
            raise GraphqlError(f"Field '{one.name}' doesn't exist on type '{owner}'")
        kind = known[one.name]
        if kind and not one.fields:
            raise GraphqlError(f"Field must have selections (field '{one.name}' returns {kind})")
        if not kind and one.fields:
            raise GraphqlError(f"Selections can't be made on scalars (field '{one.name}')")
        _check_fields(one.fields, kind, types)


def bound(value: Value, variables: Mapping[str, Value]) -> Value:
    """A value with its variables filled in."""
    if isinstance(value, Variable):
        return variables.get(value.name)
    if isinstance(value, list):
        return [bound(one, variables) for one in value]
    if isinstance(value, dict):
        return {name: bound(one, variables) for name, one in value.items()}
    return value


def project(fields: tuple[Field, ...], source: Value, variables: Mapping[str, Value]) -> Value:
    """The selected fields of an object, a list of objects, or nothing."""
    if source is None or not fields:
        return source
    if isinstance(source, list):
        return [project(fields, one, variables) for one in source]
    found: dict[str, Value] = {}
    for one in fields:
        if not one.name:
            if one.on in {"", source.get("__typename", one.on)}:
                found |= project(one.fields, source, variables)
            continue
        value = source.get(one.name)
        if callable(value):
            resolver: Callable[..., Value] = value
            arguments = {k: bound(v, variables) for k, v in one.arguments.items()}
            value = resolver({k: v for k, v in arguments.items() if v is not None})
        found[one.alias] = project(one.fields, value, variables)
    return found
