"""`import-book`: an existing KPI workbook of the team (旧表) comes into a new one."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from sync_service.commands.books import port_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.imports.old_book import OldImport, import_book

SUFFIX = ".mapping.toml"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of this command."""
    one = commands.add_parser("import-book", help="an old KPI workbook into a new one / 导入旧表")
    one.add_argument("old", type=Path, help="xlsx, xls or csv")
    one.add_argument("--into", type=Path, required=True, metavar="BOOK")
    one.add_argument("--mapping", type=Path, help=f"corrected TOML; the default is OLD{SUFFIX}")
    one.add_argument("--write", action="store_true", help="without it, only a preview / 写入")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Preview or write; the guessed mapping is written once, for the manager to correct."""
    port = port_of(house, words.into)
    if words.write:
        writable(words.into)
    beside: Path = words.old.with_name(words.old.name + SUFFIX)
    mapping = words.mapping or (beside if beside.exists() else None)
    done = import_book(port, words.old, mapping, write=words.write)
    if mapping is None:
        beside.write_text(done.mapping, encoding="utf-8")
        terminal.say(
            f"映射文件：{beside}。请核对，改好后再运行。",
            f"Mapping: {beside}. Check it; correct it and run again.",
        )
    terminal.result |= _data(done) | {"mapping": str(mapping or beside), "written": words.write}
    _tell(terminal, done, written=words.write)
    return Exit.FOUND if done.rows.findings or done.kept else Exit.OK


def _data(done: OldImport) -> dict[str, object]:
    found = done.rows
    return {
        "added": {table: len(rows) for table, rows in done.added.items()},
        "rows": {table: list(map(dict, rows)) for table, rows in done.added.items()},
        "kept": list(done.kept),
        "findings": [asdict(one) for one in found.findings],
        "backup": done.report.backup if done.report else None,
    }


_NAMES: Mapping[str, tuple[str, str]] = {
    "tblPeople": ("人员", "People"),
    "tblWeight": ("权重", "Weights"),
    "tblTarget": ("目标", "Targets"),
    "tblReview": ("历史得分（按期）", "Past scores, by period"),
    "tblPoint": ("加减分", "Points"),
    "tblPointKind": ("加减分类型", "Kinds of points"),
}


def _tell(terminal: Terminal, done: OldImport, *, written: bool) -> None:
    """How many rows a table, what the book kept, what was not understood."""
    zh, en = ("已新增", "Added") if written else ("将新增", "Would add")
    for table, rows in done.added.items():
        names = _NAMES[table]
        terminal.say(f"{zh} {names[0]}：{len(rows)} 行", f"{en} {names[1]}: {len(rows)} rows")
    if done.kept:
        terminal.say(
            f"新表中已有、保持不变：{len(done.kept)} 行",
            f"Already in the book, left as they are: {len(done.kept)} rows",
        )
    heads = ("工作表 Sheet", "单元格 Cell", "内容 Shown", "说明 What and how to mend")
    told = [
        (one.sheet, one.cell, one.shown, one.zh if terminal.language == "zh" else one.en)
        for one in done.rows.findings
    ]
    if told:
        terminal.table(terminal.text("未能识别", "Not understood"), heads, told)
    if not written:
        terminal.say("预览，未写入；加 --write 写入。", "A preview; add --write to write it.")
