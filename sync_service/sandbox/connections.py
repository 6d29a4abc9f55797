"""Connects the sandbox companies' shops: accounts, credentials and links, as a manager would."""

from __future__ import annotations

from sync_service.accounts import Account, Link, save_account, save_shop
from sync_service.house import House
from sync_service.sandbox.server import Address
from sync_service.sandbox.world import SandboxShop


def connect_sandbox(house: House, sandbox: Address) -> tuple[str, ...]:
    """Store every shop of the sandbox and give their codes; a second run changes addresses only."""
    for shop in sandbox.world.shops:
        links = {}
        for platform, account, marketplace in _links(shop):
            urls = sandbox.urls(shop.code, platform)
            save_account(house.store, Account(account, platform, shop.company, urls))
            house.secrets.put(account, sandbox.secrets(shop.code, platform))
            links[platform] = Link(account, marketplace)
        save_shop(house.store, shop.noun(), links)
    return tuple(shop.code for shop in sandbox.world.shops)


def _links(shop: SandboxShop) -> tuple[tuple[str, str, str], ...]:
    """(platform, account, id of the shop there); advertising has an account of its own."""
    if shop.platform == "shopify":
        return (("shopify", f"shopify-{shop.code}", shop.domain),)
    side = "NA" if shop.market == "US" else "EU"
    return (
        ("amazon", f"amazon-{shop.company}-{side}", shop.marketplace_id),
        ("amazon_ads", f"ads-{shop.company}-{side}", str(shop.ads_profile_id)),
    )
