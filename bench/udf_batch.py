"""A million scores in one call of a sheet function: the add-in's JavaScript in node, and numpy.

Actuals run from 0 to 996 against 996 due, so each of 997 scores is checked by exact decimals and
every later row by the row 997 above it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import numpy as np

from bench.measuring import Bench, Contender, Ratio, measure
from kpi.errors import KpiError
from kpi.expression import evaluate_array
from kpi.function_script import script
from kpi.methods import PARAMETERS, score_text

ROWS, SMALL, CYCLE, DUE, CAP = 1_000_000, 50, 997, 996.0, 90.0
GOAL_JAVASCRIPT, GOAL_NUMPY = 0.15, 0.05  # seconds
ASK = """
const [rows, cycle, goal, cap] = process.argv.slice(2).map(Number);
const actual = Array.from({ length: rows }, (_, n) => [n % cycle]), due = actual.map(() => [goal]);
const call = () => KPI_FUNCTIONS.call("SCORE", [actual, due, "ratio_up", , , , , cap]);
let found, cpu;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "go") {
    const before = process.cpuUsage();
    found = call();
    const { user, system } = process.cpuUsage(before);
    cpu = (user + system) / 1e6;
    return process.stdout.write(`${found.length}\\n`);
  }
  const odd = found.filter(([score], n) => score !== found[n % cycle][0]).length;
  const scores = found.slice(0, cycle).map((row) => row[0]);
  process.stdout.write(JSON.stringify({ odd, scores, cpu }) + "\\n");
});
"""
Told = dict[str, object]


def javascript(rows: int) -> Callable[[], Callable[[], Told]]:
    """Give the run: one call in a node that stands ready.

    Raises:
        KpiError: There is no node.
    """
    node = shutil.which("node")
    if node is None:
        raise KpiError("node is not installed; run: apt-get install -y nodejs")
    program = Path(tempfile.mkdtemp()) / "udf_batch.cjs"
    program.write_text(script() + ASK, encoding="utf-8")
    words = [node, str(program), *(str(one) for one in (rows, CYCLE, DUE, CAP))]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(word: str) -> str:
        assert process.stdin is not None  # noqa: S101 - we asked for pipes
        assert process.stdout is not None  # noqa: S101 - the same
        process.stdin.write(f"{word}\n")
        process.stdin.flush()
        return process.stdout.readline()

    def run() -> Callable[[], Told]:
        answered = int(ask("go"))
        return lambda: {"rows": answered, **json.loads(ask("tell"))}

    return run


def numpy_scores(rows: int) -> Callable[[], Callable[[], Told]]:
    """Give the run: the same text over arrays."""
    columns = {
        "actual": np.arange(rows, dtype=np.float64) % CYCLE,
        "target": np.full(rows, DUE),
        "cap": np.full(rows, CAP),
        "floor": np.zeros(rows),
        **{name: np.full(rows, np.nan) for name in PARAMETERS},
    }
    text = score_text("ratio_up")

    def run() -> Callable[[], Told]:
        found = evaluate_array(text, columns, (rows,))

        def tell() -> Told:
            odd = int((found != np.resize(found[:CYCLE], rows)).sum())
            return {"rows": len(found), "odd": odd, "scores": found[:CYCLE].tolist()}

        return tell

    return run


def by_hand() -> list[float]:
    """100 times actual over due, capped, to nine decimals."""
    exact = (Decimal(100) * n / Decimal(DUE) for n in range(CYCLE))
    kept = (one.quantize(Decimal("1e-9"), ROUND_HALF_EVEN) for one in exact)
    return [float(min(one, Decimal(CAP))) for one in kept]


def run(*, small: bool) -> Bench:
    """Measure both and check every score."""
    rows = ROWS // SMALL if small else ROWS
    sides = {"JavaScript": ("javascript", GOAL_JAVASCRIPT), "numpy": ("numpy_scores", GOAL_NUMPY)}
    contenders = [
        Contender(name, "product", f"bench.udf_batch:{made}", {"rows": rows})
        for name, (made, _) in sides.items()
    ]
    measured = measure(contenders, 1 if small else None)
    wanted = {"rows": rows, "odd": 0, "scores": by_hand()}
    faults = [
        f"{name}: {key} differs"
        for name, one in measured.items()
        for key, right in wanted.items()
        if one.value[key] != right
    ]
    ratios = [
        Ratio(
            f"{rows:,} scores, {name}",
            measured[name].median,
            None if small else goal,
            at_most=True,
            unit=" s",
        )
        for name, (_, goal) in sides.items()
    ]
    remarks = [f"CPU of node in its last call: {measured['JavaScript'].value['cpu']:.3f} s"]
    return Bench("udf_batch", measured, ratios, remarks, faults, small=small)
