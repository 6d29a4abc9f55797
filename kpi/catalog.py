"""The measures and KPIs as one checked catalogue: the shipped files, and the manager's own rows.

A catalogue that exists is sound: every formula parses, names only what is there, mixes no units
and runs in no circle. The shipped files must be sound or nothing starts; a manager's row that
is not becomes a Problem and the rest goes on.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from kpi.book_rows import Decode
from kpi.cards import DEFAULT_DECIMALS, made_card
from kpi.definitions import Definitions, define
from kpi.errors import KpiError, Problem
from kpi.model import (
    Better,
    Card,
    Kind,
    Klass,
    Measure,
    Metric,
    RollUp,
    Texts,
    Unit,
)
from kpi.own_kpis import with_own
from kpi.own_measures import own_measures
from kpi.syntax import unparse
from kpi.tables import Table

_HERE = Path(__file__).parent
_EMPTY: Texts = {"zh": "", "en": ""}


@dataclass(frozen=True, slots=True)
class Catalog(Definitions):
    """Sound definitions with their identity, and the way for the manager's own rows to join."""

    hashes: dict[str, str] = field(default_factory=dict, init=False, compare=False)

    def definition_hash(self, code: str) -> str:
        """Sixteen hex digits that change with anything that changes the KPI's meaning."""
        if code not in self.hashes:
            self.hashes[code] = self._hash(code)
        return self.hashes[code]

    def _hash(self, code: str) -> str:
        metric = self.metrics[code]
        parts = {step: unparse(self.expressions[step]) for step in self.steps([code])}
        told = [getattr(metric.card, part) for part in Card.__slots__]
        typed = (self.measures[base] for base in sorted(self.needs(code)))
        own = [[m.code, m.unit, m.roll_up, m.personal] for m in typed if m.own]
        known = [metric.unit, metric.better, metric.additive, *own]
        text = json.dumps([code, parts, told, known], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def with_measures(
        self, table: Table | None, decode: Decode | None = None
    ) -> tuple[Catalog, list[Problem]]:
        """This catalogue with the own measures of tblMeasure; see `kpi.own_measures`."""
        if table is None:
            return self, []
        found, problems = own_measures(self, table, decode)
        if not found:
            return self, problems
        return build({**self.measures, **found}, self.metrics), problems

    def with_own(
        self, table: Table | None, decode: Decode | None = None
    ) -> tuple[Catalog, list[Problem]]:
        """This catalogue with the own rows of tblKpi; see `kpi.own_kpis`."""
        if table is None:
            return self, []
        found, problems = with_own(self, table, decode)
        return catalog_of(found), problems


def build(measures: Mapping[str, Measure], metrics: Mapping[str, Metric]) -> Catalog:
    """The checked catalogue of these definitions; `KpiError` for the first that is wrong."""
    return catalog_of(define(measures, metrics))


def catalog_of(found: Definitions) -> Catalog:
    """The same definitions as a catalogue."""
    return Catalog(
        found.measures, found.metrics, found.expressions, found.order, found.bases, found.known
    )


# -------------------------------------------------------------------------------- the own files

_Table = Mapping[str, object]


@cache
def shipped() -> Catalog:
    """The catalogue that ships: `measures.toml` and `metrics.toml`, with full cards."""
    measures = {code: _measure(code, row) for code, row in _read("measures.toml").items()}
    metrics = {code: _metric(code, row) for code, row in _read("metrics.toml").items()}
    bare = build(measures, metrics)
    full = {m.code: replace(m, card=made_card(bare, m)) for m in metrics.values()}
    return replace(bare, metrics=full)


def _read(name: str) -> dict[str, _Table]:
    with (_HERE / name).open("rb") as file:
        return tomllib.load(file)


def _measure(code: str, row: _Table) -> Measure:
    derived = row.get("derived")
    return Measure(
        code=code,
        names=_texts(row["names"]),
        unit=Unit(_text(row["unit"])),
        roll_up=RollUp(_text(row["roll_up"])),
        sources=tuple(_text(s) for s in _list(row["sources"])),
        derived=None if derived is None else _text(derived),
        from_products=row.get("from_products") is True,
        day_rates=row.get("day_rates") is True,
        alone=row.get("alone") is True,
        over_days=_text(row["over_days"]) if "over_days" in row else None,
    )


def _metric(code: str, row: _Table) -> Metric:
    unit = Unit(_text(row["unit"]))
    denominator = row.get("denominator")
    decimals = row.get("decimals", DEFAULT_DECIMALS[unit])
    return Metric(
        code=code,
        names=_texts(row["names"]),
        numerator=_text(row["numerator"]),
        denominator=None if denominator is None else _text(denominator),
        unit=unit,
        better=Better(_text(row["better"])),
        kind=Kind(_text(row["kind"])),
        klass=Klass(_text(row["klass"])),
        decimals=decimals if isinstance(decimals, int) else DEFAULT_DECIMALS[unit],
        card=Card(
            numerator=_EMPTY,
            denominator=_EMPTY,
            includes=_texts(row["includes"]),
            excludes=_texts(row["excludes"]),
            source=_EMPTY,
            time_basis=_texts(row.get("time_basis", _EMPTY)),
        ),
        additive=row["additive"] is True,
    )


def _texts(value: object) -> Texts:
    pair = value if isinstance(value, Mapping) else {}
    return {"zh": _text(pair["zh"]), "en": _text(pair["en"])}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise KpiError(f"{value!r} in the shipped definitions should be a text; put it in quotes.")
    return value


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
