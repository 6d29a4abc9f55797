"""One JSON line in, one JSON line out: formulas evaluated for checks from outside.

    {"expression": "ad_spend / ad_sales", "values": {"ad_spend": 20, "ad_sales": 100}}
    {"value": 0.2}

`values` may name measures, KPIs (zh, en or code) or things of its own; a KPI that is not given is
worked out from what is. A thing given twice is refused, by one name or by two, and so are true and
false: a flag is 1 or 0. Optional: `days`, `opening`, `closing`, `mean` (objects by measure) and
`each_day` (a list of objects) for DAYS, OPENING, CLOSING, MEAN and SUMDAYS.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kpi.catalog import Catalog
from kpi.evaluate import evaluate_any
from kpi.model import Texts
from kpi.parser import parse
from kpi.tokens import FormulaError, Names
from kpi.values import Row, Scalar, Values

_TABLES = ("values", "opening", "closing", "mean")


class LineError(FormulaError):
    """A line that is no question; the column is that of the JSON text where it is known."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """`Values` that work out a catalogue's KPIs and derived measures where they are not given."""

    catalog: Catalog
    given: Row

    @property
    def days(self) -> float | None:
        """See `Values`."""
        return self.given.days

    def value(self, code: str) -> Scalar:
        """The given value, else the formula's."""
        if code in self.given.values or code not in self.catalog.expressions:
            return self.given.value(code)
        return evaluate_any(self.catalog.expressions[code], self)

    def opening(self, code: str) -> float | None:
        """See `Values`."""
        return self.given.opening(code)

    def closing(self, code: str) -> float | None:
        """See `Values`."""
        return self.given.closing(code)

    def mean(self, code: str) -> float | None:
        """See `Values`."""
        return self.given.mean(code)

    def each_day(self) -> Sequence[Values] | None:
        """See `Values`."""
        days = self.given.by_day
        return None if days is None else [Resolved(self.catalog, Row(day, 1.0)) for day in days]


def answer(line: bytes, catalog: Catalog) -> str:
    """The JSON answer to one JSON line; a line that is wrong answers what, where and the mend."""
    try:
        reply: object = {"value": _value(_question(line), catalog)}
    except FormulaError as error:
        reply = {
            "error": {
                "code": error.code,
                "column": error.column,
                "what": error.what,
                "mend": error.mend,
                "nearest": error.nearest,
            }
        }
    return json.dumps(reply, ensure_ascii=False)


def _value(question: Mapping[str, object], catalog: Catalog) -> Scalar:
    text = question.get("expression")
    if not isinstance(text, str):
        raise _wrong("“expression”应是一段文字。", '"expression" should be a text.')
    tables = {name: _scalars(name, question.get(name, {}), catalog) for name in _TABLES}
    days = _by_day(question.get("each_day"), catalog)
    own = [code for table in [*tables.values(), *(days or [])] for code in table]
    names = Names({**{code: code for code in own}, **catalog.names()})
    given = Row(
        tables["values"],
        _days(question.get("days")),
        _numbers(tables["opening"]),
        _numbers(tables["closing"]),
        _numbers(tables["mean"]),
        days,
    )
    return evaluate_any(parse(text, names=names), Resolved(catalog, given))


def _question(line: bytes) -> Mapping[str, object]:
    try:
        question = json.loads(line.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError as error:
        raise _wrong("这一行不是 UTF-8。", "The line is not UTF-8.", error.start + 1) from error
    except json.JSONDecodeError as error:
        raise _wrong(
            "这一行不是 JSON。", f"The line is not JSON: {error.msg}.", error.colno
        ) from error
    except (RecursionError, ValueError) as error:
        raise _wrong(
            "JSON 太深或数字太长。", "The JSON is too deep or a number too long."
        ) from error
    if not isinstance(question, dict):
        raise _wrong("这一行不是 JSON 对象。", "The line is no JSON object.")
    return question


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """An object whose keys stand once: of two values nobody knows which was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _twice(next(key for key in keys if keys.count(key) > 1))
    return found


def _twice(key: str) -> LineError:
    return _wrong(f"“{key}”给了两次，请只给一次。", f'"{key}" is given twice; give it once.')


def _scalars(name: str, table: object, catalog: Catalog) -> dict[str, Scalar]:
    """Values by code; names of the catalogue become its codes."""
    if not isinstance(table, dict):
        raise _wrong(f"“{name}”应是对象。", f'"{name}" should be an object.')
    found: dict[str, Scalar] = {}
    for key, value in table.items():
        code = catalog.known.code(key) or key
        if code in found:
            raise _twice(key)
        found[code] = _scalar(key, value)
    return found


def _scalar(key: str, value: object) -> Scalar:
    if isinstance(value, bool):
        raise _wrong(
            f"“{key}”是 true 或 false，应写 1 或 0。", f'"{key}" is true or false; write 1 or 0.'
        )
    if value is None or isinstance(value, str | int | float):
        return value
    raise _wrong(f"“{key}”应是数、文字或 null。", f'"{key}" should be a number, a text or null.')


def _numbers(table: Mapping[str, Scalar]) -> dict[str, float | None]:
    return {code: None if isinstance(value, str) else value for code, value in table.items()}


def _by_day(days: object, catalog: Catalog) -> list[dict[str, Scalar]] | None:
    if days is None:
        return None
    if not isinstance(days, list):
        raise _wrong("“each_day”应是列表。", '"each_day" should be a list.')
    return [_scalars("each_day", day, catalog) for day in days]


def _days(days: object) -> float | None:
    if days is None or (isinstance(days, int | float) and not isinstance(days, bool)):
        return days
    raise _wrong("“days”应是数。", '"days" should be a number.')


def _wrong(zh: str, en: str, column: int = 1) -> LineError:
    mend: Texts = {
        "zh": '例如 {"expression": "a / b", "values": {"a": 1, "b": 2}}。',
        "en": 'Write {"expression": "a / b", "values": {"a": 1, "b": 2}} on one line.',
    }
    return LineError("line", column, {"zh": zh, "en": en}, mend)
