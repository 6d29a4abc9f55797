"""The country of a time zone, from the IANA tables that the package tzdata carries.

`zone.tab` names one country for each zone; an alias such as PRC or US/Pacific has that of the zone
it links to. UTC and other zones without a country have none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

_LINK = "L"  # `L Asia/Shanghai PRC` in tzdata.zi: the target, then the alias


@cache
def _countries() -> Mapping[str, str]:
    """ISO 3166 of each zone and alias."""
    own = {row[2]: row[0] for row in _rows("zone.tab")}
    links = (row for row in _rows("tzdata.zi") if row[0] == _LINK)
    linked = {alias: own[target] for _, target, alias in links if target in own}
    return {**linked, **own}


def _rows(name: str) -> Iterator[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text(encoding="utf-8")
    return (line.split() for line in text.splitlines() if line and not line.startswith("#"))


def country_of_zone(zone: str) -> str | None:
    """The country (ISO 3166) of an IANA zone; None for one without a country, such as UTC."""
    return _countries().get(zone)


def is_country(code: str) -> bool:
    """Whether two letters are a country that has a time zone."""
    return code in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(_countries().values())
