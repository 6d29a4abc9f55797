"""The local sheet functions by code, over the same rooms that score a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from kpi.bonus import Slice
from kpi.errors import KpiError
from kpi.function_steps import step_params
from kpi.functions import function
from kpi.methods import METHODS, MOST_POINTS, PARAMETERS
from kpi.model import Better, Status
from kpi.numbers import R, normalise
from kpi.payout import PayBasis, PayMethod, PayRule, PayState, pay_line
from kpi.scoring import (
    GRADES,
    MIN_COVERAGE,
    CardItem,
    Grade,
    attainment,
    card_total,
    grade_of,
    item_score,
    status_of_item,
)
from kpi.sheet_calls import (
    EPOCH,
    WORDS,
    BadArgumentError,
    Call,
    Cell,
    Compute,
    Grid,
    Value,
    call,
    is_number,
    same_text,
    spelled,
    text_of,
)
from kpi.sheet_scoring import PACED
from kpi.typed_rows import Bound

NOT_APPLICABLE, BLOCK, STALE = "not_applicable", "block", "stale"
MOST_DECIMALS = 4
SUNDAY = 6


def answer(name: str, *arguments: object) -> list[list[Cell]]:
    """The answers of a local function by any of its names, as rows of cells.

    Raises:
        KeyError: There is no such function, or only the service answers it.
    """
    found = function(name)
    return call(found, arguments, COMPUTE[found.code])


def _score(given: Call) -> Value:
    method = given.text("method")
    if not method:
        return None
    cap, floor = given.number("cap"), given.number("floor") or 0.0
    if cap is not None and not floor <= cap <= MOST_POINTS:
        raise BadArgumentError(
            f"封顶分应在保底分与 {MOST_POINTS:g} 之间，或留空。",
            f"cap must lie between the floor and {MOST_POINTS:g}, or be left empty.",
        )
    params = step_params(given, method) or tuple(
        _parameter(given, method, one) for one in PARAMETERS
    )
    return item_score(method, given.number("actual"), given.number("due"), params, cap, floor)


def _parameter(given: Call, method: str, name: str) -> float | None:
    """A parameter, or its method's default."""
    typed = given.number(name)
    return (METHODS[method].defaults or {}).get(name) if typed is None else typed


def _attain(given: Call) -> Value:
    better = given.text("better")
    if not better:
        return None
    return attainment(given.number("actual"), given.number("due"), better, given.text("method"))


def _status(given: Call) -> Value:
    better = given.text("better")
    if not better:
        return None
    found = status_of_item(
        given.number("actual"),
        given.number("due"),
        Better(better),
        given.number("warn"),
        given.number("breach"),
        Bound(given.text("bound", Bound.STRICT)),
        additive=given.text("basis") in PACED,
        low=(given.number("warn_low"), given.number("breach_low")),
    )
    language = _language(given)
    if found is not Status.NO_DATA and given.text("state") == STALE:
        return spelled("data_state", STALE, language)
    return spelled("status", found.value, language)


def _language(given: Call) -> str:
    found = given.text("language", "zh").casefold()
    if found not in {"zh", "en"}:
        raise BadArgumentError("文字语言应为 zh 或 en。", "language must be zh or en.")
    return found


# --- cards ----------------------------------------------------------------------------------------


def _total(given: Call) -> Value:
    part = given.text("part", "total").casefold()
    if part not in {"total", "coverage"}:
        raise BadArgumentError("part 应为 total 或 coverage。", "part must be total or coverage.")
    least = given.number("least")
    items = list(_items(given))
    if any(item.weight < 0 for item in items):
        raise BadArgumentError("权重不能小于 0。", "A weight must not be below 0.")
    card = card_total(items, MIN_COVERAGE if least is None else least)
    return card.coverage if part == "coverage" else card.total


def _items(given: Call) -> Iterator[CardItem]:
    """The lines of the card: those that meet every condition and have a weight."""
    columns = {name: _flat(grid) for name, grid in given.columns.items()}
    weights = columns["weights"]
    if any(len(one) != len(weights) for one in columns.values()):
        raise BadArgumentError("各列行数不一致。", "The columns differ in length.")
    tests = [
        (columns[f"range{n}"], given.text(f"value{n}")) for n in (1, 2, 3) if f"range{n}" in columns
    ]
    for n, weight in enumerate(weights):
        if not is_number(weight) or any(not same_text(col[n], wanted) for col, wanted in tests):
            continue
        score = columns["scores"][n]
        yield CardItem(
            str(n),
            float(weight),
            float(score) if is_number(score) else None,
            applicable=not _says(columns, "states", n, "data_state", NOT_APPLICABLE),
            block=_says(columns, "missing", n, "missing", BLOCK),
        )


def _flat(grid: Grid) -> list[Cell]:
    return [cell for row in grid for cell in row]


def _says(columns: Mapping[str, list[Cell]], name: str, n: int, words: str, code: str) -> bool:
    """Whether a cell of a column says a word, in either language or as its code."""
    return name in columns and any(
        same_text(columns[name][n], text) for one in WORDS[words] if one[0] == code for text in one
    )


def _grade(given: Call) -> Value:
    ladder = sorted(_grades(given), key=lambda one: one.start or 0.0, reverse=True)
    if ladder:
        ladder[-1] = replace(ladder[-1], start=None)  # below the lowest is the lowest
    vetoes = int(given.number("vetoes") or 0)
    found = grade_of(given.number("total"), vetoes, ladder or GRADES)
    return None if found is None else found.name


def _grades(given: Call) -> Iterator[Grade]:
    """Rows of grade and start; rows without either are empty lines of the table."""
    for row in given.columns.get("grades", ()):
        if len(row) < 2:  # noqa: PLR2004 - grade, from
            if text_of(row[0] if row else None):
                raise BadArgumentError("等级表应有两列。", "grades must have two columns.")
            continue
        name, start = text_of(row[0]), row[1]
        if name and is_number(start):
            yield Grade(name, float(start), 0.0)


# --- targets --------------------------------------------------------------------------------------


def _due(given: Call) -> Value:
    target, share = given.number("target"), given.number("share")
    start, end, covered = (given.number(name) for name in ("start", "end", "covered"))
    if share is None and start is not None and end is not None and covered is not None:
        if end < start:
            raise BadArgumentError("期间末日早于首日。", "The period ends before it starts.")
        days = min(covered - start + 1, end - start + 1)
        share = normalise(days / (end - start + 1)) if days > 0 else None
    return None if target is None or share is None else R(target * share)


def _target(given: Call) -> Value:
    """The week's part; 0 for a week that does not touch the month."""
    from kpi.calendar import month_period  # noqa: PLC0415 - scoring alone needs no holidays
    from kpi.targets import week_targets  # noqa: PLC0415

    target, month, week = (given.number(name) for name in ("target", "month", "week"))
    if target is None or month is None or week is None:
        return None
    decimals, first = given.number("decimals"), given.number("week_start") or 0.0
    places = 2 if decimals is None else int(decimals)
    if not 0 <= places <= MOST_DECIMALS:
        raise BadArgumentError("小数位应为 0 到 4。", "decimals must be 0 to 4.")
    if first not in range(SUNDAY + 1):
        raise BadArgumentError("周起始应为 0 到 6。", "week_start must be 0 to 6.")
    day = EPOCH + timedelta(days=month)
    window = month_period(day.year, day.month).window
    parts = week_targets(target, window, _factors(given, window.days), places, int(first))
    wanted = EPOCH + timedelta(days=week)
    found = [part for one, _, part in parts if one.window.start <= wanted < one.window.end]
    return found[0] if found else 0.0


def _factors(given: Call, days: int) -> tuple[float, ...]:
    if "factors" not in given.columns:
        return (1.0,) * days
    cells = _flat(given.columns["factors"])
    found = [float(cell) for cell in cells if is_number(cell)]
    if len(found) != days or len(cells) != days or min(found) < 0 or not sum(found) > 0:
        raise BadArgumentError(
            f"每日权重应有 {days} 个不小于 0 的数字。",
            f"factors must be {days} numbers, none below 0.",
        )
    return tuple(found)


def _fx(given: Call) -> Value:
    amount = given.number("amount")
    bottom, top = (_dollars(given, given.text(name)) for name in ("wanted", "given"))
    if amount is None or top is None or bottom is None:
        return None
    return R(amount * top / bottom)


def _dollars(given: Call, currency: str) -> float | None:
    """US dollars per unit, from the table; the dollar itself is 1."""
    if same_text(currency, "USD"):
        return 1.0
    for row in given.columns["rates"]:
        if len(row) < 2:  # noqa: PLR2004 - currency and rate
            raise BadArgumentError("汇率表应有两列。", "rates must have two columns.")
        if same_text(row[0], currency):
            found = row[1]
            return float(found) if is_number(found) and found > 0 else None
    return None


# --- pay ------------------------------------------------------------------------------------------


def _bonus(given: Call) -> Value:
    method, attendance = given.text("method"), given.number("attendance")
    if not method:
        return None
    total, team = given.number("total"), given.number("team")
    basis = PayBasis(
        person="",
        period="",
        total=total,
        grade=None,
        coefficient=given.number("coefficient"),
        base=given.number("base"),
        attendance=1.0 if attendance is None else attendance,
        amount=given.number("amount"),
        goal=given.number("goal"),
        vetoes=int(given.number("vetoes") or 0),
        team=None if team is None else Decimal(repr(team)),
    )
    try:
        rule = PayRule(
            code="",
            method=PayMethod(method),
            currency=given.text("currency", "CNY").upper(),
            params=(given.number("p1"), given.number("p2"), given.number("p3"), given.number("p4")),
            cap=given.number("cap"),
            slices=tuple(_slices(given)),
        )
        earned = pay_line(basis, rule, PayState.FINAL).earned
    except KpiError as error:
        raise BadArgumentError(
            "规则参数有误：起付线应在 0 与 1 之间，阶梯应首尾相接。",
            "The rule is wrong: a threshold lies from 0 up to 1, each slice starts where one ends.",
        ) from error
    return None if earned is None else float(earned) + 0.0


def _slices(given: Call) -> Iterator[Slice]:
    """Rows of from, to, rate; rows without a start or rate are empty lines of the table."""
    for row in _ladder(given):
        if len(row) < 3:  # noqa: PLR2004 - from, to, rate
            if row and row[0] not in (None, ""):
                raise BadArgumentError("阶梯应有三列。", "ladder must have three columns.")
            continue
        start, end, rate = row[0], row[1], row[2]
        if is_number(start) and is_number(rate):
            yield Slice(float(start), float(end) if is_number(end) else None, float(rate))


def _ladder(given: Call) -> Iterator[Sequence[Cell]]:
    """The rows of the ladder; of a table of many rules, those of the one."""
    rows = given.columns.get("ladder", ())
    if "rules" not in given.columns:
        yield from rows
        return
    rules = _flat(given.columns["rules"])
    if len(rules) != len(rows):
        raise BadArgumentError("各列行数不一致。", "The columns differ in length.")
    wanted = given.text("rule")
    yield from (row for row, rule in zip(rows, rules, strict=True) if same_text(rule, wanted))


COMPUTE: Mapping[str, Compute] = {
    "SCORE": _score,
    "ATTAIN": _attain,
    "STATUS": _status,
    "TOTAL": _total,
    "GRADE": _grade,
    "DUE": _due,
    "TARGET": _target,
    "FX": _fx,
    "BONUS": _bonus,
}
