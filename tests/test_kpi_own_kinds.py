"""What an own KPI is, as typed: the guards go by it, and by a guess where nothing is typed."""

from __future__ import annotations

import pytest

from kpi.catalog import Catalog, shipped
from kpi.errors import Level, Problem
from kpi.guards import Line, findings
from kpi.model import Kind, Klass, Region
from kpi.tables import CellValue
from sheet_templates.words import decode
from tests.table_support import table

CODES = "metric name formula unit better own_kind own_klass"


def own(*cells: CellValue) -> tuple[Catalog, list[Problem]]:
    return shipped().with_own(table("tblKpi", "KPIs", CODES, cells), decode)


@pytest.mark.parametrize(
    ("formula", "typed", "kind", "klass"),
    [
        pytest.param("reviews_negative", ("过程", "质量"), "process", "quality", id="in Chinese"),
        pytest.param("reviews_negative", ("Process", "Quality"), "process", "quality", id="typed"),
        pytest.param("reviews_negative", ("Process", None), "process", "none", id="kind alone"),
        pytest.param("reviews_negative", (None, None), "result", "none", id="a guess"),
        pytest.param("orders * 2", (None, "Compliance"), "result", "compliance", id="class alone"),
    ],
)
def test_kind_and_class_are_as_typed(
    formula: str, typed: tuple[str | None, str | None], kind: str, klass: str
) -> None:
    catalog, problems = own("mine", "Mine", formula, "count", "Lower", *typed)
    found = catalog.metrics["mine"]
    assert (problems, found.kind, found.klass) == ([], Kind(kind), Klass(klass))


def test_the_guards_of_a_card_go_by_what_is_typed() -> None:
    """80 points of results are too many; as 40 of them are process, the card is balanced."""

    def checks(kind: str | None) -> list[str]:
        catalog, _ = own("live", "Live shows", "orders * 2", "count", "Higher", kind)
        metrics = catalog.metrics["live"], catalog.metrics["contribution_profit"]
        lines = [Line(one.code, 40.0, one.kind, one.klass) for one in metrics]
        rest = Line("acos", 20.0, Kind.PROCESS, Klass.EFFICIENCY)
        return [one.check for one in findings([*lines, rest], Region.US)]

    assert checks(None) == ["result_max"]
    assert checks("Process") == []


def test_an_unknown_word_is_a_warning_and_the_guess_counts() -> None:
    catalog, [fault] = own("mine", "Mine", "orders * 2", "count", "Higher", "outcome")
    assert (fault.code, fault.level, fault.place.cell) == ("unknown_word", Level.WARNING, "F5")
    assert catalog.metrics["mine"].kind is Kind.RESULT


def test_a_shipped_kpi_keeps_its_own() -> None:
    catalog, faults = own("acos", None, None, None, None, "Result", "Quality")
    assert [(one.code, one.place.cell) for one in faults] == [
        ("kind_fixed", "F5"),
        ("klass_fixed", "G5"),
    ]
    assert catalog is not None
    assert catalog.metrics["acos"] == shipped().metrics["acos"]


def test_a_shipped_kpi_defined_anew_keeps_them_too() -> None:
    catalog, [fault] = own("tacos", None, "ad_spend / gross_sales", "ratio", "lower", "Result")
    assert fault.code == "kind_fixed"
    assert catalog.metrics["tacos"].kind is shipped().metrics["tacos"].kind
