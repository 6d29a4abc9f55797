"""The runtimes of the KPI language side by side: scalar, numpy, node and LibreOffice."""

from __future__ import annotations

import json
import random
import shutil
import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from kpi.arrays import Column, evaluate_array
from kpi.evaluate import evaluate
from kpi.formula import to_formula
from kpi.javascript import runtime, to_javascript
from kpi.numbers import normalise
from kpi.parser import parse
from kpi.syntax import Expression
from kpi.values import Scalar
from tests.libreoffice import CellError, CellResult, Office

Case = Mapping[str, Scalar]
NODE = "node is not installed; run: apt-get install -y nodejs"


def bits(value: float | None) -> str:
    """The double as text that shows the sign of zero and the last bit; unknown is a word."""
    return "unknown" if value is None else struct.pack(">d", value).hex()


def scalars(expression: Expression, rows: Sequence[Case]) -> list[str]:
    """By `evaluate`."""
    return [bits(evaluate(expression, row, days=30.0)) for row in rows]


def arrays(expression: Expression, rows: Sequence[Case], texts: frozenset[str]) -> list[str]:
    """By `evaluate_array`, all rows at once."""
    names = {name for row in rows for name in row}
    columns: dict[str, Column] = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if name in texts:
            columns[name] = np.array([str(v or "") for v in values])
        else:
            columns[name] = np.array([np.nan if v is None else v for v in values], np.float64)
    found = evaluate_array(expression, columns, (len(rows),), days=30.0)
    return [bits(None if np.isnan(one) else float(one)) for one in found]


def node(expressions: Sequence[Expression], rows: Sequence[Case]) -> list[list[str]]:
    """By the JavaScript of all expressions in one run of node."""
    program = shutil.which("node")
    if program is None:
        pytest.fail(NODE, pytrace=False)
    functions = ",\n".join(to_javascript(expression) for expression in expressions)
    script = f"""{runtime()}
const FUNCTIONS = [{functions}];
const ROWS = {json.dumps(rows)};  // NaN and Infinity are words of JavaScript
const view = new DataView(new ArrayBuffer(8));
const bits = (x) => {{
  if (typeof x !== "number") return "unknown";
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
}};
const made = ROWS.map((row) => KPI.row(row, 30));
process.stdout.write(JSON.stringify(FUNCTIONS.map((f) => made.map((row) => bits(f(row))))));
"""
    done = subprocess.run([program, "-"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found: list[list[str]] = json.loads(done.stdout)
    return found


def sheet(
    office: Office, path: Path, expressions: Sequence[Expression], rows: Sequence[Case]
) -> list[list[str]]:
    """By native formulas that LibreOffice calculates, one column an expression."""
    names = sorted({name for row in rows for name in row})
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet("rows")
    for number, row in enumerate(rows):
        for column, name in enumerate(names):
            value = row.get(name)
            if value is not None:
                page.write(number, column, value)
        cell = _cells(names, number)
        for column, expression in enumerate(expressions, len(names)):
            page.write_formula(number, column, "=" + to_formula(expression, cell))
    book.close()
    results = office.calculate(path)["rows"]
    width = range(len(names), len(names) + len(expressions))
    return [[_cell_bits(row[column]) for row in results] for column in width]


def _cells(names: Sequence[str], number: int) -> Callable[[str], str]:
    places = {name: f"{chr(65 + column)}{number + 1}" for column, name in enumerate(names)}
    return lambda code: places[code]


def _cell_bits(value: CellResult) -> str:
    if isinstance(value, CellError):
        return "unknown" if value.code == 32767 else f"error {value.code}"
    assert isinstance(value, float), value
    return bits(value)


# ---------------------------------------------------------------------------------- random input

EDGES = (0.0, 1.0, -1.0, 0.5, 2.5, 1e-9, 5e-10, 1.005, 2.675, 0.1 + 0.2, 1e-300, 5e-324, 1e308)
LIMITS = (999.9999999999, 1000.0, 999999.9999999, 1e6, 999999999.9, 1e9, 99999999999.9, 1e11, 1e15)


def nasty(chance: random.Random) -> float | None:
    """Any double: edges, ties, huge, tiny, infinite, unknown."""
    pick = chance.randrange(10)
    if pick == 0:
        return None
    if pick == 1:
        return chance.choice([*EDGES, *LIMITS, float("inf"), float("-inf"), float("nan"), -0.0])
    if pick == 2:
        return struct.unpack(">d", chance.randbytes(8))[0]  # type: ignore[no-any-return]  # one
    return ordinary(chance)


def ordinary(chance: random.Random) -> float:
    """A number as shops have them, normalised as every input is; with ties and neighbours."""
    pick = chance.randrange(6)
    size = 10.0 ** chance.randint(0, 9)
    if pick == 0:
        return float(chance.randint(-3, 1000))
    if pick == 1:
        return round(chance.uniform(0, size), 2)
    if pick == 2:
        return normalise(chance.uniform(-size, size))
    if pick == 3:
        return normalise(chance.choice(LIMITS) * (1 + chance.randint(-3, 3) * 1e-13))
    if pick == 4:
        return normalise(chance.randint(-2000, 2000) / 2 + chance.choice((0, 5e-10, 1e-9)))
    return normalise(chance.choice((79.5, 80, 90, 99.99999999949, 100, 110, 120, 0.9)))


def formula_text(chance: random.Random, depth: int = 4) -> str:
    """A random formula over a, b, c and the text m."""
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(["a", "b", "c", "0", "1", "2.5", "100", "1e-9", "DAYS()"])
    below = [formula_text(chance, depth - 1) for _ in range(3)]
    sign = chance.choice(["+", "-", "*", "/", "<", "<=", ">", ">=", "=", "<>"])
    shapes = [
        f"({below[0]}) {sign} ({below[1]})",
        f"({below[0]}) / ({below[1]})",
        f"({below[0]}) - ({below[1]})",
        f"-({below[0]})",
        f"R({below[0]})",
        f"IF({below[0]}, {below[1]}, {below[2]})",
        f'IF(m = "{chance.choice("xy")}", {below[1]}, {below[2]})',
        f"MIN({', '.join(below)})",
        f"MAX({', '.join(below[:2])})",
        f"ABS({below[0]})",
        f"FLOOR({below[0]})",
        f"ROUND({below[0]}, {chance.randint(0, 9)})",
        f"ISKNOWN({below[0]})",
        f"AND({below[0]}, {below[1]})",
        f"OR({below[0]}, {below[1]})",
        f"NOT({below[0]})",
    ]
    return chance.choice(shapes)


def formulas(seed: int, count: int) -> list[Expression]:
    """So many random formulas; the same for the same seed."""
    chance = random.Random(seed)
    return [parse(formula_text(chance)) for _ in range(count)]


def cases(seed: int, count: int, number: Callable[[random.Random], float | None]) -> list[Case]:
    """So many rows of a, b, c and m; the same for the same seed."""
    chance = random.Random(seed)
    return [
        {
            **{name: number(chance) for name in "abc"},
            "m": chance.choice(["x", "y", "x", "y", None]),
        }
        for _ in range(count)
    ]
