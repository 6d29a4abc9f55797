"""Checked definitions: every formula parses, names only what is there, mixes no units, no circle.

What the catalogue and the manager's own rows both stand on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kpi.errors import KpiError
from kpi.evaluate import parsed
from kpi.model import LANGUAGES, Language, Measure, Metric, RollUp, Unit
from kpi.parser import parse
from kpi.syntax import STOCK_FUNCTIONS, Call, Expression, Name, references, walk
from kpi.tokens import FormulaError, Names
from kpi.units import check_units


@dataclass(frozen=True, slots=True)
class Definitions:
    """Measures and KPIs by code, their parsed formulas, and what stands on what."""

    measures: Mapping[str, Measure]
    metrics: Mapping[str, Metric]
    expressions: Mapping[str, Expression]  # of derived measures and of KPIs, over codes
    order: tuple[str, ...]  # codes of `expressions`, each after all that it names
    bases: Mapping[str, frozenset[str]]  # per code of `expressions`: its columns of facts
    known: Names  # every name of anything, in either language
    texts: dict[str, Expression] = field(default_factory=dict, init=False, compare=False)
    typed: dict[str, str] = field(default_factory=dict, init=False, compare=False)

    def names(self) -> dict[str, str]:
        """Every name, zh, en and code, to its code; a KPI's name comes before a measure's."""
        return all_names(self.measures, self.metrics)

    def typed_names(self) -> dict[str, str]:
        """Names of the measures that a person can type: all that no formula derives."""
        if not self.typed:
            plain = {code: m for code, m in self.measures.items() if m.derived is None}
            self.typed.update(all_names(plain, {}))
        return self.typed

    def label(self, code: str, language: Language) -> str:
        """The name of a measure or KPI; a code that is neither is shown as it is."""
        found = self.metrics.get(code) or self.measures.get(code)
        return found.names[language] if found else code

    def unit(self, code: str) -> Unit:
        """The unit of a measure or KPI."""
        return (self.metrics.get(code) or self.measures[code]).unit

    def needs(self, code: str) -> frozenset[str]:
        """The base measures that a KPI or measure stands on, down to the columns of facts."""
        found = self.bases.get(code)
        return frozenset({code}) if found is None else found

    def steps(self, codes: Iterable[str]) -> tuple[str, ...]:
        """All formulas behind these codes in the order to evaluate them, the codes included."""
        wanted: set[str] = set()
        waiting = [code for code in codes if code in self.expressions]
        while waiting:
            code = waiting.pop()
            if code not in wanted:
                wanted.add(code)
                below = references(self.expressions[code])
                waiting += [c for c in below if c in self.expressions]
        return tuple(code for code in self.order if code in wanted)

    def parsed(self, text: str) -> Expression:
        """A formula over any name of the catalogue, parsed once."""
        if text not in self.texts:
            expression = parsed(text)
            codes = all(c in self.metrics or c in self.measures for c in references(expression))
            self.texts[text] = expression if codes else self.parse(text)
        return self.texts[text]

    def parse(self, text: str) -> Expression:
        """A formula over any name of the catalogue; `FormulaError` for an unknown one."""
        return parse(text, names=self.known)

    def sources(self, code: str) -> dict[str, tuple[str, ...]]:
        """Who can deliver each base measure behind a KPI: for the definition mismatch report."""
        return {base: self.measures[base].sources for base in sorted(self.needs(code))}


def all_names(measures: Mapping[str, Measure], metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Codes first, then names of KPIs, then of measures; also in small letters."""
    names = {code: code for code in [*measures, *metrics]}
    things: list[Metric | Measure] = [*metrics.values(), *measures.values()]
    for thing in things:
        for language in LANGUAGES:
            names.setdefault(thing.names[language], thing.code)
    for name, code in list(names.items()):
        names.setdefault(name.casefold(), code)
    return names


def define(measures: Mapping[str, Measure], metrics: Mapping[str, Metric]) -> Definitions:
    """The checked definitions of these definitions; `KpiError` for the first that is wrong."""
    names = Names(all_names(measures, metrics))
    texts = {m.code: m.derived for m in measures.values() if m.derived is not None}
    texts |= {m.code: m.expression for m in metrics.values()}
    expressions = {code: _sound(code, text, names) for code, text in texts.items()}
    order = ordered(expressions)
    definitions = Definitions(
        measures, metrics, expressions, order, _bases(order, expressions), names
    )
    for code in order:
        check_one(definitions, expressions[code], definitions.unit(code))
    return definitions


def _bases(
    order: Iterable[str], expressions: Mapping[str, Expression]
) -> dict[str, frozenset[str]]:
    bases: dict[str, frozenset[str]] = {}
    for code in order:
        below = references(expressions[code])
        bases[code] = frozenset[str]().union(*(bases.get(c, frozenset({c})) for c in below))
    return bases


def check_one(definitions: Definitions, expression: Expression, unit: Unit) -> None:
    """Raise `FormulaError` for mixed units or for OPENING and the like of what is no stock."""
    check_units(expression, definitions.unit, unit)
    for node in walk(expression.root):
        if isinstance(node, Call) and node.function in STOCK_FUNCTIONS:
            [name] = [n for n in walk(node) if isinstance(n, Name)]
            _check_stock(definitions, node.function, name)


def _check_stock(definitions: Definitions, function: str, name: Name) -> None:
    measure = definitions.measures.get(name.code)
    if measure is not None and measure.roll_up is not RollUp.SUM and measure.derived is None:
        return
    labels = {language: definitions.label(name.code, language) for language in LANGUAGES}
    raise FormulaError(
        "formula_stock",
        name.column,
        {
            "zh": f"“{labels['zh']}”不是存量，不能用 {function}。",
            "en": f'"{labels["en"]}" is no stock measure, so {function} cannot take it.',
        },
        {
            "zh": "请用可售库存、在途库存或存货成本金额这样的存量。",
            "en": "Use a stock such as available_units, inbound_units or inventory_value_cost.",
        },
    )


def _sound(code: str, text: str, names: Names) -> Expression:
    try:
        return parse(text, names=names)
    except FormulaError as error:
        en, zh = error.texts["en"], error.texts["zh"]
        raise KpiError(f"Definition of {code}: {en}", f"{code} 的定义：{zh}") from error


def ordered(expressions: Mapping[str, Expression]) -> tuple[str, ...]:
    """The codes, each after all that it names; `KpiError` names a circle."""
    order: list[str] = []
    done: set[str] = set()
    for start in expressions:
        path: list[str] = []
        waiting = [(start, False)]
        while waiting:
            code, finished = waiting.pop()
            if finished:
                path.pop()
                order.append(code)
                done.add(code)
            elif code in path:
                circle = " -> ".join([*path[path.index(code) :], code])
                raise KpiError(
                    f"KPIs refer to each other in a circle: {circle}.",
                    f"指标相互引用成环：{circle}。",
                )
            elif code not in done:
                path.append(code)
                waiting.append((code, True))
                below = sorted(references(expressions[code]), reverse=True)
                waiting += [(c, False) for c in below if c in expressions]
    return tuple(order)
