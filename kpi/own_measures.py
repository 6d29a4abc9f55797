"""The manager's own measures: each sound row of tblMeasure, the others are Problems.

An own measure is a figure that nobody but the team knows (live shows, calls answered). It is typed
in Inputs, for a shop or for a person, and own KPIs stand on it as on any other measure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi.book_rows import Decode, RowReader
from kpi.definitions import Definitions
from kpi.errors import Problem
from kpi.model import Measure, RollUp, Unit
from kpi.own_rows import MOST_NAME, can_be_named
from kpi.tables import Table
from kpi.tokens import name_key

SHOP, PERSON = "shop", "person"  # levels
SOURCES = ("WB",)  # the workbook itself


@dataclass(frozen=True, slots=True)
class _Names:
    """Every name that is taken: of the catalogue, and of the rows above."""

    catalog: Definitions
    rows: dict[str, str]  # name_key -> code

    def owner(self, name: str) -> str | None:
        """The code that has a name already."""
        return self.rows.get(name_key(name)) or self.catalog.known.code(name)


def own_measures(
    catalog: Definitions, table: Table, decode: Decode | None = None
) -> tuple[dict[str, Measure], list[Problem]]:
    """The sound rows by code, and a Problem for each thing that is wrong in another one."""
    problems: list[Problem] = []
    found: dict[str, Measure] = {}
    names = _Names(catalog, {})
    for row in table.rows:
        reader = RowReader(table, row, decode or _as_code, {}, problems)
        if not any(reader.text(column) for column in ("measure", "name_zh", "name_en")):
            continue
        one = _read(reader)
        _check_names(reader, one, names)
        if not reader.bad:
            found[one.code] = one
            spelled = (one.code, *one.names.values())
            names.rows.update({name_key(name): one.code for name in spelled})
    return found, problems


def _as_code(words: str, text: str) -> str | None:
    """For callers whose cells hold codes already."""
    lists: Mapping[str, tuple[str, ...]] = {
        "unit": tuple(Unit),
        "roll_up": tuple(RollUp),
        "measure_level": (SHOP, PERSON),
    }
    code = text.strip().casefold()
    return code if code in lists[words] else None


def _read(row: RowReader) -> Measure:
    code = row.needed("measure")
    zh, en = row.text("name_zh"), row.text("name_en")
    return Measure(
        code=code,
        names={"zh": zh or en or code, "en": en or zh or code},
        unit=Unit(row.word("unit", "unit", Unit.COUNT) or Unit.COUNT),
        roll_up=RollUp(row.word("roll_up", "roll_up", RollUp.SUM) or RollUp.SUM),
        sources=SOURCES,
        own=True,
        personal=row.word("level", "measure_level", SHOP) == PERSON,
    )


def _check_names(row: RowReader, one: Measure, names: _Names) -> None:
    """A code that a formula can hold, and names that are nobody else's."""
    columns = {"measure": one.code, "name_zh": row.text("name_zh"), "name_en": row.text("name_en")}
    for column, name in columns.items():
        if not name:
            continue
        taken = names.owner(name)
        if len(name) > MOST_NAME or not can_be_named(name):
            row.wrong(column, "measure_name", shown=name, most=MOST_NAME)
        elif taken is not None:
            row.wrong(column, "measure_name_taken", shown=name, other=taken)
