"""What openpyxl leaves out of a tab: cached results, exact serials, own heights, extensions."""

from __future__ import annotations

from dataclasses import dataclass, field

from openpyxl.utils.escape import unescape

from kpi.tables import ErrorValue
from sync_service.google.transfer.model import Scalar, Spark, Spot
from sync_service.google.transfer.untyped import Untyped
from sync_service.workbooks.areas import position
from sync_service.workbooks.markup import tree

PIXELS_A_POINT = 96 / 72
_TRUE = ("1", "true", "on")
_SPARKS = {"column": "column", "stacked": "winloss"}


@dataclass(slots=True)
class RawCheck:
    """A validation that stands in an extension, because it reads another tab."""

    attributes: dict[str, str]
    formulas: list[str]
    places: str


@dataclass(slots=True)
class Raw:
    """One tab as its XML has it."""

    results: dict[Spot, Scalar] = field(default_factory=dict)  # of formulas
    numbers: dict[Spot, float] = field(default_factory=dict)  # as stored
    heights: dict[int, int] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    row_levels: dict[int, int] = field(default_factory=dict)
    sparks: list[Spark] = field(default_factory=list)
    checks: list[RawCheck] = field(default_factory=list)
    extended: list[tuple[str, str]] = field(default_factory=list)  # kind and place of x14 rules
    kept: set[str] = field(default_factory=set)  # names of the elements of the tab


def read_raw(xml: bytes, part: str) -> Raw:
    """A tab's XML."""
    raw = Raw()
    for node in tree(xml, part):
        name = _local(node)
        raw.kept.add(name)
        if name == "sheetData":
            _rows(raw, node)
        elif name == "extLst":
            _extensions(raw, node)
    return raw


def _rows(raw: Raw, data: Untyped) -> None:
    number = 0
    for row in data:
        number = int(row.get("r") or number + 1)
        if row.get("ht") and row.get("customHeight") in _TRUE:
            raw.heights[number] = round(float(row.get("ht")) * PIXELS_A_POINT)
        if row.get("hidden") in _TRUE:
            raw.hidden_rows.add(number)
        if row.get("outlineLevel"):
            raw.row_levels[number] = int(row.get("outlineLevel"))
        column = 0
        for cell in row:
            found = position(cell.get("r") or "")
            column = found[1] if found else column + 1
            _cell(raw, cell, (number, column))


def _cell(raw: Raw, cell: Untyped, spot: Spot) -> None:
    text, formula = None, False
    for part in cell:
        name = _local(part)
        if name == "v":
            text = part.text or ""
        formula = formula or name == "f"
    kind = cell.get("t") or "n"
    if text is None:
        return
    if kind == "n":
        number = _number(text)
        if number is not None:
            raw.numbers[spot] = number
            if formula:
                raw.results[spot] = number
    elif formula:
        raw.results[spot] = _result(kind, text)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _result(kind: str, text: str) -> Scalar:
    if kind == "b":
        return text in _TRUE
    return ErrorValue(text) if kind == "e" else unescape(text)


def _extensions(raw: Raw, extensions: Untyped) -> None:
    for node in extensions.iter():
        name = _local(node)
        if name == "sparklineGroup":
            _sparks(raw, node)
        elif name == "dataValidation":
            _check(raw, node)
        elif name == "cfRule":
            parent = node.getparent()
            places = next((p.text or "" for p in parent if _local(p) == "sqref"), "")
            raw.extended.append((node.get("type") or "", places))
        elif name in ("slicerList", "timelineRefs"):
            raw.kept.add(name)


def _sparks(raw: Raw, group: Untyped) -> None:
    shown = {_local(node): node for node in group}
    colour = shown.get("colorSeries")
    text = (colour.get("rgb") or "" if colour is not None else "")[-6:]
    kind = _SPARKS.get(group.get("type") or "", "line")
    weight = _number(group.get("lineWeight") or "") or 0.75
    for node in group.iter():
        if _local(node) != "sparkline":
            continue
        parts = {_local(part): part.text or "" for part in node}
        spot = position(parts.get("sqref", "").split(":")[0])
        if spot and parts.get("f"):
            shown_in = f"#{text.upper()}" if text else "#376092"
            raw.sparks.append(Spark(spot[0], spot[1], parts["f"], kind, shown_in, weight))


def _check(raw: Raw, node: Untyped) -> None:
    parts = {_local(part): part for part in node}
    formulas = [
        "".join(parts[name].itertext()) for name in ("formula1", "formula2") if name in parts
    ]
    places = parts["sqref"].text if "sqref" in parts else ""
    raw.checks.append(RawCheck(dict(node.attrib), formulas, places or ""))


def _local(node: Untyped) -> str:
    """The element's name without its namespace; a comment has none."""
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""
