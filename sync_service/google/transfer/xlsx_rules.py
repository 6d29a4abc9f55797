"""Checks and conditional formats of a tab as the model has them."""

from __future__ import annotations

from collections.abc import Iterator

from sync_service.google.transfer.colours import hex_colour
from sync_service.google.transfer.model import Check, Look, Loss, Rule, Stop
from sync_service.google.transfer.untyped import Untyped
from sync_service.google.transfer.xlsx_raw import Raw, RawCheck
from sync_service.google.transfer.xlsx_styles import StyleReader
from sync_service.workbooks.areas import Area, address, areas

_KINDS = {"whole": "whole", "decimal": "number", "date": "date", "time": "time"}
_KINDS |= {"textLength": "length", "custom": "formula"}
_COMPARE = {
    "equal": "{a}={x}",
    "notEqual": "{a}<>{x}",
    "greaterThan": "{a}>{x}",
    "lessThan": "{a}<{x}",
    "greaterThanOrEqual": "{a}>={x}",
    "lessThanOrEqual": "{a}<={x}",
    "between": "AND({a}>={x},{a}<={y})",
    "notBetween": "OR({a}<{x},{a}>{y})",
}
_NOT_COMMON = {"dataBar": "data_bar", "iconSet": "icons"}


def comparison(operator: str, cell: str, values: tuple[str, ...]) -> str:
    """A comparison of a cell with one or two values, as a formula."""
    first, second = (*values, "0", "0")[:2]
    return _COMPARE[operator or "between"].format(a=cell, x=first, y=second)


def checks(tab: Untyped, raw: Raw) -> tuple[Check, ...]:
    """The validations of a tab, those of extensions too."""
    plain = (_check(one) for one in tab.data_validations.dataValidation)
    more = (_extended(one) for one in raw.checks)
    return tuple(check for check in (*plain, *more) if check and check.areas)


def _check(one: Untyped) -> Check | None:
    formulas = tuple(str(text) for text in (one.formula1, one.formula2) if text not in (None, ""))
    given = {
        "type": one.type or "",
        "operator": one.operator or "",
        "errorStyle": one.errorStyle or "",
        "error": one.error or "",
        "errorTitle": one.errorTitle or "",
        "prompt": one.prompt or "",
        "showDropDown": "1" if one.showDropDown else "",
        "showErrorMessage": "1" if one.showErrorMessage else "",
    }
    return _made(given, formulas, tuple(areas(str(one.sqref))))


def _extended(one: RawCheck) -> Check | None:
    return _made(one.attributes, tuple(one.formulas), tuple(areas(one.places)))


def _made(
    given: dict[str, str], formulas: tuple[str, ...], where: tuple[Area, ...]
) -> Check | None:
    kind = given.get("type", "")
    if not formulas or kind in ("", "none"):
        return None
    strict = given.get("errorStyle", "") in ("", "stop") and given.get("showErrorMessage") in (
        "1",
        "true",
    )
    rest = {
        "strict": strict,
        "message": given.get("error") or given.get("prompt") or "",
        "title": given.get("errorTitle", ""),
    }
    if kind == "list":
        arrow = given.get("showDropDown", "") not in ("1", "true")
        text = formulas[0]
        if text.startswith('"') and text.endswith('"'):
            words = tuple(word.strip() for word in text[1:-1].replace('""', '"').split(","))
            return Check(where, "words", words, arrow=arrow, **rest)  # type: ignore[arg-type]
        return Check(where, "range", (text,), arrow=arrow, **rest)  # type: ignore[arg-type]
    if kind not in _KINDS:
        return None
    operator = "" if kind == "custom" else given.get("operator") or "between"
    return Check(where, _KINDS[kind], formulas, operator, **rest)  # type: ignore[arg-type]


def rules(tab: Untyped, raw: Raw, styles: StyleReader, losses: list[Loss]) -> tuple[Rule, ...]:
    """The conditional formats of a tab, the strongest first."""
    found = [
        (rule.priority or 0, number, str(block.sqref), rule)
        for number, block in enumerate(tab.conditional_formatting)
        for rule in block.rules
    ]
    made: list[Rule] = []
    for _, _, places, rule in sorted(found, key=lambda one: one[:2]):
        where = tuple(areas(places))
        if where:
            made += _rule(rule, where, styles, tab.title, losses)
    for kind, places in raw.extended:
        if kind != "dataBar" or not any(one.kind == "data_bar" for one in losses):
            losses.append(Loss(_NOT_COMMON.get(kind, "rule"), tab.title, places, kind))
    return tuple(made)


def _rule(
    rule: Untyped, where: tuple[Area, ...], styles: StyleReader, title: str, losses: list[Loss]
) -> Iterator[Rule]:
    if rule.type in _NOT_COMMON:
        losses.append(Loss(_NOT_COMMON[rule.type], title, str(where[0])))
        return
    if rule.type == "colorScale":
        yield Rule(where, stops=_stops(rule.colorScale, styles))
        return
    text = _formula(rule, where)
    if not text:
        losses.append(Loss("rule", title, str(where[0]), str(rule.type)))
        return
    look = styles.look(rule.dxf)
    if look != Look():
        yield Rule(where, text, look)


def _formula(rule: Untyped, where: tuple[Area, ...]) -> str:
    """The rule as a formula of its first cell; empty where none says the same."""
    cell = address(where[0].top, where[0].left)
    if rule.type == "cellIs":
        return comparison(rule.operator, cell, tuple(rule.formula))
    if rule.formula:
        return str(rule.formula[0])
    whole = ",".join(_fixed(one) for one in where)
    if rule.type in ("duplicateValues", "uniqueValues") and len(where) == 1:
        sign = ">" if rule.type == "duplicateValues" else "="
        return f"COUNTIF({whole},{cell}){sign}1"
    if rule.type == "top10" and len(where) == 1:
        return _top(rule, whole, cell)
    if rule.type == "aboveAverage" and len(where) == 1 and not rule.stdDev:
        above = rule.aboveAverage is None or rule.aboveAverage
        sign = (">" if above else "<") + ("=" if rule.equalAverage else "")
        return f"{cell}{sign}AVERAGE({whole})"
    return ""


def _top(rule: Untyped, whole: str, cell: str) -> str:
    rank = str(rule.rank or 10)
    if rule.percent:
        rank = f"MAX(1,INT(COUNT({whole})*{rank}/100))"
    sign, limit = ("<=", "SMALL") if rule.bottom else (">=", "LARGE")
    return f"AND(ISNUMBER({cell}),{cell}{sign}{limit}({whole},{rank}))"


def _fixed(area: Area) -> str:
    first, last = (f"${address(*spot)}" for spot in ((1, area.left), (1, area.right)))
    return f"{first[:-1]}${area.top}:{last[:-1]}${area.bottom}"


def _stops(scale: Untyped, styles: StyleReader) -> tuple[Stop, ...]:
    return tuple(
        Stop(*_point(point), hex_colour(colour, styles.theme) or "#FFFFFF")
        for point, colour in zip(scale.cfvo, scale.color, strict=False)
    )


def _point(point: Untyped) -> tuple[str, str]:
    if point.type in ("min", "max"):
        return str(point.type), ""
    value = point.val
    text = f"{value:.15g}" if isinstance(value, float) else str(value or 0)
    return ("num" if point.type == "formula" else str(point.type)), text
