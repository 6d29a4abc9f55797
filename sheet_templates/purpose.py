"""What a workbook shows for its purpose and mode: tabs and columns, never a number.

Own-team appraisal shows what the mode shows; supervising an agency hides the ranking of the own
team; a report to investors hides people and daily work. Hiding is for calm: a file for investors
or agencies themselves is made by `share`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sheet_templates.layout import SHEETS

HIDDEN_TABS: Mapping[str, frozenset[str]] = {
    "team": frozenset(),
    "agency": frozenset({"team", "points"}),
    "investor": frozenset(
        {
            *("team", "card", "breaches", "tasks", "review", "weights", "people", "products"),
            *("register", "newcomers"),
            *("assignments", "rules", "inputs", "points", "items", "feedback"),
            *("adjustments", "kpi_review", "adoption", "logic", "duties", "needs"),
            "agency_terms",
        }
    ),
}
ALSO_SHOWN: Mapping[str, frozenset[str]] = {"agency": frozenset({"agency_terms"})}  # in any mode
HIDDEN_COLUMNS: Mapping[str, Mapping[str, frozenset[str]]] = {  # purpose -> table -> columns
    "team": {},
    "agency": {"tblPeople": frozenset({"mentor", "us_share"})},
    "investor": {
        "tblShop": frozenset({"owner", "connection", "next_pull"}),
        "tblTarget": frozenset({"owner", "note"}),
    },
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Which tabs and columns are visible; what is not named stays as the reader left it."""

    code: str  # purpose/mode, as the workbook remembers it
    tabs: Mapping[str, bool]  # tab code -> visible
    columns: Mapping[str, Mapping[str, bool]]  # table -> column code -> visible


def shown_for(purpose: str, mode: str) -> Shown:
    """The tabs and columns of a purpose and mode; an unknown purpose hides nothing."""
    hidden = HIDDEN_TABS.get(purpose, frozenset())
    also = ALSO_SHOWN.get(purpose, frozenset())
    tabs = {
        sheet.code: (mode in sheet.shown or sheet.code in also) and sheet.code not in hidden
        for sheet in SHEETS
        if sheet.shown
    }
    own = HIDDEN_COLUMNS.get(purpose, {})
    columns: dict[str, dict[str, bool]] = {}
    for tables in HIDDEN_COLUMNS.values():
        for name, codes in tables.items():
            mine = own.get(name, frozenset())
            columns.setdefault(name, {}).update({code: code not in mine for code in codes})
    return Shown(f"{purpose}/{mode}", tabs, columns)
