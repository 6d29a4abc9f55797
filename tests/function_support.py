"""Random calls of the local sheet functions, answered by Python and by node."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from kpi.function_answers import answer
from kpi.function_script import script
from kpi.functions import LOCAL, Argument, Kind, SheetFunction
from kpi.numbers import normalise
from kpi.sheet_calls import WORDS, Cell, SheetError
from tests.kpi_language_support import NODE, bits

Shown = str
ODD: tuple[Cell, ...] = (None, "", "  ", "abc", True, SheetError("na", {"zh": "", "en": ""}))
SCALES = (0.01, 1.0, 100.0, 1e5, 1e9)
CONDITIONS = ("range", "value")
OCTOBER = 46_296  # 2026-10-01
TEXTS: Mapping[str, Sequence[Cell]] = {
    "language": ("zh", "en", "EN", None),
    "part": ("total", "coverage", "Coverage", None),
    "given": ("EUR", "eur", "USD", "GBP", "CNY", "XXX"),
    "wanted": ("USD", "EUR", "usd"),
    "currency": ("CNY", "JPY", "usd", None),
    "rule": ("L1", "l2", "L3", None),
    **{f"value{n}": ("OPS1", "ops1 ", "OPS2", 7.0) for n in (1, 2, 3)},
}
GRADES: list[list[Cell]] = [["不合格", 0.0], ["B/2", 60.5], [3.0, 100.0], [None, None]]
STEPS: list[list[list[Cell]]] = [  # the row of Items, two columns, and what is none of them
    [[0.0, 80.0, 50.0, 100.0, 120.0, None, None]],
    [[None, 120.0], [3.0, 100.0], [5.5, 0.0]],
    [[None, 50.0], [0.3, 100.0], [0.2, 150.0], [None, None]],
    [["", 10.0], [60.0, 20.0], [90.0, "ten"]],
    [[80.0, 50.0], [90.0, 100.0]],
    [[float(n) for n in range(17)]],
    [[None] * 15],
]
RATES: list[list[Cell]] = [["EUR", 1.08], ["GBP", 1.27], ["CNY", 0.14], ["PLN", None]]
LADDER: list[list[Cell]] = [
    [0.0, 10_000.0, 0.03],
    [10_000.0, 50_000.0, 0.05],
    [50_000.0, None, 0.08],
]


def draw(seed: int, count: int) -> list[tuple[str, list[object]]]:
    """So many calls, every function as often; the same for the same seed."""
    chance = random.Random(seed)
    return [_call(chance, LOCAL[n % len(LOCAL)]) for n in range(count)]


def _call(chance: random.Random, one: SheetFunction) -> tuple[str, list[object]]:
    size = chance.choice(((1, 1), (1, 1), (3, 1), (1, 3), (2, 2)))
    given: list[object] = [_argument(chance, argument, size) for argument in one.arguments]
    if chance.random() < 0.2:
        given = given[: chance.randint(2, len(given))]
    return one.code, given if len(given) >= _least(one) else given + [None] * _least(one)


def _least(one: SheetFunction) -> int:
    return sum(not a.optional for a in one.arguments)


def _argument(chance: random.Random, argument: Argument, size: tuple[int, int]) -> object:
    if argument.kind is Kind.TABLE:
        if argument.name in {"grades", "table"}:
            own = STEPS if argument.name == "table" else [GRADES, GRADES, [["A"]], [[None, None]]]
            return chance.choice((None, None, *own))
        return RATES if argument.name == "rates" else chance.choice((LADDER, LADDER, [[None] * 3]))
    if argument.kind is Kind.COLUMN and not argument.optional:
        return _column(chance, argument)
    if argument.optional and chance.random() < (0.7 if argument.name[:5] in CONDITIONS else 0.3):
        return None
    if argument.kind is Kind.COLUMN:
        return _column(chance, argument)
    rows, width = size if chance.random() < 0.7 else (1, 1)
    cells = [[_cell(chance, argument) for _ in range(width)] for _ in range(rows)]
    return cells[0][0] if (rows, width) == (1, 1) and chance.random() < 0.5 else cells


def _column(chance: random.Random, argument: Argument) -> list[list[Cell]]:
    if argument.name == "rules":
        return [[chance.choice(("L1", "L1", "L2"))] for _ in range(chance.choice((3, 3, 3, 1)))]
    if argument.name == "factors":
        return [[float(chance.choice((1, 2, 0.5)))] for _ in range(chance.choice((31, 31, 31, 30)))]
    choices: Mapping[str, Callable[[], Cell]] = {
        "scores": lambda: chance.choice((None, 120.0, normalise(chance.uniform(0, 120)), ODD[-1])),
        "weights": lambda: chance.choice((5.0, 12.5, 33.3, 0.0, 100 / 3, None)),
        "states": lambda: _word(chance, "data_state"),
        "missing": lambda: _word(chance, chance.choice(("missing", "better"))),
    }
    make = choices.get(argument.name, lambda: chance.choice(("OPS1", "OPS1", "ops2", 7.0)))
    return [[make()] for _ in range(8)]


def _cell(chance: random.Random, argument: Argument) -> Cell:
    if chance.random() < 0.04:
        return chance.choice(ODD)
    if argument.kind is Kind.WORD:
        return _word(chance, argument.words)
    if argument.kind is Kind.TEXT:
        return chance.choice(TEXTS[argument.name])
    if argument.kind is Kind.DATE:
        return OCTOBER + chance.randint(-3, 40)
    return _number(chance, argument.name)


def _word(chance: random.Random, words: str) -> str:
    return chance.choice(chance.choice(WORDS[words]))


def _number(chance: random.Random, name: str) -> Cell:
    whole: Mapping[str, Sequence[Cell]] = {
        "cap": (120.0, 100.0, 105.5, None, 2.0),
        "floor": (0.0, 40.0, 200.0),
        "vetoes": (0.0, 0.0, 1.0, 2.0),
        "decimals": (0.0, 2.0, 4.0, 5.0),
        "week_start": (0.0, 6.0, 7.0),
        "share": (None, normalise(chance.randint(1, 31) / 31)),
        "least": (None, 0.7, 0.0, 1.0),
        "attendance": (None, 1.0, 0.5, normalise(chance.randint(1, 22) / 22), 1.5),
        "coefficient": (0.0, 0.8, 1.0, 1.2, 1.5, None),
    }
    if name in whole:
        return chance.choice(whole[name])
    if name in {"p1", "p2", "p3", "p4"}:
        return chance.choice((None, 0.7, 1.0, 2.0, 5.0, -1.0, chance.randint(0, 200) / 100))
    value = normalise(chance.uniform(-0.3, 3) * chance.choice(SCALES))
    return chance.choice((value, value, value, float(chance.randint(-2, 130)), 0.0, 100.0))


def by_python(calls: Sequence[tuple[str, list[object]]]) -> list[list[list[Shown]]]:
    """Every answer as bits or text."""
    return [
        [[shown_cell(cell) for cell in row] for row in answer(code, *given)]
        for code, given in calls
    ]


def shown_cell(cell: Cell) -> Shown:
    """An answer as bits or text, an error with its sentences."""
    if isinstance(cell, SheetError):
        return f"{cell.code}: {cell.texts['zh']} {cell.texts['en']}"
    return cell if isinstance(cell, str) else bits(cell)  # type: ignore[arg-type]  # a number


RUN = """
const calls = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
const view = new DataView(new ArrayBuffer(8));
const hex = () => view.getBigUint64(0).toString(16).padStart(16, "0");
const bits = (x) => { view.setFloat64(0, x); return hex(); };
const shown = (cell) => typeof cell === "object" ? `${cell.error}: ${cell.zh} ${cell.en}`
  : typeof cell === "string" ? cell : bits(cell);
const answer = ([code, given]) => KPI_FUNCTIONS.call(code, given).map((row) => row.map(shown));
process.stdout.write(JSON.stringify(calls.map(answer)));
"""


def by_node(calls: Sequence[tuple[str, list[object]]], folder: Path) -> list[list[list[Shown]]]:
    """The same from the generated script in node."""
    program, data = folder / "functions.cjs", folder / "calls.json"
    program.write_text(f"{script()}\n{RUN}", encoding="utf-8")
    data.write_text(json.dumps(calls, default=_error_cell), encoding="utf-8")
    node = shutil.which("node")
    if node is None:
        pytest.fail(NODE, pytrace=False)
    done = subprocess.run(
        [node, str(program), str(data)], capture_output=True, check=False, encoding="utf-8"
    )
    assert not done.returncode, done.stderr
    found: list[list[list[Shown]]] = json.loads(done.stdout)
    return found


def _error_cell(value: object) -> object:
    assert isinstance(value, SheetError)
    return {"error": value.code}
