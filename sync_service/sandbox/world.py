"""The sandbox world: two companies, twelve shops, 300 SKUs; all invented, from one seed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import numpy as np

from kpi.model import Region, Texts
from kpi.trade import Shop

SEED = 20261022
SANDBOX_NOW = datetime(2026, 10, 22, 1, 0, tzinfo=UTC)  # 09:00 in Shenzhen
HISTORY_START = date(2025, 9, 16)
HISTORY_END = date(
    2026, 11, 16
)  # beyond the clock's start, so that a running clock never falls off
SP_CLIENT_ID = "amzn1.application-oa2-client.sandbox-spapi"
SP_CLIENT_SECRET = "sandbox-spapi-secret"  # noqa: S105 - opens loopback servers only
ADS_CLIENT_ID = "amzn1.application-oa2-client.sandbox-ads"
ADS_CLIENT_SECRET = "sandbox-ads-secret"  # noqa: S105 - the same


@dataclass(frozen=True, slots=True)
class Company:
    """Who owns shops."""

    code: str
    names: Texts


@dataclass(frozen=True, slots=True)
class SandboxShop:
    """A shop with all that a connection to its platform needs; empty where not its platform."""

    code: str
    company: str
    platform: str  # amazon or shopify
    market: str
    currency: str
    time_zone: str
    monthly_sales: int  # mean, in the shop's currency; the simulator aims at it
    sku_count: int
    marketplace_id: str = ""
    marketplace_name: str = ""  # Amazon.de
    seller_id: str = ""  # one a region and company: its markets share rate budgets
    refresh_token: str = ""
    ads_profile_id: int = 0
    ads_refresh_token: str = ""
    domain: str = ""  # x.myshopify.com
    access_token: str = ""
    spoiled: float = 1.0  # factor on the sales that the platform's own traffic report prints
    late_days: int = 0  # last finished days whose traffic the platform has not counted yet

    @property
    def region(self) -> Region:
        """US for the US market, EU for every other one."""
        return Region.US if self.market == "US" else Region.EU

    @property
    def key(self) -> int:
        """A stable number of the shop, for seeds and ids."""
        return zlib.crc32(self.code.encode())

    def noun(self) -> Shop:
        """The shop as the domain knows it."""
        return Shop(
            code=self.code,
            platform=self.platform,
            market=self.market,
            region=self.region,
            currency=self.currency,
            time_zone=self.time_zone,
            name=self.marketplace_name or self.domain,
            company=self.company,
            opened=HISTORY_START,
        )


@dataclass(frozen=True, slots=True)
class SandboxProduct:
    """A SKU as one shop sells it."""

    sku: str
    asin: str
    fnsku: str
    parent: str  # parent SKU; every product has one
    parent_asin: str
    title: str  # may start with = + - @
    category: str
    price_cents: int  # list price in the shop's currency
    fee_cents: int  # FBA fulfilment fee a unit, in the shop's currency
    commission: Decimal  # fraction of the paid price
    return_rate: float
    unit_cost: Decimal | None  # CNY a unit; None: the ERP has no cost
    freight: Decimal | None  # CNY a unit
    opened: date
    weight: float  # share of the shop's sales before normalising
    number: int  # 1-based, over both companies

    @property
    def product_id(self) -> int:
        """Shopify's product number (of the parent) is made from the parent's SKU."""
        return 7_000_000_000 + zlib.crc32(self.parent.encode()) % 1_000_000_000

    @property
    def variant_id(self) -> int:
        """Shopify's variant number."""
        return 40_000_000_000 + self.number


CATEGORIES: tuple[tuple[str, tuple[float, float], float, str], ...] = (
    # name, price range in USD, return rate, commission
    ("电子配件", (25.0, 90.0), 0.050, "0.15"),
    ("家居园艺", (35.0, 160.0), 0.055, "0.15"),
    ("汽配", (40.0, 190.0), 0.062, "0.12"),
    ("户外运动", (30.0, 140.0), 0.058, "0.15"),
    ("宠物用品", (22.0, 80.0), 0.036, "0.15"),
    ("厨房用品", (24.0, 95.0), 0.045, "0.15"),
)
_NOUNS: tuple[tuple[str, ...], ...] = (
    ("USB-C Hub 8-in-1", "Wireless Charger 15W", "Phone Tripod", "Power Bank 20000 mAh"),
    ("Solar Garden Light", "Storage Shelf", "Blackout Curtain", "Hose Reel 30 m"),
    ("Car Vacuum", "LED Headlight Set", "Roof Rack Pads", "Dash Camera Mount"),
    ("Trekking Poles", "Camping Lantern", "Folding Chair", "Yoga Mat 10 mm"),
    ("Cat Fountain", "Dog Ramp", "Pet Hair Remover", "Bird Feeder"),
    ("Knife Block", "Milk Frother", "Baking Mat Set", "Küchenwaage digital"),
)
_RISKY = {7: "=1+1 ", 41: "+Plus ", 88: "-50% ", 133: "@home ", 211: '=HYPERLINK("#","x") '}

COMPANIES = (
    Company("XH", {"zh": "星河跨境", "en": "Xinghe"}),
    Company("HY", {"zh": "海岳品牌", "en": "Haiyue"}),
)
_RANGE = {"XH": (1, 200), "HY": (201, 300)}
_ES_ONLY = frozenset(range(195, 201))  # sold in AMZ-ES alone and without a unit cost
_EU_PRICE = 1.12  # EUR prices hold VAT


def _amazon(
    code: str, company: str, market: str, place: tuple[str, str, str], sales: int, skus: int
) -> SandboxShop:
    zone, marketplace_id, site = place
    side = "NA" if market == "US" else "EU"
    number = zlib.crc32(f"{company}-{side}".encode())
    return SandboxShop(
        code=code,
        company=company,
        platform="amazon",
        market=market,
        currency="USD" if market == "US" else "EUR",
        time_zone=zone,
        monthly_sales=sales,
        sku_count=skus,
        marketplace_id=marketplace_id,
        marketplace_name=site,
        seller_id=f"A{number:010d}SBX",
        refresh_token=f"Atzr|sandbox-{company}-{side}",
        ads_profile_id=3_000_000_000_000 + zlib.crc32(code.encode()),
        ads_refresh_token=f"Atzr|sandbox-ads-{company}-{side}",
    )


def _shopify(
    code: str, company: str, market: str, domain: str, sales: int, skus: int
) -> SandboxShop:
    return SandboxShop(
        code=code,
        company=company,
        platform="shopify",
        market=market,
        currency="USD" if market == "US" else "EUR",
        time_zone="America/New_York" if market == "US" else "Europe/Berlin",
        monthly_sales=sales,
        sku_count=skus,
        domain=domain,
        access_token=f"shpat_sandbox_{code.lower().replace('-', '_')}",
    )


_US = ("America/Los_Angeles", "ATVPDKIKX0DER", "Amazon.com")
_DE = ("Europe/Berlin", "A1PA6795UKMFR9", "Amazon.de")
_FR = ("Europe/Paris", "A13V1IB3VIYZZH", "Amazon.fr")
_IT = ("Europe/Rome", "APJ6JRA9NG5V4", "Amazon.it")
_ES = ("Europe/Madrid", "A1RKKUPIHCS9HS", "Amazon.es")

SHOPS: tuple[SandboxShop, ...] = (
    _amazon("AMZ-US", "XH", "US", _US, 430_000, 180),
    _amazon("AMZ-DE", "XH", "DE", _DE, 165_000, 130),
    replace(_amazon("AMZ-FR", "XH", "FR", _FR, 82_000, 100), late_days=2),
    _amazon("AMZ-IT", "XH", "IT", _IT, 62_000, 90),
    _amazon("AMZ-ES", "XH", "ES", _ES, 52_000, 90),
    _shopify("SHP-US", "XH", "US", "xinghe-us.myshopify.com", 84_000, 70),
    _shopify("SHP-EU", "XH", "EU", "xinghe-eu.myshopify.com", 40_000, 60),
    _amazon("HY-AMZ-US", "HY", "US", _US, 150_000, 100),
    _amazon("HY-AMZ-DE", "HY", "DE", _DE, 66_000, 80),
    _amazon("HY-AMZ-FR", "HY", "FR", _FR, 36_000, 60),
    replace(_amazon("HY-AMZ-IT", "HY", "IT", _IT, 30_000, 60), spoiled=1.03),
    _shopify("HY-SHP-US", "HY", "US", "haiyue-us.myshopify.com", 40_000, 50),
)


class World:
    """Everything that exists before the first order; equal seeds make equal worlds."""

    def __init__(self, seed: int = SEED) -> None:
        """Keep the seed; products are made on first use and cached by process."""
        self.seed = seed
        self.companies = COMPANIES
        self.shops = SHOPS

    def shop(self, code: str) -> SandboxShop:
        """The shop of a code; KeyError when there is none."""
        return {shop.code: shop for shop in self.shops}[code]

    def products(self, shop: SandboxShop | str) -> tuple[SandboxProduct, ...]:
        """What a shop sells, best seller first within the company's order of SKUs."""
        return _products(self.seed, shop if isinstance(shop, str) else shop.code)


@dataclass(frozen=True, slots=True)
class _Base:
    """A SKU before a shop sells it; prices in USD."""

    number: int
    sku: str
    parent: str
    category: int
    title: str
    price: float
    cost_share: float
    weight: float
    opened: date


def _sku(company: str, number: int) -> str:
    return f"{company}-{number:04d}"


@cache
def _catalogue(seed: int, company: str) -> tuple[_Base, ...]:
    """The company's SKUs: parents of one to three variants, a tail of small sellers."""
    first, last = _RANGE[company]
    rng = np.random.default_rng([seed, zlib.crc32(company.encode())])
    made: list[_Base] = []
    while len(made) < last - first + 1:
        head = first + len(made)
        category = int(rng.integers(len(CATEGORIES)))
        low, high = CATEGORIES[category][1]
        price = float(rng.uniform(low, high))
        opened = _opened(rng)
        name = _NOUNS[category][int(rng.integers(4))]
        for variant in range(min(int(rng.integers(1, 4)), last - head + 1)):
            number = head + variant
            made.append(
                _Base(
                    number=number,
                    sku=_sku(company, number),
                    parent=f"{_sku(company, head)}-P",
                    category=category,
                    title=f"{_RISKY.get(number, '')}{name}, {('black', 'white', 'grün')[variant]}",
                    price=price,
                    cost_share=float(rng.uniform(0.30, 0.44)),
                    weight=float(rng.pareto(1.6) + 0.15),
                    opened=opened,
                )
            )
    return tuple(made)


def _opened(rng: np.random.Generator) -> date:
    """Most products are older than the history; one in five is a new listing inside it."""
    if rng.random() < 0.8:  # noqa: PLR2004 - the share said above
        return HISTORY_START - timedelta(days=int(rng.integers(30, 900)))
    return HISTORY_START + timedelta(days=int(rng.integers(10, 395)))


@cache
def _products(seed: int, code: str) -> tuple[SandboxProduct, ...]:
    shop = {one.code: one for one in SHOPS}[code]
    rng = np.random.default_rng([seed, shop.key])
    bases = [b for b in _catalogue(seed, shop.company) if b.number not in _ES_ONLY]
    picked = sorted(rng.choice(len(bases), min(shop.sku_count, len(bases)), replace=False))
    chosen = [bases[int(i)] for i in picked]
    if code == "AMZ-ES":
        chosen += [b for b in _catalogue(seed, shop.company) if b.number in _ES_ONLY]
    return tuple(_product(shop, base, rng) for base in chosen)


def _product(shop: SandboxShop, base: _Base, rng: np.random.Generator) -> SandboxProduct:
    name, _, return_rate, commission = CATEGORIES[base.category]
    price = base.price * (1.0 if shop.market == "US" else _EU_PRICE)
    shift = {"US": 0, "DE": 3, "EU": 5}.get(shop.market, 7)
    known = base.number not in _ES_ONLY
    cost = Decimal(round(base.price * base.cost_share * 710)) / 100
    return SandboxProduct(
        sku=base.sku,
        asin=f"B0{base.number * 7919 + 10_000_000:08d}",
        fnsku=f"X00{base.number * 104_729 % 10_000_000:07d}",
        parent=base.parent,
        parent_asin=f"B0{zlib.crc32(base.parent.encode()) % 100_000_000:08d}",
        title=base.title,
        category=name,
        price_cents=int(price) * 100 + 99,
        fee_cents=int(300 + base.price * 5.5),
        commission=Decimal(commission),
        return_rate=return_rate,
        unit_cost=cost if known else None,
        freight=(cost * Decimal("0.36")).quantize(Decimal("0.01")) if known else None,
        opened=base.opened + timedelta(days=shift) if base.opened >= HISTORY_START else base.opened,
        weight=base.weight * float(rng.uniform(0.5, 1.5)),
        number=base.number,
    )
