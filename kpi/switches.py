"""Switches of a definition, such as platform commission in net profit: number and card together.

A manager writes the choices in the column 口径开关 Switches of tblKpi: `平台佣金 不含; VAT 含` or
`commission out; VAT in`. What is not written keeps the shipped choice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kpi.cards import made_card
from kpi.catalog import Catalog, catalog_of
from kpi.definitions import define
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import Language, Metric, Texts
from kpi.tables import Row, Table

_FILE = Path(__file__).with_name("switches.toml")
_PARTS = re.compile(r"[;；,，、\n]")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to set a switch."""

    names: Texts
    part: str  # of the formula; empty: the formula stays
    instead: str
    card: Texts


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of a KPI; its first choice is the shipped one."""

    names: Texts
    choices: tuple[Choice, ...]


@cache
def switches() -> Mapping[str, tuple[Switch, ...]]:
    """The switches of every KPI that has some."""
    found: dict[str, dict[str, Switch]] = {}
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))["lines"]
    for line in text.strip().splitlines():
        kpi, zh, en, choice_zh, choice_en, part, instead, card_zh, card_en = (
            cell.strip() for cell in line.split("|")
        )
        choice = Choice(
            {"zh": choice_zh, "en": choice_en}, part, instead, {"zh": card_zh, "en": card_en}
        )
        of = found.setdefault(kpi, {})
        one = of.setdefault(en, Switch({"zh": zh, "en": en}, ()))
        of[en] = replace(one, choices=(*one.choices, choice))
    return {kpi: tuple(of.values()) for kpi, of in found.items()}


def shipped_text(kpi: str, language: Language) -> str:
    """What the column shows in a new workbook: each switch with its shipped choice."""
    return "; ".join(
        f"{one.names[language]} {one.choices[0].names[language]}" for one in switches().get(kpi, ())
    )


def switched(catalog: Catalog, table: Table | None) -> tuple[Catalog, list[Problem]]:
    """The catalogue with the choices of tblKpi, and a Problem for each that cannot be read."""
    if table is None:
        return catalog, []
    problems: list[Problem] = []
    changed: dict[str, Metric] = {}
    for row in table.rows:
        code = catalog.known.code(str(row.value("metric") or "").strip())
        text = row.value("switches")
        if code and code in switches() and isinstance(text, str) and text.strip():
            chosen = _chosen(code, text, table, row, problems)
            if any(choice.part for choice in chosen):
                changed[code] = _set(catalog.metrics[code], chosen)
    return (_with(catalog, changed) if changed else catalog), problems


def _with(catalog: Catalog, changed: Mapping[str, Metric]) -> Catalog:
    bare = define(catalog.measures, {**catalog.metrics, **changed})
    full = {code: replace(m, card=made_card(bare, m)) for code, m in bare.metrics.items()}
    return replace(catalog_of(bare), metrics=full)


def _chosen(
    kpi: str, text: str, table: Table, row: Row, problems: list[Problem]
) -> tuple[Choice, ...]:
    """One choice for each switch of the KPI, in their order."""
    chosen = {one.names["en"]: one.choices[0] for one in switches()[kpi]}
    for part in filter(None, (piece.strip() for piece in _PARTS.split(text))):
        found = next(iter(_meant(kpi, part)), None)
        if found is None:
            sheet, cell = table.place(row, "switches")
            place = Place(sheet=sheet, cell=cell, table=table.name)
            values = {lang: _spelled(kpi, lang) for lang in ("zh", "en")}
            problems.append(problem("unknown_switch", place, shown=part, **values))
        else:
            chosen[found[0]] = found[1]
    return tuple(chosen.values())


def _meant(kpi: str, part: str) -> Iterator[tuple[str, Choice]]:
    """The switch and choice that `平台佣金 不含` or `commission out` means."""
    plain = " ".join(part.replace("=", " ").replace("：", " ").replace(":", " ").split()).casefold()
    for one in switches()[kpi]:
        for choice in one.choices:
            spelled = {
                f"{name} {word}".casefold()
                for name in one.names.values()
                for word in choice.names.values()
            }
            if plain in spelled:
                yield one.names["en"], choice


def _spelled(kpi: str, language: str) -> str:
    """All that may be written, for the mend."""
    lang: Language = "zh" if language == "zh" else "en"
    return "; ".join(
        f"{one.names[lang]} {'/'.join(choice.names[lang] for choice in one.choices)}"
        for one in switches()[kpi]
    )


def _set(metric: Metric, chosen: Sequence[Choice]) -> Metric:
    """The KPI with these choices in its formula and on its card."""
    above, below = metric.numerator, metric.denominator
    for choice in (one for one in chosen if one.part):
        above = _exchanged(above, choice)
        below = None if below is None else _exchanged(below, choice)
    said: Texts = {
        "zh": "；".join(choice.card["zh"] for choice in chosen),
        "en": "; ".join(choice.card["en"] for choice in chosen),
    }
    card = replace(metric.card, includes=said)
    return replace(metric, numerator=above, denominator=below, card=card)


def _exchanged(formula: str, choice: Choice) -> str:
    return " ".join(formula.replace(choice.part, choice.instead, 1).split())
