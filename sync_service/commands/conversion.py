"""Command convert: the cells of scoring as native formulas or as calls of the sheet functions."""

from __future__ import annotations

import argparse
from pathlib import Path

from sheet_templates.scoring_kinds import FormulaKind
from sync_service.commands.books import port_of, writable
from sync_service.console import Exit, Terminal
from sync_service.house import House
from sync_service.workbooks.convert import Converted, convert, kind_name
from sync_service.workbooks.finishing import Work
from sync_service.workbooks.port import WriteReport
from sync_service.workbooks.xlsx import rewrite_copy


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parser of the command."""
    one = commands.add_parser(
        "convert", help="score with native formulas or with KPI functions / 转换公式"
    )
    one.add_argument("book", type=Path)
    one.add_argument("--to", required=True, choices=tuple(FormulaKind), metavar="KIND")
    one.add_argument("--out", type=Path, help="write a copy there; the workbook stays as it is")
    one.set_defaults(run=run)


def run(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Convert a workbook, or a copy of it."""
    kind, port = FormulaKind(words.to), port_of(house, words.book)
    target: Path = words.out or words.book
    writable(target)
    found = [Converted()]

    def change(work: Work) -> None:
        found[0] = convert(work, kind, port.recalculate)

    if words.out is None:
        report = port.rewrite(change, port.fingerprint())
    else:
        report = rewrite_copy(words.book, target, change)
    _say(terminal, target, kind, found[0], report)
    return Exit.OK


def _say(
    terminal: Terminal, path: Path, kind: FormulaKind, done: Converted, report: WriteReport
) -> None:
    terminal.result |= {
        "book": str(path),
        "to": kind.value,
        "cells": done.cells,
        "kept": done.kept,
        "own": done.own,
        "renewed": done.renewed,
        "parts_identical": report.parts_identical,
    }
    same = report.parts_identical
    terminal.say(
        f"{path}：{done.cells} 格改为{kind_name(kind, 'zh')}，{done.kept} 格原本就是；"
        f"{same} 个部件逐字节未变。",
        f"{path}: {done.cells} cells now hold {kind_name(kind, 'en')}, {done.kept} did already; "
        f"{same} parts untouched to the byte.",
    )
    terminal.problems(report.problems, most=12)
