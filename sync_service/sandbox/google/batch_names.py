"""Subrequests about named ranges, protected ranges and developer metadata."""

from __future__ import annotations

import re
from typing import Any

from sync_service.sandbox.google import metadata
from sync_service.sandbox.google.access import may_edit
from sync_service.sandbox.google.errors import PROTECTED, bad
from sync_service.sandbox.google.masks import parse, written
from sync_service.sandbox.google.model import Sheet
from sync_service.sandbox.google.ranges import LOOKS_LIKE_CELL
from sync_service.sandbox.google.work import Handlers, Work, with_sheet

Json = dict[str, Any]

NAME = re.compile(r"[^\W\d]\w{0,249}\Z")


def _need_name(work: Work, name: str, own: str = "") -> None:
    """A name that no cell address and no other range has."""
    if not NAME.match(name) or LOOKS_LIKE_CELL.match(name) or name.lower() in {"true", "false"}:
        raise bad(f"The name '{name}' is not a valid named range name.")
    for one in work.book.named:
        if one["name"].lower() == name.lower() and one["namedRangeId"] != own:
            raise bad(f"Cannot add named range with name: {name}. It already exists.")


def _need_range(work: Work, grid: Json) -> Json:
    """The range of an object on an existing tab, spelt out.

    Raises:
        Refusal: It is missing or lies outside.
    """
    spelt: Json = with_sheet({"range": grid})["range"]
    if "sheetId" not in spelt:
        raise bad("range is required")
    work.area(spelt)
    return spelt


def add_named(work: Work, asked: Json) -> Json:
    """A name for a range."""
    given = asked.get("namedRange", {})
    _need_name(work, given.get("name", ""))
    number = given.get("namedRangeId") or str(work.book.new_id())
    one = {
        "namedRangeId": number,
        "name": given["name"],
        "range": _need_range(work, given.get("range", {})),
    }
    work.book.named.append(one)
    return {"namedRange": one}


def _named_place(work: Work, number: str) -> int:
    for place, one in enumerate(work.book.named):
        if one["namedRangeId"] == number:
            return place
    raise bad(f"No named range with id: {number}")


def update_named(work: Work, asked: Json) -> None:
    """Another name or another range."""
    given = with_sheet(asked.get("namedRange", {}))
    place = _named_place(work, given.get("namedRangeId", ""))
    old = work.book.named[place]
    fresh = written(old, given, parse(asked.get("fields", "")), ("namedRangeId", "name", "range"))
    _need_name(work, fresh.get("name", ""), old["namedRangeId"])
    work.book.named[place] = fresh | {"range": _need_range(work, fresh["range"])}


def delete_named(work: Work, asked: Json) -> None:
    """A name goes; protections that stand on it go too."""
    number = asked.get("namedRangeId", "")
    del work.book.named[_named_place(work, number)]
    for sheet in work.book.sheets:
        kept = [p for p in sheet.lists["protectedRanges"] if p.get("namedRangeId") != number]
        sheet.lists["protectedRanges"] = kept


def _checked(work: Work, given: Json) -> tuple[Sheet, Json]:
    """The tab of a protected range, and the range with what the rules ask."""
    given = with_sheet(given)
    kinds = [name for name in ("range", "namedRangeId", "tableId") if name in given]
    if len(kinds) != 1:
        raise bad("Must specify exactly one of range, namedRangeId or tableId.")
    if kinds == ["range"]:
        number = given["range"].get("sheetId", 0)
        work.area({"sheetId": number} | given["range"])
    elif kinds == ["namedRangeId"]:
        place = _named_place(work, given["namedRangeId"])
        number = work.book.named[place]["range"].get("sheetId", 0)
    else:
        number = _sheet_of_table(work, given["tableId"]).sheet_id
    if given.get("unprotectedRanges") and given.get("range", {}).keys() != {"sheetId"}:
        raise bad("unprotectedRanges are only supported on protected sheets.")
    return work.book.sheet(number), given


def _need_one_kind(given: Json) -> None:
    """Editors go with a real protection only."""
    if given.get("warningOnly") and any(given.get("editors", {}).values()):
        raise bad("Cannot specify editors if warningOnly is true.")


def _sheet_of_table(work: Work, table: str) -> Sheet:
    for sheet in work.book.sheets:
        if any(one["tableId"] == table for one in sheet.lists["tables"]):
            return sheet
    raise bad(f"No table with id: {table}")


def add_protected(work: Work, asked: Json) -> Json:
    """A protection. Without `editors` only who asks (and the owner) may edit."""
    sheet, given = _checked(work, asked.get("protectedRange", {}))
    _need_one_kind(given)
    number = given.get("protectedRangeId") or work.book.new_id()
    one = _kept(work, given | {"protectedRangeId": number})
    sheet.lists["protectedRanges"].append(one)
    said = {k: v for k, v in given.get("editors", {}).items() if v}
    rights = {"requestingUserCanEdit": may_edit(one, work.caller), "editors": said}
    return {"protectedRange": one | rights}


def _kept(work: Work, given: Json) -> Json:
    """A protection as it is kept: without editors only who asks may edit; the owner always may."""
    one = {k: v for k, v in given.items() if k != "requestingUserCanEdit" and v is not False}
    editors = {k: v for k, v in given.get("editors", {}).items() if v}
    alone = "editors" not in given and not one.get("warningOnly")
    users = editors.get("users", [work.caller.email] if alone else [])
    one["editors"] = editors | {"users": list(dict.fromkeys([*users, work.owner]))}
    return one


def _protected_place(work: Work, number: int) -> tuple[Sheet, int]:
    """Where a protection lies; only who may edit it may change it."""
    for sheet in work.book.sheets:
        for place, one in enumerate(sheet.lists["protectedRanges"]):
            if one["protectedRangeId"] == number:
                if not may_edit(one, work.caller):
                    raise bad(PROTECTED)
                return sheet, place
    raise bad(f"No protected range with id: {number}")


def update_protected(work: Work, asked: Json) -> None:
    """Change a protection."""
    given = with_sheet(asked.get("protectedRange", {}))
    _need_one_kind(given)
    sheet, place = _protected_place(work, given.get("protectedRangeId", 0))
    old = sheet.lists["protectedRanges"][place]
    fresh = written(old, given, parse(asked.get("fields", "")), ("protectedRangeId",))
    target, fresh = _checked(work, _kept(work, fresh))
    del sheet.lists["protectedRanges"][place]
    target.lists["protectedRanges"].insert(place, fresh)


def delete_protected(work: Work, asked: Json) -> None:
    """A protection goes."""
    sheet, place = _protected_place(work, asked.get("protectedRangeId", 0))
    del sheet.lists["protectedRanges"][place]


def create_metadata(work: Work, asked: Json) -> Json:
    """Hang a key and a value on the book, a tab, a row or a column."""
    given = asked.get("developerMetadata", {})
    if not given.get("metadataKey"):
        raise bad("developerMetadata.metadataKey is required.")
    if given.get("visibility") not in {"DOCUMENT", "PROJECT"}:
        raise bad("developerMetadata.visibility is required.")
    number = given.get("metadataId") or work.book.new_id()
    if any(one["metadataId"] == number for one in work.book.metadata):
        raise bad(f"Developer metadata with id {number} already exists.")
    place = metadata.location(work.book, given.get("location", {}))
    one = given | {"metadataId": number, "location": place}
    work.book.metadata.append(one)
    metadata.need_budget(work.book)
    return {"developerMetadata": one}


def update_metadata(work: Work, asked: Json) -> Json:
    """Change every metadata that the filters select."""
    mask, given = parse(asked.get("fields", "")), asked.get("developerMetadata", {})
    fixed = ("metadataId", "location")
    changed = []
    for place, one in enumerate(work.book.metadata):
        if not any(one in metadata.selected(work.book, f) for f in asked.get("dataFilters", [])):
            continue
        fresh = written(one, given, mask, fixed) | {"metadataId": one["metadataId"]}
        fresh["location"] = metadata.location(work.book, fresh.get("location", {}))
        changed.append((place, fresh))
    for place, fresh in changed:
        work.book.metadata[place] = fresh
    metadata.need_budget(work.book)
    return {"developerMetadata": [fresh for _, fresh in changed]}


def delete_metadata(work: Work, asked: Json) -> Json:
    """Take away every metadata that the filter selects."""
    gone = metadata.selected(work.book, asked.get("dataFilter", {}))
    work.book.metadata = [one for one in work.book.metadata if one not in gone]
    return {"deletedDeveloperMetadata": gone}


HANDLERS: Handlers = {
    "addNamedRange": add_named,
    "updateNamedRange": update_named,
    "deleteNamedRange": delete_named,
    "addProtectedRange": add_protected,
    "updateProtectedRange": update_protected,
    "deleteProtectedRange": delete_protected,
    "createDeveloperMetadata": create_metadata,
    "updateDeveloperMetadata": update_metadata,
    "deleteDeveloperMetadata": delete_metadata,
}
