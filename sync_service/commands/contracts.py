"""Commands about what was agreed: publish, freeze, verify."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from kpi.calendar import period
from kpi.contracts import Change
from kpi.errors import KpiError, Level
from kpi.model import Period, PeriodKind
from sync_service.commands.books import order_of, show, writable
from sync_service.console import Exit, Terminal
from sync_service.contract_store import Record, exception_data
from sync_service.filling.agreed import by_row, said, shown_key
from sync_service.freezing import freeze
from sync_service.house import House
from sync_service.publishing import Published, UnreadyError, Wanted, publish
from sync_service.verifying import Finding, verify


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of this group."""
    one = commands.add_parser("publish", help="sign what scores as the next version / 发布合同版本")
    one.add_argument("book", type=Path)
    one.add_argument("--reason", default="", help="why, for the record / 原因")
    one.add_argument("--by", default="cli", help="who publishes / 发布人")
    one.add_argument("--from", dest="start", type=a_day, help="first day it counts for / 生效日")
    one.add_argument("--exception", default="", help="why a locked quarter changes / 例外原因")
    one.add_argument("--approver", default="", help="who allows the exception / 批准人")
    one.add_argument(
        "--accept-gaps", action="store_true", help="targets may differ from their parts / 接受差额"
    )
    one.set_defaults(run=run_publish)
    closed = commands.add_parser("freeze", help="close a month or quarter in a sealed copy / 关账")
    closed.add_argument("book", type=Path)
    which = closed.add_mutually_exclusive_group(required=True)
    which.add_argument("--quarter", type=a_period, dest="period", help="2026-Q3")
    which.add_argument("--month", type=a_period, dest="period", help="2026-09")
    closed.add_argument("--out", type=Path, help="default: BOOK-2026-Q3.frozen.xlsx")
    closed.add_argument("--by", default="cli", help="who closes it / 关账人")
    closed.set_defaults(run=run_freeze)
    check = commands.add_parser("verify", help="is a sealed file what was signed / 验证签名文件")
    check.add_argument("file", type=Path)
    check.add_argument("--key", help="id of the key that must have signed it / 应有的密钥编号")
    check.set_defaults(run=run_verify)


def a_day(text: str) -> date:
    """A day of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day such as 2026-11-01") from error


def a_period(text: str) -> Period:
    """A month or quarter of the command line."""
    try:
        found = period(text)
    except KpiError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if found.kind not in (PeriodKind.MONTH, PeriodKind.QUARTER):
        raise argparse.ArgumentTypeError(f"{text!r} is no 2026-09 or 2026-Q3")
    return found


def run_publish(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Sign what scores; the workbook is refreshed by it."""
    order = order_of(house, words.book, words.by)
    writable(words.book)
    wanted = Wanted(
        *(words.by, words.reason, words.start, words.exception, words.approver),
        accept_gaps=words.accept_gaps,
    )
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


def run_freeze(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Close a period: a sealed copy that recalculates without the service."""
    book: Path = words.book
    order = order_of(house, book, words.by)
    out: Path = words.out or book.with_name(f"{book.stem}-{words.period.code}.frozen.xlsx")
    writable(out)
    with terminal.steps() as bar:
        made = freeze(house, order, words.period, out, words.by, bar.step)
    terminal.result |= {
        "file": str(made.path),
        "period": made.period.code,
        "items": made.items,
        "totals": dict(made.totals),
        "key": made.key,
    }
    terminal.say(
        f"已关账 {made.period.code}：{made.path}，{made.items} 项得分，签名密钥 {made.key}",
        f"Closed {made.period.code}: {made.path}, {made.items} scored items, sealed by {made.key}",
    )
    terminal.problems(made.problems, most=12)
    return Exit.FOUND if any(p.level is Level.ERROR for p in made.problems) else Exit.OK


def run_verify(terminal: Terminal, words: argparse.Namespace) -> Exit:
    """Check a sealed file; needs no data folder and no network."""
    done = verify(words.file, words.key)
    about = done.seal.about if done.seal else {}
    terminal.result |= {
        "file": str(words.file),
        "same": not done.findings,
        "key": done.seal.key if done.seal else None,
        "about": {name: about.get(name) for name in ("kind", "period", "company", "at")},
        "versions": [f"v{one['number']}" for one in about.get("contracts", ())],
        "items": done.items,
        "cards": done.cards,
        "findings": [_finding(one) for one in done.findings],
    }
    for one in done.findings:
        terminal.say(f"■ {one.texts['zh']}", f"■ {one.texts['en']}")
    if done.seal and not done.findings:
        terminal.say(
            f"● 与签名一致：{done.items} 项得分与 {done.cards} 张卡重算相同，密钥 {done.seal.key}",
            f"● As it was signed: {done.items} items and {done.cards} cards computed anew come out "
            f"the same; key {done.seal.key}",
        )
    return Exit.FOUND if done.findings else Exit.OK


def _finding(one: Finding) -> dict[str, object]:
    texts = dict(one.texts)
    return {"code": one.code, "place": one.place, "was": one.was, "is": one.now, "what": texts}
