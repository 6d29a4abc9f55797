"""Commands about files: import, watch."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path

from kpi.errors import KpiError, Problem
from kpi.model import Window
from sync_service.console import Exit, Terminal
from sync_service.house import LAYOUTS, House
from sync_service.imports.drop import LOOK_SECONDS, DropFolder, Dropped
from sync_service.imports.importing import Imported, import_file
from sync_service.imports.layout import DAY, Options
from sync_service.imports.storing import Change
from sync_service.told import ToldError, sentence


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    names = [layout.name for layout in LAYOUTS]
    one = commands.add_parser("import", help="import files of any source / 导入文件")
    one.add_argument("file", nargs="+", type=Path)
    one.add_argument("--shop", help="whose file it is, where it does not say so")
    one.add_argument("--layout", choices=[*names, "mapped"], help="instead of recognising it")
    one.add_argument("--mapping", type=Path, help="TOML file that says what each column is")
    one.add_argument("--decimal", choices=(".", ","), help="decimal sign of doubtful columns")
    one.add_argument("--dates", choices=("dmy", "mdy"), help="order of doubtful dates")
    one.add_argument("--period", type=period, help="days that are complete, 2026-10-01:2026-10-31")
    one.add_argument("--again", action="store_true", help="also a file that was imported before")
    one.add_argument("--dry-run", action="store_true", help="only show what would change")
    one.set_defaults(run=run_import)
    watched = commands.add_parser("watch", help="import what is dropped into a folder / 监视文件夹")
    watched.add_argument("folder", nargs="?", type=Path, help="default: drop in the data folder")
    watched.add_argument("--once", action="store_true", help="two looks, then end")
    watched.set_defaults(run=run_watch)


def period(text: str) -> Window:
    """Read `2026-10-01:2026-10-31` (both included) or a single day."""
    first, _, last = text.partition(":")
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no 2026-10-01:2026-10-31") from error
    if end < start:
        raise argparse.ArgumentTypeError(f"{text!r} ends before it starts")
    return Window(start, end + DAY)


def run_import(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Import files; one that is refused does not stop the others."""
    options = Options(
        shop=words.shop,
        layout=words.layout,
        mapping=words.mapping,
        decimal=words.decimal,
        dates=words.dates,
        period=words.period,
        again=words.again,
    )
    files: list[dict[str, object]] = []
    problems: list[Problem] = []
    refused = 0
    for path in words.file:
        try:
            with terminal.steps() as bar:
                bar.step(f"导入 {path.name}", f"Importing {path.name}")
                done = _one(house, path, options, write=not words.dry_run)
        except KpiError as error:
            refused += 1
            said = sentence(error, terminal.language)
            files.append({"file": path.name, "state": "refused", "error": said})
            terminal.say(f"■ {said}", f"■ {said}")
            continue
        files.append(as_data(done))
        problems += done.problems
        tell(terminal, done)
    terminal.result["files"] = files
    terminal.problems(problems)
    if refused:
        return Exit.REFUSED
    return Exit.FOUND if any(one["refused"] for one in files) else Exit.OK


def _one(house: House, path: Path, options: Options, *, write: bool) -> Imported:
    if path.is_dir():
        raise ToldError(
            f"{path} is a folder. Name its files, or run `watch {path}`.",
            f"{path} 是文件夹。请指定其中的文件，或运行 `watch {path}`。",
        )
    return import_file(house, path, options, write=write)


def as_data(done: Imported) -> dict[str, object]:
    """An import as plain data."""
    return {
        "file": done.name,
        "state": done.state,
        "layout": done.layout,
        "encoding": done.encoding,
        "rows": done.rows,
        "refused": [asdict(one) for one in done.refused],
        "report": None if done.report is None else str(done.report),
        "changes": [asdict(one) for one in done.changes],
        "costs": done.costs,
    }


_STATES = {
    "imported": ("已导入", "imported"),
    "unchanged": ("此前已导入，无变化", "imported before, nothing changed"),
    "dry_run": ("试运行，未写入", "dry run, nothing written"),
}


def tell(terminal: Terminal, done: Imported) -> None:
    """One line a file, and what it changes."""
    zh, en = _STATES[done.state]
    terminal.say(
        f"● {done.name}：{done.layout}（{done.encoding}），{done.rows:,} 行，{zh}",
        f"● {done.name}: {done.layout} ({done.encoding}), {done.rows:,} rows, {en}",
    )
    if done.costs:
        terminal.say(f"  {done.costs} 条单位成本", f"  {done.costs} unit costs")
    if done.report is not None:
        terminal.say(f"  被拒绝的行：{done.report}", f"  refused rows: {done.report}")
    if done.state == "dry_run":
        heads = ("店铺 Shop", "指标 Measure", "天 Days", "原值 Before", "新值 After")
        rows = chain.from_iterable(_lines(change) for change in done.changes)
        terminal.table(terminal.text("将要改变", "Would change"), heads, rows)


def _lines(change: Change) -> Sequence[Sequence[object]]:
    return [
        (change.shop, f"{change.stream}.{one.measure}", one.days, one.before, one.after)
        for one in change.differences
    ]


def run_watch(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Watch a folder until it is stopped."""
    if words.folder is not None and not words.folder.is_dir():
        raise ToldError(
            f"{words.folder} is no folder. Make it, or leave it out for {house.settings.drop}.",
            f"{words.folder} 不是文件夹。请先新建，或省略以使用 {house.settings.drop}。",
        )
    folder = DropFolder(house, words.folder or house.settings.drop)
    terminal.say(f"正在监视 {folder.folder}", f"Watching {folder.folder}")
    if words.once:
        folder.look()
        house.clock.sleep(LOOK_SECONDS)
        return _dropped(terminal, folder.look())
    for found in folder.watch():
        _dropped(terminal, found)
    return Exit.OK


def _dropped(terminal: Terminal, found: Sequence[Dropped]) -> Exit:
    files: list[dict[str, object]] = []
    for one in found:
        if one.imported is None:
            files.append({"file": one.name, "state": "refused", "error": one.reason})
            terminal.say(f"■ {one.reason}", f"■ {one.reason}")
        else:
            files.append(as_data(one.imported))
            tell(terminal, one.imported)
    terminal.result["files"] = files
    return Exit.REFUSED if any(one["state"] == "refused" for one in files) else Exit.OK
