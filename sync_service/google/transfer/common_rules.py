"""Checks, conditional formats and charts as both worlds have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sync_service.google.transfer.formulas import (
    NotInGoogleError,
    Words,
    in_rule,
    out_of_rule,
    translated,
)
from sync_service.google.transfer.grid import ROOM
from sync_service.google.transfer.model import Chart, Check, Loss, Rule, Series, Sheet, Workbook
from sync_service.google.transfer.references import Reference, clipped, growing, plain, written
from sync_service.google.transfer.xlsx_rules import comparison
from sync_service.workbooks.areas import Area, address
from sync_service.workbooks.serials import from_serial

_DAY = re.compile(r"^DATE\((\d{4}),(\d{1,2}),(\d{1,2})\)$")
_FIRST_DAY = 61  # a serial before it is another day in Excel


@dataclass(frozen=True, slots=True)
class Ground:
    """The tab that rules and checks stand on."""

    book: Workbook
    sheet: Sheet  # with the size of its grid
    words: Words
    losses: list[Loss]
    deep: int  # the last row with anything in it

    def lose(self, kind: str, where: object, why: str = "") -> None:
        """Tell what is not in common."""
        self.losses.append(Loss(kind, self.sheet.title, str(where), why))

    def translated(self, text: str, row: int) -> str:
        """A formula as Google takes it."""
        return translated(text, self.words, self.sheet.title, row)

    def inside(self, areas: tuple[Area, ...]) -> tuple[Area, ...]:
        """What of areas lies in the grid."""
        made = (clipped(one, self.sheet.rows, self.sheet.columns) for one in areas)
        return tuple(one for one in made if one)


def common_checks(ground: Ground) -> Iterator[Check]:
    """One check a column; one that reaches below all content ends so many rows further."""
    end = min(ground.sheet.rows, ground.deep + ROOM)
    for check in ground.sheet.checks:
        for area in ground.inside(check.areas):
            bottom = end if area.bottom > ground.deep + 1 else area.bottom
            whole = Area(area.top, area.left, bottom, area.right)
            try:
                made = _check(ground, replace(check, areas=(whole,)), check.areas[0])
            except NotInGoogleError as reason:
                ground.lose("check", area, str(reason))
                continue
            if check.title:
                ground.lose("check_title", area)
            yield from (replace(made, areas=(one,)) for one in _columns(whole))


def _columns(area: Area) -> Iterator[Area]:
    """Each column by itself: so both worlds cut it alike."""
    for number in range(area.left, area.right + 1):
        yield Area(area.top, number, area.bottom, number)


def _check(ground: Ground, check: Check, first: Area) -> Check:
    made = replace(check, title="")
    if check.kind == "words":
        return made
    if check.kind == "range":
        return replace(made, values=(_range(ground, check.values[0]),))
    row = first.top
    texts = tuple(ground.translated(one.removeprefix("="), row) for one in check.values)
    cell = address(first.top, first.left)
    if check.kind == "formula":
        return replace(made, values=texts)
    if check.kind == "whole":
        test = comparison(check.operator, cell, texts)
        text = f"AND(ISNUMBER({cell}),{cell}=INT({cell}),{test})"
        return replace(made, kind="formula", operator="", values=(text,))
    if check.kind in ("time", "length"):
        seen = f"LEN({cell})" if check.kind == "length" else cell
        text = comparison(check.operator, seen, texts)
        return replace(made, kind="formula", operator="", values=(text,))
    limits = tuple(_limit(one, day=check.kind == "date") for one in texts)
    return replace(made, values=limits[: 2 if "etween" in check.operator else 1])


def _limit(text: str, *, day: bool) -> str:
    """A bound: a number, a day as 2026-10-21, or a formula with its sign."""
    found = _DAY.match(text)
    if found:
        return f"{int(found[1]):04}-{int(found[2]):02}-{int(found[3]):02}"
    try:
        number = float(text)
    except ValueError:
        return text if day and re.match(r"^\d{4}-\d\d-\d\d$", text) else f"={text}"
    if day and number >= _FIRST_DAY and number == int(number):
        return str(from_serial(number, date1904=False))
    return f"{number:.15g}"


def _range(ground: Ground, text: str) -> str:
    bare = text.removeprefix("=")
    reference = ground.words.kept.get(bare.casefold()) or plain(bare) or growing(bare)
    if reference is None:
        table = ground.words.meant.get(("", bare.casefold()), "")
        reference = plain(table) or plain(ground.translated(bare, 1))
    if reference is None:
        raise NotInGoogleError(bare)
    title = reference.title or ground.sheet.title
    target = ground.book.sheet(title)
    if target is None:
        raise NotInGoogleError(bare)
    return written(Reference(target.title, reference.area))


def common_rules(ground: Ground) -> Iterator[Rule]:
    """The rules that Google can hold, in their order."""
    for rule in ground.sheet.rules:
        areas = ground.inside(rule.areas)
        if not areas:
            continue
        if rule.stops:
            yield from _scale(ground, replace(rule, areas=areas))
            continue
        for kind, has in (("rule_number", rule.look.number), ("rule_border", rule.look.border)):
            if has:
                ground.lose(kind, areas[0])
        if rule.look.pattern:
            ground.lose("pattern", areas[0])
        look = replace(rule.look, number="", border=False, pattern="")
        if look.empty:
            continue
        try:
            text = _in_rule(ground, rule.formula, areas[0].top)
        except NotInGoogleError as reason:
            ground.lose("rule", areas[0], str(reason))
            continue
        yield Rule(areas, text, look)


def _in_rule(ground: Ground, formula: str, row: int) -> str:
    """A formula of a conditional format as both worlds have it."""
    text = ground.translated(formula, row)
    return out_of_rule(in_rule(text, ground.words, ground.sheet.title))


def _scale(ground: Ground, rule: Rule) -> Iterator[Rule]:
    """A colour scale, whose values may be formulas."""
    row = rule.areas[0].top
    try:
        stops = tuple(
            replace(one, value=_in_rule(ground, one.value, row)) if one.by_formula else one
            for one in rule.stops
        )
    except NotInGoogleError as reason:
        ground.lose("rule", rule.areas[0], str(reason))
        return
    yield replace(rule, stops=stops)


def common_charts(ground: Ground) -> Iterator[Chart]:
    """Charts with plain ranges; a series is named by the cell above its values, or not at all."""
    for chart in ground.sheet.charts:
        found = tuple(_series(ground, one) for one in chart.series)
        if any(one is None for one in found):
            ground.lose("chart", address(chart.row, chart.column), chart.title)
            continue
        series = tuple(one for one in found if one)
        series = tuple(replace(one, categories=series[0].categories) for one in series)
        if chart.kind == "pie":  # its one series has no name and no colour
            plain_pie = Series(series[0].values, series[0].categories, "", "pie")
            yield replace(chart, series=(plain_pie,), stacked="")
            continue
        if not all(one.name.startswith("=") for one in series):
            if any(one.name for one in chart.series):
                ground.lose("series_name", address(chart.row, chart.column), chart.title)
            series = tuple(replace(one, name="") for one in series)
        ground.lose("chart_look", address(chart.row, chart.column), chart.title)
        yield replace(chart, series=series)


def _series(ground: Ground, one: Series) -> Series | None:
    values = _of_book(ground, one.values)
    if values is None:
        return None
    categories = _of_book(ground, one.categories) if one.categories else None
    return replace(
        one,
        values=written(values),
        categories=written(categories) if categories else "",
        name=_name_above(ground, one, values),
        second=one.second and one.kind != "bar",
    )


def _of_book(ground: Ground, text: str) -> Reference | None:
    found = plain(text)
    sheet = ground.book.sheet(found.title) if found and found.title else None
    return Reference(sheet.title, found.area) if found and sheet else None


def _name_above(ground: Ground, one: Series, values: Reference) -> str:
    """The header cell of a column of values, where it says the series' name."""
    area = values.area
    sheet = ground.book.sheet(values.title)
    if area.left != area.right or area.top == 1 or sheet is None or not one.name:
        return ""
    spot = (area.top - 1, area.left)
    header = sheet.cells.get(spot)
    at = written(Reference(sheet.title, Area(*spot, *spot)))
    named = plain(one.name) if one.name.startswith("=") else None
    if named is not None and (named.area.top, named.area.left) == spot:
        return f"={at}"
    return f"={at}" if header is not None and header.value == one.name else ""
