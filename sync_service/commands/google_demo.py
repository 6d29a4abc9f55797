"""`google demo`: the commands of Google Sheets without an account, over a stand-in of Google.

The stand-in listens on this computer while the command runs, and forgets everything afterwards;
what stands in the spreadsheet that was shared is written to a workbook file at the end.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sync_service.commands import google_books, google_refresh, google_share
from sync_service.commands.demo import BOOKS, SLICES, demo_settings
from sync_service.console import Exit, Terminal
from sync_service.google.accounts import ACCOUNT, keep
from sync_service.google.hosts import OPTION
from sync_service.house import House, open_house
from sync_service.sandbox.clock import SandboxClock
from sync_service.sandbox.google.running import GoogleSandbox, not_available
from sync_service.sandbox.server import HOST
from sync_service.sandbox.world import SANDBOX_NOW
from sync_service.settings import PROJECT, Settings
from sync_service.told import ToldError

ROBOT = "linkstar@demo.example"
PARTNER = "partner@agency.example"


@dataclass(frozen=True, slots=True)
class Steps:
    """Commands of this installation, typed one after another, each shown before it runs."""

    terminal: Terminal
    house: House
    done: list[dict[str, object]]

    def run(self, *words: str) -> str:
        """One command; gives the spreadsheet that it is about."""
        self.terminal.say("", "")
        line = shlex.join(("python", "-m", "sync_service", "google", *words))
        self.terminal.say(f"> {line}", f"> {line}")
        given = _parser().parse_args(words)
        step = replace(self.terminal, result={})
        code: Exit = given.run(step, self.house, given)
        self.done.append({"command": list(words), "exit": int(code), **step.result})
        return str(step.result.get("sheet", ""))


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this action."""
    one = actions.add_parser("demo", help="all this without an account / 无账号演示")
    one.add_argument("--folder", type=Path, default=PROJECT / "demo", help="of `demo`'s workbooks")
    one.set_defaults(run=run, alone=True)


def run(terminal: Terminal, settings: Settings, words: argparse.Namespace) -> Exit:
    """Create, import, refresh, share, rights and export, over real HTTP on loopback."""
    book, person = _of_demo(words.folder, terminal)
    with _standing_in(settings, words.folder) as house:
        terminal.say(
            "以下命令对本机的 Google 替身运行：它不计算公式，链接打不开，命令结束后一切消失。",
            "These commands run against a stand-in of Google on this computer: it calculates no "
            "formulas, its links lead nowhere, and it forgets everything at the end.",
        )
        steps = Steps(terminal, house, [])
        title = terminal.text("合作方空白表格", "An empty spreadsheet of a partner")
        steps.run("create", "--edition", "partner", "--title", title)
        sheet = steps.run("import", str(book))
        steps.run("refresh", sheet)
        part = steps.run("share", sheet, "--person", person, "--to", PARTNER)
        steps.run("rights", part)
        file = book.with_name(f"Google {person}.xlsx")
        steps.run("export", part, str(file), "--force")
    terminal.result |= {"steps": steps.done, "file": str(file)}
    terminal.say("", "")
    terminal.say(
        f"用 Excel 或 WPS 打开 {file}（打开时会计算公式）。",
        f"Open {file} in Excel or WPS, which calculate its formulas then.",
    )
    return Exit.OK


def _of_demo(folder: Path, terminal: Terminal) -> tuple[Path, str]:
    """The demo's workbook in the reader's language, and whose slice is shared.

    Raises:
        ToldError: The demo has not run in this folder.
    """
    for (_, language, name), (person, _) in zip(BOOKS, SLICES, strict=True):
        if language == terminal.language and (folder / name).is_file():
            return folder / name, person
    raise ToldError(
        f"There is no workbook of the demo in {folder}. Run `python -m sync_service demo` first; "
        "it takes three minutes.",
        f"{folder} 中没有演示工作簿。请先运行 `python -m sync_service demo`，约需三分钟。",
    )


@contextmanager
def _standing_in(settings: Settings, folder: Path) -> Iterator[House]:
    """The demo's installation, whose Google is a stand-in that listens until the end."""
    home = folder / "data"
    clock = SandboxClock(SANDBOX_NOW, home / "sandbox.clock")
    google = GoogleSandbox(clock, evaluate=not_available).start()
    own = demo_settings(settings, home, f"{HOST}:{google.port}")
    own = replace(own, options={**settings.options, OPTION: google.base})
    try:
        with open_house(own, clock) as house:
            before = {name: house.secrets.get(ACCOUNT, name) for name in _names(house)}
            keep(house.secrets, google.service_account(ROBOT))
            try:
                yield house
            finally:
                if before:
                    house.secrets.put(ACCOUNT, before)
    finally:
        google.stop()


def _names(house: House) -> Sequence[str]:
    """What is stored of an account that somebody connected to the demo's installation."""
    return house.secrets.names(ACCOUNT)


def _parser() -> argparse.ArgumentParser:
    """The commands that are shown."""
    made = argparse.ArgumentParser(prog="python -m sync_service google")
    actions = made.add_subparsers(required=True)
    for one in (google_books, google_refresh, google_share):
        one.add(actions)
    return made
