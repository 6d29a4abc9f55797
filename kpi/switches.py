"""Switches of a definition, such as platform commission in net profit: number and card together.

A manager writes the choices in the column 口径开关 Switches of tblKpi: `平台佣金 不含; VAT 含` or
`commission out; VAT in`. What is not written keeps the shipped choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from kpi.catalog import Catalog, catalog_of
from kpi.definitions import define
from kpi.errors import Place, Problem
from kpi.messages import problem
from kpi.model import LANGUAGES, Language, Metric
from kpi.switch_choices import Choice, formula_with, printed, switches
from kpi.tables import Row, Table

_PARTS = re.compile(r"[;；,，、\n]")


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
            chosen = _Reading(code, table, row, problems).chosen(text)
            if any(choice.swaps for choice in chosen):
                above, below = formula_with(catalog.metrics[code], chosen)
                changed[code] = replace(catalog.metrics[code], numerator=above, denominator=below)
    return (_with(catalog, changed) if changed else catalog), problems


def _with(catalog: Catalog, changed: Mapping[str, Metric]) -> Catalog:
    bare = define(catalog.measures, {**catalog.metrics, **changed})
    return replace(catalog_of(bare), metrics=printed(bare))


@dataclass(slots=True)
class _Reading:
    """Reads one cell of the column."""

    kpi: str
    table: Table
    row: Row
    problems: list[Problem]
    said: dict[str, Choice] = field(default_factory=dict)  # by the switch's English name

    def chosen(self, text: str) -> tuple[Choice, ...]:
        """One choice for each switch of the KPI, in their order."""
        twice: set[str] = set()
        for part in filter(None, (piece.strip() for piece in _PARTS.split(text))):
            found = next(_meant(self.kpi, part), None)
            if found is None:
                self._tell("unknown_switch", part)
            elif self.said.setdefault(*found) != found[1]:
                twice.add(found[0])
                self._tell("switch_twice", part)
        return tuple(
            one.choices[0]
            if one.names["en"] in twice
            else self.said.get(one.names["en"], one.choices[0])
            for one in switches()[self.kpi]
        )

    def _tell(self, code: str, part: str) -> None:
        sheet, cell = self.table.place(self.row, "switches")
        place = Place(sheet=sheet, cell=cell, table=self.table.name)
        values = {language: _spelled(self.kpi, language) for language in LANGUAGES}
        self.problems.append(problem(code, place, shown=part, **values))


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


def _spelled(kpi: str, language: Language) -> str:
    """All that may be written, for the mend."""
    return "; ".join(
        f"{one.names[language]} {'/'.join(choice.names[language] for choice in one.choices)}"
        for one in switches()[kpi]
    )
