"""What the selected cell of a spreadsheet is about: the KPI, scope and period of its line.

The script sends the first rows of the tab and the selected row as they stand, so sorted rows and
moved columns are read as the person sees them. A line of the card names no person: those chosen
there are taken from the book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kpi.model import Region
from kpi.tables import ErrorValue
from sheet_templates.layout import TABLES
from sync_service.told import ToldError

MOST_ROWS, MOST_COLUMNS = 30, 200
LEAST = 3  # known headers that make a row a header row
CHOSEN = {"person": "nmCardPerson", "region": "nmCardRegion", "month": "nmCardMonth"}
KPI = ("metric", "kpi")
SCOPE = ("scope", "shop", "person", "region")
PERIOD = ("month", "period", "week", "day")
Names = Mapping[str, object]


def question(head: object, row: object, names: Names) -> tuple[object, str, object]:
    """KPI, scope and period of a line.

    Raises:
        ToldError: The line is none about a KPI.
    """
    codes = _header(_grid(head))
    cells = _line(row)
    found = {
        code: cell
        for code, cell in zip(codes, cells, strict=False)
        if code and cell not in (None, "") and not isinstance(cell, dict)
    }
    if not any(code in found for code in KPI):
        raise ToldError(
            "Select a cell of a line with a KPI: on Card, Items, Targets or Actuals.",
            "请选中含有指标的一行中的单元格，例如记分卡、明细、目标或实际值。",
        )
    if not {"scope", "shop", "person", *PERIOD} & found.keys():
        found |= {code: names[name] for code, name in CHOSEN.items() if _known(names.get(name))}
    scope = str(_first(found, SCOPE) or "ALL")
    region = found.get("region")
    if region in tuple(Region) and scope != region and "/" not in scope and "scope" not in found:
        scope = f"{scope}/{region}"
    return _first(found, KPI), scope, _first(found, PERIOD) or names.get("nmCardMonth") or ""


def _known(value: object) -> bool:
    return value not in (None, "") and not isinstance(value, ErrorValue)


def _first(found: Mapping[str, object], codes: Sequence[str]) -> object:
    return next((found[code] for code in codes if code in found), None)


def _grid(given: object) -> list[list[object]]:
    if not isinstance(given, list) or len(given) > MOST_ROWS:
        raise _unread()
    return [_line(row) for row in given]


def _line(row: object) -> list[object]:
    if not isinstance(row, list) or len(row) > MOST_COLUMNS:
        raise _unread()
    return row


def _unread() -> ToldError:
    return ToldError(
        f"Send head (up to {MOST_ROWS} rows) and row (up to {MOST_COLUMNS} cells).",
        f"head 最多 {MOST_ROWS} 行，row 最多 {MOST_COLUMNS} 格。",
    )


def _header(head: Sequence[Sequence[object]]) -> list[str | None]:
    """Column codes of the lowest row of headers that has a KPI; empty where there is none."""
    for row in reversed(head):
        texts = [cell.strip().casefold() if isinstance(cell, str) else "" for cell in row]
        best = max(([known.get(text) for text in texts] for known in HEADERS), key=_matches)
        if _matches(best) >= LEAST:
            return best
    return []


def _matches(codes: Sequence[str | None]) -> int:
    """How many headers are known; none where no KPI is among them."""
    if not any(code in codes for code in KPI):
        return 0
    return len({code for code in codes if code})


HEADERS = tuple(
    {text.casefold(): one.code for one in table.columns for text in (one.zh, one.en)}
    for table in TABLES.values()
)
