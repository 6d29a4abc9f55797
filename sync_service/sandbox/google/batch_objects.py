"""Subrequests about what lies on a tab: rules, bands, tables, filters, charts, slicers."""

from __future__ import annotations

from typing import Any

from sync_service.sandbox.google import tables
from sync_service.sandbox.google.batch_sheets import free_title
from sync_service.sandbox.google.errors import bad
from sync_service.sandbox.google.looks import twin_mask, twinned
from sync_service.sandbox.google.masks import parse, written
from sync_service.sandbox.google.model import Sheet, new_sheet
from sync_service.sandbox.google.ranges import area_of, grid_of
from sync_service.sandbox.google.work import Handler, Handlers, Work, with_sheet

Json = dict[str, Any]


# --- conditional formats: no ids, only places ------------------------------------------------


def _rule(work: Work, given: Json) -> tuple[Sheet, Json]:
    """The tab of a rule and the rule as it is kept."""
    rule = twinned(with_sheet(given))
    rule["ranges"] = [one or {"sheetId": 0} for one in rule.get("ranges", [])]
    if not rule["ranges"]:
        raise bad("At least one range must be specified.")
    numbers = {one.get("sheetId", 0) for one in rule["ranges"]}
    if len(numbers) > 1:
        raise bad("All ranges must be on the same sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise bad("Must specify exactly one of booleanRule or gradientRule.")
    for one in rule["ranges"]:
        work.area(one)
    return work.book.sheet(numbers.pop()), rule


def add_rule(work: Work, asked: Json) -> None:
    """A rule before the one that has the index."""
    sheet, rule = _rule(work, asked.get("rule", {}))
    place, rules = asked.get("index", 0), sheet.lists["conditionalFormats"]
    if not 0 <= place <= len(rules):
        raise bad(f"Index {place} is out of bounds of {len(rules)} conditional formats")
    rules.insert(place, rule)


def _need_rule(sheet: Sheet, place: int) -> Json:
    rules = sheet.lists["conditionalFormats"]
    if not 0 <= place < len(rules):
        raise bad(f"No conditional format on sheet: {sheet.sheet_id} at index: {place}")
    return rules[place]


def update_rule(work: Work, asked: Json) -> Json:
    """Another rule at the place, or another place."""
    place = asked.get("index", 0)
    if "rule" in asked:
        sheet, fresh = _rule(work, asked["rule"])
        old = _need_rule(sheet, place)
        sheet.lists["conditionalFormats"][place] = fresh
        return {"newRule": fresh, "newIndex": place, "oldRule": old, "oldIndex": place}
    sheet = work.book.sheet(asked.get("sheetId", 0))
    old, to = _need_rule(sheet, place), asked.get("newIndex", 0)
    rules = sheet.lists["conditionalFormats"]
    rules.insert(to, rules.pop(place))
    return {"newRule": old, "newIndex": to, "oldRule": old, "oldIndex": place}


def delete_rule(work: Work, asked: Json) -> Json:
    """The rule at a place goes; the ones behind move up."""
    sheet = work.book.sheet(asked.get("sheetId", 0))
    old = _need_rule(sheet, asked.get("index", 0))
    del sheet.lists["conditionalFormats"][asked.get("index", 0)]
    return {"rule": old}


# --- objects with an id, all alike -----------------------------------------------------------


def find(work: Work, name: str, key: str, number: object) -> tuple[Sheet, int]:
    """Where the object with an id lies.

    Raises:
        Refusal: Nowhere.
    """
    for sheet in work.book.sheets:
        for place, one in enumerate(sheet.lists[name]):
            if one[key] == number:
                return sheet, place
    raise bad(f"No {key.removesuffix('Id')} with id: {number}")


def _placed(work: Work, given: Json) -> tuple[Sheet, Json]:
    """The tab of an object with a range, and the object spelt out."""
    fresh = twinned(with_sheet(given))
    if "range" not in fresh:
        raise bad("range is required")
    work.area(fresh["range"])
    return work.book.sheet(fresh["range"].get("sheetId", 0)), fresh


def _updater(name: str, field: str, key: str) -> Handler:
    def update(work: Work, asked: Json) -> None:
        given = twinned(with_sheet(asked.get(field, {})))
        sheet, place = find(work, name, key, given.get(key))
        mask = twin_mask(parse(asked.get("fields", "")))
        sheet.lists[name][place] = written(sheet.lists[name][place], given, mask, (key, "range"))

    return update


def _deleter(name: str, field: str, key: str) -> Handler:
    def delete(work: Work, asked: Json) -> None:
        sheet, place = find(work, name, key, asked.get(field))
        del sheet.lists[name][place]

    return delete


def add_banding(work: Work, asked: Json) -> Json:
    """Bands of colour; they may not lie over each other."""
    sheet, fresh = _placed(work, asked.get("bandedRange", {}))
    area = area_of(fresh["range"])
    if any(area_of(one["range"]).meets(area) for one in sheet.lists["bandedRanges"]):
        raise bad("You cannot add alternating background colors to a range that already has some.")
    fresh.setdefault("bandedRangeId", work.book.new_id())
    sheet.lists["bandedRanges"].append(fresh)
    return {"bandedRange": fresh}


# --- filters ---------------------------------------------------------------------------------


def set_basic_filter(work: Work, asked: Json) -> None:
    """The tab's filter; which rows it hides is not worked out here."""
    sheet, fresh = _placed(work, {"range": {}} | asked.get("filter", {}))
    sheet.basic_filter = fresh | {"range": grid_of(work.area(fresh["range"]))}


def clear_basic_filter(work: Work, asked: Json) -> None:
    """No filter."""
    work.book.sheet(asked.get("sheetId", 0)).basic_filter = None


def duplicate_filter_view(work: Work, asked: Json) -> Json:
    """A copy of a filter view."""
    sheet, place = find(work, "filterViews", "filterViewId", asked.get("filterId"))
    old = sheet.lists["filterViews"][place]
    fresh = old | {"filterViewId": work.book.new_id(), "title": f"Copy of {old.get('title', '')}"}
    sheet.lists["filterViews"].append(fresh)
    return {"filter": fresh}


def add_filter_view(work: Work, asked: Json) -> Json:
    """A filter view over a range or a named range."""
    given = asked.get("filter", {})
    if "namedRangeId" in given:
        found = [n for n in work.book.named if n["namedRangeId"] == given["namedRangeId"]]
        given = given | {"range": found[0]["range"]} if found else given
    sheet, fresh = _placed(work, given)
    fresh.setdefault("filterViewId", work.book.new_id())
    fresh.setdefault("title", f"Filter {len(sheet.lists['filterViews']) + 1}")
    sheet.lists["filterViews"].append(fresh)
    return {"filter": fresh}


# --- tables ----------------------------------------------------------------------------------


def add_table(work: Work, asked: Json) -> Json:
    """A table over a range whose first row is its header."""
    sheet, fresh = _placed(work, asked.get("table", {}))
    area = work.area(fresh["range"])
    fresh["range"] = grid_of(area)
    taken = [one for other in work.book.sheets for one in other.lists["tables"]]
    name = fresh.setdefault("name", f"Table{len(taken) + 1}")
    if any(one["name"].lower() == str(name).lower() for one in taken):
        raise bad(f"A table with the name {name} already exists.")
    if any(area_of(one["range"]).meets(area) for one in sheet.lists["tables"]):
        raise bad("Cannot add a table that overlaps another table.")
    fresh["tableId"] = fresh.get("tableId") or str(work.book.new_id())
    tables.head(sheet, fresh)
    sheet.lists["tables"].append(fresh)
    return {"table": fresh}


def update_table(work: Work, asked: Json) -> None:
    """Name, range, columns of a table."""
    given = twinned(with_sheet(asked.get("table", {})))
    sheet, place = find(work, "tables", "tableId", given.get("tableId"))
    mask = twin_mask(parse(asked.get("fields", "")))
    fresh = written(sheet.lists["tables"][place], given, mask, ("tableId", "name", "range"))
    fresh["range"] = grid_of(work.area(fresh["range"]))
    tables.head(sheet, fresh)
    sheet.lists["tables"][place] = fresh


def delete_table(work: Work, asked: Json) -> None:
    """A table goes with its cells, as the service says it does."""
    sheet, place = find(work, "tables", "tableId", asked.get("tableId"))
    area = work.edited(sheet.lists["tables"][place]["range"])
    del sheet.lists["tables"][place]
    for row, column, _ in list(sheet.cells(area)):
        sheet.put(row, column, {})
    work.book.dirty = True


# --- charts and slicers ----------------------------------------------------------------------


def _anchored(work: Work, given: Json) -> tuple[Sheet, Json]:
    """The tab on which a chart lies; it may ask for a new one."""
    fresh = twinned(with_sheet(given))
    position = fresh.get("position", {})
    if position.get("newSheet"):
        number = work.book.new_id()
        sheet = new_sheet(number, free_title(work.book))
        sheet.properties["sheetType"] = "OBJECT"
        work.book.sheets.append(sheet)
        return sheet, fresh | {"position": {"sheetId": number}}
    anchor = position.get("overlayPosition", {}).get("anchorCell", {"sheetId": 0})
    return work.book.sheet(anchor.get("sheetId", 0)), fresh


def add_chart(work: Work, asked: Json) -> Json:
    """A chart on a tab or on a tab of its own."""
    if "spec" not in asked.get("chart", {}):
        raise bad("chart.spec is required")
    sheet, fresh = _anchored(work, asked["chart"])
    fresh["chartId"] = fresh.get("chartId") or work.book.new_id()
    sheet.lists["charts"].append(fresh)
    return {"chart": fresh}


def add_slicer(work: Work, asked: Json) -> Json:
    """A slicer on a tab."""
    sheet, fresh = _anchored(work, asked.get("slicer", {}))
    fresh["slicerId"] = fresh.get("slicerId") or work.book.new_id()
    sheet.lists["slicers"].append(fresh)
    return {"slicer": fresh}


def update_chart_spec(work: Work, asked: Json) -> None:
    """Another spec for a chart."""
    sheet, place = find(work, "charts", "chartId", asked.get("chartId"))
    chart = sheet.lists["charts"][place]
    sheet.lists["charts"][place] = chart | {"spec": twinned(with_sheet(asked.get("spec", {})))}


def update_slicer_spec(work: Work, asked: Json) -> None:
    """Fields of a slicer's spec."""
    sheet, place = find(work, "slicers", "slicerId", asked.get("slicerId"))
    slicer = sheet.lists["slicers"][place]
    given, mask = twinned(with_sheet(asked.get("spec", {}))), parse(asked.get("fields", ""))
    fresh = written(slicer.get("spec", {}), given, twin_mask(mask))
    sheet.lists["slicers"][place] = slicer | {"spec": fresh}


def _embedded(work: Work, number: object) -> tuple[Sheet, str, int]:
    """Where a chart or a slicer lies."""
    for name, key in (("charts", "chartId"), ("slicers", "slicerId")):
        for sheet in work.book.sheets:
            for place, one in enumerate(sheet.lists[name]):
                if one[key] == number:
                    return sheet, name, place
    raise bad(f"No embedded object with id: {number}")


def delete_embedded(work: Work, asked: Json) -> None:
    """A chart or a slicer goes."""
    sheet, name, place = _embedded(work, asked.get("objectId"))
    del sheet.lists[name][place]
    if sheet.properties["sheetType"] == "OBJECT":
        work.book.sheets = [one for one in work.book.sheets if one is not sheet]


def move_embedded(work: Work, asked: Json) -> Json:
    """Another place or size of a chart or a slicer."""
    sheet, name, place = _embedded(work, asked.get("objectId"))
    item = sheet.lists[name][place]
    given = with_sheet(asked.get("newPosition", {}))
    if asked.get("fields"):
        inner = item.get("position", {}).get("overlayPosition", {})
        mask = parse(asked["fields"])
        given = {"overlayPosition": written(inner, given.get("overlayPosition", {}), mask)}
    target, fresh = _anchored(work, item | {"position": given})
    del sheet.lists[name][place]
    target.lists[name].append(fresh)
    return {"position": fresh["position"]}


def border_embedded(work: Work, asked: Json) -> None:
    """The border of a chart."""
    sheet, name, place = _embedded(work, asked.get("objectId"))
    item, mask = sheet.lists[name][place], twin_mask(parse(asked.get("fields", "")))
    border = written(item.get("border", {}), twinned(asked.get("border", {})), mask)
    sheet.lists[name][place] = item | {"border": border}


HANDLERS: Handlers = {
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
    "addBanding": add_banding,
    "updateBanding": _updater("bandedRanges", "bandedRange", "bandedRangeId"),
    "deleteBanding": _deleter("bandedRanges", "bandedRangeId", "bandedRangeId"),
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": add_filter_view,
    "updateFilterView": _updater("filterViews", "filter", "filterViewId"),
    "deleteFilterView": _deleter("filterViews", "filterId", "filterViewId"),
    "duplicateFilterView": duplicate_filter_view,
    "addTable": add_table,
    "updateTable": update_table,
    "deleteTable": delete_table,
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "addSlicer": add_slicer,
    "updateSlicerSpec": update_slicer_spec,
    "deleteEmbeddedObject": delete_embedded,
    "updateEmbeddedObjectPosition": move_embedded,
    "updateEmbeddedObjectBorder": border_embedded,
}
