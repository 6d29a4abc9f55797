"""Charts of a tab, read from its drawing; what else is drawn there is told as not in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sync_service.google.transfer.model import Chart, Loss, Series
from sync_service.google.transfer.untyped import Untyped
from sync_service.workbooks.book import Book, SheetPart
from sync_service.workbooks.markup import tree

PIXEL = 9525  # English metric units of a pixel
KINDS = {
    "lineChart": "line",
    "barChart": "column",
    "pieChart": "pie",
    "doughnutChart": "pie",
    "areaChart": "area",
    "scatterChart": "scatter",
}
_LEGEND = {"b": "bottom", "l": "left", "r": "right", "t": "top", "tr": "right"}
_OTHER = {"pic": "image", "sp": "shape", "cxnSp": "shape", "grpSp": "shape"}


def charts(
    book: Book,
    sheet: SheetPart,
    sizes: tuple[Mapping[int, int], Mapping[int, int]],
    losses: list[Loss],
) -> tuple[Chart, ...]:
    """The charts over a tab; `sizes` are its widths and heights in pixels."""
    found: list[Chart] = []
    for link in book.links(sheet.part).values():
        if link.kind != "drawing" or link.target not in book.package.members:
            continue
        targets = book.links(link.target)
        for anchor in tree(book.xml(link.target), link.target):
            found += _anchored(book, sheet, targets, anchor, sizes, losses)
    return tuple(found)


def _anchored(
    book: Book,
    sheet: SheetPart,
    targets: Mapping[str, Any],
    anchor: Untyped,
    sizes: Untyped,
    losses: list[Loss],
) -> Iterator[Chart]:
    for node in anchor:
        kind = _OTHER.get(_local(node))
        if kind:
            losses.append(Loss(kind, sheet.title, _name(node)))
    for node in anchor.iter():
        if _local(node) != "chart":
            continue
        ids = [value for name, value in node.attrib.items() if name.endswith("}id")]
        link = targets.get(ids[0]) if ids else None
        if link is None or link.target not in book.package.members:
            continue
        chart = _chart(tree(book.xml(link.target), link.target), _place(anchor, sizes))
        if chart is None:
            losses.append(Loss("chart", sheet.title, _name(anchor)))
        else:
            yield chart


def _place(anchor: Untyped, sizes: Untyped) -> tuple[int, int, int, int, int, int]:
    """Row, column, width, height, and the offset in its first cell."""
    start = _corner(anchor, "from")
    extent = next((n for n in anchor if _local(n) == "ext"), None)
    if extent is not None:
        wide, high = (int(extent.get(name) or 0) // PIXEL for name in ("cx", "cy"))
    else:
        end = _corner(anchor, "to")
        widths, heights = sizes
        wide = sum(widths.get(n, 64) for n in range(start[0], end[0])) + end[1] - start[1]
        high = sum(heights.get(n, 20) for n in range(start[2], end[2])) + end[3] - start[3]
    return start[2], start[0], max(wide, 50), max(high, 50), start[1], start[3]


def _corner(anchor: Untyped, name: str) -> tuple[int, int, int, int]:
    """Column, pixels in it, row, pixels in it."""
    parts = {}
    for node in anchor:
        if _local(node) == name:
            parts = {_local(part): int(part.text or 0) for part in node}
    column, row = parts.get("col", 0) + 1, parts.get("row", 0) + 1
    return column, parts.get("colOff", 0) // PIXEL, row, parts.get("rowOff", 0) // PIXEL


def _chart(root: Untyped, place: tuple[int, int, int, int, int, int]) -> Chart | None:
    plots = [node for node in root.iter() if _local(node) in KINDS]
    others = [n for n in root.iter() if _local(n).endswith("Chart") and _local(n) not in KINDS]
    series = [one for plot in plots for one in _series_of(plot, root)]
    if not plots or others or not series:
        return None
    row, column, wide, high, x, y = place
    first = _kind(plots[0])
    return Chart(
        kind=first,
        row=row,
        column=column,
        wide=wide,
        high=high,
        x=x,
        y=y,
        series=tuple(series),
        title=_title(root),
        stacked=_grouping(plots[0]),
        legend=_legend(root),
    )


def _kind(plot: Untyped) -> str:
    kind = KINDS[_local(plot)]
    return "bar" if kind == "column" and _value(plot, "barDir") == "bar" else kind


def _grouping(plot: Untyped) -> str:
    kind = _value(plot, "grouping")
    return kind if kind in ("stacked", "percentStacked") else ""


def _series_of(plot: Untyped, root: Untyped) -> Iterator[Series]:
    second = _on_the_right(plot, root)
    for node in plot:
        if _local(node) != "ser":
            continue
        parts = {_local(part): part for part in node}
        values = _reference(parts.get("val", parts.get("yVal")))
        if values:
            yield Series(
                values=values,
                categories=_reference(parts.get("cat", parts.get("xVal"))),
                name=_series_name(parts.get("tx")),
                kind=_kind(plot),
                colour=_colour(parts.get("spPr")),
                second=second,
            )


def _on_the_right(plot: Untyped, root: Untyped) -> bool:
    """Whether a plot is measured on an axis that crosses at the far end."""
    ids = {node.get("val") for node in plot if _local(node) == "axId"}
    for axis in root.iter():
        if _local(axis) == "valAx" and _value(axis, "axId") in ids:
            return _value(axis, "crosses") == "max"
    return False


def _series_name(node: Untyped) -> str:
    reference = _reference(node)
    if reference:
        return f"={reference}"
    return "" if node is None else "".join(n.text or "" for n in node.iter() if _local(n) == "v")


def _reference(node: Untyped) -> str:
    found = () if node is None else (n.text or "" for n in node.iter() if _local(n) == "f")
    return next(iter(found), "")


def _colour(shape: Untyped) -> str | None:
    if shape is None:
        return None
    for node in shape.iter():
        if _local(node) == "srgbClr":
            return f"#{str(node.get('val')).upper()}"
    return None


def _title(root: Untyped) -> str:
    for chart in root:
        for node in chart:
            if _local(node) == "title":
                return "".join(n.text or "" for n in node.iter() if _local(n) in ("t", "v"))
    return ""


def _legend(root: Untyped) -> str:
    for node in root.iter():
        if _local(node) == "legend":
            return _LEGEND.get(_value(node, "legendPos"), "right")
    return "none"


def _value(node: Untyped, name: str) -> str:
    return next((str(n.get("val") or "") for n in node if _local(n) == name), "")


def _name(node: Untyped) -> str:
    return next((str(n.get("name")) for n in node.iter() if _local(n) == "cNvPr"), "")


def _local(node: Untyped) -> str:
    return str(node.tag).rpartition("}")[2] if isinstance(node.tag, str) else ""
