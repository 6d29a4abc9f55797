"""`google create`, `import`, `export`: spreadsheets from workbooks, workbooks from spreadsheets."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kpi.model import Language, Region
from sheet_templates.book import SLICES
from sheet_templates.build import build
from sheet_templates.purpose import HIDDEN_TABS
from sheet_templates.scoring_kinds import FormulaKind
from sync_service import audit
from sync_service.commands.books import make_place, start_of
from sync_service.commands.pack_choices import choices
from sync_service.console import Exit, Terminal
from sync_service.google.accounts import MAKE_AND_SHARE
from sync_service.google.client import SheetsClient, open_client
from sync_service.google.permissions import grant
from sync_service.google.refreshing import PREFIX, spreadsheet_id
from sync_service.google.transfer.common import common
from sync_service.google.transfer.google_reading import read_google
from sync_service.google.transfer.losses import differences
from sync_service.google.transfer.making import Made, Order, make
from sync_service.google.transfer.model import Loss, Workbook
from sync_service.google.transfer.ours import edition_of
from sync_service.google.transfer.xlsx_reading import read_xlsx
from sync_service.google.transfer.xlsx_writing import write_xlsx
from sync_service.house import House
from sync_service.told import ToldError
from sync_service.workbooks.replace import replace_atomically

ZONE = "Asia/Shanghai"


def add(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The parsers of these actions."""
    new = actions.add_parser("create", help="make a spreadsheet from the template / 新建表格")
    new.add_argument("--title", help="its name at Google")
    new.add_argument("--language", choices=("zh", "en"))
    new.add_argument("--edition", choices=("manager", "partner"), default="manager")
    new.add_argument("--purpose", choices=tuple(HIDDEN_TABS), help="what it is for / 用途")
    new.add_argument("--pack", nargs="+", metavar="ROLE", help="start with these cards / 岗位包")
    new.add_argument("--region", choices=tuple(Region), help="of the packs; the default is both")
    choices(new)
    _made(new)
    new.set_defaults(run=run_create)
    one = actions.add_parser("import", help="make a spreadsheet from a workbook / 导入工作簿")
    one.add_argument("file", type=Path)
    one.add_argument("--title", help="its name at Google")
    one.add_argument("--language", choices=("zh", "en"), help="of the spreadsheet's own formats")
    _made(one)
    one.set_defaults(run=run_import)
    one = actions.add_parser("export", help="a workbook file of a spreadsheet / 导出为工作簿")
    one.add_argument("sheet", help="its address or id")
    one.add_argument("file", type=Path)
    one.add_argument("--force", action="store_true", help="replace a file that is there")
    one.set_defaults(run=run_export)


def _made(one: argparse.ArgumentParser) -> None:
    one.add_argument("--zone", default=ZONE, help=f"time zone; the default is {ZONE}")
    one.add_argument("--share", nargs="+", metavar="ADDRESS", help="Google accounts that may edit")


def run_create(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make a spreadsheet from the shipped template."""
    language: Language = words.language or terminal.language
    client = open_client(house, MAKE_AND_SHARE)
    data = template(terminal, words, language)
    title = words.title or terminal.text("LinkStar KPI 表格", "LinkStar KPI Sheets")
    edition = words.edition
    editors = (client.account.address,) if edition in SLICES and client.account.address else ()
    book, losses = common(read_xlsx(data, "template.xlsx"))
    order = Order(title, language, words.zone, edition, editors)
    done = make(client, book, order)
    return _finish(terminal, house, client, words, done, losses)


def template(terminal: Terminal, words: argparse.Namespace, language: Language) -> bytes:
    """The workbook file of the template as the words ask for it."""
    start = start_of(terminal, words, language) if words.edition == "manager" else None
    if start is not None and words.purpose:
        start = replace(start, settings={**start.settings, "purpose": words.purpose})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        build(path, words.edition, language, start, FormulaKind.NATIVE)
        return path.read_bytes()


def run_import(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Make a spreadsheet from any workbook."""
    path: Path = words.file
    if not path.is_file():
        raise ToldError(
            f"{path} does not exist, or is no file. Name an .xlsx file.",
            f"{path} 不存在或不是文件。请指定 .xlsx 文件。",
        )
    client = open_client(house, MAKE_AND_SHARE)
    book, losses = common(read_xlsx(path.read_bytes(), path.name))
    known = edition_of({sheet.title for sheet in book.sheets})
    edition, language = known or ("", words.language or terminal.language)
    order = Order(words.title or path.stem, words.language or language, words.zone, edition)
    done = make(client, book, order)
    return _finish(terminal, house, client, words, done, losses)


def _finish(
    terminal: Terminal,
    house: House,
    client: SheetsClient,
    words: argparse.Namespace,
    done: Made,
    losses: Sequence[Loss],
) -> Exit:
    for address in words.share or ():
        grant(house, client, done.id, address, "writer")
    with house.store.begin() as connection:
        audit.record(
            connection,
            at=house.clock.now(),
            actor="cli",
            action="init",
            about=PREFIX + done.id,
        )
    terminal.result |= {"sheet": done.id, "link": done.link, "requests": done.requests}
    terminal.say(f"已新建 {done.link}（{done.id}）", f"Made {done.link} ({done.id})")
    tell_differences(terminal, losses)
    return Exit.OK


def tell_differences(terminal: Terminal, losses: Sequence[Loss]) -> None:
    """What is in the source and not in the target."""
    found = differences(losses)
    terminal.result["differences"] = [
        {"kind": one.kind, "count": one.count, "places": one.places, **one.texts} for one in found
    ]
    if found:
        terminal.say("以下内容未能带过去：", "Not carried over:")
    for one in found:
        terminal.say(f"  {one.line('zh')}", f"  {one.line('en')}")


def run_export(terminal: Terminal, house: House, words: argparse.Namespace) -> Exit:
    """Write a workbook file of a spreadsheet."""
    path: Path = words.file
    make_place(path, force=words.force)
    read, found = read_google(open_client(house), spreadsheet_id(words.sheet))
    data, losses = exported(read, found.locale)
    replace_atomically(path, [data])
    terminal.result |= {"file": str(path), "sheet": spreadsheet_id(words.sheet)}
    terminal.say(f"已导出 {path}", f"Wrote {path}")
    tell_differences(terminal, losses)
    return Exit.OK


def exported(read: Workbook, locale: str) -> tuple[bytes, tuple[Loss, ...]]:
    """The file of a spreadsheet, and everything that is not in it."""
    book, losses = common(read)
    data, more = write_xlsx(book, "zh" if locale.startswith("zh") else "en")
    return data, (*losses, *more)
