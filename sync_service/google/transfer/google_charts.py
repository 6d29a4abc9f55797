"""Charts and small charts in cells, in Google's words and back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sync_service.google.transfer.colours import as_google, from_google
from sync_service.google.transfer.model import Chart, Series, Spark
from sync_service.google.transfer.references import Reference, plain, written
from sync_service.workbooks.areas import Area

Json = dict[str, Any]
ToGrid = Callable[[str, Area], Json]
FromGrid = Callable[[Json], Reference | None]
_LEGEND = {"bottom": "BOTTOM_LEGEND", "left": "LEFT_LEGEND", "right": "RIGHT_LEGEND"}
_LEGEND |= {"top": "TOP_LEGEND", "none": "NO_LEGEND"}
_STACKED = {"stacked": "STACKED", "percentStacked": "PERCENT_STACKED"}
_SPARK = re.compile(
    r"^IF\(COUNT\((?P<data>[^()]+)\)=0,\"\",SPARKLINE\((?P=data),\{(?P<options>[^{}]*)\}\)\)$"
)
_OPTION = re.compile(r'"([^"]*)",("[^"]*"|[\d.]+)')


def chart_to_google(chart: Chart, sheet: int, grid: ToGrid) -> Json:
    """A chart as `EmbeddedChart`."""
    spec: Json = {"hiddenDimensionStrategy": "SHOW_ALL"}
    if chart.title:
        spec["title"] = chart.title
    headed = bool(chart.series) and all(one.name for one in chart.series)
    if chart.kind == "pie":
        one = chart.series[0]
        pie: Json = {"series": _data(one.values, grid, headed=False)}
        if one.categories:
            pie["domain"] = _data(one.categories, grid, headed=False)
        pie["legendPosition"] = _LEGEND[chart.legend]
        spec["pieChart"] = pie
    else:
        spec["basicChart"] = _basic(chart, grid, headed)
    corner = {"sheetId": sheet, "rowIndex": chart.row - 1, "columnIndex": chart.column - 1}
    place = {
        "anchorCell": corner,
        "offsetXPixels": chart.x,
        "offsetYPixels": chart.y,
        "widthPixels": chart.wide,
        "heightPixels": chart.high,
    }
    return {"spec": spec, "position": {"overlayPosition": place}}


def _basic(chart: Chart, grid: ToGrid, headed: bool) -> Json:
    mixed = len({one.kind or chart.kind for one in chart.series}) > 1
    across = chart.kind == "bar"  # its values run along the bottom
    made: Json = {
        "chartType": "COMBO" if mixed else chart.kind.upper(),
        "legendPosition": _LEGEND[chart.legend],
        "headerCount": 1 if headed else 0,
        "series": [_series(one, chart, grid, mixed, across, headed) for one in chart.series],
    }
    if chart.stacked:
        made["stackedType"] = _STACKED[chart.stacked]
    first = chart.series[0].categories
    if first:
        made["domains"] = [{"domain": _data(first, grid, headed)}]
    return made


def _series(
    one: Series, chart: Chart, grid: ToGrid, mixed: bool, across: bool, headed: bool
) -> Json:
    axis = "BOTTOM_AXIS" if across else "RIGHT_AXIS" if one.second else "LEFT_AXIS"
    made: Json = {"series": _data(one.values, grid, headed), "targetAxis": axis}
    if mixed:
        made["type"] = (one.kind or chart.kind).upper()
    if one.colour:
        made["colorStyle"] = as_google(one.colour)
    return made


def _data(text: str, grid: ToGrid, headed: bool) -> Json:
    """A range; with headers it begins one row higher."""
    found = plain(text)
    area = found.area if found else Area(1, 1, 1, 1)
    if headed:
        area = Area(max(area.top - 1, 1), area.left, area.bottom, area.right)
    return {"sourceRange": {"sources": [grid(found.title if found else "", area)]}}


def chart_from_google(found: Json, grid: FromGrid) -> Chart | None:
    """An `EmbeddedChart` as a chart; None for a kind or a place that Excel has not."""
    spec = found.get("spec", {})
    place = found.get("position", {}).get("overlayPosition")
    if place is None:
        return None
    made = _pie(spec["pieChart"], grid) if "pieChart" in spec else None
    made = _from_basic(spec["basicChart"], grid) if "basicChart" in spec else made
    if made is None:
        return None
    kind, series, stacked, legend = made
    corner = place.get("anchorCell", {})
    return Chart(
        kind=kind,
        row=int(corner.get("rowIndex", 0)) + 1,
        column=int(corner.get("columnIndex", 0)) + 1,
        wide=int(place.get("widthPixels", 600)),
        high=int(place.get("heightPixels", 371)),
        series=series,
        title=str(spec.get("title", "")),
        stacked=stacked,
        legend=legend,
        x=int(place.get("offsetXPixels", 0)),
        y=int(place.get("offsetYPixels", 0)),
    )


Made = tuple[str, tuple[Series, ...], str, str]


def _pie(pie: Json, grid: FromGrid) -> Made | None:
    values, _ = _from_data(pie.get("series", {}), grid, headed=False)
    if values is None:
        return None
    categories, _ = _from_data(pie.get("domain", {}), grid, headed=False)
    one = Series(written(values), written(categories) if categories else "", "", "pie")
    return "pie", (one,), "", _legend(pie)


def _from_basic(basic: Json, grid: FromGrid) -> Made | None:
    kind = str(basic.get("chartType", "")).lower()
    headed = int(basic.get("headerCount", 0)) == 1
    domains = basic.get("domains", ())
    categories = _from_data(domains[0].get("domain", {}), grid, headed)[0] if domains else None
    series = []
    for one in basic.get("series", ()):
        values, name = _from_data(one.get("series", {}), grid, headed)
        if values is not None:
            own = str(one.get("type", "")).lower() or kind
            colour = from_google(one.get("colorStyle") or one.get("color"))
            second = one.get("targetAxis") == "RIGHT_AXIS"
            labels = written(categories) if categories else ""
            series.append(Series(written(values), labels, name, own, colour, second))
    if not series or kind not in ("column", "bar", "line", "area", "scatter", "combo"):
        return None
    stacked = {word: name for name, word in _STACKED.items()}.get(basic.get("stackedType", ""), "")
    first = series[0].kind if kind == "combo" else kind
    return first, tuple(series), stacked, _legend(basic)


def _from_data(found: Json, grid: FromGrid, headed: bool) -> tuple[Reference | None, str]:
    """The values without their header, and a reference to that."""
    sources = found.get("sourceRange", {}).get("sources", ())
    whole = grid(sources[0]) if len(sources) == 1 else None
    if whole is None or not headed or whole.area.top == whole.area.bottom:
        return whole, ""
    area = whole.area
    head = Area(area.top, area.left, area.top, area.left)
    below = Area(area.top + 1, area.left, area.bottom, area.right)
    return Reference(whole.title, below), "=" + written(Reference(whole.title, head))


def _legend(spec: Json) -> str:
    words = {word: name for name, word in _LEGEND.items()}
    return words.get(spec.get("legendPosition", ""), "right")


def spark_to_google(spark: Spark) -> str:
    """A small chart as a formula; without a number the cell stays empty."""
    options = [("charttype", f'"{spark.kind}"'), ("color", f'"{spark.colour}"')]
    if spark.kind == "line":
        options.append(("linewidth", f"{spark.weight:g}"))
    text = ";".join(f'"{name}",{value}' for name, value in options)
    return f'IF(COUNT({spark.data})=0,"",SPARKLINE({spark.data},{{{text}}}))'


def spark_from_google(formula: str, row: int, column: int) -> Spark | None:
    """A formula of ours as a small chart."""
    found = _SPARK.match(formula)
    if not found:
        return None
    options = {name: value.strip('"') for name, value in _OPTION.findall(found["options"])}
    return Spark(
        row,
        column,
        found["data"],
        options.get("charttype", "line"),
        options.get("color", "#2F75B5"),
        float(options.get("linewidth", 1)),
    )
