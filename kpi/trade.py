"""Who sells what where: shops, products, people, and who answers for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kpi.model import Region, Window


@dataclass(frozen=True, slots=True)
class Shop:
    """One account on one market; a line of tblShop."""

    code: str  # AMZ-DE
    platform: str  # amazon, shopify, ...
    market: str  # US, DE, FR, IT, ES, ... or EU for an own store that serves all of it
    region: Region
    currency: str  # ISO 4217
    time_zone: str  # IANA name
    owner: str | None = None  # person code
    name: str = ""
    company: str = ""  # whose shop it is: an agency has shops of several
    brand: str = ""  # the one brand that it sells; empty for a shop of several
    opened: date | None = None
    closed: date | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """Category and unit cost of a SKU from a day on; market None means every market."""

    sku: str
    market: str | None
    start: date
    category: str | None
    stage: str | None
    unit_cost: Decimal | None  # per unit, in `currency`
    freight: Decimal | None  # inbound freight per unit, in `currency`
    currency: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the team; `code` is the short key, never the full name."""

    code: str
    name: str
    department: str
    role: str
    manager: str | None
    start: date | None
    end: date | None
    us_share: float | None  # fraction of the total that comes from the US card
    partner: str | None
    scored: bool
    mentor: str | None = None  # person code
    ramp: tuple[float, ...] = ()  # parts of the additive targets, by month since the start
    team_share: float = 0.0  # fraction of the total that comes from the department's score
    plan: str | None = None  # newcomer plan of a business line; None: the standard one
    fte: float = 1.0  # fraction of full-time work; half days are 0.5
    since: date | None = None  # from when the row counts; the first of a person counts from ever


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who answers for a shop (or one category of it), which share, on which days."""

    shop: str  # or a campaign of one: `kpi.campaigns`
    category: str | None  # None: the whole shop
    person: str
    share: float  # fraction, 1 is all
    days: Window
