"""Benchmarks: published bands that stand beside a target, with their source and an unverified mark.

They inform and never decide: no target is refused for its distance, and no limit comes of a band.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kpi.model import Language, Region, Texts, Unit

_FILE = Path(__file__).with_name("benchmarks.toml")
_UNKNOWN = "."
_SIGN = {Unit.RATIO: " %", Unit.HOURS: " h", Unit.DAYS: " d"}  # what follows a number


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One published band of a KPI; an end that is open is None."""

    kpi: str
    regions: frozenset[str]
    category: str | None  # of goods; None: all
    low: float | None  # in the KPI's unit, as `high`
    high: float | None
    yearly: bool  # the band is per year, the KPI counts its own period: never compared
    verified: bool  # whether a study behind it was found
    source: Texts
    link: str | None
    year: str | None  # of the source; None: it names none

    def side(self, value: float) -> int:
        """-1 below the band, 1 above it, 0 inside or not comparable; both ends belong to it."""
        if self.yearly:
            return 0
        if self.low is not None and value < self.low:
            return -1
        return int(self.high is not None and value > self.high)


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """The shipped bands, in the order of the file."""
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))["bands"]
    return tuple(
        _benchmark([part.strip() for part in line.split("|")]) for line in text.strip().splitlines()
    )


def _benchmark(parts: list[str]) -> Benchmark:
    kpi, regions, category, low, high, per, verified, zh, en, link, year = parts
    return Benchmark(
        kpi,
        frozenset(regions.split()),
        _known(category),
        _number(low),
        _number(high),
        per == "year",
        verified == "yes",
        {"zh": zh, "en": en},
        _known(link),
        _known(year),
    )


def _known(text: str) -> str | None:
    return None if text == _UNKNOWN else text


def _number(text: str) -> float | None:
    return None if text == _UNKNOWN else float(text)


def benchmarks_of(kpi: str, region: Region, category: str | None = None) -> tuple[Benchmark, ...]:
    """The bands of a KPI in a region: those of the category where it has its own, else general."""
    mine = [one for one in benchmarks() if one.kpi == kpi and region in one.regions]
    own = [one for one in mine if one.category is not None and one.category == category]
    return tuple(own or (one for one in mine if one.category is None))


def told(found: tuple[Benchmark, ...], unit: Unit, language: Language) -> str:
    """`15–25 %（未核实；网上文章 https://…，未注明年份）`; empty without a band."""
    return ("；" if language == "zh" else "; ").join(_told(one, unit, language) for one in found)


def _told(one: Benchmark, unit: Unit, language: Language) -> str:
    source = f"{one.source[language]} {one.link or ''}".strip()
    band = _band(one, unit) + ({"zh": " 每年", "en": " a year"}[language] if one.yearly else "")
    if language == "zh":
        mark = "已核实" if one.verified else "未核实"
        return f"{band}（{mark}；来源：{source}，{one.year or '未注明年份'}）"
    mark = "verified" if one.verified else "unverified"
    return f"{band} ({mark}; source: {source}, {one.year or 'no year given'})"


def _band(one: Benchmark, unit: Unit) -> str:
    sign = _SIGN.get(unit, "")
    low, high = (_shown(end, unit) for end in (one.low, one.high))
    if low and high:
        return f"{low}–{high}{sign}"
    return f"≥ {low}{sign}" if low else f"≤ {high}{sign}"


def _shown(value: float | None, unit: Unit) -> str:
    scale = 100 if unit is Unit.RATIO else 1
    return "" if value is None else f"{value * scale:.6g}"


_SIDE: dict[int, Texts] = {
    -1: {"zh": "目标低于区间", "en": "the target lies below"},
    1: {"zh": "目标高于区间", "en": "the target lies above"},
}


def beside(
    found: tuple[Benchmark, ...], target: float | None, unit: Unit, language: Language
) -> str | None:
    """What stands beside a target: the bands, and whether it lies outside; None without a band."""
    if not found:
        return None
    side = 0 if target is None else outside(found, target)
    words = [told(found, unit, language), *([_SIDE[side][language]] if side else [])]
    return ("；" if language == "zh" else "; ").join(words)


def outside(found: tuple[Benchmark, ...], value: float) -> int:
    """Whether a target lies below (-1) or above (1) every band of its KPI; 0: inside one of them.

    0 too where there is no band: nothing can be said.
    """
    sides = {one.side(value) for one in found}
    return 0 if len(sides) != 1 else sides.pop()
