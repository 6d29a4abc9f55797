"""Field masks: what a reply keeps (`fields=a,b(c,d/e)`), and what an update request changes."""

from __future__ import annotations

import copy
import re
from typing import Any

from sync_service.sandbox.google.errors import Refusal, bad

Json = dict[str, Any]
Mask = dict[str, Any]  # name to the mask below it; an empty one keeps all

WORD = re.compile(r"[A-Za-z_$][\w$]*|\*|[(),./]")


def parse(text: str) -> Mask:
    """The tree of a mask.

    Raises:
        Refusal: It is no mask.
    """
    words = WORD.findall(text)
    if "".join(words) != re.sub(r"\s+", "", text):
        raise _not_a_mask(text)
    mask, at = _level(words, 0, text)
    if at != len(words):
        raise _not_a_mask(text)
    return mask


def _not_a_mask(text: str) -> Refusal:
    return bad(f"Invalid value at 'fields' (type.googleapis.com/google.protobuf.FieldMask), {text}")


def _level(words: list[str], at: int, text: str) -> tuple[Mask, int]:
    mask: Mask = {}
    while True:
        at = _path(words, at, mask, text)
        if at >= len(words) or words[at] != ",":
            return mask, at
        at += 1


def _path(words: list[str], at: int, mask: Mask, text: str) -> int:
    """One path with its brackets, put into the tree."""
    here = mask
    while True:
        if at >= len(words) or words[at] in "(),./":
            raise _not_a_mask(text)
        here = here.setdefault(words[at], {})
        at += 1
        if at < len(words) and words[at] in "./":
            at += 1
            continue
        if at < len(words) and words[at] == "(":
            inner, at = _level(words, at + 1, text)
            if at >= len(words) or words[at] != ")":
                raise _not_a_mask(text)
            _merge(here, inner)
            at += 1
        return at


def _merge(into: Mask, other: Mask) -> None:
    for name, below in other.items():
        _merge(into.setdefault(name, {}), below)


def kept(value: Any, mask: Mask) -> Any:  # noqa: ANN401 - any JSON
    """The part of a JSON value that a mask names."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [kept(one, mask) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: kept(one, mask[name]) for name, one in value.items() if name in mask}


def camel(name: str) -> str:
    """The camelCase of a snake_case name: both are the same field to the service."""
    if "_" not in name:
        return name  # nearly every one of a body
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def wants(mask: Mask, *path: str) -> bool:
    """Whether a reply mask asks for a field."""
    here = mask
    for name in path:
        if not here or "*" in here:
            return True
        if name not in here:
            return False
        here = here[name]
    return True


def written(target: Json, source: Json, mask: Mask, fixed: tuple[str, ...] = ()) -> Json:
    """The target with the fields of a mask as the source has them; what it lacks is cleared.

    `fixed` names fields that a `*` leaves alone when the source does not bring them.
    """
    out = dict(target)
    for raw_name, below in mask.items():
        if raw_name == "*":
            stay = {k: v for k, v in target.items() if k in fixed}
            return stay | copy.deepcopy(source)
        name = camel(raw_name)
        if below and "*" not in below:
            inner = written(target.get(name, {}), source.get(name, {}), below)
            if inner:
                out[name] = inner
            else:
                out.pop(name, None)
        elif name in source:
            out[name] = copy.deepcopy(source[name])
        else:
            out.pop(name, None)
    return out
