"""Commands about what was agreed: publish."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from kpi.contracts import Change
from kpi.errors import Level
from sync_service.commands.books import order_of, show, writable
from sync_service.console import Exit, Terminal
from sync_service.contract_store import Record, exception_data
from sync_service.filling.agreed import by_row, said, shown_key
from sync_service.house import House
from sync_service.publishing import Published, UnreadyError, Wanted, publish


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    one = commands.add_parser("publish", help="sign what scores as the next version / 发布合同版本")
    one.add_argument("book", type=Path)
    one.add_argument("--reason", default="", help="why, for the record / 原因")
    one.add_argument("--by", default="cli", help="who publishes / 发布人")
    one.add_argument("--from", dest="start", type=a_day, help="first day it counts for / 生效日")
    one.add_argument("--exception", default="", help="why a locked quarter changes / 例外原因")
    one.add_argument("--approver", default="", help="who allows the exception / 批准人")
    one.set_defaults(run=run_publish)


def a_day(text: str) -> date:
    """A day of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-11-01") from error


def run_publish(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Sign what scores; the workbook is refreshed by it."""
    order = order_of(house, words.book, words.by)
    writable(words.book)
    wanted = Wanted(words.by, words.reason, words.start, words.exception, words.approver)
    try:
        with terminal.steps() as bar:
            done = publish(house, order, wanted, bar.step)
    except UnreadyError as error:
        terminal.problems(error.problems)
        raise
    _tell(terminal, done)
    if done.outcome is None:
        return Exit.OK
    show(terminal, done.outcome, words.book)
    return Exit.FOUND if any(p.level is Level.ERROR for p in done.outcome.problems) else Exit.OK


def _tell(terminal: Terminal, done: Published) -> None:
    record, version = done.record, done.record.version
    terminal.result |= record_data(record) | {"new": done.new, "changes": _data(done.changes)}
    if not done.new:
        terminal.say(
            f"没有改动，仍为 {record.name}。", f"Nothing was changed; {record.name} stands."
        )
        return
    terminal.say(
        f"已发布 {record.name}，自 {version.start} 起生效，签名密钥 {record.key}",
        f"Published {record.name}, in force from {version.start}, signed by key {record.key}",
    )
    for (_, key), found in by_row(done.changes).items():
        terminal.say(
            f"  {shown_key(key)}：{said(found, 'zh')}", f"  {shown_key(key)}: {said(found, 'en')}"
        )


def record_data(record: Record) -> dict[str, object]:
    """A version as plain data."""
    version = record.version
    return {
        "version": version.number,
        "digest": version.contract.digest,
        "from": str(version.start),
        "published": str(version.published),
        "by": record.by,
        "reason": record.reason,
        "key": record.key,
        "exception": record.exception and exception_data(record.exception),
    }


def _data(changes: Sequence[Change]) -> list[dict[str, object]]:
    return [
        {"table": c.table, "key": c.key, "field": c.field, "old": c.old, "new": c.new}
        for c in changes
    ]
