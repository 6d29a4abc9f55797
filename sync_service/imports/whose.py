"""Which shop a file belongs to: stated, named in the file's name, or the only one that fits."""

from __future__ import annotations

import re
from collections.abc import Collection

from kpi.trade import Shop
from sync_service.connectors.marketplaces import BY_COUNTRY
from sync_service.imports.layout import Source
from sync_service.imports.refusals import FileRefusedError

_SYMBOLS = {"€": {"EUR"}, "£": {"GBP"}, "$": {"USD", "CAD", "MXN", "AUD"}, "¥": {"JPY", "CNY"}}


def shop_of(source: Source, platform: str, markets: Collection[str] = ()) -> Shop:
    """The shop of a file; `markets` are those that the file names."""
    known = [shop for shop in source.shops if shop.platform == platform]
    if source.options.shop:
        return _stated(source, known, platform)
    stem = source.name.rpartition(".")[0]
    named = [s for s in known if re.search(rf"(?<!\w){re.escape(s.code)}(?!\w)", stem)]
    if named:
        return max(named, key=lambda shop: len(shop.code))
    fitting = [s for s in known if not markets or s.market in markets]
    if len(fitting) == 1:
        return fitting[0]
    codes = ", ".join(shop.code for shop in fitting or known) or "-"
    raise FileRefusedError(
        f"{source.name} does not say which shop it belongs to. Add --shop; possible are {codes}.",
        f"{source.name} 未说明属于哪个店铺。请加 --shop；可选：{codes}。",
    )


def _stated(source: Source, known: list[Shop], platform: str) -> Shop:
    for shop in known:
        if shop.code == source.options.shop:
            return shop
    codes = ", ".join(shop.code for shop in known) or "-"
    raise FileRefusedError(
        f"{source.name} is a file of {platform}, and {source.options.shop} is no shop there. "
        f"Shops there: {codes}.",
        f"{source.name} 是 {platform} 的文件，而 {source.options.shop} 不是该平台的店铺。"
        f"该平台的店铺：{codes}。",
    )


def check_currency(source: Source, shop: Shop, found: Collection[str]) -> None:
    """Refuse a file none of whose amounts is in the shop's currency."""
    named = {one.upper() for one in found if one}
    if named and shop.currency not in named:
        _foreign(source, shop, "/".join(sorted(named)), shop.currency)


def check_symbols(source: Source, shop: Shop, texts: Collection[str]) -> None:
    """The same where the file prints only a sign beside its amounts."""
    signs = {sign for sign in _SYMBOLS for text in texts if sign in text}
    if signs and not any(shop.currency in _SYMBOLS[sign] for sign in signs):
        _foreign(source, shop, "/".join(sorted(signs)), shop.currency)


def check_markets(source: Source, shop: Shop, found: Collection[str]) -> None:
    """Refuse a file that names other markets only."""
    named = {one.upper() for one in found if one}
    if named and shop.market not in named:
        _foreign(source, shop, "/".join(sorted(named)), shop.market)


def channel_of(shop: Shop) -> str:
    """How Amazon's files call the shop's marketplace, in lower case: amazon.de."""
    place = BY_COUNTRY.get(shop.market)
    return place.channel.lower() if place else ""


def check_channels(source: Source, shop: Shop, found: Collection[str]) -> None:
    """Refuse a file that names other Amazon sites only."""
    named = {one.strip().lower() for one in found if one.strip().lower().startswith("amazon.")}
    if named and channel_of(shop) not in named:
        _foreign(source, shop, "/".join(sorted(named)), channel_of(shop))


def _foreign(source: Source, shop: Shop, found: str, wanted: str) -> None:
    raise FileRefusedError(
        f"{source.name} is not of shop {shop.code}: it says {found}, the shop is {wanted}. "
        "Choose the right shop with --shop.",
        f"{source.name} 不属于店铺 {shop.code}：文件为 {found}，店铺为 {wanted}。"
        "请用 --shop 选择正确的店铺。",
    )
