"""What a workbook starts with: the rows of the manager's tables, as plain mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kpi.tables import CellValue, ErrorValue
from sheet_templates.layout import Language

StartRow = Mapping[str, CellValue | ErrorValue]
"""Column code -> value. Cells of a dropdown may hold the code or the word; KPIs too."""

AD_BUDGET = ("广告预算", "Ad budget")

OF_TABLE = {
    "tblShop": "shops",
    "tblPeople": "people",
    "tblAssign": "assignments",
    "tblProduct": "products",
    "tblTarget": "targets",
    "tblWeight": "weights",
    "tblRule": "rules",
    "tblTask": "tasks",
    "tblInput": "inputs",
    "tblOkr": "key_results",
    "tblPoint": "points",
    "tblPointKind": "point_kinds",
    "tblGrade": "grades",
    "tblKpi": "kpis",
    "tblMeasure": "measures",
    "tblReview": "decisions",
    "tblTerm": "terms",
}


@dataclass(frozen=True, slots=True)
class BookStart:
    """The rows of a new workbook; what is left out starts empty."""

    shops: Sequence[StartRow] = ()
    people: Sequence[StartRow] = ()
    assignments: Sequence[StartRow] = ()
    products: Sequence[StartRow] = ()
    targets: Sequence[StartRow] = ()
    weights: Sequence[StartRow] = ()
    rules: Sequence[StartRow] = ()
    tasks: Sequence[StartRow] = ()
    inputs: Sequence[StartRow] = ()
    key_results: Sequence[StartRow] = ()
    points: Sequence[StartRow] = ()
    point_kinds: Sequence[StartRow] = ()
    grades: Sequence[StartRow] = ()  # none: the default ladder
    decisions: Sequence[StartRow] = ()
    terms: Sequence[StartRow] = ()  # of agencies
    kpis: Sequence[StartRow] = ()  # shipped and own KPIs; `metric` is the code, `name` is shown
    measures: Sequence[StartRow] = ()  # own ones
    settings: Mapping[str, CellValue] = field(default_factory=dict)  # setting code -> value
    service: Mapping[str, Sequence[StartRow]] = field(default_factory=dict)  # table -> its rows
    names: Mapping[str, CellValue] = field(default_factory=dict)  # defined name -> stamp
    card: Mapping[str, str] = field(default_factory=dict)  # person, region, month first shown

    def rows(self, table: str) -> Sequence[StartRow]:
        """The rows a table starts with."""
        if table in OF_TABLE:
            rows: Sequence[StartRow] = getattr(self, OF_TABLE[table])
            return rows
        return self.service.get(table, ())

    def metric_names(self, language: Language) -> dict[str, str]:
        """KPI code -> the name shown in this book; an ad budget is a target too, but no KPI."""
        own = {str(r["metric"]): str(r.get("name") or r["metric"]) for r in self.kpis}
        zh, en = AD_BUDGET
        return {"ad_budget": zh if language == "zh" else en, **own}
