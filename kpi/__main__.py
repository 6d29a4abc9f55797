"""`python -m kpi COMMAND ...`: doors for checks from outside; the product itself is elsewhere.

cases FILE      run published cases, one line each; 1 when one fails
evaluate        formulas as JSON lines on stdin, values as JSON lines on stdout; see `kpi.lines`
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from kpi import cases, lines
from kpi.catalog import shipped
from kpi.errors import KpiError


def _cases(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        raise KpiError("Give one file: python -m kpi cases FILE")
    return cases.run(Path(arguments[0]), sys.stdout)


def _evaluate(arguments: Sequence[str]) -> int:
    """Answer each line at once; an empty line has no answer."""
    if arguments:
        raise KpiError("evaluate reads stdin and takes no arguments: python -m kpi evaluate")
    for line in sys.stdin.buffer:
        if line.strip():
            text = lines.answer(line, shipped()) + "\n"
            sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
            sys.stdout.buffer.flush()
    return 0


COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "cases": _cases,
    "evaluate": _evaluate,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command; 2 when it was not understood or its input cannot be used.

    1 without a word when the reader of the answers went away, as `head` does.
    """
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        sys.stderr.write(f"python -m kpi {{{' | '.join(COMMANDS)}}} ...\n")
        return 2
    try:
        return command(arguments[1:])
    except KpiError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except BrokenPipeError:
        sys.stdout = None  # what is left in it would be flushed at exit, and fail once more
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
