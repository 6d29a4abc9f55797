"""Accounts and shops as the control database knows them, and the shop as each platform knows it.

A shop has its main account (the marketplace) and may have links to others: AMZ-DE sells through
`amazon` and advertises through `amazon_ads`, with another account, id and budget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from kpi.errors import KpiError, Level, Place, Problem
from kpi.model import Region
from kpi.trade import Shop
from sync_service import control, schema
from sync_service.connectors.kernel import ShopRef
from sync_service.control import Control


@dataclass(frozen=True, slots=True)
class Account:
    """One authorisation at one platform."""

    code: str
    platform: str
    company: str
    urls: Mapping[str, str] = field(default_factory=dict)  # api, token; without a slash at the end
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """How a platform knows a shop."""

    account: str
    marketplace: str  # marketplace id, profile id, shop domain
    options: Mapping[str, str] = field(default_factory=dict)


def save_account(store: Control, account: Account) -> None:
    """Store an account; its credentials go to `Secrets`."""
    row = {
        "account": account.code,
        "platform": account.platform,
        "company": account.company,
        "settings": {"urls": dict(account.urls), "options": dict(account.options)},
    }
    with store.begin() as connection:
        control.put(connection, schema.accounts, row)


def save_shop(store: Control, shop: Shop, links: Mapping[str, Link]) -> None:
    """Store a shop with its links by platform; its own platform must be one of them."""
    if shop.platform not in links:
        raise KpiError(
            f"Shop {shop.code} needs a link to its own platform {shop.platform}.",
            f"店铺 {shop.code} 需要关联到它自己的平台 {shop.platform}。",
        )
    told = {
        platform: {
            "account": link.account,
            "marketplace": link.marketplace,
            "options": dict(link.options),
        }
        for platform, link in links.items()
    }
    row = {
        "shop": shop.code,
        "account": links[shop.platform].account,
        "platform": shop.platform,
        "market": shop.market,
        "region": shop.region.value,
        "currency": shop.currency,
        "time_zone": shop.time_zone,
        "settings": {
            "links": told,
            "opened": shop.opened.isoformat() if shop.opened else None,
            "closed": shop.closed.isoformat() if shop.closed else None,
            "name": shop.name,
            "company": shop.company,
            "owner": shop.owner,
        },
    }
    with store.begin() as connection:
        control.put(connection, schema.shops, row)


def shops(store: Control) -> tuple[Shop, ...]:
    """Give every shop, by code."""
    with store.read() as connection:
        rows = connection.execute(select(schema.shops).order_by(schema.shops.c.shop)).mappings()
        return tuple(_shop(dict(row)) for row in rows.all())


def shop_refs(store: Control) -> tuple[ShopRef, ...]:
    """Give every shop as each of its platforms knows it, by code.

    A link to an account that is not there is left out (`unconnected` tells it): one broken shop
    must not stop the others.
    """
    return tuple(ref for row, accounts in _linked(store) for ref in _refs(row, accounts))


def unconnected(store: Control) -> tuple[tuple[str, Problem], ...]:
    """Give each shop that links to an account that is not there, with what to do about it."""
    return tuple(
        (row["shop"], _not_connected(row["shop"], platform, link["account"]))
        for row, accounts in _linked(store)
        for platform, link in _links(row)
        if link["account"] not in accounts
    )


def _linked(store: Control) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Give every shop's row by code, each with the settings of all accounts."""
    with store.read() as connection:
        found = connection.execute(select(schema.accounts)).mappings().all()
        accounts = {row["account"]: row["settings"] or {} for row in found}
        rows = connection.execute(select(schema.shops).order_by(schema.shops.c.shop)).mappings()
        return [(dict(row), accounts) for row in rows.all()]


def _links(row: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return sorted(((row["settings"] or {}).get("links") or {}).items())


def _not_connected(shop: str, platform: str, account: str) -> Problem:
    return Problem(
        code="account_missing",
        level=Level.ERROR,
        place=Place(text=f"{shop} {platform}"),
        what={
            "en": f"The shop belongs to account {account}, which is not connected.",
            "zh": f"店铺所属的账号 {account} 尚未连接。",
        },
        mend={
            "en": "Run `python -m sync_service connect` for it; the other shops went on.",
            "zh": "请用 `python -m sync_service connect` 连接该账号;其他店铺不受影响。",
        },
    )


def _refs(row: Mapping[str, Any], accounts: Mapping[str, Any]) -> list[ShopRef]:
    shop = _shop(row)
    refs = []
    for platform, link in _links(row):
        if link["account"] not in accounts:
            continue
        settings = accounts[link["account"]]
        refs.append(
            ShopRef(
                code=shop.code,
                platform=platform,
                account=link["account"],
                market=shop.market,
                marketplace=link["marketplace"],
                currency=shop.currency,
                time_zone=shop.time_zone,
                urls=settings.get("urls", {}),
                options={**settings.get("options", {}), **link["options"]},
                opened=shop.opened,
            )
        )
    return refs


def _shop(row: Mapping[str, Any]) -> Shop:
    settings = row["settings"] or {}
    return Shop(
        code=row["shop"],
        platform=row["platform"],
        market=row["market"],
        region=Region(row["region"]),
        currency=row["currency"],
        time_zone=row["time_zone"],
        owner=settings.get("owner"),
        name=settings.get("name") or "",
        company=settings.get("company") or "",
        opened=_day(settings.get("opened")),
        closed=_day(settings.get("closed")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
