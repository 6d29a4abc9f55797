"""Values out of Shopify's answers: texts, counts, money bags, lists, bulk results put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from sync_service.connectors.json_values import Json, part, text
from sync_service.connectors.kernel import ContractBroken, parse_json
from sync_service.connectors.tally import NO_PRODUCT


def whole(of: Json, name: str) -> int:
    """A count that must be there."""
    value = of.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ContractBroken(f"{name!r} is {value!r}, which is no count")
    return value


def things(of: Json, name: str) -> Sequence[Json]:
    """A list of objects; of a connection its nodes."""
    value = of.get(name)
    if isinstance(value, Mapping):
        value = value.get("nodes")
    if not isinstance(value, list):
        raise ContractBroken(f"the answer has no list {name!r}")
    return value


def decimal(money: Json) -> Decimal:
    """An amount; Shopify prints amounts as texts."""
    value = money.get("amount")
    if not isinstance(value, (str, int, Decimal)) or isinstance(value, bool):
        raise ContractBroken(f"{value!r} is no amount")
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise ContractBroken(f"{value!r} is no amount") from error


def shop_money(of: Json, name: str) -> tuple[Decimal, str]:
    """The shop's side of a money bag, with its currency."""
    money = part(part(of, name), "shopMoney")
    return decimal(money), text(money, "currencyCode")


def sku_of(of: Json) -> str:
    """The SKU of a line; `-` where it has none."""
    return str(of.get("sku") or "") or NO_PRODUCT


def assembled(payload: bytes, children: Mapping[str, str]) -> list[Json]:
    """The roots of a bulk result, each with its children as lists; lines come in any order.

    `children` names the list of a child by the kind in its id: LineItem -> lineItems.
    """
    objects = bulk_objects(payload)
    lists: dict[tuple[str, str], list[object]] = {}
    known = {str(one["id"]): one for one in objects if "id" in one}
    roots: list[Json] = []
    for one in objects:
        parent = one.get("__parentId")
        if parent is None:
            roots.append(one)
            continue
        if parent not in known:
            raise ContractBroken(
                f"a line of the bulk result points to {parent}, which is not there"
            )
        name = children.get(_kind(str(one.get("id", ""))))
        if name:
            lists.setdefault((str(parent), name), []).append(one)
    for (parent, name), found in lists.items():
        known[parent][name] = found
    return roots


def bulk_objects(payload: bytes) -> list[dict[str, object]]:
    """Every line of a bulk result, parents and children alike."""
    return [_object(line) for line in payload.split(b"\n") if line.strip()]


def _object(line: bytes) -> dict[str, object]:
    value = parse_json(line)
    if not isinstance(value, dict):
        raise ContractBroken("a line of the bulk result is no JSON object")
    return value


def _kind(gid: str) -> str:
    """gid://shopify/LineItem/1 -> LineItem."""
    return gid.removeprefix("gid://shopify/").split("/")[0]
