"""The shipped role packs as nouns: cards of a role and region, vetoes, exemptions, variants.

A pack names its limits as its source prints them (`pace < 95 %`, `> 60 or < 25`); `limit` gives the
number that a weight row holds. Everything is read once and must be sound, or nothing starts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kpi.catalog import shipped
from kpi.errors import KpiError
from kpi.methods import METHODS
from kpi.model import Metric, Region, Texts
from kpi.organisation import OWN_STORE_ROLE, SHOP_ROLE
from kpi.typed_rows import Bound

_HERE = Path(__file__).parent / "packs"
ROLES = (
    "operations",
    "advertising",
    "purchasing",
    "customer_service",
    "compliance",
    "agency",
    "supervisor",
    "newcomer",
    SHOP_ROLE,
    OWN_STORE_ROLE,
)
PARAMETER_NAMES: Mapping[str, tuple[str, ...]] = {  # of a pack's text -> p1 to p4
    "band": ("L", "U", "d_low", "d_high"),
    "range": ("worst", "best"),
    "zero_defect": ("k",),
    "baseline": ("baseline",),
}
_PACE = re.compile(r"pace < (\d+) %")
_LIMIT = re.compile(r"([<>]=?) (-?\d+(?:\.\d+)?)")
_BELOW = re.compile(r"<=? (-?\d+(?:\.\d+)?)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class PackItem:
    """One line of a pack's card; texts are as the pack prints them."""

    kpi: str
    weight: float  # points
    basis: str  # own_plan, starter, benchmark
    target: float | str  # in the KPI's unit; a text says what the manager must enter
    method: str
    params: Mapping[str, float | str]  # cap and floor among them
    warn: str
    breach: str
    gate: bool = False
    why: Texts | None = None  # of a line that a variant or the questionnaire changed

    @property
    def metric(self) -> Metric:
        """The KPI, which knows name, direction, kind and class."""
        return shipped().metrics[self.kpi]

    @property
    def four(self) -> tuple[float | None, ...]:
        """`p1` to `p4` of a weight row; what the pack says in words stays open."""
        given = [self.params.get(name) for name in PARAMETER_NAMES.get(self.method, ())]
        return tuple(v if isinstance(v, float) else None for v in (*given, None, None, None, None))[
            :4
        ]

    def points(self, name: str) -> float | None:
        """`cap` or `floor`; None where the method has none."""
        value = self.params.get(name)
        return value if isinstance(value, float) else None

    @property
    def bound(self) -> Bound:
        """Inclusive where the breach limit carries an equality sign."""
        return Bound.INCLUSIVE if "=" in self.breach else Bound.STRICT

    def limit(self, text: str) -> float | None:
        """The number of `warn` or `breach`; a limit in days before the due date is the target's."""
        pace = _PACE.search(text)
        if pace:
            return float(pace[1]) / 100
        found = _LIMIT.search(text)
        if found:
            return float(found[2])
        return self.target if isinstance(self.target, float) else None

    def lower(self, text: str) -> float | None:
        """The lower number of `warn` or `breach` of a band, as in `> 60 or < 25`."""
        found = _BELOW.search(text)
        return None if found is None else float(found[1])


@dataclass(frozen=True, slots=True)
class Veto:
    """A condition on a KPI's value that decides over the whole card."""

    kpi: str
    operator: str
    value: float  # in the KPI's unit
    effect: str  # grade_cap, total_zero, bonus_zero
    grade: str = ""  # of grade_cap


@dataclass(frozen=True, slots=True)
class Pack:
    """The card of a role in a region."""

    role: str
    names: Texts
    region: Region
    items: tuple[PackItem, ...]
    vetoes: tuple[Veto, ...]
    exemptions: Mapping[str, Texts]  # balance check -> the recorded reason
    min_coverage: float  # fraction
    platforms: frozenset[str] = frozenset()  # whose shops it is made for; none: of all

    def suits(self, platform: str) -> bool:
        """Whether the card is made for shops of a platform."""
        return not self.platforms or platform in self.platforms

    def scope(self, item: PackItem) -> str:
        """Where a target stands: an own store has rates of its own, all else is the region's."""
        own = self.role == OWN_STORE_ROLE and not item.metric.additive
        return self.role if own else str(self.region)

    def item(self, kpi: str) -> PackItem | None:
        """The line of a KPI."""
        return next((item for item in self.items if item.kpi == kpi), None)


@dataclass(frozen=True, slots=True)
class PackTerm:
    """A line of an agency's terms that a book starts with."""

    term: str  # a code of `kpi.agency_rows.TERM_UNITS`
    points: float | None  # of a level of service: from so many points of the card
    value: float | None  # None: both sides still have to agree on it
    wordings: Texts


@dataclass(frozen=True, slots=True)
class Stage:
    """A gate of the newcomer plan."""

    day: int  # days since the first day
    regions: tuple[Region, ...]
    names: Texts


@dataclass(frozen=True, slots=True)
class Change:
    """What a variant does to one line."""

    kpi: str
    instead: str | None
    target: float | None
    params: Mapping[str, float | str]
    warn: str
    breach: str
    why: Texts


@dataclass(frozen=True, slots=True)
class Variant:
    """A kind of goods; `changes` by role and region."""

    code: str
    names: Texts
    changes: Mapping[tuple[str, Region], tuple[Change, ...]]


@cache
def packs() -> Mapping[tuple[str, Region], Pack]:
    """All shipped packs, roles in their order, US before EU."""
    return {(p.role, p.region): p for role in ROLES for p in _role(role)}


def pack(role: str, region: Region, variant: str | None = None) -> Pack:
    """One pack, for a kind of goods when it is named; `KpiError` for an unknown one."""
    found = packs().get((role, region))
    if found is None:
        known = ", ".join(ROLES)
        raise KpiError(
            f'There is no pack "{role}". Choose one of {known}.',
            f"没有 KPI 包“{role}”。请从 {known} 中选择。",
        )
    if variant is None:
        return found
    kind = variants().get(variant)
    if kind is None:
        known = ", ".join(variants())
        raise KpiError(
            f'There is no variant "{variant}". Choose one of {known}.',
            f"没有品类“{variant}”。请从 {known} 中选择。",
        )
    changes = {change.kpi: change for change in kind.changes.get((role, region), ())}
    items = tuple(_changed(item, changes.get(item.kpi)) for item in found.items)
    return replace(found, items=items)


def stages(region: Region) -> tuple[Stage, ...]:
    """The gates of the newcomer plan that a region has."""
    return tuple(stage for stage in standard_plan() if region in stage.regions)


def standard_plan() -> tuple[Stage, ...]:
    """The gates of the newcomer pack."""
    return _stages(_file("newcomer"))


def other_plans() -> Iterator[tuple[str, Texts, tuple[Stage, ...]]]:
    """The newcomer plans of other business lines: code, names and gates."""
    text = (_HERE / "plans.toml").read_text(encoding="utf-8")
    for code, table in tomllib.loads(text).items():
        yield code, _texts(table["names"]), _stages(table)


def _stages(table: _Table) -> tuple[Stage, ...]:
    return tuple(
        Stage(int(day), tuple(map(Region, regions.split())), {"zh": zh, "en": en})
        for day, regions, zh, en in _lines(_text(table, "stages"))
    )


def ramp() -> tuple[float, ...]:
    """Shares of the full business targets that a newcomer is shown, stage by stage."""
    shares = _file("newcomer")["ramp"]
    return tuple(map(float, shares)) if isinstance(shares, list) else ()


def contract_terms() -> tuple[Texts, ...]:
    """What an agency's contract sheet states beside its KPIs."""
    return tuple({"zh": zh, "en": en} for zh, en in _lines(_text(_file("agency"), "terms")))


def starting_terms() -> tuple[PackTerm, ...]:
    """The lines of an agency's terms that a book starts with, in their order."""
    lines = _lines(_text(_file("agency"), "contract"))
    return tuple(
        PackTerm(
            term,
            float(points) if points else None,
            float(value) if value else None,
            {"zh": zh, "en": en},
        )
        for term, points, value, zh, en in lines
    )


@cache
def variants() -> Mapping[str, Variant]:
    """The category variants by code."""
    text = (_HERE / "variants.toml").read_text(encoding="utf-8")
    return {code: _variant(code, table) for code, table in tomllib.loads(text).items()}


# ------------------------------------------------------------------------------------ the files

_Table = Mapping[str, object]


@cache
def _file(role: str) -> _Table:
    return tomllib.loads((_HERE / "roles" / f"{role}.toml").read_text(encoding="utf-8"))


def _role(role: str) -> Iterator[Pack]:
    table = _file(role)
    for region in Region:
        card = _part(table, region)
        exempt = _part(card, "exempt") if "exempt" in card else {}
        coverage = card["min_coverage"]
        yield Pack(
            role,
            _texts(table["names"]),
            region,
            tuple(_item(line) for line in _lines(_text(card, "items"))),
            tuple(_veto(line) for (line,) in _lines(_text(card, "vetoes"))),
            {check: _texts(reason) for check, reason in exempt.items()},
            coverage if isinstance(coverage, float) else 0.0,
            frozenset(_text(table, "platforms").split()),
        )


def _item(line: Sequence[str]) -> PackItem:
    kpi, weight, basis, target, method, params, warn, breach, *gate = line
    if kpi not in shipped().metrics or method not in METHODS:
        raise KpiError(f"A shipped pack names {kpi} and {method}; one of them does not exist.")
    return PackItem(
        kpi,
        float(weight),
        basis,
        _value(target),
        method,
        _params(params),
        warn,
        breach,
        gate=bool(gate),
    )


def _veto(line: str) -> Veto:
    kpi, operator, value, _, effect, *grade = line.split()
    return Veto(kpi, operator, float(value), effect, "".join(grade))


def _variant(code: str, table: object) -> Variant:
    changes: dict[tuple[str, Region], list[Change]] = {}
    whole = table if isinstance(table, Mapping) else {}
    for line in _lines(_text(whole, "changes")):
        roles, regions, kpi, instead, target, params, warn, breach, zh, en = line
        for role in roles.split():
            for region in regions.split():
                changes.setdefault((role, Region(region)), []).append(
                    Change(
                        kpi,
                        instead or None,
                        float(target) if target else None,
                        _params(params),
                        warn,
                        breach,
                        {"zh": zh, "en": en},
                    )
                )
    return Variant(code, _texts(whole["names"]), {at: tuple(all_) for at, all_ in changes.items()})


def _changed(item: PackItem, change: Change | None) -> PackItem:
    if change is None:
        return item
    return replace(
        item,
        kpi=change.instead or item.kpi,
        basis="starter",
        target=item.target if change.target is None else change.target,
        params=change.params or item.params,
        warn=change.warn or item.warn,
        breach=change.breach or item.breach,
        why=change.why,
    )


def _params(text: str) -> dict[str, float | str]:
    pairs = (part.strip().partition(" ") for part in text.split(";") if part.strip())
    return {name: _value(value) for name, _, value in pairs}


def _value(text: str) -> float | str:
    return float(text) if _NUMBER.fullmatch(text) else text


def _lines(text: str) -> Iterator[list[str]]:
    for line in text.strip().splitlines():
        yield [part.strip() for part in line.split("|")]


def _part(table: _Table, name: str) -> _Table:
    part = table[name]
    return part if isinstance(part, Mapping) else {}


def _text(table: _Table, name: str) -> str:
    return str(table.get(name, ""))


def _texts(value: object) -> Texts:
    pair = value if isinstance(value, Mapping) else {}
    return {"zh": str(pair["zh"]), "en": str(pair["en"])}
