"""Subrequests that copy and move blocks: paste, cut, insert and delete cells, fill."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sync_service.sandbox.google import access
from sync_service.sandbox.google.errors import Refusal, bad
from sync_service.sandbox.google.formulas import copied
from sync_service.sandbox.google.model import Sheet
from sync_service.sandbox.google.ranges import Area, area_of, grid_of
from sync_service.sandbox.google.relocation import moved_area, relocate
from sync_service.sandbox.google.structure import move_formulas
from sync_service.sandbox.google.values import effective, grow
from sync_service.sandbox.google.work import Handlers, Work

Json = dict[str, Any]

FORMAT, RULE, NOTE = "userEnteredFormat", "dataValidation", "note"
VALUES = ("userEnteredValue", "effectiveValue", "textFormatRuns", "hyperlink")
PASTES: dict[str, tuple[str, ...]] = {  # fields that go along
    "PASTE_NORMAL": (*VALUES, FORMAT, RULE, NOTE),
    "PASTE_VALUES": VALUES,
    "PASTE_FORMAT": (FORMAT,),
    "PASTE_NO_BORDERS": (*VALUES, FORMAT, RULE, NOTE),
    "PASTE_FORMULA": VALUES,
    "PASTE_DATA_VALIDATION": (RULE,),
    "PASTE_CONDITIONAL_FORMATTING": (),
}
WITH_RULES = frozenset({"PASTE_NORMAL", "PASTE_FORMAT", "PASTE_CONDITIONAL_FORMATTING"})


def copy_paste(work: Work, asked: Json) -> None:
    """A copy, repeated when the destination is a multiple of the source."""
    source, goal = work.area(asked.get("source", {})), work.area(asked.get("destination", {}))
    kind = asked.get("pasteType", "PASTE_NORMAL")
    turned = asked.get("pasteOrientation") == "TRANSPOSE"
    block = _block(work.sheet(source), source, turned=turned)
    height, width = (source.width, source.height) if turned else (source.height, source.width)
    sheet = work.sheet(goal)
    tiles = list(_tiles(goal, height, width))
    for tile in tiles:
        _need_room(work, sheet, tile)
        access.need_cells(work.book, tile, work.caller)
    for tile in tiles:
        for (down, right), (row, column, cell) in block.items():
            at = tile.top + down, tile.left + right
            moved = _pasted(cell, kind, at[0] - row, at[1] - column)
            fields = PASTES[kind]
            kept = {k: v for k, v in sheet.cell(*at).items() if k not in fields}
            sheet.put(*at, kept | moved)
        if not turned:
            _paste_objects(work, source, tile, kind)
    work.book.dirty = True


def _need_room(work: Work, sheet: Sheet, area: Area) -> None:
    if area.bottom > sheet.row_count or area.right > sheet.column_count:
        raise bad(f"Range ({work.book.label(area)}) exceeds grid limits.")


Block = dict[tuple[int, int], tuple[int, int, Json]]


def _block(sheet: Sheet, source: Area, *, turned: bool) -> Block:
    """Cells by their place in the block, each with where it stood; empty ones too."""
    out: Block = {}
    for row in range(source.top, source.bottom):
        for column in range(source.left, source.right):
            place = row - source.top, column - source.left
            out[place[::-1] if turned else place] = (row, column, sheet.cell(row, column))
    return out


def _tiles(goal: Area, height: int, width: int) -> Iterator[Area]:
    """Where copies go: many when the destination is a multiple, else one from its corner."""
    down = goal.height // height if goal.height % height == 0 else 1
    right = goal.width // width if goal.width % width == 0 else 1
    for row in range(max(1, down)):
        for column in range(max(1, right)):
            top, left = goal.top + row * height, goal.left + column * width
            yield Area(goal.sheet, top, top + height, left, left + width)


def _pasted(cell: Json, kind: str, down: int, right: int) -> Json:
    """What of a cell a paste brings."""
    out = {k: v for k, v in cell.items() if k in PASTES[kind]}
    value = out.get("userEnteredValue", {})
    if "formulaValue" in value and kind == "PASTE_VALUES":
        out["userEnteredValue"] = effective(cell)
        out.pop("effectiveValue", None)
    elif "formulaValue" in value:
        out["userEnteredValue"] = {"formulaValue": copied(value["formulaValue"], down, right)}
    if kind == "PASTE_NO_BORDERS" and FORMAT in out:
        out[FORMAT] = {k: v for k, v in out[FORMAT].items() if k != "borders"}
    return out


def _paste_objects(work: Work, source: Area, tile: Area, kind: str) -> None:
    """Merges and rules of the source come along where the paste brings looks."""
    origin, sheet = work.sheet(source), work.sheet(tile)
    down, right = tile.top - source.top, tile.left - source.left
    if kind in {"PASTE_NORMAL", "PASTE_FORMAT"}:
        merges = [area_of(one) for one in origin.lists["merges"]]
        fresh = [moved_area(a, tile.sheet, down, right) for a in merges if source.holds(a)]
        kept = [one for one in sheet.lists["merges"] if not area_of(one).meets(tile)]
        sheet.lists["merges"] = kept + [grid_of(area) for area in fresh]
    if kind not in WITH_RULES or tile.sheet != source.sheet:
        return
    for rule in sheet.lists["conditionalFormats"]:
        parts = [_common(area_of(one), source) for one in rule["ranges"]]
        rule["ranges"] = rule["ranges"] + [
            grid_of(moved_area(part, tile.sheet, down, right)) for part in parts if not part.empty
        ]


def _common(one: Area, other: Area) -> Area:
    return Area(
        one.sheet,
        max(one.top, other.top),
        min(one.bottom, other.bottom),
        max(one.left, other.left),
        min(one.right, other.right),
    )


def cut_paste(work: Work, asked: Json) -> None:
    """Move a block; references to it follow."""
    source = work.edited(asked.get("source", {}))
    sheet, row, column = work.corner(asked.get("destination", {}))
    number, down, right = sheet.sheet_id, row - source.top, column - source.left
    goal = moved_area(source, number, down, right)
    _need_room(work, sheet, goal)
    access.need_cells(work.book, goal, work.caller)
    relocate(work.book, source, number, down, right)


def _band(sheet: Sheet, area: Area, asked: Json) -> tuple[bool, Area]:
    """Whether cells shift down or up (else sideways), and the cells from the range on."""
    if asked.get("shiftDimension") not in {"ROWS", "COLUMNS"}:
        raise bad("No dimension specified.")
    rows = asked["shiftDimension"] == "ROWS"
    if rows:
        return True, Area(area.sheet, area.top, sheet.row_count, area.left, area.right)
    return False, Area(area.sheet, area.top, area.bottom, area.left, sheet.column_count)


def insert_range(work: Work, asked: Json) -> None:
    """Empty cells; the ones that were there move down or right."""
    area = work.area(asked.get("range", {}))
    sheet = work.sheet(area)
    rows, band = _band(sheet, area, asked)
    access.need_cells(work.book, band, work.caller)
    down, right = (area.height, 0) if rows else (0, area.width)
    grow(sheet, moved_area(band, area.sheet, down, right))
    relocate(work.book, band, area.sheet, down, right)


def delete_range(work: Work, asked: Json) -> None:
    """Cells go; the ones behind move up or left."""
    area = work.area(asked.get("range", {}))
    sheet = work.sheet(area)
    rows, band = _band(sheet, area, asked)
    access.need_cells(work.book, band, work.caller)
    for row, column, _ in list(sheet.cells(area)):
        sheet.put(row, column, {})
    gone = Area(0, area.top, area.bottom, area.left, area.right)
    move_formulas(work.book, sheet.title, lambda ref: None if gone.holds(ref) else ref)
    if rows:
        behind = Area(area.sheet, area.bottom, band.bottom, band.left, band.right)
    else:
        behind = Area(area.sheet, band.top, band.bottom, area.right, band.right)
    if not behind.empty:
        shift = (-area.height, 0) if rows else (0, -area.width)
        relocate(work.book, behind, area.sheet, *shift)


def auto_fill(work: Work, asked: Json) -> None:
    """Go on with what stands at the beginning: a step between numbers, else a repetition."""
    if "sourceAndDestination" in asked:
        source, goal, rows = _fill_parts(work, asked["sourceAndDestination"])
    else:
        area = work.edited(asked.get("range", {}))
        filled = [row for row, _, cell in work.sheet(area).cells(area) if cell]
        last = max(filled, default=area.top)
        source = Area(area.sheet, area.top, last + 1, area.left, area.right)
        goal, rows = Area(area.sheet, last + 1, area.bottom, area.left, area.right), True
    access.need_cells(work.book, goal, work.caller)
    sheet = work.sheet(source)
    _need_room(work, sheet, goal)
    lines = range(source.left, source.right) if rows else range(source.top, source.bottom)
    for line in lines:
        _fill_line(sheet, source, goal, line, rows=rows)
    work.book.dirty = True


def _fill_parts(work: Work, asked: Json) -> tuple[Area, Area, bool]:
    source, length = work.area(asked.get("source", {})), asked.get("fillLength", 0)
    if length < 0:
        raise Refusal(501, "This stand-in fills down and to the right only.")
    if asked.get("dimension") == "COLUMNS":
        return (
            source,
            Area(source.sheet, source.top, source.bottom, source.right, source.right + length),
            False,
        )
    goal = Area(source.sheet, source.bottom, source.bottom + length, source.left, source.right)
    return source, goal, True


def _fill_line(sheet: Sheet, source: Area, goal: Area, line: int, *, rows: bool) -> None:
    start, end = (source.top, source.bottom) if rows else (source.left, source.right)
    places = range(goal.top, goal.bottom) if rows else range(goal.left, goal.right)

    def at(place: int) -> tuple[int, int]:
        return (place, line) if rows else (line, place)

    cells = [sheet.cell(*at(place)) for place in range(start, end)]
    numbers = [cell.get("userEnteredValue", {}).get("numberValue") for cell in cells]
    steps = {b - a for a, b in pairwise(numbers) if None not in {a, b}}
    for place in places:
        model = (place - start) % (end - start)
        step = place - (start + model)
        cell = _pasted(cells[model], "PASTE_NORMAL", *((step, 0) if rows else (0, step)))
        if len(steps) == 1 and None not in numbers:
            value = numbers[0] + next(iter(steps)) * (place - start)
            cell = cell | {"userEnteredValue": {"numberValue": value}}
        sheet.put(*at(place), cell)


HANDLERS: Handlers = {
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
    "insertRange": insert_range,
    "deleteRange": delete_range,
    "autoFill": auto_fill,
}
