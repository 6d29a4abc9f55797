"""Mutants of one module of kpi: each changes one operator, constant or sign of a formula's text.

`python -m tests.mutants kpi/numbers.py tests/test_a.py ...` runs the tests over each mutant and
prints those that nothing found, as JSON. A mutant runs in a fork that has pytest and numpy loaded
already and lays the changed module over the real one in memory, so that hundreds take minutes.
Run it with nothing else loaded: a fork must not inherit the threads of a store.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import json
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 60  # of its own work: a mutant that loops is found when they are over
OPTIONS = (
    *("-x", "-q", "--noconftest", "--hypothesis-seed=1", "-p", "no:cacheprovider"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # hypothesis is loaded before the fork
)
FORMULAS = frozenset({"kpi/scoring.py", "kpi/methods.py"})  # their texts are code too
SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
SIGNS = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}
SIGN = re.compile(r"(?<= )(<=|>=|[-+*/<>])(?= )")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: what a reader looks for, and the whole source that has it."""

    what: str
    source: str


def mutants(source: str, *, formulas: bool = False) -> Iterator[Mutant]:
    """Every single change of a source; `formulas`: of the signs inside its texts as well."""
    tree = ast.parse(source)
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for parent in list(ast.walk(tree)):
        for name, value in ast.iter_fields(parent):
            nodes = value if isinstance(value, list) else [value]
            for at, node in enumerate(nodes):
                if isinstance(node, ast.AST) and id(node) not in documents:
                    line = getattr(node, "lineno", getattr(parent, "lineno", 0))
                    for what, new in _changes(node, formulas=formulas):
                        with _put(parent, name, at, new):
                            yield Mutant(f"{line}: {what}", ast.unparse(tree))


def _changes(node: ast.AST, *, formulas: bool) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in a node's place."""
    swapped = SWAPS.get(type(node))
    if swapped is not None:
        yield f"{type(node).__name__} becomes {swapped.__name__}", swapped()
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield f"{node.value} becomes {node.value + 1}", ast.Constant(node.value + 1)
    if formulas and isinstance(node.value, str):
        for sign in SIGN.finditer(node.value):
            text = node.value[: sign.start()] + SIGNS[sign[0]] + node.value[sign.end() :]
            yield f"{node.value!r} becomes {text!r}", ast.Constant(text)


@contextlib.contextmanager
def _put(parent: ast.AST, name: str, at: int, new: ast.AST) -> Iterator[None]:
    """The change in the tree, for as long as the source is written."""
    field = getattr(parent, name)
    if isinstance(field, list):
        old = field[at]
        field[at] = new
        yield
        field[at] = old
    else:
        setattr(parent, name, new)
        yield
        setattr(parent, name, field)


def survivors(module: str, tests: Sequence[str]) -> tuple[int, list[str]]:
    """How many mutants were tried, and those over which the tests stay green."""
    source = Path(module).read_text(encoding="utf-8")
    if not _green(module, source, tests):
        raise SystemExit(f"{module}: the tests are red without a mutant")
    found = list(mutants(source, formulas=module in FORMULAS))
    return len(found), [one.what for one in found if _green(module, one.source, tests)]


def _green(module: str, source: str, tests: Sequence[str]) -> bool:
    """Whether the tests pass over the changed module, in a process that ends afterwards."""
    child = os.fork()
    if not child:
        code = 1  # what a mutant that cannot even be loaded ends with
        try:
            signal.setitimer(signal.ITIMER_PROF, SECONDS)  # no clock: others may keep us waiting
            code = _run(module, source, tests)
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


def _run(module: str, source: str, tests: Sequence[str]) -> int:
    import pytest  # noqa: PLC0415 - the parent process has loaded it

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        _lay_over(module, source)
        return int(pytest.main([*OPTIONS, *tests]))


def _lay_over(module: str, source: str) -> None:
    """Make the changed source the module that everything imports."""
    name = module.removesuffix(".py").replace("/", ".")
    spec = importlib.util.spec_from_file_location(name, module)
    assert spec is not None
    made = importlib.util.module_from_spec(spec)
    package, _, short = name.rpartition(".")
    setattr(importlib.import_module(package), short, made)
    sys.modules[name] = made
    exec(compile(source, module, "exec"), made.__dict__)  # noqa: S102 - our own source


def _warm() -> None:
    """Load what every fork needs and what no mutant changes."""
    import hypothesis.strategies  # noqa: PLC0415 - loaded for the forks
    import numpy as np  # noqa: F401, PLC0415 - the same
    import pytest  # noqa: PLC0415 - the same

    with contextlib.redirect_stdout(io.StringIO()):
        pytest.main(["--version"])
    # As tests/conftest.py, which is not loaded: a slow try on a busy machine finds no mutant.
    hypothesis.settings.register_profile("laws", deadline=None)
    hypothesis.settings.load_profile("laws")


def main(words: Sequence[str]) -> int:
    """One module and its tests."""
    _warm()
    tried, alive = survivors(words[0], words[1:])
    sys.stdout.write(json.dumps({"tried": tried, "alive": alive}, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
