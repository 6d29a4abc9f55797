"""Parsed JSON that must have a certain shape: the value, or ContractBroken that names the field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync_service.connectors.kernel import ContractBroken, Response

Json = Mapping[str, object]


def json_object(value: object, what: str = "the answer") -> Json:
    """A parsed document that must be an object; `what` names it in the error."""
    if not isinstance(value, Mapping):
        raise ContractBroken(f"{what} is no JSON object")
    return value


def answered(response: Response) -> Json:
    """The object that a platform answered with."""
    return json_object(response.json())


def text(of: Json, name: str) -> str:
    """A text that must be there and not empty."""
    value = of.get(name)
    if not isinstance(value, str) or not value:
        raise ContractBroken(f"the answer has no {name!r}")
    return value


def part(of: Json, name: str) -> Json:
    """An object that must be there."""
    value = of.get(name)
    if not isinstance(value, Mapping):
        raise ContractBroken(f"the answer has no {name!r}")
    return value


def items(of: Json, name: str) -> Sequence[Json]:
    """A list of objects that must be there; it may be empty."""
    value = of.get(name)
    if not isinstance(value, list):
        raise ContractBroken(f"the answer has no list {name!r}")
    return value
