"""`python -m sync_service ...`: every command, its exit code, and the sentence when it cannot run.

Exit codes: 0 done; 1 done, and something needs a person; 2 the command line is wrong; 3 refused,
the sentence says why; 75 somebody else is at it, try again later. With --json exactly one JSON
object goes to standard output, also when the command is refused.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from kpi.errors import KpiError
from kpi.model import Language
from sync_service.commands import (
    books,
    calendar,
    changes,
    connecting,
    contracts,
    conversion,
    data,
    demo,
    distribution,
    divide,
    files,
    forecast,
    google,
    old_books,
    packs,
    payout,
    resources,
    review,
    service,
    statement,
    targets,
    tasks,
)
from sync_service.console import Exit, Terminal
from sync_service.house import open_house
from sync_service.outside import OUTSIDE, from_outside
from sync_service.redaction import start_logging
from sync_service.settings import Settings, from_environment
from sync_service.told import BusyError, ToldError, sentence
from sync_service.workbooks.refusals import BookChangedError, BookInUseError

GROUPS = (  # in the order of --help
    books,
    conversion,
    contracts,
    targets,
    divide,
    tasks,
    review,
    calendar,
    changes,
    forecast,
    resources,
    connecting,
    google,
    data,
    demo,
    service,
    files,
    old_books,
    packs,
    payout,
    distribution,
    statement,
)
AGAIN = (BookChangedError, BookInUseError, BusyError)


class WrongWordsError(ToldError):
    """A command line that cannot be understood."""


class Words(argparse.ArgumentParser):
    """A parser that lets `main` say what is wrong, in JSON too."""

    def error(self, message: str) -> NoReturn:
        """Carry the sentence with the usage of the command that was meant."""
        usage = self.format_usage()
        raise WrongWordsError(
            f"{usage}{message}. `{self.prog} --help` shows what can be written.",
            f"{usage}命令行有误：{message}。运行 `{self.prog} --help` 查看写法。",
        )


def parser() -> Words:
    """The command line."""
    made = Words(prog="python -m sync_service", description=__doc__)
    _add_common(made, None)
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    for one in set(commands.choices.values()):  # they may also stand behind the command
        nested = one.get_default("nested")
        for each in (one, *(set(nested.choices.values()) if nested else ())):
            _add_common(each, argparse.SUPPRESS)
    return made


def _add_common(made: argparse.ArgumentParser, default: str | None) -> None:
    """What every command takes."""
    of_json = default if default is not None else False
    made.add_argument(
        "--json", action="store_true", default=of_json, help="one JSON object on standard output"
    )
    made.add_argument(
        "--lang", choices=("zh", "en"), default=default, help="language of the output"
    )
    made.add_argument(
        "--home", type=Path, default=default, help="data folder; the default is LINKSTAR_HOME"
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    _readable_streams()
    start_logging(logging.WARNING)
    typed = list(sys.argv[1:] if words is None else words)
    terminal = Terminal(_meant(typed), as_json="--json" in typed)
    code = _understood(terminal, typed)
    terminal.result["exit"] = int(code)
    terminal.finish()
    return int(code)


def _meant(typed: Sequence[str]) -> Language:
    """The language of a sentence about the command line or the settings themselves."""
    asked = [after for word, after in pairwise(typed) if word == "--lang"]
    asked += [word.removeprefix("--lang=") for word in typed if word.startswith("--lang=")]
    if asked:
        return "zh" if asked[-1] == "zh" else "en"
    try:
        return from_environment().language
    except KpiError:
        return "en"


def _understood(terminal: Terminal, typed: Sequence[str]) -> Exit:
    """Read the command line and the settings, then run."""
    try:
        given = parser().parse_args(typed)
        settings = _settings(given)
    except WrongWordsError as error:
        return _refused(terminal, error, Exit.USAGE)
    except KpiError as error:
        return _refused(terminal, error, Exit.REFUSED)
    return _run(terminal, settings, given)


def _command(terminal: Terminal, settings: Settings, given: argparse.Namespace) -> Exit:
    """Run it; only what needs the installation opens it, and makes its data folder."""
    if getattr(given, "alone", False):  # it opens an installation of its own
        alone: Exit = given.run(terminal, settings, given)
        return alone
    if given.command == "verify":  # on anybody's computer
        return contracts.run_verify(terminal, given)
    with open_house(settings) as house:
        done: Exit = given.run(terminal, house, given)
        return done


def _run(terminal: Terminal, settings: Settings, given: argparse.Namespace) -> Exit:
    """The command, and the sentence when it cannot run."""
    try:
        return _command(terminal, settings, given)
    except AGAIN as error:
        return _refused(terminal, error, Exit.RETRY)
    except KpiError as error:
        return _refused(terminal, error, Exit.REFUSED)
    except OUTSIDE as error:
        told = from_outside(error, settings.home)
        return _refused(terminal, told, Exit.RETRY if isinstance(told, BusyError) else Exit.REFUSED)
    except KeyboardInterrupt:
        terminal.say("已停止；再次运行会接着做。", "Stopped; the next run goes on from here.")
        return Exit.RETRY


def _refused(terminal: Terminal, error: KpiError, code: Exit) -> Exit:
    said = sentence(error, terminal.language)
    terminal.result["error"] = said
    sys.stderr.write(f"{said}\n")
    return code


def _settings(given: argparse.Namespace) -> Settings:
    settings = from_environment()
    if given.home is None:
        return settings
    home = given.home.resolve()
    return replace(settings, home=home, database=f"sqlite:///{home / 'control.db'}")


def _readable_streams() -> None:
    """Chinese text on any console: Windows may start with a code page that lacks it."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace")
