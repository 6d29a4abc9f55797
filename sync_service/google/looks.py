"""Number formats by the unit of a row: Google's conditional formats change colours, not numbers.

In Excel a rule shows a value by the unit that stands in its own row. Here the refresh sets the
format of a row's numbers itself, once for each key and unit: a sort moves formats with their cells,
and what people formatted since stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sheet_templates.colours import WHOLE_DAYS
from sheet_templates.style import UNIT_FORMAT
from sheet_templates.words import decode
from sync_service import control
from sync_service.control import Control
from sync_service.google.locate import GoogleBook, Located
from sync_service.google.spreadsheet import Span
from sync_service.google.transfer.google_formats import number_format
from sync_service.workbooks.grids import GridPlan
from sync_service.workbooks.keyed_rows import key_text
from sync_service.workbooks.port import Written

SETTING = "google_looks"  # setting of the control database, one a spreadsheet
PART = "0.0%"  # of limits that are parts of what is due
Known = dict[str, dict[str, str]]
"""Table@tab -> key of a row -> what its numbers are shown as; a tab made anew has no formats."""


@dataclass(slots=True)
class Looks:
    """Which formats a spreadsheet has got; without a store each port sets them anew."""

    store: Control | None = None
    sheet: str = ""
    wanted: Known = field(default_factory=dict)

    def known(self) -> Known:
        """What was set before."""
        if self.store is None:
            return {}
        found = control.setting(self.store, f"{SETTING}:{self.sheet}", {})
        return dict(found) if isinstance(found, Mapping) else {}

    def keep(self, without: set[str]) -> None:
        """Remember what was set, but for tables whose rows were moved meanwhile."""
        if self.store is None:
            return
        kept = {
            place: keys
            for place, keys in self.wanted.items()
            if place.partition("@")[0] not in without
        }
        if kept != self.known():
            control.set_setting(self.store, f"{SETTING}:{self.sheet}", kept)


def unit_looks(
    book: GoogleBook, plans: Mapping[str, GridPlan], looks: Looks
) -> Iterator[dict[str, Any]]:
    """Formats of rows that are new, or whose unit is another one now; none where we may not."""
    known = looks.known()
    looks.wanted = {}
    for name, one in book.tables.items():
        columns = _numbers(one)
        if columns:
            place = f"{name}@{one.span.tab}"
            before, now = known.get(place, {}), looks.wanted.setdefault(place, {})
            moved, tab = _placed(one, plans.get(name)), book.sheet.tabs[one.span.tab]
            left, right = one.left + columns[0], one.left + columns[-1] + 1
            for n, key, unit, paced in _rows(one, plans.get(name)):
                if tab.is_closed(Span(tab.id, one.row(n), left, one.row(n) + 1, right)):
                    continue
                now[key] = f"{unit}{'/due' if paced else ''}"
                if n in moved or before.get(key) != now[key]:
                    yield from _formats(one, n, columns, unit, paced=paced)


def _numbers(one: Located) -> list[int]:
    """Columns whose numbers go by the unit of their row; none without a column of units."""
    codes, layout = one.grid.codes, one.grid.layout
    if "unit" not in codes:
        return []
    return [at for at, code in enumerate(codes) if code and layout.column(code).kind == "number"]


def _placed(one: Located, plan: GridPlan | None) -> set[int]:
    """Rows that get their key now: their cells look as whatever stood there before."""
    keys = {one.grid.codes.index(code) for code in one.grid.layout.key if code in one.grid.codes}
    return {n for n, at in plan.cells if at in keys} if plan else set()


def _rows(one: Located, plan: GridPlan | None) -> Iterator[tuple[int, str, str, bool]]:
    """Place, key, unit, and whether its limits are parts of what is due."""
    value = planned(one, plan)
    for n in range(plan.count if plan else len(one.grid.rows)):
        key = "｜".join(key_text(value(n, code)) for code in one.grid.layout.key)
        unit = decode("unit", str(value(n, "unit") or ""))
        if key.strip("｜") and unit in UNIT_FORMAT:
            higher = decode("better", str(value(n, "better") or "")) == "higher"
            yield n, key, str(unit), higher and unit in ("money", "count")


def planned(one: Located, plan: GridPlan | None) -> Callable[[int, str], Written]:
    """The value of a row and column as it will stand; None where there is no such column."""
    codes, rows = one.grid.codes, one.grid.rows
    cells = plan.cells if plan else {}

    def value(n: int, code: str) -> Written:
        if code not in codes:
            return None
        at = codes.index(code)
        return cells.get((n, at), rows[n][at] if n < len(rows) else None)

    return value


def _formats(
    one: Located, n: int, columns: list[int], unit: str, *, paced: bool
) -> Iterator[dict[str, Any]]:
    """The formats of one row."""
    whole = unit == "days" and one.grid.layout.name in WHOLE_DAYS
    plain = "0" if whole else UNIT_FORMAT[unit]
    shown = {
        one.left + at: PART if paced and one.grid.codes[at] in ("warn", "breach") else plain
        for at in columns
    }
    yield from row_formats(one.span.tab, one.row(n), shown)


def row_formats(tab: int, row: int, shown: Mapping[int, str]) -> Iterator[dict[str, Any]]:
    """Number formats of columns in a row, neighbouring ones of one look together."""
    start = min(shown)
    for at in sorted(shown):
        if shown.get(at + 1) != shown[at]:
            area = Span(tab, row, start, row + 1, at + 1)
            look = {"numberFormat": number_format(shown[at])}
            yield {
                "repeatCell": {
                    "range": area.range,
                    "cell": {"userEnteredFormat": look},
                    "fields": "userEnteredFormat.numberFormat",
                }
            }
            start = min((other for other in shown if other > at), default=at)
