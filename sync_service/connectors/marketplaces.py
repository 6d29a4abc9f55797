"""Amazon's marketplaces: ids, hosts, zones, currencies and the name of the sales channel.

Reports count days in the zone of the marketplace; North American reports use Pacific time for the
US. Hosts follow the three regions of the Selling Partner API and the Ads API.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Area = Literal["na", "eu", "fe"]

SP_API_HOSTS: Final[dict[Area, str]] = {
    "na": "sellingpartnerapi-na.amazon.com",
    "eu": "sellingpartnerapi-eu.amazon.com",
    "fe": "sellingpartnerapi-fe.amazon.com",
}
ADS_HOSTS: Final[dict[Area, str]] = {
    "na": "advertising-api.amazon.com",
    "eu": "advertising-api-eu.amazon.com",
    "fe": "advertising-api-fe.amazon.com",
}
LOGIN_HOST: Final = "api.amazon.com"


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One Amazon site."""

    id: str
    country: str  # ISO 3166; the market code of a shop
    area: Area
    time_zone: str  # IANA
    currency: str  # ISO 4217
    channel: str  # as printed in the orders report: Amazon.de


MARKETPLACES: Final[tuple[Marketplace, ...]] = (
    Marketplace("ATVPDKIKX0DER", "US", "na", "America/Los_Angeles", "USD", "Amazon.com"),
    Marketplace("A2EUQ1WTGCTBG2", "CA", "na", "America/Los_Angeles", "CAD", "Amazon.ca"),
    Marketplace("A1AM78C64UM0Y8", "MX", "na", "America/Los_Angeles", "MXN", "Amazon.com.mx"),
    Marketplace("A2Q3Y263D00KWC", "BR", "na", "America/Sao_Paulo", "BRL", "Amazon.com.br"),
    Marketplace("A1PA6795UKMFR9", "DE", "eu", "Europe/Berlin", "EUR", "Amazon.de"),
    Marketplace("A13V1IB3VIYZZH", "FR", "eu", "Europe/Paris", "EUR", "Amazon.fr"),
    Marketplace("APJ6JRA9NG5V4", "IT", "eu", "Europe/Rome", "EUR", "Amazon.it"),
    Marketplace("A1RKKUPIHCS9HS", "ES", "eu", "Europe/Madrid", "EUR", "Amazon.es"),
    Marketplace("A1F83G8C2ARO7P", "GB", "eu", "Europe/London", "GBP", "Amazon.co.uk"),
    Marketplace("A1805IZSGTT6HS", "NL", "eu", "Europe/Amsterdam", "EUR", "Amazon.nl"),
    Marketplace("A2NODRKZP88ZB9", "SE", "eu", "Europe/Stockholm", "SEK", "Amazon.se"),
    Marketplace("A1C3SOZRARQ6R3", "PL", "eu", "Europe/Warsaw", "PLN", "Amazon.pl"),
    Marketplace("AMEN7PMS3EDWL", "BE", "eu", "Europe/Brussels", "EUR", "Amazon.com.be"),
    Marketplace("A28R8C7NBKEWEA", "IE", "eu", "Europe/Dublin", "EUR", "Amazon.ie"),
    Marketplace("A1VC38T7YXB528", "JP", "fe", "Asia/Tokyo", "JPY", "Amazon.co.jp"),
    Marketplace("A39IBJ37TRP1C6", "AU", "fe", "Australia/Sydney", "AUD", "Amazon.com.au"),
)

BY_ID: Final = {place.id: place for place in MARKETPLACES}
BY_COUNTRY: Final = {place.country: place for place in MARKETPLACES}
