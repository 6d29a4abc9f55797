"""Checks and conditional formats in Google's words and back."""

from __future__ import annotations

from typing import Any

from sync_service.google.transfer.colours import as_google, from_google
from sync_service.google.transfer.formulas import Words, in_rule, out_of_rule
from sync_service.google.transfer.model import Check, Look, Rule, Stop
from sync_service.workbooks.areas import Area, address

Json = dict[str, Any]
_OPERATORS = {
    "between": "BETWEEN",
    "notBetween": "NOT_BETWEEN",
    "equal": "EQ",
    "notEqual": "NOT_EQ",
    "greaterThan": "GREATER",
    "lessThan": "LESS",
    "greaterThanOrEqual": "GREATER_THAN_EQ",
    "lessThanOrEqual": "LESS_THAN_EQ",
}
_DATES = {
    **_OPERATORS,
    "greaterThan": "AFTER",
    "lessThan": "BEFORE",
    "greaterThanOrEqual": "ON_OR_AFTER",
    "lessThanOrEqual": "ON_OR_BEFORE",
}
_KINDS = {
    **{f"NUMBER_{word}": ("number", name) for name, word in _OPERATORS.items()},
    **{f"DATE_{word}": ("date", name) for name, word in _DATES.items()},
}
_POINTS = {
    "min": "MIN",
    "max": "MAX",
    "num": "NUMBER",
    "percent": "PERCENT",
    "percentile": "PERCENTILE",
}
_FROM_POINTS = {word: name for name, word in _POINTS.items()}
_TEXTS = {  # rules that people make in Google's own dialogue, as formulas
    "TEXT_CONTAINS": 'ISNUMBER(SEARCH("{x}",{a}))',
    "TEXT_NOT_CONTAINS": 'NOT(ISNUMBER(SEARCH("{x}",{a})))',
    "TEXT_STARTS_WITH": 'LEFT({a},LEN("{x}"))="{x}"',
    "TEXT_ENDS_WITH": 'RIGHT({a},LEN("{x}"))="{x}"',
    "TEXT_EQ": '{a}="{x}"',
    "TEXT_NOT_EQ": '{a}<>"{x}"',
    "BLANK": "ISBLANK({a})",
    "NOT_BLANK": "NOT(ISBLANK({a}))",
    "NUMBER_GREATER": "AND(ISNUMBER({a}),{a}>{x})",
    "NUMBER_GREATER_THAN_EQ": "AND(ISNUMBER({a}),{a}>={x})",
    "NUMBER_LESS": "AND(ISNUMBER({a}),{a}<{x})",
    "NUMBER_LESS_THAN_EQ": "AND(ISNUMBER({a}),{a}<={x})",
    "NUMBER_EQ": "AND(ISNUMBER({a}),{a}={x})",
    "NUMBER_NOT_EQ": "{a}<>{x}",
    "NUMBER_BETWEEN": "AND(ISNUMBER({a}),{a}>={x},{a}<={y})",
    "NUMBER_NOT_BETWEEN": "AND(ISNUMBER({a}),OR({a}<{x},{a}>{y}))",
}


def check_to_google(check: Check) -> Json:
    """A check as `DataValidationRule`."""
    values = [{"userEnteredValue": text} for text in check.values]
    if check.kind == "range":
        kind, values = "ONE_OF_RANGE", [{"userEnteredValue": f"={check.values[0]}"}]
    elif check.kind == "words":
        kind = "ONE_OF_LIST"
    elif check.kind == "formula":
        kind, values = "CUSTOM_FORMULA", [{"userEnteredValue": f"={check.values[0]}"}]
    else:
        words = _DATES if check.kind == "date" else _OPERATORS
        kind = f"{check.kind.upper()}_{words[check.operator]}"
    made: Json = {"condition": {"type": kind, "values": values}, "strict": check.strict}
    if check.message:
        made["inputMessage"] = check.message
    if check.kind in ("range", "words"):
        made["showCustomUi"] = check.arrow
    return made


def check_from_google(found: Json, area: Area) -> Check | None:
    """A `DataValidationRule` as a check; None for a kind that Excel has not."""
    condition = found.get("condition", {})
    kind = str(condition.get("type", ""))
    texts = tuple(str(one.get("userEnteredValue", "")) for one in condition.get("values", ()))
    strict, message = bool(found.get("strict", False)), str(found.get("inputMessage", ""))
    arrow = bool(found.get("showCustomUi", False))
    if kind == "ONE_OF_RANGE" and texts:
        return Check((area,), "range", (texts[0][1:],), "", strict, message, arrow)
    if kind == "ONE_OF_LIST":
        return Check((area,), "words", texts, "", strict, message, arrow)
    made = _of_kind(kind, texts, area)
    return None if made is None else Check((area,), *made, strict, message)


def _of_kind(
    kind: str, texts: tuple[str, ...], area: Area
) -> tuple[str, tuple[str, ...], str] | None:
    """Kind, values and operator of a check that is no list."""
    if kind == "BOOLEAN":
        return "words", texts or ("TRUE", "FALSE"), ""
    if kind == "CUSTOM_FORMULA" and texts:
        return "formula", (texts[0][1:],), ""
    if kind in _KINDS and texts and all(texts):
        base, operator = _KINDS[kind]
        return base, texts, operator
    if kind in _TEXTS and kind not in _KINDS:
        return "formula", (_as_formula(kind, texts, area),), ""
    return None


def _as_formula(kind: str, texts: tuple[str, ...], area: Area) -> str:
    first, second = (*(text.removeprefix("=").replace('"', '""') for text in texts), "", "")[:2]
    return _TEXTS[kind].format(a=address(area.top, area.left), x=first, y=second)


def rule_to_google(rule: Rule, ranges: list[Json], words: Words, title: str) -> Json:
    """A conditional format as `ConditionalFormatRule`."""
    if rule.stops:
        names = ("minpoint", "midpoint", "maxpoint")
        if len(rule.stops) < len(names):
            names = ("minpoint", "maxpoint", "")
        pairs = zip(names, rule.stops, strict=False)
        points = {name: _point(stop, words, title) for name, stop in pairs if name}
        return {"ranges": ranges, "gradientRule": points}
    text = "=" + in_rule(rule.formula, words, title)
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": text}]}
    made = {"condition": condition, "format": look_to_google(rule.look)}
    return {"ranges": ranges, "booleanRule": made}


def _point(stop: Stop, words: Words, title: str) -> Json:
    made: Json = {"colorStyle": as_google(stop.colour), "type": _POINTS.get(stop.kind, "NUMBER")}
    if stop.kind not in ("min", "max"):
        formula = f"={in_rule(stop.value, words, title)}" if stop.by_formula else ""
        made["value"] = formula or stop.value
    return made


def look_to_google(look: Look) -> Json:
    """What a rule changes; Google takes bold, italic, strike-through and two colours."""
    text: Json = {}
    for name, on in (("bold", look.bold), ("italic", look.italic), ("strikethrough", look.strike)):
        if on is not None:
            text[name] = on
    if look.colour:
        text["foregroundColorStyle"] = as_google(look.colour)
    made: Json = {"textFormat": text} if text else {}
    if look.fill:
        made["backgroundColorStyle"] = as_google(look.fill)
    return made


def rule_from_google(found: Json, areas: tuple[Area, ...]) -> Rule | None:
    """A `ConditionalFormatRule` as a rule; None for a condition that Excel has not."""
    if "gradientRule" in found:
        points = found["gradientRule"]
        names = [one for one in ("minpoint", "midpoint", "maxpoint") if points.get(one)]
        return Rule(areas, stops=tuple(_stop(points[one]) for one in names))
    made = found.get("booleanRule", {})
    condition = made.get("condition", {})
    kind = str(condition.get("type", ""))
    texts = tuple(str(one.get("userEnteredValue", "")) for one in condition.get("values", ()))
    if kind == "CUSTOM_FORMULA" and texts:
        text = out_of_rule(texts[0].removeprefix("="))
    elif kind in _TEXTS:
        text = _as_formula(kind, texts, areas[0])
    else:
        return None
    return Rule(areas, text, look_from_google(made.get("format", {})))


def _stop(point: Json) -> Stop:
    colour = from_google(point.get("colorStyle") or point.get("color"))
    kind = _FROM_POINTS.get(point.get("type", ""), "num")
    value = str(point.get("value", ""))
    text = out_of_rule(value[1:]) if value.startswith("=") else value
    return Stop(kind, text, colour or "#FFFFFF")


def look_from_google(found: Json) -> Look:
    """What a rule of Google changes."""
    text = found.get("textFormat", {})
    colour = text.get("foregroundColorStyle") or text.get("foregroundColor")
    fill = found.get("backgroundColorStyle") or found.get("backgroundColor")
    return Look(
        bold=text.get("bold"),
        italic=text.get("italic"),
        strike=text.get("strikethrough"),
        colour=from_google(colour) if colour is not None else None,
        fill=from_google(fill) if fill is not None else None,
    )
