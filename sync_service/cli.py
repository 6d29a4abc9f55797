"""`python -m sync_service ...`: every command, its exit code, and the sentence when it cannot run.

Exit codes: 0 done; 1 done, and something needs a person; 2 the command line is wrong; 3 refused,
the sentence says why; 75 somebody else is at it, try again later.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kpi.errors import KpiError
from kpi.model import Language
from sync_service.commands import books, data, demo, files, service
from sync_service.console import Exit, Terminal
from sync_service.house import open_house
from sync_service.redaction import start_logging
from sync_service.settings import Settings, from_environment
from sync_service.workbooks.refusals import BookChangedError, BookInUseError

AGAIN = (BookChangedError, BookInUseError)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m sync_service", description=__doc__)
    made.add_argument("--json", action="store_true", help="one JSON object on standard output")
    made.add_argument("--lang", choices=("zh", "en"), help="language of the output")
    made.add_argument("--home", type=Path, help="data folder; the default is LINKSTAR_HOME")
    commands = made.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (books, data, demo, service, files):
        group.add(commands)
    for one in set(commands.choices.values()):  # --json may also stand behind the command
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    _readable_streams()
    start_logging(logging.WARNING)
    given = parser().parse_args(words)
    try:
        settings = _settings(given)
    except KpiError as error:
        sys.stderr.write(f"{error}\n")
        return Exit.REFUSED
    language: Language = given.lang or settings.language
    terminal = Terminal(language, as_json=given.json)
    code = _run(terminal, settings, given)
    terminal.result["exit"] = int(code)
    terminal.finish()
    return int(code)


def _run(terminal: Terminal, settings: Settings, given: argparse.Namespace) -> Exit:
    """The command, and the sentence when it cannot run."""
    try:
        if given.command == "demo":
            return demo.run(terminal, settings, given)
        with open_house(settings) as house:
            done: Exit = given.run(terminal, house, given)
            return done
    except AGAIN as error:
        return _refused(terminal, error, Exit.RETRY)
    except KpiError as error:
        return _refused(terminal, error, Exit.REFUSED)
    except KeyboardInterrupt:
        terminal.say("已停止；再次运行会接着做。", "Stopped; the next run goes on from here.")
        return Exit.RETRY


def _refused(terminal: Terminal, error: KpiError, code: Exit) -> Exit:
    texts = getattr(error, "texts", None)
    said = texts[terminal.language] if isinstance(texts, dict) else str(error)
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
