"""Checks, rules and charts of the model as XlsxWriter's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync_service.google.transfer.for_excel import for_excel, retitled
from sync_service.google.transfer.formulas import NotInGoogleError
from sync_service.google.transfer.model import Chart, Check, Loss, Rule, Series, Sheet
from sync_service.google.transfer.untyped import Untyped
from sync_service.google.transfer.xlsx_formats import Formats
from sync_service.workbooks.areas import Area, address

Props = dict[str, Any]
MESSAGE, WORDS = 255, 255  # letters that Excel takes in a message, in a list of words
_SCALE = {2: ("min", "max"), 3: ("min", "mid", "max")}
_PLOT = {"stacked": "stacked", "percentStacked": "percent_stacked"}
_CRITERIA = {
    "between": "between",
    "notBetween": "not between",
    "equal": "==",
    "notEqual": "!=",
    "greaterThan": ">",
    "lessThan": "<",
    "greaterThanOrEqual": ">=",
    "lessThanOrEqual": "<=",
}
_KIND = {"number": "decimal", "date": "date"}
_PAIR = 2


def zero_based(area: Area) -> tuple[int, int, int, int]:
    """An area as XlsxWriter counts."""
    return area.top - 1, area.left - 1, area.bottom - 1, area.right - 1


def add_check(
    tab: Untyped, check: Check, titles: Mapping[str, str], title: str, losses: list[Loss]
) -> None:
    """One data validation; what Excel cannot hold is told."""
    try:
        props = _check(check, titles)
    except NotInGoogleError as reason:
        losses.append(Loss("check", title, str(check.areas[0]), str(reason)))
        return
    if check.message:
        props["error_message"] = check.message[:MESSAGE]
    props["error_type"] = "stop" if check.strict else "warning"
    for area in check.areas:
        tab.data_validation(*zero_based(area), props)


def _check(check: Check, titles: Mapping[str, str]) -> Props:
    if check.kind == "range":
        source = f"={retitled(check.values[0], titles)}"
        return {"validate": "list", "source": source, "dropdown": check.arrow}
    if check.kind == "words":
        if len(",".join(check.values)) > WORDS or any("," in one for one in check.values):
            raise NotInGoogleError(",".join(check.values)[:MESSAGE])
        return {"validate": "list", "source": list(check.values), "dropdown": check.arrow}
    if check.kind == "formula":
        return {"validate": "custom", "value": f"={for_excel(check.values[0], titles)}"}
    limits = [_limit(one, titles) for one in check.values]
    props: Props = {"validate": _KIND[check.kind], "criteria": _CRITERIA[check.operator]}
    if len(limits) == _PAIR:
        return {**props, "minimum": limits[0], "maximum": limits[1]}
    return {**props, "value": limits[0]}


def _limit(text: str, titles: Mapping[str, str]) -> float | str:
    """A bound as Excel stores it: a day is a formula, so no language reads it otherwise."""
    if text.startswith("="):
        return f"={for_excel(text[1:], titles)}"
    parts = text.split("-")
    if len(parts) == len(("year", "month", "day")) and all(one.isdigit() for one in parts):
        return "=DATE({},{},{})".format(*map(int, parts))
    try:
        return float(text)
    except ValueError:
        raise NotInGoogleError(text) from None


def add_rule(
    tab: Untyped,
    rule: Rule,
    formats: Formats,
    titles: Mapping[str, str],
    title: str,
    losses: list[Loss],
) -> None:
    """One conditional format."""
    where = " ".join(str(area) for area in rule.areas)
    try:
        props = _scale(rule, titles) if rule.stops else _formula(rule, titles, formats)
    except NotInGoogleError as reason:
        losses.append(Loss("rule", title, str(rule.areas[0]), str(reason)))
        return
    if len(rule.areas) > 1:
        props["multi_range"] = where
    tab.conditional_format(*zero_based(rule.areas[0]), props)


def _formula(rule: Rule, titles: Mapping[str, str], formats: Formats) -> Props:
    text = for_excel(rule.formula, titles)
    return {"type": "formula", "criteria": f"={text}", "format": formats.look(rule.look)}


def _scale(rule: Rule, titles: Mapping[str, str]) -> Props:
    names = _SCALE[min(max(len(rule.stops), 2), 3)]
    made: Props = {"type": f"{len(names)}_color_scale"}
    for name, stop in zip(names, rule.stops, strict=False):
        made[f"{name}_color"] = stop.colour
        # openpyxl drops a rule whose bound of type num begins with the name of a tab
        made[f"{name}_type"] = "formula" if stop.by_formula and stop.kind == "num" else stop.kind
        if stop.value:
            by_formula = f"={for_excel(stop.value, titles)}" if stop.by_formula else ""
            made[f"{name}_value"] = by_formula or float(stop.value)
    return made


def add_chart(
    workbook: Untyped,
    tab: Untyped,
    chart: Chart,
    titles: Mapping[str, str],
    sheet: Sheet,
    losses: list[Loss],
) -> None:
    """One chart; kinds that stand together are combined."""
    kinds: dict[tuple[str, bool], list[Series]] = {}
    for one in chart.series:
        kinds.setdefault((one.kind or chart.kind, False), []).append(one)
    if len(kinds) > _PAIR or (len(kinds) == _PAIR and "bar" in {kind for kind, _ in kinds}):
        losses.append(Loss("chart", sheet.title, address(chart.row, chart.column), chart.title))
        return
    plots = []
    for (kind, _), series in kinds.items():
        given = {"type": kind}
        if chart.stacked and kind in ("column", "bar", "area"):
            given["subtype"] = _PLOT[chart.stacked]
        plot = workbook.add_chart(given)
        for one in series:
            plot.add_series(_series(one, kind, titles))
        plots.append(plot)
    main = plots[0]
    if len(plots) == _PAIR:
        main.combine(plots[1])
    main.set_title({"name": chart.title} if chart.title else {"none": True})
    main.set_legend({"none": True} if chart.legend == "none" else {"position": chart.legend})
    main.set_size({"width": chart.wide, "height": chart.high})
    main.show_hidden_data()
    offset = {"x_offset": chart.x, "y_offset": chart.y, "object_position": 2}
    tab.insert_chart(chart.row - 1, chart.column - 1, main, offset)


def _series(one: Series, kind: str, titles: Mapping[str, str]) -> Props:
    made: Props = {"values": f"={retitled(one.values, titles)}"}
    if one.categories:
        made["categories"] = f"={retitled(one.categories, titles)}"
    if one.name:
        made["name"] = retitled(one.name, titles)
    if one.second:
        made["y2_axis"] = True
    if one.colour and kind != "pie":
        part = "line" if kind in ("line", "scatter") else "fill"
        made[part] = {"color": one.colour}
    return made
