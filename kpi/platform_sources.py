"""Which platform can deliver which KPI, and where two platforms mean different things by one name.

Read off the sources of the measures; a definition is one for all platforms, so a difference is told
and never mended in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from kpi.cards import SOURCES
from kpi.catalog import shipped
from kpi.definitions import Definitions
from kpi.model import Texts

SIGNS: Mapping[str, str] = {
    "amazon": "AMZ",
    "shopify": "SHP",
    "ebay": "EBY",
    "tiktok": "TTS",
    "shopee": "SPE",
    "lazada": "LZD",
    "walmart": "",  # no reader of ours names it yet
    "own_site": "SHP",  # an own store's back office keeps what Shopify's does
    "other": "",
}
OWN_SYSTEMS = frozenset({"ERP", "LOG", "PAY", "WMS", "CRM", "FIN", "WB"})  # of the company itself
_NOTES = Path(__file__).with_name("platform_notes.toml")


class Delivery(StrEnum):
    """Who brings a KPI's measures on a platform."""

    PLATFORM = "platform"  # the platform and its advertising alone
    COMPANY = "company"  # a file, the ERP, finance or the workbook has a part in it
    NONE = "none"  # somebody would have to know what the platform keeps to itself


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of the matrix: a KPI on a platform."""

    kpi: str
    platform: str
    delivery: Delivery
    lacking: tuple[str, ...]  # measures that nobody delivers there
    beside: tuple[str, ...]  # systems of the company that are needed, by their signs


@dataclass(frozen=True, slots=True)
class Difference:
    """What a reader must know before comparing a KPI over platforms."""

    kpi: str
    platform: str
    text: Texts


def entry(platform: str, kpi: str, catalog: Definitions | None = None) -> Entry:
    """The matrix cell of a KPI; own KPIs need the book's catalogue."""
    known = catalog or shipped()
    lacking, beside = [], set()
    for measure, sources in known.sources(kpi).items():
        has = {SIGNS.get(platform, ""), "ADS"} & set(sources)
        own = [sign for sign in sources if sign in OWN_SYSTEMS]
        if not has and not own:
            lacking.append(measure)
        elif not has:
            beside.update(own)
    delivery = Delivery.COMPANY if beside else Delivery.PLATFORM
    ordered = tuple(sign for sign in SOURCES if sign in beside)
    return Entry(kpi, platform, Delivery.NONE if lacking else delivery, tuple(lacking), ordered)


@cache
def can_be_known(platform: str, measure: str) -> bool:
    """Whether the platform, its advertising or a system of the company keeps a measure."""
    known = shipped().measures.get(measure)
    mine = {SIGNS.get(platform, ""), "ADS", *OWN_SYSTEMS}
    return known is not None and known.derived is None and not mine.isdisjoint(known.sources)


def deliverable(platform: str, kpi: str) -> bool:
    """Whether a shipped KPI can be had for shops of a platform."""
    return entry(platform, kpi).delivery is not Delivery.NONE


def matrix(
    platforms: Iterable[str], kpis: Iterable[str], catalog: Definitions | None = None
) -> tuple[Entry, ...]:
    """Every KPI on every platform."""
    wanted = tuple(platforms)
    return tuple(entry(platform, kpi, catalog) for kpi in kpis for platform in wanted)


def differences(
    platforms: Iterable[str], kpis: Iterable[str], catalog: Definitions | None = None
) -> tuple[Difference, ...]:
    """What differs between these platforms for these KPIs: counted otherwise, or not at all."""
    wanted, chosen = tuple(platforms), tuple(kpis)
    told = [
        note for note in platform_notes() if note.platform in wanted and note.kpi in set(chosen)
    ]
    said = {(note.kpi, note.platform) for note in told}
    gaps = [
        Difference(one.kpi, one.platform, _gap(one))
        for one in matrix(wanted, chosen, catalog)
        if one.delivery is Delivery.NONE and (one.kpi, one.platform) not in said
    ]
    order = {kpi: n for n, kpi in enumerate(chosen)}
    return tuple(sorted([*told, *gaps], key=lambda one: (order[one.kpi], one.platform)))


def _gap(one: Entry) -> Texts:
    names = [shipped().measures[code].names for code in one.lacking]
    zh = "、".join(name["zh"] for name in names)
    en = ", ".join(name["en"] for name in names)
    return {
        "zh": f"平台不提供：{zh}；该平台不适用，权重折算",
        "en": f"not delivered: {en}; not applicable there, its weight goes to the others",
    }


@cache
def platform_notes() -> tuple[Difference, ...]:
    """The shipped notes, one for each KPI and platform."""
    lines = tomllib.loads(_NOTES.read_text(encoding="utf-8"))["notes"].strip().splitlines()
    rows = ([part.strip() for part in line.split("|")] for line in lines)
    return tuple(
        Difference(kpi, platform, {"zh": zh, "en": en})
        for kpi, platforms, zh, en in rows
        for platform in platforms.split()
    )
