"""The switches that KPIs ship with, read from `switches.toml`, and what each choice makes of a KPI.

A card is read back off the formula: whichever choices make it are the ones that are printed, so a
definition that was signed earlier prints what it computes, whatever the manager has typed since.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

from kpi.cards import made_card
from kpi.catalog import shipped
from kpi.definitions import Definitions
from kpi.model import LANGUAGES, Card, Language, Metric, Texts

_FILE = Path(__file__).with_name("switches.toml")
_JOIN: Texts = {"zh": "；", "en": "; "}


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to set a switch."""

    names: Texts
    swaps: tuple[tuple[str, str], ...]  # part of the formula, what stands in its place
    says: Texts  # joined to what the card includes
    excludes: Texts | None  # in place of the card's own
    time_basis: Texts | None  # likewise


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of a KPI; its first choice is the shipped one."""

    names: Texts
    choices: tuple[Choice, ...]


Formula = tuple[str, str | None]
"""Numerator and denominator."""


@cache
def switches() -> Mapping[str, tuple[Switch, ...]]:
    """The switches of every KPI that has some."""
    text = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        kpi: tuple(
            Switch({"zh": row["zh"], "en": en}, tuple(_choice(one) for one in row["choices"]))
            for en, row in rows.items()
        )
        for kpi, rows in text.items()
    }


def _choice(row: Mapping[str, Mapping[str, str]]) -> Choice:
    return Choice(
        names={"zh": str(row["zh"]), "en": str(row["en"])},
        swaps=tuple(row.get("swaps", {}).items()),
        says=_texts(row["says"]),
        excludes=_texts(row["excludes"]) if "excludes" in row else None,
        time_basis=_texts(row["time_basis"]) if "time_basis" in row else None,
    )


def _texts(pair: Mapping[str, str]) -> Texts:
    return {"zh": pair["zh"], "en": pair["en"]}


def formula_with(metric: Metric, chosen: Sequence[Choice]) -> Formula:
    """The KPI's formula with these choices, one after the other."""
    above, below = metric.numerator, metric.denominator
    for part, instead in (swap for choice in chosen for swap in choice.swaps):
        above = _swapped(above, part, instead)
        below = None if below is None else _swapped(below, part, instead)
    return above, below


def _swapped(formula: str, part: str, instead: str) -> str:
    """The formula with a whole name or part exchanged, never the beginning of a longer name."""
    found = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", instead, formula)
    return " ".join(found.split())


@cache
def positions(kpi: str) -> Mapping[Formula, tuple[Choice, ...]]:
    """Every way to set all switches of a shipped KPI, by the formula that it makes."""
    metric, every = shipped().metrics[kpi], product(*(one.choices for one in switches()[kpi]))
    return {formula_with(metric, chosen): chosen for chosen in every}


def set_by(metric: Metric) -> tuple[Choice, ...]:
    """The choices behind a KPI's formula; nothing where it is the shipped one or no such."""
    if metric.code not in switches():
        return ()
    chosen = positions(metric.code).get((metric.numerator, metric.denominator), ())
    return chosen if any(choice.swaps for choice in chosen) else ()


def printed(definitions: Definitions) -> dict[str, Metric]:
    """Every KPI with the card that its formula asks for; a formula of one's own keeps its card."""
    chosen = {code: found for code, one in definitions.metrics.items() if (found := set_by(one))}
    return {
        code: replace(metric, card=_card(definitions, metric, chosen))
        if code in chosen or _as_shipped(metric)
        else metric
        for code, metric in definitions.metrics.items()
    }


def _as_shipped(metric: Metric) -> bool:
    ships = shipped().metrics.get(metric.code)
    return ships is not None and ships.expression == metric.expression


def _card(definitions: Definitions, metric: Metric, chosen: Mapping[str, Sequence[Choice]]) -> Card:
    """The shipped card, with what was chosen for the KPI and for those that it stands on."""
    card = shipped().metrics[metric.code].card
    if metric.code in chosen:
        card = _told(card, chosen[metric.code])
    below = [code for code in definitions.steps([metric.code])[:-1] if code in chosen]
    said: dict[Language, str] = {
        language: _JOIN[language].join(
            [card.includes[language], *_below(definitions, below, chosen, language)]
        )
        for language in LANGUAGES
    }
    return made_card(definitions, replace(metric, card=replace(card, includes=said)))


def _told(card: Card, chosen: Sequence[Choice]) -> Card:
    """A card as the choices say it; of two that speak of days or exclusions the later one."""
    says: dict[Language, str] = {
        language: _JOIN[language].join(choice.says[language] for choice in chosen)
        for language in LANGUAGES
    }
    for choice in chosen:
        card = replace(
            card,
            excludes=choice.excludes or card.excludes,
            time_basis=choice.time_basis or card.time_basis,
        )
    return replace(card, includes=says)


def _below(
    definitions: Definitions,
    codes: Sequence[str],
    chosen: Mapping[str, Sequence[Choice]],
    language: Language,
) -> Iterator[str]:
    """`Net profit: platform fees are not taken off` for each KPI that another stands on."""
    for code in codes:
        told = _JOIN[language].join(one.says[language] for one in chosen[code] if one.swaps)
        yield f"{definitions.label(code, language)}: {told}"
