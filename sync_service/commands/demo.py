"""The main job on one machine: stand-in platforms, two companies, a refreshed workbook each."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kpi.errors import Problem
from kpi.model import Language
from sheet_templates.build import build
from sync_service.commands.books import order_of, show
from sync_service.commands.demo_files import drop_files
from sync_service.console import Exit, Terminal
from sync_service.house import House, open_house
from sync_service.refresh import refresh
from sync_service.sandbox.books import book_start
from sync_service.sandbox.clock import SandboxClock
from sync_service.sandbox.connections import connect_sandbox
from sync_service.sandbox.serve import apart
from sync_service.sandbox.world import SANDBOX_NOW, World
from sync_service.settings import PROJECT, Settings
from sync_service.sharing import share
from sync_service.sync import backfill, sync

BOOKS: tuple[tuple[str, Language, str], ...] = (
    ("XH", "zh", "星河跨境-运营工作簿.xlsx"),
    ("HY", "en", "Haiyue operations workbook.xlsx"),
)

SLICES = (("OPS1", "OPS1-本人版.xlsx"), ("OPS6", "OPS6 partner workbook.xlsx"))


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of the demo."""
    one = commands.add_parser("demo", help="the main job on built-in companies / 演示")
    one.add_argument("--folder", type=Path, default=PROJECT / "demo", help="where the workbooks go")
    one.set_defaults(run=run, alone=True)


def run(terminal: Terminal, settings: Settings, words: argparse.Namespace) -> Exit:
    """Everything, over real HTTP on loopback; a second run keeps what a person typed."""
    folder: Path = words.folder
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / "data"
    home.mkdir(parents=True, exist_ok=True)
    hands = home / "sandbox.clock"
    clock = SandboxClock(SANDBOX_NOW, hands)
    with (
        apart(SANDBOX_NOW, hands) as sandbox,
        open_house(demo_settings(settings, home, sandbox.netloc), clock) as house,
    ):
        shops = connect_sandbox(house, sandbox)
        terminal.say(
            f"已连接 {len(shops)} 个店铺（本机模拟平台）。",
            f"{len(shops)} shops connected to the stand-in platforms on this machine.",
        )
        found = (*_fetch(terminal, house), *drop_files(terminal, house, sandbox.world))
        _books(terminal, house, sandbox.world, folder)
    terminal.problems(found)
    terminal.say(
        "无需账号体验 Google 表格：python -m sync_service google demo",
        "Google Sheets without an account: python -m sync_service google demo",
    )
    return Exit.OK


def demo_settings(settings: Settings, home: Path, netloc: str) -> Settings:
    """Settings of the demo's installation, which may call one host and port of this computer."""
    return replace(
        settings,
        home=home,
        database=f"sqlite:///{home / 'control.db'}",
        loopback=frozenset({netloc}),
    )


def _fetch(terminal: Terminal, house: House) -> Sequence[Problem]:
    """Recent days, then the past, as far as each platform serves it."""
    with terminal.steps() as bar:
        recent = sync(house.syncing, progress=bar.fetching("取数", "Fetching"))
    with terminal.steps() as bar:
        past = backfill(house.syncing, progress=bar.fetching("补历史", "Backfill"))
    rows = recent.rows + past.rows
    terminal.say(f"取到 {rows:,} 行事实。", f"{rows:,} rows of facts fetched.")
    return (*recent.problems, *past.problems)


def _books(terminal: Terminal, house: House, world: World, folder: Path) -> None:
    """A workbook for each company: made once, refreshed each time."""
    made: list[str] = []
    for company, language, name in BOOKS:
        path = folder / name
        if not path.exists():
            build(path, "manager", language, book_start(world, company, language))
        with terminal.steps() as bar:
            outcome = refresh(house, order_of(house, path, "demo"), bar.step)
        show(terminal, outcome, path)
        made.append(str(path))
    made += _slices(terminal, house, folder)
    terminal.result["books"] = made
    terminal.say("用 Excel、WPS 或 LibreOffice 打开：", "Open in Excel, WPS or LibreOffice:")
    for one in made:
        terminal.say(f"  {one}", f"  {one}")


def _slices(terminal: Terminal, house: House, folder: Path) -> list[str]:
    """One person's own workbook of each company, as an agency or a scored person gets it."""
    made = []
    for (_, language, book), (person, name) in zip(BOOKS, SLICES, strict=True):
        out = folder / name
        share(house, order_of(house, folder / book, "demo"), person, out, language)
        terminal.say(
            f"{name}：只含 {person} 的数据。", f"{name}: nothing but the rows of {person}."
        )
        made.append(str(out))
    return made
