"""The demo's files: what no platform serves is dropped into the watched folder, once."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from kpi.errors import Level, Problem
from sync_service.console import Terminal
from sync_service.house import House
from sync_service.imports.drop import DropFolder, Dropped
from sync_service.imports.mapping import BESIDE
from sync_service.imports.refusals import note
from sync_service.sandbox.file_mappings import MAPPINGS
from sync_service.sandbox.files import history_files
from sync_service.sandbox.world import SANDBOX_NOW, World

ADS_SINCE = date(2026, 5, 1)  # a manager's exports of two quarters; older ones change no page


def drop_files(terminal: Terminal, house: House, world: World) -> tuple[Problem, ...]:
    """Write the files, import them, and say how many; a second run finds them in `done`."""
    folder = DropFolder(house, house.settings.drop)
    if not (folder.folder / "done" / "own-stores.csv").exists():
        with terminal.steps() as bar:
            bar.step("导入文件", "Importing files")
            write(folder.folder, world, SANDBOX_NOW)
            folder.look()
            found = folder.look()
        rows = sum(one.imported.rows for one in found if one.imported)
        terminal.say(
            f"从投放文件夹导入 {len(found)} 个文件，{rows:,} 行（较早的广告、评价、独立站费用）。",
            f"{len(found)} dropped files imported, {rows:,} rows (older ads, reviews, own stores).",
        )
        return tuple(problem for one in found for problem in _problems(one))
    return ()


def write(folder: Path, world: World, as_of: datetime) -> None:
    """Write the files and, beside those that need one, what their columns mean."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in MAPPINGS.items():
        (folder / f"{name}{BESIDE}").write_text(text, encoding="utf-8")
    for name, content in history_files(world, as_of, ADS_SINCE).items():
        (folder / name).write_bytes(content)


def _problems(one: Dropped) -> tuple[Problem, ...]:
    if one.imported is None:
        said = (one.reason, "")
        return (note("file_refused", one.name, said, said),)
    return tuple(p for p in one.imported.problems if p.level is not Level.NOTE)
