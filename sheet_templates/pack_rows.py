"""A role pack as rows of a workbook: lines of tblWeight and the regional targets of tblTarget.

Cells hold codes; whoever writes them shows the words of the book's language. Nothing of a pack is
confirmed: the manager says so line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from kpi.catalog import shipped
from kpi.model import Better, Language, Region
from kpi.needs import Proposal
from kpi.pack_reading import Pack, PackItem, Veto, starting_terms
from kpi.typed_rows import Bound
from sheet_templates.start import StartRow

AGENCY = "agency"
DEFAULT_CAP = 120.0  # points, of methods that name none
PLAIN = {Better.HIGHER: "ratio_up", Better.LOWER: "mirror_down", Better.BAND: "band"}


def weight_rows(pack: Pack, start: date, *, on: bool = True) -> Iterator[StartRow]:
    """The lines of a card, then its vetoes on KPIs that the card does not score."""
    card = (pack.role, pack.region)
    vetoes = {veto.kpi: veto for veto in pack.vetoes}
    for item in pack.items:
        veto = vetoes.get(item.kpi)
        yield {
            **_head(*card, item.kpi, start, on=on),
            **_scored(item),
            "veto": veto.effect if veto else "no",
        }
    scored = {item.kpi for item in pack.items}
    for veto in pack.vetoes:
        if veto.kpi not in scored:
            yield {**_head(*card, veto.kpi, start, on=on), **_gate(veto)}


def proposed_rows(found: Iterable[Proposal], start: date) -> Iterator[StartRow]:
    """Lines that the needs diagnosis proposes, switched off; a KPI of no pack gets plain ones."""
    for one in found:
        scored = _scored(one.item) if one.item else _plain(one)
        head = _head(one.need.role, one.region, one.metric.code, start, on=False)
        yield {**head, **scored, "veto": "no"}


def proposed_targets(found: Iterable[Proposal], year: int) -> Iterator[StartRow]:
    """The target lines that those need; without a starter they are the manager's to fill."""
    for one in found:
        value = one.item.target if one.item else None
        yield {
            "year": float(year),
            "region": str(one.region),
            "scope": one.scope,
            "metric": one.metric.code,
            "basis": one.item.basis if one.item else "own_plan",
            "year_total": value if isinstance(value, float) else None,
        }


def _plain(one: Proposal) -> StartRow:
    """The usual method of a direction; limits are the manager's to type."""
    return {
        "weight": one.weight,
        "method": PLAIN[one.metric.better],
        "better": str(one.metric.better),
        "bound": str(Bound.STRICT),
        "cap": DEFAULT_CAP,
        "floor": 0.0,
    }


def _head(role: str, region: Region, kpi: str, start: date, *, on: bool) -> StartRow:
    return {
        "role": role,
        "region": str(region),
        "metric": kpi,
        "on": "yes" if on else "no",
        "start": start,
        "missing": "exclude",
        "outdated": "block",
        "confirmed": "no",
    }


def _scored(item: PackItem) -> StartRow:
    cap, floor = item.points("cap"), item.points("floor")
    return {
        "weight": item.weight,
        "method": item.method,
        "better": str(item.metric.better),
        "warn": item.limit(item.warn),
        "breach": item.limit(item.breach),
        "bound": str(item.bound),
        **_lower(item),
        "cap": DEFAULT_CAP if cap is None else cap,
        "floor": floor or 0.0,
        **{f"p{n}": value for n, value in enumerate(item.four, 1) if value is not None},
    }


def _lower(item: PackItem) -> StartRow:
    """The lower limits of a band; one that names none has no lower side: nothing lies below 0."""
    if item.metric.better is not Better.BAND:
        return {}
    return {"warn_low": item.lower(item.warn) or 0.0, "breach_low": item.lower(item.breach) or 0.0}


def _gate(veto: Veto) -> StartRow:
    """A veto as a line of no weight: the value decides, and there is nothing to score."""
    strict = veto.operator in (">", "<")
    return {
        "weight": 0.0,
        "method": "zero_defect",
        "better": str(shipped().metrics[veto.kpi].better),
        "warn": veto.value,
        "breach": veto.value,
        "bound": str(Bound.STRICT if strict else Bound.INCLUSIVE),
        "cap": 100.0,
        "floor": 0.0,
        "veto": veto.effect,
    }


def term_rows(pack: Pack, language: Language) -> Iterator[StartRow]:
    """The terms of an agency's contract, for all partners; other roles have none."""
    for one in starting_terms() if pack.role == AGENCY else ():
        yield {
            "term": one.term,
            "points": one.points,
            "value": one.value,
            "wording": one.wordings[language],
        }


def target_rows(pack: Pack, year: int) -> Iterator[StartRow]:
    """A line for each KPI, most of the region; those of the own plan stay empty for the manager."""
    for item in pack.items:
        yield {
            "year": float(year),
            "region": str(pack.region),
            "scope": pack.scope(item),
            "metric": item.kpi,
            "basis": item.basis,
            "year_total": item.target if isinstance(item.target, float) else None,
        }
