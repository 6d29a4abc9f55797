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
    """What differs between these platforms for these KPIs: counted otherwise, or not at all.

    With a book's catalogue also what its switches ask for and a platform does not deliver; the
    shipped notes hold for the shipped formulas.
    """
    wanted, chosen = tuple(platforms), tuple(kpis)
    noted = {kpi for kpi in chosen if _as_shipped(kpi, catalog)}
    told = [note for note in platform_notes() if note.platform in wanted and note.kpi in noted]
    said = {(note.kpi, note.platform) for note in told}
    gaps = [
        Difference(one.kpi, one.platform, text)
        for one in matrix(wanted, chosen, catalog)
        if (one.kpi, one.platform) not in said
        and (text := _gap(one) or _undelivered(one, catalog)) is not None
    ]
    order = {kpi: n for n, kpi in enumerate(chosen)}
    return tuple(sorted([*told, *gaps], key=lambda one: (order[one.kpi], one.platform)))


def _as_shipped(kpi: str, catalog: Definitions | None) -> bool:
    mine, ships = (catalog or shipped()).metrics.get(kpi), shipped().metrics.get(kpi)
    return mine is not None and ships is not None and mine.expression == ships.expression


def beyond(kpi: str, catalog: Definitions) -> tuple[str, ...]:
    """The measures that a book's definition of a shipped KPI needs and the shipped one does not."""
    if kpi not in shipped().metrics:
        return ()
    return tuple(sorted(catalog.needs(kpi) - shipped().needs(kpi)))


def undelivered(platform: str, kpi: str, catalog: Definitions) -> tuple[str, ...]:
    """Of those, the ones that the platform itself does not deliver."""
    has = {SIGNS.get(platform, ""), "ADS"}
    return tuple(m for m in beyond(kpi, catalog) if has.isdisjoint(catalog.measures[m].sources))


def measure_names(measures: Iterable[str], catalog: Definitions) -> Texts:
    """Measures by their names."""
    names = [catalog.measures[code].names for code in measures]
    return {
        "zh": "、".join(name["zh"] for name in names),
        "en": ", ".join(name["en"] for name in names),
    }


def _undelivered(one: Entry, catalog: Definitions | None) -> Texts | None:
    known = catalog or shipped()
    lacking = undelivered(one.platform, one.kpi, known)
    if not lacking:
        return None
    names = measure_names(lacking, known)
    return {
        "zh": f"所选口径需要{names['zh']}，平台不提供；未补录或导入之前为未知",
        "en": f"the chosen basis needs {names['en']}, which the platform does not deliver: "
        "unknown until it is typed or imported",
    }


def _gap(one: Entry) -> Texts | None:
    if one.delivery is not Delivery.NONE:
        return None
    names = measure_names(one.lacking, shipped())
    return {
        "zh": f"平台不提供：{names['zh']}；该平台不适用，权重折算",
        "en": f"not delivered: {names['en']}; not applicable there, its weight goes to the others",
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
