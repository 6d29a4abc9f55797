"""Connect a shop to its platform: an authorisation, stored encrypted, and what the shop is."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import available_timezones

from kpi.book_nouns import region_of
from kpi.trade import Shop
from sheet_templates.words import LISTS
from sync_service import control, schema
from sync_service.accounts import Account, Link, save_account, save_shop, shops
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.told import ToldError

MARKETS = tuple(code for code, _, _ in LISTS["market"])
SECRETS = {  # what a connection of a platform needs
    "amazon": ("client_id", "client_secret", "refresh_token"),
    "amazon_ads": ("client_id", "client_secret", "refresh_token"),
    "shopify": ("access_token",),
}


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this command."""
    one = commands.add_parser("connect", help="connect a shop to its platform / 连接店铺")
    one.add_argument("shop", help="short code, for example AMZ-DE")
    one.add_argument("--platform", choices=sorted(SECRETS), required=True)
    one.add_argument("--account", required=True, help="name of the authorisation")
    one.add_argument("--marketplace", required=True, help="marketplace id, profile id or domain")
    one.add_argument("--market", required=True, help="US, DE, FR, IT, ES or EU")
    one.add_argument("--currency", required=True)
    one.add_argument("--time-zone", required=True, help="for example Europe/Berlin")
    one.add_argument("--company", default="")
    one.add_argument("--api", required=True, help="address of the API")
    one.add_argument("--token", help="address that gives tokens")
    one.add_argument("--secrets", type=Path, help="JSON file with the credentials; else asked for")
    one.set_defaults(run=connect)


def connect(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Store an authorisation encrypted, link the shop to it, and say what to run next."""
    _possible(house, words)
    urls = {"api": words.api.rstrip("/")}
    if words.token:
        urls["token"] = words.token.rstrip("/")
    account = Account(words.account, words.platform, words.company, urls)
    own = words.platform if words.platform != "amazon_ads" else "amazon"
    known = {shop.code: shop for shop in shops(house.store)}
    if own != words.platform and words.shop not in known:
        raise ToldError(
            f"Connect {words.shop} to {own} first; advertising is linked to that shop.",
            f"请先将 {words.shop} 连接到 {own}；广告挂在该店铺下。",
        )
    secrets = _secrets(words)
    save_account(house.store, account)
    house.secrets.put(words.account, secrets)
    shop = known.get(words.shop)
    if shop is None or own == words.platform:  # connected anew: what is told now counts
        shop = _told_shop(words, shop)
    links = {**_links(house, words.shop), words.platform: Link(words.account, words.marketplace)}
    save_shop(house.store, shop, links)
    terminal.result |= {"shop": words.shop, "account": words.account}
    terminal.say(
        f"{words.shop} 已连接 {words.platform}；接着运行 sync 与 backfill。",
        f"{words.shop} is connected to {words.platform}; now run sync and backfill.",
    )
    return Exit.OK


def _told_shop(words: argparse.Namespace, before: Shop | None) -> Shop:
    """The shop as the command line tells it; what only a sync learned stays."""
    market = words.market.upper()
    return Shop(
        code=words.shop,
        platform=words.platform,
        market=market,
        region=region_of(market),
        currency=words.currency.upper(),
        time_zone=words.time_zone,
        company=words.company or (before.company if before else ""),
        opened=before.opened if before else None,
    )


def _possible(house: House, words: argparse.Namespace) -> None:
    """Refuse a market, currency or time zone that does not exist, before anything is stored."""
    sheet = house.rates.sheet_day(house.clock.now().date())
    if words.market.upper() not in MARKETS:
        known = ", ".join(MARKETS)
        raise ToldError(
            f"--market {words.market} is unknown. Known: {known}.",
            f"--market {words.market} 不存在。可用：{known}。",
        )
    if sheet is None or house.rates.per_euro(words.currency.upper(), sheet) is None:
        raise ToldError(
            f"--currency {words.currency} has no exchange rate. Write a code such as EUR or USD.",
            f"--currency {words.currency} 没有汇率。请写 EUR、USD 等币种代码。",
        )
    if words.time_zone not in available_timezones():
        raise ToldError(
            f"--time-zone {words.time_zone} is unknown. Write one such as Europe/Berlin.",
            f"--time-zone {words.time_zone} 不存在。请写如 Europe/Berlin 的时区。",
        )


def _links(house: House, code: str) -> dict[str, Link]:
    with house.store.read() as connection:
        row = control.get(connection, schema.shops, shop=code)
    told = (row["settings"] or {}).get("links", {}) if row else {}
    return {p: Link(one["account"], one["marketplace"], one["options"]) for p, one in told.items()}


def _secrets(words: argparse.Namespace) -> dict[str, str]:
    """From a file, or typed without echo; never from the command line, which others can see."""
    names = SECRETS[words.platform]
    given: Mapping[str, object]
    if words.secrets is None and sys.stdin.isatty():
        given = {name: getpass.getpass(f"{name}: ") for name in names}
    else:
        given = _credentials(words.secrets)
    lacking = [name for name in names if not given.get(name)]
    if lacking:
        raise ToldError(
            f"The credentials lack {', '.join(lacking)}. Give them and run it again.",
            f"凭证缺少 {', '.join(lacking)}。请补齐后重试。",
        )
    return {name: str(given[name]) for name in names}


def _credentials(file: Path | None) -> Mapping[str, object]:
    """The JSON object of a file, or of standard input; what it holds is never repeated."""
    where = str(file or "stdin")
    try:
        text = sys.stdin.read() if file is None else file.read_text(encoding="utf-8-sig")
        given = json.loads(text)
    except ValueError:  # its text may be a credential: neither shown nor chained
        given = None
    if not isinstance(given, dict):
        raise ToldError(
            f'{where} holds no JSON object of credentials. Write {{"client_id": "...", ...}}.',
            f'{where} 中不是凭证的 JSON 对象。格式为 {{"client_id": "...", ...}}。',
        )
    return given
