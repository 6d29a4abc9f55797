"""What the operations of the Selling Partner API share: the seller, parameters, the error list."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from sync_service.sandbox.simulator import Book, Ints, book
from sync_service.sandbox.wire import Buckets, Json, Reply, Request, SandboxTime, as_json
from sync_service.sandbox.world import SandboxShop, World

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d))?")


class ApiError(Exception):
    """Carries the refusal of a request."""

    def __init__(self, reply: Reply) -> None:
        """Keep the refusal."""
        super().__init__(reply.body.decode())
        self.reply = reply


def error(
    status: int, code: str, message: str, details: str = "", headers: dict[str, str] | None = None
) -> Reply:
    """An error list as the models describe it."""
    value = {"errors": [{"code": code, "message": message, "details": details}]}
    return as_json(status, value, headers)


def bad(details: str) -> ApiError:
    """A request that the model rejects."""
    return ApiError(error(400, "InvalidInput", "Invalid Input", details))


@dataclass(slots=True)
class Report:
    """A report that somebody asked for."""

    number: str
    kind: str
    shops: tuple[SandboxShop, ...]
    marketplaces: list[str]
    start: datetime
    end: datetime
    options: dict[str, str]
    asked: float  # instant; the data are as of it
    ready: float
    fatal: str = ""  # why it will end as FATAL
    body: bytes | None = None  # made when first looked at
    kind_of_text: str = ""


@dataclass(slots=True)
class Seller:
    """One seller account of a region, with its reports."""

    account: str
    world: World
    time: SandboxTime
    reports: dict[str, Report] = field(default_factory=dict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    rations: Buckets = field(init=False)  # beside the buckets of the operations

    def __post_init__(self) -> None:
        """Start with full rations."""
        self.rations = Buckets(self.time)

    @property
    def shops(self) -> tuple[SandboxShop, ...]:
        """The seller's marketplaces."""
        return tuple(shop for shop in self.world.shops if shop.seller_id == self.account)

    def shop(self, marketplace: str) -> SandboxShop:
        """The shop of a marketplace id, or a refusal."""
        for shop in self.shops:
            if shop.marketplace_id == marketplace:
                return shop
        raise ApiError(
            error(
                403,
                "Unauthorized",
                "Access to requested resource is denied.",
                f"The seller does not take part in marketplace {marketplace}.",
            )
        )

    def book(self, shop: SandboxShop) -> Book:
        """The shop's truth."""
        return book(self.world, shop)


def needed(request: Request, name: str) -> str:
    """A required parameter."""
    value = request.one(name)
    if not value:
        raise bad(f"Missing required parameter: {name}")
    return value


def chosen(request: Request, name: str, allowed: frozenset[str], default: str) -> str:
    """A parameter that the model lists the values of."""
    value = request.one(name)
    if value is None:
        return default
    if value not in allowed:
        raise bad(f"{name} must be one of {', '.join(sorted(allowed))}")
    return value


def instant(text: object, name: str) -> datetime:
    """An ISO 8601 date-time; a bare date is its midnight in UTC, as in the models' examples."""
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise bad(f"{name} is not an ISO 8601 date-time: {text!r}")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as trouble:
        raise bad(f"{name} is not a date: {text!r}") from trouble
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def iso(seconds: Ints | list[int]) -> list[str]:
    """Instants as the flat files print them."""
    text = np.datetime_as_string(np.asarray(seconds).astype("datetime64[s]"))
    return [f"{one}+00:00" for one in text.tolist()]


def order_id(shop: SandboxShop, index: int) -> str:
    """Amazon's form of an order number: 3-7-7 digits."""
    head = 100 + shop.key % 800
    return f"{head}-{shop.key % 9_000_000 + 1_000_000:07d}-{index:07d}"


def cents(value: int) -> str:
    """Cents as a decimal text."""
    whole, rest = divmod(value if value >= 0 else -value, 100)
    return f"{'-' if value < 0 else ''}{whole}.{rest:02d}"


def money(value: int, currency: str) -> Json:
    """Cents as the sales report prints money."""
    return {"amount": value / 100, "currencyCode": currency}
